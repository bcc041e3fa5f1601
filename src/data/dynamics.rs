//! Sequences from dynamical systems: the laws of von Oswald et al.

use super::orthogonal::haar_orthogonal;
use super::stream::fill_with_normals;
use faer::{Col, Mat};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// The law of the first state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FirstState {
    /// Independent entries, uniform on (-h, h) (the authors' code has h = 1).
    Uniform {
        /// The half width h.
        half_width: f64,
    },
    /// `N(0, variance I)` (the paper's text has variance 1).
    Gaussian {
        /// The variance of an entry.
        variance: f64,
    },
}

impl FirstState {
    /// `E |s_1|^(2p)` for `p` = 1, 2, 3 in dimension `d`: the radial moments.
    ///
    /// # Formula
    /// Uniform: `d/3`, `d/5 + d(d-1)/9`, `d/7 + d(d-1)/5 + d(d-1)(d-2)/27`, times powers of `h^2`.
    /// Gaussian: `d`, `d(d+2)`, `d(d+2)(d+4)`, times powers of the variance.
    pub fn radial_moments(&self, dimension: usize) -> [f64; 3] {
        let d = dimension as f64;
        match *self {
            Self::Uniform { half_width: h } => [
                d / 3.0 * h.powi(2),
                (d / 5.0 + d * (d - 1.0) / 9.0) * h.powi(4),
                (d / 7.0 + d * (d - 1.0) / 5.0 + d * (d - 1.0) * (d - 2.0) / 27.0) * h.powi(6),
            ],
            Self::Gaussian { variance: c } => {
                [c * d, c * c * d * (d + 2.0), c.powi(3) * d * (d + 2.0) * (d + 4.0)]
            }
        }
    }

    /// Independent first states, one a column (d x count).
    pub fn draw(&self, dimension: usize, count: usize, generator: &mut ChaCha8Rng) -> Mat<f64> {
        let mut entries = vec![0.0; dimension * count];
        self.fill(&mut entries, generator);
        Mat::from_fn(dimension, count, |i, j| entries[i + dimension * j])
    }

    fn fill(&self, out: &mut [f64], generator: &mut ChaCha8Rng) {
        match *self {
            Self::Uniform { half_width } => {
                out.iter_mut().for_each(|x| *x = generator.random_range(-half_width..half_width));
            }
            Self::Gaussian { variance } => {
                fill_with_normals(out, generator);
                out.iter_mut().for_each(|x| *x *= variance.sqrt());
            }
        }
    }
}

/// The law of the transition matrix `W`.
#[derive(Clone, Debug, PartialEq)]
pub enum Transition {
    /// Haar on O(d), fresh in every sequence.
    Orthogonal,
    /// `Q diag(l) Q'` with Haar `Q`, fresh in every sequence: one eigenvalue is `largest`, the
    /// others are uniform between `least` and `largest`.
    Contracting {
        /// The least eigenvalue possible.
        least: f64,
        /// The largest, which is attained.
        largest: f64,
    },
    /// The same matrix in every sequence.
    Fixed(Mat<f64>),
}

/// The map that a nonlinear teacher applies to a state before the transition matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Teacher {
    /// `A`, of shape width x d.
    pub inner: Mat<f64>,
    /// `B`, of shape d x width.
    pub outer: Mat<f64>,
}

impl Teacher {
    /// `A` and `B` with independent `N(0, 1.1^2)` entries and width `4 d`, as the authors have them.
    pub fn random(dimension: usize, generator: &mut ChaCha8Rng) -> Self {
        let mut entries = vec![0.0; 8 * dimension * dimension];
        fill_with_normals(&mut entries, generator);
        let (inner, outer) = entries.split_at(4 * dimension * dimension);
        Self {
            inner: Mat::from_fn(4 * dimension, dimension, |i, j| {
                1.1 * inner[i + 4 * dimension * j]
            }),
            outer: Mat::from_fn(dimension, 4 * dimension, |i, j| 1.1 * outer[i + dimension * j]),
        }
    }

    /// `m/|m|` with `m = B gelu(A h)`.
    pub fn apply(&self, state: &Col<f64>) -> Col<f64> {
        let mut hidden = &self.inner * state;
        (0..hidden.nrows()).for_each(|i| hidden[i] = gelu(hidden[i]));
        let mean = &self.outer * &hidden;
        let norm = mean.norm_l2();
        Col::from_fn(mean.nrows(), |i| mean[i] / norm)
    }
}

/// `x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`, the form of the GELU in common use.
///
/// Source: Hendrycks and Gimpel, arXiv 1606.08415.
pub fn gelu(x: f64) -> f64 {
    x / 2.0 * (1.0 + gelu_argument(x).tanh())
}

/// The derivative of [`gelu`].
pub fn gelu_derivative(x: f64) -> f64 {
    let tanh = gelu_argument(x).tanh();
    let slope = (2.0 / std::f64::consts::PI).sqrt() * (1.0 + 3.0 * 0.044715 * x * x);
    (1.0 + tanh + x * (1.0 - tanh * tanh) * slope) / 2.0
}

