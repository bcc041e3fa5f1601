//! Kill scores: how many mutants each kind of evidence rejects, and which survive.

use super::operator::Operator;
use crate::evidence::Evidence;
use crate::experiment::Effort;
use crate::suite::Settings;
use crate::verdict::{EvidenceKind, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The scores of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// `isserlis-mutants/1`.
    pub schema: String,
    /// Version of the tool.
    pub version: String,
    /// Seed of the run.
    pub seed: u64,
    /// How much work the run could do.
    pub effort: Effort,
    /// Probability that any statistical verdict of one subject is wrong.
    pub error_budget: f64,
    /// One entry a claim, in the order of files and lines.
    pub lines: Vec<LineScore>,
}

/// The mutants of one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineScore {
    /// `<file name>::<claim>` or `<theorem id>::<claim>`.
    pub id: String,
    /// What it says.
    pub statement: String,
    /// All mutants, each statement once.
    pub mutants: u64,
    /// Those that the prover shows to say the same (of a bound: to be true as well).
    pub equivalent: u64,
    /// Each kind of evidence apart; `exact` stands for proof or exact evidence.
    pub kinds: Vec<KindScore>,
    /// Those that are not equivalent and that some kind of evidence does not reject.
    pub survivors: Vec<MutantResult>,
}

/// What one kind of evidence does to the mutants of a line that are not equivalent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindScore {
    /// The kind; `exact` stands for proof or exact evidence.
    pub kind: EvidenceKind,
    /// Those it was asked about.
    pub tried: u64,
    /// Those it rejects.
    pub rejected: u64,
    /// Those whose prediction is off by at least twice the need of the line at some instance.
    pub large: u64,
    /// Those of them that it rejects.
    pub large_rejected: u64,
}

/// A mutant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MutantResult {
    /// What was done to the formula.
    pub operator: Operator,
    /// What it says.
    pub statement: String,
    /// The largest relative change of the prediction (Frobenius norm) at an instance where it is
    /// measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<f64>,
    /// It is off by at least twice the need of the line at some instance.
    pub large: bool,
    /// What each kind of evidence says; `exact` stands for proof or exact evidence.
    pub said: BTreeMap<EvidenceKind, Said>,
}

/// What a kind of evidence says of a mutant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// *refuted* where it rejects the mutant at some instance.
    pub verdict: Verdict,
    /// Why not, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Scores {
    /// The format of the scores.
    pub const SCHEMA: &str = "isserlis-mutants/1";

    pub(super) fn new(version: String, settings: &Settings, lines: Vec<LineScore>) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            version,
            seed: settings.seed,
            effort: settings.effort,
            error_budget: settings.error_budget,
            lines,
        }
    }

    /// The scores of all lines together, each kind apart.
    pub fn total(&self) -> Vec<KindScore> {
        let mut total = Vec::new();
        for kind in self.lines.iter().flat_map(|line| &line.kinds) {
            let sum = KindScore::of(&mut total, kind.kind);
            sum.tried += kind.tried;
            sum.rejected += kind.rejected;
            sum.large += kind.large;
            sum.large_rejected += kind.large_rejected;
        }
        total.sort_by_key(|kind| kind.kind);
        total
    }
}

impl KindScore {
    /// The score of this kind in a list, which begins with nothing if it is new.
    pub(super) fn of(scores: &mut Vec<Self>, kind: EvidenceKind) -> &mut Self {
        let place = scores.iter().position(|score| score.kind == kind).unwrap_or_else(|| {
            scores.push(Self { kind, tried: 0, rejected: 0, large: 0, large_rejected: 0 });
            scores.len() - 1
        });
        &mut scores[place]
    }

    pub(super) fn count(&mut self, said: &Said, large: bool) {
        let rejected = u64::from(said.verdict == Verdict::Refuted);
        self.tried += 1;
        self.rejected += rejected;
        if large {
            self.large += 1;
            self.large_rejected += rejected;
        }
    }
}

impl Said {
    pub(super) fn of(piece: &Evidence) -> Self {
        let reason = match piece.verdict {
            Verdict::Refuted => None,
            Verdict::Verified if piece.measurement.is_some() => {
                Some("the margin is too wide to catch it".to_owned())
            }
            Verdict::Inconclusive => Some(match &piece.measurement {
                Some(measured) if measured.predicted == 0.0 && !measured.deviation => {
                    "the prediction is zero, where no margin is relative".to_owned()
                }
                _ => "the interval is too wide to tell".to_owned(),
            }),
            _ => piece.note.clone(),
        };
        Self { verdict: piece.verdict, reason }
    }
}
