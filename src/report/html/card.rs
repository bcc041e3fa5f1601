//! A statement in brief: what lists, links and the graph show of it.

use super::address::Addresses;
use super::standing::{Standing, fully_supported};
use crate::claim::ClaimKind;
use crate::report::words;
use crate::suite::{Results, SubjectResult};
use serde::Serialize;
use std::collections::BTreeSet;

/// A statement in brief.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Card {
    pub(super) id: String,
    /// What stands in front of `::`; nothing for a claim file.
    pub(super) group: String,
    /// The last part of the id in words.
    pub(super) name: String,
    pub(super) title: String,
    /// Relative to the start page.
    pub(super) address: String,
    /// Without the identifier of the paper.
    pub(super) source: Option<String>,
    pub(super) standing: Standing,
    /// It holds, and so does all that it uses.
    pub(super) supported: bool,
    pub(super) claims: usize,
    pub(super) controls: usize,
    pub(super) rejected: usize,
    pub(super) waiting: usize,
    /// The kinds of its evidence in words.
    pub(super) kinds: Vec<&'static str>,
    pub(super) uses: Vec<String>,
    pub(super) used_by: Vec<String>,
}

/// All statements of the results in brief, in their order.
pub(super) fn cards(results: &Results, addresses: &Addresses) -> Vec<Card> {
    let supported = fully_supported(results);
    results.subjects.iter().map(|subject| card(results, subject, addresses, &supported)).collect()
}

fn card(
    results: &Results,
    subject: &SubjectResult,
    addresses: &Addresses,
    supported: &BTreeSet<&str>,
) -> Card {
    let id = &subject.id;
    let (group, name) = id.rsplit_once("::").unwrap_or(("", id));
    let count = |kind, rejected: bool| {
        let lines = results.of_subject(id).filter(|line| line.kind == kind);
        lines.filter(|line| !rejected || line.as_claimed == Some(true)).count()
    };
    let has = |kind| {
        let mut lines = results.of_subject(id);
        lines.any(|line| line.evidence.iter().any(|piece| piece.kind == kind))
    };
    let waiting = results.waiting.iter().filter_map(|line| line.rsplit_once("::"));
    let users = results.subjects.iter().filter(|other| other.uses.contains(id));
    let source = subject.source.as_ref().map(|source| match source.split_once(", ") {
        Some((paper, statement)) if paper.starts_with("arXiv:") => statement.to_owned(),
        _ => source.clone(),
    });
    Card {
        group: group.to_owned(),
        name: if group.is_empty() { name.to_owned() } else { name.replace('_', " ") },
        title: subject.title.clone().unwrap_or_else(|| name.to_owned()),
        address: addresses.of(id).unwrap_or_default().to_owned(),
        source,
        standing: Standing::of(results, id),
        supported: supported.contains(&**id),
        claims: count(ClaimKind::Claim, false),
        controls: count(ClaimKind::Refute, false),
        rejected: count(ClaimKind::Refute, true),
        waiting: waiting.filter(|(subject, _)| subject == id).count(),
        kinds: words::KINDS.into_iter().filter(|kind| has(*kind)).map(|kind| kind.word()).collect(),
        uses: subject.uses.clone(),
        used_by: users.map(|other| other.id.clone()).collect(),
        id: id.clone(),
    }
}
