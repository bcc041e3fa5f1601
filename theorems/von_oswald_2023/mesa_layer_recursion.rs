//! # The recursion of the mesa-layer solves the regression of every token
//! Source: arXiv:2309.05858, Section 4
//! Claim:  $R_t = R_{t-1} - \frac{R_{t-1} k_t k_t' R_{t-1}}{1 + k_t' R_{t-1} k_t}$, $R_0 = \lambda I$: $\ \Phi_t = V_t K_t' R_t = \arg\min \tfrac12 \sum_{t' \le t} \|v_{t'} - \Phi k_{t'}\|^2 + \tfrac{1}{2\lambda}\|\Phi\|_F^2$
//! Where:  K_t, V_t -> Keys, Values -> d x n, m x n -> keys and values up to the token
//!         k_t, v_t -> k, v -> d x 1, m x 1 -> those of the token
//!         R_t^-1 -> A -> d x d -> the Gram matrix with its ridge
//!         gamma, lambda -> gamma, lam -> 1 x 1 -> forget factor and inverse of the ridge
//!         X -> X, x -> d x d, 1 x 1 -> what a Neumann series inverts, and a multiple of I among such
//! Needs:  the ridge decays with the forget factors (ridge_not_decayed), the token itself among the
//!         pairs (newest_pair_left_out)
//! Expect: the recursion by proof for all sizes; the layer exactly, with its gradients
//! Checked: the layer against the batch solution, gradients against central differences in
//!         `tests/causal_networks.rs`. Not seen: whether training uses the layer
//! Not to be confused with: R_0 = I/lambda, and +1 in place of -1 on the way back

use super::computed;
use crate::prelude::*;

/// The mesa-layer.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::mesa_layer_recursion",
    source: Source { arxiv: "2309.05858", statement: "Section 4" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory The recursion of the mesa-layer solves the regression of every token
space d, m, n
positive lam, gamma
matrix A[d,d] pd
matrix Keys[d,n]
matrix Values[m,n]
vector k[d]
vector v[m]
vector q[d]
param Phi[m,d]
let R = inv(A)
let forward = R - R*k*k'*R/(1 + k'*R*k)
let forgetful = (R - R*k*k'*R/(gamma + k'*R*k))/gamma

note Sherman and Morrison, there and back
claim forward_step: (A + k*k')*forward == I
claim forward_step_with_forgetting: (gamma*A + k*k')*forgetful == I
claim backward_step: forward - forward*k*k'*forward/(k'*forward*k - 1) == R
claim backward_step_with_forgetting: gamma*(forgetful - forgetful*k*k'*forgetful/(k'*forgetful*k - 1)) == R
refute forward_without_the_old_inverse: (A + k*k')*(R - R*k*k'*R) == I
refute backward_with_plus_one: forward - forward*k*k'*forward/(k'*forward*k + 1) == R

note the minimiser, and the step from one to the next in innovation form
let objective = tr((Values - Phi*Keys)'*(Values - Phi*Keys))/2 + tr(Phi*Phi')/(2*lam)
let slope = grad(objective, Phi)
claim minimiser_of_the_regression: subst(slope, Phi -> Values*Keys'*inv(Keys*Keys' + I/lam)) == 0*Phi
refute minimiser_with_the_ridge_inverted: subst(slope, Phi -> Values*Keys'*inv(Keys*Keys' + lam*I)) == 0*Phi
let old = Values*Keys'*R
claim innovation: (Values*Keys' + v*k')*forward == old + (v - old*k)*(forward*k)'
refute innovation_with_the_old_inverse: (Values*Keys' + v*k')*forward == old + (v - old*k)*(R*k)'

note not the map, but the map over lambda tends to that of linear self-attention for lambda to 0
let map = Values*Keys'*inv(Keys*Keys' + I/lam)
claim linear_attention_at_small_lambda: map/lam == Values*Keys' - map*Keys*Keys'
refute linear_attention_without_the_factor: map == Values*Keys' - map*Keys*Keys'

note layers that sum a Neumann series: it converges where the spectral radius of I - X is below 1
matrix X[d,d]
scalar x
claim neumann_series: X*(I + (I - X) + (I - X)^2 + (I - X)^3) == I - (I - X)^4
refute neumann_series_is_finite: X*(I + (I - X) + (I - X)^2 + (I - X)^3) == I
at x = -1/2
note the printed condition is a norm of X below 1: at X = -I/2 the rest grows
refute norm_below_one_suffices: (1 - x)^4 <= 1

