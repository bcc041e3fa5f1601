//! The verdicts, and the rule that turns evidence into the verdict of a line.

use serde::{Deserialize, Serialize};

/// What is known about a line. The last two are never a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// True for all sizes and values at which the listed divisors are nonzero.
    Proved,
    /// Agrees at the stated instances, exactly or within a stated margin at a stated error level.
    Verified,
    /// False: a witness or an interval that excludes the prediction.
    Refuted,
    /// Sampled evidence neither confirms nor contradicts.
    Inconclusive,
    /// No method applies, or the budget ended.
    Open,
}

/// Where a piece of evidence comes from (`ARCHITECTURE.md`, evidence kinds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// Exact calculus, all sizes.
    Proof,
    /// Exact arithmetic, or a computation with an error bound, at an instance.
    Exact,
    /// Sampling of the declared law.
    Simulation,
    /// Training of a network on sampled prompts.
    Training,
    /// Gradient flow on the exact population loss.
    Flow,
}

impl Verdict {
    /// The word that results and reports use, never abbreviated.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Verified => "verified",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
            Self::Open => "open",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.word())
    }
}

impl EvidenceKind {
    /// The word that results, reports and `--evidence` use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proof => "proof",
            Self::Exact => "exact",
            Self::Simulation => "simulation",
            Self::Training => "training",
            Self::Flow => "flow",
        }
    }
}

impl std::fmt::Display for EvidenceKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.word())
    }
}

/// What the rule needs to know of one piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it comes from.
    pub kind: EvidenceKind,
    /// What it says by itself.
    pub verdict: Verdict,
    /// Found at an instance that the author declared with `at` (always true for a proof).
    pub declared: bool,
    /// Every size of the instance is at least 2: at size 1 everything commutes.
    pub generic_sizes: bool,
}

impl Verdict {
    /// The verdict of a line: *refuted* if anything refutes it; otherwise *proved* if proved;
    /// otherwise *verified* if all numeric evidence agrees, all of it at declared instances and
    /// some of it at sizes of at least 2; otherwise *inconclusive* or *open*.
    pub fn of(findings: &[Finding]) -> Self {
        let says = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
        let numeric = || findings.iter().filter(|finding| finding.kind != EvidenceKind::Proof);
        if says(Self::Refuted) {
            Self::Refuted
        } else if says(Self::Proved) {
            Self::Proved
        } else if numeric().any(|finding| finding.generic_sizes)
            && numeric().all(|finding| finding.declared && finding.verdict == Self::Verified)
        {
            Self::Verified
        } else if says(Self::Inconclusive) {
            Self::Inconclusive
        } else {
            Self::Open
        }
    }

    /// A proof beside a refutation: an error of ours, never averaged.
    pub fn is_contradiction(findings: &[Finding]) -> bool {
        let says = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
        says(Self::Proved) && says(Self::Refuted)
    }
}
