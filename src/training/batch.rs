//! The gradient of the network's loss on fresh prompts, many prompts at a time.

use crate::data::{Labels, PromptLaw, TaskLaw, fill_with_normals};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Prompts that are computed side by side.
const LANES: usize = 8;

/// Prompts of one block: the unit of work of a thread, with its own stream of random numbers.
const BLOCK: usize = 64;

/// One number for each of the prompts that are computed side by side.
type Lane = [f64; LANES];

/// A source of fresh prompts for training: the mean loss `1/2 (yhat - y_q)^2` and its gradient on
/// a new batch at every step.
///
/// The values are those of [`LinearAttention::gradient`](crate::network::LinearAttention::gradient) averaged over the batch. They are computed
/// without forming the attention matrix or `E E'`: with `p' = (p1', p0)` the last row of `W^PV`
/// and `u = W^KQ (x_q; 0) = (u1; u0)`,
///
/// # Formula
/// ```text
/// alpha_i = p1'x_i + p0 y_i,   beta_i = u1'x_i + u0 y_i
/// N yhat        = sum_i alpha_i beta_i + (p1'x_q) (u1'x_q)
/// N d yhat/dp   = [sum_i x_i beta_i  + x_q (u1'x_q); sum_i y_i beta_i ]
/// N d yhat/dW^KQ = [sum_i x_i alpha_i + x_q (p1'x_q); sum_i y_i alpha_i] (x_q; 0)'
/// ```
/// The inputs `x_i = C z_i` are never formed either: `C` is applied to `p1`, `u1`, `w` and to the
/// sums, and the labels `y_i = w'x_i` enter through `p1 + p0 w` and `u1 + u0 w`.
///
/// Step and block of 64 prompts select the stream of random numbers, and blocks are added in
/// order: the same seed gives the same gradients with any number of threads.
pub struct FreshPrompts {
    law: PromptLaw,
    generator: ChaCha8Rng,
    batch: usize,
    blocks: Vec<Block>,
}

impl FreshPrompts {
    /// Batches of `batch` prompts from `law` (at least one), on streams of a key that is drawn
    /// from `generator`.
    pub fn new(law: PromptLaw, batch: usize, generator: &mut ChaCha8Rng) -> Self {
        let mut key = [0; 32];
        generator.fill_bytes(&mut key);
        let batch = batch.max(1);
        let blocks = (0..batch.div_ceil(BLOCK)).map(|_| Block::new(law.dimension())).collect();
        Self { law, generator: ChaCha8Rng::from_seed(key), batch, blocks }
    }

    /// The number of prompts a step.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The law of the prompts.
    pub fn law(&self) -> &PromptLaw {
        &self.law
    }

    /// Overwrites `gradient` with the mean gradient over the batch of this step at these weights,
    /// in the order of [`LinearAttention::active_weights`](crate::network::LinearAttention::active_weights), and returns the mean loss.
    ///
    /// # Panics
    /// If there are not `(d+1)^2` weights and entries.
    pub fn gradient(&mut self, step: u64, weights: &[f64], gradient: &mut [f64]) -> f64 {
        let size = (self.law.dimension() + 1).pow(2);
        assert!(weights.len() == size && gradient.len() == size, "(d+1)^2 weights: this is a bug");
        let (law, batch, number) = (&self.law, self.batch, self.blocks.len() as u64);
        let base = &self.generator;
        self.blocks.par_iter_mut().enumerate().for_each(|(index, block)| {
            let mut generator = base.clone();
            generator.set_stream(step * number + index as u64);
            let count = BLOCK.min(batch - index * BLOCK);
            block.run(law, weights, count, &mut generator);
        });
        gradient.fill(0.0);
        let mut loss = 0.0;
        for block in &self.blocks {
            loss += block.loss;
            gradient.iter_mut().zip(&block.gradient).for_each(|(sum, part)| *sum += part);
        }
        gradient.iter_mut().for_each(|entry| *entry /= batch as f64);
        loss / batch as f64
    }
}

