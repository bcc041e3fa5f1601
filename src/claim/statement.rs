//! Statements (section 2 of the language).

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::lines::plain_text;
use super::parser::Parser;
use super::span::Span;
use super::surface::{
    GridForm, GridList, GridValue, MarginText, Name, SpaceName, StatementForm, Term,
};
use super::token::{Bracket, TokenKind};
use dashu_ratio::RBig;

/// The words a statement can start with.
pub(super) const STATEMENTS: [&str; 23] = [
    "theory",
    "source",
    "note",
    "without",
    "space",
    "scalar",
    "positive",
    "matrix",
    "vector",
    "ones",
    "gaussian",
    "secondorder",
    "secondorder0",
    "param",
    "observed",
    "let",
    "define",
    "rule",
    "train",
    "at",
    "margin",
    "claim",
    "refute",
];

/// What can be said of a matrix.
pub(super) const ATTRIBUTES: [&str; 4] = ["pd", "sym", "invertible", "commuting"];

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Result<StatementForm, Diagnostic> {
        let TokenKind::Word(word) = self.kind() else { return Err(self.missing_statement_word()) };
        let word = word.clone();
        self.statement_word.clone_from(&word);
        if !STATEMENTS.contains(&word.as_str()) {
            return Err(self.unknown_statement(&word));
        }
        self.advance();
        match word.as_str() {
            "theory" => self.text("a title").map(StatementForm::Theory),
            "source" => {
                let text = self.rest();
                Ok(StatementForm::Source(Some(text).filter(|text| !text.is_empty())))
            }
            "note" => self.text("a text").map(StatementForm::Note),
            "without" => self.text("a hypothesis").map(StatementForm::Without),
            "space" => self.declared_names().map(StatementForm::Space),
            "scalar" => self.declared_names().map(StatementForm::Scalar),
            "positive" => self.declared_names().map(StatementForm::Positive),
            "matrix" => self.matrix(),
            "vector" => {
                let (name, space) = self.vector()?;
                Ok(StatementForm::Vector { name, space })
            }
            "ones" => {
                let (name, space) = self.vector()?;
                Ok(StatementForm::Ones { name, space })
            }
            "param" | "observed" => {
                let name = self.declared_name()?;
                let spaces = self.optional_spaces()?;
                Ok(StatementForm::Free { observed: word == "observed", name, spaces })
            }
            "gaussian" => {
                let (name, spaces, covariance) = self.random_letter()?;
                Ok(StatementForm::Gaussian { name, spaces, covariance })
            }
            "secondorder" | "secondorder0" => {
                let (name, spaces, covariance) = self.random_letter()?;
                let group = if self.eat(&TokenKind::Colon) { Some(self.name()?) } else { None };
                let mean_zero = word == "secondorder0";
                Ok(StatementForm::SecondOrder { mean_zero, name, spaces, covariance, group })
            }
            "let" => {
                let (name, value) = self.definition(&TokenKind::Equals)?;
                Ok(StatementForm::Let { name, value })
            }
            "define" => {
                let (name, value) = self.definition(&TokenKind::Defines)?;
                Ok(StatementForm::Define { name, value })
            }
            "rule" => self.rule(),
            "train" => self.train(),
            "at" => self.grid().map(StatementForm::At),
            "margin" => self.margin(),
            _ => self.claim(word == "refute"),
        }
    }

    /// The rest of the statement as text.
    fn rest(&mut self) -> String {
        let text = plain_text(self.text, Span::new(self.previous().end, self.extent.end));
        self.skip_rest();
        text
    }

    fn text(&mut self, what: &str) -> Result<String, Diagnostic> {
        let text = self.rest();
        if text.is_empty() { Err(self.unexpected(what)) } else { Ok(text) }
    }

    fn declared_names(&mut self) -> Result<Vec<Name>, Diagnostic> {
        let mut names = vec![self.declared_name()?];
        while self.eat(&TokenKind::Comma) {
            names.push(self.declared_name()?);
        }
        Ok(names)
    }

    /// `space := name | '1'`
    fn space(&mut self) -> Result<SpaceName, Diagnostic> {
        match self.kind() {
            TokenKind::Number(one) if *one == RBig::ONE => Ok(SpaceName::One(self.advance())),
            TokenKind::Number(_) => Err(self.numeric_space()),
            _ => self.word("the name of a size").map(SpaceName::Named),
        }
    }

    /// `'[' space (',' space)? ']'`
    fn spaces(&mut self) -> Result<Vec<SpaceName>, Diagnostic> {
        if *self.kind() != TokenKind::Open(Bracket::Square) {
            return Err(self.unexpected("`[`"));
        }
        self.open(Bracket::Square)?;
        let mut spaces = vec![self.space()?];
        if self.eat(&TokenKind::Comma) {
            spaces.push(self.space()?);
        }
        self.close()?;
        Ok(spaces)
    }

    fn optional_spaces(&mut self) -> Result<Vec<SpaceName>, Diagnostic> {
        match self.kind() {
            TokenKind::Open(Bracket::Square) => self.spaces(),
            _ => Ok(Vec::new()),
        }
    }

    /// `'matrix' name '[' space ',' space ']' attr*`
    fn matrix(&mut self) -> Result<StatementForm, Diagnostic> {
        let name = self.declared_name()?;
        let start = self.current().span;
        let spaces = self.spaces()?;
        let Ok([rows, columns]) = <[SpaceName; 2]>::try_from(spaces) else {
            return Err(Diagnostic::new(
                DiagnosticKind::Shape,
                "a matrix has two spaces",
                start.to(self.previous()),
                "only one is given",
            )
            .help(format!("write `matrix {0}[d,d]` or `vector {0}[d]`", name.text)));
        };
        let mut attributes = Vec::new();
        while let TokenKind::Word(word) = self.kind() {
            if !ATTRIBUTES.contains(&word.as_str()) {
                return Err(self.unknown_attribute(word));
            }
            attributes.push(self.word("an attribute")?);
        }
        Ok(StatementForm::Matrix { name, rows, columns, attributes })
    }

    fn vector(&mut self) -> Result<(Name, SpaceName), Diagnostic> {
        let name = self.declared_name()?;
        let start = self.current().span;
        let spaces = self.spaces()?;
        let Ok([space]) = <[SpaceName; 1]>::try_from(spaces) else {
            return Err(Diagnostic::new(
                DiagnosticKind::Shape,
                "a vector has one space",
                start.to(self.previous()),
                "two are given",
            )
            .help(format!("a matrix is declared by `matrix {}[d,N]`", name.text)));
        };
        Ok((name, space))
    }

    /// `name '[' space (',' space)? ']' '~' cov`
    fn random_letter(&mut self) -> Result<(Name, Vec<SpaceName>, Term), Diagnostic> {
        let name = self.declared_name()?;
        let spaces = self.spaces()?;
        if !self.eat(&TokenKind::Tilde) {
            return Err(self
                .unexpected("`~` and a covariance")
                .help(format!("write `{}[...] ~ Lambda`", name.text)));
        }
        Ok((name, spaces, self.expression()?))
    }

    /// `name '=' expr` or `name ':=' expr`
    fn definition(&mut self, sign: &TokenKind) -> Result<(Name, Term), Diagnostic> {
        let name = self.declared_name()?;
        if !self.eat(sign) {
            return Err(self.missing_definition_sign());
        }
        Ok((name, self.expression()?))
    }

    /// `'rule' expr '==' expr`
    fn rule(&mut self) -> Result<StatementForm, Diagnostic> {
        let left = self.expression()?;
        if !self.eat(&TokenKind::EqualEqual) {
            return Err(self
                .unexpected("`==`")
                .help("a rule is an equation: `rule Psi*Lambda == I`"));
        }
        Ok(StatementForm::Rule { left, right: self.expression()? })
    }

    /// `'train' name 'over' names 'from' start (',' start)*`
    fn train(&mut self) -> Result<StatementForm, Diagnostic> {
        let loss = self.name()?;
        self.expect_word("over")?;
        let over = self.names()?;
        self.expect_word("from")?;
        let mut starts = Vec::new();
        loop {
            let name = self.name()?;
            if !self.eat(&TokenKind::Arrow) {
                let help = format!("a start is written `{} -> 0.1*I`", name.text);
                return Err(self.unexpected("`->`").help(help));
            }
            starts.push((name, self.expression()?));
            if !self.eat(&TokenKind::Comma) {
                return Ok(StatementForm::Train { loss, over, starts });
            }
        }
    }

    /// `(product ('|' product)*)?` with `product := grid (';' grid)*`
    fn grid(&mut self) -> Result<Vec<Vec<GridList>>, Diagnostic> {
        let mut alternatives = Vec::new();
        if *self.kind() == TokenKind::End {
            return Ok(alternatives);
        }
        loop {
            let mut product = vec![self.grid_list()?];
            while self.eat(&TokenKind::Semicolon) {
                product.push(self.grid_list()?);
            }
            alternatives.push(product);
            if !self.eat(&TokenKind::Bar) {
                return Ok(alternatives);
            }
        }
    }

    /// `name '=' value (',' value)*`
    pub(super) fn grid_list(&mut self) -> Result<GridList, Diagnostic> {
        let name = self.name()?;
        if !self.eat(&TokenKind::Equals) {
            return Err(self.unexpected("`=`").help("a list is written `d = 2, 3; N = 5, 20`"));
        }
        let mut values = vec![self.grid_value()?];
        while self.eat(&TokenKind::Comma) {
            if matches!(self.kind(), TokenKind::Word(_)) && *self.next_kind() == TokenKind::Equals {
                return Err(self.comma_between_lists());
            }
            values.push(self.grid_value()?);
        }
        Ok(GridList { name, values })
    }

    /// `rat | '[' row (',' row)* ']'`
    fn grid_value(&mut self) -> Result<GridValue, Diagnostic> {
        let start = self.current().span;
        let form = match self.kind() {
            TokenKind::Open(Bracket::Square) => GridForm::Rows(self.rows()?),
            _ => GridForm::Number(self.rational()?),
        };
        Ok(GridValue { form, span: start.to(self.previous()) })
    }

    fn rows(&mut self) -> Result<Vec<Vec<RBig>>, Diagnostic> {
        let start = self.current().span;
        self.open(Bracket::Square)?;
        let mut rows: Vec<Vec<RBig>> = Vec::new();
        loop {
            if *self.kind() != TokenKind::Open(Bracket::Square) {
                return Err(self.missing_row(start));
            }
            let place = self.current().span;
            self.open(Bracket::Square)?;
            let mut row = vec![self.rational()?];
            while self.eat(&TokenKind::Comma) {
                row.push(self.rational()?);
            }
            self.close()?;
            if rows.first().is_some_and(|first| first.len() != row.len()) {
                return Err(Diagnostic::new(
                    DiagnosticKind::Shape,
                    "the rows of a matrix have equal length",
                    place.to(self.previous()),
                    format!("{} entries; the first row has {}", row.len(), rows[0].len()),
                ));
            }
            rows.push(row);
            if !self.eat(&TokenKind::Comma) {
                break;
            }
        }
        self.close()?;
        Ok(rows)
    }

    /// `(number ('%' | 'absolute') 'because' text)?`
    fn margin(&mut self) -> Result<StatementForm, Diagnostic> {
        if *self.kind() == TokenKind::End {
            return Ok(StatementForm::Margin(None));
        }
        let start = self.current().span;
        let number = self.number()?;
        let (value, absolute) = match self.kind() {
            TokenKind::Percent => (number / RBig::from(100), false),
            TokenKind::Word(word) if word == "absolute" => (number, true),
            _ => return Err(self.missing_unit()),
        };
        self.advance();
        let amount = start.to(self.previous());
        let need = match self.at_word("need") {
            true => Some(self.need(absolute)?),
            false => None,
        };
        if !self.at_word("because") {
            return Err(self.missing_reason(amount));
        }
        self.advance();
        let reason = self.rest();
        if reason.is_empty() {
            return Err(self.missing_reason(amount));
        }
        Ok(StatementForm::Margin(Some(MarginText { value, absolute, need, reason })))
    }

    /// `need NUMBER`, with `%` behind a margin in percent.
    fn need(&mut self, absolute: bool) -> Result<RBig, Diagnostic> {
        self.advance();
        let number = self.number()?;
        if absolute {
            return Ok(number);
        }
        if *self.kind() != TokenKind::Percent {
            return Err(self.unexpected("`%`").help("a need has the unit of its margin"));
        }
        self.advance();
        Ok(number / RBig::from(100))
    }
}
