//! The squared errors of several layers on common prompts, eight prompts at a time.

use super::linear_attention::LinearAttention;
use crate::data::{
    LANES, Lane, LaneSource, Machine, Normals, PromptLanes, PromptLaw, Work, dispatch,
};
use rand_chacha::ChaCha8Rng;

impl LinearAttention {
    /// Estimates of the test risk `E (yhat - y_q)^2` (no factor 1/2) of these layers from the same
    /// `contexts` prompts of `law`, each with `queries` independent queries; the noise of their
    /// labels is integrated out. For any weights.
    ///
    /// # Panics
    /// If a layer and the law have different dimensions.
    pub fn mean_errors(
        layers: &[&Self],
        law: &PromptLaw,
        contexts: usize,
        queries: usize,
        generator: &mut ChaCha8Rng,
    ) -> Vec<f64> {
        let fits = layers.iter().all(|layer| layer.dimension() == law.dimension());
        assert!(fits, "prompts and layers of one dimension: this is a bug");
        let mut readers: Vec<_> = layers.iter().map(|layer| Reader::of(layer)).collect();
        let (mut normals, mut prompts) = (Normals::new(generator), LaneSource::new(law));
        for first in (0..contexts).step_by(LANES) {
            prompts.draw_covariances(generator);
            dispatch(Errors {
                prompts: &mut prompts,
                normals: &mut normals,
                queries,
                readers: &mut readers,
            });
            let used = LANES.min(contexts - first);
            readers.iter_mut().for_each(|reader| reader.count(used));
        }
        let count = (contexts * queries) as f64;
        readers.into_iter().map(|one| one.total / count + law.noise_variance()).collect()
    }
}

/// A layer that reads eight prompts side by side.
struct Reader {
    /// `(p', s)`.
    row: Vec<f64>,
    /// The first d columns of `W^KQ`, one after another.
    key_query: Vec<f64>,
    /// `(p', s) G W^KQ[:, 1..d]` of the contexts at hand.
    linear: Vec<Lane>,
    /// `(p', s) G`.
    attended: Vec<Lane>,
    /// The squared errors for these contexts.
    squares: Lane,
    /// The squared errors for all contexts.
    total: f64,
}

impl Reader {
    fn of(layer: &LinearAttention) -> Self {
        let (row, key_query) = layer.rows_that_read();
        let (linear, attended) =
            (vec![Lane::default(); row.len() - 1], vec![Lane::default(); row.len()]);
        Self { row, key_query, linear, attended, squares: Lane::default(), total: 0.0 }
    }

    /// Adds the errors of the first so many contexts.
    fn count(&mut self, used: usize) {
        self.total += self.squares.0[..used].iter().sum::<f64>();
    }

    /// Reads contexts with these sums of products of their entries.
    #[inline(always)]
    fn attend<M: Machine>(&mut self, m: M, prompts: &PromptLanes) {
        let share = m.splat(1.0 / prompts.length as f64);
        self.attended.fill(Lane::default());
        let mut rest = &prompts.gram[..];
        for i in 0..self.row.len() {
            let (row, others) = rest.split_at(self.row.len() - i);
            let mut sum = m.load(&self.attended[i]);
            for (j, product) in (i..).zip(row) {
                let product = m.mul(m.load(product), share);
                sum = m.mul_add(m.splat(self.row[j]), product, sum);
                if j > i {
                    let other = m.load(&self.attended[j]);
                    let other = m.mul_add(m.splat(self.row[i]), product, other);
                    m.store(other, &mut self.attended[j]);
                }
            }
            m.store(sum, &mut self.attended[i]);
            rest = others;
        }
        let columns = self.key_query.chunks_exact(self.row.len());
        for (column, entry) in columns.zip(&mut self.linear) {
            let mut sum = m.splat(0.0);
            for (weight, attended) in column.iter().zip(&self.attended) {
                sum = m.mul_add(m.splat(*weight), m.load(attended), sum);
            }
            m.store(sum, entry);
        }
        self.squares = Lane::default();
    }

    /// Adds the squared errors for a query to each of them.
    #[inline(always)]
    fn judge<M: Machine>(&mut self, m: M, prompts: &PromptLanes) {
        let (query, zero) = (&prompts.query, m.splat(0.0));
        let (mut linear, mut along, mut square) = (zero, zero, zero);
        let columns = self.key_query.chunks_exact(self.row.len());
        for (((x, l), p), column) in query.iter().zip(&self.linear).zip(&self.row).zip(columns) {
            let x = m.load(x);
            linear = m.mul_add(m.load(l), x, linear);
            along = m.mul_add(m.splat(*p), x, along);
            let mut sum = zero;
            for (weight, other) in column.iter().zip(query) {
                sum = m.mul_add(m.splat(*weight), m.load(other), sum);
            }
            square = m.mul_add(sum, x, square);
        }
        let share = m.splat(1.0 / prompts.length as f64);
        let prediction = m.mul_add(m.mul(along, square), share, linear);
        let error = m.sub(prediction, m.load(&prompts.answer));
        m.store(m.mul_add(error, error, m.load(&self.squares)), &mut self.squares);
    }
}

/// The errors of several layers on eight prompts.
struct Errors<'a> {
    prompts: &'a mut LaneSource,
    normals: &'a mut Normals,
    queries: usize,
    readers: &'a mut [Reader],
}

impl Work for Errors<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        self.prompts.draw_contexts(m, self.normals);
        for reader in &mut *self.readers {
            reader.attend(m, &self.prompts.prompts);
        }
        for _ in 0..self.queries {
            self.prompts.draw_queries(m, self.normals);
            for reader in &mut *self.readers {
                reader.judge(m, &self.prompts.prompts);
            }
        }
    }
}
