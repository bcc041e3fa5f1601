//! # Gradient flow from the paper's start takes one layer of linear self-attention to a global minimum
//! Source: arXiv:2306.09927, Theorem 4.1, eq. (4.1)
//! Claim:  $W^{KQ}_* = \operatorname{tr}(\Gamma^{-2})^{-1/4} \begin{bmatrix} \Gamma^{-1} & 0 \\ 0 & 0 \end{bmatrix}$, $W^{PV}_* = \operatorname{tr}(\Gamma^{-2})^{1/4} \begin{bmatrix} 0 & 0 \\ 0 & 1 \end{bmatrix}$, $\Gamma = (1 + \tfrac1N)\Lambda + \tfrac1N \operatorname{tr}(\Lambda) I$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         u_12, u_21 -> p, q -> d x 1 -> the other weights that reach the prediction
//!         Theta, sigma -> theta, sigma -> d x 1, 1 x 1 -> the start (Assumption 3.3): U = sigma theta theta', u = sigma
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  a positive start of u (negative_start), p = q = 0 at the start (rank_one_start, dense_start)
//! Expect: stationarity, balance and, for definite Theta Theta', convergence by proof for all d, N and all sigma at
//!         which the loss of the start is below that at 0; the limit by flow, simulation and training
//! Checked: flow of the exact population loss on all active weights; regression on raw prompts;
//!         the full network, trained by gradient descent on fixed prompts and by Adam on fresh ones, with what the
//!         number of prompts, the step size and the time leave bounded one by one.
//!         Not seen: what only other starts, longer prompts or higher dimensions would show
//! Not to be confused with: convergence for every sigma, which the paper does not claim

use super::{full_batch, length, mean_over};
use crate::prelude::*;

/// Theorem 4.1.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::gradient_flow_limit",
    source: Source { arxiv: "2306.09927", statement: "Theorem 4.1, eq. (4.1)" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::restricted_global_minimisers",
        "zhang_frei_bartlett_2024::full_space_global_optimality",
        "zhang_frei_bartlett_2024::gradient_flow_equations",
        "zhang_frei_bartlett_2024::balance_conservation",
        "zhang_frei_bartlett_2024::initial_loss_negative",
        "zhang_frei_bartlett_2024::output_scale_lower_bound",
        "zhang_frei_bartlett_2024::pl_inequality",
        "zhang_frei_bartlett_2024::flow_limits",
    ],
    figures: &[
        Figure::Matrix {
            title: "Trained weights u U + p q' beside the inverse of Gamma",
            line: "trained_to_the_limit",
            block: None,
        },
        Figure::Matrix {
            title: "Weights u U trained on fresh prompts beside the inverse of Gamma",
            line: "trained_on_fresh_prompts",
            block: None,
        },
    ],
};

const CLAIMS: &str = "\
theory Gradient flow takes one layer of linear self-attention to a global minimum
space d, N, M
positive sigma, m, room
scalar s
vector theta[d]
vector p[d]
vector q[d]
matrix A[d,d]
matrix Lambda[d,d] pd
matrix Y[d,d]
matrix T[d,d] pd
param U[d,d]
param u
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2

