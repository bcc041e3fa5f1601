//! Quadratic forms and products of traces of one family as sums over eigenvalues.
//!
//! In the eigenbasis of a letter, `sum_k c_k tr(V B_k V' A_k)` with A_k, B_k in its family is
//! `sum_ij F(l_i, l_j) v_ij^2`. A sum of products of at most two traces of the family is
//! `sum_ij F(l_i, l_j) + sum_i G(l_i)`, where d counts as the trace of I; by symmetry that is
//! ```text
//! sum_(i<j) (F(l_i, l_j) + F(l_j, l_i)) + sum_i (F(l_i, l_i) + G(l_i))
//! ```
//! with the eigenvalues in ascending order: l_i is x above its floor, and l_j is z above l_i.

use super::algebra::Algebra;
use super::alphabet::{Exponent, FamilyId, LetterId, Role, added};
use super::bound::{Hypotheses, Part};
use super::derivative::Moving;
use super::error::Stop;
use super::monomial::{Atom, MonomialId};
use super::polynomial::Polynomial;
use crate::certificate::{Meaning, Over};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// The letter in whose eigenbasis sums are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Base {
    letter: LetterId,
    /// The family of a positive definite letter; a symmetric one has only its powers.
    family: Option<FamilyId>,
}

/// A summand: the exponents of each factor, and what it is multiplied with.
type Summand<const FACTORS: usize> = ([Vec<Exponent>; FACTORS], Polynomial);

impl Algebra {
    /// A quadratic form as a sum over pairs of eigenvalues, and the letter whose they are.
    pub(super) fn form_on_eigenvalues(
        &mut self,
        polynomial: &Polynomial,
        moving: Moving,
        hypotheses: &mut Hypotheses,
    ) -> Result<(Option<LetterId>, Vec<Part>), Stop> {
        let outside = || Stop::unsupported("the factors are not of one commuting family");
        let mut base = None;
        let mut terms: Vec<Summand<2>> = Vec::new();
        for (monomial, coefficient) in polynomial.terms() {
            let Some((rest, (a, b))) = self.quadratic_term(monomial, moving)? else {
                return Err(Stop::unsupported("the bound is no quadratic form in the letter"));
            };
            let mut exponents = [Vec::new(), Vec::new()];
            for (side, word) in exponents.iter_mut().zip([&a, &b]) {
                if word.is_empty() {
                    continue;
                }
                let (of, powers) = self.power_of_base(word).ok_or_else(outside)?;
                if base.is_some_and(|known| known != of) {
                    return Err(outside());
                }
                base = Some(of);
                *side = powers;
            }
            terms.push((exponents, Polynomial::term(rest, coefficient.clone())));
        }
        let Some(base) = base else {
            // No letter between: c tr(V V').
            let mut sum = Polynomial::default();
            terms.iter().for_each(|(_, factor)| sum.add_scaled(factor, &RBig::ONE));
            return Ok((None, vec![Part::new(Over::Entries, sum, Polynomial::one())]));
        };
        let points = [Meaning::Row as fn(_) -> _, Meaning::Column]
            .map(|meaning| self.eigenvalue(base, meaning, hypotheses));
        let (above, below) = self.at_eigenvalues(base, &terms, &points)?;
        Ok((Some(base.letter), vec![Part::new(Over::Entries, above, below)]))
    }

    /// The letters in whose eigenbasis a polynomial could be written.
    pub(super) fn spectra(&self, polynomial: &Polynomial) -> Vec<LetterId> {
        let mut letters: Vec<LetterId> = Vec::new();
        for atom in polynomial.atoms(&self.monomials) {
            if let Atom::Trace(word) = atom
                && let Some((base, _)) = self.power_of_base(self.words.letters(word))
                && !letters.contains(&base.letter)
            {
                letters.push(base.letter);
            }
        }
        letters
    }

