//! Training: losses and their gradients, gradient flow, and gradient descent.

mod axes;
mod basis;
mod descent;
mod dormand_prince;
mod empirical_loss;
mod few_shot;
mod flow;
mod fresh;
mod levels;
mod mean_loss;
mod moments;
mod objective;
mod pilot;
mod plan;
mod population_loss;
mod probe;
mod regression;
mod sequences;
mod spectral_loss;
mod stationary;

pub use descent::{Decay, Descent, DescentError, Optimizer, Progress, Schedule, descend};
pub use empirical_loss::EmpiricalLoss;
pub use few_shot::FewShot;
pub use flow::{FlowEnd, FlowError, FlowSettings, Trajectory, flow_trajectory, gradient_flow};
pub use fresh::{FreshPrompts, Sampler, SamplerError};
pub use mean_loss::MeanLoss;
pub use objective::Objective;
pub use pilot::Pilot;
pub use plan::{Prompts, TrainedNetwork, TrainingPlan};
pub use population_loss::PopulationLoss;
pub use probe::Probe;
pub use regression::{Dependent, regressed_preconditioner};
pub use sequences::{
    Examples, LayerExamples, SequenceError, SequencePlan, SequenceTask, SequenceTraining,
};
