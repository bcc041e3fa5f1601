//! `isserlis merge`: join the shares of a run, then write the report to a folder.

use super::Exit;
use super::check::tell;
use super::options::ShowOptions;
use super::progress::Bar;
use super::report::write_report;
use crate::suite::{Outcome, merge as join};
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct MergeOptions {
    /// Folders with all shares of a run, as `--shard I/K --output DIR` writes them
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Threads [default: as many as the machine has]; results do not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "target/report")]
    output: PathBuf,
    #[command(flatten)]
    show: ShowOptions,
}

/// Joins and writes.
///
/// # Errors
/// Where the shares are not those of one run, or the folder cannot be written.
pub(super) fn merge(options: &MergeOptions) -> anyhow::Result<Exit> {
    let show = options.show;
    let bar = Bar::new(show);
    let merged = join(&options.folders, options.threads, &|progress| bar.tell(progress));
    bar.finish();
    let (_, outcome) = merged?;
    outcome.problems.iter().for_each(|problem| tell(problem, show));
    let exit = Exit::of(&outcome);
    if !outcome.results.claims.is_empty() {
        let Outcome { results, problems, timings } = outcome;
        write_report(&options.output, &results, &problems, timings, None, show)?;
    }
    Ok(exit)
}
