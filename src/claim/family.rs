//! Commuting families: linear elements a*B + b*I of one letter, and what is invertible.

use super::tree::{Attributes, Expr, Letter, LetterKind, Node, Target};
use dashu_ratio::RBig;
use std::fmt;
use std::sync::Arc;

/// Nodes that are looked at before the answer is "not visibly".
const EFFORT: usize = 4000;

/// The letter that generates a commuting family; the transpose of a letter that is not symmetric
/// generates another one.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) letter: Arc<Letter>,
    pub(super) transposed: bool,
}

impl PartialEq for Base {
    fn eq(&self, other: &Self) -> bool {
        self.letter.name == other.letter.name && self.transposed == other.transposed
    }
}

impl fmt::Display for Base {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.letter.name, if self.transposed { "'" } else { "" })
    }
}

/// Why an expression is no linear element a*B + b*I.
#[derive(Clone, Debug)]
pub(super) enum NotLinear {
    /// Two letters occur in it.
    TwoLetters(Base, Base),
    /// The letter has no family: declared neither `pd`, `invertible` nor `commuting`.
    NoFamily(Arc<Letter>),
    /// A product, a power or anything else that is not linear.
    Other,
}

/// The letter B of a linear element a*B + b*I; `None` for a multiple of I.
///
/// # Errors
///
/// What is in the way.
pub(super) fn linear_element(expr: &Expr) -> Result<Option<Base>, NotLinear> {
    linear(expr, &mut EFFORT.clone())
}

/// The generator of the family to which an expression visibly belongs: a letter with a family,
/// an element, and powers, inverses and products of members. Multiples of I belong to none.
pub(super) fn family_of(expr: &Expr) -> Option<Base> {
    member(expr, &mut EFFORT.clone())?
}

/// Whether `inv` takes the expression: a scalar, a linear element, a product of these, or a sum
/// of such products or of visibly positive terms.
///
/// # Errors
///
/// What is in the way.
pub(super) fn check_invertible(expr: &Expr) -> Result<(), NotLinear> {
    invertible(expr, &mut EFFORT.clone())
}

fn attributes(letter: &Letter) -> Attributes {
    match &letter.kind {
        LetterKind::Matrix(attributes) => *attributes,
        _ => Attributes::default(),
    }
}

fn base(letter: &Arc<Letter>) -> Result<Base, NotLinear> {
    let Attributes { positive_definite, invertible, commuting, .. } = attributes(letter);
    if positive_definite || invertible || commuting {
        Ok(Base { letter: letter.clone(), transposed: false })
    } else {
        Err(NotLinear::NoFamily(letter.clone()))
    }
}

fn transpose(base: Base) -> Base {
    let transposed = !base.letter.is_symmetric() && !base.transposed;
    Base { transposed, ..base }
}

fn join(left: Option<Base>, right: Option<Base>) -> Result<Option<Base>, NotLinear> {
    match (left, right) {
        (Some(left), Some(right)) if left != right => Err(NotLinear::TwoLetters(left, right)),
        (left, right) => Ok(left.or(right)),
    }
}

fn spend(effort: &mut usize) -> Result<(), NotLinear> {
    *effort = effort.checked_sub(1).ok_or(NotLinear::Other)?;
    Ok(())
}

fn linear(expr: &Expr, effort: &mut usize) -> Result<Option<Base>, NotLinear> {
    spend(effort)?;
    match &*expr.node {
        Node::Identity { .. } => Ok(None),
        Node::Letter(letter) => base(letter).map(Some),
        Node::Element(element) => linear(&element.value, effort),
        Node::Abbreviation(abbreviation) => linear(&abbreviation.value, effort),
        Node::Negate(inner) => linear(inner, effort),
        Node::Transpose(inner) => Ok(linear(inner, effort)?.map(transpose)),
        Node::Add(a, b) | Node::Subtract(a, b) => join(linear(a, effort)?, linear(b, effort)?),
        Node::Multiply(a, b) if a.shape.is_scalar() => linear(b, effort),
        Node::Multiply(a, b) if b.shape.is_scalar() => linear(a, effort),
        Node::Multiply(a, b) => match (linear(a, effort)?, linear(b, effort)?) {
            (Some(_), Some(_)) => Err(NotLinear::Other),
            (left, right) => Ok(left.or(right)),
        },
        Node::Divide(a, _) => linear(a, effort),
        Node::Power(inner, exponent) if *exponent == RBig::ONE => linear(inner, effort),
        Node::Substitute { of, replacements } => {
            let Some(base) = linear(of, effort)? else { return Ok(None) };
            let value = replacements.iter().find_map(|(target, value)| match target {
                Target::Letter(letter) if letter.name == base.letter.name => Some(value),
                _ => None,
            });
            match value {
                None => Ok(Some(base)),
                Some(value) if base.transposed => Ok(linear(value, effort)?.map(transpose)),
                Some(value) => linear(value, effort),
            }
        }
        _ => Err(NotLinear::Other),
    }
}

fn invertible(expr: &Expr, effort: &mut usize) -> Result<(), NotLinear> {
    spend(effort)?;
    if expr.shape.is_scalar() {
        return Ok(());
    }
    match &*expr.node {
        Node::Letter(letter) if attributes(letter).invertible => Ok(()),
        Node::Letter(letter) if attributes(letter).commuting => Ok(()),
        Node::Identity { .. } | Node::Element(_) | Node::Inverse(_) => Ok(()),
        Node::Abbreviation(abbreviation) => invertible(&abbreviation.value, effort),
        Node::Transpose(inner) | Node::Negate(inner) | Node::Power(inner, _) => {
            invertible(inner, effort)
        }
        Node::Divide(a, _) => invertible(a, effort),
        Node::Multiply(a, b) => {
            invertible(a, effort)?;
            invertible(b, effort)
        }
        Node::Add(a, b) | Node::Subtract(a, b) => match linear(expr, effort) {
            Ok(_) => Ok(()),
            Err(_) if expr.is_visibly_positive() => Ok(()),
            Err(_) => {
                invertible(a, effort)?;
                invertible(b, effort)
            }
        },
        _ => linear(expr, effort).map(|_| ()),
    }
}

/// `None`: no member; `Some(None)`: a multiple of I.
fn member(expr: &Expr, effort: &mut usize) -> Option<Option<Base>> {
    spend(effort).ok()?;
    match &*expr.node {
        Node::Abbreviation(abbreviation) => member(&abbreviation.value, effort),
        Node::Transpose(inner) => Some(member(inner, effort)?.map(transpose)),
        Node::Negate(inner) | Node::Power(inner, _) | Node::Inverse(inner) => member(inner, effort),
        Node::Divide(a, _) => member(a, effort),
        Node::Multiply(a, b) if a.shape.is_scalar() => member(b, effort),
        Node::Multiply(a, b) if b.shape.is_scalar() => member(a, effort),
        Node::Multiply(a, b) | Node::Add(a, b) | Node::Subtract(a, b) => {
            join(member(a, effort)?, member(b, effort)?).ok()
        }
        _ => linear(expr, effort).ok(),
    }
}
