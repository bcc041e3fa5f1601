//! Random coordinates and their moments.

use super::error::{Budget, ExactError};
use super::matrix::Matrix;
use super::monomial::{Mixing, Monomial, Variable, VariableKind};
use super::number::Number;
use super::polynomial::{Accumulator, Polynomial};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The highest power of one coordinate, or degree in one column, whose moment is computed.
const HIGHEST_DEGREE: u32 = 1000;

/// Counts work against a budget.
pub(super) struct Meter {
    budget: Budget,
    spent: u64,
}

impl Meter {
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, spent: 0 }
    }

    /// Pays for `products` products of terms, before they are formed.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] where the budget does not allow them.
    pub(super) fn pay(&mut self, products: u64, what: &str) -> Result<(), ExactError> {
        let allowed = self.budget.products - self.spent;
        if products > allowed {
            return Err(ExactError::TooLarge { what: what.to_owned(), needed: products, allowed });
        }
        self.spent += products;
        Ok(())
    }

    /// Pays for products whose terms are stored.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] where the budget does not allow them.
    pub(super) fn store(&mut self, terms: u64, what: &str) -> Result<(), ExactError> {
        if terms > self.budget.terms {
            let allowed = self.budget.terms;
            return Err(ExactError::TooLarge { what: what.to_owned(), needed: terms, allowed });
        }
        self.pay(terms, what)
    }
}

/// An expectation in progress: it binds the coordinates that were made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope(pub(super) usize);

/// All coordinates in use and their joint laws.
#[derive(Default)]
pub(super) struct Laws {
    coordinates: Vec<Coordinate>,
    blocks: Vec<Block>,
}

struct Coordinate {
    scope: Scope,
    letter: Arc<str>,
    block: usize,
    /// Place in its block.
    position: usize,
}

/// Coordinates with a joint law; different blocks are independent.
enum Block {
    /// One coordinate h ~ N(0, variance), with its even moments so far.
    Independent { variance: Number, even_moments: Vec<Number> },
    /// A Gaussian column whose covariance is not a matrix of rationals.
    Column { covariance: Rc<Matrix>, moments: HashMap<Vec<u32>, Polynomial, Mixing> },
    /// A group of letters known to second order.
    SecondOrder { scope: Scope, group: Arc<str>, members: Vec<Member> },
}

/// A coordinate of a letter known to second order.
#[derive(Clone)]
struct Member {
    letter: Arc<str>,
    row: usize,
    column: usize,
    mean_zero: bool,
    covariance: Rc<Matrix>,
}

impl Laws {
    fn push(
        &mut self,
        scope: Scope,
        letter: &Arc<str>,
        block: usize,
        position: usize,
    ) -> Result<Polynomial, ExactError> {
        let variable = Variable::coordinate(self.coordinates.len()).ok_or_else(|| {
            let what = format!("the coordinates of `{letter}`");
            ExactError::TooLarge { what, needed: u64::MAX, allowed: 1 << 30 }
        })?;
        self.coordinates.push(Coordinate { scope, letter: letter.clone(), block, position });
        Ok(Polynomial::variable(variable))
    }

    /// A new coordinate h ~ N(0, variance), independent of all others.
    pub(super) fn independent(
        &mut self,
        scope: Scope,
        letter: &Arc<str>,
        variance: Number,
    ) -> Result<Polynomial, ExactError> {
        self.blocks.push(Block::Independent { variance, even_moments: vec![Number::ONE] });
        self.push(scope, letter, self.blocks.len() - 1, 0)
    }

    /// The coordinates of a new Gaussian column with this covariance.
    pub(super) fn column(
        &mut self,
        scope: Scope,
        letter: &Arc<str>,
        covariance: &Rc<Matrix>,
    ) -> Result<Vec<Polynomial>, ExactError> {
        let covariance = covariance.clone();
        let size = covariance.rows;
        self.blocks.push(Block::Column { covariance, moments: HashMap::default() });
        let block = self.blocks.len() - 1;
        (0..size).map(|position| self.push(scope, letter, block, position)).collect()
    }

