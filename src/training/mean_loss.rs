//! The mean of several losses of the same parameters.

use super::objective::Objective;

/// A weighted mean of losses: the population loss where what the losses differ in is random.
#[derive(Clone, Debug)]
pub struct MeanLoss<L> {
    parts: Vec<(f64, L)>,
}

impl<L: Objective> MeanLoss<L> {
    /// The sum of these losses times their weights.
    ///
    /// # Panics
    /// If there are none, or they have different dimensions.
    pub fn new(parts: Vec<(f64, L)>) -> Self {
        let dimension = parts.first().expect("at least one loss: this is a bug").1.dimension();
        let same = parts.iter().all(|(_, loss)| loss.dimension() == dimension);
        assert!(same, "losses of one dimension: this is a bug");
        Self { parts }
    }
}

impl<L: Objective> Objective for MeanLoss<L> {
    fn dimension(&self) -> usize {
        self.parts[0].1.dimension()
    }

    fn value(&self, point: &[f64]) -> f64 {
        self.parts.iter().map(|(weight, loss)| weight * loss.value(point)).sum()
    }

    fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
        let mut part = vec![0.0; gradient.len()];
        gradient.fill(0.0);
        for (weight, loss) in &self.parts {
            loss.gradient(point, &mut part);
            gradient.iter_mut().zip(&part).for_each(|(sum, entry)| *sum += weight * entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::PopulationLoss;
    use faer::mat;

    #[test]
    fn the_mean_has_the_mean_value_and_gradient() {
        let one = PopulationLoss::new(&mat![[2.0, 0.5], [0.5, 1.0]], 4).unwrap();
        let two = PopulationLoss::new(&mat![[1.0, 0.0], [0.0, 3.0]], 4).unwrap();
        let mean = MeanLoss::new(vec![(0.25, one.clone()), (0.75, two.clone())]);
        let point: Vec<f64> = (0..9).map(|i| 0.1 * f64::from(i) - 0.3).collect();
        let expected = 0.25 * one.value(&point) + 0.75 * two.value(&point);
        assert!((mean.value(&point) - expected).abs() < 1e-14);
        let gradient = |loss: &dyn Objective| {
            let mut gradient = vec![1.0; 9];
            loss.gradient(&point, &mut gradient);
            gradient
        };
        let (first, second) = (gradient(&one), gradient(&two));
        for ((found, a), b) in gradient(&mean).iter().zip(first).zip(second) {
            assert!((found - (0.25 * a + 0.75 * b)).abs() < 1e-14);
        }
    }
}
