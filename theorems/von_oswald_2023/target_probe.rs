//! # The next state becomes readable with depth and with context
//! Source: arXiv:2309.05858, Section 4, Figure 4E
//! Claim:  $e_{\text{input}} > e_1 > e_2 > e_3$ at $t = 8$, and $e_3(t = 8) < e_3(t = 3)$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         errors of the probes at t = 8 -> input, one, two, three -> 1 x 1 -> before and after each layer
//!         E |s_{t+1}|^2 -> energy -> 1 x 1 -> the error of the probe that predicts 0
//!         error at t = 3 -> early -> 1 x 1 -> after the last layer
//! Needs:  the layers (input_suffices), context (context_does_not_help)
//! Expect: probes fitted on 3,000 sequences of a trained network, judged on fresh ones
//! Checked: three layers of linear self-attention. Not seen: softmax networks
//! Not to be confused with: probes judged on the sequences that they were fitted on

use super::{Place, Probes, batches_for_deep_networks, linear_layers, states_numbered, task};
use crate::prelude::*;

/// Figure 4E.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::target_probe",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4E" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::depth_ordering"],
    figures: &[Figure::Curves {
        title: "Error of linear probes for the next state over depth",
        x: "layers before the probe",
        y: "mean squared error / E|s|^{2}",
        curves: &[Curve {
            label: "three layers, d = 4, t = 8",
            points: Points::At(&[
                (0.0, "error_at_the_input"),
                (1.0, "error_after_one_layer"),
                (2.0, "error_after_two_layers"),
                (3.0, "error_after_three_layers"),
            ]),
        }],
        published: &[
            Published {
                label: "authors, six layers, d = 10, t = 20",
                source: "released code: 1.530, 0.584, 0.410, 0.197, 0.081, 0.047 and 0.019, over d/6",
                points: &[
                    (0.0, 0.918),
                    (1.0, 0.350),
                    (2.0, 0.246),
                    (3.0, 0.118),
                    (4.0, 0.0486),
                    (5.0, 0.0282),
                    (6.0, 0.0114),
                ],
            },
            Published {
                label: "the same at t = 5",
                source: "released code: 1.525, 1.059, 1.020, 0.981, 0.928, 0.905 and 0.891, over d/6",
                points: &[
                    (0.0, 0.915),
                    (1.0, 0.635),
                    (2.0, 0.612),
                    (3.0, 0.589),
                    (4.0, 0.557),
                    (5.0, 0.543),
                    (6.0, 0.535),
                ],
            },
        ],
    }],
};

const CLAIMS: &str = "\
theory The next state becomes readable with depth and with context
space d, N
positive sigma
observed energy
observed input
observed one
observed two
observed three
observed early
at d = 4; N = 16; sigma = 0.01
claim input_says_little: input >= 8/10*energy
claim first_layer_helps: one <= input
claim second_layer_helps: two <= one
claim third_layer_helps: three <= two
note errors as parts of E |s|^2 = d/3
claim error_at_the_input: 3*input/d <= 1
claim error_after_one_layer: 3*one/d <= 7/10
claim error_after_two_layers: 3*two/d <= 1/2
claim error_after_three_layers: 3*three/d <= 1/5
claim context_helps: three <= early
refute input_suffices: input <= 1/2*energy
refute context_does_not_help: three >= early
refute depth_does_not_help: two >= one
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "probes",
        kind: EvidenceKind::Training,
        description: "one network of three layers, Adam on 256 fresh sequences a step, 3,000 steps; ridge \
                      regressions on 3,000 sequences, then batches of 64 fresh ones",
        supplies: &["energy", "input", "one", "two", "three", "early"],
        supply: Supply::Samples { prepare: probes, limit: batches_for_deep_networks },
    }]
}

fn probes(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let task = task(at, TokenForm::FourChannels)?;
    let layers = linear_layers(at.size("d")?, 3);
    let plan = SequencePlan::adam(3_000, 2e-3, 256);
    let network = at.finish(task.training(layers, 0.02, plan, random))?;
    let next = |letter, layer, token| Place { letter, layer, token, state: token + 1 };
    let places = [
        next("input", 0, 8),
        next("one", 1, 8),
        next("two", 2, 8),
        next("three", 3, 8),
        next("early", 3, 3),
    ];
    let probes = Probes::fit(task, network, &places, states_numbered, random);
    Ok(Box::new(move |random| {
        let reading = probes.read(64, random);
        let energy = probes.energy(&reading, 9);
        Ok(numbers(probes.errors(&reading).into_iter().chain([("energy", energy)])))
    }))
}
