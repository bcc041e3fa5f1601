//! # Near its limit the flow converges at a rate that is known exactly
//! Source: arXiv:2306.09927, Lemma 5.4, the rate near the limit
//! Claim:  $\tilde\ell - \min\tilde\ell \sim e^{-2rt}$, $r = \min\left(c^2 \min_{i \ne j} \gamma_i \lambda_i \lambda_j,\ \lambda_{\min}\left[D (c^2 I + \gamma^{-1} \gamma^{-1\prime}/c^2) D\right]\right)$, $c^2 = \|\Gamma^{-1}\|_F$, $D = \operatorname{diag}(\sqrt{\gamma_i} \lambda_i)$
//! Where:  c^2 -> c2 -> 1 x 1 -> square of the limit of u
//!         lambda_2 -> second -> 1 x 1 -> second smallest eigenvalue of Lambda (1e300 at d = 1, where there is none)
//!         sum of v_i -> all_directions -> d x 1 -> sum of unit eigenvectors of Lambda, all ones in the eigenbasis
//!         r -> rate -> 1 x 1 -> smallest positive eigenvalue of the Hessian on p = q = 0
//!         Theta Theta', sigma -> T, sigma -> d x d, 1 x 1 -> the start: U = sigma T, u = sigma, |T|_F = 1
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//! Needs:  a limit at c^2 = |Gamma^-1|_F, so a balanced start (with_another_scale)
//! Expect: exact
//! Checked: the Hessian of the exact population loss at the end of the flow, by differences of its gradient; the
//!         constant mu of the paper is at most 2 r. Not seen: directions that the start has no part in, along which
//!         the flow is faster than r
//! Not to be confused with: the constant mu (pl_inequality), which holds all along the flow and is far smaller

use super::{balanced_start, population_loss, precise};
use crate::prelude::*;

/// The rate near the limit.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::linearised_rate",
    source: Source { arxiv: "2306.09927", statement: "Lemma 5.4, the rate near the limit" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::pl_inequality", "zhang_frei_bartlett_2024::flow_limits"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The rate of convergence near the limit
space d, N
positive sigma
matrix T[d,d] sym
matrix Lambda[d,d] pd
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
observed slowest
observed second
observed all_directions[d]
let c2 = tr(inv(Gamma)^2)^(1/2)
let c2_of_the_trace = tr(inv(Gamma))
let coupled = Gamma^(-1/2)*Lambda*all_directions
let mixed_rate = c2*eigmin(Gamma)*eigmin(Lambda)*second
let joint_rate = eigmin(c2*Gamma*Lambda^2 + coupled*coupled'/c2)
let rate = min(mixed_rate, joint_rate)
let traces = tr(inv(Gamma)*inv(Lambda))*tr(inv(Lambda))
let mu = sigma^2*tr(Lambda^2*T)*(2 - d^(1/2)*sigma^2*opnorm(Gamma))/(d^(1/2)*opnorm(Lambda)^2*traces)

at d = 2; N = 10; sigma = 1/5; Lambda = [[2, 0], [0, 1/3]]; T = [[9/25, 12/25], [12/25, 16/25]]
  | d = 2; N = 6; sigma = 1/5; Lambda = [[2, 1/2], [1/2, 1]]; T = [[3/5, 0], [0, 4/5]]
  | d = 3; N = 10; sigma = 1/5; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; T = [[4/9, 2/9, 4/9], [2/9, 1/9, 2/9], [4/9, 2/9, 4/9]]
claim slowest_direction: slowest == rate
claim slower_than_all: 2*slowest >= mu
refute mixed_directions_alone: slowest == mixed_rate
refute without_the_coupling: slowest == c2*eigmin(Gamma)*eigmin(Lambda)^2
refute coupled_the_other_way: slowest == min(mixed_rate, eigmin(c2*Gamma*Lambda^2 + c2*coupled*coupled'))
refute with_another_scale: slowest
   == min(c2_of_the_trace*eigmin(Gamma)*eigmin(Lambda)*second
   , eigmin(c2_of_the_trace*Gamma*Lambda^2 + coupled*coupled'/c2_of_the_trace))
refute half_of_it: slowest == rate/2
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "curvature_at_the_limit",
        kind: EvidenceKind::Exact,
        description: "smallest positive eigenvalue of the Hessian of the exact population loss in u and U, at \
                      the end of its flow; eigenvalues and eigenvectors of Lambda",
        supplies: &["slowest", "second", "all_directions"],
        supply: Supply::Value(curvature),
    }]
}

fn curvature(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, loss) = (at.size("d")?, population_loss(at)?);
    let end = gradient_flow(&loss, &balanced_start(at)?.active_weights(), &precise())?;
    // Of the active weights p, u, and the columns of (U; q').
    let kept: Vec<usize> =
        (d..(d + 1) * (d + 1)).filter(|place| *place == d || place % (d + 1) != d).collect();
    let whole = loss.hessian(&end.point);
    let hessian = Mat::from_fn(kept.len(), kept.len(), |i, j| whole[(kept[i], kept[j])]);
    let failed = |_| ExperimentError::Numerical { what: "no eigenvalues were found".to_owned() };
    let curvatures = hessian.self_adjoint_eigenvalues(Side::Lower).map_err(failed)?;
    let largest = curvatures.last().copied().unwrap_or_default();
    // One direction is flat: W^PV times a number, W^KQ divided by it.
    let flat = curvatures.iter().filter(|value| value.abs() < 1e-6 * largest).count();
    if flat != 1 {
        let what = format!("{flat} directions are flat at the limit; one should be");
        return Err(ExperimentError::Numerical { what });
    }
    let slowest = curvatures.iter().copied().find(|&value| value > 1e-6 * largest);
    let eigen = at.value("Lambda")?.self_adjoint_eigen(Side::Lower).map_err(failed)?;
    let second = eigen.S().column_vector().iter().copied().nth(1).unwrap_or(1e300);
    let sum = Mat::from_fn(d, 1, |i, _| (0..d).map(|j| eigen.U()[(i, j)]).sum());
    let slowest = Mat::full(1, 1, slowest.unwrap_or_default());
    let observed =
        [("slowest", slowest), ("second", Mat::full(1, 1, second)), ("all_directions", sum)];
    // Differences of the gradient are right to 4e-11 of the third derivatives.
    Ok((observed.into(), 1e-9 * largest + 10.0 * end.error()))
}
