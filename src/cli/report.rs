//! `isserlis report`: check, then write the report to a folder.

use super::Exit;
use super::check::{Checked, outcome};
use super::options::{RunOptions, ShowOptions};
use super::output::{make_folder, message, write};
use super::shard::{ShardOptions, work};
use crate::mutation::Scores;
use crate::proof::{Derived, derive};
use crate::report::{Extras, figures, html, json, junit, latex, markdown, numbers};
use crate::suite::{InputError, Journal, Outcome, Results, Timing};
use crate::verdict::Verdict;
use clap::Args;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
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
    /// Check nothing: report what an earlier run wrote (results.json; timings.json beside it is
    /// read as well)
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["files", "theorem", "evidence", "effort", "seed", "error_budget", "shard"]
    )]
    from: Option<PathBuf>,
    /// Show kill scores that `isserlis mutants --format json` printed
    #[arg(long, value_name = "FILE")]
    mutants: Option<PathBuf>,
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
    let mutants = options.mutants.as_deref().map(read_json::<Scores>).transpose()?;
    if let Some(path) = &options.from {
        let (results, timings) = earlier(path)?;
        if !results.claims.is_empty() {
            write_report(folder, &results, &[], timings, mutants, options.show)?;
        }
        return Ok(Exit::of_results(&results));
    }
    if let Some(share) = options.shard.share(Some(folder))? {
        return work(&options.files, &options.run, share, folder, options.show);
    }
    make_folder(folder)?;
    let journal = folder.join(JOURNAL);
    let Checked { outcome, journal, .. } =
        outcome(&options.files, &options.run, Some(&journal), options.show)?;
    let exit = Exit::of(&outcome);
    if !outcome.results.claims.is_empty() {
        let Outcome { results, problems, timings } = outcome;
        write_report(folder, &results, &problems, timings, mutants, options.show)?;
    }
    journal.map(Journal::remove).transpose()?;
    Ok(exit)
}

/// The results that an earlier run wrote, and the times beside them if they are there.
fn earlier(path: &Path) -> anyhow::Result<(Results, Vec<Timing>)> {
    let results: Results = read_json(path)?;
    if results.schema != Results::SCHEMA {
        let (shown, found) = (path.display(), &results.schema);
        anyhow::bail!("`{shown}` has the schema `{found}`, and not `{}`", Results::SCHEMA);
    }
    let timings = path.with_file_name("timings.json");
    let timings = if timings.exists() { read_json(&timings)? } else { Vec::new() };
    Ok((results, timings))
}

/// Writes the files of a report.
///
/// # Errors
/// Where one cannot be written.
pub(super) fn write_report(
    folder: &Path,
    results: &Results,
    problems: &[InputError],
    timings: Vec<Timing>,
    mutants: Option<Scores>,
    show: ShowOptions,
) -> anyhow::Result<()> {
    // Times stand apart: everything else is the same for the same seed, but for `html/times.js`.
    let mut timed = serde_json::to_string_pretty(&timings)?;
    timed.push('\n');
    let pictures = figures(results);
    let files = [
        ("report.md", markdown(results, &pictures)?),
        ("report.tex", latex(results, &pictures)?),
        ("numbers.tex", numbers(results)),
        ("results.json", json(results)),
        ("timings.json", timed),
        ("junit.xml", junit(results, problems, &timings)?),
    ];
    make_folder(folder)?;
    for (name, text) in &files {
        write(&folder.join(name), text)?;
    }
    let drawn = folder.join("figures");
    if !pictures.is_empty() {
        make_folder(&drawn)?;
    }
    for picture in &pictures {
        write(&drawn.join(format!("{}.svg", picture.name)), &picture.svg)?;
        write(&drawn.join(format!("{}.pdf", picture.name)), &picture.pdf)?;
    }
    let derivations = derivations(results);
    let extras = Extras { timings, derivations, mutants, figures: pictures };
    let web = folder.join("html");
    for file in html(results, &extras)? {
        let path = web.join(&file.path);
        make_folder(path.parent().unwrap_or(&web))?;
        write(&path, &file.text)?;
    }
    if !show.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let (names, count) = (names.join(", "), extras.figures.len());
        let text =
            format!("wrote {names}, html/index.html and {count} figures to {}", folder.display());
        message(&text, show);
    }
    Ok(())
}

/// The derivations of all equations that are proved.
fn derivations(results: &Results) -> BTreeMap<String, Derived> {
    let of_subject = |subject| {
        let file = results.claim_file(subject);
        let proved = results.of_subject(&subject.id).filter(|line| line.verdict == Verdict::Proved);
        let derived = proved.filter_map(|line| {
            let file = file.as_ref()?;
            let claim = file.claims.iter().find(|claim| claim.name == line.name())?;
            // What is proved in another way, such as a bound, has no derivation of this kind.
            let derived = derive(file, claim).ok()?;
            derived.difference.is_none().then(|| (line.id.clone(), derived))
        });
        derived.collect::<Vec<_>>()
    };
    results.subjects.par_iter().flat_map_iter(of_subject).collect()
}

fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| anyhow::anyhow!("cannot read `{shown}`: {error}"))?;
    serde_json::from_str(&text)
        .map_err(|error| anyhow::anyhow!("`{shown}` is not what it should be: {error}"))
}
