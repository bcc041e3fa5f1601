//! From the text of a file to its statements as written.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::formula::Declared;
use super::lexer::Lexer;
use super::lines::{LONGEST_FILE, LONGEST_STATEMENT, extents};
use super::span::Span;
use super::surface::{Name, Statement, StatementForm, Term};
use super::token::{Bracket, Token, TokenKind, is_reserved};

/// The deepest nesting of brackets.
const DEEPEST_BRACKETS: usize = 256;

/// Reading stops after this many errors: it is then not a claim file.
const MOST_ERRORS: usize = 1000;

/// The statements of a file, and its errors in the order of the file: at most one a statement,
/// and every statement is attempted. A statement with an error stays as
/// [`StatementForm::Broken`].
pub(crate) fn parse(text: &str) -> (Vec<Statement>, Vec<Diagnostic>) {
    if text.len() > LONGEST_FILE {
        let limit = format!("a claim file has at most {} MiB", LONGEST_FILE >> 20);
        return (
            Vec::new(),
            vec![Diagnostic::new(
                DiagnosticKind::TooLong,
                limit,
                Span::new(0, 0),
                "this file is longer",
            )],
        );
    }
    let mut statements = Vec::new();
    let mut errors = Vec::new();
    let mut declared = Declared::default();
    for extent in extents(text) {
        let mut parser = Parser::new(text, extent.span, &declared);
        let form = match parser.whole_statement(extent.orphan) {
            Ok(form) => form,
            Err(error) => {
                errors.push(error);
                StatementForm::Broken { word: parser.statement_word, names: parser.declares }
            }
        };
        declared.add(&form);
        statements.push(Statement { form, span: extent.span });
        if errors.len() == MOST_ERRORS {
            let message = format!("this file has {MOST_ERRORS} errors; the rest is not read");
            errors.push(Diagnostic::new(
                DiagnosticKind::TooLong,
                message,
                extent.span,
                "the last statement that was read",
            ));
            break;
        }
    }
    (statements, errors)
}

/// A single expression, with the names that are declared for it (used between dollar signs and
/// in suggestions). Line ends are blanks.
///
/// # Errors
///
/// The first mistake, with its place in `text`.
pub(crate) fn parse_expression(text: &str, declared: &[&str]) -> Result<Term, Diagnostic> {
    let names = declared.iter().map(|name| (*name).to_owned()).collect();
    whole(text, &Declared { names, sizes: Vec::new() }, Parser::expression)
}

/// A single `NAME = value, value`, a list of an `at` statement.
///
/// # Errors
///
/// The first mistake, with its place in `text`.
#[cfg(feature = "cli")]
pub(crate) fn parse_grid_list(text: &str) -> Result<super::surface::GridList, Diagnostic> {
    whole(text, &Declared::default(), Parser::grid_list)
}

fn whole<'a, R>(
    text: &'a str,
    declared: &'a Declared,
    read: impl FnOnce(&mut Parser<'a>) -> Result<R, Diagnostic>,
) -> Result<R, Diagnostic> {
    if text.len() > LONGEST_STATEMENT {
        return Err(too_long(Span::new(0, 0)));
    }
    let mut parser = Parser::new(text, Span::new(0, text.len()), declared);
    let result = read(&mut parser)?;
    parser.expect_end()?;
    Ok(result)
}

fn too_long(start: Span) -> Diagnostic {
    let limit = LONGEST_STATEMENT >> 20;
    Diagnostic::new(
        DiagnosticKind::TooLong,
        format!("a statement has at most {limit} MiB"),
        start,
        "this one is longer",
    )
}