    /// A sum of products of at most two traces of powers of a letter, and of anything else, as
    /// sums over eigenvalues and over pairs of them; `None` for other sums.
    pub(super) fn traces_on_eigenvalues(
        &mut self,
        polynomial: &Polynomial,
        letter: LetterId,
        hypotheses: &mut Hypotheses,
    ) -> Result<Option<Vec<Part>>, Stop> {
        let Some((base, _)) = self.power_of_base(&[letter]) else { return Ok(None) };
        let content = self.nonnegative_content(polynomial);
        let inverse = self.monomials.power(content, -1);
        let polynomial = polynomial.times_monomial(inverse, &mut self.monomials);
        let mut split = Vec::new();
        for (monomial, coefficient) in polynomial.terms() {
            let (traces, rest) = self.traces_of(monomial, base);
            split.push((traces, Polynomial::term(rest, coefficient.clone())));
        }
        let most = split.iter().map(|(traces, _)| traces.len()).max().unwrap_or(0);
        if !(1..=2).contains(&most) {
            return Ok(None);
        }
        let size = self.trace(&[], self.alphabet.rows(letter));
        let (mut double, mut single) = (Vec::new(), Vec::new());
        let mut constant = Polynomial::default();
        for (mut traces, mut factor) in split {
            while traces.len() < most
                && let Some(less) = self.divided(&factor, size)
            {
                factor = less;
                traces.push(Vec::new());
            }
            match <[Vec<Exponent>; 2]>::try_from(traces) {
                Ok(pair) => double.push((pair, factor)),
                Err(mut traces) => match traces.pop() {
                    Some(exponents) => single.push(([exponents], factor)),
                    None => constant.add_scaled(&factor, &RBig::ONE),
                },
            }
        }
        let least = self.eigenvalue(base, Meaning::Row, hypotheses);
        let mut parts = Vec::new();
        if !double.is_empty() {
            let name = format!("#gap {}", self.alphabet.name(letter));
            let mut more = self.nonnegative_value(&name);
            hypotheses.meanings.insert(name, Meaning::Gap);
            more.add_scaled(&least, &RBig::ONE);
            let turned = double.iter().map(|([a, b], c)| ([b.clone(), a.clone()], c.clone()));
            let both: Vec<Summand<2>> = double.iter().cloned().chain(turned).collect();
            let (above, below) = self.at_eigenvalues(base, &both, &[least.clone(), more])?;
            parts.push(Part::new(Over::Pairs, above, below));
            single.extend(double.into_iter().map(|([a, b], factor)| ([added(&a, &b)], factor)));
        }
        let mut divisor = Polynomial::one();
        if !constant.is_empty() {
            // A constant is the sum of its d-th parts.
            for (_, factor) in &mut single {
                *factor = factor.times_monomial(size, &mut self.monomials);
            }
            single.push(([Vec::new()], constant));
            divisor = Polynomial::term(size, RBig::ONE);
        }
        let (above, below) = self.at_eigenvalues(base, &single, &[least])?;
        let below = below.times(&divisor, &mut self.monomials)?;
        parts.push(Part::new(Over::Eigenvalues, above, below));
        for part in &mut parts {
            part.above = part.above.times_monomial(content, &mut self.monomials);
        }
        Ok(Some(parts))
    }

    /// The quotient by a monomial, if it divides every term.
    fn divided(&mut self, polynomial: &Polynomial, by: MonomialId) -> Option<Polynomial> {
        let inverse = self.monomials.power(by, -1);
        let quotient = polynomial.times_monomial(inverse, &mut self.monomials);
        let divides = quotient.terms().all(|(monomial, _)| {
            self.monomials.factors(monomial).iter().all(|(_, exponent)| *exponent > 0)
        });
        divides.then_some(quotient)
    }

    /// The traces of powers of a letter in a monomial, and what else there is.
    fn traces_of(&mut self, monomial: MonomialId, base: Base) -> (Vec<Vec<Exponent>>, MonomialId) {
        let (mut traces, mut rest) = (Vec::new(), Vec::new());
        for (atom, exponent) in self.monomials.factors(monomial).clone().iter() {
            let power = match atom {
                Atom::Trace(word) => self.power_of_base(self.words.letters(*word)),
                _ => None,
            };
            match power {
                Some((of, exponents)) if of == base && *exponent > 0 => {
                    traces.extend(std::iter::repeat_n(exponents, *exponent as usize));
                }
                _ => rest.push((*atom, *exponent)),
            }
        }
        (traces, self.monomials.of(&rest))
    }

