//! # With a random covariance the flow converges to one matrix, which sees it through three moments
//! Source: arXiv:2306.09927, Theorem 4.5, eqs. (4.11), (4.12)
//! Claim:  $u_{-1} U_{11} \to B = (\mathbb{E}\,\Gamma_\tau\Lambda_\tau^2)^{-1} \mathbb{E}\Lambda_\tau^2$, $W^{KQ}_* = \|B\|_F^{-1/2} \begin{bmatrix} B & 0 \\ 0 & 0 \end{bmatrix}$, $W^{PV}_* = \|B\|_F^{1/2} \begin{bmatrix} 0 & 0 \\ 0 & 1 \end{bmatrix}$
//! Where:  E lambda^k -> M1, M2, M3 -> d x d -> diagonal matrices of the first three moments of the entries of Lambda_tau
//!         E Gamma_tau Lambda_tau^2 -> gamma -> d x d -> diagonal matrix of the gamma_i
//!         E Lambda_tau^2 -> xi -> d x d -> diagonal matrix of the xi_i
//!         B -> B -> d x d -> limit of the product
//!         Theta Theta', sigma -> T, sigma -> d x d, 1 x 1 -> the start: U = sigma T, u = sigma, |T|_F = 1
//!         E L^2, E L^3, E tr(L) L^2 -> L2, L3, TL2 -> d x d -> joint moments, of dependent entries too
//!         N, M -> N, M -> sizes -> examples in a training and in a test prompt
//! Needs:  diagonal covariances, which another theorem drops, three moments of their entries; independence
//!         only to compute the joint moments; not the condition 4.11 on sigma, which is for the explicit rate
//! Expect: proof for all d, N that B is stationary; the limit by flow, regression and training
//! Checked: the flow of the exact mean loss; regression on raw prompts and layers trained on them, every prompt with a
//!         covariance of its own with exponential entries of different means. Printed in (C.15): the limit of u is
//!         (sum xi_i/gamma_i)^(1/4); (C.17) gives (sum xi_i^2/gamma_i^2)^(1/4), which is the claim. Printed after
//!         (C.11): E tr(L^2 TT') = |(E L) Theta|_F^2; it is at least that. Not seen: entries without third moments
//! Not to be confused with: the limit at the mean covariance, whose entries are about twice as large

use super::{
    averaged_loss, balanced_start, exponential_law, full_batch, law_of_the_moments,
    loss_over_covariances, precise, scalar,
};
use crate::prelude::*;

/// Theorem 4.5.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::random_covariance_limit",
    source: Source { arxiv: "2306.09927", statement: "Theorem 4.5, eqs. (4.11), (4.12)" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::random_covariance_dynamics",
        "zhang_frei_bartlett_2024::gradient_flow_limit",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The limit of the gradient flow with a random covariance
space d, N, M
positive sigma, g, b
scalar y
matrix T[d,d] sym
matrix R[d,d] pd
matrix V[d,d] pd
matrix L2[d,d] pd
matrix L3[d,d] pd
matrix TL2[d,d] pd
matrix M1[d,d] pd
matrix M2[d,d] pd
matrix M3[d,d] pd

source arXiv:2306.09927, Theorem 4.5
let joint = (1 + 1/N)*L3 + TL2/N
let from_joint_moments = inv(joint)*L2
note stationary, for dependent entries too: E[Gamma L] B L has the diagonal of E[Gamma L^2] B
claim stationary: joint*from_joint_moments == L2
refute stationary_without_the_trace: ((1 + 1/N)*L3)*from_joint_moments == L2
let coordinate = g*y^2/2 - b*y
claim minimiser_of_a_coordinate: minimizer(coordinate, y) == b/g
claim minimum_of_a_coordinate: minimum(coordinate, y) == -b^2/(2*g)
refute minimiser_upside_down: minimizer(coordinate, y) == g/b

source arXiv:2306.09927, after eq. (C.11)
note with E[L^2] = E[L]^2 + V, V the variances, and R for Theta Theta'
claim second_moment_of_the_start: tr((M1^2 + V)*R) >= tr(M1^2*R)
note the equation after (C.11) as printed
refute printed_second_moment_of_the_start: tr((M1^2 + V)*R) == tr(M1^2*R)

source arXiv:2306.09927, eq. (4.12)
let gamma = (1 + 2/N)*M3 + (tr(M1)*M2 - M1*M2)/N
let xi = M2
let B = inv(gamma)*xi
let scale = sqrt(sqrt(tr(B^2)))
let printed_scale = sqrt(sqrt(tr(B)))
let block = B/scale
let least = tr(M1)/2 - tr(xi*B)/2
let test_risk = tr(M3*B^2) - 2*tr(M2*B) + tr(M1) + (tr((M3 + tr(M1)*M2 - M1*M2)*B^2) + tr(M3*B^2))/M
let long_prompt_factor = M2*inv(M3)*M1
let drift_only = inv((1 + 1/N)*M2 + tr(M1)/N*M1)*M1
let mean_covariance = inv((1 + 1/N)*M1^3 + tr(M1)/N*M1^2)*M1^2
let gamma_at_the_mean = inv((1 + 1/N)*M1*M2 + tr(M1)/N*M2)*M2
let trace_apart = inv((1 + 1/N)*M3 + (tr(M1)*M2 - M1*M2)/N)*M2

observed flow_matrix[d,d]
observed flow_scale
observed flow_loss
observed flow_risk
at d = 2; N = 8; M = 12; sigma = 1/4; T = [[9/25, 12/25], [12/25, 16/25]]
    ; M1 = [[1, 0], [0, 1/2]]; M2 = [[2, 0], [0, 1/2]]; M3 = [[6, 0], [0, 3/4]]
  | d = 4; N = 9; M = 11; sigma = 1/5; T = [[1/2, 0, 0, 0], [0, 1/2, 0, 0], [0, 0, 1/2, 0], [0, 0, 0, 1/2]]
    ; M1 = [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 7/3]]
    ; M2 = [[1, 0, 0, 0], [0, 8, 0, 0], [0, 0, 4/3, 0], [0, 0, 0, 19/3]]
    ; M3 = [[1, 0, 0, 0], [0, 48, 0, 0], [0, 0, 20/9, 0], [0, 0, 0, 55/3]]
