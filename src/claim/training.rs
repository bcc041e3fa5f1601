//! The statements `rule`, `train` and `margin`.

use super::checker::Checker;
use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::Elaborator;
use super::environment::{Checked, Meaning};
use super::shape::shape_in_words;
use super::span::Span;
use super::surface::{MarginText, Name, Term};
use super::tree::{
    Abbreviation, Expr, Letter, LetterKind, Margin, Node, Rule, Shape, Space, Training,
};
use dashu_ratio::RBig;
use std::sync::Arc;

impl Checker {
    /// `rule left == right`.
    pub(super) fn rule(&self, left: &Term, right: &Term, span: Span) -> Checked<Rule> {
        self.environment.check_names([left, right])?;
        let mut elaborator = Elaborator::new(&self.environment);
        let (left_value, right_value) = elaborator.sides(left, right)?;
        let (left_value, right_value) =
            (elaborator.finish(&left_value)?, elaborator.finish(&right_value)?);
        for (value, written) in [(&left_value, left), (&right_value, right)] {
            check_deterministic("a rule", value, written.span)?;
        }
        let mut letters = 0;
        if let Err((place, label)) = check_product(&left_value, &mut letters) {
            let inside = left.span.start <= place.start && place.end <= left.span.end;
            let message = "the left side of a rule is a scalar times a product of letters";
            let place = if inside { place } else { left.span };
            return Err(Diagnostic::new(DiagnosticKind::Rule, message, place, label).into());
        }
        if letters == 0 {
            let message = "the left side of a rule needs a letter to replace";
            return Err(Diagnostic::new(
                DiagnosticKind::Rule,
                message,
                left.span,
                "no letter in it",
            )
            .into());
        }
        if left_value.is_literally_zero() {
            return Err(Diagnostic::new(
                DiagnosticKind::DivisionByZero,
                "division by zero",
                left.span,
                "this is 0",
            )
            .note("a rule is divided by the scalar on its left side")
            .into());
        }
        Ok(Rule { left: left_value, right: right_value, span })
    }

