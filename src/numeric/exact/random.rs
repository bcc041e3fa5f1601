//! Random letters as linear images of independent coordinates.

use super::definite::{factorise, is_symmetric};
use super::environment::Environment;
use super::error::ExactError;
use super::evaluation::{Evaluator, cubed};
use super::law::Scope;
use super::matrix::Matrix;
use super::number::Number;
use super::polynomial::{Accumulator, Polynomial};
use crate::claim::{Law, LawKind, Letter};
use dashu_int::ops::Gcd;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::rc::Rc;
use std::sync::Arc;

impl Evaluator<'_> {
    /// The coordinates of a random letter in the expectation that binds it. Its covariance is
    /// read where that expectation stands.
    pub(super) fn random(
        &mut self,
        letter: &Arc<Letter>,
        law: &Law,
        environment: &Environment,
    ) -> Result<Rc<Matrix>, ExactError> {
        let scope = environment.scope(&letter.name);
        if law.kind != LawKind::Gaussian
            && environment.group_scope(&law.group).is_some_and(|part| part > scope)
        {
            let moment = "the law given another letter of its group".to_owned();
            return Err(ExactError::UnknownMoment { letter: letter.name.to_string(), moment });
        }
        if let Some(value) = self.scopes[scope.0].letters.get(&letter.name) {
            return Ok(value.clone());
        }
        let home = self.scopes[scope.0].environment.clone();
        let (rows, columns) = self.dimensions(&letter.shape, &home)?;
        let covariance = self.value(&law.covariance, &home, None)?;
        if (covariance.rows, covariance.columns) != (rows, rows) {
            let what = format!("the covariance of `{}` after its size was replaced", letter.name);
            return Err(ExactError::Unsupported { what });
        }
        let factor = match law.kind {
            LawKind::Gaussian => self.factor(letter, &covariance)?,
            _ => None,
        };
        let mut entries = vec![Polynomial::zero(); rows * columns];
        for column in 0..columns {
            let place = |row: usize| row * columns + column;
            match (law.kind, &factor) {
                (LawKind::Gaussian, Some(factor)) => {
                    for (row, entry) in self.image(scope, letter, factor)?.into_iter().enumerate() {
                        entries[place(row)] = entry;
                    }
                }
                (LawKind::Gaussian, None) => {
                    let coordinates = self.laws.column(scope, &letter.name, &covariance)?;
                    for (row, entry) in coordinates.into_iter().enumerate() {
                        entries[place(row)] = entry;
                    }
                }
                (kind, _) => {
                    let mean_zero = kind == LawKind::SecondOrderMeanZero;
                    for row in 0..rows {
                        entries[place(row)] = self.laws.second_order(
                            scope,
                            &law.group,
                            &letter.name,
                            (row, column),
                            mean_zero,
                            &covariance,
                        )?;
                    }
                }
            }
        }
        let value = Rc::new(Matrix { rows, columns, entries });
        self.scopes[scope.0].letters.insert(letter.name.clone(), value.clone());
        Ok(value)
    }

    /// L and D of a rational covariance C = L D L', L with integer entries; `None` for a
    /// covariance that is not rational, whose moments are computed from C itself.
    ///
    /// # Errors
    /// [`ExactError::NotAdmissible`] where C is not positive semidefinite.
    fn factor(
        &mut self,
        letter: &Letter,
        covariance: &Matrix,
    ) -> Result<Option<ColumnFactor>, ExactError> {
        let size = covariance.rows;
        let Some(numbers) = covariance.numbers() else { return Ok(None) };
        if !numbers.iter().all(Number::is_exact) {
            return Ok(None);
        }
        self.meter.pay(cubed(size), "the factors of a covariance")?;
        let not_a_covariance = |property: &str| ExactError::NotAdmissible {
            what: format!("the covariance of `{}` is not {property}", letter.name),
        };
        if !is_symmetric(size, &numbers) {
            return Err(not_a_covariance("symmetric"));
        }
        let factors =
            factorise(size, &numbers).map_err(|_| not_a_covariance("positive semidefinite"))?;
        let mut factor = ColumnFactor { lower: factors.lower, variances: Vec::new() };
        for (j, variance) in factors.diagonal.into_iter().enumerate() {
            // Integer coefficients keep the numbers of an expansion small.
            let column = (j..size).map(|i| &factor.lower[i * size + j]);
            let scale = common_denominator(column);
            let Some(shrink) = scale.multiply(&scale).invert() else {
                unreachable!("a common denominator is positive, this is a bug");
            };
            factor.variances.push(variance.multiply(&shrink));
            for i in j..size {
                factor.lower[i * size + j] = factor.lower[i * size + j].multiply(&scale);
            }
        }
        Ok(Some(factor))
    }

    /// One column x = L h with new coordinates h_j of variance D_j; those of variance 0 are 0.
    fn image(
        &mut self,
        scope: Scope,
        letter: &Letter,
        factor: &ColumnFactor,
    ) -> Result<Vec<Polynomial>, ExactError> {
        let size = factor.variances.len();
        let mut entries = vec![Accumulator::default(); size];
        for (j, variance) in factor.variances.iter().enumerate() {
            if variance.is_zero() {
                continue;
            }
            let coordinate = self.laws.independent(scope, &letter.name, variance.clone())?;
            for (i, entry) in entries.iter_mut().enumerate().skip(j) {
                entry.add_polynomial(&coordinate.scale(&factor.lower[i * size + j]));
            }
        }
        Ok(entries.into_iter().map(Accumulator::finish).collect())
    }
}

/// L, by rows, and the diagonal of D.
struct ColumnFactor {
    lower: Vec<Number>,
    variances: Vec<Number>,
}

/// The least common denominator of rational numbers.
fn common_denominator<'a>(numbers: impl Iterator<Item = &'a Number>) -> Number {
    let least = numbers.filter_map(Number::exact).fold(UBig::ONE, |least, number| {
        let shared = (&least).gcd(number.denominator());
        least / shared * number.denominator()
    });
    Number::from(RBig::from(IBig::from(least)))
}
