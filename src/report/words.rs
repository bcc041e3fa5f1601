//! What every format says of a result, in words.

use super::number::{percent, short};
use crate::claim::ClaimKind;
use crate::evidence::{BiasBound, Counterexample, Evidence, Measurement};
use crate::suite::{ClaimResult, Results, Slack};
use crate::verdict::{EvidenceKind, Verdict};

/// The kinds of evidence in the order of reports.
pub(super) const KINDS: [EvidenceKind; 5] = [
    EvidenceKind::Proof,
    EvidenceKind::Exact,
    EvidenceKind::Simulation,
    EvidenceKind::Training,
    EvidenceKind::Flow,
];

/// How a line did: `ok`, `FAIL` or `?`.
pub(super) fn mark(result: &ClaimResult) -> &'static str {
    match result.as_claimed {
        Some(true) => "ok",
        Some(false) => "FAIL",
        None => "?",
    }
}

/// What the note says of a control that is a formula as it was printed; none of other lines.
pub(super) fn printed(result: &ClaimResult) -> Option<&str> {
    let mut notes = result.notes.iter().map(String::as_str);
    notes.find(|note| result.kind == ClaimKind::Refute && note.contains("as printed"))
}

/// What a line is called in a report: `claim` or `control`.
pub(super) fn role(result: &ClaimResult) -> &'static str {
    match result.kind {
        ClaimKind::Claim => "claim",
        ClaimKind::Refute => "control",
    }
}

/// Why the verdict is what it is, in one line.
pub(super) fn reason(result: &ClaimResult) -> String {
    if let Some(undecided) = &result.undecided {
        return undecided.clone();
    }
    let deciding = |piece: &&Evidence| piece.verdict == result.verdict;
    if result.verdict == Verdict::Refuted {
        let first = result.evidence.iter().find(deciding);
        let text = match (&result.counterexample, first) {
            (Some(witness), _) => format!("exact counterexample{}", sizes(witness)),
            (None, Some(piece)) if piece.kind == EvidenceKind::Proof => {
                piece.note.clone().unwrap_or_default()
            }
            (None, Some(piece)) => format!("{} at {}", piece.kind, piece.at_words()),
            (None, None) => String::new(),
        };
        let hidden = result.evidence.iter().filter(|piece| piece.verdict == Verdict::Verified);
        let is_wide = |piece: &&Evidence| {
            piece.measurement.as_ref().is_some_and(|measurement| measurement.margin.is_some())
        };
        let hidden = hidden.filter(is_wide).map(|piece| piece.kind).next();
        return match hidden.filter(|_| result.kind == ClaimKind::Refute) {
            Some(kind) => format!("{text}; {kind} misses it: margin too wide"),
            None => text,
        };
    }
    let counts = KINDS.into_iter().filter_map(|kind| {
        let count = result.evidence.iter().filter(deciding).filter(|one| one.kind == kind).count();
        (count > 0).then(|| match kind {
            EvidenceKind::Proof => everywhere(result),
            _ => format!("{kind} at {}", plural(count, "instance")),
        })
    });
    let mut text = counts.collect::<Vec<_>>().join(", ");
    if result.slack.as_ref().is_some_and(|slack| slack.vacuous) {
        text += "; vacuous: the bound holds for a trivial reason";
    }
    text
}

/// A line with its verdict, the reason, and a witness where it is not as claimed; several lines of
/// text.
#[cfg(feature = "cli")]
pub(super) fn outcome(result: &ClaimResult) -> String {
    if result.contradiction {
        let id = &result.id;
        return format!("{id} is proved and refuted; this is a bug of the tool, please report it");
    }
    let must = match (result.kind, result.as_claimed) {
        (_, None) => "is undecided",
        (ClaimKind::Claim, _) => "does not hold",
        (ClaimKind::Refute, _) => "is not rejected",
    };
    let mut text = format!(
        "{} `{}` {must}: {}, {}",
        result.kind.word(),
        result.name(),
        result.verdict,
        reason(result)
    );
    if result.as_claimed == Some(false) {
        for line in super::text::detail(result) {
            text += "\n";
            text += &line;
        }
    }
    text
}

/// How much room a bound leaves at the instances: the larger side less the smaller one.
pub(super) fn room(slack: &Slack) -> String {
    let vacuous = if slack.vacuous { "; vacuous" } else { "" };
    format!("smallest {}, median {}{vacuous}", short(slack.min), short(slack.median))
}

/// Where a proved line holds, and on what condition.
fn everywhere(result: &ClaimResult) -> String {
    let mut text = "for all sizes and values".to_owned();
    if !result.divisors.is_empty() {
        text += &format!(" but where {} vanishes", result.divisors.join(" or "));
    }
    let proof = result.evidence.iter().find(|piece| piece.kind == EvidenceKind::Proof);
    if let Some(note) = proof.and_then(|piece| piece.note.as_ref()) {
        text += &format!(", {note}");
    }
    text
}

/// ` at d = 1, N = 1`, or nothing where no size matters.
pub(super) fn sizes(witness: &Counterexample) -> String {
    let sizes = witness.sizes.iter().map(|(name, size)| format!("{name} = {size}"));
    let sizes = sizes.collect::<Vec<_>>().join(", ");
    if sizes.is_empty() { sizes } else { format!(" at {sizes}") }
}

