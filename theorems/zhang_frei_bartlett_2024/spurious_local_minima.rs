//! # Off the paper's set of weights the population loss has minima that are not global
//! Source: arXiv:2306.09927, Theorem 4.1, without the zero blocks of Assumption 3.3
//! Claim:  $U_{11} = 0,\ u_{-1} = 0,\ u_{12} u_{21}' = v v'/(\gamma v'v)$, $\Lambda v = \lambda v$: critical, with the excess $\tfrac12\left[\operatorname{tr}(\Lambda^2 \Gamma^{-1}) - \lambda^2/\gamma\right]$
//! Where:  U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         u_12, u_21 -> p, q -> d x 1 -> the other weights that reach the prediction
//!         v, lambda -> v, l -> d x 1, 1 x 1 -> an eigenvector of Lambda and its eigenvalue, the largest for a minimum
//!         gamma -> gamma -> 1 x 1 -> the eigenvalue of Gamma that belongs to it
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  d >= 2, as at d = 1 the excess is zero; an eigenvector of Lambda (critical_with_the_eigenvalue_of_lambda); a short prompt where Lambda
//!         is isotropic (isotropic_and_longer): there it is a saddle from N = 6 on, but others remain
//! Expect: proof for all d, N that it is critical, of its loss, and that the flow never leaves U = 0, u = 0; exact
//!         Hessians; training
//! Checked: curvatures of the exact population loss off the orbit of rescalings; layers trained on raw prompts from
//!         U = 0, u = 0 and from dense starts. Not seen: how common such ends are for other scales of dense starts
//! Not to be confused with: the non-convexity of the loss, which alone does no harm

use super::population_loss;
use crate::prelude::*;

/// Assumption 3.3 dropped.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::spurious_local_minima",
    source: Source {
        arxiv: "2306.09927",
        statement: "Theorem 4.1, without the zero blocks of Assumption 3.3",
    },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::population_loss_closed_form",
        "zhang_frei_bartlett_2024::full_space_global_optimality",
        "zhang_frei_bartlett_2024::gradient_flow_equations",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory Minima that are not global