/// Buffers and sums of one block; vectors of d lanes unless it says otherwise.
struct Block {
    task: Vec<Lane>,
    query: Vec<Lane>,
    normals: Vec<Lane>,
    /// `W^KQ (x_q; 0)` (d+1 lanes).
    u: Vec<Lane>,
    /// `C'(p1 + p0 w)` and `C'(u1 + u0 w)`.
    a: Vec<Lane>,
    b: Vec<Lane>,
    /// `sum_i z_i alpha_i` and `sum_i z_i beta_i`, then with `C` applied and the query added.
    with_a: Vec<Lane>,
    with_b: Vec<Lane>,
    buffer: Vec<Lane>,
    /// `C'v` of a family with a direction.
    direction: Vec<f64>,
    /// One lane an active weight.
    sums: Vec<Lane>,
    gradient: Vec<f64>,
    loss: f64,
}

impl Block {
    fn new(dimension: usize) -> Self {
        let lanes = |count: usize| vec![[0.0; LANES]; count];
        Self {
            task: lanes(dimension),
            query: lanes(dimension),
            normals: lanes(dimension),
            u: lanes(dimension + 1),
            a: lanes(dimension),
            b: lanes(dimension),
            with_a: lanes(dimension),
            with_b: lanes(dimension),
            buffer: lanes(dimension),
            direction: vec![0.0; dimension],
            sums: lanes((dimension + 1).pow(2)),
            gradient: vec![0.0; (dimension + 1).pow(2)],
            loss: 0.0,
        }
    }

    /// Loss and gradient, summed over `count` prompts.
    fn run(&mut self, law: &PromptLaw, weights: &[f64], count: usize, generator: &mut ChaCha8Rng) {
        self.sums.fill([0.0; LANES]);
        self.loss = 0.0;
        let mut losses = [0.0; LANES];
        for first in (0..count).step_by(LANES) {
            self.add_lanes(law, weights, (count - first).min(LANES), &mut losses, generator);
        }
        self.loss = losses.iter().sum();
        for (entry, lanes) in self.gradient.iter_mut().zip(&self.sums) {
            *entry = lanes.iter().sum();
        }
    }

