//! # Traces of powers of a Haar orthogonal matrix
//! Source: arXiv:2309.05858, Section 3
//! Claim:  $\mathbb{E} \operatorname{tr} W^k = [k \text{ even}]$, $\mathbb{E} (\operatorname{tr} W^k)^2 = k + [k \text{ even}]$ for $k \le d$, $d$ for odd $d \le k$, $d - 1 + 2 [k \text{ even}]$ for even $d \le k$: $W \sim \operatorname{Haar}(O(d))$
//! Where:  d, k -> d, k -> size, 1 x 1 -> dimension and power
//!         E tr W^k, E (tr W^k)^2 -> mean, square -> 1 x 1 -> exact averages
//!         the same -> sampled_square -> 1 x 1 -> average over sampled matrices
//! Needs:  the orthogonal group (unitary_group), powers up to the dimension (growth_beyond_the_dimension)
//! Expect: exact averages from the determinantal process of the eigenvalues; samples
//! Checked: d up to 7, k up to 9. Not seen: the formula for all d at once
//! Not to be confused with: the unitary group, where the second moment is min(k, d)

use super::samples;
use crate::prelude::*;

/// The moments behind the optimal step size; derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::haar_trace_moments",
    source: Source { arxiv: "2309.05858", statement: "Section 3" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory Traces of powers of a Haar orthogonal matrix
space d
positive k
observed mean
observed square
observed sampled_square

at d = 2, 3, 4; k = 2 | d = 4, 5, 7; k = 4 | d = 7; k = 6
claim mean_of_even_powers: mean == 1
claim square_of_even_powers: square == k + 1
refute unitary_group: square == k
refute mean_of_special_rotations: mean == 0
at d = 1, 2, 4; k = 1 | d = 3, 4, 5; k = 3 | d = 7; k = 5
refute mean_of_odd_powers_as_of_even_ones: mean == 1
claim square_of_odd_powers: square == k
refute square_of_odd_powers_as_of_even_ones: square == k + 1
at d = 3; k = 4, 7 | d = 5; k = 6, 9
claim high_powers_in_odd_dimension: square == d
refute growth_beyond_the_dimension: square == k
at d = 2; k = 4, 6 | d = 4; k = 6, 8
claim high_even_powers_in_even_dimension: square == d + 1
at d = 2; k = 3, 5 | d = 4; k = 5, 7
claim high_odd_powers_in_even_dimension: square == d - 1
refute high_powers_as_in_odd_dimension: square == d

at d = 3; k = 2
margin 4% because unitary matrices, the nearest slip, change these moments by a fifth and more
claim sampled_even_power: sampled_square == k + 1
refute sampled_unitary_group: sampled_square == k
at d = 4; k = 5
claim sampled_high_power: sampled_square == d - 1
refute sampled_growth: sampled_square == k
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "average",
            kind: EvidenceKind::Exact,
            description: "cumulants of the determinantal process of the eigenvalues",
            supplies: &["mean", "square"],
            supply: Supply::Value(average),
        },
        Experiment {
            name: "sample",
            kind: EvidenceKind::Simulation,
            description: "orthogonal factors of Gaussian matrices",
            supplies: &["sampled_square"],
            supply: Supply::Samples { prepare: sample, limit: samples },
        },
    ]
}

fn average(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, k) = (at.size("d")?, at.number("k")? as i64);
    let letters = [("mean", trace_moment(d, &[k])), ("square", trace_moment(d, &[k, k]))];
    // Integers.
    Ok((numbers(letters), 0.0))
}

fn sample(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, k) = (at.size("d")?, at.number("k")? as usize);
    Ok(Box::new(move |random| {
        let rotation = haar_orthogonal(d, random);
        let mut power = rotation.clone();
        for _ in 1..k {
            power = power * &rotation;
        }
        let trace: f64 = (0..d).map(|i| power[(i, i)]).sum();
        Ok(numbers([("sampled_square", trace * trace)]))
    }))
}
