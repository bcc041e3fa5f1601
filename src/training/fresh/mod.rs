//! The gradient of the network's loss on fresh prompts, many prompts at a time.

mod bartlett;
mod block;
mod columns;
mod context;
mod coordinates;
mod product;
mod raw;
mod sampler;

use crate::data::{Normals, PromptLaw, dispatch};
use block::{Block, Model, Sums, Workspace};
use product::pack;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
pub use sampler::{Sampler, SamplerError};

/// Prompts of one block: the unit of work of a thread, with its own stream of random numbers.
const BLOCK: usize = 64;

/// Batches that take less work than this, in multiplications and a normal counted as sixteen, are not
/// worth waking another thread: some 100 microseconds.
const SMALL: usize = 2_000_000;

/// A source of fresh prompts for training: the mean loss `1/2 (yhat - y_q)^2` and its gradient on
/// a new batch at every step.
///
/// The values are those of [`LinearAttention::gradient`](crate::network::LinearAttention::gradient)
/// averaged over the batch. They are computed without forming the attention matrix or `E E'`: with
/// `p' = (p1', p0)` the last row of `W^PV` and `u = W^KQ (x_q; 0) = (u1; u0)`,
///
/// # Formula
/// ```text
/// N yhat         = a'S b + (p1'x_q) (u1'x_q),   a = p1 + p0 w,  b = u1 + u0 w,  S = sum_i x_i x_i'
/// N d yhat/dp    = [S b + x_q (u1'x_q); w'S b]
/// N d yhat/dW^KQ = [S a + x_q (p1'x_q); w'S a] (x_q; 0)'
/// ```
/// for labels `y_i = w'x_i`; noise is one more coordinate of the inputs, and what else labels are is
/// added example by example. A context enters through `S a` and `S b` alone, which is what makes
/// the cheaper [samplers](Sampler) possible.
///
/// Step and block of 64 prompts select the stream of random numbers, and blocks are added in
/// order: the same seed gives the same gradients with any number of threads.
pub struct FreshPrompts {
    law: PromptLaw,
    model: Model,
    generator: ChaCha8Rng,
    batch: usize,
    /// The sums of each block.
    blocks: Vec<Sums>,
    /// One for each thread.
    workspaces: Vec<Workspace>,
    /// Weights and gradient in the coordinates of the model.
    weights: Vec<f64>,
    gradient: Vec<f64>,
    scratch: Vec<f64>,
    /// The columns of `(A; q')` of the weights, packed.
    key_query: Vec<f64>,
}

impl FreshPrompts {
    /// Batches of `batch` prompts from `law` (at least one), on streams of a key that is drawn
    /// from `generator`, by the [cheapest](Sampler::cheapest) sampler.
    ///
    /// # Panics
    /// If labels are not linear in the inputs and the covariance is random.
    pub fn new(law: PromptLaw, batch: usize, generator: &mut ChaCha8Rng) -> Self {
        let sampler = Sampler::cheapest(&law);
        Self::with_sampler(law, batch, sampler, generator)
            .expect("the cheapest sampler serves the law: this is a bug")
    }

    /// The same by this sampler.
    ///
    /// # Errors
    /// [`SamplerError`] if it does not serve the law.
    pub fn with_sampler(
        law: PromptLaw,
        batch: usize,
        sampler: Sampler,
        generator: &mut ChaCha8Rng,
    ) -> Result<Self, SamplerError> {
        sampler.check(&law)?;
        let mut key = [0; 32];
        generator.fill_bytes(&mut key);
        let (batch, rows) = (batch.max(1), law.dimension() + 1);
        let size = rows * rows;
        let model = Model::of(&law, sampler);
        Ok(Self {
            blocks: (0..batch.div_ceil(BLOCK)).map(|_| Sums::new(&model)).collect(),
            workspaces: vec![Workspace::new(&model)],
            law,
            model,
            generator: ChaCha8Rng::from_seed(key),
            batch,
            weights: vec![0.0; size],
            gradient: vec![0.0; size],
            scratch: vec![0.0; size],
            key_query: vec![0.0; size - rows],
        })
    }

    /// The number of prompts a step.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The law of the prompts.
    pub fn law(&self) -> &PromptLaw {
        &self.law
    }

    /// How their contexts are drawn.
    pub fn sampler(&self) -> Sampler {
        self.model.context.sampler
    }

    /// Overwrites `gradient` with the mean gradient over the batch of this step at these weights, in
    /// the order of [`LinearAttention::active_weights`](crate::network::LinearAttention::active_weights),
    /// and returns the mean loss.
    ///
    /// # Panics
    /// If there are not `(d+1)^2` weights and entries.
    pub fn gradient(&mut self, step: u64, weights: &[f64], gradient: &mut [f64]) -> f64 {
        let size = self.weights.len();
        assert!(weights.len() == size && gradient.len() == size, "(d+1)^2 weights: this is a bug");
        self.model.coordinates.pull_weights(weights, &mut self.weights, &mut self.scratch);
        let rows = self.law.dimension() + 1;
        pack(&self.weights[rows..], rows, &mut self.key_query);
        self.run_blocks(step);
        self.gradient.fill(0.0);
        let mut loss = 0.0;
        for block in &self.blocks {
            loss += block.loss;
            block.add_to(&mut self.gradient);
        }
        let share = 1.0 / self.batch as f64;
        self.gradient.iter_mut().for_each(|entry| *entry *= share);
        self.model.coordinates.push_gradient(&self.gradient, gradient, &mut self.scratch);
        loss * share
    }

    /// All blocks of a step, on as many threads as they are worth.
    fn run_blocks(&mut self, step: u64) {
        let (model, weights, generator) = (&self.model, &self.weights[..], &self.generator);
        let key_query = &self.key_query[..];
        let (batch, count) = (self.batch, self.blocks.len());
        let threads = match self.batch * self.model.work() < SMALL {
            true => 1,
            false => rayon::current_num_threads().min(count),
        };
        if self.workspaces.len() < threads {
            self.workspaces.resize_with(threads, || Workspace::new(model));
        }
        let run = |first: usize, blocks: &mut [Sums], workspace: &mut Workspace| {
            for (index, sums) in (first..).zip(blocks) {
                let mut generator = generator.clone();
                generator.set_stream(step * count as u64 + index as u64);
                workspace.draw_covariances(model, &mut generator);
                dispatch(Block {
                    model,
                    weights,
                    key_query,
                    count: BLOCK.min(batch - index * BLOCK),
                    source: Normals::new(&mut generator),
                    workspace: &mut *workspace,
                    sums,
                });
            }
        };
        if threads == 1 {
            return run(0, &mut self.blocks, &mut self.workspaces[0]);
        }
        let share = count.div_ceil(threads);
        let parts = self.blocks.par_chunks_mut(share).zip(&mut self.workspaces);
        parts.enumerate().for_each(|(part, (blocks, workspace))| {
            run(part * share, blocks, workspace);
        });
    }
}

#[cfg(test)]
mod tests_laws;
#[cfg(test)]
mod tests_samplers;
