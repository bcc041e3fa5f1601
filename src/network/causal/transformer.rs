//! Autoregressive transformers: layers one after the other.

use super::attention::{Attention, Trace};
use super::perceptron::Perceptron;
use crate::data::Batch;
use crate::network::NetworkError;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use std::ops::Range;

/// One layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// `e <- M e` for every token: an embedding, a read-out.
    Map {
        /// The size of the tokens afterwards.
        size: usize,
    },
    /// Attention to the tokens up to this one.
    Attention(Attention),
    /// A perceptron with one hidden layer for every token.
    Perceptron(Perceptron),
}

/// The layers of a network, without their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// The size of the tokens that are read.
    pub inputs: usize,
    /// The layers, first to last.
    pub layers: Vec<Layer>,
    /// The first so many entries of the last tokens are the predictions.
    pub outputs: usize,
    /// After each layer the entries of the tokens are clipped to [-clip, clip].
    pub clip: Option<f64>,
}

impl Architecture {
    /// Layers of attention, all alike.
    pub fn attention(inputs: usize, layers: usize, attention: Attention, outputs: usize) -> Self {
        let layers = vec![Layer::Attention(attention); layers];
        Self { inputs, layers, outputs, clip: None }
    }

    /// The size of the tokens before layer 0, 1, ..., and after the last one.
    pub fn token_sizes(&self) -> Vec<usize> {
        let mut sizes = vec![self.inputs];
        for layer in &self.layers {
            sizes.push(match *layer {
                Layer::Map { size } => size,
                _ => sizes[sizes.len() - 1],
            });
        }
        sizes
    }

    /// Number of weights of each layer.
    pub fn parameter_counts(&self) -> Vec<usize> {
        let sizes = self.token_sizes();
        let layers = self.layers.iter().zip(&sizes);
        layers
            .map(|(layer, &tokens)| match layer {
                Layer::Map { size } => size * tokens,
                Layer::Attention(attention) => attention.parameter_count(tokens),
                Layer::Perceptron(perceptron) => perceptron.parameter_count(tokens),
            })
            .collect()
    }
}

/// A network: its layers and their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Transformer {
    architecture: Architecture,
    parameters: Vec<f64>,
}

/// What a pass through the network leaves: the tokens before layer 0, 1, ... and after the last.
#[derive(Clone, Debug)]
pub struct Pass {
    stream: Vec<Mat<f64>>,
    traces: Vec<LayerTrace>,
    outputs: usize,
}

#[derive(Clone, Debug)]
enum LayerTrace {
    Map,
    Attention(Box<Trace>),
    Perceptron(Mat<f64>),
}

impl Pass {
    /// The tokens before layer `index` (token x sequences length), or after the last one.
    pub fn tokens(&self, index: usize) -> MatRef<'_, f64> {
        self.stream[index].as_ref()
    }

    /// The predictions `s_{t+1}`, one a column (d x sequences length).
    pub fn predictions(&self) -> MatRef<'_, f64> {
        let last = self.stream.last().expect("the tokens that were read");
        last.as_ref().subrows(0, self.outputs)
    }
}

impl Transformer {
    /// The network with these weights: layer by layer; of attention `W_q`, `W_k`, `W_v`, `P`, by
    /// columns, heads one below the other, and the logarithms of `lambda` of a mesa-layer.
    ///
    /// # Errors
    /// [`NetworkError::Count`] if their number is another.
    pub fn new(architecture: Architecture, parameters: Vec<f64>) -> Result<Self, NetworkError> {
        let expected = architecture.parameter_counts().iter().sum();
        let count = parameters.len();
        if count != expected {
            return Err(NetworkError::Parameters { count, expected });
        }
        Ok(Self { architecture, parameters })
    }

    /// The layers.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The weights, in the order of [`new`](Self::new).
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// The same layers with other weights.
    ///
    /// # Errors
    /// [`NetworkError::Parameters`] if their number is another.
    pub fn with_parameters(&self, parameters: Vec<f64>) -> Result<Self, NetworkError> {
        Self::new(self.architecture.clone(), parameters)
    }

    /// The same network behind a map `(s, c) -> s + E c`, with `tokens` for `E`: where `s` is zero
    /// and `c` is a unit vector, the token is a column of `E`. Also returns where the entries of `E`
    /// are among the weights.
    pub fn with_free_tokens(&self, tokens: &Mat<f64>) -> (Self, Range<usize>) {
        let (size, count) = (self.architecture.inputs, tokens.ncols());
        let mut layers = vec![Layer::Map { size }];
        layers.extend(&self.architecture.layers);
        let architecture = Architecture { inputs: size + count, layers, ..self.architecture };
        let free = size * size..size * (size + count);
        let mut parameters = vec![0.0; free.start];
        (0..size).for_each(|i| parameters[i * (size + 1)] = 1.0);
        parameters.extend(tokens.col_iter().flat_map(|column| column.iter().copied()));
        parameters.extend(&self.parameters);
        (Self { architecture, parameters }, free)
    }

