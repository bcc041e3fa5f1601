//! # An unbalanced start changes where the output scale ends, in closed form
//! Source: arXiv:2306.09927, Theorem 4.1 for an unbalanced start
//! Claim:  $u_{-1}^2 \to \tfrac12\left(C + \sqrt{C^2 + 4\|\Gamma^{-1}\|_F^2}\right)$, $C = u_{-1}(0)^2 - \|U_{11}(0)\|_F^2$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ, in the instance that of the start
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV, in the instance that of the start
//!         C -> imbalance -> 1 x 1 -> conserved by the flow
//!         lim u_-1^2 -> gauge -> 1 x 1 -> square of the limit of u
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  u_12 = u_21 = 0, and a flow that ends in the minimum; balance (balanced_formula) gives C = 0
//! Expect: proof for all d, N that it is the one positive root; exact along the flow
//! Checked: flows of the exact population loss from general U. Not seen: starts whose flow ends elsewhere
//! Not to be confused with: the product u U, whose limit does not depend on C

use super::{length, population_loss, precise};
use crate::prelude::*;

/// Theorem 4.1 for an unbalanced start.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::unbalanced_gauge_limit",
    source: Source { arxiv: "2306.09927", statement: "Theorem 4.1 for an unbalanced start" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::balance_conservation",
        "zhang_frei_bartlett_2024::flow_limits",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The limit of the output scale from an unbalanced start
space d, N
scalar x
param u
param U[d,d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2
let imbalance = u^2 - tr(U*U')
let size = tr(inv(Gamma)^2)
let gauge = (imbalance + (imbalance^2 + 4*size)^(1/2))/2

claim conserved: lie(imbalance, loss, u, U) == 0
note x stands for u^2 where u U = Gamma^-1
claim imbalance_of_a_minimiser: subst(imbalance, U -> inv(Gamma)/u) == u^2 - size/u^2
claim root: gauge^2 - imbalance*gauge - size == 0
claim other_root_is_negative: x^2 - imbalance*x - size == (x - gauge)*(x + size/gauge)
refute root_of_the_other_sign: (gauge - imbalance)^2 - imbalance*(gauge - imbalance) - size == 0

observed flow_square
observed flow_product[d,d]
at d = 2; N = 10; u = 2/3; Lambda = [[2, 0], [0, 1/3]]; U = [[0, -2/3], [1, 1/4]]
  | d = 2; N = 6; u = 1; Lambda = [[2, 1/2], [1/2, 1]]; U = [[1/2, -1/3], [-1, 1/2]]
  | d = 3; N = 10; u = 4/3; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; U = [[1, 0, -1/2], [-2/3, 3/4, 1/2], [1/4, -1/2, -1]]
claim limit_of_the_square: flow_square == gauge
claim limit_of_the_product: flow_product == inv(Gamma)
refute balanced_formula: flow_square == size^(1/2)
refute sign_of_the_imbalance: flow_square == gauge - imbalance
refute without_the_four: flow_square == (imbalance + (imbalance^2 + size)^(1/2))/2
refute without_the_half: flow_square == imbalance + (imbalance^2 + 4*size)^(1/2)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "limit",
        kind: EvidenceKind::Flow,
        description: "gradient flow of the exact population loss on all active weights, from u and U of the instance",
        supplies: &["flow_square", "flow_product"],
        supply: Supply::Value(limit),
    }]
}

fn limit(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, zero) = (at.size("d")?, vec![0.0; at.size("d")?]);
    let start = LinearAttention::from_blocks(&zero, at.number("u")?, at.value("U")?, &zero)?;
    let end = gradient_flow(&population_loss(at)?, &start.active_weights(), &precise())?;
    let network = LinearAttention::from_active_weights(d, &end.point)?;
    let scale = network.output_scale();
    let length = length(&end.point);
    let observed = [
        ("flow_square", Mat::full(1, 1, scale * scale)),
        ("flow_product", network.effective_preconditioner()),
    ];
    Ok((observed.into(), end.error() * (2.0 * length + end.error())))
}
