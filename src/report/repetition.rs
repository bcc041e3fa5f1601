//! The verdicts of a check with many seeds, for a terminal and for the first page of a report.

use super::number::percent;
use super::words::plural;
use crate::calibration::{RepeatedLine, Repetitions};
use crate::claim::ClaimKind;
use std::fmt::Write;

const INFALLIBLE: &str = "a string takes everything";

/// The counts as text, a line end behind each line: a row a line of the check, then a sentence.
pub fn repetitions(counts: &Repetitions) -> String {
    let mut out = String::new();
    let longest = counts.lines.iter().map(|line| line.id.chars().count()).max().unwrap_or(0);
    for line in &counts.lines {
        let kind = line.kind.word();
        let row = format!("{kind:<6} {:<longest$}  {}{}", line.id, verdicts(line), caught(line));
        writeln!(out, "{row}").expect(INFALLIBLE);
    }
    writeln!(out, "\n{}", sentence(counts)).expect(INFALLIBLE);
    out
}

/// What all seeds together show, in one sentence.
pub(super) fn sentence(counts: &Repetitions) -> String {
    let of = |kind| counts.lines.iter().filter(|line| line.kind == kind).count();
    let disagreements = match &counts.disagreements()[..] {
        [] => "every line with the same verdict in all".to_owned(),
        lines => {
            let lines = lines.iter().map(|line| format!("{} ({})", line.id, verdicts(line)));
            format!("verdicts that depend on the seed: {}", lines.collect::<Vec<_>>().join(", "))
        }
    };
    format!(
        "{}, {} and {}: {}, {}, {disagreements}",
        plural(counts.seeds as usize, "seed"),
        plural(of(ClaimKind::Claim), "claim"),
        plural(of(ClaimKind::Refute), "control"),
        plural(counts.wrong(ClaimKind::Claim) as usize, "false refutation"),
        plural(counts.wrong(ClaimKind::Refute) as usize, "accepted control"),
    )
}

/// `verified 99, inconclusive 1`.
fn verdicts(line: &RepeatedLine) -> String {
    let words = line.verdicts.iter().map(|(verdict, count)| format!("{verdict} {count}"));
    words.collect::<Vec<_>>().join(", ")
}

fn caught(line: &RepeatedLine) -> String {
    line.smallest_caught.map_or_else(String::new, |[least, most]| {
        format!(", smallest error caught {} to {}", percent(least), percent(most))
    })
}
