//! The exact calculus of matrix words: expectations, derivatives and normal forms for all sizes.

mod algebra;
mod alphabet;
mod bound;
mod confluence;
mod conserved;
mod declaration;
mod definite_sum;
mod derivation;
mod derivative;
mod error;
mod expectation;
mod fraction;
mod interner;
mod inverse;
mod log;
mod matrix;
mod minimum;
mod monomial;
mod normal;
mod polynomial;
mod question;
mod reading;
mod rewriting;
mod root;
mod series;
mod show;
mod sign;
mod spectrum;
mod sturm;
mod substitution;
#[cfg(test)]
mod tests_order;
#[cfg(test)]
mod tests_states;
#[cfg(test)]
mod tests_vectors;
mod word;

pub use derivation::Derivation;
pub use error::Stop;
pub use question::Remainder;
pub use reading::Calculus;
