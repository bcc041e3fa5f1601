//! Means of products of the features of many prompts.

use crate::data::{AnsweredPrompt, PromptLaw, PromptSource};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, ColMut, Mat, Par};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Prompts that are added at once: the unit of work of a thread, with its own stream of random
/// numbers.
const BLOCK: usize = 512;

/// The mean of `f f'` over prompts, where `write` writes the `size` features `f` of a prompt.
pub(super) fn moments_of(
    prompts: &[AnsweredPrompt],
    size: usize,
    write: impl Fn(&AnsweredPrompt, ColMut<'_, f64>),
) -> Mat<f64> {
    let sums = prompts.chunks(BLOCK).map(|chunk| {
        let mut rest = chunk.iter();
        block(size, chunk.len(), |out| write(rest.next().expect("one a column: a bug"), out))
    });
    mean(size, prompts.len(), sums)
}

/// The same over `count` prompts drawn from `law`, on streams of a key that is drawn from
/// `generator`: equal with any number of threads.
pub(super) fn moments_of_draws(
    law: &PromptLaw,
    count: usize,
    size: usize,
    generator: &mut ChaCha8Rng,
    write: impl Fn(&AnsweredPrompt, ColMut<'_, f64>) + Sync,
) -> Mat<f64> {
    let mut key = [0; 32];
    generator.fill_bytes(&mut key);
    let sums: Vec<Mat<f64>> = (0..count.div_ceil(BLOCK))
        .into_par_iter()
        .map(|index| {
            let mut stream = ChaCha8Rng::from_seed(key);
            stream.set_stream(index as u64);
            let prompts = BLOCK.min(count - index * BLOCK);
            let mut source = PromptSource::new(&mut stream);
            block(size, prompts, |out| write(source.draw(law, &mut stream), out))
        })
        .collect();
    mean(size, count, sums.into_iter())
}

/// The lower triangle of the sum of `f f'` over `count` prompts, at most [`BLOCK`]; `write` writes
/// the features of the next one.
fn block(size: usize, count: usize, write: impl FnMut(ColMut<'_, f64>)) -> Mat<f64> {
    // One prompt a column.
    let mut columns = Mat::zeros(size, count);
    columns.col_iter_mut().for_each(write);
    let mut sum = Mat::zeros(size, size);
    let (lower, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    let transposed = columns.transpose();
    matmul(&mut sum, lower, Accum::Replace, &columns, full, transposed, full, 1.0, Par::Seq);
    sum
}

fn mean(size: usize, count: usize, sums: impl Iterator<Item = Mat<f64>>) -> Mat<f64> {
    let total = sums.fold(Mat::zeros(size, size), |total: Mat<f64>, block| total + block);
    Mat::from_fn(size, size, |i, j| total[(i.max(j), i.min(j))] / count as f64)
}
