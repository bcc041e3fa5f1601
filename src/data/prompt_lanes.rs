//! Prompts of a law, eight side by side, as a linear attention layer sees them.

use super::law::{Labels, PromptLaw, TaskLaw};
use super::machine::{LANES, Lane, Machine};
use super::normal::Normals;
use super::prompt::AnsweredPrompt;
use super::random_covariance::PositiveLaw;
use faer::Mat;
use rand_chacha::ChaCha8Rng;

/// Examples that are drawn before they are added: their sums share loads and stores.
const TILE: usize = 8;

/// What a linear attention layer sees of eight prompts.
#[derive(Clone, Debug)]
pub(crate) struct PromptLanes {
    /// The dimension `d` of the inputs.
    pub(crate) dimension: usize,
    /// The number `N` of examples.
    pub(crate) length: usize,
    /// The sums over the examples of `z_i z_j` with `z = (x; y)`, for `i <= j`, row after row.
    pub(crate) gram: Vec<Lane>,
    /// The query.
    pub(crate) query: Vec<Lane>,
    /// Its label.
    pub(crate) answer: Lane,
}

impl PromptLanes {
    fn new(dimension: usize, length: usize) -> Self {
        Self {
            dimension,
            length,
            gram: vec![Lane::default(); (dimension + 1) * (dimension + 2) / 2],
            query: vec![Lane::default(); dimension],
            answer: Lane::default(),
        }
    }

    /// These prompts, at most eight and at least one, of one size.
    pub(crate) fn of(prompts: &[AnsweredPrompt]) -> Self {
        let first = &prompts[0].prompt;
        let (dimension, length) = (first.dimension(), first.length());
        let mut lanes = Self::new(dimension, length);
        for (lane, AnsweredPrompt { prompt, answer, .. }) in prompts.iter().enumerate() {
            let entry = |n: usize, i: usize| match i < dimension {
                true => prompt.examples[(i, n)],
                false => prompt.labels[n],
            };
            let pairs = (0..=dimension).flat_map(|i| (i..=dimension).map(move |j| (i, j)));
            for (sum, (i, j)) in lanes.gram.iter_mut().zip(pairs) {
                sum.0[lane] = (0..length).map(|n| entry(n, i) * entry(n, j)).sum();
            }
            for (to, x) in lanes.query.iter_mut().zip(&prompt.query) {
                to.0[lane] = *x;
            }
            lanes.answer.0[lane] = *answer;
        }
        lanes
    }
}

/// Draws prompts of a law, eight at a time.
#[derive(Clone, Debug)]
pub(crate) struct LaneSource {
    /// The prompts that were drawn last.
    pub(crate) prompts: PromptLanes,
    task: Vec<Lane>,
    fixed_task: bool,
    labels: Labels,
    deviation: f64,
    factor: Factor,
    /// Where the query has a covariance of its own.
    query_factor: Option<Factor>,
    /// The laws of the diagonal of the covariance, where it is random.
    diagonal: Option<Vec<PositiveLaw>>,
    normals: Vec<Lane>,
    /// The examples of a tile, each with its label.
    tile: Vec<Lane>,
}

/// A lower triangular `C` with `C C'` the covariance.
#[derive(Clone, Debug)]
enum Factor {
    /// The rows of the triangle, one after another.
    Triangle(Vec<f64>),
    Diagonal(Vec<f64>),
    /// Diagonal, and another one in each prompt.
    Random(Vec<Lane>),
}

impl Factor {
    fn of(matrix: &Mat<f64>) -> Self {
        let d = matrix.nrows();
        let below = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j)));
        if below.clone().all(|(i, j)| i == j || matrix[(i, j)] == 0.0) {
            return Self::Diagonal((0..d).map(|i| matrix[(i, i)]).collect());
        }
        Self::Triangle(below.map(|place| matrix[place]).collect())
    }

    /// `out = C z`.
    #[inline(always)]
    fn apply<M: Machine>(&self, m: M, z: &[Lane], out: &mut [Lane]) {
        match self {
            Self::Triangle(entries) => {
                let mut rest = &entries[..];
                for (i, out) in out.iter_mut().enumerate() {
                    let (row, others) = rest.split_at(i + 1);
                    let mut sum = m.splat(0.0);
                    for (entry, z) in row.iter().zip(z) {
                        sum = m.mul_add(m.splat(*entry), m.load(z), sum);
                    }
                    m.store(sum, out);
                    rest = others;
                }
            }
            Self::Diagonal(entries) => {
                for ((entry, z), out) in entries.iter().zip(z).zip(out) {
                    m.store(m.mul(m.splat(*entry), m.load(z)), out);
                }
            }
            Self::Random(entries) => {
                for ((entry, z), out) in entries.iter().zip(z).zip(out) {
                    m.store(m.mul(m.load(entry), m.load(z)), out);
                }
            }
        }
    }
}

