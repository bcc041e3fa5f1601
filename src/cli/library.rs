//! `isserlis list` and `isserlis show`: the theorems of the library.

use super::Exit;
use super::options::{Colour, ShowOptions};
use super::output::print;
use crate::claim::Claim;
use crate::suite::{Subject, library, suggestion};
use std::fmt::Write;

const SHOW: ShowOptions = ShowOptions { quiet: false, color: Colour::Auto };

/// Prints ids and titles.
///
/// # Errors
/// Where the library has mistakes.
pub(super) fn list() -> anyhow::Result<Exit> {
    let (subjects, problems) = library();
    let width = subjects.iter().map(|subject| subject.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for subject in &subjects {
        let title = subject.file.title.as_deref().unwrap_or_default();
        writeln!(out, "{:<width$}  {title}", subject.id)?;
    }
    print(&out, SHOW)?;
    match problems.first() {
        Some(problem) => Err(problem.clone().into()),
        None => Ok(Exit::Success),
    }
}

/// Prints one theorem, or one line of it.
///
/// # Errors
/// Where there is none with this id.
pub(super) fn show(id: &str) -> anyhow::Result<Exit> {
    let (subjects, _) = library();
    for subject in &subjects {
        if subject.id == id {
            let claims: Vec<&Claim> = subject.file.claims.iter().collect();
            return print(&described(subject, &claims)?, SHOW).map(|()| Exit::Success);
        }
        let line = |claim: &&Claim| format!("{}::{}", subject.id, claim.name) == id;
        if let Some(claim) = subject.file.claims.iter().find(line) {
            return print(&described(subject, &[claim])?, SHOW).map(|()| Exit::Success);
        }
    }
    Err(unknown(id, &subjects))
}

/// The error about an id that is not in the library, with the one that was probably meant.
pub(super) fn unknown(id: &str, subjects: &[Subject]) -> anyhow::Error {
    let mut known: Vec<String> = subjects.iter().map(|subject| subject.id.clone()).collect();
    for subject in subjects {
        let lines = subject.file.claims.iter();
        known.extend(lines.map(|claim| format!("{}::{}", subject.id, claim.name)));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = match suggestion(id, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`isserlis list` shows what there is".to_owned(),
    };
    anyhow::anyhow!("no theorem `{id}`; {help}")
}

fn described(subject: &Subject, claims: &[&Claim]) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}", subject.id)?;
    if let Some(title) = &subject.file.title {
        writeln!(out, "{title}")?;
    }
    if let Some(source) = &subject.source {
        writeln!(out, "source: {source}")?;
    }
    if !subject.uses.is_empty() {
        writeln!(out, "builds on: {}", subject.uses.join(", "))?;
    }
    writeln!(out)?;
    for line in subject.declarations() {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    for claim in claims {
        let kind = claim.kind.word();
        writeln!(out, "  {kind} {}: {}", claim.name, claim.proposition)?;
        for note in &claim.notes {
            writeln!(out, "      note: {note}")?;
        }
    }
    for experiment in &subject.experiments {
        let letters = experiment.supplies.join(", ");
        writeln!(out, "\n  {} supplies {letters} ({})", experiment.name, experiment.kind)?;
        writeln!(out, "      {}", experiment.description)?;
    }
    Ok(out)
}