fn gelu_argument(x: f64) -> f64 {
    (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x)
}

/// A dynamical system: `h_{t+1} = W f(h_t) + e_t`, of which `s_t = C h_t + e'_t` is seen.
///
/// States are clipped to [-10, 10], as the authors do; orthogonal transitions never get there.
///
/// # Source
/// von Oswald et al., arXiv 2309.05858v2, section 3 and the released code.
#[derive(Clone, Debug, PartialEq)]
pub struct Dynamics {
    /// The dimension of `h_t`.
    pub dimension: usize,
    /// The law of `h_1`.
    pub first: FirstState,
    /// The law of `W`.
    pub transition: Transition,
    /// The standard deviation of an entry of `e_t`.
    pub noise: f64,
    /// `f`; the identity where there is none.
    pub teacher: Option<Teacher>,
    /// `C` and the standard deviation of `e'_t`; `s_t = h_t` where there is none.
    pub observation: Option<(Mat<f64>, f64)>,
}

/// What one run of a system shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// `s_1, s_2, ...`, one a column.
    pub states: Mat<f64>,
    /// The `W` behind them.
    pub transition: Mat<f64>,
}

const CLIP: f64 = 10.0;

/// `O_k W O_k^+` with `O_k = [C; C W; ...; C W^(k-1)]`: without noise it takes `k` stacked
/// observations `(s_{t-k+1}, ..., s_t)` to the next ones, where the rank of `O_k` is the dimension of
/// the states.
///
/// # Source
/// arXiv 2309.05858v2, supplement on partial observability.
pub fn stacked_transition(transition: &Mat<f64>, observation: &Mat<f64>, k: usize) -> Mat<f64> {
    let stack = observation_stack(transition, observation, k);
    let inverse = stack.thin_svd().expect("finite entries").pseudoinverse();
    &stack * transition * inverse
}

/// `O_k = [C; C W; ...; C W^(k-1)]`.
pub fn observation_stack(transition: &Mat<f64>, observation: &Mat<f64>, k: usize) -> Mat<f64> {
    let rows = observation.nrows();
    let mut stack = Mat::zeros(rows * k, transition.nrows());
    let mut block = observation.clone();
    for step in 0..k {
        stack.as_mut().subrows_mut(step * rows, rows).copy_from(&block);
        block = block * transition;
    }
    stack
}

impl Dynamics {
    /// The system of the paper's linear experiments: Haar `W`, states seen as they are.
    pub fn orthogonal(dimension: usize, first: FirstState, noise: f64) -> Self {
        let transition = Transition::Orthogonal;
        Self { dimension, first, transition, noise, teacher: None, observation: None }
    }

    /// The dimension of what is seen.
    pub fn observed_dimension(&self) -> usize {
        self.observation.as_ref().map_or(self.dimension, |(map, _)| map.nrows())
    }

    /// A run of `length` states.
    pub fn draw(&self, length: usize, generator: &mut ChaCha8Rng) -> Sequence {
        let transition = self.draw_transition(generator);
        let mut state = Col::zeros(self.dimension);
        self.first.fill(entries(&mut state), generator);
        let mut states = Mat::zeros(self.observed_dimension(), length);
        let mut noise = Col::zeros(self.dimension);
        for step in 0..length {
            if step > 0 {
                state = match &self.teacher {
                    Some(teacher) => &transition * teacher.apply(&state),
                    None => &transition * &state,
                };
                if self.noise > 0.0 {
                    fill_with_normals(entries(&mut noise), generator);
                }
                (0..self.dimension)
                    .for_each(|i| state[i] = (state[i] + self.noise * noise[i]).clamp(-CLIP, CLIP));
            }
            states.col_mut(step).copy_from(&self.observe(&state, generator));
        }
        Sequence { states, transition }
    }

    fn observe(&self, state: &Col<f64>, generator: &mut ChaCha8Rng) -> Col<f64> {
        let Some((map, deviation)) = &self.observation else { return state.clone() };
        let mut noise = Col::zeros(map.nrows());
        fill_with_normals(entries(&mut noise), generator);
        map * state + noise * *deviation
    }

    fn draw_transition(&self, generator: &mut ChaCha8Rng) -> Mat<f64> {
        match &self.transition {
            Transition::Orthogonal => haar_orthogonal(self.dimension, generator),
            Transition::Fixed(matrix) => matrix.clone(),
            Transition::Contracting { least, largest } => {
                let frame = haar_orthogonal(self.dimension, generator);
                let eigenvalues = Col::from_fn(self.dimension, |i| {
                    let uniform = generator.random::<f64>();
                    if i == 0 { *largest } else { least + (largest - least) * uniform }
                });
                &frame * eigenvalues.as_diagonal() * frame.transpose()
            }
        }
    }
}

fn entries(column: &mut Col<f64>) -> &mut [f64] {
    column.try_as_col_major_mut().expect("a column of its own is contiguous").as_slice_mut()
}
