//! The results arranged as the pages of a report: what the templates are filled with.

use super::calibration::CalibrationPage;
use super::figures::Picture;
use super::repetition::sentence;
use super::study::{Erratum, Study, errata};
use super::words::{self, plural};
use crate::calibration::{Calibration, Repetitions};
use crate::evidence::{Evidence, Measurement};
use crate::suite::{ClaimResult, Results, SubjectResult};
use serde::Serialize;

/// A report.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    pub(super) results: &'a Results,
    /// The counts in a sentence.
    pub(super) summary: String,
    pub(super) error_budget: String,
    /// Lines that are not as claimed.
    pub(super) failures: Vec<&'a str>,
    pub(super) contradictions: Vec<&'a str>,
    /// The error rates of the engine, as last measured.
    pub(super) calibration: Option<CalibrationPage>,
    /// What many seeds show of the theorem library, as last measured.
    pub(super) seeds: Seeds,
    /// Printed versions that do not hold.
    pub(super) errata: Vec<Erratum<'a>>,
    pub(super) subjects: Vec<Section<'a>>,
}

/// What many seeds show.
#[derive(Serialize)]
pub(super) struct Seeds {
    version: String,
    sentence: String,
}

/// A file or theorem.
#[derive(Serialize)]
pub(super) struct Section<'a> {
    #[serde(flatten)]
    pub(super) subject: &'a SubjectResult,
    pub(super) study: Study<'a>,
    /// Its pictures: not the figures that it asks for, which `subject` holds.
    pub(super) pictures: Vec<Shown<'a>>,
    /// The hypotheses that controls drop, each once.
    pub(super) hypotheses: Vec<Hypothesis<'a>>,
    pub(super) lines: Vec<Line<'a>>,
}

/// A picture in a report: the file `figures/NAME` with the ending of the format.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    name: &'a str,
    title: &'a str,
    caption: &'a str,
}

/// A hypothesis, and what becomes of the statement without it.
#[derive(Serialize)]
pub(super) struct Hypothesis<'a> {
    text: &'a str,
    controls: Vec<Dropped<'a>>,
}

/// A control that drops a hypothesis.
#[derive(Serialize)]
pub(super) struct Dropped<'a> {
    id: &'a str,
    name: &'a str,
    mark: &'static str,
    verdict: &'static str,
    reason: String,
}

/// A claim or control.
#[derive(Clone, Serialize)]
pub(super) struct Line<'a> {
    pub(super) result: &'a ClaimResult,
    pub(super) name: &'a str,
    /// `claim` or `control`.
    pub(super) kind: &'static str,
    pub(super) mark: &'static str,
    pub(super) reason: String,
    /// The margin in words.
    pub(super) margin: Option<String>,
    pub(super) slack: Option<String>,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) witness: Option<Witness<'a>>,
}

/// Evidence that says the same at several instances, or one measurement.
#[derive(Clone, PartialEq, Serialize)]
pub(super) struct Row<'a> {
    kind: &'static str,
    verdict: &'static str,
    place: String,
    measured: String,
    /// Margin, smallest error caught, samples, method, systematic errors.
    resolution: String,
    note: String,
    /// The measurement itself.
    #[serde(skip)]
    pub(super) measurement: Option<&'a Measurement>,
}

/// The smallest counterexample.
#[derive(Clone, Serialize)]
pub(super) struct Witness<'a> {
    sizes: String,
    values: String,
    left: &'a str,
    right: &'a str,
}

impl<'a> Page<'a> {
    /// The page of some results, with these pictures.
    pub(super) fn of(results: &'a Results, pictures: &'a [Picture]) -> Self {
        let ids = |wanted: fn(&ClaimResult) -> bool| {
            let found = results.claims.iter().filter(move |result| wanted(result));
            found.map(|result| result.id.as_str()).collect()
        };
        let shown = |subject: &SubjectResult| {
            let own = pictures.iter().filter(|picture| picture.subject == subject.id);
            own.map(|Picture { name, title, caption, .. }| Shown { name, title, caption }).collect()
        };
        let section = |subject: &'a SubjectResult| Section {
            subject,
            study: Study::of(results.of_subject(&subject.id)),
            pictures: shown(subject),
            hypotheses: hypotheses(results.of_subject(&subject.id)),
            lines: results.of_subject(&subject.id).map(Line::of).collect(),
        };
        let repetitions = Repetitions::last();
        Self {
            results,
            summary: words::summary(results),
            error_budget: super::number::short(results.error_budget),
            failures: ids(|result| result.as_claimed == Some(false)),
            contradictions: ids(|result| result.contradiction),
            calibration: CalibrationPage::of(&Calibration::last()),
            seeds: Seeds { sentence: sentence(&repetitions), version: repetitions.setup.version },
            errata: errata(results),
            subjects: results.subjects.iter().map(section).collect(),
        }
    }
}

