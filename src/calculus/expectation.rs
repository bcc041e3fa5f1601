//! Expectations over Gaussian letters, by integration by parts, level by level.
//!
//! One random letter, the pivot, is paired with every other occurrence of the same letter. With
//! `E[X_ia X_jb] = c R_ij [a = b]` and the pivot at the front of its word (turned if it stands
//! transposed):
//! ```text
//! tr(X P1 X P2)    -> c tr(P1 R P2')         tr(X P) tr(X Q)   -> c tr(P R Q')
//! tr(X P1 X' P2)   -> c tr(R P2) tr(P1)      tr(X P) tr(X' Q)  -> c tr(P R Q)
//! ```
//! Equal products of random words, the states, are merged, so that each is expanded once.

use super::algebra::Algebra;
use super::alphabet::{LetterId, RandomId};
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, MonomialId};
use super::polynomial::Polynomial;
use super::word::{Factor, WordId, transposed};
use dashu_int::IBig;
use dashu_ratio::RBig;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The highest power of a word that an expectation may hold.
const MOST_FACTORS: usize = 10_000;
/// States that one expectation may expand.
const MOST_STATES: usize = 300_000;
/// Terms that the states of one level may carry together.
const MOST_TERMS: usize = 4_000_000;

/// Random words whose product is to be integrated, sorted.
pub(super) type State = Vec<WordId>;

/// A sum over states, each with integer multiples of deterministic monomials.
type Level = BTreeMap<State, FxHashMap<MonomialId, IBig>>;

/// How an expectation was computed.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// The letters that are integrated.
    pub(super) over: Vec<RandomId>,
    pub(super) input: Polynomial,
    pub(super) steps: Vec<Step>,
    pub(super) result: Polynomial,
}

/// One integration by parts.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) state: State,
    pub(super) random: RandomId,
    /// The word and the place of the pivot.
    pub(super) pivot: (usize, usize),
    /// Multiplicities, deterministic factors and states.
    pub(super) to: Vec<(u32, MonomialId, State)>,
}

/// One summand of a pairing.
pub(super) struct Pairing {
    pub(super) multiplicity: u32,
    pub(super) deterministic: MonomialId,
    pub(super) state: State,
}

impl Algebra {
    /// The expectation over some random letters; the others stay.
    ///
    /// # Errors
    /// [`Stop::Unsupported`] where a moment is needed that a law does not declare;
    /// [`Stop::Budget`].
    pub(super) fn expectation(
        &mut self,
        polynomial: &Polynomial,
        over: &[RandomId],
    ) -> Result<Polynomial, Stop> {
        if let Some(records) = &mut self.records {
            records.push(Record {
                over: over.to_vec(),
                input: polynomial.clone(),
                ..Record::default()
            });
        }
        let (mut level, denominator) = self.initial(polynomial, over)?;
        for random in self.order(&level, over) {
            level = self.integrated(level, random)?;
        }
        let mut result = Polynomial::default();
        let scale = RBig::from_parts(IBig::ONE, denominator.into_parts().1);
        for (state, terms) in level {
            // Words whose random letters are all among those that stay.
            let left: Vec<_> = state.iter().map(|word| (Atom::Trace(*word), 1)).collect();
            let left = self.monomials.of(&left);
            for (monomial, coefficient) in sorted(terms) {
                let monomial = self.monomials.product(monomial, left);
                result.add_term(monomial, &(RBig::from(coefficient) * &scale));
            }
        }
        let result = self.with_scales(&result)?;
        if let Some(record) = self.records.as_mut().and_then(|records| records.last_mut()) {
            record.result = result.clone();
        }
        Ok(result)
    }

    /// The expectation of a matrix: closed with a marker, integrated, and cut at the marker.
    pub(super) fn matrix_expectation(
        &mut self,
        matrix: &Matrix,
        over: &[RandomId],
    ) -> Result<Matrix, Stop> {
        let (rows, columns) = (matrix.rows, matrix.columns);
        if matrix.is_scalar() {
            let value = self.expectation(&matrix.clone().into_scalar(), over)?;
            return Ok(Matrix::scalar(value));
        }
        let marker = self.marker(columns, rows);
        let mut closed = Polynomial::default();
        for (word, coefficient) in matrix.terms() {
            let trace = self.trace(&[word, &[marker]].concat(), rows);
            closed.add_scaled(&coefficient.times_monomial(trace, &mut self.monomials), &RBig::ONE);
        }
        let closed = self.expectation(&closed, over)?;
        self.opened(&closed, marker)
    }

