//! `isserlis report`: check, then write the report to a folder.

use super::Exit;
use super::check::outcome;
use super::options::{RunOptions, ShowOptions};
use super::output::{message, write};
use crate::report::{figures, json, latex, markdown, numbers};
use clap::Args;
use std::path::{Path, PathBuf};

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
    make(folder)?;
    // Times stand apart: everything else is the same for the same seed.
    let mut timings = serde_json::to_string_pretty(&outcome.timings)?;
    timings.push('\n');
    let pictures = figures(results);
    let files = [
        ("report.md", markdown(results, &pictures)?),
        ("report.tex", latex(results, &pictures)?),
        ("numbers.tex", numbers(results)),
        ("results.json", json(results)),
        ("timings.json", timings),
    ];
    for (name, text) in &files {
        write(&folder.join(name), text)?;
    }
    let drawn = folder.join("figures");
    if !pictures.is_empty() {
        make(&drawn)?;
    }
    for picture in &pictures {
        write(&drawn.join(format!("{}.svg", picture.name)), &picture.svg)?;
        write(&drawn.join(format!("{}.pdf", picture.name)), &picture.pdf)?;
    }
    if !options.show.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let (names, count) = (names.join(", "), pictures.len());
        let text = format!("wrote {names} and {count} figures to {}", folder.display());
        message(&text, options.show);
    }
    Ok(Exit::of(&outcome))
}

fn make(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .map_err(|error| anyhow::anyhow!("cannot make `{}`: {error}", folder.display()))
}