impl LaneSource {
    /// A source of prompts of `law`.
    pub(crate) fn new(law: &PromptLaw) -> Self {
        let (d, length) = (law.dimension(), law.context_length());
        let fixed = match law.task() {
            TaskLaw::StandardNormal => None,
            TaskLaw::Fixed(task) => Some(task.iter().map(|w| Lane::splat(*w)).collect()),
        };
        let diagonal = law.diagonal_entries().map(<[_]>::to_vec);
        Self {
            prompts: PromptLanes::new(d, length),
            fixed_task: fixed.is_some(),
            task: fixed.unwrap_or_else(|| vec![Lane::default(); d]),
            labels: law.labels().clone(),
            deviation: law.noise_variance().sqrt(),
            factor: match diagonal {
                None => Factor::of(law.factor()),
                Some(_) => Factor::Random(vec![Lane::default(); d]),
            },
            query_factor: law.has_own_query().then(|| Factor::of(law.query_factor())),
            diagonal,
            normals: vec![Lane::default(); TILE * (d + 1)],
            tile: vec![Lane::default(); TILE * (d + 1)],
        }
    }

    /// Draws the covariances of the next prompts, where they are random; to be called before the
    /// other draws of these prompts.
    pub(crate) fn draw_covariances(&mut self, generator: &mut ChaCha8Rng) {
        if let (Some(laws), Factor::Random(roots)) = (&self.diagonal, &mut self.factor) {
            for lane in 0..LANES {
                for (root, law) in roots.iter_mut().zip(laws) {
                    root.0[lane] = law.sample(generator).sqrt();
                }
            }
        }
    }

    /// Draws the tasks (unless fixed), then the examples in tiles: of each the entries of the input
    /// and the noise of the label (if labels are noisy).
    #[inline(always)]
    pub(crate) fn draw_contexts<M: Machine>(&mut self, m: M, source: &mut Normals) {
        let d = self.prompts.dimension;
        if !self.fixed_task {
            source.normals(m, &mut self.task);
        }
        self.prompts.gram.fill(Lane::default());
        let each = d + usize::from(self.deviation > 0.0);
        let mut left = self.prompts.length;
        while left > 0 {
            let count = left.min(TILE);
            left -= count;
            source.normals(m, &mut self.normals[..count * each]);
            for n in 0..count {
                let normals = &self.normals[n * each..(n + 1) * each];
                let example = &mut self.tile[n * (d + 1)..(n + 1) * (d + 1)];
                self.factor.apply(m, &normals[..d], &mut example[..d]);
                let mut label = label(m, &self.labels, &self.task, &example[..d]);
                if let Some(noise) = normals.get(d) {
                    label = m.mul_add(m.splat(self.deviation), m.load(noise), label);
                }
                m.store(label, &mut example[d]);
            }
            self.add_tile(m, count);
        }
    }

    /// Adds the products of the entries of so many examples to the sums.
    #[inline(always)]
    fn add_tile<M: Machine>(&mut self, m: M, count: usize) {
        let size = self.prompts.dimension + 1;
        let tile = &self.tile[..count * size];
        let mut rest = &mut self.prompts.gram[..];
        for i in 0..size {
            let (row, others) = rest.split_at_mut(size - i);
            for (j, sum) in (i..size).zip(row) {
                let mut total = m.load(sum);
                for example in tile.chunks_exact(size) {
                    total = m.mul_add(m.load(&example[i]), m.load(&example[j]), total);
                }
                m.store(total, sum);
            }
            rest = others;
        }
    }

    /// Draws a query for each of these prompts, and its label without noise.
    #[inline(always)]
    pub(crate) fn draw_queries<M: Machine>(&mut self, m: M, source: &mut Normals) {
        let (d, query) = (self.prompts.dimension, &mut self.prompts.query);
        source.normals(m, &mut self.normals[..d]);
        let factor = self.query_factor.as_ref().unwrap_or(&self.factor);
        factor.apply(m, &self.normals[..d], query);
        let label = label(m, &self.labels, &self.task, query);
        m.store(label, &mut self.prompts.answer);
    }

    /// Adds the noise of their labels.
    #[inline(always)]
    pub(crate) fn draw_noise_of_answers<M: Machine>(&mut self, m: M, source: &mut Normals) {
        if self.deviation > 0.0 {
            source.normals(m, &mut self.normals[..1]);
            let (noise, answer) = (m.load(&self.normals[0]), m.load(&self.prompts.answer));
            let noisy = m.mul_add(m.splat(self.deviation), noise, answer);
            m.store(noisy, &mut self.prompts.answer);
        }
    }
}

/// The means of the labels of eight inputs: the labels without their noise.
#[inline(always)]
fn label<M: Machine>(m: M, labels: &Labels, task: &[Lane], input: &[Lane]) -> M::Float {
    let mut linear = m.splat(0.0);
    for (w, x) in task.iter().zip(input) {
        linear = m.mul_add(m.load(w), m.load(x), linear);
    }
    match labels {
        Labels::Linear | Labels::NoisyLinear { .. } => linear,
        Labels::Cubic { direction } => {
            let along = along(m, direction, input);
            m.mul(m.mul(along, along), along)
        }
        Labels::LinearPlusSquare { coefficient, direction } => {
            let along = along(m, direction, input);
            m.mul_add(m.mul(m.splat(*coefficient), along), along, linear)
        }
    }
}

/// `v'x` for eight inputs, of which as many entries count as `v` has.
#[inline(always)]
pub(crate) fn along<M: Machine>(m: M, direction: &[f64], input: &[Lane]) -> M::Float {
    let mut sum = m.splat(0.0);
    for (v, x) in direction.iter().zip(input) {
        sum = m.mul_add(m.splat(*v), m.load(x), sum);
    }
    sum
}
