//! # For isotropic inputs the gradient flow has a closed form
//! Source: arXiv:2306.09927, Lemma 5.2, solved for isotropic inputs
//! Claim:  $u_{-1}(t)^2 = \frac{\sqrt d}{g} \left(1 + \left(\frac{\sqrt d}{g\sigma^2} - 1\right) e^{-2\sqrt d \lambda^2 t}\right)^{-1}$, $U_{11} = \frac{u_{-1}}{\sqrt d} I$, $g = (1 + \tfrac{d+1}{N})\lambda$
//! Where:  lambda -> lam -> 1 x 1 -> the inputs are N(0, lambda I)
//!         U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         sigma -> sigma -> 1 x 1 -> the start: U = sigma I/sqrt(d), u = sigma
//!         t -> t -> 1 x 1 -> time of the flow of the loss with the factor 1/2
//!         e^(-2 sqrt(d) lambda^2 t) -> z -> 1 x 1 -> what decays
//!         N -> N -> size -> examples in a training prompt
//! Needs:  isotropic inputs and an isotropic start (from_another_start), the factor 1/2 of the loss
//!         (at_twice_the_time)
//! Expect: proof for all d, N that it solves the equations; exact along the flow
//! Checked: the flow of the exact population loss on all active weights at d up to 5. Not seen: nothing that the
//!         proof does not cover, but for the exponential function itself, of which it uses the derivative alone
//! Not to be confused with: the trajectory from another start, which has no closed form

use super::{fixed_law, length, precise, scalar};
use crate::prelude::*;

/// Lemma 5.2 for isotropic inputs.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::isotropic_closed_form_trajectory",
    source: Source { arxiv: "2306.09927", statement: "Lemma 5.2, solved for isotropic inputs" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::gradient_flow_equations"],
    figures: &[
        Figure::Curves {
            title: "Loss along the gradient flow, and in closed form",
            x: "t, time of the flow",
            y: "L(t) = E(prediction − w·x_{q})^{2}/2",
            curves: &[Curve {
                label: "flow",
                points: Points::Over { line: "loss_at_a_time", letter: "t" },
            }],
            published: &[],
        },
        Figure::Curves {
            title: "The output scale along the gradient flow, and in closed form",
            x: "t, time of the flow",
            y: "u(t), last entry of W^{PV}",
            curves: &[Curve {
                label: "flow",
                points: Points::Over { line: "scale_at_a_time", letter: "t" },
            }],
            published: &[],
        },
    ],
};

const CLAIMS: &str = "\
theory The gradient flow for isotropic inputs in closed form
space d, N
positive lam, sigma, t, z
param u
param U[d,d]
gaussian X[d,N] ~ lam*I
gaussian w[d] ~ I
gaussian xq[d] ~ lam*I
let S = X*X'/N
let loss = E[(u*w'*S*U*xq - w'*xq)^2]/2
let g = (1 + (d + 1)/N)*lam
let growth = d^(1/2)*lam^2
let limit_square = d^(1/2)/g
let square = limit_square/(1 + (limit_square/sigma^2 - 1)*z)
let closed_square = subst(square, z -> exp(-2*growth*t))
let closed_scale = sqrt(closed_square)
let closed_diagonal = closed_scale/d^(1/2)
let loss_on_the_line = d*lam/2 - growth*u^2 + g*lam^2*u^4/2

note on the line U = u/sqrt(d) I both equations say the same, so the flow stays on it
claim matrix_on_the_line: -subst(grad(loss, U), U -> u/d^(1/2)*I) == (growth*u - g*lam^2*u^3)/d^(1/2)*I
claim scale_on_the_line: -subst(grad(loss, u), U -> u/d^(1/2)*I) == growth*u - g*lam^2*u^3
refute with_an_uncorrected_covariance: -subst(grad(loss, u), U -> u/d^(1/2)*I) == growth*u - lam^3*u^3
claim value_on_the_line: subst(loss, U -> u/d^(1/2)*I) == loss_on_the_line
note the square of u obeys the logistic equation, and z changes at the rate -2 growth z
claim logistic: -2*growth*z*grad(square, z) == 2*growth*square - 2*g*lam^2*square^2
claim at_the_start: subst(square, z -> 1) == sigma^2
claim at_the_end: subst(square, z -> 0*z) == limit_square
refute logistic_at_half_the_rate: -growth*z*grad(square, z) == 2*growth*square - 2*g*lam^2*square^2

