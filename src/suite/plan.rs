//! What is compared in a run, before anything statistical starts: the shares of the error budget
//! depend on it.

use super::{Settings, Subject};
use crate::claim::{Claim, Proposition};
use crate::experiment::{Experiment, Supply};
use crate::numeric::Instance;
use crate::statistics::ErrorBudget;
use crate::verdict::EvidenceKind;

/// One line of a run, with its instances.
pub(crate) struct Line<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) claim: &'a Claim,
    /// Its instances; none for a kind of line that has no value at an instance.
    pub(crate) instances: Vec<Instance>,
}

impl Line<'_> {
    pub(crate) fn id(&self) -> String {
        format!("{}::{}", self.subject.id, self.claim.name)
    }

    pub(crate) fn is_observed(&self) -> bool {
        !self.claim.proposition.observed_letters().is_empty()
    }

    pub(crate) fn reaches(&self) -> bool {
        matches!(self.claim.proposition, Proposition::Reaches { .. })
    }

    /// Whether both sides have an exact value at an instance.
    pub(crate) fn has_exact_value(&self) -> bool {
        self.claim.proposition.has_value_at_instances() && !self.reaches() && !self.is_observed()
    }

    /// Whether sampling its laws can say anything: an expectation in a line about values.
    pub(crate) fn can_be_sampled(&self) -> bool {
        let about_values =
            !matches!(self.claim.proposition, Proposition::Bound { form: Some(_), .. });
        about_values && self.has_exact_value() && self.claim.proposition.contains_expectation()
    }

    /// Whether its laws are sampled only where exact arithmetic decides nothing: then the plan of a
    /// run depends on its exact evidence.
    pub(super) fn is_sampled_where_undecided(&self, settings: &Settings) -> bool {
        self.can_be_sampled()
            && settings.allows(EvidenceKind::Simulation)
            && !settings.names(EvidenceKind::Simulation)
            && self.claim.margin.is_none()
    }

    /// The experiments that supply all its observed letters together, of the kinds allowed, that
    /// are run at this effort.
    pub(crate) fn experiments(&self, settings: &Settings) -> Vec<&Experiment> {
        let all = self.supplying(settings);
        all.into_iter().filter(|experiment| experiment.runs_at(settings.effort)).collect()
    }

    /// Whether only more effort would supply its letters.
    pub(crate) fn waits_for_effort(&self, settings: &Settings) -> bool {
        !self.supplying(settings).is_empty() && self.experiments(settings).is_empty()
    }

    fn supplying(&self, settings: &Settings) -> Vec<&Experiment> {
        let all = self.subject.supplying(self.claim).into_iter();
        all.filter(|experiment| settings.allows(experiment.kind)).collect()
    }
}

/// A place in a run: a line by its number, at an instance of it by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) at: usize,
}

/// One unit of work whose evidence is not exact.
pub(crate) enum Job<'a> {
    /// Samples of the declared laws.
    Simulate(Place),
    /// Gradient flow on the exact population loss.
    FollowFlow(Place),
    /// Stochastic gradient descent on samples.
    DescendOnSamples(Place),
    /// One run of an experiment, for all lines that read it at the same instance.
    Observe(&'a Experiment, Vec<Place>),
}

impl Job<'_> {
    /// The comparisons that take a share of the error budget: a computed value with a bound on
    /// its error takes none.
    fn weight(&self) -> usize {
        match self {
            Self::Simulate(_) | Self::DescendOnSamples(_) => 1,
            Self::FollowFlow(_) | Self::Observe(Experiment { supply: Supply::Value(_), .. }, _) => {
                0
            }
            Self::Observe(_, places) => places.len(),
        }
    }

    /// Whether its evidence involves chance.
    pub(super) fn is_random(&self) -> bool {
        self.weight() > 0
    }

    /// The part of the budget that each of its comparisons gets.
    pub(crate) fn share(&self, budget: Option<&ErrorBudget>) -> f64 {
        match budget {
            Some(budget) if self.weight() > 0 => budget.share(1.0),
            _ => 0.0,
        }
    }

    pub(crate) fn places(&self) -> &[Place] {
        match self {
            Self::Simulate(place) | Self::FollowFlow(place) | Self::DescendOnSamples(place) => {
                std::slice::from_ref(place)
            }
            Self::Observe(_, places) => places,
        }
    }

    /// Its name: the same in every run of one setup.
    pub(super) fn name(&self, lines: &[Line<'_>]) -> String {
        let Place { line, at } = self.places()[0];
        let what = match self {
            Self::Simulate(_) => "simulate".to_owned(),
            Self::FollowFlow(_) => "flow".to_owned(),
            Self::DescendOnSamples(_) => "descend".to_owned(),
            Self::Observe(experiment, _) => format!("observe `{}`", experiment.name),
        };
        format!("{what} {} {at}", lines[line].id())
    }

    pub(crate) fn kind(&self) -> EvidenceKind {
        match self {
            Self::Simulate(_) => EvidenceKind::Simulation,
            Self::FollowFlow(_) => EvidenceKind::Flow,
            Self::DescendOnSamples(_) => EvidenceKind::Training,
            Self::Observe(experiment, _) => experiment.kind,
        }
    }
}

/// All jobs of a run. `too_large` holds the places that exact arithmetic could not decide.
pub(crate) fn jobs<'a>(
    lines: &'a [Line<'a>],
    settings: &Settings,
    too_large: &[Place],
) -> Vec<Job<'a>> {
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let places = (0..line.instances.len()).map(|at| Place { line: number, at });
        if line.reaches() {
            for place in places {
                if settings.allows(EvidenceKind::Flow) {
                    jobs.push(Job::FollowFlow(place));
                }
                if settings.allows(EvidenceKind::Training) {
                    jobs.push(Job::DescendOnSamples(place));
                }
            }
        } else if line.is_observed() {
            for place in places {
                for experiment in line.experiments(settings) {
                    observe(&mut jobs, lines, experiment, place);
                }
            }
        } else if line.can_be_sampled() && settings.allows(EvidenceKind::Simulation) {
            let everywhere = !line.is_sampled_where_undecided(settings);
            let wanted = places.filter(|place| everywhere || too_large.contains(place));
            jobs.extend(wanted.map(Job::Simulate));
        }
    }
    jobs
}

/// Adds a place to the run of the experiment at its instance, which begins with it if it is new.
fn observe<'a>(
    jobs: &mut Vec<Job<'a>>,
    lines: &[Line<'_>],
    experiment: &'a Experiment,
    place: Place,
) {
    let instance = |place: &Place| &lines[place.line].instances[place.at];
    let same = jobs.iter_mut().find_map(|job| match job {
        Job::Observe(other, places)
            if std::ptr::eq(*other, experiment) && instance(&places[0]) == instance(&place) =>
        {
            Some(places)
        }
        _ => None,
    });
    match same {
        Some(places) => places.push(place),
        None => jobs.push(Job::Observe(experiment, vec![place])),
    }
}

/// How many comparisons of `jobs` share the error budget.
pub(super) fn comparisons(jobs: &[Job<'_>]) -> usize {
    jobs.iter().map(Job::weight).sum()
}

/// The error budget over all comparisons of `jobs`; none where none is statistical.
pub(crate) fn shared(settings: &Settings, jobs: &[Job<'_>]) -> Option<ErrorBudget> {
    let comparisons = comparisons(jobs);
    (comparisons > 0).then(|| ErrorBudget::new(settings.error_budget, comparisons as f64))
}
