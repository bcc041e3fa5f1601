//! # Scaling the inputs by c multiplies the mean prediction at a given query by c^2
//! Source: arXiv:2306.09927, Section 4.2, the remark on covariate shift
//! Claim:  $\mathbb{E}[\hat y \mid x_q, w] = c^2x_q'\Gamma^{-1}\Lambda w$
//! Where:  c -> c -> 1 x 1 -> factor of all inputs of the test prompt, the query included
//!         x_q, w -> query, w -> d x 1 -> query and task, fixed
//!         Gamma, Lambda -> Gamma, Lambda -> d x d -> as in Theorem 4.1, covariance in training
//!         N, M -> N, M -> sizes -> examples in a training and in a test prompt
//!         B -> B -> d x d -> preconditioner of the layer that is sampled, Gamma^-1
//! Needs:  a preconditioner that keeps the scale of the training (rescaled_preconditioner)
//! Expect: proof for all d, N, M; the whole network by simulation
//! Checked: the product of prediction and answer, and the squared error, on raw prompts of scaled inputs,
//!         c from 1/2 to 2. Not seen: the product at c other than 2
//! Not to be confused with: the answer, which is linear in the query, and so c times as large at c times the
//!         query where the mean prediction is c^3 times as large

use crate::prelude::*;

/// The remark on covariate shift.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::covariate_scaling",
    source: Source { arxiv: "2306.09927", statement: "Section 4.2, the remark on covariate shift" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::master_test_risk"],
    figures: &[
        Figure::Curves {
            title: "Test risk over the size of the covariate shift",
            x: "c, factor of all inputs at test",
            y: "E(prediction − w·x_{q})^{2}, w random",
            curves: &[Curve {
                label: "trained limit",
                points: Points::Over { line: "risk_of_other_scales", letter: "c" },
            }],
            published: &[],
        },
        Figure::Curves {
            title: "Test risk over the length of the test prompt",
            x: "M, examples in a test prompt",
            y: "E(prediction − w·x_{q})^{2}, w random",
            curves: &[Curve {
                label: "trained limit",
                points: Points::Over { line: "risk_of_other_scales", letter: "M" },
            }],
            published: &[],
        },
        Figure::Curves {
            title: "Test risk over the length of the training prompts",
            x: "N, examples in a training prompt",
            y: "E(prediction − w·x_{q})^{2}, w random",
            curves: &[Curve {
                label: "trained limit",
                points: Points::Over { line: "risk_of_other_scales", letter: "N" },
            }],
            published: &[],
        },
    ],
};

