//! Predicted against measured numbers over a letter.

use super::figures::Sketch;
use super::words;
use crate::claim::ClaimKind;
use crate::evidence::{Evidence, Measurement};
use crate::figure::{Axis, Chart, Mark, Series, Style};
use crate::suite::{ClaimResult, Results, SubjectResult};
use crate::verdict::EvidenceKind;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Fewer values of a letter make no curve.
const FEWEST: usize = 3;

/// A measurement at a value of the letter on the axis.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) x: f64,
    pub(super) measurement: &'a Measurement,
}

/// Measurements of a line by one kind of evidence that differ in one letter.
pub(super) struct Curve<'a> {
    pub(super) kind: EvidenceKind,
    /// The other letters with their values.
    pub(super) others: BTreeMap<&'a str, &'a Json>,
    /// In the order of the letter.
    pub(super) sights: Vec<Sight<'a>>,
}

impl Curve<'_> {
    /// Predictions joined by a line, and measurements with their intervals.
    pub(super) fn series(&self, label: &str, style: Style) -> Series {
        let line = self.sights.iter().map(|sight| [sight.x, sight.measurement.predicted]);
        let marks = self.sights.iter().map(|sight| Mark {
            x: sight.x,
            y: sight.measurement.estimate,
            interval: Some(sight.measurement.interval),
        });
        Series { label: label.to_owned(), style, line: line.collect(), marks: marks.collect() }
    }
}

/// The number that a size or a scalar of an instance is.
pub(super) fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => match text.split_once('/') {
            Some((above, below)) => Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?),
            None => text.parse().ok(),
        },
        _ => None,
    }
}

/// The measurements of numbers in a line, as curves over `letter`: each of one kind, with all other
/// letters equal.
pub(super) fn curves<'a>(result: &'a ClaimResult, letter: &str) -> Vec<Curve<'a>> {
    let mut curves: Vec<Curve<'a>> = Vec::new();
    for piece in &result.evidence {
        let Some((x, measurement)) = sight(piece, letter) else { continue };
        let others = piece.at.iter().map(|(name, value)| (name.as_str(), value));
        let others: BTreeMap<_, _> = others.filter(|(name, _)| *name != letter).collect();
        let same = |curve: &&mut Curve<'_>| curve.kind == piece.kind && curve.others == others;
        let sight = Sight { x, measurement };
        match curves.iter_mut().find(same) {
            Some(curve) => curve.sights.push(sight),
            None => curves.push(Curve { kind: piece.kind, others, sights: vec![sight] }),
        }
    }
    for curve in &mut curves {
        curve.sights.sort_by(|one, other| one.x.total_cmp(&other.x));
    }
    curves.retain(|curve| curve.sights.len() >= FEWEST);
    curves
}

fn sight<'a>(piece: &'a Evidence, letter: &str) -> Option<(f64, &'a Measurement)> {
    let measurement = piece.measurement.as_ref().filter(|measurement| !measurement.deviation)?;
    Some((number(piece.at.get(letter)?)?, measurement))
}

/// A chart for every claim and every letter that its measurements have three values of, with
/// everything else equal.
pub(super) fn automatic_curves(results: &Results, subject: &SubjectResult) -> Vec<Sketch> {
    let claims = results.of_subject(&subject.id).filter(|result| result.kind == ClaimKind::Claim);
    claims.flat_map(|result| of_claim(subject, result)).collect()
}

fn of_claim(subject: &SubjectResult, result: &ClaimResult) -> Vec<Sketch> {
    let mut letters: Vec<&str> =
        result.evidence.iter().flat_map(|piece| piece.at.keys()).map(String::as_str).collect();
    letters.sort_unstable();
    letters.dedup();
    let of_letter = |letter: &str| {
        let found = curves(result, letter);
        let flat = found.iter().all(|curve| {
            let all = || curve.sights.iter().map(|sight| sight.measurement);
            all().all(|one| one.predicted == 0.0 && one.estimate.abs() < 1e-9)
        });
        (!flat).then(|| picture(subject, result, letter, &found))
    };
    letters.into_iter().filter_map(of_letter).collect()
}

fn picture(
    subject: &SubjectResult,
    result: &ClaimResult,
    letter: &str,
    found: &[Curve<'_>],
) -> Sketch {
    let label = |curve: &Curve<'_>| {
        let others = curve.others.iter().map(|(name, value)| match value {
            Json::String(text) => format!("{name} = {text}"),
            other => format!("{name} = {other}"),
        });
        let place = others.collect::<Vec<_>>().join(", ");
        if place.is_empty() {
            curve.kind.word().to_owned()
        } else {
            format!("{}, {place}", curve.kind)
        }
    };
    let numbered = found.iter().enumerate();
    let series = numbered.map(|(number, curve)| curve.series(&label(curve), Style::Ours(number)));
    let caption =
        format!("Lines: predicted; marks: measured, with intervals. {}", words::reason(result));
    let chart = Chart {
        title: format!("{} over {letter}", result.name()),
        description: caption.clone(),
        x: Axis { label: letter.to_owned(), logarithmic: false },
        y: Axis { label: result.name().replace('_', " "), logarithmic: false },
        series: series.collect(),
    };
    Sketch {
        name: format!("{} {letter}", result.id),
        subject: subject.id.clone(),
        lines: vec![result.id.clone()],
        caption,
        drawing: chart.draw(),
    }
}
