//! The same prompts in larger steps, or in smaller parts: what a limit is extrapolated from.

use super::axes::Axes;
use super::descent::DescentError;
use super::empirical_loss::EmpiricalLoss;
use super::plan::{Prompts, TrainedNetwork, TrainingPlan};
use crate::data::PromptLaw;
use crate::network::LinearAttention;
use rand_chacha::ChaCha8Rng;

impl TrainingPlan {
    /// Layers trained from `start` at levels at each of which h is halved: level k has
    /// `2^(LEVELS - 1 - k)` of them, the first level follows this plan.
    ///
    /// On fresh prompts h is the step size; the number of steps doubles, and the layers of a level
    /// take turns at the batches, so that all levels see the same prompts. On fixed prompts h is
    /// the inverse of their number; each layer of a level has its own part of the prompts of the
    /// last. The noise of the levels is nearly the same then, and their differences are what h does.
    ///
    /// # Errors
    /// Those of [`TrainingPlan::train`].
    ///
    /// # Panics
    /// If `start` and `law` have different dimensions.
    pub fn train_levels<const LEVELS: usize>(
        &self,
        law: &PromptLaw,
        start: &LinearAttention,
        generator: &mut ChaCha8Rng,
    ) -> Result<[Vec<TrainedNetwork>; LEVELS], DescentError> {
        let mut levels = [const { Vec::new() }; LEVELS];
        match self.prompts {
            Prompts::Fresh(batch) => {
                let axes = Axes::of(law, &self.optimizer);
                let start = axes.enter(start);
                let mut fresh = self.fresh_prompts(&axes.law, batch, generator)?;
                for (level, trained) in levels.iter_mut().enumerate() {
                    let (plan, layers) = (self.halved(1 << level), 1 << (LEVELS - 1 - level));
                    for number in 0..layers {
                        let gradient = |step: u64, point: &_, out: &mut _| {
                            fresh.gradient(step * layers + number, point, out)
                        };
                        trained.push(axes.leave(plan.descend(&start, gradient)?));
                    }
                }
            }
            Prompts::Fixed(count) => {
                let start = start.active_weights();
                let parts = 0..1 << (LEVELS - 1);
                let mut parts: Vec<EmpiricalLoss> =
                    parts.map(|_| EmpiricalLoss::draw(law, count, generator)).collect();
                for trained in &mut levels {
                    for part in &parts {
                        trained.push(self.descend_on(part, &start)?);
                    }
                    parts = parts.chunks(2).map(EmpiricalLoss::joined).collect();
                }
            }
        }
        Ok(levels)
    }

    /// The same time in `parts` times as many steps.
    pub(super) fn halved(&self, parts: u64) -> Self {
        let mut plan = *self;
        plan.schedule.rate /= parts as f64;
        for steps in [&mut plan.schedule.steps, &mut plan.schedule.warm, &mut plan.schedule.tail] {
            *steps *= parts;
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generator;
    use crate::training::{Optimizer, Schedule};
    use faer::{Mat, mat};

    const BATCH: usize = 256;

    fn setting(prompts: Prompts) -> (PromptLaw, LinearAttention, TrainingPlan) {
        let law = PromptLaw::new(&mat![[2.0, 0.5], [0.5, 1.0]], 6).unwrap();
        let start = LinearAttention::paper_start(0.5, &mat![[0.6], [0.8]]).unwrap();
        let (optimizer, schedule) = (Optimizer::Gradient, Schedule::constant(2_000, 0.0025));
        (law, start, TrainingPlan { optimizer, schedule, prompts, sampler: None })
    }

    fn product(layers: &[TrainedNetwork]) -> Mat<f64> {
        let sum =
            layers.iter().fold(Mat::zeros(2, 2), |sum: Mat<f64>, one| sum + &one.preconditioner);
        sum * (1.0 / layers.len() as f64)
    }

    #[test]
    fn one_level_is_the_plan_itself() {
        for prompts in [Prompts::Fresh(BATCH), Prompts::Fixed(500)] {
            let (law, start, plan) = setting(prompts);
            let random = || generator(1, &["levels"], 0);
            let [level] = plan.train_levels(&law, &start, &mut random()).unwrap();
            assert_eq!(level, [plan.train(&law, &start, &mut random()).unwrap()]);
        }
    }

    #[test]
    fn all_fixed_prompts_are_those_of_the_parts() {
        let (law, start, plan) = setting(Prompts::Fixed(500));
        let [parts, whole] =
            plan.train_levels(&law, &start, &mut generator(2, &["levels"], 0)).unwrap();
        assert_eq!((parts.len(), whole.len()), (2, 1));
        let mut random = generator(2, &["levels"], 0);
        let losses = [(); 2].map(|()| EmpiricalLoss::draw(&law, 500, &mut random));
        let joined = EmpiricalLoss::joined(&losses);
        assert_eq!(joined.count(), 1_000);
        assert_eq!(whole, [plan.descend_on(&joined, &start.active_weights()).unwrap()]);
        assert_ne!(parts[0], parts[1]);
    }

    #[test]
    fn levels_scatter_together_but_for_what_the_step_size_does() {
        let (law, start, plan) = setting(Prompts::Fresh(BATCH));
        let (mut own, mut apart) = (0.0, 0.0);
        let mut last: Option<Mat<f64>> = None;
        for number in 0..16 {
            let mut random = generator(3, &["levels"], number);
            let [coarse, fine] = plan.train_levels(&law, &start, &mut random).unwrap();
            assert_eq!((coarse.len(), fine.len()), (2, 1));
            let fine = product(&fine);
            apart += (&fine - product(&coarse)).squared_norm_l2();
            own += last.replace(fine.clone()).map_or(0.0, |other| (fine - other).squared_norm_l2());
        }
        assert!(apart < own / 4.0, "apart {apart}, runs among themselves {own}");
    }
}
