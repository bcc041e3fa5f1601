//! # The products of the weights of a trained layer are blocks that multiply the identity
//! Source: arXiv:2309.05858, Proposition 1, Section 4
//! Claim:  $P W_v = \begin{bmatrix} 0 & \eta I & 0 \\ 0 & 0 & 0 \\ 0 & 0 & 0 \end{bmatrix}$, $W_k^{\top} W_q = \begin{bmatrix} 0 & 0 & 0 \\ 0 & 0 & \rho I \\ 0 & I & 0 \end{bmatrix}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         P W_v -> PV -> m x m -> of a trained layer, m = 3d, times the mean of the block that is I on the right
//!         W_k' W_q -> KQ -> m x m -> of the same layer, divided by that mean
//!         P W_v, W_k' W_q of Proposition 1 -> PV_1, KQ_1 -> m x m -> with Phi_0 = 0 and rate 1
//!         eta -> eta, eta_best -> 1 x 1 -> coefficient of V_010, the gradient step, where V_001 is there too
//!         rho -> rho, rho_best -> 1 x 1 -> coefficient of V_001 over that of V_010
//!         the best rate of the gradient step alone -> eta_alone, eta_best_alone -> 1 x 1 -> exact
//!         |M - C(M)|/|M| -> value_rest, key_query_rest -> 1 x 1 -> what is no multiple of the identity in a product
//!         |M - prediction|/|prediction| -> value_apart, key_query_apart -> 1 x 1 -> of each network by itself
//! Needs:  training (untrained_blocks), one head (blocks_of_two_heads)
//! Expect: networks with their own start and sequences; coefficients from normal equations
//! Checked: one head, tokens (0, s_t, s_{t-1}), Adam on fresh sequences; means over networks, and the distance of
//!         each network by itself. Not seen: longer contexts (N = 16 at d = 4), where the values of s_{t-1} and
//!         the keys and queries from s_t leave zero together, and networks differ
//! Not to be confused with: Proposition 1, whose layer lacks the block rho I; the two heads of the authors'
//!         layers, the second of which need not have blocks

use super::{FIRST, task};
use crate::prelude::*;

/// The products as they are drawn for trained layers; the block of `rho` is derived, not in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::weight_blocks",
    source: Source { arxiv: "2309.05858", statement: "Proposition 1, Section 4" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::one_layer_gradient_step", "von_oswald_2023::feature_ladder"],
    figures: &[
        Figure::Matrix {
            title: "P W_v, mean of trained layers",
            line: "trained_value",
            block: Some("d"),
        },
        Figure::Matrix {
            title: "W_k' W_q, mean of trained layers",
            line: "trained_key_query",
            block: Some("d"),
        },
    ],
};

const CLAIMS: &str = "\
theory The products of the weights of a trained layer are blocks that multiply the identity
space d, N, m
positive sigma
observed PV[m,m]
observed KQ[m,m]
observed PV_1[m,m]
observed KQ_1[m,m]
observed eta
observed rho
observed eta_alone
observed value_rest
observed key_query_rest
observed value_apart
observed key_query_apart
observed untrained_rest
observed two_heads_rest
at d = 4; N = 6; m = 12; sigma = 0.01
margin 0.035 absolute because the best rate of the step alone is 0.085 off, and finite training leaves 0.007
claim trained_value: PV == eta*PV_1
refute value_of_the_step_alone: PV == eta_alone*PV_1
refute value_of_the_wrong_sign: PV == -eta*PV_1
refute value_of_the_older_state: PV == eta*PV_1*KQ_1'
margin 0.1 absolute because the block that Proposition 1 lacks is 0.29, and finite training leaves 0.02
claim trained_key_query: KQ == KQ_1 + rho*KQ_1'
note Proposition 1 alone
refute key_query_of_the_step: KQ == KQ_1
refute key_query_of_the_wrong_sign: KQ == KQ_1 - rho*KQ_1'
refute keys_and_queries_exchanged: KQ == KQ_1' + rho*KQ_1
margin
note each network by itself: means of ratios of Frobenius norms
claim value_blocks: value_rest <= 5/100
claim key_query_blocks: key_query_rest <= 6/100
claim value_of_each_network: value_apart <= 10/100
claim key_query_of_each_network: key_query_apart <= 10/100
without training
refute untrained_blocks: untrained_rest <= 5/100
without one head
refute blocks_of_two_heads: two_heads_rest <= 5/100

observed eta_best
observed rho_best
observed eta_best_alone
at d = 10; N = 50; m = 30; sigma = 0.01
note the authors fitted 0.0331 to 0.0336 and other coefficients within 0.008 to five trained layers
claim rate_of_the_authors_from_below: eta_best >= 0.0331
claim rate_of_the_authors_from_above: eta_best <= 0.0336
claim older_block_of_the_authors: eta_best*rho_best >= -0.008
refute rate_of_the_authors_with_the_step_alone: eta_best_alone >= 0.0331
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "trained_layers",
            kind: EvidenceKind::Training,
            description: "layers of one head, each from a start of its own, Adam on 48 fresh sequences a step, 800 \
                          steps; products rescaled against each other",
            supplies: &[
                "PV",
                "KQ",
                "PV_1",
                "KQ_1",
                "eta",
                "rho",
                "eta_alone",
                "value_rest",
                "key_query_rest",
                "value_apart",
                "key_query_apart",
                "untrained_rest",
            ],
            supply: Supply::Repetitions { prepare: trained, count: networks },
        },
        Experiment {
            name: "two_heads",
            kind: EvidenceKind::Training,
            description: "the same with two heads; W_k' W_q of the head that has less of the structure",
            supplies: &["two_heads_rest"],
            supply: Supply::Repetitions { prepare: two_heads, count: networks_of_two_heads },
        },
        Experiment {
            name: "normal_equations",
            kind: EvidenceKind::Exact,
            description: "moments of the features over the Haar measure and the noise",
            supplies: &["eta_best", "rho_best", "eta_best_alone"],
            supply: Supply::Value(coefficients),
        },
    ]
}

