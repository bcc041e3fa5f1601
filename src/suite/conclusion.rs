//! From the evidence for a line to its result.

use super::plan::Line;
use super::{ClaimResult, MarginResult, Settings, Slack, Summary, text_hash};
use crate::claim::ClaimKind;
use crate::evidence::{Counterexample, Evidence, Measurement};
use crate::verdict::{EvidenceKind, Finding, Verdict};

/// The result of a line with this evidence, in the order of kinds and instances.
pub(super) fn conclude(
    line: &Line<'_>,
    evidence: Vec<Evidence>,
    settings: &Settings,
) -> ClaimResult {
    let claim = line.claim;
    let mut evidence = evidence;
    let_the_flow_decide(&mut evidence);
    let findings = findings(&evidence);
    let verdict = Verdict::of(&findings);
    if claim.kind == ClaimKind::Refute && verdict == Verdict::Refuted {
        note_wide_margins(&mut evidence);
    }
    let undecided = matches!(verdict, Verdict::Open | Verdict::Inconclusive)
        .then(|| why_undecided(line, &evidence, settings));
    ClaimResult {
        id: line.id(),
        kind: claim.kind,
        verdict,
        as_claimed: as_claimed(claim.kind, verdict),
        contradiction: Verdict::is_contradiction(&findings),
        text_hash: text_hash(&line.subject.file, claim),
        statement: claim.proposition.to_string(),
        statement_latex: claim.proposition.latex(),
        source: claim.source.clone().or_else(|| line.subject.source.clone()),
        notes: claim.notes.clone(),
        drops: claim.drops.clone(),
        divisors: claim.supposed_nonzero(&line.subject.file.rules[..claim.rules]),
        margin: claim.margin.as_ref().map(|margin| MarginResult::of(margin)),
        counterexample: smallest(&evidence),
        slack: slack(&evidence),
        undecided,
        evidence,
    }
}

/// What the rule is applied to. A simulation that no method can do says nothing where both sides
/// have an exact value: that value decides.
fn findings(evidence: &[Evidence]) -> Vec<Finding> {
    let has_exact_value = |piece: &Evidence| {
        evidence.iter().any(|other| {
            other.kind == EvidenceKind::Exact
                && other.at == piece.at
                && other.verdict != Verdict::Open
        })
    };
    evidence
        .iter()
        .filter(|piece| {
            let idle = piece.kind == EvidenceKind::Simulation && piece.verdict == Verdict::Open;
            !(idle && has_exact_value(piece))
        })
        .map(Evidence::finding)
        .collect()
}

fn as_claimed(kind: ClaimKind, verdict: Verdict) -> Option<bool> {
    let holds = match verdict {
        Verdict::Proved | Verdict::Verified => true,
        Verdict::Refuted => false,
        Verdict::Inconclusive | Verdict::Open => return None,
    };
    Some(holds == (kind == ClaimKind::Claim))
}

/// A line about a limit is about the flow: where the flow agrees to its own bound, a descent on
/// samples that does not shows the bias of its steps.
fn let_the_flow_decide(evidence: &mut [Evidence]) {
    let agrees =
        |piece: &Evidence| piece.kind == EvidenceKind::Flow && piece.verdict == Verdict::Verified;
    let decided: Vec<_> =
        evidence.iter().filter(|piece| agrees(piece)).map(|piece| piece.at.clone()).collect();
    for piece in evidence {
        if piece.kind == EvidenceKind::Training
            && piece.verdict == Verdict::Refuted
            && decided.contains(&piece.at)
        {
            piece.verdict = Verdict::Inconclusive;
            let text = "the flow agrees here, so the difference is the bias of the steps";
            piece.note = Some(match piece.note.take() {
                Some(note) => format!("{note}; {text}"),
                None => text.to_owned(),
            });
        }
    }
}

/// Says of every measurement that agrees with a control which other evidence refutes that its
/// margin hides the mistake.
fn note_wide_margins(evidence: &mut [Evidence]) {
    for piece in evidence {
        let has_margin = |one: &Measurement| one.margin.is_some();
        if piece.verdict == Verdict::Verified && piece.measurement.as_ref().is_some_and(has_margin)
        {
            let text = "margin too wide to catch it".to_owned();
            piece.note = Some(match piece.note.take() {
                Some(note) => format!("{note}; {text}"),
                None => text,
            });
        }
    }
}

/// The witness with the smallest sizes, and among those the shortest one.
fn smallest(evidence: &[Evidence]) -> Option<Counterexample> {
    let size = |witness: &&Counterexample| {
        let entries = witness.values.values().flatten().flatten();
        let letters: usize = entries.map(String::len).sum();
        let total: usize = witness.sizes.values().sum();
        (total, letters + witness.left.len() + witness.right.len())
    };
    evidence.iter().filter_map(|piece| piece.counterexample.as_ref()).min_by_key(size).cloned()
}

