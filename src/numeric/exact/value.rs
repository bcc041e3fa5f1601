//! Values of expressions, to be shown and compared.

use super::error::{Budget, ExactError};
use super::evaluation::Evaluator;
use super::matrix::Matrix;
use super::monomial::VariableKind;
use super::number::Number;
use crate::claim::Expr;
use crate::numeric::{Instance, RationalMatrix};
use std::fmt;

/// The value of an expression at an instance.
#[derive(Clone, Debug)]
pub struct Value {
    /// Number of rows; 1 for a scalar.
    pub rows: usize,
    /// Number of columns; 1 for a scalar.
    pub columns: usize,
    /// Entries, row after row.
    pub entries: Vec<Number>,
}

/// The value of an expression at an instance, exact where it is rational: expectations are
/// expanded in the coordinates of the random letters.
///
/// # Errors
/// Where the value needs more than the budget, where the instance is not admissible (a divisor
/// that is 0, a covariance that is not positive semidefinite), where a law does not determine an
/// expectation, or where the value is random; see [`ExactError`].
pub fn evaluate_exactly(expr: &Expr, at: &Instance, budget: &Budget) -> Result<Value, ExactError> {
    let mut evaluator = Evaluator::new(at, *budget);
    let root = evaluator.root();
    let value = evaluator.value(expr, &root, None)?;
    Value::of(&value, &evaluator)
}

impl Value {
    pub(super) fn of(matrix: &Matrix, evaluator: &Evaluator<'_>) -> Result<Self, ExactError> {
        let Some(entries) = matrix.numbers() else {
            let free = matrix.entries.iter().find_map(|entry| entry.free_variable());
            let letter = match free {
                Some(VariableKind::Coordinate { index }) => {
                    evaluator.laws.letter(index).to_string()
                }
                _ => unreachable!("no other variable survives at the root, this is a bug"),
            };
            return Err(ExactError::RandomLeft { letter });
        };
        Ok(Self { rows: matrix.rows, columns: matrix.columns, entries })
    }

    /// The matrix of rationals, or `None` where an entry is only enclosed.
    pub fn exact(&self) -> Option<RationalMatrix> {
        let entries = self.entries.iter().map(Number::exact).collect::<Option<_>>()?;
        Some(RationalMatrix { rows: self.rows, columns: self.columns, entries })
    }

    /// The nearest floating-point numbers, row after row; the middles of enclosures.
    pub fn to_f64(&self) -> Vec<f64> {
        self.entries.iter().map(Number::to_f64).collect()
    }

    /// The value in decimals of double precision: a number, or rows in brackets.
    pub fn decimal(&self) -> String {
        self.layout(Number::decimal)
    }

    fn layout(&self, show: impl Fn(&Number) -> String) -> String {
        if self.rows == 1 && self.columns == 1 {
            return show(&self.entries[0]);
        }
        let rows = self
            .entries
            .chunks(self.columns)
            .map(|row| format!("[{}]", row.iter().map(&show).collect::<Vec<_>>().join(", ")));
        format!("[{}]", rows.collect::<Vec<_>>().join(", "))
    }
}

/// Rationals such as `3/2`, or `[[1, 1/2], [1/2, 1]]` for a matrix.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.layout(Number::to_string))
    }
}
