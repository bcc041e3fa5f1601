//! # With one transition for all sequences a layer learns it by heart
//! Source: arXiv:2309.05858, Appendix B, Figure 12
//! Claim:  $L_{\text{trained}} \le \tfrac12 L_{GD}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L_trained -> trained -> 1 x 1 -> loss of a layer trained with one W
//!         L_GD -> step -> 1 x 1 -> loss of the best gradient step for fresh W
//!         L_trained for fresh W -> transferred -> 1 x 1 -> loss of the same layer
//! Needs:  one transition (transferred_to_fresh_transitions)
//! Expect: one network, judged on fresh sequences
//! Checked: one layer of two heads with skip connection. Not seen: d = 10, where
//!         the authors report a ninth in place of this half
//! Not to be confused with: in-context learning, of which this is the control

use super::{FIRST, batches, linear_layer, task};
use crate::prelude::*;

/// Figure 12.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::fixed_teacher_control",
    source: Source { arxiv: "2309.05858", statement: "Appendix B, Figure 12" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::trained_layer_sandwich"],
    figures: &[],
};

const CLAIMS: &str = "\
theory With one transition for all sequences a layer learns it by heart
space d, N
positive sigma
observed trained
observed step
observed transferred
observed fresh_step
at d = 4; N = 16; sigma = 0.01
claim knows_the_transition: trained <= 1/2*step
claim useless_for_fresh_transitions: transferred >= fresh_step
refute transferred_to_fresh_transitions: transferred <= fresh_step
refute learns_in_context: trained >= step
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "trained_layer",
        kind: EvidenceKind::Training,
        description: "one network, Adam on 128 sequences a step that share one transition, 2,000 steps; then \
                      batches of 64 fresh sequences with this transition and with fresh ones",
        supplies: &["trained", "step", "transferred", "fresh_step"],
        supply: Supply::Samples { prepare: trained, limit: batches },
    }]
}

fn trained(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, count, noise) = (at.size("d")?, at.size("N")?, at.number("sigma")?);
    let rate = gradient_step(&mut StateMoments::new(d, &FIRST, noise), count).optimal_rate();
    let fresh = task(at, TokenForm::FourChannelsMasked)?;
    let mut fixed = fresh.clone();
    fixed.law.transition = Transition::Fixed(haar_orthogonal(d, random));
    let plan = SequencePlan::adam(2_000, 6e-3, 128);
    let network = at.finish(fixed.training(linear_layer(d), 0.05, plan, random))?;
    let step = Transformer::gradient_step_from_zero(d, rate);
    Ok(Box::new(move |random| {
        let [fixed, fresh] = [&fixed, &fresh].map(|task| task.batch(64, random));
        Ok(numbers([
            ("trained", network.mean_loss(&fixed)),
            ("step", step.mean_loss(&fixed)),
            ("transferred", network.mean_loss(&fresh)),
            ("fresh_step", step.mean_loss(&fresh)),
        ]))
    }))
}