note the loss on p = q = 0, where the flow stays
claim stationary_matrix: subst(grad(loss, U), U -> inv(Gamma)/u) == 0*U
claim stationary_scale: subst(grad(loss, u), U -> inv(Gamma)/u) == 0
refute stationary_at_the_inverse_covariance: subst(grad(loss, U), U -> inv(Lambda)/u) == 0*U
claim balance_conserved: lie(u^2 - tr(U*U'), loss, u, U) == 0
refute balance_of_the_wrong_sign: lie(u^2 + tr(U*U'), loss, u, U) == 0

let least = tr(Lambda - Lambda^2*inv(Gamma))/2
let apart = u*U - inv(Gamma)
let k = tr(Lambda^4)^(1/2)
let rising = (tr(Lambda)/2 - loss)/k + (u^2 - tr(U*U'))/2
let length = tr(T^2)^(1/2)
let drag = length*tr(Gamma*Lambda*(T*Lambda*T))
let size = (2*tr(Lambda^2*T)/(drag + room))^(1/2)
note the premises of convergence: what bounds u^2 from below never falls,
claim rises: lie(rising, loss, U, u) == 1/k*(||grad(loss, U)||^2 + grad(loss, u)^2)
claim bounds_the_scale: u^2 - rising == ||k*U - u*Lambda^2||^2/(2*k^2) + u^2*tr(Gamma*Lambda*(U*Lambda*U'))/(2*k)
note and is positive from u = size |T|, U = size T, for every room > 0: wherever the loss at the start is below that at 0
claim starts_above_zero: subst(rising, U -> size*T, u -> size*length)
   == 2*tr(Lambda^2*T)^2*length*room/(k*(drag + room)^2)
claim slope: tr(grad(loss, U)*grad(loss, U)') == u^2*tr(Gamma^2*Lambda^2*apart*Lambda^2*apart')
claim excess: loss - least == 1/2*tr(Gamma*Lambda*apart*Lambda*apart')
claim dominance: tr(Gamma^2*Lambda^2*Y*Lambda^2*Y')
   - m^2*((1 + 1/N)*m + tr(Lambda)/N)*tr(Gamma*Lambda*Y*Lambda*Y') >= 0 given Lambda >= m, form Y
train loss over U, u from U -> size*T, u -> size*length
at d = 2; N = 6; M = 12; room = 1; T = [[1, 1/2], [1/2, 2]]; Lambda = [[2, 1/2], [1/2, 1]]
claim converges: reaches(u*U) == inv(Gamma)
   by gradient_dominance(rises, bounds_the_scale, slope, excess, dominance, starts_above_zero)

define NoTrace := (1 + 1/N)*Lambda
define NoCorrection := Lambda + tr(Lambda)/N*I
define TwiceCorrected := (1 + 2/N)*Lambda + tr(Lambda)/N*I
define QueryCounted := (1 + 1/(N + 1))*Lambda + tr(Lambda)/(N + 1)*I
define MeanTrace := (1 + 1/N)*Lambda + tr(Lambda)/(d*N)*I
define TestLength := (1 + 1/M)*Lambda + tr(Lambda)/M*I
define OneLess := (N - 1)/N*Lambda + tr(Lambda)/N*I

observed flow_matrix[d,d]
observed flow_scale
observed regression[d,d]
observed trained_product[d,d]
observed trained[d,d]
observed fresh[d,d]
at d = 2; N = 6; M = 12; sigma = 1/2; theta = [[3/5, 4/5]]; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 3; N = 10; M = 20; sigma = 1/2; theta = [[2/3, 1/3, 2/3]]
    ; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
  | d = 5; N = 20; M = 40; sigma = 1/2; theta = [[4/5, 2/5, 2/5, 1/5, 0]]
    ; Lambda = [[1, 1/4, 0, 0, 0], [1/4, 4/5, 1/4, 0, 0], [0, 1/4, 6/5, 1/4, 0]
               , [0, 0, 1/4, 1, 1/4], [0, 0, 0, 1/4, 3/2]]
margin 2% because the nearest slip, N+1 in place of N, changes the limit by 6% at d = 2, N = 6

claim limit_of_the_matrix: flow_matrix == inv(Gamma)/tr(inv(Gamma)^2)^(1/4)
claim limit_of_the_scale: flow_scale == tr(inv(Gamma)^2)^(1/4)
refute scale_without_a_root: flow_scale == tr(inv(Gamma)^2)^(1/2)
refute scale_of_the_trace: flow_scale == sqrt(tr(inv(Gamma)))
refute scale_of_the_norm: flow_scale == sqrt(opnorm(inv(Gamma)))
refute scale_of_one: flow_scale == 1

note the d x d coefficients of a regression of w'xq on (S*w)_i xq_j
claim regressed: regression == inv(Gamma)
refute regressed_without_trace: regression == inv(NoTrace)
refute regressed_on_the_covariance: regression == inv(Lambda)
refute regressed_without_correction: regression == inv(NoCorrection)
refute regressed_with_twice_the_correction: regression == inv(TwiceCorrected)
refute regressed_counting_the_query: regression == inv(QueryCounted)
refute regressed_with_the_mean_trace: regression == inv(MeanTrace)
refute regressed_with_the_test_length: regression == inv(TestLength)
refute regressed_with_one_example_less: regression == inv(OneLess)

note u*U of the full network after gradient descent on fixed raw prompts
claim trained_to_the_product: trained_product == inv(Gamma)
note u*U + p*q' of the same network
claim trained_to_the_limit: trained == inv(Gamma)
refute trained_without_trace: trained == inv(NoTrace)
refute trained_on_the_covariance: trained == inv(Lambda)
refute trained_without_correction: trained == inv(NoCorrection)
refute trained_with_twice_the_correction: trained == inv(TwiceCorrected)
refute trained_counting_the_query: trained == inv(QueryCounted)
refute trained_with_the_mean_trace: trained == inv(MeanTrace)
refute trained_with_the_test_length: trained == inv(TestLength)
refute trained_with_one_example_less: trained == inv(OneLess)

note u*U + p*q' after Adam on fresh prompts
claim trained_on_fresh_prompts: fresh == inv(Gamma)
refute fresh_without_trace: fresh == inv(NoTrace)

observed negative_start[d,d]
observed rank_one_start[d,d]
observed dense_start[d,d]
at d = 2; N = 6; M = 12; sigma = 1/2; theta = [[3/5, 4/5]]; Lambda = [[1, 0], [0, 1]]
note from u = -sigma, U = sigma/sqrt(d)*I the flow runs into the saddle at 0
without a positive start of u
refute start_of_the_wrong_sign: negative_start == inv(Gamma)
at d = 2; N = 6; M = 12; sigma = 1/2; s = 2/5; theta = [[3/5, 4/5]]; p = [[1/5, 2/5]]; q = [[3/10, 1/5]]
  ; A = [[1/10, -3/10], [1/5, -2/5]]; Lambda = [[2, 1/2], [1/2, 1]]
note from u = 0, U = 0 the flow ends in a minimum of rank one
without p = q = 0 at the start
refute start_of_rank_one: rank_one_start == inv(Gamma)
without p = q = 0 at the start
refute start_without_zero_blocks: dense_start == inv(Gamma)
";

/// Local errors of 1e-10, an end within 1e-9 of the limit.
const PRECISE: FlowSettings =
    FlowSettings { tolerance: 1e-10, distance: 1e-9, evaluations: 1_000_000 };

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "flow",
            kind: EvidenceKind::Flow,
            description: "gradient flow of the exact population loss, all active weights",
            supplies: &["flow_matrix", "flow_scale"],
            supply: Supply::Value(flow),
        },
        Experiment {
            name: "regression",
            kind: EvidenceKind::Simulation,
            description: "least squares on 40,000 raw prompts",
            supplies: &["regression"],
            supply: Supply::Repetitions { prepare: regression, count: repetitions },
        },
        Experiment {
            name: "fixed_prompts",
            kind: EvidenceKind::Training,
            description: "gradient descent of the full network on 40,000 fixed prompts, and on halves and quarters of them",
            supplies: &["trained_product", "trained"],
            supply: Supply::Limit {
                source: BiasSource::FiniteSize,
                prepare: fixed_prompts,
                count: repetitions,
            },
        },
        Experiment {
            name: "fresh_prompts",
            kind: EvidenceKind::Training,
            description: "Adam on 64 fresh prompts a step, 1,000 steps and more of smaller size, the last third averaged",
            supplies: &["fresh"],
            supply: Supply::Limit {
                source: BiasSource::StepSize,
                prepare: fresh_prompts,
                count: repetitions,
            },
        },
        Experiment {
            name: "negative_start",
            kind: EvidenceKind::Flow,
            description: "the hypothesis u > 0 dropped: the flow at time 12",
            supplies: &["negative_start"],
            supply: Supply::Value(negative_start),
        },
        Experiment {
            name: "rank_one_start",
            kind: EvidenceKind::Flow,
            description: "the hypothesis p = q = 0 dropped, u = 0 and U = 0",
            supplies: &["rank_one_start"],
            supply: Supply::Value(rank_one_start),
        },
        Experiment {
            name: "dense_start",
            kind: EvidenceKind::Flow,
            description: "the hypothesis p = q = 0 dropped, all active weights in general position",
            supplies: &["dense_start"],
            supply: Supply::Value(dense_start),
        },
    ]
}

/// Student's quantile at an error share of 1e-8 is seven with so many.
fn repetitions(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 128,
        Effort::Standard => 256,
        Effort::Full => 2048,
    }
}

fn law(at: &Setting) -> Result<PromptLaw, ExperimentError> {
    Ok(PromptLaw::new(at.value("Lambda")?, at.size("N")?)?)
}

/// Assumption 3.3.
fn start(at: &Setting) -> Result<LinearAttention, ExperimentError> {
    Ok(LinearAttention::paper_start(at.number("sigma")?, at.value("theta")?)?)
}

fn population_loss(at: &Setting) -> Result<PopulationLoss, ExperimentError> {
    Ok(PopulationLoss::new(at.value("Lambda")?, at.size("N")?)?)
}

fn flow(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let start = start(at)?;
    let end = gradient_flow(&population_loss(at)?, &start.active_weights(), &PRECISE)?;
    let network = LinearAttention::from_active_weights(start.dimension(), &end.point)?;
    let scale = Mat::full(1, 1, network.output_scale());
    at.errors_of_flow(&end, 1.0);
    Ok(([("flow_matrix", network.key_query_block()), ("flow_scale", scale)].into(), 0.0))
}

fn regression(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let law = law(at)?;
    Ok(Box::new(move |random| {
        Ok([("regression", regressed_preconditioner(&law, 40_000, random)?)].into())
    }))
}

fn fixed_prompts(at: &Setting, random: &mut ChaCha8Rng) -> Result<LevelDraw, ExperimentError> {
    full_batch(
        at,
        law(at)?,
        start(at)?,
        40_000,
        random,
        &[
            ("trained_product", |trained| trained.scaled_block.clone()),
            ("trained", |trained| trained.preconditioner.clone()),
        ],
    )
}

fn fresh_prompts(at: &Setting, random: &mut ChaCha8Rng) -> Result<LevelDraw, ExperimentError> {
    let (law, start) = (law(at)?, start(at)?);
    let plan = Pilot::run(&law, &start, random)?.adam(1_000, 64);
    plan.sampling(&law).iter().for_each(|sampler| at.remark(sampler.description()));
    Ok(Box::new(move |random| {
        let levels = plan.train_levels::<LEVELS>(&law, &start, random)?;
        Ok(levels
            .map(|layers| [("fresh", mean_over(&layers, |one| one.preconditioner.clone()))].into()))
    }))
}

fn negative_start(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, sigma) = (at.size("d")?, at.number("sigma")?);
    let block = Mat::<f64>::identity(d, d) * (sigma / (d as f64).sqrt());
    let zero = vec![0.0; d];
    let start = LinearAttention::from_blocks(&zero, -sigma, &block, &zero)?;
    let loss = population_loss(at)?;
    let path = flow_trajectory(&loss, &start.active_weights(), &[12.0], &PRECISE)?;
    product("negative_start", d, &path.states[0], path.errors[0])
}

fn rank_one_start(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let d = at.size("d")?;
    let (p, q) = (at.vector("p")?, at.vector("q")?);
    let start = LinearAttention::from_blocks(&p, 0.0, &Mat::zeros(d, d), &q)?;
    let end = gradient_flow(&population_loss(at)?, &start.active_weights(), &PRECISE)?;
    product("rank_one_start", d, &end.point, end.error())
}

fn dense_start(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (p, q, scale) = (at.vector("p")?, at.vector("q")?, at.number("s")?);
    let start = LinearAttention::from_blocks(&p, scale, at.value("A")?, &q)?;
    let end = gradient_flow(&population_loss(at)?, &start.active_weights(), &PRECISE)?;
    product("dense_start", at.size("d")?, &end.point, end.error())
}

/// `B` of these weights: it moves by at most (|weights| + error) error.
fn product(
    letter: &'static str,
    dimension: usize,
    weights: &[f64],
    error: f64,
) -> Result<(Observed, f64), ExperimentError> {
    let length = length(weights);
    let network = LinearAttention::from_active_weights(dimension, weights)?;
    Ok(([(letter, network.effective_preconditioner())].into(), error * (length + error)))
}
