//! A theorem as a reproduction: what was proved, what was measured, what was rejected, and which
//! printed versions do not hold.

use super::words::{self, plural};
use crate::claim::ClaimKind;
use crate::evidence::Evidence;
use crate::suite::{ClaimResult, Results};
use crate::verdict::{EvidenceKind, Verdict};
use serde::Serialize;

/// What became of the lines of a file or theorem.
#[derive(Serialize)]
pub(super) struct Study<'a> {
    /// Claims proved for all sizes and values.
    proved: Vec<&'a ClaimResult>,
    /// Claims verified by exact values or bounds at instances.
    exact: Vec<&'a ClaimResult>,
    /// Claims verified by samples, training or a flow, each with the kinds.
    measured: Vec<Measured<'a>>,
    /// Claims that are not as claimed, or undecided.
    other: Vec<&'a ClaimResult>,
    /// How many controls were rejected; empty without controls.
    controls: String,
}

/// A claim with the kinds of evidence that measured it.
#[derive(Serialize)]
struct Measured<'a> {
    result: &'a ClaimResult,
    kinds: String,
}

/// A printed version that does not hold.
#[derive(Serialize)]
pub(super) struct Erratum<'a> {
    id: &'a str,
    name: &'a str,
    source: &'a str,
    /// What is printed, in the words of the theorem.
    printed: &'a str,
    statement: &'a str,
    reason: String,
}

impl<'a> Study<'a> {
    pub(super) fn of(lines: impl Iterator<Item = &'a ClaimResult>) -> Self {
        let (proved, exact, measured, other) = (vec![], vec![], vec![], vec![]);
        let mut study = Self { proved, exact, measured, other, controls: String::new() };
        let (mut controls, mut rejected) = (0, 0);
        for result in lines {
            if result.kind == ClaimKind::Refute {
                controls += 1;
                rejected += usize::from(result.as_claimed == Some(true));
                continue;
            }
            let kinds = kinds(result);
            match result.verdict {
                Verdict::Proved => study.proved.push(result),
                Verdict::Verified if kinds.is_empty() => study.exact.push(result),
                Verdict::Verified => study.measured.push(Measured { result, kinds }),
                _ => study.other.push(result),
            }
        }
        if controls > 0 {
            study.controls = format!("{rejected} of {} rejected", plural(controls, "control"));
        }
        study
    }
}

/// The kinds of evidence that a verified claim was measured by, in words; none where all is exact.
fn kinds(result: &ClaimResult) -> String {
    let by = |kind: EvidenceKind| {
        let counts = |piece: &&Evidence| piece.kind == kind && piece.verdict == Verdict::Verified;
        result.evidence.iter().any(|piece| counts(&piece))
    };
    let measured = [EvidenceKind::Simulation, EvidenceKind::Training, EvidenceKind::Flow];
    let words = measured.into_iter().filter(|kind| by(*kind)).map(EvidenceKind::word);
    words.collect::<Vec<_>>().join(", ")
}

/// The controls that are formulas as printed, and were rejected.
pub(super) fn errata(results: &Results) -> Vec<Erratum<'_>> {
    let rejected =
        |result: &&ClaimResult| result.kind == ClaimKind::Refute && result.as_claimed == Some(true);
    results.claims.iter().filter(rejected).filter_map(Erratum::of).collect()
}

impl<'a> Erratum<'a> {
    fn of(result: &'a ClaimResult) -> Option<Self> {
        Some(Self {
            id: &result.id,
            name: result.name(),
            source: result.source.as_deref().unwrap_or_default(),
            printed: words::printed(result)?,
            statement: &result.statement,
            reason: words::reason(result),
        })
    }
}
