//! # The prediction is a quadratic form in the stacked weights
//! Source: arXiv:2306.09927, Lemma 5.1
//! Claim:  $\hat y = u'Hu, \quad H = \tfrac12\begin{bmatrix} 0 & x_q \\ x_q' & 0 \end{bmatrix} \otimes \tfrac1N EE', \quad u = \operatorname{Vec}(U)$
//! Where:  U -> U -> D x D -> [[U_11, u_12], [u_21', u_-1]], D = d + 1; Vec takes its columns in turn
//!         E E'/N -> Gram -> D x D -> second moment of the embedded prompt
//!         [[0, x_q], [x_q', 0]] -> Swap -> D x D -> first factor of H
//!         e_1..e_d, e_{d+1} -> J, e -> D x d, D x 1 -> where inputs and answers stand in a column of E
//!         X, w, x_q -> X, w, xq -> d x N, d x 1, d x 1 -> inputs of the examples, task, query
//! Needs:  no hypothesis on the prompt
//! Expect: proof of the form tr(U' M U X)/2, M = E E'/N, for all d, N; exact values for the Kronecker product
//! Checked: H written out, d up to 3, against the form and against the forward pass of the network.
//!         Vec and the Kronecker product are no functions of the language: Vec(U)' (X (x) M) Vec(U) = tr(U' M U X)
//! Not to be confused with: a convex problem; H has negative eigenvalues

use crate::prelude::*;
use faer::linalg::kron::kron;

/// Lemma 5.1.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::quadratic_prediction_form",
    source: Source { arxiv: "2306.09927", statement: "Lemma 5.1" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::prediction_block_decomposition"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The prediction as a quadratic form
space d, N, D
vector w[d]
vector xq[d]
vector e[D]
matrix J[D,d]
matrix U[D,D]
matrix X[d,N]

note (x; y) = J x + e y; U = [[U_11, u_12], [u_21', u_-1]]
let examples = J*X + e*w'*X
let query = J*xq
let Gram = (examples*examples' + query*query')/N
let Swap = query*e' + e*query'
let prediction = e'*U'*Gram*U*query
let QuadraticForm = tr(U'*Gram*U*Swap)/2

at d = 1; N = 1, 3; D = 2; J = [[1], [0]]; e = [[0, 1]]
  | d = 2; N = 1, 3; D = 3; J = [[1, 0], [0, 1], [0, 0]]; e = [[0, 0, 1]]
  | d = 3; N = 2; D = 4; J = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]; e = [[0, 0, 0, 1]]
claim form: prediction == QuadraticForm
refute form_without_the_half: prediction == tr(U'*Gram*U*Swap)
refute form_without_the_query: prediction == tr(U'*(examples*examples'/N)*U*Swap)/2
refute form_of_the_rows: prediction == tr(U*Gram*U'*Swap)/2

observed kronecker_form
observed forward_pass
claim kronecker_product: kronecker_form == QuadraticForm
claim forward_pass_of_the_network: forward_pass == QuadraticForm
refute kronecker_product_of_the_rows: kronecker_form == tr(U*Gram*U'*Swap)/2
refute forward_pass_without_the_half: forward_pass == tr(U'*Gram*U*Swap)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "kronecker",
        kind: EvidenceKind::Exact,
        description: "Vec(U)' H Vec(U) with H written out, and the forward pass with the weights U, floating point",
        supplies: &["kronecker_form", "forward_pass"],
        supply: Supply::Value(kronecker),
    }]
}

fn kronecker(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (examples, task, weights) = (at.value("X")?.clone(), at.value("w")?, at.value("U")?);
    let labels = (examples.transpose() * task).col(0).iter().copied().collect();
    let prompt = Prompt { examples, labels, query: at.vector("xq")? };
    let (d, n) = (prompt.dimension(), prompt.length() as f64);
    let embedding = embedding(&prompt);
    let gram = &embedding * embedding.transpose();
    let swap = Mat::from_fn(d + 1, d + 1, |i, j| match (i < d, j < d) {
        (true, false) => prompt.query[i],
        (false, true) => prompt.query[j],
        _ => 0.0,
    });
    let mut hessian = Mat::zeros((d + 1).pow(2), (d + 1).pow(2));
    kron(hessian.as_mut(), swap.as_ref(), gram.as_ref());
    let stacked = Mat::from_fn((d + 1).pow(2), 1, |k, _| weights[(k % (d + 1), k / (d + 1))]);
    let form = (stacked.transpose() * hessian * &stacked)[(0, 0)] / (2.0 * n);

    let value_projection =
        Mat::from_fn(d + 1, d + 1, |i, j| if i == d { weights[(j, d)] } else { 0.0 });
    let key_query = Mat::from_fn(d + 1, d + 1, |i, j| if j < d { weights[(i, j)] } else { 0.0 });
    let output = LinearAttention::new(value_projection, key_query)?.forward(embedding.as_ref(), n);
    let letters = [("kronecker_form", form), ("forward_pass", output[(d, prompt.length())])];
    let error = 1e-12 * (1.0 + stacked.norm_l2().powi(2) * gram.norm_l2() * swap.norm_l2());
    Ok((letters.map(|(letter, value)| (letter, Mat::full(1, 1, value))).into(), error))
}
