//! Running a check: exact evidence and proofs first, then everything that takes a share of the
//! error budget.

use super::conclusion::{conclude, summary};
use super::input::InputError;
use super::plan::{Job, Line, Place, comparisons, jobs, shared};
use super::search::Search;
use super::selection::suggestion;
use super::{Results, Settings, Subject, SubjectResult};
use crate::claim::{Claim, ClaimFile, Diagnostic, DiagnosticKind};
use crate::evidence::Evidence;
use crate::experiment::{Comparison, Work, descend_on_samples, follow_flow, observe, simulate};
use crate::numeric::{ExactError, Instance, check_with_reason, instances};
use crate::proof::attempt;
use crate::statistics::ErrorBudget;
use crate::verdict::{EvidenceKind, Verdict};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Instant;

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
    in_threads(settings, || {
        let run = Run { settings, watcher };
        let exact = run.exactly(subjects);
        let jobs = jobs(&exact.lines, settings, &exact.undecided);
        let budget = shared(settings, &jobs);
        let found = run.gather(&exact.lines, &jobs, budget.as_ref());
        let found = [exact.found, found].concat();
        let mut outcome = run.outcome(subjects, &exact.lines, found, exact.problems);
        outcome.results.waiting = exact.waiting;
        outcome.results.comparisons = comparisons(&jobs) as u64;
        outcome
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
        let run = Run { settings, watcher };
        let exact = run.exactly(subjects);
        let jobs = jobs(&exact.lines, settings, &exact.undecided);
        let budget = shared(settings, &jobs);
        let (random, certain): (Vec<_>, Vec<_>) = jobs.into_iter().partition(Job::is_random);
        let mut once = exact.found;
        once.extend(run.gather(&exact.lines, &certain, budget.as_ref()));
        let ids: BTreeSet<String> = random
            .iter()
            .flat_map(|job| job.places())
            .map(|place| exact.lines[place.line].id())
            .collect();
        for &seed in seeds {
            let settings = Settings { seed, ..settings.clone() };
            let run = Run { settings: &settings, watcher };
            let found = run.gather(&exact.lines, &random, budget.as_ref());
            let found = [once.clone(), found].concat();
            let mut results = run.outcome(subjects, &exact.lines, found, Vec::new()).results;
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
    let mut problems = Vec::new();
    let mut lines = Run { settings, watcher: &|_| () }.lines(subjects, &mut problems);
    lines.retain(|line| !line.waits_for_effort(settings));
    (lines, problems)
}

/// The evidence of a job, for its lines and for the given other forms of each, in order: forms
/// share the name, instances and error share of their line.
pub(crate) fn evidence(
    job: &Job<'_>,
    lines: &[Line<'_>],
    settings: &Settings,
    budget: Option<&ErrorBudget>,
    forms: impl Fn(Place) -> Vec<Claim>,
) -> Vec<(Place, Vec<Evidence>)> {
    let share = job.share(budget);
    let places = job.places();
    let work = Work {
        seed: settings.seed,
        effort: settings.effort,
        file: &lines[places[0].line].subject.file,
    };
    let claims: Vec<Vec<Claim>> = places.iter().map(|&place| forms(place)).collect();
    let comparisons: Vec<Comparison<'_>> = places
        .iter()
        .zip(&claims)
        .flat_map(|(place, claims)| {
            let at = &lines[place.line].instances[place.at];
            claims.iter().map(move |claim| Comparison { claim, at, share })
        })
        .collect();
    let found = match job {
        Job::Simulate(_) => simulate(&work, &comparisons),
        Job::FollowFlow(_) => follow_flow(&work, &comparisons),
        Job::DescendOnSamples(_) => descend_on_samples(&work, &comparisons),
        Job::Observe(experiment, _) => observe(&work, experiment, &comparisons),
    };
    assert_eq!(found.len(), comparisons.len(), "one piece a comparison: this is a bug");
    let mut found = found.into_iter();
    let of_place = |claims: &Vec<Claim>| found.by_ref().take(claims.len()).collect();
    places.iter().copied().zip(claims.iter().map(of_place).collect::<Vec<_>>()).collect()
}

struct Run<'a> {
    settings: &'a Settings,
    watcher: Watcher<'a>,
}

/// A unit of work with what it found.
#[derive(Clone)]
struct Found {
    kind: EvidenceKind,
    evidence: Vec<(Place, Evidence)>,
    seconds: f64,
}

/// What exact arithmetic and proofs say of the selected lines.
struct Exact<'s> {
    lines: Vec<Line<'s>>,
    /// Ids of those that wait for more effort.
    waiting: Vec<String>,
    found: Vec<Found>,
    /// What exact arithmetic could not decide.
    undecided: Vec<Place>,
    problems: Vec<InputError>,
}

impl Run<'_> {
    fn exactly<'s>(&self, subjects: &'s [Subject]) -> Exact<'s> {
        let mut problems = Vec::new();
        let all = self.lines(subjects, &mut problems);
        let (waiting, mut lines): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|line| line.waits_for_effort(self.settings));
        let waiting: Vec<String> = waiting.iter().map(Line::id).collect();
        let found = self.exact(&mut lines, &mut problems);
        let undecided: Vec<Place> = found.iter().filter_map(|(_, place)| *place).collect();
        let mut found: Vec<Found> = found.into_iter().map(|(found, _)| found).collect();
        found.extend(self.proofs(&lines));
        found.extend(self.witnesses(&lines, &found));
        Exact { lines, waiting, found, undecided, problems }
    }

    /// The evidence of jobs.
    fn gather(
        &self,
        lines: &[Line<'_>],
        jobs: &[Job<'_>],
        budget: Option<&ErrorBudget>,
    ) -> Vec<Found> {
        (self.watcher)(Progress::Planned(jobs.len()));
        let itself = |place: Place| vec![lines[place.line].claim.clone()];
        let gather = |job: &Job<'_>| {
            self.timed(job.kind(), || {
                let found = evidence(job, lines, self.settings, budget, itself);
                let pieces = |(place, pieces): (Place, Vec<Evidence>)| {
                    pieces.into_iter().map(move |one| (place, one))
                };
                found.into_iter().flat_map(pieces).collect()
            })
        };
        jobs.par_iter().map(gather).collect()
    }

    /// The selected lines with their instances. A mistake in an `at` of a file is an error of the
    /// whole file.
    fn lines<'s>(&self, subjects: &'s [Subject], problems: &mut Vec<InputError>) -> Vec<Line<'s>> {
        let mut chosen = Vec::new();
        let mut known = Vec::new();
        for subject in subjects {
            for claim in &subject.file.claims {
                let line = Line { subject, claim, instances: Vec::new() };
                let id = line.id();
                if self.settings.selection.contains(&id) {
                    chosen.push(line);
                }
                known.push(id);
            }
        }
        if chosen.is_empty() && !known.is_empty() {
            problems.push(self.nothing_selected(&known));
        }
        let found: Vec<_> = chosen.par_iter().map(|line| self.instances(line)).collect();
        let mut mistakes: Vec<(&Subject, Diagnostic)> = Vec::new();
        for (line, instances) in chosen.iter_mut().zip(found) {
            match instances {
                Ok(instances) => line.instances = instances,
                Err(diagnostic) => mistakes.push((line.subject, *diagnostic)),
            }
        }
        drop_mistaken(&mut chosen, &mistakes, problems);
        chosen
    }

    fn nothing_selected(&self, known: &[String]) -> InputError {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let patterns = self.settings.selection.patterns.join("`, `");
        let near = self.settings.selection.patterns.iter();
        let near = near.filter_map(|pattern| suggestion(pattern, &known)).next();
        let help = near.map_or_else(
            || "`isserlis list` shows what there is".to_owned(),
            |id| format!("did you mean `{id}`?"),
        );
        InputError::NothingSelected { message: format!("no line matches `{patterns}`; {help}") }
    }

    fn instances(&self, line: &Line<'_>) -> Result<Vec<Instance>, Box<Diagnostic>> {
        if !line.claim.proposition.has_value_at_instances() {
            return Ok(Vec::new());
        }
        let file: &ClaimFile = &line.subject.file;
        match (instances(file, line.claim, self.settings.seed), &line.claim.grid) {
            (Ok(found), _) => Ok(found),
            (Err(error), Some(grid)) => {
                let name = &line.claim.name;
                Err(Box::new(
                    Diagnostic::new(
                        DiagnosticKind::Grid,
                        error.to_string(),
                        grid.span,
                        "this grid",
                    )
                    .also(line.claim.name_span, format!("`{name}` is evaluated at it")),
                ))
            }
            // Without a grid of the author's the line is just not evaluated.
            (Err(_), None) => Ok(Vec::new()),
        }
    }

    /// Exact evidence at every instance; with each the place if it may be simulated instead.
    fn exact(
        &self,
        lines: &mut Vec<Line<'_>>,
        problems: &mut Vec<InputError>,
    ) -> Vec<(Found, Option<Place>)> {
        if !self.settings.allows(EvidenceKind::Exact) {
            return Vec::new();
        }
        let check = |lines: &[Line<'_>], place: Place| {
            let line = &lines[place.line];
            let mut reason = None;
            let found = self.timed(EvidenceKind::Exact, || {
                let at = &line.instances[place.at];
                let budget = self.settings.exact_budget();
                let (evidence, error) =
                    check_with_reason(&line.subject.file, line.claim, at, &budget);
                reason = error;
                vec![(place, evidence)]
            });
            (found, reason)
        };
        let places = places(lines);
        (self.watcher)(Progress::Planned(places.len()));
        let mut found: Vec<_> = places.par_iter().map(|&place| check(lines, place)).collect();

        let mut mistakes: Vec<(&Subject, Diagnostic)> = Vec::new();
        for (place, (found, reason)) in places.iter().zip(&found) {
            let line = &lines[place.line];
            let at = &line.instances[place.at];
            if let Some(error @ ExactError::NotAdmissible { .. }) = reason
                && let Some(grid) = line.claim.grid.as_ref().filter(|_| at.declared)
            {
                let message = format!("{error}, at {}", found.evidence[0].1.at_words());
                let label = format!("`{}` is evaluated at it", line.claim.name);
                mistakes.push((
                    line.subject,
                    Diagnostic::new(DiagnosticKind::Grid, message, grid.span, "this grid")
                        .also(line.claim.name_span, label),
                ));
            }
        }
        if !mistakes.is_empty() {
            // The numbers of the lines change: the evidence of the remaining ones is renumbered.
            let ids: Vec<String> = lines.iter().map(Line::id).collect();
            drop_mistaken(lines, &mistakes, problems);
            let number = |old: usize| lines.iter().position(|line| line.id() == ids[old]);
            found.retain_mut(|(found, _)| {
                found.evidence.retain_mut(|(place, _)| match number(place.line) {
                    Some(line) => {
                        place.line = line;
                        true
                    }
                    None => false,
                });
                !found.evidence.is_empty()
            });
        }
        found
            .into_iter()
            .map(|(found, reason)| {
                let place = found.evidence[0].0;
                let left = reason
                    .is_some_and(|reason| !matches!(reason, ExactError::NotAdmissible { .. }));
                (found, left.then_some(place))
            })
            .collect()
    }

    /// A proof, or the attempt, of every line that is not about what only numbers can show.
    fn proofs(&self, lines: &[Line<'_>]) -> Vec<Found> {
        if !self.settings.allows(EvidenceKind::Proof) {
            return Vec::new();
        }
        (self.watcher)(Progress::Planned(lines.len()));
        let prove = |(number, line): (usize, &Line<'_>)| {
            self.timed(EvidenceKind::Proof, || {
                let attempt = attempt(&line.subject.file, line.claim);
                let evidence =
                    attempt.map(|attempt| self.search().confirmed(line, line.claim, attempt));
                evidence.map(|piece| (Place { line: number, at: 0 }, piece)).into_iter().collect()
            })
        };
        let mut found: Vec<Found> = lines.par_iter().enumerate().map(prove).collect();
        found.retain(|found| !found.evidence.is_empty());
        found
    }

    /// For lines that are neither proved nor refuted a counterexample, looked for at further small
    /// instances.
    fn witnesses(&self, lines: &[Line<'_>], found: &[Found]) -> Vec<Found> {
        if !self.settings.allows(EvidenceKind::Exact) {
            return Vec::new();
        }
        let pieces = || found.iter().flat_map(|found| &found.evidence);
        let is_decided = |number: usize| {
            pieces().any(|(place, piece)| {
                place.line == number && matches!(piece.verdict, Verdict::Proved | Verdict::Refuted)
            })
        };
        let undecided: Vec<usize> = (0..lines.len())
            .filter(|number| lines[*number].has_exact_value() && !is_decided(*number))
            .collect();
        let look = |number: &usize| {
            let line = &lines[*number];
            let start = Instant::now();
            let refutation = self.search().counterexample(line)?;
            let place = Place { line: *number, at: line.instances.len() };
            let seconds = start.elapsed().as_secs_f64();
            Some(Found { kind: EvidenceKind::Exact, evidence: vec![(place, refutation)], seconds })
        };
        undecided.par_iter().filter_map(look).collect()
    }

    fn search(&self) -> Search {
        Search { seed: self.settings.seed, budget: self.settings.exact_budget() }
    }

    fn timed(&self, kind: EvidenceKind, work: impl FnOnce() -> Vec<(Place, Evidence)>) -> Found {
        let start = Instant::now();
        let evidence = work();
        (self.watcher)(Progress::Done);
        Found { kind, evidence, seconds: start.elapsed().as_secs_f64() }
    }

    fn outcome(
        &self,
        subjects: &[Subject],
        lines: &[Line<'_>],
        found: Vec<Found>,
        problems: Vec<InputError>,
    ) -> Outcome {
        let timing = |found: &Found| Timing {
            id: lines[found.evidence[0].0.line].id(),
            kind: found.kind,
            seconds: found.seconds,
        };
        let timings = found.iter().map(timing).collect();
        let mut evidence: Vec<Vec<(usize, Evidence)>> = lines.iter().map(|_| Vec::new()).collect();
        for (place, piece) in found.into_iter().flat_map(|found| found.evidence) {
            evidence[place.line].push((place.at, piece));
        }
        let claims: Vec<_> = lines
            .iter()
            .zip(evidence)
            .map(|(line, mut evidence)| {
                evidence.sort_by_key(|(at, piece)| (piece.kind, *at));
                let evidence = evidence.into_iter().map(|(_, piece)| piece).collect();
                conclude(line, evidence, self.settings)
            })
            .collect();
        let subjects = subjects
            .iter()
            .filter(|subject| lines.iter().any(|line| line.subject.id == subject.id))
            .map(SubjectResult::of)
            .collect();
        let results = Results {
            schema: Results::SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.settings.seed,
            effort: self.settings.effort,
            error_budget: self.settings.error_budget,
            comparisons: 0,
            summary: summary(&claims),
            subjects,
            waiting: Vec::new(),
            claims,
        };
        Outcome { results, problems, timings }
    }
}

/// Every instance of every line that has an exact value.
fn places(lines: &[Line<'_>]) -> Vec<Place> {
    let numbered = lines.iter().enumerate().filter(|(_, line)| line.has_exact_value());
    numbered
        .flat_map(|(number, line)| {
            (0..line.instances.len()).map(move |at| Place { line: number, at })
        })
        .collect()
}

/// Takes out the lines of all subjects with mistakes: such a file yields no verdicts.
fn drop_mistaken(
    lines: &mut Vec<Line<'_>>,
    mistakes: &[(&Subject, Diagnostic)],
    problems: &mut Vec<InputError>,
) {
    let mut done: Vec<&str> = Vec::new();
    for (subject, _) in mistakes {
        if done.contains(&subject.id.as_str()) {
            continue;
        }
        done.push(&subject.id);
        // At most one a statement: several lines may stand under one grid.
        let mut of_subject: Vec<Diagnostic> = Vec::new();
        for (other, diagnostic) in mistakes {
            let known = of_subject.iter().any(|one| one.primary.span == diagnostic.primary.span);
            if other.id == subject.id && !known {
                of_subject.push(diagnostic.clone());
            }
        }
        problems.push(InputError::mistakes(&subject.path, &subject.file.text, &of_subject));
    }
    lines.retain(|line| !done.contains(&line.subject.id.as_str()));
}
