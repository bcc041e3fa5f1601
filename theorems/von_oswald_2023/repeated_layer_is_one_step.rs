//! # Repeating the layer of Proposition 1 makes one longer step, not several
//! Source: arXiv:2309.05858, Section 3
//! Claim:  $\hat s_{t+1} = (\Phi_0 - k \eta \nabla L_t(\Phi_0)) s_t$
//! Where:  s_1..s_n -> Past -> d x n -> the states before the last one
//!         s_t -> q -> d x 1 -> the last state
//!         Phi_0, eta -> Phi0, eta -> d x d, 1 x 1 -> the initial prediction and the step size
//!         k -> k -> size -> number of layers
//! Needs:  values of the printed layer, which hold Phi_0 (two_layers_are_two_steps)
//! Expect: proof for all d, n, k; the repeated network exactly
//! Checked: up to five repeated layers. Not seen: what training makes of such a stack
//! Not to be confused with: k gradient steps, which the paper calls the stack a biased version of

use super::{computed, states};
use crate::prelude::*;

/// The remark on stacked layers.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::repeated_layer_is_one_step",
    source: Source { arxiv: "2309.05858", statement: "Section 3" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::one_layer_gradient_step"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Repeating the layer of Proposition 1 makes one longer step
space d, n, k
scalar eta
matrix Phi0[d,d]
matrix Past[d,n]
matrix Next[d,n]
vector q[d]
param Phi[d,d]
let objective = tr((Next - Phi*Past)'*(Next - Phi*Past))/2
let update = eta*(Next - Phi0*Past)*(Past'*q)
let two_steps = subst(Phi - eta*grad(objective, Phi), Phi -> Phi0 - eta*subst(grad(objective, Phi), Phi -> Phi0))

note the update of a layer does not see the channel that it writes to
claim layers_add_up: Phi0*q + k*update == (Phi0 - k*eta*subst(grad(objective, Phi), Phi -> Phi0))*q
refute two_layers_are_two_steps: Phi0*q + 2*update == two_steps*q

observed next[d,n]
observed output[d]
at d = 1; n = 2; k = 2; eta = 1/5 | d = 2; n = 5; k = 3; eta = 1/10 | d = 3; n = 7; k = 5; eta = 3/20
claim repeated_network: output == Phi0*q + k*eta*(next - Phi0*Past)*(Past'*q)
refute repeated_network_makes_one_step: output == Phi0*q + eta*(next - Phi0*Past)*(Past'*q)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "repeated_network",
        kind: EvidenceKind::Exact,
        description: "k equal layers of causal linear attention",
        supplies: &["next", "output"],
        supply: Supply::Value(repeated),
    }]
}

fn repeated(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (past, initial, rate) = (at.value("Past")?, at.value("Phi0")?, at.number("eta")?);
    let (d, n) = past.shape();
    let states = states(at)?;
    let heads = Transformer::gradient_step(initial, rate).head_products(0);
    let network = Transformer::of_heads(d, 3, &vec![heads; at.size("k")?]);
    let tokens = TokenForm::ThreeChannels(initial.clone()).tokens(states.as_ref());
    let pass = network.forward(n + 1, tokens.as_ref());
    let next = states.subcols(1, n).to_owned();
    let letters = [("output", pass.predictions().subcols(n, 1).to_owned()), ("next", next)];
    computed(letters, 1e-12)
}
