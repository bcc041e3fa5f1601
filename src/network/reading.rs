//! Predictions for many queries after one reading of the examples.

use super::linear_attention::LinearAttention;
use crate::data::{Prompt, dot};

/// What a layer keeps of the examples of a prompt.
///
/// # Formula
/// With `G = (1/N) sum_i z_i z_i'` over the examples `z_i = (x_i; y_i)`, the last row `(p', s)` of
/// `W^PV`, and `A` the upper left block of `W^KQ`, (3.6) reads
/// ```text
/// yhat(x_q) = l'x_q + (p'x_q)(x_q'A x_q)/N,   l' = (p', s) G W^KQ[:, 1..d]
/// ```
/// It is linear in the query exactly if `p = 0`, as it is for the trained layer of Theorem 4.1.
#[derive(Clone, Debug)]
pub struct Reading {
    linear: Vec<f64>,
    /// `(p', s)`.
    row: Vec<f64>,
    /// The first d columns of `W^KQ`, one after another.
    key_query: Vec<f64>,
    /// The number `N` of examples.
    length: f64,
}

impl LinearAttention {
    /// Reads the examples of a prompt.
    ///
    /// # Panics
    /// If the prompt has another dimension.
    pub fn read(&self, prompt: &Prompt) -> Reading {
        let (d, length) = (self.dimension(), prompt.length() as f64);
        assert_eq!(prompt.dimension(), d, "prompt and layer of one dimension: this is a bug");
        let (row, key_query) = self.rows_that_read();
        // G (p; s), then l = W^KQ[:, 1..d]' G (p; s).
        let mut attended = vec![0.0; d + 1];
        for (input, &label) in prompt.examples.col_iter().zip(&prompt.labels) {
            let along = (0..d).map(|i| row[i] * input[i]).sum::<f64>() + row[d] * label;
            (0..d).for_each(|i| attended[i] += along * input[i] / length);
            attended[d] += along * label / length;
        }
        let linear = key_query.chunks_exact(d + 1).map(|column| dot(column, &attended)).collect();
        Reading { linear, row, key_query, length }
    }

    /// `(p', s)`, and the first d columns of `W^KQ` one after another.
    pub(super) fn rows_that_read(&self) -> (Vec<f64>, Vec<f64>) {
        let d = self.dimension();
        let columns = (0..d).flat_map(|j| (0..=d).map(move |i| (i, j)));
        let row = self.value_projection().row(d).iter().copied().collect();
        (row, columns.map(|place| self.key_query()[place]).collect())
    }
}

impl Reading {
    /// The prediction for a query.
    ///
    /// # Panics
    /// If the query has another dimension.
    pub fn predict(&self, query: &[f64]) -> f64 {
        let d = self.linear.len();
        assert_eq!(query.len(), d, "query and layer of one dimension: this is a bug");
        let (linear, along) = (dot(&self.linear, query), dot(&self.row[..d], query));
        if along == 0.0 {
            return linear;
        }
        let columns = self.key_query.chunks_exact(d + 1).zip(query);
        let square: f64 = columns.map(|(column, x)| dot(&column[..d], query) * x).sum();
        linear + along * square / self.length
    }

    /// `l` where the prediction is `l'x_q`.
    pub(super) fn slope(&self) -> Option<&[f64]> {
        let value = &self.row[..self.linear.len()];
        value.iter().all(|&entry| entry == 0.0).then_some(&self.linear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Labels, PromptLaw, fill_with_normals, generator};
    use faer::Mat;

    #[test]
    fn a_reading_predicts_what_the_layer_predicts() {
        for (dimension, length) in [(1, 1), (2, 6), (3, 2), (5, 20)] {
            let size = dimension + 1;
            let mut entries = vec![0.0; 2 * size * size];
            let mut random = generator(1, &["reading"], dimension as u64);
            fill_with_normals(&mut entries, &mut random);
            let matrix = |part: usize| {
                Mat::from_fn(size, size, |i, j| entries[(part * size + i) * size + j])
            };
            let network = LinearAttention::new(matrix(0), matrix(1)).unwrap();
            let law = PromptLaw::new(&Mat::identity(dimension, dimension), length).unwrap();
            let law = law.with_labels(Labels::NoisyLinear { variance: 0.5 }).unwrap();
            let mut prompt = law.sample(&mut random).prompt;
            let reading = network.read(&prompt);
            assert!(reading.slope().is_none());
            for _ in 0..3 {
                prompt.query = law.sample(&mut random).prompt.query;
                approx::assert_relative_eq!(
                    reading.predict(&prompt.query),
                    network.predict(&prompt),
                    max_relative = 1e-10,
                    epsilon = 1e-12
                );
            }
        }
    }
}
