//! `isserlis mutants`: plausible slips in every formula, and what becomes of them.

use super::Exit;
use super::check::tell;
use super::library::unknown;
use super::options::{RunOptions, ScoreFormat, ShowOptions};
use super::output::print;
use super::progress::Bar;
use crate::mutation::try_mutants;
use crate::report;
use crate::suite::{InputError, Origin, Subject, library, read};
use clap::Args;
use std::path::Path;

#[derive(Debug, Args)]
pub(super) struct MutantsOptions {
    /// Claim files, folders of them, or ids of theorems; with none, the theorem library
    #[arg(value_name = "FILE|ID")]
    subjects: Vec<String>,
    #[command(flatten)]
    run: RunOptions,
    /// How to print the scores
    #[arg(long, value_enum, default_value_t)]
    format: ScoreFormat,
    #[command(flatten)]
    show: ShowOptions,
}

/// Tries the mutants and prints the scores.
///
/// # Errors
/// An unknown theorem.
pub(super) fn mutants(options: &MutantsOptions) -> anyhow::Result<Exit> {
    let show = options.show;
    let (subjects, mut problems) = subjects(&options.subjects)?;
    let bar = Bar::new(show);
    let (scores, more) =
        try_mutants(&subjects, &options.run.settings(), &|progress| bar.tell(progress));
    bar.finish();
    problems.extend(more);
    problems.iter().for_each(|problem| tell(problem, show));
    if scores.lines.is_empty() {
        return Ok(Exit::Input);
    }
    let text = match options.format {
        ScoreFormat::Text => report::mutants(&scores),
        ScoreFormat::Json => format!("{}\n", serde_json::to_string_pretty(&scores)?),
    };
    print(&text, ShowOptions { quiet: false, ..show })?;
    Ok(match (problems.is_empty(), scores.lines.iter().all(|line| line.survivors.is_empty())) {
        (false, _) => Exit::Input,
        (true, true) => Exit::Success,
        (true, false) => Exit::Undecided,
    })
}

/// The files and theorems, or the library where none is named.
pub(super) fn subjects(named: &[String]) -> anyhow::Result<(Vec<Subject>, Vec<InputError>)> {
    if named.is_empty() {
        return Ok(library());
    }
    let (mut subjects, mut origins) = (Vec::new(), Vec::new());
    let (mut theorems, mut problems) = library();
    for name in named {
        let path = Path::new(name);
        if path.exists() || name.ends_with(".claim") {
            origins.push(Origin::Path(path.to_owned()));
            continue;
        }
        match theorems.iter().position(|theorem| theorem.id == *name) {
            Some(place) => subjects.push(theorems.remove(place)),
            None => return Err(unknown(name, &theorems)),
        }
    }
    let (files, wrong) = read(&origins);
    subjects.extend(files);
    problems.extend(wrong);
    Ok((subjects, problems))
}
