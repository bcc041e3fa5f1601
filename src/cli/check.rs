//! `isserlis check`: check claim files and print what holds.

use super::Exit;
use super::certificates::write_certificates;
use super::options::{Colour, RunOptions, ShowOptions, origins};
use super::output::{message, print, write};
use super::progress::Bar;
use crate::report::{Style, json, latex, markdown, text};
use crate::suite::{InputError, Outcome, Subject, library, read, run};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

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
    /// Write the results to this file instead of the standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the certificates of proved lines to this folder
    #[arg(long, value_name = "DIR")]
    certificates: Option<PathBuf>,
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
    let (subjects, mut outcome) = outcome(&options.files, &options.run, options.show)?;
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
    Ok(Exit::of(&outcome))
}

/// Checks the files, or the library where none is named, and tells what could not be checked.
///
/// # Errors
/// Where there is nothing to check.
pub(super) fn outcome(
    files: &[PathBuf],
    options: &RunOptions,
    show: ShowOptions,
) -> anyhow::Result<(Vec<Subject>, Outcome)> {
    let (subjects, problems) = if files.is_empty() { library() } else { read(&origins(files)) };
    for problem in &problems {
        tell(problem, show);
    }
    let bar = Bar::new(show);
    let mut outcome = run(&subjects, &options.settings(), &|progress| bar.tell(progress));
    bar.finish();
    for problem in &outcome.problems {
        tell(problem, show);
    }
    outcome.problems.splice(0..0, problems);
    Ok((subjects, outcome))
}

/// Tells why something is not checked.
pub(super) fn tell(problem: &InputError, show: ShowOptions) {
    match problem {
        InputError::Mistakes { rendered, .. } => message(&format!("{rendered}\n"), show),
        other => message(&format!("error: {other}"), show),
    }
}
