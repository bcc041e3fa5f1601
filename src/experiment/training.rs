//! Evidence for `reaches`: stochastic gradient descent on samples of the declared loss.
//!
//! Every repetition descends from the declared start with a constant step size h/4, and for the same
//! time twice with h/2 and four times with h: each on its part of the samples of the first, with as
//! many in each step, so that all of them serve every level once. It averages the expression of the
//! line over the tail. The step-size bias is a power series in h, that of the discrete steps as well
//! as that of the noise in the gradients, so each halving has to change the average by about half of
//! what the one before did; otherwise the descent decides nothing. (With the samples of a step halved,
//! too, the noise would stay, and its bias unseen.) Richardson's extrapolation takes the bias off, and
//! what its last order changes widens the interval. What the start has left behind at the end of the
//! burn-in is known from a pilot, the flow on an average over a fixed sample, and is added too.
//!
//! Source of the series: Dieuleveut, Durmus, Bach, "Bridging the gap between constant step size
//! stochastic gradient descent and Markov chains", Annals of Statistics 48 (2020).

use super::flow::{Run, claimed_limit};
use super::prediction::{length, quantity, rounding, rounding_bias, seed_text};
use super::sampling::{Streams, multiplications};
use super::{Comparison, Effort, LEVELS, Work};
use crate::data::{LANES, Normals};
use crate::evidence::{BiasSource, Evidence};
use crate::numeric::{
    Expectations, FixedValues, FloatEnvironment, FloatError, Lowering, Program, Workspace,
};
use crate::statistics::{
    Bias, Estimate, Extrapolated, Located, Question, Relation, extrapolate, judge,
};
use crate::training::{
    DescentError, FlowSettings, Objective, Optimizer, Schedule, descend, gradient_flow,
};
use crate::verdict::{EvidenceKind, Verdict};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::cell::RefCell;

/// Repetitions: many, because Student's quantile at a share of 1e-8 falls from ten with 32 of them
/// to seven with 64.
const REPETITIONS: u64 = 64;

/// Steps of the smallest size in one of the largest.
const FINEST: u64 = 1 << (LEVELS - 1);

/// Groups of [`LANES`] samples in a step: at least so many, because the bias falls with them.
const GROUPS: u64 = 4;

/// Groups of samples in the average of the pilot, and samples for each parameter.
const PILOT_GROUPS: u64 = 16;
const PILOT_SAMPLES: u64 = 16;

/// Evidence for or against `reaches` lines, from stochastic gradient descent on the declared loss,
/// with samples from the declared laws: one piece a comparison, in their order. The comparisons
/// are of one line and of forms of it with another value, with one name, instance and error
/// share: the same descents serve them all.
///
/// The claim is about the flow, so the flow decides it; a descent can refute only because its
/// bias is bounded by halving the step size, otherwise it is inconclusive.
pub fn descend_on_samples(work: &Work<'_>, comparisons: &[Comparison<'_>]) -> Vec<Evidence> {
    let descended = comparisons
        .first()
        .map_or_else(|| Err("nothing to compare".to_owned()), |first| Descended::of(work, first));
    let judge = |comparison: &Comparison<'_>| {
        let descended = descended.as_ref().map_err(String::clone)?;
        Ok(descended.judge(comparison, &claimed_limit(work, comparison)?))
    };
    let judged = comparisons.iter().map(|comparison| {
        judge(comparison)
            .unwrap_or_else(|reason: String| comparison.open(EvidenceKind::Training, reason))
    });
    judged.collect()
}

/// All repetitions of a descent, with what is known of their biases.
struct Descended {
    /// The means over the tails, extrapolated, and where their expectations are.
    limit: Located,
    /// What the step size leaves.
    step_size: Bias,
    /// What is left of the start.
    transient: f64,
    /// The smallest step size, and the samples of a step.
    rate: f64,
    batch: u64,
    samples: u64,
    seed: String,
    effort: Effort,
    /// Columns of the expression in `reaches`.
    columns: usize,
}

impl Descended {
    fn of(work: &Work<'_>, comparison: &Comparison<'_>) -> Result<Self, String> {
        let run = Run::of(work, comparison)?;
        let loss = SampledLoss::compile(&run, comparison).map_err(|error| match error {
            FloatError::SecondOrder { .. } => format!("population loss only: {error}"),
            other => format!("the declared loss cannot be sampled: {other}"),
        })?;
        let streams = Streams::new(work, "training", &comparison.identities());
        let pilot = Pilot::run(&run, &loss, streams.stream(u64::MAX))?;
        let mut plan = Plan::of(work.effort, &pilot, loss.program.cost());
        // A retry looks at divergence alone, never at the claim.
        let mut attempts = 0;
        let repetitions = loop {
            let all: Result<Vec<Vec<Vec<f64>>>, DescentError> = (0..REPETITIONS)
                .into_par_iter()
                .map(|number| plan.repetition(&run, &loss, streams.stream(number)))
                .collect();
            match all {
                Ok(all) => break all,
                Err(DescentError::Diverged { .. }) if attempts < 5 => {
                    attempts += 1;
                    plan.rate /= 2.0;
                }
                Err(error) => return Err(error.to_string()),
            }
        };
        let levels = [0, 1, 2].map(|level| {
            repetitions.iter().map(|one: &Vec<Vec<f64>>| one[level].clone()).collect()
        });
        let Extrapolated { limit, bias } =
            extrapolate(&levels, BiasSource::StepSize, comparison.share)
                .map_err(|error| format!("step size: {error}"))?;
        Ok(Self {
            limit,
            step_size: bias,
            // exp(-curvature t) from the end of the burn-in, averaged over the tail.
            transient: pilot.slope * pilot.left / (pilot.curvature * plan.tail).max(1.0),
            rate: plan.rate / FINEST as f64,
            batch: plan.groups * LANES as u64,
            samples: REPETITIONS * FINEST * plan.steps() * plan.groups * LANES as u64,
            seed: seed_text(&streams.stream(0)),
            effort: work.effort,
            columns: run.columns(),
        })
    }