    /// Reads the tokens of sequences of this length, side by side.
    pub fn forward(&self, length: usize, tokens: MatRef<'_, f64>) -> Pass {
        let outputs = self.architecture.outputs;
        let mut pass = Pass { stream: vec![tokens.to_owned()], traces: Vec::new(), outputs };
        let mut start = 0;
        for (layer, count) in
            self.architecture.layers.iter().zip(self.architecture.parameter_counts())
        {
            let parameters = &self.parameters[start..][..count];
            start += count;
            let tokens = pass.stream[pass.stream.len() - 1].as_ref();
            let (mut after, trace) = match layer {
                Layer::Map { size } => {
                    let map = MatRef::from_column_major_slice(parameters, *size, tokens.nrows());
                    (map * tokens, LayerTrace::Map)
                }
                Layer::Attention(attention) => {
                    let (after, trace) = attention.forward(parameters, length, tokens);
                    (after, LayerTrace::Attention(Box::new(trace)))
                }
                Layer::Perceptron(perceptron) => {
                    let (after, hidden) = perceptron.forward(parameters, tokens);
                    (after, LayerTrace::Perceptron(hidden))
                }
            };
            if let Some(clip) = self.architecture.clip {
                each(&mut after, |_, _, entry| entry.clamp(-clip, clip));
            }
            pass.stream.push(after);
            pass.traces.push(trace);
        }
        pass
    }

    /// Adds to `slopes` the gradient of the [`squared_error`](Self::squared_error) of a batch and
    /// returns its value.
    ///
    /// # Errors
    /// [`NetworkError::LostPrecision`] of a mesa-layer.
    pub fn add_gradient(&self, batch: &Batch, slopes: &mut [f64]) -> Result<f64, NetworkError> {
        let Pass { mut stream, traces, outputs } =
            self.forward(batch.length, batch.tokens.as_ref());
        let last = stream.pop().expect("the tokens that were read");
        let error = batch.errors(last.as_ref().subrows(0, outputs));
        let value = error.squared_norm_l2() / 2.0;
        let mut cotangent = Mat::<f64>::zeros(last.nrows(), last.ncols());
        cotangent.as_mut().subrows_mut(0, outputs).copy_from(&error);
        let mut after = last;
        let mut end = self.parameters.len();
        let counts = self.architecture.parameter_counts();
        let layers = self.architecture.layers.iter().zip(counts).zip(traces).rev();
        for ((layer, count), trace) in layers {
            end -= count;
            let parameters = &self.parameters[end..][..count];
            let slopes = &mut slopes[end..][..count];
            let before = stream.pop().expect("one for each layer");
            if let Some(clip) = self.architecture.clip {
                each(
                    &mut cotangent,
                    |row, column, slope| {
                        if after[(row, column)].abs() < clip { slope } else { 0.0 }
                    },
                );
            }
            cotangent = match (layer, trace) {
                (Layer::Attention(attention), LayerTrace::Attention(trace)) => attention.backward(
                    parameters,
                    batch.length,
                    before.as_ref(),
                    *trace,
                    cotangent,
                    slopes,
                )?,
                (Layer::Perceptron(perceptron), LayerTrace::Perceptron(hidden)) => {
                    perceptron.backward(parameters, before.as_ref(), hidden, cotangent, slopes)
                }
                _ => map_backward(parameters, before.as_ref(), &cotangent, slopes),
            };
            after = before;
        }
        Ok(value)
    }

    /// `1/(2BN) sum |s_{t+1} - f_t|^2`, the mean loss of a batch over the BN predictions that are
    /// judged.
    pub fn mean_loss(&self, batch: &Batch) -> f64 {
        self.squared_error(batch) / batch.judged_count() as f64
    }

    /// `1/2 sum |s_{t+1} - f_t|^2` over the judged predictions of a batch: a sum, not a mean.
    pub fn squared_error(&self, batch: &Batch) -> f64 {
        let pass = self.forward(batch.length, batch.tokens.as_ref());
        batch.errors(pass.predictions()).squared_norm_l2() / 2.0
    }
}

fn map_backward(
    parameters: &[f64],
    tokens: MatRef<'_, f64>,
    cotangent: &Mat<f64>,
    slopes: &mut [f64],
) -> Mat<f64> {
    let (rows, columns) = (cotangent.nrows(), tokens.nrows());
    let slope = faer::MatMut::from_column_major_slice_mut(slopes, rows, columns);
    matmul(slope, Accum::Add, cotangent, tokens.transpose(), 1.0, Par::Seq);
    MatRef::from_column_major_slice(parameters, rows, columns).transpose() * cotangent
}

/// Replaces every entry.
pub(super) fn each(matrix: &mut Mat<f64>, mut value: impl FnMut(usize, usize, f64) -> f64) {
    for column in 0..matrix.ncols() {
        for (row, entry) in matrix.col_as_slice_mut(column).iter_mut().enumerate() {
            *entry = value(row, column, *entry);
        }
    }
}
