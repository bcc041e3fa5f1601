//! A loss as a function of all its parameters in one vector.

use faer::Mat;

/// A twice differentiable loss of a vector of parameters.
pub trait Objective {
    /// The number of parameters.
    fn dimension(&self) -> usize;

    /// The loss at `point`.
    fn value(&self, point: &[f64]) -> f64;

    /// Overwrites `gradient` with the partial derivatives at `point`.
    fn gradient(&self, point: &[f64], gradient: &mut [f64]);

    /// The matrix of second derivatives at `point`: by default central differences of the
    /// gradient, made symmetric.
    ///
    /// # Formula
    /// ```text
    /// H e_i = (g(x + s e_i) - g(x - s e_i))/(2 s) + O(s^2 + eps/s),  s = eps^(1/3) max(1, |x_i|)
    /// ```
    fn hessian(&self, point: &[f64]) -> Mat<f64> {
        let dimension = self.dimension();
        let mut hessian = Mat::zeros(dimension, dimension);
        let mut moved = point.to_vec();
        let (mut ahead, mut behind) = (vec![0.0; dimension], vec![0.0; dimension]);
        for column in 0..dimension {
            // eps^(1/3) balances truncation against rounding.
            let step = f64::EPSILON.cbrt() * point[column].abs().max(1.0);
            moved[column] = point[column] + step;
            let right = moved[column];
            self.gradient(&moved, &mut ahead);
            moved[column] = point[column] - step;
            let left = moved[column];
            self.gradient(&moved, &mut behind);
            moved[column] = point[column];
            for row in 0..dimension {
                hessian[(row, column)] = (ahead[row] - behind[row]) / (right - left);
            }
        }
        Mat::from_fn(dimension, dimension, |i, j| f64::midpoint(hessian[(i, j)], hessian[(j, i)]))
    }
}

/// The Euclidean norm.
pub(super) fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}

/// The Euclidean distance.
pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// f(x, y) = x^3 y + y^2 with Hessian [[6 x y, 3 x^2], [3 x^2, 2]].
    struct Cubic;

    impl Objective for Cubic {
        fn dimension(&self) -> usize {
            2
        }
        fn value(&self, point: &[f64]) -> f64 {
            point[0].powi(3) * point[1] + point[1].powi(2)
        }
        fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
            gradient[0] = 3.0 * point[0].powi(2) * point[1];
            gradient[1] = point[0].powi(3) + 2.0 * point[1];
        }
    }

    #[test]
    fn the_hessian_by_differences_agrees_with_the_formula() {
        let (x, y) = (1.5, -2.0);
        let hessian = Cubic.hessian(&[x, y]);
        let expected = faer::mat![[6.0 * x * y, 3.0 * x * x], [3.0 * x * x, 2.0]];
        assert!((hessian - expected).norm_l2() < 1e-8);
    }
}
