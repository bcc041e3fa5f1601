//! The exact reading: every expression of the language evaluated in coordinates.

mod definite;
mod error;
mod interval;
mod matrix;
mod monomial;
mod number;
mod polynomial;

pub use error::{Budget, ExactError};
pub use number::Number;
