//! Proof: a line decided for all sizes and admissible values, by the exact calculus.

mod decision;

pub use decision::{certify, prove};
