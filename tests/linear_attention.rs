//! Losses, gradients and flows of the linear attention layer against values that were computed
//! elsewhere (`tests/vectors/linear_attention.json`) and against the network on raw prompts.

use faer::{Mat, mat};
use isserlis::data::{Labels, PromptLaw};
use isserlis::network::LinearAttention;
use isserlis::statistics::{Looks, MeanSequence, Spread};
use isserlis::training::{
    EmpiricalLoss, FlowSettings, Objective, PopulationLoss, flow_trajectory, gradient_flow,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/linear_attention.json")).unwrap()
}

/// A number: decimal, rational, or an object with a field `value`.
fn number(value: &Value) -> f64 {
    let text = value.as_str().unwrap_or_else(|| value["value"].as_str().expect("a number"));
    match text.split_once('/') {
        Some((above, below)) => above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap(),
        None => text.parse().unwrap(),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn matrix(value: &Value) -> Mat<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Mat::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

fn setting(vectors: &Value, id: &Value) -> Value {
    vectors["settings"].as_array().unwrap().iter().find(|s| &s["id"] == id).unwrap().clone()
}

/// Active weights in their documented order.
fn weights(a: &Mat<f64>, p: &[f64], q: &[f64], s: f64) -> Vec<f64> {
    let columns = (0..a.ncols())
        .flat_map(|j| (0..a.nrows()).map(move |i| a[(i, j)]).chain([q[j]]).collect::<Vec<_>>());
    p.iter().copied().chain([s]).chain(columns).collect()
}

fn population(setting: &Value) -> PopulationLoss {
    let length = setting["N"].as_u64().unwrap() as usize;
    PopulationLoss::new(&matrix(&setting["Lambda"]), length).unwrap()
}

fn settings_of<'a>(vectors: &'a Value, family: &str) -> Vec<(&'a Value, Value)> {
    let cases = vectors["families"][family]["cases"].as_array().unwrap();
    cases.iter().map(|case| (case, setting(vectors, &case["setting"]))).collect()
}

fn random_point(count: usize, seed: u64) -> Vec<f64> {
    use rand::Rng;
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| (generator.next_u64() >> 11) as f64 / 2.0_f64.powi(53) - 0.5).collect()
}

#[test]
fn the_population_loss_has_its_reference_values() {
    let vectors = vectors();
    for (case, setting) in settings_of(&vectors, "population_loss") {
        let (a, s) = (matrix(&setting["A"]), number(&setting["s"]));
        let (p, q) = (numbers(&setting["p"]), numbers(&setting["q"]));
        let value = population(&setting).value(&weights(&a, &p, &q, s));
        approx::assert_relative_eq!(value, number(&case["loss"]), max_relative = 1e-12);
    }
}

#[test]
fn the_flow_equations_have_their_reference_values() {
    let vectors = vectors();
    for (case, setting) in settings_of(&vectors, "population_loss") {
        let (a, s) = (matrix(&setting["A"]), number(&setting["s"]));
        let zero = vec![0.0; a.nrows()];
        let loss = population(&setting);
        let mut gradient = vec![0.0; loss.dimension()];
        loss.gradient(&weights(&a, &zero, &zero, s), &mut gradient);
        let (drive, scale) = (matrix(&case["rhs_U11"]), number(&case["rhs_u"]));
        let expected = weights(&drive, &zero, &zero, scale);
        let size = expected.iter().fold(1.0, |max: f64, x| max.max(x.abs()));
        for (found, expected) in gradient.iter().zip(&expected) {
            approx::assert_abs_diff_eq!(-found, expected, epsilon = 1e-12 * size);
        }
    }
}

#[test]
fn the_population_gradient_equals_differences_of_the_loss() {
    let vectors = vectors();
    for setting in vectors["settings"].as_array().unwrap() {
        for noise in [0.0, 0.7] {
            let loss = population(setting).with_label_noise(noise).unwrap();
            let point = random_point(loss.dimension(), 1);
            assert_gradient_equals_differences(&loss, &point, 1e-11);
        }
    }
}

