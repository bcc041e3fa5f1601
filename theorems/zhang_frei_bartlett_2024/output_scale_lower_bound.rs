//! # The output scale stays above a positive number
//! Source: arXiv:2306.09927, Lemma A.5, eq. (A.14)
//! Claim:  $u_{-1}(t)^2 \ge \frac{\sigma^2}{2\sqrt d\, \|\Lambda\|_{op}^2} \|\Lambda\Theta\|_F^2 \left[2 - \sqrt d\, \sigma^2 \|\Gamma\|_{op}\right]$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         Theta Theta', sigma -> T, sigma -> d x d, 1 x 1 -> the start: U = sigma T, u = sigma, |T|_F = 1
//!         |Lambda^2|_F -> k -> 1 x 1 -> at most sqrt(d) |Lambda|_op^2
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//!         Lambda^-1 -> P -> d x d -> inverse, whose smallest eigenvalue is 1/|Lambda|_op
//! Needs:  a positive start of u (from_a_negative_start), the condition on sigma, without which the bound is
//!         negative and says nothing; a sharper bound than the printed one has k for sqrt(d) |Lambda|_op^2
//! Expect: proof for all d, N that u^2 is at least what the loss bounds; exact along the flow
//! Checked: the least u^2 at four hundred times on the way from the start to the limit. Not seen: flows
//!         from other starts
//! Not to be confused with: the limit of u, which is larger

use super::{along_the_flow, balanced_start, population_loss, precise};
use crate::prelude::*;

/// Lemma A.5.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::output_scale_lower_bound",
    source: Source { arxiv: "2306.09927", statement: "Lemma A.5, eq. (A.14)" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::balance_conservation",
        "zhang_frei_bartlett_2024::initial_loss_negative",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The output scale stays above a positive number
space d, N
positive sigma, m, t
param u
param U[d,d]
matrix V[d,d]
matrix P[d,d] pd
matrix T[d,d] sym
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2
let k = tr(Lambda^4)^(1/2)
let rising = (tr(Lambda)/2 - loss)/k + (u^2 - tr(U*U'))/2
let start_square = tr(Lambda^2*T)
let start_loss = sigma^4/2*tr(Gamma*Lambda*T*Lambda*T) - sigma^2*start_square
let lower_square = sigma^2/(2*d^(1/2)*opnorm(Lambda)^2)*start_square*(2 - d^(1/2)*sigma^2*opnorm(Gamma))
let lower = sqrt(lower_square)
let sharper_square = -start_loss/k

note along the flow this quantity rises, and u^2 is at least as large
claim rises: lie(rising, loss, U, u) == 1/k*(||grad(loss, U)||^2 + grad(loss, u)^2)
claim below_the_square: u^2 - rising
   == ||k*U - u*Lambda^2||^2/(2*k^2) + u^2*tr(Gamma*Lambda*(U*Lambda*U'))/(2*k)
refute below_the_square_without_balance: u^2 - (tr(Lambda)/2 - loss)/k
   == ||k*U - u*Lambda^2||^2/(2*k^2) + u^2*tr(Gamma*Lambda*(U*Lambda*U'))/(2*k)
note at a balanced start, tr(T^2) = 1, it is -start_loss/k
claim at_the_start: subst(rising, U -> sigma*T, u -> sigma) == -start_loss/k + sigma^2*(1 - tr(T^2))/2
note with P = L^-1 >= m, so that |L|_op <= 1/m: k <= sqrt(d) |L|_op^2
claim norm_of_the_square: tr(inv(P)^4) <= d/m^4 given P >= m
refute norm_of_the_square_without_dimension: tr(inv(P)^4) <= 1/m^4 given P >= m

let direction = V*V'/||V*V'||
at d = 2; N = 10; sigma = 1/2; Lambda = [[2, 0], [0, 1/3]]; V = [[3/5, 0], [4/5, 0]]
  | d = 2; N = 6; sigma = 1/2; Lambda = [[2, 1/2], [1/2, 1]]; V = [[1, 0], [1/2, 2]]
  | d = 3; N = 10; sigma = 1/2; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; V = [[2/3, 0, 0], [1/3, 0, 0], [2/3, 0, 0]]
claim sharper_than_printed: subst(sharper_square, T -> direction) >= subst(lower_square, T -> direction)
refute printed_bound_says_nothing: subst(lower_square, T -> direction) <= 0

observed least_square
observed square_at_a_time
at d = 2; N = 10; sigma = 1/2; t = 6; Lambda = [[2, 0], [0, 1/3]]; T = [[9/25, 12/25], [12/25, 16/25]]
  | d = 2; N = 6; sigma = 1/2; t = 6; Lambda = [[2, 1/2], [1/2, 1]]; T = [[3/5, 0], [0, 4/5]]
  | d = 3; N = 10; sigma = 1/2; t = 6; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; T = [[4/9, 2/9, 4/9], [2/9, 1/9, 2/9], [4/9, 2/9, 4/9]]
claim above_the_printed_bound: least_square >= lower_square
claim above_the_sharper_bound: least_square >= sharper_square
refute above_a_bound_without_normalisation: least_square >= sigma^2*start_square
refute above_the_limit: least_square >= tr(inv(Gamma)^2)^(1/2)
at d = 2; N = 6; sigma = 1/2; t = 6; Lambda = [[1, 0], [0, 1]]; T = [[3/5, 0], [0, 4/5]]
note from u = -sigma the flow falls into the saddle at zero
refute from_a_negative_start: square_at_a_time >= lower_square
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "least_scale",
            kind: EvidenceKind::Flow,
            description: "gradient flow of the exact population loss on all active weights, to time 40",
            supplies: &["least_square"],
            supply: Supply::Value(least_square),
        },
        Experiment {
            name: "negative_start",
            kind: EvidenceKind::Flow,
            description: "the hypothesis u > 0 dropped: u = -sigma, U = sigma I/sqrt(d)",
            supplies: &["square_at_a_time"],
            supply: Supply::Value(negative_start),
        },
    ]
}

fn least_square(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let path = along_the_flow(&population_loss(at)?, &balanced_start(at)?, 40.0)?;
    let scales = path.networks.iter().map(LinearAttention::output_scale);
    let least = scales.map(|u| u * u).fold(f64::INFINITY, f64::min);
    Ok(([("least_square", Mat::full(1, 1, least))].into(), path.error))
}

fn negative_start(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, sigma) = (at.size("d")?, at.number("sigma")?);
    let (zero, block) = (vec![0.0; d], Mat::<f64>::identity(d, d) * (sigma / (d as f64).sqrt()));
    let start = LinearAttention::from_blocks(&zero, -sigma, &block, &zero)?.active_weights();
    let path = flow_trajectory(&population_loss(at)?, &start, &[at.number("t")?], &precise())?;
    let scale = LinearAttention::from_active_weights(d, &path.states[0])?.output_scale();
    let error = 2.0 * scale.abs() * path.errors[0];
    Ok(([("square_at_a_time", Mat::full(1, 1, scale * scale))].into(), error))
}
