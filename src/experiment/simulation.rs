//! Simulated evidence: both sides of `==` (or of a bound) by samples of the declared laws.

use super::{Comparison, Work};
use crate::evidence::Evidence;
use crate::verdict::EvidenceKind;

/// Evidence for or against a line with expectations, by sampling its laws at an instance.
pub fn simulate(work: &Work<'_>, comparison: &Comparison<'_>) -> Evidence {
    let _ = work;
    comparison.open(EvidenceKind::Simulation, "not built yet")
}
