//! Polynomials in one scalar that are nowhere negative: roots of odd multiplicity, counted with
//! Sturm's sequences over the rationals.

use super::format::{Factor, Term};
use super::visible::Sign;
use dashu_ratio::RBig;

/// Whether a sum is a product of nonnegative factors and a polynomial in one factor, or a
/// homogeneous one in two, that is nonnegative wherever the signs of these allow.
pub(super) fn is_nonnegative(terms: &[Term], sign: impl Fn(&Factor) -> Sign) -> bool {
    let mut factors: Vec<&Factor> = Vec::new();
    for (factor, exponent) in terms.iter().flat_map(|Term(_, factors)| factors) {
        if *exponent < 0 {
            return false;
        }
        if !factors.contains(&factor) {
            factors.push(factor);
        }
    }
    let degree = |Term(_, powers): &Term, of: &Factor| -> usize {
        let powers = powers.iter().filter(|(factor, _)| factor == of);
        powers.map(|(_, exponent)| exponent.unsigned_abs() as usize).sum()
    };
    // Factors common to all terms, to an even power where they have no sign.
    let content: Vec<usize> = factors
        .iter()
        .map(|factor| {
            let least = terms.iter().map(|term| degree(term, factor)).min().unwrap_or(0);
            if sign(factor) == Sign::Unknown { least - least % 2 } else { least }
        })
        .collect();
    let rest = |term: &Term, place: usize| degree(term, factors[place]) - content[place];
    let left: Vec<usize> = (0..factors.len())
        .filter(|place| terms.iter().any(|term| rest(term, *place) > 0))
        .collect();
    let whole = |place: usize| sign(factors[place]) == Sign::Unknown;
    let (variable, unit) = match left[..] {
        [] => return false,
        [one] => (one, None),
        [one, two] if whole(two) => (two, Some(one)),
        [one, two] => (one, Some(two)),
        _ => return false,
    };
    let total = |term: &Term| rest(term, variable) + unit.map_or(0, |unit| rest(term, unit));
    let highest = terms.iter().map(total).max().unwrap_or(0);
    if highest > 64 {
        return false;
    }
    if let Some(unit) = unit {
        let homogeneous = terms.iter().all(|term| total(term) == highest);
        if !homogeneous || whole(unit) && highest % 2 == 1 {
            return false;
        }
    }
    let mut coefficients = vec![RBig::ZERO; highest + 1];
    for term in terms {
        let Ok(value) = term.0.parse::<RBig>() else { return false };
        coefficients[rest(term, variable)] += value;
    }
    let turned = coefficients.iter().enumerate();
    let turned: Vec<RBig> =
        turned.map(|(k, value)| if k % 2 == 1 { -value } else { value.clone() }).collect();
    on_half_line(coefficients) && (!whole(variable) || on_half_line(turned))
}

/// Whether a polynomial is nonnegative for all x >= 0.
fn on_half_line(mut polynomial: Vec<RBig>) -> bool {
    let mut odd = 0;
    let mut sign = 1;
    while polynomial.last().is_some_and(|value| *value == RBig::ZERO) {
        polynomial.pop();
    }
    match polynomial.last() {
        None => return true,
        Some(leading) if *leading < RBig::ZERO => return false,
        Some(_) => {}
    }
    let powers = polynomial.iter().take_while(|value| **value == RBig::ZERO).count();
    polynomial.drain(..powers);
    // Roots of multiplicity k and more are the roots of the (k - 1)-fold common divisor.
    while polynomial.len() > 1 {
        let (roots, divisor) = positive_roots(&polynomial);
        odd += sign * roots;
        sign = -sign;
        polynomial = divisor;
    }
    odd == 0
}

/// The number of distinct positive roots, and the greatest common divisor with the derivative.
fn positive_roots(polynomial: &[RBig]) -> (i64, Vec<RBig>) {
    let mut last = polynomial.to_vec();
    let mut next: Vec<RBig> =
        (1..polynomial.len()).map(|k| RBig::from(k) * &polynomial[k]).collect();
    let mut ends = vec![(last[0].clone(), last[last.len() - 1].clone())];
    while !next.is_empty() {
        ends.push((next[0].clone(), next[next.len() - 1].clone()));
        let rest = negative_remainder(last, &next);
        last = next;
        next = rest;
    }
    let changes = |values: Vec<&RBig>| {
        let values: Vec<&RBig> = values.into_iter().filter(|value| **value != RBig::ZERO).collect();
        let pairs = values.windows(2);
        pairs.filter(|two| (*two[0] > RBig::ZERO) != (*two[1] > RBig::ZERO)).count() as i64
    };
    let at_zero = changes(ends.iter().map(|(constant, _)| constant).collect());
    let at_infinity = changes(ends.iter().map(|(_, leading)| leading).collect());
    (at_zero - at_infinity, last)
}

fn negative_remainder(mut dividend: Vec<RBig>, divisor: &[RBig]) -> Vec<RBig> {
    while dividend.len() >= divisor.len() {
        let shift = dividend.len() - divisor.len();
        let factor = &dividend[dividend.len() - 1] / &divisor[divisor.len() - 1];
        for (place, value) in divisor.iter().enumerate() {
            dividend[shift + place] -= &factor * value;
        }
        while dividend.last().is_some_and(|value| *value == RBig::ZERO) {
            dividend.pop();
        }
    }
    dividend.iter().map(|value| -value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_half(coefficients: &[i32]) -> bool {
        on_half_line(coefficients.iter().map(|one| RBig::from(*one)).collect())
    }

    #[test]
    fn only_roots_of_odd_multiplicity_above_zero_count() {
        assert!(on_half(&[1, -2, 1]), "(x - 1)^2");
        assert!(!on_half(&[-1, 1]), "x - 1");
        assert!(!on_half(&[-1, 3, -3, 1]), "(x - 1)^3");
        assert!(!on_half(&[2, -5, 4, -1]), "-(x - 1)^2 (x - 2)");
        assert!(!on_half(&[-2, 5, -4, 1]), "(x - 1)^2 (x - 2)");
        assert!(on_half(&[4, -12, 13, -6, 1]), "(x - 1)^2 (x - 2)^2");
        assert!(on_half(&[0, 1, 1]) && on_half(&[1, -1, 1]) && on_half(&[]));
        assert!(!on_half(&[3, -4, 1]), "(x - 1) (x - 3)");
    }

    #[test]
    fn two_scalars_without_a_sign_need_an_even_degree() {
        let term = |c: &str, u: i32, v: i32| {
            Term(c.into(), vec![(Factor::Scalar("u".into()), u), (Factor::Scalar("v".into()), v)])
        };
        let square = [term("1", 2, 0), term("-2", 1, 1), term("1", 0, 2)];
        assert!(is_nonnegative(&square, |_| Sign::Unknown));
        let cube = [term("1", 3, 0), term("1", 0, 3)];
        assert!(!is_nonnegative(&cube, |_| Sign::Unknown));
        assert!(!is_nonnegative(&[term("1", 2, 0), term("-3", 1, 1), term("1", 0, 2)], |_| {
            Sign::Nonnegative
        }));
        assert!(!is_nonnegative(&[term("1", 2, 0), term("-2", 0, 1)], |_| Sign::Nonnegative));
    }
}
