//! # The optimal size of one gradient step, without noise
//! Source: arXiv:2309.05858, Section 4
//! Claim:  $\eta^* = \frac{\sum_t n_t}{\sum_t d_t}$, $n_t = m_4 \sum_{k<t} \alpha_k$, $d_t = m_6 \left[\sum_{k<t} \alpha_k + 2 \sum_{b<k<t} \beta_{k-b,b}\right]$
//! Where:  d, N -> d, N -> sizes -> dimension and number of predictions
//!         m_2, m_4, m_6 -> m2, m4, m6 -> 1 x 1 -> moments of |s_1| for s_1 uniform on (-1, 1)^d
//!         sum n_t, sum d_t -> linear, quadratic -> 1 x 1 -> exact averages
//!         the same -> sampled_linear, sampled_quadratic -> 1 x 1 -> averages over sequences
//!         eta* and its loss -> rate, loss -> 1 x 1 -> from the exact averages
//! Needs:  powers of one transition (steps_of_independent_rotations), the law of s_1
//!         (moments_of_a_fixed_length)
//! Expect: closed forms for N = 2, 3 at all d listed, exactly and by samples
//! Checked: d from 2 to 6. Not seen: noise in the states
//! Not to be confused with: the line search of the paper, which has noise of 0.01

use super::FIRST;
use crate::prelude::*;

/// The learning rate that the paper finds by a line search; derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::optimal_step_noise_free",
    source: Source { arxiv: "2309.05858", statement: "Section 4" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::haar_second_moment", "von_oswald_2023::haar_third_moment"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The optimal size of one gradient step, without noise
space d, N
let m2 = d/3
let m4 = d/5 + d*(d - 1)/9
let m6 = d/7 + d*(d - 1)/5 + d*(d - 1)*(d - 2)/27
let alpha1 = 1/d
let alpha2 = (d + 4)/(d*(d + 2))
let beta11 = 3/(d*(d + 2))
observed rate
observed loss
observed linear
observed quadratic
observed sampled_linear
observed sampled_quadratic
margin 4% because independent rotations, the nearest slip, change the sums by a tenth

at d = 2, 3, 5; N = 2
claim rate_of_two_predictions: rate == m4/m6
refute moments_of_a_fixed_length: rate == 1/m2
at d = 2, 3, 4, 6; N = 3
claim linear_sum: linear == m4*(2*alpha1 + alpha2)
claim quadratic_sum: quadratic == m6*(2*alpha1 + alpha2 + 2*beta11)
claim rate_of_three_predictions: rate == m4/m6*(3*d + 8)/(3*d + 14)
claim loss_of_the_best_rate: loss == m2/2 - linear^2/(2*N*quadratic)
refute rate_without_cross_terms: rate == m4/m6
refute steps_of_independent_rotations: linear == m4*3*alpha1
refute quadratic_sum_without_cross_terms: quadratic == m6*(2*alpha1 + alpha2)
refute loss_without_the_half: loss == m2/2 - linear^2/(N*quadratic)

at d = 4; N = 3
claim sampled_linear_sum: sampled_linear == m4*(2*alpha1 + alpha2)
claim sampled_quadratic_sum: sampled_quadratic == m6*(2*alpha1 + alpha2 + 2*beta11)
refute sampled_independent_rotations: sampled_linear == m4*3*alpha1
refute sampled_without_cross_terms: sampled_quadratic == m6*(2*alpha1 + alpha2)
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "average",
            kind: EvidenceKind::Exact,
            description: "sums over pairings with Weingarten weights",
            supplies: &["rate", "loss", "linear", "quadratic"],
            supply: Supply::Value(average),
        },
        Experiment {
            name: "sequences",
            kind: EvidenceKind::Simulation,
            description: "sequences without noise",
            supplies: &["sampled_linear", "sampled_quadratic"],
            supply: Supply::Samples { prepare: sequences, limit: samples },
        },
    ]
}

fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 1_600_000,
        Effort::Standard => 4_000_000,
        Effort::Full => 40_000_000,
    }
}

fn average(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let mut moments = StateMoments::new(at.size("d")?, &FIRST, 0.0);
    let step = gradient_step(&mut moments, at.size("N")?);
    let rate = step.optimal_rate();
    let letters = [
        ("rate", rate),
        ("loss", step.loss(rate)),
        ("linear", step.linear.iter().sum()),
        ("quadratic", step.quadratic.iter().sum()),
    ];
    Ok((numbers(letters), 1e-10))
}

fn sequences(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (law, length) = (Dynamics::orthogonal(at.size("d")?, FIRST, 0.0), at.size("N")? + 1);
    let step = Learner::GradientSteps { rate: 1.0, steps: 1, ridge: 0.0 };
    Ok(Box::new(move |random| {
        let states = law.draw(length, random).states;
        let update = step.predictions(states.subcols(0, length - 1));
        let next = states.subcols(1, length - 1);
        let inner = |t: usize| next.col(t).transpose() * update.col(t);
        let linear: f64 = (0..length - 1).map(inner).sum();
        let quadratic = update.squared_norm_l2();
        let letters = [("sampled_linear", linear), ("sampled_quadratic", quadratic)];
        Ok(numbers(letters))
    }))
}
