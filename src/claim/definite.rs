//! Exact tests of the attributes of a matrix literal.

use dashu_ratio::RBig;

/// Whether the matrix equals its transpose.
pub(super) fn is_symmetric(rows: &[Vec<RBig>]) -> bool {
    let square = rows.iter().all(|row| row.len() == rows.len());
    square && (0..rows.len()).all(|i| (0..i).all(|j| rows[i][j] == rows[j][i]))
}

/// Whether a symmetric matrix is positive definite: all pivots of A = L D L' are positive.
pub(super) fn is_positive_definite(rows: &[Vec<RBig>]) -> bool {
    let mut rest = rows.to_vec();
    (0..rest.len()).all(|k| {
        let positive = rest[k][k] > RBig::ZERO;
        if positive {
            eliminate(&mut rest, k);
        }
        positive
    })
}

/// Whether a square matrix has an inverse: elimination finds a nonzero pivot in every column.
pub(super) fn is_invertible(rows: &[Vec<RBig>]) -> bool {
    let mut rest = rows.to_vec();
    (0..rest.len()).all(|k| {
        let pivot = (k..rest.len()).find(|row| rest[*row][k] != RBig::ZERO);
        if let Some(row) = pivot {
            rest.swap(k, row);
            eliminate(&mut rest, k);
        }
        pivot.is_some()
    })
}

/// Subtracts multiples of row `k` from the rows below so that column `k` vanishes there.
fn eliminate(rows: &mut [Vec<RBig>], k: usize) {
    let (above, below) = rows.split_at_mut(k + 1);
    let pivot = &above[k];
    for row in below.iter_mut().filter(|row| row[k] != RBig::ZERO) {
        let factor = &row[k] / &pivot[k];
        for (entry, above) in row.iter_mut().zip(pivot).skip(k) {
            *entry -= &factor * above;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[i32]]) -> Vec<Vec<RBig>> {
        rows.iter().map(|row| row.iter().map(|entry| RBig::from(*entry)).collect()).collect()
    }

    #[test]
    fn a_positive_diagonal_is_not_enough_to_be_definite() {
        assert!(is_positive_definite(&matrix(&[&[2, 1], &[1, 2]])));
        assert!(!is_positive_definite(&matrix(&[&[1, 2], &[2, 1]])));
        assert!(!is_positive_definite(&matrix(&[&[1, 1], &[1, 1]])));
    }

    #[test]
    fn a_zero_pivot_is_no_obstacle_to_an_inverse() {
        assert!(is_invertible(&matrix(&[&[0, 1], &[1, 0]])));
        assert!(!is_invertible(&matrix(&[&[1, 2], &[2, 4]])));
    }

    #[test]
    fn a_matrix_with_short_rows_is_not_symmetric() {
        assert!(is_symmetric(&matrix(&[&[1, 3], &[3, 2]])));
        assert!(!is_symmetric(&matrix(&[&[1, 2], &[3, 4]])));
        assert!(!is_symmetric(&matrix(&[&[1], &[3]])));
    }
}
