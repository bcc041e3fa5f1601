//! One layer of linear self-attention, as Zhang, Frei and Bartlett (arXiv 2306.09927) define it.

use crate::data::Prompt;
use faer::{Mat, MatRef};

/// One layer of linear self-attention with full weight matrices.
///
/// # Formula
/// ```text
/// f(E) = E + W^PV E (E' W^KQ E)/rho                                  (3.3)
/// yhat = f(E)[d+1, N+1],  rho = N                                    (3.4)-(3.5)
/// ```
/// where `E` is the [`embedding`] of a prompt ((d+1) x (N+1)) and `N` is the number of examples of
/// *that* prompt, in training as at test time; the query is not counted.
///
/// Only the last row `(p', s)` of `W^PV` and the first d columns `[A; q']` of `W^KQ` reach the
/// prediction. The paper writes `p = w^PV_21 = u_12`, `s = w^PV_22 = u_-1`, `A = W^KQ_11 = U_11`,
/// `q = w^KQ_21 = u_21`.
///
/// # Source
/// arXiv 2306.09927v3, equations (3.3) to (3.6).
#[derive(Clone, Debug, PartialEq)]
pub struct LinearAttention {
    value_projection: Mat<f64>,
    key_query: Mat<f64>,
}

/// Why there is no such network or value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The weights do not fit together.
    #[error(
        "W^PV is {} x {} and W^KQ is {} x {}; both must be (d+1) x (d+1) with d >= 1",
        .value_projection.0, .value_projection.1, .key_query.0, .key_query.1
    )]
    Shape {
        /// Rows and columns of `W^PV`.
        value_projection: (usize, usize),
        /// Rows and columns of `W^KQ`.
        key_query: (usize, usize),
    },
    /// The number of active weights does not fit the dimension.
    #[error("{count} active weights were given; dimension {dimension} has {expected}")]
    Count {
        /// How many were given.
        count: usize,
        /// The dimension of the inputs.
        dimension: usize,
        /// How many there should be.
        expected: usize,
    },
    /// The number of weights does not fit the layers.
    #[error("{count} weights were given; these layers have {expected}")]
    Parameters {
        /// How many were given.
        count: usize,
        /// How many there should be.
        expected: usize,
    },
    /// The way back through a mesa-layer lost its digits.
    #[error(
        "the mesa-layer cannot be taken back: with lambda = {inverse_ridge:e} its first inverse is \
         off by {deviation:.1e} of lambda; use a smaller lambda"
    )]
    LostPrecision {
        /// `lambda` of the head.
        inverse_ridge: f64,
        /// The relative deviation of `R_0` from `lambda I`.
        deviation: f64,
    },
    /// A start that breaks the paper's Assumption 3.3.
    #[error("Assumption 3.3 wants {what}; here it is {value}")]
    Start {
        /// The condition.
        what: &'static str,
        /// What it is instead.
        value: f64,
    },
    /// A formula that holds for some weights only.
    #[error("{what}; here {value}")]
    NotCovered {
        /// What the formula needs.
        what: &'static str,
        /// What is found instead.
        value: String,
    },
}

/// The embedding `E` of a prompt ((d+1) x (N+1)): the columns are `(x_i; y_i)`, the last one is
/// `(x_q; 0)` (3.4).
pub fn embedding(prompt: &Prompt) -> Mat<f64> {
    let (dimension, length) = (prompt.dimension(), prompt.length());
    Mat::from_fn(dimension + 1, length + 1, |row, column| {
        match (row < dimension, column < length) {
            (true, true) => prompt.examples[(row, column)],
            (true, false) => prompt.query[row],
            (false, true) => prompt.labels[column],
            (false, false) => 0.0,
        }
    })
}

impl LinearAttention {
    /// The network with these weights, both (d+1) x (d+1).
    ///
    /// # Errors
    /// [`NetworkError::Shape`] if the shapes are others.
    pub fn new(value_projection: Mat<f64>, key_query: Mat<f64>) -> Result<Self, NetworkError> {
        let size = value_projection.nrows();
        let fits = |matrix: &Mat<f64>| matrix.nrows() == size && matrix.ncols() == size;
        if size < 2 || !fits(&value_projection) || !fits(&key_query) {
            return Err(NetworkError::Shape {
                value_projection: (value_projection.nrows(), value_projection.ncols()),
                key_query: (key_query.nrows(), key_query.ncols()),
            });
        }
        Ok(Self { value_projection, key_query })
    }

