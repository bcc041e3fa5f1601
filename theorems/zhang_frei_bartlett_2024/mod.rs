//! Zhang, Frei, Bartlett: "Trained Transformers Learn Linear Models In-Context", JMLR 25(49), 2024,
//! arXiv 2306.09927v3, whose numbers are used here.

pub mod balance_conservation;
pub mod completed_square_certificate;
pub mod convergence_for_every_sigma;
pub mod covariate_scaling;
pub mod discrete_balance_identity;
pub mod exponential_covariance;
pub mod figure1_lsa_limit;
pub mod flow_limits;
pub mod full_space_global_optimality;
pub mod gaussian_fourth_moment;
pub mod gradient_flow_equations;
pub mod gradient_flow_limit;
pub mod hessian_negative_eigenvalues;
pub mod initial_loss_negative;
pub mod isotropic_closed_form_trajectory;
pub mod label_noise_in_training;
pub mod linearised_rate;
pub mod master_test_risk;
pub mod noiseless_risk;
pub mod noncommuting_covariance;
pub mod one_third_factor;
pub mod orthogonal_query;
pub mod output_scale_lower_bound;
pub mod parity_orthogonality;
pub mod pl_inequality;
pub mod population_loss_closed_form;
pub mod population_minimum;
pub mod prediction_block_decomposition;
pub mod prediction_error_general_task;
pub mod quadratic_prediction_form;
pub mod random_covariance_dynamics;
pub mod random_covariance_limit;
pub mod random_covariance_pl;
pub mod restricted_global_minimisers;
pub mod restricted_loss;
pub mod risk_loss_consistency;
pub mod sample_complexity_corollary;
pub mod sample_covariance_second_moment;
pub mod sign_of_output_scale;
pub mod spurious_local_minima;
pub mod task_family_moments;
pub mod trained_prediction;
pub mod twenty_dimensions;
pub mod unbalanced_gauge_limit;

use crate::prelude::*;

/// The paper.
pub const PAPER: Paper = Paper {
    id: "zhang_frei_bartlett_2024",
    authors: "Ruiqi Zhang, Spencer Frei and Peter L. Bartlett",
    title: "Trained Transformers Learn Linear Models In-Context",
    published: "JMLR 25(49), 2024; arXiv 2306.09927v3",
    arxiv: "2306.09927",
};

/// Flows of the exact population loss: local errors of 1e-11, the finer of two integrations 1e-13.
fn precise() -> FlowSettings {
    FlowSettings { tolerance: 1e-11, distance: 1e-10, evaluations: 4_000_000 }
}

/// Prompts with this covariance and N examples.
fn fixed_law(covariance: &Mat<f64>, at: &Setting) -> Result<PromptLaw, ExperimentError> {
    Ok(PromptLaw::new(covariance, at.size("N")?)?)
}

/// The exact population loss of the instance, on all active weights.
fn population_loss(at: &Setting) -> Result<PopulationLoss, ExperimentError> {
    Ok(PopulationLoss::new(at.value("Lambda")?, at.size("N")?)?)
}

/// Assumption 3.3 with `T = Theta Theta'`: `U = sigma T`, `u = sigma`.
fn balanced_start(at: &Setting) -> Result<LinearAttention, ExperimentError> {
    let (sigma, zero) = (at.number("sigma")?, vec![0.0; at.size("d")?]);
    Ok(LinearAttention::from_blocks(&zero, sigma, &(at.value("T")? * sigma), &zero)?)
}

/// The weights `U`, `u`, `p`, `q` of the instance.
fn from_the_instance(at: &Setting) -> Result<LinearAttention, ExperimentError> {
    let (p, q) = (at.vector("p")?, at.vector("q")?);
    Ok(LinearAttention::from_blocks(&p, at.number("u")?, at.value("U")?, &q)?)
}

/// A flow at four hundred times, evenly spaced and the start among them.
struct Path {
    networks: Vec<LinearAttention>,
    /// The largest error of the weights.
    error: f64,
}

/// The flow of a loss from a start until this time.
fn along_the_flow(
    loss: &dyn Objective,
    start: &LinearAttention,
    until: f64,
) -> Result<Path, ExperimentError> {
    let times: Vec<f64> = (0..400).map(|step| until * f64::from(step) / 399.0).collect();
    let path = flow_trajectory(loss, &start.active_weights(), &times, &precise())?;
    let networks = path.states.iter();
    let networks: Result<Vec<_>, _> = networks
        .map(|weights| LinearAttention::from_active_weights(start.dimension(), weights))
        .collect();
    let error = path.errors.iter().copied().fold(0.0, f64::max);
    Ok(Path { networks: networks?, error })
}

