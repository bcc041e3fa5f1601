//! Expansions of rational functions of one variable at infinity, from values at many points.
//!
//! Through n points runs one polynomial g of degree below n. The extended Euclidean algorithm on
//! `prod (x - x_i)` and g gives P and Q of low degree with P = Q g at all points; if the degrees
//! of P and Q add up to clearly less than n, the function is P/Q but for a chance of 2^-61 a spare
//! point.

use super::evaluation::Evaluated;
use super::field::Number;
use num_traits::{One, Zero};

/// Points to begin with, and the most.
const FEWEST: usize = 48;
const MOST: usize = 384;
/// Points more than the degrees need.
const SPARE: usize = 6;

/// Coefficients by degree, the last one not zero.
type Polynomial = Vec<Number>;

/// The coefficients of x^-k for k from the first one that may differ from zero up to `order`, and
/// that first k, of a rational function that is given by its values.
pub(super) fn expansion_at_infinity(
    order: i32,
    mut value: impl FnMut(Number) -> Evaluated<Number>,
) -> Evaluated<(i32, Vec<Number>)> {
    let mut points: Vec<(Number, Number)> = Vec::new();
    let mut wanted = FEWEST;
    while wanted <= MOST {
        while points.len() < wanted {
            // Far from the small integers at which divisors of theories vanish.
            let point = Number::residue(1_000_003 + 7_919 * points.len() as u64);
            points.push((point, value(point)?));
        }
        if let Some((above, below)) = rational(&points) {
            return Ok(series(&above, &below, order));
        }
        wanted *= 2;
    }
    Err("the expression is no rational function of low degree in the size".to_owned())
}

/// P and Q with P/Q through all points, if their degrees leave points to spare.
fn rational(points: &[(Number, Number)]) -> Option<(Polynomial, Polynomial)> {
    let count = points.len();
    let (mut modulus, mut through) = (vec![Number::one()], Polynomial::new());
    for (point, value) in points {
        // Newton's interpolation.
        let here = at(&through, *point);
        let factor = (*value - here) * at(&modulus, *point).inverse()?;
        through = plus(&through, &modulus, factor);
        modulus = times(&modulus, &[-*point, Number::one()]);
    }
    let (mut older, mut rest) = (modulus, through);
    let (mut older_factor, mut factor) = (Polynomial::new(), vec![Number::one()]);
    loop {
        if rest.len() + factor.len() + SPARE <= count {
            return Some((rest, factor));
        }
        if rest.is_empty() || rest.len() < factor.len() {
            return None;
        }
        let (quotient, remainder) = divided(&older, &rest)?;
        let next = plus(&older_factor, &times(&quotient, &factor), -Number::one());
        (older, rest) = (rest, remainder);
        (older_factor, factor) = (factor, next);
    }
}

/// The quotient of two polynomials as a series in 1/x.
fn series(above: &[Number], below: &[Number], order: i32) -> (i32, Vec<Number>) {
    let first = below.len() as i32 - above.len() as i32;
    let leading = below.last().and_then(|one| one.inverse()).unwrap_or_else(Number::one);
    let coefficient = |polynomial: &[Number], index: usize| {
        let place = polynomial.len().checked_sub(index + 1);
        place.map_or_else(Number::zero, |place| polynomial[place])
    };
    let mut found: Vec<Number> = Vec::new();
    for index in 0..usize::try_from(order - first + 1).unwrap_or(0) {
        let mut sum = coefficient(above, index);
        for (before, known) in found.iter().enumerate() {
            sum = sum - coefficient(below, index - before) * *known;
        }
        found.push(sum * leading);
    }
    (first, found)
}

fn at(polynomial: &[Number], point: Number) -> Number {
    polynomial.iter().rev().fold(Number::zero(), |sum, one| sum * point + *one)
}

fn trimmed(mut polynomial: Polynomial) -> Polynomial {
    while polynomial.last().is_some_and(Zero::is_zero) {
        polynomial.pop();
    }
    polynomial
}

fn plus(left: &[Number], right: &[Number], factor: Number) -> Polynomial {
    let get = |all: &[Number], index: usize| all.get(index).copied().unwrap_or_else(Number::zero);
    let sum = |index| get(left, index) + factor * get(right, index);
    trimmed((0..left.len().max(right.len())).map(sum).collect())
}

fn times(left: &[Number], right: &[Number]) -> Polynomial {
    if left.is_empty() || right.is_empty() {
        return Polynomial::new();
    }
    let mut product = vec![Number::zero(); left.len() + right.len() - 1];
    for (i, a) in left.iter().enumerate() {
        for (j, b) in right.iter().enumerate() {
            product[i + j] = product[i + j] + *a * *b;
        }
    }
    trimmed(product)
}

/// Quotient and remainder.
fn divided(dividend: &[Number], divisor: &[Number]) -> Option<(Polynomial, Polynomial)> {
    let leading = divisor.last()?.inverse()?;
    let mut rest = dividend.to_vec();
    let mut quotient = vec![Number::zero(); (dividend.len() + 1).saturating_sub(divisor.len())];
    for index in (0..quotient.len()).rev() {
        let factor = rest[index + divisor.len() - 1] * leading;
        quotient[index] = factor;
        for (place, one) in divisor.iter().enumerate() {
            rest[index + place] = rest[index + place] - factor * *one;
        }
    }
    Some((trimmed(quotient), trimmed(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expansion_of_a_quotient_is_long_division() {
        // (2 x^2 + 3)/(x + 1) = 2 x - 2 + 5/x - 5/x^2 + ...
        let value = |x: Number| {
            let above = Number::residue(2) * x * x + Number::residue(3);
            Ok(above * (x + Number::one()).inverse().unwrap())
        };
        let (first, found) = expansion_at_infinity(2, value).unwrap();
        let five = Number::residue(5);
        assert_eq!(first, -1);
        assert_eq!(found, [Number::residue(2), -Number::residue(2), five, -five]);
    }

    #[test]
    fn zero_has_no_coefficients() {
        let (_, found) = expansion_at_infinity(0, |_| Ok(Number::zero())).unwrap();
        assert!(found.iter().all(Zero::is_zero));
    }

    #[test]
    fn a_power_of_high_degree_is_refused() {
        let power = |x: Number| Ok(num_traits::pow(x, 1 << 20));
        assert!(expansion_at_infinity(0, power).is_err());
    }
}
