//! Shapes that do not fit: the messages, and what would fit instead.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::Elaborator;
use super::lines::plain_text;
use super::shape::{shape_in_words, space_in_words};
use super::surface::{Form, Sign, Term};
use super::tree::{Expr, Shape};

/// Products of more factors than this get no proposals.
const MOST_FACTORS: usize = 6;

impl Elaborator<'_> {
    /// A term as it stands in the text, on one line and without comments.
    pub(super) fn written(&self, term: &Term) -> String {
        plain_text(self.text, term.span)
    }

    /// A term as a factor of a product: sums and quotients get brackets.
    pub(super) fn written_as_factor(&self, term: &Term) -> String {
        let text = self.written(term);
        let loose = match &term.form {
            Form::Binary { sign, .. } => *sign != Sign::Multiply,
            Form::Negate(_) => true,
            _ => false,
        };
        if loose && !is_enclosed(&text) { format!("({text})") } else { text }
    }

    /// The term with `'`, or without it if it has one.
    fn transposed(&self, term: &Term) -> String {
        match &term.form {
            Form::Transpose(inner) => self.written_as_factor(inner),
            Form::Binary { .. } if !is_enclosed(&self.written(term)) => {
                format!("({})'", self.written(term))
            }
            _ => format!("{}'", self.written_as_factor(term)),
        }
    }

    /// Factors whose inner spaces differ; `factors` are all of the product.
    pub(super) fn unfit_product(
        &self,
        (left, left_shape): (&Term, &Shape),
        (right, right_shape): (&Term, &Shape),
        factors: &[(&Term, Shape)],
    ) -> Diagnostic {
        let (first, second) = (shape_in_words(left_shape), shape_in_words(right_shape));
        let message = format!("product of shapes {first} and {second}");
        let (inner, outer) =
            (space_in_words(&left_shape.columns), space_in_words(&right_shape.rows));
        let diagnostic = Diagnostic::new(DiagnosticKind::Shape, message, right.span, second)
            .also(left.span, first)
            .note(format!(
                "the inner spaces are {inner} and {outer}. Spaces are names: they differ even when both sizes are 3"
            ));
        let proposals = self.fitting_products(factors);
        if proposals.is_empty() { diagnostic } else { diagnostic.help(proposals.join("; ")) }
    }

    /// At most two products of the same factors that fit: with factors transposed (as few as
    /// possible), and in another order.
    fn fitting_products(&self, factors: &[(&Term, Shape)]) -> Vec<String> {
        let factors: Vec<&(&Term, Shape)> =
            factors.iter().filter(|(_, shape)| !shape.is_scalar()).collect();
        if factors.len() > MOST_FACTORS || factors.iter().any(|(_, shape)| shape.is_open()) {
            return Vec::new();
        }
        let mut flips = flips(&factors);
        flips.sort_by_key(|flip| flip.iter().filter(|flipped| **flipped).count());
        let transposed = flips.iter().filter_map(|flip| {
            let shapes: Vec<Shape> = factors
                .iter()
                .zip(flip)
                .map(
                    |((_, shape), flipped)| {
                        if *flipped { shape.transposed() } else { shape.clone() }
                    },
                )
                .collect();
            let words: Vec<String> =
                factors
                    .iter()
                    .zip(flip)
                    .map(|((term, _), flipped)| {
                        if *flipped { self.transposed(term) } else { self.written_as_factor(term) }
                    })
                    .collect();
            proposal(&words, &shapes)
        });
        let orders = orders(factors.len());
        let reordered = orders.iter().filter_map(|order| {
            let shapes: Vec<Shape> = order.iter().map(|index| factors[*index].1.clone()).collect();
            let words: Vec<String> =
                order.iter().map(|index| self.written_as_factor(factors[*index].0)).collect();
            proposal(&words, &shapes)
        });
        let mut transposed = transposed.fuse();
        let mut proposals: Vec<String> =
            transposed.by_ref().take(1).chain(reordered.take(1)).collect();
        if proposals.len() < 2 {
            proposals.extend(transposed.next());
        }
        proposals
    }

    /// A sum or difference with a scalar on one side only.
    pub(super) fn scalar_and_matrix(
        &self,
        sign: Sign,
        (number, value): (&Term, &Expr),
        (matrix, other): (&Term, &Expr),
    ) -> Diagnostic {
        let shape = self.shape(other);
        let whole = if shape.is_open() {
            "a multiple of `I`".to_owned()
        } else {
            format!("a {} matrix", shape_in_words(&shape))
        };
        let message = match sign {
            Sign::Add => format!("cannot add a scalar to {whole}"),
            _ if number.span > matrix.span => format!("cannot subtract a scalar from {whole}"),
            _ => format!("cannot subtract {whole} from a scalar"),
        };
        let label = if shape.is_open() { "a matrix".to_owned() } else { shape_in_words(&shape) };
        let diagnostic =
            Diagnostic::new(DiagnosticKind::ScalarPlusMatrix, message, number.span, "1 x 1")
                .also(matrix.span, label);
        if value.is_literally_zero() || shape.rows != shape.columns {
            return diagnostic;
        }
        let multiple = format!("{}*I", self.written_as_factor(number));
        diagnostic.help(format!("a multiple of the identity is written `{multiple}`"))
    }

    /// Two sides of `+`, `-` or `==` that have different shapes.
    pub(super) fn misfit(
        &self,
        what: &str,
        (left, left_shape): (&Term, &Shape),
        (right, right_shape): (&Term, &Shape),
    ) -> Diagnostic {
        let (first, second) = (shape_in_words(left_shape), shape_in_words(right_shape));
        let message = format!("{what} of shapes {first} and {second}");
        let diagnostic = Diagnostic::new(DiagnosticKind::Shape, message, right.span, second)
            .also(left.span, first.clone());
        if right_shape.transposed() == *left_shape {
            let help = format!("`{}` has shape {first}", self.transposed(right));
            return diagnostic.help(help);
        }
        diagnostic
    }
}

/// Whether the first bracket of the text closes at its end.
pub(super) fn is_enclosed(text: &str) -> bool {
    let mut depth = 0usize;
    for (place, character) in text.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place + 1 == text.len() && text.starts_with('(');
        }
    }
    false
}

/// "`X'*A*X` has shape N x N", if the factors fit.
fn proposal(words: &[String], shapes: &[Shape]) -> Option<String> {
    let fits = shapes.windows(2).all(|pair| pair[0].columns == pair[1].rows);
    let shape =
        Shape { rows: shapes.first()?.rows.clone(), columns: shapes.last()?.columns.clone() };
    fits.then(|| format!("`{}` has shape {}", words.join("*"), shape_in_words(&shape)))
}

/// All ways to transpose some of the factors that are not square.
fn flips(factors: &[&(&Term, Shape)]) -> Vec<Vec<bool>> {
    let mut flips = vec![Vec::new()];
    for (_, shape) in factors {
        let choices: &[bool] = if shape.rows == shape.columns { &[false] } else { &[true, false] };
        flips = flips
            .into_iter()
            .flat_map(|flip| {
                choices.iter().map(move |choice| {
                    let mut longer = flip.clone();
                    longer.push(*choice);
                    longer
                })
            })
            .collect();
    }
    flips
}

/// All orders of `count` factors, the nearest to the written one first.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for _ in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let free: Vec<usize> = (0..count).filter(|index| !order.contains(index)).collect();
                free.into_iter().map(move |index| {
                    let mut longer = order.clone();
                    longer.push(index);
                    longer
                })
            })
            .collect();
    }
    orders
}