/// The controls that drop a hypothesis, by hypothesis.
fn hypotheses<'a>(lines: impl Iterator<Item = &'a ClaimResult>) -> Vec<Hypothesis<'a>> {
    let mut hypotheses: Vec<Hypothesis<'a>> = Vec::new();
    for (result, text) in lines.filter_map(|line| Some((line, line.drops.as_deref()?))) {
        let control = Dropped {
            id: &result.id,
            name: result.name(),
            mark: words::mark(result),
            verdict: result.verdict.word(),
            reason: words::reason(result),
        };
        match hypotheses.iter_mut().find(|known| known.text == text) {
            Some(known) => known.controls.push(control),
            None => hypotheses.push(Hypothesis { text, controls: vec![control] }),
        }
    }
    hypotheses
}

impl<'a> Line<'a> {
    fn of(result: &'a ClaimResult) -> Self {
        Self {
            result,
            name: result.name(),
            kind: words::role(result),
            mark: words::mark(result),
            reason: words::reason(result),
            margin: result.margin.as_ref().map(|margin| {
                let amount = match margin.absolute {
                    true => super::number::short(margin.value),
                    false => super::number::percent(margin.value),
                };
                format!("{amount} because {}", margin.reason)
            }),
            slack: result.slack.as_ref().map(words::room),
            rows: rows(result),
            witness: result.counterexample.as_ref().map(|witness| Witness {
                sizes: words::sizes(witness),
                values: words::values(witness),
                left: &witness.left,
                right: &witness.right,
            }),
        }
    }
}

/// The evidence in rows: pieces without a measurement that say the same share one.
fn rows(result: &ClaimResult) -> Vec<Row<'_>> {
    let mut rows: Vec<(Row<'_>, Vec<&Evidence>)> = Vec::new();
    for piece in &result.evidence {
        let row = row(piece);
        match rows.iter_mut().find(|(known, _)| *known == row && piece.measurement.is_none()) {
            Some((_, pieces)) => pieces.push(piece),
            None => rows.push((row, vec![piece])),
        }
    }
    rows.into_iter()
        .map(|(row, pieces)| {
            let place = match &pieces[..] {
                [piece] if piece.at.is_empty() => "all".to_owned(),
                pieces => places(pieces),
            };
            Row { place, ..row }
        })
        .collect()
}

/// Where: every place if they are few, else how many and the last one.
fn places(pieces: &[&Evidence]) -> String {
    const FEW: usize = 2;
    let mut all: Vec<String> = pieces.iter().map(|piece| piece.at_words()).collect();
    all.dedup();
    match all.last() {
        Some(last) if all.len() > FEW => {
            format!("{}, up to {last}", plural(pieces.len(), "instance"))
        }
        _ => all.join("; "),
    }
}

fn row(piece: &Evidence) -> Row<'_> {
    let measurement = piece.measurement.as_ref();
    let resolution = measurement.map(|measurement| {
        let words = words::resolution(measurement);
        let biases = words::biases(measurement);
        let samples = match measurement.samples {
            // Computed, not sampled.
            0 | 1 => String::new(),
            samples => plural(samples as usize, "sample"),
        };
        let parts = [words, samples, measurement.method.clone(), biases];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    });
    Row {
        kind: piece.kind.word(),
        verdict: piece.verdict.word(),
        place: String::new(),
        measured: measurement.map(words::measured).unwrap_or_default(),
        resolution: resolution.unwrap_or_default(),
        note: piece.note.clone().unwrap_or_default(),
        measurement,
    }
}
