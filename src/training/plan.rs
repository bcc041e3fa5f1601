//! Training the linear attention layer from raw prompts.

use super::axes::Axes;
use super::descent::{DescentError, Optimizer, Schedule, descend};
use super::empirical_loss::EmpiricalLoss;
use super::fresh::{FreshPrompts, Sampler};
use crate::data::PromptLaw;
use crate::network::LinearAttention;
use faer::Mat;
use rand_chacha::ChaCha8Rng;

/// Where the prompts of a training come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompts {
    /// So many new ones at every step: stochastic gradient descent.
    Fresh(usize),
    /// So many, drawn once and all used at every step: full-batch gradient descent.
    Fixed(usize),
}

/// A few prompts with large inputs may make their loss so many times two as stiff as a pilot's.
const HALVINGS: u32 = 4;

/// How a layer is trained. [`Pilot`](super::Pilot) finds settings that suit a law and a start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingPlan {
    /// How a gradient becomes a step.
    pub optimizer: Optimizer,
    /// Step sizes, number of steps, and the tail that is averaged.
    pub schedule: Schedule,
    /// Where the prompts come from.
    pub prompts: Prompts,
    /// How contexts of fresh prompts are drawn; by default the
    /// [cheapest](Sampler::cheapest) way that serves the law.
    pub sampler: Option<Sampler>,
}

/// A layer after training.
///
/// On fresh prompts the step size leaves the weights scattered around a minimum, and it breaks the
/// balance of the two matrices (`|p|^2 + s^2 - |A|^2 - |q|^2`, constant along the gradient flow)
/// by an amount of the order of the step size. Products such as `s A` do not feel the balance, and
/// their mean over the tail has little scatter: compare those with theory.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedNetwork {
    /// The layer whose active weights are the means over the tail.
    pub network: LinearAttention,
    /// `B = s A + p q'` (d x d), its mean over the tail.
    pub preconditioner: Mat<f64>,
    /// `s A` (d x d), its mean over the tail.
    pub scaled_block: Mat<f64>,
    /// The mean loss `1/2 (yhat - y_q)^2` of the prompts of the tail.
    pub loss: f64,
}

impl TrainingPlan {
    /// How contexts of prompts of `law` are drawn at every step; none where prompts are fixed.
    pub fn sampling(&self, law: &PromptLaw) -> Option<Sampler> {
        let cheapest = || Sampler::cheapest(law);
        matches!(self.prompts, Prompts::Fresh(_)).then(|| self.sampler.unwrap_or_else(cheapest))
    }

    /// The layer that this plan trains from `start` on prompts of `law`. The prompts depend on one
    /// key drawn from `generator`, not on the number of threads.
    ///
    /// # Errors
    /// [`DescentError::Diverged`] if the step size is too large (for the batch),
    /// [`DescentError::Sampler`] if the sampler does not serve the law.
    ///
    /// # Panics
    /// If `start` and `law` have different dimensions.
    pub fn train(
        &self,
        law: &PromptLaw,
        start: &LinearAttention,
        generator: &mut ChaCha8Rng,
    ) -> Result<TrainedNetwork, DescentError> {
        match self.prompts {
            Prompts::Fresh(batch) => {
                let axes = Axes::of(law, &self.optimizer);
                let mut fresh = self.fresh_prompts(&axes.law, batch, generator)?;
                let gradient = |step, point: &_, out: &mut _| fresh.gradient(step, point, out);
                Ok(axes.leave(self.descend(&axes.enter(start), gradient)?))
            }
            Prompts::Fixed(count) => {
                let loss = EmpiricalLoss::draw(law, count, generator);
                self.descend_on(&loss, &start.active_weights())
            }
        }
    }

    /// Batches of fresh prompts, by the sampler of the plan.
    ///
    /// # Errors
    /// [`DescentError::Sampler`] if it does not serve the law.
    pub(super) fn fresh_prompts(
        &self,
        law: &PromptLaw,
        batch: usize,
        generator: &mut ChaCha8Rng,
    ) -> Result<FreshPrompts, DescentError> {
        let sampler = self.sampler.unwrap_or_else(|| Sampler::cheapest(law));
        Ok(FreshPrompts::with_sampler(law.clone(), batch, sampler, generator)?)
    }

    /// The layer after full-batch descent on these prompts. Where the step size is too large for
    /// them it is halved: the limit does not depend on it.
    ///
    /// # Errors
    /// Those of [`descend`].
    pub(super) fn descend_on(
        &self,
        loss: &EmpiricalLoss,
        start: &[f64],
    ) -> Result<TrainedNetwork, DescentError> {
        let attempt = |plan: Self| plan.descend(start, |_, point, out| loss.evaluate(point, out));
        let mut trained = attempt(*self);
        for halving in 1..=HALVINGS {
            if let Err(DescentError::Diverged { .. }) = trained {
                trained = attempt(self.halved(1 << halving));
            }
        }
        trained
    }

