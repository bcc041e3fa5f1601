//! Numbers of the exact reading: a rational, or an enclosure where no rational exists.

use super::interval::Interval;
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::fmt;

/// An exact rational number, or an interval that contains the number. An operation on an
/// enclosure gives an enclosure; an operation on rationals is exact.
#[derive(Clone, Debug)]
pub struct Number(Form);

#[derive(Clone, Debug)]
enum Form {
    /// In lowest terms, denominator positive: the common case, without allocation.
    Small(i64, i64),
    /// A rational that does not fit `Small`.
    Large(Box<RBig>),
    /// A real number between two bounds.
    Enclosed(Interval),
}

impl Number {
    /// 0.
    pub(super) const ZERO: Self = Self(Form::Small(0, 1));
    /// 1.
    pub(super) const ONE: Self = Self(Form::Small(1, 1));

    pub(super) fn enclosed(interval: Interval) -> Self {
        Self(Form::Enclosed(interval))
    }

    /// The rational `numerator/denominator`, not necessarily in lowest terms.
    fn ratio(numerator: i128, denominator: i128) -> Self {
        let (Ok(small), Ok(below)) = (i64::try_from(numerator), i64::try_from(denominator)) else {
            let denominator = UBig::from(denominator.unsigned_abs());
            return Self::from(RBig::from_parts(IBig::from(numerator), denominator));
        };
        let divisor = common_divisor(small.unsigned_abs(), below.unsigned_abs());
        match i64::try_from(divisor) {
            Ok(divisor) => Self(Form::Small(small / divisor, below / divisor)),
            Err(_) => Self::from(RBig::from_parts(IBig::from(small), UBig::from(below as u64))),
        }
    }

    fn large(&self) -> Option<RBig> {
        match &self.0 {
            Form::Small(numerator, denominator) => {
                let denominator = UBig::from(denominator.unsigned_abs());
                Some(RBig::from_parts(IBig::from(*numerator), denominator))
            }
            Form::Large(value) => Some((**value).clone()),
            Form::Enclosed(_) => None,
        }
    }

    /// The rational number, or `None` for an enclosure.
    pub fn exact(&self) -> Option<RBig> {
        self.large()
    }

    /// Certain bounds on the number, equal where it is a floating-point number itself.
    pub fn bounds(&self) -> (f64, f64) {
        let interval = self.interval();
        (interval.lower, interval.upper)
    }

