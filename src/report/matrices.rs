//! Measured matrices beside their predictions, as coloured squares.

use super::figures::Sketch;
use super::number::short;
use crate::claim::ClaimKind;
use crate::evidence::{Entries, Evidence, Measurement};
use crate::figure::{HeatMap, Panel};
use crate::suite::{ClaimResult, FigureResult, Results, SubjectResult};
use crate::verdict::EvidenceKind;

/// A picture of every claim about a matrix that was sampled or trained and is not shown by a figure of
/// the author: at the largest instance, by the kind of evidence that comes last.
pub(super) fn automatic_matrices(results: &Results, subject: &SubjectResult) -> Vec<Sketch> {
    let is_declared = |name: &str| {
        subject
            .figures
            .iter()
            .any(|figure| matches!(figure, FigureResult::Matrix { line, .. } if line == name))
    };
    let claims = results.of_subject(&subject.id).filter(|result| result.kind == ClaimKind::Claim);
    claims
        .filter(|result| !is_declared(result.name()))
        .filter_map(|result| matrix(subject, result, &result.name().replace('_', " "), None))
        .collect()
}

/// The picture of a line, if it measured a matrix with more than one row and column that is not zero.
pub(super) fn matrix(
    subject: &SubjectResult,
    result: &ClaimResult,
    title: &str,
    block: Option<&str>,
) -> Option<Sketch> {
    let (piece, measurement, entries) = largest(result)?;
    let block = block.and_then(|letter| piece.at.get(letter)?.as_u64()).unwrap_or(0);
    let difference = entries.estimated.iter().zip(&entries.predicted).map(|(a, b)| a - b);
    let difference: Vec<f64> = difference.collect();
    let size = |entries: &[f64]| entries.iter().map(|entry| entry.abs()).fold(0.0, f64::max);
    let full = size(&entries.predicted).max(size(&entries.estimated));
    let measured = match piece.kind {
        EvidenceKind::Training => "trained",
        _ => "measured",
    };
    let panel = |label: &str, entries: &[f64], full: f64| Panel {
        label: label.to_owned(),
        entries: entries.to_vec(),
        full,
    };
    let [low, high] = measurement.interval.map(short);
    // Where both sides were observed their difference is compared with zero.
    let predicted = if measurement.predicted == 0.0 { "right side" } else { "predicted" };
    let caption = format!(
        "{}, at {}: {predicted}, {measured}, and the difference, which has a scale of its own. The \
         Frobenius norm of the difference lies in [{low}, {high}], that of the {predicted} matrix is {}.",
        result.name(),
        piece.at_words(),
        short(entries.predicted.iter().map(|entry| entry * entry).sum::<f64>().sqrt())
    );
    let map = HeatMap {
        title: title.to_owned(),
        description: caption.clone(),
        columns: entries.columns,
        block: block as usize,
        panels: vec![
            panel(predicted, &entries.predicted, full),
            panel(measured, &entries.estimated, full),
            panel("difference", &difference, size(&difference)),
        ],
    };
    Some(Sketch {
        name: format!("{} matrix", result.id),
        subject: subject.id.clone(),
        lines: vec![result.id.clone()],
        caption,
        drawing: map.draw(),
    })
}

fn largest(result: &ClaimResult) -> Option<(&Evidence, &Measurement, &Entries)> {
    let drawn = |piece: &'_ &Evidence| {
        matches!(piece.kind, EvidenceKind::Simulation | EvidenceKind::Training)
    };
    let with_entries = result.evidence.iter().filter(drawn).filter_map(|piece| {
        let measurement = piece.measurement.as_ref()?;
        Some((piece, measurement, measurement.entries.as_ref()?))
    });
    with_entries
        .filter(|(_, _, entries)| {
            let rows = entries.predicted.len() / entries.columns.max(1);
            rows > 1 && entries.columns > 1 && entries.predicted.iter().any(|entry| *entry != 0.0)
        })
        .max_by_key(|(piece, _, entries)| (entries.predicted.len(), piece.kind))
}
