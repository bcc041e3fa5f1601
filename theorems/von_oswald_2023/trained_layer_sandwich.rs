//! # A trained layer lies between one gradient step and the best layer there is
//! Source: arXiv:2309.05858, Section 4, Figure 4A
//! Claim:  $L_{14} \le L_{\text{trained}} \le L_{GD}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L_trained -> trained -> 1 x 1 -> loss of a trained layer on fresh sequences
//!         L_GD -> step -> 1 x 1 -> loss of the best gradient step on the same sequences
//!         L_14 -> fourteen -> 1 x 1 -> exact loss of the best layer
//! Needs:  training (untrained_layer)
//! Expect: one network, judged on fresh sequences beside the gradient step
//! Checked: one layer of two heads, trained from small random weights by Adam on fresh sequences;
//!         the state is normal, so the bound is exact. Not seen: other seeds, other optimisers
//! Not to be confused with: the equality of a trained layer and a gradient step, which holds to one
//!         percent in the paper's setting and to several at smaller dimension

use super::{batches, linear_layer};
use crate::prelude::*;

/// Figure 4A and 4C, with bounds in place of a curve.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::trained_layer_sandwich",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::feature_ladder", "von_oswald_2023::one_layer_gradient_step"],
    figures: &[],
};

const CLAIMS: &str = "\
theory A trained layer lies between one gradient step and the best layer there is
space d, N
positive sigma
observed trained
observed untrained
observed step
observed fourteen
at d = 3; N = 8; sigma = 0.01
claim trained_layer_beats_the_step: trained <= step
claim trained_layer_respects_the_bound: trained >= fourteen
claim step_is_near: step <= 11/10*trained
refute trained_layer_beats_the_bound: trained <= fourteen
refute step_beats_the_trained_layer: trained >= step
refute untrained_layer: untrained <= step
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "trained_layer",
        kind: EvidenceKind::Training,
        description: "one network, Adam on 128 fresh sequences a step, 3,000 steps; then batches of 64 fresh \
                      sequences, read by the network and by the best gradient step",
        supplies: &["trained", "untrained", "step", "fourteen"],
        supply: Supply::Samples { prepare: trained, limit: batches },
    }]
}

fn trained(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, count, noise) = (at.size("d")?, at.size("N")?, at.number("sigma")?);
    let first = FirstState::Gaussian { variance: 0.36 };
    let mut moments = StateMoments::new(d, &first, noise);
    let rate = gradient_step(&mut moments, count).optimal_rate();
    let fourteen = feature_ladder(&mut moments, count).fourteen;
    let task = SequenceTask {
        law: Dynamics::orthogonal(d, first, noise),
        form: TokenForm::FourChannelsMasked,
        predictions: count,
    };
    let untrained = Transformer::random(linear_layer(d), 0.05, random);
    let plan = SequencePlan::adam(3_000, 6e-3, 128);
    let network = at.finish(task.training(linear_layer(d), 0.05, plan, random))?;
    let step = Transformer::gradient_step_from_zero(d, rate);
    Ok(Box::new(move |random| {
        let batch = task.batch(64, random);
        Ok(numbers([
            ("trained", network.mean_loss(&batch)),
            ("untrained", untrained.mean_loss(&batch)),
            ("step", step.mean_loss(&batch)),
            ("fourteen", fourteen),
        ]))
    }))
}
