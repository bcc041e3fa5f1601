//! The networks under test, as their papers define them: forward and backward by hand.

mod linear_attention;
mod reading;
mod test_error;

pub use linear_attention::{LinearAttention, NetworkError, embedding};
pub use reading::Reading;
