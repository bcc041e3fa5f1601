//! A causal attention layer: heads side by side over sequences side by side.

use super::heads::{Backward, Forward, State};
use crate::data::dispatch;
use crate::network::NetworkError;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

/// What a head does with its queries, keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// `sum_{t' <= t} v_t' (k_t'.q_t)`.
    Linear,
    /// The mean of `v_t'` with weights softmax(`k_t'.q_t/sqrt(key size)`) over `t' <= t`.
    Softmax,
    /// `Phi_t q_t`, where `Phi_t` minimises `1/2 sum_{t' <= t} |v_t' - Phi k_t'|^2 +
    /// |Phi|_F^2/(2 lambda)`; each head has a `lambda` of its own.
    Mesa,
}

/// `e_t <- e_t + sum_h P_h o_{h,t}` with the outputs `o` of the heads; no bias. The token itself is
/// among those that are attended to.
///
/// # Source
/// arXiv 2309.05858v2, equations (2), (3) and (10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// What the heads do.
    pub mechanism: Mechanism,
    /// Number of heads.
    pub heads: usize,
    /// The size of queries, keys and values of a head.
    pub key_size: usize,
    /// So many entries of a sinusoidal encoding of the position are appended to the tokens where
    /// queries and keys read them.
    pub positions: usize,
}

/// The weights of a layer, or their gradient: `W_q`, `W_k` (heads key x (token + positions)), `W_v`
/// (heads key x token), `P` (token x heads key), `ln lambda` of each head of a mesa-layer. Heads lie
/// one below the other.
pub(super) struct Weights<Matrix, Numbers> {
    pub(super) query: Matrix,
    pub(super) key: Matrix,
    pub(super) value: Matrix,
    pub(super) output: Matrix,
    pub(super) log_inverse_ridges: Numbers,
}

/// What the way back needs: queries, keys, values, outputs of the heads, and the state of each head
/// of each sequence.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// The tokens with their positions, where there are any.
    read: Option<Mat<f64>>,
    stacks: [Mat<f64>; 3],
    out: Mat<f64>,
    states: Vec<State>,
}

impl Attention {
    /// Number of weights for tokens of this size.
    pub(super) fn parameter_count(&self, tokens: usize) -> usize {
        self.shapes(tokens).iter().map(|[rows, columns]| rows * columns).sum::<usize>()
            + self.ridges()
    }

    fn ridges(&self) -> usize {
        if self.mechanism == Mechanism::Mesa { self.heads } else { 0 }
    }

    fn shapes(&self, tokens: usize) -> [[usize; 2]; 4] {
        let (stack, read) = (self.heads * self.key_size, tokens + self.positions);
        [[stack, read], [stack, read], [stack, tokens], [tokens, stack]]
    }

