//! # With a random diagonal covariance the flow decouples into one equation for each weight
//! Source: arXiv:2306.09927, Appendix C, Lemma C.1, Corollary C.2, Lemmas C.3 to C.8
//! Claim:  $\dot u_{ii} = -\gamma_i u_{-1}^2 u_{ii} + \xi_i u_{-1}$, $\dot u_{ij} = -\zeta_{ij} u_{-1}^2 u_{ij}$, $\gamma_i = \mathbb{E}[\tfrac{N+1}{N} \lambda_i^3 + \tfrac1N \lambda_i^2 \sum_j \lambda_j]$, $\xi_i = \mathbb{E}\lambda_i^2$, $\zeta_{ij} = \mathbb{E}[\tfrac{N+1}{N} \lambda_i^2 \lambda_j + \tfrac1N \lambda_i \lambda_j \sum_k \lambda_k]$
//! Where:  E lambda^k -> M1, M2, M3 -> d x d -> diagonal matrices of the first three moments of the entries of Lambda_tau
//!         gamma, xi -> gamma, xi -> d x d -> diagonal matrices
//!         zeta_ij, e_i, e_j -> zeta, e, f -> 1 x 1, d x 1 -> for two different coordinates
//!         U_11 -> D, c -> d x d, 1 x 1 -> U = D + c e f' with a diagonal D, which has every kind of entry
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         Lambda_tau, lambda_i, lambda_j -> Lambda, l, h -> d x d, 1 x 1 -> covariance of a prompt and two of its entries
//!         N -> N -> size -> examples in a training prompt
//! Needs:  independent entries to know the joint moments (of_a_constant_trace), a diagonal Lambda_tau
//! Expect: proof for all d, N given the covariance; exact after averaging over it
//! Checked: the exact population losses of all covariances that entries with these moments on two numbers each can
//!         have, averaged: exact for every law with these moments, since the loss is cubic in the covariance. Not
//!         seen: covariances that are not diagonal (noncommuting_covariance)
//! Not to be confused with: the flow at the mean covariance, whose coefficients are smaller

use super::{averaged_loss, scalar};
use crate::prelude::*;

/// Appendix C, dynamics.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::random_covariance_dynamics",
    source: Source {
        arxiv: "2306.09927",
        statement: "Appendix C, Lemma C.1, Corollary C.2, Lemmas C.3 to C.8",
    },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::gradient_flow_equations",
        "zhang_frei_bartlett_2024::balance_conservation",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The gradient flow with a random diagonal covariance
space d, N
positive l, h, g, b
scalar c, y
vector e[d]
vector f[d]
param u
param U[d,d]
matrix D[d,d] sym
matrix M1[d,d] pd
matrix M2[d,d] pd
matrix M3[d,d] pd
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2

source arXiv:2306.09927, Lemma C.1
note given Lambda; the loss is the mean over Lambda, and so are both sides
claim loss_given_the_covariance: loss == u^2/2*tr(Gamma*Lambda*U*Lambda*U') - u*tr(Lambda^2*U') + tr(Lambda)/2
claim matrix_given_the_covariance: -grad(loss, U) == u*Lambda^2 - u^2*Gamma*Lambda*U*Lambda
claim scale_given_the_covariance: -grad(loss, u) == tr(Lambda^2*U') - u*tr(Gamma*Lambda*U*Lambda*U')
claim balance: lie(u^2 - tr(U*U'), loss, U, u) == 0
refute matrix_in_another_order: -grad(loss, U) == u*Lambda^2 - u^2*Gamma*U*Lambda^2
note one coordinate, with b/g the end
claim least_of_a_coordinate: g*y^2/2 - b*y == g*(y - b/g)^2/2 - b^2/(2*g)
refute least_of_a_coordinate_without_half: g*y^2/2 - b*y == g*(y - b/g)^2/2 - b^2/g

source arXiv:2306.09927, Corollary C.2
let gamma = (1 + 2/N)*M3 + (tr(M1)*M2 - M1*M2)/N
let xi = M2
let zeta = (1 + 2/N)*(e'*M2*e)*(f'*M1*f)
   + ((e'*M1*e)*(f'*M2*f) + (e'*M1*e)*(f'*M1*f)*(tr(M1) - e'*M1*e - f'*M1*f))/N
let B = inv(gamma)*xi
let minimum_of_the_restricted = -tr(xi*B)/2
let least = tr(M1)/2 + minimum_of_the_restricted
observed matrix_velocity[d,d]
observed scale_velocity
observed mean_loss
at d = 2; N = 3; e = [[1, 0]]; f = [[0, 1]]; u = 1/2; c = 1/3; D = [[1, 0], [0, 2]]
    ; M1 = [[1, 0], [0, 2]]; M2 = [[2, 0], [0, 8]]; M3 = [[6, 0], [0, 48]]
  | d = 4; N = 9; e = [[0, 1, 0, 0]]; f = [[0, 0, 0, 1]]; u = 2/3; c = -1/4
    ; D = [[1/2, 0, 0, 0], [0, 1/5, 0, 0], [0, 0, -1/3, 0], [0, 0, 0, 1]]
    ; M1 = [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 7/3]]
    ; M2 = [[1, 0, 0, 0], [0, 8, 0, 0], [0, 0, 4/3, 0], [0, 0, 0, 19/3]]
    ; M3 = [[1, 0, 0, 0], [0, 48, 0, 0], [0, 0, 20/9, 0], [0, 0, 0, 55/3]]
note velocities at U = D + c e f'; entries of exponential, constant, gamma and two-point law
claim diagonal_entry: e'*matrix_velocity*e == u*(e'*xi*e) - u^2*(e'*gamma*e)*(e'*D*e)
claim mixed_entry: e'*matrix_velocity*f == -zeta*u^2*c
claim scale: scale_velocity == tr(xi*D) - u*tr(gamma*D^2) - u*zeta*c^2
claim balance_of_the_mean: u*scale_velocity == tr((D + c*e*f')*matrix_velocity')
refute diagonal_entry_with_the_mean_of_the_trace:
   e'*matrix_velocity*e == u*(e'*xi*e) - u^2*(1 + 1/N)*(e'*M3*e)*(e'*D*e) - u^2*tr(M1)/N*(e'*M2*e)*(e'*D*e)
