//! What one layer of linear self-attention can reach: the ladder of equivariant features.

use super::state_moments::StateMoments;
use faer::{Col, Mat, Side};

/// A cubic feature that rotates with the states; `i`, `j`, `k` are 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `V_ijk = sum_{tau <= t} s_{tau-i} (s_{tau-j}.s_{t-k})`.
    Value([usize; 3]),
    /// `Q_ijk = s_{t-k} sum_{tau <= t} s_{tau-i}.s_{tau-j}` with `i <= j`.
    Query([usize; 3]),
}

/// The best linear combinations of features, one for all `t`.
///
/// For states whose law is invariant under rotations, no number of heads of one layer of linear
/// self-attention on `(s_t, s_{t-1})` is better than the fourteen features; two heads whose blocks
/// are multiples of the identity reach the eight `V`.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureLadder {
    /// The coefficients of `V_000, V_001, ..., V_111` alone.
    pub coefficients: Vec<f64>,
    /// The loss that they reach.
    pub eight: f64,
    /// The loss of all fourteen features.
    pub fourteen: f64,
    /// The loss of `V_010` alone, one gradient step.
    pub one: f64,
}

/// The best linear combination of some features, one for all `t`.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// The coefficients of the features, in their order.
    pub coefficients: Vec<f64>,
    /// The loss that they reach, `1/(2N) sum_t E |s_{t+1} - f_t|^2`.
    pub loss: f64,
}

/// The normal equations of some features, and the loss of the prediction 0; sums over `t`.
#[derive(Clone, Debug, PartialEq)]
struct Equations {
    gram: Mat<f64>,
    target: Col<f64>,
    zero: f64,
    predictions: usize,
}

impl Feature {
    /// The eight `V`, then the six `Q`.
    pub fn all() -> Vec<Self> {
        let bits = |index: usize| [index >> 2 & 1, index >> 1 & 1, index & 1];
        let values = (0..8).map(|index| Self::Value(bits(index)));
        let queries = (0..8).map(bits).filter(|[i, j, _]| i <= j).map(Self::Query);
        values.chain(queries).collect()
    }

    /// Whether `i + j + k` is even: then its best coefficient is 0, since `-W` has the law of `W`.
    pub fn is_even(&self) -> bool {
        let (Self::Value(shifts) | Self::Query(shifts)) = self;
        shifts.iter().sum::<usize>().is_multiple_of(2)
    }

    /// The vector and the two factors of the inner product, as times, in the term `tau`.
    fn term(&self, t: usize, tau: usize) -> (usize, (usize, usize)) {
        match *self {
            Self::Value([i, j, k]) => (tau - i, (tau - j, t - k)),
            Self::Query([i, j, k]) => (t - k, (tau - i, tau - j)),
        }
    }
}

/// The ladder on sequences with these moments and `N` predictions: `O(N^3)` moments for each of the
/// 105 pairs of features.
pub fn feature_ladder(moments: &mut StateMoments, predictions: usize) -> FeatureLadder {
    let equations = Equations::new(moments, predictions, &Feature::all());
    let Combination { coefficients, loss: eight } = equations.best(&(0..8).collect::<Vec<_>>());
    let fourteen = equations.best(&(0..14).collect::<Vec<_>>()).loss;
    let one = equations.best(&[2]).loss;
    FeatureLadder { coefficients, eight, fourteen, one }
}

/// What these features reach alone on sequences with these moments and `N` predictions: `O(N^3)`
/// moments for each of their pairs.
pub fn best_combination(
    moments: &mut StateMoments,
    predictions: usize,
    features: &[Feature],
) -> Combination {
    let equations = Equations::new(moments, predictions, features);
    equations.best(&(0..features.len()).collect::<Vec<_>>())
}

impl Equations {
    fn new(moments: &mut StateMoments, predictions: usize, features: &[Feature]) -> Self {
        let size = features.len();
        let (mut gram, mut target, mut zero) = (Mat::zeros(size, size), Col::zeros(size), 0.0);
        for t in 1..=predictions {
            zero += moments.mean(&[(t + 1, t + 1)]) / 2.0;
            for (row, feature) in features.iter().enumerate() {
                for tau in 1..=t {
                    let (vector, product) = feature.term(t, tau);
                    target[row] += moments.mean(&[(vector, t + 1), product]);
                    for (column, other) in features.iter().enumerate().take(row + 1) {
                        for sigma in 1..=t {
                            let (other, second) = other.term(t, sigma);
                            gram[(row, column)] +=
                                moments.mean(&[(vector, other), product, second]);
                        }
                    }
                }
            }
        }
        Self { gram, target, zero, predictions }
    }

    /// The best combination of the features with these numbers.
    fn best(&self, chosen: &[usize]) -> Combination {
        let gram = Mat::from_fn(chosen.len(), chosen.len(), |i, j| {
            let (row, column) = (chosen[i].max(chosen[j]), chosen[i].min(chosen[j]));
            self.gram[(row, column)]
        });
        let target = Col::from_fn(chosen.len(), |i| self.target[chosen[i]]);
        let coefficients = solve(&gram, &target);
        let explained = target.transpose() * &coefficients / 2.0;
        let loss = (self.zero - explained) / self.predictions as f64;
        Combination { coefficients: coefficients.iter().copied().collect(), loss }
    }
}

/// The solution of least norm of `gram x = target`: features can be linearly dependent (at N = 1
/// most vanish).
fn solve(gram: &Mat<f64>, target: &Col<f64>) -> Col<f64> {
    // Features differ in size: to a diagonal of ones.
    let scale = Col::from_fn(gram.nrows(), |i| {
        if gram[(i, i)] > 0.0 { gram[(i, i)].sqrt().recip() } else { 0.0 }
    });
    let scaled = scale.as_diagonal() * gram * scale.as_diagonal();
    let eigen = scaled.self_adjoint_eigen(Side::Lower).expect("finite entries");
    let inverse = Col::from_fn(gram.nrows(), |i| {
        let value = eigen.S().column_vector()[i];
        if value > 1e-11 { value.recip() } else { 0.0 }
    });
    let projected = eigen.U().transpose() * (scale.as_diagonal() * target);
    scale.as_diagonal() * (eigen.U() * (inverse.as_diagonal() * projected))
}