    pub(super) fn weights<'a>(
        &self,
        tokens: usize,
        mut parameters: &'a [f64],
    ) -> Weights<MatRef<'a, f64>, &'a [f64]> {
        let [query, key, value, output] = self.shapes(tokens).map(|[rows, columns]| {
            let (matrix, rest) = parameters.split_at(rows * columns);
            parameters = rest;
            MatRef::from_column_major_slice(matrix, rows, columns)
        });
        Weights { query, key, value, output, log_inverse_ridges: parameters }
    }

    pub(super) fn weights_mut<'a>(
        &self,
        tokens: usize,
        parameters: &'a mut [f64],
    ) -> Weights<MatMut<'a, f64>, &'a mut [f64]> {
        let mut parameters = parameters;
        let [query, key, value, output] = self.shapes(tokens).map(|[rows, columns]| {
            let (matrix, rest) = std::mem::take(&mut parameters).split_at_mut(rows * columns);
            parameters = rest;
            MatMut::from_column_major_slice_mut(matrix, rows, columns)
        });
        Weights { query, key, value, output, log_inverse_ridges: parameters }
    }

    /// The tokens after the layer (token x sequences length).
    pub(super) fn forward(
        &self,
        parameters: &[f64],
        length: usize,
        tokens: MatRef<'_, f64>,
    ) -> (Mat<f64>, Trace) {
        let weights = self.weights(tokens.nrows(), parameters);
        let positioned = self.with_positions(length, tokens);
        let read = positioned.as_ref().map_or(tokens, Mat::as_ref);
        let stacks = [weights.query * read, weights.key * read, weights.value * tokens];
        let mut out = Mat::<f64>::zeros(stacks[0].nrows(), tokens.ncols());
        let states = dispatch(Forward {
            attention: *self,
            length,
            stacks: &stacks,
            log_inverse_ridges: weights.log_inverse_ridges,
            out: &mut out,
        });
        let mut after = tokens.to_owned();
        matmul(&mut after, Accum::Add, weights.output, &out, 1.0, Par::Seq);
        (after, Trace { read: positioned, stacks, out, states })
    }

    /// The gradient with respect to the tokens before the layer, from the one with respect to those
    /// after it; the gradient with respect to the weights is added to `slopes`.
    ///
    /// # Errors
    /// [`NetworkError::LostPrecision`] of a mesa-layer.
    pub(super) fn backward(
        &self,
        parameters: &[f64],
        length: usize,
        tokens: MatRef<'_, f64>,
        trace: Trace,
        cotangent: Mat<f64>,
        slopes: &mut [f64],
    ) -> Result<Mat<f64>, NetworkError> {
        let weights = self.weights(tokens.nrows(), parameters);
        let mut slopes = self.weights_mut(tokens.nrows(), slopes);
        matmul(
            slopes.output.as_mut(),
            Accum::Add,
            &cotangent,
            trace.out.transpose(),
            1.0,
            Par::Seq,
        );
        let out_slope = weights.output.transpose() * &cotangent;
        let mut stack_slopes = [0; 3].map(|_| Mat::<f64>::zeros(out_slope.nrows(), tokens.ncols()));
        dispatch(Backward {
            attention: *self,
            length,
            stacks: &trace.stacks,
            log_inverse_ridges: weights.log_inverse_ridges,
            states: trace.states,
            above: &out_slope,
            below: &mut stack_slopes,
            log_slopes: slopes.log_inverse_ridges,
        })?;
        let read = trace.read.as_ref().map_or(tokens, Mat::as_ref);
        let [query_slope, key_slope, value_slope] = &stack_slopes;
        let mut before = cotangent;
        for (slope, stack, read, weight) in [
            (slopes.query, query_slope, read, weights.query),
            (slopes.key, key_slope, read, weights.key),
            (slopes.value, value_slope, tokens, weights.value),
        ] {
            matmul(slope, Accum::Add, stack, read.transpose(), 1.0, Par::Seq);
            let weight = weight.subcols(0, tokens.nrows());
            matmul(&mut before, Accum::Add, weight.transpose(), stack, 1.0, Par::Seq);
        }
        Ok(before)
    }

    /// The tokens with the encodings of their positions below them; none without encodings.
    ///
    /// # Formula
    /// Entries `2 i` and `2 i + 1` of position `t = 1, 2, ...` are the sine and cosine of
    /// `t/10000^(2 i/positions)` (Vaswani et al. 2017, section 3.5).
    fn with_positions(&self, length: usize, tokens: MatRef<'_, f64>) -> Option<Mat<f64>> {
        let rows = tokens.nrows();
        let encodings = Mat::from_fn(self.positions, length, |entry, t| {
            let exponent = (entry / 2 * 2) as f64 / self.positions as f64;
            let angle = (t + 1) as f64 / 10_000_f64.powf(exponent);
            if entry.is_multiple_of(2) { angle.sin() } else { angle.cos() }
        });
        (self.positions > 0).then(|| {
            Mat::from_fn(rows + self.positions, tokens.ncols(), |row, column| match row < rows {
                true => tokens[(row, column)],
                false => encodings[(row - rows, column % length)],
            })
        })
    }
}
