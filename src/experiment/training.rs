//! Evidence for `reaches`: stochastic gradient descent on samples of the declared loss.
//!
//! Every repetition descends from the declared start with a constant step size h, then with h/2 and
//! h/4, for the same time and with as many samples in each step, and averages the expression of
//! the line over the tail. The step-size bias is of order h, that of the discrete steps as well as
//! that of the noise in the gradients, so each halving has to change the average by about half of
//! what the one before did, and what the last one changes bounds the bias that is left: the
//! interval is widened by it. (With the samples of a step halved, too, the noise would stay, and
//! its bias unseen.) What the start has left behind at the end of the burn-in is known from a
//! pilot, the flow on an average over a fixed sample, and is added too.

use super::flow::{Run, claimed_limit};
use super::prediction::{length, rounding, rounding_bias, seed_text};
use super::sampling::{Streams, multiplications};
use super::{Comparison, Effort, Work};
use crate::data::fill_with_normals;
use crate::evidence::{BiasSource, Evidence};
use crate::numeric::{
    Expectations, FixedValues, FloatEnvironment, FloatError, LANES, Lowering, Program,
};
use crate::statistics::{
    Bias, Estimate, Interval, Question, Relation, halving, judge, located, student,
};
use crate::training::{
    DescentError, FlowSettings, Objective, Optimizer, Schedule, descend, gradient_flow,
};
use crate::verdict::{EvidenceKind, Verdict};
use faer::Side;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::cell::RefCell;

/// Repetitions: many, because Student's quantile at a share of 1e-8 falls from ten with 32 of them
/// to seven with 64.
const REPETITIONS: u64 = 64;

/// Step sizes h, h/2 and h/4.
const LEVELS: usize = 3;

/// Groups of [`LANES`] samples in a step.
const GROUPS: usize = 4;

/// Groups of samples in the average of the pilot.
const PILOT_GROUPS: u64 = 16;

/// Share of the error budget for the step-size bias.
const BIAS_SHARE: f64 = 0.25;

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
    /// The means over the tails at the smallest step size.
    values: Vec<f64>,
    means: Vec<Interval>,
    radius: f64,
    /// What the step size leaves.
    step_size: Bias,
    /// What is left of the start.
    transient: f64,
    rate: f64,
    samples: u64,
    seed: String,
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
            let all: Result<Vec<Repetition>, DescentError> = (0..REPETITIONS)
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
        let averages = |level: usize| -> Vec<Vec<f64>> {
            repetitions.iter().map(|one| one.averages[level].clone()).collect()
        };
        let difference = |level: usize| -> Vec<Vec<f64>> {
            let pairs = averages(level + 1).into_iter().zip(averages(level));
            let less = |(fine, coarse): (Vec<f64>, Vec<f64>)| {
                fine.iter().zip(coarse).map(|(fine, coarse)| fine - coarse).collect()
            };
            pairs.map(less).collect()
        };
        let fine = averages(LEVELS - 1);
        let share = comparison.share;
        let (means, radius) = located(&fine, (1.0 - BIAS_SHARE) * share);
        let first = student(&difference(0), BIAS_SHARE / 2.0 * share);
        let last = difference(LEVELS - 2);
        let (second, ball) = located(&last, BIAS_SHARE / 2.0 * share);
        halving(&first, &second).map_err(|error| format!("step size: {error}"))?;
        let mean = |all: &[Vec<f64>]| -> Vec<f64> {
            let sum = |entry| all.iter().map(|one: &Vec<f64>| one[entry]).sum::<f64>();
            (0..run.entries()).map(|entry| sum(entry) / all.len() as f64).collect()
        };
        let bias = Bias::of_coordinates(
            BiasSource::StepSize,
            second.into_iter().map(|interval| interval.absolute().high).collect(),
            "what the last of two halvings changes; the first changes as expected of it",
        );
        Ok(Self {
            values: mean(&fine),
            means,
            radius,
            step_size: bias.within(length(&mean(&last)) + ball),
            // exp(-curvature t) from the end of the burn-in, averaged over the tail.
            transient: pilot.slope * pilot.left / (pilot.curvature * plan.tail).max(1.0),
            rate: plan.rate,
            samples: repetitions.iter().map(|one| one.samples).sum(),
            seed: seed_text(&streams.stream(0)),
        })
    }

    fn judge(&self, comparison: &Comparison<'_>, prediction: &[f64]) -> Evidence {
        let entries = self.values.len();
        let biases = vec![
            self.step_size.clone(),
            Bias::of_length(
                BiasSource::TrainingTime,
                self.transient,
                entries,
                "what a pilot flow leaves of the start, by its rate, averaged over the tail",
            ),
            rounding_bias(rounding(&self.values, prediction), entries),
        ];
        let estimate = Estimate {
            intervals: self.means.clone(),
            radius: self.radius,
            biases,
            values: self.values.clone(),
            samples: self.samples,
            method: format!("Student's t over {REPETITIONS} repetitions"),
        };
        let margin = comparison.margin();
        let question = Question { relation: Relation::Equal, prediction, margin };
        let (verdict, mut measurement) = judge(&question, &estimate);
        measurement.seed = Some(self.seed.clone());
        let mut note = format!("the declared loss on samples, step size {:.3e}", self.rate / 2.0);
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
        generator: &mut ChaCha8Rng,
        gradient: &mut [f64],
    ) -> f64 {
        run.set(&mut state.environment, point);
        if self.program.update(&mut state.fixed, &state.environment).is_err() {
            return f64::NAN;
        }
        gradient.fill(0.0);
        let mut loss = 0.0;
        let share = 1.0 / (groups * LANES as u64) as f64;
        for _ in 0..groups {
            let fill = |out: &mut [f64]| fill_with_normals(out, generator);
            let lanes = self.program.run(&state.fixed, &mut state.workspace, fill);
            loss += share * lanes[0].iter().sum::<f64>();
            for (entry, lane) in gradient.iter_mut().zip(&lanes[1..]) {
                *entry += share * lane.iter().sum::<f64>();
            }
        }
        loss
    }

    fn state(&self, run: &Run<'_>) -> State {
        State {
            fixed: self.fixed.clone(),
            workspace: self.program.workspace(),
            environment: run.environment_at(&run.start),
        }
    }
}