/// The gradient against differences of the loss, to a tolerance relative to its largest entry.
fn assert_gradient_equals_differences(loss: &PopulationLoss, point: &[f64], tolerance: f64) {
    let mut gradient = vec![0.0; loss.dimension()];
    loss.gradient(point, &mut gradient);
    let size = gradient.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
    for (index, found) in gradient.iter().enumerate() {
        let moved = |step: f64| {
            let mut point = point.to_vec();
            point[index] += step;
            loss.value(&point)
        };
        // The loss is quadratic in one weight: no truncation error.
        let expected = moved(0.5) - moved(-0.5);
        approx::assert_abs_diff_eq!(*found, expected, epsilon = tolerance * size);
    }
}

#[test]
fn the_population_gradient_of_many_dimensions_equals_differences_of_the_loss() {
    for (d, correlation) in [(8, 0.0), (11, 0.0), (11, 0.3), (17, 0.2)] {
        let covariance = Mat::from_fn(d, d, |i, j| {
            if i == j { 1.0 + i as f64 / 8.0 } else { f64::powi(correlation, i.abs_diff(j) as i32) }
        });
        let loss = PopulationLoss::new(&covariance, 7).unwrap().with_label_noise(0.3).unwrap();
        let point = random_point(loss.dimension(), d as u64);
        assert_gradient_equals_differences(&loss, &point, 1e-10);
    }
}

#[test]
fn the_population_loss_is_the_mean_over_raw_prompts_through_the_network() {
    let covariance = mat![[0.5, 0.125], [0.125, 0.25]];
    for (noise, seed) in [(0.0, 2), (0.5, 3)] {
        let loss = PopulationLoss::new(&covariance, 3).unwrap().with_label_noise(noise).unwrap();
        let labels = Labels::NoisyLinear { variance: noise };
        let law = PromptLaw::new(&covariance, 3).unwrap().with_labels(labels).unwrap();
        let point: Vec<f64> = random_point(9, seed).iter().map(|x| 2.0 * x).collect();
        let network = LinearAttention::from_active_weights(2, &point).unwrap();
        let mut expected = vec![0.0; 9];
        loss.gradient(&point, &mut expected);
        expected.push(loss.value(&point));

        let count = 200_000;
        let mut sequence =
            MeanSequence::new(10, 1e-6, Looks::doubling(count, count), Spread::Estimated);
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        for _ in 0..count {
            let sample = law.sample(&mut generator);
            let (by_value, by_key) = network.gradient(&sample.prompt, sample.answer);
            let mut draw = LinearAttention::new(by_value, by_key).unwrap().active_weights();
            let error = network.predict(&sample.prompt) - sample.answer;
            draw.push(error * error / 2.0);
            sequence.push(&draw);
        }
        let size = expected.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
        for (interval, expected) in sequence.look().iter().zip(&expected) {
            assert!(interval.contains(*expected), "{interval:?} misses {expected}");
            assert!(interval.high - interval.low < 0.5 * size, "{interval:?} says little: {size}");
        }
    }
}

#[test]
fn the_flow_follows_the_closed_form_of_isotropic_inputs() {
    let vectors = vectors();
    for case in vectors["families"]["dynamics_isotropic"]["cases"].as_array().unwrap() {
        let (d, n) = (case["d"].as_u64().unwrap() as usize, case["N"].as_u64().unwrap());
        let (lambda, sigma) = (number(&case["lambda"]), number(&case["sigma"]));
        let covariance = Mat::from_fn(d, d, |i, j| if i == j { lambda } else { 0.0 });
        let loss = PopulationLoss::new(&covariance, n as usize).unwrap();
        let theta = (d as f64).powf(-0.25);
        let theta = Mat::from_fn(d, d, |i, j| if i == j { theta } else { 0.0 });
        let start = LinearAttention::paper_start(sigma, &theta).unwrap().active_weights();
        let settings = FlowSettings { tolerance: 1e-12, ..FlowSettings::default() };
        let time = number(&case["t"]);
        let times = [time / 3.0, time, 2.0 * time];
        let trajectory = flow_trajectory(&loss, &start, &times, &settings).unwrap();
        // u(t)^2 = (sqrt d/g)/(1 + (sqrt d/(g sigma^2) - 1) exp(-2 sqrt d lambda^2 t)).
        let (root, g) = ((d as f64).sqrt(), (1.0 + (d + 1) as f64 / n as f64) * lambda);
        for (state, time) in trajectory.states.iter().zip(times) {
            let decay = (-2.0 * root * lambda * lambda * time).exp();
            let expected = (root / g / (1.0 + (root / (g * sigma * sigma) - 1.0) * decay)).sqrt();
            approx::assert_relative_eq!(state[d], expected, max_relative = 1e-9);
            let network = LinearAttention::from_active_weights(d, state).unwrap();
            let block = Mat::from_fn(d, d, |i, j| if i == j { expected / root } else { 0.0 });
            assert!((network.key_query_block() - block).norm_l2() < 1e-9);
        }
        approx::assert_relative_eq!(
            trajectory.states[1][d],
            number(&case["u"]),
            max_relative = 1e-9
        );
    }
}

