//! # Covariances that do not commute lead to another limit, which need not be symmetric
//! Source: arXiv:2306.09927, Theorem 4.5, without simultaneous diagonality
//! Claim:  $\mathbb{E}[\Gamma_\tau \Lambda_\tau B \Lambda_\tau] = \mathbb{E}\Lambda_\tau^2$, $B \ne (\mathbb{E}\,\Gamma_\tau\Lambda_\tau^2)^{-1} \mathbb{E}\Lambda_\tau^2$
//! Where:  Lambda_tau -> L1, L2 -> d x d -> one of two covariances, each with probability 1/2
//!         Gamma_tau -> Gamma1, Gamma2 -> d x d -> what belongs to them
//!         B -> B -> d x d -> solution of the linear equation
//!         (4.12) -> formula -> d x d -> the limit for diagonal covariances
//!         Theta Theta', sigma -> T, sigma -> d x d, 1 x 1 -> the start: U = sigma T, u = sigma, |T|_F = 1
//!         N -> N -> size -> examples in a training prompt
//! Needs:  covariances that do not commute: where they do, the printed formula holds (formula_for_commuting_ones)
//! Expect: proof for all d, N of the gradient given the covariance; exact solution of the equation; flow
//! Checked: the solution by elimination, and the end of the flow of the exact mean loss. Not seen: more than two
//!         covariances, training
//! Not to be confused with: the minimiser at the mean covariance

use super::{balanced_start, precise, scalar};
use crate::prelude::*;

/// Theorem 4.5 without its hypothesis.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::noncommuting_covariance",
    source: Source {
        arxiv: "2306.09927",
        statement: "Theorem 4.5, without simultaneous diagonality",
    },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::random_covariance_limit"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Two covariances that do not commute
space d, N
positive sigma
param u
param U[d,d]
matrix T[d,d] sym
matrix L1[d,d] pd
matrix L2[d,d] pd
gaussian X1[d,N] ~ L1
gaussian x1[d] ~ L1
gaussian X2[d,N] ~ L2
gaussian x2[d] ~ L2
gaussian w[d] ~ I
define Gamma1 := (1 + 1/N)*L1 + tr(L1)/N*I
define Gamma2 := (1 + 1/N)*L2 + tr(L2)/N*I
let mean_loss = E[(u*w'*X1*X1'*U*x1/N - w'*x1)^2]/4 + E[(u*w'*X2*X2'*U*x2/N - w'*x2)^2]/4
let second = (L1^2 + L2^2)/2
let formula = inv((Gamma1*L1^2 + Gamma2*L2^2)/2)*second

note the mean over both covariances
claim gradient_of_the_mean: grad(mean_loss, U)
   == u^2*(Gamma1*L1*U*L1 + Gamma2*L2*U*L2)/2 - u*second
claim loss_of_the_mean: mean_loss == u^2*tr(Gamma1*L1*U*L1*U' + Gamma2*L2*U*L2*U')/4 - u*tr(second*U') + tr(L1 + L2)/4
refute gradient_as_for_diagonal_ones: grad(mean_loss, U) == u^2*(Gamma1*L1^2 + Gamma2*L2^2)*U/2 - u*second
refute gradient_in_another_order: grad(mean_loss, U)
   == u^2*(L1*U*L1*Gamma1 + L2*U*L2*Gamma2)/2 - u*second

observed B[d,d]
observed flow_product[d,d]
observed flow_least
let min_of_the_restricted = -tr(second*B')/2
at d = 2; N = 2; sigma = 1/4; T = [[3/5, 0], [0, 4/5]]; L1 = [[2, 1/2], [1/2, 1]]; L2 = [[1/2, -1/4], [-1/4, 3/2]]
  | d = 2; N = 5; sigma = 1/4; T = [[9/25, 12/25], [12/25, 16/25]]
    ; L1 = [[4, 1/2], [1/2, 1]]; L2 = [[1/2, -1/4], [-1/4, 3/2]]
  | d = 3; N = 7; sigma = 1/4; T = [[4/9, 2/9, 4/9], [2/9, 1/9, 2/9], [4/9, 2/9, 4/9]]
    ; L1 = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]; L2 = [[1, 0, -1/2], [0, 3, 0], [-1/2, 0, 2]]
note B by elimination, and at the end of the flow
claim solves_the_equation: (Gamma1*L1*B*L1 + Gamma2*L2*B*L2)/2 == second
claim flow_ends_there: flow_product == B
claim least_loss: flow_least == tr(L1 + L2)/4 + min_of_the_restricted
refute formula_for_diagonal_ones: B == formula
refute transposed: (Gamma1*L1*B'*L1 + Gamma2*L2*B'*L2)/2 == second
refute symmetric: B == B'
at d = 2; N = 10; sigma = 1/4; T = [[3/5, 0], [0, 4/5]]; L1 = [[3, 1/2], [1/2, 1]]; L2 = [[3/4, -1/4], [-1/4, 7/4]]
note these two commute
claim formula_for_commuting_ones: B == formula
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "solution_and_flow",
        kind: EvidenceKind::Flow,
        description: "the linear equation solved by elimination; gradient flow of the exact mean loss, all active \
                      weights",
        supplies: &["B", "flow_product", "flow_least"],
        supply: Supply::Value(solution_and_flow),
    }]
}

fn solution_and_flow(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, length) = (at.size("d")?, at.size("N")?);
    let covariances = [at.value("L1")?, at.value("L2")?];
    let parts: Result<Vec<_>, _> = covariances
        .iter()
        .map(|covariance| Ok((0.5, PopulationLoss::new(covariance, length)?)))
        .collect::<Result<_, LawError>>();
    let loss = MeanLoss::new(parts?);
    let start = balanced_start(at)?;
    let end = gradient_flow(&loss, &start.active_weights(), &precise())?;
    let product = LinearAttention::from_active_weights(d, &end.point)?.effective_preconditioner();
    let size = super::length(&end.point);
    let observed = [
        ("B", eliminate(covariances, length as f64)?),
        ("flow_product", product),
        ("flow_least", scalar(loss.value(&end.point))),
    ];
    Ok((observed.into(), end.error() * (2.0 * size + end.error())))
}

/// The `B` with `sum_k Gamma_k L_k B L_k = sum_k L_k^2`, a linear system for its entries, column by
/// column.
fn eliminate(covariances: [&Mat<f64>; 2], length: f64) -> Result<Mat<f64>, ExperimentError> {
    let d = covariances[0].nrows();
    let mut system = Mat::<f64>::zeros(d * d, d * d);
    let mut right = Mat::<f64>::zeros(d * d, 1);
    for covariance in covariances {
        let trace = (0..d).map(|i| covariance[(i, i)]).sum::<f64>();
        let gamma =
            covariance * (1.0 + 1.0 / length) + Mat::<f64>::identity(d, d) * (trace / length);
        let (left, square) = (gamma * covariance, covariance * covariance);
        for (row, column) in (0..d * d).flat_map(|row| (0..d * d).map(move |column| (row, column)))
        {
            let ((i, j), (k, l)) = ((row % d, row / d), (column % d, column / d));
            system[(row, column)] += left[(i, k)] * covariance[(l, j)];
        }
        (0..d * d).for_each(|row| right[(row, 0)] += square[(row % d, row / d)]);
    }
    let solution = system.partial_piv_lu().solve(&right);
    match solution.norm_max().is_finite() {
        true => Ok(Mat::from_fn(d, d, |i, j| solution[(j * d + i, 0)])),
        false => {
            Err(ExperimentError::Numerical { what: "the equation for B is singular".to_owned() })
        }
    }
}
