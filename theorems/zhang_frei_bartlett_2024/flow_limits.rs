//! # Balance and the product decide where the two matrices end
//! Source: arXiv:2306.09927, Lemma 5.4, eq. (5.8)
//! Claim:  $u_{-1} \to \|\Gamma^{-1}\|_F^{1/2}$, $U_{11} \to \|\Gamma^{-1}\|_F^{-1/2} \Gamma^{-1}$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         Theta Theta', sigma -> T, sigma -> d x d, 1 x 1 -> the start: U = sigma T, u = sigma, |T|_F = 1
//!         |Gamma^-1|_F^(1/2) -> scale -> 1 x 1 -> limit of u
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  a balanced start (from_an_unbalanced_start)
//! Expect: proof for all d, N that u U = Gamma^-1 and balance leave one point with u > 0; exact along the flow
//! Checked: the end of the flow of the exact population loss on all active weights, for singular and for
//!         definite T. Not seen: the rate (linearised_rate)
//! Not to be confused with: the limit of the product u U, which no start changes

use super::{balanced_start, population_loss, precise};
use crate::prelude::*;

/// Lemma 5.4, the limits.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::flow_limits",
    source: Source { arxiv: "2306.09927", statement: "Lemma 5.4, eq. (5.8)" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::balance_conservation",
        "zhang_frei_bartlett_2024::pl_inequality",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory Balance and the product decide where the two matrices end
space d, N
positive sigma
param u
param U[d,d]
matrix T[d,d] sym
matrix Lambda[d,d] pd
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let scale = tr(inv(Gamma)^2)^(1/4)
let balance = u^2 - tr(U*U')

note where u U = Gamma^-1 the balance is a multiple of u^4 - |Gamma^-1|_F^2
claim balance_of_a_minimiser: subst(balance, U -> inv(Gamma)/u) == (u^4 - tr(inv(Gamma)^2))/u^2
claim balanced_at_the_limit: subst(balance, U -> inv(Gamma)/scale, u -> scale) == 0
claim balanced_nowhere_else: u^4 - scale^4 == (u - scale)*(u + scale)*(u^2 + scale^2)
refute balanced_at_the_root_of_the_trace:
   subst(balance, U -> inv(Gamma)/tr(inv(Gamma))^(1/2), u -> tr(inv(Gamma))^(1/2)) == 0
refute balanced_without_a_root: subst(balance, U -> inv(Gamma)/scale^2, u -> scale^2) == 0

observed flow_matrix[d,d]
observed flow_scale
observed other_scale
at d = 2; N = 10; sigma = 1/5; Lambda = [[2, 0], [0, 1/3]]; T = [[9/25, 12/25], [12/25, 16/25]]
  | d = 2; N = 6; sigma = 1/5; Lambda = [[2, 1/2], [1/2, 1]]; T = [[3/5, 0], [0, 4/5]]
  | d = 3; N = 10; sigma = 1/5; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; T = [[4/9, 2/9, 4/9], [2/9, 1/9, 2/9], [4/9, 2/9, 4/9]]
claim limit_of_the_scale: flow_scale == scale
claim limit_of_the_matrix: flow_matrix == inv(Gamma)/scale
claim limit_of_the_product: flow_scale*flow_matrix == inv(Gamma)
refute scale_without_a_root: flow_scale == scale^2
refute scale_of_the_trace: flow_scale == sqrt(tr(inv(Gamma)))
refute scale_of_the_norm: flow_scale == sqrt(opnorm(inv(Gamma)))
refute scale_of_one: flow_scale == 1
note from u = 2 sigma, U = sigma T
refute from_an_unbalanced_start: other_scale == scale
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
            name: "unbalanced_start",
            kind: EvidenceKind::Flow,
            description: "the hypothesis of a balanced start dropped",
            supplies: &["other_scale"],
            supply: Supply::Value(unbalanced),
        },
    ]
}

fn follow(
    at: &Setting,
    start: &LinearAttention,
) -> Result<(LinearAttention, f64), ExperimentError> {
    let end = gradient_flow(&population_loss(at)?, &start.active_weights(), &precise())?;
    Ok((LinearAttention::from_active_weights(start.dimension(), &end.point)?, end.error()))
}

fn limit(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (network, error) = follow(at, &balanced_start(at)?)?;
    let scale = Mat::full(1, 1, network.output_scale());
    Ok(([("flow_matrix", network.key_query_block()), ("flow_scale", scale)].into(), error))
}

fn unbalanced(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let start = balanced_start(at)?;
    let zero = vec![0.0; start.dimension()];
    let (scale, block) = (2.0 * start.output_scale(), start.key_query_block());
    let start = LinearAttention::from_blocks(&zero, scale, &block, &zero)?;
    let (network, error) = follow(at, &start)?;
    Ok(([("other_scale", Mat::full(1, 1, network.output_scale()))].into(), error))
}
