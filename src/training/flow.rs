//! Gradient flow dx/dt = -grad f(x), integrated to its limit with a bound on the error.

use super::dormand_prince::{EVALUATIONS, Stepper};
use super::objective::{Objective, distance, norm};
use super::stationary::{Curvature, Surroundings};

/// A state this many times as long as the start does not come back: the flow has no limit.
const UNBOUNDED: f64 = 1e100;

/// How a flow is integrated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowSettings {
    /// Largest local error of a step, relative to the length of the state.
    pub tolerance: f64,
    /// Distance to the limit at which the integration ends, relative to the length of the state
    /// (of the start, where that is longer).
    pub distance: f64,
    /// The most gradient evaluations of one integration.
    pub evaluations: u64,
}

impl Default for FlowSettings {
    /// Local errors of 1e-10, an end at distance 1e-9, a million evaluations.
    fn default() -> Self {
        Self { tolerance: 1e-10, distance: 1e-9, evaluations: 1_000_000 }
    }
}

/// The limit of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowEnd {
    /// The end point.
    pub point: Vec<f64>,
    /// The time at which it was reached.
    pub time: f64,
    /// The length of the gradient there.
    pub gradient_norm: f64,
    /// The largest absolute eigenvalue of the Hessian there.
    pub stiffness: f64,
    /// The smallest eigenvalue of the Hessian there that counts as positive.
    pub smallest_positive_eigenvalue: f64,
    /// Directions in which the Hessian counts as zero: the dimension of the manifold of minima.
    pub flat_directions: usize,
    /// Distance to the limit: gradient norm over the smallest positive eigenvalue.
    pub distance_left: f64,
    /// Distance of two integrations at this time, the one that [`Self::point`] comes from with a
    /// hundredth of the tolerance: an estimate of the global integration error.
    pub integration_error: f64,
    /// Bound on accumulated rounding: unit roundoff times steps times length of the state.
    pub rounding: f64,
    /// Gradient evaluations of both integrations.
    pub evaluations: u64,
}

impl FlowEnd {
    /// Bound on the distance of [`Self::point`] from the limit of the flow.
    pub fn error(&self) -> f64 {
        self.distance_left + self.integration_error + self.rounding
    }
}

/// States of a flow at given times.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// One state a time.
    pub states: Vec<Vec<f64>>,
    /// Estimates of the integration errors at these times: the distance to an integration with a
    /// hundred times the tolerance.
    pub errors: Vec<f64>,
    /// Gradient evaluations.
    pub evaluations: u64,
}

/// Why a flow has no limit that can be stated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// The start does not fit the loss.
    #[error("the start has {found} entries, the loss has {expected} parameters")]
    WrongDimension {
        /// Parameters of the loss.
        expected: usize,
        /// Entries of the start.
        found: usize,
    },
    /// The gradient at the start is zero.
    #[error("the gradient at the start is exactly zero: the flow never leaves it; start elsewhere")]
    ZeroGradient,
    /// The flow leaves every bounded region, or the loss is not finite.
    #[error("the flow is not bounded at time {time:.3e}: the loss has no minimum on its way")]
    Unbounded {
        /// The time.
        time: f64,
    },
    /// The flow ends in a saddle.
    #[error(
        "the flow ends in a saddle: the gradient vanishes to rounding and the Hessian has the eigenvalue {lowest:.3e}; start elsewhere"
    )]
    Saddle {
        /// The smallest eigenvalue.
        lowest: f64,
    },
    /// The limit was not reached within the evaluations allowed.
    #[error(
        "no limit within {evaluations} gradient evaluations: gradient norm {gradient:.3e} at time {time:.3e}; a degenerate minimum, a saddle or a stiff loss needs more"
    )]
    NotConverged {
        /// Evaluations made.
        evaluations: u64,
        /// The length of the gradient at the end.
        gradient: f64,
        /// The time.
        time: f64,
    },
}

