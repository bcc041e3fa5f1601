//! # The flow converges to the global minimum from a start of any size
//! Source: arXiv:2306.09927, Theorem 4.1, without the condition on sigma
//! Claim:  $u_{-1}(t) \ge \min\left(\sigma,\ \tfrac{\sigma}{k} \operatorname{tr}(\Lambda^2 T),\ \sqrt{k/(2 g)}\right)$ for every $\sigma > 0$, $k = \|\Lambda^2\|_F$, $g = \|\Gamma\|_{op} \|\Lambda\|_{op}^2$; hence $u_{-1} U_{11} \to \Gamma^{-1}$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         Theta Theta', sigma -> T, sigma -> d x d, 1 x 1 -> the start: U = sigma T, u = sigma, |T|_F = 1
//!         tr(Lambda^2 U_11) -> s -> 1 x 1 -> what drives u
//!         |Lambda^2|_F, |Gamma|_op |Lambda|_op^2 -> k, g -> 1 x 1 -> drive and largest drag
//!         min(...) -> b -> 1 x 1 -> the bound of u
//!         Lambda^-1 -> P -> d x d -> inverse, whose smallest eigenvalue is 1/|Lambda|_op
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  u > 0 at the start (first_edge_without_drive), a balanced start with semidefinite T; not the paper's
//!         condition sigma^2 < 2/(sqrt(d) |Gamma|_op), which only its explicit rate needs
//! Expect: proof for all d, N of the rates and of the signs on the three edges; exact along the flow
//! Checked: flows from sigma = 1/100 to 100. The region { u >= b, s >= min(k b, k^2/(2 g u)) } holds the start,
//!         and on its edges the flow does not point outwards; that a flow then stays inside is Nagumo's theorem and
//!         is not proved here, nor the limit that follows with the inequality of pl_inequality. Not seen: rates
//! Not to be confused with: a start with u < 0, which may end in the saddle (sign_of_output_scale)

use super::{along_the_flow, balanced_start, population_loss, precise};
use crate::prelude::*;

/// Theorem 4.1 for every sigma.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::convergence_for_every_sigma",
    source: Source {
        arxiv: "2306.09927",
        statement: "Theorem 4.1, without the condition on sigma",
    },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::balance_conservation",
        "zhang_frei_bartlett_2024::pl_inequality",
        "zhang_frei_bartlett_2024::gradient_flow_limit",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory Convergence from a start of any size
space d, N
positive sigma, m, b, k, g, s, x, l, product
vector v[d]
matrix V[d,d]
matrix P[d,d] pd
matrix T[d,d] sym
matrix Lambda[d,d] pd
param u
param U[d,d]
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2

