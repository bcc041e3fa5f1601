//! The rule from an interval and a margin to a verdict.

use super::deviation::{deviation, norm};
use super::interval::Interval;
use crate::evidence::Measurement;
use crate::verdict::Verdict;

/// A computed value whose own error is larger than this part of the prediction decides nothing
/// in favour of it.
const NARROW: f64 = 1e-6;

/// What is claimed of a measured value x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question<'a> {
    /// How x compares with the prediction.
    pub relation: Relation,
    /// The prediction t: one number, or the entries of a matrix.
    pub prediction: &'a [f64],
    /// The margin in force. Bounds and computed values ignore it.
    pub margin: Option<Margin>,
}

/// How a measured value x is claimed to compare with its prediction t.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// x == t.
    Equal,
    /// x >= t, of numbers.
    AtLeast,
    /// x <= t, of numbers.
    AtMost,
}

/// The resolution asked of a measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Margin {
    /// A fraction of |t| (Frobenius norm).
    Relative(f64),
    /// A number.
    Absolute(f64),
}

/// A measured value with its uncertainty.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The estimates of the coordinates, finite.
    pub values: Vec<f64>,
    /// Intervals that contain the true coordinates, all of them at once, with the error share of
    /// the comparison.
    pub intervals: Vec<Interval>,
    /// The true coordinates lie within this Euclidean distance of the estimates, with the same
    /// error share as the intervals; infinite where nothing of the kind is known.
    pub radius: f64,
    /// The distance of the true coordinates from the prediction lies in here, with the same error
    /// share; infinite where nothing of the kind is known.
    pub distance: Interval,
    /// Independent samples, repetitions or function evaluations behind it.
    pub samples: u64,
    /// Which interval: its name as the report prints it.
    pub method: String,
}

impl Estimate {
    /// The interval of the distance from `prediction` that all of these leave.
    fn distance_from(&self, prediction: &[f64]) -> Interval {
        let by_box = deviation(&self.intervals, prediction);
        let found = distance_of(&self.values, prediction);
        let low = by_box.low.max(found - self.radius).max(self.distance.low);
        let high = by_box.high.min(found + self.radius).min(self.distance.high);
        // All hold at once; where rounding makes them miss each other, the box alone.
        if low <= high { Interval::new(low, high) } else { by_box }
    }
}

/// Judges a sampled value. For `==`, with the band of all x within the margin of t (of radius m;
/// the point t without a margin):
///
/// * every x of the interval lies in the band: *verified*, if there is a margin;
/// * none does: *refuted*;
/// * otherwise, and where a relative margin meets t = 0: *inconclusive*.
///
/// A matrix is judged by the interval of |x - t|_F (see [`deviation`]). A bound is verified or
/// refuted when the interval lies on one side of t.
///
/// `smallest_caught` is such that this interval would have refuted every prediction t' with
/// |t' - t| larger than `smallest_caught` |t|, at the same m: (largest |x - t| in the interval
/// plus m)/|t|. A verified claim has at most 2m/|t|. For a bound it is how far t would have to
/// move to the wrong side. `further_samples` supposes that the interval shrinks like n^(-1/2)
/// around the same estimate.
///
/// # Panics
/// If the numbers of coordinates differ, or a bound has more than one.
pub fn judge(question: &Question<'_>, estimate: &Estimate) -> (Verdict, Measurement) {
    let size = norm(question.prediction.iter().copied());
    match question.relation {
        Relation::Equal => {
            let (radius, decides) = match question.margin {
                None => (0.0, true),
                Some(Margin::Absolute(margin)) => (margin, true),
                Some(Margin::Relative(margin)) => (margin * size, size > 0.0),
            };
            let distance = estimate.distance_from(question.prediction);
            let verdict = if decides && question.margin.is_some() && distance.high <= radius {
                Verdict::Verified
            } else if decides && distance.low > radius {
                Verdict::Refuted
            } else {
                Verdict::Inconclusive
            };
            let mut measurement = measurement(question, estimate, distance);
            measurement.smallest_caught = relative(distance.high + radius, size);
            if verdict == Verdict::Inconclusive && decides && question.margin.is_some() {
                let found = distance_of(&estimate.values, question.prediction);
                let half = (distance.high - found).max(found - distance.low);
                measurement.further_samples =
                    further_samples(estimate.samples, half, (found - radius).abs());
            }
            (verdict, measurement)
        }
        Relation::AtLeast | Relation::AtMost => judge_bound(question, estimate),
    }
}

