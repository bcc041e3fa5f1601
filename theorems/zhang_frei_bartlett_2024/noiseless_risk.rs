//! # The test error for noiseless linear labels, its mean over tasks, and upper bounds
//! Source: arXiv:2306.09927, Section 4.2, Theorem 4.2 for noiseless linear labels, and the proof of Corollary 4.3
//! Claim:  $\mathbb{E}(\hat y - w'x_q)^2 = \tfrac1M\left[\|w\|^2_{\Gamma^{-2}\Lambda^3} + \operatorname{tr}(\Gamma^{-2}\Lambda^2)\|w\|^2_\Lambda\right] + \tfrac1{N^2}\left[\|w\|^2_{\Gamma^{-2}\Lambda^3} + 2\operatorname{tr}(\Lambda)\|w\|^2_{\Gamma^{-2}\Lambda^2} + \operatorname{tr}(\Lambda)^2\|w\|^2_{\Gamma^{-2}\Lambda}\right]$
//! Where:  N, M -> N, M -> sizes -> examples in a training and in a test prompt
//!         w -> w -> d x 1 -> the task
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//!         kappa -> kappa -> 1 x 1 -> condition number of Lambda
//! Needs:  training on N noiseless linear prompts (lengths_swapped), a test covariance equal to that of the
//!         training
//! Expect: proof for all d, N, M; the bounds exactly at instances
//! Checked: the moments of whole prompts by proof; the bounds at matrices of moderate and large condition
//!         number. How loose each is stands beside it
//! Not to be confused with: the training loss, which has a factor 1/2 and M = N

use crate::prelude::*;

