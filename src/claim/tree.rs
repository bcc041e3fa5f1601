//! The typed tree: what a claim says, with every name resolved and every shape known.
//!
//! Every reading of a claim (exact and floating-point values, samplers, printers, the prover)
//! starts from this tree. Nothing in here knows about probability: a random letter is a letter
//! with a declared law, an expectation is a node.

use super::span::Span;
use dashu_ratio::RBig;
use std::sync::Arc;

/// A size symbol as a space: rows or columns of a matrix. Spaces are names, not numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// The one-dimensional space `1`.
    One,
    /// A declared size such as `d`.
    Size(Arc<str>),
}

/// Row space and column space of an expression; a scalar is 1 x 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Row space.
    pub rows: Space,
    /// Column space.
    pub columns: Space,
}

/// A declared letter: everything that is neither a size, an abbreviation nor a defined element.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// The name as declared.
    pub name: Arc<str>,
    /// Its shape.
    pub shape: Shape,
    /// What was declared about it.
    pub kind: LetterKind,
    /// Where it was declared.
    pub span: Span,
}

/// What a declaration says of a letter.
#[derive(Clone, Debug, PartialEq)]
pub enum LetterKind {
    /// `scalar` or `positive`.
    Scalar {
        /// Declared positive.
        positive: bool,
    },
    /// `matrix`, or `vector` (column space 1, no attributes).
    Matrix(Attributes),
    /// `ones`: every entry is 1.
    Ones,
    /// `param`: a general letter that `train` may move.
    Param,
    /// `observed`: its value comes from an experiment.
    Observed,
    /// `gaussian`, `secondorder` or `secondorder0`.
    Random(Law),
}

/// Attributes of a `matrix`. `positive_definite` implies `symmetric` and `invertible`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// `sym` or `pd`.
    pub symmetric: bool,
    /// `pd`.
    pub positive_definite: bool,
    /// `invertible` or `pd`.
    pub invertible: bool,
    /// `commuting`.
    pub commuting: bool,
}

/// Law of a random letter: independent columns with this covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// How much of the law is known.
    pub kind: LawKind,
    /// Covariance of a column (second moment for [`LawKind::SecondOrder`]), rows x rows, a
    /// deterministic expression.
    pub covariance: Expr,
    /// Name of the joint law; a letter without `: group` is its own group. Unused for Gaussian
    /// letters, which are independent.
    pub group: Arc<str>,
}

/// How much of the law of a random letter is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LawKind {
    /// N(0, covariance), every moment known.
    Gaussian,
    /// `secondorder`: E[x x'] known, mean open, one column.
    SecondOrder,
    /// `secondorder0`: mean zero, columns uncorrelated with the given covariance.
    SecondOrderMeanZero,
}

/// `let NAME = expr`. Reading it means reading its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Abbreviation {
    /// The name.
    pub name: Arc<str>,
    /// The value; an `I` of open size inside was sized where the name is used.
    pub value: Expr,
}

/// `define NAME := expr`, an element a*B + b*I of the commuting family of one letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// The name.
    pub name: Arc<str>,
    /// The value, deterministic and square.
    pub value: Expr,
}

/// An expression: a node, its shape, and where it was written. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The node.
    pub node: Arc<Node>,
    /// Row and column space of the value.
    pub shape: Shape,
    /// Where it was written.
    pub span: Span,
}

/// Equal nodes and shapes; the place does not count.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.node == other.node
    }
}