    /// A matrix from its products with a marker letter under the trace.
    pub(super) fn opened(&mut self, closed: &Polynomial, marker: LetterId) -> Result<Matrix, Stop> {
        let turned = self.alphabet.transpose(marker);
        let (rows, columns) = (self.alphabet.columns(marker), self.alphabet.rows(marker));
        let mut matrix = Matrix::zero(rows, columns);
        for (monomial, coefficient) in closed.terms() {
            let mut rest = Vec::new();
            let mut open = None;
            for (atom, exponent) in self.monomials.factors(monomial).clone().iter() {
                match atom {
                    Atom::Trace(word)
                        if self
                            .words
                            .letters(*word)
                            .iter()
                            .any(|l| *l == marker || *l == turned) =>
                    {
                        open = Some(*word);
                    }
                    _ => rest.push((*atom, *exponent)),
                }
            }
            let word = open.expect("the marker stands in every term: this is a bug");
            let mut letters = self.words.letters(word).to_vec();
            if letters.contains(&turned) {
                letters = transposed(&self.alphabet, &letters);
            }
            let place = letters.iter().position(|letter| *letter == marker).expect("just turned");
            letters.rotate_left(place + 1);
            letters.pop();
            let rest = self.monomials.of(&rest);
            self.add_product(&mut matrix, &letters, &Polynomial::term(rest, coefficient.clone()))?;
        }
        Ok(matrix)
    }

    /// States and their coefficients, over one common denominator that is returned as a number.
    fn initial(
        &mut self,
        polynomial: &Polynomial,
        over: &[RandomId],
    ) -> Result<(Level, RBig), Stop> {
        let mut common = dashu_int::UBig::ONE;
        for (_, coefficient) in polynomial.terms() {
            common = lcm(&common, coefficient.denominator());
        }
        let factor = RBig::from(common.clone());
        let mut level = Level::new();
        for (monomial, coefficient) in polynomial.terms() {
            let (mut state, mut rest) = (State::new(), Vec::new());
            for (atom, exponent) in self.monomials.factors(monomial).clone().iter() {
                match atom {
                    Atom::Trace(word) if self.meets(*word, over) => {
                        let count = usize::try_from(*exponent).map_err(|_| {
                            Stop::unsupported("a random letter stands in a divisor")
                        })?;
                        if count > MOST_FACTORS {
                            return Err(Stop::budget("factors"));
                        }
                        state.extend(std::iter::repeat_n(*word, count));
                    }
                    _ => rest.push((*atom, *exponent)),
                }
            }
            state.sort_unstable();
            self.check_law(monomial, over)?;
            let rest = self.monomials.of(&rest);
            let (whole, _) = (coefficient * &factor).into_parts();
            *level.entry(state).or_default().entry(rest).or_insert(IBig::ZERO) += whole;
        }
        Ok((level, RBig::from_parts(IBig::ONE, common)))
    }

    fn meets(&self, word: WordId, over: &[RandomId]) -> bool {
        self.words.random(word).iter().any(|(random, _)| over.contains(random))
    }

    /// Whether the laws declare the moment that a monomial needs. Letters that stay count too:
    /// `E[E[p'*p*r^2; p]; r]` is a fourth moment of the joint law of p and r.
    fn check_law(&self, monomial: MonomialId, over: &[RandomId]) -> Result<(), Stop> {
        // By group: the degree, whether a letter of it is integrated, whether one stays, and the
        // last letter whose mean is not declared.
        let mut groups: BTreeMap<u32, (i32, bool, bool, Option<LetterId>)> = BTreeMap::new();
        for (index, letter) in self.random.iter().enumerate() {
            let Some((group, mean_zero)) = letter.second_order else { continue };
            let id = RandomId(index as u16);
            let degree: i32 = self
                .monomials
                .factors(monomial)
                .iter()
                .map(|(atom, exponent)| match atom {
                    Atom::Trace(word) => self.words.count(*word, id) as i32 * exponent,
                    _ => 0,
                })
                .sum();
            if degree == 0 {
                continue;
            }
            let (sum, integrated, stays, open) = groups.entry(group).or_default();
            *sum += degree;
            *integrated |= over.contains(&id);
            *stays |= !over.contains(&id);
            if !mean_zero {
                *open = Some(letter.letter);
            }
        }
        for (degree, integrated, stays, open) in groups.into_values() {
            if !integrated {
                continue;
            }
            if stays {
                return Err(Stop::unsupported("an expectation over a part of a joint law"));
            }
            if degree > 2 {
                let what = format!("a moment of degree {degree} of a law known to second order");
                return Err(Stop::unsupported(what));
            }
            if let Some(letter) = open.filter(|_| degree == 1) {
                let name = self.alphabet.name(letter);
                return Err(Stop::unsupported(format!("the mean of `{name}` is not declared")));
            }
        }
        Ok(())
    }

