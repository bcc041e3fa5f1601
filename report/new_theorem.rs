//! # One sentence that states the theorem, without symbols
//! Source: arXiv:0000.00000, Theorem 1, eq. (1).
//! Claim:  $$\mathbb{E}[S^2] = \Gamma \Lambda$$
//! Where:  S -> `S` -> d x d -> Gram matrix of N columns, divided by N
//! Needs:  Gaussian columns
//! Expect: proof for all d, N
//! Checked: every line, exactly at the instances of `at`
//! Not to be confused with: the same moment for a fixed design

use crate::prelude::*;

/// Its place in the list of `theorems/mod.rs`: `pub mod NAME;` and `&NAME::THEOREM`.
pub static THEOREM: Theorem = Theorem {
    id: "authors_year::NAME",
    source: Source { arxiv: "0000.00000", statement: "Theorem 1, eq. (1)" },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &[],
};

const CLAIMS: &str = "
theory NAME
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
at d = 1, 2; N = 1, 3
claim second_moment: E[S^2] == Gamma*Lambda
refute forgot_trace: E[S^2] == (1 + 1/N)*Lambda^2
";
