//! Why an expression has no floating-point value, or no sample.

use std::sync::Arc;

/// Why an expression has no floating-point value, or why it cannot be sampled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FloatError {
    /// A letter has no value in the environment.
    #[error("nothing supplies `{name}`")]
    MissingLetter {
        /// The letter.
        name: Arc<str>,
    },
    /// A size has no value in the environment.
    #[error("the size `{name}` has no value")]
    MissingSize {
        /// The size.
        name: Arc<str>,
    },
    /// A value does not have the declared shape.
    #[error("`{name}` is {found} here, but its declaration asks for {expected}")]
    WrongShape {
        /// The letter.
        name: Arc<str>,
        /// The declared shape.
        expected: String,
        /// The shape of the value.
        found: String,
    },
    /// The expression contains an expectation where only a value without sampling helps.
    #[error("an expectation has no value without sampling or exact arithmetic")]
    Expectation,
    /// A random letter stands outside every expectation.
    #[error("the random letter `{name}` stands outside every `E`")]
    RandomLetter {
        /// The letter.
        name: Arc<str>,
    },
    /// The law of a letter is not known beyond its second moments.
    #[error("`{name}` is known to second order only and cannot be sampled")]
    SecondOrder {
        /// The letter.
        name: Arc<str>,
    },
    /// A function of an expectation that no sample estimates without bias.
    #[error("{what} of an expectation has no unbiased sample")]
    Nonlinear {
        /// The function.
        what: &'static str,
    },
    /// A derivative that the reverse sweep does not know.
    #[error("the derivative of {what} is not available")]
    NotDifferentiable {
        /// The function.
        what: &'static str,
    },
    /// A random argument of a function that is evaluated once for all samples.
    #[error("{what} of a random quantity cannot be sampled")]
    RandomArgument {
        /// The function.
        what: &'static str,
    },
    /// A size was replaced by something that no matrix can have as its size.
    #[error("no matrix can have the size that replaces `{name}`")]
    FractionalSize {
        /// The size.
        name: Arc<str>,
    },
    /// A matrix to be inverted is singular to working precision.
    #[error("a matrix to be inverted is singular to working precision")]
    Singular,
    /// A divisor is zero.
    #[error("a divisor is zero")]
    DivisionByZero,
    /// An argument outside the domain of its function.
    #[error("{what}")]
    Domain {
        /// The function and its argument.
        what: &'static str,
    },
    /// A numerical method did not converge.
    #[error("{method} did not converge")]
    NoConvergence {
        /// The method.
        method: &'static str,
    },
    /// The value is too large for floating point, or undefined.
    #[error("the value is not a finite number")]
    NotFinite,
    /// The expression is too deep, too large or needs too many independent copies.
    #[error("the expression is too large: {what}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
    },
}
