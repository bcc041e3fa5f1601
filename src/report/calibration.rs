//! The error rates of the verdict engine, for a terminal and for the first page of a report.

use super::number::{percent, short};
use crate::calibration::{Calibration, Coverage, Rate};
use crate::statistics::clopper_pearson;
use serde::Serialize;
use std::fmt::Write;

const INFALLIBLE: &str = "a string takes everything";

/// The record as text, a line end behind each line.
pub fn calibration(calibration: &Calibration) -> String {
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{}", text.trim_end()).expect(INFALLIBLE);
    line(format!(
        "planted claims ({}, seed {}); off: distance of the truth from the prediction in margins",
        calibration.version, calibration.seed
    ));
    line(format!(
        "{:<28} {:>5} {:>5} {:>5} {:>8} {:>7} {:>9}  wrong (95% interval)",
        "quantity", "share", "off", "runs", "verified", "refuted", "undecided"
    ));
    for rate in &calibration.rates {
        let interval = rate.interval();
        line(format!(
            "{:<28} {:>5} {:>5} {:>5} {:>8} {:>7} {:>9}  {} [{}, {}]",
            rate.quantity,
            percent(rate.share),
            short(rate.off),
            rate.runs,
            rate.verified,
            rate.refuted,
            rate.undecided,
            rate.wrong(),
            percent(interval.low),
            percent(interval.high)
        ));
    }
    line(String::new());
    line("intervals for a mean of 1.5 of a loss with kurtosis 300, nominal share 5%".to_owned());
    for row in &calibration.coverage {
        let interval = row.probability();
        line(format!(
            "{:<76} ever excludes it in {} of {} runs [{}, {}]; half width {}",
            row.interval,
            row.missed,
            row.runs,
            percent(interval.low),
            percent(interval.high),
            short(row.half_width)
        ));
    }
    out
}

/// The record on the first page of a report.
#[derive(Serialize)]
pub(super) struct CalibrationPage {
    version: String,
    seed: u64,
    /// One sentence an error share.
    sentences: Vec<String>,
    /// Refuted part of the runs, one row a quantity and share.
    power: Vec<Power>,
    /// Distances in margins: the heads of the columns.
    off: Vec<String>,
    intervals: Vec<[String; 3]>,
}

#[derive(Serialize)]
struct Power {
    quantity: String,
    share: String,
    refuted: Vec<String>,
}

impl CalibrationPage {
    /// The page of a record; none where nothing was measured.
    pub(super) fn of(calibration: &Calibration) -> Option<Self> {
        let sentence = |share: f64| {
            let words = |truths: bool| {
                let (wrong, runs) = calibration.wrong(share, truths);
                let high = clopper_pearson(wrong, runs, 0.05).high;
                let (what, verdict) =
                    if truths { ("truths", "refuted") } else { ("falsehoods", "verified") };
                format!("{wrong} of {runs} planted {what} {verdict} (at most {})", percent(high))
            };
            format!("error share {}: {}, {}", percent(share), words(true), words(false))
        };
        let mut power: Vec<(&Rate, Power)> = Vec::new();
        for rate in &calibration.rates {
            let same = |(first, _): &&mut (&Rate, Power)| {
                first.quantity == rate.quantity && first.share == rate.share
            };
            let refuted = percent(rate.refuted as f64 / rate.runs.max(1) as f64);
            match power.iter_mut().find(same) {
                Some((_, row)) => row.refuted.push(refuted),
                None => power.push((
                    rate,
                    Power {
                        quantity: rate.quantity.clone(),
                        share: percent(rate.share),
                        refuted: vec![refuted],
                    },
                )),
            }
        }
        let first = power.first()?.0;
        let of_first = calibration
            .rates
            .iter()
            .filter(|rate| rate.quantity == first.quantity && rate.share == first.share);
        let interval = |row: &Coverage| {
            let missed = percent(row.missed as f64 / row.runs.max(1) as f64);
            [row.interval.clone(), missed, short(row.half_width)]
        };
        let mut shares = calibration.shares();
        shares.sort_by(f64::total_cmp);
        shares.dedup();
        Some(Self {
            version: calibration.version.clone(),
            seed: calibration.seed,
            sentences: shares.into_iter().rev().map(sentence).collect(),
            off: of_first.map(|rate| short(rate.off)).collect(),
            intervals: calibration.coverage.iter().map(interval).collect(),
            power: power.into_iter().map(|(_, row)| row).collect(),
        })
    }
}
