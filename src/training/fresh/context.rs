//! The Gram matrix of the context of eight prompts, applied to two vectors.

use super::sampler::Sampler;
use super::{bartlett, columns, raw};
use crate::data::{Labels, Lane, Machine, Normals, PromptLaw, along};

/// What is drawn for a context, in coordinates with independent inputs. The noise of a label is one
/// more coordinate of its input: `y = w~'z~` with `z~ = (z, e)` and `w~ = (w, standard deviation)`.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) sampler: Sampler,
    /// The dimension of `z~`.
    pub(super) dimension: usize,
    /// The number of examples.
    pub(super) length: usize,
    pub(super) surplus: Surplus,
}

/// What labels are beyond a linear function of `z~`.
#[derive(Clone, Debug)]
pub(super) enum Surplus {
    /// Nothing.
    None,
    /// `(v'z)^3`.
    Cube(Vec<f64>),
    /// `c (v'z)^2`.
    Square(f64, Vec<f64>),
}

impl Context {
    /// `pull` takes a direction to the coordinates.
    pub(super) fn of(law: &PromptLaw, sampler: Sampler, pull: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let surplus = match law.labels() {
            Labels::Linear | Labels::NoisyLinear { .. } => Surplus::None,
            Labels::Cubic { direction } => Surplus::Cube(pull(direction)),
            Labels::LinearPlusSquare { coefficient, direction } => {
                Surplus::Square(*coefficient, pull(direction))
            }
        };
        let dimension = law.dimension() + usize::from(law.noise_variance() > 0.0);
        Self { sampler, dimension, length: law.context_length(), surplus }
    }
}

impl Surplus {
    /// The surplus of the label of an input with these first coordinates.
    #[inline(always)]
    pub(super) fn of<M: Machine>(&self, m: M, input: &[Lane]) -> M::Float {
        match self {
            Self::None => m.splat(0.0),
            Self::Cube(direction) => {
                let along = along(m, direction, input);
                m.mul(m.mul(along, along), along)
            }
            Self::Square(coefficient, direction) => {
                let along = along(m, direction, input);
                m.mul(m.mul(along, along), m.splat(*coefficient))
            }
        }
    }
}

/// Buffers for the context of eight prompts, and what has been computed from it. With `S` the sum of
/// `z~ z~'` over the context and `s_i` the surplus of a label, `alpha_i = a'z~_i + p0 s_i` and
/// `beta_i = b'z~_i + u0 s_i`.
#[derive(Clone, Debug)]
pub(super) struct Applied {
    /// `a`.
    pub(super) a: Vec<Lane>,
    /// `b`.
    pub(super) b: Vec<Lane>,
    /// The factors `p0` and `u0` of the surplus.
    pub(super) output_scale: f64,
    pub(super) label_key: Lane,
    /// `sum_i z~_i alpha_i`, which is `S a` without surplus.
    pub(super) with_a: Vec<Lane>,
    /// `sum_i z~_i beta_i`, which is `S b` without surplus.
    pub(super) with_b: Vec<Lane>,
    /// `sum_i s_i alpha_i`.
    pub(super) surplus_a: Lane,
    /// `sum_i s_i beta_i`.
    pub(super) surplus_b: Lane,
    /// A tile of examples or columns, and as many normals to make one of.
    pub(super) normals: Vec<Lane>,
}

impl Applied {
    pub(super) fn new(context: &Context) -> Self {
        let zeros = || vec![Lane::default(); context.dimension];
        Self {
            a: zeros(),
            b: zeros(),
            output_scale: 0.0,
            label_key: Lane::default(),
            with_a: zeros(),
            with_b: zeros(),
            surplus_a: Lane::default(),
            surplus_b: Lane::default(),
            normals: vec![Lane::default(); 2 * raw::TILE * context.dimension],
        }
    }

    /// Draws the contexts of eight prompts, with the roots of chi-squares that the sampler needs, and
    /// applies them to `a` and `b`.
    #[inline(always)]
    pub(super) fn draw<M: Machine>(
        &mut self,
        m: M,
        context: &Context,
        chis: &[Lane],
        source: &mut Normals,
    ) {
        match context.sampler {
            Sampler::Raw => raw::draw(m, context, source, self),
            Sampler::Bartlett => bartlett::draw(m, context, chis, source, self),
            Sampler::Columns => columns::draw(m, context, chis, source, self),
        }
    }
}
