//! Small matrices of numbers of the field.

use super::field::Number;
use num_traits::{One, Zero};

/// A matrix, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matrix {
    pub(super) rows: usize,
    pub(super) columns: usize,
    entries: Vec<Number>,
}

impl Matrix {
    /// The matrix with these entries by row and column.
    pub(super) fn from_fn(
        rows: usize,
        columns: usize,
        mut entry: impl FnMut(usize, usize) -> Number,
    ) -> Self {
        let mut entries = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            entries.extend((0..columns).map(|column| entry(row, column)));
        }
        Self { rows, columns, entries }
    }

    /// A multiple of the identity.
    pub(super) fn identity(size: usize, factor: Number) -> Self {
        Self::from_fn(size, size, |i, j| if i == j { factor } else { Number::zero() })
    }

    /// A 1 x 1 matrix.
    pub(super) fn scalar(value: Number) -> Self {
        Self::identity(1, value)
    }

    /// The entry of a 1 x 1 matrix.
    pub(super) fn as_scalar(&self) -> Option<Number> {
        if self.rows == 1 && self.columns == 1 { Some(self.entries[0]) } else { None }
    }

    /// An entry.
    pub(super) fn entry(&self, row: usize, column: usize) -> Number {
        self.entries[row * self.columns + column]
    }

    /// Changes an entry.
    pub(super) fn add_to(&mut self, row: usize, column: usize, value: Number) {
        let entry = &mut self.entries[row * self.columns + column];
        *entry = *entry + value;
    }

    /// Every entry changed.
    pub(super) fn map(&self, change: impl Fn(Number) -> Number) -> Self {
        Self { entries: self.entries.iter().map(|one| change(*one)).collect(), ..*self }
    }

    /// The sum of self and a multiple of another; `None` where shapes differ.
    pub(super) fn plus(&self, other: &Self, factor: Number) -> Option<Self> {
        if (self.rows, self.columns) != (other.rows, other.columns) {
            return None;
        }
        let sum = |i, j| self.entry(i, j) + factor * other.entry(i, j);
        Some(Self::from_fn(self.rows, self.columns, sum))
    }

    /// The matrix product; `None` where shapes do not fit.
    pub(super) fn times(&self, other: &Self) -> Option<Self> {
        if self.columns != other.rows {
            return None;
        }
        let entry = |i: usize, j: usize| {
            (0..self.columns)
                .fold(Number::zero(), |sum, k| sum + self.entry(i, k) * other.entry(k, j))
        };
        Some(Self::from_fn(self.rows, other.columns, entry))
    }

    /// The entries, row by row.
    pub(super) fn into_entries(self) -> Vec<Number> {
        self.entries
    }

    /// The transpose.
    pub(super) fn transpose(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |i, j| self.entry(j, i))
    }

    /// The trace; `None` for a matrix that is not square.
    pub(super) fn trace(&self) -> Option<Number> {
        (self.rows == self.columns)
            .then(|| (0..self.rows).fold(Number::zero(), |sum, i| sum + self.entry(i, i)))
    }

    /// Whether every entry is zero, infinitesimals included.
    pub(super) fn is_zero(&self) -> bool {
        self.entries.iter().all(Zero::is_zero)
    }

    /// The inverse, by elimination; `None` where there is none.
    pub(super) fn inverse(&self) -> Option<Self> {
        if self.rows != self.columns {
            return None;
        }
        let size = self.rows;
        let mut left = self.clone();
        let mut right = Self::identity(size, Number::one());
        for column in 0..size {
            let pivot = (column..size).find(|&row| !left.entry(row, column).is_singular())?;
            for k in 0..size {
                left.entries.swap(pivot * size + k, column * size + k);
                right.entries.swap(pivot * size + k, column * size + k);
            }
            let scale = left.entry(column, column).inverse()?;
            for k in 0..size {
                left.entries[column * size + k] = left.entry(column, k) * scale;
                right.entries[column * size + k] = right.entry(column, k) * scale;
            }
            for row in (0..size).filter(|row| *row != column) {
                let factor = -left.entry(row, column);
                for k in 0..size {
                    let (a, b) = (left.entry(column, k), right.entry(column, k));
                    left.add_to(row, k, factor * a);
                    right.add_to(row, k, factor * b);
                }
            }
        }
        Some(right)
    }

    /// The power of a square matrix.
    pub(super) fn power(&self, exponent: i32) -> Option<Self> {
        let base = if exponent < 0 { self.inverse()? } else { self.clone() };
        let mut power = Self::identity(self.rows, Number::one());
        for _ in 0..exponent.unsigned_abs() {
            power = power.times(&base)?;
        }
        Some(power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_undoes_its_matrix() {
        let entry = |i: usize, j: usize| {
            Number::residue((i as u64 + 2).pow(j as u32)) + Number::infinitesimal((i + j) % 2)
        };
        let matrix = Matrix::from_fn(3, 3, entry);
        let product = matrix.times(&matrix.inverse().unwrap()).unwrap();
        assert_eq!(product, Matrix::identity(3, Number::one()));
        assert_eq!(matrix.power(-2), matrix.times(&matrix).unwrap().inverse());
    }

    #[test]
    fn a_singular_matrix_has_no_inverse() {
        let matrix = Matrix::from_fn(2, 2, |i, j| Number::residue(((i + 1) * (j + 1)) as u64));
        assert_eq!(matrix.inverse(), None);
    }
}
