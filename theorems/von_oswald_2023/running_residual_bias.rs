//! # Two layers on running residuals are not two gradient steps
//! Source: arXiv:2309.05858, Section 3
//! Claim:  $\hat y^{(2)}_t = \hat y^{(1)}_t + \eta \sum_{t^\prime < t} (s_{t^\prime+1} - \hat y^{(1)}_{t^\prime}) (s_{t^\prime}^{\top} s_t) \ne \Phi_2 s_t$
//! Where:  s_1..s_n -> Past -> d x n -> the states before the last one
//!         s_t -> q -> d x 1 -> the last state
//!         s_2..s_t -> next -> d x n -> each state that follows one of Past
//!         the predictions of one step -> predictions -> d x n -> of each state in next
//!         eta -> eta -> 1 x 1 -> the step size
//! Needs:  the causal mask (full_residuals_are_one_step)
//! Expect: exactly
//! Checked: up to eight states. Not seen: what training makes of two layers
//! Not to be confused with: the repeated layer, whose values hold Phi_0

use super::{computed, states};
use crate::prelude::*;

/// The second reading of the remark on stacked layers.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::running_residual_bias",
    source: Source { arxiv: "2309.05858", statement: "Section 3" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::repeated_layer_is_one_step"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Two layers on running residuals are not two gradient steps
space d, n
scalar eta
matrix Past[d,n]
matrix Next[d,n]
vector q[d]
param Phi[d,d]
let objective = tr((Next - Phi*Past)'*(Next - Phi*Past))/2
let Phi1 = subst(Phi - eta*grad(objective, Phi), Phi -> 0*Phi)
let Phi2 = subst(Phi - eta*grad(objective, Phi), Phi -> Phi1)
note with residuals of the whole context two layers would be two steps
claim full_residuals_are_two_steps: Phi1*q + eta*(Next - Phi1*Past)*(Past'*q) == Phi2*q
refute full_residuals_are_one_step: Phi1*q + eta*(Next - Phi1*Past)*(Past'*q) == Phi1*q

observed next[d,n]
observed predictions[d,n]
observed first[d]
observed two_steps[d]
at d = 2; n = 5; eta = 1/10 | d = 3; n = 7; eta = 3/20
let second = first + eta*(next - predictions)*(Past'*q)
claim first_layer_is_a_step: first == eta*next*(Past'*q)
claim steps_of_the_learner: two_steps == eta*(2*next*Past' - eta*next*Past'*Past*Past')*q
refute running_residuals_are_two_steps: second == two_steps
refute running_residuals_are_one_step: second == first
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "gradient_steps",
        kind: EvidenceKind::Exact,
        description: "predictions of one gradient step for every prefix, and of two for the last one",
        supplies: &["next", "predictions", "first", "two_steps"],
        supply: Supply::Value(steps),
    }]
}

fn steps(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (n, rate) = (at.value("Past")?.ncols(), at.number("eta")?);
    let states = states(at)?;
    let predict =
        |steps| Learner::GradientSteps { rate, steps, ridge: 0.0 }.predictions(states.as_ref());
    // The predictions of s_2, ..., s_{n+1}, and of what follows the last state.
    let (first, second) = (predict(1), predict(2));
    let letters = [
        ("next", states.subcols(1, n).to_owned()),
        ("predictions", first.subcols(0, n).to_owned()),
        ("first", first.subcols(n, 1).to_owned()),
        ("two_steps", second.subcols(n, 1).to_owned()),
    ];
    computed(letters, 1e-12)
}