/// The limit of the gradient flow of `objective` from `start`.
///
/// The integration ends where the Hessian has no eigenvalue that is negative beyond rounding and
/// the distance left, |gradient|/(smallest positive eigenvalue), is below the bound; so a small
/// gradient near a saddle does not end it. Minima may form a manifold, along which the Hessian is
/// zero. Everything is done twice, see [`FlowEnd::integration_error`].
///
/// # Errors
/// [`FlowError`]: a start with zero gradient, a flow that is not finite, one that ends in a saddle
/// or does not end within the evaluations allowed.
pub fn gradient_flow(
    objective: &dyn Objective,
    start: &[f64],
    settings: &FlowSettings,
) -> Result<FlowEnd, FlowError> {
    let fine = FlowSettings { tolerance: settings.tolerance / 100.0, ..*settings };
    let mut end = run_to_limit(objective, start, &fine)?;
    let mut loose = Flow::new(objective, start, settings)?;
    loose.advance_to(end.time)?;
    end.integration_error = distance(&loose.state, &end.point);
    end.evaluations += loose.evaluations;
    Ok(end)
}

/// The states of the gradient flow of `objective` from `start` at `times`.
///
/// # Errors
/// [`FlowError::Unbounded`], [`FlowError::NotConverged`].
///
/// # Panics
/// If the times are not nonnegative and nondecreasing.
pub fn flow_trajectory(
    objective: &dyn Objective,
    start: &[f64],
    times: &[f64],
    settings: &FlowSettings,
) -> Result<Trajectory, FlowError> {
    let ordered = times.iter().try_fold(0.0, |last, &time| (time >= last).then_some(time));
    assert!(ordered.is_some(), "times of a trajectory do not decrease: this is a bug");
    let run = |tolerance: f64| -> Result<(Vec<Vec<f64>>, u64), FlowError> {
        let settings = FlowSettings { tolerance, ..*settings };
        let mut flow = Flow::new(objective, start, &settings)?;
        let mut states = Vec::with_capacity(times.len());
        for &time in times {
            flow.advance_to(time)?;
            states.push(flow.state.clone());
        }
        Ok((states, flow.evaluations))
    };
    let (loose, first) = run(settings.tolerance)?;
    let (states, second) = run(settings.tolerance / 100.0)?;
    let errors = loose.iter().zip(&states).map(|(a, b)| distance(a, b)).collect();
    Ok(Trajectory { states, errors, evaluations: first + second })
}

/// One integration to the limit; the integration error is not known yet.
///
/// A look at all second derivatives costs more than hundreds of steps, so it has to be due: where
/// the gradient has fallen by a factor 4 and the rate at which it fell says that the limit is near.
fn run_to_limit(
    objective: &dyn Objective,
    start: &[f64],
    settings: &FlowSettings,
) -> Result<FlowEnd, FlowError> {
    let mut flow = Flow::new(objective, start, settings)?;
    let mut gradient = norm(flow.stepper.first_slope());
    if gradient == 0.0 {
        return Err(FlowError::ZeroGradient);
    }
    let mut last = (flow.time, gradient);
    // The gradient at which a look is due, once one has been taken.
    let mut due = f64::INFINITY;
    // No curvature is larger than the stiffness: the limit may be at the start.
    let mut rate = flow.curvature.largest;
    loop {
        let near = settings.distance * flow.scale();
        if gradient <= (near * rate).min(due) {
            match flow.look(gradient)? {
                Look::End(end) => return Ok(*end),
                Look::NotYet(curvature) => {
                    due = (gradient / 4.0).min(near * curvature.unwrap_or(f64::INFINITY));
                }
            }
        }
        loop {
            flow.advance(None)?;
            gradient = norm(flow.stepper.first_slope());
            if gradient >= last.1 * 4.0 {
                // Away from where the last look was, which may have been a saddle.
                due = f64::INFINITY;
                break;
            }
            if gradient <= (last.1 / 4.0).min(due) {
                break;
            }
        }
        rate = (last.1 / gradient).ln() / (flow.time - last.0);
        last = (flow.time, gradient);
    }
}

/// What a look at the second derivatives says.
enum Look {
    /// This is the end.
    End(Box<FlowEnd>),
    /// It is not; the smallest positive curvature, where there is no other reason than the distance.
    NotYet(Option<f64>),
}

/// An integration under way.
struct Flow<'a> {
    objective: &'a dyn Objective,
    settings: FlowSettings,
    stepper: Stepper,
    state: Vec<f64>,
    start_length: f64,
    time: f64,
    step: f64,
    /// Near a minimum, where errors are small, stability limits the step.
    curvature: Curvature,
    /// The length of the gradient where the curvature was estimated.
    estimated_at: f64,
    steps: u64,
    evaluations: u64,
}

