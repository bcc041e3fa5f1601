//! Integrating coordinates out of polynomials and of products of polynomials.

use super::error::ExactError;
use super::law::{Laws, Meter, Moment, Scope};
use super::monomial::Monomial;
use super::number::Number;
use super::polynomial::{Accumulator, Polynomial};
use std::collections::BTreeMap;

/// A polynomial sorted for integration: what an expectation leaves, and for each such monomial
/// the bound parts with their coefficients by increasing parity.
pub(super) struct Prepared {
    groups: Vec<(Monomial, Vec<Term>)>,
}

struct Term {
    parity: u64,
    bound: Monomial,
    coefficient: Number,
}

impl Prepared {
    pub(super) fn new(polynomial: &Polynomial, scope: Scope, laws: &Laws) -> Self {
        let mut groups = BTreeMap::<Monomial, Vec<Term>>::new();
        for (monomial, coefficient) in polynomial.terms() {
            let (bound, rest) = monomial.split(|variable| laws.binds(scope, variable));
            let parity = laws.parity(&bound);
            let coefficient = coefficient.clone();
            groups.entry(rest).or_default().push(Term { parity, bound, coefficient });
        }
        for terms in groups.values_mut() {
            // Stable, so that terms of one parity stay in the order of monomials.
            terms.sort_by_key(|term| term.parity);
        }
        Self { groups: groups.into_iter().collect() }
    }
}

/// The expectation of a polynomial over the coordinates of `scope`.
///
/// # Errors
/// Unknown moments, and [`ExactError::TooLarge`].
pub(super) fn integrate(
    polynomial: &Polynomial,
    scope: Scope,
    laws: &mut Laws,
    meter: &mut Meter,
) -> Result<Polynomial, ExactError> {
    meter.pay(polynomial.len(), "an expectation")?;
    let mut sum = Accumulator::default();
    for (monomial, coefficient) in polynomial.terms() {
        let (bound, rest) = monomial.split(|variable| laws.binds(scope, variable));
        match laws.moment(&bound)? {
            Moment::Number(moment) => sum.add(rest, coefficient.multiply(&moment)),
            Moment::Polynomial(moment) => {
                sum.add_product(&Polynomial::term(rest, coefficient.clone()), &moment);
            }
        }
    }
    Ok(sum.finish())
}

/// The expectation of a sum of products, without expanding a product: only pairs of terms whose
/// exponents agree modulo 2 have a moment, and none is stored.
///
/// # Errors
/// Unknown moments, and [`ExactError::TooLarge`].
pub(super) fn integrate_products<'a>(
    products: impl Iterator<Item = (&'a Prepared, &'a Prepared)>,
    laws: &mut Laws,
    meter: &mut Meter,
) -> Result<Polynomial, ExactError> {
    let mut sum = Accumulator::default();
    for (left, right) in products {
        for (left_rest, left_terms) in &left.groups {
            for (right_rest, right_terms) in &right.groups {
                let Some(rest) = left_rest.times(right_rest) else { continue };
                let value = pair(left_terms, right_terms, laws, meter)?;
                match value.as_constant() {
                    Some(number) => sum.add(rest, number),
                    None => sum.add_product(&Polynomial::term(rest, Number::ONE), &value),
                }
            }
        }
    }
    Ok(sum.finish())
}