    /// The letters to integrate, those that occur least often first.
    fn order(&self, level: &Level, over: &[RandomId]) -> Vec<RandomId> {
        let count = |random: &RandomId| -> u32 {
            let in_state =
                |state: &State| state.iter().map(|word| self.words.count(*word, *random)).sum();
            level.keys().map(in_state).max().unwrap_or(0)
        };
        let mut order: Vec<(u32, RandomId)> = over.iter().map(|one| (count(one), *one)).collect();
        order.sort_unstable();
        order.dedup();
        order.into_iter().filter(|(count, _)| *count > 0).map(|(_, random)| random).collect()
    }

    /// Integrates one random letter: states with most occurrences first.
    fn integrated(&mut self, level: Level, random: RandomId) -> Result<Level, Stop> {
        let mut buckets: BTreeMap<u32, Level> = BTreeMap::new();
        for (state, terms) in level {
            let count = state.iter().map(|word| self.words.count(*word, random)).sum();
            buckets.entry(count).or_default().insert(state, terms);
        }
        let mut expanded = 0;
        while let Some((count, bucket)) = buckets.pop_last() {
            if count == 0 {
                return Ok(bucket);
            }
            if count % 2 == 1 {
                continue;
            }
            expanded += bucket.len();
            if expanded > MOST_STATES {
                return Err(Stop::budget("states"));
            }
            let next = buckets.entry(count - 2).or_default();
            let mut size = 0;
            for (state, terms) in bucket {
                let pivot = self.pivot(&state, random);
                let (place, pairings) = self.pairings(&state, random, pivot);
                self.record(&state, random, (pivot, place), &pairings);
                for pairing in pairings {
                    let target = next.entry(pairing.state).or_default();
                    let before = target.len();
                    for (monomial, coefficient) in &terms {
                        let monomial = self.monomials.product(*monomial, pairing.deterministic);
                        let sum = target.entry(monomial).or_insert(IBig::ZERO);
                        *sum += coefficient * pairing.multiplicity;
                    }
                    size += target.len() - before;
                }
                if size > MOST_TERMS {
                    return Err(Stop::budget("terms"));
                }
            }
        }
        Ok(Level::new())
    }

    fn record(
        &mut self,
        state: &State,
        random: RandomId,
        pivot: (usize, usize),
        pairings: &[Pairing],
    ) {
        if let Some(record) = self.records.as_mut().and_then(|records| records.last_mut()) {
            let to = pairings
                .iter()
                .map(|one| (one.multiplicity, one.deterministic, one.state.clone()))
                .collect();
            record.steps.push(Step { state: state.clone(), random, pivot, to });
        }
    }

