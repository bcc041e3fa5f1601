//! # Trained and compressed weights are joined without a barrier
//! Source: arXiv:2309.05858, Section 4, Figure 4A
//! Claim:  $L(\tfrac12 \theta + \tfrac12 \theta_c) \le L(\theta_c) \le 1.06\, L(\theta)$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L(theta_trained) -> trained -> 1 x 1 -> loss of a trained layer on fresh sequences
//!         L(theta_compressed) -> compressed -> 1 x 1 -> each block replaced by a multiple of the identity
//!         L on the way -> quarter, half, three_quarters -> 1 x 1 -> products P W_v and W_k' W_q averaged
//!         L_GD -> step -> 1 x 1 -> exact loss of the best gradient step
//!         the zero predictor -> zero -> 1 x 1 -> its loss
//! Needs:  the trained blocks (shuffled_blocks)
//! Expect: one network, judged on fresh sequences
//! Checked: one layer. Not seen: deep stacks, for which the paper reports the same
//! Not to be confused with: an average of two independently trained networks

use super::{FIRST, batches, linear_layer, task};
use crate::prelude::*;

/// Figure 4A.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::weight_interpolation",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::trained_layer_sandwich"],
    figures: &[Figure::Curves {
        title: "Loss between trained and compressed weights",
        x: "share of the compressed weights",
        y: "loss / loss of the best gradient step",
        curves: &[Curve {
            label: "one layer, d = 4",
            points: Points::At(&[
                (0.0, "trained_beats_the_step"),
                (0.25, "quarter_beats_the_step"),
                (0.5, "half_beats_the_step"),
                (0.75, "three_quarters_beat_the_step"),
                (1.0, "compressed_is_near_the_step"),
            ]),
        }],
        published: &[Published {
            label: "authors, d = 10",
            source: "0.8924, 0.8921 and 0.8944 of the released code, over 0.9004",
            points: &[(0.0, 0.9911), (0.5, 0.9908), (1.0, 0.9933)],
        }],
    }],
};

const CLAIMS: &str = "\
theory Trained and compressed weights are joined without a barrier
space d, N
positive sigma
observed trained
observed compressed
observed quarter
observed half
observed three_quarters
observed step
observed shuffled
observed zero
at d = 4; N = 16; sigma = 0.01
claim no_barrier_half_way: half <= compressed
claim half_way_serves: half <= 104/100*trained
claim compressed_weights_serve: compressed <= 106/100*trained
claim compressed_weights_learn: compressed <= 6/10*zero
note losses as parts of that of the best gradient step, a number
claim trained_beats_the_step: trained/step <= 1
claim quarter_beats_the_step: quarter/step <= 1
claim half_beats_the_step: half/step <= 1
claim three_quarters_beat_the_step: three_quarters/step <= 1
claim compressed_is_near_the_step: compressed/step <= 103/100
refute barrier_half_way: half >= 11/10*trained
refute shuffled_blocks: shuffled <= 106/100*trained
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "trained_layer",
        kind: EvidenceKind::Training,
        description: "one network, Adam on 256 fresh sequences a step, 1,500 steps; then batches of 64 fresh \
                      sequences; shuffled has the blocks of its compressed values in another order",
        supplies: &[
            "trained",
            "compressed",
            "quarter",
            "half",
            "three_quarters",
            "step",
            "shuffled",
            "zero",
        ],
        supply: Supply::Samples { prepare: trained, limit: batches },
    }]
}

fn trained(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let d = at.size("d")?;
    let task = task(at, TokenForm::FourChannelsMasked)?;
    let plan = SequencePlan::adam(1_500, 3e-3, 256);
    let network = at.finish(task.training(linear_layer(d), 0.02, plan, random))?;
    let heads = network.head_products(0);
    let of = |heads: Vec<HeadProducts>| Transformer::of_heads(d, 4, &[heads]);
    let compressed: Vec<_> = heads.iter().map(|head| head.compressed(d)).collect();
    let between = |share: f64| {
        let pairs = heads.iter().zip(&compressed);
        of(pairs.map(|(head, other)| head.interpolated(other, share)).collect())
    };
    let mut moments = StateMoments::new(d, &FIRST, at.number("sigma")?);
    let step = gradient_step(&mut moments, task.predictions);
    let step = step.loss(step.optimal_rate());
    // The value blocks of the current and of the older state change places.
    let swap = |j: usize| {
        if j / d == 2 {
            j + d
        } else if j / d == 3 {
            j - d
        } else {
            j
        }
    };
    let shuffled = compressed.iter().map(|head| HeadProducts {
        value: Mat::from_fn(4 * d, 4 * d, |i, j| head.value[(i, swap(j))]),
        key_query: head.key_query.clone(),
    });
    let networks = [
        ("quarter", between(0.25)),
        ("half", between(0.5)),
        ("three_quarters", between(0.75)),
        ("shuffled", of(shuffled.collect())),
        ("compressed", of(compressed.clone())),
        ("zero", Transformer::gradient_step_from_zero(d, 0.0)),
        ("trained", network),
    ];
    Ok(Box::new(move |random| {
        let batch = task.batch(64, random);
        let losses = networks.iter().map(|(letter, network)| (*letter, network.mean_loss(&batch)));
        Ok(numbers(losses.chain([("step", step)])))
    }))
}