const CLAIMS: &str = "\
theory Scaled inputs
space d, N, M
positive c
vector w[d]
vector query[d]
matrix B[d,d]
matrix Lambda[d,d] pd
gaussian X[d,M] ~ Lambda
gaussian task[d] ~ I
gaussian xq[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let b = c*X*(c*X)'*w/M
let task_b = c*X*(c*X)'*task/M
let MeanPrediction = c^2*query'*inv(Gamma)*Lambda*w
let PredictionTimesAnswer = c^4*w'*Lambda*inv(Gamma)*Lambda*w
let ScaledRisk = c^2*tr((c^2*Lambda*inv(Gamma) - I)*Lambda*(c^2*Lambda*inv(Gamma) - I)')
   + c^6*(tr(Lambda)*tr(Lambda^2*inv(Gamma)^2) + tr(Lambda^3*inv(Gamma)^2))/M

at d = 1, 2; N = 1, 3; M = 2
claim mean_prediction: E[b'*inv(Gamma)*query] == MeanPrediction
claim long_training_prompts: limit(MeanPrediction, N) == c^2*query'*w
claim prediction_times_answer: E[b'*inv(Gamma)*(c*xq)*w'*(c*xq)] == PredictionTimesAnswer
claim scaled_risk: E[(task_b'*inv(Gamma)*(c*xq) - task'*(c*xq))^2] == ScaledRisk
refute mean_prediction_unchanged: E[b'*inv(Gamma)*query] == query'*inv(Gamma)*Lambda*w
refute mean_prediction_scales_once: E[b'*inv(Gamma)*query] == c*query'*inv(Gamma)*Lambda*w
refute mean_prediction_is_the_answer: limit(MeanPrediction, N) == query'*w
refute rescaled_preconditioner: E[b'*inv(Gamma)*query/c^2] == MeanPrediction
refute risk_scales_like_the_inputs: E[(task_b'*inv(Gamma)*(c*xq) - task'*(c*xq))^2] == c^2*subst(ScaledRisk, c -> 1)

# B carries the limit of the training to the layer under test.
rule B == inv(Gamma)
observed product
observed squared_error
at d = 2; N = 6; M = 15; c = 2; w = [[1, -1/2]]; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 3; N = 10; M = 20; c = 2; w = [[1, -1/2, 2]]; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
margin 5% because the nearest slip, a factor c too few, halves the product
claim product_of_the_layer: product == PredictionTimesAnswer
refute product_without_scaling: product == subst(PredictionTimesAnswer, c -> 1)
refute product_of_the_answer: product == c^2*w'*Lambda*inv(Gamma)*Lambda*w
refute product_of_three: product == c^3*w'*Lambda*inv(Gamma)*Lambda*w
margin 5% because the nearest slip, M and N exchanged, changes the risk by more
claim risk_of_the_layer: squared_error == ScaledRisk
margin 10% because a power of c or a factor M forgotten changes the risk by far more
note the risk over the scale of the test inputs, over M, and over N
at d = 2; N = 6; M = 15; c = 1/2, 1, 5/4, 3/2, 2; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 2; N = 6; M = 2, 5, 50, 150; c = 1; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 2; N = 1, 2, 20, 60; M = 15; c = 1; Lambda = [[2, 1/2], [1/2, 1]]
claim risk_of_other_scales: squared_error == ScaledRisk
margin 5% because the nearest slip, M and N exchanged, changes the risk by more
at d = 2; N = 6; M = 15; c = 2; w = [[1, -1/2]]; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 3; N = 10; M = 20; c = 2; w = [[1, -1/2, 2]]; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
refute risk_with_lengths_swapped: squared_error == subst(ScaledRisk, N -> M, M -> N)
refute risk_without_scaling: squared_error == c^2*subst(ScaledRisk, c -> 1)
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "product",
            kind: EvidenceKind::Simulation,
            description: "prediction times answer, whole prompts with inputs of covariance c^2 Lambda",
            supplies: &["product"],
            supply: Supply::Samples { prepare: product, limit: samples },
        },
        Experiment {
            name: "squared_error",
            kind: EvidenceKind::Simulation,
            description: "the squared error with random tasks; the query integrated out",
            supplies: &["squared_error"],
            supply: Supply::Samples { prepare: squared_error, limit: samples },
        },
    ]
}

fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 4_000_000,
        Effort::Standard => 5_000_000,
        Effort::Full => 50_000_000,
    }
}

/// Test prompts of M examples, all inputs multiplied by c.
fn law(at: &Setting) -> Result<PromptLaw, ExperimentError> {
    let scale = at.number("c")?;
    Ok(PromptLaw::new(&(at.value("Lambda")? * (scale * scale)), at.size("M")?)?)
}

fn layer(at: &Setting) -> Result<LinearAttention, ExperimentError> {
    let zero = vec![0.0; at.size("d")?];
    Ok(LinearAttention::from_blocks(&zero, 1.0, at.value("B")?, &zero)?)
}

fn product(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (law, layer) = (law(at)?.with_task(TaskLaw::Fixed(at.vector("w")?))?, layer(at)?);
    Ok(Box::new(move |random| {
        let sample = law.sample(random);
        let product = layer.predict(&sample.prompt) * sample.answer;
        Ok([("product", Mat::full(1, 1, product))].into())
    }))
}

fn squared_error(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (law, layer) = (law(at)?.with_task(TaskLaw::StandardNormal)?, layer(at)?);
    Ok(Box::new(move |random| {
        let error = layer.error_given_context(&law, random)?;
        Ok([("squared_error", Mat::full(1, 1, error))].into())
    }))
}