    /// The place of one occurrence of a random letter in the word number `pivot` of a state, and
    /// its pairings with all others.
    pub(super) fn pairings(
        &mut self,
        state: &State,
        random: RandomId,
        pivot: usize,
    ) -> (usize, Vec<Pairing>) {
        let mut rest = state.clone();
        let word = rest.remove(pivot);
        let letter = self.random[random.0 as usize].letter;
        let covariance = self.random[random.0 as usize].covariance.clone();
        let scale = self.random[random.0 as usize].scale.as_ref().map(|(scalar, _)| *scalar);
        let turned = self.alphabet.transpose(letter);
        let mut letters = self.words.letters(word).to_vec();
        let is_turned = !letters.contains(&letter);
        if is_turned {
            letters = transposed(&self.alphabet, &letters);
        }
        let front = letters.iter().position(|one| *one == letter).expect("the pivot's word");
        let place = if is_turned { letters.len() - 1 - front } else { front };
        letters.rotate_left(front);
        let after = letters.split_off(1);
        let (rows, columns) = (self.alphabet.rows(letter), self.alphabet.columns(letter));

        let mut pairings = Vec::new();
        for (place, partner) in after.iter().enumerate() {
            let (between, behind) = (&after[..place], &after[place + 1..]);
            // A letter that is its own transpose, a 1 x 1 one, is paired once.
            if *partner == turned {
                let first = [&covariance[..], behind].concat();
                let closed = [(first, rows), (between.to_vec(), columns)];
                pairings.push(self.pairing(&closed, &rest, scale, 1));
            } else if *partner == letter {
                let behind = transposed(&self.alphabet, behind);
                let closed = [([between, &covariance, &behind].concat(), columns)];
                pairings.push(self.pairing(&closed, &rest, scale, 1));
            }
        }
        let mut index = 0;
        while index < rest.len() {
            let other = rest[index];
            let copies = rest[index..].iter().take_while(|word| **word == other).count();
            let mut remaining = rest.clone();
            remaining.remove(index);
            let letters = self.words.letters(other).clone();
            for (place, partner) in letters.iter().enumerate() {
                let around = [&letters[place + 1..], &letters[..place]].concat();
                let around = if *partner == turned {
                    around
                } else if *partner == letter {
                    transposed(&self.alphabet, &around)
                } else {
                    continue;
                };
                let closed = [([&after[..], &covariance, &around].concat(), columns)];
                pairings.push(self.pairing(&closed, &remaining, scale, copies as u32));
            }
            index += copies;
        }
        (place, pairings)
    }

    /// The word in which the pivot stands: the one with fewest occurrences, then the shortest,
    /// then the first in the order of letters.
    fn pivot(&self, state: &State, random: RandomId) -> usize {
        let candidates =
            (0..state.len()).filter(|place| self.words.count(state[*place], random) > 0);
        let key = |place: &usize| {
            let letters = self.words.letters(state[*place]);
            (self.words.count(state[*place], random), letters.len(), letters)
        };
        candidates.min_by(|a, b| key(a).cmp(&key(b))).expect("a state with the letter: a bug")
    }

    fn pairing(
        &mut self,
        closed: &[(Vec<LetterId>, super::alphabet::SpaceId)],
        rest: &State,
        scale: Option<super::monomial::ScalarId>,
        multiplicity: u32,
    ) -> Pairing {
        let mut state = rest.clone();
        let mut factors: Vec<(Atom, i32)> = Vec::new();
        factors.extend(scale.map(|scalar| (Atom::Scalar(scalar), 1)));
        for (product, space) in closed {
            let mut found = Vec::new();
            self.words.close(&mut self.alphabet, product, *space, |factor| found.push(factor));
            for factor in found {
                match factor {
                    Factor::Closed(word) if !self.words.random(word).is_empty() => state.push(word),
                    other => factors.push((self.atom(other), 1)),
                }
            }
        }
        state.sort_unstable();
        Pairing { multiplicity, deterministic: self.monomials.of(&factors), state }
    }

    /// The values of the scalars in front of covariances put in for their symbols.
    pub(super) fn with_scales(&mut self, polynomial: &Polynomial) -> Result<Polynomial, Stop> {
        let scales: Vec<_> = self.random.iter().filter_map(|random| random.scale.clone()).collect();
        if scales.is_empty() {
            return Ok(polynomial.clone());
        }
        self.replace(polynomial, |_, atom| {
            let scale = scales.iter().find(|(scalar, _)| atom == Atom::Scalar(*scalar));
            Ok(scale.map(|(_, value)| value.clone()))
        })
    }
}

fn sorted(terms: FxHashMap<MonomialId, IBig>) -> Vec<(MonomialId, IBig)> {
    let mut terms: Vec<_> = terms.into_iter().collect();
    terms.sort_unstable_by_key(|(monomial, _)| *monomial);
    terms
}

fn lcm(a: &dashu_int::UBig, b: &dashu_int::UBig) -> dashu_int::UBig {
    use dashu_int::ops::Gcd;
    a / a.gcd(b) * b
}
