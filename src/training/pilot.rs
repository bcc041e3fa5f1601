//! Settings of a training that suit a law and a start.

use super::descent::{Decay, Optimizer, Schedule};
use super::empirical_loss::EmpiricalLoss;
use super::flow::{FlowError, FlowSettings, gradient_flow};
use super::objective::Objective;
use super::plan::{Prompts, TrainingPlan};
use crate::data::PromptLaw;
use crate::network::LinearAttention;
use faer::Side;
use rand_chacha::ChaCha8Rng;

/// Prompts of the pilot.
const COUNT: usize = 4096;

/// Step size of Adam, relative to the root mean square of the weights at the end of the pilot. At
/// d = 2, N = 6 six times as much throws some runs into a spurious minimum.
const ADAM_STEP: f64 = 0.03;

/// What a small training tells about a larger one: the gradient flow of the loss on few prompts, or
/// of the exact one. It looks at no formula for the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pilot {
    /// The largest curvature of the loss at the start and at the end.
    pub stiffness: f64,
    /// The time that the flow takes to within a hundredth of its limit.
    pub time: f64,
    /// The root mean square of the active weights at the end.
    pub weight: f64,
    /// The distance to the limit after that time, and the smallest positive curvature there: at that
    /// rate it falls.
    left: f64,
    curvature: f64,
}

impl Pilot {
    /// The pilot for a training from `start` on prompts of `law`, from samples alone. Its loss costs
    /// O(d^6).
    ///
    /// # Errors
    /// [`FlowError`] if the flow has no limit.
    ///
    /// # Panics
    /// If `start` and `law` have different dimensions.
    pub fn run(
        law: &PromptLaw,
        start: &LinearAttention,
        generator: &mut ChaCha8Rng,
    ) -> Result<Self, FlowError> {
        Self::of(&EmpiricalLoss::draw(law, COUNT, generator), start)
    }

    /// The pilot for a training from `start` whose loss is near this one.
    ///
    /// # Errors
    /// [`FlowError`] if the flow has no limit.
    ///
    /// # Panics
    /// If `start` and `loss` have different dimensions.
    pub fn of(loss: &dyn Objective, start: &LinearAttention) -> Result<Self, FlowError> {
        let start = start.active_weights();
        let settings = FlowSettings { tolerance: 1e-6, distance: 1e-2, evaluations: 1_000_000 };
        let end = gradient_flow(loss, &start, &settings)?;
        let first = loss.hessian(&start).self_adjoint_eigenvalues(Side::Lower);
        let first = first.ok().and_then(|all| all.last().copied()).unwrap_or(f64::NAN);
        let stiffness = first.max(end.stiffness);
        let square = end.point.iter().map(|entry| entry * entry).sum::<f64>();
        let weight = (square / end.point.len() as f64).sqrt();
        let (left, curvature) = (end.distance_left, end.smallest_positive_eigenvalue);
        Ok(Self { stiffness, time: end.time, weight, left, curvature })
    }

    /// Gradient descent on `count` fixed prompts, until far within the scatter of its limit.
    pub fn full_batch(&self, count: usize) -> TrainingPlan {
        let rate = 1.0 / self.stiffness;
        // Three times the time to a distance of 1e-2 leaves about 1e-6.
        let steps = (3.0 * self.time / rate).ceil() as u64;
        TrainingPlan {
            optimizer: Optimizer::Gradient,
            schedule: Schedule { tail: 1, ..Schedule::constant(steps, rate) },
            prompts: Prompts::Fixed(count),
            sampler: None,
        }
    }

    /// What a training by `plan` leaves of the distance of the weights to its limit, as the flow
    /// does after as long a time.
    pub fn left(&self, plan: &TrainingPlan) -> f64 {
        let time = plan.schedule.steps as f64 * plan.schedule.rate;
        self.left * (-self.curvature * (time - self.time)).exp()
    }

    /// Stochastic gradient descent on fresh prompts: as many steps as the flow needs for its time
    /// twice over, at a quarter of the largest stable step size, the last half averaged. The bias
    /// of the mean is of the order of step size over batch.
    pub fn stochastic(&self, batch: usize) -> TrainingPlan {
        let rate = 0.25 / self.stiffness;
        let steps = (2.0 * self.time / rate).ceil() as u64;
        TrainingPlan {
            optimizer: Optimizer::Gradient,
            schedule: Schedule::constant(steps, rate),
            prompts: Prompts::Fresh(batch),
            sampler: None,
        }
    }

    /// Adam on fresh prompts: a short warm phase, a cosine down to a tenth of the step size, the
    /// last third averaged.
    pub fn adam(&self, steps: u64, batch: usize) -> TrainingPlan {
        let schedule = Schedule {
            steps,
            rate: ADAM_STEP * self.weight,
            warm: steps / 20,
            decay: Decay::Cosine(0.1),
            tail: steps / 3,
        };
        let (optimizer, prompts) = (Optimizer::adam(), Prompts::Fresh(batch));
        TrainingPlan { optimizer, schedule, prompts, sampler: None }
    }
}
