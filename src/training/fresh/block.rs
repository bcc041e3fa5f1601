//! Loss and gradient summed over one block of fresh prompts, in eight lanes.

use super::context::{Applied, Context};
use super::coordinates::{Coordinates, Task};
use super::product::{multiply, sum_of_outer_products};
use super::sampler::Sampler;
use super::{BLOCK, bartlett};
use crate::data::{LANES, Labels, Lane, Machine, Normals, PositiveLaw, PromptLaw, Work};
use rand_chacha::ChaCha8Rng;

/// Groups of eight prompts in a full block.
const GROUPS: usize = BLOCK / LANES;

/// What all blocks of a training share.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) coordinates: Coordinates,
    pub(super) context: Context,
    /// The dimension of the inputs.
    pub(super) dimension: usize,
    /// The standard deviation of the noise of a label.
    deviation: f64,
    /// Labels do not see the task.
    forgets_task: bool,
    /// Where the covariance is random: the laws of its diagonal, and the mean.
    diagonal: Option<Vec<(PositiveLaw, f64)>>,
    /// The query has a covariance of its own, which is not random.
    own_query: bool,
}

impl Model {
    pub(super) fn of(law: &PromptLaw, sampler: Sampler) -> Self {
        let coordinates = Coordinates::of(law);
        let context = Context::of(law, sampler, |direction| coordinates.pull(direction));
        Self {
            coordinates,
            context,
            dimension: law.dimension(),
            deviation: law.noise_variance().sqrt(),
            forgets_task: matches!(law.labels(), Labels::Cubic { .. }),
            diagonal: law
                .diagonal_entries()
                .map(|entries| entries.iter().map(|entry| (*entry, entry.mean())).collect()),
            own_query: law.has_own_query(),
        }
    }

    /// The degrees of freedom of the roots of chi-squares that a context needs.
    fn freedoms(&self) -> std::ops::Range<usize> {
        let length = self.context.length;
        match self.context.sampler {
            Sampler::Raw => 0..0,
            Sampler::Bartlett => length + 1 - bartlett::columns(&self.context)..length + 1,
            Sampler::Columns => length - 1..length + 1,
        }
    }

    /// What a prompt costs, in multiplications; a normal counts as sixteen.
    pub(super) fn work(&self) -> usize {
        let (d, size, length) = (self.dimension, self.context.dimension, self.context.length);
        let normals = match self.context.sampler {
            Sampler::Raw => length * size,
            Sampler::Bartlett => size * size / 2,
            Sampler::Columns => 2 * size,
        };
        20 * normals + 16 * 2 * d + 2 * d * (d + 1)
    }

    /// Lanes of the features of one prompt: the d + 1 entries of a column of the gradient.
    fn width(&self) -> usize {
        (self.dimension + 1).div_ceil(LANES)
    }
}

/// Loss and gradient summed over a block, in the coordinates of the model.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub(super) loss: f64,
    /// By `p`: d + 1 entries.
    pub(super) by_value: Vec<f64>,
    /// By the columns of `(A; q')`: [`Model::width`] lanes each, of which the first d + 1 numbers
    /// count.
    pub(super) by_key: Vec<Lane>,
}

impl Sums {
    pub(super) fn new(model: &Model) -> Self {
        Self {
            loss: 0.0,
            by_value: vec![0.0; model.dimension + 1],
            by_key: vec![Lane::default(); model.width() * model.dimension],
        }
    }

    /// Adds these sums to `gradient`, in the order of the active weights.
    pub(super) fn add_to(&self, gradient: &mut [f64]) {
        let size = self.by_value.len();
        let (by_value, by_key) = gradient.split_at_mut(size);
        by_value.iter_mut().zip(&self.by_value).for_each(|(sum, part)| *sum += part);
        let columns = by_key.chunks_exact_mut(size);
        for (sums, lanes) in columns.zip(self.by_key.chunks_exact(size.div_ceil(LANES))) {
            for (sums, lane) in sums.chunks_mut(LANES).zip(lanes) {
                sums.iter_mut().zip(&lane.0).for_each(|(sum, part)| *sum += part);
            }
        }
    }
}

