//! Signs of univariate polynomials, exactly: Sturm sequences over the rationals.
//!
//! A polynomial is nonnegative on [0, oo) exactly if its leading coefficient is positive and no
//! root in (0, oo) has an odd multiplicity. The remainders of f and f' count the distinct roots of
//! f (Sturm) and end with their greatest common divisor, which has every root of f once less; so
//! the roots of odd multiplicity are an alternating sum of such counts. A homogeneous polynomial in
//! two variables is one in their quotient.

use super::algebra::Algebra;
use super::monomial::Atom;
use super::polynomial::Polynomial;
use super::sign::Sign;
use dashu_ratio::RBig;

/// The highest degree that is looked at.
const HIGHEST: usize = 64;

impl Algebra {
    /// Whether a polynomial without negative exponents is visibly nonnegative, or visibly
    /// nonnegative factors times a polynomial in one atom, or a homogeneous one in two, that is
    /// nonnegative wherever the signs of its atoms allow.
    pub(super) fn is_nonnegative(&mut self, polynomial: &Polynomial) -> bool {
        if self.sign(polynomial) >= Sign::Nonnegative {
            return true;
        }
        let content = self.nonnegative_content(polynomial);
        let inverse = self.monomials.power(content, -1);
        let rest = polynomial.times_monomial(inverse, &mut self.monomials);
        let is_above_zero = |atom: Atom| self.sign_of_atom(atom) >= Sign::Nonnegative;
        let (atom, other) = match rest.atoms(&self.monomials)[..] {
            [atom] => (atom, None),
            // The one that is set to 1 had better be above zero.
            [one, two] if is_above_zero(two) => (one, Some(two)),
            [one, two] => (two, Some(one)),
            _ => return false,
        };
        let mut terms = Vec::new();
        for (monomial, coefficient) in rest.terms() {
            let factors = self.monomials.factors(monomial);
            let degree_in = |atom| {
                let factor = factors.iter().find(|(known, _)| Some(*known) == atom);
                factor.map_or(0, |(_, exponent)| *exponent as usize)
            };
            terms.push((degree_in(Some(atom)), degree_in(other), coefficient));
        }
        let degrees = || terms.iter().map(|(degree, more, _)| degree + more);
        let degree = degrees().max().unwrap_or(0);
        if degree > HIGHEST || other.is_some() && degrees().any(|one| one != degree) {
            return false;
        }
        // f(v, -1) is f(-v, 1) for an even degree only.
        if other.is_some_and(|other| !is_above_zero(other)) && degree % 2 != 0 {
            return false;
        }
        let mut coefficients = vec![RBig::ZERO; degree + 1];
        terms.iter().for_each(|(degree, _, coefficient)| coefficients[*degree] += *coefficient);
        is_nonnegative_above_zero(coefficients.clone())
            && (is_above_zero(atom) || is_nonnegative_above_zero(mirrored(coefficients)))
    }
}

/// f(-x).
fn mirrored(mut coefficients: Vec<RBig>) -> Vec<RBig> {
    coefficients.iter_mut().skip(1).step_by(2).for_each(|odd| *odd = -odd.clone());
    coefficients
}

/// Whether a polynomial, given by its coefficients from the constant on, is nonnegative on [0, oo).
fn is_nonnegative_above_zero(coefficients: Vec<RBig>) -> bool {
    let first = coefficients.iter().position(|one| *one != RBig::ZERO);
    let Some(first) = first else { return true };
    // x^k changes no sign above zero.
    let mut polynomial = trimmed(coefficients[first..].to_vec());
    if polynomial[polynomial.len() - 1] < RBig::ZERO {
        return false;
    }
    let (mut odd, mut sign) = (0, 1);
    while polynomial.len() > 1 {
        let sequence = sequence(polynomial);
        odd += sign * distinct_roots(&sequence);
        sign = -sign;
        polynomial =
            sequence.into_iter().next_back().expect("it starts with the polynomial: a bug");
    }
    odd == 0
}

