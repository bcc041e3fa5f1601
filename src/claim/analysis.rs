//! Questions about a typed tree that several stages ask.

use super::tree::{
    Abbreviation, Claim, Comparison, Expr, Hypothesis, Law, Letter, LetterKind, Node, Proposition,
    Space, Target, Training,
};
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Letter {
    /// The declared law, if it is a random letter.
    pub fn law(&self) -> Option<&Law> {
        match &self.kind {
            LetterKind::Random(law) => Some(law),
            _ => None,
        }
    }

    /// Whether it is declared by `gaussian`, `secondorder` or `secondorder0`.
    pub fn is_random(&self) -> bool {
        self.law().is_some()
    }

    /// Whether an experiment supplies its value.
    pub fn is_observed(&self) -> bool {
        self.kind == LetterKind::Observed
    }

    /// Whether it equals its transpose by declaration; every 1 x 1 letter does.
    pub fn is_symmetric(&self) -> bool {
        let declared = matches!(&self.kind, LetterKind::Matrix(attributes) if attributes.symmetric);
        declared || self.shape.is_scalar()
    }
}

impl Expr {
    /// The letters whose values it needs, in the order of first occurrence: those of
    /// [`Expr::letters`] and the letters of `grad`, `lie`, `subst` and `E[...; x]`; with
    /// `covariances` also those in the covariances of its random letters.
    pub fn letters_in_order(&self, covariances: bool) -> Vec<Arc<Letter>> {
        let mut found = Vec::new();
        collect_letters(self, covariances, &mut found);
        found
    }

    /// The letters of [`Expr::letters_in_order`] with their covariances whose values it depends on:
    /// a letter that a `subst` replaces wherever it stands has no influence.
    pub fn letters_of_influence(&self) -> Vec<Arc<Letter>> {
        let of_influence = Influence::default().of(self);
        let mut letters = self.letters_in_order(true);
        letters.retain(|letter| of_influence.contains(&letter.name));
        letters
    }

    /// The random letters that no `E` integrates, in the order of first occurrence: the value is
    /// deterministic exactly if there are none. A zero such as `0*X` is deterministic.
    pub fn free_random_letters(&self) -> Vec<Arc<Letter>> {
        FreeLetters::default().of(self)
    }

    /// Whether an `E` occurs in it.
    pub fn contains_expectation(&self) -> bool {
        self.descendants().any(|expr| matches!(&*expr.node, Node::Expectation { .. }))
    }

    /// Whether it has no exact rational value in general: a numeric function, a fractional power
    /// or an unsquared norm occurs in it.
    pub fn contains_numeric_function_or_root(&self) -> bool {
        self.descendants().any(|expr| match &*expr.node {
            Node::Numeric { .. } | Node::Norm { squared: false, .. } => true,
            Node::Power(_, exponent) => !exponent.is_int(),
            _ => false,
        })
    }

    /// The sizes that matter for its value: those written, and the spaces of everything in it and
    /// of the covariances. In the order of their names.
    pub fn sizes(&self) -> Vec<Arc<str>> {
        let mut sizes = Vec::new();
        collect_sizes(self, &mut sizes);
        sizes.sort();
        sizes.dedup();
        sizes
    }

    /// The letters that an experiment supplies, in the order of first occurrence.
    pub fn observed_letters(&self) -> Vec<Arc<Letter>> {
        let mut letters = self.letters_in_order(false);
        letters.retain(|letter| letter.is_observed());
        letters
    }

    /// Whether it is written as zero: `0`, `0*U`, `-0`, `0/N` or a sum of such.
    pub fn is_literally_zero(&self) -> bool {
        match &*self.node {
            Node::Number(value) => *value == RBig::ZERO,
            Node::Negate(a) | Node::Transpose(a) | Node::Divide(a, _) => a.is_literally_zero(),
            Node::Multiply(a, b) => a.is_literally_zero() || b.is_literally_zero(),
            Node::Add(a, b) | Node::Subtract(a, b) => {
                a.is_literally_zero() && b.is_literally_zero()
            }
            _ => false,
        }
    }

    /// The expression behind the `let` names it consists of.
    pub fn unabbreviated(&self) -> &Self {
        let mut expr = self;
        while let Node::Abbreviation(abbreviation) = &*expr.node {
            expr = &abbreviation.value;
        }
        expr
    }
}