/// The buffers of one thread.
#[derive(Clone, Debug)]
pub(super) struct Workspace {
    /// `w~`, group after group.
    task: Vec<Lane>,
    /// The query, group after group.
    query: Vec<Lane>,
    /// `W^KQ (x_q; 0)`, d + 1 lanes a group.
    keyed: Vec<Lane>,
    /// Normals that become queries.
    normals: Vec<Lane>,
    /// The noise of the answers, one lane a group.
    answer_noise: Vec<Lane>,
    /// Roots of chi-squares, those of a group side by side.
    chis: Vec<Lane>,
    /// The same as they are drawn.
    drawn_chis: Vec<Lane>,
    applied: Applied,
    /// The factors of the queries in the gradient, prompt after prompt.
    features: Vec<Lane>,
    /// The sums by `p`, still in lanes.
    by_value: Vec<Lane>,
    /// Roots of the diagonal of a random covariance over its mean, group after group.
    spread: Vec<Lane>,
}

impl Workspace {
    pub(super) fn new(model: &Model) -> Self {
        let lanes = |count: usize| vec![Lane::default(); count];
        let d = model.dimension;
        let chis = GROUPS * model.freedoms().len();
        Self {
            task: lanes(GROUPS * model.context.dimension),
            query: lanes(GROUPS * d),
            keyed: lanes(GROUPS * (d + 1)),
            normals: lanes(GROUPS * d),
            answer_noise: lanes(GROUPS),
            chis: lanes(chis),
            drawn_chis: lanes(GROUPS),
            applied: Applied::new(&model.context),
            features: lanes(BLOCK * model.width()),
            by_value: lanes(d + 1),
            spread: lanes(if model.diagonal.is_some() { GROUPS * d } else { 0 }),
        }
    }

    /// Draws the covariances of all prompts of a block, where they are random: prompt by prompt, of
    /// each the diagonal in order.
    pub(super) fn draw_covariances(&mut self, model: &Model, generator: &mut ChaCha8Rng) {
        let Some(diagonal) = &model.diagonal else { return };
        for group in self.spread.chunks_exact_mut(model.dimension) {
            for lane in 0..LANES {
                for (spread, (entry, mean)) in group.iter_mut().zip(diagonal) {
                    spread.0[lane] = (entry.sample(generator) / mean).sqrt();
                }
            }
        }
    }
}

/// A block of `count` prompts at `weights`, which are in the coordinates of the model.
pub(super) struct Block<'a> {
    pub(super) model: &'a Model,
    pub(super) weights: &'a [f64],
    /// The columns of `(A; q')` of these weights, packed.
    pub(super) key_query: &'a [f64],
    pub(super) count: usize,
    pub(super) source: Normals,
    pub(super) workspace: &'a mut Workspace,
    pub(super) sums: &'a mut Sums,
}

impl Work for Block<'_> {
    type Output = ();

    /// The order of the draws, a coordinate of eight prompts before the next coordinate, for
    /// `2 ceil(count/16)` groups of eight prompts: tasks of all groups (unless fixed), queries of all
    /// groups, noise of all answers (if labels are noisy), for each number of degrees of freedom from
    /// the highest the roots of chi-squares of all groups, then group by group what the sampler
    /// draws.
    #[inline(always)]
    fn run<M: Machine>(mut self, m: M) {
        let (d, groups) = (self.model.dimension, self.count.div_ceil(2 * LANES) * 2);
        self.draw_tasks(m, groups);
        self.draw_queries(m, groups);
        if self.model.deviation > 0.0 {
            self.source.normals(m, &mut self.workspace.answer_noise[..groups]);
        }
        let freedoms = self.model.freedoms();
        for (place, freedom) in freedoms.clone().rev().enumerate() {
            let Workspace { chis, drawn_chis, .. } = &mut *self.workspace;
            self.source.chis(m, freedom, &mut drawn_chis[..groups]);
            for (group, chi) in drawn_chis[..groups].iter().enumerate() {
                chis[group * freedoms.len() + place] = *chi;
            }
        }
        if self.model.diagonal.is_some() && !self.model.own_query {
            let Workspace { query, spread, .. } = &mut *self.workspace;
            scale(m, &mut query[..groups * d], spread);
        }
        let Workspace { query, keyed, by_value, .. } = &mut *self.workspace;
        multiply(
            m,
            self.key_query,
            (d + 1, d),
            &query[..groups * d],
            &mut keyed[..groups * (d + 1)],
        );
        by_value.fill(Lane::default());
        let mut losses = m.splat(0.0);
        for group in 0..groups {
            losses = m.add(losses, self.group(m, group));
        }

        let Workspace { query, features, by_value, .. } = &mut *self.workspace;
        let width = self.model.width();
        let features = &features[..groups * LANES * width];
        sum_of_outer_products(m, features, width, &query[..groups * d], d, &mut self.sums.by_key);
        for (sum, lane) in self.sums.by_value.iter_mut().zip(by_value) {
            *sum = lane.0.iter().sum();
        }
        let mut lane = Lane::default();
        m.store(losses, &mut lane);
        self.sums.loss = lane.0.iter().sum();
    }
}

