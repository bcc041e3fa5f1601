//! The format `isserlis-certificate/1`: for each expectation of a claim, how it was computed.
//!
//! An expectation is logged as its integrand, a graph of single integrations by parts, and its
//! value. Everything else that a claim consists of (sums, inverses, derivatives, substitutions) is
//! recomputed by the checker from the claim's text, so it leaves no trace here.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The certificate of one proved line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// [`Certificate::FORMAT`].
    pub format: String,
    /// The id of the line.
    pub claim: String,
    /// What it says, as the language prints it.
    pub statement: String,
    /// The text of the file in which it stands.
    pub text: String,
    /// The expectations that were computed, in order.
    pub expectations: Vec<Expectation>,
    /// For minimisers and minima the completed square.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub square: Option<Square>,
    /// For bounds how they are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

/// `L(W) - L(W*) = sum_k c_k tr((W - W*) B_k (W - W*)' A_k)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Square {
    /// Tables of the letters below; its `result` is W*, closed with the marker.
    pub log: Expectation,
    /// c_k, A_k and B_k.
    pub terms: Vec<(Vec<Term>, Vec<usize>, Vec<usize>)>,
}

/// The difference of the two sides of a bound as a sum of parts that are not negative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Tables of the letters below.
    pub log: Expectation,
    /// The letter in whose eigenbasis sums are written.
    pub basis: Option<String>,
    /// What the scalars stand for that are no letters of the claim, by their names.
    pub variables: BTreeMap<String, Meaning>,
    /// The parts.
    pub parts: Vec<BoundPart>,
}

/// A sum of quotients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundPart {
    /// What the sum is over.
    pub over: Over,
    /// The numerator, visibly at least zero, or a polynomial in one scalar that is, or a
    /// homogeneous one in two.
    pub above: Vec<Term>,
    /// The factors of the denominator.
    pub below: Vec<Vec<Term>>,
}

/// What a part of a bound is summed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Over {
    /// Nothing.
    Once,
    /// The squares of the entries of the form letter in the eigenbasis.
    Entries,
    /// Eigenvalues.
    Eigenvalues,
    /// Pairs of eigenvalues, each pair once, the smaller one first.
    Pairs,
}

/// What a variable of a bound stands for. Hypotheses are given by their places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Meaning {
    /// A size minus 1.
    Size(String),
    /// The larger side of a hypothesis minus the smaller one.
    Given(usize),
    /// The same over the smaller side, which is positive.
    Ratio(usize),
    /// The trace of the matrix of a hypothesis minus its size times the bound.
    Trace(usize),
    /// An eigenvalue, of a form that of the row, of a pair the smaller one; minus its bound in the
    /// hypothesis.
    Row(Option<usize>),
    /// Of a form the eigenvalue of the column, likewise.
    Column(Option<usize>),
    /// Of a pair the larger eigenvalue minus the smaller one.
    Gap,
}

impl Certificate {
    /// The name of the format.
    pub const FORMAT: &str = "isserlis-certificate/1";
}

/// How an expectation was computed. A matrix is closed with a marker letter to a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The expression `E[...]`, as the language prints it.
    pub expression: String,
    /// The letters of the words below, by number.
    pub letters: Vec<LetterRow>,
    /// Elements a*B + b*I of commuting families.
    pub elements: Vec<ElementRow>,
    /// Letters and scalars that stand for inverses of sums and for roots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<DefinitionRow>,
    /// The polynomials Q of reciprocals 1/Q.
    pub denominators: Vec<Vec<Term>>,
    /// The laws of the letters that are integrated.
    pub laws: Vec<LawRow>,
    /// The number of the marker letter.
    pub marker: Option<usize>,
    /// The integrand.
    pub input: Vec<Term>,
    /// Products of random words that occur: lists of words, which are lists of letters.
    pub states: Vec<Vec<Vec<usize>>>,
    /// One integration by parts for each state that is not zero by parity, in order.
    pub nodes: Vec<Node>,
    /// The value.
    pub result: Vec<Term>,
}

/// A letter of words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LetterRow {
    /// The declared name, or that of the letter of its family; of the marker any other text.
    pub name: String,
    /// Whether it stands for the transpose.
    pub transposed: bool,
    /// Row space.
    pub rows: String,
    /// Column space.
    pub columns: String,
    /// For a product of powers of a family: generators with their exponents. Generator 0 is the
    /// letter, the others are [`ElementRow`]s.
    pub powers: Vec<(u16, i32)>,
}

/// The element slope*B + shift*I of the family of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementRow {
    /// The letter B.
    pub family: String,
    /// Its number in the family, from 1.
    pub generator: u16,
    /// a.
    pub slope: Vec<Term>,
    /// b.
    pub shift: Vec<Term>,
}

/// A letter or scalar that stands for the value of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionRow {
    /// Its name, which no declared letter has.
    pub name: String,
    /// The expression, in the words of the claim language.
    pub value: String,
}

/// `E[X_ia X_jb] = scale * R_ij [a = b]` for the product R of letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawRow {
    /// The random letter.
    pub letter: String,
    /// The name of the scale in the monomials of nodes, if it is not 1.
    pub scale: Option<(String, Vec<Term>)>,
    /// R.
    pub covariance: Vec<usize>,
}

/// A rational coefficient and a product of powers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term(pub String, pub Vec<(Factor, i32)>);

/// What is raised to a power in a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Factor {
    /// A scalar letter, a size, or the scale of a law.
    #[serde(rename = "s")]
    Scalar(String),
    /// The trace of a word.
    #[serde(rename = "t")]
    Trace(Vec<usize>),
    /// 1/Q by number.
    #[serde(rename = "d")]
    Reciprocal(usize),
}

/// One integration by parts: the state equals the sum of the targets in expectation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The state.
    pub state: usize,
    /// The letter that is paired.
    pub letter: String,
    /// Word and place of the occurrence that is paired with the others.
    pub pivot: (usize, usize),
    /// The summands.
    pub to: Vec<Target>,
}

/// A summand of an integration by parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target(
    /// How often it occurs.
    pub u32,
    /// The deterministic factors.
    pub Vec<(Factor, i32)>,
    /// The state that is left.
    pub usize,
);
