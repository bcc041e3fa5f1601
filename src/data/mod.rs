//! Prompts of in-context learning: their laws, samplers, and reproducible random numbers.

mod law;
mod prompt;
mod stream;

pub use law::{Labels, LawError, PromptLaw, TaskLaw};
pub use prompt::{AnsweredPrompt, Prompt};
pub(crate) use stream::{fill_with_normals, generator};
