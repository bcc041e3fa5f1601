//! What is compared: a line at an instance, with what the units of work of a run share.

use super::Effort;
use crate::claim::{Claim, ClaimFile};
use crate::evidence::Evidence;
use crate::numeric::Instance;
use crate::storage::Checkpoints;
use crate::verdict::EvidenceKind;

/// What all comparisons of one file or theorem have in common.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// Seed of the run.
    pub seed: u64,
    /// How much work the run may do.
    pub effort: Effort,
    /// The file or theorem: seeds derive from its name.
    pub file: &'a ClaimFile,
    /// Where long trainings are written down on their way.
    pub checkpoints: Option<&'a Checkpoints>,
}

/// A line at an instance, with its part of the error budget of the run.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The line.
    pub claim: &'a Claim,
    /// The instance.
    pub at: &'a Instance,
    /// Probability that a statistical verdict of this comparison may be wrong.
    pub share: f64,
}

impl Comparison<'_> {
    /// Evidence of this kind at this instance that decides nothing yet, with the reason.
    pub(super) fn open(&self, kind: EvidenceKind, note: impl Into<String>) -> Evidence {
        Evidence { note: Some(note.into()), ..self.at.evidence(kind) }
    }
}
