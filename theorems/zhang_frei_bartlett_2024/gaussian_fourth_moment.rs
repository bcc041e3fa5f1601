//! # The fourth moment of a Gaussian vector with any matrix inserted
//! Source: arXiv:2306.09927, Lemma D.2
//! Claim:  $\mathbb{E}[xx'Axx'] = \Lambda(A + A')\Lambda + \operatorname{tr}(A\Lambda)\Lambda$
//! Where:  Lambda -> Lambda -> d x d -> covariance of x
//!         A -> A -> d x d -> any matrix
//! Needs:  a Gaussian law (heavier_tails), of mean zero (mean_not_zero)
//! Expect: proof for all d
//! Checked: matrices A that are not symmetric and do not commute with the covariance, exactly
//! Not to be confused with: the case of symmetric A, 2 Lambda A Lambda + tr(A Lambda) Lambda

use crate::prelude::*;

/// Lemma D.2.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::gaussian_fourth_moment",
    source: Source { arxiv: "2306.09927", statement: "Lemma D.2" },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory The fourth moment of a Gaussian vector
space d
vector mu[d]
matrix A[d,d]
matrix Lambda[d,d] pd
gaussian x[d] ~ Lambda
gaussian r[1] ~ I
let FourthMoment = Lambda*(A + A')*Lambda + tr(A*Lambda)*Lambda

at d = 1, 2, 3
claim fourth_moment: E[x*x'*A*x*x'] == FourthMoment
refute symmetric_matrices_only: E[x*x'*A*x*x'] == 2*Lambda*A*Lambda + tr(A*Lambda)*Lambda
refute one_pairing: E[x*x'*A*x*x'] == Lambda*A*Lambda + tr(A*Lambda)*Lambda
refute no_trace: E[x*x'*A*x*x'] == Lambda*(A + A')*Lambda
refute trace_of_the_matrix: E[x*x'*A*x*x'] == Lambda*(A + A')*Lambda + tr(A)*Lambda
note r*x has the covariance of x
refute heavier_tails: E[(r*x)*(r*x)'*A*(r*x)*(r*x)'] == FourthMoment
refute mean_not_zero: E[(x + mu)*(x + mu)'*A*(x + mu)*(x + mu)'] == FourthMoment
";
