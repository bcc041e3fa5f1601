//! Bounds in decidable fragments: after substitutions that put in the hypotheses, no coefficient
//! is negative.
//!
//! A quadratic form `sum_k c_k tr(V B_k V' A_k)` with A_k, B_k in the family of one positive
//! definite letter equals `sum_ij F(l_j, l_i) v_ij^2` in its eigenbasis, so it is nonnegative for
//! all V where `F >= 0` on pairs of eigenvalues; likewise `tr f(Lambda) >= 0` where `f >= 0`. With
//! `Lambda >= m` the eigenvalues are m + s with s >= 0, a size is 1 + n with n >= 0, and
//! tr(Lambda) is d m + t with t >= 0. Inequalities of traces for all sizes are undecidable, so a
//! bound that is not proved is open.

use super::algebra::Algebra;
use super::alphabet::{Exponent, FamilyId, LetterId, Role};
use super::derivative::Moving;
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, ScalarId};
use super::polynomial::Polynomial;
use super::sign::Sign;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// `Lambda >= m` for the letter of a family.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    /// The letter.
    pub(super) letter: LetterId,
    /// m, a positive scalar.
    pub(super) least: Polynomial,
}

/// What is supposed.
#[derive(Clone, Debug, Default)]
pub(super) struct Hypotheses {
    pub(super) floors: Vec<Floor>,
    /// `x >= y` for a scalar letter x.
    pub(super) scalars: Vec<(ScalarId, Polynomial)>,
}

