//! Proof: a line decided for all sizes and admissible values, by the exact calculus.

mod certification;
mod decision;
mod derivation;
mod gradient_dominance;

pub use certification::certify;
pub use decision::{Attempt, attempt, is_identity, prove};
pub use derivation::{ByParts, DeriveError, Derived, DerivedExpectation, Lines, derive};
