//! Laws of prompts in other axes.

use super::law::{Labels, LawError, PromptLaw, TaskLaw};
use faer::Mat;

impl PromptLaw {
    /// The law of the same prompts in the principal axes of their covariance, which has these
    /// `variances` along the columns of `axes`: `x -> V'x`, `w -> V'w`, labels as they are.
    ///
    /// # Errors
    /// [`LawError::NotDefinite`] if rounding leaves a covariance singular.
    ///
    /// # Panics
    /// If the covariance is random: it is diagonal then.
    pub(crate) fn along_axes(&self, axes: &Mat<f64>, variances: &[f64]) -> Result<Self, LawError> {
        assert!(!self.has_random_covariance(), "random covariances are diagonal: this is a bug");
        let d = self.dimension();
        let turn = |vector: &[f64]| -> Vec<f64> {
            let entry = |j| axes.col(j).iter().zip(vector).map(|(v, x)| v * x).sum();
            (0..d).map(entry).collect()
        };
        let task = match self.task() {
            TaskLaw::StandardNormal => TaskLaw::StandardNormal,
            TaskLaw::Fixed(task) => TaskLaw::Fixed(turn(task)),
        };
        let labels = match self.labels() {
            Labels::Cubic { direction } => Labels::Cubic { direction: turn(direction) },
            Labels::LinearPlusSquare { coefficient, direction } => {
                Labels::LinearPlusSquare { coefficient: *coefficient, direction: turn(direction) }
            }
            other => other.clone(),
        };
        let covariance = Mat::from_fn(d, d, |i, j| if i == j { variances[i] } else { 0.0 });
        let law = Self::new(&covariance, self.context_length())?;
        let law = law.with_task(task)?.with_labels(labels)?;
        if !self.has_own_query() {
            return Ok(law);
        }
        let turned = axes.transpose() * self.query_covariance() * axes;
        // Rounding leaves it not quite symmetric.
        law.with_query_covariance(&((&turned + turned.transpose()) * 0.5))
    }
}
