//! What a run is asked to do.

use super::Selection;
use crate::experiment::Effort;
use crate::numeric::Budget;
use crate::storage::Checkpoints;
use crate::verdict::EvidenceKind;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;

/// What a run is asked to do. Everything but the number of threads and the checkpoints may change
/// results.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seed of the run: every instance and every sample derives from it.
    pub seed: u64,
    /// Threads; `None`: as many as the machine has. Results do not depend on it.
    pub threads: Option<NonZeroUsize>,
    /// Where long trainings are written down on their way, for a later run that goes on from there; a
    /// [`Journal`](super::Journal) has its own. `None`: nowhere.
    pub checkpoints: Option<Checkpoints>,
    /// How much work the run may do.
    pub effort: Effort,
    /// Probability that any statistical verdict of the run is wrong, in (0, 1).
    pub error_budget: f64,
    /// The kinds of evidence asked for; `None`: every kind that a line calls for.
    pub evidence: Option<BTreeSet<EvidenceKind>>,
    /// The lines to check.
    pub selection: Selection,
}

impl Default for Settings {
    /// Seed 1, all threads, no checkpoints, quick, error budget 1e-6, every kind of evidence, every
    /// line.
    fn default() -> Self {
        Self {
            seed: 1,
            threads: None,
            checkpoints: None,
            effort: Effort::default(),
            error_budget: 1e-6,
            evidence: None,
            selection: Selection::default(),
        }
    }
}

impl Settings {
    /// Whether this kind may be gathered.
    pub(crate) fn allows(&self, kind: EvidenceKind) -> bool {
        self.evidence.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether this kind is asked for in so many words.
    pub(super) fn names(&self, kind: EvidenceKind) -> bool {
        self.evidence.as_ref().is_some_and(|kinds| kinds.contains(&kind))
    }

    /// What exact arithmetic may spend on one instance.
    pub(crate) fn exact_budget(&self) -> Budget {
        let quick = Budget::default();
        let factor = match self.effort {
            Effort::Quick => 1,
            Effort::Standard => 4,
            Effort::Full => 20,
        };
        Budget { products: factor * quick.products, ..quick }
    }
}
