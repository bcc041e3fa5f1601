//! Estimators, confidence sequences, the error budget, and the judgement of a measured value
//! against its prediction.

mod batches;
mod budget;
mod catoni;
mod deviation;
mod hotelling;
mod interval;
mod judgement;
mod looks;
mod student;

pub use budget::ErrorBudget;
pub use catoni::{MeanSequence, Spread};
pub use deviation::deviation;
pub use hotelling::{fisher_quantile, hotelling};
pub use interval::Interval;
pub use judgement::{Estimate, Margin, Question, Relation, judge, judge_computed};
pub use looks::Looks;
pub use student::{located, student, student_quantile};
