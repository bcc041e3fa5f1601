//! Exact evidence for a line at one instance.

use super::Instance;
use super::exact::{
    Budget, Decision, ExactError, bound, equal, form_bound, hypothesis_holds, is_covariance,
};
use crate::claim::{Claim, ClaimFile, Comparison, LawKind, Letter, LetterKind, Proposition};
use crate::evidence::{Counterexample, Evidence};
use crate::verdict::{EvidenceKind, Verdict};
use dashu_ratio::RBig;
use std::sync::Arc;

/// Exact evidence for or against a line at one instance: both sides are expanded in coordinates
/// and compared as rational numbers (an enclosure, where a root or an eigenvalue is not rational,
/// refutes where it excludes the other side and agrees where it overlaps it).
///
/// The evidence is *verified* or *refuted* at this instance, or *open* with a note: for kinds of
/// lines that have no value at an instance, for an instance that is not admissible, and for one
/// that is too large for the budget.
pub fn check(file: &ClaimFile, claim: &Claim, at: &Instance, budget: &Budget) -> Evidence {
    check_with_reason(file, claim, at, budget).0
}

/// As [`check`], with the error that left the line undecided, if one did.
pub fn check_with_reason(
    file: &ClaimFile,
    claim: &Claim,
    at: &Instance,
    budget: &Budget,
) -> (Evidence, Option<ExactError>) {
    let mut evidence = at.evidence(EvidenceKind::Exact);
    let decision = admit(file, claim, at, budget).and_then(|()| decide(claim, at, budget));
    match decision {
        Ok(decision) => record(&mut evidence, claim, at, &decision),
        Err(Undecided::Kind(note)) => evidence.note = Some(note.to_owned()),
        Err(Undecided::Error(error)) => {
            let skipped = matches!(error, ExactError::NotAdmissible { .. }) && !at.declared;
            let prefix = if skipped { "skipped: " } else { "" };
            evidence.note = Some(format!("{prefix}{error}"));
            return (evidence, Some(error));
        }
    }
    (evidence, None)
}

/// Why a line is undecided at an instance.
enum Undecided {
    /// It has no value at an instance.
    Kind(&'static str),
    Error(ExactError),
}

impl From<ExactError> for Undecided {
    fn from(error: ExactError) -> Self {
        Self::Error(error)
    }
}

fn decide(claim: &Claim, at: &Instance, budget: &Budget) -> Result<Decision, Undecided> {
    match &claim.proposition {
        Proposition::Equal { left, right } => Ok(equal(left, right, at, budget)?),
        Proposition::Bound { left, comparison, right, given, form } => {
            for hypothesis in given {
                if !hypothesis_holds(hypothesis, at, budget)? {
                    let what = "a hypothesis after `given` does not hold".to_owned();
                    return Err(ExactError::NotAdmissible { what }.into());
                }
            }
            Ok(match form {
                Some(form) => form_bound((left, *comparison, right), form, at, budget)?,
                None => bound(left, *comparison, right, at, budget)?,
            })
        }
        Proposition::Minimizer { .. }
        | Proposition::Minimum { .. }
        | Proposition::Limit { .. }
        | Proposition::Coefficient { .. } => {
            Err(Undecided::Kind("no value at an instance: needs the exact calculus"))
        }
        Proposition::Reaches { .. } => {
            Err(Undecided::Kind("no value at an instance: needs the flow of the training"))
        }
    }
}

/// Rules and covariances of second-order laws, which the evaluation does not look at.
fn admit(file: &ClaimFile, claim: &Claim, at: &Instance, budget: &Budget) -> Result<(), Undecided> {
    let fails = |what: String| Err(Undecided::Error(ExactError::NotAdmissible { what }));
    for rule in &file.rules[..claim.rules.min(file.rules.len())] {
        let known = |letter: &&Arc<Letter>| {
            at.values.contains_key(&letter.name) || letter.kind == LetterKind::Ones
        };
        let tied = rule.left.letters().into_iter().chain(rule.right.letters());
        if tied.into_iter().all(|letter| known(&letter))
            && !equal(&rule.left, &rule.right, at, budget)?.holds
        {
            return fails("a `rule` does not hold".to_owned());
        }
    }
    for letter in claim.letters_in_order() {
        if let Some(law) = letter.law().filter(|law| law.kind != LawKind::Gaussian)
            && !is_covariance(&law.covariance, at, budget)?
        {
            let name = &letter.name;
            return fails(format!("the covariance of `{name}` is not positive semidefinite"));
        }
    }
    Ok(())
}

fn record(evidence: &mut Evidence, claim: &Claim, at: &Instance, decision: &Decision) {
    let mut notes = Vec::new();
    if let Some(width) = decision.overlap {
        notes.push(format!("agrees within an enclosure of width {width:.1e}"));
    }
    if let Proposition::Bound { left, comparison, right, form, .. } = &claim.proposition {
        let (quantity, larger, smaller) = match comparison {
            Comparison::AtLeast => (left, &decision.left, &decision.right),
            Comparison::AtMost => (right, &decision.right, &decision.left),
        };
        if form.is_none() {
            let (larger, smaller) = (larger.to_f64()[0], smaller.to_f64()[0]);
            evidence.slack = Some(larger - smaller);
            if smaller <= 0.0 && quantity.is_visibly_nonnegative() {
                evidence.vacuous = true;
                notes.push(
                    "vacuous: the bound is not positive, the quantity never negative".to_owned(),
                );
            }
        }
    }
    if decision.holds {
        evidence.verdict = Verdict::Verified;
    } else {
        evidence.verdict = Verdict::Refuted;
        evidence.counterexample = Some(counterexample(at, decision));
    }
    evidence.note = (!notes.is_empty()).then(|| notes.join("; "));
}

fn counterexample(at: &Instance, decision: &Decision) -> Counterexample {
    let rows = |value: &super::RationalMatrix| {
        let row = |row: &[RBig]| row.iter().map(ToString::to_string).collect();
        value.entries.chunks(value.columns.max(1)).map(row).collect::<Vec<Vec<String>>>()
    };
    let matters = |name: &Arc<str>| decision.used.contains(name);
    Counterexample {
        sizes: at
            .sizes
            .iter()
            .filter(|(name, _)| matters(name))
            .map(|(name, size)| (name.to_string(), *size))
            .collect(),
        values: at
            .values
            .iter()
            .filter(|(name, _)| matters(name))
            .chain(&decision.witness)
            .map(|(name, value)| (name.to_string(), rows(value)))
            .collect(),
        left: decision.left.to_string(),
        right: decision.right.to_string(),
    }
}
