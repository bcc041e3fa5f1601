//! Proof: a line decided for all sizes and admissible values, by the exact calculus.

mod certification;
mod decision;

pub use certification::certify;
pub use decision::{Attempt, attempt, prove};