    /// The layer after a descent along these gradients.
    ///
    /// # Errors
    /// Those of [`descend`].
    pub(super) fn descend(
        &self,
        start: &[f64],
        gradient: impl FnMut(u64, &[f64], &mut [f64]) -> f64,
    ) -> Result<TrainedNetwork, DescentError> {
        let descent = descend(start, &self.optimizer, &self.schedule, gradient, track)?;
        let d = start.len().isqrt() - 1;
        let matrix = |offset| Mat::from_fn(d, d, |i, j| descent.average[offset + j * d + i]);
        let network = LinearAttention::from_active_weights(d, &descent.average[2 * d * d..])
            .expect("the descent keeps the number of weights: this is a bug");
        Ok(TrainedNetwork {
            network,
            preconditioner: matrix(0),
            scaled_block: matrix(d * d),
            loss: descent.loss,
        })
    }
}

/// Appends the entries of `B = s A + p q'`, those of `s A`, both column by column, and the active
/// weights themselves.
fn track(weights: &[f64], tracked: &mut Vec<f64>) {
    let size = weights.len().isqrt();
    let d = size - 1;
    let (value, key_query) = weights.split_at(size);
    let (p, scale) = (&value[..d], value[d]);
    for column in key_query.chunks_exact(size) {
        let q = column[d];
        tracked.extend(column[..d].iter().zip(p).map(|(a, p)| scale * a + p * q));
    }
    for column in key_query.chunks_exact(size) {
        tracked.extend(column[..d].iter().map(|a| scale * a));
    }
    tracked.extend_from_slice(weights);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generator;
    use crate::training::{Decay, Pilot};
    use faer::mat;

    fn setting() -> (PromptLaw, LinearAttention) {
        let law = PromptLaw::new(&mat![[2.0, 0.5], [0.5, 1.0]], 6).unwrap();
        let start = LinearAttention::paper_start(0.5, &mat![[0.6], [0.8]]).unwrap();
        (law, start)
    }

    /// (Gamma^-1, its Frobenius norm) for the law above: Gamma = 7/6 Lambda + 1/2 I.
    fn limit() -> (Mat<f64>, f64) {
        let (a, b, c) = (17.0 / 6.0, 7.0 / 12.0, 5.0 / 3.0);
        let determinant = a * c - b * b;
        let inverse = mat![[c, -b], [-b, a]] * (1.0 / determinant);
        let norm = inverse.norm_l2();
        (inverse, norm)
    }

    #[test]
    fn gradient_descent_on_fixed_prompts_ends_at_the_limit_of_the_flow() {
        let (law, start) = setting();
        let pilot = Pilot::run(&law, &start, &mut generator(1, &["pilot"], 0)).unwrap();
        let trained =
            pilot.full_batch(200_000).train(&law, &start, &mut generator(1, &["fixed"], 0));
        let trained = trained.unwrap();
        let (limit, norm) = limit();
        // One run scatters by 0.8 %.
        assert!((&trained.scaled_block - &limit).norm_l2() < 0.05 * norm, "{trained:?}");
        assert!((&trained.preconditioner - &limit).norm_l2() < 0.05 * norm, "{trained:?}");
        let scale = trained.network.output_scale();
        assert!((scale - norm.sqrt()).abs() < 0.05 * scale, "{scale}");
    }

    #[test]
    fn a_full_batch_descent_that_diverges_is_made_in_smaller_steps() {
        let (law, start) = setting();
        let mut random = generator(4, &["halved"], 0);
        let mut plan = Pilot::run(&law, &start, &mut random).unwrap().full_batch(2_000);
        let loss = EmpiricalLoss::draw(&law, 2_000, &mut random);
        let start = start.active_weights();
        plan.schedule.rate *= 8.0;
        plan.schedule.steps /= 8;
        let once =
            |plan: TrainingPlan| plan.descend(&start, |_, point, out| loss.evaluate(point, out));
        assert!(matches!(once(plan), Err(DescentError::Diverged { .. })));
        let trained = plan.descend_on(&loss, &start).unwrap();
        let parts = [2, 4, 8].into_iter().find(|&parts| once(plan.halved(parts)).is_ok());
        assert_eq!(trained, once(plan.halved(parts.unwrap())).unwrap());

        plan.schedule.rate *= 1e3;
        assert!(matches!(plan.descend_on(&loss, &start), Err(DescentError::Diverged { .. })));
    }

    #[test]
    fn adam_on_fresh_prompts_ends_near_the_limit_of_the_flow() {
        let (law, start) = setting();
        let pilot = Pilot::run(&law, &start, &mut generator(2, &["pilot"], 0)).unwrap();
        let plan = pilot.adam(2_000, 128);
        let trained = plan.train(&law, &start, &mut generator(2, &["fresh"], 0)).unwrap();
        let (limit, norm) = limit();
        assert!((&trained.preconditioner - &limit).norm_l2() < 0.1 * norm, "{trained:?}");
    }

    #[test]
    fn a_step_size_that_is_known_to_diverge_is_reported() {
        // Batch 256 with a constant rate of 0.08 at d = 2, N = 6.
        let (law, start) = setting();
        let schedule =
            Schedule { decay: Decay::Constant, warm: 0, ..Schedule::constant(20_000, 0.08) };
        for sampler in Sampler::ALL {
            let plan = TrainingPlan {
                optimizer: Optimizer::Gradient,
                schedule,
                prompts: Prompts::Fresh(256),
                sampler: Some(sampler),
            };
            let result = plan.train(&law, &start, &mut generator(3, &["divergent"], 0));
            let message = result.unwrap_err().to_string();
            assert!(message.starts_with("training diverged at step"), "{sampler}: {message}");
        }
    }
}