    fn judge(&self, comparison: &Comparison<'_>, prediction: &[f64]) -> Evidence {
        let (limit, entries) = (&self.limit, self.limit.values.len());
        let biases = vec![
            self.step_size.clone(),
            Bias::of_length(
                BiasSource::TrainingTime,
                self.transient,
                entries,
                "what a pilot flow leaves of the start, by its rate, averaged over the tail",
            ),
            rounding_bias(rounding(&limit.values, prediction), entries),
        ];
        let estimate = Estimate {
            values: limit.values.clone(),
            intervals: limit.intervals.clone(),
            radius: limit.radius,
            distance: limit.distance(prediction),
            biases,
            samples: self.samples,
            method: format!("Student's t over {REPETITIONS} repetitions{}", limit.products()),
        };
        let margin = comparison.margin();
        let question = Question { relation: Relation::Equal, prediction, margin };
        let (verdict, mut measurement) = judge(&question, &estimate);
        measurement.seed = Some(self.seed.clone());
        measurement.quantity = Some(quantity(&[&self.seed, &format!("{:?}", self.effort)]));
        measurement.entries = comparison.entries(self.columns, prediction, &limit.values);
        let mut note = format!(
            "the declared loss on samples, {} a step of size {:.3e}",
            self.batch, self.rate
        );
        if verdict == Verdict::Inconclusive && margin.is_none() {
            note.push_str("; without a `margin` a descent can refute but not verify");
        }
        Evidence {
            verdict,
            measurement: Some(measurement),
            note: Some(note),
            ..comparison.at.evidence(EvidenceKind::Training)
        }
    }
}

/// The declared loss and its gradient, compiled for sampling.
struct SampledLoss {
    program: Program,
    fixed: FixedValues,
    dimension: usize,
}

impl SampledLoss {
    fn compile(run: &Run<'_>, comparison: &Comparison<'_>) -> Result<Self, FloatError> {
        let mut lowering = Lowering::new(&comparison.at.sizes, Expectations::Sample);
        let loss = lowering.lower(&run.training.loss.value, 0)?.node;
        let places = run
            .letters
            .iter()
            .map(|letter| lowering.letter_node(letter))
            .collect::<Result<Vec<_>, _>>()?;
        let gradients = lowering.graph.gradient(loss, &places)?;
        let outputs = std::iter::once(loss).chain(gradients).collect();
        let moving: Vec<_> = run.letters.iter().map(|letter| letter.name.clone()).collect();
        let program = Program::compile(lowering.graph, outputs, &moving)?;
        let fixed = program.prepare(&run.environment_at(&run.start))?;
        Ok(Self { program, fixed, dimension: run.start.len() })
    }

    /// The mean loss and gradient over `groups` groups of samples; NaN where there is none.
    fn estimate(
        &self,
        state: &mut State,
        run: &Run<'_>,
        point: &[f64],
        groups: u64,
        source: &mut Normals,
        gradient: &mut [f64],
    ) -> f64 {
        run.set(&mut state.environment, point);
        if self.program.update(&mut state.fixed, &state.environment).is_err() {
            return f64::NAN;
        }
        let State { fixed, workspace, means, .. } = state;
        self.program.mean(fixed, workspace, source, groups, means);
        gradient.copy_from_slice(&means[1..]);
        means[0]
    }

    fn state(&self, run: &Run<'_>) -> State {
        State {
            fixed: self.fixed.clone(),
            workspace: self.program.workspace(),
            means: vec![0.0; 1 + self.dimension],
            environment: run.environment_at(&run.start),
        }
    }
}

/// The buffers of one worker.
struct State {
    fixed: FixedValues,
    workspace: Workspace,
    /// The mean loss and gradient.
    means: Vec<f64>,
    environment: FloatEnvironment,
}

/// The average of the loss over a fixed sample: deterministic, so that its flow can be followed.
struct SampleAverage<'a> {
    loss: &'a SampledLoss,
    run: &'a Run<'a>,
    source: Normals,
    groups: u64,
    state: RefCell<State>,
}

