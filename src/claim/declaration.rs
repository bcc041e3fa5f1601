//! The statements that declare letters: shapes, attributes, laws.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::Elaborator;
use super::environment::{Checked, Environment, Fault, Meaning};
use super::family::linear_element;
use super::shape::{shape_in_words, space_in_words};
use super::sign::{Sign, visible_sign};
use super::span::Span;
use super::surface::{Name, SpaceName, Term};
use super::tree::{
    Attributes, Element, Expr, Law, LawKind, Letter, LetterKind, Node, Shape, Space,
};
use super::word::is_visibly_symmetric;
use std::sync::Arc;

/// Builds letters out of their declarations.
pub(super) struct Declaration<'a> {
    pub(super) environment: &'a Environment,
    pub(super) name: &'a Name,
    pub(super) spaces: &'a [SpaceName],
}

impl Declaration<'_> {
    /// A letter without a law.
    pub(super) fn letter(&self, kind: LetterKind) -> Checked<Arc<Letter>> {
        let shape = self.shape()?;
        Ok(self.named(shape, kind))
    }

    /// `matrix A[d,d] pd sym invertible commuting`.
    pub(super) fn matrix(&self, words: &[Name]) -> Checked<Arc<Letter>> {
        let shape = self.shape()?;
        let mut attributes = Attributes::default();
        for word in words {
            match word.text.as_str() {
                "pd" => {
                    attributes.positive_definite = true;
                    attributes.symmetric = true;
                    attributes.invertible = true;
                }
                "sym" => attributes.symmetric = true,
                "invertible" => attributes.invertible = true,
                "commuting" => attributes.commuting = true,
                _ => unreachable!("the parser knows the attributes: this is a bug"),
            }
            if shape.rows != shape.columns {
                let message = format!("`{}` needs a square matrix", word.text);
                let label = format!("shape {}", shape_in_words(&shape));
                return Err(Diagnostic::new(
                    DiagnosticKind::NotSquare,
                    message,
                    word.span,
                    "an attribute of square matrices",
                )
                .also(self.place(), label)
                .into());
            }
        }
        Ok(self.named(shape, LetterKind::Matrix(attributes)))
    }

    /// `gaussian`, `secondorder` and `secondorder0`.
    pub(super) fn random(
        &self,
        kind: LawKind,
        covariance: &Term,
        group: Option<&Name>,
    ) -> Checked<Arc<Letter>> {
        let shape = self.shape()?;
        if kind == LawKind::SecondOrder && shape.columns != Space::One {
            let message = "`secondorder` declares one column";
            let label = format!("shape {}", shape_in_words(&shape));
            return Err(Diagnostic::new(DiagnosticKind::Shape, message, self.place(), label)
                .note("with an open mean the products of different columns are not declared")
                .help("`secondorder0` declares mean zero and uncorrelated columns")
                .into());
        }
        self.environment.check_names([covariance])?;
        let covariance = self.covariance(covariance, &shape.rows)?;
        let group = group.map_or(&self.name.text, |group| &group.text).as_str().into();
        Ok(self.named(shape, LetterKind::Random(Law { kind, covariance, group })))
    }

    fn shape(&self) -> Checked<Shape> {
        let mut spaces = Vec::new();
        for space in self.spaces {
            spaces.push(match space {
                SpaceName::One(_) => Space::One,
                SpaceName::Named(name) => match self.environment.lookup(name)? {
                    Meaning::Size => Space::Size(name.text.as_str().into()),
                    other => {
                        let message =
                            format!("`{}` is {}, not a size", name.text, other.in_words());
                        return Err(Diagnostic::new(
                            DiagnosticKind::WrongName,
                            message,
                            name.span,
                            "sizes stand here",
                        )
                        .help("sizes are declared by `space d, N`")
                        .into());
                    }
                },
            });
        }
        let mut spaces = spaces.into_iter();
        let rows = spaces.next().unwrap_or(Space::One);
        Ok(Shape { rows, columns: spaces.next().unwrap_or(Space::One) })
    }

    /// The name with its brackets.
    fn place(&self) -> Span {
        let end = match self.spaces.last() {
            Some(SpaceName::One(span) | SpaceName::Named(Name { span, .. })) => {
                let rest = &self.environment.text[span.end..];
                span.end + rest.find(']').map_or(0, |close| close + 1)
            }
            None => self.name.span.end,
        };
        Span::new(self.name.span.start, end)
    }

    fn named(&self, shape: Shape, kind: LetterKind) -> Arc<Letter> {
        let name = self.name.text.as_str().into();
        Arc::new(Letter { name, shape, kind, span: self.place() })
    }

    /// A positive scalar times I, or times a product of symmetric letters and their powers that
    /// is its own transpose.
    fn covariance(&self, written: &Term, rows: &Space) -> Checked<Expr> {
        let mut elaborator = Elaborator::new(self.environment);
        let value = elaborator.term(written)?;
        let shape = elaborator.shape(&value);
        if !elaborator.spaces.equate_shapes(&shape, &Shape::square(rows.clone())) {
            let rows = space_in_words(rows);
            let message = format!("the covariance of a column has shape {rows} x {rows}");
            let label = format!("shape {}", shape_in_words(&shape));
            return Err(Diagnostic::new(DiagnosticKind::Shape, message, written.span, label)
                .also(self.place(), shape_in_words(&self.shape()?))
                .into());
        }
        let value = elaborator.finish(&value)?;
        self.check_covariance(&value, &value)?;
        if !is_visibly_symmetric(&value) {
            let words = elaborator.written(written);
            return Err(Diagnostic::new(
                DiagnosticKind::NotSymmetric,
                "a covariance is its own transpose",
                written.span,
                "not symmetric",
            )
            .note(format!("`{words}` and its transpose differ when the factors do not commute"))
            .into());
        }
        Ok(value)
    }

    fn check_covariance(&self, part: &Expr, whole: &Expr) -> Checked<()> {
        let message =
            "a covariance is a positive scalar times `I` or times a product of symmetric letters";
        let error = |span: Span, label: String| {
            // Inside an abbreviation the place is elsewhere in the file.
            let inside = whole.span.start <= span.start && span.end <= whole.span.end;
            Fault::from(Diagnostic::new(
                DiagnosticKind::Covariance,
                message,
                if inside { span } else { whole.span },
                label,
            ))
        };
        if part.shape.is_scalar() {
            return match visible_sign(part) {
                Sign::Positive if part.free_random_letters().is_empty() => Ok(()),
                _ => Err(error(part.span, "not visibly positive".to_owned())),
            };
        }
        match &*part.node {
            Node::Identity { .. } => Ok(()),
            Node::Letter(letter) if letter.is_random() => {
                Err(error(part.span, format!("`{}` is random", letter.name)))
            }
            Node::Letter(letter) if letter.is_symmetric() => Ok(()),
            Node::Letter(letter) => {
                Err(error(part.span, format!("`{}` is not declared symmetric", letter.name)))
            }
            Node::Abbreviation(abbreviation) => self.check_covariance(&abbreviation.value, whole),
            Node::Transpose(inner) | Node::Inverse(inner) | Node::Power(inner, _) => {
                self.check_covariance(inner, whole)
            }
            Node::Multiply(a, b) | Node::Divide(a, b) => {
                self.check_covariance(a, whole)?;
                self.check_covariance(b, whole)
            }
            Node::Element(element) => Err(error(
                part.span,
                format!("`{}` is a defined element, not a letter", element.name),
            )),
            Node::Add(..) | Node::Subtract(..) => Err(error(part.span, "a sum".to_owned())),
            _ => Err(error(part.span, "not of this form".to_owned())),
        }
    }
}

