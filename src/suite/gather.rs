//! Gathering evidence, unit of work by unit of work: each is remembered before it is done again.

use super::exactly::Exact;
use super::memory::{Entry, Memory, Undecided, Yield};
use super::plan::{Job, Line, Place};
use super::run::{Progress, Watcher};
use super::{Settings, Share};
use crate::claim::Claim;
use crate::evidence::Evidence;
use crate::experiment::{Comparison, Work, descend_on_samples, follow_flow, observe, simulate};
use crate::statistics::ErrorBudget;
use crate::verdict::EvidenceKind;
use rayon::prelude::*;
use std::time::Instant;

/// A run under way.
pub(super) struct Run<'a, M> {
    pub(super) settings: &'a Settings,
    pub(super) watcher: Watcher<'a>,
    pub(super) memory: &'a M,
    /// The part of it that is done here. The plan is that of the whole.
    pub(super) share: Share,
}

/// A unit of work with what it found, and where.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) kind: EvidenceKind,
    pub(super) seconds: f64,
    pub(super) undecided: Option<Undecided>,
    pub(super) evidence: Vec<(Place, Evidence)>,
}

impl<M: Memory> Run<'_, M> {
    /// Does a unit of work that gathers at most one piece of evidence at each of the places, unless
    /// it was done before.
    pub(super) fn unit(
        &self,
        name: String,
        kind: EvidenceKind,
        places: &[Place],
        work: impl FnOnce() -> Yield,
    ) -> Result<Found, M::Error> {
        let entry = match self.memory.recall(&name) {
            Some(entry) => entry,
            None => {
                let start = Instant::now();
                let found = work();
                let entry = Entry::new(name, start.elapsed().as_secs_f64(), found);
                self.memory.keep(&entry)?;
                entry
            }
        };
        (self.watcher)(Progress::Done);
        let Entry { seconds, undecided, .. } = entry;
        let evidence = places.iter().copied().zip(entry.evidence()).collect();
        Ok(Found { kind, seconds, undecided, evidence })
    }

    /// The evidence of those jobs that are in the share, but for files with mistakes.
    pub(super) fn gather(
        &self,
        exact: &Exact<'_>,
        jobs: &[Job<'_>],
        budget: Option<&ErrorBudget>,
    ) -> Result<Vec<Found>, M::Error> {
        let lines = &exact.lines;
        let itself = |place: Place| vec![lines[place.line].claim.clone()];
        let gather = |job: &&Job<'_>| {
            self.unit(job.name(lines), job.kind(), job.places(), || {
                let found = evidence(job, lines, self.settings, budget, itself);
                (found.into_iter().flat_map(|(_, pieces)| pieces).collect(), None)
            })
        };
        let cost = jobs.iter().map(|job| (job.kind(), job.places()[0].at));
        let own = jobs.iter().zip(self.share.of(cost));
        let own: Vec<&Job<'_>> = own
            .filter(|(job, own)| *own && exact.is_sound(job.places()[0].line))
            .map(|(job, _)| job)
            .collect();
        (self.watcher)(Progress::Planned(own.len()));
        own.par_iter().map(gather).collect()
    }
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
        checkpoints: settings.checkpoints.as_ref(),
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
