//! Autoregressive transformers as von Oswald et al. (arXiv 2309.05858) define them: causal linear
//! and softmax self-attention and the mesa-layer, forward and backward by hand.

mod attention;
mod construction;
mod head;
mod heads;
mod in_context;
mod linear;
mod mesa;
mod perceptron;
mod softmax;
mod transformer;

pub use attention::{Attention, Mechanism};
pub use construction::HeadProducts;
pub use in_context::{InContextRegression, RegressionGradient};
pub use perceptron::Perceptron;
pub use transformer::{Architecture, Layer, Pass, Transformer};

#[cfg(test)]
mod tests_gradients;
