//! # The learned map is applied to the last state, not to the preconditioned one
//! Source: arXiv:2309.05858, Proposition 2
//! Claim:  $\hat s_{t+1} = \Phi s_t \ne \Phi A^{-1} s_t$, $\Phi = S_+ S^{\top} A^{-1}$
//! Where:  S -> Past -> d x n -> the states before the last one
//!         S_+ -> Next -> d x n -> each state that follows one of Past
//!         s_t -> q -> d x 1 -> the last state
//!         lambda -> lam -> 1 x 1 -> the inverse of the ridge
//!         W -> W -> d x d -> the transition
//! Needs:  the read-out at s_t (read_at_the_preconditioned_state)
//! Expect: proof for all d, n; the size of the mistake exactly
//! Checked: sequences without noise. Not seen: noise
//! Not to be confused with: the query of the last layer, which is the preconditioned state

use crate::prelude::*;

/// Where the map of Proposition 2 is read.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::readout_position",
    source: Source { arxiv: "2309.05858", statement: "Proposition 2" },
    claims: CLAIMS,
    experiments: || Vec::new(),
    uses: &["von_oswald_2023::preconditioner_plus_gd_identity"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The learned map is applied to the last state
space d, n
positive lam
matrix Past[d,n]
matrix Next[d,n]
matrix W[d,d]
vector q[d]
param Phi[d,d]
let A = Past*Past' + I/lam
let objective = tr((Next - Phi*Past)'*(Next - Phi*Past))/2 + tr(Phi*Phi')/(2*lam)
let map = Next*Past'*inv(A)

claim map_is_the_ridge_solution: subst(grad(objective, Phi), Phi -> map) == 0*Phi
claim query_may_carry_the_inverse: map*q == Next*Past'*(inv(A)*q)
refute read_at_the_preconditioned_state: map*(inv(A)*q) == Next*Past'*(inv(A)*q)

note without noise the map misses W by the ridge alone
claim map_of_a_sequence_without_noise: subst(map, Next -> W*Past) == W - W*inv(A)/lam
refute map_without_the_bias_of_the_ridge: subst(map, Next -> W*Past) == W
at d = 2, 3; n = 4; lam = 1000
refute mistake_is_small: Next*Past'*inv(A)^2*q == map*q
";
