//! # A query that is orthogonal to the examples is answered with zero if the inputs are isotropic
//! Source: arXiv:2306.09927, Section 4.2, the remark on query shift after eq. (4.8)
//! Claim:  $x_q'\Gamma^{-1}x_i = 0 \text{ for all } i \implies \hat y = 0$
//! Where:  x_i, y_i -> X, y -> d x M, M x 1 -> the examples of the test prompt, any labels
//!         x_q -> xq -> d x 1 -> the query; k where it is orthogonal to the examples, in V
//!         Gamma^-1 x_q -> z -> d x 1 -> what has to be orthogonal to the examples
//!         Gamma, Lambda -> Gamma, Lambda -> d x d -> as in Theorem 4.1, covariance in training
//!         lambda -> lam -> 1 x 1 -> variance of isotropic inputs
//! Needs:  orthogonality with respect to Gamma^-1 (orthogonal_query, slightly_anisotropic); the paper's remark
//!         has it without the weight, which is the same for isotropic inputs
//! Expect: proof for all d, N, M that the prediction depends on weighted inner products alone; the remark as
//!         printed is refuted
//! Checked: the remark as printed at covariances (1, 4), one example (1, 1), query (1, -1): the prediction
//!         is 0.42 y
//! Not to be confused with: an answer of zero; w'x_q need not vanish

use crate::prelude::*;

/// The remark on orthogonal queries.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::orthogonal_query",
    source: Source {
        arxiv: "2306.09927",
        statement: "Section 4.2, the remark on query shift after eq. (4.8)",
    },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &["zhang_frei_bartlett_2024::trained_prediction"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Queries orthogonal to the examples
space d, N, M
positive lam
vector y[M]
vector z[d]
vector xq[d]
vector k[d]
matrix X[d,M]
matrix V[d,M]
matrix Lambda[d,d] pd
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let Prediction = xq'*inv(Gamma)*X*y/M

at d = 1, 2, 3; N = 1, 3; M = 1, 2
note with isotropic inputs the prediction depends on the inner products X'xq alone
claim isotropic_inputs: subst(Prediction, Lambda -> lam*I) == N/((N + 1 + d)*lam)*y'*(X'*xq)/M
note in general it depends on the inner products X'z alone, z = Gamma^-1 xq
claim orthogonal_with_the_weight: subst(Prediction, xq -> Gamma*z) == y'*(X'*z)/M
refute inner_products_of_the_inputs: Prediction == N/((N + 1 + d)*lam)*y'*(X'*xq)/M

note as printed in the remark of Section 4.2: a query orthogonal to the examples is predicted to be zero; k is orthogonal to the examples in V, the inputs are not isotropic
rule V'*k == 0*y
let OrthogonalPrediction = k'*inv(Gamma)*V*y/M
at d = 2; N = 10; M = 1; y = [[1]]; Lambda = [[1, 0], [0, 4]]; V = [[1], [1]]; k = [[1, -1]]
refute orthogonal_query: OrthogonalPrediction == 0
at d = 3; N = 6; M = 2; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; V = [[1, 2], [1, -1], [0, 1]]; k = [[1, -1, -3]]
refute orthogonal_query_in_three_dimensions: OrthogonalPrediction == 0
at d = 2; N = 10; M = 1; Lambda = [[1, 0], [0, 11/10]]; V = [[1], [1]]; k = [[1, -1]]
refute slightly_anisotropic: OrthogonalPrediction == 0
note the same with isotropic inputs
claim orthogonal_and_isotropic: subst(OrthogonalPrediction, Lambda -> lam*I) == 0
";
