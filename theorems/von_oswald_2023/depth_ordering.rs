//! # Deeper networks predict better, and none is below the floor
//! Source: arXiv:2309.05858, Section 4, Figure 4D
//! Claim:  $L_2 > L_3 > L_4 > L_{\text{mesa}} \ge L_{\text{floor}}$, $L_{\text{mesa}} \le 1.05\, L_{\text{floor}}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L_k -> two, three, four -> 1 x 1 -> losses of trained layers of linear self-attention
//!         L of a mesa-layer -> mesa -> 1 x 1 -> loss of one trained mesa-layer
//!         L_floor -> floor -> 1 x 1 -> the Bayes floor without noise
//! Needs:  causality (below_the_floor), depth (depth_does_not_help)
//! Expect: four networks, judged on common fresh sequences
//! Checked: one network of each depth, trained by Adam on fresh sequences. Not seen: other seeds
//! Not to be confused with: the authors' baseline of Proposition 2, which lags by one pair

use super::{batches_for_deep_networks, linear_layers, mean_floor, task};
use crate::prelude::*;

/// Figure 4D.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::depth_ordering",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4D" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::bayes_floor", "von_oswald_2023::preconditioner_plus_gd_identity"],
    figures: &[Figure::Curves {
        title: "Loss of trained networks over their depth",
        x: "k, layers of self-attention",
        y: "loss / floor of every causal predictor",
        curves: &[
            Curve {
                label: "linear self-attention, d = 4",
                points: Points::At(&[
                    (2.0, "two_layers_are_reached"),
                    (3.0, "three_layers_are_reached"),
                    (4.0, "four_layers_are_reached"),
                ]),
            },
            Curve {
                label: "mesa-layer, d = 4",
                points: Points::At(&[(1.0, "mesa_layer_is_near_the_floor")]),
            },
        ],
        published: &[
            Published {
                label: "authors, linear, d = 10",
                source: "0.894, 0.4302, 0.2361 and 0.2157 of the released code, over the floor 0.18333",
                points: &[(1.0, 4.876), (2.0, 2.347), (4.0, 1.288), (6.0, 1.177)],
            },
            Published {
                label: "authors, mesa-layer",
                source: "0.1903 of the released code, over the floor 0.18333",
                points: &[(1.0, 1.038)],
            },
        ],
    }],
};

const CLAIMS: &str = "\
theory Deeper networks predict better, and none is below the floor
space d, N
positive sigma
observed two
observed three
observed four
observed mesa
observed floor
at d = 4; N = 16; sigma = 0.01
claim three_layers_beat_two: three <= two
claim four_layers_beat_three: four <= three
claim mesa_layer_beats_four: mesa <= four
claim nothing_below_the_floor: mesa >= floor
note losses as parts of the floor, which is a number
claim mesa_layer_is_near_the_floor: mesa/floor <= 1.05
claim two_layers_are_reached: two/floor <= 1.72
claim three_layers_are_reached: three/floor <= 1.29
claim four_layers_are_reached: four/floor <= 1.17
refute depth_does_not_help: three >= two
refute below_the_floor: mesa <= floor
refute four_layers_reach_the_floor: four <= 105/100*floor
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "trained_networks",
        kind: EvidenceKind::Training,
        description: "four networks, Adam on 256 fresh sequences a step, 3,000 steps (mesa-layer 2,500); \
                      then common batches of 64 fresh sequences",
        supplies: &["two", "three", "four", "mesa", "floor"],
        supply: Supply::Samples { prepare: trained, limit: batches_for_deep_networks },
    }]
}

fn trained(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let d = at.size("d")?;
    let task = task(at, TokenForm::FourChannels)?;
    let mesa = Attention { mechanism: Mechanism::Mesa, heads: 2, key_size: 2 * d, positions: 0 };
    let mut train = |layers, deviation, steps, rate| {
        let plan = SequencePlan::adam(steps, rate, 256);
        at.finish(task.training(layers, deviation, plan, random))
    };
    let networks = [
        ("two", train(linear_layers(d, 2), 0.02, 3_000, 2e-3)?),
        ("three", train(linear_layers(d, 3), 0.02, 3_000, 2e-3)?),
        ("four", train(linear_layers(d, 4), 0.02, 3_000, 1.5e-3)?),
        ("mesa", train(Architecture::attention(4 * d, 1, mesa, d), 0.05, 2_500, 5e-3)?),
    ];
    let floor = mean_floor(d, task.predictions);
    Ok(Box::new(move |random| {
        let batch = task.batch(64, random);
        let losses = networks.iter().map(|(letter, network)| (*letter, network.mean_loss(&batch)));
        Ok(numbers(losses.chain([("floor", floor)])))
    }))
}
