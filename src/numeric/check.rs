//! Exact evidence for a line at one instance.

use super::Instance;
use super::exact::{Budget, Decision, ExactError, bound, equal, form_bound, hypothesis_holds};
use crate::claim::{
    Claim, ClaimFile, Comparison, Expr, Letter, LetterKind, Node, NumericFunction, Proposition,
    Space,
};
use crate::evidence::{Counterexample, Evidence};
use crate::verdict::{EvidenceKind, Verdict};
use dashu_ratio::RBig;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Exact evidence for or against a line at one instance: both sides are expanded in coordinates
/// and compared as rational numbers (an enclosure, where a root or an eigenvalue is not rational,
/// refutes where it excludes the other side and agrees where it overlaps it).
///
/// The evidence is *verified* or *refuted* at this instance, or *open* with a note: for kinds of
/// lines that have no value at an instance, for an instance that is not admissible, and for one
/// that is too large for the budget.
pub fn check(file: &ClaimFile, claim: &Claim, at: &Instance, budget: &Budget) -> Evidence {
    let mut evidence = Evidence {
        kind: EvidenceKind::Exact,
        verdict: Verdict::Open,
        at: place(at),
        declared: at.declared,
        generic_sizes: at.sizes.values().all(|&size| size >= 2),
        measurement: None,
        counterexample: None,
        slack: None,
        note: None,
    };
    let decision = rules_hold(file, claim, at, budget).and_then(|()| decide(claim, at, budget));
    match decision {
        Ok(decision) => record(&mut evidence, claim, at, &decision),
        Err(Undecided::Kind(note)) => evidence.note = Some(note.to_owned()),
        Err(Undecided::Error(error @ ExactError::NotAdmissible { .. })) if !at.declared => {
            evidence.note = Some(format!("skipped: {error}"));
        }
        Err(Undecided::Error(error)) => evidence.note = Some(error.to_string()),
    }
    evidence
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

/// Rules are checked here too, whoever made the instance.
fn rules_hold(
    file: &ClaimFile,
    claim: &Claim,
    at: &Instance,
    budget: &Budget,
) -> Result<(), Undecided> {
    for rule in &file.rules[..claim.rules.min(file.rules.len())] {
        let known = |letter: &&Arc<Letter>| {
            at.values.contains_key(&letter.name) || letter.kind == LetterKind::Ones
        };
        let letters = rule.left.letters().into_iter().chain(rule.right.letters());
        if letters.into_iter().all(|letter| known(&letter))
            && !equal(&rule.left, &rule.right, at, budget)?.holds
        {
            let what = "a `rule` does not hold".to_owned();
            return Err(ExactError::NotAdmissible { what }.into());
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
            if smaller <= 0.0 && is_visibly_nonnegative(quantity) {
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

/// Sizes, and scalars that the author listed.
fn place(at: &Instance) -> BTreeMap<String, Json> {
    let sizes = at.sizes.iter().map(|(name, size)| (name.to_string(), Json::from(*size)));
    let scalars = at.listed.iter().filter_map(|name| {
        let value = at.values.get(name).filter(|value| value.entries.len() == 1)?;
        let value = &value.entries[0];
        let json = i64::try_from(value.numerator())
            .ok()
            .filter(|_| value.is_int())
            .map_or_else(|| Json::from(value.to_string()), Json::from);
        Some((name.to_string(), json))
    });
    sizes.chain(scalars).collect()
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

/// Whether an expression cannot be negative, whatever its letters: a square, a norm, a trace of
/// a positive definite letter, and sums, products and expectations of such.
fn is_visibly_nonnegative(expr: &Expr) -> bool {
    match &*expr.node {
        Node::Number(number) => *number >= RBig::ZERO,
        Node::Size(_) | Node::Norm { weight: None, .. } => true,
        Node::Letter(letter) => match &letter.kind {
            LetterKind::Scalar { positive } => *positive,
            LetterKind::Matrix(attributes) => attributes.positive_definite,
            LetterKind::Ones => true,
            _ => false,
        },
        Node::Abbreviation(abbreviation) => is_visibly_nonnegative(&abbreviation.value),
        Node::Add(a, b) => is_visibly_nonnegative(a) && is_visibly_nonnegative(b),
        Node::Multiply(a, b) | Node::Divide(a, b) => {
            let scalar = |side: &Expr| side.shape.rows == Space::One;
            scalar(a) && scalar(b) && is_visibly_nonnegative(a) && is_visibly_nonnegative(b)
        }
        Node::Power(base, exponent) => {
            let even = exponent.is_int() && (exponent / RBig::from(2)).is_int();
            even && base.shape.rows == Space::One || is_visibly_nonnegative(base)
        }
        Node::Trace(a) | Node::Transpose(a) | Node::Inverse(a) => is_visibly_nonnegative(a),
        Node::Expectation { body, .. } => is_visibly_nonnegative(body),
        Node::Numeric { function, arguments } => {
            use NumericFunction as F;
            match function {
                F::SquareRoot | F::Exponential | F::OperatorNorm => true,
                F::Logarithm => false,
                F::Minimum => arguments.iter().all(is_visibly_nonnegative),
                F::Maximum => arguments.iter().any(is_visibly_nonnegative),
                F::SmallestEigenvalue | F::LargestEigenvalue => {
                    is_visibly_nonnegative(&arguments[0])
                }
            }
        }
        _ => false,
    }
}