    /// The nearest floating-point number; the middle of an enclosure.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Form::Small(numerator, 1) => *numerator as f64,
            Form::Enclosed(interval) => interval.middle(),
            _ => self.large().map_or(f64::NAN, |value| value.to_f64().value()),
        }
    }

    pub(super) fn interval(&self) -> Interval {
        match &self.0 {
            Form::Enclosed(interval) => *interval,
            Form::Large(value) => Interval::around(value),
            Form::Small(numerator, 1) if numerator.unsigned_abs() < 1 << 53 => {
                Interval::new(*numerator as f64, *numerator as f64)
            }
            Form::Small(..) => self.large().map_or_else(
                || unreachable!("a small number is exact, this is a bug"),
                |value| Interval::around(&value),
            ),
        }
    }

    pub(super) fn is_exact(&self) -> bool {
        !matches!(self.0, Form::Enclosed(_))
    }

    /// Whether it is the rational number 0; an enclosure never is.
    pub(super) fn is_zero(&self) -> bool {
        matches!(self.0, Form::Small(0, _))
    }

    pub(super) fn is_one(&self) -> bool {
        matches!(self.0, Form::Small(1, 1))
    }

    /// Whether it is certainly not 0.
    pub(super) fn is_nonzero(&self) -> bool {
        match &self.0 {
            Form::Enclosed(interval) => !interval.contains_zero(),
            _ => !self.is_zero(),
        }
    }

    /// The sign, or `None` where an enclosure does not decide it.
    pub(super) fn sign(&self) -> Option<Ordering> {
        match &self.0 {
            Form::Small(numerator, _) => Some(numerator.cmp(&0)),
            Form::Large(value) => Some((**value).cmp(&RBig::ZERO)),
            Form::Enclosed(interval) if interval.lower > 0.0 => Some(Ordering::Greater),
            Form::Enclosed(interval) if interval.upper < 0.0 => Some(Ordering::Less),
            Form::Enclosed(_) => None,
        }
    }

    /// Machine words that the digits take: the unit of cost of large numbers.
    pub(super) fn words(&self) -> u64 {
        match &self.0 {
            Form::Large(value) => {
                (value.numerator().bit_len() + value.denominator().bit_len()) as u64 / 64 + 1
            }
            _ => 1,
        }
    }

    pub(super) fn negate(&self) -> Self {
        match &self.0 {
            Form::Small(numerator, denominator) => match numerator.checked_neg() {
                Some(numerator) => Self(Form::Small(numerator, *denominator)),
                None => Self::ratio(-i128::from(*numerator), i128::from(*denominator)),
            },
            Form::Large(value) => Self::from(-(**value).clone()),
            Form::Enclosed(interval) => Self::enclosed(interval.negate()),
        }
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Form::Small(a, b), Form::Small(c, d)) => {
                if *b == 1 && *d == 1 {
                    if let Some(sum) = a.checked_add(*c) {
                        return Self(Form::Small(sum, 1));
                    }
                } else if let Some(sum) = add_small(*a, *b, *c, *d) {
                    return Self(Form::Small(sum.0, sum.1));
                }
                self.add_large(other)
            }
            (Form::Enclosed(_), _) | (_, Form::Enclosed(_)) => {
                if self.is_zero() {
                    return other.clone();
                }
                if other.is_zero() {
                    return self.clone();
                }
                Self::enclosed(self.interval().add(other.interval()))
            }
            _ => self.add_large(other),
        }
    }

    fn add_large(&self, other: &Self) -> Self {
        match (self.large(), other.large()) {
            (Some(a), Some(b)) => Self::from(a + b),
            _ => unreachable!("both numbers are exact, this is a bug"),
        }
    }

    pub(super) fn subtract(&self, other: &Self) -> Self {
        self.add(&other.negate())
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Form::Small(a, b), Form::Small(c, d)) => multiply_small(*a, *b, *c, *d).map_or_else(
                || self.multiply_large(other),
                |(numerator, denominator)| Self(Form::Small(numerator, denominator)),
            ),
            (Form::Enclosed(_), _) | (_, Form::Enclosed(_)) => {
                // An enclosed number is finite, so 0 times it is 0.
                if self.is_zero() || other.is_zero() {
                    Self::ZERO
                } else if self.is_one() {
                    other.clone()
                } else if other.is_one() {
                    self.clone()
                } else {
                    Self::enclosed(self.interval().multiply(other.interval()))
                }
            }
            _ => self.multiply_large(other),
        }
    }

    fn multiply_large(&self, other: &Self) -> Self {
        match (self.large(), other.large()) {
            (Some(a), Some(b)) => Self::from(a * b),
            _ => unreachable!("both numbers are exact, this is a bug"),
        }
    }

    /// 1/self, or `None` where it is, or may be, 0.
    pub(super) fn invert(&self) -> Option<Self> {
        match &self.0 {
            Form::Small(0, _) => None,
            Form::Small(a, b) if *a > 0 => Some(Self(Form::Small(*b, *a))),
            Form::Small(a, b) => Some(Self::ratio(-i128::from(*b), -i128::from(*a))),
            Form::Large(value) => Some(Self::from(RBig::ONE / &**value)),
            Form::Enclosed(interval) if interval.contains_zero() => None,
            Form::Enclosed(interval) => {
                Some(Self::enclosed(Interval::new(1.0, 1.0).divide(*interval)))
            }
        }
    }

    /// self^exponent.
    pub(super) fn power(&self, mut exponent: u32) -> Self {
        let mut base = self.clone();
        let mut result = Self::ONE;
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = result.multiply(&base);
            }
            exponent >>= 1;
            if exponent > 0 {
                base = base.multiply(&base);
            }
        }
        result
    }

    /// The root of order `order` >= 1, exact where the number is a perfect power; `None` for a
    /// negative number.
    pub(super) fn root(&self, order: usize) -> Option<Self> {
        if let Some(exact) = self.large() {
            if exact < RBig::ZERO {
                return None;
            }
            let (numerator, denominator) = exact.clone().into_parts();
            let numerator = numerator.into_parts().1;
            let (above, below) = (numerator.nth_root(order), denominator.nth_root(order));
            if above.pow(order) == numerator && below.pow(order) == denominator {
                return Some(Self::from(RBig::from_parts(IBig::from(above), below)));
            }
            return Some(Self::enclosed(Interval::root(&exact, order)));
        }
        let interval = self.interval();
        (interval.lower >= 0.0)
            .then(|| Self::enclosed(interval.monotone(|point| Interval::root(point, order))))
    }

    /// The order of two numbers, or `None` where overlapping enclosures do not decide it.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.is_exact() && other.is_exact() {
            return self.subtract(other).sign();
        }
        let (a, b) = (self.interval(), other.interval());
        if a.upper < b.lower {
            Some(Ordering::Less)
        } else if a.lower > b.upper {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    /// The nearest floating-point number; the bounds of an enclosure.
    pub fn decimal(&self) -> String {
        match &self.0 {
            Form::Enclosed(interval) => {
                format!("[{:?}, {:?}]", interval.lower, interval.upper)
            }
            Form::Small(numerator, 1) => numerator.to_string(),
            _ => format!("{:?}", self.to_f64()),
        }
    }
}

impl From<RBig> for Number {
    fn from(value: RBig) -> Self {
        match (i64::try_from(value.numerator()), i64::try_from(value.denominator())) {
            (Ok(numerator), Ok(denominator)) => Self(Form::Small(numerator, denominator)),
            _ => Self(Form::Large(Box::new(value))),
        }
    }
}

