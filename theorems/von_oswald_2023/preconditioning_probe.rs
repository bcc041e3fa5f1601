//! # The preconditioned state becomes readable with depth
//! Source: arXiv:2309.05858, Section 4, Figure 4F
//! Claim:  $e_{\text{layer 3}} \le \tfrac12 e_{\text{input}}$ for the target $(S_{t-1} S_{t-1}^{\top} + \rho I)^{-1} s_t$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         errors of the probes at t = 8 -> input, one, two, three -> 1 x 1 -> before the first layer and after three
//!         energy of the target -> energy -> 1 x 1 -> the error of the probe that predicts 0
//! Needs:  a fixed token (target_does_not_shrink)
//! Expect: probes fitted on 3,000 sequences of a trained network, judged on fresh ones
//! Checked: four layers of linear self-attention, ridge 0.1. Not seen: the last layer, which reads
//!         out and adds none
//! Not to be confused with: the fall of the error with t, which the raw input shows as well, because
//!         the target shrinks

use super::{Place, Probes, batches_for_deep_networks, linear_layers, task};
use crate::prelude::*;

/// Figure 4F, normalised.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::preconditioning_probe",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4F" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::depth_ordering"],
    figures: &[Figure::Curves {
        title: "Error of linear probes for the preconditioned state over depth",
        x: "layers before the probe",
        y: "mean squared error",
        curves: &[Curve {
            label: "four layers, d = 4, t = 8",
            points: Points::At(&[
                (0.0, "error_at_the_input"),
                (1.0, "error_after_one_layer"),
                (2.0, "error_after_two_layers"),
                (3.0, "error_after_three_layers"),
            ]),
        }],
        published: &[],
    }],
};

const CLAIMS: &str = "\
theory The preconditioned state becomes readable with depth
space d, N
positive sigma
observed energy
observed input
observed one
observed two
observed three
observed late_input
observed late_energy
at d = 4; N = 16; sigma = 0.01
claim first_layer_helps: one <= input
claim second_layer_helps: two <= one
claim third_layer_helps: three <= two
claim best_layer_halves_the_error: three <= 1/2*input
note the errors at t = 8 one by one
claim error_at_the_input: input <= 1
claim error_after_one_layer: one <= 1
claim error_after_two_layers: two <= 1
claim error_after_three_layers: three <= 1
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
        description: "one network of four layers, Adam on 256 fresh sequences a step, 3,000 steps; ridge \
                      regressions on 3,000 sequences, then batches of 64 fresh ones",
        supplies: &["energy", "input", "one", "two", "three", "late_input", "late_energy"],
        supply: Supply::Samples { prepare: probes, limit: batches_for_deep_networks },
    }]
}

fn probes(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let task = task(at, TokenForm::FourChannels)?;
    let layers = linear_layers(at.size("d")?, 4);
    let plan = SequencePlan::adam(3_000, 1.5e-3, 256);
    let network = at.finish(task.training(layers, 0.02, plan, random))?;
    let own = |letter, layer, token| Place { letter, layer, token, state: token };
    let places = [
        own("input", 0, 8),
        own("one", 1, 8),
        own("two", 2, 8),
        own("three", 3, 8),
        own("late_input", 0, 16),
    ];
    let probes = Probes::fit(task, network, &places, preconditioned, random);
    Ok(Box::new(move |random| {
        let reading = probes.read(64, random);
        let energies = [("energy", 8), ("late_energy", 16)]
            .map(|(letter, t)| (letter, probes.energy(&reading, t)));
        Ok(numbers(probes.errors(&reading).into_iter().chain(energies)))
    }))
}

/// The preconditioned states at token t, one a column.
fn preconditioned(sequences: &[Sequence], t: usize) -> Mat<f64> {
    let d = sequences[0].states.nrows();
    let mut all = Mat::zeros(d, sequences.len());
    for (sequence, mut target) in sequences.iter().zip(all.col_iter_mut()) {
        let past = sequence.states.subcols(0, t - 1);
        let gram = past * past.transpose() + Mat::<f64>::identity(d, d) * 0.1;
        target.copy_from(gram.partial_piv_lu().inverse() * sequence.states.col(t - 1));
    }
    all
}
