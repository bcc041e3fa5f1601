//! Weights with which a transformer runs a known algorithm, and random ones.

use super::attention::{Attention, Mechanism};
use super::transformer::{Architecture, Layer, Transformer};
use crate::data::fill_with_normals;
use faer::{Mat, MatRef};
use rand_chacha::ChaCha8Rng;

/// The two products of weights through which a head of linear attention acts on its tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadProducts {
    /// `P W_v` (token x token).
    pub value: Mat<f64>,
    /// `W_k' W_q` (token x token, where no positions are appended).
    pub key_query: Mat<f64>,
}

impl Transformer {
    /// One head that makes one gradient step on tokens of three channels.
    ///
    /// # Formula
    /// `P W_v = [[0, eta I, -eta Phi_0], [0, 0, 0], [0, 0, 0]]`, `W_k' W_q = [[0, 0, 0], [0, 0, 0],
    /// [0, I, 0]]`: the first channel becomes `(Phi_0 - eta sum_{t' < t} (Phi_0 s_t' - s_{t'+1})
    /// s_t'') s_t`.
    ///
    /// # Source
    /// arXiv 2309.05858v2, Proposition 1.
    pub fn gradient_step(initial: &Mat<f64>, rate: f64) -> Self {
        let d = initial.nrows();
        let products = HeadProducts {
            value: blocks(d, 3, &[((0, 1), scaled(d, rate)), ((0, 2), initial * -rate)]),
            key_query: blocks(d, 3, &[((2, 1), scaled(d, 1.0))]),
        };
        Self::of_heads(d, 3, &[vec![products]])
    }

    /// The same with `Phi_0 = 0`, on tokens of four channels.
    pub fn gradient_step_from_zero(dimension: usize, rate: f64) -> Self {
        Self::of_heads(dimension, 4, &[vec![step_from_zero(dimension, 2, rate)]])
    }

    /// Tokens of four channels pass `steps` layers that turn the second channel into
    /// `x_K = omega sum_{k <= K} (I - omega A)^k s_t`, `A = S S' + I/lambda` with the states before
    /// `s_t` in `S`, and then one gradient step of size 1 that reads it: the prediction is that of
    /// `K + 1` gradient steps of size omega from 0 on the regression with ridge `1/lambda`.
    ///
    /// Each of the layers is one head of linear attention, which adds `-omega S S' x_k` to the first
    /// channel, and a map of the tokens, which collects `x_{k+1}` and clears it.
    ///
    /// # Source
    /// arXiv 2309.05858v2, Proposition 2, with the term `s_t` that the printed recursion lacks.
    pub fn preconditioned_step(
        dimension: usize,
        steps: usize,
        rate: f64,
        inverse_ridge: f64,
    ) -> Self {
        let d = dimension;
        let unit = |entry| scaled(d, entry);
        let attention = Layer::Attention(whole_heads(4 * d, 1));
        let map = Layer::Map { size: 4 * d };
        let mut layers = vec![map];
        let start = [((1, 1), unit(rate)), ((2, 2), unit(1.0)), ((3, 3), unit(1.0))];
        let mut parameters = column_major(blocks(d, 4, &start).as_ref());
        let collect = [
            ((1, 0), unit(1.0)),
            ((1, 1), unit(1.0 - rate / inverse_ridge)),
            ((1, 2), unit(rate)),
            ((2, 2), unit(1.0)),
            ((3, 3), unit(1.0)),
        ];
        let product = HeadProducts {
            value: blocks(d, 4, &[((0, 3), unit(-rate))]),
            key_query: blocks(d, 4, &[((3, 1), unit(1.0))]),
        };
        for _ in 0..steps {
            layers.extend([attention, map]);
            parameters.extend(attention_parameters(std::slice::from_ref(&product)));
            parameters.extend(column_major(blocks(d, 4, &collect).as_ref()));
        }
        layers.push(attention);
        parameters.extend(attention_parameters(&[step_from_zero(d, 1, 1.0)]));
        let architecture = Architecture { inputs: 4 * d, layers, outputs: d, clip: None };
        Self::new(architecture, parameters).expect("as many as the layers have")
    }

    /// Layers of linear attention with heads of these products on tokens of `channels` channels.
    pub fn of_heads(dimension: usize, channels: usize, layers: &[Vec<HeadProducts>]) -> Self {
        let tokens = channels * dimension;
        let architecture = Architecture {
            inputs: tokens,
            layers: layers
                .iter()
                .map(|heads| Layer::Attention(whole_heads(tokens, heads.len())))
                .collect(),
            outputs: dimension,
            clip: None,
        };
        let parameters = layers.iter().flat_map(|heads| attention_parameters(heads)).collect();
        Self::new(architecture, parameters).expect("as many as the layers have")
    }

