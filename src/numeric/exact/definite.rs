//! Symmetric matrices of numbers: L D L' factors, definiteness, eigenvalues and square roots.

use super::error::ExactError;
use super::interval::Interval;
use super::number::Number;
use dashu_ratio::RBig;
use faer::{Mat, Side};

/// A = L D L' with unit lower triangular L (by rows) and diagonal D >= 0.
pub(super) struct Factorisation {
    pub(super) lower: Vec<Number>,
    pub(super) diagonal: Vec<Number>,
}

/// A vector v with v'Av < 0.
pub(super) struct NegativeDirection(pub(super) Vec<Number>);

/// The factors of an exact symmetric matrix, without any root.
///
/// # Errors
/// A direction of negative curvature where the matrix is not positive semidefinite.
pub(super) fn factorise(
    size: usize,
    symmetric: &[Number],
) -> Result<Factorisation, NegativeDirection> {
    let mut rest = symmetric.to_vec();
    let mut lower = vec![Number::ZERO; size * size];
    let mut diagonal = Vec::with_capacity(size);
    for k in 0..size {
        lower[k * size + k] = Number::ONE;
        let pivot = rest[k * size + k].clone();
        let coupled = (k + 1..size).find(|&i| !rest[i * size + k].is_zero());
        let negative = pivot.sign() == Some(std::cmp::Ordering::Less);
        if negative {
            return Err(direction(size, &lower, k, &[(k, Number::ONE)]));
        }
        if let Some(i) = coupled.filter(|_| pivot.is_zero()) {
            // [t, 1] [[0, b], [b, c]] [t, 1]' = 2 t b + c = -1 for t = -(c + 1)/(2 b).
            let (b, c) = (&rest[i * size + k], &rest[i * size + i]);
            let Some(inverse) = b.add(b).invert() else {
                unreachable!("the entry is not 0, this is a bug");
            };
            let t = c.add(&Number::ONE).multiply(&inverse).negate();
            return Err(direction(size, &lower, k, &[(k, t), (i, Number::ONE)]));
        }
        if let Some(inverse) = pivot.invert() {
            for i in k + 1..size {
                let factor = rest[i * size + k].multiply(&inverse);
                if factor.is_zero() {
                    continue;
                }
                for j in k + 1..=i {
                    let change = factor.multiply(&rest[j * size + k]);
                    rest[i * size + j] = rest[i * size + j].subtract(&change);
                }
                lower[i * size + k] = factor;
            }
        }
        diagonal.push(pivot);
    }
    Ok(Factorisation { lower, diagonal })
}

/// v = L^-T w for the first `known` columns of L and w given by its nonzero entries.
fn direction(
    size: usize,
    lower: &[Number],
    known: usize,
    entries: &[(usize, Number)],
) -> NegativeDirection {
    let mut vector = vec![Number::ZERO; size];
    for (place, value) in entries {
        vector[*place] = value.clone();
    }
    for j in (0..known).rev() {
        vector[j] = (j + 1..size)
            .fold(Number::ZERO, |sum, i| sum.subtract(&lower[i * size + j].multiply(&vector[i])));
    }
    NegativeDirection(vector)
}

/// Whether an exact matrix is its own transpose.
pub(super) fn is_symmetric(size: usize, entries: &[Number]) -> bool {
    (0..size).all(|i| {
        (0..i).all(|j| {
            let (a, b) = (&entries[i * size + j], &entries[j * size + i]);
            !matches!(a.compare(b), Some(order) if order.is_ne())
        })
    })
}

/// Whether an exact symmetric matrix is positive definite.
pub(super) fn is_positive_definite(size: usize, symmetric: &[Number]) -> bool {
    factorise(size, symmetric).is_ok_and(|factors| factors.diagonal.iter().all(Number::is_nonzero))
}

/// The rational midpoints of the entries, and a bound on the Frobenius norm of the distance.
fn centre(entries: &[Number]) -> (Vec<Number>, f64) {
    let mut square = Interval::new(0.0, 0.0);
    let middles = entries
        .iter()
        .map(|entry| {
            if entry.is_exact() {
                return entry.clone();
            }
            let interval = entry.interval();
            let radius = interval.radius();
            square =
                square.add(Interval::new(radius, radius).multiply(Interval::new(radius, radius)));
            rational(interval.middle())
        })
        .collect();
    (middles, square.upper.max(0.0).sqrt().next_up() * f64::from(u8::from(square.upper > 0.0)))
}

fn rational(value: f64) -> Number {
    RBig::try_from(value).map_or(Number::ZERO, Number::from)
}

