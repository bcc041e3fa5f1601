//! What a check with many seeds says with each, and the counts over them.

use crate::claim::ClaimKind;
use crate::suite::{ClaimResult, Results, Setup};
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The verdicts of the check with one seed: a line of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repetition {
    /// The seed.
    pub seed: u64,
    /// The lines whose evidence involves chance.
    pub lines: Vec<LineVerdict>,
}

/// The verdict on a line with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineVerdict {
    /// Its id.
    pub id: String,
    /// Whether it must hold or must be rejected.
    pub kind: ClaimKind,
    /// The verdict.
    pub verdict: Verdict,
    /// Of a claim that holds, the largest of the smallest errors that its pieces of evidence
    /// would have caught, relative to the prediction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_caught: Option<f64>,
}

impl Repetition {
    /// What a record keeps of the results.
    pub fn of(results: &Results) -> Self {
        let line = |result: &ClaimResult| {
            let holds = result.kind == ClaimKind::Claim && result.as_claimed == Some(true);
            let measured = result.evidence.iter().filter_map(|piece| piece.measurement.as_ref());
            let caught = measured.filter_map(|measurement| measurement.smallest_caught);
            LineVerdict {
                id: result.id.clone(),
                kind: result.kind,
                verdict: result.verdict,
                smallest_caught: caught.max_by(f64::total_cmp).filter(|_| holds),
            }
        };
        Self { seed: results.seed, lines: results.claims.iter().map(line).collect() }
    }
}

/// The verdicts of a check with many seeds, counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repetitions {
    /// What was checked.
    #[serde(flatten)]
    pub setup: Setup,
    /// How many seeds.
    pub seeds: u64,
    /// The lines whose evidence involves chance.
    pub lines: Vec<RepeatedLine>,
}

/// A line over all seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatedLine {
    /// Its id.
    pub id: String,
    /// Whether it must hold or must be rejected.
    pub kind: ClaimKind,
    /// How many seeds gave each verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Least and largest of the smallest errors caught, over the seeds; see
    /// [`LineVerdict::smallest_caught`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_caught: Option<[f64; 2]>,
}

impl RepeatedLine {
    /// With how many seeds it is the opposite of what it should be: a claim refuted, a control
    /// accepted.
    pub fn wrong(&self) -> u64 {
        let wrong = |verdict: Verdict| match self.kind {
            ClaimKind::Claim => verdict == Verdict::Refuted,
            ClaimKind::Refute => matches!(verdict, Verdict::Proved | Verdict::Verified),
        };
        let counts = self.verdicts.iter().filter(|(verdict, _)| wrong(**verdict));
        counts.map(|(_, count)| count).sum()
    }

    /// With how many seeds it is undecided.
    pub fn undecided(&self) -> u64 {
        let count = |verdict| self.verdicts.get(&verdict).copied().unwrap_or(0);
        count(Verdict::Inconclusive) + count(Verdict::Open)
    }
}

impl Repetitions {
    /// Counts what a record holds.
    pub fn of(setup: Setup, finished: &[Repetition]) -> Self {
        let mut lines: Vec<RepeatedLine> = Vec::new();
        for line in finished.iter().flat_map(|repetition| &repetition.lines) {
            let known = lines.iter().position(|known| known.id == line.id);
            let place = known.unwrap_or_else(|| {
                let (id, kind) = (line.id.clone(), line.kind);
                let verdicts = BTreeMap::new();
                lines.push(RepeatedLine { id, kind, verdicts, smallest_caught: None });
                lines.len() - 1
            });
            *lines[place].verdicts.entry(line.verdict).or_default() += 1;
            if let Some(caught) = line.smallest_caught {
                let [least, most] = lines[place].smallest_caught.get_or_insert([caught; 2]);
                (*least, *most) = (least.min(caught), most.max(caught));
            }
        }
        Self { setup, seeds: finished.len() as u64, lines }
    }

    /// The last repetition of the theorem library, as committed with this version.
    ///
    /// # Panics
    /// If the committed record does not have this format, which is a bug.
    pub fn last() -> Self {
        serde_json::from_str(include_str!("../../report/seeds.json"))
            .expect("the committed record has its format: this is a bug")
    }

    /// Verdicts that are the opposite of what they should be: of claims (false refutations) or
    /// of controls (accepted).
    pub fn wrong(&self, kind: ClaimKind) -> u64 {
        self.lines.iter().filter(|line| line.kind == kind).map(RepeatedLine::wrong).sum()
    }

    /// The lines whose verdict depends on the seed.
    pub fn disagreements(&self) -> Vec<&RepeatedLine> {
        self.lines.iter().filter(|line| line.verdicts.len() > 1).collect()
    }
}
