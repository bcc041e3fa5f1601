//! # The test risk of any preconditioner is exact under task, query and covariate shift
//! Source: arXiv:2306.09927, Section 4.2, eqs. (4.7), (4.8), for finite N and M
//! Claim:  $\mathbb{E}(\hat y - w'x_q)^2 = \|B'\Omega w - w\|^2_Q + \tfrac1M\left[(w'\Omega w) \operatorname{tr}(\Omega BQB') + w'\Omega BQB'\Omega w + s^2 \operatorname{tr}(\Omega BQB')\right]$
//! Where:  Lambda, Omega -> Lambda, Omega -> d x d -> covariances of the inputs in training and at test
//!         Q -> Q -> d x d -> second moment of the query, of any law
//!         B -> B -> d x d -> preconditioner: the prediction is x_q'B'b, b = (1/M) sum y_i x_i
//!         s^2, w -> s2, w -> 1 x 1, d x 1 -> variance of the label noise, task vector
//!         N, M -> N, M -> sizes -> examples in a training and in a test prompt
//!         pick, c -> pick, c -> M x 1, d x 1 -> picks a query among the examples; makes the noise depend on the inputs
//! Needs:  a query independent of the examples (query_among_the_examples), noise independent of the examples
//!         (noise_of_the_inputs); second moments alone of the query
//! Expect: proof for all d, M; the shifts by simulation and training
//! Checked: layers with any B, and layers trained on raw prompts, under each shift.
//!         Not seen: other laws of the examples than Gaussian ones
//! Not to be confused with: the error against noisy answers, which is larger by s^2

use super::{Test, test_errors};
use crate::prelude::*;

/// Section 4.2, exactly.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::master_test_risk",
    source: Source {
        arxiv: "2306.09927",
        statement: "Section 4.2, eqs. (4.7), (4.8), for finite N and M",
    },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::trained_prediction"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Test risk of any preconditioner under task, query and covariate shift
