//! Training the linear attention layer on fresh prompts, with settings that suit the law.

use super::batch::FreshPrompts;
use super::descent::{Decay, DescentError, Optimizer, Schedule, descend};
use crate::data::PromptLaw;
use crate::network::LinearAttention;
use faer::{Mat, Side};
use rand_chacha::ChaCha8Rng;

/// How a layer is trained on fresh prompts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingPlan {
    /// How a gradient becomes a step.
    pub optimizer: Optimizer,
    /// Step sizes, number of steps, and the tail that is averaged.
    pub schedule: Schedule,
    /// Fresh prompts a step.
    pub batch: usize,
}

/// A layer after training on fresh prompts.
///
/// The step size leaves the weights scattered around a minimum, and it breaks the balance of the
/// two matrices (`|p|^2 + s^2 - |A|^2 - |q|^2`, constant along the gradient flow) by an amount of
/// the order of the step size. Products such as `s A` do not feel the balance and average out the
/// scatter: compare those with theory.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedNetwork {
    /// The layer after the last step.
    pub network: LinearAttention,
    /// `B = s A + p q'` (d x d), averaged over the tail.
    pub preconditioner: Mat<f64>,
    /// `s A` (d x d), averaged over the tail.
    pub scaled_block: Mat<f64>,
    /// The mean loss `1/2 (yhat - y_q)^2` of the fresh prompts of the tail.
    pub loss: f64,
    /// Prompts seen.
    pub prompts: u64,
}

impl TrainingPlan {
    /// The layer that this plan trains from `start` on prompts of `law`. The prompts depend on one
    /// key drawn from `generator`, not on the number of threads.
    ///
    /// # Errors
    /// [`DescentError::Diverged`] if the step size is too large for the batch.
    ///
    /// # Panics
    /// If `start` and `law` have different dimensions.
    pub fn train(
        &self,
        law: &PromptLaw,
        start: &LinearAttention,
        generator: &mut ChaCha8Rng,
    ) -> Result<TrainedNetwork, DescentError> {
        let d = start.dimension();
        let mut fresh = FreshPrompts::new(law.clone(), self.batch, generator);
        let gradient = |step, weights: &[f64], out: &mut [f64]| fresh.gradient(step, weights, out);
        let descent =
            descend(&start.active_weights(), &self.optimizer, &self.schedule, gradient, products)?;
        let matrix = |offset| Mat::from_fn(d, d, |i, j| descent.average[offset + j * d + i]);
        let network = LinearAttention::from_active_weights(d, &descent.point)
            .expect("the descent keeps the number of weights: this is a bug");
        Ok(TrainedNetwork {
            network,
            preconditioner: matrix(0),
            scaled_block: matrix(d * d),
            loss: descent.loss,
            prompts: descent.steps * self.batch as u64,
        })
    }
}

/// The entries of `B = s A + p q'` and of `s A`, column by column, from the active weights.
fn products(weights: &[f64]) -> Vec<f64> {
    let size = weights.len().isqrt();
    let d = size - 1;
    let (value, key_query) = weights.split_at(size);
    let scale = value[d];
    let scaled =
        key_query.chunks_exact(size).flat_map(|column| column[..d].iter().map(|a| scale * a));
    let outer =
        key_query.chunks_exact(size).flat_map(|column| value[..d].iter().map(|p| p * column[d]));
    let scaled: Vec<f64> = scaled.collect();
    scaled.iter().zip(outer).map(|(x, y)| x + y).chain(scaled.iter().copied()).collect()
}
