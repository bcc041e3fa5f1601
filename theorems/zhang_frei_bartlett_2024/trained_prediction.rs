//! # The trained network predicts with one preconditioned step on the test prompt
//! Source: arXiv:2306.09927, Section 4.2, eqs. (4.2), (4.3)
//! Claim:  $\hat y = x_q'\Gamma^{-1}\,\tfrac1M\sum_{i \le M} y_ix_i$
//! Where:  M, N -> M, N -> sizes -> examples in the test prompt and in a training prompt
//!         x_i, y_i -> X, y -> d x M, M x 1 -> the examples of the test prompt, any labels
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + (1/N) tr(Lambda) I
//!         tr(Gamma^-2)^(1/4) -> Scale -> 1 x 1 -> last entry of W^PV_* (4.1)
//!         e_1..e_d, e_{d+1} -> J, e -> D x d, D x 1 -> where inputs and answers stand in a column of E
//! Needs:  division by the length of the test prompt (divided_by_the_training_length)
//! Expect: proof for all d, N, M, of the blocks and of the whole network
//! Checked: the network with the matrices (4.1) on whole embeddings of another length than in training
//! Not to be confused with: the prediction before the limit, which depends on the start

use crate::prelude::*;

/// Equations (4.2), (4.3).
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::trained_prediction",
    source: Source { arxiv: "2306.09927", statement: "Section 4.2, eqs. (4.2), (4.3)" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "zhang_frei_bartlett_2024::prediction_block_decomposition",
        "zhang_frei_bartlett_2024::gradient_flow_limit",
    ],
    figures: &[],
};

const CLAIMS: &str = "\
theory The prediction of the trained network
space d, N, M, D
scalar u
vector p[d]
vector q[d]
vector b[d]
vector y[M]
vector w[d]
vector xq[d]
vector e[D]
matrix J[D,d]
matrix U[d,d]
matrix X[d,M]
matrix Lambda[d,d] pd
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let Scale = tr(inv(Gamma)^2)^(1/4)
let Block = inv(Gamma)/Scale
let TrainedPrediction = xq'*inv(Gamma)*X*y/M

note (x; y) = J x + e y with orthonormal J and e; e keeps its length e'e in the proof, where W^PV is in its units
rule J'*J == I
rule J'*e == 0*xq
let examples = J*X + e*y'
let query = J*xq
let PV = u*e*e'/(e'*e)^2
let KQ = J*U*J'
let prediction = e'*(query + PV*(examples*examples' + query*query')*KQ*query/M)
let block_prediction = p'*(X*X' + xq*xq')/M*U*xq + p'*X*y/M*q'*xq + u*y'*X'/M*U*xq + u*y'*y/M*q'*xq
let trained_blocks = subst(block_prediction, p -> 0*p, q -> 0*q, u -> Scale, U -> Block)
at d = 2; N = 6; M = 5; D = 3; Lambda = [[2, 1/2], [1/2, 1]]; J = [[1, 0], [0, 1], [0, 0]]; e = [[0, 0, 1]]
  | d = 3; N = 10; M = 2; D = 4; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; J = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]; e = [[0, 0, 0, 1]]
claim prediction_of_the_blocks: trained_blocks == TrainedPrediction
claim prediction_of_linear_labels: subst(trained_blocks, y -> X'*w) == xq'*inv(Gamma)*X*X'/M*w
let squared_errors = (y - X'*b)'*(y - X'*b)/(2*M)
note the same with the step of gradient descent from b = 0, preconditioned
claim one_step_of_gradient_descent: TrainedPrediction == -xq'*inv(Gamma)*subst(grad(squared_errors, b), b -> 0*b)
claim isotropic_inputs: subst(TrainedPrediction, Lambda -> I) == N/(N + d + 1)*xq'*X*y/M
refute plain_gradient_descent: TrainedPrediction == -xq'*subst(grad(squared_errors, b), b -> 0*b)
refute prediction_of_least_squares: subst(trained_blocks, y -> X'*w) == xq'*w
refute divided_by_the_training_length: trained_blocks == M/N*TrainedPrediction
refute preconditioned_by_the_covariance: trained_blocks == xq'*inv(Lambda)*X*y/M
refute without_the_scale: subst(block_prediction, p -> 0*p, q -> 0*q, u -> Scale, U -> inv(Gamma)) == TrainedPrediction
define TestLength := (1 + 1/M)*Lambda + tr(Lambda)/M*I
refute gamma_of_the_test_length: trained_blocks == xq'*inv(TestLength)*X*y/M

observed forward_pass
note the matrices (4.1) on whole embeddings
claim prediction_of_the_network: subst(prediction, u -> Scale, U -> Block) == TrainedPrediction
claim forward_pass_of_the_network: forward_pass == TrainedPrediction
refute network_with_the_training_length: subst(prediction, u -> Scale, U -> Block) == M/N*TrainedPrediction
refute forward_pass_with_the_training_length: forward_pass == M/N*TrainedPrediction
refute forward_pass_of_the_test_length: forward_pass == xq'*inv(TestLength)*X*y/M
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "forward",
        kind: EvidenceKind::Exact,
        description: "the last entry of f(E) for the limit of the training from U = I/(2 sqrt(d)), u = 1/2, rho = M, floating point",
        supplies: &["forward_pass"],
        supply: Supply::Value(forward),
    }]
}

/// A prompt of length M read by the end of the gradient flow on prompts of length N.
fn forward(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let d = at.size("d")?;
    let start = LinearAttention::from_blocks(
        &vec![0.0; d],
        0.5,
        &(Mat::<f64>::identity(d, d) * (0.5 / (d as f64).sqrt())),
        &vec![0.0; d],
    )?;
    let loss = PopulationLoss::new(at.value("Lambda")?, at.size("N")?)?;
    let end = gradient_flow(&loss, &start.active_weights(), &FlowSettings::default())?;
    let layer = LinearAttention::from_active_weights(d, &end.point)?;
    let prompt = Prompt {
        examples: at.value("X")?.clone(),
        labels: at.vector("y")?,
        query: at.vector("xq")?,
    };
    let embedding = embedding(&prompt);
    let output = layer.forward(embedding.as_ref(), prompt.length() as f64)[(d, prompt.length())];
    // The prediction is bilinear in the last row of W^PV and the first columns of W^KQ.
    let length = 1.0 + end.point.iter().map(|x| x * x).sum::<f64>().sqrt();
    let slope = length * embedding.norm_l2().powi(3) / prompt.length() as f64;
    Ok(([("forward_pass", Mat::full(1, 1, output))].into(), end.error() * slope))
}
