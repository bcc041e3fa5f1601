//! The end of a statement: open spaces get their value, and what is still open is an error.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::Elaborator;
use super::environment::{Checked, Fault};
use super::expression::DEEPEST_EXPRESSION;
use super::shape::{is_open, unsized_space};
use super::span::Span;
use super::tree::{Abbreviation, Expr, Node, Shape, Space};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Elaborator<'_> {
    /// The expression with every space known.
    ///
    /// # Errors
    ///
    /// An `I` whose size nothing determines.
    pub(super) fn finish(&self, expr: &Expr) -> Checked<Expr> {
        let expr = Resolver::new(|space| self.spaces.resolve(space)).resolve(expr);
        match unsized_place(&expr, &|space| is_open(space)) {
            Some(place) => Err(self.unsized_identity(&expr, place)),
            None => self.check_depth(expr),
        }
    }

    fn check_depth(&self, expr: Expr) -> Checked<Expr> {
        if self.environment.depth(&expr) <= DEEPEST_EXPRESSION {
            return Ok(expr);
        }
        let message = format!(
            "with the names in it, this expression is more than {DEEPEST_EXPRESSION} levels deep"
        );
        Err(Diagnostic::new(DiagnosticKind::TooLong, message, expr.span, "too deep").into())
    }

    /// The value of a `let`: a multiple of `I` may stay open, to be sized where the name is used.
    ///
    /// # Errors
    ///
    /// An `I` whose size no use can determine, as in `tr(I)`.
    pub(super) fn finish_abbreviation(&self, expr: &Expr) -> Checked<Expr> {
        let own = self.spaces.resolve(&expr.shape.rows);
        let resolve = |space: &Space| {
            let space = self.spaces.resolve(space);
            if is_open(&space) && space == own { unsized_space() } else { space }
        };
        let expr = Resolver::new(resolve).resolve(expr);
        match unsized_place(&expr, &|space| is_open(space) && *space != unsized_space()) {
            Some(place) => Err(self.unsized_identity(&expr, place)),
            None => self.check_depth(expr),
        }
    }

    fn unsized_identity(&self, expr: &Expr, place: Place) -> Fault {
        let message = "the size of `I` is not determined";
        let sizes = expr.sizes();
        let sizes: Vec<&str> =
            sizes.iter().map(|size| &**size).filter(|size| !size.starts_with('?')).collect();
        let size = match sizes.first() {
            Some(size) => (*size).to_owned(),
            None => self.environment.first_size().unwrap_or("d").to_owned(),
        };
        match place {
            Place::Identity(span) => Diagnostic::new(
                DiagnosticKind::UnknownSize,
                message,
                span,
                "no neighbour fixes its shape",
            )
            .help(format!("write `I({size})`")),
            Place::Use(span, name) => {
                let label = format!("no neighbour fixes the shape of `{name}`");
                let diagnostic = Diagnostic::new(DiagnosticKind::UnknownSize, message, span, label);
                let line = self.environment.get(&name).map(|it| self.environment.line(it.span));
                match line {
                    Some(line) => diagnostic
                        .help(format!("write `I({size})` in the abbreviation in line {line}")),
                    None => diagnostic,
                }
            }
        }
        .into()
    }
}

/// Where an open space is left.
enum Place {
    Identity(Span),
    Use(Span, Arc<str>),
}

/// The first `I`, or use of a name that contains one, whose space is open; not inside of names.
fn unsized_place(expr: &Expr, open: &dyn Fn(&Space) -> bool) -> Option<Place> {
    match &*expr.node {
        Node::Identity { .. } if open(&expr.shape.rows) => Some(Place::Identity(expr.span)),
        Node::Abbreviation(abbreviation) if open(&expr.shape.rows) => {
            Some(Place::Use(expr.span, abbreviation.name.clone()))
        }
        Node::Abbreviation(_) | Node::Element(_) => None,
        _ => expr.parts().into_iter().find_map(|part| unsized_place(part, open)),
    }
}

/// Rebuilds an expression with resolved spaces.
struct Resolver<F> {
    space: F,
    /// Uses of an open abbreviation at one size share one value.
    sized: BTreeMap<(Arc<str>, Space), Arc<Abbreviation>>,
}

