//! # The minimum without the off-diagonal weights is the minimum over all weights
//! Source: arXiv:2306.09927, Theorem 4.1, for the loss (3.8) on all weights
//! Claim:  $L(\theta) = \min L + \tfrac12\operatorname{tr}\left(\Gamma\Lambda(B - \Gamma^{-1})\Lambda(B - \Gamma^{-1})'\right) + \tfrac12\mathbb{E}[\hat y_{\text{even}}^2]$, $B = u_{-1}U_{11} + u_{12}u_{21}'$
//! Where:  U_11, u_21 -> U, q -> d x d, d x 1 -> the first d columns of W^KQ: upper block, last row
//!         u_12, u_-1 -> p, u -> d x 1, 1 x 1 -> the last row of W^PV
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a prompt
//!         lambda, g -> lam, g -> 1 x 1 -> Lambda and Gamma at d = 1
//! Needs:  d at least 2 for a unique product (second_family, second_family_in_two_dimensions)
//! Expect: proof for all d, N
//! Checked: every line above the last also at small instances, exactly. The paper minimises at u_12 = u_21 = 0 alone; that no other
//!         weights do better follows from the parity of the two parts of the prediction in the task.
//!         At a minimum the even part vanishes; the two identities on its spread then give u_21 = 0 and u_12 = 0
//!         wherever u_-1 U_11 is not zero, which B = Gamma^-1 of rank 2 or more asks for.
//!         At d = 1 there is a second family, u_-1 = U_11 = 0, u_12 u_21 = 1/Gamma
//! Not to be confused with: the absence of other local minima, which exist

use crate::prelude::*;
use rand::SeedableRng;
use rand_distr::{Distribution, Normal};

/// Theorem 4.1, that its limit is a global minimum.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::full_space_global_optimality",
    source: Source {
        arxiv: "2306.09927",
        statement: "Theorem 4.1, for the loss (3.8) on all weights",
    },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::population_loss_closed_form",
        "zhang_frei_bartlett_2024::parity_orthogonality",
        "zhang_frei_bartlett_2024::completed_square_certificate",
        "zhang_frei_bartlett_2024::population_minimum",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The restricted minimum is the global one
space d, N
positive m, lam
scalar u
vector p[d]
vector q[d]
matrix U[d,d]
matrix Y[d,d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let B = u*U + p*q'
let odd = w'*S*B*xq
let query_terms = p'*(S + xq*xq'/N)*U*xq
let task_term = u*w'*S*w*q'*xq
let even = query_terms + task_term
let loss = E[(odd + even - w'*xq)^2]/2
let LossMinimum = tr(Lambda - Lambda^2*inv(Gamma))/2
let Excess = tr(Gamma*Lambda*(B - inv(Gamma))*Lambda*(B - inv(Gamma))')/2

at d = 1, 2; N = 1, 3
claim sum_of_squares: loss == LossMinimum + Excess + E[even^2]/2
claim excess_never_negative: tr(Gamma*Lambda*Y*Lambda*Y') >= 0 given Lambda >= m, form Y
claim attained: subst(loss, p -> 0*p, q -> 0*q, U -> inv(Gamma)/u) == LossMinimum
refute without_the_even_part: loss == LossMinimum + Excess
refute square_of_the_restricted_loss: loss
   == LossMinimum + tr(Gamma*Lambda*(u*U - inv(Gamma))*Lambda*(u*U - inv(Gamma))')/2 + E[even^2]/2

note the even part less its mean over tasks: zero only at u u_21 = 0
claim spread_over_tasks: E[even^2] == E[(query_terms + E[task_term; w])^2] + 2*u^2*tr(Gamma*Lambda)*q'*Lambda*q
note at u_21 = 0 the even part less its mean over examples: zero only if U' p = 0
claim spread_over_examples: E[query_terms^2] == E[(p'*(Lambda + xq*xq'/N)*U*xq)^2]
   + (p'*Lambda*U*Lambda*U'*Lambda*p + p'*Lambda*p*tr(U*Lambda*U'*Lambda))/N
refute spread_without_tasks: E[even^2] == E[(query_terms + E[task_term; w])^2]

note u = 0, U = 0, p q' = p p' Gamma^-1/(p'p): of rank one
refute second_family_in_two_dimensions:
   subst(loss, u -> 0, U -> 0*U, q -> inv(Gamma)*p/(p'*p)) == LossMinimum
scalar u1
scalar U1
scalar p1
scalar q1
gaussian x1[N] ~ lam*I
gaussian w1[1] ~ I
gaussian xq1[1] ~ lam*I
let g = (1 + 2/N)*lam
let s1 = x1'*x1/N
let odd1 = w1*s1*(u1*U1 + p1*q1)*xq1
let even1 = p1*(s1 + xq1^2/N)*U1*xq1 + u1*w1^2*s1*q1*xq1
let loss1 = E[(odd1 + even1 - w1*xq1)^2]/2
claim second_family: subst(loss1, u1 -> 0, U1 -> 0, q1 -> 1/(g*p1)) == (lam - lam^2/g)/2
claim first_family: subst(loss1, p1 -> 0, q1 -> 0, U1 -> 1/(g*u1)) == (lam - lam^2/g)/2
refute both_families_mixed: subst(loss1, U1 -> 1/(2*g*u1), q1 -> 1/(2*g*p1)) == (lam - lam^2/g)/2

observed least_loss
at d = 2; N = 6; Lambda = [[2, 1/2], [1/2, 1]] | d = 3; N = 10; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
note the least loss of 4,000 random weights
claim random_weights_do_no_better: least_loss >= LossMinimum
refute random_weights_do_no_better_than_zero: least_loss >= tr(Lambda)/2
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "random_weights",
        kind: EvidenceKind::Exact,
        description: "the loss (3.8) at 4,000 normal weights of standard deviation 1/2, all of them active",
        supplies: &["least_loss"],
        supply: Supply::Value(least_loss),
    }]
}

fn least_loss(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let loss = PopulationLoss::new(at.value("Lambda")?, at.size("N")?)?;
    let normal = Normal::new(0.0, 0.5).expect("a positive deviation");
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let draw = |_| {
        let weights: Vec<f64> = normal.sample_iter(&mut random).take(loss.dimension()).collect();
        loss.value(&weights)
    };
    let least = (0..4_000).map(draw).fold(f64::INFINITY, f64::min);
    Ok(([("least_loss", Mat::full(1, 1, least))].into(), 1e-12 * least))
}
