//! Exponents, and the numbers of `at` lists.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::parser::Parser;
use super::span::Span;
use super::token::{Bracket, TokenKind};
use dashu_ratio::RBig;

/// The largest numerator and denominator of an exponent.
const LARGEST_EXPONENT: i64 = 10_000;

impl Parser<'_> {
    /// What follows `^`: an exponent with its place, or `None` for the transpose.
    pub(super) fn exponent(&mut self) -> Result<Option<(RBig, Span)>, Diagnostic> {
        let start = self.current().span;
        let exponent = if self.eat_transpose() {
            None
        } else if let TokenKind::Open(bracket @ (Bracket::Round | Bracket::Curly)) = *self.kind() {
            self.open(bracket)?;
            let transpose = self.eat_transpose();
            let exponent = if transpose { None } else { Some(self.fraction_of_integers()?) };
            self.close()?;
            exponent
        } else {
            Some(self.signed(Self::whole_number)?)
        };
        let Some(exponent) = exponent else { return Ok(None) };
        let span = start.to(self.previous());
        let largest = RBig::from(LARGEST_EXPONENT);
        if exponent < -&largest
            || exponent > largest
            || RBig::from(exponent.denominator().clone()) > largest
        {
            return Err(Diagnostic::new(
                DiagnosticKind::Number,
                format!("exponents are at most {LARGEST_EXPONENT}"),
                span,
                "too large",
            ));
        }
        Ok(Some((exponent, span)))
    }

    /// `T` or a sign of transposition.
    fn eat_transpose(&mut self) -> bool {
        let transpose = match self.kind() {
            TokenKind::Prime => true,
            TokenKind::Word(word) => word == "T",
            _ => false,
        };
        if transpose {
            self.advance();
        }
        transpose
    }

    /// `'-'? int ('/' int)?`, or `\frac{int}{int}` with a sign.
    fn fraction_of_integers(&mut self) -> Result<RBig, Diagnostic> {
        self.signed(|parser| {
            if *parser.kind() != TokenKind::Fraction {
                return parser.quotient(Self::whole_number);
            }
            let start = parser.advance();
            let numerator = parser.braced_number()?;
            let denominator = parser.braced_number()?;
            if denominator.is_zero() {
                return Err(zero_denominator(start.to(parser.previous())));
            }
            Ok(numerator / denominator)
        })
    }

    fn braced_number(&mut self) -> Result<RBig, Diagnostic> {
        if *self.kind() != TokenKind::Open(Bracket::Curly) {
            return Err(self.unexpected("`{`"));
        }
        self.open(Bracket::Curly)?;
        let number = self.whole_number()?;
        self.close()?;
        Ok(number)
    }

    /// An integer without a sign, or `½`.
    fn whole_number(&mut self) -> Result<RBig, Diagnostic> {
        let decimal = self.quoted(self.current().span).contains('.');
        match self.kind() {
            TokenKind::Number(value) if !decimal => {
                let value = value.clone();
                self.advance();
                Ok(value)
            }
            TokenKind::Number(_) | TokenKind::Word(_) | TokenKind::Open(_) => Err(Diagnostic::new(
                DiagnosticKind::Number,
                "this is not an exponent",
                self.current().span,
                "",
            )
            .help("exponents are integers or fractions: `a^2`, `a^-1`, `a^(1/2)`")),
            _ => Err(self.unexpected("an exponent")),
        }
    }

    /// `rat`: `'-'? number ('/' number)?`
    pub(super) fn rational(&mut self) -> Result<RBig, Diagnostic> {
        self.signed(|parser| parser.quotient(Self::number))
    }

    /// An integer or a decimal without a sign.
    pub(super) fn number(&mut self) -> Result<RBig, Diagnostic> {
        match self.kind() {
            TokenKind::Number(value) => {
                let value = value.clone();
                self.advance();
                Ok(value)
            }
            _ => Err(self.unexpected("a number")),
        }
    }

    fn signed(
        &mut self,
        number: impl FnOnce(&mut Self) -> Result<RBig, Diagnostic>,
    ) -> Result<RBig, Diagnostic> {
        let negative = self.eat(&TokenKind::Minus);
        let value = number(self)?;
        Ok(if negative { -value } else { value })
    }

    fn quotient(
        &mut self,
        number: impl Fn(&mut Self) -> Result<RBig, Diagnostic>,
    ) -> Result<RBig, Diagnostic> {
        let start = self.current().span;
        let numerator = number(self)?;
        if !self.eat(&TokenKind::Over) {
            return Ok(numerator);
        }
        let denominator = number(self)?;
        if denominator.is_zero() {
            return Err(zero_denominator(start.to(self.previous())));
        }
        Ok(numerator / denominator)
    }
}

fn zero_denominator(place: Span) -> Diagnostic {
    Diagnostic::new(
        DiagnosticKind::DivisionByZero,
        "the denominator is zero",
        place,
        "not a number",
    )
}
