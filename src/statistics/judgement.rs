//! The rule from an interval and a margin to a verdict.

use super::bias::{Bias, total, widened};
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

impl Question<'_> {
    /// What a report says of a question that [`is_hopeless`](Self::is_hopeless).
    pub const HOPELESS: &'static str = "the predicted value is zero here, where no margin is relative; write `margin ... absolute`";

    /// Whether no number of samples decides: a prediction of zero under a relative margin.
    pub fn is_hopeless(&self) -> bool {
        self.relation == Relation::Equal
            && self.margin.is_some_and(|margin| !margin.absolute)
            && self.prediction.iter().all(|&entry| entry == 0.0)
    }
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
pub struct Margin {
    /// A fraction of |t| (Frobenius norm), or a number.
    pub value: f64,
    /// Whether it is a number.
    pub absolute: bool,
    /// The largest error of the prediction that may go unseen, in the same unit: a run that would
    /// not have refuted it verifies nothing.
    pub need: f64,
}

impl Margin {
    /// A fraction of |t|. The need is twice as much: what every verified line guarantees.
    pub fn relative(value: f64) -> Self {
        Self { value, absolute: false, need: 2.0 * value }
    }

    /// A number, with twice as much as need.
    pub fn absolute(value: f64) -> Self {
        Self { value, absolute: true, need: 2.0 * value }
    }
}

/// A measured value with its uncertainty.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The estimates of the coordinates, finite.
    pub values: Vec<f64>,
    /// Intervals that contain the expected coordinates, all of them at once, with the error share
    /// of the comparison.
    pub intervals: Vec<Interval>,
    /// The expected coordinates lie within this Euclidean distance of the estimates, with the same
    /// error share as the intervals; infinite where nothing of the kind is known.
    pub radius: f64,
    /// The distance of the expected coordinates from the prediction lies in here, with the same
    /// error share; [`Interval::everything`] where nothing of the kind is known.
    pub distance: Interval,
    /// Bounds on what separates the expected coordinates from the true ones: intervals, radius and
    /// distance are widened by their sum.
    pub biases: Vec<Bias>,
    /// Independent samples, repetitions or function evaluations behind it.
    pub samples: u64,
    /// Which interval: its name as the report prints it.
    pub method: String,
}

impl Estimate {
    /// Intervals that contain the true coordinates.
    fn true_intervals(&self) -> Vec<Interval> {
        widened(&self.intervals, &self.biases)
    }

    /// The interval of the distance from `prediction` that box, ball and [`Estimate::distance`]
    /// leave.
    fn distance_from(&self, prediction: &[f64]) -> Interval {
        let by_box = deviation(&self.true_intervals(), prediction);
        let found = distance_of(&self.values, prediction);
        let bias = total(&self.biases);
        let (radius, known) = (self.radius + bias, self.distance.widened(bias));
        let low = by_box.low.max(found - radius).max(known.low);
        let high = by_box.high.min(found + radius).min(known.high);
        // All hold at once; where rounding makes them miss each other, the box alone.
        if low <= high { Interval::new(low, high) } else { by_box }
    }
}

/// Judges a sampled value by its interval, widened by the biases. For `==`, with the band of all x
/// within the margin of t (of radius m; the point t without a margin):
///
/// * every x of the interval lies in the band: *verified*, if there is a margin and
///   `smallest_caught` is at most the need;
/// * none does: *refuted*;
/// * otherwise, and where a relative margin meets t = 0: *inconclusive*.
///
/// A matrix is judged by the interval of |x - t|_F (see [`deviation`]). A bound is verified or
/// refuted when the interval lies on one side of t.
///
/// `smallest_caught` is such that this interval would have refuted every prediction t' with
/// |t' - t| larger than `smallest_caught` |t|, at the same m: (largest |x - t| in the interval
/// plus m)/|t|; without |t| where the margin is absolute. A verified claim has at most 2m/|t|. For
/// a bound it is how far t would have to move to the wrong side. `further_samples` supposes that
/// the interval shrinks like n^(-1/2) around the same estimate.
///
/// # Panics
/// If the numbers of coordinates differ, or a bound has more than one.
pub fn judge(question: &Question<'_>, estimate: &Estimate) -> (Verdict, Measurement) {
    if question.relation != Relation::Equal {
        return judge_bound(question, estimate);
    }
    let size = norm(question.prediction.iter().copied());
    let margin = question.margin;
    let unit = if margin.is_some_and(|margin| margin.absolute) { 1.0 } else { size };
    let (radius, need) =
        margin.map_or((0.0, 0.0), |margin| (margin.value * unit, margin.need * unit));
    let decides = !question.is_hopeless();
    let distance = estimate.distance_from(question.prediction);
    // The largest distance that leaves the smallest error caught within the need.
    let verified_within = radius.min(need - radius);
    let verdict = if decides && margin.is_some() && distance.high <= verified_within {
        Verdict::Verified
    } else if decides && distance.low > radius {
        Verdict::Refuted
    } else {
        Verdict::Inconclusive
    };
    let mut measurement = measurement(question, estimate, distance);
    measurement.set_smallest_caught(distance.high + radius, size);
    if verdict == Verdict::Inconclusive && decides && margin.is_some() {
        let found = distance_of(&estimate.values, question.prediction);
        let gap = if found < verified_within { verified_within - found } else { found - radius };
        let biases = total(&estimate.biases);
        let half = (distance.high - found).max(found - distance.low) - biases;
        measurement.further_samples = further_samples(estimate.samples, half, gap.abs() - biases);
    }
    (verdict, measurement)
}

