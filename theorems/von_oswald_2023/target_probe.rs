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

use crate::prelude::*;

/// Figure 4E.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::target_probe",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4E" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::depth_ordering"],
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
claim last_layer_says_nearly_all: three <= 1/5*energy
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

fn probes(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, count, noise) = (at.size("d")?, at.size("N")?, at.number("sigma")?);
    let task = SequenceTask {
        law: Dynamics::orthogonal(d, FirstState::Uniform { half_width: 1.0 }, noise),
        form: TokenForm::FourChannels,
        predictions: count,
    };
    let linear =
        Attention { mechanism: Mechanism::Linear, heads: 4, key_size: 4 * d, positions: 0 };
    let stack = Architecture { clip: Some(4.0), ..Architecture::attention(4 * d, 3, linear, d) };
    let network = task.train(stack, 0.02, &SequencePlan::adam(3_000, 2e-3, 256), random)?;
    // The letters, and where each probe reads: before which layer, at which token.
    let places = [("input", 0, 8), ("one", 1, 8), ("two", 2, 8), ("three", 3, 8), ("early", 3, 3)];
    let batch = Batch::new(&task.draw(3_000, random), &task.form);
    let pass = network.forward(batch.length, batch.tokens.as_ref());
    let probes = places.map(|(letter, layer, t)| {
        let (tokens, targets) = read(&batch, &pass, layer, t);
        (letter, layer, t, Probe::fit(tokens.as_ref(), targets.as_ref(), 0.1))
    });
    Ok(Box::new(move |random| {
        let batch = Batch::new(&task.draw(64, random), &task.form);
        let pass = network.forward(batch.length, batch.tokens.as_ref());
        let energy = batch.at_token(batch.targets.as_ref(), 8).squared_norm_l2() / 64.0;
        let errors = probes.iter().map(|(letter, layer, t, probe)| {
            let (tokens, targets) = read(&batch, &pass, *layer, *t);
            (*letter, probe.error(tokens.as_ref(), targets.as_ref()))
        });
        let letters = errors.chain([("energy", energy)]);
        Ok(letters.map(|(letter, value)| (letter, Mat::full(1, 1, value))).collect())
    }))
}

/// Tokens before a layer and the states that follow, at token t of every sequence.
fn read(batch: &Batch, pass: &Pass, layer: usize, t: usize) -> (Mat<f64>, Mat<f64>) {
    (batch.at_token(pass.tokens(layer), t), batch.at_token(batch.targets.as_ref(), t))
}
