//! Why an expression has no exact value at an instance, and how much work may be spent on it.

use super::monomial::VariableKind;

/// How much work one evaluation may do. It counts work, never time, so that verdicts do not
/// depend on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Products of terms in all (about ten million a second).
    pub products: u64,
    /// Terms that one product of polynomials or matrices may store (about 100 bytes each).
    pub terms: u64,
}

impl Default for Budget {
    /// Ten million products and one million terms: at most a second or two.
    fn default() -> Self {
        Self { products: 10_000_000, terms: 1_000_000 }
    }
}

/// Why an expression has no exact value at an instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExactError {
    /// It would cost more than the budget.
    #[error(
        "too large for exact arithmetic: {what} needs about {needed} terms, the budget is {allowed}"
    )]
    TooLarge {
        /// The step that is too large.
        what: String,
        /// The terms it needs; `u64::MAX` where that cannot be told.
        needed: u64,
        /// What is left of the budget.
        allowed: u64,
    },
    /// The instance is outside the domain of the claim.
    #[error("the instance is not admissible: {what}")]
    NotAdmissible {
        /// What fails at it.
        what: String,
    },
    /// The letter has its value from an experiment.
    #[error("nothing supplies `{letter}`")]
    Observed {
        /// The letter.
        letter: String,
    },
    /// The instance gives no value for a name.
    #[error("the instance has no value for `{name}`")]
    Missing {
        /// The letter or size.
        name: String,
    },
    /// A law known to second order is asked for more.
    #[error(
        "this expectation needs {moment} of `{letter}`, which is known to second order only; `gaussian {letter}` declares all moments"
    )]
    UnknownMoment {
        /// The letter.
        letter: String,
        /// Which moment, such as `a moment of degree 4`.
        moment: String,
    },
    /// A random letter is left that no expectation binds.
    #[error("the value is random: no expectation is taken over `{letter}`")]
    RandomLeft {
        /// The letter.
        letter: String,
    },
    /// A divisor contains a random letter or the letter of a quadratic form.
    #[error("{what} is divided by and contains {variable}")]
    VariableDivisor {
        /// The divisor.
        what: String,
        /// What it contains.
        variable: &'static str,
    },
    /// An enclosure is too wide to decide something.
    #[error("the enclosure is too wide to decide {what}")]
    Undecided {
        /// What is undecided.
        what: String,
    },
    /// The exact reading does not cover this.
    #[error("exact arithmetic does not cover {what}")]
    Unsupported {
        /// What.
        what: String,
    },
}

impl ExactError {
    pub(super) fn variable_divisor(kind: VariableKind, what: &str) -> Self {
        let variable = match kind {
            VariableKind::Coordinate { .. } => "a random letter",
            VariableKind::Indeterminate { .. } => "a free letter",
            VariableKind::Infinitesimal { .. } => "a direction of differentiation",
        };
        Self::VariableDivisor { what: what.to_owned(), variable }
    }
}
