//! Student's t intervals over a planned number of independent repetitions.

use super::deviation::norm;
use super::hotelling::hotelling;
use super::interval::Interval;
use super::pairs::paired_distance;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Simultaneous intervals for the means of the coordinates, from independent, nearly normal
/// repetitions (one vector each); together they miss with probability `share` if the repetitions
/// are normal. Fewer than two repetitions, or a value that is not finite, say nothing.
///
/// # Formula
/// ```text
/// mean +- t s/sqrt(n),  s^2 = sum (x - mean)^2/(n - 1),  P(T_{n-1} > t) = share/(2 coordinates)
/// ```
/// A coordinate in which no repetition differs counts as constant (up to rounding).
///
/// # Panics
/// If the repetitions have different numbers of coordinates.
pub fn student(repetitions: &[Vec<f64>], share: f64) -> Vec<Interval> {
    let coordinates = repetitions.first().map_or(0, Vec::len);
    assert!(
        repetitions.iter().all(|repetition| repetition.len() == coordinates),
        "repetitions are vectors of one length: this is a bug"
    );
    let count = repetitions.len();
    if count < 2 {
        return vec![Interval::everything(); coordinates];
    }
    let tail = share / (2 * coordinates.max(1)) as f64;
    let quantile = student_quantile((count - 1) as f64, tail);
    (0..coordinates)
        .map(|index| {
            let values = || repetitions.iter().map(|repetition| repetition[index]);
            let mean = values().sum::<f64>() / count as f64;
            let scatter = values().map(|value| (value - mean).powi(2)).sum::<f64>();
            if !scatter.is_finite() {
                return Interval::everything();
            }
            let error = (scatter / (count - 1) as f64 / count as f64).sqrt();
            let magnitude = values().fold(0.0, |largest: f64, value| largest.max(value.abs()));
            Interval::around(mean, quantile * error + 4.0 * f64::EPSILON * magnitude)
        })
        .collect()
}

/// From here on a matrix has so many entries that products of its repetitions are nearly normal.
const MANY: usize = 100;

/// Where the expectation of some repetitions is: all at once with probability at least `1 - share`.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The means of the coordinates.
    pub values: Vec<f64>,
    /// Intervals of their expectations.
    pub intervals: Vec<Interval>,
    /// The radius of a ball around the means.
    pub radius: f64,
    /// The repetitions, and the share that is left for [`paired_distance`]; none if that is not
    /// worth asking.
    pairs: Option<(Vec<Vec<f64>>, f64)>,
}

/// Locates the mean of these repetitions: by [`student`] for one coordinate; for several half the
/// share goes to it and half to [`hotelling`], or to pairs where there are more than a hundred
/// coordinates and no more repetitions than those.
pub fn located(repetitions: &[Vec<f64>], share: f64) -> Located {
    let (count, coordinates) = (repetitions.len(), repetitions.first().map_or(0, Vec::len));
    let (of_box, radius, pairs) = match coordinates {
        0 | 1 => (share, f64::INFINITY, None),
        many if many >= MANY && count <= many => {
            (share / 2.0, f64::INFINITY, Some((repetitions.to_vec(), share / 2.0)))
        }
        _ => (share / 2.0, hotelling(repetitions, share / 2.0), None),
    };
    let sum = |entry: usize| repetitions.iter().map(|one| one[entry]).sum::<f64>();
    Located {
        intervals: student(repetitions, of_box),
        values: (0..coordinates).map(|entry| sum(entry) / count as f64).collect(),
        radius,
        pairs,
    }
}

impl Located {
    /// In words, what besides intervals of the coordinates is used; nothing is said of the ball.
    pub fn products(&self) -> &'static str {
        if self.pairs.is_some() { " and products of their pairs" } else { "" }
    }

    /// What pairs of the repetitions say of the distance of their expectation from `prediction`.
    pub fn distance(&self, prediction: &[f64]) -> Interval {
        match &self.pairs {
            Some((repetitions, share)) => paired_distance(repetitions, prediction, *share),
            None => Interval::everything(),
        }
    }

    /// Bounds on the absolute values of the expected coordinates, and on their Euclidean length.
    pub fn magnitude(&self) -> (Vec<f64>, f64) {
        let entries = self.intervals.iter().map(|interval| interval.absolute().high).collect();
        let in_ball = norm(self.values.iter().copied()) + self.radius;
        (entries, in_ball.min(self.distance(&vec![0.0; self.values.len()]).high))
    }
}

/// The `t > 0` with `P(T > t) = tail` for Student's t with `freedom` degrees of freedom, to about
/// twelve digits, at any `0 < tail < 1/2`: bisection in log t on the survival function, which
/// keeps its relative precision where 1 - cdf has none left.
///
/// # Panics
/// If `freedom` is not positive and finite, or `tail` not in (0, 1/2).
pub fn student_quantile(freedom: f64, tail: f64) -> f64 {
    assert!(tail > 0.0 && tail < 0.5, "a tail lies between 0 and 1/2: this is a bug");
    let law = StudentsT::new(0.0, 1.0, freedom)
        .expect("degrees of freedom are positive and finite: this is a bug");
    let (mut low, mut high) = (-700.0_f64, 700.0_f64);
    for _ in 0..70 {
        let middle = f64::midpoint(low, high);
        if law.sf(middle.exp()) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.exp()
}
