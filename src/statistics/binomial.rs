//! Exact intervals for the probability of an event.

use super::interval::Interval;
use statrs::distribution::{Beta, ContinuousCDF};

/// The interval of Clopper and Pearson for a probability, from `count` events in `trials`
/// independent ones: it misses with probability at most `share`, whatever the probability.
///
/// Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case
/// of the binomial", Biometrika 26 (1934): quantiles of Beta(k, n - k + 1) and Beta(k + 1, n - k).
///
/// # Panics
/// If there are more events than trials, or `share` is not in (0, 1).
pub fn clopper_pearson(count: u64, trials: u64, share: f64) -> Interval {
    assert!(count <= trials, "at most as many events as trials: this is a bug");
    assert!(share > 0.0 && share < 1.0, "an error share lies between 0 and 1: this is a bug");
    let quantile = |a: u64, b: u64, level: f64| {
        let law = Beta::new(a as f64, b as f64).expect("both are positive: this is a bug");
        law.inverse_cdf(level)
    };
    let low = if count == 0 { 0.0 } else { quantile(count, trials - count + 1, share / 2.0) };
    let high =
        if count == trials { 1.0 } else { quantile(count + 1, trials - count, 1.0 - share / 2.0) };
    Interval::new(low, high)
}
