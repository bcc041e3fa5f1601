//! What got worse between two results of a project.

mod baseline;
mod difference;
mod pace;

pub use baseline::{Baseline, BaselineError, Estimate, Line, Measured};
pub use difference::{Change, Compared, Differences, RunInWords, What, differences};
pub use pace::{Pace, pace};
