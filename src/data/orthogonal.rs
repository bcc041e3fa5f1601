//! Orthogonal matrices from the Haar measure.

use super::stream::fill_with_normals;
use faer::Mat;
use rand_chacha::ChaCha8Rng;

/// A matrix of O(d) from the Haar measure, both determinants.
///
/// # Formula
/// The `Q` of `G = Q R` with independent standard normals in `G` and a positive diagonal in `R`;
/// without the signs the law is another one.
///
/// # Source
/// Mezzadri, "How to generate random matrices from the classical compact groups", Notices of the
/// AMS 54 (2007).
pub fn haar_orthogonal(dimension: usize, generator: &mut ChaCha8Rng) -> Mat<f64> {
    let mut normals = vec![0.0; dimension * dimension];
    fill_with_normals(&mut normals, generator);
    let square = Mat::from_fn(dimension, dimension, |i, j| normals[i + dimension * j]);
    let factors = square.qr();
    let (q, r) = (factors.compute_Q(), factors.R().to_owned());
    Mat::from_fn(dimension, dimension, |i, j| if r[(j, j)] < 0.0 { -q[(i, j)] } else { q[(i, j)] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generator;

    #[test]
    fn the_columns_are_orthonormal() {
        let mut source = generator(1, &["orthogonal"], 0);
        for dimension in [1, 2, 5, 12] {
            let q = haar_orthogonal(dimension, &mut source);
            let error =
                (q.transpose() * &q - Mat::<f64>::identity(dimension, dimension)).norm_max();
            assert!(error < 1e-14, "{dimension}: {error}");
        }
    }

    #[test]
    fn traces_have_the_moments_of_the_haar_measure() {
        // E (tr W)^2 = 1 and E (tr W^2)^2 = 3 for d >= 2 (Diaconis and Evans 2001), and half of the
        // determinants are negative. Without the signs E tr W is far from 0.
        const COUNT: usize = 20_000;
        let mut source = generator(2, &["orthogonal"], 0);
        let mut sums = [0.0; 4];
        for _ in 0..COUNT {
            let w = haar_orthogonal(3, &mut source);
            let (trace, square) = (trace(&w), trace(&(&w * &w)));
            let terms = [trace, trace * trace, square * square, w.determinant()];
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term / COUNT as f64);
        }
        // Standard deviations of the terms are below 1, 1.5, 5 and 1.
        for ((mean, expected), deviation) in
            sums.iter().zip([0.0, 1.0, 3.0, 0.0]).zip([1.0, 1.5, 5.0, 1.0])
        {
            assert!((mean - expected).abs() < 5.0 * deviation / (COUNT as f64).sqrt(), "{sums:?}");
        }
    }

    fn trace(matrix: &Mat<f64>) -> f64 {
        (0..matrix.nrows()).map(|i| matrix[(i, i)]).sum()
    }
}
