//! The exact population loss of the linear attention layer, on all weights that matter.

use super::basis::{spectrum, transform};
use super::objective::Objective;
use super::spectral_loss::SpectralLoss;
use crate::data::{LawError, PromptLaw};
use faer::Mat;

/// The population loss `L = 1/2 E (yhat - y_q)^2` of [`LinearAttention`](crate::network) over
/// prompts with Gaussian inputs and query `N(0, Lambda)`, tasks `w ~ N(0, I)`, labels `w'x` plus
/// noise of variance `v` (0 unless set), as a function of all weights that reach the prediction.
///
/// # Parameters
/// In the order of [`active_weights`](crate::network::LinearAttention::active_weights): `p` (d),
/// `s`, then for every column j the entries `A_1j, ..., A_dj, q_j`; `(d+1)^2` in all.
///
/// # Formula
/// With `B = s A + p q'`, `Y = (A + A')/2`, `t = tr Lambda`,
/// `G = (1 + 1/N) Lambda + ((t + v)/N) I`, and `L` for `Lambda` from here on:
/// ```text
/// 2 loss = odd + e11 + e22 + e33 + 2 (e12 + e13 + e23)
/// odd = tr(G L B L B') - 2 tr(L B L) + t + v
/// e11 = (1 + 1/N) p'L A L A'L p + (1/N) (p'L p) tr(A L A'L)
/// e22 = (1/N^2) { (p'L p) [tr(Y L)^2 + 2 tr(Y L Y L)] + 4 tr(Y L) p'L Y L p + 8 p'L Y L Y L p }
/// e33 = s^2 (1 + 2/N) (q'L q) ((t + v)^2 + 2 tr L^2)
/// e12 = (1/N) { (p'L A L p) tr(Y L) + 2 p'L A L Y L p }
/// e13 = s { (t + v) p'L A L q + (2/N) p'L^2 A L q }
/// e23 = (s (t + v)/N) { (p'L q) tr(Y L) + 2 p'L Y L q }
/// ```
/// The odd part of the prediction (in the labels) is uncorrelated with the even part.
///
/// # Source
/// Derived here with Isserlis' theorem; on `p = q = 0` it is Lemma A.1 of arXiv 2306.09927v3.
///
/// Everything is computed in the eigenbasis of the covariance, in O(d^2); turning the weights into it
/// and the gradient back costs O(d^3) and is left out where the covariance is diagonal.
#[derive(Clone, Debug)]
pub struct PopulationLoss {
    covariance: Mat<f64>,
    context_length: f64,
    /// The eigenvectors of the covariance, one a column; none where they are the unit vectors.
    basis: Option<Mat<f64>>,
    loss: SpectralLoss,
}

impl PopulationLoss {
    /// The loss over prompts with `context_length` examples of this covariance, without noise.
    ///
    /// # Errors
    /// If `covariance` is not symmetric positive definite, or there are no examples.
    pub fn new(covariance: &Mat<f64>, context_length: usize) -> Result<Self, LawError> {
        let law = PromptLaw::new(covariance, context_length)?;
        Ok(Self::with_noise(law.covariance(), context_length as f64, 0.0))
    }

    /// The same loss with label noise of this variance, in the examples' labels and in the
    /// query's.
    ///
    /// # Errors
    /// If the variance is negative or not finite.
    pub fn with_label_noise(&self, variance: f64) -> Result<Self, LawError> {
        if !(variance.is_finite() && variance >= 0.0) {
            let what = "variance of the label noise";
            return Err(LawError::Number { what, value: variance, nonnegative: true });
        }
        Ok(Self::with_noise(&self.covariance, self.context_length, variance))
    }

    fn with_noise(covariance: &Mat<f64>, context_length: f64, noise: f64) -> Self {
        let (eigenvalues, basis) = spectrum(covariance);
        let loss = SpectralLoss::new(&eigenvalues, context_length, noise);
        Self { covariance: covariance.clone(), context_length, basis, loss }
    }

    /// The dimension `d` of the inputs.
    pub fn input_dimension(&self) -> usize {
        self.covariance.nrows()
    }
}

impl Objective for PopulationLoss {
    fn dimension(&self) -> usize {
        (self.input_dimension() + 1).pow(2)
    }

    fn value(&self, point: &[f64]) -> f64 {
        assert_eq!(point.len(), self.dimension(), "one number a weight: this is a bug");
        let Some(basis) = &self.basis else { return self.loss.evaluate(point, None) };
        let mut numbers = vec![0.0; 2 * point.len()];
        let (turned, scratch) = numbers.split_at_mut(point.len());
        transform(basis.transpose(), point, turned, scratch);
        self.loss.evaluate(turned, None)
    }

    fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
        assert_eq!(point.len(), self.dimension(), "one number a weight: this is a bug");
        let Some(basis) = &self.basis else {
            self.loss.evaluate(point, Some(gradient));
            return;
        };
        let mut numbers = vec![0.0; 2 * point.len()];
        let (turned, scratch) = numbers.split_at_mut(point.len());
        transform(basis.transpose(), point, turned, scratch);
        self.loss.evaluate(turned, Some(&mut *gradient));
        turned.copy_from_slice(gradient);
        transform(basis.as_ref(), turned, gradient, scratch);
    }
}