    /// The paper's start (Assumption 3.3), `W^PV = sigma e e'` with `e` the last unit vector and
    /// `W^KQ = sigma [[Theta Theta', 0], [0, 0]]`.
    ///
    /// # Errors
    /// [`NetworkError::Start`] unless `sigma > 0` and `|Theta Theta'|_F = 1` to twelve digits (which
    /// balances the two layers).
    pub fn paper_start(sigma: f64, theta: &Mat<f64>) -> Result<Self, NetworkError> {
        let square = theta * theta.transpose();
        let norm = square.norm_l2();
        if !(sigma.is_finite() && sigma > 0.0) {
            return Err(NetworkError::Start { what: "sigma > 0", value: sigma });
        }
        if (norm - 1.0).abs() > 1e-12 || norm.is_nan() {
            return Err(NetworkError::Start { what: "|Theta Theta'|_F = 1", value: norm });
        }
        let dimension = theta.nrows();
        Ok(Self {
            value_projection: Mat::from_fn(dimension + 1, dimension + 1, |i, j| {
                if i == dimension && j == dimension { sigma } else { 0.0 }
            }),
            key_query: Mat::from_fn(dimension + 1, dimension + 1, |i, j| {
                if i < dimension && j < dimension { sigma * square[(i, j)] } else { 0.0 }
            }),
        })
    }

    /// The network with these active weights and zeros elsewhere; inverse of
    /// [`active_weights`](Self::active_weights).
    ///
    /// # Errors
    /// [`NetworkError::Count`] if there are not `(d+1)^2` of them.
    pub fn from_active_weights(dimension: usize, weights: &[f64]) -> Result<Self, NetworkError> {
        let size = dimension + 1;
        if weights.len() != size * size {
            let (count, expected) = (weights.len(), size * size);
            return Err(NetworkError::Count { count, dimension, expected });
        }
        let value_projection =
            Mat::from_fn(size, size, |i, j| if i == dimension { weights[j] } else { 0.0 });
        let key_query = Mat::from_fn(size, size, |i, j| {
            if j < dimension { weights[size + j * size + i] } else { 0.0 }
        });
        Self::new(value_projection, key_query)
    }

    /// The `(d+1)^2` weights that reach the prediction: the last row of `W^PV` (`p`, then `s`),
    /// then the first d columns of `W^KQ`, column by column (of each, a column of `A`, then the
    /// entry of `q`).
    pub fn active_weights(&self) -> Vec<f64> {
        let dimension = self.dimension();
        let row = (0..=dimension).map(|j| self.value_projection[(dimension, j)]);
        let columns = (0..dimension).flat_map(|j| (0..=dimension).map(move |i| (i, j)));
        row.chain(columns.map(|(i, j)| self.key_query[(i, j)])).collect()
    }

    /// The dimension `d` of the inputs.
    pub fn dimension(&self) -> usize {
        self.value_projection.nrows() - 1
    }

    /// `W^PV` ((d+1) x (d+1)).
    pub fn value_projection(&self) -> &Mat<f64> {
        &self.value_projection
    }

    /// `W^KQ` ((d+1) x (d+1)).
    pub fn key_query(&self) -> &Mat<f64> {
        &self.key_query
    }

    /// The network with `p = input_value` and `s = output_scale` in the last row of `W^PV`, `A =
    /// block` and `q' = label_key'` in the first d columns of `W^KQ`, and zeros elsewhere.
    ///
    /// # Errors
    /// [`NetworkError::Shape`] if they do not fit together.
    pub fn from_blocks(
        input_value: &[f64],
        output_scale: f64,
        block: &Mat<f64>,
        label_key: &[f64],
    ) -> Result<Self, NetworkError> {
        let d = input_value.len();
        if block.shape() != (d, d) || label_key.len() != d || d == 0 {
            let key_query = (label_key.len() + 1, block.ncols() + 1);
            return Err(NetworkError::Shape { value_projection: (d + 1, d + 1), key_query });
        }
        let value_projection = Mat::from_fn(d + 1, d + 1, |i, j| match (i == d, j == d) {
            (true, true) => output_scale,
            (true, false) => input_value[j],
            _ => 0.0,
        });
        let key_query = Mat::from_fn(d + 1, d + 1, |i, j| match (i == d, j == d) {
            (_, true) => 0.0,
            (true, false) => label_key[j],
            (false, false) => block[(i, j)],
        });
        Self::new(value_projection, key_query)
    }

