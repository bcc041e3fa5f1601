//! Records of expectations in the format of certificates.

use super::algebra::Algebra;
use super::alphabet::{LetterId, RandomId, Role};
use super::bound::Shown;
use super::expectation::{Record, State};
use super::monomial::{Atom, DenominatorId, MonomialId};
use super::polynomial::Polynomial;
use crate::certificate::{
    Bound, BoundPart, DefinitionRow, ElementRow, Expectation, Factor, LawRow, LetterRow, Node,
    Square, Target, Term,
};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Writes one record; what is met gets a number.
pub(super) struct Writer<'a> {
    algebra: &'a Algebra,
    log: Expectation,
    letters: FxHashMap<LetterId, usize>,
    denominators: FxHashMap<DenominatorId, usize>,
    elements: BTreeSet<(u16, u16)>,
    states: FxHashMap<State, usize>,
}

impl<'a> Writer<'a> {
    fn new(algebra: &'a Algebra, expression: String) -> Self {
        Self {
            algebra,
            log: Expectation { expression, ..Expectation::default() },
            letters: FxHashMap::default(),
            denominators: FxHashMap::default(),
            elements: BTreeSet::new(),
            states: FxHashMap::default(),
        }
    }

    /// The log of an expectation with this text.
    pub(super) fn write(
        algebra: &'a Algebra,
        record: &Record,
        expression: String,
        marker: Option<LetterId>,
    ) -> Expectation {
        let mut writer = Self::new(algebra, expression);
        writer.log.marker = marker.map(|marker| writer.letter(marker));
        writer.log.input = writer.polynomial(&record.input);
        writer.input_states(&record.input, record);
        let mut laws: BTreeSet<RandomId> = BTreeSet::new();
        for step in &record.steps {
            let node = Node {
                state: writer.state(&step.state),
                letter: writer.name(step.random),
                pivot: step.pivot,
                to: step
                    .to
                    .iter()
                    .map(|(times, factors, state)| {
                        Target(*times, writer.monomial(*factors), writer.state(state))
                    })
                    .collect(),
            };
            writer.log.nodes.push(node);
            laws.insert(step.random);
        }
        for random in laws {
            let law = writer.law(random);
            writer.log.laws.push(law);
        }
        writer.log.result = writer.polynomial(&record.result);
        writer.log
    }

    /// The square that completes at `point`, which is closed with the marker.
    pub(super) fn square(
        algebra: &'a Algebra,
        terms: &BTreeMap<(Vec<LetterId>, Vec<LetterId>), Polynomial>,
        point: &Polynomial,
        marker: Option<LetterId>,
    ) -> Square {
        let mut writer = Self::new(algebra, String::new());
        writer.log.marker = marker.map(|marker| writer.letter(marker));
        writer.log.result = writer.polynomial(point);
        let word = |writer: &mut Self, word: &[LetterId]| {
            word.iter().map(|letter| writer.letter(*letter)).collect()
        };
        let terms = terms
            .iter()
            .map(|((a, b), factor)| {
                let factor = writer.polynomial(factor);
                (factor, word(&mut writer, a), word(&mut writer, b))
            })
            .collect();
        Square { log: writer.log, terms }
    }

    /// How a bound is shown.
    pub(super) fn bound(algebra: &'a Algebra, shown: &Shown) -> Bound {
        let mut writer = Self::new(algebra, String::new());
        let mut parts = Vec::new();
        for part in &shown.parts {
            let above = writer.polynomial(&part.above);
            let below = [&part.below, &part.squares].map(|divisor| writer.polynomial(divisor));
            parts.push(BoundPart { over: part.over, above, below: below.into() });
        }
        let basis = shown.basis.map(|letter| algebra.alphabet.name(letter).to_string());
        let is_used = |name: &str| {
            let terms = parts.iter().flat_map(|part| part.below.iter().chain([&part.above]));
            let mut factors = terms.flatten().flat_map(|Term(_, factors)| factors);
            factors.any(|(factor, _)| *factor == Factor::Scalar(name.to_owned()))
        };
        let variables = shown.meanings.iter().filter(|(name, _)| is_used(name));
        let variables = variables.map(|(name, meaning)| (name.clone(), meaning.clone())).collect();
        Bound { log: writer.log, basis, variables, parts }
    }

    /// The states of the integrand: also those that vanish by parity.
    fn input_states(&mut self, input: &Polynomial, record: &Record) {
        for (monomial, _) in input.terms() {
            let mut state = State::new();
            for (atom, exponent) in self.algebra.monomials.factors(monomial).iter() {
                if let Atom::Trace(word) = atom {
                    let is_integrated = self
                        .algebra
                        .words
                        .random(*word)
                        .iter()
                        .any(|(random, _)| record.over.contains(random));
                    if is_integrated {
                        state.extend(std::iter::repeat_n(*word, exponent.unsigned_abs() as usize));
                    }
                }
            }
            state.sort_unstable();
            self.state(&state);
        }
    }

