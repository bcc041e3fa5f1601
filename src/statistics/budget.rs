//! The error budget of a run and its shares.

/// The probability that any statistical verdict of a run is wrong, shared over all comparisons
/// that are planned before the run starts. The shares add up to the total, so by the union bound
/// the total bounds the probability of any error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorBudget {
    total: f64,
    weights: f64,
}

impl ErrorBudget {
    /// `total` over comparisons whose weights add up to `weights`: the number of comparisons when
    /// all weigh 1.
    ///
    /// # Panics
    /// If the total is not in (0, 1) or the weights are not positive.
    pub fn new(total: f64, weights: f64) -> Self {
        assert!(total > 0.0 && total < 1.0, "an error budget lies between 0 and 1");
        assert!(weights > 0.0 && weights.is_finite(), "weights are positive: this is a bug");
        Self { total, weights }
    }

    /// The share of a comparison of this weight.
    pub fn share(&self, weight: f64) -> f64 {
        self.total * (weight / self.weights)
    }
}
