//! Prompts of in-context learning: their laws, samplers, exact means, and reproducible random
//! numbers.

mod law;
mod machine;
mod normal;
mod prompt;
mod quadrature;
mod stream;

pub use law::{Labels, LawError, PromptLaw, TaskLaw};
pub use machine::Lane;
pub(crate) use machine::{LANES, Machine, Work, dispatch};
pub use normal::Normals;
pub use prompt::{AnsweredPrompt, Prompt};
pub use quadrature::{Node, gaussian_nodes};
pub(crate) use stream::{fill_with_normals, generator};

#[cfg(test)]
mod tests_normal;
