//! Kill scores for a terminal: one line a claim and kind of evidence, and the survivors.

use super::number::percent;
use super::words::plural;
use crate::mutation::{KindScore, LineScore, MutantResult, Scores};
use crate::verdict::{EvidenceKind, Verdict};
use std::fmt::Write;

/// Longer statements are cut.
const WIDEST: usize = 160;

const INFALLIBLE: &str = "a string takes everything";

/// The scores as text, a line end behind each line.
pub fn mutants(scores: &Scores) -> String {
    let mut out = String::new();
    for line in &scores.lines {
        describe(&mut out, line);
    }
    let equivalent: u64 = scores.lines.iter().map(|line| line.equivalent).sum();
    let mutants: u64 = scores.lines.iter().map(|line| line.mutants).sum();
    let claims = plural(scores.lines.len(), "claim");
    let mutants = plural(mutants as usize, "mutant");
    writeln!(out, "{claims}: {mutants}, {equivalent} of them equivalent").expect(INFALLIBLE);
    for kind in scores.total() {
        writeln!(out, "  {}", score(&kind)).expect(INFALLIBLE);
    }
    out
}

fn describe(out: &mut String, line: &LineScore) {
    writeln!(out, "{}", line.id).expect(INFALLIBLE);
    writeln!(out, "  {}", cut(&line.statement)).expect(INFALLIBLE);
    let mutants = plural(line.mutants as usize, "mutant");
    writeln!(out, "  {mutants}, {} of them equivalent", line.equivalent).expect(INFALLIBLE);
    for kind in &line.kinds {
        writeln!(out, "  {}", score(kind)).expect(INFALLIBLE);
    }
    for survivor in &line.survivors {
        survives(out, survivor);
    }
    out.push('\n');
}

/// `training          40 of 42 rejected; 38 of 38 that are off by twice the need or more`
fn score(kind: &KindScore) -> String {
    let name = name(kind.kind);
    let all = format!("{name:<15} {} of {} rejected", kind.rejected, kind.tried);
    match kind.large {
        0 => all,
        large => format!(
            "{all}; {} of {large} that are off by twice the need or more",
            kind.large_rejected
        ),
    }
}

fn survives(out: &mut String, survivor: &MutantResult) {
    let effect = survivor.effect.map(|effect| format!(", off by {}", percent(effect)));
    let words = survivor.operator.words();
    let statement = cut(&survivor.statement);
    writeln!(out, "    survives ({words}{}): {statement}", effect.unwrap_or_default())
        .expect(INFALLIBLE);
    for (kind, said) in survivor.said.iter().filter(|(_, said)| said.verdict != Verdict::Refuted) {
        let reason = said.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        let text = format!("{}: {}{reason}", name(*kind), said.verdict);
        writeln!(out, "             {}", cut(&text)).expect(INFALLIBLE);
    }
}

fn name(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Proof | EvidenceKind::Exact => "proof or exact",
        other => other.word(),
    }
}

/// At most [`WIDEST`] characters of a line.
fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        None => text.to_owned(),
        Some((place, _)) => format!("{}...", &text[..place]),
    }
}