impl Block<'_> {
    #[inline(always)]
    fn draw_tasks<M: Machine>(&mut self, m: M, groups: usize) {
        let (d, size) = (self.model.dimension, self.model.context.dimension);
        let Workspace { task, normals, .. } = &mut *self.workspace;
        if let Task::Normal(_) = self.model.coordinates.task {
            self.source.normals(m, &mut normals[..groups * d]);
        }
        for (task, normals) in
            task[..groups * size].chunks_exact_mut(size).zip(normals.chunks_exact(d))
        {
            match &self.model.coordinates.task {
                _ if self.model.forgets_task => task.fill(Lane::default()),
                Task::Normal(deviations) => {
                    for ((w, normal), &deviation) in task.iter_mut().zip(normals).zip(deviations) {
                        m.store(m.mul(m.load(normal), m.splat(deviation)), w);
                    }
                }
                Task::Fixed(fixed) => {
                    task.iter_mut().zip(fixed).for_each(|(lane, &w)| *lane = Lane::splat(w));
                }
            }
            if size > d {
                task[d] = Lane::splat(self.model.deviation);
            }
        }
    }

    #[inline(always)]
    fn draw_queries<M: Machine>(&mut self, m: M, groups: usize) {
        let d = self.model.dimension;
        let Workspace { query, normals, .. } = &mut *self.workspace;
        let query = &mut query[..groups * d];
        match &self.model.coordinates.query {
            None => self.source.normals(m, query),
            Some(matrix) => {
                let normals = &mut normals[..groups * d];
                self.source.normals(m, normals);
                multiply(m, matrix, (d, d), normals, query);
            }
        }
    }

    /// Eight prompts: their losses; their gradients go to `features` and `by_value`.
    #[inline(always)]
    fn group<M: Machine>(&mut self, m: M, group: usize) -> M::Float {
        let Model { context, dimension, .. } = self.model;
        let (d, size) = (*dimension, context.dimension);
        let Workspace {
            task,
            query,
            keyed,
            answer_noise,
            chis,
            applied,
            features,
            by_value,
            spread,
            ..
        } = &mut *self.workspace;
        // Of the Gram matrix R Z Z' R of the inputs, the sampler draws Z Z'.
        let spread = self.model.diagonal.as_ref().map(|_| &spread[group * d..(group + 1) * d]);
        let task = &task[group * size..(group + 1) * size];
        let query = &query[group * d..(group + 1) * d];
        let keyed = &keyed[group * (d + 1)..(group + 1) * (d + 1)];
        let freedoms = self.model.freedoms().len();
        let chis = &chis[group * freedoms..(group + 1) * freedoms];
        let (p, p0) = (&self.weights[..d], m.splat(self.weights[d]));
        // Of one length: no index is checked in the loops.
        let (inputs, by_input) = (&task[..d], &mut by_value[..=d]);
        let u0 = m.load(&keyed[d]);

        // a = (p1; 0) + p0 w~, b = (u1; 0) + u0 w~.
        let (a, b) = (&mut applied.a[..size], &mut applied.b[..size]);
        for i in 0..d {
            let w = m.load(&inputs[i]);
            m.store(m.mul_add(p0, w, m.splat(p[i])), &mut a[i]);
            m.store(m.mul_add(u0, w, m.load(&keyed[i])), &mut b[i]);
        }
        if size > d {
            let w = m.load(&task[d]);
            m.store(m.mul(p0, w), &mut a[d]);
            m.store(m.mul(u0, w), &mut b[d]);
        }
        applied.output_scale = self.weights[d];
        applied.label_key = keyed[d];
        if let Some(spread) = spread {
            scale(m, &mut applied.a[..d], spread);
            scale(m, &mut applied.b[..d], spread);
        }
        applied.draw(m, context, chis, &mut self.source);
        if let Some(spread) = spread {
            scale(m, &mut applied.with_a[..d], spread);
            scale(m, &mut applied.with_b[..d], spread);
            for i in 0..d {
                let w = m.load(&inputs[i]);
                m.store(m.mul_add(p0, w, m.splat(p[i])), &mut applied.a[i]);
            }
        }

        // N yhat = a'S b + p0 sum_i s_i beta_i + (p1'x_q)(u1'x_q), and the answer.
        let zero = m.splat(0.0);
        let (mut prediction, mut with_a, mut with_b) = (zero, zero, zero);
        let (sa, sb) = (&applied.with_a[..size], &applied.with_b[..size]);
        let a = &applied.a[..size];
        for (i, w) in task.iter().enumerate() {
            let (w, b) = (m.load(w), m.load(&sb[i]));
            prediction = m.mul_add(m.load(&a[i]), b, prediction);
            with_a = m.mul_add(w, m.load(&sa[i]), with_a);
            with_b = m.mul_add(w, b, with_b);
        }
        prediction = m.mul_add(p0, m.load(&applied.surplus_b), prediction);
        let (mut query_p, mut query_u, mut answer) = (zero, zero, zero);
        for i in 0..d {
            let x = m.load(&query[i]);
            query_p = m.mul_add(m.splat(p[i]), x, query_p);
            query_u = m.mul_add(m.load(&keyed[i]), x, query_u);
            answer = m.mul_add(m.load(&inputs[i]), x, answer);
        }
        answer = m.add(answer, context.surplus.of(m, query));
        if size > d {
            answer = m.mul_add(m.splat(self.model.deviation), m.load(&answer_noise[group]), answer);
        }
        let share = m.splat(1.0 / context.length as f64);
        let mut error = m.sub(m.mul(m.mul_add(query_p, query_u, prediction), share), answer);
        let rest = self.count.saturating_sub(group * LANES);
        if rest < LANES {
            // Lanes beyond the batch do not count.
            let weights = std::array::from_fn(|lane| if lane < rest { 1.0 } else { 0.0 });
            error = m.mul(error, m.load(&Lane(weights)));
        }
        let scaled = m.mul(error, share);

        // The gradient: error/N times the Gram matrix of E applied to (x_q; 0)-keyed b and to a.
        let width = self.model.width();
        let features = &mut features[group * LANES * width..(group + 1) * LANES * width];
        let mut column = Lane::default();
        for i in 0..d {
            let x = m.load(&query[i]);
            let by_p = m.mul_add(x, query_u, m.load(&sb[i]));
            m.store(m.mul_add(scaled, by_p, m.load(&by_input[i])), &mut by_input[i]);
            let by_u = m.mul_add(x, query_p, m.load(&sa[i]));
            m.store(m.mul(scaled, by_u), &mut column);
            write(features, width, i, &column);
        }
        let by_p = m.add(with_b, m.load(&applied.surplus_b));
        m.store(m.mul_add(scaled, by_p, m.load(&by_input[d])), &mut by_input[d]);
        m.store(m.mul(scaled, m.add(with_a, m.load(&applied.surplus_a))), &mut column);
        write(features, width, d, &column);
        m.mul(m.mul(error, error), m.splat(0.5))
    }
}

/// Multiplies entry by entry.
#[inline(always)]
fn scale<M: Machine>(m: M, entries: &mut [Lane], by: &[Lane]) {
    for (entry, by) in entries.iter_mut().zip(by) {
        let product = m.mul(m.load(entry), m.load(by));
        m.store(product, entry);
    }
}

/// Entry `i` of the features of eight prompts.
#[inline(always)]
fn write(features: &mut [Lane], width: usize, i: usize, column: &Lane) {
    for (features, value) in features.chunks_exact_mut(width).zip(column.0) {
        features[i / LANES].0[i % LANES] = value;
    }
}
