//! The rules of `subst`.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::{Elaborator, not_polynomial};
use super::environment::{Checked, Meaning};
use super::shape::shape_in_words;
use super::surface::{Form, Name, Term};
use super::tree::{Expr, Letter, LetterKind, Node, Space, Target};
use super::word::is_visibly_symmetric;
use dashu_ratio::RBig;
use std::sync::Arc;

impl Elaborator<'_> {
    /// One `x -> e` of `subst(of, x -> e)`.
    pub(super) fn replacement(
        &mut self,
        of: &Expr,
        target: &Term,
        becomes: &Term,
    ) -> Checked<(Target, Expr)> {
        let Form::Name(name) = &target.form else {
            return Err(Diagnostic::new(
                DiagnosticKind::WrongName,
                "`subst` replaces names",
                target.span,
                "not a name",
            )
            .into());
        };
        let name = Name { text: name.clone(), span: target.span };
        match self.environment.lookup(&name)?.clone() {
            Meaning::Size => self.size_replacement(of, &name, becomes),
            Meaning::Letter(letter) => self.letter_replacement(of, &letter, &name, becomes),
            other => {
                let message = format!("`{}` is {}", name.text, other.in_words());
                Err(Diagnostic::new(
                    DiagnosticKind::WrongName,
                    message,
                    name.span,
                    "cannot be replaced",
                )
                .help("`subst` replaces letters, scalars and sizes; replace those of its value")
                .into())
            }
        }
    }

    fn size_replacement(
        &mut self,
        of: &Expr,
        name: &Name,
        becomes: &Term,
    ) -> Checked<(Target, Expr)> {
        let value = self.term(becomes)?;
        let shape = self.shape(&value);
        if !shape.is_scalar() {
            let message = format!("the size `{}` is replaced by a scalar only", name.text);
            let label = format!("shape {}", shape_in_words(&shape));
            return Err(Diagnostic::new(DiagnosticKind::Shape, message, becomes.span, label).into());
        }
        if let Some(letter) = value.free_random_letters().first() {
            return Err(not_polynomial("the value of a size", letter, becomes.span).into());
        }
        self.check_size_is_free(of, name, "replaced")?;
        Ok((Target::Size(name.text.as_str().into()), value))
    }

    /// Checks that a scalar depends on a size only as a number, so that the size can grow or be
    /// replaced.
    pub(super) fn check_size_is_free(&self, of: &Expr, size: &Name, what: &str) -> Checked<()> {
        let shape = self.shape(of);
        if !shape.is_scalar() {
            let message = format!("a size can be {what} in a scalar only");
            let label = format!("shape {}", shape_in_words(&shape));
            return Err(
                Diagnostic::new(DiagnosticKind::Substitution, message, of.span, label).into()
            );
        }
        let space = Space::Size(size.text.as_str().into());
        let left = of.letters_left();
        let blocking =
            left.iter().find(|letter| letter.shape.rows == space || letter.shape.columns == space);
        let Some(letter) = blocking else { return Ok(()) };
        let message =
            format!("`{}` cannot be {what}: it is a side of `{}`", size.text, letter.name);
        let label = format!("`{}` has shape {}", letter.name, shape_in_words(&letter.shape));
        Err(Diagnostic::new(
            DiagnosticKind::Substitution,
            message,
            size.span,
            "not only a number here",
        )
        .also(of.span, label)
        .into())
    }

    fn letter_replacement(
        &mut self,
        of: &Expr,
        letter: &Arc<Letter>,
        name: &Name,
        becomes: &Term,
    ) -> Checked<(Target, Expr)> {
        match &letter.kind {
            LetterKind::Random(_) => {
                let message = format!("the random letter `{}` cannot be replaced", name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::Substitution,
                    message,
                    name.span,
                    "random",
                )
                .note("random letters are bound by their `E`; `subst` acts on the value")
                .into());
            }
            LetterKind::Ones => {
                let message = format!("`{}` is constant and cannot be replaced", name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::Substitution,
                    message,
                    name.span,
                    "all ones",
                )
                .into());
            }
            _ => {}
        }
        let value = self.term(becomes)?;
        let shape = self.shape(&value);
        if !self.spaces.equate_shapes(&shape, &letter.shape) {
            let wanted = shape_in_words(&letter.shape);
            let message = format!("`{}` has shape {wanted}, its replacement does not", name.text);
            let label = format!("shape {}", shape_in_words(&shape));
            let mut diagnostic =
                Diagnostic::new(DiagnosticKind::Shape, message, becomes.span, label)
                    .also(name.span, wanted);
            if value.is_literally_zero() {
                diagnostic =
                    diagnostic.help(format!("the zero of this shape is written `0*{}`", name.text));
            }
            return Err(diagnostic.into());
        }
        if letter.is_symmetric() && !is_visibly_symmetric(&value) {
            let message =
                format!("`{}` is symmetric, its replacement is not visibly so", name.text);
            return Err(Diagnostic::new(
                DiagnosticKind::NotSymmetric,
                message,
                becomes.span,
                "not visibly symmetric",
            )
            .help("the symmetric part of a matrix is `(A + A')/2`")
            .into());
        }
        if let Some(random) = value.free_random_letters().first()
            && let Some(place) = place_outside_polynomials(of, letter)
        {
            let message =
                format!("`{}` cannot become the random `{}` here", name.text, random.name);
            return Err(Diagnostic::new(
                DiagnosticKind::NotDeterministic,
                message,
                becomes.span,
                "random, so not a polynomial",
            )
            .also(of.span, format!("`{}` stands in {place}", name.text))
            .into());
        }
        Ok((Target::Letter(letter.clone()), value))
    }
}

/// A place in `of` that holds the letter and admits no random one.
pub(super) fn place_outside_polynomials(of: &Expr, letter: &Letter) -> Option<&'static str> {
    let holds = |expr: &Expr| {
        expr.descendants()
            .any(|part| matches!(&*part.node, Node::Letter(other) if other.name == letter.name))
    };
    of.descendants().find_map(|part| match &*part.node {
        Node::Divide(_, divisor) if holds(divisor) => Some("a denominator"),
        Node::Inverse(inner) if holds(inner) => Some("an inverse"),
        Node::Power(base, exponent)
            if (*exponent < RBig::ZERO || !exponent.is_int()) && holds(base) =>
        {
            Some("a negative power or a root")
        }
        Node::Element(element) if holds(&element.value) => Some("a definition"),
        Node::Numeric { .. } | Node::Norm { squared: false, .. } if holds(part) => {
            Some("a numeric function")
        }
        _ => None,
    })
}
