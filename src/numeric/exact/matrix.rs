//! Dense matrices of polynomials.

use super::error::ExactError;
use super::number::Number;
use super::polynomial::{Accumulator, Polynomial};

/// A matrix of polynomials, by rows; a scalar is 1 x 1.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) entries: Vec<Polynomial>,
}

impl Matrix {
    /// The matrix with these entries.
    pub(super) fn from_fn(
        rows: usize,
        columns: usize,
        mut entry: impl FnMut(usize, usize) -> Polynomial,
    ) -> Self {
        let entries = (0..rows * columns).map(|k| entry(k / columns, k % columns)).collect();
        Self { rows, columns, entries }
    }

    pub(super) fn scalar(value: Polynomial) -> Self {
        Self { rows: 1, columns: 1, entries: vec![value] }
    }

    pub(super) fn number(value: Number) -> Self {
        Self::scalar(Polynomial::constant(value))
    }

    pub(super) fn identity(size: usize) -> Self {
        Self::from_fn(size, size, |i, j| {
            if i == j { Polynomial::constant(Number::ONE) } else { Polynomial::zero() }
        })
    }

    pub(super) fn entry(&self, row: usize, column: usize) -> &Polynomial {
        &self.entries[row * self.columns + column]
    }

    pub(super) fn is_scalar(&self) -> bool {
        self.rows == 1 && self.columns == 1
    }

    /// The entries as numbers, unless one has a variable.
    pub(super) fn numbers(&self) -> Option<Vec<Number>> {
        self.entries.iter().map(Polynomial::as_constant).collect()
    }

    pub(super) fn from_numbers(rows: usize, columns: usize, entries: Vec<Number>) -> Self {
        Self { rows, columns, entries: entries.into_iter().map(Polynomial::constant).collect() }
    }

    fn map(&self, function: impl FnMut(&Polynomial) -> Polynomial) -> Self {
        let entries = self.entries.iter().map(function).collect();
        Self { rows: self.rows, columns: self.columns, entries }
    }

    pub(super) fn negate(&self) -> Self {
        self.map(Polynomial::negate)
    }

    /// The sum of two matrices of one shape.
    pub(super) fn add(&self, other: &Self) -> Self {
        let pairs = self.entries.iter().zip(&other.entries);
        let entries = pairs.map(|(a, b)| a.add(b)).collect();
        Self { rows: self.rows, columns: self.columns, entries }
    }

    pub(super) fn subtract(&self, other: &Self) -> Self {
        self.add(&other.negate())
    }

    pub(super) fn transpose(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |i, j| self.entry(j, i).clone())
    }

    pub(super) fn trace(&self) -> Polynomial {
        let mut sum = Accumulator::default();
        for i in 0..self.rows.min(self.columns) {
            sum.add_polynomial(self.entry(i, i));
        }
        sum.finish()
    }

    pub(super) fn scale(&self, factor: &Polynomial) -> Self {
        match factor.as_constant() {
            Some(value) => self.map(|entry| entry.scale(&value)),
            None => self.map(|entry| entry.multiply(factor)),
        }
    }

    /// The matrix product of factors whose inner sizes agree.
    pub(super) fn multiply(&self, other: &Self) -> Self {
        Self::from_fn(self.rows, other.columns, |i, j| {
            let mut sum = Accumulator::default();
            for k in 0..self.columns {
                sum.add_product(self.entry(i, k), other.entry(k, j));
            }
            sum.finish()
        })
    }

    /// Terms that [`Self::multiply`] multiplies: what the product costs.
    pub(super) fn cost_of_product(&self, other: &Self) -> u64 {
        let count = |column: &Polynomial| column.len().max(1);
        (0..self.columns).fold(0, |sum: u64, k| {
            let left = (0..self.rows).map(|i| count(self.entry(i, k))).sum::<u64>();
            let right = (0..other.columns).map(|j| count(other.entry(k, j))).sum::<u64>();
            sum.saturating_add(left.saturating_mul(right))
        })
    }

    /// Terms that are stored.
    pub(super) fn terms(&self) -> u64 {
        self.entries.iter().map(|entry| entry.len().max(1)).sum()
    }

    /// The inverse: exact elimination of the constant part C, and the Neumann series of the
    /// nilpotent rest R, (C + R)^-1 = sum (-C^-1 R)^k C^-1, which ends.
    ///
    /// # Errors
    /// Where C is singular ([`ExactError::NotAdmissible`]), where an enclosure is too wide, or
    /// where R has a variable that is not infinitesimal.
    pub(super) fn inverse(&self, what: &str) -> Result<Self, ExactError> {
        if let Some(kind) = self.entries.iter().find_map(Polynomial::free_variable) {
            return Err(ExactError::variable_divisor(kind, what));
        }
        let (constants, rest): (Vec<_>, Vec<_>) =
            self.entries.iter().map(Polynomial::split_constant).unzip();
        let inverse =
            Self::from_numbers(self.rows, self.rows, invert_numbers(self.rows, constants, what)?);
        if rest.iter().all(Polynomial::is_zero) {
            return Ok(inverse);
        }
        let rest = Self { rows: self.rows, columns: self.columns, entries: rest };
        let step = inverse.multiply(&rest).negate();
        let mut term = inverse.clone();
        let mut sum = inverse;
        loop {
            term = step.multiply(&term);
            if term.entries.iter().all(Polynomial::is_zero) {
                return Ok(sum);
            }
            sum = sum.add(&term);
        }
    }
}