#[test]
fn the_flow_passes_through_its_reference_points() {
    let vectors = vectors();
    for (case, setting) in settings_of(&vectors, "dynamics") {
        let (loss, sigma) = (population(&setting), number(&case["sigma"]));
        let start = matrix(&setting["ThetaThetaT"]) * sigma;
        let d = start.nrows();
        let zero = vec![0.0; d];
        let points = case["points"].as_array().unwrap();
        let times: Vec<f64> = points.iter().map(|point| number(&point["t"])).collect();
        let settings = FlowSettings { tolerance: 1e-12, ..FlowSettings::default() };
        let start = weights(&start, &zero, &zero, sigma);
        let trajectory = flow_trajectory(&loss, &start, &times, &settings).unwrap();
        for (state, point) in trajectory.states.iter().zip(points) {
            let expected = weights(&matrix(&point["U11"]), &zero, &zero, number(&point["u"]));
            for (found, expected) in state.iter().zip(&expected) {
                approx::assert_abs_diff_eq!(found, expected, epsilon = 1e-9);
            }
        }
    }
}

#[test]
fn the_limit_of_the_flow_is_balanced_and_inverts_the_context_covariance() {
    let covariance = mat![[2.0, 0.5], [0.5, 1.0]];
    let loss = PopulationLoss::new(&covariance, 6).unwrap();
    let theta = mat![[2.0_f64.powf(-0.25), 0.0], [0.0, 2.0_f64.powf(-0.25)]];
    let start = LinearAttention::paper_start(0.3, &theta).unwrap();
    let end = gradient_flow(&loss, &start.active_weights(), &FlowSettings::default()).unwrap();
    assert!(end.error() < 1e-7, "{end:?}");
    let network = LinearAttention::from_active_weights(2, &end.point).unwrap();
    // E[S B S] L = L^2 solved by hand at d = 2: B G = I with G = (7/6) L + (1/2) I.
    let gamma = mat![[2.0 * 7.0 / 6.0 + 0.5, 3.5 / 6.0], [3.5 / 6.0, 7.0 / 6.0 + 0.5]];
    let product = network.effective_preconditioner() * gamma;
    assert!((product - Mat::<f64>::identity(2, 2)).norm_l2() < 1e-6);
    let balance = network.output_scale().powi(2) - network.key_query_block().norm_l2().powi(2);
    assert!(balance.abs() < 1e-6);
}

#[test]
fn the_empirical_loss_is_the_mean_of_the_network_over_its_prompts() {
    let covariance = mat![[1.0, 0.5, 0.0], [0.5, 2.0, 0.25], [0.0, 0.25, 0.5]];
    let law = PromptLaw::new(&covariance, 4).unwrap();
    let mut generator = ChaCha8Rng::seed_from_u64(4);
    let prompts: Vec<_> = (0..20).map(|_| law.sample(&mut generator)).collect();
    let loss = EmpiricalLoss::new(&prompts);
    let point = random_point(16, 5);
    let network = LinearAttention::from_active_weights(3, &point).unwrap();
    let (mut value, mut expected) = (0.0, vec![0.0; 16]);
    for sample in &prompts {
        value += (network.predict(&sample.prompt) - sample.answer).powi(2) / 40.0;
        let (by_value, by_key) = network.gradient(&sample.prompt, sample.answer);
        let active = LinearAttention::new(by_value, by_key).unwrap().active_weights();
        expected.iter_mut().zip(active).for_each(|(sum, entry)| *sum += entry / 20.0);
    }
    let mut gradient = vec![0.0; 16];
    loss.gradient(&point, &mut gradient);
    approx::assert_relative_eq!(loss.value(&point), value, max_relative = 1e-12);
    for (found, expected) in gradient.iter().zip(&expected) {
        approx::assert_relative_eq!(found, expected, max_relative = 1e-10, epsilon = 1e-12);
    }
}