/// Reads one statement: the token that comes next, the one behind it, and what is open.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) extent: Span,
    pub(super) declared: &'a Declared,
    lexer: Lexer<'a>,
    current: Token,
    next: Token,
    previous: Span,
    previous_formula: usize,
    open: Vec<(Bracket, Span)>,
    /// The first word of the statement.
    pub(super) statement_word: String,
    /// The names that the statement declares, as far as they were read.
    pub(super) declares: Vec<Name>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, extent: Span, declared: &'a Declared) -> Self {
        let start = Span::new(extent.start, extent.start);
        let placeholder = || Token { kind: TokenKind::End, span: start, formula: 0 };
        let mut parser = Self {
            text,
            extent,
            declared,
            lexer: Lexer::new(text, extent, declared),
            current: placeholder(),
            next: placeholder(),
            previous: start,
            previous_formula: 0,
            open: Vec::new(),
            statement_word: String::new(),
            declares: Vec::new(),
        };
        if extent.end - extent.start <= LONGEST_STATEMENT {
            parser.advance();
            parser.advance();
            parser.previous = start;
        }
        parser
    }

    fn whole_statement(&mut self, orphan: bool) -> Result<StatementForm, Diagnostic> {
        if self.extent.end - self.extent.start > LONGEST_STATEMENT {
            return Err(too_long(Span::new(self.extent.start, self.extent.start)));
        }
        if orphan {
            return Err(Diagnostic::new(
                DiagnosticKind::Syntax,
                "this line continues a statement, but there is none above it",
                self.current.span,
                "the line starts with a blank",
            )
            .help("a statement starts at the beginning of its line"));
        }
        let form = self.statement()?;
        self.expect_end()?;
        Ok(form)
    }

    pub(super) fn current(&self) -> &Token {
        &self.current
    }

    pub(super) fn kind(&self) -> &TokenKind {
        &self.current.kind
    }

    pub(super) fn next_kind(&self) -> &TokenKind {
        &self.next.kind
    }

    /// The place of the token before the current one.
    pub(super) fn previous(&self) -> Span {
        self.previous
    }

    /// Goes on to the next token; returns the place of the one that was current.
    pub(super) fn advance(&mut self) -> Span {
        let following = self.lexer.next_token();
        let current = std::mem::replace(&mut self.next, following);
        let passed = std::mem::replace(&mut self.current, current);
        self.previous = passed.span;
        self.previous_formula = passed.formula;
        self.previous
    }

    /// Passes everything up to the end of the statement.
    pub(super) fn skip_rest(&mut self) {
        self.lexer.finish();
        self.advance();
        self.advance();
    }

    /// Passes a token of this kind, if it comes next.
    pub(super) fn eat(&mut self, kind: &TokenKind) -> bool {
        let found = self.current.kind == *kind;
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect_end(&mut self) -> Result<(), Diagnostic> {
        match self.kind() {
            TokenKind::End => Ok(()),
            _ => Err(self.superfluous()),
        }
    }

    /// Whether the word `word` comes next.
    pub(super) fn at_word(&self, word: &str) -> bool {
        matches!(&self.current.kind, TokenKind::Word(found) if found == word)
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<Span, Diagnostic> {
        if !self.at_word(word) {
            return Err(self.unexpected(&format!("`{word}`")));
        }
        Ok(self.advance())
    }

    /// Any word, reserved or not.
    pub(super) fn word(&mut self, what: &str) -> Result<Name, Diagnostic> {
        match self.kind() {
            TokenKind::Word(word) => {
                let text = word.clone();
                Ok(Name { text, span: self.advance() })
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// A name that is used.
    pub(super) fn name(&mut self) -> Result<Name, Diagnostic> {
        self.word("a name")
    }

    /// `name (',' name)*`
    pub(super) fn names(&mut self) -> Result<Vec<Name>, Diagnostic> {
        let mut names = vec![self.name()?];
        while self.eat(&TokenKind::Comma) {
            names.push(self.name()?);
        }
        Ok(names)
    }

    /// A name that this statement declares.
    pub(super) fn declared_name(&mut self) -> Result<Name, Diagnostic> {
        let name = self.word("a name")?;
        if is_reserved(&name.text) {
            return Err(Diagnostic::new(
                DiagnosticKind::ReservedName,
                format!("the name `{}` is reserved", name.text),
                name.span,
                "a word of the language",
            )
            .help("choose another name"));
        }
        if self.text[name.span.start..name.span.end] != name.text {
            return Err(Diagnostic::new(
                DiagnosticKind::ReservedName,
                "names are declared in ASCII",
                name.span,
                format!("read as `{}`", name.text),
            )
            .help(format!("declare `{}`; expressions may use either spelling", name.text)));
        }
        self.declares.push(name.clone());
        Ok(name)
    }

    /// The kind of the round bracket or brace behind the current word.
    pub(super) fn bracket_of_call(&self) -> Option<Bracket> {
        match self.next.kind {
            TokenKind::Open(bracket @ (Bracket::Round | Bracket::Curly)) => Some(bracket),
            _ => None,
        }
    }

    /// Passes the opening bracket that comes next.
    pub(super) fn open(&mut self, bracket: Bracket) -> Result<(), Diagnostic> {
        let place = self.advance();
        if self.open.len() == DEEPEST_BRACKETS {
            return Err(Diagnostic::new(
                DiagnosticKind::TooLong,
                format!("brackets are nested at most {DEEPEST_BRACKETS} deep"),
                place,
                "one bracket too many",
            )
            .help("name a part of the expression with `let`"));
        }
        self.open.push((bracket, place));
        Ok(())
    }

    /// Passes the bracket that closes the innermost open one.
    pub(super) fn close(&mut self) -> Result<(), Diagnostic> {
        let Some((bracket, place)) = self.open.last().copied() else {
            unreachable!("a bracket is closed that was not opened: this is a bug")
        };
        let closes = match bracket {
            Bracket::Bars => *self.kind() == TokenKind::Bars,
            _ => *self.kind() == TokenKind::Close(bracket),
        };
        if !closes {
            return Err(self.not_closed(bracket, place));
        }
        self.advance();
        self.open.pop();
        Ok(())
    }

    /// The opening bars of the norm that is open.
    pub(super) fn open_norm(&self) -> Option<Span> {
        self.open.iter().rev().find(|(bracket, _)| *bracket == Bracket::Bars).map(|open| open.1)
    }

    /// Whether the current token can start an operand.
    pub(super) fn starts_operand(&self) -> bool {
        match self.kind() {
            TokenKind::Number(_) | TokenKind::Fraction => true,
            TokenKind::Open(bracket) => *bracket != Bracket::Square,
            TokenKind::Bars => self.open_norm().is_none(),
            TokenKind::Word(word) => {
                !(self.open.is_empty() && matches!(word.as_str(), "given" | "by"))
            }
            _ => false,
        }
    }

    /// Whether the current token stands between the same dollar signs as the one before it.
    pub(super) fn is_juxtaposed(&self) -> bool {
        self.current.formula != 0 && self.current.formula == self.previous_formula
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The claim files of the repository.
    const CLAIM_FILES: [&str; 5] = [
        include_str!("../../tests/claims/01_zfb_loss.claim"),
        include_str!("../../tests/claims/02_minimiser_found.claim"),
        include_str!("../../tests/claims/03_thm42_general_law.claim"),
        include_str!("../../tests/claims/04_thm42_linear_labels.claim"),
        include_str!("../../tests/claims/07_one_gd_step.claim"),
    ];

    fn count(statements: &[Statement], wanted: impl Fn(&StatementForm) -> bool) -> usize {
        statements.iter().filter(|statement| wanted(&statement.form)).count()
    }

    #[test]
    fn every_line_of_the_claim_files_is_read() {
        for text in CLAIM_FILES {
            let (statements, errors) = parse(text);
            assert_eq!(errors, []);
            let lines = text.lines().filter(|line| !line.starts_with(['#', ' ']));
            assert_eq!(statements.len(), lines.count());
            let claims = text.lines().filter(|line| line.starts_with("claim "));
            assert_eq!(
                count(&statements, |form| matches!(
                    form,
                    StatementForm::Claim { refute: false, .. }
                )),
                claims.count()
            );
        }
    }
}
