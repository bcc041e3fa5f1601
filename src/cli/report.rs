//! `isserlis report`: check, then write the report to a folder.

use super::Exit;
use super::check::outcome;
use super::options::{RunOptions, ShowOptions};
use super::output::{message, write};
use crate::report::{json, junit, latex, markdown};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct ReportOptions {
    /// Claim files; folders stand for all *.claim files below them, `-` for the standard input
    #[arg(value_name = "FILE|DIR|-")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "target/report")]
    output: PathBuf,
    #[command(flatten)]
    show: ShowOptions,
}

/// Checks and writes.
///
/// # Errors
/// Where there is nothing to check, or the folder cannot be written.
pub(super) fn report(options: &ReportOptions) -> anyhow::Result<Exit> {
    let (_, outcome) = outcome(&options.files, &options.run, options.show)?;
    let results = &outcome.results;
    if results.claims.is_empty() {
        return Ok(Exit::of(&outcome));
    }
    let folder = &options.output;
    std::fs::create_dir_all(folder)
        .map_err(|error| anyhow::anyhow!("cannot make `{}`: {error}", folder.display()))?;
    // Times stand apart: everything else is the same for the same seed.
    let mut timings = serde_json::to_string_pretty(&outcome.timings)?;
    timings.push('\n');
    let files = [
        ("report.md", markdown(results)?),
        ("report.tex", latex(results)?),
        ("results.json", json(results)),
        ("timings.json", timings),
        ("junit.xml", junit(results, &outcome.problems, &outcome.timings)?),
    ];
    for (name, text) in &files {
        write(&folder.join(name), text)?;
    }
    if !options.show.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        message(&format!("wrote {} to {}", names.join(", "), folder.display()), options.show);
    }
    Ok(Exit::of(&outcome))
}
