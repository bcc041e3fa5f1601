//! The competitor of `peers/training.py`: steps of stochastic gradient descent on fresh prompts, as
//! the protocol of `peers/worker.py` asks for. Its argument is the sampler.

use faer::Mat;
use isserlis::data::PromptLaw;
use isserlis::network::LinearAttention;
use isserlis::training::{FreshPrompts, Sampler};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const RATE: f64 = 1e-3;

/// A training under way.
struct Training {
    prompts: FreshPrompts,
    weights: Vec<f64>,
    gradient: Vec<f64>,
    step: u64,
}

impl Training {
    fn new(sampler: Sampler, d: usize, context_length: usize, batch: usize) -> Self {
        let law = PromptLaw::new(&Mat::identity(d, d), context_length).expect("a law");
        let generator = &mut ChaCha8Rng::seed_from_u64(1);
        let prompts = FreshPrompts::with_sampler(law, batch, sampler, generator);
        let theta = Mat::<f64>::identity(d, d) * (d as f64).powf(-0.25);
        let start = LinearAttention::paper_start(0.3, &theta).expect("a start of Assumption 3.3");
        let weights = start.active_weights();
        let prompts = prompts.expect("labels are linear");
        Self { prompts, gradient: vec![0.0; weights.len()], weights, step: 0 }
    }

    fn run(&mut self, steps: u64) -> f64 {
        let mut loss = f64::NAN;
        for _ in 0..steps {
            loss = self.prompts.gradient(self.step, &self.weights, &mut self.gradient);
            for (weight, slope) in self.weights.iter_mut().zip(&self.gradient) {
                *weight -= RATE * slope;
            }
            self.step += 1;
        }
        loss
    }
}

fn main() {
    // Without a sampler there is no driver: `cargo bench` runs every bench.
    let words: Vec<String> = std::env::args().skip(1).collect();
    let sampler = Sampler::ALL.into_iter().find(|one| words.iter().any(|word| word == one.word()));
    let Some(sampler) = sampler else { return };
    let mut training = None;
    for line in std::io::stdin().lines() {
        let line = line.expect("a line of the driver");
        let mut words = line.split_whitespace();
        let command = words.next();
        let numbers: Vec<usize> = words.map(|word| word.parse().expect("a number")).collect();
        match (command, &numbers[..], &mut training) {
            (Some("prepare"), &[d, context_length, batch], slot) => {
                *slot = Some(Training::new(sampler, d, context_length, batch));
                println!("ready");
            }
            (Some("run"), &[steps], Some(training)) => {
                println!("{} {steps}", training.run(steps as u64))
            }
            other => panic!("the driver asked for {other:?}", other = other.0),
        }
    }
}
