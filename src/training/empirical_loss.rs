//! The loss of the network on a fixed set of prompts, as a polynomial in its weights.

use super::moments::{Features, moments_of, moments_of_draws};
use super::objective::Objective;
use crate::data::{AnsweredPrompt, Lane, Machine, PromptLanes, PromptLaw, dot};
use faer::linalg::matmul::matmul;
use faer::{Accum, ColMut, ColRef, Mat, Par};
use rand_chacha::ChaCha8Rng;

/// The mean of `1/2 (yhat - y_q)^2` over fixed prompts, as a function of all weights that reach
/// the prediction, in the order of
/// [`active_weights`](crate::network::LinearAttention::active_weights).
///
/// # Formula
/// The prediction sees a prompt through `M = E E'/N` and `x_q` alone (3.6). With `p` the last row
/// of `W^PV` and `K` the first d columns of `W^KQ` it is linear in the `d (d+1)(d+2)/2` features
/// `f = (M_ij x_q[k])_{i <= j, k}` of the prompt:
/// ```text
/// yhat = p'M K x_q = f'c,   c_ijk = p_i K_jk + p_j K_ik (i < j),   c_iik = p_i K_ik
/// loss = 1/2 c'F c - r'c + e/2,   F = mean f f',  r = mean f y_q,  e = mean y_q^2
/// ```
/// So the prompts are read once, and a step of *full-batch* gradient descent costs the same for
/// any number of them. This is the network's own loss on these prompts, not an approximation.
///
/// # Source
/// Derived here from arXiv 2306.09927v3, equation (3.6).
#[derive(Clone, Debug)]
pub struct EmpiricalLoss {
    dimension: usize,
    count: usize,
    /// The mean of `(f, y_q) (f, y_q)'`.
    moments: Mat<f64>,
}

impl EmpiricalLoss {
    /// The loss on these prompts.
    ///
    /// # Panics
    /// If there are none, or their dimensions or lengths differ.
    pub fn new(prompts: &[AnsweredPrompt]) -> Self {
        let size = |one: &AnsweredPrompt| (one.prompt.dimension(), one.prompt.length());
        let first = size(prompts.first().expect("at least one prompt: this is a bug"));
        let same = prompts.iter().all(|one| size(one) == first);
        assert!(same, "prompts of one size: this is a bug");
        let dimension = first.0;
        let moments = moments_of::<LossFeatures>(prompts);
        Self { dimension, count: prompts.len(), moments }
    }

    /// The loss on `count` prompts drawn from `law` (at least one), on streams of a key that is
    /// drawn from `generator`: the same with any number of threads.
    pub fn draw(law: &PromptLaw, count: usize, generator: &mut ChaCha8Rng) -> Self {
        let (dimension, count) = (law.dimension(), count.max(1));
        let moments = moments_of_draws::<LossFeatures>(law, count, generator);
        Self { dimension, count, moments }
    }

    /// The loss on all prompts of these losses together.
    ///
    /// # Panics
    /// If there are none, or their dimensions differ.
    pub fn joined(parts: &[Self]) -> Self {
        let dimension = parts.first().expect("at least one part: this is a bug").dimension;
        let count = parts.iter().map(|part| part.count).sum();
        let size = LossFeatures::count(dimension);
        let add = |sum: Mat<f64>, part: &Self| {
            assert_eq!(part.dimension, dimension, "parts of one dimension: this is a bug");
            sum + &part.moments * faer::Scale(part.count as f64 / count as f64)
        };
        let moments = parts.iter().fold(Mat::zeros(size, size), add);
        Self { dimension, count, moments }
    }

    /// The number of prompts.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The coefficients `c` of the features, then -1 for the answer.
    fn coefficients(&self, point: &[f64]) -> Vec<f64> {
        let size = self.dimension + 1;
        assert_eq!(point.len(), size * size, "one number a weight: this is a bug");
        let (p, key_query) = point.split_at(size);
        let mut c = Vec::with_capacity(self.moments.nrows());
        for i in 0..size {
            for j in i..size {
                c.extend(key_query.chunks_exact(size).map(|column| {
                    let mixed = if i == j { 0.0 } else { p[j] * column[i] };
                    p[i] * column[j] + mixed
                }));
            }
        }
        c.push(-1.0);
        c
    }

    /// The moments times these coefficients.
    fn apply_moments(&self, c: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; c.len()];
        let out = ColMut::from_slice_mut(&mut product).as_mat_mut();
        let c = ColRef::from_slice(c).as_mat();
        matmul(out, Accum::Replace, &self.moments, c, 1.0, Par::Seq);
        product
    }
}

impl Objective for EmpiricalLoss {
    fn dimension(&self) -> usize {
        (self.dimension + 1).pow(2)
    }

    fn value(&self, point: &[f64]) -> f64 {
        let c = self.coefficients(point);
        dot(&c, &self.apply_moments(&c)) / 2.0
    }

    fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
        self.evaluate(point, gradient);
    }
}

impl EmpiricalLoss {
    /// Overwrites `gradient` with that of the loss, and returns the loss, by one product with the
    /// moments.
    pub fn evaluate(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let size = self.dimension + 1;
        let c = self.coefficients(point);
        let by_c = self.apply_moments(&c);
        let (p, key_query) = point.split_at(size);
        gradient.fill(0.0);
        let (by_p, by_key) = gradient.split_at_mut(size);
        let mut slopes = by_c.iter();
        for i in 0..size {
            for j in i..size {
                let columns = key_query.chunks_exact(size).zip(by_key.chunks_exact_mut(size));
                for ((column, by_column), slope) in columns.zip(&mut slopes) {
                    by_p[i] += slope * column[j];
                    by_column[j] += slope * p[i];
                    if i != j {
                        by_p[j] += slope * column[i];
                        by_column[i] += slope * p[j];
                    }
                }
            }
        }
        dot(&c, &by_c) / 2.0
    }
}