    /// A new coordinate of a letter known to second order: entry (row, column) of it.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn second_order(
        &mut self,
        scope: Scope,
        group: &Arc<str>,
        letter: &Arc<str>,
        (row, column): (usize, usize),
        mean_zero: bool,
        covariance: &Rc<Matrix>,
    ) -> Result<Polynomial, ExactError> {
        let same = |block: &Block| matches!(block, Block::SecondOrder { scope: s, group: g, .. } if *s == scope && g == group);
        let block = self.blocks.iter().position(same).unwrap_or_else(|| {
            let group = group.clone();
            self.blocks.push(Block::SecondOrder { scope, group, members: Vec::new() });
            self.blocks.len() - 1
        });
        let covariance = covariance.clone();
        let member = Member { letter: letter.clone(), row, column, mean_zero, covariance };
        let Block::SecondOrder { members, .. } = &mut self.blocks[block] else {
            unreachable!("the block was found as one of second order, this is a bug");
        };
        members.push(member);
        let position = members.len() - 1;
        self.push(scope, letter, block, position)
    }

    /// Whether an expectation binds a variable.
    pub(super) fn binds(&self, scope: Scope, variable: Variable) -> bool {
        match variable.kind() {
            VariableKind::Coordinate { index } => self.coordinates[index].scope == scope,
            _ => false,
        }
    }

    /// The random letter that a coordinate belongs to.
    pub(super) fn letter(&self, coordinate: usize) -> &Arc<str> {
        &self.coordinates[coordinate].letter
    }

    /// A fingerprint of the exponents modulo 2: the moment of a product of two monomials with
    /// different fingerprints is 0. (Equal fingerprints say nothing.)
    pub(super) fn parity(&self, monomial: &Monomial) -> u64 {
        monomial.powers().fold(0, |parity, (variable, exponent)| {
            let VariableKind::Coordinate { index } = variable.kind() else { return parity };
            let coordinate = &self.coordinates[index];
            match self.blocks[coordinate.block] {
                Block::SecondOrder { .. } => parity,
                _ if exponent % 2 == 0 => parity,
                _ => parity ^ scatter(coordinate.block as u64 + 1),
            }
        })
    }

    /// The expectation of a monomial in coordinates, E h^(2k) = (2k - 1)!! variance^k.
    ///
    /// # Errors
    /// [`ExactError::UnknownMoment`] beyond what a law known to second order says.
    pub(super) fn moment(&mut self, monomial: &Monomial) -> Result<Moment, ExactError> {
        let mut value = Number::ONE;
        let mut joint: Vec<(usize, Vec<(usize, u32)>)> = Vec::new();
        for (variable, exponent) in monomial.powers() {
            let VariableKind::Coordinate { index } = variable.kind() else {
                unreachable!("only coordinates have moments, this is a bug");
            };
            let Coordinate { block, position, ref letter, .. } = self.coordinates[index];
            if let Block::Independent { variance, even_moments } = &mut self.blocks[block] {
                if exponent % 2 == 1 {
                    return Ok(Moment::Number(Number::ZERO));
                }
                check_degree(exponent, letter)?;
                let half = exponent as usize / 2;
                while even_moments.len() <= half {
                    let odd = Number::from(2 * even_moments.len() - 1);
                    let last = &even_moments[even_moments.len() - 1];
                    let next = last.multiply(&odd).multiply(variance);
                    even_moments.push(next);
                }
                value = value.multiply(&even_moments[half]);
            } else if let Some((_, powers)) = joint.iter_mut().find(|(own, _)| *own == block) {
                powers.push((position, exponent));
            } else {
                joint.push((block, vec![(position, exponent)]));
            }
        }
        if joint.is_empty() {
            return Ok(Moment::Number(value));
        }
        let mut product = Polynomial::constant(value);
        for (block, powers) in joint {
            product = product.multiply(&self.joint_moment(block, &powers)?);
        }
        Ok(Moment::Polynomial(product))
    }

    fn joint_moment(
        &mut self,
        block: usize,
        powers: &[(usize, u32)],
    ) -> Result<Polynomial, ExactError> {
        match &mut self.blocks[block] {
            Block::Independent { .. } => unreachable!("independent coordinates are done"),
            Block::Column { covariance, moments } => {
                let mut exponents = vec![0; covariance.rows];
                for &(position, exponent) in powers {
                    exponents[position] = exponent;
                }
                let degree = exponents.iter().fold(0, |sum: u32, &next| sum.saturating_add(next));
                check_degree(degree, "the column")?;
                Ok(column_moment(covariance, &exponents, degree, moments))
            }
            Block::SecondOrder { members, .. } => second_moment(members, powers),
        }
    }
}

