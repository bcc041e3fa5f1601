//! `isserlis report`: check, then write the report to a folder.

use super::Exit;
use super::check::{Checked, outcome};
use super::options::{RunOptions, ShowOptions};
use super::output::{make_folder, message, write};
use super::shard::{ShardOptions, work};
use crate::report::{json, latex, markdown};
use crate::suite::{Journal, Outcome};
use clap::Args;
use std::path::{Path, PathBuf};

/// What the journal of a report is called.
const JOURNAL: &str = "journal.jsonl";

#[derive(Debug, Args)]
pub(super) struct ReportOptions {
    /// Claim files; folders stand for all *.claim files below them, `-` for the standard input
    #[arg(value_name = "FILE|DIR|-")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
    /// The folder to write to; an interrupted report goes on where it was
    #[arg(long, value_name = "DIR", default_value = "target/report")]
    output: PathBuf,
    #[command(flatten)]
    shard: ShardOptions,
    #[command(flatten)]
    show: ShowOptions,
}

/// Checks and writes.
///
/// # Errors
/// Where there is nothing to check, or the folder cannot be written.
pub(super) fn report(options: &ReportOptions) -> anyhow::Result<Exit> {
    let folder = &options.output;
    if let Some(share) = options.shard.share(Some(folder))? {
        return work(&options.files, &options.run, share, folder, options.show);
    }
    make_folder(folder)?;
    let journal = folder.join(JOURNAL);
    let Checked { outcome, journal, .. } =
        outcome(&options.files, &options.run, Some(&journal), options.show)?;
    if !outcome.results.claims.is_empty() {
        write_report(folder, &outcome, options.show)?;
    }
    journal.map(Journal::remove).transpose()?;
    Ok(Exit::of(&outcome))
}

/// Writes the files of a report.
///
/// # Errors
/// Where one cannot be written.
pub(super) fn write_report(
    folder: &Path,
    outcome: &Outcome,
    show: ShowOptions,
) -> anyhow::Result<()> {
    let results = &outcome.results;
    // Times stand apart: everything else is the same for the same seed.
    let mut timings = serde_json::to_string_pretty(&outcome.timings)?;
    timings.push('\n');
    let files = [
        ("report.md", markdown(results)?),
        ("report.tex", latex(results)?),
        ("results.json", json(results)),
        ("timings.json", timings),
    ];
    for (name, text) in &files {
        write(&folder.join(name), text)?;
    }
    if !show.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        message(&format!("wrote {} to {}", names.join(", "), folder.display()), show);
    }
    Ok(())
}
