//! # One step of gradient descent moves the balance by the square of its step size
//! Source: arXiv:2306.09927, Lemma A.3, for descent with finite steps
//! Claim:  $C_{t+1} - C_t = \eta_t^2\left(\|g_{PV}\|^2 - \|g_{KQ}\|_F^2\right)$, $C = \|(u_{12}; u_{-1})\|^2 - \|(U_{11}; u_{21}')\|_F^2$
//! Where:  (u_12; u_-1) -> r -> (d+1) x 1 -> last row of W^PV; k is d + 1
//!         (U_11; u_21') -> V -> (d+1) x d -> first d columns of W^KQ
//!         E E'/N -> M, M2 -> (d+1) x (d+1) -> what the prediction reads of a prompt, here of any two prompts
//!         g_PV, g_KQ -> by_value, by_key -> (d+1) x 1, (d+1) x d -> the gradients of the loss
//!         eta -> eta -> 1 x 1 -> step size
//! Needs:  one step size for both matrices (own_step_for_each_matrix); not small steps, not the whole batch
//! Expect: proof for all d, exact at instances, and in the training of the network
//! Checked: ten steps of stochastic descent of the full network on raw prompts, both whole matrices, every
//!         gradient by the definition of the layer; the sum over the steps. Not seen: momentum, Adam
//! Not to be confused with: the gradient flow, along which nothing moves (balance_conservation)

use crate::prelude::*;

/// Lemma A.3 for finite steps.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::discrete_balance_identity",
    source: Source { arxiv: "2306.09927", statement: "Lemma A.3, for descent with finite steps" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::balance_conservation"],
    figures: &[],
};

const CLAIMS: &str = "\
theory One step of gradient descent moves the balance by the square of its step size
space d, N, k
positive eta, sigma
scalar y, y2
vector theta[d]
param r[k]
param V[k,d]
matrix M[k,k]
matrix M2[k,k]
vector x[d]
vector x2[d]
matrix Lambda[d,d] pd
let loss = ((r'*M*V*x - y)^2 + (r'*M2*V*x2 - y2)^2)/4
let balance = r'*r - tr(V*V')
let by_value = grad(loss, r)
let by_key = grad(loss, V)
let next = subst(balance, r -> r - eta*by_value, V -> V - eta*by_key)

at d = 2; k = 3
note a batch of two prompts of any kind
claim one_step: next - balance == eta^2*(||by_value||^2 - ||by_key||^2)
refute nothing_moves: next == balance
refute first_order_in_the_step: next - balance == eta*(||by_value||^2 - ||by_key||^2)
refute sum_of_the_gradients: next - balance == eta^2*(||by_value||^2 + ||by_key||^2)
refute halved: next - balance == eta^2/2*(||by_value||^2 - ||by_key||^2)
refute own_step_for_each_matrix: subst(balance, r -> r - eta*by_value, V -> V - 2*eta*by_key) - balance
   == eta^2*(||by_value||^2 - 4*||by_key||^2)

note moved: balance after ten steps less balance at the start; squares: sum of eta^2 (|g_PV|^2 - |g_KQ|^2)
observed moved
observed squares
at d = 2; k = 3; N = 6; eta = 1/100; sigma = 1/2; theta = [[3/5, 4/5]]; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 3; k = 4; N = 10; eta = 1/100; sigma = 1/2; theta = [[2/3, 1/3, 2/3]]
    ; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
margin 0.000000001 absolute because both sides come from the same steps and differ by rounding alone
claim moved_by_the_squares: moved == squares
refute not_moved: moved == 0
refute moved_by_half_of_it: moved == squares/2
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "stochastic_descent",
        kind: EvidenceKind::Training,
        description: "ten steps on 32 fresh raw prompts each, gradients by the definition of the layer",
        supplies: &["moved", "squares"],
        supply: Supply::Repetitions { prepare: descend, count: repetitions },
    }]
}

fn repetitions(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 512,
        Effort::Standard => 2048,
        Effort::Full => 8192,
    }
}

fn descend(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let law = PromptLaw::new(at.value("Lambda")?, at.size("N")?)?;
    let start = LinearAttention::paper_start(at.number("sigma")?, at.value("theta")?)?;
    let rate = at.number("eta")?;
    Ok(Box::new(move |random| {
        let mut network = start.clone();
        let mut squares = 0.0;
        for _ in 0..10 {
            let (value, key) = batch_gradient(&network, &law, random);
            squares += rate * rate * (value.squared_norm_l2() - key.squared_norm_l2());
            let moved = |weights: &Mat<f64>, by: &Mat<f64>| weights - by * rate;
            let (value, key) =
                (moved(network.value_projection(), &value), moved(network.key_query(), &key));
            network = LinearAttention::new(value, key)?;
        }
        let moved = balance(&network) - balance(&start);
        Ok([("moved", Mat::full(1, 1, moved)), ("squares", Mat::full(1, 1, squares))].into())
    }))
}

/// The mean gradient over 32 fresh prompts.
fn batch_gradient(
    network: &LinearAttention,
    law: &PromptLaw,
    random: &mut ChaCha8Rng,
) -> (Mat<f64>, Mat<f64>) {
    let gradients = (0..32).map(|_| {
        let sample = law.sample(random);
        network.gradient(&sample.prompt, sample.answer)
    });
    let sum = gradients.reduce(|(a, b), (c, d)| (a + c, b + d));
    let (value, key) = sum.expect("32 prompts");
    (value * (1.0 / 32.0), key * (1.0 / 32.0))
}

fn balance(network: &LinearAttention) -> f64 {
    let square = |weights: Mat<f64>| weights.squared_norm_l2();
    network.output_scale().powi(2) + square(network.input_value())
        - square(network.key_query_block())
        - square(network.label_key())
}
