//! # Trained and compressed weights are joined without a barrier
//! Source: arXiv:2309.05858, Section 4, Figure 4A
//! Claim:  $L(\tfrac12 \theta + \tfrac12 \theta_c) \le L(\theta_c) \le 1.05\, L(\theta)$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L(theta_trained) -> trained -> 1 x 1 -> loss of a trained layer on fresh sequences
//!         L(theta_compressed) -> compressed -> 1 x 1 -> each block replaced by a multiple of the identity
//!         L half way -> half -> 1 x 1 -> products P W_v and W_k' W_q averaged
//!         the zero predictor -> zero -> 1 x 1 -> its loss
//! Needs:  the trained blocks (shuffled_blocks)
//! Expect: one network, judged on fresh sequences
//! Checked: one layer. Not seen: deep stacks, for which the paper reports the same
//! Not to be confused with: an average of two independently trained networks

use super::{batches, linear_layer, task};
use crate::prelude::*;

/// Figure 4A.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::weight_interpolation",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::trained_layer_sandwich"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Trained and compressed weights are joined without a barrier
space d, N
positive sigma
observed trained
observed compressed
observed half
observed shuffled
observed zero
at d = 4; N = 16; sigma = 0.01
claim no_barrier_half_way: half <= compressed
claim half_way_serves: half <= 103/100*trained
claim compressed_weights_serve: compressed <= 105/100*trained
claim compressed_weights_learn: compressed <= 6/10*zero
refute barrier_half_way: half >= 11/10*trained
refute shuffled_blocks: shuffled <= 105/100*trained
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "trained_layer",
        kind: EvidenceKind::Training,
        description: "one network, Adam on 256 fresh sequences a step, 1,500 steps; then batches of 64 fresh \
                      sequences; shuffled has the blocks of its compressed values in another order",
        supplies: &["trained", "compressed", "half", "shuffled", "zero"],
        supply: Supply::Samples { prepare: trained, limit: batches },
    }]
}

fn trained(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let d = at.size("d")?;
    let task = task(at, TokenForm::FourChannelsMasked)?;
    let network =
        task.train(linear_layer(d), 0.02, &SequencePlan::adam(1_500, 3e-3, 256), random)?;
    let heads = network.head_products(0);
    let of = |heads: Vec<HeadProducts>| Transformer::of_heads(d, 4, &[heads]);
    let compressed: Vec<_> = heads.iter().map(|head| head.compressed(d)).collect();
    let half = heads.iter().zip(&compressed).map(|(head, other)| head.interpolated(other, 0.5));
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
        ("half", of(half.collect())),
        ("shuffled", of(shuffled.collect())),
        ("compressed", of(compressed.clone())),
        ("zero", Transformer::gradient_step_from_zero(d, 0.0)),
        ("trained", network),
    ];
    Ok(Box::new(move |random| {
        let batch = Batch::new(&task.draw(64, random), &task.form);
        Ok(numbers(networks.iter().map(|(letter, network)| (*letter, network.mean_loss(&batch)))))
    }))
}