    /// The letter of which a word is a power, with the exponents.
    fn power_of_base(&self, word: &[LetterId]) -> Option<(Base, Vec<Exponent>)> {
        let (letter, others) = word.split_first()?;
        match self.alphabet.role(*letter) {
            Role::Power { family, exponents, .. } if others.is_empty() => {
                let odd = exponents.iter().any(|(_, doubled)| doubled % 2 != 0);
                if odd || !self.alphabet.family_is_definite(*family) {
                    return None;
                }
                let letter = self.alphabet.named(self.alphabet.family_name(*family))?;
                Some((Base { letter, family: Some(*family) }, exponents.to_vec()))
            }
            Role::Free if self.alphabet.transpose(*letter) == *letter => {
                let powers = i32::try_from(2 * word.len()).ok()?;
                let alike = others.iter().all(|other| other == letter);
                let is_scalar = &**self.alphabet.space_name(self.alphabet.rows(*letter)) == "1";
                (alike && !is_scalar)
                    .then(|| (Base { letter: *letter, family: None }, vec![(0, powers)]))
            }
            _ => None,
        }
    }

    /// An eigenvalue: its floor, if it has one, plus something that is not negative.
    fn eigenvalue(
        &mut self,
        base: Base,
        meaning: fn(Option<usize>) -> Meaning,
        hypotheses: &mut Hypotheses,
    ) -> Polynomial {
        let floor = hypotheses.floors.iter().find(|floor| floor.letter == base.letter).cloned();
        let meaning = meaning(floor.as_ref().map(|floor| floor.hypothesis));
        let letter = self.alphabet.name(base.letter);
        let name = match meaning {
            Meaning::Column(_) => format!("#column {letter}"),
            _ => format!("#row {letter}"),
        };
        let above = match (&floor, base.family) {
            (Some(_), _) => self.nonnegative_value(&name),
            (None, Some(_)) => self.positive_value(&name),
            (None, None) => self.scalar_value(&name),
        };
        hypotheses.meanings.insert(name, meaning);
        match floor {
            Some(floor) => above.minus(&floor.least.scaled(&-RBig::ONE)),
            None => above,
        }
    }

    /// A sum of products at eigenvalues, one for each factor, and what it is divided by: positive
    /// powers of what is positive on the spectrum.
    fn at_eigenvalues<const FACTORS: usize>(
        &mut self,
        base: Base,
        terms: &[Summand<FACTORS>],
        points: &[Polynomial; FACTORS],
    ) -> Result<(Polynomial, Polynomial), Stop> {
        let mut sum = Polynomial::default();
        let mut below = Polynomial::one();
        let mut lowest = Vec::new();
        for side in 0..FACTORS {
            let least = lowest_of(terms.iter().map(|(exponents, _)| &exponents[side]));
            for (generator, exponent) in &least {
                let definite =
                    base.family.is_some_and(|family| self.is_definite(family, *generator));
                if *exponent != 0 && !definite {
                    let message = "an inverse is not visibly positive definite";
                    return Err(Stop::unsupported(message));
                }
            }
            let least: Vec<Exponent> = least.iter().map(|(g, e)| (*g, -e)).collect();
            let weight = self.at_eigenvalue(base, &least, &points[side])?;
            below = below.times(&weight, &mut self.monomials)?;
            lowest.push(least);
        }
        for (exponents, factor) in terms {
            let mut product = factor.clone();
            for side in 0..FACTORS {
                let raised = added(&exponents[side], &lowest[side]);
                let value = self.at_eigenvalue(base, &raised, &points[side])?;
                product = product.times(&value, &mut self.monomials)?;
            }
            sum.add_scaled(&product, &RBig::ONE);
        }
        Ok((sum, below))
    }

    /// A product of powers of generators, none negative, at an eigenvalue.
    fn at_eigenvalue(
        &mut self,
        base: Base,
        exponents: &[Exponent],
        point: &Polynomial,
    ) -> Result<Polynomial, Stop> {
        let mut product = Polynomial::one();
        for (generator, doubled) in exponents {
            let mut value = point.clone();
            if let Some(family) = base.family {
                let element = self.element(family, *generator);
                value = element.slope.times(point, &mut self.monomials)?;
                value.add_scaled(&element.shift, &RBig::ONE);
            }
            let power = value.power((doubled / 2).unsigned_abs(), &mut self.monomials)?;
            product = product.times(&power, &mut self.monomials)?;
        }
        Ok(product)
    }
}

/// Of every generator the lowest exponent, at most 0.
fn lowest_of<'a>(all: impl Iterator<Item = &'a Vec<Exponent>>) -> Vec<Exponent> {
    let mut lowest: BTreeMap<u16, i32> = BTreeMap::new();
    for (generator, exponent) in all.flatten() {
        let least = lowest.entry(*generator).or_default();
        *least = (*least).min(*exponent);
    }
    lowest.into_iter().collect()
}