/// The letters of a witness: `Lambda = [[2, 1/2], [1/2, 1]], u = 3`.
pub(super) fn values(witness: &Counterexample) -> String {
    let letters = witness.values.iter().map(|(name, rows)| format!("{name} = {}", matrix(rows)));
    letters.collect::<Vec<_>>().join(", ")
}

fn matrix(rows: &[Vec<String>]) -> String {
    match rows {
        [row] if row.len() == 1 => row[0].clone(),
        _ => {
            let rows = rows.iter().map(|row| format!("[{}]", row.join(", ")));
            format!("[{}]", rows.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Of each kind the measurement that would catch the least.
pub(super) fn weakest(result: &ClaimResult) -> Vec<(&Evidence, &Measurement)> {
    let caught = |measurement: &Measurement| measurement.smallest_caught.unwrap_or(f64::INFINITY);
    let of_kind = |kind: EvidenceKind| {
        let pieces = result.evidence.iter().filter(move |piece| piece.kind == kind);
        let measured = pieces.filter_map(|piece| Some((piece, piece.measurement.as_ref()?)));
        // What decides against the line comes first.
        measured.max_by(|(a, one), (b, other)| {
            let refutes = |piece: &Evidence| piece.verdict == Verdict::Refuted;
            refutes(a).cmp(&refutes(b)).then(caught(one).total_cmp(&caught(other)))
        })
    };
    KINDS.into_iter().filter_map(of_kind).collect()
}

/// A measurement against its prediction.
pub(super) fn measured(measurement: &Measurement) -> String {
    let [low, high] = measurement.interval.map(short);
    let (estimate, predicted) = (short(measurement.estimate), short(measurement.predicted));
    match measurement.deviation {
        false => format!("{estimate} in [{low}, {high}], predicted {predicted}"),
        true if measurement.predicted == 0.0 => {
            format!("off by {estimate} in [{low}, {high}] from 0")
        }
        true => format!("off by {estimate} in [{low}, {high}] from a matrix of norm {predicted}"),
    }
}

/// Margin, need where it is stated, and resolution of a measurement.
pub(super) fn resolution(measurement: &Measurement) -> String {
    let amount = |value: f64| if measurement.absolute { short(value) } else { percent(value) };
    let margin = measurement.margin.map(|margin| format!("margin {}", amount(margin)));
    // Twice the margin goes without saying.
    let need = measurement.need.zip(measurement.margin);
    let need = need.filter(|(need, margin)| *need < 2.0 * margin);
    let need = need.map(|(need, _)| format!("need {}", amount(need)));
    let caught = measurement.smallest_caught;
    let caught = caught.map(|caught| format!("smallest error caught {}", amount(caught)));
    margin.into_iter().chain(need).chain(caught).collect::<Vec<_>>().join(", ")
}

/// The systematic errors by which the interval is widened, each with how it was bounded.
pub(super) fn biases(measurement: &Measurement) -> String {
    let words =
        |bias: &BiasBound| format!("{} {} ({})", bias.source.word(), short(bias.bound), bias.how);
    bias_at_most(measurement.biases.iter().map(words).collect())
}

/// The systematic errors that are worth a word: at least a thousandth of the interval.
pub(super) fn large_biases(measurement: &Measurement) -> String {
    let [low, high] = measurement.interval;
    let large = measurement.biases.iter().filter(|bias| bias.bound >= 1e-3 * (high - low));
    bias_at_most(
        large.map(|bias| format!("{} {}", bias.source.word(), short(bias.bound))).collect(),
    )
}

fn bias_at_most(words: Vec<String>) -> String {
    if words.is_empty() { String::new() } else { format!("bias at most: {}", words.join(", ")) }
}

/// The counts of a run in one sentence each for claims and controls.
pub(super) fn summary(results: &Results) -> String {
    let counts = &results.summary;
    let words = [
        (counts.proved, "proved"),
        (counts.verified, "verified"),
        (counts.refuted, "refuted"),
        (counts.inconclusive, "inconclusive"),
        (counts.open, "open"),
    ];
    let total: u64 = words.iter().map(|(count, _)| count).sum();
    let present = words.iter().filter(|(count, _)| *count > 0);
    let present: Vec<_> = present.map(|(count, word)| format!("{count} {word}")).collect();
    let mut text = plural(total as usize, "claim");
    if total > 0 {
        text += &format!(": {}", present.join(", "));
    }
    match counts.controls {
        0 => (),
        1 => text += &format!("; 1 control: {}", rejected(counts.controls_rejected)),
        controls => {
            text += &format!("; {controls} controls: {} rejected", counts.controls_rejected);
        }
    }
    match results.waiting.len() {
        0 => text,
        1 => text + "; 1 line waits for more effort",
        waiting => format!("{text}; {waiting} lines wait for more effort"),
    }
}

fn rejected(count: u64) -> &'static str {
    if count == 1 { "rejected" } else { "not rejected" }
}

pub(super) fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
