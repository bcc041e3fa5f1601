//! # Later softmax layers can be replaced by linear ones, the first one cannot
//! Source: arXiv:2309.05858, Section 4, Figure 5A
//! Claim:  $L_{\text{layer 2 linear}} \le 1.6\, L$ and $L_{\text{layer 2 linear}} < L_{\text{layer 1 linear}}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L -> softmax -> 1 x 1 -> loss of a trained network of three softmax layers
//!         L with a linear layer -> first, second, third -> 1 x 1 -> that layer replaced and trained alone
//!         the zero predictor -> zero -> 1 x 1 -> its loss
//! Needs:  a later layer (first_layer_is_linear)
//! Expect: one network with three variants, judged on common fresh sequences
//! Checked: linear layers of the same size, trained with all other weights fixed. Not seen: networks
//!         trained linear from the start
//! Not to be confused with: a linear layer with the weights of the softmax layer

use super::{batches_for_deep_networks, softmax_layers, task};
use crate::prelude::*;

/// Figure 5A.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::linearisation_ratio",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 5A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::token_binding"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Later softmax layers can be replaced by linear ones, the first one cannot
space d, N
positive sigma
observed softmax
observed first
observed second
observed third
observed zero
at d = 4; N = 16; sigma = 0.01
claim second_layer_is_linear: second <= 16/10*softmax
claim third_layer_is_linear: third <= 16/10*softmax
claim first_layer_costs_more: first >= second
refute first_layer_is_linear: first <= 16/10*softmax
refute linear_layers_know_nothing: second >= 9/10*zero
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "replaced_layers",
        kind: EvidenceKind::Training,
        description: "one network of three softmax layers on raw tokens, Adam on 256 fresh sequences a step, \
                      3,000 steps; each layer in turn made linear and trained alone for 1,000 steps; then \
                      common batches of 64 fresh sequences",
        supplies: &["softmax", "first", "second", "third", "zero"],
        supply: Supply::Samples { prepare: replaced, limit: batches_for_deep_networks },
    }]
}

fn replaced(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let task = task(at, TokenForm::Raw)?;
    let layers = softmax_layers(at.size("d")?);
    let network = task.train(layers, 0.05, &SequencePlan::adam(3_000, 2e-3, 256), random)?;
    let mut variants = Vec::new();
    for (letter, index) in [("first", 1), ("second", 2), ("third", 3)] {
        let mut architecture = network.architecture().clone();
        if let Layer::Attention(attention) = &mut architecture.layers[index] {
            attention.mechanism = Mechanism::Linear;
        }
        let counts = architecture.parameter_counts();
        let start: usize = counts[..index].iter().sum();
        let plan = SequencePlan {
            moving: Some([start, start + counts[index]]),
            ..SequencePlan::adam(1_000, 2e-3, 256)
        };
        let variant = Transformer::new(architecture, network.parameters().to_vec())?;
        let training = SequenceTraining::new(&task, &plan, &variant, random);
        variants.push((letter, training.finish()?));
    }
    variants.push(("softmax", network));
    Ok(Box::new(move |random| {
        let batch = Batch::new(&task.draw(64, random), &task.form);
        let losses = variants.iter().map(|(letter, network)| (*letter, network.mean_loss(&batch)));
        let zero = batch.targets.squared_norm_l2() / (2 * batch.targets.ncols()) as f64;
        Ok(numbers(losses.chain([("zero", zero)])))
    }))
}
