//! # From a negative output scale the flow may end in the saddle at zero
//! Source: arXiv:2306.09927, Theorem 4.1, whose start has a positive output scale
//! Claim:  $u_{-1}(0) = -\sigma,\ U_{11}(0) = \tfrac{\sigma}{\sqrt d} I,\ \Lambda = \lambda I$: $u_{-1}(t)^2 = \frac{\sqrt d}{g}\, z \left(1 + \frac{\sqrt d}{g\sigma^2} - z\right)^{-1} \to 0$, $z = e^{-2\sqrt d \lambda^2 t}$
//! Where:  lambda -> lam -> 1 x 1 -> the inputs are N(0, lambda I)
//!         U_11 -> U -> d x d -> upper left block of W^KQ
//!         u_-1 -> u -> 1 x 1 -> last entry of W^PV
//!         sigma -> sigma -> 1 x 1 -> size of the start
//!         g -> g -> 1 x 1 -> (1 + (d+1)/N) lambda
//!         t, z -> t, z -> 1 x 1 -> time, and what decays
//!         N -> N -> size -> examples in a training prompt
//! Needs:  the sign alone: from u = sigma the same start ends in the minimum (from_the_other_sign)
//! Expect: proof for all d, N that it solves the equations; exact along the flow
//! Checked: the flow of the exact population loss, and the curvature at zero, where it ends: negative, so that
//!         zero is no minimum. Not seen: anisotropic inputs, for which such a start leaves the saddle in the end
//!         unless it is chosen on purpose
//! Not to be confused with: a spurious minimum (spurious_local_minima)

use super::{fixed_law, precise};
use crate::prelude::*;

/// The sign of u in Theorem 4.1.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::sign_of_output_scale",
    source: Source {
        arxiv: "2306.09927",
        statement: "Theorem 4.1, whose start has a positive output scale",
    },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::isotropic_closed_form_trajectory"],
    figures: &[],
};

const CLAIMS: &str = "\
theory From a negative output scale the flow may end in the saddle at zero
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
let shape = limit_square/(1 + limit_square/sigma^2 - z)
let square = z*shape
let closed_square = subst(square, z -> exp(-2*growth*t))

note on the line U = -u/sqrt(d) I both equations say the same, so the flow stays on it
claim matrix_on_the_line: -subst(grad(loss, U), U -> -u/d^(1/2)*I) == (growth*u + g*lam^2*u^3)/d^(1/2)*I
claim scale_on_the_line: -subst(grad(loss, u), U -> -u/d^(1/2)*I) == -growth*u - g*lam^2*u^3
refute scale_with_the_other_sign: -subst(grad(loss, u), U -> -u/d^(1/2)*I) == growth*u - g*lam^2*u^3
note z falls at the rate 2 growth z, and the square is a multiple of it in the end
claim falling: -2*growth*z*grad(square, z) == -2*growth*square - 2*g*lam^2*square^2
claim at_the_start: subst(square, z -> 1) == sigma^2
claim at_the_end: subst(shape, z -> 0*z) == limit_square/(1 + limit_square/sigma^2)
refute rising: -2*growth*z*grad(square, z) == 2*growth*square - 2*g*lam^2*square^2
claim loss_at_zero: subst(loss, U -> 0*U, u -> 0) == d*lam/2
refute loss_at_zero_without_half: subst(loss, U -> 0*U, u -> 0) == d*lam

observed flow_square
observed lowest_curvature
at d = 2; N = 6; lam = 1; sigma = 1/2; t = 1
  | d = 3; N = 10; lam = 1/2; sigma = 1; t = 3
  | d = 5; N = 20; lam = 1; sigma = 1/4; t = 2
claim square_at_a_time: flow_square == closed_square
refute square_of_a_positive_start:
   flow_square == subst(limit_square/(1 + (limit_square/sigma^2 - 1)*z), z -> exp(-2*growth*t))
refute at_twice_the_time: flow_square == subst(square, z -> exp(-4*growth*t))
claim saddle_at_zero: lowest_curvature == -growth
refute minimum_at_zero: lowest_curvature >= 0
observed other_square
note from u = sigma, U = sigma/sqrt(d) I
refute from_the_other_sign: other_square == closed_square
";

fn experiments() -> Vec<Experiment> {
    let square_from = |name, supplies, description, supply| Experiment {
        name,
        kind: EvidenceKind::Flow,
        description,
        supplies,
        supply: Supply::Value(supply),
    };
    vec![
        square_from(
            "negative_start",
            &["flow_square"],
            "gradient flow of the exact population loss",
            negative,
        ),
        square_from("positive_start", &["other_square"], "the sign of u reversed", positive),
        Experiment {
            name: "curvature_at_zero",
            kind: EvidenceKind::Exact,
            description: "smallest eigenvalue of the Hessian of the exact population loss at zero",
            supplies: &["lowest_curvature"],
            supply: Supply::Value(curvature),
        },
    ]
}

fn isotropic_loss(at: &Setting) -> Result<PopulationLoss, ExperimentError> {
    let d = at.size("d")?;
    let law = fixed_law(&(Mat::<f64>::identity(d, d) * at.number("lam")?), at)?;
    Ok(PopulationLoss::new(law.covariance(), law.context_length())?)
}

fn follow(
    at: &Setting,
    letter: &'static str,
    sign: f64,
) -> Result<(Observed, f64), ExperimentError> {
    let (d, sigma) = (at.size("d")?, at.number("sigma")?);
    let (zero, block) = (vec![0.0; d], Mat::<f64>::identity(d, d) * (sigma / (d as f64).sqrt()));
    let start = LinearAttention::from_blocks(&zero, sign * sigma, &block, &zero)?.active_weights();
    let path = flow_trajectory(&isotropic_loss(at)?, &start, &[at.number("t")?], &precise())?;
    let scale = LinearAttention::from_active_weights(d, &path.states[0])?.output_scale();
    let error = 2.0 * scale.abs() * path.errors[0];
    Ok(([(letter, Mat::full(1, 1, scale * scale))].into(), error))
}

fn negative(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    follow(at, "flow_square", -1.0)
}

fn positive(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    follow(at, "other_square", 1.0)
}

fn curvature(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let loss = isotropic_loss(at)?;
    let hessian = loss.hessian(&vec![0.0; loss.dimension()]);
    let failed = |_| ExperimentError::Numerical { what: "no eigenvalues were found".to_owned() };
    let curvatures = hessian.self_adjoint_eigenvalues(Side::Lower).map_err(failed)?;
    let largest = curvatures.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let lowest = curvatures.first().copied().unwrap_or_default();
    Ok(([("lowest_curvature", Mat::full(1, 1, lowest))].into(), 1e-9 * largest))
}
