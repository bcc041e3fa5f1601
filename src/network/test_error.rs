//! The squared error of a layer on fresh prompts, with as much integrated out as is exact.

use super::linear_attention::{LinearAttention, NetworkError};
use crate::data::{Prompt, PromptLaw, gaussian_nodes};
use faer::Mat;
use rand_chacha::ChaCha8Rng;

impl LinearAttention {
    /// One draw of `E[(yhat - y_q)^2 | examples, task]` on prompts of `law` (given their covariance,
    /// too, where it is random), the mean being over the query and the noise of its label, exactly: the prediction is linear in the query, the
    /// label a polynomial of degree at most three, and Gauss-Hermite nodes along the few
    /// directions that matter integrate their squared difference without error. Its mean is the
    /// test risk (no factor 1/2); it scatters far less than `(yhat - y_q)^2`.
    ///
    /// # Errors
    /// [`NetworkError::NotCovered`] if the prediction is not linear in the query: the last row of
    /// `W^PV` must be zero but for its last entry.
    ///
    /// # Panics
    /// If layer and law have different dimensions.
    pub fn error_given_context(
        &self,
        law: &PromptLaw,
        generator: &mut ChaCha8Rng,
    ) -> Result<f64, NetworkError> {
        let law = &law.given_covariance(generator);
        let sample = law.sample(generator);
        let reading = self.read(&sample.prompt);
        let Some(slope) = reading.slope() else {
            return Err(NetworkError::NotCovered {
                what: "the mean over the query is exact for predictions linear in it (u_12 = 0)",
                value: format!("u_12 = {:?}", self.input_value().col(0)),
            });
        };
        let mut directions = law.label_directions(&sample.task);
        directions.push(slope);
        let nodes = gaussian_nodes(law.query_factor().as_ref(), &directions);
        let error =
            |query: &[f64]| (reading.predict(query) - law.label_mean(&sample.task, query)).powi(2);
        let mean: f64 = nodes.iter().map(|node| node.weight * error(&node.point)).sum();
        Ok(mean + law.noise_variance())
    }