/// A 1 x 1 matrix.
fn scalar(value: f64) -> Mat<f64> {
    Mat::full(1, 1, value)
}

/// Prompts with N examples and independent entries of a diagonal covariance, each on at most two
/// numbers, with the moments `M1`, `M2`, `M3` of the instance. Means of polynomials of degree three
/// in an entry are those of every law with these moments.
fn law_of_the_moments(at: &Setting) -> Result<PromptLaw, ExperimentError> {
    let moments = [at.value("M1")?, at.value("M2")?, at.value("M3")?];
    let entry = |i| PositiveLaw::with_moments(moments.map(|moment| moment[(i, i)]));
    let entries: Result<Vec<_>, _> = (0..at.size("d")?).map(entry).collect();
    Ok(fixed_law(moments[0], at)?.with_random_diagonal(entries?)?)
}

/// The exact population loss averaged over the covariance, on all active weights.
fn averaged_loss(at: &Setting) -> Result<MeanLoss<PopulationLoss>, ExperimentError> {
    loss_over_covariances(&law_of_the_moments(at)?)
}

/// The exact population loss of a law with finitely many covariances.
fn loss_over_covariances(law: &PromptLaw) -> Result<MeanLoss<PopulationLoss>, ExperimentError> {
    let all = law.given_each_covariance().unwrap_or_default();
    let loss = |(share, given): (f64, PromptLaw)| {
        Ok((share, PopulationLoss::new(given.covariance(), given.context_length())?))
    };
    let parts: Result<Vec<_>, LawError> = all.into_iter().map(loss).collect();
    Ok(MeanLoss::new(parts?))
}

/// Prompts with N examples whose covariance has exponential entries with the means `M1`; the other
/// moments of the instance have to be theirs.
fn exponential_law(at: &Setting) -> Result<PromptLaw, ExperimentError> {
    let [m1, m2, m3] = [at.value("M1")?, at.value("M2")?, at.value("M3")?];
    let d = at.size("d")?;
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b;
    let fits = |i: usize| {
        close(m2[(i, i)], 2.0 * m1[(i, i)].powi(2)) && close(m3[(i, i)], 6.0 * m1[(i, i)].powi(3))
    };
    if !(0..d).all(fits) {
        let what = "moments of exponential variables: M2 = 2 M1^2, M3 = 6 M1^3".to_owned();
        return Err(ExperimentError::Missing { what });
    }
    let entries = (0..d).map(|i| PositiveLaw::Exponential(m1[(i, i)])).collect();
    Ok(fixed_law(m1, at)?.with_random_diagonal(entries)?)
}

/// The least ratio of squared gradient to excess loss on a path, where the excess is at least a
/// thousandth of that of the start, and a bound on its error.
fn least_ratio(loss: &dyn Objective, path: &Path, least: f64) -> (f64, f64) {
    let mut gradient = vec![0.0; loss.dimension()];
    let mut ratios = path.networks.iter().map(|network| {
        let weights = network.active_weights();
        loss.gradient(&weights, &mut gradient);
        let square: f64 = gradient.iter().map(|entry| entry * entry).sum();
        (loss.value(&weights) - least, square)
    });
    let (first, square) = ratios.next().unwrap_or((1.0, 0.0));
    let far = ratios.filter(|(excess, _)| *excess >= 1e-3 * first);
    let ratio = far.map(|(excess, square)| square / excess).fold(square / first, f64::min);
    // The excess is known to the rounding of the loss, a few units in the last of sixteen digits.
    (ratio, ratio * (path.error + 1e-11 / first))
}

/// One draw of the squared error given the examples of a prompt of `law`: the means over the task
/// `w ~ N(0, I)` and over the query are exact, `|F - I|^2` in the metric of the query with
/// `yhat = x_q'F w`.
fn error_given_examples(
    layer: &LinearAttention,
    law: &PromptLaw,
    random: &mut ChaCha8Rng,
) -> Result<f64, ExperimentError> {
    let law = law.given_covariance(random);
    let map = layer.prediction_map(&law.sample(random).prompt.examples)?;
    let apart = map - Mat::<f64>::identity(law.dimension(), law.dimension());
    let weighted = law.query_covariance() * &apart;
    Ok((apart.transpose() * weighted).diagonal().column_vector().iter().sum())
}

