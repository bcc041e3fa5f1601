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

use crate::prelude::*;

/// Figure 2A.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::token_binding",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 2A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::bayes_floor"],
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
claim previous_token_is_bound: previous <= 5/100*energy
claim current_token_is_kept: current <= 5/100*energy
claim older_tokens_are_not: third >= 1/2*energy
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
        supply: Supply::Samples { prepare: probes, limit: batches },
    }]
}

fn batches(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 0,
        Effort::Standard => 20_000,
        Effort::Full => 200_000,
    }
}

/// The token whose network state is probed.
const TOKEN: usize = 10;

fn probes(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, count, noise) = (at.size("d")?, at.size("N")?, at.number("sigma")?);
    let task = SequenceTask {
        law: Dynamics::orthogonal(d, FirstState::Uniform { half_width: 1.0 }, noise),
        form: TokenForm::Raw,
        predictions: count,
    };
    let softmax = |positions| {
        Layer::Attention(Attention {
            mechanism: Mechanism::Softmax,
            heads: 4,
            key_size: 12,
            positions,
        })
    };
    let layers =
        vec![Layer::Map { size: 24 }, softmax(24), softmax(0), softmax(0), Layer::Map { size: d }];
    let network = Architecture { inputs: d, layers, outputs: d, clip: None };
    let network = task.train(network, 0.05, &SequencePlan::adam(3_000, 2e-3, 256), random)?;
    // The letters; before which layer the probe reads, and how far back is the state that it seeks.
    let places =
        [("current", 2, 0), ("previous", 2, 1), ("third", 2, 3), ("previous_before", 1, 1)];
    let batch = Batch::new(&task.draw(3_000, random), &task.form);
    let pass = network.forward(batch.length, batch.tokens.as_ref());
    let probes = places.map(|(letter, layer, back)| {
        let tokens = batch.at_token(pass.tokens(layer), TOKEN);
        let states = batch.at_token(batch.tokens.as_ref(), TOKEN - back);
        (letter, layer, back, Probe::fit(tokens.as_ref(), states.as_ref(), 0.1))
    });
    let floor = bayes_floor(d, d as f64 / 3.0, count).iter().sum::<f64>() / count as f64;
    Ok(Box::new(move |random| {
        let batch = Batch::new(&task.draw(64, random), &task.form);
        let pass = network.forward(batch.length, batch.tokens.as_ref());
        let state = |back| batch.at_token(batch.tokens.as_ref(), TOKEN - back);
        let errors = probes.iter().map(|(letter, layer, back, probe)| {
            let tokens = batch.at_token(pass.tokens(*layer), TOKEN);
            (*letter, probe.error(tokens.as_ref(), state(*back).as_ref()))
        });
        let energy = state(0).squared_norm_l2() / 64.0;
        let letters = errors.chain([
            ("energy", energy),
            ("loss", network.mean_loss(&batch)),
            ("floor", floor),
        ]);
        Ok(letters.map(|(letter, value)| (letter, Mat::full(1, 1, value))).collect())
    }))
}
