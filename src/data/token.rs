//! Sequences as the tokens of an autoregressive network.

use super::dynamics::Sequence;
use faer::{Mat, MatRef};

/// How a state `s_t` becomes a token `e_t`; `s_0 = 0`.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenForm {
    /// `e_t = s_t`.
    Raw,
    /// `e_t = [Phi_0 s_t, s_t, s_{t-1}]` with a d x d matrix `Phi_0`: the paper's construction.
    ThreeChannels(Mat<f64>),
    /// `e_t = [0, s_t, s_t, s_{t-1}]`: the tokens of the experiments.
    FourChannels,
    /// `e_t = [0, 0, s_t, s_{t-1}]`: those of the experiments with one layer.
    FourChannelsMasked,
}

impl TokenForm {
    /// The size of a token of states of dimension `d`.
    pub fn size(&self, dimension: usize) -> usize {
        dimension * self.channels()
    }

    fn channels(&self) -> usize {
        match self {
            Self::Raw => 1,
            Self::ThreeChannels(_) => 3,
            Self::FourChannels | Self::FourChannelsMasked => 4,
        }
    }

    /// The tokens of the states `s_1, s_2, ...`, one a column.
    pub fn tokens(&self, states: MatRef<'_, f64>) -> Mat<f64> {
        let (dimension, length) = states.shape();
        let predictions = match self {
            Self::ThreeChannels(initial) => Some(initial * states),
            _ => None,
        };
        Mat::from_fn(self.size(dimension), length, |row, t| {
            let (channel, i) = (row / dimension, row % dimension);
            match (channel + 4 - self.channels(), self) {
                (0, _) => 0.0,
                (1, Self::FourChannelsMasked) => 0.0,
                (1, Self::ThreeChannels(_)) => predictions.as_ref().expect("of this form")[(i, t)],
                (3, Self::Raw) | (1 | 2, _) => states[(i, t)],
                _ if t == 0 => 0.0,
                _ => states[(i, t - 1)],
            }
        })
    }
}

/// Sequences side by side: tokens to read, and the states that follow them.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Number of tokens of a sequence.
    pub length: usize,
    /// The tokens `e_1, ..., e_N` of every sequence (token size x sequences N).
    pub tokens: Mat<f64>,
    /// The states `s_2, ..., s_{N+1}` that they are followed by (d x sequences N).
    pub targets: Mat<f64>,
    /// Which of the tokens of a sequence are to predict their targets: those of the others are not
    /// looked at.
    pub judged: Vec<bool>,
}

impl Batch {
    /// Sequences of the same length `N + 1`, at least 2.
    pub fn new<'a>(sequences: impl IntoIterator<Item = &'a Sequence>, form: &TokenForm) -> Self {
        let sequences: Vec<&Sequence> = sequences.into_iter().collect();
        let (dimension, states) = sequences.first().map_or((0, 2), |first| first.states.shape());
        let length = states - 1;
        let mut tokens = Mat::zeros(form.size(dimension), sequences.len() * length);
        let mut targets = Mat::zeros(dimension, sequences.len() * length);
        for (index, sequence) in sequences.iter().enumerate() {
            let states = sequence.states.as_ref();
            let read = form.tokens(states.subcols(0, length));
            tokens.as_mut().subcols_mut(index * length, length).copy_from(&read);
            targets
                .as_mut()
                .subcols_mut(index * length, length)
                .copy_from(states.subcols(1, length));
        }
        Self { length, tokens, targets, judged: vec![true; length] }
    }

    /// How far predictions are from the targets (d x sequences N), 0 where they are not judged.
    pub fn errors(&self, predictions: MatRef<'_, f64>) -> Mat<f64> {
        let mut errors = predictions - &self.targets;
        for (t, _) in self.judged.iter().enumerate().filter(|(_, judged)| !**judged) {
            for sequence in 0..self.count() {
                errors.col_mut(sequence * self.length + t).fill(0.0);
            }
        }
        errors
    }

    /// Number of predictions that are judged, over all sequences.
    pub fn judged_count(&self) -> usize {
        self.count() * self.judged.iter().filter(|judged| **judged).count()
    }

    /// The columns of token `t` (from 1) of every sequence in a matrix over all tokens, side by side.
    pub fn at_token(&self, matrix: MatRef<'_, f64>, t: usize) -> Mat<f64> {
        Mat::from_fn(matrix.nrows(), self.count(), |i, sequence| {
            matrix[(i, sequence * self.length + t - 1)]
        })
    }

    /// Number of sequences.
    pub fn count(&self) -> usize {
        self.tokens.ncols() / self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::mat;

    #[test]
    fn tokens_hold_the_channels_of_the_paper() {
        let states = mat![[1.0, 2.0, 3.0]];
        let tokens = |form: TokenForm| form.tokens(states.as_ref());
        assert_eq!(tokens(TokenForm::Raw), states);
        let three = TokenForm::ThreeChannels(mat![[0.5]]);
        assert_eq!(tokens(three), mat![[0.5, 1.0, 1.5], [1.0, 2.0, 3.0], [0.0, 1.0, 2.0]]);
        let four = mat![[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [0.0, 1.0, 2.0]];
        assert_eq!(tokens(TokenForm::FourChannels), four);
        let masked = mat![[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [0.0, 1.0, 2.0]];
        assert_eq!(tokens(TokenForm::FourChannelsMasked), masked);
    }

    #[test]
    fn a_batch_pairs_tokens_with_the_next_state() {
        let sequence =
            |x: f64| Sequence { states: mat![[x, x + 1.0, x + 2.0]], transition: mat![[1.0]] };
        let batch = Batch::new(&[sequence(1.0), sequence(5.0)], &TokenForm::Raw);
        assert_eq!((batch.length, batch.count()), (2, 2));
        assert_eq!(batch.tokens, mat![[1.0, 2.0, 5.0, 6.0]]);
        assert_eq!(batch.targets, mat![[2.0, 3.0, 6.0, 7.0]]);
        let zero = Mat::<f64>::zeros(1, 4);
        assert_eq!(batch.errors(zero.as_ref()), mat![[-2.0, -3.0, -6.0, -7.0]]);
        let last = Batch { judged: vec![false, true], ..batch };
        assert_eq!(last.errors(zero.as_ref()), mat![[0.0, -3.0, 0.0, -7.0]]);
        assert_eq!(last.judged_count(), 2);
    }
}