impl<'a> Flow<'a> {
    fn new(
        objective: &'a dyn Objective,
        start: &[f64],
        settings: &FlowSettings,
    ) -> Result<Self, FlowError> {
        let (expected, found) = (objective.dimension(), start.len());
        if expected != found {
            return Err(FlowError::WrongDimension { expected, found });
        }
        let mut stepper = Stepper::new(found);
        slope(objective, start, stepper.first_slope());
        let speed = norm(stepper.first_slope());
        if !speed.is_finite() {
            return Err(FlowError::Unbounded { time: 0.0 });
        }
        let length = norm(start);
        // The first step is refused if it is too long, and the following ones grow.
        let step = 1e-3 * if speed > 0.0 && length > 0.0 { length / speed } else { 1.0 };
        let mut flow = Self {
            objective,
            settings: *settings,
            stepper,
            state: start.to_vec(),
            start_length: length,
            time: 0.0,
            step,
            curvature: Curvature::unknown(found),
            estimated_at: speed,
            steps: 0,
            evaluations: 1,
        };
        flow.evaluations += flow.curvature.estimate(objective, start);
        Ok(flow)
    }

    /// Integrates up to this time.
    fn advance_to(&mut self, time: f64) -> Result<(), FlowError> {
        while self.time < time {
            self.advance(Some(time))?;
        }
        Ok(())
    }

    /// The length that errors are compared with.
    fn scale(&self) -> f64 {
        norm(&self.state).max(self.start_length)
    }

    /// One accepted step, not beyond `until`.
    fn advance(&mut self, until: Option<f64>) -> Result<(), FlowError> {
        let gradient = norm(self.stepper.first_slope());
        if gradient <= self.estimated_at / 4.0 || gradient >= self.estimated_at * 4.0 {
            self.estimated_at = gradient;
            self.evaluations += self.curvature.estimate(self.objective, &self.state);
        }
        // The method is stable on the negative axis up to 3.3; at 2 it damps well.
        let longest_step = 2.0 / self.curvature.largest;
        loop {
            if self.evaluations + EVALUATIONS > self.settings.evaluations {
                return Err(FlowError::NotConverged {
                    evaluations: self.evaluations,
                    gradient: norm(self.stepper.first_slope()),
                    time: self.time,
                });
            }
            let rest = until.map(|until| until - self.time);
            let full = self.step.min(longest_step);
            let step = rest.map_or(full, |rest| rest.min(full));
            let objective = self.objective;
            let local = self.stepper.step(&self.state, step, |x, out| slope(objective, x, out));
            self.evaluations += EVALUATIONS;
            // Near a saddle at 0 the state is what matters, not the start; at 0 itself nothing is
            // relative.
            let length = norm(&self.state).max(norm(&self.stepper.next));
            let length = length.max(1e-6 * self.start_length).max(f64::MIN_POSITIVE);
            let ratio = local / (self.settings.tolerance * length);
            if norm(&self.state) > UNBOUNDED * self.start_length.max(1.0) {
                return Err(FlowError::Unbounded { time: self.time });
            }
            let finite = norm(self.stepper.last_slope()).is_finite() && ratio.is_finite();
            let factor = if finite { (0.9 * ratio.powf(-0.2)).clamp(0.2, 5.0) } else { 0.1 };
            if finite && ratio <= 1.0 {
                // A step cut short by `until` says nothing against the full one.
                let grown = step * factor;
                self.step = if step < full { grown.max(full) } else { grown };
                self.time =
                    if rest == Some(step) { until.unwrap_or(self.time) } else { self.time + step };
                std::mem::swap(&mut self.state, &mut self.stepper.next);
                self.stepper.accept();
                self.steps += 1;
                return Ok(());
            }
            self.step = step * factor;
            if self.step <= f64::EPSILON * self.time || self.step < f64::MIN_POSITIVE {
                return Err(FlowError::Unbounded { time: self.time });
            }
        }
    }

    /// Looks at the second derivatives.
    fn look(&mut self, gradient: f64) -> Result<Look, FlowError> {
        let scale = self.scale();
        let slope = self.stepper.first_slope().to_vec();
        let around = Surroundings::of(self.objective, &self.state, &slope, scale)
            .ok_or(FlowError::Unbounded { time: self.time })?;
        self.evaluations += 2 * self.state.len() as u64;
        self.curvature.largest = around.stiffness;
        if around.descends {
            // In a saddle to rounding.
            if gradient <= 1e-15 * around.stiffness * scale {
                return Err(FlowError::Saddle { lowest: around.lowest });
            }
            return Ok(Look::NotYet(None));
        }
        let (Some(left), Some(curvature)) = (around.distance(), around.smallest_positive) else {
            return Ok(Look::NotYet(None));
        };
        if left > self.settings.distance * scale {
            return Ok(Look::NotYet(Some(curvature)));
        }
        Ok(Look::End(Box::new(FlowEnd {
            point: self.state.clone(),
            time: self.time,
            gradient_norm: gradient,
            stiffness: around.stiffness,
            smallest_positive_eigenvalue: curvature,
            flat_directions: around.flat,
            distance_left: left,
            integration_error: 0.0,
            rounding: f64::EPSILON * self.steps as f64 * scale,
            evaluations: self.evaluations,
        })))
    }
}

