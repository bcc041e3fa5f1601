//! The exact reading: every expression of the language evaluated in coordinates.

mod decision;
mod definite;
mod environment;
mod error;
mod evaluation;
mod expectation;
mod function;
mod interval;
mod law;
mod linear;
mod matrix;
mod monomial;
mod number;
mod parameter;
mod polynomial;
mod product;
mod random;
mod value;

pub(crate) use decision::{
    Decision, attribute_failure, bound, equal, form_bound, hypothesis_holds, is_covariance,
};
pub(crate) use linear::solve_for;

pub use error::{Budget, ExactError};
pub use number::Number;
pub use parameter::{ParameterPolynomial, parameter_polynomial};
pub use value::{Value, evaluate_exactly};
