//! # On tokens of four channels one layer makes the gradient step from zero
//! Source: arXiv:2309.05858, Appendix A
//! Claim:  $\hat s_{t+1} = \eta \sum_{t' < t} s_{t'+1} (s_{t'}' s_t)$
//! Where:  s_1..s_n -> Past -> d x n -> the states before the last one
//!         s_t -> q -> d x 1 -> the last state
//!         s_2..s_t -> next -> d x n -> each state that follows one of Past
//!         eta -> eta -> 1 x 1 -> the step size
//! Needs:  the current state among the values (newest_pair_left_out)
//! Expect: the constructed network exactly
//! Checked: tokens [0, s_t, s_t, s_{t-1}] and [0, 0, s_t, s_{t-1}]. Not seen: trained weights
//! Not to be confused with: the step from Phi_0, for which the tokens carry a prediction

use super::{computed, states};
use crate::prelude::*;

/// Proposition 1 with the tokens of the experiments.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::four_channel_one_step",
    source: Source { arxiv: "2309.05858", statement: "Appendix A" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::one_layer_gradient_step"],
    figures: &[],
};

const CLAIMS: &str = "\
theory On tokens of four channels one layer makes the gradient step from zero
space d, n
scalar eta
matrix Past[d,n]
vector q[d]
observed next[d,n]
observed last[d]
observed output[d]
observed output_of_masked_tokens[d]
at d = 1; n = 2; eta = 1/5 | d = 2; n = 5; eta = 1/5 | d = 3; n = 4; eta = 3/10 | d = 4; n = 9; eta = -1/10
claim step: output == eta*next*(Past'*q)
claim step_of_masked_tokens: output_of_masked_tokens == eta*next*(Past'*q)
refute step_uphill: output == -eta*next*(Past'*q)
refute newest_pair_left_out: output == eta*next*(Past'*q) - eta*q*(last'*q)
refute key_and_query_swapped: output == eta*Past*(next'*q)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "constructed_network",
        kind: EvidenceKind::Exact,
        description: "the constructed weights in causal linear attention, in double precision",
        supplies: &["next", "last", "output", "output_of_masked_tokens"],
        supply: Supply::Value(constructed),
    }]
}

fn constructed(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, n) = at.value("Past")?.shape();
    let states = states(at)?;
    let network = Transformer::gradient_step_from_zero(d, at.number("eta")?);
    let read = |form: TokenForm| {
        let pass = network.forward(n + 1, form.tokens(states.as_ref()).as_ref());
        pass.predictions().subcols(n, 1).to_owned()
    };
    let letters = [
        ("next", states.subcols(1, n).to_owned()),
        ("last", states.subcols(n - 1, 1).to_owned()),
        ("output", read(TokenForm::FourChannels)),
        ("output_of_masked_tokens", read(TokenForm::FourChannelsMasked)),
    ];
    computed(letters, 1e-12)
}