impl Comparison {
    /// The larger of two sides, then the smaller one.
    pub fn larger_first<T>(self, left: T, right: T) -> (T, T) {
        match self {
            Self::AtLeast => (left, right),
            Self::AtMost => (right, left),
        }
    }
}

impl Hypothesis {
    /// The larger side, then the smaller one.
    pub fn larger_first(&self) -> (&Expr, &Expr) {
        self.comparison.larger_first(&self.left, &self.right)
    }
}

impl Proposition {
    /// The letters of all its expressions and the letter of `minimizer`, `minimum` or `form`, in
    /// the order of first occurrence; with `covariances` also those in the covariances.
    pub fn letters_in_order(&self, covariances: bool) -> Vec<Arc<Letter>> {
        let mut found = Vec::new();
        for expr in self.expressions() {
            collect_letters(expr, covariances, &mut found);
        }
        match self {
            Self::Minimizer { letter, .. }
            | Self::Minimum { letter, .. }
            | Self::Bound { form: Some(letter), .. } => collect(letter, covariances, &mut found),
            _ => {}
        }
        found
    }

    /// Whether an `E` occurs in it.
    pub fn contains_expectation(&self) -> bool {
        self.expressions().into_iter().any(Expr::contains_expectation)
    }

    /// Whether a numeric function, a fractional power or an unsquared norm occurs in it.
    pub fn contains_numeric_function_or_root(&self) -> bool {
        self.expressions().into_iter().any(Expr::contains_numeric_function_or_root)
    }

    /// The sizes that matter for it, in the order of their names.
    pub fn sizes(&self) -> Vec<Arc<str>> {
        let mut sizes = Vec::new();
        for expr in self.expressions() {
            collect_sizes(expr, &mut sizes);
        }
        match self {
            Self::Limit { size, .. } | Self::Coefficient { size, .. } => sizes.push(size.clone()),
            Self::Minimizer { letter, .. }
            | Self::Minimum { letter, .. }
            | Self::Bound { form: Some(letter), .. } => collect_letter_sizes(letter, &mut sizes),
            _ => {}
        }
        sizes.sort();
        sizes.dedup();
        sizes
    }

    /// The letters that an experiment supplies, in the order of first occurrence.
    pub fn observed_letters(&self) -> Vec<Arc<Letter>> {
        let mut letters = self.letters_in_order(false);
        letters.retain(|letter| letter.is_observed());
        letters
    }

    /// Whether both sides have a value at an instance: not so for `limit`, `coeff`, `minimizer`
    /// and `minimum`, which are decided by normal forms.
    pub fn has_value_at_instances(&self) -> bool {
        matches!(self, Self::Equal { .. } | Self::Bound { .. } | Self::Reaches { .. })
    }
}

impl Claim {
    /// The sizes that an instance of this claim needs, those of the training included.
    pub fn sizes(&self) -> Vec<Arc<str>> {
        let mut sizes = self.proposition.sizes();
        for expr in self.training_in_use().into_iter().flat_map(Training::expressions) {
            collect_sizes(expr, &mut sizes);
        }
        sizes.sort();
        sizes.dedup();
        sizes
    }

    /// The letters that an instance of this claim needs, those of the training and of all
    /// covariances included.
    pub fn letters_in_order(&self) -> Vec<Arc<Letter>> {
        let mut found = self.proposition.letters_in_order(true);
        for expr in self.training_in_use().into_iter().flat_map(Training::expressions) {
            collect_letters(expr, true, &mut found);
        }
        found
    }

    /// The training that the claim is about: only `reaches` is about one.
    pub fn training_in_use(&self) -> Option<&Training> {
        match &self.proposition {
            Proposition::Reaches { .. } => self.training.as_deref(),
            _ => None,
        }
    }
}

impl Training {
    /// The loss and the starts.
    pub fn expressions(&self) -> Vec<&Expr> {
        std::iter::once(&self.loss.value)
            .chain(self.starts.iter().map(|(_, start)| start))
            .collect()
    }
}

fn collect(letter: &Arc<Letter>, covariances: bool, found: &mut Vec<Arc<Letter>>) {
    if found.iter().any(|known| known.name == letter.name) {
        return;
    }
    found.push(letter.clone());
    if let Some(law) = letter.law().filter(|_| covariances) {
        collect_letters(&law.covariance, covariances, found);
    }
}

