//! Which kind of proof a line asks for, and what came of it.

use crate::calculus::{Calculus, Stop};
use crate::claim::{Claim, ClaimFile, Proposition};
use crate::evidence::Evidence;
use crate::verdict::{EvidenceKind, Verdict};

/// The longest normal form that a note shows.
const LONGEST: usize = 200;

/// The record of an attempt to prove a line; `None` for a line about what only numbers can show:
/// letters that an experiment supplies, and limits of a training.
pub fn prove(file: &ClaimFile, claim: &Claim) -> Option<Evidence> {
    let proposition = &claim.proposition;
    if !proposition.observed_letters().is_empty() {
        return None;
    }
    let (verdict, note) = match proposition {
        Proposition::Reaches { .. } => return None,
        Proposition::Equal { left, right } => {
            let difference = Calculus::new(&file.letters)
                .and_then(|mut calculus| calculus.difference(left, right));
            identity(difference)
        }
        _ => {
            (Verdict::Open, Some("needs a part of the exact calculus that is not there yet".into()))
        }
    };
    let rules = claim.rules > 0 && verdict == Verdict::Proved;
    let note = note.or_else(|| rules.then(|| "its rules are not needed".to_owned()));
    Some(Evidence {
        kind: EvidenceKind::Proof,
        verdict,
        at: std::collections::BTreeMap::new(),
        declared: true,
        generic_sizes: true,
        measurement: None,
        counterexample: None,
        slack: None,
        vacuous: false,
        note,
    })
}

fn identity(difference: Result<Option<String>, Stop>) -> (Verdict, Option<String>) {
    match difference {
        Ok(None) => (Verdict::Proved, None),
        // A counterexample refutes; a difference alone does not (sizes at which it vanishes).
        Ok(Some(difference)) => (Verdict::Open, Some(format!("not equal: {}", cut(&difference)))),
        Err(stop) => (Verdict::Open, Some(stop.to_string())),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((place, _)) => format!("{} ...", &text[..place]),
    }
}
