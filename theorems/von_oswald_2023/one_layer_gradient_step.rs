//! # One layer of linear self-attention makes one gradient step at every token
//! Source: arXiv:2309.05858, Proposition 1
//! Claim:  $e_t \leftarrow [(\Phi_0 - \eta \nabla L_t(\Phi_0)) s_t,\ s_t,\ s_{t-1}]$, $L_t(\Phi) = \tfrac12 \sum_{t' < t} \|s_{t'+1} - \Phi s_{t'}\|^2$
//! Where:  s_1..s_n -> Past -> d x n -> the states before the last one
//!         s_t -> q -> d x 1 -> the last state
//!         s_2..s_t -> next -> d x n -> each state that follows one of Past
//!         Phi_0, eta -> Phi0, eta -> d x d, 1 x 1 -> the initial prediction and the step size
//! Needs:  the causal mask with the token itself (no_causal_mask, newest_pair_left_out), s_0 = 0
//!         (first_token_counted)
//! Expect: the identity by proof for all d, n; the constructed network exactly
//! Checked: attention with full weight matrices on tokens of three channels, the last token and
//!         the one before it. Not seen: that training finds these weights
//! Not to be confused with: a mean over the pairs; L_t is a sum

use super::{computed, states};
use crate::prelude::*;

/// Proposition 1.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::one_layer_gradient_step",
    source: Source { arxiv: "2309.05858", statement: "Proposition 1" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory One layer of linear self-attention makes one gradient step
space d, n
scalar eta
matrix Phi0[d,d]
matrix Past[d,n]
matrix Next[d,n]
vector q[d]
vector first[d]
param Phi[d,d]
let objective = tr((Next - Phi*Past)'*(Next - Phi*Past))/2
let slope = subst(grad(objective, Phi), Phi -> Phi0)

note the update sums values Next - Phi0*Past with the scores Past'*q
claim attention_is_a_step: (Phi0 - eta*slope)*q == Phi0*q + eta*(Next - Phi0*Past)*(Past'*q)
refute step_uphill: (Phi0 + eta*slope)*q == Phi0*q + eta*(Next - Phi0*Past)*(Past'*q)
refute half_a_step: (Phi0 - eta/2*slope)*q == Phi0*q + eta*(Next - Phi0*Past)*(Past'*q)
refute mean_of_the_pairs: (Phi0 - eta/n*slope)*q == Phi0*q + eta*(Next - Phi0*Past)*(Past'*q)

observed next[d,n]
observed last[d]
observed output[d]
observed output_before[d]
at d = 1; n = 2; eta = 1/5 | d = 2; n = 5; eta = 1/5 | d = 3; n = 4; eta = 3/10 | d = 4; n = 9; eta = -1/10
claim network_makes_the_step: output == Phi0*q + eta*(next - Phi0*Past)*(Past'*q)
refute sign_flipped: output == Phi0*q - eta*(next - Phi0*Past)*(Past'*q)
refute initial_prediction_dropped: output == Phi0*q + eta*next*(Past'*q)
refute step_halved: output == Phi0*q + eta/2*(next - Phi0*Past)*(Past'*q)
refute sum_taken_for_the_mean: output == Phi0*q + eta/n*(next - Phi0*Past)*(Past'*q)
refute newest_pair_left_out:
   output == Phi0*q + eta*(next - Phi0*Past)*(Past'*q) - eta*(q - Phi0*last)*(last'*q)
refute key_and_query_swapped: output == Phi0*q + eta*Past*(next - Phi0*Past)'*q
refute first_token_counted:
   output == Phi0*q + eta*(next - Phi0*Past)*(Past'*q) + eta*first*(first'*q)

note the token before the last one, whose newest pair is one earlier; last is its state
claim earlier_token_makes_its_step: output_before
   == Phi0*last + eta*(next - Phi0*Past)*(Past'*last) - eta*(q - Phi0*last)*(last'*last)
refute no_causal_mask: output_before == Phi0*last + eta*(next - Phi0*Past)*(Past'*last)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "constructed_network",
        kind: EvidenceKind::Exact,
        description: "the constructed weights in causal linear attention, in double precision",
        supplies: &["next", "last", "output", "output_before"],
        supply: Supply::Value(constructed),
    }]
}

fn constructed(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (past, initial, rate) = (at.value("Past")?, at.value("Phi0")?, at.number("eta")?);
    let n = past.ncols();
    let states = states(at)?;
    let tokens = TokenForm::ThreeChannels(initial.clone()).tokens(states.as_ref());
    let pass = Transformer::gradient_step(initial, rate).forward(n + 1, tokens.as_ref());
    let outputs = pass.predictions().to_owned();
    let column = |matrix: &Mat<f64>, t: usize| matrix.subcols(t, 1).to_owned();
    let letters = [
        ("next", states.subcols(1, n).to_owned()),
        ("last", column(&states, n - 1)),
        ("output", column(&outputs, n)),
        ("output_before", column(&outputs, n - 1)),
    ];
    computed(letters, 1e-12)
}
