//! What is visibly positive: shown from declared signs alone, without any algebra.

use super::family::family_of;
use super::tree::{Attributes, Expr, LetterKind, Node, NumericFunction, Target};
use super::word::{are_visibly_transposes, is_visibly_symmetric};
use dashu_int::IBig;
use dashu_ratio::RBig;

/// Nodes that are looked at before the answer is "unknown".
const EFFORT: usize = 4000;

/// What is known of the sign of a scalar, or of the definiteness of a symmetric matrix. The order
/// is that of knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    Unknown,
    /// At least zero; positive semidefinite.
    Nonnegative,
    /// Above zero; positive definite.
    Positive,
}

impl Expr {
    /// Whether it is a scalar that is positive, or a matrix that is positive definite, by
    /// declaration: positive numbers, sizes, `positive` scalars, `pd` letters, traces of their
    /// powers, even powers plus something positive, and sums, products and quotients of these.
    pub fn is_visibly_positive(&self) -> bool {
        visible_sign(self) == Sign::Positive
    }

    /// Whether it is a scalar that is at least zero, or a matrix that is positive semidefinite,
    /// by declaration: also squares, norms and what is made of them.
    pub fn is_visibly_nonnegative(&self) -> bool {
        visible_sign(self) >= Sign::Nonnegative
    }

    /// Whether it is at least another one by declaration: at least zero, where the other is 0.
    pub fn is_visibly_at_least(&self, smaller: &Self) -> bool {
        smaller.is_literally_zero() && self.is_visibly_nonnegative()
    }
}

/// The visible sign of a scalar or of a symmetric matrix.
pub(super) fn visible_sign(expr: &Expr) -> Sign {
    sign(expr, &mut EFFORT.clone())
}

fn sign(expr: &Expr, effort: &mut usize) -> Sign {
    match effort.checked_sub(1) {
        Some(left) => *effort = left,
        None => return Sign::Unknown,
    }
    match &*expr.node {
        Node::Number(value) if *value > RBig::ZERO => Sign::Positive,
        Node::Number(value) if *value == RBig::ZERO => Sign::Nonnegative,
        Node::Size(_) | Node::Identity { .. } => Sign::Positive,
        Node::Letter(letter) => match &letter.kind {
            LetterKind::Scalar { positive: true } => Sign::Positive,
            LetterKind::Matrix(attributes) if attributes.positive_definite => Sign::Positive,
            LetterKind::Ones if expr.shape.is_scalar() => Sign::Positive,
            _ => Sign::Unknown,
        },
        Node::Abbreviation(abbreviation) => sign(&abbreviation.value, effort),
        Node::Element(element) => sign(&element.value, effort),
        Node::Transpose(inner) | Node::Expectation { body: inner, .. } => sign(inner, effort),
        Node::Trace(inner) => trace(inner, effort),
        Node::Inverse(inner) => sign(inner, effort),
        Node::Add(a, b) => {
            let (a, b) = (sign(a, effort), sign(b, effort));
            if a.min(b) == Sign::Unknown { Sign::Unknown } else { a.max(b) }
        }
        Node::Multiply(a, b) => product(expr, a, b, effort),
        Node::Divide(a, b) => match sign(b, effort) {
            Sign::Positive => sign(a, effort),
            _ => Sign::Unknown,
        },
        Node::Power(base, exponent) => power(base, exponent, effort),
        Node::QuadraticForm { matrix, .. } => sign(matrix, effort).min(Sign::Nonnegative),
        Node::Norm { weight: None, .. } => Sign::Nonnegative,
        Node::Norm { weight: Some(weight), .. } => sign(weight, effort).min(Sign::Nonnegative),
        Node::Numeric { function, arguments } => numeric(*function, arguments, effort),
        Node::Substitute { of, replacements } => {
            let keep = |(target, value): &(Target, Expr)| keeps_sign(target, value, effort);
            if replacements.iter().all(keep) { sign(of, effort) } else { Sign::Unknown }
        }
        _ => Sign::Unknown,
    }
}

