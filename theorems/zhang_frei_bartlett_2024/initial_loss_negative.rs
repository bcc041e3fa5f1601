//! # A small start has a smaller loss than the weights zero
//! Source: arXiv:2306.09927, Lemma A.4
//! Claim:  $\tilde\ell(0) = \tfrac{\sigma^4}{2} \operatorname{tr}(\Gamma\Lambda T \Lambda T) - \sigma^2 \operatorname{tr}(\Lambda^2 T) \le -\tfrac{\sigma^2}{2} \|\Lambda\Theta\|_F^2 \left[2 - \sigma^2 \|\Gamma\|_{op}\right]$, $T = \Theta\Theta'$
//! Where:  Theta Theta' -> T -> d x d -> direction of the start, |T|_F = 1
//!         sigma -> sigma -> 1 x 1 -> size of the start: U = sigma T, u = sigma
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a training prompt
//!         Lambda^-1, T^-1 -> P, R -> d x d -> inverses, whose smallest eigenvalues are 1/|Lambda|_op and at least 1
//! Needs:  a small sigma (large_start); the printed condition has a factor sqrt(d) in front of |Gamma|_op,
//!         which is not needed
//! Expect: proof for all d, N, in four steps; exact at instances
//! Checked: value and bound at instances with commuting and non-commuting T. Not seen: singular T in the third
//!         step of the proof, of which it is the limit; the instances have them
//! Not to be confused with: the loss itself, which is tr(Lambda)/2 more

use crate::prelude::*;

/// Lemma A.4.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::initial_loss_negative",
    source: Source { arxiv: "2306.09927", statement: "Lemma A.4" },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &[
        "zhang_frei_bartlett_2024::restricted_loss",
        "zhang_frei_bartlett_2024::balance_conservation",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory A small start has a smaller loss than the weights zero
space d, N
positive sigma, m, top, a, b, c
param u
param U[d,d]
matrix V[d,d]
matrix P[d,d] pd
matrix R[d,d] pd
matrix T[d,d] sym
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let restricted = E[(u*w'*S*U*xq - w'*xq)^2]/2 - tr(Lambda)/2
let start_square = tr(Lambda^2*T)
let start_loss = sigma^4/2*tr(Gamma*Lambda*T*Lambda*T) - sigma^2*start_square
let bound = -sigma^2/2*start_square*(2 - sigma^2*opnorm(Gamma))
let printed_bound = -sigma^2/2*start_square*(2 - d^(1/2)*sigma^2*opnorm(Gamma))

note first step: the value
claim value_at_the_start: subst(restricted, U -> sigma*T, u -> sigma) == start_loss
refute value_without_half: subst(restricted, U -> sigma*T, u -> sigma) == sigma^4*tr(Gamma*Lambda*T*Lambda*T) - sigma^2*start_square
refute value_in_another_order: subst(restricted, U -> sigma*T, u -> sigma)
   == sigma^4/2*tr(Gamma*T*Lambda^2*T) - sigma^2*start_square
refute value_with_a_simple_drive: subst(restricted, U -> sigma*T, u -> sigma)
   == sigma^4/2*tr(Gamma*Lambda*T*Lambda*T) - sigma^2*tr(Lambda*T)

let GammaP = (1 + 1/N)*inv(P) + tr(inv(P))/N*I
note second step: tr(Gamma L V L V') <= |Gamma|_op tr(L V L V'), with P = L^-1 >= m, so that |L|_op <= 1/m
claim largest_gamma: ((1 + 1/N)/m + tr(inv(P))/N)*tr(inv(P)*V*inv(P)*V') - tr(GammaP*inv(P)*V*inv(P)*V') >= 0 given P >= m, form V
refute largest_gamma_without_trace: (1 + 1/N)/m*tr(inv(P)*V*inv(P)*V') - tr(GammaP*inv(P)*V*inv(P)*V') >= 0 given P >= m, form V
note third step: tr(L T L T) <= tr(L^2 T), with R = T^-1 >= 1, so that |T|_op <= 1
claim largest_direction: tr(V*inv(R)*V') - tr(inv(R)*V*inv(R)*V') >= 0 given R >= 1, form V
at d = 2; R = [[1/2, 0], [0, 1/3]]
refute without_normalisation: tr(V*inv(R)*V') - tr(inv(R)*V*inv(R)*V') >= 0 given form V
at
note fourth step, with a, b, c for the three traces and top for |Gamma|_op
claim together: sigma^4/2*a - sigma^2*c <= -sigma^2/2*c*(2 - sigma^2*top) given a <= top*b, b <= c

let direction = V*V'/||V*V'||
at d = 2; N = 10; sigma = 1/2; Lambda = [[2, 0], [0, 1/3]]; V = [[3/5, 0], [4/5, 0]]
  | d = 2; N = 6; sigma = 1/2; Lambda = [[2, 1/2], [1/2, 1]]; V = [[1, 0], [1/2, 2]]
  | d = 3; N = 10; sigma = 1/2; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; V = [[2/3, 0, 0], [1/3, 0, 0], [2/3, 0, 0]]
claim below_the_bound: subst(start_loss, T -> direction) <= subst(bound, T -> direction)
claim below_the_printed_bound: subst(start_loss, T -> direction) <= subst(printed_bound, T -> direction)
refute below_a_bound_without_half: subst(start_loss, T -> direction) <= 2*subst(bound, T -> direction)
at d = 2; N = 6; sigma = 2; Lambda = [[2, 1/2], [1/2, 1]]; V = [[1, 0], [0, 1]]
note sigma^2 |Gamma|_op > 2
refute large_start: subst(start_loss, T -> direction) <= 0
";
