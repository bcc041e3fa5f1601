//! Prompts, gradients and flows of the linear attention layer, on one thread unless it says
//! otherwise. The items counted are prompts.

use divan::{Bencher, counter::ItemsCount};
use faer::Mat;
use isserlis::data::{Lane, Normals, PromptLaw, PromptSource};
use isserlis::network::LinearAttention;
use isserlis::training::{
    EmpiricalLoss, FlowSettings, FreshPrompts, Objective, PopulationLoss, Sampler, flow_trajectory,
    gradient_flow,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the first pool");
    divan::main();
}

/// `Lambda_ij = (1 + i/d) [i = j] + 0.4^|i-j|/2`: neither diagonal nor isotropic.
fn covariance(d: usize) -> Mat<f64> {
    let entry = |i: usize, j: usize| 0.4_f64.powi(i.abs_diff(j) as i32) / 2.0;
    let diagonal = |i: usize| 1.0 + i as f64 / d as f64;
    Mat::from_fn(d, d, |i, j| entry(i, j) + if i == j { diagonal(i) } else { 0.0 })
}

fn law(d: usize, context_length: usize) -> PromptLaw {
    PromptLaw::new(&covariance(d), context_length).expect("a positive definite covariance")
}

fn start(d: usize) -> LinearAttention {
    let theta = Mat::from_fn(d, d, |i, j| if i == j { (d as f64).powf(-0.25) } else { 0.0 });
    LinearAttention::paper_start(0.3, &theta).expect("a start of Assumption 3.3")
}

/// The definition: E of shape (d+1) x (N+1), `E E'`, forward and backward through full matrices.
#[divan::bench(args = [(5, 20), (10, 40), (20, 40)])]
fn one_prompt_as_defined(bencher: Bencher, (d, context_length): (usize, usize)) {
    let (law, network) = (law(d, context_length), start(d));
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let mut source = PromptSource::new(&mut generator);
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let sample = source.draw(&law, &mut generator);
        network.gradient(&sample.prompt, sample.answer)
    });
}

/// Standard normals; the items are normals.
#[divan::bench]
fn normals(bencher: Bencher) {
    let mut source = Normals::new(&mut ChaCha8Rng::seed_from_u64(1));
    let mut lanes = vec![Lane::default(); 400];
    let items = ItemsCount::new(lanes.len() * 8);
    bencher.counter(items).bench_local(|| source.fill(&mut lanes));
}

/// Roots of chi-squares by degrees of freedom; the items are roots.
#[divan::bench(args = [2, 15, 40, 500])]
fn roots_of_chi_squares(bencher: Bencher, freedom: usize) {
    let mut source = Normals::new(&mut ChaCha8Rng::seed_from_u64(1));
    let mut lanes = vec![Lane::default(); 400];
    let items = ItemsCount::new(lanes.len() * 8);
    bencher.counter(items).bench_local(|| source.fill_with_chis(freedom, &mut lanes));
}

/// Sizes of a step: dimension, context length, batch.
const SIZES: [(usize, usize, usize); 5] =
    [(5, 20, 256), (10, 40, 512), (20, 40, 1024), (20, 200, 1024), (50, 500, 256)];

/// A step of stochastic gradient descent: fresh prompts and the gradient in all active weights.
fn step(bencher: Bencher, (d, context_length, batch): (usize, usize, usize), sampler: Sampler) {
    let weights = start(d).active_weights();
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let law = law(d, context_length);
    let prompts = FreshPrompts::with_sampler(law, batch, sampler, &mut generator);
    let mut prompts = prompts.expect("labels are linear");
    let mut gradient = vec![0.0; weights.len()];
    let mut step = 0;
    bencher.counter(ItemsCount::new(batch)).bench_local(|| {
        step += 1;
        prompts.gradient(step, &weights, &mut gradient)
    });
}

#[divan::bench(args = SIZES)]
fn a_batch_of_raw_prompts(bencher: Bencher, size: (usize, usize, usize)) {
    step(bencher, size, Sampler::Raw);
}

#[divan::bench(args = SIZES)]
fn a_batch_by_bartlett_factors(bencher: Bencher, size: (usize, usize, usize)) {
    step(bencher, size, Sampler::Bartlett);
}

#[divan::bench(args = SIZES)]
fn a_batch_by_two_columns(bencher: Bencher, size: (usize, usize, usize)) {
    step(bencher, size, Sampler::Columns);
}

/// The gradient of the loss on fixed prompts: its cost does not depend on their number.
#[divan::bench(args = [2, 3, 5, 8])]
fn the_gradient_on_fixed_prompts(bencher: Bencher, d: usize) {
    let weights = start(d).active_weights();
    let loss = EmpiricalLoss::draw(&law(d, 20), 1_000, &mut ChaCha8Rng::seed_from_u64(1));
    let mut gradient = vec![0.0; weights.len()];
    bencher.bench_local(|| loss.gradient(&weights, &mut gradient));
}

/// The exact gradient of the population loss in all active weights.
#[divan::bench(args = [2, 5, 10, 20, 50])]
fn the_population_gradient(bencher: Bencher, d: usize) {
    let weights = start(d).active_weights();
    let loss = PopulationLoss::new(&covariance(d), 20).expect("a positive definite covariance");
    let mut gradient = vec![0.0; weights.len()];
    bencher.bench_local(|| loss.gradient(&weights, &mut gradient));
}

/// Gradient flow on the population loss to its stationary point, with error control.
#[divan::bench(args = [2, 3, 5, 20])]
fn the_gradient_flow(bencher: Bencher, d: usize) {
    let weights = start(d).active_weights();
    let loss = PopulationLoss::new(&covariance(d), 20).expect("a positive definite covariance");
    bencher.bench_local(|| gradient_flow(&loss, &weights, &FlowSettings::default()));
}

/// The flow up to time 20, without looks at second derivatives: some 6,000 gradients at d = 20.
#[divan::bench(args = [2, 5, 20])]
fn the_trajectory_of_the_flow(bencher: Bencher, d: usize) {
    let weights = start(d).active_weights();
    let loss = PopulationLoss::new(&covariance(d), 20).expect("a positive definite covariance");
    let settings = FlowSettings::default();
    bencher.bench_local(|| flow_trajectory(&loss, &weights, &[20.0], &settings));
}
