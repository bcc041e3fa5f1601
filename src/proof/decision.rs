//! Which kind of proof a line asks for, and what came of it.

use super::gradient_dominance::gradient_dominance;
use crate::calculus::{Calculus, Remainder, Stop};
use crate::claim::{Claim, ClaimFile, Expr, Hypothesis, Letter, ProofRule, Proposition};
use crate::evidence::Evidence;
use crate::verdict::{EvidenceKind, Verdict};
use std::sync::Arc;

/// The longest normal form that a note shows.
const LONGEST: usize = 200;

/// An attempt to prove a line.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its record. A line that has a value at an instance is proved or open; for the other kinds a
    /// difference of normal forms refutes, where normal forms are complete.
    pub evidence: Evidence,
    /// What is left of the difference of both sides, in the words of the claim language: of a
    /// minimiser the gradient there.
    pub difference: Option<String>,
    /// On what condition it is proved.
    pub condition: Option<String>,
}

/// The record of an attempt to prove a line; `None` for a line about what only numbers can show:
/// letters that an experiment supplies, and limits of a training without a proof rule.
pub fn prove(file: &ClaimFile, claim: &Claim) -> Option<Evidence> {
    attempt(file, claim).map(|attempt| attempt.evidence)
}

/// Whether the sides of an equation are equal for all sizes and values, whatever an experiment
/// supplies for its letters.
pub fn is_identity(file: &ClaimFile, claim: &Claim) -> bool {
    matches!(equality(file, claim), Ok(Answer { left: None, .. }))
}

/// As [`prove`], with the difference that is left.
pub fn attempt(file: &ClaimFile, claim: &Claim) -> Option<Attempt> {
    let proposition = &claim.proposition;
    if !proposition.observed_letters().is_empty() {
        return None;
    }
    let answer = match proposition {
        Proposition::Reaches { .. } => by_rule(file, claim, claim.by.as_ref()?),
        Proposition::Equal { .. } => equality(file, claim),
        Proposition::Bound { left, comparison, right, given, form } => {
            let (larger, smaller) = comparison.larger_first(left, right);
            bound(calculus(file, claim), larger, smaller, given, form.as_ref())
        }
        _ => without_value(file, claim),
    };
    let mut unless = None;
    let (verdict, note, difference) = match answer {
        Ok(Answer { left: None, condition, how, .. }) => {
            let model = (claim.rules > 0).then(|| "if the rules have a model".to_owned());
            let conditions: Vec<String> = condition.into_iter().chain(model).collect();
            unless = (!conditions.is_empty()).then(|| conditions.join(", "));
            let notes: Vec<String> = how.into_iter().chain(unless.clone()).collect();
            (Verdict::Proved, (!notes.is_empty()).then(|| notes.join(", ")), None)
        }
        Ok(Answer { left: Some(left), refutes, how, .. }) => {
            let verdict = if refutes { Verdict::Refuted } else { Verdict::Open };
            let note = match proposition {
                Proposition::Equal { .. } => format!("not equal: {left}"),
                _ => left.to_string(),
            };
            let notes: Vec<String> = [cut(&note)].into_iter().chain(how).collect();
            (verdict, Some(notes.join("; ")), Some(left.expression))
        }
        Err(reason) => (Verdict::Open, Some(reason.0), None),
    };
    let evidence = Evidence {
        kind: EvidenceKind::Proof,
        verdict,
        at: std::collections::BTreeMap::new(),
        declared: true,
        generic_sizes: true,
        unshown: None,
        measurement: None,
        counterexample: None,
        slack: None,
        vacuous: false,
        certificate: None,
        note,
    };
    Some(Attempt { evidence, difference, condition: unless })
}

/// Why there is no answer, in words.
struct Reason(String);

impl From<Stop> for Reason {
    fn from(stop: Stop) -> Self {
        Self(stop.to_string())
    }
}

/// What the calculus says of a line.
#[derive(Default)]
struct Answer {
    /// What is left of the difference; `None` if the line is proved.
    left: Option<Remainder>,
    /// On what condition it is proved.
    condition: Option<String>,
    /// By what it is proved, if not by the normal form; what a difference is worth.
    how: Option<String>,
    /// Whether a difference refutes.
    refutes: bool,
}

