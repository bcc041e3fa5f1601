//! Evidence by sampling the laws of a claim or by training a network.

mod contract;

pub use contract::{Effort, Experiment, ExperimentError, Observed, Setting, Supply};
