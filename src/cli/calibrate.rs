//! `isserlis calibrate`: the error rates of the verdict engine itself.

use super::Exit;
use super::options::{ScoreFormat, ShowOptions};
use super::output::{message, print, write};
use crate::calibration::{Calibration, coverage, planted};
use crate::report;
use clap::Args;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct CalibrateOptions {
    /// Runs of each planted claim; intervals are tried in four times as many
    #[arg(long, value_name = "N", default_value = "500")]
    runs: NonZeroU32,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Threads [default: as many as the machine has]; results do not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// How to print the rates
    #[arg(long, value_enum, default_value_t)]
    format: ScoreFormat,
    /// Also write the record, in JSON, to this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    show: ShowOptions,
}

/// Measures, prints, and writes the record where that is asked for.
///
/// # Errors
/// Where a record cannot be written.
pub(super) fn calibrate(options: &CalibrateOptions) -> anyhow::Result<Exit> {
    let show = options.show;
    let threads = options.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let calibration = pool.install(|| Calibration {
        schema: Calibration::SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: options.seed,
        rates: planted(options.seed, options.runs.get().into()),
        coverage: coverage(options.seed, 4 * u64::from(options.runs.get())),
    });
    let record = format!("{}\n", serde_json::to_string_pretty(&calibration)?);
    match options.format {
        ScoreFormat::Text => print(&report::calibration(&calibration), show)?,
        ScoreFormat::Json => print(&record, show)?,
    }
    if let Some(path) = &options.output {
        write(path, &record)?;
        if !show.quiet {
            message(&format!("wrote {}", path.display()), show);
        }
    }
    let valid = calibration.rates.iter().all(|rate| rate.interval().low <= rate.share);
    Ok(if valid { Exit::Success } else { Exit::Internal })
}
