//! From the text of a statement to its tokens, one at a time.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::formula::{Declared, Split, split};
use super::span::Span;
use super::spelling::{self, Command};
use super::token::{NUMERIC_FUNCTIONS, Token, TokenKind, is_reserved};
use std::borrow::Cow;
use std::collections::VecDeque;

/// The tokens of one statement, in order; behind the last one [`TokenKind::End`] for ever.
pub(super) struct Lexer<'a> {
    text: &'a str,
    position: usize,
    end: usize,
    declared: &'a Declared,
    /// The dollar sign that is open.
    dollar: Option<Span>,
    /// How many pairs of dollar signs have been opened.
    formulas: usize,
    /// The tokens of a run of letters that was split.
    pending: VecDeque<Token>,
    /// Whether the token before was `^`.
    after_caret: bool,
}

/// One letter of a word: its spelling in ASCII and its place.
struct Letter<'a> {
    spelling: Cow<'a, str>,
    span: Span,
}

/// Accents and fonts may be nested this deep.
const DEEPEST_ACCENT: usize = 8;

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, extent: Span, declared: &'a Declared) -> Self {
        Self {
            text,
            position: extent.start,
            end: extent.end,
            declared,
            dollar: None,
            formulas: 0,
            pending: VecDeque::new(),
            after_caret: false,
        }
    }

    /// The next token.
    pub(super) fn next_token(&mut self) -> Token {
        let token = self.pending.pop_front().unwrap_or_else(|| self.read());
        self.after_caret = token.kind == TokenKind::Caret;
        token
    }

    /// Leaves out everything up to the end of the statement.
    pub(super) fn finish(&mut self) {
        self.position = self.end;
        self.pending.clear();
        self.dollar = None;
    }

    fn read(&mut self) -> Token {
        self.skip_blanks();
        let start = self.position;
        let kind = match self.peek() {
            None => self.read_end(),
            Some(character) if character.is_ascii_digit() => self.read_number(),
            Some('½') => self.read_half(),
            Some(character) if is_letter(character) => return self.read_word(),
            Some(character) if spelling::raised(character).is_some() => self.read_raised(),
            Some('\\') => match self.read_command() {
                Ok(Some(kind)) => kind,
                Ok(None) => return self.read_word(),
                Err(mistake) => TokenKind::Mistake(mistake),
            },
            Some(character) => self.read_sign(character),
        };
        self.token(kind, Span::new(start, self.position))
    }

    fn token(&self, kind: TokenKind, span: Span) -> Token {
        let formula = if self.dollar.is_some() { self.formulas } else { 0 };
        Token { kind, span, formula }
    }

    fn read_end(&mut self) -> TokenKind {
        match self.dollar.take() {
            Some(dollar) => TokenKind::Mistake(Box::new(
                Diagnostic::new(
                    DiagnosticKind::Syntax,
                    "a dollar sign is not closed",
                    dollar,
                    "opened here",
                )
                .help("a formula in LaTeX stands between two dollar signs: `$...$`"),
            )),
            None => TokenKind::End,
        }
    }

    /// Skips blanks, comments, LaTeX spacing, and dollar signs, which open and close formulas.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            match rest.chars().next() {
                Some('#') => self.position += rest.find('\n').unwrap_or(rest.len()),
                Some('$') => {
                    let width = if rest.starts_with("$$") { 2 } else { 1 };
                    let span = Span::new(self.position, self.position + width);
                    self.dollar = match self.dollar {
                        Some(_) => None,
                        None => {
                            self.formulas += 1;
                            Some(span)
                        }
                    };
                    self.position = span.end;
                }
                Some('\\') => {
                    let name = command_name(&rest[1..]);
                    if !matches!(spelling::command(name), Some(Command::Nothing)) {
                        return;
                    }
                    self.position += 1 + name.len();
                }
                Some(character) if character.is_whitespace() => {
                    self.position += character.len_utf8();
                }
                _ => return,
            }
        }
    }

    /// A sign of one or two characters.
    fn read_sign(&mut self, character: char) -> TokenKind {
        const PAIRS: [(&str, TokenKind); 8] = [
            ("==", TokenKind::EqualEqual),
            (":=", TokenKind::Defines),
            ("::", TokenKind::PathSeparator),
            ("->", TokenKind::Arrow),
            (">=", TokenKind::AtLeast),
            ("<=", TokenKind::AtMost),
            ("||", TokenKind::Bars),
            ("~=", TokenKind::Approximate),
        ];
        let rest = self.rest();
        if let Some((_, kind)) = PAIRS.into_iter().find(|(pair, _)| rest.starts_with(pair)) {
            self.position += 2;
            return kind;
        }
        match spelling::sign(character) {
            Some(kind) => {
                self.position += character.len_utf8();
                kind
            }
            None => self.read_stray(character),
        }
    }

    fn read_stray(&mut self, character: char) -> TokenKind {
        let start = self.position;
        self.position += character.len_utf8();
        let span = Span::new(start, self.position);
        TokenKind::Mistake(Box::new(Diagnostic::new(
            DiagnosticKind::Syntax,
            format!("unexpected character `{character}`"),
            span,
            "not part of the language",
        )))
    }

    /// A LaTeX command that is a sign; `None` if it starts a word.
    fn read_command(&mut self) -> Result<Option<TokenKind>, Box<Diagnostic>> {
        let name = command_name(&self.rest()[1..]);
        let span = Span::new(self.position, self.position + 1 + name.len());
        match spelling::command(name) {
            Some(Command::Token(kind)) => {
                self.position = span.end;
                Ok(Some(kind))
            }
            Some(_) => Ok(None),
            None => {
                self.position = span.end;
                Err(unknown_command(name, span))
            }
        }
    }

    /// A name or a word; between dollar signs a run of letters may be several names.
    fn read_word(&mut self) -> Token {
        let start = self.position;
        let letters = match self.read_letters() {
            Ok(letters) => letters,
            Err(mistake) => {
                return self.token(TokenKind::Mistake(mistake), Span::new(start, self.position));
            }
        };
        let span = Span::new(start, self.position);
        let word = spell(&letters);
        if self.dollar.is_none() || self.is_word_of_formula(&word) {
            return self.token(TokenKind::Word(word), span);
        }
        if self.after_caret && letters[0].spelling == "T" {
            // As in LaTeX, `X^Ty` raises one letter.
            self.position = letters[0].span.end;
            return self.token(TokenKind::Word("T".to_owned()), letters[0].span);
        }
        self.split_word(word, span, &letters)
    }

    /// Whether a run of letters between dollar signs is one word.
    fn is_word_of_formula(&self, word: &str) -> bool {
        self.declared.names.contains(word)
            || is_reserved(word)
            || NUMERIC_FUNCTIONS.contains(&word)
            || matches!(word, "given" | "form" | "by" | "T")
    }

    fn split_word(&mut self, word: String, span: Span, letters: &[Letter]) -> Token {
        let before_square = self.rest().trim_start().starts_with('[');
        let is_name = |start: usize, end: usize| {
            let part = spell(&letters[start..end]);
            part == "I"
                || part == "E" && end == letters.len() && before_square
                || self.declared.names.contains(&part)
        };
        match split(letters.len(), is_name) {
            Split::Unknown => self.token(TokenKind::Word(word), span),
            Split::Names(ends) => {
                let tokens: VecDeque<Token> = parts(letters, &ends)
                    .map(|(part, span)| self.token(TokenKind::Word(part), span))
                    .collect();
                self.pending = tokens;
                self.pending.pop_front().expect("a run has letters: this is a bug")
            }
            Split::Ambiguous(first, second) => {
                let read = |ends: &[usize]| {
                    parts(letters, ends).map(|(part, _)| part).collect::<Vec<_>>().join("*")
                };
                let mistake = Diagnostic::new(
                    DiagnosticKind::ReservedName,
                    format!("`{word}` can be read in two ways"),
                    span,
                    format!("`{}` or `{}`", read(&first), read(&second)),
                )
                .help("put blanks between the factors");
                self.token(TokenKind::Mistake(Box::new(mistake)), span)
            }
        }
    }

    /// The letters of a word, from its first one on.
    fn read_letters(&mut self) -> Result<Vec<Letter<'a>>, Box<Diagnostic>> {
        // A command ends its word, but for an index behind it: `\sigma2` is no name.
        let command = self.peek() == Some('\\');
        let mut letters = vec![self.read_letter(true, 0)?];
        while let Some(character) = self.peek() {
            let index = character == '_';
            if !index && (command && letters.len() == 1 || !is_word_character(character)) {
                break;
            }
            let letter = self.read_letter(false, 0)?;
            letters.push(letter);
        }
        Ok(letters)
    }

    /// One letter of a word: a character, an index `_{q}`, or a command with its argument.
    fn read_letter(&mut self, first: bool, depth: usize) -> Result<Letter<'a>, Box<Diagnostic>> {
        let start = self.position;
        let text = self.text;
        let spelling = match self.peek() {
            Some('\\') => self.read_named_letter(depth)?,
            Some(character) => {
                self.position += character.len_utf8();
                match spelling::letter(character) {
                    Some(name) => Cow::Borrowed(name),
                    None => Cow::Borrowed(&text[start..self.position]),
                }
            }
            None => return Err(incomplete_name(Span::new(start, start))),
        };
        // `x_{q}` is `x_q`; a `_` in front of a word is a letter like others.
        let spelling = match self.peek() {
            Some('{' | '\\') if spelling == "_" && !first => {
                Cow::Owned(format!("_{}", self.read_argument(depth)?))
            }
            _ => spelling,
        };
        Ok(Letter { spelling, span: Span::new(start, self.position) })
    }

    /// A command that is a letter, or a font or accent with its argument.
    fn read_named_letter(&mut self, depth: usize) -> Result<Cow<'a, str>, Box<Diagnostic>> {
        let name = command_name(&self.rest()[1..]);
        let span = Span::new(self.position, self.position + 1 + name.len());
        self.position = span.end;
        match spelling::command(name) {
            Some(Command::Word(word)) => Ok(Cow::Borrowed(word)),
            Some(Command::Font) => self.read_argument(depth).map(Cow::Owned),
            Some(Command::Accent(ending)) => Ok(Cow::Owned(self.read_argument(depth)? + ending)),
            Some(_) => Err(incomplete_name(span)),
            None => Err(unknown_command(name, span)),
        }
    }

    /// What follows an accent, a font or `_`: letters in braces, or one letter.
    fn read_argument(&mut self, depth: usize) -> Result<String, Box<Diagnostic>> {
        self.skip_spaces();
        let start = self.position;
        let braces = self.peek() == Some('{');
        if braces {
            self.position += 1;
            self.skip_spaces();
        }
        let mut name = String::new();
        loop {
            match self.peek() {
                Some('}') if braces && !name.is_empty() => {
                    self.position += 1;
                    return Ok(name);
                }
                Some(character)
                    if depth < DEEPEST_ACCENT
                        && (is_word_character(character) || character == '\\') =>
                {
                    name += &self.read_letter(false, depth + 1)?.spelling;
                }
                other => {
                    let width = other.map_or(0, char::len_utf8);
                    self.position += width;
                    return Err(incomplete_name(Span::new(start, self.position)));
                }
            }
            if !braces {
                return Ok(name);
            }
            self.skip_spaces();
        }
    }

    fn skip_spaces(&mut self) {
        self.position += self.rest().len() - self.rest().trim_start_matches(' ').len();
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.position..self.end]
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// Whether `letter` is a declared name between dollar signs, so that `2e3` is a product.
    pub(super) fn is_factor(&self, letter: &str) -> bool {
        self.dollar.is_some() && self.declared.names.contains(letter)
    }
}

/// Letters that can start a word.
fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || spelling::letter(character).is_some()
}

fn is_word_character(character: char) -> bool {
    is_letter(character) || character.is_ascii_digit()
}

/// The name of the command whose backslash stands in front of `rest`.
fn command_name(rest: &str) -> &str {
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let one = rest.chars().next().map_or(0, char::len_utf8);
    &rest[..letters.max(one)]
}

fn spell(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.spelling.as_ref()).collect()
}

/// The names that end behind these letters, each with its place.
fn parts(letters: &[Letter], ends: &[usize]) -> impl Iterator<Item = (String, Span)> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends.iter().copied()).map(|(start, end)| {
        let part = &letters[start..end];
        (spell(part), part[0].span.to(part[part.len() - 1].span))
    })
}

fn unknown_command(name: &str, span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(
        DiagnosticKind::UnknownWord,
        format!("unknown LaTeX command `\\{name}`"),
        span,
        "not a command of the language",
    ))
}

fn incomplete_name(span: Span) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new(DiagnosticKind::Syntax, "a name is expected here", span, "not a name")
            .help("accents, fonts and indices take letters in braces: `\\hat{y}`, `x_{q}`"),
    )
}
