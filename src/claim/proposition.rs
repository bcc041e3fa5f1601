//! What `claim` and `refute` say: equations, bounds, and the words that stand alone on the left
//! of `==` (section 5 of the language).

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::parser::Parser;
use super::surface::{By, Hypothesis, Name, Prop, StatementForm, Term};
use super::token::{Bracket, PROPOSITIONS, TokenKind};
use dashu_ratio::RBig;

impl Parser<'_> {
    /// `name ':' prop ('by' name '(' ids ')')?`
    pub(super) fn claim(&mut self, refute: bool) -> Result<StatementForm, Diagnostic> {
        if !matches!(self.kind(), TokenKind::Word(_)) {
            return Err(self.missing_claim_name());
        }
        let name = self.word("a name")?;
        self.declares.push(name.clone());
        if !self.eat(&TokenKind::Colon) {
            return Err(self.missing_colon(&name));
        }
        let proposition = self.proposition()?;
        let by = if self.at_word("by") { Some(self.by()?) } else { None };
        Ok(StatementForm::Claim { refute, name, proposition, by })
    }

    fn proposition(&mut self) -> Result<Prop, Diagnostic> {
        match self.kind() {
            TokenKind::Word(word)
                if PROPOSITIONS.contains(&word.as_str()) && self.bracket_of_call().is_some() =>
            {
                self.special_equation()
            }
            _ => self.comparison(),
        }
    }

    /// `minimizer(L, W) == e` and its like.
    fn special_equation(&mut self) -> Result<Prop, Diagnostic> {
        let word = self.word("a word")?;
        self.open(self.bracket_here())?;
        Ok(match word.text.as_str() {
            "limit" => {
                let of = self.expression()?;
                let size = self.second_name(&word)?;
                Prop::Limit { of, size, value: self.value(&word)? }
            }
            "coeff" => {
                let of = self.expression()?;
                let size = self.second_name(&word)?;
                self.expect_argument(&word)?;
                let order = self.order()?;
                Prop::Coefficient { of, size, order, value: self.value(&word)? }
            }
            "reaches" => {
                let of = self.expression()?;
                Prop::Reaches { of, value: self.value(&word)? }
            }
            _ => {
                let loss = self.name()?;
                let of = self.second_name(&word)?;
                let value = self.value(&word)?;
                if word.text == "minimum" {
                    Prop::Minimum { loss, of, value }
                } else {
                    Prop::Minimizer { loss, of, value }
                }
            }
        })
    }

    fn second_name(&mut self, word: &Name) -> Result<Name, Diagnostic> {
        self.expect_argument(word)?;
        self.name()
    }

    /// The comma in front of a further argument.
    fn expect_argument(&mut self, word: &Name) -> Result<(), Diagnostic> {
        if self.eat(&TokenKind::Comma) {
            return Ok(());
        }
        let form = special_form(&word.text);
        Err(self.unexpected("`,`").help(format!("this is written `{form} == ...`")))
    }

    /// `'-'? int`, the order of a coefficient.
    fn order(&mut self) -> Result<i32, Diagnostic> {
        let start = self.current().span;
        let value: RBig = self.rational()?;
        let span = start.to(self.previous());
        let order = Some(value)
            .filter(RBig::is_int)
            .and_then(|value| i32::try_from(value.numerator()).ok());
        order.filter(|order| order.unsigned_abs() <= LARGEST_ORDER).ok_or_else(|| {
            Diagnostic::new(
                DiagnosticKind::Number,
                "the order of a coefficient is an integer",
                span,
                "not an order",
            )
            .note(format!("orders are between -{LARGEST_ORDER} and {LARGEST_ORDER}"))
        })
    }

    /// Closes the bracket of `word` and reads `== e`.
    fn value(&mut self, word: &Name) -> Result<Term, Diagnostic> {
        self.close()?;
        if !self.eat(&TokenKind::EqualEqual) {
            return Err(self.not_alone(word));
        }
        self.expression()
    }

    fn comparison(&mut self) -> Result<Prop, Diagnostic> {
        let left = self.expression()?;
        match self.kind() {
            TokenKind::EqualEqual => {
                self.advance();
                Ok(Prop::Equal(left, self.expression()?))
            }
            TokenKind::AtLeast | TokenKind::AtMost => {
                let (at_least, right) = self.bound()?;
                let given = if self.at_word("given") { self.hypotheses()? } else { Vec::new() };
                Ok(Prop::Bound { left, at_least, right, given })
            }
            _ => Err(self.missing_comparison(&left)),
        }
    }

    /// `cmp expr`
    fn bound(&mut self) -> Result<(bool, Term), Diagnostic> {
        let at_least = *self.kind() == TokenKind::AtLeast;
        self.advance();
        Ok((at_least, self.expression()?))
    }

    /// `'given' hyp (',' hyp)*`
    fn hypotheses(&mut self) -> Result<Vec<Hypothesis>, Diagnostic> {
        self.expect_word("given")?;
        let mut hypotheses = vec![self.hypothesis()?];
        while self.eat(&TokenKind::Comma) {
            hypotheses.push(self.hypothesis()?);
        }
        Ok(hypotheses)
    }

    /// `expr cmp expr | 'form' name`
    fn hypothesis(&mut self) -> Result<Hypothesis, Diagnostic> {
        if self.at_word("form") && matches!(self.next_kind(), TokenKind::Word(_)) {
            self.advance();
            return Ok(Hypothesis::Form(self.name()?));
        }
        let left = self.expression()?;
        match self.kind() {
            TokenKind::AtLeast | TokenKind::AtMost => {
                let (at_least, right) = self.bound()?;
                Ok(Hypothesis::Bound { left, at_least, right })
            }
            _ => Err(self
                .unexpected("`>=` or `<=`")
                .help("a hypothesis is written `Lambda >= m` or `form U`")),
        }
    }

    /// `'by' name '(' ids ')'`
    fn by(&mut self) -> Result<By, Diagnostic> {
        self.expect_word("by")?;
        let rule = self.word("the name of a proof rule")?;
        if *self.kind() != TokenKind::Open(Bracket::Round) {
            let help = format!("premises follow in brackets: `by {}(conserved)`", rule.text);
            return Err(self.unexpected("`(`").help(help));
        }
        self.open(Bracket::Round)?;
        let mut premises = vec![self.path()?];
        while self.eat(&TokenKind::Comma) {
            premises.push(self.path()?);
        }
        self.close()?;
        Ok(By { rule, premises })
    }

    /// `name ('::' name)*`
    fn path(&mut self) -> Result<Name, Diagnostic> {
        let mut path = self.word("the name of a claim")?;
        while self.eat(&TokenKind::PathSeparator) {
            let part = self.word("the name of a claim")?;
            path.text += "::";
            path.text += &part.text;
            path.span = path.span.to(part.span);
        }
        Ok(path)
    }
}

/// The largest order of a coefficient.
const LARGEST_ORDER: u32 = 1000;

/// How a word that stands alone on the left of `==` is used.
pub(super) fn special_form(word: &str) -> String {
    match word {
        "limit" => "limit(a, N)".to_owned(),
        "coeff" => "coeff(a, N, 1)".to_owned(),
        "reaches" => "reaches(W)".to_owned(),
        _ => format!("{word}(L, W)"),
    }
}
