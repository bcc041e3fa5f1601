//! Coordinates in which the inputs are independent and so are the entries of the task.

use crate::data::{PromptLaw, TaskLaw};
use faer::linalg::matmul::matmul;
use faer::linalg::solvers::Solve;
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};

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
    /// `C^-1 C_q` where the query has another covariance `C_q C_q'`, column by column.
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
        let is_diagonal = (0..d).all(|j| (0..d).all(|i| i == j || covariance[(i, j)] == 0.0));
        let (factor, deviations) = if is_diagonal {
            let roots: Vec<f64> = (0..d).map(|i| covariance[(i, i)].sqrt()).collect();
            (Factor::Diagonal(roots.clone()), roots)
        } else {
            let eigen = covariance.self_adjoint_eigen(Side::Lower);
            let eigen = eigen.expect("a covariance has eigenvalues: this is a bug");
            let values = eigen.S().column_vector();
            let roots: Vec<f64> = values.iter().map(|value| value.max(0.0).sqrt()).collect();
            let vectors = eigen.U();
            (Factor::Dense(Mat::from_fn(d, d, |i, j| vectors[(i, j)] * roots[j])), roots)
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
            let columns = (0..d).flat_map(|j| (0..d).map(move |i| (i, j)));
            coordinates.query = Some(columns.map(|place| ratio[place]).collect());
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
        self.transform(weights, out, scratch, true);
    }

    /// A gradient in these coordinates as one in the original weights. `scratch` has as many numbers.
    pub(super) fn push_gradient(&self, gradient: &[f64], out: &mut [f64], scratch: &mut [f64]) {
        self.transform(gradient, out, scratch, false);
    }

    /// `p1 -> F p1`, `A -> F A F'`, `q -> F q` with `F = C'` or `F = C`.
    fn transform(&self, from: &[f64], to: &mut [f64], scratch: &mut [f64], transposed: bool) {
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
                let left = if transposed { factor.transpose() } else { factor.as_ref() };
                let all = MatRef::from_column_major_slice(from, size, size);
                let mut half = MatMut::from_column_major_slice_mut(scratch, size, size);
                let mut out = MatMut::from_column_major_slice_mut(to, size, size);
                let replace = Accum::Replace;
                // F (p1, A), and below it (p0, q').
                half.copy_from(all);
                matmul(
                    half.as_mut().subrows_mut(0, d),
                    replace,
                    left,
                    all.subrows(0, d),
                    1.0,
                    Par::Seq,
                );
                out.as_mut().col_mut(0).copy_from(half.as_ref().col(0));
                let columns = half.as_ref().subcols(1, d);
                matmul(out.subcols_mut(1, d), replace, columns, left.transpose(), 1.0, Par::Seq);
            }
        }
    }
}
