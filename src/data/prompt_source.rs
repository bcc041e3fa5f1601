//! Prompts of a law, one after another, in buffers that are used again.

use super::law::{Labels, PromptLaw, TaskLaw, colour};
use super::machine::{LANES, Lane};
use super::normal::Normals;
use super::prompt::{AnsweredPrompt, Prompt};
use faer::Mat;
use rand_chacha::ChaCha8Rng;

/// Normals for many prompts, and the prompt that was drawn last.
#[derive(Clone, Debug)]
pub struct PromptSource {
    normals: Normals,
    lanes: Vec<Lane>,
    sample: AnsweredPrompt,
}

impl PromptSource {
    /// A source whose normals start from numbers of `generator`.
    pub fn new(generator: &mut ChaCha8Rng) -> Self {
        let prompt = Prompt { examples: Mat::new(), labels: Vec::new(), query: Vec::new() };
        let sample = AnsweredPrompt { prompt, answer: 0.0, task: Vec::new() };
        Self { normals: Normals::new(generator), lanes: Vec::new(), sample }
    }

    /// Draws a prompt of `law`. The order of the draws is: covariance (if random, from
    /// `generator`), task (unless fixed), query, then for every example its input; last the noise
    /// of the labels and of the answer (if labels are noisy).
    pub fn draw(&mut self, law: &PromptLaw, generator: &mut ChaCha8Rng) -> &AnsweredPrompt {
        self.write(&law.given_covariance(generator));
        &self.sample
    }

    fn write(&mut self, law: &PromptLaw) {
        let (dimension, length) = (law.dimension(), law.context_length());
        let drawn_task = usize::from(matches!(law.task(), TaskLaw::StandardNormal));
        let noisy = usize::from(matches!(law.labels(), Labels::NoisyLinear { .. }));
        let count = (drawn_task + 1 + length) * dimension + noisy * (length + 1);
        self.lanes.resize(count.div_ceil(LANES), Lane::default());
        self.normals.fill(&mut self.lanes);
        let mut normals = self.lanes.iter().flat_map(|lane| lane.0);
        let AnsweredPrompt { prompt: Prompt { examples, labels, query }, answer, task } =
            &mut self.sample;
        task.clear();
        match law.task() {
            TaskLaw::Fixed(vector) => task.extend(vector),
            TaskLaw::StandardNormal => task.extend(normals.by_ref().take(dimension)),
        }
        query.clear();
        query.extend(normals.by_ref().take(dimension));
        colour(law.query_factor(), query);
        *answer = law.label_mean(task, query);
        if examples.shape() != (dimension, length) {
            *examples = Mat::zeros(dimension, length);
        }
        labels.clear();
        for column in examples.col_iter_mut() {
            let input = column.try_as_col_major_mut().expect("columns are contiguous: a bug");
            let input = input.as_slice_mut();
            input.iter_mut().zip(&mut normals).for_each(|(entry, normal)| *entry = normal);
            colour(law.factor(), input);
            labels.push(law.label_mean(task, input));
        }
        if let Labels::NoisyLinear { variance } = law.labels() {
            for (label, noise) in labels.iter_mut().chain([answer]).zip(normals) {
                *label += variance.sqrt() * noise;
            }
        }
    }
}

impl PromptLaw {
    /// A prompt by itself; many in a row are cheaper from one [`PromptSource`].
    pub fn sample(&self, generator: &mut ChaCha8Rng) -> AnsweredPrompt {
        let mut source = PromptSource::new(generator);
        source.draw(self, generator);
        source.sample
    }
}
