//! # At equal lengths the mean test error of the trained network is twice its least training loss
//! Source: arXiv:2306.09927, Theorem 4.2 and Corollary A.2, compared at M = N
//! Claim:  $\mathbb{E}_w\mathbb{E}(\hat y - w'x_q)^2\big|_{M = N} = 2\min L$
//! Where:  N, M -> N, M -> sizes -> examples in a training and in a test prompt
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//! Needs:  equal lengths (unequal_lengths)
//! Expect: proof for all d, N
//! Checked: the two formulas against each other, and each against moments of whole prompts
//! Not to be confused with: equality for every task; only the mean over tasks agrees

use crate::prelude::*;

/// Theorem 4.2 meets Corollary A.2.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::risk_loss_consistency",
    source: Source {
        arxiv: "2306.09927",
        statement: "Theorem 4.2 and Corollary A.2, compared at M = N",
    },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &[
        "zhang_frei_bartlett_2024::noiseless_risk",
        "zhang_frei_bartlett_2024::population_minimum",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The mean test error at M = N is twice the least loss
space d, N, M
vector w[d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian task[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let LossMinimum = tr(Lambda - Lambda^2*inv(Gamma))/2
let MeanRisk = (tr(inv(Gamma)^2*Lambda^3) + tr(inv(Gamma)^2*Lambda^2)*tr(Lambda))/M
   + (tr(inv(Gamma)^2*Lambda^3) + 2*tr(Lambda)*tr(inv(Gamma)^2*Lambda^2) + tr(Lambda)^2*tr(inv(Gamma)^2*Lambda))/N^2
let Risk = (||w||^2_(inv(Gamma)^2*Lambda^3) + tr(inv(Gamma)^2*Lambda^2)*||w||^2_(Lambda))/M
   + (||w||^2_(inv(Gamma)^2*Lambda^3) + 2*tr(Lambda)*||w||^2_(inv(Gamma)^2*Lambda^2)
   + tr(Lambda)^2*||w||^2_(inv(Gamma)^2*Lambda))/N^2

at d = 1, 2; N = 1, 3; M = 2
claim twice_the_loss: subst(MeanRisk, M -> N) == 2*LossMinimum
claim same_expectation: E[(task'*X*X'/N*inv(Gamma)*xq - task'*xq)^2] == 2*LossMinimum
refute once_the_loss: subst(MeanRisk, M -> N) == LossMinimum
refute unequal_lengths: MeanRisk == 2*LossMinimum
refute every_task: subst(Risk, M -> N) == 2*LossMinimum
";
