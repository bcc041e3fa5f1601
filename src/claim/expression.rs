//! Expressions: sums of products of factors, by precedence (section 3 of the language).

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::parser::Parser;
use super::span::Span;
use super::surface::{Argument, Form, Sign, Term};
use super::token::{Bracket, TokenKind, is_function};
use dashu_ratio::RBig;

/// The deepest expression, counting brackets, signs and every operator of a chain: the readers
/// of the tree walk it recursively.
pub(crate) const DEEPEST_EXPRESSION: usize = 2500;

/// A term and its depth.
pub(super) struct Measured {
    pub(super) term: Term,
    pub(super) depth: usize,
}

impl Parser<'_> {
    /// `expr`
    pub(super) fn expression(&mut self) -> Result<Term, Diagnostic> {
        self.sum().map(|measured| measured.term)
    }

    /// `term (('+' | '-') term)*`
    fn sum(&mut self) -> Result<Measured, Diagnostic> {
        let mut left = self.product()?;
        loop {
            let sign = match self.kind() {
                TokenKind::Plus => Sign::Add,
                TokenKind::Minus => Sign::Subtract,
                _ => return Ok(left),
            };
            let operator = self.advance();
            let right = self.product()?;
            left = self.binary(sign, operator, left, right)?;
        }
    }

    /// `factor (('*' | '/') factor)*`; between dollar signs also juxtaposed factors.
    fn product(&mut self) -> Result<Measured, Diagnostic> {
        let mut left = self.factor()?;
        let mut factor = left.term.span;
        loop {
            let (sign, operator) = match self.kind() {
                TokenKind::Times => (Sign::Multiply, self.advance()),
                TokenKind::Over => (Sign::Divide, self.advance()),
                _ if !self.starts_operand() => return Ok(left),
                _ if self.is_juxtaposed() => {
                    let place = self.current().span.start;
                    (Sign::Multiply, Span::new(place, place))
                }
                _ => return Err(self.missing_operator(factor)),
            };
            let right = self.factor()?;
            factor = right.term.span;
            left = self.binary(sign, operator, left, right)?;
        }
    }

    fn binary(
        &self,
        sign: Sign,
        operator: Span,
        left: Measured,
        right: Measured,
    ) -> Result<Measured, Diagnostic> {
        let span = left.term.span.to(right.term.span);
        let depth = left.depth.max(right.depth);
        let (left, right) = (Box::new(left.term), Box::new(right.term));
        self.measured(Form::Binary { sign, operator, left, right }, span, depth, operator)
    }

    /// A term one level above terms of this depth; `place` is where it is too deep.
    fn measured(
        &self,
        form: Form,
        span: Span,
        depth: usize,
        place: Span,
    ) -> Result<Measured, Diagnostic> {
        if depth >= DEEPEST_EXPRESSION {
            return Err(too_deep(place));
        }
        Ok(Measured { term: Term { form, span }, depth: depth + 1 })
    }

    /// `('-' | '+') factor | post`
    fn factor(&mut self) -> Result<Measured, Diagnostic> {
        let mut signs = Vec::new();
        while matches!(self.kind(), TokenKind::Minus | TokenKind::Plus) {
            let negative = *self.kind() == TokenKind::Minus;
            signs.push((negative, self.advance()));
            if signs.len() > DEEPEST_EXPRESSION {
                return Err(too_deep(self.previous()));
            }
        }
        let mut operand = self.postfix()?;
        for (negative, sign) in signs.into_iter().rev() {
            let span = sign.to(operand.term.span);
            if negative {
                let form = Form::Negate(Box::new(operand.term));
                operand = self.measured(form, span, operand.depth, sign)?;
            } else {
                operand.term.span = span;
            }
        }
        Ok(operand)
    }

    /// `prim ("'" | '^T' | '^' exponent)*`
    fn postfix(&mut self) -> Result<Measured, Diagnostic> {
        let mut operand = self.primary()?;
        loop {
            let start = operand.term.span;
            let depth = operand.depth;
            if matches!(operand.term.form, Form::Norm { weight: None, .. }) && self.at_weight() {
                operand = self.weight(operand)?;
                continue;
            }
            let exponent = match self.kind() {
                TokenKind::Prime => {
                    self.advance();
                    None
                }
                TokenKind::Raised(value) => {
                    let value = value.clone();
                    let span = self.advance();
                    Some((value, span))
                }
                TokenKind::Caret => {
                    self.advance();
                    self.exponent()?
                }
                _ => return Ok(operand),
            };
            let span = start.to(self.previous());
            operand = match exponent {
                None => {
                    let form = Form::Transpose(Box::new(operand.term));
                    self.measured(form, span, depth, self.previous())?
                }
                Some((exponent, exponent_span)) => match operand.term.form {
                    Form::Norm { of, squared: false, weight } if exponent == RBig::from(2) => {
                        let form = Form::Norm { of, squared: true, weight };
                        Measured { term: Term { form, span }, depth }
                    }
                    Form::Norm { squared: false, weight: Some(_), .. } => {
                        return Err(unsquared(operand.term.span));
                    }
                    form => {
                        let base = Box::new(Term { form, span: operand.term.span });
                        let form = Form::Power { base, exponent, exponent_span };
                        self.measured(form, span, depth, exponent_span)?
                    }
                },
            };
        }
    }

    fn primary(&mut self) -> Result<Measured, Diagnostic> {
        let start = self.current().span;
        let leaf = |form| Ok(Measured { term: Term { form, span: start }, depth: 1 });
        match self.kind() {
            TokenKind::Number(value) => {
                let value = value.clone();
                self.advance();
                leaf(Form::Number(value))
            }
            TokenKind::Word(word) => {
                let word = word.clone();
                if word == "E" {
                    return self.expectation();
                }
                let bracket = self.bracket_of_call();
                if is_function(&word) && bracket.is_some() {
                    return self.call();
                }
                self.check_variable(&word, bracket)?;
                self.advance();
                leaf(if word == "I" { Form::Identity } else { Form::Name(word) })
            }
            TokenKind::Open(bracket @ (Bracket::Round | Bracket::Curly)) => {
                let bracket = *bracket;
                self.open(bracket)?;
                let mut inner = self.sum()?;
                self.close()?;
                inner.term.span = start.to(self.previous());
                Ok(inner)
            }
            TokenKind::Bars => self.norm(),
            TokenKind::Fraction => self.fraction(),
            _ => Err(self.missing_operand()),
        }
    }

    /// `'E' '[' expr (';' names)? ']'`
    fn expectation(&mut self) -> Result<Measured, Diagnostic> {
        let start = self.advance();
        if *self.kind() != TokenKind::Open(Bracket::Square) {
            return Err(self.missing_square(start));
        }
        self.open(Bracket::Square)?;
        let body = self.sum()?;
        let over = match self.kind() {
            TokenKind::Semicolon => {
                self.advance();
                Some(self.names()?)
            }
            _ => None,
        };
        self.close()?;
        let form = Form::Expectation { body: Box::new(body.term), over };
        self.measured(form, start.to(self.previous()), body.depth, start)
    }

    /// `name '(' args ')'`
    fn call(&mut self) -> Result<Measured, Diagnostic> {
        let function = self.word("a function")?;
        let start = function.span;
        let mut depth = 0;
        let mut arguments = Vec::new();
        self.open(self.bracket_here())?;
        loop {
            let value = self.sum()?;
            depth = depth.max(value.depth);
            let becomes = match self.kind() {
                TokenKind::Arrow => {
                    self.advance();
                    let becomes = self.sum()?;
                    depth = depth.max(becomes.depth);
                    Some(becomes.term)
                }
                _ => None,
            };
            arguments.push(Argument { value: value.term, becomes });
            if !self.eat(&TokenKind::Comma) {
                break;
            }
        }
        self.close()?;
        let span = start.to(self.previous());
        self.measured(Form::Call { function, arguments }, span, depth, start)
    }

    /// `'||' expr '||'`; the square and the weight are postfix.
    fn norm(&mut self) -> Result<Measured, Diagnostic> {
        let start = self.current().span;
        self.open(Bracket::Bars)?;
        let of = self.sum()?;
        self.close()?;
        let form = Form::Norm { of: Box::new(of.term), squared: false, weight: None };
        self.measured(form, start.to(self.previous()), of.depth, start)
    }

    /// Whether `_(` comes next.
    fn at_weight(&self) -> bool {
        matches!(self.kind(), TokenKind::Word(word) if word == "_")
            && self.bracket_of_call().is_some()
    }

    /// `_(A)` behind a norm. It may also stand in front of the square, as in LaTeX.
    fn weight(&mut self, norm: Measured) -> Result<Measured, Diagnostic> {
        let place = self.advance();
        self.open(self.bracket_here())?;
        let weight = self.sum()?;
        self.close()?;
        let span = norm.term.span.to(self.previous());
        let Form::Norm { of, squared, .. } = norm.term.form else {
            unreachable!("only a norm has a weight: this is a bug")
        };
        let squares = match self.kind() {
            TokenKind::Raised(_) | TokenKind::Caret => true,
            _ => squared,
        };
        if !squares {
            return Err(unsquared(span));
        }
        let depth = norm.depth.max(weight.depth + 1);
        let weight = Some(Box::new(weight.term));
        self.measured(Form::Norm { of, squared, weight }, span, depth - 1, place)
    }

    /// `\frac{a}{b}`
    fn fraction(&mut self) -> Result<Measured, Diagnostic> {
        let operator = self.advance();
        let mut arguments = Vec::new();
        for _ in 0..2 {
            if *self.kind() != TokenKind::Open(Bracket::Curly) {
                return Err(self.unexpected("`{`").help("a fraction is written `\\frac{a}{b}`"));
            }
            let start = self.current().span;
            self.open(Bracket::Curly)?;
            let mut argument = self.sum()?;
            self.close()?;
            argument.term.span = start.to(self.previous());
            arguments.push(argument);
        }
        let [numerator, denominator] =
            <[Measured; 2]>::try_from(arguments).unwrap_or_else(|_| unreachable!("two arguments"));
        let mut fraction = self.binary(Sign::Divide, operator, numerator, denominator)?;
        fraction.term.span = operator.to(self.previous());
        Ok(fraction)
    }
}

fn unsquared(norm: Span) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Syntax, "a norm with a weight is squared", norm, "not squared")
        .help("`||v||^2_(A)` is v'Av")
}

fn too_deep(place: Span) -> Diagnostic {
    Diagnostic::new(
        DiagnosticKind::TooLong,
        format!("an expression has at most {DEEPEST_EXPRESSION} levels of brackets and operators"),
        place,
        "one level too many",
    )
    .help("brackets around the parts of a long sum make it less deep: `(a + b) + (c + d)`")
}
