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

/// The largest absolute curvature by power iteration: a few products of the second derivatives with
/// a vector, each from two gradients.
#[derive(Clone, Debug)]
pub(super) struct Curvature {
    /// The estimate: at most the largest absolute eigenvalue, and rarely below it by a tenth.
    pub(super) largest: f64,
    /// Where the iteration goes on: a unit vector.
    direction: Vec<f64>,
}

impl Curvature {
    /// Products of one estimate.
    const PRODUCTS: u64 = 10;

    /// No estimate yet: no curvature.
    pub(super) fn unknown(dimension: usize) -> Self {
        // Multiples of the golden ratio, spread evenly: orthogonal to nothing in particular.
        let entry = |i: usize| (i as f64 * 0.618_033_988_749_895).fract() - 0.45;
        Self { largest: 0.0, direction: (0..dimension).map(entry).collect() }
    }

    /// Estimates it at `point`, and returns the number of gradients that took. Where second
    /// derivatives vanish along the way or are not finite it stays as it was.
    pub(super) fn estimate(&mut self, objective: &dyn Objective, point: &[f64]) -> u64 {
        let step = f64::EPSILON.cbrt() * norm(point).max(1.0);
        let (mut ahead, mut behind) = (vec![0.0; point.len()], vec![0.0; point.len()]);
        let mut moved = vec![0.0; point.len()];
        for done in 0..Self::PRODUCTS {
            let length = norm(&self.direction);
            for (side, slope) in [(step, &mut ahead), (-step, &mut behind)] {
                for ((to, x), along) in moved.iter_mut().zip(point).zip(&self.direction) {
                    *to = x + side / length * along;
                }
                objective.gradient(&moved, slope);
            }
            let entries = ahead.iter().zip(&behind).map(|(a, b)| (a - b) / (2.0 * step));
            let product: Vec<f64> = entries.collect();
            let size = norm(&product);
            if !(size.is_finite() && size > 0.0) {
                return 2 * (done + 1);
            }
            self.largest = size;
            self.direction = product;
        }
        2 * Self::PRODUCTS
    }
}
