//! The results of a run: what `--format json` prints and every report is made from.

use crate::claim::ClaimKind;
use crate::evidence::{Counterexample, Evidence};
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};

/// All results of one run. Same seed, same bytes: times are kept elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// `isserlis-results/1`.
    pub schema: String,
    /// Version of the tool.
    pub version: String,
    /// Seed of the run.
    pub seed: u64,
    /// Probability that any statistical verdict of the run is wrong.
    pub error_budget: f64,
    /// One entry a line, in the order of files and lines.
    pub claims: Vec<ClaimResult>,
    /// Counts.
    pub summary: Summary,
}

/// The result of one `claim` or `refute` line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimResult {
    /// `<file name>::<claim>` or `<theorem id>::<claim>`.
    pub id: String,
    /// Whether it must hold or must be rejected.
    pub kind: ClaimKind,
    /// The verdict.
    pub verdict: Verdict,
    /// True for a claim that is proved or verified and a control that is refuted, false for the
    /// opposite, null when undecided.
    pub as_claimed: Option<bool>,
    /// A proof beside a refutation: an error of the tool.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contradiction: bool,
    /// The proposition, ASCII.
    pub statement: String,
    /// The proposition, LaTeX (no dollar signs).
    pub statement_latex: String,
    /// `source` in force, or the theorem's.
    pub source: Option<String>,
    /// Notes in front of the line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The evidence, in the order of kinds and instances.
    pub evidence: Vec<Evidence>,
    /// The smallest exact witness against it.
    pub counterexample: Option<Counterexample>,
    /// Why it is undecided, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<String>,
    /// Room that a bound leaves, over its instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack: Option<Slack>,
    /// Formula mutants; null where not run.
    pub mutants: Option<MutantCount>,
}

/// Room that a bound leaves over its instances (larger minus smaller side).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slack {
    /// Smallest.
    pub min: f64,
    /// Median.
    pub median: f64,
    /// It holds for a trivial reason.
    pub vacuous: bool,
}

/// Formula mutants of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MutantCount {
    /// Mutants tried.
    pub tried: u64,
    /// Rejected ones.
    pub rejected: u64,
    /// Ones equal to the formula.
    pub equivalent: u64,
    /// The others, as text.
    pub survivors: Vec<String>,
}

/// Counts over a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Claims with this verdict; controls are counted below.
    pub proved: u64,
    /// As above.
    pub verified: u64,
    /// As above.
    pub refuted: u64,
    /// As above.
    pub inconclusive: u64,
    /// As above.
    pub open: u64,
    /// Controls that were rejected.
    pub controls_rejected: u64,
    /// All controls.
    pub controls: u64,
}
