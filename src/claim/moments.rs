//! Which moments of a law known to second order an expectation needs.
//!
//! The degree is counted for every monomial and for all letters of a group together, before
//! anything is integrated: `secondorder` determines degrees 0 and 2, `secondorder0` also degree 1
//! (which is zero).

use super::tree::{Abbreviation, Expr, LawKind, Letter, Node, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Degrees from here on count as this one.
const HIGHEST: u8 = 12;

/// Work for one expectation, in nodes, before it counts as unbounded.
const EFFORT: usize = 20_000;

/// The degree of a monomial in the counted letters: in those with mean zero, and in those whose
/// mean is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Degree {
    pub(super) mean_zero: u8,
    pub(super) mean_open: u8,
}

impl Degree {
    const ZERO: Self = Self { mean_zero: 0, mean_open: 0 };

    pub(super) fn total(self) -> u8 {
        (self.mean_zero + self.mean_open).min(HIGHEST)
    }

    /// Whether the declared second moments determine it.
    pub(super) fn is_declared(self) -> bool {
        self.total() <= 2 && !(self.total() == 1 && self.mean_open == 1)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            mean_zero: (self.mean_zero + other.mean_zero).min(HIGHEST),
            mean_open: (self.mean_open + other.mean_open).min(HIGHEST),
        }
    }
}

/// The degrees of all monomials; a value written as zero has none.
pub(super) type Degrees = BTreeSet<Degree>;

/// The degrees of an expression in some letters. `None` if that is too much work to see.
pub(super) fn degrees(expr: &Expr, counted: &[Arc<Letter>]) -> Option<Degrees> {
    let values = counted.iter().map(|letter| (letter.name.clone(), once(own_degree(letter))));
    Count { effort: EFFORT, known: BTreeMap::new() }.of(expr, &values.collect())
}

fn own_degree(letter: &Letter) -> Degree {
    let open = letter.law().is_some_and(|law| law.kind == LawKind::SecondOrder);
    Degree { mean_zero: u8::from(!open), mean_open: u8::from(open) }
}

fn once(degree: Degree) -> Degrees {
    Degrees::from([degree])
}

fn sums(left: &Degrees, right: &Degrees) -> Degrees {
    left.iter().flat_map(|a| right.iter().map(|b| a.plus(*b))).collect()
}

/// What letters count as, at one place; letters that are not listed have degree 0.
type Values = BTreeMap<Arc<str>, Degrees>;

struct Count {
    effort: usize,
    known: BTreeMap<(*const Abbreviation, Values), Degrees>,
}

impl Count {
    fn of(&mut self, expr: &Expr, values: &Values) -> Option<Degrees> {
        self.effort = self.effort.checked_sub(1)?;
        Some(match &*expr.node {
            _ if expr.is_literally_zero() => Degrees::new(),
            Node::Letter(letter) => {
                values.get(&letter.name).cloned().unwrap_or_else(|| once(Degree::ZERO))
            }
            Node::Abbreviation(abbreviation) => {
                let key = (Arc::as_ptr(abbreviation), values.clone());
                if let Some(degrees) = self.known.get(&key) {
                    return Some(degrees.clone());
                }
                let degrees = self.of(&abbreviation.value, values)?;
                self.known.insert(key, degrees.clone());
                degrees
            }
            Node::Negate(a) | Node::Transpose(a) | Node::Trace(a) => self.of(a, values)?,
            Node::Divide(a, _) => self.of(a, values)?,
            Node::Add(a, b) | Node::Subtract(a, b) => {
                let mut degrees = self.of(a, values)?;
                degrees.extend(self.of(b, values)?);
                degrees
            }
            Node::Multiply(a, b) => sums(&self.of(a, values)?, &self.of(b, values)?),
            Node::Power(base, exponent) => match u64::try_from(exponent.numerator()) {
                Ok(count) if exponent.is_int() => power(&self.of(base, values)?, count),
                _ => once(Degree::ZERO),
            },
            Node::QuadraticForm { vector, matrix } => {
                let degrees = power(&self.of(vector, values)?, 2);
                sums(&degrees, &self.of(matrix, values)?)
            }
            Node::Norm { of, squared: true, weight } => {
                let degrees = power(&self.of(of, values)?, 2);
                match weight {
                    Some(weight) => sums(&degrees, &self.of(weight, values)?),
                    None => degrees,
                }
            }
            Node::Expectation { body, over } => self.of(body, &integrated(body, over, values))?,
            Node::Gradient { of, .. } => self.of(of, values)?,
            Node::Lie { quantity, loss, .. } => {
                sums(&self.of(quantity, values)?, &self.of(loss, values)?)
            }
            Node::Substitute { of, replacements } => {
                let mut inside = values.clone();
                for (target, value) in replacements {
                    if let Target::Letter(letter) = target {
                        inside.insert(letter.name.clone(), self.of(value, values)?);
                    }
                }
                inside.retain(|_, degrees| *degrees != once(Degree::ZERO));
                self.of(of, &inside)?
            }
            // Deterministic by the rules of the language.
            Node::Number(_) | Node::Size(_) | Node::Identity { .. } | Node::Element(_) => {
                once(Degree::ZERO)
            }
            Node::Inverse(_) | Node::Norm { .. } | Node::Numeric { .. } => once(Degree::ZERO),
        })
    }
}

/// What letters count as inside an `E`: its random letters no longer count; what `subst` put in
/// the place of other letters does.
fn integrated(body: &Expr, over: &Option<Vec<Arc<Letter>>>, values: &Values) -> Values {
    let bound = match over {
        Some(letters) => letters.clone(),
        None => body.free_random_letters(),
    };
    let mut values = values.clone();
    values.retain(|name, _| bound.iter().all(|letter| letter.name != *name));
    values
}

fn power(degrees: &Degrees, count: u64) -> Degrees {
    let (mut result, mut factor, mut count) = (once(Degree::ZERO), degrees.clone(), count);
    while count > 0 {
        if count % 2 == 1 {
            result = sums(&result, &factor);
        }
        factor = sums(&factor, &factor);
        count /= 2;
    }
    result
}