/// The layer with `u U = b I`.
fn multiple_of_the_identity(d: usize, b: f64) -> Result<LinearAttention, ExperimentError> {
    let (zero, block) = (vec![0.0; d], Mat::<f64>::identity(d, d) * b);
    Ok(LinearAttention::from_blocks(&zero, 1.0, &block, &zero)?)
}

/// The Euclidean length.
fn length(entries: &[f64]) -> f64 {
    entries.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}

/// The mean over layers of the letter that `read` takes from each.
fn mean_over(layers: &[TrainedNetwork], read: impl Fn(&TrainedNetwork) -> Mat<f64>) -> Mat<f64> {
    let sum = layers.iter().map(read).reduce(|sum, one| sum + one);
    sum.expect("at least one layer: this is a bug") * faer::Scale(1.0 / layers.len() as f64)
}

/// A letter and how to read it off a layer: a product of weights.
type Reading = (&'static str, fn(&TrainedNetwork) -> Mat<f64>);

/// Repetitions of gradient descent on `count` fixed prompts, on the halves and on the quarters of
/// them.
fn full_batch(
    at: &Setting,
    law: PromptLaw,
    start: LinearAttention,
    count: usize,
    random: &mut ChaCha8Rng,
    letters: &'static [Reading],
) -> Result<LevelDraw, ExperimentError> {
    let pilot = Pilot::run(&law, &start, random)?;
    let plan = pilot.full_batch(count >> (LEVELS - 1));
    let at = at.clone();
    Ok(Box::new(move |random| {
        let levels = plan.train_levels::<LEVELS>(&law, &start, random)?;
        // A product moves by at most the length of the weights for a unit move of them.
        let weights = levels[LEVELS - 1][0].network.active_weights();
        let left = length(&weights) * pilot.left(&plan);
        at.bias(BiasSource::TrainingTime, left, "what a pilot flow leaves, by its rate");
        let read = |layers: &Vec<TrainedNetwork>| {
            letters.iter().map(|&(letter, read)| (letter, mean_over(layers, read))).collect()
        };
        Ok(levels.each_ref().map(read))
    }))
}

/// Test prompts of a trained layer.
struct Test {
    /// The letter of the error.
    letter: &'static str,
    law: PromptLaw,
    /// How many prompts, each with eight queries.
    contexts: usize,
    /// What of the squared error is not counted: 0, or the noise of the answer.
    apart: f64,
}

/// Repetitions of gradient descent on 30,000 fixed prompts, on the halves and on the quarters of
/// them; then the errors of all these layers on the same test prompts.
fn test_errors(
    at: &Setting,
    training: PromptLaw,
    start: LinearAttention,
    tests: Vec<Test>,
    random: &mut ChaCha8Rng,
) -> Result<LevelDraw, ExperimentError> {
    const PROMPTS: usize = 30_000;
    const QUERIES: usize = 8;
    let plan = Pilot::run(&training, &start, random)?.full_batch(PROMPTS >> (LEVELS - 1));
    let once = TrainingPlan { prompts: Prompts::Fixed(PROMPTS), ..plan };
    let twice = Schedule { steps: 2 * plan.schedule.steps, ..plan.schedule };
    let twice = TrainingPlan { schedule: twice, ..once };
    let once = once.train(&training, &start, &mut random.clone())?.network;
    let twice = twice.train(&training, &start, &mut random.clone())?.network;
    for Test { law, contexts, .. } in &tests {
        let layers = [&once, &twice];
        let errors = LinearAttention::mean_errors(&layers, law, *contexts, QUERIES, random);
        // What is left falls by at least a half in that time.
        let how = "twice what twice the time changes, on one set of prompts";
        at.bias(BiasSource::TrainingTime, 2.0 * (errors[1] - errors[0]).abs(), how);
    }
    Ok(Box::new(move |random| {
        let levels = plan.train_levels::<LEVELS>(&training, &start, random)?;
        let layers: Vec<_> = levels.iter().flatten().map(|one| &one.network).collect();
        let mut observed = [const { Observed::new() }; LEVELS];
        for Test { letter, law, contexts, apart } in &tests {
            let errors = LinearAttention::mean_errors(&layers, law, *contexts, QUERIES, random);
            let mut errors = errors.into_iter();
            for (observed, layers) in observed.iter_mut().zip(&levels) {
                let sum: f64 = errors.by_ref().take(layers.len()).sum();
                observed.insert(letter, scalar(sum / layers.len() as f64 - apart));
            }
        }
        Ok(observed)
    }))
}