    /// Draws `LANES` prompts and adds the first `count` of them. The order of the normals is task
    /// (unless fixed), query, inputs one after another (each followed by its noise, if labels are
    /// noisy), last the noise of the answer; a coordinate of all prompts comes before the next
    /// coordinate.
    #[expect(clippy::needless_range_loop, reason = "an index runs over several arrays at once")]
    fn add_lanes(
        &mut self,
        law: &PromptLaw,
        weights: &[f64],
        count: usize,
        losses: &mut Lane,
        generator: &mut ChaCha8Rng,
    ) {
        let d = law.dimension();
        let size = d + 1;
        let length = law.context_length() as f64;
        let (p, key_query) = weights.split_at(size);
        let (p1, p0) = (&p[..d], p[d]);

        match law.task() {
            TaskLaw::StandardNormal => {
                fill_with_normals(self.task.as_flattened_mut(), generator);
            }
            TaskLaw::Fixed(task) => {
                self.task.iter_mut().zip(task).for_each(|(lane, &w)| *lane = [w; LANES]);
            }
        }
        fill_with_normals(self.buffer.as_flattened_mut(), generator);
        colour(law.query_factor(), &self.buffer, &mut self.query);

        // Labels that do not see the task have w = 0 here; what they see is their surplus.
        if let Labels::Cubic { .. } = law.labels() {
            self.task.fill([0.0; LANES]);
        }
        if let Labels::Cubic { direction } | Labels::LinearPlusSquare { direction, .. } =
            law.labels()
        {
            let factor = law.factor();
            for (j, entry) in self.direction.iter_mut().enumerate() {
                *entry = (j..d).map(|i| factor[(i, j)] * direction[i]).sum();
            }
        }

        self.u.fill([0.0; LANES]);
        for (query, column) in self.query.iter().zip(key_query.chunks_exact(size)) {
            for (u, &weight) in self.u.iter_mut().zip(column) {
                add_scaled(u, weight, query);
            }
        }
        let u0 = self.u[d];
        for i in 0..d {
            for lane in 0..LANES {
                let task = self.task[i][lane];
                self.with_a[i][lane] = p1[i] + p0 * task;
                self.with_b[i][lane] = self.u[i][lane] + u0[lane] * task;
            }
        }
        colour_transposed(law.factor(), &self.with_a, &mut self.a);
        colour_transposed(law.factor(), &self.with_b, &mut self.b);

        self.with_a.fill([0.0; LANES]);
        self.with_b.fill([0.0; LANES]);
        let mut prediction = [0.0; LANES];
        // sum_i (y_i - w'x_i) alpha_i and the same with beta_i.
        let (mut surplus_a, mut surplus_b) = ([0.0; LANES], [0.0; LANES]);
        for _ in 0..law.context_length() {
            fill_with_normals(self.normals.as_flattened_mut(), generator);
            let (mut alpha, mut beta) = ([0.0; LANES], [0.0; LANES]);
            for ((z, a), b) in self.normals.iter().zip(&self.a).zip(&self.b) {
                add_product(&mut alpha, z, a);
                add_product(&mut beta, z, b);
            }
            if !matches!(law.labels(), Labels::Linear) {
                let surplus = surplus(law.labels(), &self.direction, &self.normals, generator);
                add_scaled(&mut alpha, p0, &surplus);
                add_product(&mut beta, &surplus, &u0);
                add_product(&mut surplus_a, &surplus, &alpha);
                add_product(&mut surplus_b, &surplus, &beta);
            }
            add_product(&mut prediction, &alpha, &beta);
            for ((z, a), b) in self.normals.iter().zip(&mut self.with_a).zip(&mut self.with_b) {
                add_product(a, z, &alpha);
                add_product(b, z, &beta);
            }
        }

        // The answer: w'x_q plus its surplus, whose direction meets the query itself.
        let mut error = [0.0; LANES];
        if !matches!(law.labels(), Labels::Linear) {
            if let Labels::Cubic { direction } | Labels::LinearPlusSquare { direction, .. } =
                law.labels()
            {
                self.direction.copy_from_slice(direction);
            }
            let surplus = surplus(law.labels(), &self.direction, &self.query, generator);
            error.iter_mut().zip(surplus).for_each(|(error, surplus)| *error = -surplus);
        }
        let (mut query_p, mut query_u) = ([0.0; LANES], [0.0; LANES]);
        for i in 0..d {
            add_scaled(&mut query_p, p1[i], &self.query[i]);
            add_product(&mut query_u, &self.u[i], &self.query[i]);
            for lane in 0..LANES {
                error[lane] -= self.task[i][lane] * self.query[i][lane];
            }
        }
        for lane in 0..LANES {
            error[lane] += (prediction[lane] + query_p[lane] * query_u[lane]) / length;
            // Lanes beyond the batch do not count.
            error[lane] = if lane < count { error[lane] } else { 0.0 };
            losses[lane] += error[lane] * error[lane] / 2.0;
        }
        let scaled = error.map(|error| error / length);

        colour(law.factor(), &self.with_b, &mut self.buffer);
        for i in 0..d {
            add_product(&mut surplus_b, &self.task[i], &self.buffer[i]);
            add_product(&mut self.buffer[i], &self.query[i], &query_u);
            add_product(&mut self.sums[i], &scaled, &self.buffer[i]);
        }
        add_product(&mut self.sums[d], &scaled, &surplus_b);

        colour(law.factor(), &self.with_a, &mut self.buffer);
        for i in 0..d {
            add_product(&mut surplus_a, &self.task[i], &self.buffer[i]);
            add_product(&mut self.buffer[i], &self.query[i], &query_p);
        }
        for (query, sums) in self.query.iter().zip(self.sums[size..].chunks_exact_mut(size)) {
            let mut factor = [0.0; LANES];
            add_product(&mut factor, &scaled, query);
            for (sum, value) in sums.iter_mut().zip(self.buffer.iter().chain([&surplus_a])) {
                add_product(sum, &factor, value);
            }
        }
    }
}

