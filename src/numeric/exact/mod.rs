//! The exact reading: every expression of the language evaluated in coordinates.

mod definite;
mod environment;
mod error;
mod evaluation;
mod expectation;
mod function;
mod interval;
mod law;
mod matrix;
mod monomial;
mod number;
mod parameter;
mod polynomial;
mod product;
mod random;
mod value;

pub use error::{Budget, ExactError};
pub use number::Number;
pub use parameter::{ParameterPolynomial, parameter_polynomial};
pub use value::{Value, evaluate_exactly};