/// The calculus at a line, with the rules in force.
pub(super) fn calculus(file: &ClaimFile, claim: &Claim) -> Result<Calculus, Stop> {
    let mut calculus = Calculus::new(&file.letters)?;
    file.rules[..claim.rules].iter().try_for_each(|rule| calculus.suppose(rule))?;
    Ok(calculus)
}

/// A counterexample refutes an equation; a difference of normal forms alone does not: it may vanish
/// at all sizes that matter.
fn equality(file: &ClaimFile, claim: &Claim) -> Result<Answer, Reason> {
    let mut calculus = calculus(file, claim)?;
    let (left, _) = remainder(&mut calculus, &claim.proposition)?;
    let ambiguous = match left.is_some() && claim.rules > 0 {
        true => calculus.ambiguous_word()?,
        false => None,
    };
    let how = ambiguous.map(|word| format!("the rules are not confluent: `{word}` has two forms"));
    Ok(Answer { left, how, ..Answer::default() })
}

/// A line that a named rule proves from other lines.
fn by_rule(file: &ClaimFile, claim: &Claim, by: &ProofRule) -> Result<Answer, Reason> {
    let premises: Option<Vec<&Claim>> = by
        .premises
        .iter()
        .map(|name| file.claims.iter().find(|premise| premise.name == *name))
        .collect();
    let premises = premises.ok_or_else(|| Reason("a premise is not in this file".to_owned()))?;
    match by.rule.as_str() {
        "gradient_dominance" => gradient_dominance(file, claim, &premises),
        other => Err(format!("no rule `{other}`")),
    }
    .map_err(Reason)?;
    let how = Some(format!("by {} from {}", by.rule, by.premises.join(", ")));
    Ok(Answer { how, ..Answer::default() })
}

/// A bound is proved or open: it is refuted by a counterexample only.
fn bound(
    calculus: Result<Calculus, Stop>,
    larger: &Expr,
    smaller: &Expr,
    given: &[Hypothesis],
    form: Option<&Arc<Letter>>,
) -> Result<Answer, Reason> {
    if larger.is_visibly_at_least(smaller) {
        let how = Some("by the signs of its terms alone".to_owned());
        return Ok(Answer { how, ..Answer::default() });
    }
    calculus?.show_bound(larger, smaller, given, form)?;
    Ok(Answer::default())
}

/// What is left of the difference of both sides of a line that is no bound and no limit of a
/// training, and the factors that must not vanish.
pub(super) fn remainder(
    calculus: &mut Calculus,
    proposition: &Proposition,
) -> Result<(Option<Remainder>, Vec<String>), Stop> {
    match proposition {
        Proposition::Equal { left, right } => Ok((calculus.difference(left, right)?, Vec::new())),
        Proposition::Minimizer { loss, letter, value } => {
            calculus.minimizer(&loss.value, letter, value)
        }
        Proposition::Minimum { loss, letter, value } => {
            calculus.minimum(&loss.value, letter, value)
        }
        Proposition::Limit { of, size, value } => {
            Ok((calculus.coefficient(of, size, 0, value, true)?, Vec::new()))
        }
        Proposition::Coefficient { of, size, order, value } => {
            Ok((calculus.coefficient(of, size, *order, value, false)?, Vec::new()))
        }
        Proposition::Bound { .. } | Proposition::Reaches { .. } => {
            unreachable!("decided elsewhere: this is a bug")
        }
    }
}

/// Lines without a value at an instance: the difference of the normal forms decides.
fn without_value(file: &ClaimFile, claim: &Claim) -> Result<Answer, Reason> {
    let mut calculus = calculus(file, claim)?;
    let (left, except) = remainder(&mut calculus, &claim.proposition)?;
    // A loss is flat only where all its factors vanish; an expansion fails where one does.
    let leading: Vec<&str> = calculus.leading_terms().collect();
    let except = [except.join(" and "), leading.join(" or ")].concat();
    let condition = (!except.is_empty()).then(|| format!("except where {except} is zero"));
    Ok(Answer { left, condition, how: None, refutes: calculus.is_complete() })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((place, _)) => format!("{} ...", &text[..place]),
    }
}
