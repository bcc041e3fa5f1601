//! A perceptron that every token passes on its own.

use super::transformer::each;
use crate::data::{gelu, gelu_derivative};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

/// `e <- e + W_2 gelu(W_1 e)`, no bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Perceptron {
    /// Number of hidden units.
    pub width: usize,
}

impl Perceptron {
    /// `W_1` (width x token) and `W_2` (token x width), by columns.
    pub(super) fn parameter_count(&self, tokens: usize) -> usize {
        2 * self.width * tokens
    }

    /// The tokens afterwards and the hidden units before their nonlinearity.
    pub(super) fn forward(
        &self,
        parameters: &[f64],
        tokens: MatRef<'_, f64>,
    ) -> (Mat<f64>, Mat<f64>) {
        let (inner, outer) = self.weights(parameters, tokens.nrows());
        let hidden = inner * tokens;
        let mut active = hidden.clone();
        each(&mut active, |_, _, entry| gelu(entry));
        let mut after = tokens.to_owned();
        matmul(&mut after, Accum::Add, outer, &active, 1.0, Par::Seq);
        (after, hidden)
    }

    /// The gradient with respect to the tokens before it; the one with respect to the weights is
    /// added to `slopes`.
    pub(super) fn backward(
        &self,
        parameters: &[f64],
        tokens: MatRef<'_, f64>,
        hidden: Mat<f64>,
        cotangent: Mat<f64>,
        slopes: &mut [f64],
    ) -> Mat<f64> {
        let size = tokens.nrows();
        let (inner, outer) = self.weights(parameters, size);
        let (inner_slope, outer_slope) = slopes.split_at_mut(self.width * size);
        let mut active = hidden.clone();
        each(&mut active, |_, _, entry| gelu(entry));
        let outer_slope = MatMut::from_column_major_slice_mut(outer_slope, size, self.width);
        matmul(outer_slope, Accum::Add, &cotangent, active.transpose(), 1.0, Par::Seq);
        let mut pulled = outer.transpose() * &cotangent;
        each(&mut pulled, |row, column, slope| slope * gelu_derivative(hidden[(row, column)]));
        let inner_slope = MatMut::from_column_major_slice_mut(inner_slope, self.width, size);
        matmul(inner_slope, Accum::Add, &pulled, tokens.transpose(), 1.0, Par::Seq);
        let mut before = cotangent;
        matmul(&mut before, Accum::Add, inner.transpose(), &pulled, 1.0, Par::Seq);
        before
    }

    fn weights<'a>(
        &self,
        parameters: &'a [f64],
        size: usize,
    ) -> (MatRef<'a, f64>, MatRef<'a, f64>) {
        let (inner, outer) = parameters.split_at(self.width * size);
        (
            MatRef::from_column_major_slice(inner, self.width, size),
            MatRef::from_column_major_slice(outer, size, self.width),
        )
    }
}