/// What labels are beyond `w'x` (with `w = 0` for cubic labels): noise or a function of `v'x`.
fn surplus(labels: &Labels, direction: &[f64], input: &[Lane], generator: &mut ChaCha8Rng) -> Lane {
    let mut along = [0.0; LANES];
    input.iter().zip(direction).for_each(|(x, &v)| add_scaled(&mut along, v, x));
    match labels {
        Labels::Linear => [0.0; LANES],
        Labels::NoisyLinear { variance } => {
            fill_with_normals(&mut along, generator);
            along.map(|noise| variance.sqrt() * noise)
        }
        Labels::Cubic { .. } => along.map(|along| along * along * along),
        Labels::LinearPlusSquare { coefficient, .. } => {
            along.map(|along| coefficient * along * along)
        }
    }
}

/// `sum += x y`, lane by lane.
#[inline(always)]
fn add_product(sum: &mut Lane, x: &Lane, y: &Lane) {
    for lane in 0..LANES {
        sum[lane] += x[lane] * y[lane];
    }
}

/// `sum += factor x`, lane by lane.
#[inline(always)]
fn add_scaled(sum: &mut Lane, factor: f64, x: &Lane) {
    for lane in 0..LANES {
        sum[lane] += factor * x[lane];
    }
}

/// `out = C x` for lower triangular `C`.
fn colour(factor: &faer::Mat<f64>, x: &[Lane], out: &mut [Lane]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = [0.0; LANES];
        for (j, x) in x.iter().enumerate().take(i + 1) {
            add_scaled(out, factor[(i, j)], x);
        }
    }
}

