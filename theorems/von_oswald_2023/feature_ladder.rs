//! # What one layer of linear self-attention can reach on sequences
//! Source: arXiv:2309.05858, Section 4
//! Claim:  $L_{14} \le L_8 \le L_{GD}$, $V_{ijk} = \sum_\tau s_{\tau-i} (s_{\tau-j}^{\top} s_{t-k})$, $Q_{ijk} = s_{t-k} \sum_\tau s_{\tau-i}^{\top} s_{\tau-j}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L_14, L_8, L_GD -> fourteen, eight, one -> 1 x 1 -> exact losses
//!         the zero predictor -> zero -> 1 x 1 -> its loss
//! Needs:  features beyond the gradient step (step_is_the_best_layer)
//! Expect: exact losses from normal equations
//! Checked: uniform and normal first states. Not seen: laws that rotations change, for which the
//!         uniform one is not certified to be served by these features alone
//! Not to be confused with: a bound on deeper networks

use super::FIRST;
use crate::prelude::*;

/// The bounds of a trained layer; derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::feature_ladder",
    source: Source { arxiv: "2309.05858", statement: "Section 4" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::optimal_step_with_noise"],
    figures: &[],
};

const CLAIMS: &str = "\
theory What one layer of linear self-attention can reach on sequences
space d, N
positive sigma
observed zero
observed one
observed eight
observed fourteen
at d = 2; N = 4; sigma = 0.1 | d = 3; N = 6; sigma = 0.01 | d = 4; N = 8; sigma = 0.3
claim step_beats_zero: one <= zero
claim eight_beat_the_step: eight <= one
claim fourteen_beat_eight: fourteen <= eight
refute step_is_the_best_layer: eight >= one
refute values_are_enough: fourteen >= eight

note the values of the setting d = 4, N = 16, sigma = 0.01
at d = 4; N = 16; sigma = 0.01
claim step_from_below: one >= 0.359755
claim step_from_above: one <= 0.359765
claim eight_from_below: eight >= 0.342275
claim eight_from_above: eight <= 0.342285
claim fourteen_from_below: fourteen >= 0.295685
claim fourteen_from_above: fourteen <= 0.295695
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "normal_equations",
        kind: EvidenceKind::Exact,
        description: "moments of the features over the Haar measure and the noise, s_1 uniform on (-1, 1)^d",
        supplies: &["zero", "one", "eight", "fourteen"],
        supply: Supply::Value(ladder),
    }]
}

fn ladder(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (count, noise) = (at.size("N")?, at.number("sigma")?);
    let first = FIRST;
    let mut moments = StateMoments::new(at.size("d")?, &first, noise);
    let ladder = feature_ladder(&mut moments, count);
    let zero = gradient_step(&mut moments, count).loss(0.0);
    let letters = [
        ("zero", zero),
        ("one", ladder.one),
        ("eight", ladder.eight),
        ("fourteen", ladder.fourteen),
    ];
    Ok((numbers(letters), 1e-9))
}
