//! Which kind of proof a line asks for, and what came of it.

use crate::calculus::{Calculus, Stop};
use crate::certificate::Certificate;
use crate::claim::{Claim, ClaimFile, Comparison, Expr, Hypothesis, Letter, Proposition};
use crate::evidence::Evidence;
use crate::verdict::{EvidenceKind, Verdict};
use std::sync::Arc;

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
            let difference =
                calculus(file, claim).and_then(|mut calculus| calculus.difference(left, right));
            identity(difference)
        }
        Proposition::Bound { left, comparison, right, given, form } => {
            let (larger, smaller) = match comparison {
                Comparison::AtLeast => (left, right),
                Comparison::AtMost => (right, left),
            };
            bound(calculus(file, claim), larger, smaller, given, form.as_ref())
        }
        _ => without_value(file, claim),
    };
    let model =
        (claim.rules > 0 && verdict == Verdict::Proved).then_some("if the rules have a model");
    let note = match (note, model) {
        (Some(note), Some(model)) => Some(format!("{note}, {model}")),
        (note, model) => note.or_else(|| model.map(str::to_owned)),
    };
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

/// The certificate of a line that is proved; `None` for what is not proved, for bounds and for
/// proofs under rules.
pub fn certify(file: &ClaimFile, claim: &Claim, id: &str) -> Option<Certificate> {
    if claim.rules > 0 || !claim.proposition.observed_letters().is_empty() {
        return None;
    }
    let mut calculus = Calculus::new(&file.letters).ok()?;
    calculus.keep_logs();
    let mut square = None;
    let difference = match &claim.proposition {
        Proposition::Equal { left, right } => calculus.difference(left, right).ok()?,
        Proposition::Limit { of, size, value } => {
            calculus.coefficient(of, size, 0, value, true).ok()?
        }
        Proposition::Coefficient { of, size, order, value } => {
            calculus.coefficient(of, size, *order, value, false).ok()?
        }
        Proposition::Minimizer { loss, letter, value } => {
            square = Some(calculus.square(&loss.value, letter, Some(value)).ok()?);
            calculus.minimizer(&loss.value, letter, value).ok()?.0
        }
        Proposition::Minimum { loss, letter, value } => {
            square = Some(calculus.square(&loss.value, letter, None).ok()?);
            calculus.minimum(&loss.value, letter, value).ok()?.0
        }
        Proposition::Reaches { .. } | Proposition::Bound { .. } => return None,
    };
    difference.is_none().then(|| Certificate {
        format: Certificate::FORMAT.to_owned(),
        claim: id.to_owned(),
        statement: claim.proposition.to_string(),
        text: file.text.to_string(),
        expectations: calculus.logs(),
        square,
    })
}

/// The calculus at a line, with the rules in force.
fn calculus(file: &ClaimFile, claim: &Claim) -> Result<Calculus, Stop> {
    let mut calculus = Calculus::new(&file.letters)?;
    file.rules[..claim.rules].iter().try_for_each(|rule| calculus.suppose(rule))?;
    Ok(calculus)
}

fn identity(difference: Result<Option<String>, Stop>) -> (Verdict, Option<String>) {
    match difference {
        Ok(None) => (Verdict::Proved, None),
        // A counterexample refutes; a difference alone does not (sizes at which it vanishes).
        Ok(Some(difference)) => (Verdict::Open, Some(format!("not equal: {}", cut(&difference)))),
        Err(stop) => (Verdict::Open, Some(stop.to_string())),
    }
}

/// A bound is proved or open: it is refuted by a counterexample only.
fn bound(
    calculus: Result<Calculus, Stop>,
    larger: &Expr,
    smaller: &Expr,
    given: &[Hypothesis],
    form: Option<&Arc<Letter>>,
) -> (Verdict, Option<String>) {
    if smaller.is_literally_zero() && larger.is_visibly_nonnegative() {
        return (Verdict::Proved, Some("by the signs of its terms alone".to_owned()));
    }
    let shown = calculus.and_then(|mut calculus| calculus.is_bound(larger, smaller, given, form));
    match shown {
        Ok(true) => (Verdict::Proved, None),
        Ok(false) => (Verdict::Open, Some("no fragment decides this bound".to_owned())),
        Err(stop) => (Verdict::Open, Some(stop.to_string())),
    }
}

/// Lines without a value at an instance: the difference of the normal forms decides.
fn without_value(file: &ClaimFile, claim: &Claim) -> (Verdict, Option<String>) {
    let decided = calculus(file, claim).and_then(|mut calculus| {
        let (difference, except) = match &claim.proposition {
            Proposition::Minimizer { loss, letter, value } => {
                calculus.minimizer(&loss.value, letter, value)?
            }
            Proposition::Minimum { loss, letter, value } => {
                calculus.minimum(&loss.value, letter, value)?
            }
            Proposition::Limit { of, size, value } => {
                (calculus.coefficient(of, size, 0, value, true)?, Vec::new())
            }
            Proposition::Coefficient { of, size, order, value } => {
                (calculus.coefficient(of, size, *order, value, false)?, Vec::new())
            }
            _ => unreachable!("decided elsewhere"),
        };
        // A loss is flat only where all its factors vanish; an expansion fails where one does.
        let leading: Vec<&str> = calculus.leading_terms().collect();
        let except = [except.join(" and "), leading.join(" or ")].concat();
        Ok((difference, except, calculus.has_roots()))
    });
    match decided {
        Ok((None, except, _)) if except.is_empty() => (Verdict::Proved, None),
        Ok((None, except, _)) => (Verdict::Proved, Some(format!("except where {except} is zero"))),
        Ok((Some(difference), _, roots)) => {
            let note = Some(format!("the difference is {}", cut(&difference)));
            // Rules are not used, and products of roots are independent symbols: then a
            // difference shows nothing.
            let decides = claim.rules == 0 && !roots;
            (if decides { Verdict::Refuted } else { Verdict::Open }, note)
        }
        Err(stop) => (Verdict::Open, Some(stop.to_string())),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((place, _)) => format!("{} ...", &text[..place]),
    }
}
