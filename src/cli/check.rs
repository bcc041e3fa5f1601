//! `isserlis check`: check claim files and print what holds.

use super::Exit;
use super::certificates::write_certificates;
use super::diff::{BaselineOptions, Beside, add_differences};
use super::journal::{beside, open};
use super::options::{Colour, RunOptions, ShowOptions, read_files};
use super::output::{message, print, write};
use super::progress::Bar;
use super::shard::{ShardOptions, work};
use super::watch::watch;
use crate::regression::Baseline;
use crate::report::{Style, github, json, junit, latex, markdown, sarif, text};
use crate::suite::{InputError, Journal, Outcome, Subject, locations, run};
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
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
    baseline: BaselineOptions,
    /// Check a file again when it is saved, until Ctrl-C
    #[arg(long, conflicts_with_all = ["output", "certificates", "baseline", "shard"])]
    watch: bool,
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
            let (run, show) = (&options.run, options.show);
            let checked = outcome_of(subjects, problems, run, None, show)?;
            told(options, checked).map(drop)
        })
        .map(|never| match never {});
    }
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
    told(options, outcome(&options.files, &options.run, journal.as_deref(), options.show)?)
}

/// Prints what a check found, and what differs from the baseline.
fn told(options: &CheckOptions, checked: Checked) -> anyhow::Result<Exit> {
    let Checked { subjects, mut outcome, journal } = checked;
    if let Some(folder) = &options.certificates {
        write_certificates(folder, &subjects, &mut outcome.results, options.show)?;
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
            Format::Markdown => markdown(results, &[])?,
            Format::Latex => latex(results, &[])?,
            Format::Junit => junit(results, problems, timings)?,
            Format::Sarif => sarif(results, problems, &locations(&subjects)),
            Format::Github => github(results, problems, &locations(&subjects)),
            Format::Baseline => Baseline::of(results).json(),
        };
        if let Some(differences) = &differences {
            add_differences(
                &mut rendered,
                differences,
                options.format.beside(),
                &subjects,
                options.show,
            );
        }
        match &options.output {
            None => print(&rendered, options.show)?,
            Some(path) => write(path, &rendered)?,
        }
    }
    let worse = differences.is_some_and(|differences| differences.worse);
    journal.map(Journal::remove).transpose()?;
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
    outcome_of(subjects, problems, options, journal, show)
}

/// Checks what was read.
fn outcome_of(
    subjects: Vec<Subject>,
    problems: Vec<InputError>,
    options: &RunOptions,
    journal: Option<&Path>,
    show: ShowOptions,
) -> anyhow::Result<Checked> {
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
