//! The slips: how one node of a formula may be wrong.

use crate::claim::{Expr, Letter, LetterKind, Node, Shape, Space, Span};
use dashu_ratio::RBig;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A kind of slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// A term of a sum is missing.
    TermDropped,
    /// A factor of a product is missing: 1/2, 1/N, a matrix.
    FactorDropped,
    /// A sign is the other one.
    SignFlipped,
    /// A coefficient is larger or smaller by one.
    CoefficientChanged,
    /// N + 1, or another size, in place of N.
    SizeChanged,
    /// A sum in place of a mean or the other way round: a factor N or 1/N too much.
    MeanForSum,
    /// A product in place of a quotient, a matrix in place of its inverse, or the other way round.
    InverseMistaken,
    /// An exponent is wrong by one.
    PowerChanged,
    /// A factor is transposed.
    Transposed,
    /// Two factors stand in the wrong order.
    FactorsSwapped,
    /// A dimension in place of a trace, or the other way round.
    TraceForDimension,
    /// Another letter of the same shape.
    LetterChanged,
}

impl Operator {
    /// What happened to the formula, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TermDropped => "a term dropped",
            Self::FactorDropped => "a factor dropped",
            Self::SignFlipped => "a sign flipped",
            Self::CoefficientChanged => "a coefficient changed by one",
            Self::SizeChanged => "another size",
            Self::MeanForSum => "mean for sum",
            Self::InverseMistaken => "an inverse mistaken",
            Self::PowerChanged => "a power changed",
            Self::Transposed => "a factor transposed",
            Self::FactorsSwapped => "two factors swapped",
            Self::TraceForDimension => "trace for dimension",
            Self::LetterChanged => "another letter",
        }
    }
}

/// What a formula may be confused with: the sizes and deterministic letters of its claim.
pub(super) struct Surroundings {
    pub(super) sizes: Vec<Arc<str>>,
    pub(super) letters: Vec<Arc<Letter>>,
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    /// It is the whole formula.
    Nothing,
    Sum,
    Product,
    /// It is transposed, inverted or raised to a power.
    Raised,
    Other,
}

/// A wrong node in place of a right one.
pub(super) type Slip = (Operator, Expr);

/// All slips at this node, of the shape that stands there; what is wrong below it is not among
/// them.
pub(super) fn slips(expr: &Expr, parent: Parent, around: &Surroundings) -> Vec<Slip> {
    let mut found = Vec::new();
    sums(expr, parent, &mut found);
    products(expr, parent, &mut found);
    powers(expr, parent, &mut found);
    names(expr, around, &mut found);
    found
}

fn sums(expr: &Expr, parent: Parent, found: &mut Vec<Slip>) {
    use Operator::{CoefficientChanged, SignFlipped, TermDropped};
    match &*expr.node {
        Node::Add(a, b) => found.extend([
            (TermDropped, a.clone()),
            (TermDropped, b.clone()),
            (SignFlipped, like(expr, Node::Subtract(a.clone(), b.clone()))),
            (SignFlipped, like(expr, Node::Subtract(b.clone(), a.clone()))),
        ]),
        Node::Subtract(a, b) => found.extend([
            (TermDropped, a.clone()),
            (TermDropped, like(b, Node::Negate(b.clone()))),
            (SignFlipped, like(expr, Node::Add(a.clone(), b.clone()))),
            (SignFlipped, negated(like(expr, Node::Add(a.clone(), b.clone())))),
        ]),
        Node::Negate(a) => found.push((SignFlipped, a.clone())),
        Node::Number(value) => {
            for other in [value + RBig::ONE, value - RBig::ONE] {
                if other != RBig::ZERO {
                    found.push((CoefficientChanged, like(expr, Node::Number(other))));
                }
            }
        }
        // A coefficient of one is not written.
        _ if matches!(parent, Parent::Nothing | Parent::Sum) && !leads_with_number(expr) => {
            found.push((CoefficientChanged, multiply(&number(2), expr)));
        }
        _ => {}
    }
}