/// The nodes of the typed tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// An exact rational number.
    Number(RBig),
    /// A size as a number.
    Size(Arc<str>),
    /// A declared letter.
    Letter(Arc<Letter>),
    /// A use of a `let` name.
    Abbreviation(Arc<Abbreviation>),
    /// A use of a `define` name.
    Element(Arc<Element>),
    /// `I` or `I(d)`; its size is `shape.rows`.
    Identity {
        /// Written with its size, `I(d)`.
        written_size: bool,
    },
    /// `-a`.
    Negate(Expr),
    /// `a + b`.
    Add(Expr, Expr),
    /// `a - b`.
    Subtract(Expr, Expr),
    /// `a*b`: the matrix product, or a scalar times the other factor.
    Multiply(Expr, Expr),
    /// `a/b` with scalar `b`.
    Divide(Expr, Expr),
    /// `a^k`; a matrix base is square. `inv(a)` is [`Node::Inverse`]. A proper fraction stands
    /// only on a scalar or on a `pd` letter or element.
    Power(Expr, RBig),
    /// `a'`.
    Transpose(Expr),
    /// `tr(a)`.
    Trace(Expr),
    /// `inv(a)`, of a scalar or a square matrix.
    Inverse(Expr),
    /// `qf(v, A)`, v'Av.
    QuadraticForm {
        /// v, n x 1.
        vector: Expr,
        /// A, n x n.
        matrix: Expr,
    },
    /// `||a||` (not squared), `||a||^2` = tr(a'a), `||a||^2_(A)` = tr(a'A a).
    Norm {
        /// a.
        of: Expr,
        /// Whether the notation carries the `^2`.
        squared: bool,
        /// A, if any; then `squared` is true.
        weight: Option<Expr>,
    },
    /// `E[body]` over all random letters of the body, or `E[body; w, e]`.
    Expectation {
        /// The body.
        body: Expr,
        /// The letters after `;`.
        over: Option<Vec<Arc<Letter>>>,
    },
    /// `grad(L, W)`.
    Gradient {
        /// L, 1 x 1.
        of: Expr,
        /// W.
        with_respect_to: Arc<Letter>,
    },
    /// `subst(A, x -> e, ...)`, all replaced at the same time.
    Substitute {
        /// A.
        of: Expr,
        /// The replacements.
        replacements: Vec<(Target, Expr)>,
    },
    /// `lie(Q, L, x, y, ...)` = -(sum of <grad(Q, x), grad(L, x)>).
    Lie {
        /// Q, 1 x 1.
        quantity: Expr,
        /// L, 1 x 1.
        loss: Expr,
        /// The letters that move, distinct.
        letters: Vec<Arc<Letter>>,
    },
    /// A numeric function of deterministic arguments.
    Numeric {
        /// Which.
        function: NumericFunction,
        /// Its arguments, as many as the function takes.
        arguments: Vec<Expr>,
    },
}

/// What `subst` replaces: a letter (scalars included) or a size.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A letter, by a value of its shape.
    Letter(Arc<Letter>),
    /// A size, by a scalar.
    Size(Arc<str>),
}

/// The numeric functions of section 4 of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumericFunction {
    /// `sqrt(a)`, the same as `a^(1/2)`.
    SquareRoot,
    /// `exp(a)`.
    Exponential,
    /// `log(a)`.
    Logarithm,
    /// `min(a, b)`.
    Minimum,
    /// `max(a, b)`.
    Maximum,
    /// `opnorm(A)`, the largest singular value.
    OperatorNorm,
    /// `eigmin(A)`, the smallest eigenvalue of a symmetric matrix.
    SmallestEigenvalue,
    /// `eigmax(A)`, the largest eigenvalue of a symmetric matrix.
    LargestEigenvalue,
}

/// A whole claim file, checked.
#[derive(Clone, Debug)]
pub struct ClaimFile {
    /// Name used in ids and diagnostics, such as `gram.claim`.
    pub name: String,
    /// The text as read.
    pub text: Arc<str>,
    /// `theory`.
    pub title: Option<String>,
    /// Declared sizes, in order.
    pub sizes: Vec<Arc<str>>,
    /// Declared letters, in order.
    pub letters: Vec<Arc<Letter>>,
    /// `let` names, in order. An abbreviation whose `I` is open is left out here.
    pub abbreviations: Vec<Arc<Abbreviation>>,
    /// `define` names, in order.
    pub elements: Vec<Arc<Element>>,
    /// `rule` statements, in order.
    pub rules: Vec<Rule>,
    /// `claim` and `refute` lines, in order.
    pub claims: Vec<Claim>,
    /// Notes behind the last claim.
    pub closing_notes: Vec<String>,
}

/// `rule left == right`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// A scalar times a product of deterministic letters.
    pub left: Expr,
    /// Deterministic.
    pub right: Expr,
    /// The statement.
    pub span: Span,
}

/// One `claim` or `refute` line with everything that is in force at it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name, unique in the file.
    pub name: String,
    /// A `claim` must hold, a `refute` must be rejected.
    pub kind: ClaimKind,
    /// What it says.
    pub proposition: Proposition,
    /// `by RULE(...)`.
    pub by: Option<ProofRule>,
    /// `source` in force.
    pub source: Option<String>,
    /// Notes that stand in front of it.
    pub notes: Vec<String>,
    /// Of a control, the hypothesis that it drops, in words (`without`).
    pub drops: Option<String>,
    /// `at` in force.
    pub grid: Option<Arc<Grid>>,
    /// `margin` in force.
    pub margin: Option<Arc<Margin>>,
    /// Last `train` above it.
    pub training: Option<Arc<Training>>,
    /// Number of `rule` statements above it (they are the first ones of [`ClaimFile::rules`]).
    pub rules: usize,
    /// The statement.
    pub span: Span,
    /// The name in the statement.
    pub name_span: Span,
}