/// Minus the gradient.
fn slope(objective: &dyn Objective, point: &[f64], out: &mut [f64]) {
    objective.gradient(point, out);
    out.iter_mut().for_each(|entry| *entry = -*entry);
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// A loss from a value and a gradient.
    struct Loss<F, G>(usize, F, G);

    impl<F: Fn(&[f64]) -> f64, G: Fn(&[f64], &mut [f64])> Objective for Loss<F, G> {
        fn dimension(&self) -> usize {
            self.0
        }
        fn value(&self, point: &[f64]) -> f64 {
            self.1(point)
        }
        fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
            self.2(point, gradient);
        }
    }

    fn limit(objective: &dyn Objective, start: &[f64]) -> FlowEnd {
        gradient_flow(objective, start, &FlowSettings::default()).unwrap()
    }

    #[test]
    fn the_flow_of_a_quadratic_agrees_with_its_exponentials() {
        // f = (x - 1)^2/2 + 50 y^2: x = 1 - e^-t, y = e^-100t.
        let bowl = Loss(
            2,
            |p: &[f64]| (p[0] - 1.0).powi(2) / 2.0 + 50.0 * p[1] * p[1],
            |p: &[f64], g: &mut [f64]| {
                g[0] = p[0] - 1.0;
                g[1] = 100.0 * p[1];
            },
        );
        let times = [0.0, 0.01, 0.5, 3.0];
        let path = flow_trajectory(&bowl, &[0.0, 1.0], &times, &FlowSettings::default()).unwrap();
        for ((&t, state), &error) in times.iter().zip(&path.states).zip(&path.errors) {
            let exact = [1.0 - (-t).exp(), (-100.0 * t).exp()];
            assert!(distance(state, &exact) <= error + 1e-12, "at {t}: {state:?}, {exact:?}");
            assert!(error < 1e-8);
        }
        let end = limit(&bowl, &[0.0, 1.0]);
        assert!(distance(&end.point, &[1.0, 0.0]) <= end.error());
        assert!(end.error() < 1e-8, "{end:?}");
        assert_relative_eq!(end.smallest_positive_eigenvalue, 1.0, epsilon = 1e-6);
        assert_eq!(end.flat_directions, 0);
    }

    /// Zhang, Frei and Bartlett 2024 with covariance lambda I and U = u I/sqrt(d): the loss
    /// d lambda^3 g/lambda u^4/(2 d) - ..., written for (u, v) with U = v I/sqrt(d) as
    /// f = g lambda^2 u^2 v^2/2 - sqrt(d) lambda^2 u v, on the orbit u = v.
    #[test]
    fn isotropic_attention_follows_its_logistic_solution_to_a_manifold_of_minima() {
        let (d, lambda, prompt) = (3.0_f64, 0.7, 10.0);
        let g = (1.0 + (d + 1.0) / prompt) * lambda;
        let square = lambda * lambda;
        let attention = Loss(
            2,
            move |p: &[f64]| {
                g * lambda * square * (p[0] * p[1]).powi(2) / 2.0 / lambda
                    - d.sqrt() * square * p[0] * p[1]
            },
            move |p: &[f64], out: &mut [f64]| {
                let slope = g * square * p[0] * p[1] - d.sqrt() * square;
                out[0] = slope * p[1];
                out[1] = slope * p[0];
            },
        );
        let sigma = 0.1_f64;
        let times = [1.0, 3.0, 6.0, 30.0];
        let start = [sigma, sigma];
        let path = flow_trajectory(&attention, &start, &times, &FlowSettings::default()).unwrap();
        for (&t, state) in times.iter().zip(&path.states) {
            let ratio = d.sqrt() / (g * sigma * sigma) - 1.0;
            let u_squared = d.sqrt() / g / (1.0 + ratio * (-2.0 * d.sqrt() * square * t).exp());
            assert_relative_eq!(state[0] * state[0], u_squared, max_relative = 1e-9);
            assert_relative_eq!(state[0], state[1], max_relative = 1e-9);
        }
        let end = limit(&attention, &start);
        assert_eq!(end.flat_directions, 1);
        assert!((end.point[0].powi(2) - d.sqrt() / g).abs() <= 2.0 * end.point[0] * end.error());
        // From an unbalanced start u^2 - v^2 is conserved, which fixes the point on the manifold.
        let end = limit(&attention, &[0.9, 0.2]);
        let balance = end.point[0].powi(2) - end.point[1].powi(2);
        assert!((balance - (0.81 - 0.04)).abs() <= 10.0 * end.error());
        assert!(end.error() < 1e-7, "{end:?}");
    }

    /// f = (x^2 - 1)^2/4 + y^2/2 has its saddle at 0 and minima at x = -1 and 1.
    fn double_well() -> impl Objective {
        Loss(
            2,
            |p: &[f64]| (p[0] * p[0] - 1.0).powi(2) / 4.0 + p[1] * p[1] / 2.0,
            |p: &[f64], g: &mut [f64]| {
                g[0] = p[0] * (p[0] * p[0] - 1.0);
                g[1] = p[1];
            },
        )
    }

    #[test]
    fn a_start_beside_a_saddle_goes_on_to_the_minimum() {
        for tiny in [1e-4, 1e-9, 1e-12] {
            let end = limit(&double_well(), &[-tiny, 2.0]);
            assert!(distance(&end.point, &[-1.0, 0.0]) <= end.error(), "{tiny}: {end:?}");
            assert!(end.error() < 1e-6, "{tiny}: {end:?}");
        }
    }

    #[test]
    fn a_flow_that_ends_in_a_saddle_is_an_error() {
        let result = gradient_flow(&double_well(), &[0.0, 1.0], &FlowSettings::default());
        assert!(matches!(result, Err(FlowError::Saddle { lowest }) if lowest < -0.9), "{result:?}");
    }

    #[test]
    fn a_start_without_gradient_and_a_wrong_dimension_are_errors() {
        let settings = FlowSettings::default();
        let result = gradient_flow(&double_well(), &[0.0, 0.0], &settings);
        assert_eq!(result, Err(FlowError::ZeroGradient));
        let result = gradient_flow(&double_well(), &[1.0], &settings);
        assert_eq!(result, Err(FlowError::WrongDimension { expected: 2, found: 1 }));
    }

    #[test]
    fn a_loss_without_minimum_is_an_error_not_an_endless_run() {
        let falling = |degree: i32| {
            Loss(
                1,
                move |p: &[f64]| -p[0].powi(degree),
                move |p: &[f64], g: &mut [f64]| g[0] = -f64::from(degree) * p[0].powi(degree - 1),
            )
        };
        for degree in [1, 2, 4] {
            let result = gradient_flow(&falling(degree), &[0.5], &FlowSettings::default());
            assert!(matches!(result, Err(FlowError::Unbounded { .. })), "{degree}: {result:?}");
        }
    }

    #[test]
    fn a_degenerate_minimum_does_not_pass_for_a_limit_that_is_near() {
        // x^4/4 is approached like t^(-1/2): the distance left cannot be told from the Hessian.
        let quartic = Loss(
            2,
            |p: &[f64]| p[0].powi(4) / 4.0 + p[1] * p[1] / 2.0,
            |p: &[f64], g: &mut [f64]| {
                g[0] = p[0].powi(3);
                g[1] = p[1];
            },
        );
        let settings = FlowSettings { evaluations: 100_000, ..FlowSettings::default() };
        let result = gradient_flow(&quartic, &[1.0, 1.0], &settings);
        assert!(matches!(result, Err(FlowError::NotConverged { .. })), "{result:?}");
    }

    #[test]
    fn an_ill_conditioned_valley_still_gives_a_small_error() {
        let valley = Loss(
            2,
            |p: &[f64]| p[0] * p[0] / 2.0 + 5e3 * (p[1] - 1.0).powi(2),
            |p: &[f64], g: &mut [f64]| {
                g[0] = p[0];
                g[1] = 1e4 * (p[1] - 1.0);
            },
        );
        let end = limit(&valley, &[1.0, 0.0]);
        assert!(distance(&end.point, &[0.0, 1.0]) <= end.error() && end.error() < 1e-7, "{end:?}");
    }
}