/// The expectation of a monomial: a number unless covariances depend on variables.
pub(super) enum Moment {
    Number(Number),
    Polynomial(Polynomial),
}

fn check_degree(degree: u32, letter: &str) -> Result<(), ExactError> {
    if degree <= HIGHEST_DEGREE {
        return Ok(());
    }
    let what = format!("a moment of degree {degree} of `{letter}`");
    Err(ExactError::TooLarge { what, needed: degree.into(), allowed: HIGHEST_DEGREE.into() })
}

/// E x_i x^a = sum over j of a_j C_ij E x^(a - e_j) for a Gaussian column.
fn column_moment(
    covariance: &Matrix,
    exponents: &[u32],
    degree: u32,
    known: &mut HashMap<Vec<u32>, Polynomial, Mixing>,
) -> Polynomial {
    if degree % 2 == 1 {
        return Polynomial::zero();
    }
    let Some(first) = exponents.iter().position(|&exponent| exponent > 0) else {
        return Polynomial::constant(Number::ONE);
    };
    if let Some(moment) = known.get(exponents) {
        return moment.clone();
    }
    let mut rest = exponents.to_vec();
    rest[first] -= 1;
    let mut sum = Accumulator::default();
    for j in first..exponents.len() {
        if rest[j] == 0 || covariance.entry(first, j).is_zero() {
            continue;
        }
        let multiplicity = Number::from(i64::from(rest[j]));
        rest[j] -= 1;
        let lower = column_moment(covariance, &rest, degree - 2, known).scale(&multiplicity);
        rest[j] += 1;
        sum.add_product(covariance.entry(first, j), &lower);
    }
    let moment = sum.finish();
    known.insert(exponents.to_vec(), moment.clone());
    moment
}

/// The moment of degree 1 or 2 in a group of letters known to second order: E x_i x_j = C_ij in
/// one column of one letter, 0 between columns and between letters.
fn second_moment(members: &[Member], powers: &[(usize, u32)]) -> Result<Polynomial, ExactError> {
    let unknown = |member: &Member, moment: String| ExactError::UnknownMoment {
        letter: member.letter.to_string(),
        moment,
    };
    let (first, second) = match *powers {
        [(only, 1)] => {
            let member = &members[only];
            return if member.mean_zero {
                Ok(Polynomial::zero())
            } else {
                Err(unknown(member, "the mean".to_owned()))
            };
        }
        [(only, 2)] => (&members[only], &members[only]),
        [(first, 1), (second, 1)] => (&members[first], &members[second]),
        _ => {
            let degree = powers.iter().fold(0, |sum: u32, (_, next)| sum.saturating_add(*next));
            let member = &members[powers[0].0];
            return Err(unknown(member, format!("a moment of degree {degree}")));
        }
    };
    if first.letter == second.letter && first.column == second.column {
        Ok(first.covariance.entry(first.row, second.row).clone())
    } else {
        Ok(Polynomial::zero())
    }
}

/// A 64-bit key for a small number (the SplitMix64 finaliser).
fn scatter(number: u64) -> u64 {
    let mut key = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    key ^ (key >> 31)
}
