//! The networks under test, as their papers define them: forward and backward by hand.

mod linear_attention;

pub use linear_attention::{LinearAttention, NetworkError, embedding};
