//! What a file in `theorems/` may use.

pub use crate::data::{Labels, Prompt, PromptLaw, TaskLaw};
pub use crate::experiment::{
    Draw, Effort, Experiment, ExperimentError, Observed, Prepare, Setting, Supply,
};
pub use crate::network::{LinearAttention, embedding};
pub use crate::theorem::{Source, Theorem};
pub use crate::training::{
    FlowSettings, Objective, Pilot, PopulationLoss, flow_trajectory, gradient_flow,
    regressed_preconditioner,
};
pub use crate::verdict::EvidenceKind;
pub use faer::Mat;
pub use rand_chacha::ChaCha8Rng;
