//! Empirical-Bernstein confidence sequences for bounded draws.

use super::interval::Interval;

/// The largest bet.
const BOLDEST: f64 = 0.5;

/// A running confidence sequence for the mean of independent draws that lie in a known interval.
/// It may be looked at after every draw, and misses with probability at most its share, whatever
/// the law.
///
/// # Formula
/// For draws in \[0, 1\], with m_i and s_i^2 the regularised mean and variance of the first i
/// draws and `l_i = min(sqrt(2 log(2/a)/(s_{i-1}^2 i log(1 + i))), 1/2)`
/// ```text
/// (sum l_i x_i)/(sum l_i) +- (log(2/a) + sum 4 (x_i - m_{i-1})^2 (-log(1 - l_i) - l_i)/4)/(sum l_i)
/// ```
///
/// Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting"
/// (2024, arXiv 2010.09686), Theorem 2.
#[derive(Clone, Debug)]
pub struct BernsteinSequence {
    range: Interval,
    level: f64,
    count: u64,
    /// Of the draws scaled to \[0, 1\]: their sum, and 1/4 more than the sum of their squared
    /// deviations from the running mean.
    sum: f64,
    scatter: f64,
    bets: f64,
    weighted: f64,
    spread: f64,
    /// What all draws leave possible so far.
    inside: Interval,
}

impl BernsteinSequence {
    /// A sequence for draws in `range`, with this error share.
    ///
    /// # Panics
    /// If `share` is not in (0, 1) or the range is empty or unbounded.
    pub fn new(share: f64, range: Interval) -> Self {
        assert!(share > 0.0 && share < 1.0, "an error share lies between 0 and 1: this is a bug");
        let width = range.high - range.low;
        assert!(width > 0.0 && width.is_finite(), "the range is a proper interval: this is a bug");
        Self {
            range,
            level: (2.0 / share).ln(),
            count: 0,
            sum: 0.0,
            scatter: 0.25,
            bets: 0.0,
            weighted: 0.0,
            spread: 0.0,
            inside: range,
        }
    }

    /// Adds one draw.
    ///
    /// # Panics
    /// If it lies outside the range.
    pub fn push(&mut self, draw: f64) {
        assert!(self.range.contains(draw), "{draw} lies outside the declared range");
        let width = self.range.high - self.range.low;
        let x = (draw - self.range.low) / width;
        // What is known before this draw.
        let mean = (0.5 + self.sum) / (self.count as f64 + 1.0);
        let variance = self.scatter / (self.count as f64 + 1.0);
        self.count += 1;
        let n = self.count as f64;
        let bet = (2.0 * self.level / (variance * n * n.ln_1p())).sqrt().min(BOLDEST);
        self.bets += bet;
        self.weighted += bet * x;
        self.spread += (x - mean).powi(2) * (-(-bet).ln_1p() - bet);
        self.sum += x;
        let after = (0.5 + self.sum) / (n + 1.0);
        self.scatter += (x - after).powi(2);
        let half = (self.level + self.spread) / self.bets;
        let centre = self.range.low + width * self.weighted / self.bets;
        let found = Interval::around(centre, width * half);
        self.inside = Interval::new(
            self.inside.low.max(found.low),
            self.inside.high.min(found.high).max(self.inside.low),
        );
    }

    /// The intersection of the intervals after all draws so far, within the range.
    pub fn interval(&self) -> Interval {
        self.inside
    }
}
