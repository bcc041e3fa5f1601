//! `isserlis diff` and `--baseline`: what got worse.

use super::Exit;
use super::options::ShowOptions;
use super::output::{message, print, write};
use crate::regression::{Baseline, Differences, differences, pace};
use crate::report::{differences_github, differences_json, differences_markdown, differences_text};
use crate::suite::{Outcome, Selection, Subject, Timing, locations};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct DiffOptions {
    /// Results or a baseline; a folder stands for results.json in it
    old: PathBuf,
    /// Later results
    new: PathBuf,
    /// Slower by more than this factor is worse, too: from timings.json beside the results
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    slower: Option<f64>,
    /// How to print the differences
    #[arg(long, value_enum, default_value_t)]
    format: DiffFormat,
    /// Write the differences to this file instead of the standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    show: ShowOptions,
}

/// How differences are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For a terminal
    #[default]
    Text,
    /// One object, schema isserlis-differences/1
    Json,
    /// For the comment on a pull request
    Markdown,
    /// Annotations of GitHub Actions
    Github,
}

/// What a run is compared with.
#[derive(Debug, Args)]
pub(super) struct BaselineOptions {
    /// Compare with a baseline or earlier results; worse ends with 4
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Slower than the baseline by more than this factor is worse, too: from timings.json beside it
    #[arg(long, value_name = "FACTOR", value_parser = factor, requires = "baseline")]
    slower: Option<f64>,
}

/// Compares and prints.
///
/// # Errors
/// Where a file cannot be read or written.
pub(super) fn diff(options: &DiffOptions) -> anyhow::Result<Exit> {
    let [old, new] = [&options.old, &options.new].map(|path| results(path));
    let slower = match options.slower {
        None => Vec::new(),
        Some(factor) => pace(&timings(&old)?, &timings(&new)?, factor),
    };
    let found = differences(&Baseline::read(&old)?, &Baseline::read(&new)?, &slower);
    let rendered = match options.format {
        DiffFormat::Text => differences_text(&found),
        DiffFormat::Json => differences_json(&found),
        DiffFormat::Markdown => differences_markdown(&found),
        DiffFormat::Github => differences_github(&found, &locations(&[])),
    };
    match &options.output {
        None => print(&rendered, options.show)?,
        Some(path) => write(path, &rendered)?,
    }
    Ok(Exit::Success.compared(found.worse))
}

impl BaselineOptions {
    /// What differs from the baseline, if there is one. Lines of the baseline that are not selected
    /// are left out.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn differences(
        &self,
        outcome: &Outcome,
        selection: &Selection,
    ) -> anyhow::Result<Option<Differences>> {
        let Some(path) = &self.baseline else { return Ok(None) };
        let path = results(path);
        let mut old = Baseline::read(&path)?;
        old.claims.retain(|line| selection.contains(&line.id));
        let slower = match self.slower {
            None => Vec::new(),
            Some(factor) => pace(&timings(&path)?, &outcome.timings, factor),
        };
        Ok(Some(differences(&old, &Baseline::of(&outcome.results), &slower)))
    }
}

/// How results are printed beside which the differences stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Text.
    Text,
    /// Markdown.
    Markdown,
    /// Annotations.
    Github,
    /// A format that nothing can be added to.
    Closed,
}

/// Adds the differences to what is printed; where the format has no place for them they are told as
/// a message.
pub(super) fn add_differences(
    rendered: &mut String,
    found: &Differences,
    beside: Beside,
    subjects: &[Subject],
    show: ShowOptions,
) {
    match beside {
        Beside::Text => *rendered += &format!("\n{}", differences_text(found)),
        Beside::Markdown => *rendered += &format!("\n{}", differences_markdown(found)),
        Beside::Github => *rendered += &differences_github(found, &locations(subjects)),
        Beside::Closed => message(differences_text(found).trim_end(), show),
    }
}

/// The file of results that a path names.
fn results(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("results.json") } else { path.to_owned() }
}

/// The times beside results.
fn timings(results: &Path) -> anyhow::Result<Vec<Timing>> {
    let path = results.with_file_name("timings.json");
    let shown = path.display();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        anyhow::anyhow!(
            "cannot read `{shown}`: {error}; `isserlis report` writes it beside results"
        )
    })?;
    serde_json::from_str(&text).map_err(|error| anyhow::anyhow!("`{shown}`: {error}"))
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value >= 1.0 && value.is_finite() => Ok(value),
        _ => Err("a factor is a number from 1, such as 2".to_owned()),
    }
}
