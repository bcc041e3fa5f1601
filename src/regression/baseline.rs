//! What a project accepts: the results of a run without what a comparison does not need.

use crate::claim::ClaimKind;
use crate::experiment::Effort;
use crate::suite::Results;
use crate::verdict::{EvidenceKind, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The results of a run as far as a comparison needs them: of each field of [`Results`] that is
/// kept, the name and the form are the same, so that results can be read as a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// `isserlis-baseline/1`, or that of the results.
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
    /// Ids of lines without a result at this effort.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<String>,
    /// One entry a line.
    pub claims: Vec<Line>,
}

/// The result of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Whether it must hold or must be rejected.
    pub kind: ClaimKind,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether it did what it must, null when undecided.
    pub as_claimed: Option<bool>,
    /// Hash of what it says; empty in the results of versions that had none.
    #[serde(default)]
    pub text_hash: String,
    /// The proposition.
    pub statement: String,
    /// What was measured.
    #[serde(default)]
    pub evidence: Vec<Estimate>,
}

/// A piece of evidence; in a baseline it has a measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Where it comes from.
    pub kind: EvidenceKind,
    /// Sizes and listed scalars of the instance.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub at: BTreeMap<String, serde_json::Value>,
    /// The measurement.
    #[serde(flatten)]
    pub measured: Option<Measured>,
}

/// A measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The estimate.
    pub estimate: f64,
    /// Interval that contains the true value but for its share of the error budget.
    pub interval: [f64; 2],
    /// Names the true value.
    #[serde(default)]
    pub quantity: Option<String>,
}

/// Why a file is no baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// It is no results and no baseline.
    #[error(
        "`{path}` holds no results: {reason}; `isserlis check --format json` and `--format baseline` write some"
    )]
    NotResults {
        /// The path as given.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl Baseline {
    /// The format of a baseline.
    pub const SCHEMA: &str = "isserlis-baseline/1";

    /// The part of the results that a comparison needs.
    pub fn of(results: &Results) -> Self {
        let json = serde_json::to_string(results).expect("results are JSON: this is a bug");
        let read: Self = serde_json::from_str(&json).expect("results hold a baseline: a bug");
        Self { schema: Self::SCHEMA.to_owned(), ..read.slim() }
    }

    /// Reads a baseline, or the results of a run.
    ///
    /// # Errors
    /// Where the file cannot be read or holds something else.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|reason| BaselineError::Unreadable { path: shown.clone(), reason })?;
        let wrong = |reason: String| BaselineError::NotResults { path: shown.clone(), reason };
        let read: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if ![Self::SCHEMA, Results::SCHEMA].contains(&read.schema.as_str()) {
            return Err(wrong(format!("its schema `{}` is not known here", read.schema)));
        }
        Ok(read.slim())
    }

    /// Without evidence that measures nothing.
    fn slim(mut self) -> Self {
        for line in &mut self.claims {
            line.evidence.retain(|piece| piece.measured.is_some());
        }
        self
    }

    /// The baseline as JSON, a line of text for each line of a claim file, so that a version control
    /// system shows what changed.
    pub fn json(&self) -> String {
        let head = Self { claims: Vec::new(), ..self.clone() };
        let head = compact(&head);
        let head = head.strip_suffix("]}").expect("the claims come last: this is a bug");
        let lines: Vec<String> = self.claims.iter().map(compact).collect();
        format!("{head}\n{}\n]}}\n", lines.join(",\n"))
    }
}

fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a baseline is what JSON can say: this is a bug")
}
