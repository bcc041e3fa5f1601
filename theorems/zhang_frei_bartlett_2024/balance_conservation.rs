//! # The gradient flow of any loss of the prediction conserves the balance of its two matrices
//! Source: arXiv:2306.09927, Lemma A.3
//! Claim:  $\frac{d}{dt}\left[\|(u_{12}; u_{-1})\|^2 - \|(U_{11}; u_{21}')\|_F^2\right] = 0$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         u_12, u_21 -> p, q -> d x 1 -> the other weights that reach the prediction
//!         (u_12; u_-1) -> r -> (d+1) x 1 -> last row of W^PV; k is d + 1
//!         (U_11; u_21') -> V -> (d+1) x d -> first d columns of W^KQ
//!         E E'/N -> M, M2 -> (d+1) x (d+1) -> what the prediction reads of a prompt, here of any two prompts
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  the same rate of descent for both matrices (faster_second_matrix), all weights that reach the
//!         prediction (without_the_vectors); not the law of the prompts, not the squared error
//! Expect: proof for all d, N, for the population loss and for losses of any prompts; exact at instances
//! Checked: the flow of the exact population loss from weights in general position keeps the value of the
//!         start, which is not zero. Not seen: losses that the weights enter in another way, such as weight decay
//! Not to be confused with: descent with a finite step, which breaks the balance (discrete_balance_identity)

use super::{from_the_instance, precise};
use crate::prelude::*;

/// Lemma A.3.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::balance_conservation",
    source: Source { arxiv: "2306.09927", statement: "Lemma A.3" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory The gradient flow conserves the balance of the two matrices
space d, N, k
scalar y, y2, z
param u
param p[d]
param q[d]
param U[d,d]
param r[k]
param V[k,d]
matrix M[k,k]
matrix M2[k,k]
vector x[d]
vector x2[d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
let S = X*X'/N
let yhat = p'*(S + xq*xq'/N)*U*xq + w'*S*(u*U + p*q')*xq + u*(w'*S*w)*(q'*xq)
let loss = E[(yhat - w'*xq)^2]/2
let balance = u^2 + p'*p - tr(U*U') - q'*q

at d = 1, 2; N = 1, 2
note the population loss, on all weights that reach the prediction
claim conserved: lie(balance, loss, u, U, p, q) == 0
claim conserved_on_the_paper_s_set:
   lie(u^2 - tr(U*U'), subst(loss, p -> 0*p, q -> 0*q), u, U) == 0
refute sum_instead_of_difference: lie(u^2 + p'*p + tr(U*U') + q'*q, loss, u, U, p, q) == 0
refute without_the_vectors: lie(u^2 - tr(U*U'), loss, u, U, p, q) == 0
refute with_the_vectors_exchanged: lie(u^2 + q'*q - tr(U*U') - p'*p, loss, u, U, p, q) == 0
refute faster_second_matrix: lie(u^2 + p'*p - 2*tr(U*U') - 2*q'*q, loss, u, U, p, q) == 0

at d = 2; k = 3
note two prompts of any kind, and losses of their predictions that are not squares
let first = r'*M*V*x
let second = r'*M2*V*x2
claim conserved_on_two_prompts:
   lie(r'*r - tr(V*V'), ((first - y)^2 + (second - y2)^2)/4, r, V) == 0
claim conserved_for_a_quartic_loss: lie(r'*r - tr(V*V'), (first - y)^4 + z*first*second, r, V) == 0
refute not_conserved_under_weight_decay: lie(r'*r - tr(V*V'), (first - y)^2 + r'*r, r, V) == 0

observed later_balance
at d = 2; k = 3; N = 6; Lambda = [[2, 1/2], [1/2, 1]]; u = 2/5; p = [[1/5, 2/5]]; q = [[3/10, 1/5]]
    ; U = [[1/10, -3/10], [1/5, -2/5]]
  | d = 3; k = 4; N = 4; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]; u = 1/2; p = [[1/4, 0, -1/5]]
    ; q = [[0, 1/2, 1/3]]; U = [[1/2, 0, 1/4], [-1/3, 1/4, 0], [0, -1/5, 1/3]]
claim kept_until_time_three: later_balance == balance
refute kept_without_the_vectors: later_balance == u^2 - tr(U*U')
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "balance_of_the_flow",
        kind: EvidenceKind::Flow,
        description: "gradient flow of the exact population loss to time 3, all active weights",
        supplies: &["later_balance"],
        supply: Supply::Value(later_balance),
    }]
}

fn later_balance(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let start = from_the_instance(at)?;
    let loss = PopulationLoss::new(at.value("Lambda")?, at.size("N")?)?;
    let path = flow_trajectory(&loss, &start.active_weights(), &[3.0], &precise())?;
    let network = LinearAttention::from_active_weights(at.size("d")?, &path.states[0])?;
    let square = |weights: Mat<f64>| weights.squared_norm_l2();
    let value = network.output_scale().powi(2) + square(network.input_value());
    let key = square(network.key_query_block()) + square(network.label_key());
    // The square of a weight moves by twice the weight, to first order.
    let error = 2.0 * (value + key).sqrt() * path.errors[0];
    Ok(([("later_balance", Mat::full(1, 1, value - key))].into(), error))
}