note how u and s = tr(Lambda^2 U) move
claim rate_of_the_scale: lie(u, loss, U, u) == tr(Lambda^2*U) - u*tr(Gamma*Lambda*U*Lambda*U')
claim rate_of_the_drive: lie(tr(Lambda^2*U), loss, U, u) == u*tr(Lambda^4) - u^2*tr(Gamma*Lambda^4*U)
refute rate_of_the_drive_with_a_simple_u: lie(tr(Lambda^2*U), loss, U, u) == u*tr(Lambda^4) - u*tr(Gamma*Lambda^4*U)
let GammaP = (1 + 1/N)*inv(P) + tr(inv(P))/N*I
let steep = ((1 + 1/N)/m + tr(inv(P))/N)/m^2
note with P = L^-1 >= m the drag on u is at most g u |U|^2, which is g u^3 by balance
claim drag_on_the_scale: steep*tr(V*V') - tr(GammaP*inv(P)*V*inv(P)*V') >= 0 given P >= m, form V
note and that on s at most g u^2 s, where the diagonal of U in the eigenbasis is not negative: g L^2 - Gamma L^4 >= 0
claim drag_on_the_drive: steep*tr(inv(P)^2*V*V') - tr(GammaP*inv(P)^4*V*V') >= 0 given P >= m, form V
refute drag_on_the_drive_without_trace: (1 + 1/N)/m^3*tr(inv(P)^2*V*V') - tr(GammaP*inv(P)^4*V*V') >= 0 given P >= m, form V

note edge u = b: u does not fall
claim first_edge: s - g*b^3 >= 0 given s >= k*b, g <= k/(2*b^2)
at s = 1/10; g = 1; b = 1; k = 4
refute first_edge_without_drive: s - g*b^3 >= 0 given g <= k/(2*b^2)
at
note edge s = k b, at u = x: s does not fall
claim second_edge: x*k^2 - g*x^2*k*b >= 0 given g <= k/(2*x*b)
refute second_edge_further_out: x*k^2 - g*x^2*k*b >= 0 given g <= 2*k/(x*b)
note edge u s = k^2/(2 g), at u = x: the product does not fall
claim third_edge: x^2*k^2 - 2*g*x^2*product + s^2 >= 0 given product <= k^2/(2*g)
refute third_edge_further_out: x^2*k^2 - 2*g*x^2*product + s^2 >= 0 given product <= 2*k^2/g

observed least_scale
observed flow_matrix[d,d]
observed flow_scale
let drive = tr(Lambda^4)^(1/2)
let barrier = min(min(sigma, sigma*tr(Lambda^2*T)/drive), sqrt(drive/(2*opnorm(Gamma)*opnorm(Lambda)^2)))
at d = 2; N = 10; sigma = 1/100, 10, 100; Lambda = [[2, 0], [0, 1/3]]; T = [[9/25, 12/25], [12/25, 16/25]]
  | d = 2; N = 6; sigma = 1/100, 10, 100; Lambda = [[2, 1/2], [1/2, 1]]; T = [[3/5, 0], [0, 4/5]]
  | d = 3; N = 10; sigma = 1, 30; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; T = [[4/9, 2/9, 4/9], [2/9, 1/9, 2/9], [4/9, 2/9, 4/9]]
claim above_the_barrier: least_scale >= barrier
refute above_twice_the_start: least_scale >= 2*sigma
note sigma^2 |Gamma|_op sqrt(d) is up to 4e4 here; the paper wants it below 2
claim limit_of_the_product: flow_scale*flow_matrix == inv(Gamma)
claim limit_of_the_scale: flow_scale == tr(inv(Gamma)^2)^(1/4)
refute limit_on_the_covariance: flow_scale*flow_matrix == inv(Lambda)

at
rule Lambda*v == l*v
let gamma = (1 + 1/N)*l + tr(Lambda)/N
note v is an eigenvector: a diagonal entry of U in the eigenbasis is driven upwards and dragged towards zero
claim rate_of_a_diagonal_entry: lie(v'*U*v, loss, U, u) == u*l^2*v'*v - u^2*gamma*l^2*v'*U*v
refute rate_of_a_diagonal_entry_without_drive: lie(v'*U*v, loss, U, u) == -u^2*gamma*l^2*v'*U*v
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "limit",
            kind: EvidenceKind::Flow,
            description: "gradient flow of the exact population loss, all active weights",
            supplies: &["flow_matrix", "flow_scale"],
            supply: Supply::Value(limit),
        },
        Experiment {
            name: "least_scale",
            kind: EvidenceKind::Flow,
            description: "the least u at four hundred times until the limit is near",
            supplies: &["least_scale"],
            supply: Supply::Value(least_scale),
        },
    ]
}

fn limit(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let start = balanced_start(at)?;
    let end = gradient_flow(&population_loss(at)?, &start.active_weights(), &precise())?;
    let network = LinearAttention::from_active_weights(start.dimension(), &end.point)?;
    let scale = Mat::full(1, 1, network.output_scale());
    Ok(([("flow_matrix", network.key_query_block()), ("flow_scale", scale)].into(), end.error()))
}

fn least_scale(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (loss, start) = (population_loss(at)?, balanced_start(at)?);
    let end = gradient_flow(&loss, &start.active_weights(), &precise())?;
    let path = along_the_flow(&loss, &start, end.time)?;
    let least =
        path.networks.iter().map(LinearAttention::output_scale).fold(f64::INFINITY, f64::min);
    Ok(([("least_scale", Mat::full(1, 1, least))].into(), path.error))
}