/// Judges a value that was computed with bounds on its errors, not sampled: an eigenvalue count,
/// the end of an integrated flow. The margin is ignored.
///
/// `==` is verified if t lies within the sum of the bounds and that is narrow, at most 1e-6 |t|
/// (1e-6 for t = 0); refuted if t lies outside; otherwise inconclusive. A bound `>=` or `<=` is
/// judged as in [`judge`], and holds at equality.
///
/// # Panics
/// If the numbers of coordinates differ, or a bound has more than one.
pub fn judge_computed(
    question: &Question<'_>,
    values: &[f64],
    biases: Vec<Bias>,
    samples: u64,
    method: &str,
) -> (Verdict, Measurement) {
    let error = total(&biases);
    let estimate = Estimate {
        values: values.to_vec(),
        intervals: values.iter().map(|&value| Interval::around(value, 0.0)).collect(),
        radius: 0.0,
        distance: Interval::everything(),
        biases,
        samples,
        method: method.to_string(),
    };
    let question = Question { margin: None, ..*question };
    if question.relation != Relation::Equal {
        return judge_bound(&question, &estimate);
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
    let mut measurement = measurement(&question, &estimate, distance);
    measurement.set_smallest_caught(distance.high, size);
    (verdict, measurement)
}

fn judge_bound(question: &Question<'_>, estimate: &Estimate) -> (Verdict, Measurement) {
    let question = &Question { margin: None, ..*question };
    let (&[prediction], &[value], &[interval]) =
        (question.prediction, &estimate.values[..], &estimate.true_intervals()[..])
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
    measurement.set_smallest_caught(most.max(0.0), prediction.abs());
    if verdict == Verdict::Inconclusive {
        let biases = total(&estimate.biases);
        let half = (interval.high - value).max(value - interval.low) - biases;
        let gap = (value - prediction).abs() - biases;
        measurement.further_samples = further_samples(estimate.samples, half, gap);
    }
    (verdict, measurement)
}

/// The record of a comparison: for a number its value and interval, for a matrix those of the
/// deviation from the prediction.
fn measurement(question: &Question<'_>, estimate: &Estimate, distance: Interval) -> Measurement {
    let (predicted, value, interval) =
        match (question.prediction, &estimate.values[..], &estimate.true_intervals()[..]) {
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
        margin: question.margin.map(|margin| margin.value),
        need: question.margin.map(|margin| margin.need),
        smallest_caught: None,
        absolute: question.margin.is_some_and(|margin| margin.absolute),
        biases: estimate.biases.iter().map(Bias::record).collect(),
        samples: estimate.samples,
        further_samples: None,
        method: estimate.method.clone(),
        seed: None,
        quantity: None,
        looks: Vec::new(),
        entries: None,
    }
}

fn distance_of(values: &[f64], prediction: &[f64]) -> f64 {
    norm(values.iter().zip(prediction).map(|(value, prediction)| value - prediction))
}

impl Measurement {
    /// Records `distance`, in parts of `size`; as a number where the margin is one, and, where
    /// there is no margin, for a prediction of zero, to which nothing is relative.
    fn set_smallest_caught(&mut self, distance: f64, size: f64) {
        self.absolute |= self.margin.is_none() && size == 0.0;
        let unit = if self.absolute { 1.0 } else { size };
        self.smallest_caught = Some(distance / unit).filter(|caught| caught.is_finite());
    }
}

/// How many samples more until the half width, `half` at `samples`, is `gap`. None where that is
/// hopeless: more than a million times as many, or biases that fill the gap.
fn further_samples(samples: u64, half: f64, gap: f64) -> Option<u64> {
    let factor = (half / gap).powi(2);
    (gap > 0.0 && (1.0..1e6).contains(&factor))
        .then(|| (samples as f64 * (factor - 1.0)).ceil() as u64)
}
