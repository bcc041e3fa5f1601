//! # Linear layers can imitate softmax layers of a trained network, each at a price of its own
//! Source: arXiv:2309.05858, Section 4, Figure 5A
//! Claim:  $L_{\text{layer 1 linear}} \le 1.6\, L$, $L_{\text{layer 3 linear}} \le 2\, L$, $L_{\text{layer 2 linear}} \ge L_{\text{layer 1 linear}}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L -> softmax -> 1 x 1 -> loss of a trained network of three softmax layers
//!         L with a linear layer -> first, second, third -> 1 x 1 -> that layer replaced by a linear imitation
//!         the zero predictor -> zero -> 1 x 1 -> its loss
//! Needs:  a layer other than the second one (second_layer_is_linear)
//! Expect: one network with three variants, judged on common fresh sequences
//! Checked: linear layers of the same size, trained to give the outputs of the softmax layer. In the paper's network
//!         of seven layers the first one costs most (factors 2.07 to 3.56) and all others at most 1.58; of three
//!         layers with more keys than positions the first one is the cheapest. Not seen: seven layers
//! Not to be confused with: a linear layer with the weights of the softmax layer

use super::{WIDTH, batches_for_deep_networks, softmax_layers, task};
use crate::prelude::*;

/// Figure 5A.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::linearisation_ratio",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 5A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::token_binding"],
    figures: &[Figure::Curves {
        title: "Loss of a trained softmax network with one of its layers replaced by a linear one",
        x: "layer that is replaced (0: none)",
        y: "mean loss 1/2 |s_{t+1} - f_{t}|^{2}",
        curves: &[Curve {
            label: "three layers, d = 4",
            points: Points::At(&[
                (0.0, "loss_of_the_network"),
                (1.0, "loss_with_layer_one_replaced"),
                (2.0, "loss_with_layer_two_replaced"),
                (3.0, "loss_with_layer_three_replaced"),
            ]),
        }],
        published: &[],
    }],
};

const CLAIMS: &str = "\
theory Linear layers can imitate softmax layers of a trained network
space d, N
positive sigma
observed softmax
observed first
observed second
observed third
observed zero
at d = 4; N = 16; sigma = 0.01
claim first_layer_is_linear: first <= 16/10*softmax
claim third_layer_is_linear: third <= 2*softmax
note the other way round in the paper's network of seven layers
claim second_layer_costs_more: second >= first
note the losses one by one; the zero predictor has 2/3
claim loss_of_the_network: softmax <= 2/10
claim loss_with_layer_one_replaced: first <= 3/10
claim loss_with_layer_two_replaced: second <= 6/10
claim loss_with_layer_three_replaced: third <= 3/10
refute second_layer_is_linear: second <= 16/10*softmax
refute linear_layers_know_nothing: second >= 9/10*zero
";

/// Standard deviation of the first weights.
const DEVIATION: f64 = 0.05;

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "replaced_layers",
        kind: EvidenceKind::Training,
        description: "one network of three softmax layers on raw tokens, Adam on 256 fresh sequences a step, \
                      3,000 steps; each layer in turn replaced by a linear one that learned in 2,000 steps to imitate \
                      it; then common batches of 64 fresh sequences",
        supplies: &["softmax", "first", "second", "third", "zero"],
        supply: Supply::Samples { prepare: replaced, limit: batches_for_deep_networks },
    }]
}

fn replaced(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let task = task(at, TokenForm::Raw)?;
    let layers = softmax_layers(at.size("d")?);
    let plan = SequencePlan::adam(3_000, 2e-3, 256);
    let network = at.finish(task.training(layers, DEVIATION, plan, random))?;
    let mut variants = Vec::new();
    for (letter, index) in [("first", 1), ("second", 2), ("third", 3)] {
        let mut architecture = network.architecture().clone();
        let counts = architecture.parameter_counts();
        if let Layer::Attention(attention) = &mut architecture.layers[index] {
            attention.mechanism = Mechanism::Linear;
        }
        let alone = Architecture {
            inputs: WIDTH,
            layers: vec![architecture.layers[index]],
            outputs: WIDTH,
            clip: None,
        };
        let examples = LayerExamples { task: &task, network: &network, layer: index };
        let plan = SequencePlan::adam(2_000, 2e-3, 256);
        let start = Transformer::random(alone, DEVIATION, random);
        let layer = at.finish(SequenceTraining::new(&examples, plan, &start, random))?;
        let mut weights = network.parameters().to_vec();
        let first: usize = counts[..index].iter().sum();
        weights[first..][..counts[index]].copy_from_slice(layer.parameters());
        let variant = Transformer::new(architecture, weights)?;
        variants.push((letter, variant));
    }
    variants.push(("softmax", network));
    Ok(Box::new(move |random| {
        let batch = task.batch(64, random);
        let losses = variants.iter().map(|(letter, network)| (*letter, network.mean_loss(&batch)));
        let zero = batch.targets.squared_norm_l2() / (2 * batch.targets.ncols()) as f64;
        Ok(numbers(losses.chain([("zero", zero)])))
    }))
}
