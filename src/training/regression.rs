//! The preconditioner that prompts show without any training: a linear regression.

use super::moments::{Features, moments_of_draws};
use crate::data::{Lane, Machine, PromptLanes, PromptLaw};
use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use rand_chacha::ChaCha8Rng;

/// Prompts that do not determine a regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the features of {count} prompts are linearly dependent; use more prompts")]
pub struct Dependent {
    /// How many there are.
    pub count: usize,
}

/// The matrix `B` (d x d) that minimises the mean of `(b'B x_q - y_q)^2` over `count` prompts drawn
/// from `law`, where `b = (1/N) sum_i y_i x_i`: the regression of the answer on the d^2 features
/// `b_i x_q[j]`. It tends to the preconditioner of the best linear attention layer with
/// `u_12 = u_21 = 0`.
///
/// # Errors
/// [`Dependent`] if the features are linearly dependent on these prompts.
///
/// # Source
/// The normal equations of arXiv 2306.09927v3, (3.6) with p = q = 0.
pub fn regressed_preconditioner(
    law: &PromptLaw,
    count: usize,
    generator: &mut ChaCha8Rng,
) -> Result<Mat<f64>, Dependent> {
    let d = law.dimension();
    let size = RegressionFeatures::count(d);
    let moments = moments_of_draws::<RegressionFeatures>(law, count, generator);
    let features = moments.submatrix(0, 0, size - 1, size - 1);
    let answers = moments.submatrix(0, size - 1, size - 1, 1);
    let solution = features.llt(Side::Lower).map_err(|_| Dependent { count })?.solve(answers);
    let matrix = Mat::from_fn(d, d, |i, j| solution[(i * d + j, 0)]);
    if matrix.norm_max().is_finite() { Ok(matrix) } else { Err(Dependent { count }) }
}

/// The features `b_i x_q[j]`, row after row, then the answer.
struct RegressionFeatures;

impl Features for RegressionFeatures {
    fn count(dimension: usize) -> usize {
        dimension * dimension + 1
    }

    #[inline(always)]
    fn write<M: Machine>(m: M, prompts: &PromptLanes, out: &mut [Lane]) {
        let PromptLanes { dimension, length, gram, query, answer } = prompts;
        let (mut rest, share) = (&gram[..], m.splat(1.0 / *length as f64));
        let (last, features) = out.split_last_mut().expect("an answer: this is a bug");
        for (i, features) in features.chunks_exact_mut(*dimension).enumerate() {
            // The last product of a row is that with the label.
            let (row, others) = rest.split_at(dimension + 1 - i);
            let correlation = m.mul(m.load(&row[dimension - i]), share);
            for (x, out) in query.iter().zip(features) {
                m.store(m.mul(correlation, m.load(x)), out);
            }
            rest = others;
        }
        *last = *answer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generator;

    #[test]
    fn the_regression_finds_the_inverse_of_gamma() {
        // Gamma = 7/6 Lambda + 1/2 I.
        let law = PromptLaw::new(&faer::mat![[2.0, 0.5], [0.5, 1.0]], 6).unwrap();
        let found = regressed_preconditioner(&law, 100_000, &mut generator(1, &["r"], 0)).unwrap();
        let gamma = faer::mat![[17.0 / 6.0, 7.0 / 12.0], [7.0 / 12.0, 5.0 / 3.0]];
        let product = &gamma * &found;
        assert!((product - Mat::<f64>::identity(2, 2)).norm_l2() < 0.03, "{found:?}");
    }

    #[test]
    fn a_single_prompt_does_not_determine_it() {
        let law = PromptLaw::new(&faer::mat![[2.0, 0.5], [0.5, 1.0]], 6).unwrap();
        let found = regressed_preconditioner(&law, 1, &mut generator(1, &["r"], 0));
        assert_eq!(found, Err(Dependent { count: 1 }));
    }
}