note entries of exponential law, then of constant, exponential, gamma and two-point law
claim limit_of_the_product: flow_scale*flow_matrix == B
claim limit_of_the_scale: flow_scale == scale
claim limit_of_the_matrix: flow_matrix == block
claim least_loss: flow_loss == least
note the squared error of the layer at the limit on prompts of M examples, with a new covariance each
claim risk_at_a_new_covariance: flow_risk == test_risk
note eq. (C.15) as printed: the sum of xi_i/gamma_i in place of their squares
refute printed_scale_in_c15: flow_scale == printed_scale
refute product_of_first_moments: flow_scale*flow_matrix == drift_only
refute product_at_the_mean_covariance: flow_scale*flow_matrix == mean_covariance
refute product_with_gamma_at_the_mean: flow_scale*flow_matrix == gamma_at_the_mean
refute product_with_the_trace_apart: flow_scale*flow_matrix == trace_apart
refute product_of_long_prompts: flow_scale*flow_matrix == inv(M3)*M2
refute risk_of_long_prompts: flow_risk == tr(M3*B^2) - 2*tr(M2*B) + tr(M1)
refute risk_at_the_length_of_training: flow_risk == subst(test_risk, M -> N)
refute risk_as_the_loss: flow_risk == test_risk/2
refute risk_with_the_trace_apart: flow_risk == tr(M3*B^2) - 2*tr(M2*B) + tr(M1)
   + (tr(M1)*tr(M2*B^2) + tr(M3*B^2))/M

observed regression[d,d]
observed trained[d,d]
at d = 2; N = 8; M = 12; sigma = 1/4; T = [[9/25, 12/25], [12/25, 16/25]]
    ; M1 = [[1, 0], [0, 1/2]]; M2 = [[2, 0], [0, 1/2]]; M3 = [[6, 0], [0, 3/4]]
margin 12% because products of eight Gaussian and four exponential variables have very heavy tails; first
   moments or the mean covariance change B by half and more, and the nearer slips are told by the flow
note raw prompts, each with its own covariance of exponential entries
claim regressed: regression == B
refute regressed_on_first_moments: regression == drift_only
refute regressed_at_the_mean_covariance: regression == mean_covariance
claim trained_to_the_limit: trained == B
refute trained_on_first_moments: trained == drift_only
refute trained_at_the_mean_covariance: trained == mean_covariance
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "flow",
            kind: EvidenceKind::Flow,
            description: "gradient flow of the exact population loss averaged over the covariance; twice that of prompts \
                          of M examples at its end",
            supplies: &["flow_matrix", "flow_scale", "flow_loss", "flow_risk"],
            supply: Supply::Value(flow),
        },
        Experiment {
            name: "regression",
            kind: EvidenceKind::Simulation,
            description: "least squares on 16,000 raw prompts",
            supplies: &["regression"],
            supply: Supply::Repetitions { prepare: regression, count: repetitions },
        },
        Experiment {
            name: "fixed_prompts",
            kind: EvidenceKind::Training,
            description: "gradient descent of the full network on 64,000 fixed raw prompts, and on halves and quarters of them",
            supplies: &["trained"],
            supply: Supply::Limit {
                source: BiasSource::FiniteSize,
                prepare: fixed_prompts,
                count: repetitions,
            },
        },
    ]
}

fn repetitions(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 160,
        Effort::Standard => 512,
        Effort::Full => 2048,
    }
}

fn flow(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (loss, start) = (averaged_loss(at)?, balanced_start(at)?);
    let end = gradient_flow(&loss, &start.active_weights(), &precise())?;
    let network = LinearAttention::from_active_weights(start.dimension(), &end.point)?;
    let at_test = law_of_the_moments(at)?.with_context_length(at.size("M")?)?;
    let at_test = loss_over_covariances(&at_test)?;
    let observed = [
        ("flow_matrix", network.key_query_block()),
        ("flow_scale", scalar(network.output_scale())),
        ("flow_loss", scalar(loss.value(&end.point))),
        ("flow_risk", scalar(2.0 * at_test.value(&end.point))),
    ];
    Ok((observed.into(), end.error()))
}

fn regression(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let law = exponential_law(at)?;
    Ok(Box::new(move |random| {
        Ok([("regression", regressed_preconditioner(&law, 16_000, random)?)].into())
    }))
}

fn fixed_prompts(at: &Setting, random: &mut ChaCha8Rng) -> Result<LevelDraw, ExperimentError> {
    full_batch(
        at,
        exponential_law(at)?,
        balanced_start(at)?,
        64_000,
        random,
        &[("trained", |trained| trained.preconditioner.clone())],
    )
}
