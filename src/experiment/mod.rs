//! Evidence by sampling the laws of a claim or by training a network.

mod agreement;
mod comparison;
mod computed;
mod contract;
mod flow;
mod line;
mod observation;
mod prediction;
mod rao_blackwell;
mod repetitions;
mod sampling;
mod simulation;
#[cfg(test)]
mod tests_observed;
#[cfg(test)]
mod tests_sampled;
mod training;

pub use comparison::{Comparison, Work};
pub use computed::{Computed, compute_observed};
pub use contract::{
    Draw, Effort, Experiment, ExperimentError, LEVELS, LevelDraw, Observed, Prepare, PrepareLevels,
    Setting, Supply, numbers,
};
pub use flow::follow_flow;
pub use observation::observe;
pub use simulation::simulate;
pub use training::descend_on_samples;
