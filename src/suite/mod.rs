//! Planning and running a check of many files: shares of the error budget, seeds, results.

mod results;

pub use results::{ClaimResult, MutantCount, Results, Slack, Summary};
