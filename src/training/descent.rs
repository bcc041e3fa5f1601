//! Gradient descent with a schedule: plain steps and Adam, the average of the tail, divergence.

use super::fresh::SamplerError;
use serde::{Deserialize, Serialize};

/// How a gradient becomes a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// x - rate g: gradient descent, or stochastic gradient descent if g is an estimate.
    Gradient,
    /// Steps along the mean gradient over the root of the mean square, entry by entry.
    ///
    /// Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015,
    /// arXiv 1412.6980), algorithm 1; Loshchilov and Hutter, "Decoupled weight decay
    /// regularization" (2019, arXiv 1711.05101) for the decay.
    Adam {
        /// Decay of the mean gradient.
        first: f64,
        /// Decay of the mean square.
        second: f64,
        /// Added to the root.
        epsilon: f64,
        /// Before each step the point shrinks by this times the step size.
        weight_decay: f64,
    },
}

impl Optimizer {
    /// Adam with the constants of its authors, without decay of the weights.
    pub fn adam() -> Self {
        Self::Adam { first: 0.9, second: 0.999, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// How the step size falls after the warm phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decay {
    /// It does not.
    Constant,
    /// Half a cosine wave from `rate` down to this fraction of it at the last step.
    Cosine(f64),
    /// rate/(1 + steps after the warm phase/this many).
    Inverse(f64),
}

/// The step sizes and the part of the run that is averaged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Number of steps.
    pub steps: u64,
    /// Largest step size.
    pub rate: f64,
    /// Steps over which the step size rises linearly to `rate`.
    pub warm: u64,
    /// How it falls afterwards.
    pub decay: Decay,
    /// The last steps whose tracked values are averaged; at least the last one is.
    pub tail: u64,
}

impl Schedule {
    /// A constant step size, the last half of the steps averaged.
    pub fn constant(steps: u64, rate: f64) -> Self {
        Self { steps, rate, warm: 0, decay: Decay::Constant, tail: steps / 2 }
    }

    /// The first step of the tail.
    fn tail_start(&self) -> u64 {
        self.steps - self.tail.clamp(1, self.steps)
    }

    /// The step size of step 0, 1, 2, ...
    pub fn rate_at(&self, step: u64) -> f64 {
        if step < self.warm {
            return self.rate * (step + 1) as f64 / self.warm as f64;
        }
        let after = (step - self.warm) as f64;
        match self.decay {
            Decay::Constant => self.rate,
            Decay::Cosine(least) => {
                let length = (self.steps.saturating_sub(self.warm + 1)).max(1) as f64;
                let wave = (1.0 + (std::f64::consts::PI * (after / length).min(1.0)).cos()) / 2.0;
                self.rate * (least + (1.0 - least) * wave)
            }
            Decay::Inverse(steps) => self.rate / (1.0 + after / steps),
        }
    }
}

/// The result of a descent.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// The last point.
    pub point: Vec<f64>,
    /// The tracked values, averaged over the tail.
    pub average: Vec<f64>,
    /// The loss estimates, averaged over the tail.
    pub loss: f64,
    /// Steps made.
    pub steps: u64,
}

/// Why a descent has no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DescentError {
    /// The loss, the gradient or the point is not finite, or the loss grew beyond all measure.
    #[error("training diverged at step {step}: {what}; use a smaller step size or a larger batch")]
    Diverged {
        /// The step, from 0.
        step: u64,
        /// What happened.
        what: &'static str,
    },
    /// The sampler does not serve the law.
    #[error(transparent)]
    Sampler(#[from] SamplerError),
    /// A schedule without steps.
    #[error("a descent needs at least one step")]
    NoSteps,
}

/// The running mean of the loss may grow to this many times the largest of the first losses. A
/// descent that works lets it fall; estimates from few samples scatter by far less.
const GROWTH: f64 = 1e4;

/// Losses that set the scale.
const FIRST_LOSSES: u64 = 16;

/// Descends from `start`.
///
/// `gradient(step, point, out)` overwrites `out` with the gradient, or an estimate of it from
/// samples of that step, and returns the loss or its estimate; a value that is not finite stops
/// the descent. `track(point, out)` appends the values to average over the tail, after each of its
/// steps.
/// The result depends on these two functions and nothing else.
///
/// # Errors
/// [`DescentError::Diverged`] with the step, [`DescentError::NoSteps`].
pub fn descend(
    start: &[f64],
    optimizer: &Optimizer,
    schedule: &Schedule,
    mut gradient: impl FnMut(u64, &[f64], &mut [f64]) -> f64,
    mut track: impl FnMut(&[f64], &mut Vec<f64>),
) -> Result<Descent, DescentError> {
    let mut progress = Progress::new(start);
    while progress.step < schedule.steps {
        progress.advance(optimizer, schedule, &mut gradient, &mut track)?;
    }
    progress.finish(schedule)
}

