//! Power products of the variables of the exact reading.

use std::hash::{BuildHasherDefault, Hasher};

/// A variable of a polynomial, of one of three kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Variable(u32);

/// What a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VariableKind {
    /// A direction of differentiation: products of two of one level vanish.
    Infinitesimal { level: u32, index: usize },
    /// A free number, such as an entry of a trained letter.
    Indeterminate { index: usize },
    /// A scalar coordinate of a random letter.
    Coordinate { index: usize },
}

const KIND_SHIFT: u32 = 30;
const LEVEL_SHIFT: u32 = 20;
const LEVELS: u32 = 1 << (KIND_SHIFT - LEVEL_SHIFT);
const INDETERMINATE: u32 = 1;
const COORDINATE: u32 = 2;

impl Variable {
    /// An infinitesimal, or `None` beyond 2^10 levels or 2^20 entries.
    pub(super) fn infinitesimal(level: u32, index: usize) -> Option<Self> {
        let index = u32::try_from(index).ok().filter(|&index| index < 1 << LEVEL_SHIFT)?;
        (level < LEVELS).then_some(Self(level << LEVEL_SHIFT | index))
    }

    /// An indeterminate, or `None` beyond 2^30 of them.
    pub(super) fn indeterminate(index: usize) -> Option<Self> {
        Self::indexed(INDETERMINATE, index)
    }

    /// A random coordinate, or `None` beyond 2^30 of them.
    pub(super) fn coordinate(index: usize) -> Option<Self> {
        Self::indexed(COORDINATE, index)
    }

    fn indexed(kind: u32, index: usize) -> Option<Self> {
        let index = u32::try_from(index).ok().filter(|&index| index < 1 << KIND_SHIFT)?;
        Some(Self(kind << KIND_SHIFT | index))
    }

    pub(super) fn kind(self) -> VariableKind {
        let index = (self.0 & ((1 << KIND_SHIFT) - 1)) as usize;
        match self.0 >> KIND_SHIFT {
            INDETERMINATE => VariableKind::Indeterminate { index },
            COORDINATE => VariableKind::Coordinate { index },
            _ => VariableKind::Infinitesimal {
                level: self.0 >> LEVEL_SHIFT,
                index: index & ((1 << LEVEL_SHIFT) - 1),
            },
        }
    }

    fn level(self) -> Option<u32> {
        (self.0 >> KIND_SHIFT == 0).then_some(self.0 >> LEVEL_SHIFT)
    }
}

/// A variable with its exponent >= 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Factor(u64);

impl Factor {
    fn new(variable: Variable, exponent: u32) -> Self {
        Self(u64::from(variable.0) << 32 | u64::from(exponent))
    }

    fn variable(self) -> Variable {
        Variable((self.0 >> 32) as u32)
    }

    fn exponent(self) -> u32 {
        self.0 as u32
    }
}

/// Factors that fit without allocation.
const FEW: usize = 5;

/// A power product: factors by increasing variable. Unused places of `Few` are 0, so that equal
/// monomials are equal bit by bit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Factors {
    Few(u8, [Factor; FEW]),
    Many(Box<[Factor]>),
}

/// A power product of variables; 1 without factors.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Monomial(Factors);

impl Monomial {
    /// 1.
    pub(super) const ONE: Self = Self(Factors::Few(0, [Factor(0); FEW]));

    pub(super) fn variable(variable: Variable) -> Self {
        let mut factors = [Factor::default(); FEW];
        factors[0] = Factor::new(variable, 1);
        Self(Factors::Few(1, factors))
    }

    fn factors(&self) -> &[Factor] {
        match &self.0 {
            Factors::Few(length, factors) => &factors[..usize::from(*length)],
            Factors::Many(factors) => factors,
        }
    }