/// Whether a line must hold or must be rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ClaimKind {
    /// `claim`.
    Claim,
    /// `refute`: a control.
    Refute,
}

impl ClaimKind {
    /// The word of a line in a claim file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Refute => "refute",
        }
    }
}

/// What a line says (section 5 of the language).
#[derive(Clone, Debug, PartialEq)]
pub enum Proposition {
    /// `left == right`.
    Equal {
        /// The left side.
        left: Expr,
        /// The right side, of the same shape.
        right: Expr,
    },
    /// `minimizer(loss, letter) == value`.
    Minimizer {
        /// The `let` name of the loss.
        loss: Arc<Abbreviation>,
        /// The letter minimised over.
        letter: Arc<Letter>,
        /// The claimed minimiser.
        value: Expr,
    },
    /// `minimum(loss, letter) == value`.
    Minimum {
        /// The `let` name of the loss.
        loss: Arc<Abbreviation>,
        /// The letter minimised over.
        letter: Arc<Letter>,
        /// The claimed minimal value.
        value: Expr,
    },
    /// `limit(of, size) == value`.
    Limit {
        /// The scalar whose limit it is.
        of: Expr,
        /// The size that grows.
        size: Arc<str>,
        /// The claimed limit.
        value: Expr,
    },
    /// `coeff(of, size, order) == value`: coefficient of size^-order.
    Coefficient {
        /// The scalar that is expanded.
        of: Expr,
        /// The size that grows.
        size: Arc<str>,
        /// The power of 1/size.
        order: i32,
        /// The claimed coefficient.
        value: Expr,
    },
    /// `reaches(of) == value`: limit of the training in force.
    Reaches {
        /// An expression in the trained letters.
        of: Expr,
        /// The claimed limit.
        value: Expr,
    },
    /// `left >= right` or `left <= right`, with hypotheses.
    Bound {
        /// The left side, 1 x 1.
        left: Expr,
        /// `>=` or `<=`.
        comparison: Comparison,
        /// The right side, 1 x 1.
        right: Expr,
        /// `given x >= y`.
        given: Vec<Hypothesis>,
        /// `given form U`.
        form: Option<Arc<Letter>>,
    },
}

/// Direction of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `>=`.
    AtLeast,
    /// `<=`.
    AtMost,
}

/// `given left >= right`: of two scalars, or `Lambda >= m`, the smallest eigenvalue of a
/// symmetric matrix against a scalar.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis {
    /// A scalar or a symmetric matrix.
    pub left: Expr,
    /// Direction.
    pub comparison: Comparison,
    /// A scalar.
    pub right: Expr,
}

/// `by RULE(premises)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRule {
    /// The rule.
    pub rule: String,
    /// Names of claims above.
    pub premises: Vec<String>,
}

/// `at`: a union of products of lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Alternatives, each a product of lists.
    pub products: Vec<Vec<GridList>>,
    /// The statement.
    pub span: Span,
}

/// One list of an `at` product.
#[derive(Clone, Debug, PartialEq)]
pub struct GridList {
    /// The size or letter that takes the values.
    pub name: Arc<str>,
    /// Its values.
    pub values: Vec<GridValue>,
}

/// One value of an `at` list.
#[derive(Clone, Debug, PartialEq)]
pub enum GridValue {
    /// A number, for a size (then a positive integer) or a scalar.
    Number(RBig),
    /// A matrix by rows; a vector is one row.
    Rows(Vec<Vec<RBig>>),
}

/// `margin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    /// A fraction of the predicted value, or an absolute number.
    pub value: RBig,
    /// Whether `value` is absolute.
    pub absolute: bool,
    /// The largest error of the prediction that may go unseen, in the same unit: at most twice the
    /// margin, which every verified line guarantees.
    pub need: RBig,
    /// Why this margin.
    pub reason: String,
    /// The statement.
    pub span: Span,
}

/// `train LOSS over ... from ...`: gradient flow of a loss from a start.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// The `let` name of the loss, 1 x 1, deterministic value.
    pub loss: Arc<Abbreviation>,
    /// The letters that move, each with its start (deterministic, of the letter's shape).
    pub starts: Vec<(Arc<Letter>, Expr)>,
    /// The statement.
    pub span: Span,
}