/// `out = C' x` for lower triangular `C`.
fn colour_transposed(factor: &faer::Mat<f64>, x: &[Lane], out: &mut [Lane]) {
    for (j, out) in out.iter_mut().enumerate() {
        *out = [0.0; LANES];
        for (i, x) in x.iter().enumerate().skip(j) {
            add_scaled(out, factor[(i, j)], x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{AnsweredPrompt, Prompt};
    use crate::network::LinearAttention;
    use faer::{Mat, mat};

    fn laws() -> Vec<PromptLaw> {
        let covariance = mat![[2.0, 0.5, 0.0], [0.5, 1.0, 0.25], [0.0, 0.25, 0.5]];
        let query = mat![[1.0, -0.5, 0.0], [-0.5, 1.0, 0.0], [0.0, 0.0, 0.25]];
        let law = PromptLaw::new(&covariance, 4).unwrap().with_query_covariance(&query).unwrap();
        let direction = vec![0.5, -0.25, 1.0];
        let task = TaskLaw::Fixed(vec![1.0, -0.5, 2.0]);
        vec![
            law.clone(),
            law.clone().with_task(task.clone()).unwrap(),
            law.clone().with_labels(Labels::NoisyLinear { variance: 0.5 }).unwrap(),
            law.clone().with_labels(Labels::Cubic { direction: direction.clone() }).unwrap(),
            law.with_labels(Labels::LinearPlusSquare { coefficient: 0.7, direction })
                .unwrap()
                .with_task(task)
                .unwrap(),
        ]
    }

    /// The prompts of one group of lanes, from the documented order of the normals.
    fn prompts(law: &PromptLaw, generator: &mut ChaCha8Rng) -> Vec<AnsweredPrompt> {
        let d = law.dimension();
        let mut draw = |count: usize| {
            let mut entries = vec![0.0; count * LANES];
            fill_with_normals(&mut entries, generator);
            move |i: usize, lane: usize| entries[i * LANES + lane]
        };
        let coloured = |factor: &Mat<f64>, normals: &dyn Fn(usize, usize) -> f64, lane: usize| {
            (0..d)
                .map(|i| (0..d).map(|j| factor[(i, j)] * normals(j, lane)).sum::<f64>())
                .collect::<Vec<_>>()
        };
        let noisy = matches!(law.labels(), Labels::NoisyLinear { .. });
        let tasks: Vec<Vec<f64>> = match law.task() {
            TaskLaw::Fixed(task) => vec![task.clone(); LANES],
            TaskLaw::StandardNormal => {
                let normals = draw(d);
                (0..LANES).map(|lane| (0..d).map(|i| normals(i, lane)).collect()).collect()
            }
        };
        let query = draw(d);
        let label = |w: &[f64], x: &[f64], noise: f64| {
            let dot = |v: &[f64]| v.iter().zip(x).map(|(v, x)| v * x).sum::<f64>();
            match law.labels() {
                Labels::Linear => dot(w),
                Labels::NoisyLinear { variance } => dot(w) + variance.sqrt() * noise,
                Labels::Cubic { direction } => dot(direction).powi(3),
                Labels::LinearPlusSquare { coefficient, direction } => {
                    dot(w) + coefficient * dot(direction).powi(2)
                }
            }
        };
        let mut examples = vec![Mat::zeros(d, law.context_length()); LANES];
        let mut labels = vec![Vec::new(); LANES];
        for n in 0..law.context_length() {
            let normals = draw(d);
            let noise: Option<Vec<f64>> =
                noisy.then(|| draw(1)).map(|noise| (0..LANES).map(|lane| noise(0, lane)).collect());
            for lane in 0..LANES {
                let x = coloured(law.factor(), &normals, lane);
                (0..d).for_each(|i| examples[lane][(i, n)] = x[i]);
                let noise = noise.as_ref().map_or(0.0, |noise| noise[lane]);
                labels[lane].push(label(&tasks[lane], &x, noise));
            }
        }
        let noise: Vec<f64> = if noisy {
            let noise = draw(1);
            (0..LANES).map(|lane| noise(0, lane)).collect()
        } else {
            vec![0.0; LANES]
        };
        (0..LANES)
            .map(|lane| {
                let query = coloured(law.query_factor(), &query, lane);
                let answer = label(&tasks[lane], &query, noise[lane]);
                let (examples, labels) = (examples[lane].clone(), labels[lane].clone());
                let prompt = Prompt { examples, labels, query };
                AnsweredPrompt { prompt, answer, task: tasks[lane].clone() }
            })
            .collect()
    }

    #[test]
    fn the_batch_gradient_equals_the_definition_on_the_same_prompts() {
        for (index, law) in laws().into_iter().enumerate() {
            let mut fresh = FreshPrompts::new(law.clone(), 77, &mut generator());
            let mut weights = vec![0.0; 16];
            fill_with_normals(&mut weights, &mut generator());
            let mut gradient = vec![0.0; 16];
            let loss = fresh.gradient(3, &weights, &mut gradient);

            let network = LinearAttention::from_active_weights(3, &weights).unwrap();
            let (mut expected_loss, mut expected) = (0.0, vec![0.0; 16]);
            for (block, count) in [(0, 64), (1, 13)] {
                let mut stream = fresh.generator.clone();
                stream.set_stream(3 * 2 + block);
                let drawn = (0..8).flat_map(|_| prompts(&law, &mut stream)).take(count);
                for sample in drawn.collect::<Vec<_>>() {
                    let error = network.predict(&sample.prompt) - sample.answer;
                    expected_loss += error * error / 2.0 / 77.0;
                    let (by_value, by_key) = network.gradient(&sample.prompt, sample.answer);
                    let active = LinearAttention::new(by_value, by_key).unwrap().active_weights();
                    expected.iter_mut().zip(active).for_each(|(sum, part)| *sum += part / 77.0);
                }
            }
            approx::assert_relative_eq!(loss, expected_loss, max_relative = 1e-12);
            let size = expected.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
            for (found, expected) in gradient.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-12 * size, "law {index}: {found} {expected}");
            }
        }
    }

    #[test]
    fn the_batch_gradient_does_not_depend_on_the_number_of_threads() {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut fresh = FreshPrompts::new(laws().remove(0), 200, &mut generator());
            let mut gradient = vec![0.0; 16];
            let loss = pool.install(|| fresh.gradient(0, &[0.1; 16], &mut gradient));
            (loss, gradient)
        };
        assert_eq!(run(1), run(3));
    }

    fn generator() -> ChaCha8Rng {
        crate::data::generator(1, &["batch"], 0)
    }
}
