//! What a run remembers of units of work that were done before, by names that are the same in every
//! run of one setup.

use crate::evidence::Evidence;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// What a unit of work found. At which places, the plan of the run knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The name of the unit.
    pub(super) unit: String,
    /// How long it took.
    pub(super) seconds: f64,
    /// Of exact evidence: why it decides nothing, where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) undecided: Option<Undecided>,
    /// One piece a place; none where nothing was found.
    pieces: Vec<Piece>,
}

/// Why exact arithmetic decides nothing at an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Undecided {
    /// The instance breaks a hypothesis.
    Inadmissible,
    /// It is beyond exact arithmetic, or beyond what may be spent on it.
    Beyond,
}

/// What a unit of work finds: evidence, at most one piece a place, and why it decides nothing.
pub(super) type Yield = (Vec<Evidence>, Option<Undecided>);

/// A piece of evidence, with what results leave out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Piece {
    declared: bool,
    generic_sizes: bool,
    evidence: Evidence,
}

impl Entry {
    pub(super) fn new(unit: String, seconds: f64, (evidence, undecided): Yield) -> Self {
        let piece = |evidence: Evidence| Piece {
            declared: evidence.declared,
            generic_sizes: evidence.generic_sizes,
            evidence: Evidence { declared: false, generic_sizes: false, ..evidence },
        };
        let pieces = evidence.into_iter().map(piece).collect();
        Self { unit, seconds, undecided, pieces }
    }

    /// The evidence, as it was before it was written down.
    pub(super) fn evidence(self) -> impl Iterator<Item = Evidence> {
        self.pieces.into_iter().map(|piece| Evidence {
            declared: piece.declared,
            generic_sizes: piece.generic_sizes,
            ..piece.evidence
        })
    }

    /// Whether it can be written down and read again as it is. JSON has no infinity, for one: what
    /// does not survive is not remembered, and found anew by whoever asks for it.
    pub(super) fn survives(&self) -> bool {
        let written = serde_json::to_string(self);
        let read = written.and_then(|text| serde_json::from_str::<Self>(&text));
        read.is_ok_and(|read| read == *self)
    }
}

/// What remembers.
pub(super) trait Memory: Sync {
    /// Why it cannot keep something.
    type Error: Send;

    /// What a unit found, if it was done before.
    fn recall(&self, unit: &str) -> Option<Entry>;

    /// Keeps what a unit found.
    ///
    /// # Errors
    /// Where that is not possible: the run ends.
    fn keep(&self, entry: &Entry) -> Result<(), Self::Error>;
}

/// Remembers nothing.
pub(super) struct Oblivion;

impl Memory for Oblivion {
    type Error = Infallible;

    fn recall(&self, _: &str) -> Option<Entry> {
        None
    }

    fn keep(&self, _: &Entry) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(estimate: f64) -> Evidence {
        let text = r#"{"kind": "simulation", "verdict": "verified", "at": {"d": 2, "c": "1/3"},
            "predicted": 0.30000000000000004, "estimate": 0.0,
            "interval": [-1.7976931348623157e308, 1.7976931348623157e308],
            "samples": 18446744073709551615, "method": "none", "slack": -0.0, "vacuous": true,
            "note": "a\nb"}"#;
        let mut evidence: Evidence = serde_json::from_str(text).unwrap();
        (evidence.declared, evidence.generic_sizes) = (true, true);
        evidence.measurement.as_mut().unwrap().estimate = estimate;
        evidence
    }

    #[test]
    fn evidence_comes_back_from_its_line_with_what_results_leave_out() {
        let all = vec![evidence(1.0), evidence(-1e-320)];
        let entry = Entry::new("unit".to_owned(), 0.5, (all.clone(), Some(Undecided::Beyond)));
        let line = serde_json::to_string(&entry).unwrap();
        assert!(!line.contains('\n') && entry.survives(), "{line}");
        let read: Entry = serde_json::from_str(&line).unwrap();
        assert_eq!((&*read.unit, read.undecided), ("unit", Some(Undecided::Beyond)));
        assert_eq!(read.evidence().collect::<Vec<_>>(), all);
    }

    #[test]
    fn what_json_cannot_say_is_not_remembered() {
        for estimate in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let entry = Entry::new("unit".to_owned(), 0.5, (vec![evidence(estimate)], None));
            assert!(!entry.survives(), "{estimate}");
        }
    }
}