space d, N
positive l, sigma
vector theta[d]
vector v[d]
param u
param p[d]
param q[d]
param U[d,d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let yhat = p'*(S + xq*xq'/N)*U*xq + w'*S*(u*U + p*q')*xq + u*(w'*S*w)*(q'*xq)
let loss = E[(yhat - w'*xq)^2]/2
let on_the_set = subst(loss, U -> 0*U, u -> 0)
let least = tr(Lambda - Lambda^2*inv(Gamma))/2
let rank_one_loss = (tr(Lambda) - opnorm(Lambda)^2/opnorm(Gamma))/2
let rank_one_gap = rank_one_loss - least
let escape_of_the_blocks = tr(Lambda^4)^(1/2)
let escape_of_the_vectors = opnorm(Lambda)^2

note for every p and q: the flow never leaves U = 0, u = 0
claim matrix_rests: subst(grad(loss, U), U -> 0*U, u -> 0) == 0*U
claim scale_rests: subst(grad(loss, u), U -> 0*U, u -> 0) == 0
refute input_value_rests_too: subst(grad(loss, p), U -> 0*U, u -> 0) == 0*p
claim loss_on_the_set: on_the_set == tr(Gamma*Lambda*p*q'*Lambda*q*p')/2 - p'*Lambda^2*q + tr(Lambda)/2
refute loss_on_the_set_without_gamma: on_the_set == tr(Lambda^2*p*q'*Lambda*q*p')/2 - p'*Lambda^2*q + tr(Lambda)/2

observed rank_one_value
observed flat_directions
observed lowest_curvature
observed blocks_at_zero
observed vectors_at_zero
at d = 2; N = 6; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 3; N = 10; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
note v the eigenvector of the largest eigenvalue
claim value_at_rank_one: rank_one_value == rank_one_loss
claim above_the_minimum: rank_one_value >= least + 1/5
refute global_minimum: rank_one_value == least
claim one_flat_direction: flat_directions == 1
claim minimum_off_its_orbit: lowest_curvature >= 1/200
claim saddle_at_zero_in_the_blocks: blocks_at_zero == -escape_of_the_blocks
claim saddle_at_zero_in_the_vectors: vectors_at_zero == -escape_of_the_vectors
refute saddles_alike: vectors_at_zero == -escape_of_the_blocks
at d = 2; N = 1, 2, 4; Lambda = [[1, 0], [0, 1]]
claim isotropic_minimum_of_short_prompts: lowest_curvature >= 1/100
at d = 2; N = 6, 50; Lambda = [[1, 0], [0, 1]]
refute isotropic_and_longer: lowest_curvature >= 0

at
rule Lambda*v == l*v
let gamma = (1 + 1/N)*l + tr(Lambda)/N
note v is an eigenvector, q = v/(gamma v'v)
claim critical_in_the_input_value: subst(grad(loss, p), U -> 0*U, u -> 0, p -> v, q -> v/(gamma*v'*v)) == 0*p
claim critical_in_the_label_key: subst(grad(loss, q), U -> 0*U, u -> 0, p -> v, q -> v/(gamma*v'*v)) == 0*q
claim excess_at_rank_one: subst(on_the_set, p -> v, q -> v/(gamma*v'*v)) - least
   == (tr(Lambda^2*inv(Gamma)) - l^2/gamma)/2
refute critical_with_the_eigenvalue_of_lambda: subst(grad(loss, p), U -> 0*U, u -> 0, p -> v, q -> v/(l*v'*v)) == 0*p
refute excess_without_half: subst(on_the_set, p -> v, q -> v/(gamma*v'*v)) - least
   == tr(Lambda^2*inv(Gamma)) - l^2/gamma

observed trained_from_rank_one[d,d]
observed trained_from_the_paper_s_start[d,d]
observed trained_from_dense_starts
at d = 2; N = 6; l = 2; v = [[1, 0]]; Lambda = [[2, 0], [0, 1]]; sigma = 1/2; theta = [[3/5, 4/5]]
margin 12% because a minimum of rank one lacks a whole eigenvalue of Gamma^-1, and 1/l for 1/gamma is off by 42%
note u U + p q' after gradient descent on fixed raw prompts, from U = 0, u = 0, p and q in general position
claim trained_to_rank_one: trained_from_rank_one == v*v'/(gamma*v'*v)
refute trained_without_correction: trained_from_rank_one == v*v'/(l*v'*v)
refute trained_to_the_limit_of_the_paper: trained_from_rank_one == inv(Gamma)
note and from the start of the paper, on the same prompts
claim trained_to_the_global_minimum: trained_from_the_paper_s_start == inv(Gamma)
refute trained_from_the_paper_to_rank_one: trained_from_the_paper_s_start == v*v'/(gamma*v'*v)
note the population loss after training from active weights drawn from N(0, 0.09)
claim dense_starts_end_higher: trained_from_dense_starts >= least + 1/25
refute dense_starts_end_in_the_minimum: trained_from_dense_starts <= least + 1/100
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "curvatures",
            kind: EvidenceKind::Exact,
            description: "Hessians of the exact population loss, all active weights, by differences of its gradient",
            supplies: &[
                "rank_one_value",
                "flat_directions",
                "lowest_curvature",
                "blocks_at_zero",
                "vectors_at_zero",
            ],
            supply: Supply::Value(curvatures),
        },
        Experiment {
            name: "two_starts",
            kind: EvidenceKind::Training,
            description: "gradient descent of the full network on 8,000 fixed raw prompts, from both starts",
            supplies: &["trained_from_rank_one", "trained_from_the_paper_s_start"],
            supply: Supply::Repetitions { prepare: two_starts, count: repetitions },
        },
        Experiment {
            name: "dense_starts",
            kind: EvidenceKind::Training,
            description: "gradient descent of the full network on 8,000 fixed prompts, from random active weights; \
                          then its exact population loss",
            supplies: &["trained_from_dense_starts"],
            supply: Supply::Repetitions { prepare: dense_starts, count: repetitions },
        },
    ]
}

fn repetitions(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 256,
        Effort::Standard => 512,
        Effort::Full => 2048,
    }
}

fn eigenvalues(hessian: &Mat<f64>) -> Result<Vec<f64>, ExperimentError> {
    hessian.self_adjoint_eigenvalues(Side::Lower).map_err(|_| ExperimentError::Numerical {
        what: "no eigenvalues of the Hessian were found".to_owned(),
    })
}

fn curvatures(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, loss) = (at.size("d")?, population_loss(at)?);
    let covariance = at.value("Lambda")?;
    let eigen = covariance.self_adjoint_eigen(Side::Lower).map_err(|_| {
        ExperimentError::Numerical { what: "Lambda has no eigenvectors".to_owned() }
    })?;
    // The last eigenvalue is the largest one; p = q, up to a factor that the flow finds.
    let direction: Vec<f64> = (0..d).map(|i| eigen.U()[(i, d - 1)]).collect();
    let network = LinearAttention::from_blocks(&direction, 0.0, &Mat::zeros(d, d), &direction)?;
    let end = gradient_flow_on_the_set(&loss, &network)?;
    let curvatures = eigenvalues(&loss.hessian(&end))?;
    let largest = curvatures.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let is_flat = |value: &f64| value.abs() < 1e-6 * largest;
    let lowest = curvatures.iter().copied().find(|value| !is_flat(value)).unwrap_or_default();
    let at_zero = loss.hessian(&vec![0.0; loss.dimension()]);
    let is_vector = |place: usize| place < d || (place > d && place % (d + 1) == d);
    let block = |wanted: bool| {
        let places: Vec<usize> =
            (0..loss.dimension()).filter(|&place| is_vector(place) == wanted).collect();
        let count = places.len();
        eigenvalues(&Mat::from_fn(count, count, |i, j| at_zero[(places[i], places[j])]))
    };
    let scalar = |value: f64| Mat::full(1, 1, value);
    let observed = [
        ("rank_one_value", scalar(loss.value(&end))),
        (
            "flat_directions",
            scalar(curvatures.iter().filter(|value| is_flat(value)).count() as f64),
        ),
        ("lowest_curvature", scalar(lowest)),
        ("blocks_at_zero", scalar(block(false)?[0])),
        ("vectors_at_zero", scalar(block(true)?[0])),
    ];
    Ok((observed.into(), 1e-9 * largest))
}

/// Where descent ends that never leaves `U = 0, u = 0` (the gradient there has no other part).
fn gradient_flow_on_the_set(
    loss: &PopulationLoss,
    start: &LinearAttention,
) -> Result<Vec<f64>, ExperimentError> {
    let path = flow_trajectory(loss, &start.active_weights(), &[200.0], &super::precise())?;
    Ok(path.states[0].clone())
}

fn law(at: &Setting) -> Result<PromptLaw, ExperimentError> {
    super::fixed_law(at.value("Lambda")?, at)
}

fn paper_start(at: &Setting) -> Result<LinearAttention, ExperimentError> {
    Ok(LinearAttention::paper_start(at.number("sigma")?, at.value("theta")?)?)
}

fn two_starts(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (law, paper) = (law(at)?, paper_start(at)?);
    let d = law.dimension();
    let (p, q) = (vec![0.5; d], vec![0.3; d]);
    let on_the_set = LinearAttention::from_blocks(&p, 0.0, &Mat::zeros(d, d), &q)?;
    let plan = Pilot::run(&law, &paper, random)?.full_batch(8_000);
    Ok(Box::new(move |random| {
        let mut same = random.clone();
        let rank_one = plan.train(&law, &on_the_set, random)?.preconditioner;
        let limit = plan.train(&law, &paper, &mut same)?.preconditioner;
        Ok([("trained_from_rank_one", rank_one), ("trained_from_the_paper_s_start", limit)].into())
    }))
}

fn dense_starts(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (law, loss) = (law(at)?, population_loss(at)?);
    let plan = Pilot::run(&law, &paper_start(at)?, random)?.full_batch(8_000);
    Ok(Box::new(move |random| {
        let start: Vec<f64> = standard_normals(loss.dimension(), random);
        let start: Vec<f64> = start.into_iter().map(|entry| 0.3 * entry).collect();
        let start = LinearAttention::from_active_weights(law.dimension(), &start)?;
        let trained = plan.train(&law, &start, random)?.network;
        let value = loss.value(&trained.active_weights());
        Ok([("trained_from_dense_starts", Mat::full(1, 1, value))].into())
    }))
}