fn products(expr: &Expr, parent: Parent, found: &mut Vec<Slip>) {
    use Operator::{FactorDropped, FactorsSwapped, InverseMistaken};
    match &*expr.node {
        Node::Multiply(a, b) => {
            found.extend([a, b].into_iter().filter(|factor| factor.shape == expr.shape).map(
                // Of a product of two numbers either may go.
                |factor| (FactorDropped, factor.clone()),
            ));
            if parent != Parent::Product {
                let swapped = swapped(expr).into_iter();
                found.extend(swapped.map(|product| (FactorsSwapped, product)));
            }
        }
        Node::Divide(a, b) => {
            // Without its divisor, 1/2 in a product is no factor at all: that is among the slips
            // of the product.
            let unit = matches!(&*a.node, Node::Number(value) if *value == RBig::ONE);
            if !(unit && parent == Parent::Product) {
                found.push((FactorDropped, a.clone()));
            }
            found.push((InverseMistaken, multiply(a, b)));
        }
        _ => {}
    }
}

fn powers(expr: &Expr, parent: Parent, found: &mut Vec<Slip>) {
    use Operator::{FactorDropped, InverseMistaken, PowerChanged, Transposed};
    let is_square = expr.shape.rows == expr.shape.columns;
    match &*expr.node {
        Node::Power(base, exponent) => {
            let integer = |value: &dyn Fn(RBig) -> RBig| {
                let numerator = value(RBig::from(exponent.numerator().clone()));
                numerator / RBig::from(exponent.denominator().clone())
            };
            for other in [integer(&|p| p + RBig::ONE), integer(&|p| p - RBig::ONE)] {
                if other == RBig::ONE {
                    found.push((PowerChanged, base.clone()));
                } else if other != RBig::ZERO {
                    found.push((PowerChanged, power(base, other)));
                }
            }
            found.push((InverseMistaken, power(base, -exponent.clone())));
        }
        Node::Inverse(a) => {
            found.push((InverseMistaken, a.clone()));
            found.push((PowerChanged, power(expr, RBig::from(2))));
        }
        Node::Transpose(a) if is_square && !expr.shape.is_scalar() => {
            found.push((Transposed, a.clone()));
        }
        Node::Norm { of, squared: true, weight: Some(_) } => {
            let plain = Node::Norm { of: of.clone(), squared: true, weight: None };
            found.push((FactorDropped, like(expr, plain)));
        }
        // Of a letter that is raised already its exponent may be wrong, which is a slip above it.
        Node::Letter(_) | Node::Element(_) if is_square && parent != Parent::Raised => {
            found.push((PowerChanged, power(expr, RBig::from(2))));
            let symmetric = match &*expr.node {
                Node::Letter(letter) => letter.is_symmetric(),
                _ => true,
            };
            if !symmetric {
                found.push((Transposed, like(expr, Node::Transpose(expr.clone()))));
            }
            if is_invertible(expr) {
                found.push((InverseMistaken, like(expr, Node::Inverse(expr.clone()))));
            }
        }
        _ => {}
    }
}

fn names(expr: &Expr, around: &Surroundings, found: &mut Vec<Slip>) {
    use Operator::{LetterChanged, MeanForSum, SizeChanged, TraceForDimension};
    let size = |name: &Arc<str>| like(expr, Node::Size(name.clone()));
    match &*expr.node {
        Node::Size(name) => {
            found.push((SizeChanged, like(expr, Node::Add(size(name), number(1)))));
            let others = around.sizes.iter().filter(|other| *other != name);
            found.extend(others.map(|other| (SizeChanged, size(other))));
            let space = Space::Size(name.clone());
            let symmetric = around.letters.iter().filter(|letter| {
                letter.is_symmetric() && letter.shape.rows == space && !letter.shape.is_scalar()
            });
            found.extend(symmetric.map(|letter| {
                let letter = self::letter(letter);
                (TraceForDimension, like(expr, Node::Trace(letter)))
            }));
        }
        Node::Trace(a) => {
            if let Space::Size(name) = &a.shape.rows {
                found.push((TraceForDimension, size(name)));
                let mean = Node::Divide(expr.clone(), size(name));
                found.push((MeanForSum, like(expr, mean)));
            }
        }
        Node::Letter(name) if !name.is_random() => {
            let others = around.letters.iter().filter(|other| {
                other.name != name.name && other.shape == name.shape && !other.is_observed()
            });
            found.extend(others.map(|other| (LetterChanged, letter(other))));
        }
        Node::Element(element) => {
            let family = element
                .value
                .letters()
                .into_iter()
                .filter(|letter| letter.shape == expr.shape && !letter.is_random());
            found.extend(family.map(|one| (LetterChanged, letter(one))));
        }
        _ => {}
    }
}

