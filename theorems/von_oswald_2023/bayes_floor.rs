//! # No causal predictor of a rotated sequence is below a floor
//! Source: arXiv:2309.05858, Section 4
//! Claim:  $l_t = \tfrac12 \mathbb{E}|s_1|^2 \left(1 - \tfrac{t-1}{d}\right)_+$; the mean over $t = 1, \ldots, N$ is $\mathbb{E}|s_1|^2 \tfrac{d+1}{4N}$ for $N \ge d$
//! Where:  d, N, t -> d, N, t -> sizes, 1 x 1 -> dimension, predictions, token
//!         l_t of least squares -> squares -> 1 x 1 -> average over sequences, s_1 uniform on (-1, 1)^d
//!         the mean of l_t -> average -> 1 x 1 -> from the closed form
//! Needs:  causality (leaking_predictor), the newest pair (newest_pair_left_out)
//! Expect: the telescoping product by proof; least squares attains the floor in samples
//! Checked: least squares of minimal norm, which knows all that can be known. Not seen: noise,
//!         which only raises the floor
//! Not to be confused with: (1 - t/d), which forgets that s_t has no successor yet

use super::{FIRST, mean_floor};
use crate::prelude::*;

/// The floor of every predictor; derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::bayes_floor",
    source: Source { arxiv: "2309.05858", statement: "Section 4" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory No causal predictor of a rotated sequence is below a floor
space d, N
positive t
let half_energy = d/6
note what is left of a random direction after its parts along one, two, three known ones
at d = 4, 5; N = 1
claim after_one: 1 - 1/d == (d - 1)/d
claim after_two: (1 - 1/d)*(1 - 1/(d - 1)) == (d - 2)/d
claim after_three: (1 - 1/d)*(1 - 1/(d - 1))*(1 - 1/(d - 2)) == (d - 3)/d
refute after_two_independent_ones: (1 - 1/d)^2 == (d - 2)/d

observed average
at d = 2; N = 4 | d = 4; N = 16 | d = 10; N = 50
claim average_of_the_floor: average == d/3*(d + 1)/(4*N)
refute average_without_the_newest_pair: average == d/3*(d + 3)/(4*N)

observed squares
observed lagged
observed leaking
margin 3% because the nearest slip, one pair more or less, changes the loss by a third and more
at d = 3; N = 3; t = 2, 3 | d = 4; N = 4; t = 2
claim least_squares_attains_it: squares == half_energy*(1 - (t - 1)/d)
refute one_pair_more: squares == half_energy*(1 - t/d)
refute newest_pair_left_out: lagged == half_energy*(1 - (t - 1)/d)
note leaking has seen the answer
claim causal_predictors_stay_above: lagged >= half_energy*(1 - (t - 1)/d)
refute leaking_predictor: leaking >= half_energy*(1 - (t - 1)/d)
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "closed_form",
            kind: EvidenceKind::Exact,
            description: "the mean of the floor over the tokens",
            supplies: &["average"],
            supply: Supply::Value(closed_form),
        },
        Experiment {
            name: "least_squares",
            kind: EvidenceKind::Simulation,
            description: "least squares of minimal norm at token t, with and without the newest pair, and with the answer",
            supplies: &["squares", "lagged", "leaking"],
            supply: Supply::Samples { prepare: least_squares, limit: samples },
        },
    ]
}

fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 800_000,
        Effort::Standard => 2_000_000,
        Effort::Full => 20_000_000,
    }
}

fn closed_form(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, count) = (at.size("d")?, at.size("N")?);
    Ok((numbers([("average", mean_floor(d, count))]), 1e-12))
}

fn least_squares(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, t) = (at.size("d")?, at.number("t")? as usize);
    let law = Dynamics::orthogonal(d, FIRST, 0.0);
    Ok(Box::new(move |random| {
        let states = law.draw(t + 1, random).states;
        let loss = |learner: Learner, seen: usize| {
            let error = learner.next(states.subcols(0, seen)) - states.col(seen);
            error.squared_norm_l2() / 2.0
        };
        let squares = |lagged| Learner::LeastSquares { ridge: 0.0, lagged };
        // The regression that has the answer among its pairs, read at the state before it.
        let with_answer = {
            let (past, next) = (states.subcols(0, t), states.subcols(1, t));
            let map = next * past.thin_svd().expect("finite entries").pseudoinverse();
            (map * states.col(t - 1) - states.col(t)).squared_norm_l2() / 2.0
        };
        let letters = [
            ("squares", loss(squares(false), t)),
            ("lagged", loss(squares(true), t)),
            ("leaking", with_answer),
        ];
        Ok(numbers(letters))
    }))
}