    /// `A = U_11`, the upper left d x d block of `W^KQ`.
    pub fn key_query_block(&self) -> Mat<f64> {
        let dimension = self.dimension();
        self.key_query.submatrix(0, 0, dimension, dimension).to_owned()
    }

    /// `q = u_21`, the last row of `W^KQ` without its last entry (d x 1).
    pub fn label_key(&self) -> Mat<f64> {
        let dimension = self.dimension();
        self.key_query.submatrix(dimension, 0, 1, dimension).transpose().to_owned()
    }

    /// `p = u_12`, the last row of `W^PV` without its last entry (d x 1).
    pub fn input_value(&self) -> Mat<f64> {
        let dimension = self.dimension();
        self.value_projection.submatrix(dimension, 0, 1, dimension).transpose().to_owned()
    }

    /// `s = u_-1`, the last entry of `W^PV`.
    pub fn output_scale(&self) -> f64 {
        let dimension = self.dimension();
        self.value_projection[(dimension, dimension)]
    }

    /// `B = s A + p q'` (d x d). The part of the prediction that is odd in the labels is
    /// `b' B x_q` with `b = (1/N) sum_i y_i x_i` when labels are linear; with `p = q = 0` this is
    /// the whole prediction.
    pub fn effective_preconditioner(&self) -> Mat<f64> {
        let outer = self.input_value() * self.label_key().transpose();
        let (scale, block) = (self.output_scale(), self.key_query_block());
        Mat::from_fn(self.dimension(), self.dimension(), |i, j| {
            scale * block[(i, j)] + outer[(i, j)]
        })
    }

    /// The whole output `E + W^PV E (E' W^KQ E)/rho` of the layer, shaped like `E` (3.3).
    ///
    /// # Panics
    /// If `E` does not have d+1 rows.
    pub fn forward(&self, embedding: MatRef<'_, f64>, rho: f64) -> Mat<f64> {
        let attention = embedding.transpose() * &self.key_query * embedding;
        let update = &self.value_projection * embedding * attention;
        Mat::from_fn(embedding.nrows(), embedding.ncols(), |i, j| {
            embedding[(i, j)] + update[(i, j)] / rho
        })
    }

    /// The prediction `yhat` for the query of a prompt with `N` examples: the last entry of
    /// [`forward`](Self::forward) of its embedding, `rho = N`, computed without the other entries.
    ///
    /// # Panics
    /// If the prompt has another dimension.
    pub fn predict(&self, prompt: &Prompt) -> f64 {
        let embedding = embedding(prompt);
        let (last, column) = (self.dimension(), prompt.length());
        let attention = embedding.transpose() * (&self.key_query * embedding.col(column));
        let update = self.value_projection.row(last) * (&embedding * attention);
        embedding[(last, column)] + update / prompt.length() as f64
    }

