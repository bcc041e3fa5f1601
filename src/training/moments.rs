//! Means of products of the features of many prompts.

use crate::data::{
    AnsweredPrompt, LANES, Lane, LaneSource, Machine, Normals, PromptLanes, PromptLaw, Work,
    dispatch,
};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::marker::PhantomData;

/// Prompts that are added at once: the unit of work of a thread, with its own stream of random
/// numbers. A multiple of eight.
const BLOCK: usize = 512;

/// Numbers that are read off a prompt.
pub(super) trait Features {
    /// How many there are in dimension `d`.
    fn count(dimension: usize) -> usize;

    /// Writes those of eight prompts; to be inlined.
    fn write<M: Machine>(m: M, prompts: &PromptLanes, out: &mut [Lane]);
}

/// The mean of `f f'` over these prompts (at least one), `f` being their features.
pub(super) fn moments_of<F: Features>(prompts: &[AnsweredPrompt]) -> Mat<f64> {
    let size = F::count(prompts[0].prompt.dimension());
    let sums = prompts.chunks(BLOCK).map(|chunk| {
        let mut sheet = Sheet::new(size, chunk.len());
        for (group, eight) in chunk.chunks(LANES).enumerate() {
            let prompts = PromptLanes::of(eight);
            let out = &mut sheet.features;
            dispatch(Write::<F> { prompts: &prompts, out, features: PhantomData });
            sheet.keep(group);
        }
        sheet.products()
    });
    mean(size, prompts.len(), sums)
}

/// The same over `count` prompts drawn from `law`, on streams of a key that is drawn from
/// `generator`: equal with any number of threads. The order of the draws, eight prompts at a time:
/// covariances (if random), tasks and examples, queries, noise of the answers.
pub(super) fn moments_of_draws<F: Features>(
    law: &PromptLaw,
    count: usize,
    generator: &mut ChaCha8Rng,
) -> Mat<f64> {
    let mut key = [0; 32];
    generator.fill_bytes(&mut key);
    let size = F::count(law.dimension());
    let sums: Vec<Mat<f64>> = (0..count.div_ceil(BLOCK))
        .into_par_iter()
        .map(|index| {
            let mut stream = ChaCha8Rng::from_seed(key);
            stream.set_stream(index as u64);
            let prompts = BLOCK.min(count - index * BLOCK);
            let mut source = Normals::new(&mut stream);
            let mut lanes = LaneSource::new(law);
            let mut sheet = Sheet::new(size, prompts);
            for group in 0..prompts.div_ceil(LANES) {
                lanes.draw_covariances(&mut stream);
                let out = &mut sheet.features;
                let (lanes, source) = (&mut lanes, &mut source);
                dispatch(Draw::<F> { lanes, source, out, features: PhantomData });
                sheet.keep(group);
            }
            sheet.products()
        })
        .collect();
    mean(size, count, sums.into_iter())
}

/// Features of given prompts.
struct Write<'a, F> {
    prompts: &'a PromptLanes,
    out: &'a mut [Lane],
    features: PhantomData<F>,
}

impl<F: Features> Work for Write<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        F::write(m, self.prompts, self.out);
    }
}

/// Features of fresh prompts.
struct Draw<'a, F> {
    lanes: &'a mut LaneSource,
    source: &'a mut Normals,
    out: &'a mut [Lane],
    features: PhantomData<F>,
}

impl<F: Features> Work for Draw<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        self.lanes.draw_contexts(m, self.source);
        self.lanes.draw_queries(m, self.source);
        self.lanes.draw_noise_of_answers(m, self.source);
        F::write(m, &self.lanes.prompts, self.out);
    }
}

/// The features of a block.
struct Sheet {
    /// Those of eight prompts.
    features: Vec<Lane>,
    /// One column a feature, one row a prompt.
    columns: Vec<f64>,
    /// A multiple of eight.
    rows: usize,
    prompts: usize,
}

impl Sheet {
    fn new(size: usize, prompts: usize) -> Self {
        let rows = prompts.next_multiple_of(LANES);
        let features = vec![Lane::default(); size];
        Self { features, columns: vec![0.0; rows * size], rows, prompts }
    }

    /// Writes the features of these eight prompts down.
    fn keep(&mut self, group: usize) {
        for (column, lane) in self.columns.chunks_exact_mut(self.rows).zip(&self.features) {
            column[group * LANES..][..LANES].copy_from_slice(&lane.0);
        }
    }

    /// The lower triangle of the sum of `f f'`.
    fn products(self) -> Mat<f64> {
        let size = self.features.len();
        let all = MatRef::from_column_major_slice(&self.columns, self.rows, size);
        let all = all.subrows(0, self.prompts);
        let mut sum = Mat::zeros(size, size);
        let (lower, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
        matmul(&mut sum, lower, Accum::Replace, all.transpose(), full, all, full, 1.0, Par::Seq);
        sum
    }
}

fn mean(size: usize, count: usize, sums: impl Iterator<Item = Mat<f64>>) -> Mat<f64> {
    let total = sums.fold(Mat::zeros(size, size), |total: Mat<f64>, block| total + block);
    Mat::from_fn(size, size, |i, j| total[(i.max(j), i.min(j))] / count as f64)
}
