//! How many dimensions of a space have to be tried: one more than the degree of the claim in it.

use super::format::{Expectation, Factor, Term};
use crate::claim::{Expr, Node, NumericFunction, Space};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// Degrees of numerator and denominator in one size; bounds from above.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Degree {
    pub(super) above: u32,
    below: u32,
}

impl Degree {
    fn new(above: u32, below: u32) -> Self {
        Self { above, below }
    }

    fn times(self, other: Self) -> Self {
        let add = u32::saturating_add;
        Self::new(add(self.above, other.above), add(self.below, other.below))
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let (a, b) =
            (self.above.saturating_add(other.below), other.above.saturating_add(self.below));
        Self::new(a.max(b), self.below.saturating_add(other.below))
    }

    fn inverse(self) -> Self {
        Self::new(self.below, self.above)
    }

    fn power(self, exponent: u32) -> Self {
        Self::new(self.above.saturating_mul(exponent), self.below.saturating_mul(exponent))
    }
}

/// Degrees in one size, with the values of expectations as they are logged.
pub(super) struct Degrees<'a> {
    pub(super) size: &'a str,
    pub(super) logs: &'a BTreeMap<&'a str, &'a Expectation>,
}

impl Degrees<'_> {
    /// The degree of an expression. A trace over the space counts once, as its identity would.
    pub(super) fn of(&self, expr: &Expr) -> Degree {
        let product = || {
            let parts = expr.parts();
            parts.into_iter().map(|part| self.of(part)).fold(Degree::default(), Degree::times)
        };
        match &*expr.node {
            Node::Size(name) if **name == *self.size => Degree::new(1, 0),
            Node::Add(a, b) | Node::Subtract(a, b) => self.of(a).plus(self.of(b)),
            Node::Divide(a, b) => self.of(a).times(self.of(b).inverse()),
            Node::Inverse(a) => self.of(a).inverse(),
            Node::Power(a, exponent) => {
                let whole = |exponent: &RBig| {
                    let above = exponent.numerator().clone().into_parts().1;
                    u32::try_from(above).unwrap_or(u32::MAX)
                };
                let power = self.of(a).power(whole(exponent));
                if *exponent < RBig::ZERO { power.inverse() } else { power }
            }
            Node::Trace(a) => self.of(a).times(self.loop_over(&a.shape.rows)),
            Node::QuadraticForm { .. } => product(),
            Node::Norm { of, .. } => {
                let of = self.of(of).times(self.loop_over(&of.shape.columns));
                product().times(of)
            }
            Node::Numeric { function: NumericFunction::SquareRoot, .. } => product(),
            Node::Expectation { .. } => match self.logs.get(expr.to_string().as_str()) {
                Some(log) => self.sum(log, &log.result),
                None => Degree::default(),
            },
            Node::Lie { quantity, loss, .. } => self.of(quantity).times(self.of(loss)),
            _ => product(),
        }
    }

    fn loop_over(&self, space: &Space) -> Degree {
        match space {
            Space::Size(name) if **name == *self.size => Degree::new(1, 0),
            _ => Degree::default(),
        }
    }

    /// The degree of a logged sum, brought to one denominator.
    fn sum(&self, log: &Expectation, terms: &[Term]) -> Degree {
        let degrees: Vec<Degree> =
            terms.iter().map(|Term(_, factors)| self.product(log, factors)).collect();
        let below = degrees.iter().map(|degree| degree.below).max().unwrap_or(0);
        let above = degrees.iter().map(|degree| degree.above.saturating_add(below)).max();
        Degree::new(above.unwrap_or(0), below)
    }

    fn product(&self, log: &Expectation, factors: &[(Factor, i32)]) -> Degree {
        let mut product = Degree::default();
        for (factor, exponent) in factors {
            let degree = match factor {
                Factor::Scalar(name) if *name == *self.size => Degree::new(1, 0),
                Factor::Scalar(_) | Factor::Trace(_) => Degree::default(),
                // Only what stands before it: numbers cannot go round in circles.
                Factor::Reciprocal(number) => {
                    let terms = log.denominators.get(*number).map_or(&[][..], Vec::as_slice);
                    let deeper = |Term(number_of, factors): &Term| {
                        let known = factors.iter().filter(|(factor, _)| match factor {
                            Factor::Reciprocal(other) => other < number,
                            _ => true,
                        });
                        Term(number_of.clone(), known.cloned().collect())
                    };
                    let terms: Vec<Term> = terms.iter().map(deeper).collect();
                    self.sum(log, &terms).inverse()
                }
            };
            let power = degree.power(exponent.unsigned_abs());
            product = product.times(if *exponent < 0 { power.inverse() } else { power });
        }
        product
    }
}
