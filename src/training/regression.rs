//! The preconditioner that prompts show without any training: a linear regression.

use super::moments::moments_of_draws;
use crate::data::{AnsweredPrompt, PromptLaw};
use faer::linalg::solvers::Solve;
use faer::{ColMut, Mat, Side};
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
    let size = d * d + 1;
    let moments = moments_of_draws(law, count, size, generator, write);
    let features = moments.submatrix(0, 0, size - 1, size - 1);
    let answers = moments.submatrix(0, size - 1, size - 1, 1);
    let solution = features.llt(Side::Lower).map_err(|_| Dependent { count })?.solve(answers);
    let matrix = Mat::from_fn(d, d, |i, j| solution[(i * d + j, 0)]);
    if matrix.norm_max().is_finite() { Ok(matrix) } else { Err(Dependent { count }) }
}

/// The features `b_i x_q[j]`, row after row, then the answer.
fn write(sample: &AnsweredPrompt, out: ColMut<'_, f64>) {
    let correlation = sample.prompt.label_correlation();
    let query = &sample.prompt.query;
    let out = out.try_as_col_major_mut().expect("columns are contiguous: a bug").as_slice_mut();
    let (answer, features) = out.split_last_mut().expect("d^2 + 1 entries: this is a bug");
    for (row, b) in features.chunks_exact_mut(query.len()).zip(&correlation) {
        row.iter_mut().zip(query).for_each(|(feature, x)| *feature = b * x);
    }
    *answer = sample.answer;
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