/// Judges a value that was computed with a bound `error` on its Frobenius norm, not sampled: an
/// eigenvalue count, the end of an integrated flow. The margin is ignored.
///
/// `==` is verified if t lies within the bound and the bound is narrow, at most 1e-6 |t| (1e-6
/// for t = 0); refuted if t lies outside; otherwise inconclusive. A bound `>=` or `<=` is judged
/// as in [`judge`], and holds at equality.
///
/// # Panics
/// If the numbers of coordinates differ, or a bound has more than one.
pub fn judge_computed(
    question: &Question<'_>,
    values: &[f64],
    error: f64,
    samples: u64,
    method: &str,
) -> (Verdict, Measurement) {
    let estimate = Estimate {
        values: values.to_vec(),
        intervals: values.iter().map(|&value| Interval::around(value, error)).collect(),
        radius: error,
        distance: Interval::everything(),
        samples,
        method: method.to_string(),
    };
    if question.relation != Relation::Equal {
        return judge_bound(question, &estimate);
    }
    let size = norm(question.prediction.iter().copied());
    let found = distance_of(values, question.prediction);
    let distance = Interval::new((found - error).max(0.0), found + error);
    let narrow = error <= NARROW * if size > 0.0 { size } else { 1.0 };
    let verdict = match (distance.low > 0.0, narrow) {
        (true, _) => Verdict::Refuted,
        (false, true) => Verdict::Verified,
        (false, false) => Verdict::Inconclusive,
    };
    let mut measurement = measurement(question, &estimate, distance);
    measurement.margin = None;
    measurement.smallest_caught = relative(distance.high, size);
    (verdict, measurement)
}

fn judge_bound(question: &Question<'_>, estimate: &Estimate) -> (Verdict, Measurement) {
    let (&[prediction], &[value], &[interval]) =
        (question.prediction, &estimate.values[..], &estimate.intervals[..])
    else {
        panic!("a bound compares numbers: this is a bug");
    };
    // With x <= t read as -x >= -t there is one case.
    let side = if question.relation == Relation::AtLeast { 1.0 } else { -1.0 };
    let room = [side * (interval.low - prediction), side * (interval.high - prediction)];
    let (least, most) = (room[0].min(room[1]), room[0].max(room[1]));
    let verdict = if least >= 0.0 {
        Verdict::Verified
    } else if most < 0.0 {
        Verdict::Refuted
    } else {
        Verdict::Inconclusive
    };
    let mut measurement = measurement(question, estimate, interval);
    measurement.margin = None;
    measurement.smallest_caught = relative(most.max(0.0), prediction.abs());
    if verdict == Verdict::Inconclusive {
        let half = (interval.high - value).max(value - interval.low);
        measurement.further_samples =
            further_samples(estimate.samples, half, (value - prediction).abs());
    }
    (verdict, measurement)
}

/// The record of a comparison: for a number its value and interval, for a matrix those of the
/// deviation from the prediction.
fn measurement(question: &Question<'_>, estimate: &Estimate, distance: Interval) -> Measurement {
    let (predicted, value, interval) =
        match (question.prediction, &estimate.values[..], &estimate.intervals[..]) {
            (&[predicted], &[value], &[interval]) => (predicted, value, interval),
            (prediction, values, _) => {
                (norm(prediction.iter().copied()), distance_of(values, prediction), distance)
            }
        };
    Measurement {
        deviation: question.prediction.len() > 1,
        predicted,
        estimate: value,
        // JSON has no infinity; the largest number says the same.
        interval: [interval.low, interval.high].map(|end| end.clamp(f64::MIN, f64::MAX)),
        margin: question.margin.map(|(Margin::Relative(value) | Margin::Absolute(value))| value),
        smallest_caught: None,
        samples: estimate.samples,
        further_samples: None,
        method: estimate.method.clone(),
        seed: None,
    }
}

fn distance_of(values: &[f64], prediction: &[f64]) -> f64 {
    norm(values.iter().zip(prediction).map(|(value, prediction)| value - prediction))
}

/// `distance`/`size`; none for a prediction of zero, where nothing is relative.
fn relative(distance: f64, size: f64) -> Option<f64> {
    Some(distance / size).filter(|ratio| size > 0.0 && ratio.is_finite())
}

/// How many samples more until the half width, `half` at `samples`, is `gap`. None where that is
/// hopeless: more than a million times as many.
fn further_samples(samples: u64, half: f64, gap: f64) -> Option<u64> {
    let factor = (half / gap).powi(2);
    (1.0..1e6).contains(&factor).then(|| (samples as f64 * (factor - 1.0)).ceil() as u64)
}
