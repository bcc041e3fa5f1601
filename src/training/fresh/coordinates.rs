//! Coordinates in which the inputs are independent and so are the entries of the task.

use super::product::pack;
use crate::data::{PromptLaw, TaskLaw};
use crate::training::basis::{spectrum, transform};
use faer::Mat;
use faer::linalg::solvers::Solve;

/// The change of coordinates `x = C z` with `C C' = Lambda` and `C'C` diagonal, so that both
/// `z ~ N(0, I)` and `C'w` for `w ~ N(0, I)` have independent entries. The factor is
/// `C = V D^(1/2)` for `Lambda = V D V'`.
///
/// # Formula
/// ```text
/// p1 -> C'p1,   A -> C'A C,   q -> C'q,   w -> C'w,   x_q -> C^-1 x_q
/// ```
/// leaves the prediction as it is, with `Lambda = I`; `p0` stays. Gradients come back by
/// `d/dp1 = C d/d(C'p1)`, `d/dA = C (d/d(C'A C)) C'`, `d/dq = C d/d(C'q)`.
#[derive(Clone, Debug)]
pub(super) struct Coordinates {
    factor: Factor,
    /// The law of the entries of `C'w`: standard deviations, or the fixed vector.
    pub(super) task: Task,
    /// `C^-1 C_q`, packed, where the query has another covariance `C_q C_q'`.
    pub(super) query: Option<Vec<f64>>,
}

/// `C'w`.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// Independent normals with these standard deviations.
    Normal(Vec<f64>),
    /// This vector.
    Fixed(Vec<f64>),
}

#[derive(Clone, Debug)]
enum Factor {
    Diagonal(Vec<f64>),
    Dense(Mat<f64>),
}

impl Coordinates {
    pub(super) fn of(law: &PromptLaw) -> Self {
        let (d, covariance) = (law.dimension(), law.covariance());
        let (eigenvalues, basis) = spectrum(covariance);
        let deviations: Vec<f64> = eigenvalues.into_iter().map(f64::sqrt).collect();
        let factor = match basis {
            None => Factor::Diagonal(deviations.clone()),
            Some(vectors) => {
                Factor::Dense(Mat::from_fn(d, d, |i, j| vectors[(i, j)] * deviations[j]))
            }
        };
        let mut coordinates = Self { factor, task: Task::Normal(deviations), query: None };
        if let TaskLaw::Fixed(task) = law.task() {
            coordinates.task = Task::Fixed(coordinates.pull(task));
        }
        if law.query_covariance() != covariance {
            let ratio = match &coordinates.factor {
                Factor::Diagonal(roots) => {
                    Mat::from_fn(d, d, |i, j| law.query_factor()[(i, j)] / roots[i])
                }
                Factor::Dense(factor) => factor.partial_piv_lu().solve(law.query_factor()),
            };
            let places = (0..d).flat_map(|j| (0..d).map(move |i| (i, j)));
            let columns: Vec<f64> = places.map(|place| ratio[place]).collect();
            let mut packed = vec![0.0; d * d];
            pack(&columns, d, &mut packed);
            coordinates.query = Some(packed);
        }
        coordinates
    }

    /// `C'v`.
    pub(super) fn pull(&self, vector: &[f64]) -> Vec<f64> {
        match &self.factor {
            Factor::Diagonal(roots) => roots.iter().zip(vector).map(|(c, v)| c * v).collect(),
            Factor::Dense(factor) => (0..vector.len())
                .map(|j| factor.col(j).iter().zip(vector).map(|(c, v)| c * v).sum())
                .collect(),
        }
    }

    /// Active weights in these coordinates. `scratch` has as many numbers.
    pub(super) fn pull_weights(&self, weights: &[f64], out: &mut [f64], scratch: &mut [f64]) {
        self.change(weights, out, scratch, true);
    }

    /// A gradient in these coordinates as one in the original weights. `scratch` has as many numbers.
    pub(super) fn push_gradient(&self, gradient: &[f64], out: &mut [f64], scratch: &mut [f64]) {
        self.change(gradient, out, scratch, false);
    }

    /// `p1 -> F p1`, `A -> F A F'`, `q -> F q` with `F = C'` or `F = C`.
    fn change(&self, from: &[f64], to: &mut [f64], scratch: &mut [f64], transposed: bool) {
        let size = from.len().isqrt();
        let d = size - 1;
        match &self.factor {
            Factor::Diagonal(roots) => {
                // (p1; p0), then the columns of (A; q'): the last row has no factor from the left.
                let from = from.chunks_exact(size);
                for (j, (from, to)) in from.zip(to.chunks_exact_mut(size)).enumerate() {
                    let right = if j == 0 { 1.0 } else { roots[j - 1] };
                    for ((to, from), left) in to.iter_mut().zip(from).zip(roots) {
                        *to = left * from * right;
                    }
                    to[d] = from[d] * right;
                }
            }
            Factor::Dense(factor) => {
                let factor = if transposed { factor.transpose() } else { factor.as_ref() };
                transform(factor, from, to, scratch);
            }
        }
    }
}
