//! # The gradient flow of the population loss is a cubic system for two of the four blocks
//! Source: arXiv:2306.09927, Lemma 5.2, eq. (5.4)
//! Claim:  $\dot U_{11} = -u_{-1}^2 \Gamma\Lambda U_{11} \Lambda + u_{-1} \Lambda^2$, $\dot u_{-1} = -u_{-1} \operatorname{tr}(\Gamma\Lambda U_{11} \Lambda U_{11}') + \operatorname{tr}(\Lambda^2 U_{11}')$, $u_{12} = u_{21} = 0$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         u_12, u_21 -> p, q -> d x 1 -> the other weights that reach the prediction
//!         Theta Theta', sigma -> T, sigma -> d x d, 1 x 1 -> the start (Assumption 3.3): U = sigma T, u = sigma
//!         t -> t -> 1 x 1 -> time of the flow of the loss with the factor 1/2
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  p = q = 0 at the start (matrix_from_other_starts), the factor 1/2 of the loss (twice_as_fast)
//! Expect: proof for all d, N; exact at instances
//! Checked: velocities along the flow of the exact population loss on all active weights, by differences in
//!         time; entrywise, since u alone hardly sees the order of the factors. Not seen: other laws of the task
//! Not to be confused with: descent with a finite step, which breaks the balance of the two matrices

use super::{balanced_start, population_loss, precise};
use crate::prelude::*;

/// Lemma 5.2.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::gradient_flow_equations",
    source: Source { arxiv: "2306.09927", statement: "Lemma 5.2, eq. (5.4)" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::population_loss_closed_form"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The gradient flow of the population loss
space d, N
positive sigma, t
param u
param p[d]
param q[d]
param U[d,d]
matrix T[d,d] sym
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let yhat = p'*(S + xq*xq'/N)*U*xq + w'*S*(u*U + p*q')*xq + u*(w'*S*w)*(q'*xq)
let loss = E[(yhat - w'*xq)^2]/2
let matrix_flow = u*Lambda^2 - u^2*Gamma*Lambda*U*Lambda
let scale_flow = tr(Lambda^2*U') - u*tr(Gamma*Lambda*U*Lambda*U')

at d = 1, 2; N = 1, 2
claim matrix: -subst(grad(loss, U), p -> 0*p, q -> 0*q) == matrix_flow
claim scale: -subst(grad(loss, u), p -> 0*p, q -> 0*q) == scale_flow
claim input_value_rests: subst(grad(loss, p), p -> 0*p, q -> 0*q) == 0*p
claim label_key_rests: subst(grad(loss, q), p -> 0*p, q -> 0*q) == 0*q
refute matrix_from_other_starts: -grad(loss, U) == matrix_flow
refute label_key_rests_from_other_starts: subst(grad(loss, q), q -> 0*q) == 0*q
refute matrix_twice_as_fast: -subst(grad(loss, U), p -> 0*p, q -> 0*q) == 2*matrix_flow
refute matrix_with_a_simple_u: -subst(grad(loss, U), p -> 0*p, q -> 0*q) == u*Lambda^2 - u*Gamma*Lambda*U*Lambda
refute matrix_driven_by_the_covariance:
   -subst(grad(loss, U), p -> 0*p, q -> 0*q) == u*Lambda - u^2*Gamma*Lambda*U*Lambda
refute matrix_in_another_order:
   -subst(grad(loss, U), p -> 0*p, q -> 0*q) == u*Lambda^2 - u^2*Gamma*U*Lambda^2

observed flow_matrix[d,d]
observed flow_scale
observed matrix_velocity[d,d]
observed scale_velocity
at d = 2; N = 10; sigma = 1/5; t = 1; Lambda = [[2, 0], [0, 1/3]]; T = [[9/25, 12/25], [12/25, 16/25]]
  | d = 2; N = 6; sigma = 1/5; t = 1/2; Lambda = [[2, 1/2], [1/2, 1]]; T = [[9/25, 12/25], [12/25, 16/25]]
  | d = 3; N = 10; sigma = 1/5; t = 1; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; T = [[4/9, 2/9, 4/9], [2/9, 1/9, 2/9], [4/9, 2/9, 4/9]]
note at time t of the flow from the start of the paper
claim matrix_at_a_time: matrix_velocity == subst(matrix_flow, U -> flow_matrix, u -> flow_scale)
claim scale_at_a_time: scale_velocity == subst(scale_flow, U -> flow_matrix, u -> flow_scale)
refute twice_as_fast: matrix_velocity == 2*subst(matrix_flow, U -> flow_matrix, u -> flow_scale)
refute simple_u: matrix_velocity == flow_scale*Lambda^2 - flow_scale*Gamma*Lambda*flow_matrix*Lambda
refute driven_by_the_covariance: matrix_velocity == flow_scale*Lambda - flow_scale^2*Gamma*Lambda*flow_matrix*Lambda
refute another_order: matrix_velocity == flow_scale*Lambda^2 - flow_scale^2*Gamma*flow_matrix*Lambda^2
refute without_the_trace:
   matrix_velocity == flow_scale*Lambda^2 - (1 + 1/N)*flow_scale^2*Lambda^2*flow_matrix*Lambda
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "flow_at_a_time",
        kind: EvidenceKind::Flow,
        description: "gradient flow of the exact population loss on all active weights; velocities by \
                      differences of fourth order in time",
        supplies: &["flow_matrix", "flow_scale", "matrix_velocity", "scale_velocity"],
        supply: Supply::Value(flow_at_a_time),
    }]
}

fn flow_at_a_time(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, time) = (at.size("d")?, at.number("t")?);
    let step = 2e-3 * time;
    let times = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|place| time + place * step);
    let start = balanced_start(at)?;
    let path = flow_trajectory(&population_loss(at)?, &start.active_weights(), &times, &precise())?;
    let [back_two, back, here, ahead, ahead_two] = &path.states[..] else {
        unreachable!("five times");
    };
    let difference = |index: usize, order: usize| {
        let (near, far) = (ahead[index] - back[index], ahead_two[index] - back_two[index]);
        if order == 2 { near / (2.0 * step) } else { (8.0 * near - far) / (12.0 * step) }
    };
    let indices = 0..here.len();
    let velocity: Vec<f64> = indices.clone().map(|index| difference(index, 4)).collect();
    let coarse = indices.map(|index| (difference(index, 2) - velocity[index]).powi(2));
    // What is left of fourth order is to the second order as its square.
    let truncation = coarse.sum::<f64>() * 10.0;
    let integration = path.errors.iter().copied().fold(0.0, f64::max);
    let error = truncation + 2.0 * integration / step + 1e-13 / step;
    let network = LinearAttention::from_active_weights(d, here)?;
    let moving = LinearAttention::from_active_weights(d, &velocity)?;
    let scalar = |value| Mat::full(1, 1, value);
    let observed = [
        ("flow_matrix", network.key_query_block()),
        ("flow_scale", scalar(network.output_scale())),
        ("matrix_velocity", moving.key_query_block()),
        ("scale_velocity", scalar(moving.output_scale())),
    ];
    Ok((observed.into(), error))
}
