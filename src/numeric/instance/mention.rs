//! Which sizes, letters and rules a claim depends on, and what it asks of their values.

use crate::claim::{
    Claim, ClaimFile, Expr, Letter, LetterKind, Node, NumericFunction, Proposition, Rule, Target,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a claim depends on, through names, covariances, rules and training.
pub(super) struct Mention {
    /// Sizes, in the order of their names.
    pub(super) sizes: Vec<Arc<str>>,
    /// Deterministic letters that need a value, in the order of declaration.
    pub(super) letters: Vec<Arc<Letter>>,
    /// Random letters.
    pub(super) random: Vec<Arc<Letter>>,
    /// Letters that stand in a covariance.
    pub(super) in_covariance: BTreeSet<Arc<str>>,
    /// Letters of which a root of this order is taken.
    pub(super) roots: BTreeMap<Arc<str>, u32>,
    /// Scalars that `subst` puts into a size.
    pub(super) in_size: BTreeSet<Arc<str>>,
    /// Rules in force that share a letter with the rest.
    pub(super) rules: Vec<Rule>,
}

impl Mention {
    /// What `claim` depends on.
    pub(super) fn of(file: &ClaimFile, claim: &Claim) -> Self {
        let mut all = claim.letters_in_order();
        let mut sizes = claim.sizes().into_iter().collect::<BTreeSet<_>>();
        if all.iter().any(|letter| letter.is_observed()) {
            // An experiment may read every size and letter of the file.
            sizes.extend(file.sizes.iter().cloned());
            let known = |letter: &&Arc<Letter>| all.iter().any(|other| other.name == letter.name);
            let others: Vec<_> = file.letters.iter().filter(|letter| !known(letter)).collect();
            all.extend(others.into_iter().filter(|letter| !letter.is_random()).cloned());
        }
        let rules = tied_rules(&file.rules[..claim.rules.min(file.rules.len())], &mut all);
        let training = claim.training_in_use();
        let expressions = claim
            .proposition
            .expressions()
            .into_iter()
            .chain(training.into_iter().flat_map(crate::claim::Training::expressions))
            .chain(rules.iter().flat_map(|rule| [&rule.left, &rule.right]));
        let (mut roots, mut in_size) = (BTreeMap::new(), BTreeSet::new());
        for expr in expressions {
            sizes.extend(expr.sizes());
            ask_for_roots(expr, &mut roots);
            ask_for_sizes(expr, &mut in_size);
        }
        let (random, mut letters): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|letter| letter.is_random());
        // A form is about every value of its letter, a flow about those it goes through.
        let moves = |letter: &Letter| {
            training.is_some_and(|training| {
                training.starts.iter().any(|(moved, _)| moved.name == letter.name)
            }) || matches!(&claim.proposition, Proposition::Bound { form: Some(form), .. }
                if form.name == letter.name)
        };
        letters.retain(|letter| {
            !moves(letter) && !letter.is_observed() && letter.kind != LetterKind::Ones
        });
        let place = |name: &Arc<str>| file.letters.iter().position(|letter| letter.name == *name);
        letters.sort_by_key(|letter| place(&letter.name));
        let covariances = random.iter().filter_map(|letter| letter.law());
        let in_covariance = covariances
            .flat_map(|law| law.covariance.letters())
            .map(|letter| letter.name.clone())
            .collect();
        let sizes = sizes.into_iter().collect();
        Self { sizes, letters, random, in_covariance, roots, in_size, rules }
    }
}

/// The rules that share a letter with `letters`, directly or through other rules, in the order
/// of the file; their letters are added.
fn tied_rules(rules: &[Rule], letters: &mut Vec<Arc<Letter>>) -> Vec<Rule> {
    let of_rule = |rule: &Rule| {
        [rule.left.letters_in_order(true), rule.right.letters_in_order(true)].concat()
    };
    let mut waiting = rules.iter().collect::<Vec<_>>();
    let mut tied = Vec::new();
    loop {
        let shares = |rule: &&Rule| of_rule(rule).iter().any(|letter| letters.contains(letter));
        let (next, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(shares);
        if next.is_empty() {
            break;
        }
        for letter in next.iter().flat_map(|rule| of_rule(rule)) {
            if !letters.contains(&letter) {
                letters.push(letter);
            }
        }
        tied.extend(next.into_iter().cloned());
        waiting = others;
    }
    tied.sort_by_key(|rule| rule.span);
    tied
}

/// Notes scalars and letters of which a root is taken: it is rational where they are powers.
fn ask_for_roots(expr: &Expr, roots: &mut BTreeMap<Arc<str>, u32>) {
    for part in expr.descendants() {
        let (base, order) = match &*part.node {
            Node::Power(base, exponent) if !exponent.is_int() => {
                (base, u32::try_from(exponent.denominator()).unwrap_or(1))
            }
            Node::Numeric { function: NumericFunction::SquareRoot, arguments } => {
                (&arguments[0], 2)
            }
            _ => continue,
        };
        for letter in base.letters() {
            // No simple choice of its letters makes the root of a sum of matrices rational.
            if letter.shape.is_scalar() || matches!(&*base.node, Node::Letter(_)) {
                let known = roots.entry(letter.name.clone()).or_insert(1);
                *known = least_common_multiple(*known, order.clamp(1, 12));
            }
        }
    }
}

fn ask_for_sizes(expr: &Expr, in_size: &mut BTreeSet<Arc<str>>) {
    for part in expr.descendants() {
        let Node::Substitute { replacements, .. } = &*part.node else { continue };
        for (target, value) in replacements {
            if matches!(target, Target::Size(_)) {
                in_size.extend(value.letters().iter().map(|letter| letter.name.clone()));
            }
        }
    }
}

fn least_common_multiple(a: u32, b: u32) -> u32 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}