observed output[m]
observed inverse[d,d]
observed forgetting[m]
observed decayed_map[m,d]
at d = 1; m = 1; n = 3; lam = 2; gamma = 4/5 | d = 3; m = 2; n = 8; lam = 1/2; gamma = 9/10
  | d = 4; m = 4; n = 3; lam = 3; gamma = 1/2
note output is Phi_n*q at the last token; decayed_map solves the regression with weights gamma^(n - t)
claim layer: output == Values*Keys'*inv(Keys*Keys' + I/lam)*q
claim inverse_of_the_layer: inverse == inv(Keys*Keys' + I/lam)
claim layer_with_forgetting: forgetting == decayed_map*q
refute ridge_inverted: output == Values*Keys'*inv(Keys*Keys' + lam*I)*q
refute no_ridge_step: output == lam*Values*Keys'*q
refute nothing_forgotten: forgetting == output

observed varying[m]
observed varying_map[m,d]
observed early_map[m,d]
note forget factors that differ; early_map forgets a pair by the factor of its own token, too
claim layer_with_varying_factors: varying == varying_map*q
refute factor_of_the_token_itself: varying == early_map*q

observed last_key[d]
observed last_value[m]
observed map_with_ridge_kept[m,d]
note the map of the same regression with a ridge that does not decay
refute ridge_not_decayed: forgetting == map_with_ridge_kept*q
refute newest_pair_left_out: output
   == (Values*Keys' - last_value*last_key')*inv(Keys*Keys' + I/lam)*q
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "mesa_layer",
        kind: EvidenceKind::Exact,
        description: "the recursion in double precision; sums with the weights of the forget factors",
        supplies: &[
            "output",
            "inverse",
            "forgetting",
            "decayed_map",
            "varying",
            "varying_map",
            "early_map",
            "last_key",
            "last_value",
            "map_with_ridge_kept",
        ],
        supply: Supply::Value(recursion),
    }]
}

fn recursion(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (keys, values, query) = (at.value("Keys")?, at.value("Values")?, at.value("q")?);
    let (lambda, gamma) = (at.number("lam")?, at.number("gamma")?);
    let (d, n) = keys.shape();
    let layer = |forget| InContextRegression {
        queries: Mat::from_fn(d, n, |i, _| query[(i, 0)]),
        keys: keys.clone(),
        values: values.clone(),
        forget,
        inverse_ridge: lambda,
    };
    // Of a regression whose pair t has the weight `weights[t]` and whose ridge is that of lambda
    // times `ridge`.
    let map = |weights: &[f64], ridge: f64| {
        let scaled = Mat::from_fn(d, n, |i, t| weights[t] * keys[(i, t)]);
        let unit = Mat::<f64>::identity(d, d) * (ridge / lambda);
        let gram = &scaled * keys.transpose() + unit;
        values * scaled.transpose() * gram.partial_piv_lu().inverse()
    };
    // gamma_first ... gamma_n, counted from 0.
    let product = |factors: &[f64], first: usize| factors[first..].iter().product::<f64>();
    let behind = |factors: &[f64]| (1..=n).map(|t| product(factors, t)).collect::<Vec<_>>();
    let same = vec![gamma; n];
    let varying: Vec<f64> =
        (0..n).map(|t| if t % 2 == 0 { gamma } else { gamma * gamma }).collect();
    let from_itself: Vec<f64> = (0..n).map(|t| product(&varying, t)).collect();
    let last = |matrix: &Mat<f64>| matrix.subcols(n - 1, 1).to_owned();
    let letters = [
        ("output", last(&layer(None).outputs())),
        ("inverse", layer(None).last_inverse()),
        ("forgetting", last(&layer(Some(same.clone())).outputs())),
        ("decayed_map", map(&behind(&same), product(&same, 0))),
        ("map_with_ridge_kept", map(&behind(&same), 1.0)),
        ("varying", last(&layer(Some(varying.clone())).outputs())),
        ("varying_map", map(&behind(&varying), product(&varying, 0))),
        ("early_map", map(&from_itself, product(&varying, 0))),
        ("last_key", last(keys)),
        ("last_value", last(values)),
    ];
    computed(letters, 1e-10)
}
