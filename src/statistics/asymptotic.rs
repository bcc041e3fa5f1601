//! Asymptotic confidence sequences: valid for large samples only, and so never for heavy tails.

use super::interval::Interval;

/// A running asymptotic confidence sequence for a mean, which may be looked at after every draw.
///
/// # Formula
/// With the sample mean m and the sample variance s^2 of n draws
/// ```text
/// m +- s sqrt(2 (n r^2 + 1)/(n^2 r^2) log(sqrt(n r^2 + 1)/a))
/// ```
/// and `r^2 = (-2 log a + log(-2 log a) + 1)/first`, which makes it narrow at `first` draws. It
/// holds in the limit of a late first look: on draws of a skewed law it misses more often than
/// its share says.
///
/// Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and
/// asymptotic confidence sequences" (2021, arXiv 2103.06476), Theorem 2.2.
#[derive(Clone, Debug)]
pub struct AsymptoticSequence {
    share: f64,
    /// r^2.
    tuning: f64,
    count: u64,
    mean: f64,
    /// Sum of squared deviations from the mean.
    scatter: f64,
}

impl AsymptoticSequence {
    /// A sequence that misses with probability about `share`, looked at from `first` draws on.
    ///
    /// # Panics
    /// If `share` is not in (0, 1/2) or `first` is 0.
    pub fn new(share: f64, first: u64) -> Self {
        assert!(share > 0.0 && share < 0.5 && first > 0, "a share and a first look: this is a bug");
        let level = -2.0 * share.ln();
        let tuning = (level + level.ln() + 1.0) / first as f64;
        Self { share, tuning, count: 0, mean: 0.0, scatter: 0.0 }
    }

    /// Adds one draw.
    pub fn push(&mut self, draw: f64) {
        self.count += 1;
        let before = draw - self.mean;
        self.mean += before / self.count as f64;
        self.scatter += before * (draw - self.mean);
    }

    /// The interval now; everything with fewer than two draws.
    pub fn interval(&self) -> Interval {
        if self.count < 2 {
            return Interval::everything();
        }
        let n = self.count as f64;
        let grown = n * self.tuning + 1.0;
        let width = 2.0 * grown / (n * n * self.tuning) * (grown.sqrt() / self.share).ln();
        Interval::around(self.mean, (self.scatter / n * width).sqrt())
    }
}
