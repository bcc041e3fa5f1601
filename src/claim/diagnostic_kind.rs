//! The kinds of mistakes in claim files.

use serde::{Deserialize, Serialize};

/// What kind of mistake a diagnostic is about: the rule of a SARIF report, and a word that
/// `isserlis explain` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// A statement that cannot be read, for no more special reason.
    Syntax,
    /// A bracket without its partner.
    UnclosedBracket,
    /// Two factors without `*` between them.
    MissingOperator,
    /// `=` where `==` is meant.
    SingleEquals,
    /// `~=` and the like.
    ApproximateEquality,
    /// A name that is not declared, or not yet.
    UnknownName,
    /// A word in the place of a statement, attribute, function, proof rule or LaTeX command that is
    /// none.
    UnknownWord,
    /// A name that is declared or listed twice.
    NamedTwice,
    /// A name of another kind than its place needs.
    WrongName,
    /// A name that cannot be declared.
    ReservedName,
    /// Shapes that do not fit.
    Shape,
    /// A scalar added to a matrix.
    ScalarPlusMatrix,
    /// A square matrix is needed.
    NotSquare,
    /// A symmetric matrix is needed.
    NotSymmetric,
    /// A matrix whose inverse is not defined.
    NoInverse,
    /// A divisor that is zero.
    DivisionByZero,
    /// A random letter in a denominator, an inverse or another place that makes the body of an
    /// expectation no polynomial.
    RandomDenominator,
    /// A random letter outside `E`.
    RandomOutsideExpectation,
    /// A random or observed letter where a fixed value is needed.
    NotDeterministic,
    /// A moment that the declarations do not give.
    UndeclaredMoment,
    /// An `I` whose size nothing fixes.
    UnknownSize,
    /// A root of something that is not visibly positive.
    Root,
    /// A number or exponent that is none of the language.
    Number,
    /// A covariance that is none.
    Covariance,
    /// A `define` of something else than an element a*B + b*I.
    Element,
    /// Arguments that a function does not take.
    Arguments,
    /// A replacement that `subst` cannot make.
    Substitution,
    /// A value in terms of what it is to determine.
    DependentValue,
    /// A bound or hypothesis of a form that is not read.
    Bound,
    /// A mistake in `at`.
    Grid,
    /// A mistake in `margin`.
    Margin,
    /// A mistake in `train`, or a `reaches` without one.
    Training,
    /// A `rule` of a form that is not read.
    Rule,
    /// A proof rule or premise that does not fit.
    ProofRule,
    /// A limit of the language is exceeded.
    TooLong,
}

impl DiagnosticKind {
    /// All of them.
    pub const ALL: [Self; 35] = [
        Self::Syntax,
        Self::UnclosedBracket,
        Self::MissingOperator,
        Self::SingleEquals,
        Self::ApproximateEquality,
        Self::UnknownName,
        Self::UnknownWord,
        Self::NamedTwice,
        Self::WrongName,
        Self::ReservedName,
        Self::Shape,
        Self::ScalarPlusMatrix,
        Self::NotSquare,
        Self::NotSymmetric,
        Self::NoInverse,
        Self::DivisionByZero,
        Self::RandomDenominator,
        Self::RandomOutsideExpectation,
        Self::NotDeterministic,
        Self::UndeclaredMoment,
        Self::UnknownSize,
        Self::Root,
        Self::Number,
        Self::Covariance,
        Self::Element,
        Self::Arguments,
        Self::Substitution,
        Self::DependentValue,
        Self::Bound,
        Self::Grid,
        Self::Margin,
        Self::Training,
        Self::Rule,
        Self::ProofRule,
        Self::TooLong,
    ];

