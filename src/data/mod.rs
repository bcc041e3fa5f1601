//! Prompts of in-context learning: their laws, samplers, exact means, and reproducible random
//! numbers.

mod dynamics;
mod law;
mod machine;
mod normal;
mod orthogonal;
mod prompt;
mod prompt_lanes;
mod prompt_source;
mod quadrature;
mod random_covariance;
mod rotation;
mod stream;
mod token;

pub use dynamics::{
    Dynamics, FirstState, Sequence, Teacher, Transition, gelu, gelu_derivative, observation_stack,
    stacked_transition,
};
pub(crate) use law::dot;
pub use law::{Labels, LawError, PromptLaw, TaskLaw};
pub use machine::Lane;
pub(crate) use machine::{LANES, Machine, Work, dispatch};
pub use normal::Normals;
pub use orthogonal::haar_orthogonal;
pub use prompt::{AnsweredPrompt, Prompt};
pub(crate) use prompt_lanes::{LaneSource, PromptLanes, along};
pub use prompt_source::PromptSource;
pub use quadrature::{Node, gaussian_nodes};
pub use random_covariance::PositiveLaw;
pub use stream::standard_normals;
pub(crate) use stream::{fill_with_normals, generator};

pub use token::{Batch, TokenForm};

#[cfg(test)]
mod tests_normal;
