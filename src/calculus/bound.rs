//! Bounds in decidable fragments: after substitutions that put in the hypotheses, what is left is
//! visibly nonnegative, or a polynomial in one variable that Sturm's sequence decides.
//!
//! With `Lambda >= m` the eigenvalues are m + x with x >= 0 and tr(Lambda) is d m + t with t >= 0;
//! with `u >= a` a scalar is a + x, with `u <= a` it is a - x, or a/(1 + x) where it is positive; a
//! size is 1 + n, where n runs through all real numbers from 0. Each of these is an identity, so a
//! bound is shown as identities with visible signs. Inequalities of traces for all sizes are
//! undecidable: a bound that is not proved is open.

use super::algebra::Algebra;
use super::alphabet::{LetterId, Role};
use super::derivative::Moving;
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, DenominatorId, MonomialId, ScalarId};
use super::polynomial::Polynomial;
use super::sign::Sign;
use crate::certificate::{Meaning, Over};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// `Lambda >= m` for a letter.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    pub(super) letter: LetterId,
    /// m, a positive scalar.
    pub(super) least: Polynomial,
    /// Its place among the hypotheses.
    pub(super) hypothesis: usize,
}

/// A hypothesis about a scalar letter or a size.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) scalar: ScalarId,
    pub(super) other: Polynomial,
    /// Whether the scalar is the larger side.
    pub(super) is_above: bool,
    /// Its place among the hypotheses.
    pub(super) hypothesis: usize,
}

/// What is supposed, and what the variables stand for that are put in.
#[derive(Clone, Debug, Default)]
pub(super) struct Hypotheses {
    pub(super) floors: Vec<Floor>,
    pub(super) sides: Vec<Side>,
    pub(super) meanings: BTreeMap<String, Meaning>,
}

/// A part `above/(below*squares)` of a difference, under a sum.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) over: Over,
    pub(super) above: Polynomial,
    pub(super) below: Polynomial,
    /// Even powers of divisors without a sign, and of those that are at least zero: they are
    /// positive wherever the divisors do not vanish.
    pub(super) squares: Polynomial,
}

impl Part {
    pub(super) fn new(over: Over, above: Polynomial, below: Polynomial) -> Self {
        Self { over, above, below, squares: Polynomial::one() }
    }
}

/// A difference as a sum of parts that are not negative.
#[derive(Debug)]
pub(super) struct Shown {
    /// The letter in whose eigenbasis the sums are written.
    pub(super) basis: Option<LetterId>,
    pub(super) parts: Vec<Part>,
    pub(super) meanings: BTreeMap<String, Meaning>,
}

