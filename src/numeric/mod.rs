//! The typed tree as numbers: exact rationals in coordinates, and floating point.

mod exact;
mod float;
mod instance;

pub use exact::{
    Budget, ExactError, Number, ParameterPolynomial, Value, evaluate_exactly, parameter_polynomial,
};
pub use float::{FloatEnvironment, FloatError, evaluate};
pub use instance::{Instance, RationalMatrix};
