//! Measurements of a line as curves over a letter, and the charts that a report draws of them by
//! itself.

use super::figures::Sketch;
use super::words;
use crate::claim::ClaimKind;
use crate::evidence::{Evidence, Measurement, in_words};
use crate::figure::{Axis, Chart, Mark, Series, Style};
use crate::suite::{ClaimResult, FigureResult, PointsResult, Results, SubjectResult};
use crate::verdict::EvidenceKind;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Fewer values of a letter make no chart by themselves.
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
    /// The other letters with their values, as in `d = 2, N = 5`.
    pub(super) others: String,
    /// What `at` does not show, where all is to be equal.
    unshown: Option<&'a str>,
    /// In the order of the letter.
    pub(super) sights: Vec<Sight<'a>>,
}

impl Curve<'_> {
    /// Measurements with their intervals, on top of the predictions joined by a line.
    pub(super) fn series(&self, label: &str, style: Style) -> Series {
        let line = self.sights.iter().map(|sight| [sight.x, sight.measurement.predicted]);
        let marks = self.sights.iter().map(|sight| mark(sight.x, sight.measurement));
        let (line, marks) = (line.collect(), marks.collect());
        Series { label: label.to_owned(), style, line, marks }
    }
}

pub(super) fn mark(x: f64, measurement: &Measurement) -> Mark {
    Mark { x, y: measurement.estimate, interval: Some(measurement.interval) }
}

/// The number that a size or a scalar of an instance is.
fn number(value: &Json) -> Option<f64> {
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
/// letters that `at` shows equal; with `alike` also those that it does not show.
pub(super) fn curves<'a>(result: &'a ClaimResult, letter: &str, alike: bool) -> Vec<Curve<'a>> {
    let mut curves: Vec<Curve<'a>> = Vec::new();
    for piece in &result.evidence {
        let Some(sight) = sight(piece, letter) else { continue };
        let others = piece.at.iter().filter(|(name, _)| *name != letter);
        let others: BTreeMap<String, Json> =
            others.map(|(name, value)| (greek(name), value.clone())).collect();
        let others = in_words(&others);
        let unshown = piece.unshown.as_deref().filter(|_| alike);
        let same = |curve: &&mut Curve<'_>| {
            curve.kind == piece.kind && curve.others == others && curve.unshown == unshown
        };
        match curves.iter_mut().find(same) {
            Some(curve) => curve.sights.push(sight),
            None => curves.push(Curve { kind: piece.kind, others, unshown, sights: vec![sight] }),
        }
    }
    for curve in &mut curves {
        curve.sights.sort_by(|one, other| one.x.total_cmp(&other.x));
    }
    curves
}

fn sight<'a>(piece: &'a Evidence, letter: &str) -> Option<Sight<'a>> {
    let measurement = piece.measurement.as_ref().filter(|measurement| !measurement.deviation)?;
    Some(Sight { x: number(piece.at.get(letter)?)?, measurement })
}

/// A chart for every claim and every letter that its measurements have three values of, with
/// everything else equal, but for what figures of the author show.
pub(super) fn automatic_curves(results: &Results, subject: &SubjectResult) -> Vec<Sketch> {
    let claims = results.of_subject(&subject.id).filter(|result| result.kind == ClaimKind::Claim);
    claims.flat_map(|result| of_claim(subject, result)).collect()
}

fn of_claim(subject: &SubjectResult, result: &ClaimResult) -> Vec<Sketch> {
    let mut letters: Vec<&str> =
        result.evidence.iter().flat_map(|piece| piece.at.keys()).map(String::as_str).collect();
    letters.sort_unstable();
    letters.dedup();
    letters.retain(|letter| !is_declared(subject, result.name(), letter));
    let of_letter = |letter: &str| {
        let mut found = curves(result, letter, true);
        // What is zero by construction makes no picture.
        found.retain(|curve| {
            let is_zero = |sight: &Sight<'_>| {
                sight.measurement.predicted == 0.0 && sight.measurement.estimate.abs() < 1e-9
            };
            curve.sights.len() >= FEWEST && !curve.sights.iter().all(is_zero)
        });
        (!found.is_empty()).then(|| sketch(subject, result, letter, &found))
    };
    letters.into_iter().filter_map(of_letter).collect()
}

/// Whether a figure of the author shows the line over the letter.
fn is_declared(subject: &SubjectResult, name: &str, over: &str) -> bool {
    subject.figures.iter().any(|figure| match figure {
        FigureResult::Matrix { .. } => false,
        FigureResult::Curves { curves, .. } => curves.iter().any(|curve| match &curve.points {
            PointsResult::Over { line, letter } => line == name && letter == over,
            PointsResult::At(_) => false,
        }),
    })
}

fn sketch(
    subject: &SubjectResult,
    result: &ClaimResult,
    letter: &str,
    found: &[Curve<'_>],
) -> Sketch {
    let label = |curve: &Curve<'_>| match curve.others.as_str() {
        "" => curve.kind.word().to_owned(),
        others => format!("{}, {others}", curve.kind),
    };
    let numbered = found.iter().enumerate();
    let series = numbered.map(|(number, curve)| curve.series(&label(curve), Style::Ours(number)));
    let name = result.name().replace('_', " ");
    let caption = format!(
        "Line: the prediction of {}; marks: what was measured, with intervals ({}).",
        result.name(),
        words::reason(result)
    );
    let chart = Chart {
        title: format!("{name} over {letter}"),
        description: caption.clone(),
        x: Axis { label: greek(letter), logarithmic: false },
        y: Axis { label: name, logarithmic: false },
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

/// A letter of a claim as it is written by hand: `sigma` as a Greek one.
fn greek(letter: &str) -> String {
    let written = match letter {
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "delta" => "δ",
        "eps" | "epsilon" => "ε",
        "eta" => "η",
        "theta" => "θ",
        "kappa" => "κ",
        "lam" | "lambda" => "λ",
        "mu" => "μ",
        "rho" => "ρ",
        "sigma" => "σ",
        "tau" => "τ",
        "omega" => "ω",
        "s2" => "s^{2}",
        other => other,
    };
    written.to_owned()
}
