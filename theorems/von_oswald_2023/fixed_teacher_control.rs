//! # With one transition for all sequences a layer learns it by heart
//! Source: arXiv:2309.05858, Appendix B, Figure 12
//! Claim:  $L_{\text{trained}} < 0.3\, L_{GD}$
//! Where:  d, N, sigma -> d, N, sigma -> sizes, 1 x 1 -> dimension, predictions, deviation of the noise
//!         L_trained -> trained -> 1 x 1 -> loss of a layer trained with one W
//!         L_GD -> step -> 1 x 1 -> loss of the best gradient step for fresh W
//!         L_trained for fresh W -> transferred -> 1 x 1 -> loss of the same layer
//! Needs:  one transition (transferred_to_fresh_transitions)
//! Expect: one network, judged on fresh sequences
//! Checked: one layer of two heads with skip connection. Not seen: other transitions
//! Not to be confused with: in-context learning, of which this is the control

use crate::prelude::*;

/// Figure 12.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::fixed_teacher_control",
    source: Source { arxiv: "2309.05858", statement: "Appendix B, Figure 12" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::trained_layer_sandwich"],
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
claim knows_the_transition: trained <= 3/10*step
claim useless_for_fresh_transitions: transferred >= fresh_step
refute transferred_to_fresh_transitions: transferred <= fresh_step
refute learns_in_context: trained >= step
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "trained_layer",
        kind: EvidenceKind::Training,
        description: "one network, Adam on 128 sequences a step that share one transition, 1,000 steps; then \
                      batches of 64 fresh sequences with this transition and with fresh ones",
        supplies: &["trained", "step", "transferred", "fresh_step"],
        supply: Supply::Samples { prepare: trained, limit: batches },
    }]
}

fn batches(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 20_000,
        Effort::Standard => 100_000,
        Effort::Full => 1_000_000,
    }
}

fn trained(at: &Setting, random: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, count, noise) = (at.size("d")?, at.size("N")?, at.number("sigma")?);
    let first = FirstState::Uniform { half_width: 1.0 };
    let rate = gradient_step(&mut StateMoments::new(d, &first, noise), count).optimal_rate();
    let fresh = SequenceTask {
        law: Dynamics::orthogonal(d, first, noise),
        form: TokenForm::FourChannelsMasked,
        predictions: count,
    };
    let mut fixed = fresh.clone();
    fixed.law.transition = Transition::Fixed(haar_orthogonal(d, random));
    let attention =
        Attention { mechanism: Mechanism::Linear, heads: 2, key_size: 4 * d, positions: 0 };
    let layer = Architecture::attention(4 * d, 1, attention, d);
    let network = fixed.train(layer, 0.05, &SequencePlan::adam(1_000, 6e-3, 128), random)?;
    let step = Transformer::gradient_step_from_zero(d, rate);
    Ok(Box::new(move |random| {
        let [fixed, fresh] =
            [&fixed, &fresh].map(|task| Batch::new(&task.draw(64, random), &task.form));
        let loss = |network: &Transformer, batch| Mat::full(1, 1, network.mean_loss(batch));
        let letters = [
            ("trained", loss(&network, &fixed)),
            ("step", loss(&step, &fixed)),
            ("transferred", loss(&network, &fresh)),
            ("fresh_step", loss(&step, &fresh)),
        ];
        Ok(letters.into())
    }))
}