fn collect_letters(expr: &Expr, covariances: bool, found: &mut Vec<Arc<Letter>>) {
    for part in expr.descendants() {
        match &*part.node {
            Node::Letter(letter) => collect(letter, covariances, found),
            Node::Gradient { with_respect_to, .. } => collect(with_respect_to, covariances, found),
            Node::Lie { letters, .. } | Node::Expectation { over: Some(letters), .. } => {
                letters.iter().for_each(|letter| collect(letter, covariances, found));
            }
            Node::Substitute { replacements, .. } => {
                for (target, _) in replacements {
                    if let Target::Letter(letter) = target {
                        collect(letter, covariances, found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn collect_sizes(expr: &Expr, sizes: &mut Vec<Arc<str>>) {
    for part in expr.descendants() {
        collect_space(&part.shape.rows, sizes);
        collect_space(&part.shape.columns, sizes);
        match &*part.node {
            Node::Size(size) => sizes.push(size.clone()),
            Node::Substitute { replacements, .. } => {
                for (target, _) in replacements {
                    if let Target::Size(size) = target {
                        sizes.push(size.clone());
                    }
                }
            }
            _ => {}
        }
    }
    let mut letters = Vec::new();
    collect_letters(expr, false, &mut letters);
    letters.iter().for_each(|letter| collect_letter_sizes(letter, sizes));
}

fn collect_letter_sizes(letter: &Letter, sizes: &mut Vec<Arc<str>>) {
    collect_space(&letter.shape.rows, sizes);
    collect_space(&letter.shape.columns, sizes);
    if let Some(law) = letter.law() {
        collect_sizes(&law.covariance, sizes);
    }
}

fn collect_space(space: &Space, sizes: &mut Vec<Arc<str>>) {
    if let Space::Size(size) = space {
        sizes.push(size.clone());
    }
}

/// Free random letters, computed once for each abbreviation.
#[derive(Default)]
struct FreeLetters {
    known: BTreeMap<*const Abbreviation, Vec<Arc<Letter>>>,
}

impl FreeLetters {
    fn of(&mut self, expr: &Expr) -> Vec<Arc<Letter>> {
        match &*expr.node {
            _ if expr.is_literally_zero() => Vec::new(),
            Node::Letter(letter) if letter.is_random() => vec![letter.clone()],
            Node::Abbreviation(abbreviation) => {
                let key = Arc::as_ptr(abbreviation);
                if let Some(letters) = self.known.get(&key) {
                    return letters.clone();
                }
                let letters = self.of(&abbreviation.value);
                self.known.insert(key, letters.clone());
                letters
            }
            Node::Expectation { over: None, .. } => Vec::new(),
            Node::Expectation { body, over: Some(bound) } => {
                let mut letters = self.of(body);
                letters.retain(|letter| bound.iter().all(|other| other.name != letter.name));
                letters
            }
            _ => {
                let mut letters: Vec<Arc<Letter>> = Vec::new();
                for part in expr.parts() {
                    for letter in self.of(part) {
                        if letters.iter().all(|known| known.name != letter.name) {
                            letters.push(letter);
                        }
                    }
                }
                letters
            }
        }
    }
}

/// Names of the letters that a value depends on, computed once for each shared node.
#[derive(Default)]
struct Influence {
    known: BTreeMap<*const Node, BTreeSet<Arc<str>>>,
}

impl Influence {
    fn of(&mut self, expr: &Expr) -> BTreeSet<Arc<str>> {
        let key = Arc::as_ptr(&expr.node);
        if let Some(names) = self.known.get(&key) {
            return names.clone();
        }
        let names = match &*expr.node {
            Node::Letter(letter) => {
                let law = letter.law().map(|law| self.of(&law.covariance));
                law.into_iter().flatten().chain([letter.name.clone()]).collect()
            }
            Node::Substitute { of, replacements } => {
                let mut names = self.of(of);
                for (target, _) in replacements {
                    if let Target::Letter(letter) = target {
                        names.remove(&letter.name);
                    }
                }
                names.extend(replacements.iter().flat_map(|(_, value)| self.of(value)));
                names
            }
            _ => expr.parts().into_iter().flat_map(|part| self.of(part)).collect(),
        };
        self.known.insert(key, names.clone());
        names
    }
}