/// The inverse of a matrix of numbers by Gauss-Jordan elimination.
fn invert_numbers(
    size: usize,
    mut left: Vec<Number>,
    what: &str,
) -> Result<Vec<Number>, ExactError> {
    let mut right = vec![Number::ZERO; size * size];
    for i in 0..size {
        right[i * size + i] = Number::ONE;
    }
    for column in 0..size {
        // For enclosures the largest pivot keeps the result narrow; exact pivots only need to
        // be nonzero, and the largest is as good as any.
        let pivot = (column..size).filter(|&row| left[row * size + column].is_nonzero()).max_by(
            |&a, &b| {
                let size_of = |row: usize| left[row * size + column].to_f64().abs();
                size_of(a).total_cmp(&size_of(b)).then(b.cmp(&a))
            },
        );
        let Some(pivot) = pivot else {
            let undecided = (column..size).any(|row| !left[row * size + column].is_exact());
            return Err(if undecided {
                ExactError::Undecided { what: format!("whether {what} is invertible") }
            } else if size == 1 {
                ExactError::NotAdmissible { what: format!("{what} is 0") }
            } else {
                ExactError::NotAdmissible { what: format!("{what} is singular") }
            });
        };
        for k in 0..size {
            left.swap(pivot * size + k, column * size + k);
            right.swap(pivot * size + k, column * size + k);
        }
        let Some(inverse) = left[column * size + column].invert() else {
            unreachable!("the pivot is nonzero, this is a bug");
        };
        for k in 0..size {
            left[column * size + k] = left[column * size + k].multiply(&inverse);
            right[column * size + k] = right[column * size + k].multiply(&inverse);
        }
        for row in (0..size).filter(|&row| row != column) {
            let factor = left[row * size + column].clone();
            if factor.is_zero() {
                continue;
            }
            for k in 0..size {
                for side in [&mut left, &mut right] {
                    let change = factor.multiply(&side[column * size + k]);
                    side[row * size + k] = side[row * size + k].subtract(&change);
                }
            }
            // Exactly 0 by construction, also where the entries are enclosures.
            left[row * size + column] = Number::ZERO;
        }
    }
    Ok(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::exact::monomial::Variable;

    fn matrix(size: usize, entries: &[i64]) -> Matrix {
        Matrix::from_numbers(size, size, entries.iter().map(|&n| Number::from(n)).collect())
    }

    fn is_identity(product: &Matrix) -> bool {
        product.subtract(&Matrix::identity(product.rows)).entries.iter().all(Polynomial::is_zero)
    }

    #[test]
    fn an_inverse_is_an_inverse() {
        let a = matrix(3, &[0, 2, 1, 1, 0, 3, 2, 1, 1]);
        let inverse = a.inverse("A").unwrap();
        assert!(is_identity(&a.multiply(&inverse)));
        assert!(is_identity(&inverse.multiply(&a)));
    }

    #[test]
    fn a_singular_matrix_is_not_admissible() {
        let error = matrix(2, &[1, 2, 2, 4]).inverse("`A`").unwrap_err();
        assert_eq!(error.to_string(), "the instance is not admissible: `A` is singular");
    }

    #[test]
    fn the_inverse_of_a_perturbed_matrix_is_exact_to_every_level() {
        let mut a = matrix(2, &[2, 1, 1, 1]);
        for (level, place) in [(0, 0), (0, 1), (1, 3), (2, 2)] {
            let direction = Variable::infinitesimal(level, place).unwrap();
            a.entries[place] = a.entries[place].add(&Polynomial::variable(direction));
        }
        assert!(is_identity(&a.multiply(&a.inverse("A").unwrap())));
    }

    #[test]
    fn a_random_divisor_is_refused() {
        let random = Polynomial::variable(Variable::coordinate(0).unwrap());
        assert!(Matrix::scalar(random).inverse("x").is_err());
    }
}
