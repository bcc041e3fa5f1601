//! The record of a calibration.

use crate::statistics::{Interval, clopper_pearson};
use serde::{Deserialize, Serialize};

/// Error share of the intervals of measured rates.
const SHARE: f64 = 0.05;

/// What was measured, and with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// `isserlis-calibration/2`.
    pub schema: String,
    /// Version of the tool.
    pub version: String,
    /// Seed of the calibration.
    pub seed: u64,
    /// Planted claims through the whole engine.
    pub rates: Vec<Rate>,
    /// Intervals for one heavy-tailed mean.
    pub coverage: Vec<Coverage>,
}

/// The verdicts on one planted claim at one error share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The quantity and its interval.
    pub quantity: String,
    /// Probability with which a verdict of a run may be wrong.
    pub share: f64,
    /// Distance of the truth from the prediction, in margins: at most 1 is a truth (to be
    /// verified), more a falsehood (to be refuted).
    pub off: f64,
    /// Runs, each with a seed of its own.
    pub runs: u64,
    /// Of them verified.
    pub verified: u64,
    /// Refuted.
    pub refuted: u64,
    /// Neither: inconclusive, or open because the calculus and the draws seemed to disagree, which
    /// the share allows too.
    pub undecided: u64,
}

/// How often an interval for the mean of 1.5 of the squared error of one-layer attention (d = 5,
/// N = 20) ever excludes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// What is sampled, which interval, when it is looked at.
    pub interval: String,
    /// Nominal error share.
    pub share: f64,
    /// Runs.
    pub runs: u64,
    /// Draws of a run.
    pub draws: u64,
    /// Runs in which some look excludes the mean.
    pub missed: u64,
    /// Mean half width at the last look.
    pub half_width: f64,
}

impl Calibration {
    /// The format of the record.
    pub const SCHEMA: &str = "isserlis-calibration/2";

    /// The last calibration, as committed with this version.
    ///
    /// # Panics
    /// If the committed record does not have this format, which is a bug.
    pub fn last() -> Self {
        serde_json::from_str(include_str!("../../report/calibration.json"))
            .expect("the committed calibration has its format: this is a bug")
    }

    /// The error shares that were planted, each once.
    pub fn shares(&self) -> Vec<f64> {
        let mut shares: Vec<f64> = self.rates.iter().map(|rate| rate.share).collect();
        shares.dedup();
        shares
    }

    /// Wrong verdicts, and runs, at an error share: of truths (false refutations) or of
    /// falsehoods (false verifications).
    pub fn wrong(&self, share: f64, truths: bool) -> (u64, u64) {
        let chosen =
            self.rates.iter().filter(|rate| rate.share == share && rate.is_true() == truths);
        chosen.fold((0, 0), |(wrong, runs), rate| (wrong + rate.wrong(), runs + rate.runs))
    }
}

impl Rate {
    /// Whether the planted claim holds within its margin.
    pub fn is_true(&self) -> bool {
        self.off <= 1.0
    }

    /// Wrong verdicts: truths that are refuted, falsehoods that are verified.
    pub fn wrong(&self) -> u64 {
        if self.is_true() { self.refuted } else { self.verified }
    }

    /// The exact 95 % interval of the probability of a wrong verdict.
    pub fn interval(&self) -> Interval {
        clopper_pearson(self.wrong(), self.runs, SHARE)
    }
}

impl Coverage {
    /// The exact 95 % interval of the probability to ever exclude the mean.
    pub fn probability(&self) -> Interval {
        clopper_pearson(self.missed, self.runs, SHARE)
    }

    /// Whether the measured rate is compatible with the nominal share.
    pub fn is_valid(&self) -> bool {
        self.probability().low <= self.share
    }
}
