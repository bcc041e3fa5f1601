//! What a step of training on fresh prompts costs beside the least that its normals and products
//! cost on the same core in the same run. Prints a table; nothing is asserted.
//!
//! The bound adds, without overlap, the normals, roots of chi-squares and floating-point operations
//! of a prompt at the rates of `Normals` and of a large matrix product:
//!
//! ```text
//! raw       (N + 2) d normals                     8 N d + 4 d (d + 1) operations
//! bartlett  d (d - 1)/2 + 2 d normals, d roots    4 d^2 + 4 d (d + 1) operations
//! columns   4 d normals, 2 roots                  4 d (d + 1) + 60 d operations
//! ```

use cpu_time::ThreadTime;
use faer::Mat;
use isserlis::data::{Lane, Normals, PromptLaw};
use isserlis::training::{FreshPrompts, Sampler};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::hint::black_box;
use std::time::{Duration, Instant};

const SIZES: [(usize, usize, usize); 5] =
    [(5, 20, 256), (10, 40, 512), (20, 40, 1024), (20, 200, 1024), (50, 500, 256)];

/// Seconds of CPU time of the fastest of many runs: other programs may run beside this one.
fn fastest(mut run: impl FnMut()) -> f64 {
    run();
    let (start, mut best) = (Instant::now(), f64::INFINITY);
    while start.elapsed() < Duration::from_millis(500) {
        let start = ThreadTime::now();
        run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

fn main() {
    if std::env::args().any(|word| word == "--test") {
        return;
    }
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the first pool");
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut source = Normals::new(&mut random);
    let mut lanes = vec![Lane::default(); 400];
    let count = (lanes.len() * 8) as f64;
    let normals = count / fastest(|| source.fill(black_box(&mut lanes)));
    let scalar = count
        / fastest(|| {
            for entry in lanes.iter_mut().flat_map(|lane| &mut lane.0) {
                *entry = StandardNormal.sample(&mut random);
            }
        });
    let mut small = rand::rngs::SmallRng::seed_from_u64(1);
    let smallest = count
        / fastest(|| {
            for entry in lanes.iter_mut().flat_map(|lane| &mut lane.0) {
                *entry = StandardNormal.sample(&mut small);
            }
        });
    const SIDE: usize = 256;
    let matrix = Mat::from_fn(SIDE, SIDE, |i, j| (i * j % 7) as f64);
    let mut product = Mat::zeros(SIDE, SIDE);
    let seconds = fastest(|| {
        let (replace, par) = (faer::Accum::Replace, faer::Par::Seq);
        faer::linalg::matmul::matmul(&mut product, replace, &matrix, &matrix, 1.0, par);
        black_box(&product);
    });
    let operations = 2.0 * (SIDE as f64).powi(3) / seconds;
    println!("normals              {:>8.3} G/s", normals / 1e9);
    println!("rand_distr, ChaCha8  {:>8.3} G/s", scalar / 1e9);
    println!("rand_distr, SmallRng {:>8.3} G/s", smallest / 1e9);
    println!("products             {:>8.1} Gflop/s\n", operations / 1e9);
    println!(
        "{:<14}{:<10}{:>12}{:>12}{:>8}",
        "d, N, batch", "sampler", "prompts/s", "bound", "share"
    );
    for (d, length, batch) in SIZES {
        for sampler in Sampler::ALL {
            let (x, n) = (d as f64, length as f64);
            let (drawn, freedom, roots, flop) = match sampler {
                Sampler::Raw => ((n + 2.0) * x, 0, 0.0, 8.0 * n * x),
                Sampler::Bartlett => {
                    (x * (x - 1.0) / 2.0 + 2.0 * x, length - d / 2, x, 4.0 * x * x)
                }
                Sampler::Columns => (4.0 * x, length, 2.0, 60.0 * x),
            };
            let root = fastest(|| source.fill_with_chis(freedom, black_box(&mut lanes))) / count;
            let flop = flop + 4.0 * x * (x + 1.0);
            let bound = 1.0 / (drawn / normals + roots * root + flop / operations);
            let law = PromptLaw::new(&Mat::identity(d, d), length).expect("a law");
            let prompts = FreshPrompts::with_sampler(law, batch, sampler, &mut random);
            let mut prompts = prompts.expect("labels are linear");
            let weights = vec![0.1; (d + 1) * (d + 1)];
            let (mut gradient, mut step) = (weights.clone(), 0);
            let seconds = fastest(|| {
                step += 1;
                prompts.gradient(step, &weights, &mut gradient);
            });
            let rate = batch as f64 / seconds;
            println!(
                "{:<14}{:<10}{:>10.3} M{:>10.3} M{:>6.0} %",
                format!("{d}, {length}, {batch}"),
                sampler,
                rate / 1e6,
                bound / 1e6,
                100.0 * rate / bound
            );
        }
    }
}