impl Algebra {
    /// Whether `polynomial >= 0` is shown.
    ///
    /// # Errors
    /// Why the fragments do not apply.
    pub(super) fn is_shown_nonnegative(
        &mut self,
        polynomial: &Polynomial,
        form: Option<Moving>,
        hypotheses: &Hypotheses,
    ) -> Result<bool, Stop> {
        let normal = self.without_reciprocals(polynomial)?;
        let reduced = match form {
            Some(moving) => self.form_on_eigenvalues(&normal, moving, hypotheses)?,
            None => self.traces_on_eigenvalues(&normal, hypotheses)?,
        };
        for with_sizes in [false, true] {
            for with_traces in [false, true] {
                if self.shown(&reduced, hypotheses, with_sizes, with_traces)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The polynomial times its reciprocals' polynomials, which have to be positive.
    fn without_reciprocals(&mut self, polynomial: &Polynomial) -> Result<Polynomial, Stop> {
        let (cleared, below) = self.cleared(polynomial)?;
        for (id, _) in &below {
            let denominator = self.denominator(*id).clone();
            if self.sign(&denominator) != Sign::Positive {
                let shown = self.show(&denominator);
                return Err(Stop::unsupported(format!(
                    "the sign of the divisor `{shown}` is not known"
                )));
            }
        }
        Ok(cleared)
    }

    /// F(x, y) of a quadratic form, with x and y above the floor of the family.
    fn form_on_eigenvalues(
        &mut self,
        polynomial: &Polynomial,
        moving: Moving,
        hypotheses: &Hypotheses,
    ) -> Result<Polynomial, Stop> {
        let mut family = None;
        // c by the exponents of A and B.
        let mut terms: Vec<([Vec<Exponent>; 2], Polynomial)> = Vec::new();
        for (monomial, coefficient) in polynomial.terms() {
            let Some((rest, (a, b))) = self.quadratic_term(monomial, moving)? else {
                return Err(Stop::unsupported("the bound is no quadratic form in the letter"));
            };
            let mut exponents = [Vec::new(), Vec::new()];
            for (side, word) in exponents.iter_mut().zip([&a, &b]) {
                *side = self.exponents_in(word, &mut family)?;
            }
            terms.push((exponents, Polynomial::term(rest, coefficient.clone())));
        }
        let Some(family) = family else {
            // No letter between: c tr(V V').
            let mut sum = Polynomial::default();
            terms.iter().for_each(|(_, factor)| sum.add_scaled(factor, &RBig::ONE));
            return Ok(sum);
        };
        let lowest = [0, 1].map(|side| lowest(terms.iter().map(|(exponents, _)| &exponents[side])));
        self.check_definite(family, lowest.iter().flatten())?;
        let points = ["#x", "#y"].map(|name| self.eigenvalue(family, name, hypotheses));
        let mut sum = Polynomial::default();
        for (exponents, factor) in terms {
            let mut product = factor;
            for side in 0..2 {
                let raised = raised(&exponents[side], &lowest[side]);
                let value = self.at_eigenvalue(family, &raised, &points[side])?;
                product = product.times(&value, &mut self.monomials)?;
            }
            sum.add_scaled(&product, &RBig::ONE);
        }
        Ok(sum)
    }

    /// A sum `sum_k c_k tr(f_k(Lambda))` as f at an eigenvalue; anything else stays as it is.
    fn traces_on_eigenvalues(
        &mut self,
        polynomial: &Polynomial,
        hypotheses: &Hypotheses,
    ) -> Result<Polynomial, Stop> {
        let mut family = None;
        let mut terms: Vec<(Vec<Exponent>, Polynomial)> = Vec::new();
        for (monomial, coefficient) in polynomial.terms() {
            let factors = self.monomials.factors(monomial).clone();
            let trace = factors.iter().find_map(|(atom, exponent)| match atom {
                Atom::Trace(word) if *exponent == 1 => {
                    Some((*atom, self.words.letters(*word).to_vec()))
                }
                _ => None,
            });
            let Some((atom, word)) = trace else { return Ok(polynomial.clone()) };
            let Ok(exponents) = self.exponents_in(&word, &mut family) else {
                return Ok(polynomial.clone());
            };
            let without = self.monomials.of(&[(atom, -1)]);
            let rest = self.monomials.product(monomial, without);
            terms.push((exponents, Polynomial::term(rest, coefficient.clone())));
        }
        let Some(family) = family else { return Ok(polynomial.clone()) };
        let lowest = lowest(terms.iter().map(|(exponents, _)| exponents));
        if self.check_definite(family, lowest.iter()).is_err() {
            return Ok(polynomial.clone());
        }
        let point = self.eigenvalue(family, "#x", hypotheses);
        let mut sum = Polynomial::default();
        for (exponents, factor) in terms {
            let value = self.at_eigenvalue(family, &raised(&exponents, &lowest), &point)?;
            sum.add_scaled(&factor.times(&value, &mut self.monomials)?, &RBig::ONE);
        }
        Ok(sum)
    }

    /// The exponents of a word of one family, the same for all words.
    fn exponents_in(
        &self,
        word: &[LetterId],
        family: &mut Option<FamilyId>,
    ) -> Result<Vec<Exponent>, Stop> {
        let outside = || Stop::unsupported("the factors are not of one commuting family");
        match word {
            [] => Ok(Vec::new()),
            [letter] => match self.alphabet.role(*letter) {
                Role::Power { family: of, exponents, .. } => {
                    let odd = exponents.iter().any(|(_, doubled)| doubled % 2 != 0);
                    let other = family.is_some_and(|known| known != *of);
                    if odd || other || !self.alphabet.family_is_definite(*of) {
                        return Err(outside());
                    }
                    *family = Some(*of);
                    Ok(exponents.to_vec())
                }
                _ => Err(outside()),
            },
            _ => Err(outside()),
        }
    }

    /// Whether the generators that are multiplied with are positive on the spectrum.
    fn check_definite<'a>(
        &self,
        family: FamilyId,
        exponents: impl Iterator<Item = &'a Exponent>,
    ) -> Result<(), Stop> {
        for (generator, exponent) in exponents {
            if *exponent != 0 && !self.is_definite(family, *generator) {
                return Err(Stop::unsupported("an inverse is not visibly positive definite"));
            }
        }
        Ok(())
    }

    /// An eigenvalue of the letter: its floor, if it has one, plus something positive.
    fn eigenvalue(&mut self, family: FamilyId, name: &str, hypotheses: &Hypotheses) -> Polynomial {
        let above = self.positive_value(name);
        let letter = self.alphabet.power(family, false, &[(0, 2)]);
        match hypotheses.floors.iter().find(|floor| floor.letter == letter) {
            Some(floor) => floor.least.clone().minus(&above.scaled(&-RBig::ONE)),
            None => above,
        }
    }

    /// A product of powers of generators, none negative, at an eigenvalue.
    fn at_eigenvalue(
        &mut self,
        family: FamilyId,
        exponents: &[Exponent],
        point: &Polynomial,
    ) -> Result<Polynomial, Stop> {
        let mut product = Polynomial::one();
        for (generator, doubled) in exponents {
            let element = self.element(family, *generator);
            let mut value = element.slope.times(point, &mut self.monomials)?;
            value.add_scaled(&element.shift, &RBig::ONE);
            let power = value.power((doubled / 2).unsigned_abs(), &mut self.monomials)?;
            product = product.times(&power, &mut self.monomials)?;
        }
        Ok(product)
    }

    /// Whether no coefficient is negative once the hypotheses are put in.
    fn shown(
        &mut self,
        polynomial: &Polynomial,
        hypotheses: &Hypotheses,
        with_sizes: bool,
        with_traces: bool,
    ) -> Result<bool, Stop> {
        let scalars = hypotheses.scalars.clone();
        let floors = hypotheses.floors.clone();
        let replaced = self.replace(polynomial, |algebra, atom| match atom {
            Atom::Scalar(scalar) => {
                if let Some((_, least)) = scalars.iter().find(|(one, _)| *one == scalar) {
                    let name = format!("#above {}", algebra.scalar_name(scalar));
                    let above = algebra.positive_value(&name);
                    return Ok(Some(above.minus(&least.scaled(&-RBig::ONE))));
                }
                if with_sizes && algebra.is_size(scalar) {
                    let name = format!("#above {}", algebra.scalar_name(scalar));
                    let above = algebra.positive_value(&name);
                    return Ok(Some(above.minus(&Polynomial::number(-RBig::ONE))));
                }
                Ok(None)
            }
            Atom::Trace(word) if with_traces => {
                let letters = algebra.words.letters(word).clone();
                let floor = floors.iter().find(|floor| letters[..] == [floor.letter]);
                let Some(floor) = floor else { return Ok(None) };
                let space = algebra.alphabet.rows(floor.letter);
                let size = algebra.trace(&[], space);
                let name = format!("#above tr({})", algebra.alphabet.name(floor.letter));
                let above = algebra.positive_value(&name);
                let least = floor.least.times_monomial(size, &mut algebra.monomials);
                Ok(Some(above.minus(&least.scaled(&-RBig::ONE))))
            }
            _ => Ok(None),
        })?;
        let (cleared, below) = self.cleared(&replaced)?;
        let positive = below.iter().all(|(id, _)| {
            let denominator = self.denominator(*id);
            self.sign(denominator) == Sign::Positive
        });
        // A negative power of a replaced scalar is a reciprocal by now.
        Ok(positive && self.sign(&cleared) >= Sign::Nonnegative)
    }

    /// The hypothesis that a matrix is bounded below, if it is about the letter of a family.
    pub(super) fn floor(&self, matrix: &Matrix, least: Polynomial) -> Option<Floor> {
        let Some(([letter], factor)) = matrix.single() else { return None };
        let is_letter = matches!(
            self.alphabet.role(*letter),
            Role::Power { exponents, .. } if exponents[..] == [(0, 2)]
        );
        let one = factor.as_number() == Some(RBig::ONE);
        (is_letter && one && self.sign(&least) == Sign::Positive)
            .then_some(Floor { letter: *letter, least })
    }
}

/// Of every generator the lowest exponent, at most 0.
fn lowest<'a>(all: impl Iterator<Item = &'a Vec<Exponent>>) -> Vec<Exponent> {
    let mut lowest: BTreeMap<u16, i32> = BTreeMap::new();
    for (generator, exponent) in all.flatten() {
        let least = lowest.entry(*generator).or_default();
        *least = (*least).min(*exponent);
    }
    lowest.into_iter().collect()
}

/// Exponents after multiplication with the inverse of the lowest ones.
fn raised(exponents: &[Exponent], lowest: &[Exponent]) -> Vec<Exponent> {
    let negated: Vec<Exponent> = lowest.iter().map(|(generator, e)| (*generator, -e)).collect();
    super::alphabet::added(exponents, &negated)
}
