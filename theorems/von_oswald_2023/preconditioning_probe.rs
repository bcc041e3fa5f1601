//! # The preconditioned state becomes readable with depth
//! Source: arXiv:2309.05858, Section 4, Figure 4F
//! Claim:  $e_{\text{layer 2}} \le \tfrac12 e_{\text{input}}$ for the target $(S_{t-1} S_{t-1}^{\top} + \rho I)^{-1} s_t$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         errors of the probes at t = 8 -> input, one, two -> 1 x 1 -> before the first layer and after two
//!         energy of the target -> energy -> 1 x 1 -> the error of the probe that predicts 0
//! Needs:  a fixed token (target_does_not_shrink)
//! Expect: probes fitted on 3,000 sequences of a trained network, judged on fresh ones
//! Checked: three layers of linear self-attention, ridge 0.1. Not seen: the last layer, which reads
//!         out and adds none
//! Not to be confused with: the fall of the error with t, which the raw input shows as well, because
//!         the target shrinks

use crate::prelude::*;

/// Figure 4F, normalised.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::preconditioning_probe",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4F" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::depth_ordering"],
};

const CLAIMS: &str = "\
theory The preconditioned state becomes readable with depth
space d, N
positive sigma
observed energy
observed input
observed one
observed two
observed late_input
observed late_energy
at d = 4; N = 16; sigma = 0.01
claim first_layer_helps: one <= input
claim second_layer_helps: two <= one
claim best_layer_halves_the_error: two <= 1/2*input
claim input_is_no_better_late: late_input >= 4/10*late_energy
note the error of the raw input falls with context as well: it says nothing by itself
claim target_shrinks: late_input <= input
refute target_does_not_shrink: late_energy >= energy
refute input_suffices: input <= 1/4*energy
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "probes",
        kind: EvidenceKind::Training,
        description: "one network of three layers, Adam on 256 fresh sequences a step, 3,000 steps; ridge \
                      regressions on 3,000 sequences, then batches of 64 fresh ones",
        supplies: &["energy", "input", "one", "two", "late_input", "late_energy"],
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
    let places = [("input", 0, 8), ("one", 1, 8), ("two", 2, 8), ("late_input", 0, 16)];
    let sequences = task.draw(3_000, random);
    let batch = Batch::new(&sequences, &task.form);
    let pass = network.forward(batch.length, batch.tokens.as_ref());
    let probes = places.map(|(letter, layer, t)| {
        let tokens = batch.at_token(pass.tokens(layer), t);
        (letter, layer, t, Probe::fit(tokens.as_ref(), targets(&sequences, t).as_ref(), 0.1))
    });
    Ok(Box::new(move |random| {
        let sequences = task.draw(64, random);
        let batch = Batch::new(&sequences, &task.form);
        let pass = network.forward(batch.length, batch.tokens.as_ref());
        let energy = |t| targets(&sequences, t).squared_norm_l2() / 64.0;
        let errors = probes.iter().map(|(letter, layer, t, probe)| {
            let tokens = batch.at_token(pass.tokens(*layer), *t);
            (*letter, probe.error(tokens.as_ref(), targets(&sequences, *t).as_ref()))
        });
        let letters = errors.chain([("energy", energy(8)), ("late_energy", energy(16))]);
        Ok(letters.map(|(letter, value)| (letter, Mat::full(1, 1, value))).collect())
    }))
}

/// The preconditioned states at token t, one a column.
fn targets(sequences: &[Sequence], t: usize) -> Mat<f64> {
    let d = sequences[0].states.nrows();
    let mut all = Mat::zeros(d, sequences.len());
    for (sequence, mut target) in sequences.iter().zip(all.col_iter_mut()) {
        let past = sequence.states.subcols(0, t - 1);
        let gram = past * past.transpose() + Mat::<f64>::identity(d, d) * 0.1;
        target.copy_from(gram.partial_piv_lu().inverse() * sequence.states.col(t - 1));
    }
    all
}