refute diagonal_entry_at_the_mean_covariance: e'*matrix_velocity*e
   == u*(e'*M1^2*e) - u^2*((1 + 1/N)*(e'*M1^3*e) + tr(M1)/N*(e'*M1^2*e))*(e'*D*e)
refute diagonal_entry_with_a_simple_drive: e'*matrix_velocity*e == u*(e'*M1*e) - u^2*(e'*gamma*e)*(e'*D*e)
refute mixed_entry_of_a_product_of_means:
   e'*matrix_velocity*f == -u^2*c*((1 + 1/N)*(e'*M2*e)*(f'*M1*f) + tr(M1)/N*(e'*M1*e)*(f'*M1*f))
refute mixed_entry_transposed: f'*matrix_velocity*e == -zeta*u^2*c
note the excess as a sum of squares (Lemma C.3)
claim completed_square: mean_loss == least + tr(gamma*(u*D - B)^2)/2 + zeta*u^2*c^2/2
refute completed_square_without_the_constant:
   mean_loss == minimum_of_the_restricted + tr(gamma*(u*D - B)^2)/2 + zeta*u^2*c^2/2
note as if the trace of Lambda were constant, so that it had no part in the joint moments
refute of_a_constant_trace: mean_loss == tr(M1)/2 + u^2/2*((1 + 1/N)*tr(M3*D^2) + tr(M1)/N*tr(M2*D^2)) - u*tr(M2*D)
   + zeta*u^2*c^2/2

at
rule Lambda*e == l*e
rule Lambda*f == h*f
at d = 2; N = 1; u = 1; l = 2; h = 1; e = [[1, 0]]; f = [[0, 1]]; Lambda = [[2, 0], [0, 1]]; U = [[1, 3], [2, 1]]
  | d = 2; N = 3; u = 2; l = 2; h = 2; e = [[1, 0]]; f = [[1, 0]]; Lambda = [[2, 0], [0, 1]]; U = [[1, 3], [2, 1]]
note e and f are eigenvectors: the entry of U between them, given Lambda
claim entry_given_the_covariance: lie(e'*U*f, loss, U, u)
   == u*e'*Lambda^2*f - u^2*((1 + 1/N)*l + tr(Lambda)/N)*l*h*(e'*U*f)
refute entry_with_the_other_eigenvalue: lie(e'*U*f, loss, U, u)
   == u*e'*Lambda^2*f - u^2*((1 + 1/N)*h + tr(Lambda)/N)*l*h*(e'*U*f)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "mean_over_covariances",
        kind: EvidenceKind::Exact,
        description: "the exact population loss and its gradient, averaged over all covariances of a law with \
                      these moments",
        supplies: &["matrix_velocity", "scale_velocity", "mean_loss"],
        supply: Supply::Value(mean_over_covariances),
    }]
}

fn mean_over_covariances(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, loss) = (at.size("d")?, averaged_loss(at)?);
    let (e, f, c) = (at.vector("e")?, at.vector("f")?, at.number("c")?);
    let diagonal = at.value("D")?;
    let block = Mat::from_fn(d, d, |i, j| diagonal[(i, j)] + c * e[i] * f[j]);
    let zero = vec![0.0; d];
    let weights = LinearAttention::from_blocks(&zero, at.number("u")?, &block, &zero)?;
    let weights = weights.active_weights();
    let mut slope = vec![0.0; loss.dimension()];
    loss.gradient(&weights, &mut slope);
    let slope = LinearAttention::from_active_weights(d, &slope)?;
    let observed = [
        ("matrix_velocity", slope.key_query_block() * -1.0),
        ("scale_velocity", scalar(-slope.output_scale())),
        ("mean_loss", scalar(loss.value(&weights))),
    ];
    let size = slope.key_query_block().norm_l2() + loss.value(&weights).abs() + 1.0;
    Ok((observed.into(), 1e-13 * size))
}