/// The sum over pairs of terms of coefficients times the moment of the product.
fn pair(
    mut left: &[Term],
    mut right: &[Term],
    laws: &mut Laws,
    meter: &mut Meter,
) -> Result<Polynomial, ExactError> {
    let mut sum = Number::ZERO;
    let mut polynomial = Accumulator::default();
    while let (Some(a), Some(b)) = (left.first(), right.first()) {
        let (a, b) = (a.parity, b.parity);
        let left_run = left.partition_point(|term| term.parity <= a.min(b));
        let right_run = right.partition_point(|term| term.parity <= a.min(b));
        let (these, those) = (&left[..left_run], &right[..right_run]);
        (left, right) = (&left[left_run..], &right[right_run..]);
        meter.pay(these.len() as u64 * those.len() as u64, "an expectation")?;
        for term in these {
            let mut inner = Number::ZERO;
            for other in those {
                let Some(product) = term.bound.times(&other.bound) else {
                    unreachable!("bound monomials have no infinitesimals, this is a bug");
                };
                match laws.moment(&product)? {
                    Moment::Number(moment) => {
                        if !moment.is_zero() {
                            inner = inner.add(&other.coefficient.multiply(&moment));
                        }
                    }
                    Moment::Polynomial(moment) => {
                        let factor = term.coefficient.multiply(&other.coefficient);
                        polynomial.add_polynomial(&moment.scale(&factor));
                    }
                }
            }
            sum = sum.add(&term.coefficient.multiply(&inner));
        }
    }
    polynomial.add(Monomial::ONE, sum);
    Ok(polynomial.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::exact::error::Budget;
    use std::sync::Arc;

    const SCOPE: Scope = Scope(1);

    fn standard(laws: &mut Laws, name: &str) -> Polynomial {
        laws.independent(SCOPE, &Arc::from(name), Number::ONE).unwrap()
    }

    fn power(base: &Polynomial, exponent: u32) -> Polynomial {
        (0..exponent).fold(Polynomial::constant(Number::ONE), |power, _| power.multiply(base))
    }

    /// Oracle: E (z_1^2 + ... + z_n^2)^k = n (n + 2) ... (n + 2k - 2), the chi-square moments.
    #[test]
    fn powers_of_a_sum_of_squares_have_chi_square_moments() {
        let mut laws = Laws::default();
        let mut meter = Meter::new(Budget::default());
        let mut sum = Polynomial::zero();
        for n in 1..=4_usize {
            let z = standard(&mut laws, "z");
            sum = sum.add(&z.multiply(&z));
            for k in 1..=4_u32 {
                let expected = (0..k as usize).map(|j| n + 2 * j).product::<usize>().to_string();
                let expanded = integrate(&power(&sum, k), SCOPE, &mut laws, &mut meter).unwrap();
                assert_eq!(expanded.as_constant().unwrap().to_string(), expected);
                let left = Prepared::new(&power(&sum, k / 2), SCOPE, &laws);
                let right = Prepared::new(&power(&sum, k - k / 2), SCOPE, &laws);
                let halves = [(&left, &right)].into_iter();
                let paired = integrate_products(halves, &mut laws, &mut meter).unwrap();
                assert_eq!(paired.as_constant().unwrap().to_string(), expected);
            }
        }
    }

    #[test]
    fn an_expectation_leaves_what_it_does_not_bind() {
        let mut laws = Laws::default();
        let mut meter = Meter::new(Budget::default());
        let x = standard(&mut laws, "x");
        let y = laws.independent(Scope(0), &Arc::from("y"), Number::from(2_i64)).unwrap();
        let product = x.multiply(&y).add(&y);
        let square = product.multiply(&product);
        let value = integrate(&square, SCOPE, &mut laws, &mut meter).unwrap();
        // E_x (x y + y)^2 = 2 y^2, whose expectation is 4.
        assert_eq!(value.len(), 1);
        let value = integrate(&value, Scope(0), &mut laws, &mut meter).unwrap();
        assert_eq!(value.as_constant().unwrap().to_string(), "4");
    }

    #[test]
    fn an_expectation_beyond_the_budget_is_refused() {
        let mut laws = Laws::default();
        let mut meter = Meter::new(Budget { products: 3, terms: 3 });
        let sum = (0..5).fold(Polynomial::zero(), |sum, _| sum.add(&standard(&mut laws, "z")));
        let error = integrate(&sum, SCOPE, &mut laws, &mut meter).unwrap_err();
        assert!(matches!(error, ExactError::TooLarge { needed: 5, allowed: 3, .. }));
    }
}
