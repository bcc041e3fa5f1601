//! The loss of the network on a fixed set of prompts, as a polynomial in its weights.

use super::moments::{moments_of, moments_of_draws};
use super::objective::Objective;
use crate::data::{AnsweredPrompt, PromptLaw};
use faer::{ColMut, Mat};
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
    /// If there are none, or their dimensions differ.
    pub fn new(prompts: &[AnsweredPrompt]) -> Self {
        let first = prompts.first().expect("at least one prompt: this is a bug");
        let dimension = first.prompt.dimension();
        let same = prompts.iter().all(|one| one.prompt.dimension() == dimension);
        assert!(same, "prompts of one dimension: this is a bug");
        let moments = moments_of(prompts, features(dimension) + 1, write_features);
        Self { dimension, count: prompts.len(), moments }
    }

    /// The loss on `count` prompts drawn from `law` (at least one), on streams of a key that is
    /// drawn from `generator`: the same with any number of threads.
    pub fn draw(law: &PromptLaw, count: usize, generator: &mut ChaCha8Rng) -> Self {
        let (dimension, count) = (law.dimension(), count.max(1));
        let moments =
            moments_of_draws(law, count, features(dimension) + 1, generator, write_features);
        Self { dimension, count, moments }
    }

    /// The loss on all prompts of these losses together.
    ///
    /// # Panics
    /// If there are none, or their dimensions differ.
    pub fn joined(parts: &[Self]) -> Self {
        let dimension = parts.first().expect("at least one part: this is a bug").dimension;
        let count = parts.iter().map(|part| part.count).sum();
        let size = features(dimension) + 1;
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
    fn coefficients(&self, point: &[f64]) -> Mat<f64> {
        let size = self.dimension + 1;
        assert_eq!(point.len(), size * size, "one number a weight: this is a bug");
        let (p, key_query) = point.split_at(size);
        let mut c = Mat::zeros(features(self.dimension) + 1, 1);
        for (index, (i, j, k)) in monomials(self.dimension).enumerate() {
            let column = &key_query[k * size..(k + 1) * size];
            let mixed = if i == j { 0.0 } else { p[j] * column[i] };
            c[(index, 0)] = p[i] * column[j] + mixed;
        }
        c[(features(self.dimension), 0)] = -1.0;
        c
    }
}

impl Objective for EmpiricalLoss {
    fn dimension(&self) -> usize {
        (self.dimension + 1).pow(2)
    }

    fn value(&self, point: &[f64]) -> f64 {
        let c = self.coefficients(point);
        let square = c.transpose() * (&self.moments * &c);
        square[(0, 0)] / 2.0
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
        let by_c = &self.moments * &c;
        let (p, key_query) = point.split_at(size);
        gradient.fill(0.0);
        let (by_p, by_key) = gradient.split_at_mut(size);
        for (index, (i, j, k)) in monomials(self.dimension).enumerate() {
            let slope = by_c[(index, 0)];
            let column = &key_query[k * size..(k + 1) * size];
            let by_column = &mut by_key[k * size..(k + 1) * size];
            by_p[i] += slope * column[j];
            by_column[j] += slope * p[i];
            if i != j {
                by_p[j] += slope * column[i];
                by_column[i] += slope * p[j];
            }
        }
        let square = c.transpose() * by_c;
        square[(0, 0)] / 2.0
    }
}

/// The number of features of a prompt.
fn features(dimension: usize) -> usize {
    dimension * (dimension + 1) * (dimension + 2) / 2
}

/// The indices `(i, j, k)` of the features `M_ij x_q[k]`, in order.
fn monomials(dimension: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let pairs = move |i| (i..=dimension).map(move |j| (i, j));
    let pairs = (0..=dimension).flat_map(pairs);
    pairs.flat_map(move |(i, j)| (0..dimension).map(move |k| (i, j, k)))
}

/// The features of a prompt, then its answer.
fn write_features(sample: &AnsweredPrompt, out: ColMut<'_, f64>) {
    let prompt = &sample.prompt;
    let (dimension, length) = (prompt.dimension(), prompt.length());
    // N M_ij for i <= j, row after row.
    let mut sums = Vec::with_capacity((dimension + 1) * (dimension + 2) / 2);
    for i in 0..=dimension {
        // The query is a column of E too; its label there is 0.
        let query = |j: usize| if j < dimension { prompt.query[i] * prompt.query[j] } else { 0.0 };
        sums.extend((i..=dimension).map(query));
    }
    let mut example = vec![0.0; dimension + 1];
    for (n, label) in prompt.labels.iter().enumerate() {
        let input = prompt.examples.col(n);
        example.iter_mut().zip(input.iter()).for_each(|(entry, x)| *entry = *x);
        example[dimension] = *label;
        let mut rest = &mut sums[..];
        for (i, x) in example.iter().enumerate() {
            let (row, others) = rest.split_at_mut(dimension + 1 - i);
            row.iter_mut().zip(&example[i..]).for_each(|(sum, y)| *sum += x * y);
            rest = others;
        }
    }
    let out = out.try_as_col_major_mut().expect("columns are contiguous: a bug").as_slice_mut();
    let (answer, features) = out.split_last_mut().expect("an answer behind them: this is a bug");
    for (row, sum) in features.chunks_exact_mut(dimension).zip(sums) {
        let mean = sum / length as f64;
        row.iter_mut().zip(&prompt.query).for_each(|(feature, x)| *feature = mean * x);
    }
    *answer = sample.answer;
}
