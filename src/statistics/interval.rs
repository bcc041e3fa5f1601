//! Closed intervals.

use serde::{Deserialize, Serialize};

/// A closed interval; its ends may be infinite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end, at least the lower end.
    pub high: f64,
}

impl From<[f64; 2]> for Interval {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> Self {
        [interval.low, interval.high]
    }
}

impl Interval {
    /// From `low` to `high`.
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// `centre` plus or minus `radius`.
    pub fn around(centre: f64, radius: f64) -> Self {
        Self { low: centre - radius, high: centre + radius }
    }

    /// What is known without data.
    pub fn everything() -> Self {
        Self { low: f64::NEG_INFINITY, high: f64::INFINITY }
    }

    /// Whether `value` lies in it.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether it lies inside `other`.
    pub fn is_inside(self, other: Self) -> bool {
        other.low <= self.low && self.high <= other.high
    }

    /// Whether the two have no point in common.
    pub fn is_disjoint_from(self, other: Self) -> bool {
        self.high < other.low || other.high < self.low
    }

    /// Every number in it less `value`.
    pub fn shifted_by(self, value: f64) -> Self {
        Self { low: self.low - value, high: self.high - value }
    }

    /// The interval of all numbers within `slack` (not negative) of one of these.
    pub fn widened(self, slack: f64) -> Self {
        Self::new(self.low - slack, self.high + slack)
    }

    /// The absolute values of its numbers.
    pub fn absolute(self) -> Self {
        let least = self.low.max(-self.high).max(0.0);
        Self { low: least, high: self.low.abs().max(self.high.abs()) }
    }
}
