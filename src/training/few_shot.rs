//! Few-shot prompts for a trained autoregressive network, with tokens of its own choice.

use super::sequences::Examples;
use crate::data::{Batch, FirstState, haar_orthogonal};
use faer::Mat;
use rand_chacha::ChaCha8Rng;

/// Prompts `x_1, y_1, x_2, y_2, ..., x_n` with `y_i = W x_i` and a fresh Haar matrix `W` in each: the
/// network is to predict `y_i` at `x_i`. Free tokens may stand before them and between the examples.
///
/// A token has `d` entries and one for each free token, in that order those of the prefix and the
/// separator: see [`Transformer::with_free_tokens`](crate::network::Transformer::with_free_tokens).
///
/// # Source
/// von Oswald et al., arXiv 2309.05858v2, section 5.
#[derive(Clone, Debug, PartialEq)]
pub struct FewShot {
    /// `d`.
    pub dimension: usize,
    /// The law of every `x_i`.
    pub inputs: FirstState,
    /// `n`.
    pub examples: usize,
    /// How many free tokens stand before the first example.
    pub prefix: usize,
    /// Whether a free token, one and the same, stands behind every answer.
    pub separator: bool,
}

impl FewShot {
    /// Number of free tokens.
    pub fn free_tokens(&self) -> usize {
        self.prefix + usize::from(self.separator)
    }

    /// The place of `x_i` in a prompt; both count from 1.
    pub fn place(&self, example: usize) -> usize {
        self.prefix + (example - 1) * (2 + usize::from(self.separator)) + 1
    }

    /// Number of tokens of a prompt: it ends with `x_n`.
    pub fn length(&self) -> usize {
        self.place(self.examples)
    }
}

impl Examples for FewShot {
    fn batch(&self, sequences: usize, generator: &mut ChaCha8Rng) -> Batch {
        let (d, length) = (self.dimension, self.length());
        let mut tokens = Mat::zeros(d + self.free_tokens(), sequences * length);
        let mut targets = Mat::zeros(d, sequences * length);
        for sequence in 0..sequences {
            let map = haar_orthogonal(d, generator);
            let inputs = self.inputs.draw(d, self.examples, generator);
            let answers = &map * &inputs;
            let first = sequence * length;
            (0..self.prefix).for_each(|token| tokens[(d + token, first + token)] = 1.0);
            for example in 1..=self.examples {
                let place = first + self.place(example) - 1;
                let (x, y) = (inputs.col(example - 1), answers.col(example - 1));
                tokens.col_mut(place).subrows_mut(0, d).copy_from(x);
                targets.col_mut(place).copy_from(y);
                if example < self.examples {
                    tokens.col_mut(place + 1).subrows_mut(0, d).copy_from(y);
                    if self.separator {
                        tokens[(d + self.prefix, place + 2)] = 1.0;
                    }
                }
            }
        }
        let mut judged = vec![false; length];
        (1..=self.examples).for_each(|example| judged[self.place(example) - 1] = true);
        Batch { length, tokens, targets, judged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generator;
    use crate::network::{Architecture, Attention, Layer, Mechanism, Transformer};
    use crate::training::{SequencePlan, SequenceTraining};
    use faer::linalg::solvers::DenseSolveCore;

    fn task(prefix: usize, separator: bool) -> FewShot {
        let inputs = FirstState::Uniform { half_width: 1.0 };
        FewShot { dimension: 2, inputs, examples: 3, prefix, separator }
    }

    #[test]
    fn a_prompt_alternates_inputs_and_answers_and_marks_its_free_tokens() {
        let batch = task(2, true).batch(2, &mut generator(1, &[], 0));
        assert_eq!((batch.length, batch.count()), (9, 2));
        let marks: Vec<Vec<f64>> = (2..5)
            .map(|row| (0..9).map(|column| batch.tokens[(row, 9 + column)]).collect())
            .collect();
        assert_eq!(marks[0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(marks[1], [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(marks[2], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
        let judged: Vec<usize> = (0..9).filter(|&token| batch.judged[token]).collect();
        assert_eq!(judged, [2, 5, 8], "the inputs");
        for place in [2, 5] {
            let answer = batch.tokens.col(place + 1).subrows(0, 2);
            assert_eq!(answer, batch.targets.col(place), "the answer follows");
        }
        let norms = |column: usize| batch.tokens.col(column).subrows(0, 2).norm_l2();
        assert!((norms(2) - batch.targets.col(2).norm_l2()).abs() < 1e-14, "W is orthogonal");
    }

    #[test]
    fn tuning_moves_the_free_tokens_alone_and_lowers_the_loss() {
        let (task, random) = (task(1, true), &mut generator(3, &[], 0));
        let mechanism = Mechanism::Softmax;
        let attention = Attention { mechanism, heads: 2, key_size: 4, positions: 4 };
        let layers =
            vec![Layer::Map { size: 5 }, Layer::Attention(attention), Layer::Map { size: 2 }];
        let layers = Architecture { inputs: 2, layers, outputs: 2, clip: None };
        let network = Transformer::random(layers, 1.0, random);
        let tokens = FirstState::Gaussian { variance: 1.0 }.draw(2, 2, random);
        let (start, free) = network.with_free_tokens(&tokens);

        let batch = task.batch(500, random);
        let marks = batch.tokens.as_ref().subrows(2, 2);
        let read = batch.tokens.as_ref().subrows(0, 2) + &tokens * marks;
        let expected = network.forward(batch.length, read.as_ref());
        let found = start.forward(batch.length, batch.tokens.as_ref());
        assert_eq!(found.predictions(), expected.predictions(), "the tokens are read as they are");

        let plan = SequencePlan::adam(200, 0.05, 32);
        let training = SequenceTraining::new(&task, plan, &start, random).of_weights(free.clone());
        let tuned = training.finish().unwrap();
        let pairs = start.parameters().iter().zip(tuned.parameters()).enumerate();
        for (index, (before, after)) in pairs {
            assert_eq!(before == after, !free.contains(&index), "weight {index}");
        }
        let (before, after) = (start.mean_loss(&batch), tuned.mean_loss(&batch));
        assert!(after < 0.9 * before, "{before} {after}");
    }

    #[test]
    fn one_map_serves_all_examples_of_a_prompt() {
        let batch = task(0, false).batch(1, &mut generator(2, &[], 0));
        assert_eq!(batch.length, 5);
        let side = |matrix: &Mat<f64>, places: [usize; 2]| {
            Mat::from_fn(2, 2, |i, j| matrix[(i, places[j])])
        };
        let [inputs, answers] = [&batch.tokens, &batch.targets].map(|matrix| side(matrix, [0, 2]));
        let map = answers * inputs.partial_piv_lu().inverse();
        let last = &map * batch.tokens.col(4) - batch.targets.col(4);
        assert!(last.norm_l2() < 1e-12, "{last:?}");
    }
}
