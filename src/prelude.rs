//! What a file in `theorems/` may use.

pub use crate::experiment::{Effort, Experiment, ExperimentError, Observed, Setting, Supply};
pub use crate::theorem::{Source, Theorem};
pub use crate::verdict::EvidenceKind;
pub use faer::Mat;
pub use rand_chacha::ChaCha8Rng;