/// Sturm's sequence of a polynomial of degree at least 1; it ends with the greatest common divisor
/// of the polynomial and its derivative.
fn sequence(polynomial: Vec<RBig>) -> Vec<Vec<RBig>> {
    let derivative = polynomial.iter().enumerate().skip(1);
    let derivative = derivative.map(|(k, one)| one * RBig::from(k)).collect();
    let mut sequence = vec![polynomial, derivative];
    loop {
        let [.., dividend, divisor] = &sequence[..] else { unreachable!("two at least") };
        let rest = remainder(dividend.clone(), divisor);
        let Some(leading) = rest.last() else { return sequence };
        // A positive factor keeps numbers small and signs as they are.
        let scale = if *leading < RBig::ZERO { -leading.clone() } else { leading.clone() };
        sequence.push(rest.iter().map(|one| -one / &scale).collect());
    }
}

/// The number of distinct roots in (0, oo) of the first of a sequence, which is not zero at 0.
fn distinct_roots(sequence: &[Vec<RBig>]) -> i32 {
    let variations = |signs: Vec<bool>| signs.windows(2).filter(|two| two[0] != two[1]).count();
    let at_zero = sequence.iter().map(|one| &one[0]).filter(|value| **value != RBig::ZERO);
    let at_zero = variations(at_zero.map(|value| *value > RBig::ZERO).collect());
    let leading = sequence.iter().filter_map(|one| one.last());
    let at_infinity = variations(leading.map(|value| *value > RBig::ZERO).collect());
    at_zero as i32 - at_infinity as i32
}

fn remainder(mut dividend: Vec<RBig>, divisor: &[RBig]) -> Vec<RBig> {
    let leading = &divisor[divisor.len() - 1];
    while dividend.len() >= divisor.len() {
        let factor = &dividend[dividend.len() - 1] / leading;
        let shift = dividend.len() - divisor.len();
        for (place, coefficient) in divisor.iter().enumerate() {
            dividend[shift + place] -= &factor * coefficient;
        }
        dividend.pop();
    }
    trimmed(dividend)
}

/// Without leading zeros.
fn trimmed(mut coefficients: Vec<RBig>) -> Vec<RBig> {
    while coefficients.last().is_some_and(|leading| *leading == RBig::ZERO) {
        coefficients.pop();
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn product(factors: &[Vec<i64>]) -> Vec<RBig> {
        factors.iter().fold(vec![RBig::ONE], |product, factor| {
            let mut next = vec![RBig::ZERO; product.len() + factor.len() - 1];
            for (i, one) in product.iter().enumerate() {
                for (j, other) in factor.iter().enumerate() {
                    next[i + j] += one * RBig::from(*other);
                }
            }
            next
        })
    }

    #[test]
    fn roots_of_even_multiplicity_change_no_sign() {
        let (one, two) = (vec![-1, 1], vec![-2, 1]);
        let both = [one.clone(), one.clone(), two.clone(), two.clone(), two.clone(), two.clone()];
        assert!(is_nonnegative_above_zero(product(&both)));
        assert!(!is_nonnegative_above_zero(product(&both[..5])));
        assert!(!is_nonnegative_above_zero(product(&both[1..])));
        let cube = [one.clone(), one.clone(), one.clone(), two];
        assert!(!is_nonnegative_above_zero(product(&cube)), "two roots of odd multiplicity");
        assert!(is_nonnegative_above_zero(product(&[vec![0, 1], vec![3, 1]])), "roots at most 0");
        assert!(!is_nonnegative_above_zero(product(&[vec![0, -1], vec![3, 1]])));
        assert!(is_nonnegative_above_zero(Vec::new()));
    }

    proptest! {
        /// The oracle is the factors: squares and positive ones keep the sign, others do not.
        #[test]
        fn a_product_of_known_factors_has_the_sign_of_its_odd_roots(
            linear in prop::collection::vec((-4_i64..5, 1_usize..4), 0..4),
            quadratic in prop::collection::vec((-3_i64..4, 1_i64..4), 0..3),
            positive: bool,
        ) {
            let mut factors = vec![vec![if positive { 1 } else { -1 }]];
            for (root, times) in &linear {
                factors.extend(std::iter::repeat_n(vec![-root, 1], *times));
            }
            // (x - a)^2 + b.
            factors.extend(quadratic.iter().map(|(a, b)| vec![a * a + b, -2 * a, 1]));
            let odd = (1..5).any(|root| {
                let times = linear.iter().filter(|(known, _)| *known == root);
                times.map(|(_, times)| times).sum::<usize>() % 2 == 1
            });
            prop_assert_eq!(is_nonnegative_above_zero(product(&factors)), positive && !odd);
        }
    }
}
