//! # The recursion of the mesa-layer runs backwards at moderate lambda, and not at a large one
//! Source: arXiv:2309.05858, Appendix C
//! Claim:  $R_{t-1} = R_t - \frac{R_t k_t k_t' R_t}{k_t' R_t k_t - 1}$ returns to $R_0 = \lambda I$
//! Where:  R_{t-1}^-1, k_t -> A, k -> d x d, d x 1 -> the Gram matrix before a key, and the key
//!         the error of R_0 -> error -> 1 x 1 -> relative to lambda
//!         lambda -> lam -> 1 x 1 -> the inverse of the ridge
//! Needs:  a moderate lambda (large_lambda_is_taken_back)
//! Expect: the step by proof; the relative error of R_0 in double precision exactly
//! Checked: eight keys in three dimensions. Not seen: other floating-point formats
//! Not to be confused with: storing all inverses, which needs no way back

use crate::prelude::*;

/// The reverse recursion.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::reverse_reconstruction",
    source: Source { arxiv: "2309.05858", statement: "Appendix C" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::mesa_layer_recursion"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The recursion of the mesa-layer runs backwards at moderate lambda
space d, n
positive lam
matrix A[d,d] pd
vector k[d]
let R = inv(A)
let forward = R - R*k*k'*R/(1 + k'*R*k)
claim backward_step: forward - forward*k*k'*forward/(k'*forward*k - 1) == R
refute backward_step_with_plus_one: forward - forward*k*k'*forward/(k'*forward*k + 1) == R

observed error
at d = 3; n = 8; lam = 1 | d = 3; n = 8; lam = 7 | d = 3; n = 8; lam = 1000
note error is the largest entry of R_0 - lam*I, relative to lam
claim moderate_lambda_is_taken_back: error <= 0.00000001
at d = 3; n = 8; lam = 1000000 | d = 3; n = 8; lam = 1000000000
claim large_lambda_is_not: error >= 0.000001
refute large_lambda_is_taken_back: error <= 0.00000001
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "there_and_back",
        kind: EvidenceKind::Exact,
        description: "the recursion over eight fixed keys and back, in double precision",
        supplies: &["error"],
        supply: Supply::Value(there_and_back),
    }]
}

fn there_and_back(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, n, lambda) = (at.size("d")?, at.size("n")?, at.number("lam")?);
    let keys = Mat::from_fn(d, n, |i, t| ((3 * i + 5 * t + 1) % 7) as f64 / 3.0 - 1.0);
    let layer = InContextRegression {
        queries: Mat::zeros(d, n),
        keys,
        values: Mat::zeros(1, n),
        forget: None,
        inverse_ridge: lambda,
    };
    Ok((numbers([("error", layer.way_back_error())]), 0.0))
}
