//! Systematic errors of an estimate: bounded, and reported apart.

use super::deviation::norm;
use super::interval::Interval;
use crate::evidence::{BiasBound, BiasSource};

/// A systematic error, which no number of samples makes smaller.
#[derive(Clone, Debug, PartialEq)]
pub struct Bias {
    source: BiasSource,
    /// Bounds on the error of each coordinate, all at once.
    coordinates: Vec<f64>,
    /// A bound on the Euclidean length of the errors.
    length: f64,
    how: String,
}

impl Bias {
    /// An error with these bounds, one a coordinate. `how` says how they were found.
    pub fn of_coordinates(
        source: BiasSource,
        coordinates: Vec<f64>,
        how: impl Into<String>,
    ) -> Self {
        let length = norm(coordinates.iter().copied());
        Self { source, coordinates, length, how: how.into() }
    }

    /// An error of at most this Euclidean length in so many coordinates.
    pub fn of_length(
        source: BiasSource,
        length: f64,
        coordinates: usize,
        how: impl Into<String>,
    ) -> Self {
        Self { source, coordinates: vec![length; coordinates], length, how: how.into() }
    }

    /// The same error, of which it is also known that its Euclidean length is at most this.
    pub fn within(self, length: f64) -> Self {
        Self { length: self.length.min(length), ..self }
    }

    /// What a record keeps of it.
    pub(super) fn record(&self) -> BiasBound {
        // JSON has no infinity; the largest number says the same.
        let bound = if self.length.is_nan() { f64::MAX } else { self.length.min(f64::MAX) };
        BiasBound { source: self.source, bound, how: self.how.clone() }
    }
}

/// Intervals of coordinates, each widened by the sum of the bounds.
pub(super) fn widened(intervals: &[Interval], biases: &[Bias]) -> Vec<Interval> {
    let widen = |(place, interval): (usize, &Interval)| {
        let sum: f64 = biases.iter().map(|bias| bias.coordinates[place]).sum();
        Interval::new(interval.low - sum, interval.high + sum)
    };
    intervals.iter().enumerate().map(widen).collect()
}

/// The sum of the lengths.
pub(super) fn total(biases: &[Bias]) -> f64 {
    biases.iter().map(|bias| bias.length).sum()
}