/// The features of a prompt, then its answer.
struct LossFeatures;

impl Features for LossFeatures {
    fn count(dimension: usize) -> usize {
        dimension * (dimension + 1) * (dimension + 2) / 2 + 1
    }

    #[inline(always)]
    fn write<M: Machine>(m: M, prompts: &PromptLanes, out: &mut [Lane]) {
        let PromptLanes { dimension, length, gram, query, answer } = prompts;
        let (d, share) = (*dimension, m.splat(1.0 / *length as f64));
        let (mut sums, mut out) = (gram.iter(), out.iter_mut());
        for i in 0..=d {
            for j in i..=d {
                let mut sum = m.load(sums.next().expect("one a pair: this is a bug"));
                // The query is a column of E too; its label there is 0.
                if j < d {
                    sum = m.mul_add(m.load(&query[i]), m.load(&query[j]), sum);
                }
                let mean = m.mul(sum, share);
                for (x, out) in query.iter().zip(&mut out) {
                    m.store(m.mul(mean, m.load(x)), out);
                }
            }
        }
        *out.next().expect("an answer behind the features: this is a bug") = *answer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Labels, PositiveLaw, PromptSource, TaskLaw, generator};
    use crate::network::LinearAttention;
    use faer::mat;

    const COUNT: usize = 40_000;

    fn laws() -> Vec<PromptLaw> {
        let covariance = mat![[2.0, 0.5, 0.0], [0.5, 1.0, -0.25], [0.0, -0.25, 0.5]];
        let query = mat![[1.0, 0.0, 0.25], [0.0, 0.5, 0.0], [0.25, 0.0, 1.0]];
        let direction = vec![0.5, 0.0, -0.5];
        let law = |length| PromptLaw::new(&covariance, length).unwrap();
        let entries = vec![
            PositiveLaw::Exponential(1.0),
            PositiveLaw::Constant(0.5),
            PositiveLaw::TwoPoint { low: 0.5, high: 2.0, probability: 0.25 },
        ];
        vec![
            law(1),
            law(9).with_labels(Labels::NoisyLinear { variance: 0.5 }).unwrap(),
            law(8).with_labels(Labels::Cubic { direction: direction.clone() }).unwrap(),
            law(20)
                .with_query_covariance(&query)
                .and_then(|law| law.with_task(TaskLaw::Fixed(direction.clone())))
                .and_then(|law| {
                    law.with_labels(Labels::LinearPlusSquare { coefficient: 0.5, direction })
                })
                .unwrap(),
            law(5).with_random_diagonal(entries.clone()).unwrap(),
            law(5)
                .with_query_covariance(&query)
                .and_then(|law| law.with_random_diagonal(entries))
                .unwrap(),
        ]
    }

    /// Oracle: prompts drawn one by one, read by the network. The tolerance is five standard errors.
    #[test]
    fn prompts_drawn_eight_at_a_time_have_the_law_of_prompts_drawn_one_by_one() {
        let block = mat![[0.4, -0.1, 0.0], [0.05, 0.5, 0.1], [0.0, 0.2, 0.3]];
        let layer = LinearAttention::from_blocks(&[0.2, -0.1, 0.3], 0.8, &block, &[0.1, 0.3, -0.2]);
        let layer = layer.unwrap();
        for (number, law) in laws().iter().enumerate() {
            let random = &mut generator(1, &["one by one"], number as u64);
            let mut source = PromptSource::new(random);
            let losses: Vec<f64> = (0..COUNT)
                .map(|_| {
                    let sample = source.draw(law, random);
                    (layer.predict(&sample.prompt) - sample.answer).powi(2) / 2.0
                })
                .collect();
            let mean = losses.iter().sum::<f64>() / COUNT as f64;
            let square = losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>();
            let drawn = EmpiricalLoss::draw(law, COUNT, random).value(&layer.active_weights());
            let tolerance = 5.0 * (2.0 * square).sqrt() / COUNT as f64;
            assert!((drawn - mean).abs() < tolerance, "law {number}: {drawn}, {mean}");
        }
    }

    #[test]
    fn the_loss_on_given_prompts_is_that_of_the_network() {
        let block = mat![[0.4, -0.1, 0.0], [0.05, 0.5, 0.1], [0.0, 0.2, 0.3]];
        let layer = LinearAttention::from_blocks(&[0.2, -0.1, 0.3], 0.8, &block, &[0.1, 0.3, -0.2]);
        let layer = layer.unwrap();
        for count in [1, 7, 8, 600] {
            let random = &mut generator(2, &["given"], count as u64);
            let prompts: Vec<_> = (0..count).map(|_| laws()[1].sample(random)).collect();
            let loss = |sample: &AnsweredPrompt| {
                (layer.predict(&sample.prompt) - sample.answer).powi(2) / 2.0
            };
            let mean = prompts.iter().map(loss).sum::<f64>() / count as f64;
            let found = EmpiricalLoss::new(&prompts).value(&layer.active_weights());
            approx::assert_relative_eq!(found, mean, max_relative = 1e-11);
        }
    }
}
