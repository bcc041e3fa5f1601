//! # Without the off-diagonal weights the loss is a quadratic in the product of the others
//! Source: arXiv:2306.09927, Lemma A.1, eq. (5.5)
//! Claim:  $L = \operatorname{tr}\left(\tfrac12 u_{-1}^2\Gamma\Lambda U_{11}\Lambda U_{11}' - u_{-1}\Lambda^2U_{11}'\right) + \tfrac12\operatorname{tr}\Lambda$ at $u_{12} = u_{21} = 0$
//! Where:  U_11, u_-1 -> U, u -> d x d, 1 x 1 -> upper block of W^KQ, last entry of W^PV
//!         u_12, u_21 -> p, q -> d x 1 -> the other weights that reach the prediction
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a prompt
//! Needs:  u_12 = u_21 = 0 (other_weights_free), a standard normal task (task_of_another_covariance)
//! Expect: proof for all d, N
//! Checked: each slip in Gamma that is named below, at matrices in general position
//! Not to be confused with: the loss up to a constant; the paper leaves out tr(Lambda)/2

use crate::prelude::*;

/// Lemma A.1.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::restricted_loss",
    source: Source { arxiv: "2306.09927", statement: "Lemma A.1, eq. (5.5)" },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &["zhang_frei_bartlett_2024::population_loss_closed_form"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The loss at u_12 = u_21 = 0
space d, N, M
scalar u
vector p[d]
vector q[d]
matrix U[d,d]
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian v[d] ~ Omega
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let odd = w'*S*(u*U + p*q')*xq
let even = p'*(S + xq*xq'/N)*U*xq + u*w'*S*w*q'*xq
let full_loss = E[(odd + even - w'*xq)^2]/2
let loss = subst(full_loss, p -> 0*p, q -> 0*q)
let RestrictedLoss = tr(u^2*Gamma*Lambda*U*Lambda*U'/2 - u*Lambda^2*U')

define NoTrace := (1 + 1/N)*Lambda
define NoCorrection := Lambda + tr(Lambda)/N*I
define TwiceCorrected := (1 + 2/N)*Lambda + tr(Lambda)/N*I
define QueryCounted := (1 + 1/(N + 1))*Lambda + tr(Lambda)/(N + 1)*I
define MeanTrace := (1 + 1/N)*Lambda + tr(Lambda)/(d*N)*I
define TestLength := (1 + 1/M)*Lambda + tr(Lambda)/M*I
define OneLess := (N - 1)/N*Lambda + tr(Lambda)/N*I
let linear = tr(u*Lambda^2*U') - tr(Lambda)/2

at d = 1; N = 1, 3; M = 4 | d = 2; N = 2, 3; M = 5
claim loss_with_its_constant: loss == RestrictedLoss + tr(Lambda)/2
refute without_the_constant: loss == RestrictedLoss
refute other_weights_free: full_loss == RestrictedLoss + tr(Lambda)/2
refute task_of_another_covariance: E[(u*v'*S*U*xq - v'*xq)^2]/2 == RestrictedLoss + tr(Lambda)/2
refute without_trace: loss == u^2*tr(NoTrace*Lambda*U*Lambda*U')/2 - linear
refute covariance_alone: loss == u^2*tr(Lambda^2*U*Lambda*U')/2 - linear
refute without_correction: loss == u^2*tr(NoCorrection*Lambda*U*Lambda*U')/2 - linear
refute twice_the_correction: loss == u^2*tr(TwiceCorrected*Lambda*U*Lambda*U')/2 - linear
refute counting_the_query: loss == u^2*tr(QueryCounted*Lambda*U*Lambda*U')/2 - linear
refute mean_trace: loss == u^2*tr(MeanTrace*Lambda*U*Lambda*U')/2 - linear
refute test_length: loss == u^2*tr(TestLength*Lambda*U*Lambda*U')/2 - linear
refute one_example_less: loss == u^2*tr(OneLess*Lambda*U*Lambda*U')/2 - linear
refute factors_out_of_order: loss == u^2*tr(Gamma*U*Lambda^2*U')/2 - linear
";
