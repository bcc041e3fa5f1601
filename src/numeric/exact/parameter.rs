//! A loss as a polynomial in the entries of trained letters.

use super::error::{Budget, ExactError};
use super::evaluation::Evaluator;
use super::monomial::VariableKind;
use crate::claim::{Expr, Letter};
use crate::numeric::Instance;
use std::sync::Arc;

/// A polynomial with floating-point coefficients in the entries of some letters. The entries
/// are numbered letter after letter in the given order, each letter row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterPolynomial {
    count: usize,
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    coefficient: f64,
    /// Entries with their exponents >= 1.
    powers: Vec<(usize, i32)>,
}

/// The loss as a polynomial in the entries of `parameters` at an instance. The expansion is
/// exact; only the coefficients are rounded, once each.
///
/// # Errors
/// Those of [`super::evaluate_exactly`], and [`ExactError::VariableDivisor`] where a parameter
/// stands in a denominator.
pub fn parameter_polynomial(
    loss: &Expr,
    parameters: &[Arc<Letter>],
    at: &Instance,
    budget: &Budget,
) -> Result<ParameterPolynomial, ExactError> {
    let mut evaluator = Evaluator::new(at, *budget);
    let environment = evaluator.with_indeterminates(parameters)?;
    let mut count = 0;
    for letter in parameters {
        let (rows, columns) = evaluator.dimensions(&letter.shape, &environment)?;
        count += rows * columns;
    }
    let value = evaluator.value(loss, &environment, None)?;
    let mut terms = Vec::new();
    for (monomial, coefficient) in value.entries[0].terms() {
        let mut powers = Vec::new();
        for (variable, exponent) in monomial.powers() {
            match variable.kind() {
                VariableKind::Indeterminate { index } => powers.push((index, exponent as i32)),
                VariableKind::Coordinate { index } => {
                    let letter = evaluator.laws.letter(index).to_string();
                    return Err(ExactError::RandomLeft { letter });
                }
                VariableKind::Infinitesimal { .. } => {
                    unreachable!("every gradient removes its directions, this is a bug")
                }
            }
        }
        terms.push(Term { coefficient: coefficient.to_f64(), powers });
    }
    Ok(ParameterPolynomial { count, terms })
}

impl ParameterPolynomial {
    /// The number of entries it depends on, used or not.
    pub fn parameters(&self) -> usize {
        self.count
    }

    /// The value at a point, one number an entry.
    ///
    /// # Panics
    /// Where `point` has another length than [`Self::parameters`].
    pub fn value(&self, point: &[f64]) -> f64 {
        self.check(point);
        self.terms.iter().map(|term| term.coefficient * term.product(point, |_| 0)).sum()
    }

    /// The gradient at a point.
    ///
    /// # Panics
    /// Where `point` has another length than [`Self::parameters`].
    pub fn gradient(&self, point: &[f64]) -> Vec<f64> {
        self.check(point);
        let mut gradient = vec![0.0; self.count];
        for term in &self.terms {
            for &(entry, exponent) in &term.powers {
                let rest = term.product(point, |other| i32::from(other == entry));
                gradient[entry] += term.coefficient * f64::from(exponent) * rest;
            }
        }
        gradient
    }

    /// The Hessian at a point, row after row.
    ///
    /// # Panics
    /// Where `point` has another length than [`Self::parameters`].
    pub fn hessian(&self, point: &[f64]) -> Vec<f64> {
        self.check(point);
        let mut hessian = vec![0.0; self.count * self.count];
        for term in &self.terms {
            for &(i, p) in &term.powers {
                for &(j, q) in &term.powers {
                    let multiplicity = if i == j { p * (p - 1) } else { p * q };
                    if multiplicity == 0 {
                        continue;
                    }
                    let lowered = |other| i32::from(other == i) + i32::from(other == j);
                    let rest = term.product(point, lowered);
                    hessian[i * self.count + j] +=
                        term.coefficient * f64::from(multiplicity) * rest;
                }
            }
        }
        hessian
    }

    fn check(&self, point: &[f64]) {
        assert_eq!(point.len(), self.count, "one number an entry of the parameters");
    }
}

impl Term {
    /// The product of powers, each exponent lowered by `lowered(entry)`.
    fn product(&self, point: &[f64], lowered: impl Fn(usize) -> i32) -> f64 {
        self.powers
            .iter()
            .map(|&(entry, exponent)| point[entry].powi(exponent - lowered(entry)))
            .product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// f(x, y) = 3 x^2 y - y^3 + 2, differentiated by hand.
    #[test]
    fn value_gradient_and_hessian_agree_with_the_formula() {
        let term =
            |coefficient, powers: &[(usize, i32)]| Term { coefficient, powers: powers.to_vec() };
        let polynomial = ParameterPolynomial {
            count: 2,
            terms: vec![term(3.0, &[(0, 2), (1, 1)]), term(-1.0, &[(1, 3)]), term(2.0, &[])],
        };
        let point = [2.0, -1.0];
        assert_eq!(polynomial.value(&point), -9.0);
        assert_eq!(polynomial.gradient(&point), [-12.0, 9.0]);
        assert_eq!(polynomial.hessian(&point), [-6.0, 12.0, 12.0, 6.0]);
    }
}
