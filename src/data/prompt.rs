//! One in-context regression problem.

use faer::Mat;

/// What a network reads: `N` labelled examples and a query whose label it has to predict.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// The inputs `x_1, ..., x_N`, one a column (d x N).
    pub examples: Mat<f64>,
    /// Their labels `y_1, ..., y_N`.
    pub labels: Vec<f64>,
    /// The query `x_q` (d numbers).
    pub query: Vec<f64>,
}

/// A prompt together with what the network does not see.
#[derive(Clone, Debug, PartialEq)]
pub struct AnsweredPrompt {
    /// What the network sees.
    pub prompt: Prompt,
    /// The label `y_q` of the query, with its noise if labels are noisy.
    pub answer: f64,
    /// The task vector `w` behind the labels (d numbers).
    pub task: Vec<f64>,
}

impl Prompt {
    /// The dimension `d` of the inputs.
    pub fn dimension(&self) -> usize {
        self.examples.nrows()
    }

    /// The number `N` of examples.
    pub fn length(&self) -> usize {
        self.examples.ncols()
    }

    /// The mean `b = (1/N) sum_i y_i x_i` over the examples (d numbers), all that a trained linear
    /// attention layer keeps of the context.
    pub fn label_correlation(&self) -> Vec<f64> {
        let length = self.length() as f64;
        let mut correlation = vec![0.0; self.dimension()];
        for (input, label) in self.examples.col_iter().zip(&self.labels) {
            correlation.iter_mut().zip(input.iter()).for_each(|(sum, x)| *sum += label * x);
        }
        correlation.iter_mut().for_each(|sum| *sum /= length);
        correlation
    }
}
