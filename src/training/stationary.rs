//! Whether the end of a flow counts as a minimum, and how far the limit still is.

use super::objective::{Objective, norm};
use faer::{Mat, Side};

/// Eigenvalues below this part of the largest one are rounding: a Hessian by differences of the
/// gradient is right to about eps^(2/3) = 4e-11 of the third derivatives.
const ROUNDING: f64 = 1e-8;

/// Second derivatives at a point, seen from the gradient there.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// The largest absolute eigenvalue.
    pub(super) stiffness: f64,
    /// The smallest eigenvalue.
    pub(super) lowest: f64,
    /// The smallest eigenvalue that counts as positive.
    pub(super) smallest_positive: Option<f64>,
    /// The number of eigenvalues that count as zero.
    pub(super) flat: usize,
    /// An eigenvalue is negative beyond rounding.
    pub(super) descends: bool,
    /// The part of the gradient along directions in which the loss counts as flat.
    flat_gradient: f64,
    gradient: f64,
}

impl Surroundings {
    /// Looks around `point`. Minima of a product of letters form a manifold, with eigenvalues 0
    /// along it; at a small distance from it they are of order |g|/`scale`, the length of the
    /// gradient over the radius of curvature, and count as zero.
    ///
    /// None where the Hessian is not finite or has no eigenvalues.
    pub(super) fn of(
        objective: &dyn Objective,
        point: &[f64],
        gradient: &[f64],
        scale: f64,
    ) -> Option<Self> {
        let dimension = point.len();
        let hessian: Mat<f64> = objective.hessian(point);
        let finite = (0..dimension)
            .all(|column| (0..dimension).all(|row| hessian[(row, column)].is_finite()));
        if !finite {
            return None;
        }
        let eigen = hessian.self_adjoint_eigen(Side::Lower).ok()?;
        let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
        let stiffness = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let size = norm(gradient);
        let zero = ROUNDING * stiffness + 100.0 * size / scale;
        let along = |index: usize| -> f64 {
            (0..dimension).map(|row| eigen.U()[(row, index)] * gradient[row]).sum()
        };
        let flat: Vec<usize> =
            (0..dimension).filter(|&index| values[index].abs() <= zero).collect();
        Some(Self {
            stiffness,
            lowest: values.iter().copied().fold(f64::INFINITY, f64::min),
            smallest_positive: values
                .iter()
                .copied()
                .filter(|&value| value > zero)
                .min_by(f64::total_cmp),
            descends: values.iter().any(|&value| value < -zero),
            flat_gradient: flat.iter().map(|&index| along(index).powi(2)).sum::<f64>().sqrt(),
            flat: flat.len(),
            gradient: size,
        })
    }

    /// How far the limit of the flow still is, |g|/(smallest positive eigenvalue); none where this
    /// is no minimum: the loss falls along a direction of negative curvature, or the gradient lies
    /// along directions without curvature (a slope, or a degenerate minimum that is approached
    /// slower than exponentially). Along a manifold of minima the gradient is of second order.
    pub(super) fn distance(&self) -> Option<f64> {
        let settled = !self.descends && self.flat_gradient <= 0.05 * self.gradient;
        self.smallest_positive.filter(|_| settled).map(|curvature| self.gradient / curvature)
    }
}
