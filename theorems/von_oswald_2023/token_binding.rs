//! # The first softmax layer binds the previous token
//! Source: arXiv:2309.05858, Section 4, Figure 2A
//! Claim:  $e(s_{t-1}) \le 0.05\, \mathbb{E}|s|^2$, $e(s_{t-3}) \ge 0.5\, \mathbb{E}|s|^2$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         errors of the probes -> current, previous, third -> 1 x 1 -> for s_t, s_{t-1}, s_{t-3} at t = 10
//!         E |s_t|^2 -> energy -> 1 x 1 -> the error of the probe that predicts 0
//!         the same before the layer -> previous_before -> 1 x 1 -> from the embedded token
//! Needs:  the first layer (bound_by_the_embedding)
//! Expect: probes fitted on 3,000 sequences of a trained network, judged on fresh ones
//! Checked: three softmax layers on raw tokens with sinusoidal positions. Not seen: other depths
//! Not to be confused with: tokens that are constructed to hold the previous state

use super::{
    Place, Probes, batches_for_deep_networks, mean_floor, softmax_layers, states_numbered, task,
};
use crate::prelude::*;

/// Figure 2A.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::token_binding",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 2A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::bayes_floor"],
    figures: &[Figure::Curves {
        title: "Error of linear probes for earlier tokens after the first softmax layer",
        x: "j, tokens back",
        y: "mean squared error for s_{t−j} / E|s|^{2}",
        curves: &[Curve {
            label: "three softmax layers, d = 4",
            points: Points::At(&[
                (0.0, "current_token_is_kept"),
                (1.0, "previous_token_is_bound"),
                (3.0, "older_tokens_are_not"),
            ]),
        }],
        published: &[Published {
            label: "authors, seven layers, d = 10",
            source: "released code, an entry: 0.253, 0.256, 0.259, 0.261, 0.261, 0.151, 0.0004 and 0.0000 \
                     from seven tokens back on, over 1/3",
            points: &[
                (0.0, 0.0),
                (1.0, 0.0012),
                (2.0, 0.453),
                (3.0, 0.783),
                (4.0, 0.783),
                (5.0, 0.777),
                (6.0, 0.768),
                (7.0, 0.759),
            ],
        }],
    }],
};

const CLAIMS: &str = "\
theory The first softmax layer binds the previous token
space d, N
positive sigma
observed energy
observed current
observed previous
observed third
observed previous_before
observed loss
observed floor
at d = 4; N = 16; sigma = 0.01
note errors as parts of E |s|^2 = d/3
claim previous_token_is_bound: 3*previous/d <= 5/100
claim current_token_is_kept: 3*current/d <= 5/100
claim older_tokens_are_not: 3*third/d >= 1/2
claim nothing_below_the_floor: loss >= floor
refute bound_by_the_embedding: previous_before <= 1/2*energy
refute older_tokens_are_bound: third <= 1/2*energy
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "probes",
        kind: EvidenceKind::Training,
        description: "one network of three softmax layers on raw tokens, Adam on 256 fresh sequences a step, \
                      3,000 steps; ridge regressions on 3,000 sequences, then batches of 64 fresh ones",
        supplies: &["energy", "current", "previous", "third", "previous_before", "loss", "floor"],
        supply: Supply::Samples { prepare: probes, limit: batches_for_deep_networks },
    }]
}

/// The token whose network state is probed.
const TOKEN: usize = 10;

fn probes(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let d = at.size("d")?;
    let task = task(at, TokenForm::Raw)?;
    let plan = SequencePlan::adam(3_000, 2e-3, 256);
    let network = at.finish(task.training(softmax_layers(d), 0.05, plan, random))?;
    let floor = mean_floor(d, task.predictions);
    let place = |letter, layer, back| Place { letter, layer, token: TOKEN, state: TOKEN - back };
    let places = [
        place("current", 2, 0),
        place("previous", 2, 1),
        place("third", 2, 3),
        place("previous_before", 1, 1),
    ];
    let probes = Probes::fit(task, network, &places, states_numbered, random);
    Ok(Box::new(move |random| {
        let reading = probes.read(64, random);
        let loss = probes.network.mean_loss(&reading.batch);
        let energy = probes.energy(&reading, TOKEN);
        let others = [("energy", energy), ("loss", loss), ("floor", floor)];
        Ok(numbers(probes.errors(&reading).into_iter().chain(others)))
    }))
}
