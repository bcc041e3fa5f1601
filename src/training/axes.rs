//! Training in the principal axes of the covariance of the inputs.

use super::basis::{spectrum, transform};
use super::descent::Optimizer;
use super::plan::TrainedNetwork;
use crate::data::PromptLaw;
use crate::network::LinearAttention;
use faer::Mat;

/// The axes in which a layer is trained on fresh prompts.
///
/// A step along the gradient commutes with a rotation of inputs, tasks and weights: descent in the
/// principal axes `V` of the covariance, from the rotated start, is the rotated descent. There the
/// entries of the inputs are independent, and a step needs no product of d x d matrices. The
/// prompts are the same ones, rotated, unless the query has a covariance of its own; they are of the
/// same law then.
pub(super) struct Axes {
    /// The law of the prompts in these axes.
    pub(super) law: PromptLaw,
    /// `V`, one axis a column; none where they are the unit vectors.
    vectors: Option<Mat<f64>>,
}

impl Axes {
    /// The principal ones for plain steps; those given for steps that scale each entry, and where
    /// rounding leaves a variance at 0.
    pub(super) fn of(law: &PromptLaw, optimizer: &Optimizer) -> Self {
        if let (Optimizer::Gradient, (variances, Some(vectors))) =
            (optimizer, spectrum(law.covariance()))
            && let Ok(law) = law.along_axes(&vectors, &variances)
        {
            return Self { law, vectors: Some(vectors) };
        }
        Self { law: law.clone(), vectors: None }
    }

    /// The active weights of a layer in these axes.
    pub(super) fn enter(&self, layer: &LinearAttention) -> Vec<f64> {
        let weights = layer.active_weights();
        match &self.vectors {
            None => weights,
            Some(vectors) => transformed(vectors.transpose().to_owned(), &weights),
        }
    }

    /// A layer that was trained in these axes, in those of the prompts that were asked for.
    pub(super) fn leave(&self, trained: TrainedNetwork) -> TrainedNetwork {
        let Some(vectors) = &self.vectors else { return trained };
        let turn = |matrix: &Mat<f64>| vectors * matrix * vectors.transpose();
        let weights = transformed(vectors.clone(), &trained.network.active_weights());
        let network = LinearAttention::from_active_weights(vectors.nrows(), &weights);
        TrainedNetwork {
            network: network.expect("a rotation keeps the number of weights: this is a bug"),
            preconditioner: turn(&trained.preconditioner),
            scaled_block: turn(&trained.scaled_block),
            loss: trained.loss,
        }
    }
}

fn transformed(factor: Mat<f64>, weights: &[f64]) -> Vec<f64> {
    let mut turned = vec![0.0; weights.len()];
    transform(factor.as_ref(), weights, &mut turned, &mut vec![0.0; weights.len()]);
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Labels, TaskLaw, generator};
    use crate::training::{Prompts, Schedule, TrainingPlan};
    use approx::assert_relative_eq;
    use faer::mat;

    const BATCH: usize = 100;

    fn start() -> LinearAttention {
        let block = mat![[0.3, 0.1, 0.0], [-0.2, 0.4, 0.1], [0.0, 0.2, 0.5]];
        LinearAttention::from_blocks(&[0.1, 0.0, -0.1], 0.5, &block, &[0.0, 0.2, 0.1]).unwrap()
    }

    fn laws() -> Vec<PromptLaw> {
        let covariance = mat![[2.0, 0.5, -0.3], [0.5, 1.0, 0.2], [-0.3, 0.2, 0.7]];
        let law = PromptLaw::new(&covariance, 6).unwrap();
        let direction = vec![0.5, -1.0, 0.25];
        vec![
            law.clone().with_labels(Labels::NoisyLinear { variance: 0.25 }).unwrap(),
            law.clone().with_labels(Labels::Cubic { direction: direction.clone() }).unwrap(),
            law.with_task(TaskLaw::Fixed(direction)).unwrap(),
        ]
    }

    /// Oracle: the same descent without a change of axes.
    #[test]
    fn plain_descent_in_the_principal_axes_is_the_rotated_descent() {
        for law in laws() {
            let plan = TrainingPlan {
                optimizer: Optimizer::Gradient,
                schedule: Schedule::constant(60, 1e-3),
                prompts: Prompts::Fresh(BATCH),
                sampler: None,
            };
            let random = || generator(1, &["axes"], 0);
            let turned = plan.train(&law, &start(), &mut random()).unwrap();
            let mut fresh = plan.fresh_prompts(&law, BATCH, &mut random()).unwrap();
            let plain = plan.descend(&start().active_weights(), |step, point, out| {
                fresh.gradient(step, point, out)
            });
            let plain = plain.unwrap();
            assert_relative_eq!(turned.loss, plain.loss, max_relative = 1e-10);
            let pairs = [
                (&turned.preconditioner, &plain.preconditioner),
                (&turned.scaled_block, &plain.scaled_block),
                (turned.network.key_query(), plain.network.key_query()),
            ];
            for (turned, plain) in pairs {
                assert!((turned - plain).norm_l2() < 1e-10 * plain.norm_l2(), "{turned:?}");
            }
            assert!((&plain.preconditioner - start().effective_preconditioner()).norm_l2() > 1e-3);
        }
    }

    #[test]
    fn adam_stays_in_the_axes_of_the_prompts() {
        let law = &laws()[0];
        assert!(Axes::of(law, &Optimizer::adam()).vectors.is_none());
        assert!(Axes::of(law, &Optimizer::Gradient).vectors.is_some());
    }

    /// Second moments of inputs, query and answer, by their formulas.
    #[test]
    fn a_query_with_its_own_covariance_is_rotated_too() {
        let query = mat![[0.5, -0.2, 0.0], [-0.2, 1.5, 0.3], [0.0, 0.3, 1.0]];
        let law = laws().remove(0).with_query_covariance(&query).unwrap();
        let axes = Axes::of(&law, &Optimizer::Gradient);
        let vectors = axes.vectors.unwrap();
        let back = &vectors * axes.law.query_covariance() * vectors.transpose();
        assert!((back - query).norm_l2() < 1e-14);
        let back = &vectors * axes.law.covariance() * vectors.transpose();
        assert!((back - law.covariance()).norm_l2() < 1e-14);
        assert_eq!(axes.law.noise_variance(), 0.25);
        assert_eq!(axes.law.context_length(), law.context_length());
    }
}
