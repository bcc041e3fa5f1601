//! # The loss exceeds its minimum by a sum of squares
//! Source: arXiv:2306.09927, Corollary A.2
//! Claim:  $\tilde\ell - \min\tilde\ell = \tfrac12\|\Gamma^{1/2}(u_{-1}\Lambda^{1/2}U_{11}\Lambda^{1/2} - \Lambda\Gamma^{-1})\|_F^2$
//! Where:  U_11, u_-1 -> U, u -> d x d, 1 x 1 -> upper block of W^KQ, last entry of W^PV
//!         B -> B -> d x d -> the product u_-1 U_11
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a prompt
//! Needs:  u_12 = u_21 = 0 (other_weights_free)
//! Expect: proof for all d, N
//! Checked: the entries of the sum in a common eigenbasis of Lambda and Gamma, computed there
//! Not to be confused with: the excess in all weights, to which the even part of the prediction adds

use crate::prelude::*;
use faer::Side;

/// Corollary A.2.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::completed_square_certificate",
    source: Source { arxiv: "2306.09927", statement: "Corollary A.2" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::restricted_loss"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The loss exceeds its minimum by a sum of squares
space d, N
positive m
scalar u
vector p[d]
vector q[d]
matrix U[d,d]
matrix B[d,d]
matrix Y[d,d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2
let RestrictedLoss = tr(u^2*Gamma*Lambda*U*Lambda*U'/2 - u*Lambda^2*U')
let RestrictedMinimum = -tr(Lambda^2*inv(Gamma))/2
let Excess = tr(Gamma*Lambda*(B - inv(Gamma))*Lambda*(B - inv(Gamma))')/2
let Norm = ||Gamma^(1/2)*(u*Lambda^(1/2)*U*Lambda^(1/2) - Lambda*inv(Gamma))||^2/2

at d = 1, 2; N = 1, 3
claim certificate: RestrictedLoss - RestrictedMinimum == subst(Excess, B -> u*U)
claim certificate_of_the_loss: loss - (tr(Lambda)/2 + RestrictedMinimum) == subst(Excess, B -> u*U)
claim certificate_as_a_norm: RestrictedLoss - RestrictedMinimum == Norm
claim never_negative: tr(Gamma*Lambda*Y*Lambda*Y') >= 0 given Lambda >= m, form Y
refute zero_at_the_inverse_covariance: subst(Excess, B -> inv(Lambda)) == 0
refute weight_on_the_wrong_side: RestrictedLoss - RestrictedMinimum
   == tr(Gamma*(u*U - inv(Gamma))*Lambda^2*(u*U - inv(Gamma))')/2
refute without_the_weight: RestrictedLoss - RestrictedMinimum
   == tr(Lambda*(u*U - inv(Gamma))*Lambda*(u*U - inv(Gamma))')/2
refute matrix_without_its_scale: RestrictedLoss - RestrictedMinimum == subst(Excess, B -> U)
refute other_weights_free: E[(u*w'*S*U*xq + p'*xq*xq'*U*xq/N - w'*xq)^2]/2 - (tr(Lambda)/2 + RestrictedMinimum)
   == subst(Excess, B -> u*U)

observed eigenbasis_sum
at d = 2; N = 6; Lambda = [[2, 1/2], [1/2, 1]]; B = [[2/5, -1/5], [1/10, 1/2]]
  | d = 3; N = 10; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; B = [[2/5, -1/5, 0], [1/10, 3/5, 1/5], [-1/10, 0, 4/5]]
note sum_ij g_i l_i l_j (B_ij - delta_ij/g_i)^2/2 with the eigenvalues l of Lambda, g of Gamma, and B in their basis
claim square_by_entries: eigenbasis_sum == Excess
refute square_of_the_loss_at_zero: eigenbasis_sum == subst(Excess, B -> 0*B)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "eigenbasis",
        kind: EvidenceKind::Exact,
        description: "the sum over pairs of eigenvectors, floating point",
        supplies: &["eigenbasis_sum"],
        supply: Supply::Value(eigenbasis_sum),
    }]
}

fn eigenbasis_sum(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (covariance, block) = (at.value("Lambda")?, at.value("B")?);
    let basis = covariance.self_adjoint_eigen(Side::Lower).map_err(|_| no_basis())?;
    let (d, n) = (at.size("d")?, at.size("N")? as f64);
    let l: Vec<f64> = basis.S().column_vector().iter().copied().collect();
    let trace: f64 = l.iter().sum();
    let g: Vec<f64> = l.iter().map(|l| (1.0 + 1.0 / n) * l + trace / n).collect();
    let block = basis.U().transpose() * block * basis.U();
    let square = |i: usize, j: usize| {
        let diagonal = if i == j { 1.0 / g[i] } else { 0.0 };
        g[i] * l[i] * l[j] * (block[(i, j)] - diagonal).powi(2) / 2.0
    };
    let sum: f64 =
        (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| square(i, j)).sum();
    Ok(([("eigenbasis_sum", Mat::full(1, 1, sum))].into(), 1e-12 * (1.0 + sum)))
}

fn no_basis() -> ExperimentError {
    ExperimentError::Numerical { what: "no eigenvectors of the covariance".to_owned() }
}