impl Algebra {
    /// How `polynomial >= 0` is shown; `None` where the fragments do not show it.
    ///
    /// # Errors
    /// Why the fragments do not apply.
    pub(super) fn shown_nonnegative(
        &mut self,
        polynomial: &Polynomial,
        form: Option<Moving>,
        mut hypotheses: Hypotheses,
    ) -> Result<Option<Shown>, Stop> {
        let normal = self.normal(polynomial)?;
        let whole = Part::new(Over::Once, normal.clone(), Polynomial::one());
        let whole = self.over_one_divisor(whole)?;
        let mut attempts: Vec<(Option<LetterId>, Vec<Part>)> = Vec::new();
        match form {
            Some(moving) => {
                attempts.push(self.form_on_eigenvalues(&whole.above, moving, &mut hypotheses)?);
            }
            None => {
                let above = whole.above.clone();
                attempts.push((None, vec![Part::new(Over::Once, above, Polynomial::one())]));
                for letter in self.spectra(&whole.above) {
                    let parts = self.traces_on_eigenvalues(&whole.above, letter, &mut hypotheses);
                    // An inverse without a sign may be one in the other words, too.
                    attempts.extend(parts.ok().flatten().map(|parts| (Some(letter), parts)));
                }
            }
        }
        'attempts: for (basis, parts) in attempts {
            let mut shown = Vec::new();
            for mut part in parts.into_iter().filter(|part| !part.above.is_empty()) {
                part.below = part.below.times(&whole.below, &mut self.monomials)?;
                part.squares = whole.squares.clone();
                match self.shown_part(&part, &mut hypotheses)? {
                    Some(part) => shown.push(part),
                    None => continue 'attempts,
                }
            }
            return Ok(Some(Shown { basis, parts: shown, meanings: hypotheses.meanings }));
        }
        let (_, divisors) = self.cleared(&normal)?;
        for (id, _) in divisors {
            let divisor = self.denominator(id);
            if self.sign(divisor) != Sign::Positive {
                let shown = self.show(divisor);
                let message = format!("the sign of the divisor `{shown}` is not known");
                return Err(Stop::unsupported(message));
            }
        }
        Ok(None)
    }

    /// The part with what is replaced, such that its signs are visible.
    fn shown_part(
        &mut self,
        part: &Part,
        hypotheses: &mut Hypotheses,
    ) -> Result<Option<Part>, Stop> {
        for choice in 0..8 {
            let chosen = |bit: u8| choice >> bit & 1 == 1;
            let mut replaced = self.over_one_divisor(part.clone())?;
            if chosen(1) {
                replaced = self.with_traces(replaced, hypotheses)?;
            }
            if chosen(2) {
                replaced = self.with_hypotheses(replaced, hypotheses)?;
            }
            if chosen(0) {
                replaced = self.with_sizes(replaced, hypotheses)?;
            }
            // The polynomials of reciprocals have their signs from the order of their terms.
            let turned = replaced.below.scaled(&-RBig::ONE);
            if self.sign(&turned) == Sign::Positive {
                replaced.above = replaced.above.scaled(&-RBig::ONE);
                replaced.below = turned;
            }
            // The squares are positive wherever the bound means something.
            if self.sign(&replaced.below) == Sign::Positive && self.is_nonnegative(&replaced.above)
            {
                return Ok(Some(replaced));
            }
        }
        Ok(None)
    }

    /// tr(Lambda) = d m + t.
    fn with_traces(&mut self, part: Part, hypotheses: &mut Hypotheses) -> Result<Part, Stop> {
        let (floors, meanings) = (&hypotheses.floors, &mut hypotheses.meanings);
        self.part_with(part, |algebra, atom| {
            let Atom::Trace(word) = atom else { return Ok(None) };
            let letters = algebra.words.letters(word).clone();
            let Some(floor) = floors.iter().find(|floor| letters[..] == [floor.letter]) else {
                return Ok(None);
            };
            let space = algebra.alphabet.rows(floor.letter);
            let size = algebra.trace(&[], space);
            let name = format!("#trace {}", algebra.alphabet.name(floor.letter));
            let mut value = algebra.nonnegative_value(&name);
            meanings.insert(name, Meaning::Trace(floor.hypothesis));
            let least = floor.least.times_monomial(size, &mut algebra.monomials);
            value.add_scaled(&least, &RBig::ONE);
            Ok(Some(value))
        })
    }

    /// Scalars by the hypotheses about them, each as often as there are hypotheses: the other side
    /// of one may hold the scalar of the next.
    fn with_hypotheses(
        &mut self,
        mut part: Part,
        hypotheses: &mut Hypotheses,
    ) -> Result<Part, Stop> {
        let (sides, meanings) = (&hypotheses.sides, &mut hypotheses.meanings);
        for _ in 0..sides.len() {
            for Side { scalar, other, is_above, hypothesis } in sides {
                part = self.part_with(part, |algebra, atom| {
                    if atom != Atom::Scalar(*scalar) {
                        return Ok(None);
                    }
                    let positive = algebra.is_positive(*scalar);
                    if !is_above && positive && algebra.sign(other) == Sign::Positive {
                        let name = format!("#ratio {hypothesis}");
                        let mut divisor = algebra.nonnegative_value(&name);
                        meanings.insert(name, Meaning::Ratio(*hypothesis));
                        divisor.add_scaled(&Polynomial::one(), &RBig::ONE);
                        let inverse = algebra.reciprocal(&divisor)?;
                        return Ok(Some(other.times(&inverse, &mut algebra.monomials)?));
                    }
                    let name = format!("#given {hypothesis}");
                    let apart = algebra.nonnegative_value(&name);
                    meanings.insert(name, Meaning::Given(*hypothesis));
                    let mut value = other.clone();
                    let sign = if *is_above { RBig::ONE } else { -RBig::ONE };
                    value.add_scaled(&apart, &sign);
                    Ok(Some(value))
                })?;
            }
        }
        Ok(part)
    }

    /// Sizes are 1 + n.
    fn with_sizes(&mut self, part: Part, hypotheses: &mut Hypotheses) -> Result<Part, Stop> {
        let meanings = &mut hypotheses.meanings;
        self.part_with(part, |algebra, atom| {
            let Atom::Scalar(scalar) = atom else { return Ok(None) };
            if !algebra.is_size(scalar) {
                return Ok(None);
            }
            let size = algebra.scalar_name(scalar).to_string();
            let name = format!("#size {size}");
            let mut value = algebra.nonnegative_value(&name);
            meanings.insert(name, Meaning::Size(size));
            value.add_scaled(&Polynomial::one(), &RBig::ONE);
            Ok(Some(value))
        })
    }

    fn part_with(
        &mut self,
        part: Part,
        mut value: impl FnMut(&mut Self, Atom) -> Result<Option<Polynomial>, Stop>,
    ) -> Result<Part, Stop> {
        let replaced = Part {
            over: part.over,
            above: self.replace(&part.above, &mut value)?,
            below: self.replace(&part.below, &mut value)?,
            squares: self.replace(&part.squares, &mut value)?,
        };
        self.over_one_divisor(replaced)
    }

    /// The same part without reciprocals and negative exponents.
    fn over_one_divisor(&mut self, part: Part) -> Result<Part, Stop> {
        let (mut above, divisors) = self.cleared(&part.above)?;
        let product = self.product_of(&divisors)?;
        let mut below = [part.below.times(&product, &mut self.monomials)?, part.squares];
        for divisor in &mut below {
            let (numerator, divisors) = self.cleared(divisor)?;
            *divisor = numerator;
            above = above.times(&self.product_of(&divisors)?, &mut self.monomials)?;
        }
        for (atom, exponent) in self.negative_exponents(&above) {
            let positive = self.sign_of_atom(atom) == Sign::Positive;
            let (divisor, exponent) =
                if positive { (0, exponent) } else { (1, exponent + exponent % 2) };
            let power = self.monomials.of(&[(atom, exponent)]);
            above = above.times_monomial(power, &mut self.monomials);
            below[divisor] = below[divisor].times_monomial(power, &mut self.monomials);
        }
        for divisor in &mut below {
            for (atom, exponent) in self.negative_exponents(divisor) {
                let power = self.monomials.of(&[(atom, exponent)]);
                above = above.times_monomial(power, &mut self.monomials);
                *divisor = divisor.times_monomial(power, &mut self.monomials);
            }
        }
        let [below, squares] = below;
        Ok(Part { over: part.over, above, below, squares })
    }

    fn product_of(&mut self, divisors: &[(DenominatorId, i32)]) -> Result<Polynomial, Stop> {
        let mut product = Polynomial::one();
        for (id, exponent) in divisors {
            let factor = self.denominator(*id).clone();
            let power = factor.power(exponent.unsigned_abs(), &mut self.monomials)?;
            product = product.times(&power, &mut self.monomials)?;
        }
        Ok(product)
    }

    /// How far exponents of atoms are below zero.
    fn negative_exponents(&self, polynomial: &Polynomial) -> Vec<(Atom, i32)> {
        let lowest = self.lowest_exponents(polynomial).into_iter();
        lowest.filter(|(_, e)| *e < 0).map(|(atom, e)| (atom, -e)).collect()
    }

    fn lowest_exponents(&self, polynomial: &Polynomial) -> Vec<(Atom, i32)> {
        let atoms = polynomial.atoms(&self.monomials).into_iter();
        let lowest = atoms.map(|atom| {
            let exponents = polynomial.terms().map(|(monomial, _)| {
                let factors = self.monomials.factors(monomial);
                factors.iter().find(|(known, _)| *known == atom).map_or(0, |(_, e)| *e)
            });
            (atom, exponents.min().unwrap_or(0))
        });
        lowest.collect()
    }

    /// The largest monomial that is visibly nonnegative and divides every term of a polynomial
    /// without negative exponents.
    pub(super) fn nonnegative_content(&mut self, polynomial: &Polynomial) -> MonomialId {
        let mut content = self.lowest_exponents(polynomial);
        for (atom, exponent) in &mut content {
            if self.sign_of_atom(*atom) == Sign::Unknown {
                *exponent -= *exponent % 2;
            }
        }
        self.monomials.of(&content)
    }

    /// The hypothesis that a matrix is bounded below, if it is about a letter.
    pub(super) fn floor(
        &self,
        matrix: &Matrix,
        least: Polynomial,
        hypothesis: usize,
    ) -> Option<Floor> {
        let Some(([letter], factor)) = matrix.single() else { return None };
        let is_letter = match self.alphabet.role(*letter) {
            Role::Power { exponents, .. } => exponents[..] == [(0, 2)],
            Role::Free => self.alphabet.transpose(*letter) == *letter,
            _ => false,
        };
        let one = factor.as_number() == Some(RBig::ONE);
        (is_letter && one && self.sign(&least) == Sign::Positive).then_some(Floor {
            letter: *letter,
            least,
            hypothesis,
        })
    }
}
