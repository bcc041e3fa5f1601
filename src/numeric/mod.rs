//! The typed tree as numbers: exact rationals in coordinates, and floating point.

mod instance;

pub use instance::{Instance, RationalMatrix};
