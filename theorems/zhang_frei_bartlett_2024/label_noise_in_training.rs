//! # Label noise in training adds its variance over the prompt length to the matrix that is inverted
//! Source: arXiv:2306.09927, Theorem 4.1 with noisy labels in training
//! Claim:  $u_{-1}U_{11} = \left(\Gamma + \tfrac{s^2}{N}I\right)^{-1}$ at the minimum, $\min L = \tfrac12\operatorname{tr}\left(\Lambda - \Lambda^2(\Gamma + \tfrac{s^2}{N}I)^{-1}\right)$
//! Where:  s^2 -> s2 -> 1 x 1 -> variance of the noise of every label in the prompt
//!         Gamma + (s^2/N) I -> NoisyGamma -> d x d -> what takes the place of Gamma
//!         u_-1 U_11 -> W -> d x d -> all that the loss depends on at u_12 = u_21 = 0
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a prompt
//! Needs:  noise in the training prompts (noise_of_the_test_alone); noise at test time leaves the trained matrix
//!         as it is
//! Expect: proof for all d, N; the matrix by regression on raw prompts
//! Checked: regression of the answer on the features of the layer, noisy prompts. In the paper training labels
//!         are noiseless. Not seen: other laws of the noise than the normal one
//! Not to be confused with: noise in the answer to the query, which adds s^2/2 to the loss and nothing to
//!         the minimiser

use crate::prelude::*;

/// Theorem 4.1 and Corollary A.2 with noisy labels.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::label_noise_in_training",
    source: Source { arxiv: "2306.09927", statement: "Theorem 4.1 with noisy labels in training" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::population_minimum",
        "zhang_frei_bartlett_2024::master_test_risk",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory Label noise in training
space d, N
positive s2
matrix W[d,d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian e[N] ~ s2*I
gaussian eq[1] ~ s2*I
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
define NoisyGamma := (1 + 1/N)*Lambda + (tr(Lambda) + s2)/N*I
let b = X*(X'*w + e)/N
let noiseless = E[(w'*X*X'/N*W*xq - w'*xq)^2]/2
let loss = E[(b'*W*xq - w'*xq)^2]/2
let loss_with_a_noisy_answer = E[(b'*W*xq - (w'*xq + eq))^2]/2
let LossMinimum = tr(Lambda - Lambda^2*inv(NoisyGamma))/2
let Excess = tr(NoisyGamma*Lambda*(W - inv(NoisyGamma))*Lambda*(W - inv(NoisyGamma))')/2

at d = 1, 2; N = 1, 3
claim minimiser: minimizer(loss, W) == inv(NoisyGamma)
claim least_loss: minimum(loss, W) == LossMinimum
claim completed_square: loss == LossMinimum + Excess
claim noise_in_the_loss: loss == noiseless + s2/(2*N)*tr(Lambda*W*Lambda*W')
claim noisy_answer: loss_with_a_noisy_answer == loss + s2/2
claim minimiser_with_a_noisy_answer: minimizer(loss_with_a_noisy_answer, W) == inv(NoisyGamma)
refute noise_ignored: minimizer(loss, W) == inv(Gamma)
refute noise_of_the_test_alone: minimizer(noiseless, W) == inv(NoisyGamma)
refute noise_not_divided: loss == noiseless + s2/2*tr(Lambda*W*Lambda*W')
refute least_loss_without_noise: minimum(loss, W) == tr(Lambda - Lambda^2*inv(Gamma))/2
refute noise_of_the_answer_forgotten: loss_with_a_noisy_answer == loss

define NotDivided := (1 + 1/N)*Lambda + (tr(Lambda)/N + s2)*I
define Deviation := (1 + 1/N)*Lambda + (tr(Lambda)/N + s2/N^2)*I
observed regression[d,d]
at d = 2; N = 6; s2 = 2; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 3; N = 10; s2 = 2; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
margin 6% because the noise left out changes the matrix by a fifth
note the d x d coefficients of a regression of the answer on b_i xq_j
claim regressed: regression == inv(NoisyGamma)
refute regressed_without_noise: regression == inv(Gamma)
refute regressed_with_noise_not_divided: regression == inv(NotDivided)
refute regressed_with_noise_divided_twice: regression == inv(Deviation)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "regression",
        kind: EvidenceKind::Simulation,
        description: "least squares on 20,000 raw prompts with noisy labels",
        supplies: &["regression"],
        supply: Supply::Repetitions { prepare: regression, count: repetitions },
    }]
}

fn repetitions(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 96,
        Effort::Standard => 256,
        Effort::Full => 2048,
    }
}

fn regression(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let law = PromptLaw::new(at.value("Lambda")?, at.size("N")?)?
        .with_labels(Labels::NoisyLinear { variance: at.number("s2")? })?;
    Ok(Box::new(move |random| {
        Ok([("regression", regressed_preconditioner(&law, 20_000, random)?)].into())
    }))
}