/// The rational of smallest denominator near `value`, a guess that the caller verifies.
fn guess(value: f64, tolerance: f64) -> Number {
    match (RBig::try_from(value - tolerance), RBig::try_from(value + tolerance)) {
        (Ok(below), Ok(above)) if below < above => Number::from(RBig::simplest_in(below, above)),
        _ => rational(value),
    }
}

fn floating(size: usize, entries: &[Number]) -> Option<Mat<f64>> {
    let matrix = Mat::from_fn(size, size, |i, j| {
        // One triangle, so that rounding cannot make it non-symmetric.
        entries[i.max(j) * size + i.min(j)].to_f64()
    });
    (0..size).all(|j| (0..size).all(|i| matrix[(i, j)].is_finite())).then_some(matrix)
}

fn shifted(size: usize, entries: &[Number], shift: &Number) -> Vec<Number> {
    let mut result = entries.to_vec();
    for i in 0..size {
        result[i * size + i] = result[i * size + i].subtract(shift);
    }
    result
}

/// The smallest eigenvalue of a symmetric matrix: exact where it is a simple rational, else
/// enclosed. A floating-point guess is certified by exact factorisations of A - t I.
pub(super) fn smallest_eigenvalue(size: usize, entries: &[Number]) -> Result<Number, ExactError> {
    let undecided = || ExactError::Undecided { what: "an eigenvalue".to_owned() };
    let (middles, radius) = centre(entries);
    let matrix = floating(size, &middles).ok_or_else(undecided)?;
    let eigenvalues = matrix.self_adjoint_eigenvalues(Side::Lower).map_err(|_| undecided())?;
    let approximate = eigenvalues.first().copied().ok_or_else(undecided)?;
    let scale = eigenvalues.iter().fold(f64::MIN_POSITIVE, |scale, value| scale.max(value.abs()));
    if radius == 0.0 {
        let candidate = guess(approximate, scale * 1e-10);
        if let Ok(factors) = factorise(size, &shifted(size, &middles, &candidate))
            && factors.diagonal.iter().any(Number::is_zero)
        {
            return Ok(candidate);
        }
    }
    let mut distance = scale * 1e-15;
    while distance < scale {
        let (below, above) = (approximate - distance, approximate + distance);
        let is_below = factorise(size, &shifted(size, &middles, &rational(below))).is_ok();
        let is_above = factorise(size, &shifted(size, &middles, &rational(above))).is_err();
        if is_below && is_above {
            // Weyl: a change of the matrix moves no eigenvalue by more than its norm.
            let enclosure = Interval::new(below, above).add(Interval::new(-radius, radius));
            return Ok(Number::enclosed(enclosure));
        }
        distance *= 4.0;
    }
    Err(undecided())
}

/// The largest eigenvalue of a symmetric matrix, see [`smallest_eigenvalue`].
pub(super) fn largest_eigenvalue(size: usize, entries: &[Number]) -> Result<Number, ExactError> {
    let negated = entries.iter().map(Number::negate).collect::<Vec<_>>();
    Ok(smallest_eigenvalue(size, &negated)?.negate())
}

/// The positive definite square root of a positive definite matrix: exact where it is a simple
/// rational matrix, else enclosed.
///
/// # Errors
/// Where the matrix is not positive definite, or an enclosure of it is too wide to tell.
pub(super) fn square_root(
    size: usize,
    entries: &[Number],
    what: &str,
) -> Result<Vec<Number>, ExactError> {
    let undecided = || ExactError::Undecided { what: format!("the square root of {what}") };
    let (middles, radius) = centre(entries);
    if radius == 0.0 && !is_positive_definite(size, &middles) {
        let what = format!("{what} is not positive definite");
        return Err(ExactError::NotAdmissible { what });
    }
    let matrix = floating(size, &middles).ok_or_else(undecided)?;
    let eigen = matrix.self_adjoint_eigen(Side::Lower).map_err(|_| undecided())?;
    let (vectors, values) = (eigen.U(), eigen.S().column_vector());
    let root = Mat::from_fn(size, size, |i, j| {
        (0..size)
            .map(|k| vectors[(i.max(j), k)] * vectors[(i.min(j), k)] * values[k].max(0.0).sqrt())
            .sum::<f64>()
    });
    let by_rows = |number: &dyn Fn(f64) -> Number| {
        (0..size * size).map(|k| number(root[(k / size, k % size)])).collect::<Vec<_>>()
    };
    let scale = (0..size).fold(f64::MIN_POSITIVE, |scale, i| scale.max(root[(i, i)].abs()));
    if radius == 0.0 {
        let candidate = by_rows(&|value| guess(value, scale * 1e-9));
        if residual(size, &middles, &candidate).iter().all(Number::is_zero)
            && is_positive_definite(size, &candidate)
        {
            return Ok(candidate);
        }
    }
    // R, Q positive definite with R^2 = M: R (R - Q) + (R - Q) Q = M - Q^2, hence
    // |R - Q|_F <= |M - Q^2|_F / m for every m <= eigmin(Q).
    let approximation = by_rows(&rational);
    let smallest = values.iter().fold(f64::INFINITY, |least, value| least.min(*value));
    let bound = rational(0.9 * smallest.max(0.0).sqrt());
    if !bound.is_nonzero() || factorise(size, &shifted(size, &approximation, &bound)).is_err() {
        return Err(undecided());
    }
    let error = residual(size, &middles, &approximation)
        .iter()
        .fold(Number::ZERO, |sum, entry| sum.add(&entry.multiply(entry)))
        .root(2)
        .ok_or_else(undecided)?
        .interval()
        .add(Interval::new(0.0, radius))
        .divide(bound.interval())
        .upper;
    let enclose = |value: f64| Number::enclosed(Interval::centred(value, error));
    Ok(by_rows(&enclose))
}

