//! Polynomials in random coordinates, infinitesimals and indeterminates.

use super::monomial::{Mixing, Monomial, Variable, VariableKind};
use super::number::Number;
use std::collections::HashMap;

/// A polynomial: monomials in increasing order, none with coefficient 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Polynomial {
    terms: Vec<(Monomial, Number)>,
}

impl Polynomial {
    pub(super) fn zero() -> Self {
        Self::default()
    }

    pub(super) fn constant(value: Number) -> Self {
        Self::term(Monomial::ONE, value)
    }

    pub(super) fn variable(variable: Variable) -> Self {
        Self::term(Monomial::variable(variable), Number::ONE)
    }

    pub(super) fn term(monomial: Monomial, coefficient: Number) -> Self {
        let terms = if coefficient.is_zero() { Vec::new() } else { vec![(monomial, coefficient)] };
        Self { terms }
    }

    /// Monomials with their coefficients, in increasing order.
    pub(super) fn terms(&self) -> &[(Monomial, Number)] {
        &self.terms
    }

    pub(super) fn len(&self) -> u64 {
        self.terms.len() as u64
    }

    pub(super) fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value of a polynomial without variables.
    pub(super) fn as_constant(&self) -> Option<Number> {
        match self.terms.as_slice() {
            [] => Some(Number::ZERO),
            [(monomial, value)] if monomial.is_one() => Some(value.clone()),
            _ => None,
        }
    }

    /// Splits into the constant term and the rest.
    pub(super) fn split_constant(&self) -> (Number, Self) {
        match self.terms.iter().position(|(monomial, _)| monomial.is_one()) {
            Some(place) => {
                let mut rest = self.clone();
                let (_, value) = rest.terms.remove(place);
                (value, rest)
            }
            None => (Number::ZERO, self.clone()),
        }
    }

    /// The first variable that is not an infinitesimal.
    pub(super) fn free_variable(&self) -> Option<VariableKind> {
        self.terms
            .iter()
            .flat_map(|(monomial, _)| monomial.powers())
            .map(|(variable, _)| variable.kind())
            .find(|kind| !matches!(kind, VariableKind::Infinitesimal { .. }))
    }

    pub(super) fn negate(&self) -> Self {
        self.map(Number::negate)
    }

    pub(super) fn scale(&self, factor: &Number) -> Self {
        if factor.is_one() {
            return self.clone();
        }
        self.map(|value| value.multiply(factor))
    }

    fn map(&self, function: impl Fn(&Number) -> Number) -> Self {
        let terms = self
            .terms
            .iter()
            .map(|(monomial, value)| (monomial.clone(), function(value)))
            .filter(|(_, value)| !value.is_zero())
            .collect();
        Self { terms }
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.terms.as_slice(), other.terms.as_slice());
        let mut terms = Vec::with_capacity(left.len().max(right.len()));
        while let (Some((m, a)), Some((n, b))) = (left.first(), right.first()) {
            match m.cmp(n) {
                std::cmp::Ordering::Less => {
                    terms.push((m.clone(), a.clone()));
                    left = &left[1..];
                }
                std::cmp::Ordering::Greater => {
                    terms.push((n.clone(), b.clone()));
                    right = &right[1..];
                }
                std::cmp::Ordering::Equal => {
                    let sum = a.add(b);
                    if !sum.is_zero() {
                        terms.push((m.clone(), sum));
                    }
                    (left, right) = (&left[1..], &right[1..]);
                }
            }
        }
        terms.extend_from_slice(left);
        terms.extend_from_slice(right);
        Self { terms }
    }

    pub(super) fn subtract(&self, other: &Self) -> Self {
        self.add(&other.negate())
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        let mut sum = Accumulator::default();
        sum.add_product(self, other);
        sum.finish()
    }

    /// The coefficients of the infinitesimals of `level`, by index: the partial derivatives.
    pub(super) fn derivatives(&self, level: u32, count: usize) -> Vec<Self> {
        let mut entries = vec![Accumulator::default(); count];
        for (monomial, value) in &self.terms {
            let found = monomial.powers().find_map(|(variable, _)| match variable.kind() {
                VariableKind::Infinitesimal { level: own, index } if own == level => {
                    Some((variable, index))
                }
                _ => None,
            });
            if let Some((variable, index)) = found {
                let (_, rest) = monomial.split(|candidate| candidate == variable);
                entries[index].add(rest, value.clone());
            }
        }
        entries.into_iter().map(Accumulator::finish).collect()
    }

    /// The value with numbers put for all variables.
    pub(super) fn at(&self, value: impl Fn(Variable) -> Number) -> Number {
        self.terms.iter().fold(Number::ZERO, |sum, (monomial, coefficient)| {
            let term = monomial.powers().fold(coefficient.clone(), |term, (variable, exponent)| {
                term.multiply(&value(variable).power(exponent))
            });
            sum.add(&term)
        })
    }
}

