//! Numbers modulo the prime 2^61 - 1, with two infinitesimals for derivatives.

use num_traits::{One, Zero};
use std::ops::{Add, Mul, Neg, Sub};

/// The prime.
pub(super) const PRIME: u64 = (1 << 61) - 1;

/// `a + b x + c y + d x y` with x^2 = y^2 = 0 modulo the prime: a derivative of a derivative is
/// the coefficient d.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number([u64; 4]);

impl Number {
    /// A residue.
    pub(super) fn residue(value: u64) -> Self {
        Self([value % PRIME, 0, 0, 0])
    }

    /// The infinitesimal of this level, 0 or 1.
    pub(super) fn infinitesimal(level: usize) -> Self {
        let mut parts = [0; 4];
        parts[1 << level] = 1;
        Self(parts)
    }

    /// The coefficient of the infinitesimal of this level.
    pub(super) fn derivative(self, level: usize) -> Self {
        let Self([_, b, c, d]) = self;
        match level {
            0 => Self([b, 0, d, 0]),
            _ => Self([c, d, 0, 0]),
        }
    }

    /// Whether the standard part vanishes: then there is no inverse.
    pub(super) fn is_singular(self) -> bool {
        self.0[0] == 0
    }

    /// 1/self, if the standard part does not vanish.
    pub(super) fn inverse(self) -> Option<Self> {
        if self.is_singular() {
            return None;
        }
        let mut inverse = Self::residue(power(self.0[0], PRIME - 2));
        let two = Self::residue(2);
        // Each step doubles the order of the infinitesimals that are right: 1, 2, 4.
        for _ in 0..2 {
            inverse = inverse * (two - self * inverse);
        }
        Some(inverse)
    }

    /// The square root that is a square itself, if the standard part is a square other than zero:
    /// like the positive root of positive numbers, that of a product is the product of the roots.
    pub(super) fn square_root(self) -> Option<Self> {
        // The prime is 3 modulo 4.
        let standard = power(self.0[0], PRIME.div_ceil(4));
        if self.is_singular() || product(standard, standard) != self.0[0] {
            return None;
        }
        let mut root = Self::residue(standard);
        let half = Self::residue(2).inverse()?;
        for _ in 0..2 {
            root = (root + self * root.inverse()?) * half;
        }
        Some(root)
    }

    /// self^exponent, negative ones too.
    pub(super) fn power(self, exponent: i32) -> Option<Self> {
        let base = if exponent < 0 { self.inverse()? } else { self };
        Some(num_traits::pow(base, exponent.unsigned_abs() as usize))
    }
}

fn product(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    let sum = (wide as u64 & PRIME) + (wide >> 61) as u64;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn sum(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = product(result, base);
        }
        base = product(base, base);
        exponent >>= 1;
    }
    result
}

impl Add for Number {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| sum(self.0[i], other.0[i])))
    }
}

impl Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.map(|part| if part == 0 { 0 } else { PRIME - part }))
    }
}

impl Sub for Number {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Number {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let (Self([a, b, c, d]), Self([e, f, g, h])) = (self, other);
        if (b | c | d | f | g | h) == 0 {
            return Self([product(a, e), 0, 0, 0]);
        }
        let mixed = sum(sum(product(a, h), product(b, g)), sum(product(c, f), product(d, e)));
        Self([
            product(a, e),
            sum(product(a, f), product(b, e)),
            sum(product(a, g), product(c, e)),
            mixed,
        ])
    }
}

impl Zero for Number {
    fn zero() -> Self {
        Self([0; 4])
    }
    fn is_zero(&self) -> bool {
        self.0 == [0; 4]
    }
}

impl One for Number {
    fn one() -> Self {
        Self::residue(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derivative_of_a_reciprocal_is_that_of_calculus() {
        // d/dx d/dy of 1/(3 + x + 2 y) at 0: 2 * 2/27.
        let value = Number::residue(3)
            + Number::infinitesimal(0)
            + Number::residue(2) * Number::infinitesimal(1);
        let mixed = value.inverse().unwrap().derivative(0).derivative(1);
        assert_eq!(mixed * Number::residue(27), Number::residue(4));
        assert_eq!(value * value.inverse().unwrap(), Number::one());
    }

    #[test]
    fn zero_has_no_inverse() {
        assert_eq!(Number::infinitesimal(0).inverse(), None);
        assert_eq!(Number::residue(PRIME).power(-1), None);
    }
}
