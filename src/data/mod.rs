//! Laws of prompts and their samplers: reproducible streams, standard normals, exact means.

mod quadrature;
mod stream;

pub use quadrature::{Node, gaussian_nodes};
pub(crate) use stream::{fill_with_normals, generator};