/// `define NAME := value`.
pub(super) fn element(environment: &Environment, name: &Name, written: &Term) -> Checked<Element> {
    use super::family::NotLinear;
    environment.check_names([written])?;
    let mut elaborator = Elaborator::new(environment);
    let value = elaborator.term(written)?;
    elaborator.check_square(&value, written, "`define`", "a commuting family")?;
    let value = elaborator.finish(&value)?;
    if let Some(letter) = value.free_random_letters().first() {
        let message = format!("the definition contains the random letter `{}`", letter.name);
        return Err(Diagnostic::new(
            DiagnosticKind::NotDeterministic,
            message,
            written.span,
            "random",
        )
        .note("a defined element is deterministic")
        .help("`let` names an expression with random letters")
        .into());
    }
    if let Some(letter) = value.observed_letters().first() {
        let message = format!("the definition contains the observed letter `{}`", letter.name);
        return Err(Diagnostic::new(
            DiagnosticKind::NotDeterministic,
            message,
            written.span,
            "observed",
        )
        .into());
    }
    let message = "`define` names an element a*B + b*I of one letter B";
    let problem =
        |label: String| Diagnostic::new(DiagnosticKind::Element, message, written.span, label);
    match linear_element(&value) {
        _ if value.shape.is_scalar() => {
            Err(problem("a scalar".to_owned()).help("`let` names a scalar").into())
        }
        Ok(Some(base)) if base.transposed => Err(problem(format!("an element of `{base}`"))
            .help(format!("define it with `{}` and transpose the element", base.letter.name))
            .into()),
        Ok(Some(_)) => Ok(Element { name: name.text.as_str().into(), value }),
        Ok(None) => {
            Err(problem("no letter in it".to_owned()).help("`let` names a multiple of `I`").into())
        }
        Err(NotLinear::TwoLetters(left, right)) => {
            Err(problem(format!("contains `{left}` and `{right}`")).into())
        }
        Err(NotLinear::NoFamily(letter)) => {
            let space = space_in_words(&letter.shape.rows);
            let diagnostic = problem(format!("`{}` has no commuting family", letter.name));
            Err(match &letter.kind {
                LetterKind::Matrix(attributes) => {
                    let sym = if attributes.symmetric { " sym" } else { "" };
                    diagnostic.help(format!(
                        "declare it `pd`, `invertible` or `commuting`: `matrix {}[{space},{space}]{sym} commuting`",
                        letter.name
                    ))
                }
                _ => diagnostic,
            }
            .into())
        }
        Err(NotLinear::Other) => Err(problem("not linear in one letter".to_owned()).into()),
    }
}