    /// The word that SARIF reports and `isserlis explain` use, stable for ever.
    pub fn word(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnclosedBracket => "unclosed-bracket",
            Self::MissingOperator => "missing-operator",
            Self::SingleEquals => "single-equals",
            Self::ApproximateEquality => "approximate-equality",
            Self::UnknownName => "unknown-name",
            Self::UnknownWord => "unknown-word",
            Self::NamedTwice => "named-twice",
            Self::WrongName => "wrong-name",
            Self::ReservedName => "reserved-name",
            Self::Shape => "shape-mismatch",
            Self::ScalarPlusMatrix => "scalar-plus-matrix",
            Self::NotSquare => "not-square",
            Self::NotSymmetric => "not-symmetric",
            Self::NoInverse => "no-inverse",
            Self::DivisionByZero => "division-by-zero",
            Self::RandomDenominator => "random-denominator",
            Self::RandomOutsideExpectation => "random-outside-expectation",
            Self::NotDeterministic => "not-deterministic",
            Self::UndeclaredMoment => "undeclared-moment",
            Self::UnknownSize => "unknown-size",
            Self::Root => "impossible-root",
            Self::Number => "malformed-number",
            Self::Covariance => "not-a-covariance",
            Self::Element => "not-an-element",
            Self::Arguments => "wrong-arguments",
            Self::Substitution => "impossible-substitution",
            Self::DependentValue => "dependent-value",
            Self::Bound => "unreadable-bound",
            Self::Grid => "wrong-grid",
            Self::Margin => "wrong-margin",
            Self::Training => "wrong-training",
            Self::Rule => "unreadable-rule",
            Self::ProofRule => "wrong-premises",
            Self::TooLong => "too-long",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::ClaimFile;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        let words: BTreeSet<&str> = DiagnosticKind::ALL.map(DiagnosticKind::word).into();
        assert_eq!(words.len(), DiagnosticKind::ALL.len());
    }

    #[test]
    fn a_mistake_is_of_the_kind_that_its_message_says() {
        use DiagnosticKind as Kind;
        let before = "space d, N\npositive s2\nmatrix Lambda[d,d] pd\nmatrix C[d,N]\nparam U[d,d]\n\
                      gaussian X[d,N] ~ Lambda\nsecondorder x[d] ~ Lambda\n";
        for (line, kind) in [
            ("claim a: E[X*X'] == N*Lamda", Kind::UnknownName),
            ("claim a: E[X*Lambda*X'] == N*Lambda", Kind::Shape),
            ("let R = Lambda + s2", Kind::ScalarPlusMatrix),
            ("claim a: E[tr(X*X'] == N*tr(Lambda)", Kind::UnclosedBracket),
            ("let L = tr(Lambda C*C')", Kind::MissingOperator),
            ("claim a: E[X*X'] = N*Lambda", Kind::SingleEquals),
            ("claim a: tr(Lambda) ~= d*s2/N", Kind::ApproximateEquality),
            ("matrix C[d,d]", Kind::NamedTwice),
            ("claim a: inv(C)*C == I", Kind::NotSquare),
            ("claim a: E[tr(X*X')/tr(X*X')] == 1", Kind::RandomDenominator),
            ("claim a: E[(x'*x)^2] == tr(Lambda)^2", Kind::UndeclaredMoment),
            ("claim a: tr(I) == d", Kind::UnknownSize),
            ("clam a: d == d", Kind::UnknownWord),
            ("scalar tr", Kind::ReservedName),
            ("matrix B[d,s2]", Kind::WrongName),
            ("claim a: X == C", Kind::RandomOutsideExpectation),
            ("margin 1%", Kind::Margin),
            ("at d = 0\\nclaim a: d == d", Kind::Grid),
            ("claim a: reaches(U) == Lambda", Kind::Training),
            ("claim a: s2/0 == 1", Kind::DivisionByZero),
            ("claim a: inv(U)*U == I", Kind::NoInverse),
            ("gaussian Y[d] ~ C*C' + Lambda", Kind::Covariance),
            ("define G := C*C'", Kind::Element),
            ("claim a: sqrt(s2, s2) == 1", Kind::Arguments),
            ("claim a: s2^1e3 == 1", Kind::Number),
            ("rule s2 + 1 == 2", Kind::Rule),
        ] {
            let text = format!("{before}{}\n", line.replace("\\n", "\n"));
            let errors = ClaimFile::parse("it.claim", &text).expect_err(line);
            assert_eq!(errors[0].kind, kind, "{line}: {}", errors[0].message);
        }
    }
}
