//! # The gradients of the mesa-layer in closed form
//! Source: arXiv:2309.05858, Appendix C
//! Claim:  $\tfrac{\partial L}{\partial q_t} = R_t K_t V_t' g_t$, $\tfrac{\partial L}{\partial V_t} = g_t (R_t q_t)' K_t$ for $L = g_t' \Phi_t q_t$
//! Where:  Keys, Values -> Keys, Values -> d x n, m x n -> keys and values up to the token
//!         q_n, g_n -> q, g -> d x 1, m x 1 -> the query and the cotangent of the last token
//!         lambda -> lam -> 1 x 1 -> the inverse of the ridge
//! Needs:  the ridge in the inverse (query_gradient_without_ridge)
//! Expect: the gradients of the last token exactly, from their definition by inverses
//! Checked: the way back by the reverse recursion, all tokens against central differences and
//!         complex steps in `tests/causal_networks.rs`. Not seen: training
//! Not to be confused with: gradients through a solver that stops early

use super::computed;
use crate::prelude::*;

/// The backward pass of the mesa-layer.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::mesa_layer_backward",
    source: Source { arxiv: "2309.05858", statement: "Appendix C" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::mesa_layer_recursion"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The gradients of the mesa-layer in closed form
space d, m, n
positive lam
matrix Keys[d,n]
matrix Values[m,n]
vector q[d]
vector g[m]
let R = inv(Keys*Keys' + I/lam)
let pulled = R*Keys*Values'*g

observed query_slope[d]
observed value_slope[m,n]
observed key_slope[d,n]
observed ridge_slope
at d = 1; m = 1; n = 3; lam = 2 | d = 3; m = 2; n = 8; lam = 1/2 | d = 4; m = 4; n = 3; lam = 3
note the gradients of g'*Phi*q, where Phi = Values*Keys'*R is that of the last token
claim query_gradient: query_slope == pulled
claim value_gradient: value_slope == g*(R*q)'*Keys
claim key_gradient: key_slope == (R*q)*g'*Values - (R*q)*(Keys'*pulled)' - pulled*(Keys'*R*q)'
claim ridge_gradient: ridge_slope == pulled'*R*q/lam^2
refute query_gradient_without_ridge: query_slope == Keys*Values'*g
refute key_gradient_through_the_values_alone: key_slope == (R*q)*g'*Values
refute key_gradient_without_its_transpose: key_slope == (R*q)*g'*Values - 2*(R*q)*(Keys'*pulled)'
refute ridge_gradient_of_the_ridge: ridge_slope == -pulled'*R*q
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "way_back",
        kind: EvidenceKind::Exact,
        description: "the reverse recursion from a cotangent at the last token, in double precision",
        supplies: &["query_slope", "value_slope", "key_slope", "ridge_slope"],
        supply: Supply::Value(way_back),
    }]
}

fn way_back(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (keys, values, query) = (at.value("Keys")?, at.value("Values")?, at.value("q")?);
    let cotangent = at.value("g")?;
    let ((d, n), m) = (keys.shape(), values.nrows());
    let layer = InContextRegression {
        queries: Mat::from_fn(d, n, |i, _| query[(i, 0)]),
        keys: keys.clone(),
        values: values.clone(),
        forget: None,
        inverse_ridge: at.number("lam")?,
    };
    let last = |i, t| if t + 1 == n { cotangent[(i, 0)] } else { 0.0 };
    let gradient = layer.gradient(&Mat::from_fn(m, n, last))?;
    let letters = [
        ("query_slope", gradient.queries.subcols(n - 1, 1).to_owned()),
        ("value_slope", gradient.values),
        ("key_slope", gradient.keys),
        ("ridge_slope", Mat::full(1, 1, gradient.inverse_ridge)),
    ];
    computed(letters, 1e-9)
}