impl Objective for SampleAverage<'_> {
    fn dimension(&self) -> usize {
        self.loss.dimension
    }

    fn value(&self, point: &[f64]) -> f64 {
        self.evaluate(point, &mut vec![0.0; point.len()])
    }

    fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
        self.evaluate(point, gradient);
    }
}

impl SampleAverage<'_> {
    fn evaluate(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let mut source = self.source.clone();
        let mut state = self.state.borrow_mut();
        let loss =
            self.loss.estimate(&mut state, self.run, point, self.groups, &mut source, gradient);
        if loss.is_nan() {
            gradient.fill(f64::NAN);
        }
        loss
    }
}

/// What a rough flow on a fixed sample says of the time scales.
struct Pilot {
    /// Time until the start is left behind but for [`Pilot::LEFT`] of the length of the end.
    time: f64,
    /// The largest curvature at the end, and the smallest positive one.
    stiffness: f64,
    curvature: f64,
    /// The distance to the limit at that time.
    left: f64,
    slope: f64,
}

impl Pilot {
    /// Distance to the limit at the end of the burn-in, relative.
    const LEFT: f64 = 1e-4;

    fn run(run: &Run<'_>, loss: &SampledLoss, mut generator: ChaCha8Rng) -> Result<Self, String> {
        let state = RefCell::new(loss.state(run));
        let source = Normals::new(&mut generator);
        let samples_of_a_group = LANES as u64 * loss.program.repeats() as u64;
        let groups = PILOT_SAMPLES * loss.dimension as u64 / samples_of_a_group;
        let average = SampleAverage { loss, run, source, groups: groups.max(PILOT_GROUPS), state };
        let settings = FlowSettings { tolerance: 1e-2, distance: Self::LEFT, evaluations: 20_000 };
        let end = gradient_flow(&average, &run.start, &settings)
            .map_err(|error| format!("the flow on a pilot sample gives no time scale: {error}"))?;
        Ok(Self {
            time: end.time,
            stiffness: end.stiffness,
            curvature: end.smallest_positive_eigenvalue,
            left: Self::LEFT * length(&end.point).max(length(&run.start)),
            slope: run.slope(&end.point)?,
        })
    }
}

/// Step size, batch and lengths of the repetitions.
struct Plan {
    /// The largest step size h.
    rate: f64,
    /// Groups of samples in a step.
    groups: u64,
    /// Times of burn-in and tail.
    burn_in: f64,
    tail: f64,
}

impl Plan {
    fn of(effort: Effort, pilot: &Pilot, cost: u64) -> Self {
        // Stable by a factor 5; what noise adds is seen by halving.
        let rate = 0.4 / pilot.stiffness;
        let mut plan = Self { rate, groups: GROUPS, burn_in: pilot.time, tail: 5.0 * pilot.time };
        // Each sample is used at every level; kernels do a dozen multiplications in the time of
        // one. What can be spent beyond the tail that is needed makes batches larger: a longer tail
        // would leave the bias as it is.
        let samples = 12 * multiplications(effort) / REPETITIONS / (LEVELS as u64 * cost);
        plan.groups = GROUPS.max(samples / (FINEST * plan.steps() * LANES as u64));
        plan
    }

    /// Steps of size h.
    fn steps(&self) -> u64 {
        ((self.burn_in + self.tail) / self.rate).ceil() as u64
    }

    /// The averages of the expression over the tails of all descents, level by level. Steps of size
    /// h/4 have the samples of four streams in turn; each of the two
    /// descents with h/2 has every other of them, each of the four with h one.
    fn repetition(
        &self,
        run: &Run<'_>,
        loss: &SampledLoss,
        mut generator: ChaCha8Rng,
    ) -> Result<Vec<Vec<f64>>, DescentError> {
        let streams: Vec<Normals> = (0..FINEST).map(|_| Normals::new(&mut generator)).collect();
        let mut state = loss.state(run);
        let (steps, tail) = (self.steps(), (self.tail / self.rate).ceil() as u64);
        let mut averages = Vec::new();
        for level in 0..LEVELS {
            let parts = 1 << level;
            let descents = FINEST / parts;
            let schedule = Schedule {
                tail: parts * tail,
                ..Schedule::constant(parts * steps, self.rate / parts as f64)
            };
            let mut average = vec![0.0; run.entries()];
            for first in 0..descents {
                let mut streams = streams.clone();
                let gradient = |step: u64, point: &[f64], gradient: &mut [f64]| {
                    let source = &mut streams[((step * descents + first) % FINEST) as usize];
                    loss.estimate(&mut state, run, point, self.groups, source, gradient)
                };
                let track = |point: &[f64], out: &mut Vec<f64>| match run.tracked(point) {
                    Ok(values) => out.extend(values),
                    Err(_) => out.resize(run.entries(), f64::NAN),
                };
                let end = descend(&run.start, &Optimizer::Gradient, &schedule, gradient, track)?;
                for (mean, entry) in average.iter_mut().zip(end.average) {
                    *mean += entry / descents as f64;
                }
            }
            averages.push(average);
        }
        Ok(averages)
    }
}
