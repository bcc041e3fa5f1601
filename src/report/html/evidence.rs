//! A piece of evidence on a page: its words, and the interval drawn against the margin.

use crate::evidence::Measurement;
use crate::report::page::Row;
use crate::report::words;
use serde::Serialize;

/// Width of a drawing.
const WIDTH: f64 = 160.0;

/// A row of the table of evidence.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    /// Margin, need and smallest error caught.
    caught: String,
    /// Independent samples, where something was sampled.
    samples: Option<u64>,
    /// The systematic errors.
    biases: String,
    interval: Option<Interval>,
}

/// An interval and the band in which the truth may lie, in units of the drawing.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Interval {
    band: [f64; 2],
    interval: [f64; 2],
    estimate: f64,
    predicted: f64,
}

impl<'a> Shown<'a> {
    pub(super) fn of(row: Row<'a>) -> Self {
        let measurement = row.measurement;
        Self {
            caught: measurement.map(words::resolution).unwrap_or_default(),
            // Zero and one: computed, not sampled.
            samples: measurement.map(|one| one.samples).filter(|samples| *samples > 1),
            biases: measurement.map(words::biases).unwrap_or_default(),
            interval: measurement.and_then(Interval::of),
            row,
        }
    }
}

impl Interval {
    /// `None` where there is no finite interval.
    fn of(measurement: &Measurement) -> Option<Self> {
        let Measurement { predicted, estimate, interval, margin, .. } = *measurement;
        let scale = if measurement.absolute { 1.0 } else { predicted.abs() };
        let margin = margin.unwrap_or(0.0) * scale;
        // The deviation of a matrix is measured from zero and has no sign.
        let (centre, low) =
            if measurement.deviation { (0.0, 0.0) } else { (predicted, predicted - margin) };
        let band = [low, centre + margin];
        let all = [band[0], band[1], interval[0], interval[1], estimate];
        let (least, most) =
            all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
        let width = most - least;
        if !(width.is_finite() && width > 0.0) {
            return None;
        }
        const EDGE: f64 = 6.0;
        let at = |x: f64| {
            let place = EDGE + (x - least) / width * (WIDTH - 2.0 * EDGE);
            (place * 10.0).round() / 10.0
        };
        Some(Self {
            band: band.map(at),
            interval: interval.map(at),
            estimate: at(estimate),
            predicted: at(centre),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(interval: [f64; 2], estimate: f64) -> Measurement {
        Measurement {
            deviation: false,
            predicted: 2.0,
            estimate,
            interval,
            margin: Some(0.5),
            need: None,
            smallest_caught: None,
            absolute: false,
            biases: Vec::new(),
            samples: 10,
            further_samples: None,
            method: "test".to_owned(),
            seed: None,
            quantity: None,
            looks: Vec::new(),
            entries: None,
        }
    }

    #[test]
    fn an_interval_is_drawn_against_the_band_of_the_margin() {
        let drawn = Interval::of(&measurement([1.5, 2.5], 2.0)).unwrap();
        assert_eq!(drawn.band, [6.0, 154.0]);
        assert_eq!(drawn.interval, [43.0, 117.0]);
        assert_eq!((drawn.estimate, drawn.predicted), (80.0, 80.0));
        assert_eq!(Interval::of(&measurement([1.5, f64::INFINITY], 2.0)), None);
    }

    #[test]
    fn the_deviation_of_a_matrix_is_drawn_from_zero() {
        let deviation = Measurement { deviation: true, ..measurement([0.0, 0.5], 0.25) };
        let drawn = Interval::of(&deviation).unwrap();
        assert_eq!(drawn.predicted, 6.0);
        assert_eq!(drawn.band, [6.0, 154.0]);
        // A margin of half the prediction, 1, is the whole width.
        assert_eq!((drawn.interval, drawn.estimate), ([6.0, 80.0], 43.0));
    }
}
