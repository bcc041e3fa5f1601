//! One gradient step in context: its optimal size, its loss, and the floor of every predictor.

use super::state_moments::StateMoments;

/// The loss of `shat_{t+1} = eta sum_{t' < t} s_{t'+1} (s_t'.s_t)`, one gradient step from 0 on the
/// sum of squares, as a function of `eta`.
///
/// # Formula
/// `l_t(eta) = z_t - eta n_t + eta^2 d_t/2` with `z_t = 1/2 E |s_{t+1}|^2`,
/// `n_t = E s_{t+1}.u_t`, `d_t = E |u_t|^2`, `u_t = sum_{t' < t} s_{t'+1} (s_t'.s_t)`; the loss is
/// the mean over `t = 1, ..., N`.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientStep {
    /// `z_t`, the losses of the prediction 0.
    pub zero: Vec<f64>,
    /// `n_t`.
    pub linear: Vec<f64>,
    /// `d_t`.
    pub quadratic: Vec<f64>,
}

impl GradientStep {
    /// `sum n_t/sum d_t`, the step size of the least loss.
    pub fn optimal_rate(&self) -> f64 {
        self.linear.iter().sum::<f64>() / self.quadratic.iter().sum::<f64>()
    }

    /// `l_1(eta), ..., l_N(eta)`.
    pub fn losses(&self, rate: f64) -> Vec<f64> {
        let parts = self.zero.iter().zip(&self.linear).zip(&self.quadratic);
        parts.map(|((zero, n), d)| zero - rate * n + rate * rate * d / 2.0).collect()
    }

    /// Their mean.
    pub fn loss(&self, rate: f64) -> f64 {
        self.losses(rate).iter().sum::<f64>() / self.zero.len() as f64
    }
}

/// The gradient step on sequences with these moments and `N` predictions: `O(N^3)` moments.
pub fn gradient_step(moments: &mut StateMoments, predictions: usize) -> GradientStep {
    let mut step = GradientStep { zero: vec![], linear: vec![], quadratic: vec![] };
    for t in 1..=predictions {
        step.zero.push(moments.mean(&[(t + 1, t + 1)]) / 2.0);
        step.linear.push((1..t).map(|p| moments.mean(&[(p + 1, t + 1), (p, t)])).sum());
        let pairs = (1..t).flat_map(|p| (1..t).map(move |q| (p, q)));
        step.quadratic
            .push(pairs.map(|(p, q)| moments.mean(&[(p + 1, q + 1), (p, t), (q, t)])).sum());
    }
    step
}

/// `l_1, ..., l_N` of the best causal predictor without noise, which is least squares of minimal
/// norm.
///
/// # Formula
/// `1/2 E |s_1|^2 (1 - (t-1)/d)_+`: `W` is known on the span of `s_1, ..., s_{t-1}`, and the image
/// of what is left of `s_t` is uniform on a sphere.
pub fn bayes_floor(dimension: usize, second_moment: f64, predictions: usize) -> Vec<f64> {
    let known = |t: usize| (t - 1) as f64 / dimension as f64;
    (1..=predictions).map(|t| second_moment / 2.0 * (1.0 - known(t)).max(0.0)).collect()
}