impl<F: Fn(&Space) -> Space> Resolver<F> {
    fn new(space: F) -> Self {
        Self { space, sized: BTreeMap::new() }
    }

    fn resolve(&mut self, expr: &Expr) -> Expr {
        self.rebuild(expr, None)
    }

    /// `inside` is the size given to the open abbreviation of which `expr` is a part.
    fn rebuild(&mut self, expr: &Expr, inside: Option<&Space>) -> Expr {
        let space = |space: &Space| match inside {
            Some(size) if is_open(space) => size.clone(),
            Some(_) => space.clone(),
            None => (self.space)(space),
        };
        let shape = Shape { rows: space(&expr.shape.rows), columns: space(&expr.shape.columns) };
        let node = match &*expr.node {
            Node::Abbreviation(abbreviation) if abbreviation.value.shape.is_open() => {
                let abbreviation = if is_open(&shape.rows) {
                    abbreviation.clone()
                } else {
                    self.sized(abbreviation, &shape.rows)
                };
                Arc::new(Node::Abbreviation(abbreviation))
            }
            Node::Number(_)
            | Node::Size(_)
            | Node::Letter(_)
            | Node::Identity { .. }
            | Node::Abbreviation(_)
            | Node::Element(_) => expr.node.clone(),
            node => Arc::new(node.map_parts(&mut |part| self.rebuild(part, inside))),
        };
        Expr { node, shape, span: expr.span }
    }

    fn sized(&mut self, abbreviation: &Abbreviation, size: &Space) -> Arc<Abbreviation> {
        let key = (abbreviation.name.clone(), size.clone());
        if let Some(known) = self.sized.get(&key) {
            return known.clone();
        }
        let value = self.rebuild(&abbreviation.value, Some(size));
        let sized = Arc::new(Abbreviation { name: abbreviation.name.clone(), value });
        self.sized.insert(key, sized.clone());
        sized
    }
}

impl Node {
    /// The node with `change` applied to each of its parts; what stands behind a name stays.
    pub(super) fn map_parts(&self, change: &mut dyn FnMut(&Expr) -> Expr) -> Self {
        match self {
            Self::Number(_)
            | Self::Size(_)
            | Self::Letter(_)
            | Self::Abbreviation(_)
            | Self::Element(_)
            | Self::Identity { .. } => self.clone(),
            Self::Negate(a) => Self::Negate(change(a)),
            Self::Add(a, b) => Self::Add(change(a), change(b)),
            Self::Subtract(a, b) => Self::Subtract(change(a), change(b)),
            Self::Multiply(a, b) => Self::Multiply(change(a), change(b)),
            Self::Divide(a, b) => Self::Divide(change(a), change(b)),
            Self::Power(base, exponent) => Self::Power(change(base), exponent.clone()),
            Self::Transpose(a) => Self::Transpose(change(a)),
            Self::Trace(a) => Self::Trace(change(a)),
            Self::Inverse(a) => Self::Inverse(change(a)),
            Self::QuadraticForm { vector, matrix } => {
                Self::QuadraticForm { vector: change(vector), matrix: change(matrix) }
            }
            Self::Norm { of, squared, weight } => Self::Norm {
                of: change(of),
                squared: *squared,
                weight: weight.as_ref().map(change),
            },
            Self::Expectation { body, over } => {
                Self::Expectation { body: change(body), over: over.clone() }
            }
            Self::Gradient { of, with_respect_to } => {
                Self::Gradient { of: change(of), with_respect_to: with_respect_to.clone() }
            }
            Self::Substitute { of, replacements } => Self::Substitute {
                of: change(of),
                replacements: replacements
                    .iter()
                    .map(|(target, value)| (target.clone(), change(value)))
                    .collect(),
            },
            Self::Lie { quantity, loss, letters } => Self::Lie {
                quantity: change(quantity),
                loss: change(loss),
                letters: letters.clone(),
            },
            Self::Numeric { function, arguments } => Self::Numeric {
                function: *function,
                arguments: arguments.iter().map(change).collect(),
            },
        }
    }
}
