//! A claim or control on the page of its statement.

use super::Extras;
use super::address::anchor;
use super::evidence::Shown;
use super::figure::Figure;
use crate::claim::ClaimKind;
use crate::mutation::{KindScore, LineScore};
use crate::proof::Derived;
use crate::report::number::{percent, short};
use crate::report::page::Line;
use crate::report::words::{self, plural};
use crate::verdict::{EvidenceKind, Verdict};
use serde::Serialize;

/// Longer derivations are left to `isserlis derive`.
const LONGEST: usize = 60;

/// A claim or control.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    #[serde(flatten)]
    pub(super) line: Line<'a>,
    pub(super) anchor: String,
    pub(super) badge: Badge,
    /// Its evidence.
    shown: Vec<Shown<'a>>,
    /// Some of it is a measurement.
    measured: bool,
    derivation: Option<Derivation<'a>>,
    mutants: Option<Mutants>,
    /// Those that show no other line.
    figures: Vec<Figure<'a>>,
    seconds: Option<String>,
}

/// A verdict for the eye.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Badge {
    /// What is good or bad about it: a class of the style.
    class: &'static str,
    word: &'static str,
}

/// A derivation, or how long it would be.
#[derive(Serialize)]
struct Derivation<'a> {
    derived: Option<&'a Derived>,
    equations: usize,
}

/// What the evidence does to slips in the formula.
#[derive(Serialize)]
struct Mutants {
    /// `44 mutants, 1 of them equivalent`.
    summary: String,
    /// One sentence a kind of evidence.
    kinds: Vec<String>,
    /// Those that some kind accepts: what was done, and the statement.
    survivors: Vec<[String; 2]>,
}

impl<'a> Entry<'a> {
    /// `line` with what is known besides. Its rows move to `shown`.
    pub(super) fn of(mut line: Line<'a>, extras: &'a Extras) -> Self {
        let result = line.result;
        let derivation = extras.derivations.get(&result.id).map(|derived| {
            let equations = equations(derived);
            let short = equations <= LONGEST;
            Derivation { derived: short.then_some(derived), equations }
        });
        let scores = extras.mutants.as_ref().map(|scores| &scores.lines[..]).unwrap_or_default();
        let timings = extras.timings.iter().filter(|timing| timing.id == result.id);
        let seconds: f64 = timings.map(|timing| timing.seconds).sum();
        Self {
            anchor: anchor(result.name()),
            badge: Badge::of(&line),
            measured: line.rows.iter().any(|row| row.measurement.is_some()),
            shown: std::mem::take(&mut line.rows).into_iter().map(Shown::of).collect(),
            derivation,
            mutants: scores.iter().find(|score| score.id == result.id).map(Mutants::of),
            figures: extras.figures_of_line(&result.id),
            seconds: (seconds >= 0.1).then(|| short(seconds)),
            line,
        }
    }
}

impl Badge {
    fn of(line: &Line<'_>) -> Self {
        let (class, word) = match (line.result.kind, line.result.verdict) {
            (ClaimKind::Claim, verdict) => (verdict.word(), verdict.word()),
            // A control that is refuted does what it should.
            (ClaimKind::Refute, Verdict::Refuted) => ("rejected", "rejected"),
            (ClaimKind::Refute, Verdict::Proved | Verdict::Verified) => ("refuted", "not rejected"),
            (ClaimKind::Refute, verdict) => (verdict.word(), verdict.word()),
        };
        Self { class, word }
    }
}

/// Lines of formulas in a derivation.
fn equations(derived: &Derived) -> usize {
    let expectations = derived.expectations.iter().map(|expectation| {
        let parts = expectation.parts.iter().flat_map(|part| &part.equations);
        expectation.integrand.len()
            + expectation.value.len()
            + parts.map(|(_, lines)| lines.len()).sum::<usize>()
    });
    expectations.sum::<usize>() + derived.sides.iter().map(Vec::len).sum::<usize>()
}

impl Mutants {
    fn of(score: &LineScore) -> Self {
        let kind = |kind: &KindScore| {
            let name = match kind.kind {
                EvidenceKind::Proof | EvidenceKind::Exact => "proof or exact evidence",
                other => other.word(),
            };
            let all = format!("{name} rejects {} of {}", kind.rejected, kind.tried);
            match kind.large {
                0 => all,
                large => format!(
                    "{all}; {} of {large} that are off by twice the need or more",
                    kind.large_rejected
                ),
            }
        };
        let survivors = score.survivors.iter().map(|survivor| {
            let effect = survivor.effect.map(|effect| format!(", off by {}", percent(effect)));
            let words = format!("{}{}", survivor.operator.words(), effect.unwrap_or_default());
            [words, survivor.statement.clone()]
        });
        Self {
            summary: format!(
                "{}, {} of them equivalent",
                plural(score.mutants as usize, "mutant"),
                score.equivalent
            ),
            kinds: score.kinds.iter().map(kind).collect(),
            survivors: survivors.collect(),
        }
    }
}

/// The weakest measurements of a line in words, one a kind of evidence.
pub(super) fn measured(line: &Line<'_>) -> Vec<String> {
    let weakest = words::weakest(line.result).into_iter();
    let sentence = weakest.map(|(piece, measurement)| {
        let place = piece.at_words();
        let place = if place.is_empty() { place } else { format!(" at {place}") };
        let resolution = words::resolution(measurement);
        let resolution = if resolution.is_empty() { resolution } else { format!("; {resolution}") };
        format!("{}{place}: {}{resolution}", piece.kind, words::measured(measurement))
    });
    sentence.collect()
}
