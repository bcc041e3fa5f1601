//! In-context learners without weights: what a network on sequences is compared with.

use faer::prelude::Solve;
use faer::{Col, ColRef, Mat, MatRef, Side};

/// A rule that predicts `s_{t+1}` from `s_1, ..., s_t`, by a regression of each state on the one
/// before it: the pairs `(s_t', s_{t'+1})` with `t' < t`.
#[derive(Clone, Debug, PartialEq)]
pub enum Learner {
    /// Predicts 0.
    Zero,
    /// Gradient steps from 0 on `1/2 sum |s_{t'+1} - Phi s_t'|^2 + ridge/2 |Phi|_F^2`: a sum.
    GradientSteps {
        /// The step size.
        rate: f64,
        /// Number of steps.
        steps: usize,
        /// The ridge; 0 for none.
        ridge: f64,
    },
    /// The minimiser: of least norm where the ridge is 0.
    LeastSquares {
        /// The ridge.
        ridge: f64,
        /// Whether the newest pair is left out, as in the authors' baseline.
        lagged: bool,
    },
    /// The inverse of the Gram matrix with a ridge by steps with momentum, their coefficients
    /// tuned.
    ///
    /// # Formula
    /// With `A = (sum s s' + ridge I)/|.|_F` start at `V = T = I`; then for each step `T <- T (I -
    /// alpha A)`, `V <- V + T + beta (V - V_before)`.
    ///
    /// # Source
    /// The authors' code for Proposition 2.
    Momentum {
        /// `alpha` and `beta` of each step.
        coefficients: Vec<[f64; 2]>,
        /// The ridge.
        ridge: f64,
        /// Whether the newest pair is left out, as in the authors' baseline.
        lagged: bool,
    },
    /// The mean of `s_{t'+1}` with weights proportional to `exp(sharpness s_t'.s_t)`.
    Kernel {
        /// The factor in the exponent.
        sharpness: f64,
    },
}

impl Learner {
    /// The tuned coefficients of the authors' six steps (d = 10, 50 predictions).
    pub fn tuned_momentum(lagged: bool) -> Self {
        let rates = [1.0257748, 3.2508426, 3.2583678, 3.2122886, 2.694414, 1.2727231];
        let momenta = [0.0, 0.6787798, 0.30748147, 0.74470717, 1.8360422, 2.3438027];
        let coefficients = rates.into_iter().zip(momenta).map(|(a, b)| [a, b]).collect();
        Self::Momentum { coefficients, ridge: 1e-3, lagged }
    }

    /// The predictions of `s_2, s_3, ..., s_{N+1}`, one a column (d x N), from `s_1, ..., s_N`.
    pub fn predictions(&self, states: MatRef<'_, f64>) -> Mat<f64> {
        let (dimension, length) = states.shape();
        let mut all = Mat::zeros(dimension, length);
        for t in 0..length {
            all.col_mut(t).copy_from(&self.next(states.subcols(0, t + 1)));
        }
        all
    }

    /// `1/(2N) sum_t |s_{t+1} - shat_{t+1}|^2` over the `N` predictions of `s_2, ..., s_{N+1}`.
    pub fn loss(&self, states: MatRef<'_, f64>) -> f64 {
        let count = states.ncols() - 1;
        let error = self.predictions(states.subcols(0, count)) - states.subcols(1, count);
        error.squared_norm_l2() / (2 * count) as f64
    }

    /// The prediction of the state after the last one.
    pub fn next(&self, states: MatRef<'_, f64>) -> Col<f64> {
        let dimension = states.nrows();
        let seen = states.ncols() - 1;
        let lagged = matches!(
            self,
            Self::LeastSquares { lagged: true, .. } | Self::Momentum { lagged: true, .. }
        );
        let pairs = if lagged { seen.saturating_sub(1) } else { seen };
        let (past, next, query) =
            (states.subcols(0, pairs), states.subcols(1, pairs), states.col(seen));
        if pairs == 0 {
            return Col::zeros(dimension);
        }
        match self {
            Self::Zero => Col::zeros(dimension),
            Self::GradientSteps { rate, steps, ridge } => {
                let mut slope = Mat::<f64>::zeros(dimension, dimension);
                for _ in 0..*steps {
                    let gradient = (&slope * past - next) * past.transpose() + &slope * *ridge;
                    slope -= gradient * *rate;
                }
                slope * query
            }
            Self::LeastSquares { ridge, .. } => next * past_coefficients(past, query, *ridge),
            Self::Momentum { coefficients, ridge, .. } => {
                next * (past.transpose() * (momentum_inverse(past, coefficients, *ridge) * query))
            }
            Self::Kernel { sharpness } => {
                let scores = past.transpose() * query * *sharpness;
                let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let weights = Col::from_fn(pairs, |i| (scores[i] - largest).exp());
                let total: f64 = weights.iter().sum();
                next * weights * (1.0 / total)
            }
        }
    }
}

