//! The typed tree as numbers: exact rationals in coordinates, and floating point.

mod float;
mod instance;

pub use float::{FloatEnvironment, FloatError, evaluate};
pub use instance::{Instance, RationalMatrix};
