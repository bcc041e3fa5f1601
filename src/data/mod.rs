//! Prompts of in-context learning: their laws, samplers, exact means, and reproducible random
//! numbers.

mod law;
mod prompt;
mod quadrature;
mod stream;

pub use law::{Labels, LawError, PromptLaw, TaskLaw};
pub use prompt::{AnsweredPrompt, Prompt};
pub use quadrature::{Node, gaussian_nodes};
pub(crate) use stream::{fill_with_normals, generator};
