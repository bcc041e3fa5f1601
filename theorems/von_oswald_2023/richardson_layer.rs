//! # Each preconditioning layer is one Richardson step
//! Source: arXiv:2309.05858, Proposition 2
//! Claim:  $x_{k+1} = x_k - \omega (A x_k - s_t)$, $A = S S' + I/\lambda$
//! Where:  S -> Past -> d x n -> the states before the last one
//!         s_t -> q -> d x 1 -> the last state
//!         x_k -> before, after -> d x 1 -> the second channel of the token before and after a layer
//!         omega, lambda -> omega, lam -> 1 x 1 -> the step size and the inverse of the ridge
//!         K -> K -> size -> number of preconditioning layers
//! Needs:  the term s_t in the recursion (layer_without_forcing), the ridge (layer_without_ridge)
//! Expect: proof that the fixed point is the ridge solution; the layers exactly
//! Checked: the tokens between the layers of the constructed network. Not seen: trained weights
//! Not to be confused with: the printed recursion after (8) and equation (9), which lack the term s_t

use super::{computed, states};
use crate::prelude::*;

/// The layers of Proposition 2.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::richardson_layer",
    source: Source { arxiv: "2309.05858", statement: "Proposition 2" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory Each preconditioning layer is one Richardson step
space d, n, K
positive omega, lam
matrix Past[d,n]
vector q[d]
let A = Past*Past' + I/lam

note the solution does not move, and without the forcing term it would
claim fixed_point: inv(A)*q - omega*(A*inv(A)*q - q) == inv(A)*q
refute fixed_point_without_forcing: inv(A)*q - omega*A*inv(A)*q == inv(A)*q

observed before[d]
observed after[d]
observed first[d]
at d = 1; n = 2; K = 1; omega = 1/10; lam = 2 | d = 2; n = 5; K = 3; omega = 1/20; lam = 10
  | d = 3; n = 4; K = 8; omega = 1/20; lam = 1/2
claim start: first == omega*q
claim layer: after == before - omega*(A*before - q)
refute layer_without_forcing: after == before - omega*A*before
refute layer_without_ridge: after == before - omega*(Past*Past'*before - q)
refute layer_uphill: after == before + omega*(A*before - q)
note the recursion after (8) as printed
refute printed_recursion: after == before + (I - omega*A)*before
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "constructed_network",
        kind: EvidenceKind::Exact,
        description: "the second channel of the last token before and after the last layer that preconditions it",
        supplies: &["first", "before", "after"],
        supply: Supply::Value(channels),
    }]
}

fn channels(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (past, layers) = (at.value("Past")?, at.size("K")?);
    let (d, n) = past.shape();
    let states = states(at)?;
    let (rate, inverse_ridge) = (at.number("omega")?, at.number("lam")?);
    let network = Transformer::preconditioned_step(d, layers, rate, inverse_ridge);
    let tokens = TokenForm::FourChannels.tokens(states.as_ref());
    let pass = network.forward(n + 1, tokens.as_ref());
    // Behind the first map, and behind each of the maps that follow attention.
    let channel = |step: usize| pass.tokens(1 + 2 * step).submatrix(d, n, d, 1).to_owned();
    let letters =
        [("first", channel(0)), ("before", channel(layers - 1)), ("after", channel(layers))];
    computed(letters, 1e-12)
}
