//! # The parts of the prediction that are odd and even in the task are uncorrelated
//! Source: arXiv:2306.09927, Section 3.3, eqs. (3.6), (3.8), on all active weights
//! Claim:  $\mathbb{E}[\hat y_{\text{even}}(\hat y_{\text{odd}} - w'x_q)] = 0$
//! Where:  U_11, u_21 -> U, q -> d x d, d x 1 -> the first d columns of W^KQ: upper block, last row
//!         u_12, u_-1 -> p, u -> d x 1, 1 x 1 -> the last row of W^PV
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a prompt
//! Needs:  a task whose law is symmetric: of mean zero (task_not_centred)
//! Expect: proof for all d, N and all weights
//! Checked: all weights nonzero, exactly
//! Not to be confused with: independence of the two parts

use crate::prelude::*;

/// Why the loss is a sum of an odd and an even part.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::parity_orthogonality",
    source: Source {
        arxiv: "2306.09927",
        statement: "Section 3.3, eqs. (3.6), (3.8), on all active weights",
    },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &["zhang_frei_bartlett_2024::prediction_block_decomposition"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Odd and even parts of the prediction are uncorrelated
space d, N
scalar u
vector p[d]
vector q[d]
vector mu[d]
matrix U[d,d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
let S = X*X'/N
let odd = w'*S*(u*U + p*q')*xq
let even = p'*(S + xq*xq'/N)*U*xq + u*w'*S*w*q'*xq

at d = 1, 2; N = 1, 3
claim uncorrelated: E[even*(odd - w'*xq)] == 0
claim loss_splits: E[(odd + even - w'*xq)^2] == E[(odd - w'*xq)^2] + E[even^2]
refute independent: E[even^2*(odd - w'*xq)^2] == E[even^2]*E[(odd - w'*xq)^2]
refute even_part_vanishes: E[even^2] == 0
let moved_odd = (w + mu)'*S*(u*U + p*q')*xq
let moved_even = p'*(S + xq*xq'/N)*U*xq + u*(w + mu)'*S*(w + mu)*q'*xq
refute task_not_centred: E[moved_even*(moved_odd - (w + mu)'*xq)] == 0
";
