//! Running a check: exact evidence and proofs first, then everything that takes a share of the
//! error budget.

use super::conclusion::{conclude, summary};
use super::exactly::Exact;
use super::gather::{Found, Run};
use super::input::InputError;
use super::lines::selected;
use super::memory::{Memory, Oblivion};
use super::plan::{Job, Line, comparisons, jobs, shared};
use super::{Results, Settings, Share, Subject, SubjectResult};
use crate::evidence::Evidence;
use crate::verdict::EvidenceKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a run gives.
#[derive(Debug)]
pub struct Outcome {
    /// The results: the same bytes for the same seed.
    pub results: Results,
    /// What could not be checked, and why.
    pub problems: Vec<InputError>,
    /// How long the parts of the run took.
    pub timings: Vec<Timing>,
}

/// How long one unit of work took. Not part of the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The first line that the unit serves.
    pub id: String,
    /// What it gathered.
    pub kind: EvidenceKind,
    /// Seconds.
    pub seconds: f64,
}

/// What a run tells while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many further units of work are planned.
    Planned(usize),
    /// One is done.
    Done,
}

/// Who is told. Called from several threads.
pub type Watcher<'a> = &'a (dyn Fn(Progress) + Sync);

/// Rayon's threads get the stack that a main thread usually has: expressions nest.
const STACK: usize = 8 << 20;

/// Checks the selected lines of all subjects.
///
/// # Panics
/// If the system gives no threads.
pub fn run(subjects: &[Subject], settings: &Settings, watcher: Watcher<'_>) -> Outcome {
    let Ok(outcome) = run_with(subjects, settings, &Oblivion, watcher);
    outcome
}

/// As [`run`]; what the memory has of it is not done again.
pub(super) fn run_with<M: Memory>(
    subjects: &[Subject],
    settings: &Settings,
    memory: &M,
    watcher: Watcher<'_>,
) -> Result<Outcome, M::Error> {
    in_threads(settings, || {
        let run = Run { settings, watcher, memory, share: Share::WHOLE };
        let exact = run.exactly(subjects)?;
        let jobs = jobs(&exact.lines, settings, &exact.undecided);
        let found = run.gather(&exact, &jobs, shared(settings, &jobs).as_ref())?;
        let found = [exact.found.clone(), found].concat();
        let results = results(subjects, settings, comparisons(&jobs), &exact, &found);
        Ok(Outcome { results, timings: timings(&exact.lines, &found), problems: exact.problems })
    })
}

/// Does a share of the work of a run, after all of it is planned, for the memory alone. Returns
/// what could not be checked, and why, as far as it shows here; and how many comparisons share the
/// error budget.
pub(super) fn run_share<M: Memory>(
    subjects: &[Subject],
    settings: &Settings,
    share: Share,
    memory: &M,
    watcher: Watcher<'_>,
) -> Result<(Vec<InputError>, usize), M::Error> {
    in_threads(settings, || {
        let run = Run { settings, watcher, memory, share };
        let exact = run.exactly(subjects)?;
        let jobs = jobs(&exact.lines, settings, &exact.undecided);
        run.gather(&exact, &jobs, shared(settings, &jobs).as_ref())?;
        Ok((exact.problems, comparisons(&jobs)))
    })
}

/// Checks with many seeds: what involves no chance once, with the seed of the settings, and the
/// rest again with each of `seeds`, at the same instances and with the same shares of the error
/// budget. `each` gets the results for a seed, of the lines alone whose evidence involves chance,
/// and says whether to go on. Returns what could not be checked, and why.
///
/// # Panics
/// If the system gives no threads.
pub fn repeat(
    subjects: &[Subject],
    settings: &Settings,
    seeds: &[u64],
    watcher: Watcher<'_>,
    mut each: impl FnMut(Results) -> bool + Send,
) -> Vec<InputError> {
    in_threads(settings, || {
        let run = Run { settings, watcher, memory: &Oblivion, share: Share::WHOLE };
        let Ok(exact) = run.exactly(subjects);
        let jobs = jobs(&exact.lines, settings, &exact.undecided);
        let budget = shared(settings, &jobs);
        let comparisons = comparisons(&jobs);
        let (random, certain): (Vec<_>, Vec<_>) = jobs.into_iter().partition(Job::is_random);
        let Ok(found) = run.gather(&exact, &certain, budget.as_ref());
        let once = [exact.found.clone(), found].concat();
        let ids: BTreeSet<String> = random
            .iter()
            .flat_map(|job| job.places())
            .map(|place| exact.lines[place.line].id())
            .collect();
        for &seed in seeds {
            let settings = Settings { seed, ..settings.clone() };
            let run = Run { settings: &settings, ..run };
            let Ok(found) = run.gather(&exact, &random, budget.as_ref());
            let found = [once.clone(), found].concat();
            let mut results = results(subjects, &settings, comparisons, &exact, &found);
            results.claims.retain(|claim| ids.contains(&claim.id));
            if !each(results) {
                break;
            }
        }
        exact.problems
    })
}

/// Does the work in as many threads as the settings ask for.
///
/// # Panics
/// If the system gives no threads.
pub(crate) fn in_threads<R: Send>(settings: &Settings, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.threads.map_or(0, usize::from))
        .stack_size(STACK)
        .build()
        .expect("the system gives threads to run on");
    pool.install(work)
}

/// The selected lines of all subjects with their instances, and what is wrong with those that are
/// missing.
pub(crate) fn lines<'s>(
    subjects: &'s [Subject],
    settings: &Settings,
) -> (Vec<Line<'s>>, Vec<InputError>) {
    let (mut lines, problems) = selected(subjects, settings);
    lines.retain(|line| !line.waits_for_effort(settings));
    (lines, problems)
}

/// The results that stand on what was found.
fn results(
    subjects: &[Subject],
    settings: &Settings,
    comparisons: usize,
    exact: &Exact<'_>,
    found: &[Found],
) -> Results {
    let mut evidence: Vec<Vec<(usize, Evidence)>> = vec![Vec::new(); exact.lines.len()];
    for (place, piece) in found.iter().flat_map(|found| &found.evidence) {
        evidence[place.line].push((place.at, piece.clone()));
    }
    let sound = (0..exact.lines.len()).filter(|&number| exact.is_sound(number));
    let claims = sound.map(|number| {
        let mut evidence = std::mem::take(&mut evidence[number]);
        evidence.sort_by_key(|(at, piece)| (piece.kind, *at));
        let evidence = evidence.into_iter().map(|(_, piece)| piece).collect();
        conclude(&exact.lines[number], evidence, settings)
    });
    let claims: Vec<_> = claims.collect();
    let with_results =
        subjects.iter().filter(|subject| claims.iter().any(|claim| claim.subject() == subject.id));
    Results {
        schema: Results::SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: settings.seed,
        effort: settings.effort,
        error_budget: settings.error_budget,
        comparisons: comparisons as u64,
        summary: summary(&claims),
        subjects: with_results.map(SubjectResult::of).collect(),
        waiting: exact.waiting.clone(),
        claims,
    }
}

/// How long each unit took that found something.
fn timings(lines: &[Line<'_>], found: &[Found]) -> Vec<Timing> {
    let timing = |found: &Found| {
        let (place, _) = found.evidence.first()?;
        Some(Timing { id: lines[place.line].id(), kind: found.kind, seconds: found.seconds })
    };
    found.iter().filter_map(timing).collect()
}
