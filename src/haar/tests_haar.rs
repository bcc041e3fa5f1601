//! Haar averages against values that were computed elsewhere
//! (`tests/vectors/von_oswald_2023.json`), against each other and against samples.

use super::*;
use crate::data::{FirstState, generator, haar_orthogonal};
use approx::assert_relative_eq;
use serde_json::Value;

fn vectors(family: &str) -> Vec<(Value, Value)> {
    let text = include_str!("../../tests/vectors/von_oswald_2023.json");
    let file: Value = serde_json::from_str(text).expect("JSON");
    let all = file["vectors"].as_array().expect("a list").clone();
    let found: Vec<_> = all
        .into_iter()
        .filter(|record| record["formula"] == family)
        .map(|record| (record["input"].clone(), record["expected"].clone()))
        .collect();
    assert!(!found.is_empty(), "{family}");
    found
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn first_state(input: &Value) -> FirstState {
    match input["s1_law"].as_str() {
        Some("unif") => FirstState::Uniform { half_width: 1.0 },
        Some("gauss") => FirstState::Gaussian { variance: 1.0 },
        other => panic!("{other:?}"),
    }
}

fn moments(input: &Value) -> (StateMoments, usize) {
    let size = |name: &str| input[name].as_u64().unwrap() as usize;
    let noise = input["sigma"].as_f64().unwrap();
    (StateMoments::new(size("d"), &first_state(input), noise), size("N"))
}

/// `E[(W^k)_11^2]` for `k >= 1` and, for `a, b >= 1`, `E[(W^a)_11 (W^b)_11 (W^(a+b))_11]` of a Haar
/// matrix of O(d).
///
/// # Formula
/// `(q_k + d + 1)/(d (d+2))` with `q_k = E (tr W^k)^2`, and with `c = a + b` and
/// `J(..) = E prod tr W^..`
/// ```text
/// [J(a,b,c) + J(a,b-c) + J(a,b+c) + J(b,a-c) + J(b,a+c) + J(c,a-b) + J(c,a+b)
///  + 2 (J(2c) + d + J(2a) + J(2b))]/(d (d+2) (d+4)).
/// ```
fn power_entries(dimension: usize, a: i64, b: i64) -> [f64; 2] {
    let d = dimension as f64;
    let j = |powers: &[i64]| trace_moment(dimension, powers);
    let second = (j(&[a, a]) + d + 1.0) / (d * (d + 2.0));
    let c = a + b;
    let triples = j(&[a, b, c])
        + j(&[a, b - c])
        + j(&[a, b + c])
        + j(&[b, a - c])
        + j(&[b, a + c])
        + j(&[c, a - b])
        + j(&[c, a + b]);
    let singles = 2.0 * (j(&[2 * c]) + d + j(&[2 * a]) + j(&[2 * b]));
    [second, (triples + singles) / (d * (d + 2.0) * (d + 4.0))]
}

/// `E prod (W^k)_11`, by the moments of states.
fn unit_mean(dimension: usize, powers: &[usize]) -> f64 {
    let mut moments = StateMoments::new(dimension, &FirstState::Gaussian { variance: 1.0 }, 0.0);
    let products: Vec<_> = powers.iter().map(|power| (1, power + 1)).collect();
    moments.mean(&products) / moments.radial()[powers.len()]
}

#[test]
fn traces_and_entries_of_powers_have_the_moments_of_the_reference() {
    for (input, expected) in vectors("haar_moments") {
        let d = input["d"].as_u64().unwrap() as usize;
        let powers = numbers(&input["k"]);
        for ((&k, q), alpha) in
            powers.iter().zip(numbers(&expected["q_k"])).zip(numbers(&expected["alpha_k"]))
        {
            assert_eq!(trace_moment(d, &[k as i64, k as i64]), q, "d = {d}, k = {k}");
            assert_relative_eq!(power_entries(d, k as i64, 1)[0], alpha, max_relative = 1e-12);
            assert_relative_eq!(unit_mean(d, &[k as usize; 2]), alpha, max_relative = 1e-12);
        }
        let [a, b] = numbers(&input["ab"])[..] else { panic!("two powers") };
        let (a, b) = (a as i64, b as i64);
        let beta = expected["beta_ab"].as_f64().unwrap();
        assert_relative_eq!(power_entries(d, a, b)[1], beta, max_relative = 1e-12);
        let powers = [a, b, a + b].map(|power| power as usize);
        assert_relative_eq!(unit_mean(d, &powers), beta, max_relative = 1e-11);
        let triple = expected["E_t_a_t_b_t_ab"].as_f64().unwrap();
        assert_eq!(trace_moment(d, &[a, b, a + b]), triple, "d = {d}");
    }
}

#[test]
fn trace_moments_obey_their_laws() {
    for d in 1..8 {
        assert_eq!(trace_moment(d, &[]), 1.0);
        assert_eq!(trace_moment(d, &[0, 0]), (d * d) as f64);
        for k in 1..12 {
            // E tr W^k = [k even]; E (tr W^k)^2 = k + [k even] up to k = d.
            let even = if k % 2 == 0 { 1.0 } else { 0.0 };
            assert_eq!(trace_moment(d, &[k]), even, "d = {d}, k = {k}");
            if k <= d as i64 {
                assert_eq!(trace_moment(d, &[k, -k]), k as f64 + even, "d = {d}, k = {k}");
            }
        }
        // W -> -W.
        assert_eq!(trace_moment(d, &[1, 2, 2]), 0.0);
    }
    // O(1) is {1, -1}: every even product is 1.
    assert_eq!(trace_moment(1, &[3, 4, 5]), 1.0);
}

#[test]
fn trace_moments_are_those_of_samples() {
    const COUNT: usize = 40_000;
    for d in [2, 3, 4] {
        let mut source = generator(1, &["traces"], d as u64);
        let mut sums = [0.0; 3];
        let mut squares = [0.0; 3];
        for _ in 0..COUNT {
            let w = haar_orthogonal(d, &mut source);
            let mut power = w.clone();
            let mut traces = [0.0; 7];
            for trace in &mut traces[1..] {
                *trace = (0..d).map(|i| power[(i, i)]).sum();
                power = &power * &w;
            }
            let terms = [
                traces[1] * traces[2] * traces[3],
                traces[2] * traces[4] * traces[6],
                traces[1] * traces[3] * traces[6],
            ];
            for (index, term) in terms.into_iter().enumerate() {
                sums[index] += term / COUNT as f64;
                squares[index] += term * term / COUNT as f64;
            }
        }
        for (index, powers) in [[1, 2, 3], [2, 4, 6], [1, 3, 6]].iter().enumerate() {
            let deviation = ((squares[index] - sums[index].powi(2)) / COUNT as f64).sqrt();
            let error = (sums[index] - trace_moment(d, powers)) / deviation;
            assert!(error.abs() < 5.0, "d = {d}, {powers:?}: {error} deviations");
        }
    }
}

#[test]
fn the_optimal_step_is_that_of_the_reference() {
    for (input, expected) in vectors("optimal_one_step") {
        let (mut moments, count) = moments(&input);
        let step = gradient_step(&mut moments, count);
        let rate = expected["eta_star"].as_f64().unwrap();
        assert_relative_eq!(step.optimal_rate(), rate, max_relative = 1e-10);
        let loss = expected["loss"].as_f64().unwrap();
        assert_relative_eq!(step.loss(step.optimal_rate()), loss, max_relative = 1e-10);
        let zero = expected["zero_loss"].as_f64().unwrap();
        assert_relative_eq!(step.loss(0.0), zero, max_relative = 1e-12);
        for (found, expected) in
            step.losses(step.optimal_rate()).iter().zip(numbers(&expected["loss_t"]))
        {
            assert_relative_eq!(*found, expected, max_relative = 1e-9);
        }
    }
}

#[test]
fn without_noise_the_step_has_the_closed_form() {
    // n_t = m4 sum_k alpha_k, d_t = m6 (sum_k alpha_k + 2 sum_{b < k} beta_{k-b,b}), k < t.
    for d in [1, 2, 3, 6] {
        let first = FirstState::Uniform { half_width: 1.0 };
        let [_, fourth, sixth] = first.radial_moments(d);
        let step = gradient_step(&mut StateMoments::new(d, &first, 0.0), 7);
        for t in 1..=7_i64 {
            let alphas: f64 = (1..t).map(|k| power_entries(d, k, 1)[0]).sum();
            let pairs = (1..t).flat_map(|k| (1..k).map(move |b| (k - b, b)));
            let betas: f64 = pairs.map(|(a, b)| power_entries(d, a, b)[1]).sum();
            let index = t as usize - 1;
            assert_relative_eq!(step.linear[index], fourth * alphas, max_relative = 1e-12);
            let quadratic = sixth * (alphas + 2.0 * betas);
            assert_relative_eq!(step.quadratic[index], quadratic, max_relative = 1e-11);
        }
    }
    // N = 2: eta* = m4/m6; N = 3: (m4/m6) (3d+8)/(3d+14).
    let first = FirstState::Gaussian { variance: 0.5 };
    for d in 2..6 {
        let [_, fourth, sixth] = first.radial_moments(d);
        let mut moments = StateMoments::new(d, &first, 0.0);
        let rate = |moments: &mut StateMoments, count| gradient_step(moments, count).optimal_rate();
        assert_relative_eq!(rate(&mut moments, 2), fourth / sixth, max_relative = 1e-12);
        let ratio = (3 * d + 8) as f64 / (3 * d + 14) as f64;
        assert_relative_eq!(rate(&mut moments, 3), fourth / sixth * ratio, max_relative = 1e-12);
    }
}

#[test]
fn the_ladder_is_that_of_the_reference() {
    for (input, expected) in vectors("lsa1_feature_optimum") {
        let (mut moments, count) = moments(&input);
        let ladder = feature_ladder(&mut moments, count);
        for (found, name) in [(ladder.one, "L_GD"), (ladder.eight, "L8"), (ladder.fourteen, "L14")]
        {
            let expected = expected[name].as_f64().unwrap();
            assert_relative_eq!(found, expected, max_relative = 1e-7);
        }
        let coefficients = numbers(&expected["c8"]);
        for (found, expected) in ladder.coefficients.iter().zip(coefficients) {
            assert_relative_eq!(*found, expected, max_relative = 1e-6, epsilon = 1e-9);
        }
        for (feature, coefficient) in Feature::all().iter().zip(&ladder.coefficients) {
            assert!(!feature.is_even() || coefficient.abs() < 1e-12, "{feature:?}");
        }
        assert!(ladder.fourteen < ladder.eight && ladder.eight < ladder.one);
    }
}

#[test]
fn one_feature_alone_is_the_gradient_step() {
    let step = Feature::Value([0, 1, 0]);
    for first in [FirstState::Uniform { half_width: 1.0 }, FirstState::Gaussian { variance: 0.5 }] {
        let mut moments = StateMoments::new(3, &first, 0.1);
        let alone = best_combination(&mut moments, 6, &[step]);
        let expected = gradient_step(&mut moments, 6);
        let rate = expected.optimal_rate();
        assert_relative_eq!(alone.coefficients[0], rate, max_relative = 1e-12);
        assert_relative_eq!(alone.loss, expected.loss(rate), max_relative = 1e-12);
    }
}

#[test]
fn the_order_of_features_does_not_matter() {
    for (input, expected) in vectors("lsa1_feature_optimum") {
        let (mut moments, count) = moments(&input);
        let mut values = Feature::all()[..8].to_vec();
        values.reverse();
        let found = best_combination(&mut moments, count, &values);
        let loss = expected["L8"].as_f64().unwrap();
        assert_relative_eq!(found.loss, loss, max_relative = 1e-7);
        let coefficients = numbers(&expected["c8"]);
        for (found, expected) in found.coefficients.iter().rev().zip(coefficients) {
            assert_relative_eq!(*found, expected, max_relative = 1e-6, epsilon = 1e-9);
        }
    }
}

#[test]
fn the_floor_is_that_of_the_reference() {
    for (input, expected) in vectors("bayes_floor") {
        let size = |name: &str| input[name].as_u64().unwrap() as usize;
        let floor = bayes_floor(size("d"), input["E_s1_sq"].as_f64().unwrap(), size("N"));
        for (found, expected) in floor.iter().zip(numbers(&expected["l_t_first"])) {
            assert_relative_eq!(*found, expected, max_relative = 1e-12);
        }
        let average = floor.iter().sum::<f64>() / floor.len() as f64;
        let expected = expected["average"].as_f64().unwrap();
        assert_relative_eq!(average, expected, max_relative = 1e-12);
    }
}
