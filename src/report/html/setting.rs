//! What the letters of a statement stand for: its declarations read again, and set as formulas.

use crate::claim::{
    Attributes, Claim, ClaimFile, ClaimKind, Expr, LawKind, Letter, LetterKind, Node, Space,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// The letters and abbreviations of a statement.
#[derive(Default, Serialize)]
pub(super) struct Setting {
    /// The sizes.
    pub(super) sizes: Vec<String>,
    /// The letters, those of one description together.
    pub(super) letters: Vec<Described>,
    /// The abbreviations that its claims use.
    pub(super) definitions: Vec<Definition>,
}

/// Letters that one description fits.
#[derive(Serialize)]
pub(super) struct Described {
    /// The letters with their shapes.
    letters: Vec<String>,
    /// What is declared of them.
    words: &'static str,
    /// The covariance of random ones.
    covariance: Option<String>,
}

/// An abbreviation.
#[derive(Clone, PartialEq, Serialize)]
pub(super) struct Definition {
    /// The name.
    name: String,
    /// `name = value`.
    equation: String,
}

impl Setting {
    /// The setting of a file.
    pub(super) fn of(file: &ClaimFile) -> Self {
        let mut letters: Vec<Described> = Vec::new();
        for letter in &file.letters {
            let (words, covariance) = described(letter);
            let shown = with_shape(letter);
            match letters.iter_mut().find(|one| one.words == words && one.covariance == covariance)
            {
                Some(known) => known.letters.push(shown),
                None => letters.push(Described { letters: vec![shown], words, covariance }),
            }
        }
        let claims = file.claims.iter().filter(|claim| claim.kind == ClaimKind::Claim);
        Self {
            sizes: file.sizes.iter().map(|size| Space::Size(size.clone()).latex()).collect(),
            letters,
            definitions: definitions(claims),
        }
    }
}

/// The abbreviations that lines use, and those that these use: each behind what it needs.
pub(super) fn definitions<'a>(claims: impl Iterator<Item = &'a Claim>) -> Vec<Definition> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for claim in claims {
        for expr in claim.proposition.expressions() {
            gather(expr, &mut seen, &mut found);
        }
    }
    found
}

fn gather(expr: &Expr, seen: &mut BTreeSet<String>, found: &mut Vec<Definition>) {
    let named = match &*expr.node {
        Node::Abbreviation(one) => Some((&one.name, &one.value)),
        Node::Element(one) => Some((&one.name, &one.value)),
        _ => None,
    };
    let Some((name, value)) = named else {
        return expr.parts().into_iter().for_each(|part| gather(part, seen, found));
    };
    if seen.insert(name.to_string()) {
        gather(value, seen, found);
        let equation = format!("{} = {}", expr.latex(), value.latex());
        found.push(Definition { name: name.to_string(), equation });
    }
}

/// `\Lambda \in \mathbb{R}^{d \times d}`.
fn with_shape(letter: &Letter) -> String {
    let (rows, columns) = (&letter.shape.rows, &letter.shape.columns);
    let space = match (rows, columns) {
        (Space::One, Space::One) => return letter.latex(),
        (rows, Space::One) => rows.latex(),
        (rows, columns) => format!("{} \\times {}", rows.latex(), columns.latex()),
    };
    format!("{} \\in \\mathbb{{R}}^{{{space}}}", letter.latex())
}

/// What is declared of a letter, and its covariance.
fn described(letter: &Letter) -> (&'static str, Option<String>) {
    let several = letter.shape.columns != Space::One;
    let scalar = letter.shape.is_scalar();
    let words = match &letter.kind {
        LetterKind::Scalar { positive: true } => "any positive number",
        LetterKind::Scalar { positive: false } => "any number",
        LetterKind::Matrix(attributes) => matrix(*attributes, several),
        LetterKind::Ones => "all entries one",
        LetterKind::Param => "a weight, which training may move",
        LetterKind::Observed => "supplied by an experiment",
        LetterKind::Random(law) => {
            let words = match (law.kind, scalar, several) {
                (LawKind::Gaussian, true, _) => "Gaussian of mean zero with variance",
                (LawKind::Gaussian, _, true) => {
                    "independent Gaussian columns of mean zero with covariance"
                }
                (LawKind::Gaussian, ..) => "Gaussian of mean zero with covariance",
                (LawKind::SecondOrder, ..) => "random, of any law with second moment",
                (LawKind::SecondOrderMeanZero, _, true) => {
                    "uncorrelated columns of mean zero, of any law with covariance"
                }
                (LawKind::SecondOrderMeanZero, ..) => {
                    "random of mean zero, of any law with covariance"
                }
            };
            return (words, Some(law.covariance.latex()));
        }
    };
    (words, None)
}

fn matrix(attributes: Attributes, several: bool) -> &'static str {
    match attributes {
        Attributes { positive_definite: true, commuting: true, .. } => {
            "any positive definite matrices that commute"
        }
        Attributes { positive_definite: true, .. } => "any positive definite matrix",
        Attributes { symmetric: true, commuting: true, .. } => {
            "any symmetric matrices that commute"
        }
        Attributes { symmetric: true, .. } => "any symmetric matrix",
        Attributes { invertible: true, .. } => "any invertible matrix",
        _ if several => "any matrix",
        _ => "any vector",
    }
}
