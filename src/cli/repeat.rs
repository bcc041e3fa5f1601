//! `isserlis repeat`: whether verdicts depend on the seed.

use super::Exit;
use super::check::tell;
use super::mutants::subjects;
use super::options::{RunOptions, ScoreFormat, ShowOptions};
use super::output::{message, print, write};
use super::progress::Bar;
use crate::calibration::{RecordError, Repetition, Repetitions, SeedRecord};
use crate::claim::ClaimKind;
use crate::report;
use crate::suite::{Setup, repeat as check};
use clap::Args;
use std::num::NonZeroU32;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct RepeatOptions {
    /// Claim files, folders of them, or ids of theorems; with none, the theorem library
    #[arg(value_name = "FILE|ID")]
    subjects: Vec<String>,
    /// How many seeds, counted from `--seed`; exact evidence and proofs are gathered once
    #[arg(long, value_name = "N", default_value = "100")]
    seeds: NonZeroU32,
    /// Add each finished seed to this file, one line of JSON a seed, and go on from what stands
    /// in it
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
    /// How to print the counts
    #[arg(long, value_enum, default_value_t)]
    format: ScoreFormat,
    /// Also write the counts, in JSON, to this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    show: ShowOptions,
}

/// Checks with each seed that the record does not hold yet, and prints the counts over all.
///
/// # Errors
/// An unknown theorem, a record that cannot be continued, a file that cannot be written.
pub(super) fn repeat(options: &RepeatOptions) -> anyhow::Result<Exit> {
    let show = options.show;
    let (subjects, mut problems) = subjects(&options.subjects)?;
    let settings = options.run.settings();
    let setup = Setup::of(SeedRecord::SCHEMA, &subjects, &settings);
    let wanted: Vec<u64> = (0..options.seeds.get().into())
        .map(|number: u64| settings.seed.wrapping_add(number))
        .collect();
    let mut record =
        options.record.as_ref().map(|path| SeedRecord::open(path, &setup)).transpose()?;
    let mut finished: Vec<Repetition> =
        record.as_ref().map_or_else(Vec::new, |record| record.finished().to_vec());
    finished.retain(|repetition| wanted.contains(&repetition.seed));
    let done = |seed: &u64| finished.iter().any(|repetition| repetition.seed == *seed);
    let left: Vec<u64> = wanted.iter().copied().filter(|seed| !done(seed)).collect();
    if !left.is_empty() {
        let bar = Bar::new(show);
        let mut failed: Option<RecordError> = None;
        let more = check(&subjects, &settings, &left, &|progress| bar.tell(progress), |results| {
            let repetition = Repetition::of(&results);
            if let Some(record) = &mut record {
                failed = record.push(repetition.clone()).err();
            }
            finished.push(repetition);
            failed.is_none()
        });
        bar.finish();
        if let Some(error) = failed {
            return Err(error.into());
        }
        problems.extend(more);
    }
    problems.iter().for_each(|problem| tell(problem, show));
    finished.sort_by_key(|repetition| wanted.iter().position(|seed| *seed == repetition.seed));
    let counts = Repetitions::of(setup, &finished);
    let text = format!("{}\n", serde_json::to_string_pretty(&counts)?);
    match options.format {
        ScoreFormat::Text => print(&report::repetitions(&counts), show)?,
        ScoreFormat::Json => print(&text, show)?,
    }
    if let Some(path) = &options.output {
        write(path, &text)?;
        if !show.quiet {
            message(&format!("wrote {}", path.display()), show);
        }
    }
    let wrong = counts.wrong(ClaimKind::Claim) + counts.wrong(ClaimKind::Refute);
    let undecided = counts.lines.iter().any(|line| line.undecided() > 0);
    Ok(match (counts.lines.is_empty() || !problems.is_empty(), wrong > 0, undecided) {
        (true, ..) => Exit::Input,
        (_, true, _) => Exit::Refuted,
        (_, _, true) => Exit::Undecided,
        _ => Exit::Success,
    })
}
