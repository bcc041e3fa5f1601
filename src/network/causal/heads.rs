//! All heads of a layer over all sequences, between the products with the weights.

use super::attention::{Attention, Mechanism};
use super::head::{Columns, ColumnsMut};
use super::mesa::{End, Regression};
use super::{linear, softmax};
use crate::data::{Machine, Work};
use crate::network::NetworkError;
use faer::Mat;

/// What the way back needs of one head of one sequence.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// Nothing but queries, keys and values.
    Linear,
    /// The weights.
    Softmax(Vec<f64>),
    /// The end of the recursion.
    Mesa(End),
}

/// The outputs of the heads, sequence by sequence and in it head by head. It is plain arithmetic,
/// which the compiler puts into the vectors of the machine.
pub(super) struct Forward<'a> {
    pub(super) attention: Attention,
    pub(super) length: usize,
    /// Queries, keys and values (heads key x sequences length).
    pub(super) stacks: &'a [Mat<f64>; 3],
    pub(super) log_inverse_ridges: &'a [f64],
    pub(super) out: &'a mut Mat<f64>,
}

impl Work for Forward<'_> {
    type Output = Vec<State>;

    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> Vec<State> {
        let Self { attention, length, stacks, .. } = self;
        let mut states = Vec::with_capacity(attention.heads * self.out.ncols() / length.max(1));
        for start in (0..self.out.ncols()).step_by(length) {
            for head in 0..attention.heads {
                let inputs = stacks.each_ref().map(|stack| columns(attention, stack, start, head));
                let out = columns_mut(attention, self.out, start, head);
                states.push(match attention.mechanism {
                    Mechanism::Linear => {
                        linear::forward(length, inputs, out);
                        State::Linear
                    }
                    Mechanism::Softmax => State::Softmax(softmax::forward(length, inputs, out)),
                    Mechanism::Mesa => {
                        let log = self.log_inverse_ridges[head];
                        State::Mesa(regression(inputs, log).forward(length, out))
                    }
                });
            }
        }
        states
    }
}

/// The way back: adds the gradients with respect to queries, keys and values to `below` and those
/// with respect to `ln lambda` to `log_slopes`.
pub(super) struct Backward<'a> {
    pub(super) attention: Attention,
    pub(super) length: usize,
    pub(super) stacks: &'a [Mat<f64>; 3],
    pub(super) log_inverse_ridges: &'a [f64],
    pub(super) states: Vec<State>,
    pub(super) above: &'a Mat<f64>,
    pub(super) below: &'a mut [Mat<f64>; 3],
    pub(super) log_slopes: &'a mut [f64],
}

impl Work for Backward<'_> {
    type Output = Result<(), NetworkError>;

    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> Result<(), NetworkError> {
        let Self { attention, length, stacks, .. } = self;
        for (index, state) in self.states.into_iter().enumerate() {
            let (start, head) = (index / attention.heads * length, index % attention.heads);
            let inputs = stacks.each_ref().map(|stack| columns(attention, stack, start, head));
            let above = columns(attention, self.above, start, head);
            let below =
                self.below.each_mut().map(|stack| columns_mut(attention, stack, start, head));
            match state {
                State::Linear => linear::backward(length, inputs, above, below),
                State::Softmax(row) => softmax::backward(length, inputs, &row, above, below),
                State::Mesa(end) => {
                    let regression = regression(inputs, self.log_inverse_ridges[head]);
                    let inverse_ridge = regression.inverse_ridge;
                    let lost = |deviation| NetworkError::LostPrecision { inverse_ridge, deviation };
                    let slopes = regression.backward(length, end, above, below).map_err(lost)?;
                    self.log_slopes[head] += slopes.inverse_ridge * inverse_ridge;
                }
            }
        }
        Ok(())
    }
}

#[inline(always)]
fn columns(attention: Attention, matrix: &Mat<f64>, start: usize, head: usize) -> Columns<'_> {
    Columns { matrix, start, row: head * attention.key_size, size: attention.key_size }
}

#[inline(always)]
fn columns_mut(
    attention: Attention,
    matrix: &mut Mat<f64>,
    start: usize,
    head: usize,
) -> ColumnsMut<'_> {
    ColumnsMut { matrix, start, row: head * attention.key_size, size: attention.key_size }
}

#[inline(always)]
fn regression([queries, keys, values]: [Columns<'_>; 3], log_inverse_ridge: f64) -> Regression<'_> {
    let inverse_ridge = log_inverse_ridge.exp();
    Regression { queries, keys, values, forget: None, inverse_ridge }
}
