//! The smallest parts of a statement, and the words with a fixed meaning.

use super::diagnostic::Diagnostic;
use super::span::Span;
use dashu_ratio::RBig;

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
    /// Number of the pair of dollar signs it stands between, from 1; 0 outside of dollar signs.
    pub(super) formula: usize,
}

/// What a token is, whatever its spelling.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A name or a word, spelt in ASCII.
    Word(String),
    /// An integer, a decimal, or `½`.
    Number(RBig),
    /// A raised exponent, such as `⁻¹`.
    Raised(RBig),
    /// `\frac`, before its two arguments in braces.
    Fraction,
    Open(Bracket),
    Close(Bracket),
    /// `||`, which opens a norm or closes it.
    Bars,
    Bar,
    Plus,
    Minus,
    Times,
    Over,
    Caret,
    Prime,
    Comma,
    Semicolon,
    Colon,
    PathSeparator,
    Equals,
    Defines,
    EqualEqual,
    AtLeast,
    AtMost,
    Arrow,
    Tilde,
    /// `~=` and its like.
    Approximate,
    Percent,
    /// Something that is no token, with what is to be said about it.
    Mistake(Box<Diagnostic>),
    End,
}

/// A kind of bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    /// LaTeX braces, read as round brackets.
    Curly,
    /// The bars of a norm.
    Bars,
}

impl Bracket {
    pub(super) fn opening(self) -> &'static str {
        match self {
            Bracket::Round => "(",
            Bracket::Square => "[",
            Bracket::Curly => "{",
            Bracket::Bars => "||",
        }
    }

    pub(super) fn closing(self) -> &'static str {
        match self {
            Bracket::Round => ")",
            Bracket::Square => "]",
            Bracket::Curly => "}",
            Bracket::Bars => "||",
        }
    }
}

/// Functions of an expression, which are reserved names.
pub(super) const FUNCTIONS: [&str; 6] = ["tr", "inv", "qf", "grad", "subst", "lie"];

/// Numeric functions, reserved only before a bracket.
pub(super) const NUMERIC_FUNCTIONS: [&str; 8] =
    ["sqrt", "exp", "log", "min", "max", "opnorm", "eigmin", "eigmax"];

/// Words that stand alone on the left of `==`, which are reserved names.
pub(super) const PROPOSITIONS: [&str; 6] =
    ["limit", "coeff", "minimizer", "minimiser", "minimum", "reaches"];

/// Whether no letter, size or abbreviation can be called `word`.
pub(super) fn is_reserved(word: &str) -> bool {
    word == "E" || word == "I" || FUNCTIONS.contains(&word) || PROPOSITIONS.contains(&word)
}

/// Whether `word` before an opening bracket is a function of an expression.
pub(super) fn is_function(word: &str) -> bool {
    word == "I" || FUNCTIONS.contains(&word) || NUMERIC_FUNCTIONS.contains(&word)
}
