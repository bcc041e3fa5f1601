//! Changes of the basis of the inputs, and what they do to the active weights.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};

/// The eigenvalues of a covariance, and its eigenvectors, one a column; none where it is diagonal and
/// they are the unit vectors.
pub(super) fn spectrum(covariance: &Mat<f64>) -> (Vec<f64>, Option<Mat<f64>>) {
    let d = covariance.nrows();
    if (0..d).all(|j| (0..d).all(|i| i == j || covariance[(i, j)] == 0.0)) {
        return ((0..d).map(|i| covariance[(i, i)]).collect(), None);
    }
    let eigen = covariance.self_adjoint_eigen(Side::Lower);
    let eigen = eigen.expect("a covariance has eigenvalues: this is a bug");
    let values = eigen.S().column_vector().iter().map(|value| value.max(0.0)).collect();
    (values, Some(eigen.U().to_owned()))
}

/// The active weights `p1 -> F p1`, `A -> F A F'`, `q -> F q`; `p0` stays. `scratch` has as many
/// numbers.
pub(super) fn transform(
    factor: MatRef<'_, f64>,
    from: &[f64],
    to: &mut [f64],
    scratch: &mut [f64],
) {
    let size = from.len().isqrt();
    let d = size - 1;
    // (p1, A), and below it (p0, q').
    let all = MatRef::from_column_major_slice(from, size, size);
    let mut half = MatMut::from_column_major_slice_mut(scratch, size, size);
    let mut out = MatMut::from_column_major_slice_mut(to, size, size);
    let replace = Accum::Replace;
    half.copy_from(all);
    matmul(half.as_mut().subrows_mut(0, d), replace, factor, all.subrows(0, d), 1.0, Par::Seq);
    out.as_mut().col_mut(0).copy_from(half.as_ref().col(0));
    let columns = half.as_ref().subcols(1, d);
    matmul(out.subcols_mut(1, d), replace, columns, factor.transpose(), 1.0, Par::Seq);
}
