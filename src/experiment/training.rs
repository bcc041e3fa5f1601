//! Evidence for `reaches`: the gradient flow of the declared loss, and stochastic gradient
//! descent on samples of it.

use super::{Comparison, Work};
use crate::evidence::Evidence;
use crate::verdict::EvidenceKind;

/// Evidence for or against a `reaches` line, from the gradient flow of the exact loss.
pub fn follow_flow(work: &Work<'_>, comparison: &Comparison<'_>) -> Evidence {
    let _ = work;
    comparison.open(EvidenceKind::Flow, "not built yet")
}

/// Evidence for or against a `reaches` line, from stochastic gradient descent on the declared loss.
pub fn descend_on_samples(work: &Work<'_>, comparison: &Comparison<'_>) -> Evidence {
    let _ = work;
    comparison.open(EvidenceKind::Training, "not built yet")
}