    /// Independent `N(0, deviation^2)` weights, `lambda = 1` in mesa-layers.
    pub fn random(architecture: Architecture, deviation: f64, generator: &mut ChaCha8Rng) -> Self {
        let (sizes, counts) = (architecture.token_sizes(), architecture.parameter_counts());
        let mut parameters = vec![0.0; counts.iter().sum()];
        fill_with_normals(&mut parameters, generator);
        parameters.iter_mut().for_each(|weight| *weight *= deviation);
        let mut rest = parameters.as_mut_slice();
        for ((layer, count), tokens) in architecture.layers.iter().zip(counts).zip(sizes) {
            let (own, after) = std::mem::take(&mut rest).split_at_mut(count);
            rest = after;
            if let Layer::Attention(attention) = layer {
                attention.weights_mut(tokens, own).log_inverse_ridges.fill(0.0);
            }
        }
        Self::new(architecture, parameters).expect("as many as the layers have")
    }

    /// The products of the heads of layer `index`; none where it is no attention.
    pub fn head_products(&self, index: usize) -> Vec<HeadProducts> {
        let architecture = self.architecture();
        let Some(Layer::Attention(attention)) = architecture.layers.get(index) else {
            return Vec::new();
        };
        let counts = architecture.parameter_counts();
        let start: usize = counts[..index].iter().sum();
        let tokens = architecture.token_sizes()[index];
        let weights = attention.weights(tokens, &self.parameters()[start..][..counts[index]]);
        let size = attention.key_size;
        (0..attention.heads)
            .map(|head| {
                let rows = |stack: MatRef<'_, f64>| stack.subrows(head * size, size).to_owned();
                HeadProducts {
                    value: weights.output.subcols(head * size, size) * rows(weights.value),
                    key_query: rows(weights.key).transpose() * rows(weights.query),
                }
            })
            .collect()
    }
}

impl HeadProducts {
    /// Each block of the channels replaced by the multiple of the identity with the same mean of
    /// its diagonal: four by four numbers for a product on four channels, where the trained weights
    /// have that structure.
    ///
    /// # Source
    /// The authors' CompressedAlg.
    pub fn compressed(&self, dimension: usize) -> Self {
        let compress = |matrix: &Mat<f64>| {
            Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| {
                if i % dimension != j % dimension {
                    return 0.0;
                }
                let (row, column) = (i - i % dimension, j - j % dimension);
                let diagonal = (0..dimension).map(|k| matrix[(row + k, column + k)]);
                diagonal.sum::<f64>() / dimension as f64
            })
        };
        Self { value: compress(&self.value), key_query: compress(&self.key_query) }
    }

    /// `(1 - share) self + share other`, product by product.
    pub fn interpolated(&self, other: &Self, share: f64) -> Self {
        let mix = |x: &Mat<f64>, y: &Mat<f64>| x * (1.0 - share) + y * share;
        Self {
            value: mix(&self.value, &other.value),
            key_query: mix(&self.key_query, &other.key_query),
        }
    }
}

/// Values from the second or third channel, keys from the fourth, queries from channel `query`.
fn step_from_zero(dimension: usize, query: usize, rate: f64) -> HeadProducts {
    HeadProducts {
        value: blocks(dimension, 4, &[((0, 2), scaled(dimension, rate))]),
        key_query: blocks(dimension, 4, &[((3, query), scaled(dimension, 1.0))]),
    }
}

/// Heads whose products can be any matrices.
fn whole_heads(tokens: usize, heads: usize) -> Attention {
    Attention { mechanism: Mechanism::Linear, heads, key_size: tokens, positions: 0 }
}

/// `W_q` and `W_v` are the products and `W_k`, `P` identities.
fn attention_parameters(heads: &[HeadProducts]) -> Vec<f64> {
    let tokens = heads.first().map_or(0, |head| head.value.nrows());
    let stack = |product: &dyn Fn(usize) -> Mat<f64>| {
        let products: Vec<_> = (0..heads.len()).map(product).collect();
        Mat::from_fn(tokens * heads.len(), tokens, |i, j| products[i / tokens][(i % tokens, j)])
    };
    let unit = |_| Mat::identity(tokens, tokens);
    let mut parameters = column_major(stack(&|head| heads[head].key_query.clone()).as_ref());
    parameters.extend(column_major(stack(&unit).as_ref()));
    parameters.extend(column_major(stack(&|head| heads[head].value.clone()).as_ref()));
    parameters.extend(column_major(stack(&unit).transpose()));
    parameters
}

fn scaled(dimension: usize, entry: f64) -> Mat<f64> {
    Mat::<f64>::identity(dimension, dimension) * entry
}

/// A matrix of channels x channels blocks, these ones not zero.
fn blocks(dimension: usize, channels: usize, entries: &[((usize, usize), Mat<f64>)]) -> Mat<f64> {
    let mut matrix = Mat::zeros(dimension * channels, dimension * channels);
    for ((row, column), block) in entries {
        let target = matrix.as_mut();
        target
            .submatrix_mut(row * dimension, column * dimension, dimension, dimension)
            .copy_from(block);
    }
    matrix
}

fn column_major(matrix: MatRef<'_, f64>) -> Vec<f64> {
    (0..matrix.ncols()).flat_map(|j| (0..matrix.nrows()).map(move |i| matrix[(i, j)])).collect()
}