/// A descent on its way: all that its next step depends on, so that it can be written down and
/// taken up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Progress {
    step: u64,
    point: Vec<f64>,
    moments: Moments,
    watch: Watch,
    /// Sums over the tail so far.
    tracked: Vec<f64>,
    losses: f64,
    /// The gradient and the tracked values of a step: room that is used again.
    #[serde(skip)]
    slope: Vec<f64>,
    #[serde(skip)]
    now: Vec<f64>,
}

impl Progress {
    /// Before the first step.
    pub fn new(start: &[f64]) -> Self {
        Self {
            step: 0,
            point: start.to_vec(),
            moments: Moments::new(start.len()),
            watch: Watch::default(),
            tracked: Vec::new(),
            losses: 0.0,
            slope: Vec::new(),
            now: Vec::new(),
        }
    }

    /// Number of steps made.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Where they led.
    pub fn point(&self) -> &[f64] {
        &self.point
    }

    /// Makes the next step and returns the loss before it; the arguments are those of [`descend`].
    ///
    /// # Errors
    /// [`DescentError::Diverged`] with the step.
    pub fn advance(
        &mut self,
        optimizer: &Optimizer,
        schedule: &Schedule,
        gradient: &mut impl FnMut(u64, &[f64], &mut [f64]) -> f64,
        track: &mut impl FnMut(&[f64], &mut Vec<f64>),
    ) -> Result<f64, DescentError> {
        self.slope.resize(self.point.len(), 0.0);
        let slope = &mut self.slope[..];
        let loss = gradient(self.step, &self.point, slope);
        self.watch.check(self.step, loss, slope)?;
        let rate = schedule.rate_at(self.step);
        match *optimizer {
            Optimizer::Gradient => {
                for (entry, slope) in self.point.iter_mut().zip(&*slope) {
                    *entry -= rate * slope;
                }
            }
            Optimizer::Adam { first, second, epsilon, weight_decay } => {
                self.point.iter_mut().for_each(|entry| *entry *= 1.0 - rate * weight_decay);
                self.moments.step(&mut self.point, slope, rate, [first, second, epsilon]);
            }
        }
        if self.step >= schedule.tail_start() {
            self.losses += loss;
            self.now.clear();
            track(&self.point, &mut self.now);
            self.tracked.resize(self.now.len(), 0.0);
            for (sum, value) in self.tracked.iter_mut().zip(&self.now) {
                *sum += value;
            }
        }
        self.step += 1;
        Ok(loss)
    }

    /// The result after the last step.
    ///
    /// # Errors
    /// [`DescentError::NoSteps`], [`DescentError::Diverged`] if a weight is not finite.
    pub fn finish(self, schedule: &Schedule) -> Result<Descent, DescentError> {
        let Some(last) = schedule.steps.checked_sub(1) else {
            return Err(DescentError::NoSteps);
        };
        if !self.point.iter().chain(&self.tracked).all(|entry| entry.is_finite()) {
            return Err(DescentError::Diverged { step: last, what: "a weight is not finite" });
        }
        let length = (schedule.steps - schedule.tail_start()) as f64;
        Ok(Descent {
            point: self.point,
            average: self.tracked.iter().map(|sum| sum / length).collect(),
            loss: self.losses / length,
            steps: schedule.steps,
        })
    }
}

/// Watches for divergence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Watch {
    reference: f64,
    mean: f64,
}

impl Watch {
    fn check(&mut self, step: u64, loss: f64, gradient: &[f64]) -> Result<(), DescentError> {
        let diverged = |what| Err(DescentError::Diverged { step, what });
        if !loss.is_finite() {
            return diverged("the loss is not finite");
        }
        // All of them: loops that stop early do not use the lanes of the machine.
        if !gradient.iter().fold(true, |all, entry| all & entry.is_finite()) {
            return diverged("the gradient is not finite");
        }
        if step < FIRST_LOSSES {
            self.reference = self.reference.max(loss.abs());
            self.mean = self.reference;
        }
        // The mean over about the last sixteen steps.
        self.mean += (loss.abs() - self.mean) / FIRST_LOSSES as f64;
        if self.reference > 0.0 && self.mean > GROWTH * self.reference {
            return diverged("the loss grew ten thousandfold");
        }
        Ok(())
    }
}

/// The running moments of Adam.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Moments {
    mean: Vec<f64>,
    square: Vec<f64>,
    /// first^t and second^t.
    decayed: [f64; 2],
}

impl Moments {
    fn new(dimension: usize) -> Self {
        Self { mean: vec![0.0; dimension], square: vec![0.0; dimension], decayed: [1.0; 2] }
    }

