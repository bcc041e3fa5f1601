//! The typed tree in floating point: values, derivatives, samples.

mod adjoint;
mod dense;
mod environment;
mod error;
mod execution;
mod formula;
mod graph;
mod lane;
mod lower;
mod program;
mod value;

#[cfg(test)]
mod tests_execution;
#[cfg(test)]
mod tests_value;

pub use environment::FloatEnvironment;
pub use error::FloatError;
pub(crate) use formula::Formula;
pub(crate) use lower::{Expectations, Lowering};
pub(crate) use program::{FixedValues, Program, Workspace};

use crate::claim::Expr;
use faer::Mat;

/// The value of an expression without expectations; a scalar is 1 x 1.
///
/// Letters (deterministic, `observed`, and random ones that stand outside `E`) take their values
/// from the environment. Relative accuracy is that of f64 times the condition of the inverses.
///
/// # Errors
/// [`FloatError`]: a letter or size without a value, an `E`, a singular matrix, an argument outside
/// the domain of its function, a value that is not finite.
pub fn evaluate(expr: &Expr, environment: &FloatEnvironment) -> Result<Mat<f64>, FloatError> {
    Formula::new(expr, &environment.sizes)?.value(environment)
}
