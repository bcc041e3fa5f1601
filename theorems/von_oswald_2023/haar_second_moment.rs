//! # How far a power of a Haar matrix turns a direction
//! Source: arXiv:2309.05858, Section 3
//! Claim:  $\alpha_k = \mathbb{E} (u' W^k u)^2 = \frac{q_k + d + 1}{d (d+2)}$, $q_k = \mathbb{E}(\operatorname{tr} W^k)^2$, $|u| = 1$
//! Where:  d, k -> d, k -> size, 1 x 1 -> dimension and power
//!         alpha_k, q_k -> alpha, q -> 1 x 1 -> exact averages
//!         the same -> sampled_alpha -> 1 x 1 -> average over sampled matrices
//! Needs:  powers of one matrix (independent_directions)
//! Expect: exact averages by two routes; samples
//! Checked: d up to 6, k up to 9. Not seen: the formula for all d at once
//! Not to be confused with: 1/d, which holds for k = 1 alone

use super::samples;
use crate::prelude::*;

/// The second moment behind the optimal step size; derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::haar_second_moment",
    source: Source { arxiv: "2309.05858", statement: "Section 3" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::haar_trace_moments"],
    figures: &[],
};

const CLAIMS: &str = "\
theory How far a power of a Haar matrix turns a direction
space d
positive k
observed alpha
observed q
observed sampled_alpha
margin 4% because independent directions, the nearest slip, change the moment by half

at d = 1, 2, 3, 5; k = 1
claim first_power: alpha == 1/d
refute first_power_of_a_fixed_matrix: alpha == 2/(d*(d + 2))
at d = 2, 3, 5; k = 2
claim second_power: alpha == (d + 4)/(d*(d + 2))
refute independent_directions: alpha == 1/d
at d = 2, 3, 4, 6; k = 3, 9
claim any_power: alpha == (q + d + 1)/(d*(d + 2))
refute mean_trace_for_its_square: alpha == (1 + d + 1)/(d*(d + 2))

at d = 3; k = 2
claim sampled_second_power: sampled_alpha == (d + 4)/(d*(d + 2))
refute sampled_independent_directions: sampled_alpha == 1/d
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "average",
            kind: EvidenceKind::Exact,
            description: "a sum over pairings with Weingarten weights, and the trace moment apart",
            supplies: &["alpha", "q"],
            supply: Supply::Value(average),
        },
        Experiment {
            name: "sample",
            kind: EvidenceKind::Simulation,
            description: "orthogonal factors of Gaussian matrices",
            supplies: &["sampled_alpha"],
            supply: Supply::Samples { prepare: sample, limit: samples },
        },
    ]
}

fn average(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, k) = (at.size("d")?, at.number("k")? as usize);
    let mut moments = StateMoments::new(d, &FirstState::Gaussian { variance: 1.0 }, 0.0);
    let alpha = moments.mean(&[(1, k + 1), (1, k + 1)]) / moments.radial()[2];
    let q = trace_moment(d, &[k as i64, k as i64]);
    Ok((numbers([("alpha", alpha), ("q", q)]), 1e-11))
}

fn sample(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, k) = (at.size("d")?, at.number("k")? as usize);
    Ok(Box::new(move |random| {
        let rotation = haar_orthogonal(d, random);
        let mut turned = rotation.subcols(0, 1).to_owned();
        for _ in 1..k {
            turned = &rotation * turned;
        }
        Ok(numbers([("sampled_alpha", turned[(0, 0)].powi(2))]))
    }))
}
