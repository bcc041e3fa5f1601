//! What a file in `theorems/` may use.

pub use crate::data::{
    Batch, Dynamics, FirstState, Labels, LawError, PositiveLaw, Prompt, PromptLaw, Sequence,
    TaskLaw, TokenForm, Transition, haar_orthogonal, observation_stack, stacked_transition,
    standard_normals,
};
pub use crate::evidence::BiasSource;
pub use crate::experiment::{
    Draw, Effort, Experiment, ExperimentError, LEVELS, LevelDraw, Observed, Prepare, PrepareLevels,
    Setting, Supply, numbers,
};
pub use crate::haar::{
    Feature, GradientStep, StateMoments, bayes_floor, best_combination, feature_ladder,
    gradient_step, trace_moment,
};
pub use crate::network::{
    Architecture, Attention, HeadProducts, InContextRegression, Layer, Learner, LinearAttention,
    Mechanism, Pass, Transformer, embedding,
};
pub use crate::theorem::{Curve, Figure, Paper, Points, Published, Source, Theorem};
pub use crate::training::{
    Examples, FewShot, FlowSettings, LayerExamples, MeanLoss, Objective, Optimizer, Pilot,
    PopulationLoss, Probe, Prompts, Sampler, Schedule, SequencePlan, SequenceTask,
    SequenceTraining, TrainedNetwork, TrainingPlan, flow_trajectory, gradient_flow,
    regressed_preconditioner,
};
pub use crate::verdict::EvidenceKind;
pub use faer::linalg::solvers::{DenseSolveCore, Solve};
pub use faer::{Mat, Side};
pub use rand_chacha::ChaCha8Rng;