    /// `train LOSS over W, u from W -> e, u -> f`.
    pub(super) fn train(
        &self,
        loss: &Name,
        over: &[Name],
        starts: &[(Name, Term)],
        span: Span,
    ) -> Checked<Training> {
        let abbreviation = self.loss(loss, "`train`")?;
        let mut letters: Vec<(Arc<Letter>, &Name)> = Vec::new();
        for name in over {
            let letter = self.trained_letter(name)?;
            if letters.iter().any(|(other, _)| other.name == letter.name) {
                let message = format!("`{}` is listed twice after `over`", name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::NamedTwice,
                    message,
                    name.span,
                    "again",
                )
                .into());
            }
            letters.push((letter, name));
        }
        let unlisted = abbreviation.value.letters_left().into_iter().find(|letter| {
            letter.kind == LetterKind::Param
                && letters.iter().all(|(other, _)| other.name != letter.name)
        });
        if let Some(letter) = unlisted {
            let (loss_name, name) = (&loss.text, &letter.name);
            let message = format!(
                "`{loss_name}` contains the `param` `{name}`, which is not listed after `over`"
            );
            return Err(Diagnostic::new(
                DiagnosticKind::Training,
                message,
                loss.span,
                format!("contains `{name}`"),
            )
            .help(format!("list it, or fix it: `let fixed = subst({loss_name}, {name} -> ...)`"))
            .into());
        }
        let mut typed: Vec<(Arc<Letter>, Expr)> = Vec::new();
        for (letter, name) in &letters {
            let mut of_letter = starts.iter().filter(|(start, _)| start.text == name.text);
            let Some((_, start)) = of_letter.next() else {
                let message = format!("`{}` has no start", name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::Training,
                    message,
                    name.span,
                    "where does it start?",
                )
                .help(format!("add `{} -> ...` after `from`", name.text))
                .into());
            };
            if let Some((again, _)) = of_letter.next() {
                let message = format!("`{}` has two starts", name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::NamedTwice,
                    message,
                    again.span,
                    "again",
                )
                .into());
            }
            typed.push((letter.clone(), self.start(letter, start)?));
        }
        let extra = starts
            .iter()
            .find(|(start, _)| letters.iter().all(|(_, name)| name.text != start.text));
        if let Some((name, _)) = extra {
            self.environment.lookup(name)?;
            let message = format!("`{}` is not listed after `over`", name.text);
            return Err(Diagnostic::new(
                DiagnosticKind::Training,
                message,
                name.span,
                "has a start but does not move",
            )
            .into());
        }
        Ok(Training { loss: abbreviation, starts: typed, span })
    }

    /// The `let` name of a scalar with deterministic value, for `train`, `minimizer`, `minimum`.
    pub(super) fn loss(&self, name: &Name, user: &str) -> Checked<Arc<Abbreviation>> {
        let abbreviation = match self.environment.lookup(name)? {
            Meaning::Abbreviation(abbreviation) => abbreviation.clone(),
            other => {
                let message = format!("`{}` is {}, not a `let` name", name.text, other.in_words());
                return Err(Diagnostic::new(
                    DiagnosticKind::WrongName,
                    message,
                    name.span,
                    format!("{user} takes a `let` name"),
                )
                .help("name the loss by `let L = ...`")
                .into());
            }
        };
        let value = &abbreviation.value;
        if !value.shape.is_scalar() {
            let message = format!("the loss `{}` is not a scalar", name.text);
            let label = if value.shape.is_open() {
                "a multiple of `I`".to_owned()
            } else {
                format!("shape {}", shape_in_words(&value.shape))
            };
            return Err(Diagnostic::new(DiagnosticKind::Shape, message, name.span, label).into());
        }
        if let Some(letter) = value.free_random_letters().first() {
            let message = format!("the loss `{}` is random", name.text);
            let label = format!("contains the random letter `{}`", letter.name);
            return Err(Diagnostic::new(
                DiagnosticKind::NotDeterministic,
                message,
                name.span,
                label,
            )
            .help(format!("take the expectation: `let L = E[{}]`", name.text))
            .into());
        }
        if let Some(letter) = value.observed_letters().first() {
            let message =
                format!("the loss `{}` contains the observed letter `{}`", name.text, letter.name);
            return Err(Diagnostic::new(
                DiagnosticKind::NotDeterministic,
                message,
                name.span,
                "supplied by an experiment",
            )
            .into());
        }
        Ok(abbreviation)
    }

    fn trained_letter(&self, name: &Name) -> Checked<Arc<Letter>> {
        let message = format!("`{}` is not a `param`", name.text);
        let letter = match self.environment.lookup(name)? {
            Meaning::Letter(letter) => letter,
            other => {
                return Err(Diagnostic::new(
                    DiagnosticKind::WrongName,
                    message,
                    name.span,
                    other.in_words(),
                )
                .into());
            }
        };
        if letter.kind == LetterKind::Param {
            return Ok(letter.clone());
        }
        let label = format!("declared as {}", letter.kind_in_words());
        let spaces = match (&letter.shape.rows, &letter.shape.columns) {
            (Space::One, Space::One) => String::new(),
            (Space::Size(rows), Space::One) => format!("[{rows}]"),
            (rows, columns) => {
                let shape = Shape { rows: rows.clone(), columns: columns.clone() };
                format!("[{}]", shape_in_words(&shape).replace(" x ", ","))
            }
        };
        Err(Diagnostic::new(DiagnosticKind::WrongName, message, name.span, label)
            .help(format!("declare it with `param {}{spaces}`", name.text))
            .into())
    }

    fn start(&self, letter: &Letter, written: &Term) -> Checked<Expr> {
        self.environment.check_names([written])?;
        let mut elaborator = Elaborator::new(&self.environment);
        let value = elaborator.term(written)?;
        let shape = elaborator.shape(&value);
        if !elaborator.spaces.equate_shapes(&shape, &letter.shape) {
            let wanted = shape_in_words(&letter.shape);
            let message = format!("`{}` has shape {wanted}, its start does not", letter.name);
            let label = if shape.is_open() {
                "a square matrix".to_owned()
            } else {
                format!("shape {}", shape_in_words(&shape))
            };
            let diagnostic = Diagnostic::new(DiagnosticKind::Shape, message, written.span, label);
            return Err(if shape.is_scalar() && letter.shape.rows == letter.shape.columns {
                let multiple = format!("{}*I", elaborator.written_as_factor(written));
                diagnostic.help(format!("a multiple of the identity is written `{multiple}`"))
            } else {
                diagnostic
            }
            .into());
        }
        let value = elaborator.finish(&value)?;
        check_deterministic("a start", &value, written.span)?;
        let params = value.letters_in_order(false);
        if let Some(param) = params.iter().find(|letter| letter.kind == LetterKind::Param) {
            let message = format!("a start contains the `param` `{}`", param.name);
            return Err(Diagnostic::new(
                DiagnosticKind::Training,
                message,
                written.span,
                "starts are fixed",
            )
            .into());
        }
        Ok(value)
    }

    /// `margin 1% because TEXT`, `margin 1% need 3/2% because TEXT`.
    pub(super) fn margin(&self, margin: &MarginText, span: Span) -> Checked<Margin> {
        if margin.value <= RBig::ZERO {
            let message = "a margin is positive";
            return Err(Diagnostic::new(
                DiagnosticKind::Margin,
                message,
                span,
                "no tolerance at all",
            )
            .help("without a `margin` a simulation can refute but not verify")
            .into());
        }
        if margin.reason.trim().is_empty() {
            let message = "a margin needs a reason: margin 1% because ...";
            return Err(
                Diagnostic::new(DiagnosticKind::Margin, message, span, "no reason given").into()
            );
        }
        let guaranteed = &margin.value * RBig::from(2);
        let need = margin.need.clone().unwrap_or_else(|| guaranteed.clone());
        if need <= margin.value || need > guaranteed {
            let message = "a need lies above its margin and is at most twice the margin";
            return Err(Diagnostic::new(DiagnosticKind::Margin, message, span, "margin and need do not fit")
                .help("an error within the margin is never seen, and twice the margin is what a verified line guarantees; without `need` that is the need")
                .into());
        }
        Ok(Margin {
            value: margin.value.clone(),
            absolute: margin.absolute,
            need,
            reason: margin.reason.clone(),
            span,
        })
    }
}

