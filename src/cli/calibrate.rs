//! `isserlis calibrate`: the error rates of the verdict engine itself.

use super::Exit;
use super::arguments::{CalibrateOptions, ScoreFormat};
use super::output::{message, print, write};
use crate::calibration::{Calibration, coverage, planted};
use crate::report;

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
