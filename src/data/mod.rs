//! Random numbers of prompts: reproducible streams and standard normals.

mod stream;

pub(crate) use stream::{fill_with_normals, generator};
