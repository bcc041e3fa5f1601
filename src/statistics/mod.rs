//! Estimators, confidence sequences, the error budget, and the judgement of a measured value
//! against its prediction.

mod asymptotic;
mod batches;
mod bernstein;
mod bias;
mod binomial;
mod budget;
mod catoni;
mod deviation;
mod hotelling;
mod interval;
mod judgement;
mod looks;
mod pairs;
mod richardson;
mod student;

pub use asymptotic::AsymptoticSequence;
pub use bernstein::BernsteinSequence;
pub use bias::Bias;
pub use binomial::clopper_pearson;
pub use budget::ErrorBudget;
pub use catoni::{MeanSequence, Spread};
pub use deviation::deviation;
pub use hotelling::{fisher_quantile, hotelling};
pub use interval::Interval;
pub use judgement::{Estimate, Margin, Question, Relation, judge, judge_computed};
pub use looks::Looks;
pub use pairs::paired_distance;
pub use richardson::{Extrapolated, NotHalving, extrapolate};
pub use student::{Located, located, student, student_quantile};
