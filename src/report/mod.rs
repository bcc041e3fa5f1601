//! The results of a run in words: one renderer a file.

mod json;
mod number;
mod text;
mod words;

pub use json::json;
pub use text::{Style, text};
