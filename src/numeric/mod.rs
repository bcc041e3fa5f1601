//! The typed tree as numbers: exact rationals in coordinates, and floating point.

mod check;
mod exact;
mod float;
mod instance;

pub use check::{check, check_with_reason};
#[cfg(feature = "cli")]
pub(crate) use exact::attribute_failure;
pub use exact::{
    Budget, ExactError, Number, ParameterPolynomial, Value, evaluate_exactly, parameter_polynomial,
};
pub(crate) use float::{Expectations, FixedValues, Formula, Lowering, Program, Workspace};
pub use float::{FloatEnvironment, FloatError, evaluate};
pub use instance::{Instance, InstanceError, RationalMatrix, instances, on_the_boundary};
