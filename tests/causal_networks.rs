//! Constructed transformers and the mesa-layer against values that were computed elsewhere
//! (`tests/vectors/von_oswald_2023.json`: double precision, gradients by complex steps) and against
//! their definitions.

use approx::assert_relative_eq;
use faer::prelude::Solve;
use faer::{Mat, mat};
use isserlis::data::{
    Dynamics, FirstState, Sequence, Teacher, TokenForm, Transition, stacked_transition,
};
use isserlis::network::{InContextRegression, NetworkError, Transformer};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde_json::Value;

/// The inputs and outputs of a family.
fn vectors(family: &str) -> Vec<(Value, Value)> {
    let file: Value =
        serde_json::from_str(include_str!("vectors/von_oswald_2023.json")).expect("JSON");
    let all = file["vectors"].as_array().expect("a list");
    let found: Vec<_> = all
        .iter()
        .filter(|record| record["formula"] == family)
        .map(|record| (record["input"].clone(), record["expected"].clone()))
        .collect();
    assert!(!found.is_empty(), "{family}");
    found
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// The rows of the file as columns.
fn columns(value: &Value) -> Mat<f64> {
    rows(value).transpose().to_owned()
}

fn rows(value: &Value) -> Mat<f64> {
    let rows: Vec<_> = value.as_array().expect("rows").iter().map(numbers).collect();
    Mat::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

fn assert_close(found: &Mat<f64>, expected: &Mat<f64>, tolerance: f64) {
    assert_eq!(found.shape(), expected.shape());
    let error = (found - expected).norm_max();
    assert!(error <= tolerance * expected.norm_max().max(1e-3), "{error}\n{found:?}\n{expected:?}");
}

/// Predictions for every prefix of the states.
fn read(network: &Transformer, form: &TokenForm, states: &Mat<f64>) -> Mat<f64> {
    let tokens = form.tokens(states.as_ref());
    network.forward(states.ncols(), tokens.as_ref()).predictions().to_owned()
}

fn random(rows: usize, columns: usize, source: &mut ChaCha8Rng) -> Mat<f64> {
    Mat::from_fn(rows, columns, |_, _| StandardNormal.sample(source))
}

#[test]
fn one_layer_makes_one_gradient_step_at_every_token() {
    for (input, expected) in vectors("prop1_one_step") {
        let (states, initial) = (columns(&input["s"]), rows(&input["Phi0"]));
        let rate = input["eta"].as_f64().unwrap();
        let network = Transformer::gradient_step(&initial, rate);
        let found = read(&network, &TokenForm::ThreeChannels(initial), &states);
        assert_close(&found, &columns(&expected["channel0_out"]), 1e-12);
    }
}

#[test]
fn four_channels_make_the_gradient_step_from_zero() {
    let states = random(3, 7, &mut ChaCha8Rng::seed_from_u64(1));
    let network = Transformer::gradient_step_from_zero(3, 0.3);
    let reference = Transformer::gradient_step(&Mat::zeros(3, 3), 0.3);
    let expected = read(&reference, &TokenForm::ThreeChannels(Mat::zeros(3, 3)), &states);
    for form in [TokenForm::FourChannels, TokenForm::FourChannelsMasked] {
        assert_close(&read(&network, &form, &states), &expected, 1e-13);
    }
}

#[test]
fn preconditioning_layers_and_a_step_are_steps_on_the_ridge_regression() {
    for (input, expected) in vectors("prop2_neumann_predict") {
        let states = columns(&input["s"]);
        let number = |name: &str| input[name].as_f64().unwrap();
        let steps = input["K"].as_u64().unwrap() as usize;
        let (d, last) = (states.nrows(), states.ncols() - 1);
        let network = Transformer::preconditioned_step(d, steps, number("omega"), number("lambda"));
        let tokens = TokenForm::FourChannels.tokens(states.as_ref());
        let pass = network.forward(states.ncols(), tokens.as_ref());
        let column = |value: &Value| Mat::from_fn(d, 1, |i, _| numbers(value)[i]);
        let prediction = pass.predictions().subcols(last, 1).to_owned();
        assert_close(&prediction, &column(&expected["prediction"]), 1e-11);
        let before = pass.tokens(network.architecture().layers.len() - 1);
        let query = before.submatrix(d, last, d, 1).to_owned();
        assert_close(&query, &column(&expected["precond_K"]), 1e-11);
    }
}

#[test]
fn enough_layers_reach_the_ridge_regression() {
    let states = random(3, 9, &mut ChaCha8Rng::seed_from_u64(2));
    let lambda = 2.0;
    let network = Transformer::preconditioned_step(3, 600, 0.09, lambda);
    let found = read(&network, &TokenForm::FourChannels, &states);
    for t in 1..9 {
        let (past, next) = (states.subcols(0, t), states.subcols(1, t));
        let gram = past * past.transpose() + Mat::<f64>::identity(3, 3) * (1.0 / lambda);
        let query = states.subcols(t, 1);
        let expected = next * past.transpose() * gram.partial_piv_lu().solve(query);
        assert_close(&found.subcols(t, 1).to_owned(), &expected, 1e-9);
    }
}

fn regression(input: &Value) -> InContextRegression {
    InContextRegression {
        queries: columns(&input["q"]),
        keys: columns(&input["k"]),
        values: columns(&input["v"]),
        forget: Some(numbers(&input["gamma"])),
        inverse_ridge: input["lambda"].as_f64().unwrap(),
    }
}

#[test]
fn the_mesa_layer_and_its_gradients_are_those_of_the_reference() {
    for (input, expected) in vectors("mesa_layer") {
        let layer = regression(&input);
        assert_close(&layer.outputs(), &columns(&expected["out"]), 1e-9);
        assert_close(&layer.last_inverse(), &rows(&expected["R_T"]), 1e-9);
        let gradient = layer.gradient(&columns(&input["cotangent"])).unwrap();
        assert_close(&gradient.keys, &columns(&expected["grad_k"]), 1e-9);
        assert_close(&gradient.values, &columns(&expected["grad_v"]), 1e-9);
        assert_close(&gradient.queries, &columns(&expected["grad_q"]), 1e-9);
        let slope = expected["grad_lambda"].as_f64().unwrap();
        assert_relative_eq!(gradient.inverse_ridge, slope, max_relative = 1e-9);
    }
}

fn example(size: usize, length: usize, inverse_ridge: f64) -> InContextRegression {
    let mut source = ChaCha8Rng::seed_from_u64(3);
    InContextRegression {
        queries: random(size, length, &mut source),
        keys: random(size, length, &mut source),
        values: random(2, length, &mut source),
        forget: Some((0..length).map(|t| 0.8 + 0.02 * t as f64).collect()),
        inverse_ridge,
    }
}

#[test]
fn the_recursion_with_forget_factors_solves_the_weighted_regression() {
    let layer = example(3, 10, 1.7);
    let (found, forget) = (layer.outputs(), layer.forget.clone().unwrap());
    for t in 0..10 {
        // Weights gamma_{t'+1} ... gamma_t of the terms and gamma_1 ... gamma_t of the ridge.
        let weight = |from: usize| forget[from..=t].iter().product::<f64>();
        let mut gram = Mat::<f64>::identity(3, 3) * (weight(0) / 1.7);
        let mut cross = Mat::<f64>::zeros(2, 3);
        for earlier in 0..=t {
            let key = layer.keys.col(earlier);
            gram += (key * key.transpose()) * weight(earlier + 1);
            cross += (layer.values.col(earlier) * key.transpose()) * weight(earlier + 1);
        }
        let query = layer.queries.subcols(t, 1);
        let expected = cross * gram.partial_piv_lu().solve(query);
        assert_close(&found.subcols(t, 1).to_owned(), &expected, 1e-12);
    }
}

#[test]
fn the_gradients_with_forget_factors_are_those_of_central_differences() {
    let layer = example(3, 8, 1.7);
    let cotangents = random(2, 8, &mut ChaCha8Rng::seed_from_u64(4));
    let value = |layer: &InContextRegression| {
        let out = layer.outputs();
        (0..8).map(|t| cotangents.col(t).transpose() * out.col(t)).sum::<f64>()
    };
    let difference = |change: &dyn Fn(&mut InContextRegression, f64)| {
        let at = |step: f64| {
            let mut moved = layer.clone();
            change(&mut moved, step);
            value(&moved)
        };
        let central = |step: f64| (at(step) - at(-step)) / (2.0 * step);
        (4.0 * central(1e-4) - central(2e-4)) / 3.0
    };
    let gradient = layer.gradient(&cotangents).unwrap();
    for t in 0..8 {
        let forget = difference(&|layer, step| layer.forget.as_mut().unwrap()[t] += step);
        assert_relative_eq!(gradient.forget[t], forget, max_relative = 1e-8, epsilon = 1e-10);
        for i in 0..3 {
            let key = difference(&|layer, step| layer.keys[(i, t)] += step);
            assert_relative_eq!(gradient.keys[(i, t)], key, max_relative = 1e-8, epsilon = 1e-10);
            let query = difference(&|layer, step| layer.queries[(i, t)] += step);
            let found = gradient.queries[(i, t)];
            assert_relative_eq!(found, query, max_relative = 1e-8, epsilon = 1e-10);
        }
        for i in 0..2 {
            let value = difference(&|layer, step| layer.values[(i, t)] += step);
            let found = gradient.values[(i, t)];
            assert_relative_eq!(found, value, max_relative = 1e-8, epsilon = 1e-10);
        }
    }
    let ridge = difference(&|layer, step| layer.inverse_ridge += step);
    assert_relative_eq!(gradient.inverse_ridge, ridge, max_relative = 1e-8);
}

#[test]
fn the_way_back_works_for_moderate_lambda_and_says_where_it_fails() {
    let cotangents = random(2, 10, &mut ChaCha8Rng::seed_from_u64(4));
    for lambda in [1.0, 7.0, 1e3] {
        assert!(example(3, 10, lambda).gradient(&cotangents).is_ok(), "{lambda}");
    }
    for lambda in [1e6, 1e9] {
        let error = example(3, 10, lambda).gradient(&cotangents).unwrap_err();
        assert!(matches!(error, NetworkError::LostPrecision { deviation, .. } if deviation > 1e-6));
        assert!(error.to_string().contains("use a smaller lambda"), "{error}");
    }
}

#[test]
fn compression_keeps_scalar_blocks_and_interpolation_its_ends() {
    let network = Transformer::gradient_step(&mat![[0.3, 0.1], [0.0, 0.2]], 0.5);
    let heads = network.head_products(0);
    let compressed = heads[0].compressed(2);
    assert_close(&compressed.key_query, &heads[0].key_query, 1e-14);
    // The block -eta Phi_0 is not a multiple of the identity; its diagonal has mean -0.125.
    assert_relative_eq!(compressed.value[(0, 4)], -0.125, max_relative = 1e-14);
    assert_eq!(compressed.value[(0, 5)], 0.0);
    assert_close(&heads[0].interpolated(&compressed, 0.0).value, &heads[0].value, 1e-14);
    assert_close(&heads[0].interpolated(&compressed, 1.0).value, &compressed.value, 1e-14);
}

#[test]
fn sequences_obey_their_law() {
    let mut source = ChaCha8Rng::seed_from_u64(5);
    let law = Dynamics::orthogonal(4, FirstState::Uniform { half_width: 1.0 }, 0.0);
    let Sequence { states, transition } = law.draw(6, &mut source);
    for t in 1..6 {
        assert!((&transition * states.col(t - 1) - states.col(t)).norm_max() < 1e-14);
    }
    let other = law.draw(6, &mut source).transition;
    assert!((&other - &transition).norm_max() > 0.1, "a fresh transition in every sequence");
    let fixed = Dynamics { transition: Transition::Fixed(other.clone()), ..law };
    assert_eq!(fixed.draw(2, &mut source).transition, other);
}

#[test]
fn contracting_transitions_are_symmetric_with_the_eigenvalues_of_the_paper() {
    let mut source = ChaCha8Rng::seed_from_u64(6);
    let transition = Transition::Contracting { least: 0.3, largest: 0.9 };
    let first = FirstState::Gaussian { variance: 1.0 };
    let law = Dynamics { transition, ..Dynamics::orthogonal(5, first, 0.0) };
    for _ in 0..20 {
        let transition = law.draw(2, &mut source).transition;
        assert!((&transition - transition.transpose()).norm_max() < 1e-14);
        let eigenvalues = transition.self_adjoint_eigenvalues(faer::Side::Lower).unwrap();
        assert!(eigenvalues[0] >= 0.3 - 1e-12, "{eigenvalues:?}");
        assert_relative_eq!(eigenvalues[4], 0.9, max_relative = 1e-12);
    }
}

#[test]
fn observed_states_evolve_by_the_stacked_transition() {
    let mut source = ChaCha8Rng::seed_from_u64(7);
    let map = random(2, 3, &mut source);
    let first = FirstState::Gaussian { variance: 1.0 };
    let law =
        Dynamics { observation: Some((map.clone(), 0.0)), ..Dynamics::orthogonal(3, first, 0.0) };
    let Sequence { states, transition } = law.draw(5, &mut source);
    assert_eq!(states.nrows(), 2);
    let stacked = stacked_transition(&transition, &map, 2);
    let stack = |t: usize| Mat::from_fn(4, 1, |i, _| states[(i % 2, t + i / 2)]);
    for t in 0..3 {
        assert_close(&(&stacked * stack(t)), &stack(t + 1), 1e-10);
    }
}

#[test]
fn the_stacked_transition_is_that_of_the_reference() {
    for (input, expected) in vectors("partial_obs_map") {
        let k = input["k"].as_u64().unwrap() as usize;
        let found = stacked_transition(&rows(&input["W"]), &rows(&input["C"]), k);
        assert_close(&found, &rows(&expected["Phi_k"]), 1e-8);
    }
}

#[test]
fn states_behind_a_nonlinear_teacher_lie_on_the_sphere() {
    let mut source = ChaCha8Rng::seed_from_u64(8);
    let first = FirstState::Uniform { half_width: 0.25 };
    let teacher = Teacher::random(4, &mut source);
    let law = Dynamics { teacher: Some(teacher.clone()), ..Dynamics::orthogonal(4, first, 0.0) };
    let Sequence { states, transition } = law.draw(5, &mut source);
    for t in 1..5 {
        assert_relative_eq!(states.col(t).norm_l2(), 1.0, max_relative = 1e-12);
        let expected = &transition * teacher.apply(&states.col(t - 1).to_owned());
        assert!((expected - states.col(t)).norm_max() < 1e-14);
    }
}
