//! Mutants: plausible slips generated from the formula of every claim, which the evidence for the
//! claim must reject.

mod formula;
mod operator;
mod score;
mod trial;

pub use formula::{Mutant, mutants};
pub use operator::Operator;
pub use score::{KindScore, LineScore, MutantResult, Said, Scores};
pub use trial::try_mutants;