/// Slips of the formula as a whole: its sign, a factor N or 1/N too much.
pub(super) fn slips_of_the_whole(formula: &Expr, around: &Surroundings) -> Vec<Slip> {
    let mut found = vec![(Operator::SignFlipped, negated(formula.clone()))];
    let size = |name: &Arc<str>| scalar(Node::Size(name.clone()));
    found.extend(around.sizes.iter().flat_map(|name| {
        let mean = like(formula, Node::Divide(formula.clone(), size(name)));
        [mean, multiply(&size(name), formula)].map(|wrong| (Operator::MeanForSum, wrong))
    }));
    found
}

/// The product with each two neighbours swapped that are square matrices of one size.
fn swapped(product: &Expr) -> Vec<Expr> {
    let mut factors = Vec::new();
    flatten(product, &mut factors);
    let matrices: Vec<usize> =
        (0..factors.len()).filter(|&place| !factors[place].shape.is_scalar()).collect();
    let pairs = matrices.windows(2).map(|pair| (pair[0], pair[1]));
    pairs
        .filter(|&(first, second)| {
            let (a, b) = (&factors[first], &factors[second]);
            a != b && a.shape == b.shape && a.shape.rows == a.shape.columns
        })
        .map(|(first, second)| {
            let mut factors = factors.clone();
            factors.swap(first, second);
            let mut factors = factors.into_iter();
            let head = factors.next().expect("a product has factors");
            factors.fold(head, |product, factor| multiply(&product, &factor))
        })
        .collect()
}

fn flatten(expr: &Expr, factors: &mut Vec<Expr>) {
    match &*expr.node {
        Node::Multiply(a, b) => {
            flatten(a, factors);
            flatten(b, factors);
        }
        _ => factors.push(expr.clone()),
    }
}

fn leads_with_number(expr: &Expr) -> bool {
    match &*expr.node {
        Node::Number(_) => true,
        Node::Multiply(a, _) | Node::Divide(a, _) | Node::Negate(a) => leads_with_number(a),
        _ => false,
    }
}

fn is_invertible(expr: &Expr) -> bool {
    match &*expr.node {
        Node::Letter(letter) => match &letter.kind {
            LetterKind::Matrix(attributes) => attributes.invertible,
            LetterKind::Scalar { positive } => *positive,
            _ => false,
        },
        Node::Element(_) => true,
        _ => false,
    }
}

/// A node in place of `expr`, of its shape.
fn like(expr: &Expr, node: Node) -> Expr {
    Expr { node: Arc::new(node), shape: expr.shape.clone(), span: expr.span }
}

fn scalar(node: Node) -> Expr {
    Expr { node: Arc::new(node), shape: Shape::scalar(), span: Span::default() }
}

fn number(value: i64) -> Expr {
    scalar(Node::Number(RBig::from(value)))
}

fn letter(letter: &Arc<Letter>) -> Expr {
    let node = Arc::new(Node::Letter(letter.clone()));
    Expr { node, shape: letter.shape.clone(), span: Span::default() }
}

fn negated(expr: Expr) -> Expr {
    like(&expr.clone(), Node::Negate(expr))
}

fn power(base: &Expr, exponent: RBig) -> Expr {
    like(base, Node::Power(base.clone(), exponent))
}

fn multiply(a: &Expr, b: &Expr) -> Expr {
    let shape = match (a.shape.is_scalar(), b.shape.is_scalar()) {
        (true, _) => b.shape.clone(),
        (_, true) => a.shape.clone(),
        _ => Shape { rows: a.shape.rows.clone(), columns: b.shape.columns.clone() },
    };
    Expr { node: Arc::new(Node::Multiply(a.clone(), b.clone())), shape, span: a.span }
}