fn slack(evidence: &[Evidence]) -> Option<Slack> {
    let with_slack = || evidence.iter().filter(|piece| piece.slack.is_some());
    let mut values: Vec<f64> = with_slack().filter_map(|piece| piece.slack).collect();
    values.sort_by(f64::total_cmp);
    let (middle, min) = (values.len() / 2, *values.first()?);
    let median = if values.len() % 2 == 1 {
        values[middle]
    } else {
        (values[middle - 1] + values[middle]) / 2.0
    };
    Some(Slack { min, median, vacuous: with_slack().all(|piece| piece.vacuous) })
}

/// Why a line is undecided, in words.
fn why_undecided(line: &Line<'_>, evidence: &[Evidence], settings: &Settings) -> String {
    let numeric = || evidence.iter().filter(|piece| piece.kind != EvidenceKind::Proof);
    let with = |verdict| numeric().find(move |piece| piece.verdict == verdict);
    if let Some(piece) = with(Verdict::Inconclusive) {
        return inconclusive(piece);
    }
    if numeric().next().is_none() {
        return nothing_gathered(line, evidence, settings);
    }
    let skipped = |piece: &&Evidence| {
        !piece.declared && piece.note.as_ref().is_some_and(|note| note.starts_with("skipped"))
    };
    let agreeing = numeric().filter(|piece| piece.verdict == Verdict::Verified).count();
    if let Some(piece) = numeric().find(|piece| piece.verdict == Verdict::Open && !skipped(piece)) {
        let note = piece.note.as_deref().unwrap_or("no method applies");
        let place = place(piece);
        return match agreeing {
            0 => format!("{}{place}: {note}", piece.kind),
            _ => format!("{}{place}: {note} (agrees at {})", piece.kind, instances(agreeing)),
        };
    }
    if agreeing == 0 {
        let note = numeric().find_map(|piece| piece.note.as_deref()).unwrap_or_default();
        return format!("every small instance is {note}; list some with `at`");
    }
    if line.claim.grid.is_some() {
        return format!(
            "agrees at {}, but none has every size at least 2: at size 1 everything commutes",
            instances(agreeing)
        );
    }
    let proof = unproved(evidence).map_or_else(String::new, |reason| format!(": {reason}"));
    format!("agrees at {}; not proved{proof}", small_instances(agreeing))
}

/// Why the proof did not succeed.
fn unproved(evidence: &[Evidence]) -> Option<String> {
    evidence.iter().find(|piece| piece.kind == EvidenceKind::Proof)?.note.clone()
}

/// Why there is no evidence but the missing proof.
fn nothing_gathered(line: &Line<'_>, evidence: &[Evidence], settings: &Settings) -> String {
    let letters = line.claim.proposition.observed_letters();
    if !letters.is_empty() {
        let supplied = |name: &str| {
            line.subject.experiments.iter().any(|experiment| experiment.supplies.contains(&name))
        };
        return match letters.iter().find(|letter| !supplied(&letter.name)) {
            Some(letter) => format!("nothing supplies `{}`", letter.name),
            None if settings.evidence.is_some() => unasked(settings),
            None => "no single experiment supplies all its observed letters".to_owned(),
        };
    }
    if let Some(reason) = unproved(evidence) {
        return format!("not proved: {reason}");
    }
    if !line.claim.proposition.has_value_at_instances() {
        return unasked(settings);
    }
    if line.instances.is_empty() {
        return "no instance satisfies the rules and hypotheses; list some with `at`".to_owned();
    }
    unasked(settings)
}

/// The kinds asked for do not apply to the line.
fn unasked(settings: &Settings) -> String {
    let kinds = settings.evidence.iter().flatten().map(|kind| kind.word());
    format!("no evidence of the kinds asked for ({})", kinds.collect::<Vec<_>>().join(", "))
}

fn inconclusive(piece: &Evidence) -> String {
    let what = format!("{}{} neither confirms nor contradicts", piece.kind, place(piece));
    let further = piece.measurement.as_ref().and_then(|measurement| measurement.further_samples);
    match (further, &piece.note) {
        (Some(samples), _) => format!("{what}; about {samples} more samples would decide"),
        (None, Some(note)) => format!("{what}: {note}"),
        (None, None) => what,
    }
}

fn place(piece: &Evidence) -> String {
    let at = piece.at_words();
    if at.is_empty() { String::new() } else { format!(" at {at}") }
}

fn instances(count: usize) -> String {
    if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") }
}

fn small_instances(count: usize) -> String {
    if count == 1 { "1 small instance".to_owned() } else { format!("{count} small instances") }
}

/// Counts over a run.
pub(super) fn summary(claims: &[ClaimResult]) -> Summary {
    let mut summary = Summary::default();
    for result in claims {
        if result.kind == ClaimKind::Refute {
            summary.controls += 1;
            summary.controls_rejected += u64::from(result.as_claimed == Some(true));
            continue;
        }
        *match result.verdict {
            Verdict::Proved => &mut summary.proved,
            Verdict::Verified => &mut summary.verified,
            Verdict::Refuted => &mut summary.refuted,
            Verdict::Inconclusive => &mut summary.inconclusive,
            Verdict::Open => &mut summary.open,
        } += 1;
    }
    summary
}
