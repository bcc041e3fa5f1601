//! Polynomials over one denominator, for display: what cancels is divided out.

use super::algebra::Algebra;
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, MonomialId, Monomials};
use super::polynomial::Polynomial;
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Steps of a division, beyond the terms of the dividend.
const STEPS: usize = 64;

impl Algebra {
    /// The polynomial with the coefficients of equal products of traces and letters over one
    /// denominator each, without the factors of it that divide the numerator.
    pub(super) fn fraction(&mut self, polynomial: &Polynomial) -> Result<Polynomial, Stop> {
        let normal = self.normal(polynomial)?;
        let mut coefficients: BTreeMap<MonomialId, Polynomial> = BTreeMap::new();
        for (monomial, number) in normal.terms() {
            let (mut inside, mut outside) = (Vec::new(), Vec::new());
            for (atom, exponent) in self.monomials.factors(monomial).clone().iter() {
                let in_coefficient = match atom {
                    Atom::Scalar(scalar) => self.is_size(*scalar),
                    Atom::Reciprocal(_) => true,
                    Atom::Trace(_) => false,
                };
                if in_coefficient { &mut inside } else { &mut outside }.push((*atom, *exponent));
            }
            let (inside, outside) = (self.monomials.of(&inside), self.monomials.of(&outside));
            coefficients.entry(outside).or_default().add_term(inside, number);
        }
        let mut sum = Polynomial::default();
        for (outside, coefficient) in coefficients {
            let coefficient = self.single_fraction(&coefficient)?;
            sum.add_scaled(&coefficient.times_monomial(outside, &mut self.monomials), &RBig::ONE);
        }
        Ok(sum)
    }

    /// One numerator over one denominator.
    fn single_fraction(&mut self, polynomial: &Polynomial) -> Result<Polynomial, Stop> {
        let (mut numerator, below) = self.cleared(polynomial)?;
        let mut denominator = MonomialId::ONE;
        for (id, mut exponent) in below {
            let factor = self.denominator(id).clone();
            while exponent > 0
                && let Some(quotient) = divided(&numerator, &factor, &mut self.monomials)
            {
                numerator = quotient;
                exponent -= 1;
            }
            let power = self.monomials.of(&[(Atom::Reciprocal(id), exponent)]);
            denominator = self.monomials.product(denominator, power);
        }
        Ok(numerator.times_monomial(denominator, &mut self.monomials))
    }

    /// The normal form of a matrix, with fractions for coefficients.
    pub(super) fn displayed(&mut self, matrix: &Matrix) -> Result<Matrix, Stop> {
        let normal = self.normal_matrix(matrix)?;
        normal.map(|coefficient| self.fraction(coefficient))
    }
}

/// The quotient where the division is exact; `None` where it is not, or not soon.
fn divided(
    dividend: &Polynomial,
    divisor: &Polynomial,
    monomials: &mut Monomials,
) -> Option<Polynomial> {
    let (lead, factor) = leading(divisor, monomials)?;
    let inverse = monomials.power(lead, -1);
    let mut rest = dividend.clone();
    let mut quotient = Polynomial::default();
    for _ in 0..dividend.len() + STEPS {
        let Some((monomial, coefficient)) = leading(&rest, monomials) else {
            return Some(quotient);
        };
        let monomial = monomials.product(monomial, inverse);
        let coefficient = coefficient / &factor;
        let product = divisor.times_monomial(monomial, monomials);
        rest.add_scaled(&product, &-coefficient.clone());
        quotient.add_term(monomial, &coefficient);
    }
    None
}

/// The largest monomial in an order that products keep: the first atom whose exponents differ
/// decides.
fn leading(polynomial: &Polynomial, monomials: &Monomials) -> Option<(MonomialId, RBig)> {
    let (monomial, coefficient) =
        polynomial.terms().max_by(|(a, _), (b, _)| compare(*a, *b, monomials))?;
    Some((monomial, coefficient.clone()))
}

fn compare(a: MonomialId, b: MonomialId, monomials: &Monomials) -> Ordering {
    let (a, b) = (monomials.factors(a), monomials.factors(b));
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let ((one, e), (other, f)) = match (left.peek(), right.peek()) {
            (None, None) => return Ordering::Equal,
            (Some((_, e)), None) => return e.cmp(&0),
            (None, Some((_, f))) => return 0.cmp(f),
            (Some(one), Some(other)) => (**one, **other),
        };
        match one.cmp(&other) {
            Ordering::Less => return e.cmp(&0),
            Ordering::Greater => return 0.cmp(&f),
            Ordering::Equal if e != f => return e.cmp(&f),
            Ordering::Equal => {
                left.next();
                right.next();
            }
        }
    }
}