impl From<&RBig> for Number {
    fn from(value: &RBig) -> Self {
        Self::from(value.clone())
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Form::Small(value, 1))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or_else(|_| Self::from(RBig::from(value)), Self::from)
    }
}

/// A rational such as `-3/2`, or the bounds of an enclosure.
impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Small(numerator, 1) => write!(formatter, "{numerator}"),
            Form::Small(numerator, denominator) => write!(formatter, "{numerator}/{denominator}"),
            Form::Large(value) => write!(formatter, "{value}"),
            Form::Enclosed(_) => write!(formatter, "{}", self.decimal()),
        }
    }
}

/// a/b + c/d in lowest terms (Knuth, The Art of Computer Programming, 4.5.1), if it fits.
fn add_small(a: i64, b: i64, c: i64, d: i64) -> Option<(i64, i64)> {
    let shared = common_divisor(b.unsigned_abs(), d.unsigned_abs()) as i64;
    if shared == 1 {
        let numerator = a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?;
        return Some((numerator, b.checked_mul(d)?));
    }
    let numerator = a.checked_mul(d / shared)?.checked_add(c.checked_mul(b / shared)?)?;
    if numerator == 0 {
        return Some((0, 1));
    }
    let excess = common_divisor(numerator.unsigned_abs(), shared.unsigned_abs()) as i64;
    Some((numerator / excess, (b / shared).checked_mul(d / excess)?))
}

/// a/b * c/d in lowest terms, if it fits.
fn multiply_small(a: i64, b: i64, c: i64, d: i64) -> Option<(i64, i64)> {
    if b == 1 && d == 1 {
        return Some((a.checked_mul(c)?, 1));
    }
    let first = common_divisor(a.unsigned_abs(), d.unsigned_abs()) as i64;
    let second = common_divisor(c.unsigned_abs(), b.unsigned_abs()) as i64;
    Some(((a / first).checked_mul(c / second)?, (b / second).checked_mul(d / first)?))
}

/// The greatest common divisor, by halving and subtracting; that of 0 and b is b.
fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    if a == 1 || b == 1 {
        return 1;
    }
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
    }
    a << shift
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(numerator: i64, denominator: u64) -> RBig {
        RBig::from_parts(IBig::from(numerator), UBig::from(denominator))
    }

    proptest! {
        /// Oracle: the rationals of `dashu-ratio`, across the border of the small form.
        #[test]
        fn arithmetic_is_that_of_big_rationals(
            a in any::<i64>(), b in 1..u64::MAX, c in -1000_i64..1000, d in 1_u64..1000,
            shift in 0_u32..63,
        ) {
            let (x, y) = (rational(a >> shift, (b >> shift).max(1)), rational(c, d));
            let (m, n) = (Number::from(&x), Number::from(&y));
            prop_assert_eq!(m.add(&n).exact().unwrap(), &x + &y);
            prop_assert_eq!(m.subtract(&n).exact().unwrap(), &x - &y);
            prop_assert_eq!(m.multiply(&n).exact().unwrap(), &x * &y);
            prop_assert_eq!(m.multiply(&m).exact().unwrap(), &x * &x);
            prop_assert_eq!(m.negate().exact().unwrap(), -x.clone());
            prop_assert_eq!(m.compare(&n), Some(x.cmp(&y)));
            if !x.is_zero() {
                prop_assert_eq!(m.invert().unwrap().exact().unwrap(), RBig::ONE / x);
            }
        }
    }

    #[test]
    fn the_smallest_integer_does_not_overflow() {
        let smallest = Number::from(i64::MIN);
        let expected = -RBig::from(i64::MIN);
        assert_eq!(smallest.negate().exact().unwrap(), expected);
        assert_eq!(
            smallest.invert().unwrap().invert().unwrap().negate().exact().unwrap(),
            expected
        );
        let sum = smallest.add(&Number::from(-1_i64)).exact().unwrap();
        assert_eq!(sum, RBig::from(i64::MIN) - RBig::ONE);
    }

    #[test]
    fn a_perfect_power_has_an_exact_root() {
        let root = Number::from(rational(27, 8)).root(3).unwrap();
        assert_eq!(root.exact().unwrap(), rational(3, 2));
        assert!(Number::from(2_i64).root(2).unwrap().exact().is_none());
        assert!(Number::from(-1_i64).root(2).is_none());
    }

    #[test]
    fn enclosures_decide_only_where_they_are_disjoint() {
        let root = Number::from(2_i64).root(2).unwrap();
        assert_eq!(root.compare(&Number::from(rational(3, 2))), Some(Ordering::Less));
        assert_eq!(root.multiply(&root).compare(&Number::from(2_i64)), None);
        assert_eq!(root.multiply(&Number::ZERO).to_string(), "0");
    }
}
