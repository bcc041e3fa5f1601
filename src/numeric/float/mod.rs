//! The typed tree in floating point: values, derivatives, samples.

mod adjoint;
mod dense;
mod environment;
mod error;
mod graph;
mod lane;
mod lower;
mod program;
mod value;

#[cfg(test)]
mod tests_value;

pub use environment::FloatEnvironment;
pub use error::FloatError;

use crate::claim::Expr;
use faer::Mat;
use lower::{Expectations, Lowering};

/// The value of an expression without expectations; a scalar is 1 x 1.
///
/// Letters (deterministic, `observed`, and random ones that stand outside `E`) take their values
/// from the environment. Relative accuracy is that of f64 times the condition of the inverses.
///
/// # Errors
/// [`FloatError`]: a letter or size without a value, an `E`, a singular matrix, an argument outside
/// the domain of its function, a value that is not finite.
pub fn evaluate(expr: &Expr, environment: &FloatEnvironment) -> Result<Mat<f64>, FloatError> {
    let mut lowering = Lowering::new(&environment.sizes, Expectations::Refuse);
    let output = lowering.lower(expr, 0)?.node;
    let needed = lowering.graph.needed(&[output]);
    let mut values = lowering.graph.values(&needed, environment)?;
    let value = values[output.0].take().expect("an output is needed; this is a bug");
    dense::finite(value.as_ref())?;
    Ok(value)
}