    /// m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, x -= rate (m/(1-b1^t))/(sqrt(v/(1-b2^t)) + eps).
    fn step(&mut self, point: &mut [f64], gradient: &[f64], rate: f64, constants: [f64; 3]) {
        let [first, second, epsilon] = constants;
        self.decayed = [self.decayed[0] * first, self.decayed[1] * second];
        let corrections = self.decayed.map(|decayed| 1.0 - decayed);
        for (entry, &slope) in gradient.iter().enumerate() {
            self.mean[entry] = first * self.mean[entry] + (1.0 - first) * slope;
            self.square[entry] = second * self.square[entry] + (1.0 - second) * slope * slope;
            let (mean, square) =
                (self.mean[entry] / corrections[0], self.square[entry] / corrections[1]);
            point[entry] -= rate * mean / (square.sqrt() + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Gradient of (x - 3)^2/2 + 5 (y + 1)^2.
    fn bowl(_: u64, point: &[f64], out: &mut [f64]) -> f64 {
        let (x, y) = (point[0] - 3.0, point[1] + 1.0);
        out.copy_from_slice(&[x, 10.0 * y]);
        x * x / 2.0 + 5.0 * y * y
    }

    fn track(point: &[f64], out: &mut Vec<f64>) {
        out.extend(point);
    }

    #[test]
    fn plain_steps_contract_as_the_formula_says() {
        let schedule = Schedule { tail: 1, ..Schedule::constant(20, 0.05) };
        let end = descend(&[0.0, 0.0], &Optimizer::Gradient, &schedule, bowl, track).unwrap();
        // x_k - 3 = -3 (1 - rate)^k and y_k + 1 = (1 - 10 rate)^k.
        assert_relative_eq!(end.point[0], 3.0 - 3.0 * 0.95_f64.powi(20), max_relative = 1e-12);
        assert_relative_eq!(end.point[1], 0.5_f64.powi(20) - 1.0, max_relative = 1e-12);
        assert_eq!(end.average, end.point);
    }

    #[test]
    fn adam_agrees_with_its_first_two_steps_by_hand() {
        let two = Schedule { tail: 1, ..Schedule::constant(2, 0.1) };
        let gradient = |step: u64, _: &[f64], out: &mut [f64]| {
            out[0] = if step == 0 { 2.0 } else { -1.0 };
            1.0
        };
        let end = descend(&[0.0], &Optimizer::adam(), &two, gradient, track).unwrap();
        // Step 1: m/(1-b1) = 2, v/(1-b2) = 4, so -0.1. Step 2: m = 0.2*0.9 - 0.1 = 0.08 over 0.19,
        // v = 0.004*0.999 + 0.001 = 0.004996 over 0.001999.
        let second = 0.1 * (0.08 / 0.19) / (0.004996_f64 / 0.001999).sqrt();
        assert_relative_eq!(end.point[0], -0.1 - second, max_relative = 1e-7);
    }

    #[test]
    fn the_tail_is_the_mean_of_the_last_tracked_values() {
        let schedule = Schedule { tail: 3, ..Schedule::constant(5, 1.0) };
        let unit = |_: u64, _: &[f64], out: &mut [f64]| {
            out[0] = -1.0;
            0.0
        };
        let track = |point: &[f64], out: &mut Vec<f64>| out.extend([point[0], point[0] * point[0]]);
        let end = descend(&[0.0], &Optimizer::Gradient, &schedule, unit, track).unwrap();
        // Points 1, ..., 5: the last three are 3, 4, 5.
        assert_eq!(end.average, [4.0, 50.0 / 3.0]);
    }

    #[test]
    fn schedules_warm_up_and_decay_to_their_ends() {
        let cosine = Schedule { steps: 12, rate: 2.0, warm: 2, decay: Decay::Cosine(0.1), tail: 1 };
        let ends = [0, 1, 2, 11].map(|step| cosine.rate_at(step));
        for (rate, expected) in ends.into_iter().zip([1.0, 2.0, 2.0, 0.2]) {
            assert_relative_eq!(rate, expected, max_relative = 1e-12);
        }
        let inverse = Schedule { warm: 0, decay: Decay::Inverse(5.0), ..cosine };
        assert_relative_eq!(inverse.rate_at(5), 1.0);
    }

    #[test]
    fn a_step_that_is_too_long_is_reported_as_divergence() {
        let schedule = Schedule::constant(1000, 0.5);
        let result = descend(&[0.0, 0.0], &Optimizer::Gradient, &schedule, bowl, track);
        let Err(DescentError::Diverged { step, what }) = result else {
            panic!("{result:?}");
        };
        assert!(step < 100 && what.contains("grew"), "{step}: {what}");
        let nothing = descend(
            &[0.0],
            &Optimizer::Gradient,
            &Schedule::constant(10, 0.1),
            |_, _, _| f64::NAN,
            track,
        );
        let message = nothing.unwrap_err().to_string();
        let expected = "training diverged at step 0: the loss is not finite; \
                        use a smaller step size or a larger batch";
        assert_eq!(message, expected);
    }
}
