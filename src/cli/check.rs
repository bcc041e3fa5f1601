//! `isserlis check`: check claim files and print what holds.

use super::Exit;
use super::certificates::write_certificates;
use super::journal::{beside, open};
use super::options::{Colour, RunOptions, ShowOptions, read_files};
use super::output::{message, print, write};
use super::progress::Bar;
use super::shard::{ShardOptions, work};
use crate::report::{Style, json, latex, markdown, text};
use crate::suite::{InputError, Journal, Outcome, Subject, run};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// Claim files; folders stand for all *.claim files below them, `-` for the standard input
    #[arg(value_name = "FILE|DIR|-")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the results to this file instead of the standard output; an interrupted check goes on
    /// where it was. With `--shard` the folder for the share
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the certificates of proved lines to this folder
    #[arg(long, value_name = "DIR")]
    certificates: Option<PathBuf>,
    #[command(flatten)]
    shard: ShardOptions,
    #[command(flatten)]
    show: ShowOptions,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a terminal
    #[default]
    Text,
    /// One object, schema isserlis-results/1
    Json,
    /// For GitHub and the like
    Markdown,
    /// A document for any LaTeX engine
    Latex,
}

/// Checks and prints.
///
/// # Errors
/// Where the results cannot be written.
pub(super) fn check(options: &CheckOptions) -> anyhow::Result<Exit> {
    let output = options.output.as_deref();
    if let (Some(share), Some(folder)) = (options.shard.share(output)?, output) {
        if options.certificates.is_some() {
            anyhow::bail!(
                "certificates are written by a check of everything, not by a share of it"
            );
        }
        return work(&options.files, &options.run, share, folder, options.show);
    }
    let journal = output.and_then(beside);
    let Checked { subjects, mut outcome, journal } =
        outcome(&options.files, &options.run, journal.as_deref(), options.show)?;
    if let Some(folder) = &options.certificates {
        write_certificates(folder, &subjects, &mut outcome.results, options.show)?;
    }
    let results = &outcome.results;
    if !results.claims.is_empty() {
        let coloured = options.output.is_none() && options.show.color != Colour::Never;
        let style = if coloured { Style::Coloured } else { Style::Plain };
        let rendered = match options.format {
            Format::Text => text(results, style),
            Format::Json => json(results),
            Format::Markdown => markdown(results, &[])?,
            Format::Latex => latex(results, &[])?,
        };
        match &options.output {
            None => print(&rendered, options.show)?,
            Some(path) => write(path, &rendered)?,
        }
    }
    journal.map(Journal::remove).transpose()?;
    Ok(Exit::of(&outcome))
}

/// A check that is done.
pub(super) struct Checked {
    pub(super) subjects: Vec<Subject>,
    pub(super) outcome: Outcome,
    /// To be removed when the results are written.
    pub(super) journal: Option<Journal>,
}

/// Checks the files, or the library where none is named, and tells what could not be checked. With
/// the path of a journal, an interrupted check goes on where it was.
///
/// # Errors
/// Where the journal cannot be written.
pub(super) fn outcome(
    files: &[PathBuf],
    options: &RunOptions,
    journal: Option<&Path>,
    show: ShowOptions,
) -> anyhow::Result<Checked> {
    let (subjects, problems) = read_files(files);
    for problem in &problems {
        tell(problem, show);
    }
    let settings = options.settings();
    let journal =
        journal.map(|path| open(path, &subjects, &settings, None, &problems, show)).transpose()?;
    let bar = Bar::new(show);
    let watcher = |progress| bar.tell(progress);
    let outcome = match &journal {
        Some(journal) => journal.run(&subjects, &settings, &watcher),
        None => Ok(run(&subjects, &settings, &watcher)),
    };
    bar.finish();
    let mut outcome = outcome?;
    for problem in &outcome.problems {
        tell(problem, show);
    }
    outcome.problems.splice(0..0, problems);
    Ok(Checked { subjects, outcome, journal })
}

/// Tells why something is not checked.
pub(super) fn tell(problem: &InputError, show: ShowOptions) {
    match problem {
        InputError::Mistakes { rendered, .. } => message(&format!("{rendered}\n"), show),
        other => message(&format!("error: {other}"), show),
    }
}
