//! Why the calculus stops without a value.

use std::sync::Arc;

/// Why the calculus stops without a value. A claim at which it stops is open, never refuted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// The expression lies outside what is decided.
    #[error("{what}")]
    Unsupported {
        /// What it is, in words.
        what: Arc<str>,
    },
    /// A divisor is zero for all sizes and values.
    #[error("`{what}` is identically zero, so nothing can be divided by it")]
    ZeroDivisor {
        /// The divisor.
        what: Arc<str>,
    },
    /// More work than the budget allows.
    #[error("more {what} than the budget allows")]
    Budget {
        /// What there is too much of.
        what: &'static str,
    },
}

impl Stop {
    pub(super) fn unsupported(what: impl Into<Arc<str>>) -> Self {
        Self::Unsupported { what: what.into() }
    }

    pub(super) fn budget(what: &'static str) -> Self {
        Self::Budget { what }
    }
}
