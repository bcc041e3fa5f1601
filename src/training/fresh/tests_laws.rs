//! Every sampler in law: against the exact population gradient and against raw prompts.

use super::{FreshPrompts, Sampler};
use crate::data::{Labels, PositiveLaw, PromptLaw, TaskLaw, generator};
use crate::training::{MeanLoss, Objective, PopulationLoss};
use faer::{Mat, mat};

const BATCH: usize = 32;
const STEPS: u64 = 6_000;

/// Loss and gradient of each of the steps.
fn steps(law: &PromptLaw, sampler: Sampler, weights: &[f64]) -> Vec<Vec<f64>> {
    let mut random = generator(21, &["laws", sampler.word()], 0);
    let mut fresh = FreshPrompts::with_sampler(law.clone(), BATCH, sampler, &mut random).unwrap();
    let step = |step| {
        let mut values = vec![0.0; weights.len() + 1];
        values[weights.len()] = fresh.gradient(step, weights, &mut values[..weights.len()]);
        values
    };
    (0..STEPS).map(step).collect()
}

fn weights(d: usize) -> Vec<f64> {
    let count = (d + 1) * (d + 1);
    (0..count).map(|i| 0.4 * (1.7 * i as f64 + 0.3).sin()).collect()
}

fn covariance() -> Mat<f64> {
    mat![[1.2, 0.4, 0.0], [0.4, 0.8, -0.2], [0.0, -0.2, 0.6]]
}

fn laws() -> Vec<PromptLaw> {
    let law = |length| PromptLaw::new(&covariance(), length).unwrap();
    let noisy = |law: PromptLaw| law.with_labels(Labels::NoisyLinear { variance: 0.5 }).unwrap();
    let task = TaskLaw::Fixed(vec![0.5, -1.0, 0.7]);
    let query = mat![[0.5, 0.1, 0.0], [0.1, 1.0, 0.3], [0.0, 0.3, 0.9]];
    vec![
        law(6),
        law(40),
        law(2),
        noisy(law(5)),
        noisy(law(1)),
        noisy(law(3).with_task(task).unwrap()).with_query_covariance(&query).unwrap(),
    ]
}

/// The values of one entry over the steps.
fn entry(steps: &[Vec<f64>], index: usize) -> Vec<f64> {
    steps.iter().map(|step| step[index]).collect()
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

/// The largest distance of two empirical distribution functions, scaled so that values above 2.5
/// have a probability of 7e-6.
fn two_samples(a: &[f64], b: &[f64]) -> f64 {
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let (a, b) = (sorted(a), sorted(b));
    let share = |values: &[f64], x: f64| {
        values.partition_point(|value| *value <= x) as f64 / values.len() as f64
    };
    let apart = a.iter().chain(&b).map(|&x| (share(&a, x) - share(&b, x)).abs());
    let size = (a.len() * b.len()) as f64 / (a.len() + b.len()) as f64;
    apart.fold(0.0, f64::max) * size.sqrt()
}

#[test]
fn the_mean_of_every_sampler_is_the_exact_population_loss_and_gradient() {
    let weights = weights(3);
    for law in laws().iter().take(5) {
        let exact = PopulationLoss::new(law.covariance(), law.context_length()).unwrap();
        let exact = exact.with_label_noise(law.noise_variance()).unwrap();
        let mut expected = vec![0.0; weights.len()];
        exact.gradient(&weights, &mut expected);
        expected.push(exact.value(&weights));
        for sampler in Sampler::ALL {
            let steps = steps(law, sampler, &weights);
            for (index, expected) in expected.iter().enumerate() {
                let (mean, error) = mean_and_error(&entry(&steps, index));
                let z = (mean - expected) / error;
                assert!(z.abs() < 5.5, "{sampler}, entry {index}: {mean} against {expected}: {z}");
            }
        }
    }
}

#[test]
fn at_a_random_covariance_the_mean_is_that_over_all_covariances() {
    let weights = weights(3);
    let two = |low, high| PositiveLaw::TwoPoint { low, high, probability: 0.25 };
    let entries = vec![two(0.2, 1.5), PositiveLaw::Constant(0.7), two(0.5, 0.9)];
    let law = PromptLaw::new(&covariance(), 6).unwrap();
    let noisy = law.clone().with_labels(Labels::NoisyLinear { variance: 0.5 }).unwrap();
    for law in [law.clone(), law.with_context_length(40).unwrap(), noisy] {
        let law = law.with_random_diagonal(entries.clone()).unwrap();
        let given = |(share, given): (f64, PromptLaw)| {
            let loss = PopulationLoss::new(given.covariance(), law.context_length()).unwrap();
            (share, loss.with_label_noise(law.noise_variance()).unwrap())
        };
        let all = law.given_each_covariance().unwrap();
        let exact = MeanLoss::new(all.into_iter().map(given).collect());
        let mut expected = vec![0.0; weights.len()];
        exact.gradient(&weights, &mut expected);
        expected.push(exact.value(&weights));
        for sampler in Sampler::ALL {
            let steps = steps(&law, sampler, &weights);
            for (index, expected) in expected.iter().enumerate() {
                let (mean, error) = mean_and_error(&entry(&steps, index));
                let z = (mean - expected) / error;
                assert!(z.abs() < 5.5, "{sampler}, entry {index}: {mean} against {expected}: {z}");
            }
        }
    }
}

#[test]
fn every_sampler_has_the_law_of_raw_prompts() {
    let weights = weights(3);
    for law in laws() {
        let raw = steps(&law, Sampler::Raw, &weights);
        for sampler in [Sampler::Bartlett, Sampler::Columns] {
            let other = steps(&law, sampler, &weights);
            for index in 0..=weights.len() {
                let (a, b) = (entry(&raw, index), entry(&other, index));
                let statistic = two_samples(&a, &b);
                assert!(statistic < 2.5, "{sampler}, entry {index}: {statistic}");
                // The variances, by the means of squared deviations.
                let squares = |values: &[f64]| {
                    let mean = mean_and_error(values).0;
                    values.iter().map(|x| (x - mean).powi(2)).collect::<Vec<_>>()
                };
                let (a, b) = (mean_and_error(&squares(&a)), mean_and_error(&squares(&b)));
                let z = (a.0 - b.0) / a.1.hypot(b.1);
                assert!(z.abs() < 5.5, "{sampler}, entry {index}: variances {} and {}", a.0, b.0);
            }
        }
    }
}

#[test]
fn a_wrong_number_of_degrees_of_freedom_would_be_seen() {
    // One example more or less is what a wrong chi-square amounts to.
    let (weights, law) = (weights(3), laws().remove(2));
    let raw = steps(&law, Sampler::Raw, &weights);
    let longer = steps(&law.with_context_length(3).unwrap(), Sampler::Columns, &weights);
    let apart = (0..=weights.len())
        .map(|index| {
            let (a, b) = (entry(&raw, index), entry(&longer, index));
            let (a, b) = (mean_and_error(&a), mean_and_error(&b));
            ((a.0 - b.0) / a.1.hypot(b.1)).abs()
        })
        .fold(0.0, f64::max);
    assert!(apart > 8.0, "{apart}");
}
