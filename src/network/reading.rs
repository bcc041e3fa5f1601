//! Predictions for many queries after one reading of the examples.

use super::linear_attention::LinearAttention;
use crate::data::Prompt;
use faer::Mat;

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
    /// `p/N`.
    value: Vec<f64>,
    block: Mat<f64>,
}

impl LinearAttention {
    /// Reads the examples of a prompt.
    ///
    /// # Panics
    /// If the prompt has another dimension.
    pub fn read(&self, prompt: &Prompt) -> Reading {
        let (d, length) = (self.dimension(), prompt.length() as f64);
        assert_eq!(prompt.dimension(), d, "prompt and layer of one dimension: this is a bug");
        let (key_query, row) = (self.key_query(), self.value_projection().row(d));
        // G (p; s), then l = W^KQ[:, 1..d]' G (p; s).
        let mut attended = vec![0.0; d + 1];
        for (input, &label) in prompt.examples.col_iter().zip(&prompt.labels) {
            let along = (0..d).map(|i| row[i] * input[i]).sum::<f64>() + row[d] * label;
            (0..d).for_each(|i| attended[i] += along * input[i] / length);
            attended[d] += along * label / length;
        }
        let linear = |j| (0..=d).map(|i| key_query[(i, j)] * attended[i]).sum();
        Reading {
            linear: (0..d).map(linear).collect(),
            value: (0..d).map(|i| row[i] / length).collect(),
            block: self.key_query_block(),
        }
    }
}

impl Reading {
    /// The prediction for a query.
    ///
    /// # Panics
    /// If the query has another dimension.
    pub fn predict(&self, query: &[f64]) -> f64 {
        let dot = |vector: &[f64]| vector.iter().zip(query).map(|(a, x)| a * x).sum::<f64>();
        assert_eq!(query.len(), self.linear.len(), "query and layer of one dimension: a bug");
        let along = dot(&self.value);
        if along == 0.0 {
            return dot(&self.linear);
        }
        let square = |j: usize| {
            let column = self.block.col(j);
            (0..query.len()).map(|i| query[i] * column[i]).sum::<f64>() * query[j]
        };
        dot(&self.linear) + along * (0..query.len()).map(square).sum::<f64>()
    }

    /// `l` where the prediction is `l'x_q`.
    pub(super) fn slope(&self) -> Option<&[f64]> {
        self.value.iter().all(|&entry| entry == 0.0).then_some(&self.linear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Labels, PromptLaw, fill_with_normals, generator};

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
                prompt.query = law.sample_query(&mut random);
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
