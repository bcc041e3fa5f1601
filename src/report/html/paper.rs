//! The page of a paper: its statements as a reproduction study. Claim files share a page.

use super::Report;
use super::card::Card;
use super::figure::Figure;
use super::line::{Entry, measured};
use super::map::Map;
use super::setting::{Definition, definitions};
use super::standing::Standing;
use crate::claim::{Claim, ClaimFile, ClaimKind};
use crate::report::page::Section;
use crate::report::words::printed;
use crate::theorem::Paper;
use crate::theorems::PAPERS;
use serde::Serialize;

/// A paper, or all claim files.
#[derive(Clone, Serialize)]
pub(super) struct Group {
    /// What stands in front of `::` in ids; nothing for claim files.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) authors: Option<&'static str>,
    published: Option<&'static str>,
    arxiv: Option<&'static str>,
    /// Relative to the start page.
    pub(super) address: String,
    pub(super) cards: Vec<Card>,
    /// How many statements stand so.
    counts: Vec<(Standing, usize)>,
    supported: usize,
    claims: usize,
    controls: usize,
    rejected: usize,
}

/// The page of a group.
#[derive(Serialize)]
pub(super) struct GroupPage<'a> {
    group: &'a Group,
    statements: Vec<Statement<'a>>,
    errata: Vec<Erratum<'a>>,
    map: Option<Map<'a>>,
}

/// A statement of a paper.
#[derive(Serialize)]
struct Statement<'a> {
    card: &'a Card,
    claims: Vec<Brief<'a>>,
    definitions: Vec<Definition>,
    figures: Vec<Figure<'a>>,
}

/// A claim in brief.
#[derive(Serialize)]
struct Brief<'a> {
    entry: Entry<'a>,
    measured: Vec<String>,
}

/// A formula as printed, and why it does not hold.
#[derive(Serialize)]
struct Erratum<'a> {
    card: &'a Card,
    entry: Entry<'a>,
    measured: Vec<String>,
}

/// The groups in the order in which their statements stand.
pub(super) fn groups(cards: &[Card], address: impl Fn(&str) -> String) -> Vec<Group> {
    let mut ids: Vec<&str> = Vec::new();
    for card in cards {
        if !ids.contains(&&*card.group) {
            ids.push(&card.group);
        }
    }
    ids.into_iter().map(|id| Group::of(id, cards, address(id))).collect()
}

/// The id of a paper in words: `Von Oswald 2023`.
pub(super) fn short(id: &str) -> String {
    if id.is_empty() {
        return "Claim files".to_owned();
    }
    let words = id.split(['_', ':']).filter(|word| !word.is_empty()).map(super::sentence);
    words.collect::<Vec<_>>().join(" ")
}

impl Group {
    fn of(id: &str, cards: &[Card], address: String) -> Self {
        let cards: Vec<Card> = cards.iter().filter(|card| card.group == id).cloned().collect();
        let paper: Option<&&Paper> = PAPERS.iter().find(|paper| paper.id == id);
        let count = |standing| cards.iter().filter(|card| card.standing == standing).count();
        let counts = Standing::ALL.map(|standing| (standing, count(standing)));
        Self {
            id: id.to_owned(),
            title: match paper {
                Some(paper) => paper.title.to_owned(),
                None if id.is_empty() => "Claim files".to_owned(),
                None => id.to_owned(),
            },
            authors: paper.map(|paper| paper.authors),
            published: paper.map(|paper| paper.published),
            arxiv: paper.map(|paper| paper.arxiv),
            address,
            counts: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
            supported: cards.iter().filter(|card| card.supported).count(),
            claims: cards.iter().map(|card| card.claims).sum(),
            controls: cards.iter().map(|card| card.controls).sum(),
            rejected: cards.iter().map(|card| card.rejected).sum(),
            cards,
        }
    }
}

impl<'a> GroupPage<'a> {
    pub(super) fn of(report: &'a Report<'a>, group: &'a Group) -> Self {
        let mut statements = Vec::new();
        let mut errata = Vec::new();
        for card in &group.cards {
            let Some(section) = report.section(&card.id) else { continue };
            statements.push(Statement::of(report, section, card));
            let controls = section
                .lines
                .iter()
                .filter(|line| line.kind == "control" && printed(line.result).is_some());
            errata.extend(controls.map(|line| Erratum {
                card,
                measured: measured(line),
                entry: Entry::of(line.clone(), report.extras),
            }));
        }
        let cards: Vec<&Card> = group.cards.iter().collect();
        let connected = group.cards.iter().any(|card| !card.uses.is_empty());
        let map = connected.then(|| Map::of(group.title.clone(), &cards));
        Self { group, statements, errata, map }
    }
}

impl<'a> Statement<'a> {
    fn of(report: &'a Report<'a>, section: &'a Section<'a>, card: &'a Card) -> Self {
        let claims = section.lines.iter().filter(|line| line.kind == "claim");
        let brief = |line: &crate::report::page::Line<'a>| Brief {
            measured: measured(line),
            entry: Entry::of(line.clone(), report.extras),
        };
        let file = report.results.claim_file(section.subject);
        let used = |file: &ClaimFile| {
            let is_claim = |claim: &&Claim| claim.kind == ClaimKind::Claim;
            definitions(file.claims.iter().filter(is_claim))
        };
        let claims: Vec<Brief<'a>> = claims.map(brief).collect();
        let mut figures = report.extras.figures_of(&card.id);
        if figures.is_empty() {
            // One stands for the others, which the page of the statement shows.
            let of_line =
                |claim: &Brief<'a>| report.extras.figures_of_line(&claim.entry.line.result.id);
            figures.extend(claims.iter().flat_map(of_line).next());
        }
        Self { card, claims, definitions: file.as_ref().map(used).unwrap_or_default(), figures }
    }
}
