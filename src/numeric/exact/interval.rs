//! Enclosures: pairs of floating-point numbers that a real number certainly lies between.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A closed interval that contains the number meant. Every operation rounds outward by one unit
/// in the last place, which covers the half unit of IEEE rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) lower: f64,
    pub(super) upper: f64,
}

/// Nothing is known of the number: the value of an operation that overflowed.
const REALS: Interval = Interval { lower: f64::NEG_INFINITY, upper: f64::INFINITY };

impl Interval {
    /// The interval between two bounds that are themselves certain.
    pub(super) fn new(lower: f64, upper: f64) -> Self {
        if lower <= upper { Self { lower, upper } } else { REALS }
    }

    /// The interval around two computed bounds, each one rounding away from its true value.
    fn outward(lower: f64, upper: f64) -> Self {
        if lower.is_nan() || upper.is_nan() {
            REALS
        } else {
            Self { lower: lower.next_down(), upper: upper.next_up() }
        }
    }

    /// The tightest interval around a rational number.
    pub(super) fn around(exact: &RBig) -> Self {
        let nearest = exact.to_f64();
        let value = nearest.value();
        if value.is_finite() && RBig::try_from(value).is_ok_and(|back| back == *exact) {
            Self { lower: value, upper: value }
        } else {
            Self::outward(value, value)
        }
    }

    /// The interval centre - radius to centre + radius, for certain `centre` and `radius`.
    pub(super) fn centred(centre: f64, radius: f64) -> Self {
        Self::outward(centre - radius, centre + radius)
    }

    pub(super) fn width(self) -> f64 {
        (self.upper - self.lower).next_up()
    }

    pub(super) fn middle(self) -> f64 {
        let middle = self.lower / 2.0 + self.upper / 2.0;
        if middle.is_finite() { middle } else { 0.0 }
    }

    /// A bound on the distance of the number from [`Self::middle`].
    pub(super) fn radius(self) -> f64 {
        let middle = self.middle();
        (self.upper - middle).max(middle - self.lower).next_up()
    }

    pub(super) fn contains_zero(self) -> bool {
        self.lower <= 0.0 && self.upper >= 0.0
    }

    pub(super) fn negate(self) -> Self {
        Self { lower: -self.upper, upper: -self.lower }
    }

    pub(super) fn add(self, other: Self) -> Self {
        Self::outward(self.lower + other.lower, self.upper + other.upper)
    }

    pub(super) fn multiply(self, other: Self) -> Self {
        Self::hull([
            self.lower * other.lower,
            self.lower * other.upper,
            self.upper * other.lower,
            self.upper * other.upper,
        ])
    }

    /// `self / other`; everything where `other` may be zero.
    pub(super) fn divide(self, other: Self) -> Self {
        if other.contains_zero() {
            return REALS;
        }
        Self::hull([
            self.lower / other.lower,
            self.lower / other.upper,
            self.upper / other.lower,
            self.upper / other.upper,
        ])
    }

