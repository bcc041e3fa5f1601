//! # Without the off-diagonal weights the minimisers form one orbit of the scaling symmetry
//! Source: arXiv:2306.09927, Lemma 5.3
//! Claim:  $\tilde\ell(U_{11}, u_{-1}) = \min\tilde\ell \iff u_{-1}U_{11} = \Gamma^{-1}$
//! Where:  U_11, u_-1 -> U, u -> d x d, 1 x 1 -> upper block of W^KQ, last entry of W^PV
//!         u_-1 U_11 -> W -> d x d -> all that the loss depends on at u_12 = u_21 = 0
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a prompt
//!         c -> c -> 1 x 1 -> any number but zero
//!         W^PV, W^KQ -> PV, KQ -> D x D -> all weights, D = d + 1
//! Needs:  a scale that is not zero (scale_of_zero), u_12 = u_21 = 0
//! Expect: proof for all d, N
//! Checked: uniqueness in the product by a completed square; the orbit; its balanced member
//! Not to be confused with: uniqueness in (U_11, u_-1), which fails

use crate::prelude::*;

/// Lemma 5.3.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::restricted_global_minimisers",
    source: Source { arxiv: "2306.09927", statement: "Lemma 5.3" },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &[
        "zhang_frei_bartlett_2024::completed_square_certificate",
        "zhang_frei_bartlett_2024::population_minimum",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The minimisers at u_12 = u_21 = 0
space d, N, D
scalar u
scalar c
vector e[D]
matrix J[D,d]
matrix U[d,d]
matrix W[d,d]
matrix PV[D,D]
matrix KQ[D,D]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2
let loss_of_the_product = E[(w'*S*W*xq - w'*xq)^2]/2
let LossMinimum = tr(Lambda - Lambda^2*inv(Gamma))/2

at d = 1, 2; N = 1, 3
claim loss_depends_on_the_product: loss == subst(loss_of_the_product, W -> u*U)
claim product_of_every_minimiser: minimizer(loss_of_the_product, W) == inv(Gamma)
claim every_scale_is_minimal: subst(loss, U -> inv(Gamma)/c, u -> c) == LossMinimum
refute product_without_trace: minimizer(loss_of_the_product, W) == N/(N + 1)*inv(Lambda)
refute product_of_long_prompts: minimizer(loss_of_the_product, W) == inv(Lambda)
refute scale_in_one_weight_only: subst(loss, U -> inv(Gamma), u -> c) == LossMinimum
refute scale_of_zero: subst(loss, u -> 0) == LossMinimum

note balanced, u^2 = tr(U U'): the member that a gradient flow with a balanced start can reach
let BalancedScale = tr(inv(Gamma)^2)^(1/4)
let BalancedBlock = inv(Gamma)/BalancedScale
claim member_of_the_orbit: subst(loss, U -> BalancedBlock, u -> BalancedScale) == LossMinimum
claim balanced: BalancedScale^2 == tr(BalancedBlock*BalancedBlock')
refute balanced_without_the_root: tr(inv(Gamma)^2) == tr(BalancedBlock*BalancedBlock')

let examples = J*X + e*w'*X
let query = J*xq
let prediction = e'*PV*(examples*examples' + query*query')*KQ*query/N
let moments = E[prediction^2 - 2*prediction*w'*xq]
at d = 1, 2; N = 1, 3; D = 2
claim scaling_symmetry: subst(moments, PV -> c*PV, KQ -> KQ/c) == moments
refute scaling_of_one_side: subst(moments, PV -> c*PV) == moments
";