    /// Variables with their exponents, by increasing variable.
    pub(super) fn powers(&self) -> impl Iterator<Item = (Variable, u32)> + '_ {
        self.factors().iter().map(|factor| (factor.variable(), factor.exponent()))
    }

    pub(super) fn is_one(&self) -> bool {
        self.factors().is_empty()
    }

    /// The product, or `None` where it vanishes: two infinitesimals of one level.
    ///
    /// # Panics
    /// Where an exponent reaches 2^32, which the budget excludes long before.
    pub(super) fn times(&self, other: &Self) -> Option<Self> {
        let (mut left, mut right) = (self.factors(), other.factors());
        if left.is_empty() {
            return Some(other.clone());
        }
        if right.is_empty() {
            return Some(self.clone());
        }
        let mut product = Builder::default();
        let mut level = None;
        while let Some(next) = match (left.first(), right.first()) {
            (Some(a), Some(b)) if a.variable() == b.variable() => {
                (left, right) = (&left[1..], &right[1..]);
                let Some(exponent) = a.exponent().checked_add(b.exponent()) else {
                    panic!("an exponent outgrew the budget, this is a bug");
                };
                Some(Factor::new(a.variable(), exponent))
            }
            (Some(a), Some(b)) if a.variable() > b.variable() => {
                right = &right[1..];
                Some(*b)
            }
            (Some(a), _) => {
                left = &left[1..];
                Some(*a)
            }
            (None, Some(b)) => {
                right = &right[1..];
                Some(*b)
            }
            (None, None) => None,
        } {
            // Infinitesimals come first, and those of one level side by side.
            if let Some(current) = next.variable().level() {
                if next.exponent() > 1 || level == Some(current) {
                    return None;
                }
                level = Some(current);
            }
            product.push(next);
        }
        Some(product.finish())
    }

    /// The factors that satisfy `belongs`, and the others.
    pub(super) fn split(&self, belongs: impl Fn(Variable) -> bool) -> (Self, Self) {
        let (mut inside, mut outside) = (Builder::default(), Builder::default());
        for &factor in self.factors() {
            if belongs(factor.variable()) {
                inside.push(factor);
            } else {
                outside.push(factor);
            }
        }
        (inside.finish(), outside.finish())
    }
}

impl std::hash::Hash for Monomial {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for factor in self.factors() {
            state.write_u64(factor.0);
        }
    }
}

/// Collects factors in order.
#[derive(Default)]
struct Builder {
    length: usize,
    few: [Factor; FEW],
    many: Vec<Factor>,
}

impl Builder {
    fn push(&mut self, factor: Factor) {
        if self.length < FEW {
            self.few[self.length] = factor;
        } else {
            if self.length == FEW {
                self.many.extend(self.few);
            }
            self.many.push(factor);
        }
        self.length += 1;
    }

    fn finish(self) -> Monomial {
        if self.length <= FEW {
            Monomial(Factors::Few(self.length as u8, self.few))
        } else {
            Monomial(Factors::Many(self.many.into_boxed_slice()))
        }
    }
}

/// A hasher with fixed keys: the order of a map is the same in every run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mixer(u64);

/// Builds [`Mixer`]s.
pub(super) type Mixing = BuildHasherDefault<Mixer>;

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // Odd constant of the golden ratio: spreads neighbouring words.
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// The finaliser of MurmurHash3, so that every input bit reaches every output bit.
    fn finish(&self) -> u64 {
        let mut hash = self.0;
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ (hash >> 33)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coordinate(index: usize) -> Monomial {
        Monomial::variable(Variable::coordinate(index).unwrap())
    }

    fn infinitesimal(level: u32, index: usize) -> Monomial {
        Monomial::variable(Variable::infinitesimal(level, index).unwrap())
    }

    #[test]
    fn the_order_of_factors_does_not_matter() {
        let all = (0..9).map(coordinate).collect::<Vec<_>>();
        let multiply = |product: Monomial, next: &Monomial| product.times(next).unwrap();
        let forward = all.iter().fold(Monomial::ONE, multiply);
        let backward = all.iter().rev().fold(Monomial::ONE, multiply);
        assert_eq!(forward, backward);
        assert_eq!(forward.powers().count(), 9);
        assert_eq!(forward.times(&backward).unwrap().powers().next().unwrap().1, 2);
    }

    #[test]
    fn infinitesimals_of_one_level_annihilate_each_other() {
        let x = coordinate(0);
        let a = x.times(&infinitesimal(1, 0)).unwrap();
        assert_eq!(a.times(&infinitesimal(1, 0)), None);
        assert_eq!(a.times(&infinitesimal(1, 1)), None);
        assert!(a.times(&infinitesimal(2, 0)).is_some());
    }

    #[test]
    fn a_variable_knows_its_kind() {
        let level = VariableKind::Infinitesimal { level: 3, index: 17 };
        assert_eq!(Variable::infinitesimal(3, 17).unwrap().kind(), level);
        let entry = VariableKind::Indeterminate { index: 5 };
        assert_eq!(Variable::indeterminate(5).unwrap().kind(), entry);
        let coordinate = VariableKind::Coordinate { index: 1_000_000 };
        assert_eq!(Variable::coordinate(1_000_000).unwrap().kind(), coordinate);
        assert_eq!(Variable::infinitesimal(1 << 10, 0), None);
    }

    #[test]
    fn splitting_separates_variables() {
        let product = coordinate(1).times(&coordinate(2)).unwrap().times(&coordinate(2)).unwrap();
        let second = Variable::coordinate(2).unwrap();
        let (inside, outside) = product.split(|variable| variable == second);
        assert_eq!(inside.powers().collect::<Vec<_>>(), [(second, 2)]);
        assert_eq!(outside, coordinate(1));
    }
}