    fn hull(corners: [f64; 4]) -> Self {
        if corners.iter().any(|corner| corner.is_nan()) {
            return REALS;
        }
        Self::outward(
            corners.iter().copied().fold(f64::INFINITY, f64::min),
            corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    pub(super) fn minimum(self, other: Self) -> Self {
        Self { lower: self.lower.min(other.lower), upper: self.upper.min(other.upper) }
    }

    pub(super) fn maximum(self, other: Self) -> Self {
        Self { lower: self.lower.max(other.lower), upper: self.upper.max(other.upper) }
    }

    /// Applies a function that never decreases: `image` encloses it at one rational point.
    pub(super) fn monotone(self, image: impl Fn(&RBig) -> Self) -> Self {
        match (RBig::try_from(self.lower), RBig::try_from(self.upper)) {
            (Ok(lower), Ok(upper)) => Self::new(image(&lower).lower, image(&upper).upper),
            _ => REALS,
        }
    }

    /// e^x, by halving the argument until the Taylor series converges fast, then squaring.
    pub(super) fn exponential(exact: &RBig) -> Self {
        let x = Self::around(exact);
        // Beyond these arguments f64 over- or underflows.
        if x.upper > 709.0 {
            return Self { lower: f64::MAX.sqrt(), upper: f64::INFINITY };
        }
        if x.lower < -700.0 {
            return Self { lower: 0.0, upper: 1e-300 };
        }
        let mut halvings = 0;
        let mut reduced = exact.clone();
        let bound = RBig::from_parts(IBig::ONE, UBig::from(4_u8));
        while reduced.clone() > bound || -reduced.clone() > bound {
            reduced /= RBig::from(2);
            halvings += 1;
        }
        let argument = Self::around(&reduced);
        let mut term = Self::new(1.0, 1.0);
        let mut sum = term;
        for order in 1..=16 {
            term = term.multiply(argument).divide(Self::new(f64::from(order), f64::from(order)));
            sum = sum.add(term);
        }
        // The remainder is below twice the next term, |x|^17/17!, for |x| <= 1/4.
        let remainder = 2.0 * 0.25_f64.powi(17) / 3.5e14;
        let mut value = sum.add(Self::new(-remainder, remainder));
        for _ in 0..halvings {
            value = value.multiply(value);
        }
        value
    }

    /// ln x for x > 0: x = m 2^k with m near 1, and ln m = 2 artanh((m - 1)/(m + 1)).
    pub(super) fn logarithm(exact: &RBig) -> Self {
        use dashu_int::ops::BitTest;
        let numerator_bits = exact.numerator().bit_len() as i64;
        let exponent = numerator_bits - exact.denominator().bit_len() as i64;
        let shift = UBig::ONE << exponent.unsigned_abs() as usize;
        let mantissa =
            if exponent >= 0 { exact / RBig::from(shift) } else { exact * RBig::from(shift) };
        let log_two = Self::double_artanh(&RBig::from_parts(IBig::ONE, UBig::from(3_u8)));
        let ratio = (&mantissa - RBig::ONE) / (&mantissa + RBig::ONE);
        let power = Self::new(exponent as f64, exponent as f64);
        Self::double_artanh(&ratio).add(log_two.multiply(power))
    }

    /// 2 artanh(t) = 2 (t + t^3/3 + t^5/5 + ...), |t| <= 1/3.
    fn double_artanh(t: &RBig) -> Self {
        let t = Self::around(t);
        let square = t.multiply(t);
        let mut power = t;
        let mut sum = t;
        for order in (3..=41).step_by(2) {
            power = power.multiply(square);
            sum = sum.add(power.divide(Self::new(f64::from(order), f64::from(order))));
        }
        // The tail is below t^43/43 * 1/(1 - t^2) <= 3^-43 * 9/8 / 43.
        let remainder = 9.0 / 8.0 / 43.0 * 3.0_f64.powi(-43) * 1.01;
        sum.add(Self::new(-remainder, remainder)).multiply(Self::new(2.0, 2.0))
    }

    /// The positive root of order `order` >= 1 of a number >= 0.
    pub(super) fn root(exact: &RBig, order: usize) -> Self {
        use dashu_int::ops::BitTest;
        if exact.is_zero() {
            return Self::new(0.0, 0.0);
        }
        // floor(root(x) 2^s) by an integer root, with at least 64 binary digits.
        let (numerator, denominator) = exact.clone().into_parts();
        let lack = denominator.bit_len() as i64 - numerator.bit_len() as i64;
        let scale = (lack / order as i64 + 66).max(0) as usize;
        let scaled = (numerator.into_parts().1 << (scale * order)) / denominator;
        let floor = scaled.nth_root(order);
        let unit = UBig::ONE << scale;
        let above = RBig::from_parts(IBig::from(&floor + UBig::ONE), unit.clone());
        let below = RBig::from_parts(IBig::from(floor), unit);
        Self::new(Self::around(&below).lower, Self::around(&above).upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(numerator: i64, denominator: u64) -> RBig {
        RBig::from_parts(IBig::from(numerator), UBig::from(denominator))
    }

    /// Oracle: the values of the C library, good to a few units in the last place.
    fn encloses(interval: Interval, value: f64) -> bool {
        let slack = value.abs() * 4.0 * f64::EPSILON;
        interval.lower <= value + slack
            && interval.upper >= value - slack
            && interval.width() <= value.abs() * 1e-10 + 1e-15
    }

    #[test]
    fn an_enclosure_of_a_third_contains_a_third() {
        let third = Interval::around(&rational(1, 3));
        assert!(RBig::try_from(third.lower).unwrap() < rational(1, 3));
        assert!(RBig::try_from(third.upper).unwrap() > rational(1, 3));
    }

    #[test]
    fn a_division_by_an_interval_around_zero_knows_nothing() {
        let around_zero = Interval::new(-1.0, 1.0);
        let quotient = Interval::new(1.0, 1.0).divide(around_zero);
        assert!(!(quotient.lower.is_finite() && quotient.upper.is_finite()));
    }

    #[test]
    fn a_huge_exponential_is_not_wrong() {
        assert!(Interval::exponential(&rational(100_000, 1)).lower <= f64::MAX);
        assert_eq!(Interval::exponential(&rational(100_000, 1)).upper, f64::INFINITY);
        assert_eq!(Interval::exponential(&rational(-100_000, 1)).lower, 0.0);
    }

    proptest! {
        #[test]
        fn elementary_functions_enclose_the_library_values(n in -4000_i64..4000, d in 1_u64..300) {
            let x = rational(n, d);
            let float = n as f64 / d as f64;
            prop_assume!(float.abs() < 600.0);
            prop_assert!(encloses(Interval::exponential(&x), float.exp()));
            if n > 0 {
                prop_assert!(encloses(Interval::logarithm(&x), float.ln()));
                prop_assert!(encloses(Interval::root(&x, 2), float.sqrt()));
                prop_assert!(encloses(Interval::root(&x, 3), float.cbrt()));
            }
        }

        #[test]
        fn interval_arithmetic_contains_the_exact_result(
            a in -50_i64..50, b in 1_u64..50, c in 1_i64..50, d in 1_u64..50,
        ) {
            let (x, y) = (rational(a, b), rational(c, d));
            let (i, j) = (Interval::around(&x), Interval::around(&y));
            let inside = |interval: Interval, exact: RBig| {
                RBig::try_from(interval.lower).unwrap() <= exact
                    && exact <= RBig::try_from(interval.upper).unwrap()
            };
            prop_assert!(inside(i.add(j), &x + &y));
            prop_assert!(inside(i.multiply(j), &x * &y));
            prop_assert!(inside(i.divide(j), &x / &y));
        }
    }
}