space d, N, M
positive s2, sigma
vector theta[d]
vector w[d]
vector c[d]
vector pick[M]
matrix B[d,d]
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
matrix Q[d,d] pd
gaussian X[d,M] ~ Omega
gaussian e[M] ~ s2*I
gaussian task[d] ~ I
secondorder xq[d] ~ Q
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let b = X*(X'*w + e)/M
let b_task = X*(X'*task + e)/M
let risk = qf(B'*Omega*w - w, Q)
   + (w'*Omega*w*tr(Omega*B*Q*B') + w'*Omega*B*Q*B'*Omega*w + s2*tr(Omega*B*Q*B'))/M
let mean_risk = tr((Omega*B - I)*Q*(Omega*B - I)')
   + (tr(Omega)*tr(Omega*B*Q*B') + tr(Omega*B*Q*B'*Omega) + s2*tr(Omega*B*Q*B'))/M

let TrainedRisk = subst(risk, B -> inv(Gamma))
let TrainedMeanRisk = subst(mean_risk, B -> inv(Gamma))

claim risk_of_a_task: E[(b'*B*xq - w'*xq)^2] == risk
claim risk_of_a_random_task: E[(b_task'*B*xq - task'*xq)^2] == mean_risk
claim risk_of_the_trained_layer: E[(b'*inv(Gamma)*xq - w'*xq)^2] == TrainedRisk
claim risk_of_the_trained_layer_on_a_random_task: E[(b_task'*inv(Gamma)*xq - task'*xq)^2] == TrainedMeanRisk
refute trained_on_the_test_covariance: E[(b'*inv(Gamma)*xq - w'*xq)^2] == subst(TrainedRisk, Lambda -> Omega)
refute risk_of_the_transpose: E[(b'*B*xq - w'*xq)^2] == subst(risk, B -> B')
refute risk_without_noise: E[(b'*B*xq - w'*xq)^2] == subst(risk, s2 -> 0)
refute risk_without_variance: E[(b'*B*xq - w'*xq)^2] == qf(B'*Omega*w - w, Q)
without a query independent of the examples
refute query_among_the_examples: E[(b'*B*X*pick - w'*X*pick)^2] == subst(risk, Q -> pick'*pick*Omega)
without noise independent of the examples
refute noise_of_the_inputs: E[((w + c)'*X*X'*B*xq/M - w'*xq)^2] == subst(risk, s2 -> c'*Omega*c)

observed layer_error
observed layer_error_of_random_tasks
observed task_shift_error
observed query_shift_error
observed covariate_shift_error
at d = 2; N = 6; M = 15; s2 = 1/2; w = [[1, -1/2]]; B = [[2/5, -1/5], [1/10, 1/2]]
    ; Lambda = [[2, 1/2], [1/2, 1]]; Omega = [[3/2, -1/4], [-1/4, 1/2]]; Q = [[1, 1/4], [1/4, 2]]
    ; sigma = 1/2; theta = [[3/5, 4/5]]
  | d = 3; N = 10; M = 20; s2 = 1/2; w = [[1, -1/2, 2]]
    ; B = [[2/5, -1/5, 0], [1/10, 3/5, 1/5], [-1/10, 0, 4/5]]
    ; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
    ; Omega = [[1, -1/4, 0], [-1/4, 1/2, 1/8], [0, 1/8, 1]]; Q = [[1/2, 0, 1/4], [0, 2, 1/4], [1/4, 1/4, 1]]
    ; sigma = 1/2; theta = [[2/3, 1/3, 2/3]]
  | d = 5; N = 20; M = 12; s2 = 1/2; w = [[1, -1/2, 1/2, 1/4, -1]]
    ; B = [[1/2, -1/5, 0, 0, 0], [1/10, 3/5, 1/5, 0, 0], [0, 0, 1/2, 1/10, 0], [0, 0, -1/5, 2/5, 0], [1/10, 0, 0, 0, 1/2]]
    ; Lambda = [[1, 1/4, 0, 0, 0], [1/4, 4/5, 1/4, 0, 0], [0, 1/4, 6/5, 1/4, 0]
               , [0, 0, 1/4, 1, 1/4], [0, 0, 0, 1/4, 3/2]]
    ; Omega = [[2, 0, 1/4, 0, 0], [0, 1, -1/4, 0, 0], [1/4, -1/4, 1, 0, 0], [0, 0, 0, 1/2, 0], [0, 0, 0, 0, 1]]
    ; Q = [[1, 0, 0, 0, 1/4], [0, 1/2, 0, 1/4, 0], [0, 0, 2, 0, 0], [0, 1/4, 0, 1, 0], [1/4, 0, 0, 0, 1]]
    ; sigma = 1/2; theta = [[4/5, 2/5, 2/5, 1/5, 0]]

margin 2% because leaving out the least of the three terms of the variance changes the risk by more
claim layer_under_all_shifts: layer_error == risk
refute layer_with_the_transpose: layer_error == subst(risk, B -> B')
refute layer_without_noise: layer_error == subst(risk, s2 -> 0)
refute layer_with_the_training_length: layer_error == subst(risk, M -> N)
claim layer_under_all_shifts_with_random_tasks: layer_error_of_random_tasks == mean_risk
refute random_tasks_as_a_fixed_one: layer_error_of_random_tasks == risk

margin 10% because the risk moves in proportion with the scatter of the trained layers
claim trained_under_task_shift: task_shift_error == subst(risk, B -> inv(Gamma), Omega -> Lambda, Q -> Lambda)
refute task_shift_without_noise:
   task_shift_error == subst(risk, B -> inv(Gamma), Omega -> Lambda, Q -> Lambda, s2 -> 0)
claim trained_under_query_shift: query_shift_error == subst(risk, B -> inv(Gamma), Omega -> Lambda)
refute query_shift_unseen: query_shift_error == subst(risk, B -> inv(Gamma), Omega -> Lambda, Q -> Lambda)
claim trained_under_covariate_shift: covariate_shift_error == subst(risk, B -> inv(Gamma))
refute covariate_shift_unseen: covariate_shift_error == subst(risk, B -> inv(Gamma), Omega -> Lambda)
refute preconditioner_of_the_test_covariance: covariate_shift_error == subst(risk, B -> inv(Omega))
";

fn experiments() -> Vec<Experiment> {
    let any_layer = |name, supplies, prepare| Experiment {
        name,
        kind: EvidenceKind::Simulation,
        description: "a layer with u U = B, u_12 = u_21 = 0; the query integrated out",
        supplies,
        supply: Supply::Samples { prepare, limit: samples },
    };
    vec![
        any_layer("layer", &["layer_error"], fixed_task),
        any_layer("layer_with_random_tasks", &["layer_error_of_random_tasks"], random_task),
        Experiment {
            name: "trained_layers",
            kind: EvidenceKind::Training,
            description: "layers trained by gradient descent on 30,000 noiseless raw prompts, and on halves and \
                          quarters of them; then 8 queries to each of 4,000 test prompts of every shift",
            supplies: &["task_shift_error", "query_shift_error", "covariate_shift_error"],
            supply: Supply::Limit {
                source: BiasSource::FiniteSize,
                prepare: trained,
                count: repetitions,
            },
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

fn repetitions(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 96,
        Effort::Standard => 256,
        Effort::Full => 2048,
    }
}

/// Test prompts of M examples with these covariances of inputs and query. The risk is against
/// `w'x_q`: the noise of the answer, an independent `s^2`, is taken off.
fn law(at: &Setting, inputs: &str, query: &str) -> Result<PromptLaw, ExperimentError> {
    let law = PromptLaw::new(at.value(inputs)?, at.size("M")?)?
        .with_query_covariance(at.value(query)?)?
        .with_task(TaskLaw::Fixed(at.vector("w")?))?;
    Ok(law.with_labels(Labels::NoisyLinear { variance: at.number("s2")? })?)
}

fn fixed_task(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    error_of_layer("layer_error", at, law(at, "Omega", "Q")?)
}

fn random_task(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let law = law(at, "Omega", "Q")?.with_task(TaskLaw::StandardNormal)?;
    error_of_layer("layer_error_of_random_tasks", at, law)
}

fn error_of_layer(
    letter: &'static str,
    at: &Setting,
    law: PromptLaw,
) -> Result<Draw, ExperimentError> {
    let zero = vec![0.0; at.size("d")?];
    let layer = LinearAttention::from_blocks(&zero, 1.0, at.value("B")?, &zero)?;
    Ok(Box::new(move |random| {
        let error = layer.error_given_context(&law, random)? - law.noise_variance();
        Ok([(letter, Mat::full(1, 1, error))].into())
    }))
}

fn trained(at: &Setting, random: &mut ChaCha8Rng) -> Result<LevelDraw, ExperimentError> {
    let training = PromptLaw::new(at.value("Lambda")?, at.size("N")?)?;
    let start = LinearAttention::paper_start(at.number("sigma")?, at.value("theta")?)?;
    let test = |letter, inputs, query| -> Result<Test, ExperimentError> {
        let law = law(at, inputs, query)?;
        Ok(Test { letter, contexts: 4_000, apart: law.noise_variance(), law })
    };
    let shifts = vec![
        test("task_shift_error", "Lambda", "Lambda")?,
        test("query_shift_error", "Lambda", "Q")?,
        test("covariate_shift_error", "Omega", "Q")?,
    ];
    test_errors(at, training, start, shifts, random)
}
