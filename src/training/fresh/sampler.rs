//! The exact samplers of a context, and which of them serves a law.

use crate::data::{Labels, PromptLaw};
use std::fmt;

/// How the context of a fresh prompt is drawn. All are exact: the mean loss and gradient of a batch
/// have the same law with each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampler {
    /// Every example. Serves any law, but labels that are not linear only at a fixed covariance.
    Raw,
    /// The triangular factor of the Gram matrix of the context, by Bartlett's decomposition: for
    /// labels that are linear in the inputs, with Gaussian noise or without.
    Bartlett,
    /// The two columns of that factor that the prediction and its gradient depend on, in a basis
    /// that starts with the two vectors that the Gram matrix is applied to. The cost does not
    /// depend on the number of examples. It holds draw by draw at the weights it is drawn for, so
    /// that draws at different weights have no prompts in common.
    Columns,
}

/// A sampler that cannot serve a law.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the sampler `{sampler}` needs labels that are linear in the inputs: {labels}; `raw` serves all labels where the covariance is fixed"
)]
pub struct SamplerError {
    sampler: Sampler,
    labels: &'static str,
}

impl Sampler {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Bartlett, Self::Columns];

    /// The cheapest sampler that serves the law: [`Columns`](Self::Columns), unless labels are not
    /// linear in the inputs or there are too few examples for it to save anything.
    pub fn cheapest(law: &PromptLaw) -> Self {
        match law.context_length() > 2 && Self::Columns.check(law).is_ok() {
            true => Self::Columns,
            false => Self::Raw,
        }
    }

    /// Whether this sampler serves the law.
    ///
    /// # Errors
    /// [`SamplerError`] with the reason if it does not.
    pub fn check(self, law: &PromptLaw) -> Result<(), SamplerError> {
        let labels = match (self, law.labels()) {
            (_, Labels::Linear | Labels::NoisyLinear { .. }) => return Ok(()),
            (Self::Raw, _) if law.diagonal_entries().is_none() => return Ok(()),
            (_, Labels::Cubic { .. }) => "these are cubic",
            (_, Labels::LinearPlusSquare { .. }) => "these have a square",
        };
        Err(SamplerError { sampler: self, labels })
    }

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Bartlett => "bartlett",
            Self::Columns => "columns",
        }
    }

    /// What is drawn, in words.
    pub fn description(self) -> &'static str {
        match self {
            Self::Raw => "every example of a prompt drawn",
            Self::Bartlett => {
                "the Bartlett factor of the Gram matrix of a prompt drawn, exact in law"
            }
            Self::Columns => {
                "two columns of the Bartlett factor of a prompt drawn, exact in law at any context length"
            }
        }
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
