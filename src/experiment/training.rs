//! Evidence for `reaches`: stochastic gradient descent on samples of the declared loss.
//!
//! Every repetition descends from the declared start with a constant step size h and, on the same
//! samples, with h/2 (two steps for each step of the first), for the same time, and averages the
//! expression of the line over the tail. The step-size bias is of order h, so the difference
//! of the two averages estimates the bias of the second; the interval is widened by a bound on
//! that difference. What the start has left behind at the end of the burn-in is known from a
//! pilot, the flow on an average over a fixed sample, and is added too.

use super::flow::{Run, claimed_limit};
use super::prediction::{length, rounding, seed_text, widen};
use super::sampling::{Streams, multiplications};
use super::{Comparison, Effort, Work};
use crate::data::fill_with_normals;
use crate::evidence::Evidence;
use crate::numeric::{
    Expectations, FixedValues, FloatEnvironment, FloatError, LANES, Lowering, Program,
};
use crate::statistics::{Estimate, Interval, Question, Relation, judge, located, student};
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

/// Groups of [`LANES`] samples in a step of size h/2.
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
    /// The means over the tails at the smaller step size.
    values: Vec<f64>,
    means: Vec<Interval>,
    radius: f64,
    /// Bounds on the step-size bias of each entry.
    biases: Vec<f64>,
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
        let fine: Vec<Vec<f64>> = repetitions.iter().map(|one| one.fine.clone()).collect();
        let difference = |one: &Repetition| -> Vec<f64> {
            one.coarse.iter().zip(&one.fine).map(|(coarse, fine)| coarse - fine).collect()
        };
        let differences: Vec<Vec<f64>> = repetitions.iter().map(difference).collect();
        let share = comparison.share;
        let (means, radius) = located(&fine, (1.0 - BIAS_SHARE) * share);
        let biases = student(&differences, BIAS_SHARE * share);
        let mean = |entry| fine.iter().map(|one| one[entry]).sum::<f64>() / fine.len() as f64;
        Ok(Self {
            values: (0..run.entries()).map(mean).collect(),
            means,
            radius,
            biases: biases.into_iter().map(|interval| interval.absolute().high).collect(),
            // exp(-curvature t) from the end of the burn-in, averaged over the tail.
            transient: pilot.slope * pilot.left / (pilot.curvature * plan.tail).max(1.0),
            rate: plan.rate,
            samples: repetitions.iter().map(|one| one.samples).sum(),
            seed: seed_text(&streams.stream(0)),
        })
    }

    fn judge(&self, comparison: &Comparison<'_>, prediction: &[f64]) -> Evidence {
        let slack: Vec<f64> = self.biases.iter().map(|bias| bias + self.transient).collect();
        let widened = self.means.iter().zip(&slack);
        let intervals =
            widened.map(|(mean, bias)| Interval::new(mean.low - bias, mean.high + bias)).collect();
        let estimate = Estimate {
            intervals: widen(intervals, &self.values, prediction),
            radius: self.radius + length(&slack) + rounding(&self.values, prediction),
            values: self.values.clone(),
            samples: self.samples,
            method: format!(
                "Student's t over {REPETITIONS} repetitions, widened by the step-size bias"
            ),
        };
        let margin = comparison.margin();
        let question = Question { relation: Relation::Equal, prediction, margin };
        let (verdict, mut measurement) = judge(&question, &estimate);
        measurement.seed = Some(self.seed.clone());
        let mut note = format!(
            "the declared loss on samples: step size {:.3e}, bias at most {:.1e} by halving it, {:.1e} left of the start",
            self.rate / 2.0,
            length(&self.biases),
            self.transient
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

/// The averages of the expression over the tails at h and h/2.
struct Repetition {
    coarse: Vec<f64>,
    fine: Vec<f64>,
    samples: u64,
}

impl Plan {
    fn of(effort: Effort, pilot: &Pilot, cost: u64) -> Self {
        // Stable by a factor 5; what noise adds is seen by halving.
        let rate = 0.4 / pilot.stiffness;
        // Each sample is used at both step sizes.
        let samples = 2 * multiplications(effort) / REPETITIONS / (2 * cost);
        let steps = samples as f64 / (2 * GROUPS * LANES) as f64;
        let tail = (steps * rate - pilot.time).max(8.0 * pilot.time);
        Self { rate, burn_in: pilot.time, tail }
    }

    /// Both descents. The samples of a step of size h are those of its two halves.
    fn repetition(
        &self,
        run: &Run<'_>,
        loss: &SampledLoss,
        generator: ChaCha8Rng,
    ) -> Result<Repetition, DescentError> {
        let mut state = loss.state(run);
        let steps = ((self.burn_in + self.tail) / self.rate).ceil() as u64;
        let tail = (self.tail / self.rate).ceil() as u64;
        let mut one = |halvings: u64| {
            let parts = 1 + halvings;
            let mut generator = generator.clone();
            let groups = 2 * GROUPS as u64 / parts;
            let schedule = Schedule {
                tail: parts * tail,
                ..Schedule::constant(parts * steps, self.rate / parts as f64)
            };
            descend(
                &run.start,
                &Optimizer::Gradient,
                &schedule,
                |_, point, gradient| {
                    loss.estimate(&mut state, run, point, groups, &mut generator, gradient)
                },
                |point| run.tracked(point).unwrap_or_else(|_| vec![f64::NAN; run.entries()]),
            )
        };
        let (coarse, fine) = (one(0)?, one(1)?);
        let samples = steps * (2 * GROUPS * LANES) as u64;
        Ok(Repetition { coarse: coarse.average, fine: fine.average, samples })
    }
}
