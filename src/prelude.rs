//! What a file in `theorems/` may use.

pub use crate::data::{Labels, Normals, PromptLaw, TaskLaw};
pub use crate::experiment::{
    Draw, Effort, Experiment, ExperimentError, Observed, Prepare, Setting, Supply,
};
pub use crate::network::LinearAttention;
pub use crate::theorem::{Source, Theorem};
pub use crate::training::{
    FlowSettings, Pilot, PopulationLoss, flow_trajectory, gradient_flow, regressed_preconditioner,
};
pub use crate::verdict::EvidenceKind;
pub use faer::Mat;
pub use rand_chacha::ChaCha8Rng;