/// Theorem 4.2 for y = w'x.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::noiseless_risk",
    source: Source {
        arxiv: "2306.09927",
        statement: "Section 4.2, Theorem 4.2 for noiseless linear labels, and the proof of Corollary 4.3",
    },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &[
        "zhang_frei_bartlett_2024::trained_prediction",
        "zhang_frei_bartlett_2024::prediction_error_general_task",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The test error for noiseless linear labels
space d, N, M
vector w[d]
matrix Lambda[d,d] pd
gaussian X[d,M] ~ Lambda
gaussian task[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let prediction = w'*X*X'/M*inv(Gamma)*xq
let task_prediction = task'*X*X'/M*inv(Gamma)*xq

let Variance = (||w||^2_(inv(Gamma)^2*Lambda^3) + tr(inv(Gamma)^2*Lambda^2)*||w||^2_(Lambda))/M
let Bias = (||w||^2_(inv(Gamma)^2*Lambda^3) + 2*tr(Lambda)*||w||^2_(inv(Gamma)^2*Lambda^2)
   + tr(Lambda)^2*||w||^2_(inv(Gamma)^2*Lambda))/N^2
let Risk = Variance + Bias
let RiskBound = (d + 1)/M*||w||^2_(Lambda)
   + (||w||^2_(Lambda) + 2*tr(Lambda)*||w||^2 + tr(Lambda)^2*||w||^2_(inv(Lambda)))/N^2

let MeanVariance = (tr(inv(Gamma)^2*Lambda^3) + tr(inv(Gamma)^2*Lambda^2)*tr(Lambda))/M
let MeanBias = (tr(inv(Gamma)^2*Lambda^3) + 2*tr(Lambda)*tr(inv(Gamma)^2*Lambda^2)
   + tr(Lambda)^2*tr(inv(Gamma)^2*Lambda))/N^2
let MeanRisk = MeanVariance + MeanBias
let MeanRiskBound = (d + 1)*tr(Lambda)/M
   + (tr(Lambda) + 2*d*tr(Lambda) + tr(inv(Lambda))*tr(Lambda)^2)/N^2
let kappa = eigmax(Lambda)/eigmin(Lambda)
let ConditionBound = (d + 1)*tr(Lambda)/M + (1 + 2*d + d^2*kappa)*tr(Lambda)/N^2
let LongTestPrompts = tr((Lambda*inv(Gamma) - I)*Lambda*(Lambda*inv(Gamma) - I)')
let LongTrainingPrompts = (d + 1)*tr(Lambda)/M

at d = 1, 2; N = 1, 3; M = 2
claim bias_of_the_preconditioner: qf(Lambda*inv(Gamma)*w - w, Lambda) == Bias
claim risk: E[(prediction - w'*xq)^2] == Risk
claim mean_risk: E[(task_prediction - task'*xq)^2] == MeanRisk
claim mean_of_the_risk: E[subst(Risk, w -> task)] == MeanRisk
claim long_training_prompts: limit(MeanRisk, N) == LongTrainingPrompts
claim long_test_prompts: limit(MeanRisk, M) == LongTestPrompts
refute long_test_prompts_suffice: limit(MeanRisk, M) == 0

define TestLength := (1 + 1/M)*Lambda + tr(Lambda)/M*I
at d = 2; N = 3; M = 5 | d = 3; N = 10; M = 20; w = [[1, -1/2, 2]]; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
refute lengths_swapped: E[(prediction - w'*xq)^2] == subst(Risk, N -> M, M -> N)
refute variance_over_the_training_length: E[(prediction - w'*xq)^2] == M/N*Variance + Bias
refute gamma_of_the_test_length: E[(prediction - w'*xq)^2]
   == (||w||^2_(inv(TestLength)^2*Lambda^3) + tr(inv(TestLength)^2*Lambda^2)*||w||^2_(Lambda))/M
   + qf(Lambda*inv(TestLength)*w - w, Lambda)
refute gamma_is_the_covariance: E[(prediction - w'*xq)^2] == (d + 1)/M*||w||^2_(Lambda)
refute moment_without_its_rank_one_part: E[(prediction - w'*xq)^2] == Risk - ||w||^2_(inv(Gamma)^2*Lambda^3)/M
refute moment_with_its_mean: E[(prediction - w'*xq)^2] == Risk + ||w||^2_(inv(Gamma)^2*Lambda^3)/M
refute bias_over_the_training_length: E[(prediction - w'*xq)^2] == Variance + N*Bias
refute bias_without_trace_terms: E[(prediction - w'*xq)^2] == Variance + ||w||^2_(inv(Gamma)^2*Lambda^3)/N^2
refute variance_with_one_inverse: E[(prediction - w'*xq)^2]
   == (||w||^2_(inv(Gamma)*Lambda^3) + tr(inv(Gamma)*Lambda^2)*||w||^2_(Lambda))/M + Bias
refute divided_by_the_training_length: E[(prediction - w'*xq)^2]
   == (M/N)^2*Variance + qf(M/N*Lambda*inv(Gamma)*w - w, Lambda)
refute mean_risk_with_lengths_swapped: E[(task_prediction - task'*xq)^2] == subst(MeanRisk, N -> M, M -> N)
refute mean_risk_with_variance_over_the_training_length:
   E[(task_prediction - task'*xq)^2] == M/N*MeanVariance + MeanBias
refute mean_risk_with_bias_over_the_training_length: E[(task_prediction - task'*xq)^2] == MeanVariance + N*MeanBias
refute mean_risk_without_the_rank_one_part:
   E[(task_prediction - task'*xq)^2] == MeanRisk - tr(inv(Gamma)^2*Lambda^3)/M
refute mean_risk_of_the_covariance: E[(task_prediction - task'*xq)^2] == LongTrainingPrompts
refute mean_risk_divided_by_the_training_length: E[(task_prediction - task'*xq)^2]
   == (M/N)^2*MeanVariance + tr((M/N*Lambda*inv(Gamma) - I)*Lambda*(M/N*Lambda*inv(Gamma) - I)')

note each uses that Gamma - Lambda is positive definite; tight for long prompts
at d = 1, 2, 3; N = 2, 20, 200; M = 1, 40 | d = 2; N = 2000; M = 1000000; Lambda = [[4, 0], [0, 1/100]]
claim risk_bound: Risk <= RiskBound
claim mean_risk_bound: MeanRisk <= MeanRiskBound
claim condition_bound: MeanRisk <= ConditionBound
claim conditions_are_the_larger_bound: MeanRiskBound <= ConditionBound
refute bound_without_bias: MeanRisk <= LongTrainingPrompts
refute bound_without_the_condition_number: MeanRisk <= (d + 1)*tr(Lambda)/M + (1 + 2*d + d^2)*tr(Lambda)/N^2
";