observed flow_scale
observed flow_matrix[d,d]
observed flow_loss
at d = 2; N = 5; lam = 1; sigma = 1/4; t = 1/4, 1/2, 3/4, 1, 5/4, 3/2, 7/4, 2, 5/2, 3, 4
  | d = 3; N = 7; lam = 1/2; sigma = 1/3; t = 1/2, 1, 3/2, 2, 5/2, 3, 7/2, 4, 5, 6, 8
  | d = 5; N = 20; lam = 1; sigma = 3; t = 1/40, 1/20, 1/10, 1/5, 2/5, 3/5, 1, 2
claim scale_at_a_time: flow_scale == closed_scale
claim loss_at_a_time: flow_loss == subst(loss_on_the_line, u -> closed_scale)
at d = 2; N = 5; lam = 1; sigma = 1/4; t = 1
  | d = 3; N = 7; lam = 1/2; sigma = 1/3; t = 4
  | d = 5; N = 20; lam = 1; sigma = 3; t = 1/10
claim matrix_at_a_time: flow_matrix == closed_diagonal*I
refute at_twice_the_time: flow_scale == sqrt(subst(square, z -> exp(-4*growth*t)))
refute without_correction: flow_scale == sqrt(subst(square, z -> exp(-2*growth*t), N -> 1000000*N))
refute counting_the_query: flow_scale == sqrt(subst(square, z -> exp(-2*growth*t), N -> N + 1))
refute rate_without_the_root: flow_scale == sqrt(subst(square, z -> exp(-2*lam^2*t)))
observed other_scale
note from U = sigma e1 e1', u = sigma
refute from_another_start: other_scale == closed_scale
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "isotropic_flow",
            kind: EvidenceKind::Flow,
            description: "gradient flow of the exact population loss on all active weights",
            supplies: &["flow_scale", "flow_matrix", "flow_loss"],
            supply: Supply::Value(isotropic_flow),
        },
        Experiment {
            name: "another_start",
            kind: EvidenceKind::Flow,
            description: "the hypothesis of an isotropic start dropped",
            supplies: &["other_scale"],
            supply: Supply::Value(another_start),
        },
    ]
}

/// The network at time t from `U = block`, `u = sigma`, and the error of its weights.
fn follow(at: &Setting, block: &Mat<f64>) -> Result<(LinearAttention, f64), ExperimentError> {
    let d = at.size("d")?;
    let law = fixed_law(&(Mat::<f64>::identity(d, d) * at.number("lam")?), at)?;
    let loss = PopulationLoss::new(law.covariance(), law.context_length())?;
    let zero = vec![0.0; d];
    let start = LinearAttention::from_blocks(&zero, at.number("sigma")?, block, &zero)?;
    let path = flow_trajectory(&loss, &start.active_weights(), &[at.number("t")?], &precise())?;
    Ok((LinearAttention::from_active_weights(d, &path.states[0])?, path.errors[0]))
}

fn isotropic_flow(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let d = at.size("d")?;
    let block = Mat::<f64>::identity(d, d) * (at.number("sigma")? / (d as f64).sqrt());
    let (network, error) = follow(at, &block)?;
    let law = fixed_law(&(Mat::<f64>::identity(d, d) * at.number("lam")?), at)?;
    let loss = PopulationLoss::new(law.covariance(), law.context_length())?;
    let weights = network.active_weights();
    let mut gradient = vec![0.0; weights.len()];
    loss.gradient(&weights, &mut gradient);
    // The loss moves by its slope times the error, and by less than the error beyond that: half the
    // curvature, which is below a thousand here, times an error far below a thousandth.
    let slope = length(&gradient);
    let letters = [
        ("flow_scale", scalar(network.output_scale())),
        ("flow_matrix", network.key_query_block()),
        ("flow_loss", scalar(loss.value(&weights))),
    ];
    Ok((letters.into(), error * (1.0 + slope)))
}

fn another_start(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, sigma) = (at.size("d")?, at.number("sigma")?);
    let block = Mat::from_fn(d, d, |i, j| if i == 0 && j == 0 { sigma } else { 0.0 });
    let (network, error) = follow(at, &block)?;
    Ok(([("other_scale", Mat::full(1, 1, network.output_scale()))].into(), error))
}
