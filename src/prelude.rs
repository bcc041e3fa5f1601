//! What a file in `theorems/` may use.

pub use crate::data::{Labels, LawError, PositiveLaw, PromptLaw, TaskLaw, standard_normals};
pub use crate::experiment::{
    Draw, Effort, Experiment, ExperimentError, Observed, Prepare, Setting, Supply,
};
pub use crate::network::LinearAttention;
pub use crate::theorem::{Source, Theorem};
pub use crate::training::{
    FlowSettings, MeanLoss, Objective, Pilot, PopulationLoss, flow_trajectory, gradient_flow,
    regressed_preconditioner,
};
pub use crate::verdict::EvidenceKind;
pub use faer::{Mat, Side};
pub use rand_chacha::ChaCha8Rng;