/// A sum of terms under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Accumulator {
    constant: Option<Number>,
    others: HashMap<Monomial, Number, Mixing>,
}

impl Accumulator {
    pub(super) fn add(&mut self, monomial: Monomial, value: Number) {
        if monomial.is_one() {
            self.constant = Some(match &self.constant {
                Some(sum) => sum.add(&value),
                None => value,
            });
        } else {
            self.others.entry(monomial).and_modify(|sum| *sum = sum.add(&value)).or_insert(value);
        }
    }

    pub(super) fn add_polynomial(&mut self, polynomial: &Polynomial) {
        for (monomial, value) in &polynomial.terms {
            self.add(monomial.clone(), value.clone());
        }
    }

    pub(super) fn add_product(&mut self, left: &Polynomial, right: &Polynomial) {
        for (m, a) in &left.terms {
            for (n, b) in &right.terms {
                if let Some(product) = m.times(n) {
                    self.add(product, a.multiply(b));
                }
            }
        }
    }

    pub(super) fn finish(self) -> Polynomial {
        let mut terms = self
            .others
            .into_iter()
            .chain(self.constant.map(|value| (Monomial::ONE, value)))
            .filter(|(_, value)| !value.is_zero())
            .collect::<Vec<_>>();
        terms.sort_unstable_by(|(m, _), (n, _)| m.cmp(n));
        Polynomial { terms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coordinate(index: usize) -> Polynomial {
        Polynomial::variable(Variable::coordinate(index).unwrap())
    }

    fn number(value: i64) -> Polynomial {
        Polynomial::constant(Number::from(value))
    }

    #[test]
    fn the_binomial_theorem_holds() {
        let sum = coordinate(0).add(&coordinate(1));
        let fourth = sum.multiply(&sum).multiply(&sum).multiply(&sum);
        let mut coefficients =
            fourth.terms().iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>();
        coefficients.sort();
        assert_eq!(coefficients, ["1", "1", "4", "4", "6"]);
    }

    #[test]
    fn terms_that_cancel_leave_nothing() {
        let difference = coordinate(0).subtract(&coordinate(1));
        let sum = coordinate(0).add(&coordinate(1));
        let squares = coordinate(0)
            .multiply(&coordinate(0))
            .subtract(&coordinate(1).multiply(&coordinate(1)));
        assert!(difference.multiply(&sum).subtract(&squares).is_zero());
        assert!(difference.scale(&Number::ZERO).is_zero());
    }

    /// (x + e)^3 has the derivative 3 x^2, and the second derivative by a second level is 6 x.
    #[test]
    fn infinitesimals_differentiate() {
        let e = Polynomial::variable(Variable::infinitesimal(0, 0).unwrap());
        let f = Polynomial::variable(Variable::infinitesimal(1, 0).unwrap());
        let x = number(5).add(&e).add(&f);
        let cube = x.multiply(&x).multiply(&x);
        let first = &cube.derivatives(0, 1)[0];
        assert_eq!(first.split_constant().0.to_string(), "75");
        assert_eq!(first.derivatives(1, 1)[0].as_constant().unwrap().to_string(), "30");
    }
}
