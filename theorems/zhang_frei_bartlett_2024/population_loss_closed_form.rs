//! # The population loss has a closed form in all weights that reach the prediction
//! Source: arXiv:2306.09927, Section 3.3, eq. (3.8), on all active weights
//! Claim:  $2L = \operatorname{tr}(\Gamma\Lambda B\Lambda B') - 2\operatorname{tr}(\Lambda B\Lambda) + \operatorname{tr}\Lambda + e_{11} + e_{22} + e_{33} + 2(e_{12} + e_{13} + e_{23})$, $B = u_{-1}U_{11} + u_{12}u_{21}'$
//! Where:  U_11, u_21 -> U, q -> d x d, d x 1 -> the first d columns of W^KQ: upper block, last row
//!         u_12, u_-1 -> p, u -> d x 1, 1 x 1 -> the last row of W^PV
//!         W^PV, W^KQ -> PV, KQ -> D x D -> all weights, D = d + 1
//!         e_11, e_22, e_33 -> E11, E22, E33 -> 1 x 1 -> squares of the three even terms
//!         e_12, e_13, e_23 -> E12, E13, E23 -> 1 x 1 -> their products
//!         Lambda, N -> Lambda, N -> d x d, size -> covariance of the inputs, examples in a prompt
//! Needs:  a standard normal task (task_of_another_covariance), a query with the covariance of the examples
//!         (query_of_another_covariance)
//! Expect: proof for all d, N and all weights
//! Checked: the mean over prompts of the squared error of the whole network, multiplied out in rational arithmetic
//!         with no weight zero, for (d, N) = (1,1), (1,2), (1,4), (2,1), (2,2), (2,3), (3,1)
//! Not to be confused with: the loss at u_12 = u_21 = 0, the only one in the paper

use crate::prelude::*;

/// Equation (3.8), multiplied out.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::population_loss_closed_form",
    source: Source {
        arxiv: "2306.09927",
        statement: "Section 3.3, eq. (3.8), on all active weights",
    },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &[
        "zhang_frei_bartlett_2024::prediction_block_decomposition",
        "zhang_frei_bartlett_2024::sample_covariance_second_moment",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The population loss on all active weights
space d, N, D
scalar u
vector p[d]
vector q[d]
vector e[D]
matrix J[D,d]
matrix U[d,d]
matrix PV[D,D]
matrix KQ[D,D]
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
gaussian other_task[d] ~ Omega
gaussian other_query[d] ~ Omega
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let B = u*U + p*q'
let odd_term = w'*S*B*xq
let query_term = p'*S*U*xq
let square_term = p'*xq*xq'*U*xq/N
let task_term = u*w'*S*w*q'*xq
let loss = E[(odd_term + query_term + square_term + task_term - w'*xq)^2]/2

let Sym = (U + U')/2
let OddPart = tr(Gamma*Lambda*B*Lambda*B') - 2*tr(Lambda*B*Lambda) + tr(Lambda)
let E11 = (1 + 1/N)*p'*Lambda*U*Lambda*U'*Lambda*p + p'*Lambda*p*tr(U*Lambda*U'*Lambda)/N
let E22 = (p'*Lambda*p*(tr(Sym*Lambda)^2 + 2*tr(Sym*Lambda*Sym*Lambda))
   + 4*tr(Sym*Lambda)*p'*Lambda*Sym*Lambda*p + 8*p'*Lambda*Sym*Lambda*Sym*Lambda*p)/N^2
let E33 = u^2*(1 + 2/N)*q'*Lambda*q*(tr(Lambda)^2 + 2*tr(Lambda^2))
let E12 = (p'*Lambda*U*Lambda*p*tr(Sym*Lambda) + 2*p'*Lambda*U*Lambda*Sym*Lambda*p)/N
let E13 = u*(tr(Lambda)*p'*Lambda*U*Lambda*q + 2/N*p'*Lambda^2*U*Lambda*q)
let E23 = u*tr(Lambda)/N*(p'*Lambda*q*tr(Sym*Lambda) + 2*p'*Lambda*Sym*Lambda*q)
let EvenPart = E11 + E22 + E33 + 2*(E12 + E13 + E23)
let Loss = (OddPart + EvenPart)/2

at d = 1, 2; N = 1, 3
claim odd_part: E[(odd_term - w'*xq)^2] == OddPart
claim query_term_squared: E[query_term^2] == E11
claim square_term_squared: E[square_term^2] == E22
claim task_term_squared: E[task_term^2] == E33
claim query_and_square_term: E[query_term*square_term] == E12
claim query_and_task_term: E[query_term*task_term] == E13
claim square_and_task_term: E[square_term*task_term] == E23
claim even_part: E[(query_term + square_term + task_term)^2] == EvenPart
claim loss_of_the_active_weights: loss == Loss
refute odd_part_without_trace: E[(odd_term - w'*xq)^2] == OddPart - tr(Lambda)*tr(Lambda*B*Lambda*B')/N
refute without_the_even_part: loss == OddPart/2
refute query_term_unseen: loss == Loss - E22/2 - E12 - E23
refute matrix_taken_as_symmetric: E[square_term^2] == (p'*Lambda*p*(tr(U*Lambda)^2 + 2*tr(U*Lambda*U*Lambda))
   + 4*tr(U*Lambda)*p'*Lambda*U*Lambda*p + 8*p'*Lambda*U*Lambda*U*Lambda*p)/N^2
refute without_the_half: loss == OddPart + EvenPart
refute task_of_another_covariance: E[(u*other_task'*S*other_task*q'*xq)^2] == E33
refute query_of_another_covariance: E[(w'*S*B*other_query - w'*other_query)^2] == OddPart

let examples = J*X + e*w'*X
let query = J*xq
let prediction = e'*PV*(examples*examples' + query*query')*KQ*query/N
let network_loss = E[(prediction - w'*xq)^2]/2
at d = 1; N = 1, 2, 4; D = 2; Lambda = [[3/2]]; J = [[1], [0]]; e = [[0, 1]]
    ; PV = [[1, -1/2], [2/3, 1/2]]; KQ = [[-1/2, 1], [3/4, 2]]
  | d = 2; N = 1, 2, 3; D = 3; Lambda = [[2, 1/2], [1/2, 1]]; J = [[1, 0], [0, 1], [0, 0]]; e = [[0, 0, 1]]
    ; PV = [[1, 2, -1], [1/2, -1, 3], [1/3, -1/2, 3/4]]; KQ = [[1/2, -1, 2], [1/4, 2/3, -1], [-1/2, 1/3, 1]]
  | d = 3; N = 1; D = 4; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; J = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]; e = [[0, 0, 0, 1]]
    ; PV = [[1, 2, -1, 1], [1/2, -1, 3, 2], [1, -2, 1, -1], [1/3, -1/2, 1/4, 3/4]]
    ; KQ = [[1/2, -1, 1/3, 2], [1/4, 2/3, -1, 1], [-1, 1/2, 1/2, -2], [-1/2, 1/3, 1/4, 1]]
note (x; y) = J x + e y: all weights of the network, on whole embeddings
claim loss_of_the_network: network_loss == subst(Loss, U -> J'*KQ*J, u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e)
refute network_without_the_even_part:
   network_loss == subst(OddPart/2, U -> J'*KQ*J, u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e)
refute network_with_the_query_unseen:
   network_loss == subst(Loss - E22/2 - E12 - E23, U -> J'*KQ*J, u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e)
";
