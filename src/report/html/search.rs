//! What can be searched: statements, lines and pages, as a script that needs no request.

use super::Report;
use super::address::anchor;
use crate::report::words;
use serde::Serialize;

/// Something that can be found.
#[derive(Serialize)]
struct Found<'a> {
    /// What is shown first.
    title: &'a str,
    /// What is shown below it.
    text: &'a str,
    kind: &'static str,
    verdict: &'a str,
    /// Relative to the start page.
    address: String,
}

/// The script that holds the index.
pub(super) fn index(report: &Report<'_>) -> String {
    let mut found = Vec::new();
    let mut add = |title, text, kind, verdict, address| {
        found.push(Found { title, text, kind, verdict, address });
    };
    for group in &report.groups {
        let authors = group.authors.unwrap_or_default();
        add(&group.title, authors, "paper", "", group.address.clone());
    }
    for card in &report.cards {
        add(&card.title, &card.id, "statement", card.standing.word(), card.address.clone());
    }
    for result in &report.results.claims {
        let Some(card) = report.card(result.subject()) else { continue };
        let kind = words::role(result);
        let address = format!("{}#{}", card.address, anchor(result.name()));
        add(&result.id, &result.statement, kind, result.verdict.word(), address);
    }
    let json = serde_json::to_string(&found).expect("only text: this is a bug");
    format!("window.isserlisIndex = {json};\n")
}
