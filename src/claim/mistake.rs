//! What is said about statements that cannot be read: the messages of the parser.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::misfit::is_enclosed;
use super::parser::Parser;
use super::proposition::special_form;
use super::span::Span;
use super::spelling::greek_command;
use super::statement::{ATTRIBUTES, STATEMENTS};
use super::suggestion::nearest;
use super::surface::{Form, Name, Sign, Term};
use super::token::{Bracket, FUNCTIONS, NUMERIC_FUNCTIONS, PROPOSITIONS, TokenKind};

impl Parser<'_> {
    /// The text at `span`, on one line, shortened if it is long.
    pub(super) fn quoted(&self, span: Span) -> String {
        shorten(&super::lines::plain_text(self.text, span))
    }

    /// `expected WHAT, found ...` at the current token, or what the lexer has to say about it.
    pub(super) fn unexpected(&self, what: &str) -> Diagnostic {
        let found = match self.kind() {
            TokenKind::Mistake(mistake) => return (**mistake).clone(),
            TokenKind::End => "the end of the statement".to_owned(),
            _ => format!("`{}`", self.quoted(self.current().span)),
        };
        Diagnostic::new(
            DiagnosticKind::Syntax,
            format!("expected {what}, found {found}"),
            self.place(),
            "",
        )
    }

    /// The place of the current token; behind the statement if nothing is left.
    fn place(&self) -> Span {
        match self.kind() {
            TokenKind::End => Span::new(self.extent.end, self.extent.end),
            _ => self.current().span,
        }
    }

    /// Something stands behind a complete statement.
    pub(super) fn superfluous(&self) -> Diagnostic {
        let place = self.current().span;
        match self.kind() {
            TokenKind::Close(bracket) => Diagnostic::new(
                DiagnosticKind::UnclosedBracket,
                format!("`{0}` without an opening `{1}`", bracket.closing(), bracket.opening()),
                place,
                "nothing is open here",
            ),
            _ => self.unexpected("the end of the statement"),
        }
    }

    pub(super) fn missing_statement_word(&self) -> Diagnostic {
        self.unexpected("a statement")
            .help("a statement starts with a word such as `let` or `claim`; a line that continues the statement above starts with a blank")
    }

    pub(super) fn unknown_statement(&self, word: &str) -> Diagnostic {
        let diagnostic = Diagnostic::new(
            DiagnosticKind::UnknownWord,
            format!("unknown statement `{}`", shorten(word)),
            self.current().span,
            "not a statement of the language",
        );
        match nearest(word, STATEMENTS) {
            Some(near) => diagnostic.help(format!("a statement with a similar name: `{near}`")),
            None => diagnostic,
        }
    }

    pub(super) fn unknown_attribute(&self, word: &str) -> Diagnostic {
        let diagnostic = Diagnostic::new(
            DiagnosticKind::UnknownWord,
            format!("unknown attribute `{}`", shorten(word)),
            self.current().span,
            "not an attribute of a matrix",
        );
        match nearest(word, ATTRIBUTES) {
            Some(near) => diagnostic.help(format!("an attribute with a similar name: `{near}`")),
            None => diagnostic.help("attributes are `pd`, `sym`, `invertible`, `commuting`"),
        }
    }

    pub(super) fn numeric_space(&self) -> Diagnostic {
        Diagnostic::new(
            DiagnosticKind::WrongName,
            "spaces are names, not numbers",
            self.current().span,
            "not a space",
        )
        .help("declare a size with `space d`; numbers for it follow in `at d = 2, 3`")
    }

    pub(super) fn missing_claim_name(&self) -> Diagnostic {
        self.unexpected("the name of the claim").help("a claim is written `claim loss: a == b`")
    }

    pub(super) fn missing_colon(&self, name: &Name) -> Diagnostic {
        self.unexpected(&format!("`:` behind the name `{}`", shorten(&name.text)))
            .help(format!("a claim is written `claim {}: a == b`", shorten(&name.text)))
    }

    /// Something else than the sign between a name and its value.
    pub(super) fn missing_definition_sign(&self) -> Diagnostic {
        if self.statement_word == "let" {
            self.unexpected("`=`")
                .help("an abbreviation is written `let S = ...`; `:=` belongs to `define`")
        } else {
            self.unexpected("`:=`")
                .help("an element is written `define Gamma := ...`; `=` belongs to `let`")
        }
    }

    pub(super) fn missing_unit(&self) -> Diagnostic {
        self.unexpected("`%` or `absolute`").help(
            "a margin is written `margin 1% because ...` or `margin 0.01 absolute because ...`",
        )
    }

    pub(super) fn missing_reason(&self, amount: Span) -> Diagnostic {
        let amount_text = self.quoted(amount);
        Diagnostic::new(
            DiagnosticKind::Margin,
            format!("a margin needs a reason: margin {amount_text} because ..."),
            amount,
            "why this much?",
        )
    }

    pub(super) fn comma_between_lists(&self) -> Diagnostic {
        Diagnostic::new(
            DiagnosticKind::Grid,
            "lists of different names are separated by `;`",
            self.current().span,
            "a second list starts here",
        )
        .help("a grid is written `at d = 2, 3; N = 5, 20`")
    }

    pub(super) fn missing_row(&self, matrix: Span) -> Diagnostic {
        self.unexpected("`[`").also(matrix, "opened here").help(
            "a matrix is written by rows, `[[2, 1], [1, 2]]`; a vector is one row, `[[2, 1]]`",
        )
    }

    /// Two operands without an operator between them.
    pub(super) fn missing_operator(&mut self, left: Span) -> Diagnostic {
        let first = self.quoted(left);
        let place = self.current().span;
        let second = self.quoted(place);
        let diagnostic = Diagnostic::new(
            DiagnosticKind::MissingOperator,
            format!("expected an operator between `{first}` and `{second}`"),
            place,
            "a second factor without `*`",
        )
        .help(format!("products are written with `*`: `{first}*{second}`"));
        match self.juxtaposed(&first) {
            Some(formula) => diagnostic
                .note(format!("juxtaposition is read only between dollar signs: `${formula}$`")),
            None => diagnostic,
        }
    }

    /// The declared name `first` and up to two more that follow as factors, in LaTeX.
    fn juxtaposed(&mut self, first: &str) -> Option<String> {
        let mut factors = vec![first.to_owned()];
        while factors.len() < 3 {
            let TokenKind::Word(word) = self.kind() else { break };
            factors.push(word.clone());
            self.advance();
            if !self.eat(&TokenKind::Times) {
                break;
            }
        }
        let known = factors.iter().all(|factor| self.declared.names.contains(factor));
        let written: Vec<String> = factors.iter().map(|factor| in_formula(factor)).collect();
        (known && factors.len() > 1).then(|| written.join(" "))
    }

    /// Something that is no operand where one is needed.
    pub(super) fn missing_operand(&self) -> Diagnostic {
        match (self.kind(), self.open_norm()) {
            (TokenKind::Bars, Some(open)) => Diagnostic::new(
                DiagnosticKind::Syntax,
                "norm bars do not nest",
                self.current().span,
                "closes the norm",
            )
            .also(open, "opened here")
            .help("name the inner part with `let`"),
            (TokenKind::Open(Bracket::Square), _) => Diagnostic::new(
                DiagnosticKind::Syntax,
                "square brackets belong to `E[...]` and to declarations",
                self.current().span,
                "not an expression",
            )
            .help("expressions are grouped with `(` and `)`"),
            _ => self.unexpected("an expression"),
        }
    }

    /// `E` without its square bracket.
    pub(super) fn missing_square(&self, expectation: Span) -> Diagnostic {
        Diagnostic::new(
            DiagnosticKind::Arguments,
            "`E` needs square brackets",
            expectation,
            "the expectation",
        )
        .help("the expectation is written `E[...]`, over some letters only `E[...; w, e]`")
    }

    /// Refuses words that are no letters; `bracket` follows the word.
    pub(super) fn check_variable(
        &self,
        word: &str,
        bracket: Option<Bracket>,
    ) -> Result<(), Diagnostic> {
        let place = self.current().span;
        if PROPOSITIONS.contains(&word) {
            return Err(self.not_alone(&Name { text: word.to_owned(), span: place }));
        }
        if FUNCTIONS.contains(&word) {
            return Err(Diagnostic::new(
                DiagnosticKind::Arguments,
                format!("`{word}` needs its argument in brackets"),
                place,
                "a function",
            )
            .help(format!("write `{word}(...)`")));
        }
        let call = bracket.is_some() && self.current().formula == 0;
        if call && word != "_" && !self.declared.names.contains(word) {
            let diagnostic = Diagnostic::new(
                DiagnosticKind::UnknownWord,
                format!("unknown function `{}`", shorten(word)),
                place,
                "not a function of the language",
            );
            let known = FUNCTIONS.into_iter().chain(NUMERIC_FUNCTIONS).chain(PROPOSITIONS);
            return Err(match nearest(word, known) {
                Some(near) => diagnostic.help(format!("a function with a similar name: `{near}`")),
                None => diagnostic,
            });
        }
        Ok(())
    }

    /// `limit` and its like anywhere but alone on the left of `==`.
    pub(super) fn not_alone(&self, word: &Name) -> Diagnostic {
        let form = special_form(&word.text);
        Diagnostic::new(
            DiagnosticKind::Syntax,
            format!("`{}` stands alone on the left of `==`", word.text),
            word.span,
            "not a function",
        )
        .help(format!("write `{form} == ...`"))
    }

    /// The kind of the opening bracket that comes next.
    pub(super) fn bracket_here(&self) -> Bracket {
        match self.kind() {
            TokenKind::Open(bracket) => *bracket,
            _ => unreachable!("no bracket comes next: this is a bug"),
        }
    }

    /// Something else than the bracket that closes the innermost open one.
    pub(super) fn not_closed(&self, bracket: Bracket, opened: Span) -> Diagnostic {
        let closing = bracket.closing();
        let found = match self.kind() {
            TokenKind::Mistake(mistake) => return (**mistake).clone(),
            TokenKind::End => "the end of the statement".to_owned(),
            _ => format!("`{}`", self.quoted(self.current().span)),
        };
        Diagnostic::new(
            DiagnosticKind::UnclosedBracket,
            format!("expected `{closing}` before {found}"),
            self.place(),
            format!("`{closing}` is missing here"),
        )
        .also(opened, "opened here")
    }

    /// Something else than `==`, `>=` or `<=` behind the left side of a claim.
    pub(super) fn missing_comparison(&mut self, left: &Term) -> Diagnostic {
        let place = self.current().span;
        match self.kind() {
            TokenKind::Equals | TokenKind::Defines => Diagnostic::new(
                DiagnosticKind::SingleEquals,
                "a claim compares with `==`",
                place,
                format!("found `{}`", self.quoted(place)),
            )
            .help("`=` names an abbreviation (`let S = ...`); equality is `==`"),
            TokenKind::Approximate | TokenKind::Tilde => self.approximate_equality(left),
            TokenKind::Close(_) => self.superfluous(),
            _ => self.unexpected("`==`, `>=` or `<=`"),
        }
    }

    fn approximate_equality(&mut self, left: &Term) -> Diagnostic {
        let place = self.advance();
        let right = self.expression().ok().filter(|_| *self.kind() == TokenKind::End);
        let left_text = self.quoted(left.span);
        let mut diagnostic = Diagnostic::new(
            DiagnosticKind::ApproximateEquality,
            "there is no approximate equality",
            place,
            "not an operator of the language",
        )
        .help(format!("exact statement:        `{left_text} == ...`"));
        let Some(right) = right else { return diagnostic };
        if let Some((leading, size)) = self.first_order(&right) {
            diagnostic = diagnostic.help(format!(
                "leading order:          `coeff({left_text}, {size}, 1) == {leading}`"
            ));
        }
        let sum = |term: &Term| {
            matches!(&term.form, Form::Binary { sign: Sign::Add | Sign::Subtract, .. })
        };
        let right_text = self.quoted(right.span);
        let right_text = match sum(&right) && !is_enclosed(&right_text) {
            true => format!("({right_text})"),
            false => right_text,
        };
        diagnostic.help(format!(
            "within 2 percent:       two claims, `{left_text} <= 102/100*{right_text}` and `{left_text} >= 98/100*{right_text}`"
        ))
    }

    /// The coefficient of 1/N of a value written `a/N` with a declared size N.
    fn first_order(&self, value: &Term) -> Option<(String, String)> {
        let Form::Binary { sign: Sign::Divide, left, right, .. } = &value.form else { return None };
        let Form::Name(size) = &right.form else { return None };
        let declared = self.declared.sizes.contains(size);
        declared.then(|| (self.quoted(left.span), size.clone()))
    }
}

/// A name as it can be typed between dollar signs.
fn in_formula(name: &str) -> String {
    match greek_command(name) {
        Some(command) => format!("\\{command}"),
        None => name.to_owned(),
    }
}

/// At most 40 characters of `text`.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some(_) => text.chars().take(LONGEST - 3).chain("...".chars()).collect(),
    }
}