    /// The derivatives of `1/2 (yhat - answer)^2` by every entry of both matrices, as a pair shaped
    /// like `(W^PV, W^KQ)`.
    ///
    /// # Formula
    /// With `E_q` the last column of `E`, `e` the last unit vector, and `error = yhat - answer`:
    /// ```text
    /// yhat      = E_q[d+1] + e' W^PV (E E'/N) W^KQ E_q
    /// d/d W^PV  = error e (E (E' W^KQ E_q)/N)'
    /// d/d W^KQ  = error (E (E' W^PV' e)/N) E_q'
    /// ```
    ///
    /// # Panics
    /// If the prompt has another dimension.
    pub fn gradient(&self, prompt: &Prompt, answer: f64) -> (Mat<f64>, Mat<f64>) {
        let embedding = embedding(prompt);
        let (last, column) = (self.dimension(), prompt.length());
        let query = embedding.col(column);
        let error = (self.predict(prompt) - answer) / prompt.length() as f64;
        let attended = &embedding * (embedding.transpose() * (&self.key_query * query));
        let value_row = self.value_projection.row(last).transpose();
        let pulled = &embedding * (embedding.transpose() * value_row);
        let size = last + 1;
        let by_value =
            Mat::from_fn(size, size, |i, j| if i == last { error * attended[j] } else { 0.0 });
        let by_key = Mat::from_fn(size, size, |i, j| error * pulled[i] * query[j]);
        (by_value, by_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{PromptLaw, fill_with_normals, generator};
    use faer::mat;

    /// A network with all (d+1)^2 + (d+1)^2 weights non-zero.
    pub(crate) fn dense_network(dimension: usize, seed: u64) -> LinearAttention {
        let size = dimension + 1;
        let mut entries = vec![0.0; 2 * size * size];
        fill_with_normals(&mut entries, &mut generator(seed, &["network"], 0));
        let matrix = |part: usize| {
            Mat::from_fn(size, size, |i, j| 0.5 * entries[(part * size + i) * size + j])
        };
        LinearAttention::new(matrix(0), matrix(1)).unwrap()
    }

    fn sample(dimension: usize, length: usize, seed: u64) -> crate::data::AnsweredPrompt {
        let covariance =
            Mat::from_fn(
                dimension,
                dimension,
                |i, j| {
                    if i == j { 1.0 + i as f64 / 2.0 } else { 0.25 }
                },
            );
        let law = PromptLaw::new(&covariance, length).unwrap();
        law.sample(&mut generator(seed, &["prompt"], 0))
    }

    #[test]
    fn the_prediction_is_the_last_entry_of_the_whole_output() {
        for (dimension, length) in [(1, 1), (2, 6), (3, 2), (5, 20)] {
            let network = dense_network(dimension, 1);
            let prompt = sample(dimension, length, 2).prompt;
            let output = network.forward(embedding(&prompt).as_ref(), length as f64);
            approx::assert_relative_eq!(
                network.predict(&prompt),
                output[(dimension, length)],
                max_relative = 1e-12,
                epsilon = 1e-13
            );
        }
    }

    #[test]
    fn the_output_follows_its_definition_entry_by_entry() {
        let network = dense_network(2, 3);
        let prompt = sample(2, 3, 4).prompt;
        let (e, w, k) = (embedding(&prompt), network.value_projection(), network.key_query());
        assert_eq!((e[(1, 2)], e[(2, 1)]), (prompt.examples[(1, 2)], prompt.labels[1]));
        assert_eq!((e[(0, 3)], e[(2, 3)]), (prompt.query[0], 0.0));
        let output = network.forward(e.as_ref(), 3.0);
        for row in 0..3 {
            for column in 0..4 {
                let mut expected = e[(row, column)];
                for (a, n, b, c) in
                    (0..3 * 4 * 3 * 3).map(|t| (t % 3, t / 3 % 4, t / 12 % 3, t / 36))
                {
                    expected +=
                        w[(row, a)] * e[(a, n)] * e[(b, n)] * k[(b, c)] * e[(c, column)] / 3.0;
                }
                approx::assert_relative_eq!(output[(row, column)], expected, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn the_gradient_equals_central_differences_in_every_weight() {
        for (dimension, length) in [(1, 2), (2, 6), (3, 2), (4, 7)] {
            let network = dense_network(dimension, 5);
            let sample = sample(dimension, length, 6);
            let loss = |network: &LinearAttention| {
                (network.predict(&sample.prompt) - sample.answer).powi(2) / 2.0
            };
            let (by_value, by_key) = network.gradient(&sample.prompt, sample.answer);
            let scale = by_value.norm_max().max(by_key.norm_max());
            for index in 0..2 * (dimension + 1) * (dimension + 1) {
                let size = dimension + 1;
                let (first, i, j) = (index < size * size, index / size % size, index % size);
                let moved = |step: f64| {
                    let mut network = network.clone();
                    let matrix =
                        if first { &mut network.value_projection } else { &mut network.key_query };
                    matrix[(i, j)] += step;
                    loss(&network)
                };
                // The loss is quadratic in one weight: central differences have rounding error only.
                let step = 0.25;
                let expected = (moved(step) - moved(-step)) / (2.0 * step);
                let found = if first { by_value[(i, j)] } else { by_key[(i, j)] };
                assert!(
                    (found - expected).abs() <= 1e-9 * scale,
                    "d={dimension} weight {index}: {found} against {expected}"
                );
                let active = if first { i == dimension } else { j < dimension };
                assert_eq!(found != 0.0, active, "d={dimension} weight {index}: {found}");
            }
        }
    }

    #[test]
    fn the_prediction_splits_into_blocks() {
        // Equation (3.6) with E E'/N in blocks:
        // yhat = p'(S + x_q x_q'/N) A x_q + w'S B x_q + s (w'S w) q'x_q.
        for (dimension, length) in [(1, 1), (2, 6), (3, 2), (5, 20)] {
            let network = dense_network(dimension, 7);
            let sample = sample(dimension, length, 8);
            let column = |entries: &[f64]| Mat::from_fn(dimension, 1, |i, _| entries[i]);
            let (x, w) = (column(&sample.prompt.query), column(&sample.task));
            let examples = &sample.prompt.examples;
            let second = examples * examples.transpose() * (1.0 / length as f64);
            let extended = &second + &x * x.transpose() * (1.0 / length as f64);
            let even =
                network.input_value().transpose() * extended * network.key_query_block() * &x;
            let odd = w.transpose() * &second * network.effective_preconditioner() * &x;
            let square = w.transpose() * &second * &w;
            let key = network.label_key().transpose() * &x;
            let expected =
                even[(0, 0)] + odd[(0, 0)] + network.output_scale() * square[(0, 0)] * key[(0, 0)];
            let found = network.predict(&sample.prompt);
            approx::assert_relative_eq!(found, expected, max_relative = 1e-12, epsilon = 1e-12);
        }
    }

    #[test]
    fn the_prediction_is_a_quadratic_form_in_the_stacked_weights() {
        // Lemma 5.1: yhat = Vec(U)' H Vec(U), H = 1/2 X (x) (E E'/N), X = [[0, x_q], [x_q', 0]],
        // U = [[U_11, u_12], [u_21', u_-1]], Vec column by column.
        let (dimension, length) = (3, 4);
        let size = dimension + 1;
        let network = dense_network(dimension, 9);
        let prompt = sample(dimension, length, 10).prompt;
        let stacked = |i: usize, j: usize| {
            if j < dimension {
                network.key_query[(i, j)]
            } else {
                network.value_projection[(dimension, i)]
            }
        };
        let e = embedding(&prompt);
        let gram = &e * e.transpose() * (1.0 / length as f64);
        let query_matrix = |j: usize, l: usize| match (j < dimension, l < dimension) {
            (true, false) => prompt.query[j],
            (false, true) => prompt.query[l],
            _ => 0.0,
        };
        let mut form = 0.0;
        for (j, i, l, k) in (0..size.pow(4)).map(|t| (t / 64, t / 16 % 4, t / 4 % 4, t % 4)) {
            form += 0.5 * stacked(i, j) * query_matrix(j, l) * gram[(i, k)] * stacked(k, l);
        }
        let found = network.predict(&prompt);
        approx::assert_relative_eq!(found, form, max_relative = 1e-12, epsilon = 1e-12);
    }

    #[test]
    fn active_weights_are_a_round_trip_and_decide_the_prediction() {
        let network = dense_network(3, 11);
        let prompt = sample(3, 5, 12).prompt;
        let weights = network.active_weights();
        assert_eq!(weights.len(), 16);
        assert_eq!(weights[3], network.output_scale());
        assert_eq!(weights[4 + 4 + 3], network.label_key()[(1, 0)]);
        let active = LinearAttention::from_active_weights(3, &weights).unwrap();
        assert_eq!(active.active_weights(), weights);
        assert_ne!(active, network);
        approx::assert_relative_eq!(
            active.predict(&prompt),
            network.predict(&prompt),
            max_relative = 1e-12
        );
        assert!(LinearAttention::from_active_weights(3, &weights[1..]).is_err());
    }

    #[test]
    fn the_papers_start_is_balanced_and_its_assumptions_are_checked() {
        let root = 2.0_f64.sqrt().sqrt();
        let theta = mat![[1.0 / root, 0.0], [0.0, 1.0 / root]];
        let start = LinearAttention::paper_start(0.1, &theta).unwrap();
        assert_eq!(start.output_scale(), 0.1);
        approx::assert_relative_eq!(start.key_query().norm_l2(), 0.1, max_relative = 1e-14);
        assert_eq!(start.label_key().norm_l2() + start.input_value().norm_l2(), 0.0);
        let message = LinearAttention::paper_start(0.1, &mat![[1.0, 0.0], [0.0, 1.0]]).unwrap_err();
        assert!(message.to_string().starts_with("Assumption 3.3 wants |Theta Theta'|_F = 1; here"));
        assert!(LinearAttention::paper_start(0.0, &theta).is_err());
    }

    #[test]
    fn weights_that_do_not_fit_together_are_refused() {
        let message = LinearAttention::new(Mat::zeros(3, 3), Mat::zeros(3, 2)).unwrap_err();
        let text = "W^PV is 3 x 3 and W^KQ is 3 x 2; both must be (d+1) x (d+1) with d >= 1";
        assert_eq!(message.to_string(), text);
    }
}
