//! # The prediction of the network is one term that is odd in the task and two that are even
//! Source: arXiv:2306.09927, Section 3.3, eqs. (3.3), (3.6)
//! Claim:  $\hat y = w'S(u_{-1}U_{11} + u_{12}u_{21}')x_q + u_{12}'(S + \tfrac1N x_qx_q')U_{11}x_q + u_{-1}\,w'Sw\;u_{21}'x_q$
//! Where:  W^PV, W^KQ -> PV, KQ -> D x D -> the weights, D = d + 1
//!         U_11, u_21 -> U, q -> d x d, d x 1 -> the first d columns of W^KQ: upper block, last row
//!         u_12, u_-1 -> p, u -> d x 1, 1 x 1 -> the last row of W^PV
//!         x_i, y_i -> X, w -> d x N, d x 1 -> the examples: y_i = w'x_i
//!         e_1..e_d, e_{d+1} -> J, e -> D x d, D x 1 -> where inputs and answers stand in a column of E
//! Needs:  noiseless answers; an answer that stands in an entry of its own (J, e)
//! Expect: proof for all d, N, all weights, all prompts
//! Checked: the forward pass of the network on whole embeddings, with weights and prompts in general position
//! Not to be confused with: the prediction at u_12 = u_21 = 0, where the query term is invisible

use crate::prelude::*;

/// Equations (3.3) and (3.6).
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::prediction_block_decomposition",
    source: Source { arxiv: "2306.09927", statement: "Section 3.3, eqs. (3.3), (3.6)" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory The prediction splits into one odd and two even terms
space d, N, D
scalar u
vector p[d]
vector q[d]
vector w[d]
vector xq[d]
vector e[D]
vector k[D]
matrix J[D,d]
matrix V[d,D]
matrix U[d,d]
matrix PV[D,D]
matrix KQ[D,D]
matrix X[d,N]

note (x; y) = J x + e y: the answer has a row of its own
rule J'*e == 0*xq
let examples = J*X + e*w'*X
let query = J*xq
let Prediction = e'*(query + PV*(examples*examples' + query*query')*KQ*query/N)

let S = X*X'/N
let B = u*U + p*q'
let OddTerm = w'*S*B*xq
let QueryTerm = p'*(S + xq*xq'/N)*U*xq
let TaskTerm = u*w'*S*w*q'*xq
let BlockPrediction = OddTerm + QueryTerm + TaskTerm

at d = 1; N = 1, 3; D = 2; J = [[1], [0]]; e = [[0, 1]]
  | d = 2; N = 1, 3; D = 3; J = [[1, 0], [0, 1], [0, 0]]; e = [[0, 0, 1]]
  | d = 3; N = 2; D = 4; J = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]; e = [[0, 0, 0, 1]]
claim decomposition: Prediction == subst(BlockPrediction, u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e, U -> J'*KQ*J)
note the other rows of W^PV and the last column of W^KQ have no influence
claim inactive_weights: subst(Prediction, PV -> PV + J*V, KQ -> KQ + k*e') == Prediction
claim odd_in_the_task: subst(OddTerm, w -> -w) == -OddTerm
claim even_in_the_task: subst(QueryTerm + TaskTerm, w -> -w) == QueryTerm + TaskTerm
refute without_the_query: Prediction == subst(BlockPrediction - p'*xq*xq'*U*xq/N
   , u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e, U -> J'*KQ*J)
refute without_even_terms: Prediction == subst(OddTerm, u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e, U -> J'*KQ*J)
refute product_transposed: Prediction == subst(BlockPrediction - OddTerm + w'*S*(u*U + q*p')*xq
   , u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e, U -> J'*KQ*J)
refute divided_with_the_query_counted: (N + 1)/N*Prediction
   == subst(BlockPrediction, u -> e'*PV*e, p -> J'*PV'*e, q -> J'*KQ'*e, U -> J'*KQ*J)
refute all_rows_count: subst(Prediction, PV -> PV + e*e') == Prediction

observed forward_pass
claim forward_pass_of_the_network: forward_pass == Prediction
refute forward_pass_without_the_query: forward_pass == e'*PV*examples*examples'*KQ*query/N
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "forward",
        kind: EvidenceKind::Exact,
        description: "the last entry of f(E) for E with columns (x_i; y_i) and (x_q; 0), floating point",
        supplies: &["forward_pass"],
        supply: Supply::Value(forward),
    }]
}

fn forward(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let layer = LinearAttention::new(at.value("PV")?.clone(), at.value("KQ")?.clone())?;
    let (examples, task) = (at.value("X")?.clone(), at.value("w")?);
    let labels = (examples.transpose() * task).col(0).iter().copied().collect();
    let prompt = Prompt { examples, labels, query: at.vector("xq")? };
    let output = layer.forward(embedding(&prompt).as_ref(), prompt.length() as f64);
    let last = output[(layer.dimension(), prompt.length())];
    Ok(([("forward_pass", Mat::full(1, 1, last))].into(), 1e-11 * (1.0 + last.abs())))
}
