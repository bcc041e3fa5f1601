//! `isserlis check`: check claim files and print what holds.

use super::Exit;
use super::certificates::write_certificates;
use super::diff::{BaselineOptions, Beside, add_differences};
use super::options::{Colour, RunOptions, ShowOptions, origins};
use super::output::{message, print, write};
use super::progress::Bar;
use super::watch::watch;
use crate::regression::Baseline;
use crate::report::{Style, github, json, junit, latex, markdown, sarif, text};
use crate::suite::{InputError, Outcome, Subject, library, locations, read, run};
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
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
    baseline: BaselineOptions,
    /// Check a file again when it is saved, until Ctrl-C
    #[arg(long, conflicts_with_all = ["output", "certificates", "baseline"])]
    watch: bool,
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
    /// JUnit XML: a line is a test case
    Junit,
    /// SARIF 2.1.0: mistakes in files, and lines that are not as claimed
    Sarif,
    /// Annotations of GitHub Actions: the same
    Github,
    /// What later runs are compared with
    Baseline,
}

/// Checks and prints.
///
/// # Errors
/// Where the results cannot be written.
pub(super) fn check(options: &CheckOptions) -> anyhow::Result<Exit> {
    if options.watch {
        return watch(&options.files, options.show, |subjects, problems| {
            checked(options, subjects, problems).map(drop)
        })
        .map(|never| match never {});
    }
    let (subjects, problems) = subjects(&options.files);
    checked(options, &subjects, problems)
}

/// Checks what was read, and prints.
fn checked(
    options: &CheckOptions,
    subjects: &[Subject],
    problems: Vec<InputError>,
) -> anyhow::Result<Exit> {
    let mut outcome = run_and_tell(subjects, problems, &options.run, options.show);
    if let Some(folder) = &options.certificates {
        write_certificates(folder, subjects, &mut outcome.results, options.show)?;
    }
    let selection = options.run.settings().selection;
    let differences = options.baseline.differences(&outcome, &selection)?;
    // For a machine it is a result, too, that nothing could be checked.
    let tells_problems = matches!(options.format, Format::Junit | Format::Sarif | Format::Github);
    if !outcome.results.claims.is_empty() || tells_problems {
        let coloured = options.output.is_none() && options.show.color != Colour::Never;
        let style = if coloured { Style::Coloured } else { Style::Plain };
        let Outcome { results, problems, timings } = &outcome;
        let mut rendered = match options.format {
            Format::Text => text(results, style),
            Format::Json => json(results),
            Format::Markdown => markdown(results)?,
            Format::Latex => latex(results)?,
            Format::Junit => junit(results, problems, timings)?,
            Format::Sarif => sarif(results, problems, &locations(subjects)),
            Format::Github => github(results, problems, &locations(subjects)),
            Format::Baseline => Baseline::of(results).json(),
        };
        if let Some(differences) = &differences {
            add_differences(
                &mut rendered,
                differences,
                options.format.beside(),
                subjects,
                options.show,
            );
        }
        match &options.output {
            None => print(&rendered, options.show)?,
            Some(path) => write(path, &rendered)?,
        }
    }
    let worse = differences.is_some_and(|differences| differences.worse);
    Ok(Exit::of(&outcome).compared(worse))
}

impl Format {
    fn beside(self) -> Beside {
        match self {
            Self::Text => Beside::Text,
            Self::Markdown => Beside::Markdown,
            Self::Github => Beside::Github,
            _ => Beside::Closed,
        }
    }
}

/// The files, or the library where none is named, and why some are missing.
fn subjects(files: &[PathBuf]) -> (Vec<Subject>, Vec<InputError>) {
    if files.is_empty() { library() } else { read(&origins(files)) }
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
    let (subjects, problems) = subjects(files);
    let outcome = run_and_tell(&subjects, problems, options, show);
    Ok((subjects, outcome))
}

/// Checks what was read, with a progress bar, and tells what could not be checked.
fn run_and_tell(
    subjects: &[Subject],
    problems: Vec<InputError>,
    options: &RunOptions,
    show: ShowOptions,
) -> Outcome {
    for problem in &problems {
        tell(problem, show);
    }
    let bar = Bar::new(show);
    let mut outcome = run(subjects, &options.settings(), &|progress| bar.tell(progress));
    bar.finish();
    for problem in &outcome.problems {
        tell(problem, show);
    }
    outcome.problems.splice(0..0, problems);
    outcome
}

/// Tells why something is not checked.
pub(super) fn tell(problem: &InputError, show: ShowOptions) {
    match problem {
        InputError::Mistakes { rendered, mistakes, .. } => {
            message(&format!("{rendered}\n"), show);
            let words: BTreeSet<&str> = mistakes.iter().map(|one| one.kind.word()).collect();
            if !show.quiet {
                let words: Vec<&str> = words.into_iter().collect();
                message(&format!("more: isserlis explain {}\n", words.join(" ")), show);
            }
        }
        other => message(&format!("error: {other}"), show),
    }
}