    /// The matrix `F` (d x d) with `yhat = x_q'F w` on prompts with these examples (d x N) and labels
    /// `y_i = w'x_i`, for all tasks and queries: the predictions of the layer for the unit tasks.
    /// With it, means over task and query are exact.
    ///
    /// # Errors
    /// [`NetworkError::NotCovered`] unless `u_12 = u_21 = 0`: otherwise the prediction is not linear
    /// in task and query.
    ///
    /// # Panics
    /// If layer and examples have different dimensions.
    pub fn prediction_map(&self, examples: &Mat<f64>) -> Result<Mat<f64>, NetworkError> {
        let d = self.dimension();
        let vectors = [self.input_value(), self.label_key()];
        if vectors.iter().any(|vector| vector.norm_max() != 0.0) {
            return Err(NetworkError::NotCovered {
                what: "predictions are linear in task and query where u_12 = u_21 = 0",
                value: format!("{vectors:?}"),
            });
        }
        let mut map = Mat::zeros(d, d);
        for task in 0..d {
            let labels = examples.row(task).iter().copied().collect();
            let prompt = Prompt { examples: examples.clone(), labels, query: vec![0.0; d] };
            let reading = self.read(&prompt);
            let slope = reading.slope().expect("u_12 = 0: this is a bug");
            slope.iter().enumerate().for_each(|(i, entry)| map[(i, task)] = *entry);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Labels, TaskLaw, generator};
    use faer::mat;

    fn laws() -> Vec<PromptLaw> {
        let covariance = mat![[2.0, 0.5], [0.5, 1.0]];
        let query = mat![[1.0, -0.25], [-0.25, 0.5]];
        let law = PromptLaw::new(&covariance, 5).unwrap().with_query_covariance(&query).unwrap();
        let law = law.with_task(TaskLaw::Fixed(vec![1.0, -0.5])).unwrap();
        let direction = vec![0.5, 0.25];
        vec![
            law.clone().with_task(TaskLaw::StandardNormal).unwrap(),
            law.clone().with_labels(Labels::NoisyLinear { variance: 0.5 }).unwrap(),
            law.clone().with_labels(Labels::Cubic { direction: direction.clone() }).unwrap(),
            law.with_labels(Labels::LinearPlusSquare { coefficient: 0.7, direction }).unwrap(),
        ]
    }

    #[test]
    fn both_errors_have_the_mean_of_the_raw_squared_error() {
        let block = mat![[0.4, -0.1], [0.05, 0.5]];
        let zero = [0.0; 2];
        let network = LinearAttention::from_blocks(&zero, 1.25, &block, &zero).unwrap();
        for (number, law) in laws().iter().enumerate() {
            let stream = |name| generator(1, &["test error", name], number as u64);
            const COUNT: usize = 40_000;
            let mut random = stream("raw");
            let raw: Vec<f64> = (0..COUNT)
                .map(|_| {
                    let sample = law.sample(&mut random);
                    (network.predict(&sample.prompt) - sample.answer).powi(2)
                })
                .collect();
            let mut random = stream("given the context");
            let given: Vec<f64> = (0..COUNT)
                .map(|_| network.error_given_context(law, &mut random).unwrap())
                .collect();
            let mean = |all: &[f64]| all.iter().sum::<f64>() / COUNT as f64;
            let error = |all: &[f64]| {
                let mean = mean(all);
                (all.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt() / COUNT as f64
            };
            let tolerance = 5.0 * (error(&raw).powi(2) + error(&given).powi(2)).sqrt();
            assert!((mean(&raw) - mean(&given)).abs() < tolerance, "law {number}");
            assert!(error(&given) < error(&raw), "law {number}");
            let estimates =
                LinearAttention::mean_errors(&[&network], law, COUNT, 2, &mut stream("mean"));
            assert!((estimates[0] - mean(&raw)).abs() < 2.0 * tolerance, "law {number}");
        }
    }

    /// Oracle: predictions of the layers, prompt by prompt. One of them is not linear in the query.
    #[test]
    fn errors_of_several_layers_on_common_prompts_are_those_of_each() {
        const COUNT: usize = 30_004;
        let block = mat![[0.4, -0.1], [0.05, 0.5]];
        let blocks = [([0.0, 0.0], [0.0, 0.0]), ([0.4, -0.3], [0.2, 0.5])];
        let layers = blocks.map(|(p, q)| LinearAttention::from_blocks(&p, 1.25, &block, &q));
        let layers = layers.map(Result::unwrap);
        for (number, law) in laws().iter().enumerate() {
            let random = &mut generator(3, &["several layers"], number as u64);
            let both = [&layers[0], &layers[1]];
            let found = LinearAttention::mean_errors(&both, law, COUNT, 2, random);
            for (layer, found) in layers.iter().zip(found) {
                let errors: Vec<f64> = (0..COUNT)
                    .map(|_| {
                        let sample = law.sample(random);
                        (layer.predict(&sample.prompt) - sample.answer).powi(2)
                    })
                    .collect();
                let mean = errors.iter().sum::<f64>() / COUNT as f64;
                let square = errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>();
                let tolerance = 5.0 * (2.0 * square).sqrt() / COUNT as f64;
                assert!((found - mean).abs() < tolerance, "law {number}: {found}, {mean}");
            }
        }
    }

    #[test]
    fn the_map_from_task_and_query_is_that_of_the_predictions() {
        let block = mat![[0.4, -0.1], [0.05, 0.5]];
        let network = LinearAttention::from_blocks(&[0.0; 2], 1.25, &block, &[0.0; 2]).unwrap();
        let law = PromptLaw::new(&mat![[2.0, 0.5], [0.5, 1.0]], 5).unwrap();
        let sample = law.sample(&mut generator(2, &["map"], 0));
        let map = network.prediction_map(&sample.prompt.examples).unwrap();
        let (x, w) = (&sample.prompt.query, &sample.task);
        let entries = (0..2).flat_map(|i| (0..2).map(move |j| (i, j)));
        let expected: f64 = entries.map(|(i, j)| x[i] * map[(i, j)] * w[j]).sum();
        let found = network.predict(&sample.prompt);
        assert!((found - expected).abs() < 1e-13, "{found}, {expected}");
        let other = LinearAttention::from_blocks(&[0.0; 2], 1.0, &block, &[0.0, 1.0]).unwrap();
        assert!(other.prediction_map(&sample.prompt.examples).is_err());
    }

    #[test]
    fn a_prediction_that_is_not_linear_in_the_query_has_no_exact_mean() {
        let network = LinearAttention::new(Mat::full(3, 3, 0.5), Mat::full(3, 3, 0.25)).unwrap();
        let message =
            network.error_given_context(&laws()[0], &mut generator(1, &["x"], 0)).unwrap_err();
        assert!(message.to_string().contains("linear"), "{message}");
    }
}
