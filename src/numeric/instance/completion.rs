//! Completing an instance: letters that are not listed, rules and hypotheses.

use super::draw::{Role, generic, ratio, simplest};
use super::mention::Mention;
use super::{Instance, RationalMatrix};
use crate::claim::{Expr, Hypothesis, Letter, LetterKind, Space};
use crate::data::generator;
use crate::numeric::exact::{
    Budget, ExactError, attribute_failure, equal, hypothesis_holds, is_covariance, solve_for,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Draws before an instance is given up.
const ATTEMPTS: u32 = 24;

/// Times a scalar is scaled until a hypothesis holds.
const SCALINGS: u32 = 24;

/// Where the values of an instance come from.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// The simplest values.
    Simplest,
    /// Values drawn from a seed and identities.
    Drawn { seed: u64, identities: [&'a str; 2] },
}

/// Gives every letter that lacks one a value, such that rules, hypotheses and declarations hold.
///
/// # Errors
/// [`ExactError::NotAdmissible`] where no such values are found, and errors of the evaluation.
pub(super) fn complete(
    partial: &Instance,
    mention: &Mention,
    given: &[Hypothesis],
    origin: Origin<'_>,
) -> Result<Instance, ExactError> {
    let mut failure = None;
    let attempts = if matches!(origin, Origin::Simplest) { 1 } else { ATTEMPTS };
    for attempt in 0..attempts {
        let mut candidate = partial.clone();
        for letter in &mention.letters {
            if !candidate.values.contains_key(&letter.name) {
                let value = draw(letter, mention, partial, origin, attempt);
                candidate.values.insert(letter.name.clone(), value);
            }
        }
        match settle(candidate, partial, mention, given) {
            Ok(instance) => return Ok(instance),
            Err(error @ ExactError::TooLarge { .. }) => return Err(error),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.unwrap_or_else(|| not_admissible("no values were drawn".to_owned())))
}

fn not_admissible(what: String) -> ExactError {
    ExactError::NotAdmissible { what }
}

fn draw(
    letter: &Letter,
    mention: &Mention,
    at: &Instance,
    origin: Origin<'_>,
    attempt: u32,
) -> RationalMatrix {
    let size = |space: &Space| match space {
        Space::One => 1,
        Space::Size(name) => at.sizes.get(name).copied().unwrap_or(1),
    };
    let (rows, columns) = (size(&letter.shape.rows), size(&letter.shape.columns));
    match origin {
        Origin::Simplest => simplest(rows, columns),
        Origin::Drawn { seed, identities: [file, place] } => {
            let role = Role {
                covariance: mention.in_covariance.contains(&letter.name),
                root: mention.roots.get(&letter.name).copied().unwrap_or(1),
                whole: mention.in_size.contains(&letter.name),
            };
            let attempt = attempt.to_string();
            let identities = ["instance", file, place, &letter.name, &attempt];
            let mut stream = generator(seed, &identities, 0);
            generic(letter, role, rows, columns, &mut stream)
        }
    }
}

/// Solves the rules, scales scalars until the hypotheses hold, and checks everything.
fn settle(
    mut candidate: Instance,
    partial: &Instance,
    mention: &Mention,
    given: &[Hypothesis],
) -> Result<Instance, ExactError> {
    let budget = Budget::default();
    for _ in 0..SCALINGS {
        let solved = solve_rules(&mut candidate, partial, mention, &budget)?;
        check_declarations(&candidate, partial, mention, &solved, &budget)?;
        let mut failing = None;
        for hypothesis in given {
            if !hypothesis_holds(hypothesis, &candidate, &budget)? {
                failing = Some(hypothesis);
                break;
            }
        }
        let Some(hypothesis) = failing else { return Ok(candidate) };
        let fixed = |name: &Arc<str>| partial.values.contains_key(name) || solved.contains(name);
        if !scale_towards(hypothesis, &mut candidate, mention, fixed) {
            break;
        }
    }
    Err(not_admissible("a hypothesis after `given` does not hold".to_owned()))
}

/// Makes the smaller side of a failing hypothesis smaller, or the larger side larger, by a
/// scalar letter that stands in it alone. False where there is none.
fn scale_towards(
    hypothesis: &Hypothesis,
    candidate: &mut Instance,
    mention: &Mention,
    fixed: impl Fn(&Arc<str>) -> bool,
) -> bool {
    let (larger, smaller) = hypothesis.larger_first();
    let scalar_in = |side: &Expr| {
        let mut letters = side.letters().into_iter();
        let only = letters.next().filter(|_| letters.next().is_none())?.clone();
        let free = matches!(only.kind, LetterKind::Scalar { .. }) && !fixed(&only.name);
        free.then_some(only)
    };
    let (letter, factor) = match (scalar_in(smaller), scalar_in(larger)) {
        (Some(letter), _) => (letter, ratio(1, 2)),
        (None, Some(letter)) => (letter, ratio(2, 1)),
        (None, None) => return false,
    };
    let order = mention.roots.get(&letter.name).copied().unwrap_or(1);
    let Some(value) = candidate.values.get_mut(&letter.name) else { return false };
    for _ in 0..order.max(1) {
        value.entries[0] *= &factor;
    }
    true
}

/// Gives the letters that rules define the values that satisfy them; their names.
fn solve_rules(
    candidate: &mut Instance,
    partial: &Instance,
    mention: &Mention,
    budget: &Budget,
) -> Result<BTreeSet<Arc<str>>, ExactError> {
    let mut solved = BTreeSet::new();
    for rule in &mention.rules {
        if equal(&rule.left, &rule.right, candidate, budget)?.holds {
            continue;
        }
        // A defined letter is usually declared after the letters it is made of.
        let unknown = mention.letters.iter().rev().filter(|letter| {
            let occurs = |side: &Expr| side.letters().iter().any(|other| other.name == letter.name);
            (occurs(&rule.left) || occurs(&rule.right))
                && !partial.values.contains_key(&letter.name)
                && !solved.contains(&letter.name)
        });
        let mut solution = None;
        for letter in unknown {
            let preferred = candidate.values[&letter.name].clone();
            let sides = (&rule.left, &rule.right);
            if let Some(value) = solve_for(letter, sides, candidate, &preferred, budget)?
                && attribute_failure(letter, &value).is_none()
            {
                solution = Some((letter.name.clone(), value));
                break;
            }
        }
        let Some((name, value)) = solution else {
            return Err(not_admissible("a `rule` has no simple solution here".to_owned()));
        };
        candidate.values.insert(name.clone(), value);
        solved.insert(name);
    }
    for rule in &mention.rules {
        if !equal(&rule.left, &rule.right, candidate, budget)?.holds {
            return Err(not_admissible("the rules do not hold together".to_owned()));
        }
    }
    Ok(solved)
}

/// Checks attributes and covariances that drawing does not guarantee: those of listed letters
/// and of letters that rules define.
fn check_declarations(
    candidate: &Instance,
    partial: &Instance,
    mention: &Mention,
    solved: &BTreeSet<Arc<str>>,
    budget: &Budget,
) -> Result<(), ExactError> {
    let unsafe_value = |name: &Arc<str>| partial.values.contains_key(name) || solved.contains(name);
    for letter in &mention.letters {
        if unsafe_value(&letter.name)
            && let Some(property) = attribute_failure(letter, &candidate.values[&letter.name])
        {
            return Err(not_admissible(format!("`{}` is not {property}", letter.name)));
        }
    }
    for law in mention.random.iter().filter_map(|letter| letter.law()) {
        let covariance = &law.covariance;
        if covariance.letters().iter().any(|letter| unsafe_value(&letter.name))
            && !is_covariance(covariance, candidate, budget)?
        {
            return Err(not_admissible("a covariance is not positive semidefinite".to_owned()));
        }
    }
    Ok(())
}
