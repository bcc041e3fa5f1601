//! Richardson's extrapolation: the limit of a power series in h from its values at h, h/2 and h/4.

use super::bias::Bias;
use super::interval::Interval;
use super::student::{Located, located, student};
use crate::evidence::BiasSource;

/// The part of the error share for the interval of the limit; the rest goes to the differences.
const LIMIT_SHARE: f64 = 0.5;

/// Halving h halves the difference of two levels up to higher orders; a difference that is
/// certainly larger than this part of the one before belongs to no power series at this h.
const SHRINKS_TO: f64 = 2.0 / 3.0;

/// The limit for h to 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Extrapolated {
    /// The extrapolated coordinates: means over the repetitions, and where their expectations are.
    pub limit: Located,
    /// What the last order of the extrapolation changes.
    pub bias: Bias,
}

/// The values do not behave like a power series in h.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "from the first to the second level the value changes by at most {first:.3e}, from the second to the third by at least {second:.3e}, not by about half: no power series, or levels that are too coarse"
)]
pub struct NotHalving {
    /// An upper bound on the first difference of a coordinate.
    pub first: f64,
    /// A lower bound on the second.
    pub second: f64,
}

/// Extrapolates from independent repetitions at h, h/2 and h/4: `levels[k][i]` holds the
/// coordinates of repetition i at level k; repetition i may share its random numbers over the
/// levels.
///
/// # Formula
/// ```text
/// f(h) = f + a h + b h^2 + O(h^3):
/// limit  R2 = (f(h) - 6 f(h/2) + 8 f(h/4))/3 = f + O(h^3)
/// bias   |R2 - R1|,  R1 = 2 f(h/4) - f(h/2) = f - b h^2/8 + O(h^3)
/// ```
/// The bias is bounded by the end of the interval of R2 - R1. It is the error of the lower order,
/// so it is far above that of R2 once h is small.
///
/// Source: Richardson, "The deferred approach to the limit", Phil. Trans. R. Soc. A 226 (1927).
///
/// # Errors
/// [`NotHalving`] where the differences certainly do not shrink as those of a power series.
///
/// # Panics
/// If the numbers of repetitions or coordinates differ.
pub fn extrapolate(
    levels: &[Vec<Vec<f64>>; 3],
    source: BiasSource,
    share: f64,
) -> Result<Extrapolated, NotHalving> {
    let [coarse, middle, fine] = levels;
    let combine = |weights: [f64; 3]| -> Vec<Vec<f64>> {
        assert!(coarse.len() == middle.len() && middle.len() == fine.len(), "equally many: a bug");
        let of = |((a, b), c): ((&Vec<f64>, &Vec<f64>), &Vec<f64>)| {
            assert!(a.len() == b.len() && b.len() == c.len(), "one shape: this is a bug");
            let sum = |i: usize| weights[0] * a[i] + weights[1] * b[i] + weights[2] * c[i];
            (0..a.len()).map(sum).collect()
        };
        coarse.iter().zip(middle).zip(fine).map(of).collect()
    };
    let rest = (1.0 - LIMIT_SHARE) / 3.0 * share;
    let first = student(&combine([-1.0, 1.0, 0.0]), rest);
    let second = student(&combine([0.0, -1.0, 1.0]), rest);
    halving(&first, &second)?;
    let limit = combine([1.0 / 3.0, -2.0, 8.0 / 3.0]);
    let (bounds, length) = located(&combine([1.0 / 3.0, -1.0, 2.0 / 3.0]), rest).magnitude();
    let how = "what the last order of Richardson's extrapolation over h, h/2, h/4 changes";
    Ok(Extrapolated {
        limit: located(&limit, LIMIT_SHARE * share),
        bias: Bias::of_coordinates(source, bounds, how).within(length),
    })
}

/// Whether differences of levels shrink as those of a power series in h, as far as their intervals
/// tell.
///
/// # Errors
/// [`NotHalving`] with the coordinate that certainly does not.
fn halving(first: &[Interval], second: &[Interval]) -> Result<(), NotHalving> {
    for (first, second) in first.iter().zip(second) {
        let (first, second) = (first.absolute().high, second.absolute().low);
        if second > SHRINKS_TO * first {
            return Err(NotHalving { first, second });
        }
    }
    Ok(())
}
