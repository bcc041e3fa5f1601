//! Numbers in the text: integers, exact decimals, raised integers.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::lexer::Lexer;
use super::span::Span;
use super::spelling;
use super::token::TokenKind;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// The most digits of a number.
const MOST_DIGITS: usize = 1000;

impl<'a> Lexer<'a> {
    /// An integer or a decimal; a decimal is an exact rational.
    pub(super) fn read_number(&mut self) -> TokenKind {
        let start = self.position();
        let whole = self.read_digits();
        let mut decimals = "";
        if self.peek() == Some('.') {
            self.advance(1);
            decimals = self.read_digits();
            if decimals.is_empty() || self.peek() == Some('.') {
                return self.bad_number(start, format!("write `{whole}` or `{whole}.0`"));
            }
        }
        if whole.len() + decimals.len() > MOST_DIGITS {
            return self.bad_number(start, format!("a number has at most {MOST_DIGITS} digits"));
        }
        let value = decimal(whole, decimals);
        match self.exponent_length() {
            Some(length) => self.exponent_notation(start, length, value),
            None => TokenKind::Number(value),
        }
    }

    /// `½`.
    pub(super) fn read_half(&mut self) -> TokenKind {
        self.advance('½'.len_utf8());
        TokenKind::Number(RBig::from_parts(IBig::from(1), UBig::from(2u8)))
    }

    /// A raised integer such as `⁻¹`.
    pub(super) fn read_raised(&mut self) -> TokenKind {
        let start = self.position();
        let mut plain = String::new();
        while let Some(character) = self.peek()
            && let Some(sign) = spelling::raised(character)
        {
            plain.push(sign);
            self.advance(character.len_utf8());
        }
        match plain.parse::<IBig>() {
            Ok(value) if plain.len() <= MOST_DIGITS => TokenKind::Raised(RBig::from(value)),
            _ => self.bad_number(start, "a raised exponent is an integer: `²`, `⁻¹`".to_owned()),
        }
    }

    fn read_digits(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        self.advance(length);
        &rest[..length]
    }

    /// The length of an exponent such as `e-3` that follows a number.
    fn exponent_length(&self) -> Option<usize> {
        let rest = self.rest();
        let letter = rest.get(..1).filter(|letter| letter.eq_ignore_ascii_case("e"))?;
        if self.is_factor(letter) {
            return None;
        }
        let signed = rest[1..].strip_prefix(['+', '-']).unwrap_or(&rest[1..]);
        let digits = signed.find(|c: char| !c.is_ascii_digit()).unwrap_or(signed.len());
        (digits > 0).then_some(rest.len() - signed.len() + digits)
    }

    fn exponent_notation(&mut self, start: usize, length: usize, mantissa: RBig) -> TokenKind {
        let exponent = self.rest()[1..length].parse::<isize>();
        self.advance(length);
        let span = Span::new(start, self.position());
        let diagnostic = Diagnostic::new(
            DiagnosticKind::Number,
            "numbers have no exponent notation",
            span,
            "not a number of the language",
        );
        let help = match exponent {
            Ok(exponent @ -30..=30) if length + span.end - span.start < 60 => {
                let value = mantissa * RBig::from(10).pow(exponent);
                format!("this number is written `{value}`")
            }
            _ => "write an integer, a decimal or a fraction: `1/1000`, `10^6`".to_owned(),
        };
        TokenKind::Mistake(Box::new(diagnostic.help(help)))
    }

    fn bad_number(&mut self, start: usize, help: String) -> TokenKind {
        let span = Span::new(start, self.position());
        let diagnostic = Diagnostic::new(
            DiagnosticKind::Number,
            "this is not a number of the language",
            span,
            "",
        );
        TokenKind::Mistake(Box::new(diagnostic.help(help)))
    }
}

/// The number with these digits in front of and behind the point.
fn decimal(whole: &str, decimals: &str) -> RBig {
    let digits = format!("0{whole}{decimals}");
    let numerator: IBig = digits.parse().expect("only digits: this is a bug");
    RBig::from_parts(numerator, UBig::from(10u8).pow(decimals.len()))
}