    fn name(&self, random: RandomId) -> String {
        self.algebra.random_name(random).to_string()
    }

    fn law(&mut self, random: RandomId) -> LawRow {
        let algebra = self.algebra;
        let law = &algebra.random[random.0 as usize];
        let covariance = law.covariance.iter().map(|letter| self.letter(*letter)).collect();
        let scale = law.scale.as_ref().map(|(scalar, value)| {
            (algebra.scalar_name(*scalar).to_string(), self.polynomial(value))
        });
        LawRow { letter: self.name(random), scale, covariance }
    }

    fn letter(&mut self, letter: LetterId) -> usize {
        if let Some(known) = self.letters.get(&letter) {
            return *known;
        }
        let alphabet = &self.algebra.alphabet;
        let (transposed, powers) = match alphabet.role(letter) {
            Role::Power { transposed, exponents, .. } => (*transposed, exponents.to_vec()),
            _ => (alphabet.is_transposed(letter), Vec::new()),
        };
        let space = |space| alphabet.space_name(space).to_string();
        let row = LetterRow {
            name: alphabet.name(letter).to_string(),
            transposed,
            rows: space(alphabet.rows(letter)),
            columns: space(alphabet.columns(letter)),
            powers,
        };
        let number = self.log.letters.len();
        self.log.letters.push(row);
        self.letters.insert(letter, number);
        self.add_elements(letter);
        number
    }

    fn add_elements(&mut self, letter: LetterId) {
        let Role::Power { family, exponents, .. } = self.algebra.alphabet.role(letter) else {
            return;
        };
        if let Some(known) = self.algebra.sum_of(*family) {
            let name = self.algebra.alphabet.family_name(*family).to_string();
            let value = format!("inv({})", self.algebra.show_matrix(&known.sum));
            self.define(DefinitionRow { name, value });
        }
        for (generator, _) in exponents.iter() {
            if *generator == 0 || !self.elements.insert((family.0, *generator)) {
                continue;
            }
            let element = self.algebra.element(*family, *generator);
            let row = ElementRow {
                family: self.algebra.alphabet.family_name(*family).to_string(),
                generator: *generator,
                slope: self.polynomial(&element.slope),
                shift: self.polynomial(&element.shift),
            };
            self.log.elements.push(row);
        }
    }

    fn define(&mut self, row: DefinitionRow) {
        if !self.log.definitions.contains(&row) {
            self.log.definitions.push(row);
        }
    }

    fn word(&mut self, word: super::word::WordId) -> Vec<usize> {
        let letters = self.algebra.words.letters(word).clone();
        letters.iter().map(|letter| self.letter(*letter)).collect()
    }

    fn state(&mut self, state: &State) -> usize {
        if let Some(known) = self.states.get(state) {
            return *known;
        }
        let words = state.iter().map(|word| self.word(*word)).collect();
        let number = self.log.states.len();
        self.log.states.push(words);
        self.states.insert(state.clone(), number);
        number
    }

    fn polynomial(&mut self, polynomial: &Polynomial) -> Vec<Term> {
        let terms = polynomial.terms();
        terms.map(|(monomial, number)| Term(number.to_string(), self.monomial(monomial))).collect()
    }

    fn monomial(&mut self, monomial: MonomialId) -> Vec<(Factor, i32)> {
        let factors = self.algebra.monomials.factors(monomial).clone();
        factors.iter().map(|(atom, exponent)| (self.factor(*atom), *exponent)).collect()
    }

    fn factor(&mut self, atom: Atom) -> Factor {
        match atom {
            Atom::Scalar(scalar) => {
                let name = self.algebra.scalar_name(scalar).to_string();
                if self.algebra.root_of(atom).is_some_and(|root| root.positive) {
                    self.define(DefinitionRow { name: name.clone(), value: name.clone() });
                }
                Factor::Scalar(name)
            }
            Atom::Trace(word) => Factor::Trace(self.word(word)),
            Atom::Reciprocal(id) => {
                if let Some(known) = self.denominators.get(&id) {
                    return Factor::Reciprocal(*known);
                }
                // Its own reciprocals come first: they have lower numbers.
                let terms = self.polynomial(self.algebra.denominator(id));
                let number = self.log.denominators.len();
                self.log.denominators.push(terms);
                self.denominators.insert(id, number);
                Factor::Reciprocal(number)
            }
        }
    }
}
