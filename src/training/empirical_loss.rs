//! The loss of the network on a fixed set of prompts.

use super::objective::Objective;
use crate::data::AnsweredPrompt;
use crate::network::embedding;

/// The mean of `1/2 (yhat - y_q)^2` over fixed prompts, as a function of all weights that reach
/// the prediction, in the order of
/// [`active_weights`](crate::network::LinearAttention::active_weights).
///
/// # Formula
/// The prediction sees a prompt through `M = E E'/N` and `x_q` alone (3.6): with `p` the last row
/// of `W^PV` and `K` the first d columns of `W^KQ`,
/// ```text
/// yhat = p'M K x_q,   d yhat/dp = M K x_q,   d yhat/dK = M p x_q'
/// ```
/// so one pass over the prompts costs `O(d^2)` each, whatever their length.
#[derive(Clone, Debug)]
pub struct EmpiricalLoss {
    dimension: usize,
    /// For each prompt: `M` (row by row), `x_q`, `y_q`.
    prompts: Vec<f64>,
}

impl EmpiricalLoss {
    /// The loss on these prompts.
    ///
    /// # Panics
    /// If there are none, or their dimensions differ.
    pub fn new(prompts: &[AnsweredPrompt]) -> Self {
        let dimension =
            prompts.first().expect("at least one prompt: this is a bug").prompt.dimension();
        let mut data = Vec::with_capacity(prompts.len() * record(dimension));
        for AnsweredPrompt { prompt, answer, .. } in prompts {
            assert_eq!(prompt.dimension(), dimension, "prompts of one dimension: this is a bug");
            let embedding = embedding(prompt);
            let gram = &embedding * embedding.transpose();
            for i in 0..=dimension {
                data.extend((0..=dimension).map(|j| gram[(i, j)] / prompt.length() as f64));
            }
            data.extend(&prompt.query);
            data.push(*answer);
        }
        Self { dimension, prompts: data }
    }

    /// The number of prompts.
    pub fn count(&self) -> usize {
        self.prompts.len() / record(self.dimension)
    }

    /// Hands `(error, M K x_q, M p, x_q)` of every prompt to `visit`.
    fn visit(&self, point: &[f64], mut visit: impl FnMut(f64, &[f64], &[f64], &[f64])) {
        let size = self.dimension + 1;
        assert_eq!(point.len(), size * size, "one number a weight: this is a bug");
        let (p, key_query) = point.split_at(size);
        let (mut u, mut by_p, mut pulled) = (vec![0.0; size], vec![0.0; size], vec![0.0; size]);
        for prompt in self.prompts.chunks_exact(record(self.dimension)) {
            let (gram, rest) = prompt.split_at(size * size);
            let (query, answer) = (&rest[..size - 1], rest[size - 1]);
            u.fill(0.0);
            for (x, column) in query.iter().zip(key_query.chunks_exact(size)) {
                u.iter_mut().zip(column).for_each(|(u, weight)| *u += weight * x);
            }
            for (i, row) in gram.chunks_exact(size).enumerate() {
                by_p[i] = row.iter().zip(&u).map(|(m, u)| m * u).sum();
                pulled[i] = row.iter().zip(p).map(|(m, p)| m * p).sum();
            }
            let prediction: f64 = p.iter().zip(&by_p).map(|(p, g)| p * g).sum();
            visit(prediction - answer, &by_p, &pulled, query);
        }
    }
}

/// Numbers kept a prompt.
fn record(dimension: usize) -> usize {
    (dimension + 1).pow(2) + dimension + 1
}

impl Objective for EmpiricalLoss {
    fn dimension(&self) -> usize {
        (self.dimension + 1).pow(2)
    }

    fn value(&self, point: &[f64]) -> f64 {
        let mut sum = 0.0;
        self.visit(point, |error, _, _, _| sum += error * error / 2.0);
        sum / self.count() as f64
    }

    fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
        let size = self.dimension + 1;
        gradient.fill(0.0);
        let (by_p, by_key) = gradient.split_at_mut(size);
        self.visit(point, |error, value, pulled, query| {
            by_p.iter_mut().zip(value).for_each(|(sum, g)| *sum += error * g);
            for (x, column) in query.iter().zip(by_key.chunks_exact_mut(size)) {
                let factor = error * x;
                column.iter_mut().zip(pulled).for_each(|(sum, g)| *sum += factor * g);
            }
        });
        let count = self.count() as f64;
        gradient.iter_mut().for_each(|entry| *entry /= count);
    }
}
