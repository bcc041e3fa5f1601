//! Which sizes, letters and rules a claim depends on.

use crate::claim::{
    Claim, ClaimFile, Expr, Letter, LetterKind, Node, NumericFunction, Proposition, Rule, Shape,
    Space, Target,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a claim depends on, through names, covariances, rules and training.
#[derive(Default)]
pub(super) struct Mention<'a> {
    /// Sizes, in the order of their names.
    pub(super) sizes: BTreeSet<Arc<str>>,
    /// Deterministic letters that need a value, in the order of declaration.
    pub(super) letters: Vec<&'a Arc<Letter>>,
    /// Laws of random letters: whose covariances must be positive semidefinite.
    pub(super) covariances: Vec<&'a Expr>,
    /// Letters that stand in a covariance.
    pub(super) in_covariance: BTreeSet<Arc<str>>,
    /// Letters of which a root of this order is taken.
    pub(super) roots: BTreeMap<Arc<str>, u32>,
    /// Scalars that `subst` puts into a size.
    pub(super) in_size: BTreeSet<Arc<str>>,
    /// Rules in force that share a letter with the rest.
    pub(super) rules: Vec<&'a Rule>,
    seen: BTreeSet<Arc<str>>,
}

impl<'a> Mention<'a> {
    /// What `claim` depends on.
    pub(super) fn of(file: &'a ClaimFile, claim: &'a Claim) -> Self {
        let mut mention = Self::default();
        for expr in claim.proposition.expressions() {
            mention.expr(expr);
        }
        let mut moved = BTreeSet::new();
        match &claim.proposition {
            Proposition::Minimizer { letter, .. } | Proposition::Minimum { letter, .. } => {
                mention.letter(letter);
            }
            Proposition::Bound { form: Some(form), .. } => {
                mention.shape(&form.shape);
                moved.insert(form.name.clone());
            }
            Proposition::Limit { size, .. } | Proposition::Coefficient { size, .. } => {
                mention.sizes.insert(size.clone());
            }
            Proposition::Reaches { .. } => {
                if let Some(training) = &claim.training {
                    mention.expr(&training.loss.value);
                    for (letter, start) in &training.starts {
                        mention.letter(letter);
                        mention.expr(start);
                        moved.insert(letter.name.clone());
                    }
                }
            }
            Proposition::Equal { .. } | Proposition::Bound { form: None, .. } => {}
        }
        mention.add_rules(&file.rules[..claim.rules.min(file.rules.len())]);
        mention.letters.retain(|letter| !moved.contains(&letter.name));
        let place = |name: &Arc<str>| file.letters.iter().position(|letter| letter.name == *name);
        mention.letters.sort_by_key(|letter| place(&letter.name));
        mention
    }

    /// Rules tie letters together: a rule counts once one of its letters does.
    fn add_rules(&mut self, rules: &'a [Rule]) {
        let mut waiting = rules.iter().collect::<Vec<_>>();
        loop {
            let touches = |rule: &&Rule| {
                let mut letters = rule.left.letters().into_iter().chain(rule.right.letters());
                letters.any(|letter| self.seen.contains(&letter.name))
            };
            let (tied, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(touches);
            if tied.is_empty() {
                break;
            }
            for rule in &tied {
                self.expr(&rule.left);
                self.expr(&rule.right);
            }
            self.rules.extend(tied);
            waiting = others;
        }
        // In the order of the file.
        self.rules.sort_by_key(|rule| rule.span);
    }

    fn expr(&mut self, expr: &'a Expr) {
        for part in expr.descendants() {
            match &*part.node {
                Node::Size(name) => {
                    self.sizes.insert(name.clone());
                }
                Node::Identity { .. } => self.shape(&part.shape),
                Node::Letter(letter) => self.letter(letter),
                Node::Gradient { with_respect_to, .. } => self.letter(with_respect_to),
                Node::Lie { letters, .. } => {
                    for letter in letters {
                        self.letter(letter);
                    }
                }
                Node::Substitute { replacements, .. } => {
                    for (target, value) in replacements {
                        if matches!(target, Target::Size(_)) {
                            let letters = value.letters();
                            self.in_size.extend(letters.iter().map(|letter| letter.name.clone()));
                        }
                    }
                }
                Node::Power(base, exponent) if !exponent.is_int() => {
                    let order = u32::try_from(exponent.denominator()).unwrap_or(1);
                    self.root(base, order);
                }
                Node::Numeric { function: NumericFunction::SquareRoot, arguments } => {
                    self.root(&arguments[0], 2);
                }
                _ => {}
            }
        }
    }

    fn root(&mut self, base: &Expr, order: u32) {
        for letter in base.letters() {
            let scalar = letter.shape == Shape { rows: Space::One, columns: Space::One };
            // The root of a sum of matrices is not rational for any simple choice of theirs.
            if scalar || matches!(&*base.node, Node::Letter(_)) {
                let known = self.roots.entry(letter.name.clone()).or_insert(1);
                *known = least_common_multiple(*known, order.clamp(1, 12));
            }
        }
    }

    fn shape(&mut self, shape: &Shape) {
        for space in [&shape.rows, &shape.columns] {
            if let Space::Size(name) = space {
                self.sizes.insert(name.clone());
            }
        }
    }

    fn letter(&mut self, letter: &'a Arc<Letter>) {
        if !self.seen.insert(letter.name.clone()) {
            return;
        }
        self.shape(&letter.shape);
        match &letter.kind {
            LetterKind::Random(law) => {
                for inner in law.covariance.letters() {
                    self.in_covariance.insert(inner.name.clone());
                }
                self.covariances.push(&law.covariance);
                self.expr(&law.covariance);
            }
            LetterKind::Ones | LetterKind::Observed => {}
            LetterKind::Scalar { .. } | LetterKind::Matrix(_) | LetterKind::Param => {
                self.letters.push(letter);
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