/// Whether the value has all that the declaration of the target tells: then what is visible of the
/// sign of an expression stays so when it is replaced.
fn keeps_sign(target: &Target, value: &Expr, effort: &mut usize) -> bool {
    let tells_nothing = match target {
        Target::Size(_) => false,
        Target::Letter(letter) => match &letter.kind {
            LetterKind::Scalar { positive } => !positive,
            LetterKind::Matrix(attributes) => *attributes == Attributes::default(),
            LetterKind::Param | LetterKind::Observed => true,
            LetterKind::Ones | LetterKind::Random(_) => false,
        },
    };
    tells_nothing || sign(value, effort) == Sign::Positive
}

/// Scalars multiply by the rule of signs; of matrices only members of one family do, and
/// products Z K Z'.
fn product(expr: &Expr, a: &Expr, b: &Expr, effort: &mut usize) -> Sign {
    let scaled = a.shape.is_scalar() || b.shape.is_scalar();
    if scaled || family_of(expr).is_some_and(|base| base.letter.is_symmetric()) {
        return match (sign(a, effort), sign(b, effort)) {
            (Sign::Unknown, _) | (_, Sign::Unknown) => Sign::Unknown,
            (a, b) => a.min(b),
        };
    }
    congruence(&factors(expr), effort)
}

/// Z K Z' with K in the middle, or nothing.
fn congruence(factors: &[&Expr], effort: &mut usize) -> Sign {
    match factors {
        [] => Sign::Positive,
        [middle] => sign(middle, effort),
        [first, middle @ .., last] if are_visibly_transposes(first, last) => {
            congruence(middle, effort).min(Sign::Nonnegative)
        }
        _ => Sign::Unknown,
    }
}

/// The factors of a product of matrices, in order.
fn factors(expr: &Expr) -> Vec<&Expr> {
    match &*expr.node {
        Node::Multiply(a, b) if !a.shape.is_scalar() && !b.shape.is_scalar() => {
            [factors(a), factors(b)].concat()
        }
        _ => vec![expr],
    }
}

/// tr(P) and tr(P Q) of two definite matrices; three that do not commute have no sign.
fn trace(inner: &Expr, effort: &mut usize) -> Sign {
    let known = sign(inner, effort);
    match &*inner.unabbreviated().node {
        Node::Multiply(a, b) if known == Sign::Unknown => {
            match (sign(a, effort), sign(b, effort)) {
                (Sign::Unknown, _) | (_, Sign::Unknown) => Sign::Unknown,
                (a, b) => a.min(b),
            }
        }
        _ => known,
    }
}

fn power(base: &Expr, exponent: &RBig, effort: &mut usize) -> Sign {
    let known = sign(base, effort);
    let even = exponent.is_int() && exponent.numerator() % IBig::from(2) == IBig::ZERO;
    let symmetric = base.shape.is_scalar() || is_visibly_symmetric(base);
    match known {
        Sign::Positive => Sign::Positive,
        Sign::Nonnegative if *exponent > RBig::ZERO => Sign::Nonnegative,
        _ if *exponent == RBig::ZERO => Sign::Positive,
        _ if even && symmetric => Sign::Nonnegative,
        _ => Sign::Unknown,
    }
}

fn numeric(function: NumericFunction, arguments: &[Expr], effort: &mut usize) -> Sign {
    let mut signs = arguments.iter().map(|argument| sign(argument, effort));
    match function {
        NumericFunction::Exponential => Sign::Positive,
        NumericFunction::OperatorNorm => Sign::Nonnegative,
        NumericFunction::SquareRoot => signs.next().unwrap_or(Sign::Unknown).max(Sign::Nonnegative),
        NumericFunction::Minimum => signs.min().unwrap_or(Sign::Unknown),
        NumericFunction::Maximum => signs.max().unwrap_or(Sign::Unknown),
        NumericFunction::SmallestEigenvalue | NumericFunction::LargestEigenvalue => {
            signs.next().unwrap_or(Sign::Unknown)
        }
        NumericFunction::Logarithm => Sign::Unknown,
    }
}