/// The buffers of one worker.
struct State {
    fixed: FixedValues,
    workspace: crate::numeric::Workspace,
    environment: FloatEnvironment,
}

/// The average of the loss over a fixed sample: deterministic, so that its flow can be followed.
struct SampleAverage<'a> {
    loss: &'a SampledLoss,
    run: &'a Run<'a>,
    generator: ChaCha8Rng,
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
        let mut generator = self.generator.clone();
        let mut state = self.state.borrow_mut();
        let loss =
            self.loss.estimate(&mut state, self.run, point, PILOT_GROUPS, &mut generator, gradient);
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
    const LEFT: f64 = 1e-3;

    fn run(run: &Run<'_>, loss: &SampledLoss, generator: ChaCha8Rng) -> Result<Self, String> {
        let state = RefCell::new(loss.state(run));
        let average = SampleAverage { loss, run, generator, state };
        let settings = FlowSettings { tolerance: 1e-2, distance: Self::LEFT, evaluations: 20_000 };
        let end = gradient_flow(&average, &run.start, &settings)
            .map_err(|error| format!("the flow on a pilot sample gives no time scale: {error}"))?;
        let stiffness = average
            .hessian(&end.point)
            .self_adjoint_eigenvalues(Side::Lower)
            .map_err(|_| "the curvature of the pilot has no eigenvalues".to_owned())?
            .into_iter()
            .fold(0.0, |largest: f64, value| largest.max(value.abs()));
        Ok(Self {
            time: end.time,
            stiffness,
            curvature: end.smallest_positive_eigenvalue,
            left: Self::LEFT * length(&end.point).max(length(&run.start)),
            slope: run.slope(&end.point)?,
        })
    }
}

/// Step size and lengths of the repetitions.
struct Plan {
    /// The larger step size h.
    rate: f64,
    /// Times of burn-in and tail.
    burn_in: f64,
    tail: f64,
}

/// The averages of the expression over the tails, level by level.
struct Repetition {
    averages: Vec<Vec<f64>>,
    samples: u64,
}

impl Plan {
    fn of(effort: Effort, pilot: &Pilot, cost: u64) -> Self {
        // Stable by a factor 5; what noise adds is seen by halving.
        let rate = 0.4 / pilot.stiffness;
        let samples = 2 * multiplications(effort) / REPETITIONS / cost;
        // A step of size h comes with two of h/2 and four of h/4.
        let steps = samples as f64 / (((1 << LEVELS) - 1) * GROUPS * LANES) as f64;
        let tail = (steps * rate - pilot.time).max(8.0 * pilot.time);
        Self { rate, burn_in: pilot.time, tail }
    }

    /// A descent at each level: at h, h/2 and h/4 for the same time, with as many samples in each
    /// step, so that the noise of the gradients shrinks with the step, too.
    fn repetition(
        &self,
        run: &Run<'_>,
        loss: &SampledLoss,
        generator: ChaCha8Rng,
    ) -> Result<Repetition, DescentError> {
        let mut state = loss.state(run);
        let mut generator = generator;
        let steps = ((self.burn_in + self.tail) / self.rate).ceil() as u64;
        let tail = (self.tail / self.rate).ceil() as u64;
        let groups = GROUPS as u64;
        let mut repetition = Repetition { averages: Vec::new(), samples: 0 };
        for level in 0..LEVELS {
            let parts = 1 << level;
            let schedule = Schedule {
                tail: parts * tail,
                ..Schedule::constant(parts * steps, self.rate / parts as f64)
            };
            let descent = descend(
                &run.start,
                &Optimizer::Gradient,
                &schedule,
                |_, point, gradient| {
                    loss.estimate(&mut state, run, point, groups, &mut generator, gradient)
                },
                |point| run.tracked(point).unwrap_or_else(|_| vec![f64::NAN; run.entries()]),
            )?;
            repetition.averages.push(descent.average);
            repetition.samples += parts * steps * groups * LANES as u64;
        }
        Ok(repetition)
    }
}