/// M - Q^2.
fn residual(size: usize, square: &[Number], root: &[Number]) -> Vec<Number> {
    (0..size * size)
        .map(|place| {
            let (i, j) = (place / size, place % size);
            (0..size).fold(square[place].clone(), |rest, k| {
                rest.subtract(&root[i * size + k].multiply(&root[k * size + j]))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn numbers(entries: &[i64]) -> Vec<Number> {
        entries.iter().map(|&entry| Number::from(entry)).collect()
    }

    fn form(size: usize, matrix: &[Number], vector: &[Number]) -> Number {
        (0..size * size).fold(Number::ZERO, |sum, place| {
            let product = vector[place / size].multiply(&vector[place % size]);
            sum.add(&matrix[place].multiply(&product))
        })
    }

    #[test]
    fn the_factors_multiply_to_the_matrix() {
        let matrix = numbers(&[4, -2, 2, -2, 2, 0, 2, 0, 3]);
        let factors = factorise(3, &matrix).ok().unwrap();
        for (place, entry) in matrix.iter().enumerate() {
            let sum = (0..3).fold(Number::ZERO, |sum, k| {
                let left = factors.lower[place / 3 * 3 + k].multiply(&factors.diagonal[k]);
                sum.add(&left.multiply(&factors.lower[place % 3 * 3 + k]))
            });
            assert!(sum.subtract(entry).is_zero());
        }
    }

    #[test]
    fn a_matrix_that_is_not_semidefinite_shows_a_negative_direction() {
        let indefinite: [&[i64]; 4] = [&[1, 2, 2, 1], &[0, 1, 1, 5], &[0, 0, 0, -1], &[2, 2, 2, 2]];
        for entries in &indefinite[..3] {
            let matrix = numbers(entries);
            let NegativeDirection(vector) = factorise(2, &matrix).err().unwrap();
            assert_eq!(form(2, &matrix, &vector).sign(), Some(std::cmp::Ordering::Less));
        }
        assert!(factorise(2, &numbers(indefinite[3])).is_ok());
        let hidden = numbers(&[1, 1, 1, 1, 1, 2, 1, 2, 1]);
        let NegativeDirection(vector) = factorise(3, &hidden).err().unwrap();
        assert_eq!(form(3, &hidden, &vector).sign(), Some(std::cmp::Ordering::Less));
    }

    #[test]
    fn a_rational_eigenvalue_is_exact_and_another_enclosed() {
        let rational = smallest_eigenvalue(2, &numbers(&[2, 1, 1, 2])).unwrap();
        assert_eq!(rational.to_string(), "1");
        // Oracle: the roots of x^2 - 3 x + 1.
        let golden = largest_eigenvalue(2, &numbers(&[2, 1, 1, 1])).unwrap();
        assert!(golden.exact().is_none());
        assert_relative_eq!(golden.to_f64(), (3.0 + 5.0_f64.sqrt()) / 2.0, epsilon = 1e-14);
        assert!(golden.interval().width() < 1e-13);
    }

    #[test]
    fn the_root_of_a_square_is_exact_and_another_enclosed() {
        // [[2, 1], [1, 1]]^2 = [[5, 3], [3, 2]].
        let exact = square_root(2, &numbers(&[5, 3, 3, 2]), "A").unwrap();
        assert_eq!(exact.iter().map(Number::to_string).collect::<Vec<_>>(), ["2", "1", "1", "1"]);
        let entries = numbers(&[2, 1, 1, 3]);
        let root = square_root(2, &entries, "A").unwrap();
        for entry in residual(2, &entries, &root) {
            assert!(entry.interval().contains_zero());
            assert!(entry.interval().width() < 1e-12);
        }
        assert!(square_root(2, &numbers(&[1, 2, 2, 1]), "A").is_err());
    }
}
