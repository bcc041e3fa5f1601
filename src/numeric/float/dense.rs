//! Dense linear algebra with its results checked.

use super::error::FloatError;
use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, MatRef, Side};

/// Largest residual |A A^-1 - I| (Frobenius) of an inverse that still counts.
const RESIDUAL: f64 = 1e-8;

/// Largest relative asymmetry that rounding explains.
const ASYMMETRY: f64 = 1e-9;

/// The inverse, by LU with partial pivoting.
///
/// # Errors
/// [`FloatError::DivisionByZero`] for the number 0, [`FloatError::Singular`] if the residual
/// |A A^-1 - I| is not small.
pub(crate) fn inverse(matrix: MatRef<'_, f64>) -> Result<Mat<f64>, FloatError> {
    if matrix.nrows() == 1 {
        let value = matrix[(0, 0)];
        if value == 0.0 {
            return Err(FloatError::DivisionByZero);
        }
        return Ok(Mat::full(1, 1, 1.0 / value));
    }
    finite(matrix)?;
    let inverse = matrix.partial_piv_lu().inverse();
    let residual: Mat<f64> =
        matrix * &inverse - Mat::<f64>::identity(matrix.nrows(), matrix.nrows());
    if residual.norm_l2() < RESIDUAL { Ok(inverse) } else { Err(FloatError::Singular) }
}

/// Eigenvectors (columns) and ascending eigenvalues of a symmetric matrix.
///
/// # Errors
/// [`FloatError::Domain`] if the matrix is not symmetric, [`FloatError::NoConvergence`].
pub(crate) fn symmetric_eigen(matrix: MatRef<'_, f64>) -> Result<(Mat<f64>, Vec<f64>), FloatError> {
    finite(matrix)?;
    let asymmetry: Mat<f64> = matrix - matrix.transpose();
    if asymmetry.norm_l2() > ASYMMETRY * matrix.norm_l2() {
        return Err(FloatError::Domain { what: "the matrix is not symmetric" });
    }
    let eigen = matrix
        .self_adjoint_eigen(Side::Lower)
        .map_err(|_| FloatError::NoConvergence { method: "the symmetric eigenvalue iteration" })?;
    let values = eigen.S().column_vector().iter().copied().collect();
    Ok((eigen.U().to_owned(), values))
}

/// A f(eigenvalues) A' for the eigenvectors A of a symmetric matrix.
fn spectral(
    matrix: MatRef<'_, f64>,
    function: impl Fn(f64, f64) -> Result<f64, FloatError>,
) -> Result<Mat<f64>, FloatError> {
    let (vectors, values) = symmetric_eigen(matrix)?;
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let images =
        values.iter().map(|&value| function(value, largest)).collect::<Result<Vec<_>, _>>()?;
    let scaled = Mat::from_fn(matrix.nrows(), matrix.nrows(), |row, column| {
        vectors[(row, column)] * images[column]
    });
    Ok(&scaled * vectors.transpose())
}

/// `matrix^exponent` of a positive definite matrix (a positive scalar included).
///
/// # Errors
/// [`FloatError::Domain`] if an eigenvalue is not positive.
pub(crate) fn fractional_power(
    matrix: MatRef<'_, f64>,
    exponent: f64,
) -> Result<Mat<f64>, FloatError> {
    if matrix.nrows() == 1 {
        return Ok(Mat::full(1, 1, scalar_power(matrix[(0, 0)], exponent)?));
    }
    spectral(matrix, |value, _| {
        if value > 0.0 {
            Ok(value.powf(exponent))
        } else {
            Err(FloatError::Domain {
                what: "a fractional power of a matrix that is not positive definite",
            })
        }
    })
}

/// `value^exponent` of a nonnegative number.
///
/// # Errors
/// [`FloatError::Domain`] for a negative number, [`FloatError::DivisionByZero`] for 0 under a
/// negative exponent.
pub(crate) fn scalar_power(value: f64, exponent: f64) -> Result<f64, FloatError> {
    if value < 0.0 && exponent.fract() != 0.0 {
        Err(FloatError::Domain { what: "a root of a negative number" })
    } else if value == 0.0 && exponent < 0.0 {
        Err(FloatError::DivisionByZero)
    } else if exponent == 0.5 {
        Ok(value.sqrt())
    } else {
        Ok(value.powf(exponent))
    }
}

/// Some F with F F' = `covariance`: the Cholesky factor, or for a semidefinite matrix the
/// symmetric root.
///
/// # Errors
/// [`FloatError::Domain`] if the matrix is not symmetric positive semidefinite up to rounding.
pub(crate) fn covariance_factor(covariance: MatRef<'_, f64>) -> Result<Mat<f64>, FloatError> {
    const WHAT: &str = "a covariance is not symmetric positive semidefinite";
    finite(covariance)?;
    let asymmetry: Mat<f64> = covariance - covariance.transpose();
    if asymmetry.norm_l2() > ASYMMETRY * covariance.norm_l2() {
        return Err(FloatError::Domain { what: WHAT });
    }
    if let Ok(factor) = covariance.llt(Side::Lower) {
        return Ok(factor.L().to_owned());
    }
    spectral(covariance, |value, largest| {
        // Zero eigenvalues come out as rounding of either sign.
        if value >= -1e-12 * largest {
            Ok(value.max(0.0).sqrt())
        } else {
            Err(FloatError::Domain { what: WHAT })
        }
    })
}

/// The largest singular value.
///
/// # Errors
/// [`FloatError::NoConvergence`].
pub(crate) fn operator_norm(matrix: MatRef<'_, f64>) -> Result<f64, FloatError> {
    finite(matrix)?;
    let values = matrix
        .singular_values()
        .map_err(|_| FloatError::NoConvergence { method: "the singular value iteration" })?;
    Ok(values.into_iter().fold(0.0, f64::max))
}

/// An error unless every entry is finite.
pub(crate) fn finite(matrix: MatRef<'_, f64>) -> Result<(), FloatError> {
    let all = (0..matrix.ncols())
        .all(|column| (0..matrix.nrows()).all(|row| matrix[(row, column)].is_finite()));
    if all { Ok(()) } else { Err(FloatError::NotFinite) }
}
