//! The results of a run: what `--format json` prints and every report is made from.

use super::{FigureResult, Subject};
use crate::claim::{ClaimKind, Margin};
use crate::evidence::{Counterexample, Evidence};
use crate::experiment::Effort;
use crate::verdict::{EvidenceKind, Verdict};
use serde::{Deserialize, Serialize};

/// All results of one run. Same seed, same bytes: times are kept elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Results {
    /// `isserlis-results/1`.
    pub schema: String,
    /// Version of the tool.
    pub version: String,
    /// Seed of the run.
    pub seed: u64,
    /// How much work the run could do.
    #[serde(default)]
    pub effort: Effort,
    /// Probability that any statistical verdict of the run is wrong.
    pub error_budget: f64,
    /// Statistical comparisons that share it equally.
    #[serde(default)]
    pub comparisons: u64,
    /// The files and theorems, in order.
    #[serde(default)]
    pub subjects: Vec<SubjectResult>,
    /// Ids of lines whose experiments are not run at this effort: they have no result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<String>,
    /// One entry a line, in the order of files and lines.
    pub claims: Vec<ClaimResult>,
    /// Counts.
    pub summary: Summary,
}

impl Results {
    /// The format of the results.
    pub const SCHEMA: &str = "isserlis-results/1";

    /// The results of one file or theorem.
    pub fn of_subject(&self, id: &str) -> impl Iterator<Item = &ClaimResult> {
        self.claims.iter().filter(move |result| result.subject() == id)
    }

    /// Whether every claim holds and every control was rejected.
    pub fn all_as_claimed(&self) -> bool {
        self.claims.iter().all(|result| result.as_claimed == Some(true))
    }
}

/// What the lines of one file or theorem stand on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SubjectResult {
    /// What stands in front of `::` in the ids of its lines.
    pub id: String,
    /// `theory`.
    pub title: Option<String>,
    /// Where it is published, for a theorem.
    pub source: Option<String>,
    /// Its declarations and abbreviations as written.
    pub declarations: Vec<String>,
    /// The experiments that supply its `observed` letters.
    pub experiments: Vec<ExperimentResult>,
    /// Ids of the statements it builds on.
    pub uses: Vec<String>,
    /// Notes behind the last line.
    pub notes: Vec<String>,
    /// The figures that its author asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureResult>,
}

/// What an experiment does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExperimentResult {
    /// Its name.
    pub name: String,
    /// The kind of its evidence.
    pub kind: EvidenceKind,
    /// What it does and what it cannot see.
    pub description: String,
    /// The letters it supplies.
    pub supplies: Vec<String>,
}

impl SubjectResult {
    pub(super) fn of(subject: &Subject) -> Self {
        let experiments = subject.experiments.iter().map(|experiment| ExperimentResult {
            name: experiment.name.to_owned(),
            kind: experiment.kind,
            description: experiment.description.to_owned(),
            supplies: experiment.supplies.iter().map(ToString::to_string).collect(),
        });
        Self {
            id: subject.id.clone(),
            title: subject.file.title.clone(),
            source: subject.source.clone(),
            declarations: subject.declarations(),
            experiments: experiments.collect(),
            uses: subject.uses.clone(),
            notes: subject.file.closing_notes.clone(),
            figures: subject.figures.iter().map(FigureResult::of).collect(),
        }
    }
}

/// The margin in force at a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MarginResult {
    /// A fraction of the prediction, or a number.
    pub value: f64,
    /// Whether it is a number.
    pub absolute: bool,
    /// The largest error of the prediction that may go unseen, in the same unit.
    pub need: f64,
    /// Why this margin.
    pub reason: String,
}

impl MarginResult {
    pub(super) fn of(margin: &Margin) -> Self {
        Self {
            value: margin.value.to_f64().value(),
            absolute: margin.absolute,
            need: margin.need.to_f64().value(),
            reason: margin.reason.clone(),
        }
    }
}

impl ClaimResult {
    /// The file or theorem: what stands in front of the last `::` of its id.
    pub fn subject(&self) -> &str {
        self.id.rsplit_once("::").map_or("", |(subject, _)| subject)
    }

    /// The name of the line: what stands behind it.
    pub fn name(&self) -> &str {
        self.id.rsplit_once("::").map_or(&self.id, |(_, name)| name)
    }
}

/// The result of one `claim` or `refute` line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// Hash of what the line says: its statement with all that it reaches by name, the rules, the
    /// instances and the margin in force.
    #[serde(default)]
    pub text_hash: String,
    /// The proposition, ASCII.
    pub statement: String,
    /// The proposition, LaTeX (no dollar signs).
    pub statement_latex: String,
    /// `source` in force, or the theorem's.
    pub source: Option<String>,
    /// Notes in front of the line.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Of a control, the hypothesis that it drops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drops: Option<String>,
    /// Divisors that are not visibly positive: the line says nothing where one is zero or singular.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub divisors: Vec<String>,
    /// The margin in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<MarginResult>,
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
}

/// Room that a bound leaves over its instances (larger minus smaller side).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Slack {
    /// Smallest.
    pub min: f64,
    /// Median.
    pub median: f64,
    /// It holds for a trivial reason.
    pub vacuous: bool,
}

/// Counts over a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