/// Checks that no free random and no observed letter occurs.
fn check_deterministic(place: &str, value: &Expr, span: Span) -> Checked<()> {
    if let Some(letter) = value.free_random_letters().first() {
        let message = format!("{place} contains the random letter `{}`", letter.name);
        return Err(
            Diagnostic::new(DiagnosticKind::NotDeterministic, message, span, "random").into()
        );
    }
    if let Some(letter) = value.observed_letters().first() {
        let message = format!("{place} contains the observed letter `{}`", letter.name);
        return Err(Diagnostic::new(
            DiagnosticKind::NotDeterministic,
            message,
            span,
            "supplied by an experiment",
        )
        .into());
    }
    Ok(())
}

/// Checks the left side of a rule and counts its letters: scalars, letters, their transposes and
/// positive powers, multiplied.
fn check_product(expr: &Expr, letters: &mut usize) -> Result<(), (Span, String)> {
    match &*expr.node {
        Node::Letter(_) => {
            *letters += 1;
            Ok(())
        }
        Node::Abbreviation(abbreviation) => check_product(&abbreviation.value, letters),
        Node::Negate(inner) | Node::Transpose(inner) => check_product(inner, letters),
        Node::Power(base, exponent) if exponent.is_int() && *exponent > RBig::ZERO => {
            check_product(base, letters)
        }
        Node::Multiply(a, b) => {
            check_product(a, letters)?;
            check_product(b, letters)
        }
        Node::Divide(a, _) => check_product(a, letters),
        _ if expr.shape.is_scalar() => Ok(()),
        Node::Element(element) => {
            Err((expr.span, format!("`{}` is a defined element", element.name)))
        }
        Node::Identity { .. } => Ok(()),
        Node::Inverse(_) | Node::Power(..) => Err((expr.span, "an inverse".to_owned())),
        Node::Add(..) | Node::Subtract(..) => Err((expr.span, "a sum".to_owned())),
        _ => Err((expr.span, "not a letter".to_owned())),
    }
}
