//! The distance of a matrix from its prediction.

use super::interval::Interval;

/// The interval of `|x - prediction|_F` over the box of all `x` with each coordinate in its
/// interval. If the box contains the true mean with probability at least `1 - a`, this interval
/// contains the true distance with at least that probability.
///
/// # Panics
/// If the numbers of coordinates differ.
pub fn deviation(coordinates: &[Interval], prediction: &[f64]) -> Interval {
    assert_eq!(coordinates.len(), prediction.len(), "one interval a coordinate: this is a bug");
    let distances = || coordinates.iter().zip(prediction).map(|(x, &t)| x.shifted_by(t).absolute());
    Interval::new(norm(distances().map(|x| x.low)), norm(distances().map(|x| x.high)))
}

/// The Euclidean norm of the coordinates; for the entries of a matrix its Frobenius norm.
pub(super) fn norm(coordinates: impl Iterator<Item = f64> + Clone) -> f64 {
    let scale = coordinates.clone().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if scale == 0.0 || !scale.is_finite() {
        return scale;
    }
    scale * coordinates.map(|x| (x / scale).powi(2)).sum::<f64>().sqrt()
}