/// `S' (S S' + ridge I)^+ q`, through the smaller Gram matrix of the pairs where they are fewer.
fn past_coefficients(past: MatRef<'_, f64>, query: ColRef<'_, f64>, ridge: f64) -> Col<f64> {
    let (dimension, pairs) = past.shape();
    if ridge > 0.0 {
        let gram = past * past.transpose() + Mat::<f64>::identity(dimension, dimension) * ridge;
        return past.transpose() * gram.partial_piv_lu().solve(query);
    }
    // (S' S)^+ S' q for few pairs, S' (S S')^+ q for many: the same vector.
    if pairs < dimension {
        return pseudo_solve(&(past.transpose() * past), &(past.transpose() * query));
    }
    past.transpose() * pseudo_solve(&(past * past.transpose()), &query.to_owned())
}

/// The solution of least norm of `gram x = target`; eigenvalues below 1e-12 of the largest are 0.
fn pseudo_solve(gram: &Mat<f64>, target: &Col<f64>) -> Col<f64> {
    let eigen = gram.self_adjoint_eigen(Side::Lower).expect("finite entries");
    let (vectors, values) = (eigen.U(), eigen.S().column_vector());
    let least = 1e-12 * values[values.nrows() - 1];
    let projected = vectors.transpose() * target;
    vectors
        * Col::from_fn(values.nrows(), |i| {
            if values[i] > least { projected[i] / values[i] } else { 0.0 }
        })
}

fn momentum_inverse(past: MatRef<'_, f64>, coefficients: &[[f64; 2]], ridge: f64) -> Mat<f64> {
    let dimension = past.nrows();
    let unit = Mat::<f64>::identity(dimension, dimension);
    let gram = past * past.transpose() + &unit * ridge;
    let norm = gram.norm_l2();
    let gram = gram * (1.0 / norm);
    let (mut inverse, mut before, mut term) = (unit.clone(), unit.clone(), unit.clone());
    for [rate, momentum] in coefficients {
        term = &term * (&unit - &gram * *rate);
        let next = &inverse + &term + (&inverse - &before) * *momentum;
        before = std::mem::replace(&mut inverse, next);
    }
    inverse * (1.0 / norm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::TokenForm;
    use crate::data::{Dynamics, FirstState, generator};
    use crate::network::Transformer;

    fn states(dimension: usize, length: usize) -> Mat<f64> {
        let law = Dynamics::orthogonal(dimension, FirstState::Uniform { half_width: 1.0 }, 0.0);
        law.draw(length, &mut generator(1, &["learner"], 0)).states
    }

    #[test]
    fn gradient_steps_are_those_of_the_constructed_networks() {
        let states = states(3, 8);
        let read = |network: Transformer| {
            let tokens = TokenForm::FourChannels.tokens(states.as_ref());
            network.forward(8, tokens.as_ref()).predictions().to_owned()
        };
        let one = Learner::GradientSteps { rate: 0.2, steps: 1, ridge: 0.0 };
        let found = read(Transformer::gradient_step_from_zero(3, 0.2));
        assert!((one.predictions(states.as_ref()) - found).norm_max() < 1e-14);
        let five = Learner::GradientSteps { rate: 0.1, steps: 5, ridge: 0.5 };
        let found = read(Transformer::preconditioned_step(3, 4, 0.1, 2.0));
        assert!((five.predictions(states.as_ref()) - found).norm_max() < 1e-13);
    }

    #[test]
    fn least_squares_knows_the_transition_as_soon_as_it_can() {
        let states = states(4, 9);
        let exact = Learner::LeastSquares { ridge: 0.0, lagged: false };
        let lagged = Learner::LeastSquares { ridge: 0.0, lagged: true };
        for t in 1..9 {
            let error =
                |learner: &Learner| (learner.next(states.subcols(0, t)) - states.col(t)).norm_max();
            // s_1, ..., s_t span the space from t = d on; the last of them is the query.
            assert_eq!(error(&exact) < 1e-9, t > 4, "t = {t}");
            assert_eq!(error(&lagged) < 1e-9, t > 5, "t = {t}");
        }
    }

    #[test]
    fn the_authors_baselines_have_the_losses_that_they_report() {
        // d = 10, N = 50: 0.2351 for the six tuned steps with the lag, 0.2112 without; exact least
        // squares 0.2116 and 0.1860.
        let law = Dynamics::orthogonal(10, FirstState::Uniform { half_width: 1.0 }, 0.01);
        let mut source = generator(2, &["learner"], 0);
        let learners = [true, false].map(|lagged| {
            [Learner::tuned_momentum(lagged), Learner::LeastSquares { ridge: 1e-3, lagged }]
        });
        let mut sums = [[0.0; 2]; 2];
        const COUNT: usize = 300;
        for _ in 0..COUNT {
            let states = law.draw(51, &mut source).states;
            for (learners, sums) in learners.iter().zip(&mut sums) {
                for (learner, sum) in learners.iter().zip(sums) {
                    let error = learner.predictions(states.subcols(0, 50)) - states.subcols(1, 50);
                    *sum += error.squared_norm_l2() / (100 * COUNT) as f64;
                }
            }
        }
        for (found, expected) in sums.iter().flatten().zip([0.2351, 0.2116, 0.2112, 0.1860]) {
            assert!((found - expected).abs() < 0.01, "{sums:?}");
        }
    }
}
