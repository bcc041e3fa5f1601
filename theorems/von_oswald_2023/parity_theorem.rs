//! # An initial prediction is worth nothing: half of the features have the coefficient zero
//! Source: arXiv:2309.05858, Section 4
//! Claim:  $\mathbb{E}\, s_{t+1}^{\top} V_{ijk} = 0$ for even $i + j + k$
//! Where:  W -> W -> d x d -> the transition
//!         the sign of W -> g -> 1 x 1 -> any symmetric number
//!         s_1 -> s1 -> d x 1 -> the first state
//!         V_110, V_010 at t = 2 -> V110_at_2, V010_at_2 -> d x 1 -> cubic features, and so on
//! Needs:  a symmetric law of the transition (features_of_a_positive_transition)
//! Expect: proof for t = 2, 3 and all d, W, s_1; the coefficients exactly up to N = 8
//! Checked: features without noise by proof, with noise exactly. Not seen: other laws of W
//! Not to be confused with: the odd features, whose coefficients are not zero

use crate::prelude::*;

/// Why learning Phi_0 does not help; derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::parity_theorem",
    source: Source { arxiv: "2309.05858", statement: "Section 4" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::feature_ladder"],
    figures: &[],
};

const CLAIMS: &str = "\
theory An initial prediction is worth nothing
space d, N
positive sigma
matrix W[d,d]
vector s1[d]
gaussian g[1] ~ I
let s2 = g*W*s1
let s3 = g^2*W^2*s1
let s4 = g^3*W^3*s1
let V110_at_2 = s1*(s1'*s2)
let V000_at_2 = s1*(s1'*s2) + s2*(s2'*s2)
let V101_at_2 = s1*(s2'*s1)
let V010_at_2 = s2*(s1'*s2)
let V110_at_3 = s1*(s1'*s3) + s2*(s2'*s3)
let V010_at_3 = s2*(s1'*s3) + s3*(s2'*s3)
let Q000_at_3 = s3*(s1'*s1 + s2'*s2 + s3'*s3)

note g is symmetric, as the sign of a Haar matrix
claim initial_prediction_at_2: E[s3'*V110_at_2] == 0
claim current_pair_at_2: E[s3'*V000_at_2] == 0
claim older_query_at_2: E[s3'*V101_at_2] == 0
claim initial_prediction_at_3: E[s4'*V110_at_3] == 0
claim energy_at_3: E[s4'*Q000_at_3] == 0
claim odd_and_even_at_3: E[V010_at_3'*V110_at_3] == 0
refute gradient_step_at_2: E[s3'*V010_at_2] == 0
refute gradient_step_at_3: E[s4'*V010_at_3] == 0
note g^2 in place of g is a law that is not symmetric
refute features_of_a_positive_transition: E[g^4*s1'*W'^2*s1*(s1'*(g^2*W*s1))] == 0

observed even
observed odd
observed gain
at d = 2; N = 4; sigma = 0.1 | d = 3; N = 8; sigma = 0.01
note the largest coefficient of an even and of an odd feature, and what V_110 adds to V_010
claim even_coefficients: even <= 0.00000000001
claim odd_coefficients: odd >= 0.01
claim initial_prediction_gains_nothing: gain <= 0.00000000001
refute initial_prediction_gains: gain >= 0.0001
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "normal_equations",
        kind: EvidenceKind::Exact,
        description: "moments of the features over the Haar measure and the noise, s_1 normal",
        supplies: &["even", "odd", "gain"],
        supply: Supply::Value(coefficients),
    }]
}

fn coefficients(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (count, noise) = (at.size("N")?, at.number("sigma")?);
    let first = FirstState::Gaussian { variance: 1.0 };
    let mut moments = StateMoments::new(at.size("d")?, &first, noise);
    let ladder = feature_ladder(&mut moments, count);
    let largest = |even: bool| {
        let all = Feature::all().into_iter().zip(&ladder.coefficients);
        let chosen = all.filter(|(feature, _)| feature.is_even() == even);
        chosen.map(|(_, value)| value.abs()).fold(0.0, f64::max)
    };
    let step_and_initial = [[0, 1, 0], [1, 1, 0]].map(Feature::Value);
    let gain = ladder.one - best_combination(&mut moments, count, &step_and_initial).loss;
    Ok((numbers([("even", largest(true)), ("odd", largest(false)), ("gain", gain)]), 1e-12))
}
