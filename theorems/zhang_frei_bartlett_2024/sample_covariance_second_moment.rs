//! # The second moment of a sample covariance with any matrix inserted
//! Source: arXiv:2306.09927, Lemma A.1, eq. (A.7), for any A
//! Claim:  $\mathbb{E}(SAS) = \Lambda A\Lambda + \tfrac1N\left(\Lambda A'\Lambda + \operatorname{tr}(A\Lambda)\Lambda\right)$, $\mathbb{E}(S^2) = \Gamma\Lambda$
//! Where:  S -> S -> d x d -> (1/N) sum x_i x_i'
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, number of examples
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//!         A -> A -> d x d -> any matrix
//! Needs:  independent examples (equal_examples)
//! Expect: proof for all d, N
//! Checked: matrices A that are not symmetric and do not commute with the covariance, exactly
//! Not to be confused with: the moment of a covariance with the mean taken off, or divided by N - 1

use crate::prelude::*;

/// Equation (A.7), with a matrix inserted.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::sample_covariance_second_moment",
    source: Source { arxiv: "2306.09927", statement: "Lemma A.1, eq. (A.7), for any A" },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &["zhang_frei_bartlett_2024::gaussian_fourth_moment"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The second moment of a sample covariance
space d, N
matrix A[d,d]
matrix Lambda[d,d] pd
gaussian x[d] ~ Lambda
gaussian X[d,N] ~ Lambda
ones one[N]
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let SecondMoment = Lambda*A*Lambda + (Lambda*A'*Lambda + tr(A*Lambda)*Lambda)/N

at d = 1, 2; N = 1, 3 | d = 3; N = 2
claim second_moment: E[S*A*S] == SecondMoment
claim second_moment_of_the_covariance: E[S^2] == Gamma*Lambda
claim with_the_identity_inserted: subst(SecondMoment, A -> I) == Gamma*Lambda
note the fourth moment of one example and the mean of the others
claim from_the_fourth_moment: SecondMoment == (E[x*x'*A*x*x'] + (N - 1)*Lambda*A*Lambda)/N
refute no_trace: E[S*A*S] == Lambda*A*Lambda + Lambda*A'*Lambda/N
refute no_transpose: E[S*A*S] == Lambda*A*Lambda + (Lambda*A*Lambda + tr(A*Lambda)*Lambda)/N
refute square_of_the_mean: E[S*A*S] == Lambda*A*Lambda
refute counting_the_query: E[S*A*S] == Lambda*A*Lambda + (Lambda*A'*Lambda + tr(A*Lambda)*Lambda)/(N + 1)
refute square_without_trace: E[S^2] == (1 + 1/N)*Lambda^2
refute equal_examples: E[(x*one')*(x*one')'/N*A*(x*one')*(x*one')'/N] == SecondMoment
";
