//! How intervals shrink with the number of samples.

use super::figures::Sketch;
use crate::claim::ClaimKind;
use crate::evidence::Measurement;
use crate::figure::{Axis, Chart, Mark, Series, Style};
use crate::suite::{ClaimResult, Results, SubjectResult};

/// Fewer looks show no rate.
const FEWEST: usize = 4;

/// More lines than these hide each other: those with the most looks are drawn.
const MOST: usize = 5;

/// The widths of the intervals of a theorem's claims, relative to their predictions, at each look; with
/// the slope 1/sqrt(n) as a guide. None where nothing was looked at often enough.
pub(super) fn convergence(results: &Results, subject: &SubjectResult) -> Option<Sketch> {
    let claims = results.of_subject(&subject.id).filter(|result| result.kind == ClaimKind::Claim);
    let mut found: Vec<(&ClaimResult, &Measurement)> =
        claims.filter_map(|result| Some((result, longest(result)?))).collect();
    // The order of lines stays among equals.
    found.sort_by_key(|(_, measurement)| std::cmp::Reverse(measurement.looks.len()));
    found.truncate(MOST);
    let points = |measurement: &Measurement| -> Vec<[f64; 2]> {
        let width = |look: &crate::evidence::Look| {
            let [low, high] = look.interval;
            [look.samples as f64, (high - low) / 2.0 / measurement.predicted.abs()]
        };
        let widths = measurement.looks.iter().map(width);
        // The first looks of a heavy-tailed statistic may know nothing.
        widths.filter(|[_, width]| *width < 1e3).collect()
    };
    let mut series: Vec<Series> = Vec::new();
    for (number, (result, measurement)) in found.iter().enumerate() {
        let line = points(measurement);
        let marks = line.iter().map(|&[x, y]| Mark { x, y, interval: None }).collect();
        let label = result.name().replace('_', " ");
        series.push(Series { label, style: Style::Ours(number), line, marks });
    }
    series.retain(|one| one.line.len() >= FEWEST);
    let guide = guide(&series)?;
    series.insert(0, guide);
    let lines: Vec<String> = found.iter().map(|(result, _)| result.id.clone()).collect();
    let caption = "Half the width of each interval, as a part of the prediction, at every look at the \
                   samples. A confidence sequence holds at all looks together, so it may stop at any; its \
                   width falls like the guide, but for the price of looking often."
        .to_owned();
    let chart = Chart {
        title: "Intervals over the number of samples".to_owned(),
        description: caption.clone(),
        x: Axis { label: "n, samples".to_owned(), logarithmic: true },
        y: Axis { label: "half width / prediction".to_owned(), logarithmic: true },
        series,
    };
    Some(Sketch {
        name: format!("{} convergence", subject.id),
        subject: subject.id.clone(),
        lines,
        caption,
        drawing: chart.draw(),
    })
}

/// Of all measurements of a number that is not predicted to be zero the one with the most looks.
fn longest(result: &ClaimResult) -> Option<&Measurement> {
    let measured = result.evidence.iter().filter_map(|piece| piece.measurement.as_ref());
    let measured = measured.filter(|one| one.looks.len() >= FEWEST && one.predicted != 0.0);
    measured.max_by_key(|one| one.looks.len())
}

/// The slope 1/sqrt(n) across the figure, through the last point of the first series.
fn guide(series: &[Series]) -> Option<Series> {
    let &[at, width] = series.first()?.line.last()?;
    let across = series.iter().flat_map(|one| &one.line).map(|[x, _]| *x);
    let (least, most) = across.fold((at, at), |(least, most), x| (least.min(x), most.max(x)));
    let point = |x: f64| [x, width * (at / x).sqrt()];
    Some(Series {
        label: "\u{221d} n^{\u{2212}1/2}".to_owned(),
        style: Style::Guide,
        line: vec![point(least), point(most)],
        marks: Vec::new(),
    })
}
