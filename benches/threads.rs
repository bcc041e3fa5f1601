//! How much faster a step on fresh prompts is on two threads than on one.
//!
//! Other programs disturb two threads more than one, so both take turns and the fastest of many rounds
//! counts. Nothing is asserted; `cargo bench --bench threads` prints a table.

use faer::Mat;
use isserlis::data::PromptLaw;
use isserlis::training::{FreshPrompts, Sampler};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::time::Instant;

const ROUNDS: u64 = 200;

/// Sizes of a step and its sampler.
const STEPS: [(usize, usize, usize, Sampler); 4] = [
    (5, 20, 32_768, Sampler::Columns),
    (20, 40, 16_384, Sampler::Columns),
    (20, 40, 4_096, Sampler::Raw),
    (50, 500, 1_024, Sampler::Raw),
];

fn main() {
    if std::env::args().any(|word| word == "--test") {
        return;
    }
    println!("d, N, batch        sampler    one thread  two threads  ratio");
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pools = [pool(1).expect("a thread"), pool(2).expect("two threads")];
    for (d, context_length, batch, sampler) in STEPS {
        let law = PromptLaw::new(&Mat::identity(d, d), context_length).expect("a covariance");
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let prompts = FreshPrompts::with_sampler(law, batch, sampler, &mut random);
        let mut prompts = prompts.expect("labels are linear");
        let weights = vec![0.1; (d + 1) * (d + 1)];
        let mut gradient = vec![0.0; weights.len()];
        let mut best = [f64::INFINITY; 2];
        for round in 0..ROUNDS {
            for (pool, best) in pools.iter().zip(&mut best) {
                let clock = Instant::now();
                pool.install(|| prompts.gradient(round, &weights, &mut gradient));
                *best = best.min(clock.elapsed().as_secs_f64());
            }
        }
        let [one, two] = best.map(|seconds| 1e3 * seconds);
        let size = format!("{d}, {context_length}, {batch}");
        println!("{size:<18} {sampler:<10} {one:>7.3} ms  {two:>8.3} ms  {:>5.2}", one / two);
    }
}
