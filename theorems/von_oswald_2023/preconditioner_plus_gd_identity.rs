//! # Layers that precondition the query, and one step, are gradient steps on a ridge regression
//! Source: arXiv:2309.05858, Proposition 2
//! Claim:  $S_+ S^{\top} x_K = \Phi_{K+1} s_t$, $x_{k+1} = x_k - \omega(A x_k - s_t)$, $x_0 = \omega s_t$, $A = S S^{\top} + I/\lambda$, $\Phi_{k+1} = \Phi_k - \omega \nabla \bar L_t(\Phi_k)$, $\Phi_0 = 0$
//! Where:  S -> Past -> d x n -> the states before the last one
//!         S_+ -> Next -> d x n -> each state that follows one of Past
//!         s_t -> q -> d x 1 -> the last state
//!         omega, lambda -> omega, lam -> 1 x 1 -> the step size and the inverse of the ridge
//!         K -> K -> size -> number of preconditioning layers
//! Needs:  the term s_t in the recursion (layer_without_forcing)
//! Expect: proof of the identity for K = 0, 1, 2, 3 and all d, n; the network exactly for K up to 400
//! Checked: a network of K + 1 attention layers with maps of the tokens between them, against
//!         gradient descent. Not seen: weights that training would find
//! Not to be confused with: K gradient steps; the printed recursion after (8), which has the
//!         preconditioned token in place of s_t

use super::{computed, states};
use crate::prelude::*;

/// Proposition 2, as the identity behind it.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::preconditioner_plus_gd_identity",
    source: Source { arxiv: "2309.05858", statement: "Proposition 2" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::one_layer_gradient_step"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Preconditioning layers and one step are gradient steps on a ridge regression
space d, n, K
positive omega, lam
matrix Past[d,n]
matrix Next[d,n]
vector q[d]
param Phi[d,d]
let A = Past*Past' + I/lam
let objective = tr((Next - Phi*Past)'*(Next - Phi*Past))/2 + tr(Phi*Phi')/(2*lam)
let descend = Phi - omega*grad(objective, Phi)
let Phi1 = subst(descend, Phi -> 0*Phi)
let Phi2 = subst(descend, Phi -> Phi1)
let Phi3 = subst(descend, Phi -> Phi2)
let Phi4 = subst(descend, Phi -> Phi3)
let x0 = omega*q
let x1 = x0 - omega*(A*x0 - q)
let x2 = x1 - omega*(A*x1 - q)
let x3 = x2 - omega*(A*x2 - q)

claim no_layer_and_one_step: Next*Past'*x0 == Phi1*q
claim one_layer_and_two_steps: Next*Past'*x1 == Phi2*q
claim two_layers_and_three_steps: Next*Past'*x2 == Phi3*q
claim three_layers_and_four_steps: Next*Past'*x3 == Phi4*q
refute as_many_steps_as_layers: Next*Past'*x2 == Phi2*q

observed next[d,n]
observed query[d]
observed output[d]
observed steps[d]
observed fewer[d]
at d = 1; n = 2; K = 1; omega = 1/10; lam = 2 | d = 2; n = 5; K = 3; omega = 1/20; lam = 10
  | d = 3; n = 4; K = 40; omega = 1/20; lam = 1/2
claim network_is_descent: output == steps
claim network_reads_the_query: output == next*Past'*query
refute network_is_shorter_descent: output == fewer
refute layer_without_forcing: output == next*Past'*(I - omega*A)*query
at d = 3; n = 4; K = 400; omega = 1/20; lam = 1/2
note enough layers reach the ridge regression, to the digits that are computed
claim enough_layers: output == next*Past'*inv(A)*q
refute enough_layers_without_ridge: output == next*Past'*inv(Past*Past' + I)*q
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "constructed_network",
        kind: EvidenceKind::Exact,
        description: "K attention layers that precondition the query, and one that reads it",
        supplies: &["next", "query", "output", "steps", "fewer"],
        supply: Supply::Value(constructed),
    }]
}

fn constructed(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (past, layers) = (at.value("Past")?, at.size("K")?);
    let (rate, inverse_ridge) = (at.number("omega")?, at.number("lam")?);
    let (d, n) = past.shape();
    let states = states(at)?;
    let network = Transformer::preconditioned_step(d, layers, rate, inverse_ridge);
    let tokens = TokenForm::FourChannels.tokens(states.as_ref());
    let pass = network.forward(n + 1, tokens.as_ref());
    let descend = |steps| {
        let learner = Learner::GradientSteps { rate, steps, ridge: 1.0 / inverse_ridge };
        let next = learner.next(states.as_ref());
        Mat::from_fn(d, 1, |i, _| next[i])
    };
    let letters = [
        ("next", states.subcols(1, n).to_owned()),
        // The second channel, after the last map.
        ("query", pass.tokens(1 + 2 * layers).submatrix(d, n, d, 1).to_owned()),
        ("output", pass.predictions().subcols(n, 1).to_owned()),
        ("steps", descend(layers + 1)),
        ("fewer", descend(layers)),
    ];
    computed(letters, 1e-11)
}
