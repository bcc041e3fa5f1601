//! The page of a statement: what it says, on what it stands, and all evidence.

use super::card::Card;
use super::figure::Figure;
use super::line::Entry;
use super::setting::Setting;
use super::{Extras, Report};
use crate::report::number::short;
use crate::report::page::{Hypothesis, Section};
use crate::report::words::KINDS;
use crate::suite::{Results, SubjectResult};
use serde::Serialize;
use std::collections::BTreeMap;

/// The page of a statement.
#[derive(Serialize)]
pub(super) struct StatementPage<'a> {
    subject: &'a SubjectResult,
    card: &'a Card,
    group: &'a str,
    /// The identifier of its paper.
    arxiv: Option<&'a str>,
    /// What it uses, and the ids of what is not in the report.
    uses: Vec<&'a Card>,
    missing: Vec<&'a str>,
    used_by: Vec<&'a Card>,
    setting: Option<Setting>,
    hypotheses: &'a [Hypothesis<'a>],
    claims: Vec<Entry<'a>>,
    controls: Vec<Entry<'a>>,
    waiting: Vec<&'a str>,
    costs: Vec<Cost>,
    timed: bool,
    figures: Vec<Figure<'a>>,
    command: String,
}

/// What one kind of evidence cost.
#[derive(Serialize)]
struct Cost {
    kind: &'static str,
    pieces: usize,
    samples: Option<u64>,
    seconds: Option<String>,
}

impl<'a> StatementPage<'a> {
    pub(super) fn of(report: &'a Report<'a>, section: &'a Section<'a>, card: &'a Card) -> Self {
        let (results, subject) = (report.results, section.subject);
        let entries = || section.lines.iter().map(|line| Entry::of(line.clone(), report.extras));
        let (claims, controls) = entries().partition(|entry| entry.line.kind == "claim");
        let waiting = results.waiting.iter().filter_map(|line| line.rsplit_once("::"));
        let known = |id: &&'a String| report.card(id).is_some();
        Self {
            subject,
            card,
            group: report.group_of(card),
            arxiv: subject.source.as_deref().and_then(arxiv),
            uses: subject.uses.iter().filter_map(|id| report.card(id)).collect(),
            missing: subject.uses.iter().filter(|id| !known(id)).map(String::as_str).collect(),
            used_by: card.used_by.iter().filter_map(|id| report.card(id)).collect(),
            setting: results.claim_file(subject).as_ref().map(Setting::of),
            hypotheses: &section.hypotheses,
            claims,
            controls,
            waiting: waiting.filter(|(of, _)| *of == subject.id).map(|(_, name)| name).collect(),
            costs: costs(results, subject, report.extras),
            timed: !report.extras.timings.is_empty(),
            figures: report.extras.figures_of(&subject.id),
            command: command(results, card),
        }
    }
}

/// `2306.09927` of `arXiv:2306.09927, Lemma A.1`.
fn arxiv(source: &str) -> Option<&str> {
    Some(source.strip_prefix("arXiv:")?.split_once(", ")?.0)
}

/// The command that checks the statement alone.
fn command(results: &Results, card: &Card) -> String {
    let what = if card.group.is_empty() { "" } else { "--theorem " };
    let budget = match results.error_budget == 1e-6 {
        true => String::new(),
        false => format!(" --error-budget {}", results.error_budget),
    };
    format!(
        "isserlis check {what}{} --seed {} --effort {}{budget}",
        card.id,
        results.seed,
        results.effort.word()
    )
}

/// Pieces of evidence, samples and seconds by kind. What serves several lines counts once.
fn costs(results: &Results, subject: &SubjectResult, extras: &Extras) -> Vec<Cost> {
    let evidence = || results.of_subject(&subject.id).flat_map(|line| &line.evidence);
    let inside = |id: &str| id.rsplit_once("::").is_some_and(|(of, _)| of == subject.id);
    let cost = |kind| {
        let pieces = evidence().filter(|piece| piece.kind == kind).count();
        let units: BTreeMap<&str, u64> = evidence()
            .filter(|piece| piece.kind == kind)
            .filter_map(|piece| piece.measurement.as_ref())
            .filter_map(|measurement| Some((measurement.seed.as_deref()?, measurement.samples)))
            .collect();
        let samples: u64 = units.into_values().filter(|samples| *samples > 1).sum();
        let timings = extras.timings.iter().filter(|one| one.kind == kind && inside(&one.id));
        let seconds: Vec<f64> = timings.map(|timing| timing.seconds).collect();
        (pieces > 0).then(|| Cost {
            kind: kind.word(),
            pieces,
            samples: (samples > 0).then_some(samples),
            seconds: (!seconds.is_empty()).then(|| short(seconds.iter().sum())),
        })
    };
    KINDS.into_iter().filter_map(cost).collect()
}
