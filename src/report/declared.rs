//! The charts that a theorem asks for: several lines in one picture, with the authors' numbers beside.

use super::curves::{Curve, curves, mark};
use super::figures::Sketch;
use super::matrices::matrix;
use crate::figure::{Axis, Chart, Mark, Series, Style};
use crate::suite::{
    ClaimResult, CurveResult, FigureResult, PointsResult, PublishedResult, Results, SubjectResult,
};

/// The figures of a theorem of whose lines the results have measurements.
pub(super) fn declared_figures(results: &Results, subject: &SubjectResult) -> Vec<Sketch> {
    let lines = Lines { results, subject };
    let draw = |figure: &FigureResult| match figure {
        FigureResult::Matrix { title, line, block } => {
            matrix(subject, lines.named(line)?, title, block.as_deref())
        }
        FigureResult::Curves { title, x, y, curves, published } => {
            chart(&lines, title, [x, y], curves, published)
        }
    };
    subject.figures.iter().filter_map(draw).collect()
}

/// The lines of a theorem.
struct Lines<'a> {
    results: &'a Results,
    subject: &'a SubjectResult,
}

impl<'a> Lines<'a> {
    fn named(&self, name: &str) -> Option<&'a ClaimResult> {
        self.results.of_subject(&self.subject.id).find(|result| result.name() == name)
    }
}

fn chart(
    lines: &Lines<'_>,
    title: &str,
    [x, y]: [&str; 2],
    asked: &[CurveResult],
    published: &[PublishedResult],
) -> Option<Sketch> {
    let mut series: Vec<Series> = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    for curve in asked {
        let found = series_of(lines, curve, series.len(), &mut shown);
        // One prediction for several lines, such as a floor, is drawn once.
        for mut one in found {
            if series.iter().any(|known| known.line == one.line) {
                one.line.clear();
            }
            series.push(one);
        }
    }
    if series.is_empty() {
        return None;
    }
    let theirs = published.iter().enumerate().map(|(number, published)| Series {
        label: published.label.clone(),
        style: Style::Published(number),
        line: Vec::new(),
        marks: published.points.iter().map(|&(x, y)| Mark { x, y, interval: None }).collect(),
    });
    series.extend(theirs);
    let sources = published.iter().map(|one| format!(" {}: {}.", one.label, one.source));
    let caption = format!(
        "Lines: predicted; marks: measured, with intervals.{}",
        sources.collect::<String>()
    );
    let axis = |label: &str| Axis { label: label.to_owned(), logarithmic: false };
    let chart = Chart {
        title: title.to_owned(),
        description: caption.clone(),
        x: axis(x),
        y: axis(y),
        series,
    };
    Some(Sketch {
        name: format!("{} {title}", lines.subject.id),
        subject: lines.subject.id.clone(),
        lines: shown,
        caption,
        drawing: chart.draw(),
    })
}

/// The curves that are worth a line: of those that have more points than one, if any has. Curves of
/// one point each, whose other letters move along with the one on the axis, are one.
fn together(mut found: Vec<Curve<'_>>) -> Vec<Curve<'_>> {
    if found.iter().any(|curve| curve.sights.len() > 1) {
        found.retain(|curve| curve.sights.len() > 1);
    }
    let kind = found.first().map(|curve| curve.kind);
    let alone = |curve: &Curve<'_>| curve.sights.len() == 1 && Some(curve.kind) == kind;
    if found.len() < 2 || !found.iter().all(alone) {
        return found;
    }
    let mut whole = found.remove(0);
    whole.others.clear();
    whole.sights.extend(found.into_iter().flat_map(|curve| curve.sights));
    whole.sights.sort_by(|one, other| one.x.total_cmp(&other.x));
    vec![whole]
}

/// The series of one curve, from number `first` on; the ids of its lines are added to `shown`.
fn series_of(
    lines: &Lines<'_>,
    curve: &CurveResult,
    first: usize,
    shown: &mut Vec<String>,
) -> Vec<Series> {
    let mut show = |result: &ClaimResult| {
        if !shown.contains(&result.id) {
            shown.push(result.id.clone());
        }
    };
    match &curve.points {
        PointsResult::Over { line, letter } => {
            let Some(result) = lines.named(line) else { return Vec::new() };
            let found = together(curves(result, letter, false));
            if !found.is_empty() {
                show(result);
            }
            let several = found.len() > 1;
            let label = |others: &str| match (several, others) {
                (true, others) if !others.is_empty() => format!("{}, {others}", curve.label),
                _ => curve.label.clone(),
            };
            let numbered = found.iter().enumerate();
            numbered
                .map(|(number, one)| one.series(&label(&one.others), Style::Ours(first + number)))
                .collect()
        }
        PointsResult::At(places) => {
            let mut marks = Vec::new();
            for (x, line) in places {
                let Some(result) = lines.named(line) else { continue };
                let numbers = result.evidence.iter().filter_map(|piece| piece.measurement.as_ref());
                let numbers: Vec<_> = numbers.filter(|one| !one.deviation).collect();
                if !numbers.is_empty() {
                    show(result);
                }
                marks.extend(numbers.into_iter().map(|measurement| mark(*x, measurement)));
            }
            if marks.is_empty() {
                return Vec::new();
            }
            // Neighbours are joined: the marks are of different lines, which predict bounds.
            let line = marks.iter().map(|mark| [mark.x, mark.y]).collect();
            vec![Series { label: curve.label.clone(), style: Style::Ours(first), line, marks }]
        }
    }
}
