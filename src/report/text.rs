//! The report for a terminal: one line a claim, with a witness where something is wrong.

use super::words;
use crate::suite::{ClaimResult, Results};
use crate::verdict::{EvidenceKind, Verdict};
use std::fmt::Write;

/// Longer values are cut: a matrix of a large instance helps nobody on a terminal.
const WIDEST: usize = 160;

/// Whether verdicts are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With the escape sequences of terminals.
    Coloured,
}

/// The results as text, a line end behind each line.
pub fn text(results: &Results, style: Style) -> String {
    let mut out = String::new();
    for subject in &results.subjects {
        let title = subject.title.as_ref().map(|title| format!(": {title}"));
        writeln!(out, "{}{}", subject.id, title.unwrap_or_default()).expect(INFALLIBLE);
        let lines: Vec<&ClaimResult> = results.of_subject(&subject.id).collect();
        let longest = lines.iter().map(|line| line.name().chars().count()).max().unwrap_or(0);
        for line in lines {
            describe(&mut out, line, longest.min(40), style);
        }
        out.push('\n');
    }
    writeln!(out, "{}", words::summary(results)).expect(INFALLIBLE);
    for result in results.claims.iter().filter(|result| result.contradiction) {
        writeln!(
            out,
            "CONTRADICTION: {} is proved and refuted; this is a bug of the tool, please report it",
            result.id
        )
        .expect(INFALLIBLE);
    }
    out
}

const INFALLIBLE: &str = "a string takes everything";

fn describe(out: &mut String, result: &ClaimResult, width: usize, style: Style) {
    let mark = painted(result, style, &format!("{:<4}", words::mark(result)));
    let verdict = painted(result, style, &format!("{:<12}", result.verdict));
    let (kind, name) = (result.kind.word(), result.name());
    let dropped = result.drops.as_ref().map(|text| format!("without {text}: "));
    let reason = cut(&format!("{}{}", dropped.unwrap_or_default(), words::reason(result)));
    let line = format!("  {mark} {kind:<6} {name:<width$}  {verdict} {reason}");
    writeln!(out, "{}", line.trim_end()).expect(INFALLIBLE);
    for text in detail(result) {
        writeln!(out, "         {}", cut(&text)).expect(INFALLIBLE);
    }
}

/// What stands below a line: the witness where it is not as claimed, the room that a bound leaves,
/// and of each kind of evidence the measurement that sees the least.
pub(super) fn detail(result: &ClaimResult) -> Vec<String> {
    let mut lines = Vec::new();
    let mut detail = |text: String| lines.push(text);
    if result.as_claimed == Some(false) {
        detail(format!("stated  {}", result.statement));
    }
    if let Some(witness) =
        result.counterexample.as_ref().filter(|_| result.as_claimed == Some(false))
    {
        let values = words::values(witness);
        if !values.is_empty() {
            detail(format!("with    {values}"));
        }
        // A kind of line without sides at an instance: what is left of the normal forms.
        let difference = result.evidence.iter().find(|piece| {
            piece.kind == EvidenceKind::Proof && piece.counterexample.as_ref() == Some(witness)
        });
        match difference.and_then(|piece| piece.note.as_ref()) {
            Some(note) => {
                detail(format!("because {note}"));
                detail(format!("there   {}", witness.left));
            }
            None => {
                detail(format!("left    {}", witness.left));
                detail(format!("right   {}", witness.right));
            }
        }
    }
    if let Some(slack) = result.slack.as_ref().filter(|_| result.verdict != Verdict::Refuted) {
        detail(format!("room left by the bound: {}", words::room(slack)));
    }
    for (piece, measurement) in words::weakest(result) {
        let place = match piece.at_words() {
            at if at.is_empty() => String::new(),
            at => format!("at {at}"),
        };
        let own = match piece.verdict == result.verdict || piece.verdict == Verdict::Open {
            true => String::new(),
            false => format!(" ({})", piece.verdict),
        };
        let mut text = format!("{}{own}: {}", piece.kind, words::measured(measurement));
        let resolution = words::resolution(measurement);
        let biases = words::large_biases(measurement);
        for part in [&resolution, &place, &biases] {
            if !part.is_empty() {
                text += &format!("; {part}");
            }
        }
        detail(text);
    }
    lines
}

/// At most [`WIDEST`] characters of a line.
fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        None => text.to_owned(),
        Some((place, _)) => format!("{}...", &text[..place]),
    }
}

fn painted(result: &ClaimResult, style: Style, text: &str) -> String {
    let colour = match result.as_claimed {
        _ if style == Style::Plain => return text.to_owned(),
        Some(true) => "32",
        Some(false) => "1;31",
        None => "33",
    };
    format!("\u{1b}[{colour}m{text}\u{1b}[0m")
}
