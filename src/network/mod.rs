//! The networks under test, as their papers define them: forward and backward by hand.

mod causal;
mod learner;
mod linear_attention;
mod mean_errors;
mod reading;
mod test_error;

pub use causal::{
    Architecture, Attention, HeadProducts, InContextRegression, Layer, Mechanism, Pass, Perceptron,
    RegressionGradient, Transformer,
};
pub use learner::Learner;
pub use linear_attention::{LinearAttention, NetworkError, embedding};
pub use reading::Reading;