fn networks(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 40,
        Effort::Standard => 128,
        Effort::Full => 1024,
    }
}

fn networks_of_two_heads(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 0,
        Effort::Standard => 32,
        Effort::Full => 256,
    }
}

/// Deviation of the weights at the start: entries that no gradient reaches keep it, and are not to be seen.
const START: f64 = 0.001;

/// A smaller step size does not leave the saddle at zero in time.
fn plan() -> SequencePlan {
    SequencePlan::adam(800, 0.02, 48)
}

/// Layers with so many heads on tokens of three channels.
fn layer(d: usize, heads: usize) -> Architecture {
    let mechanism = Mechanism::Linear;
    let attention = Attention { mechanism, heads, key_size: 3 * d, positions: 0 };
    Architecture::attention(3 * d, 1, attention, d)
}

/// Tokens `(0, s_t, s_{t-1})`, as Proposition 1 has them with `Phi_0 = 0`.
fn tokens(at: &Setting) -> Result<SequenceTask, ExperimentError> {
    let d = at.size("d")?;
    task(at, TokenForm::ThreeChannels(Mat::zeros(d, d)))
}

fn trained(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, task) = (at.size("d")?, tokens(at)?);
    let [rate, older, step_rate] = best_blocks(at)?;
    let step = Transformer::gradient_step(&Mat::zeros(d, d), 1.0).head_products(0).swap_remove(0);
    // What the claims say of the mean, for the distance of each network: a norm is not affine.
    let best = HeadProducts {
        value: &step.value * faer::Scale(rate),
        key_query: &step.key_query + step.key_query.transpose() * faer::Scale(older),
    };
    Ok(Box::new(move |random| {
        let start = Transformer::random(layer(d, 1), START, random);
        let network = SequenceTraining::new(&task, plan(), &start, random).finish()?;
        let head = normalised(&network.head_products(0)[0], d);
        let untrained = &start.head_products(0)[0];
        let [value_rest, key_query_rest] = apart(&head, &head.compressed(d), &head);
        let [value_apart, key_query_apart] = apart(&head, &best, &best);
        let [untrained_rest, _] = apart(untrained, &untrained.compressed(d), untrained);
        let mut letters = numbers([
            ("eta", rate),
            ("rho", older),
            ("eta_alone", step_rate),
            ("value_rest", value_rest),
            ("key_query_rest", key_query_rest),
            ("value_apart", value_apart),
            ("key_query_apart", key_query_apart),
            ("untrained_rest", untrained_rest),
        ]);
        letters.extend([
            ("PV", head.value),
            ("KQ", head.key_query),
            ("PV_1", step.value.clone()),
            ("KQ_1", step.key_query.clone()),
        ]);
        Ok(letters)
    }))
}

fn two_heads(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, task) = (at.size("d")?, tokens(at)?);
    Ok(Box::new(move |random| {
        let network = task.training(layer(d, 2), START, plan(), random).finish()?;
        let rest = |head: &HeadProducts| apart(head, &head.compressed(d), head)[1];
        let largest = network.head_products(0).iter().map(rest).fold(0.0, f64::max);
        Ok(numbers([("two_heads_rest", largest)]))
    }))
}

fn coefficients(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let [rate, older, step_rate] = best_blocks(at)?;
    let letters = [("eta_best", rate), ("rho_best", older), ("eta_best_alone", step_rate)];
    Ok((numbers(letters), 1e-9))
}

/// The coefficient of `V_010` and that of `V_001` as a part of it, where both serve together, and the
/// coefficient of `V_010` alone.
fn best_blocks(at: &Setting) -> Result<[f64; 3], ExperimentError> {
    let mut moments = StateMoments::new(at.size("d")?, &FIRST, at.number("sigma")?);
    let predictions = at.size("N")?;
    let features = [[0, 1, 0], [0, 0, 1]].map(Feature::Value);
    let best = best_combination(&mut moments, predictions, &features).coefficients;
    let step_rate = gradient_step(&mut moments, predictions).optimal_rate();
    Ok([best[0], best[1] / best[0], step_rate])
}

/// The same head with products that are rescaled against each other, so that the block of the keys
/// from `s_{t-1}` and the queries from `s_t` has a mean diagonal of 1.
fn normalised(head: &HeadProducts, d: usize) -> HeadProducts {
    let scale = (0..d).map(|i| head.key_query[(2 * d + i, d + i)]).sum::<f64>() / d as f64;
    HeadProducts {
        value: &head.value * faer::Scale(scale),
        key_query: &head.key_query * faer::Scale(1.0 / scale),
    }
}

/// The Frobenius distances of the products of two heads as parts of the norms of a third.
fn apart(head: &HeadProducts, other: &HeadProducts, whole: &HeadProducts) -> [f64; 2] {
    [
        (&head.value - &other.value).norm_l2() / whole.value.norm_l2(),
        (&head.key_query - &other.key_query).norm_l2() / whole.key_query.norm_l2(),
    ]
}
