//! `claim` and `refute` lines: what they say, and what is in force at them.

use super::checker::{Checker, InForce};
use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::Elaborator;
use super::environment::{Checked, Fault};
use super::moments::degrees;
use super::proof_rule::proof_rule;
use super::shape::shape_in_words;
use super::span::Span;
use super::substitution::place_outside_polynomials;
use super::surface::{By, Hypothesis as WrittenHypothesis, Name, Prop, Term};
use super::tree::{Claim, ClaimKind, Comparison, Expr, Hypothesis, Letter, Proposition, Shape};
use super::word::is_visibly_symmetric;

use std::sync::Arc;

impl Checker {
    /// A claim with everything in force; its source, notes and dropped hypothesis are the caller's.
    pub(super) fn claim(
        &mut self,
        refute: bool,
        name: &Name,
        proposition: &Prop,
        by: Option<&By>,
        span: Span,
    ) -> Checked<Claim> {
        if let Some(first) = self.claim_names.insert(name.text.clone(), name.span) {
            self.claim_names.insert(name.text.clone(), first);
            let message = format!("the claim name `{}` is used twice", name.text);
            return Err(Diagnostic::new(
                DiagnosticKind::NamedTwice,
                message,
                name.span,
                "used again",
            )
            .also(first, "first used here")
            .help("claim names are unique in a file")
            .into());
        }
        let proposition = self.proposition(proposition)?;
        let by = by.map(|by| proof_rule(by, &proposition, &self.file.claims)).transpose()?;
        let training = match &self.training {
            InForce::Value(training) => Some(training.clone()),
            InForce::Nothing | InForce::Broken => None,
        };
        let claim = Claim {
            name: name.text.clone(),
            kind: if refute { ClaimKind::Refute } else { ClaimKind::Claim },
            proposition,
            by,
            source: None,
            notes: Vec::new(),
            drops: None,
            grid: self.grid.clone(),
            margin: self.margin.clone(),
            training,
            rules: self.file.rules.len(),
            span,
            name_span: name.span,
        };
        self.check_grid_lists_all_sizes(&claim)?;
        check_margin_has_a_prediction(&claim)?;
        Ok(claim)
    }

    fn proposition(&self, proposition: &Prop) -> Checked<Proposition> {
        let mut elaborator = Elaborator::new(&self.environment);
        match proposition {
            Prop::Equal(left, right) => {
                self.environment.check_names([left, right])?;
                let (left, right) = elaborator.compared(left, right)?;
                Ok(Proposition::Equal { left, right })
            }
            Prop::Minimizer { loss, of, value } => {
                self.environment.check_names([value])?;
                let loss = self.loss(loss, "`minimizer`")?;
                let letter = elaborator.free_letter(of)?;
                let shape = letter.shape.clone();
                let value = elaborator.claimed("the minimiser", value, &shape)?;
                let again = value.letters_left().into_iter().any(|other| other.name == letter.name);
                if again {
                    let message =
                        format!("the minimiser is given in terms of `{}` itself", of.text);
                    return Err(Diagnostic::new(
                        DiagnosticKind::DependentValue,
                        message,
                        value.span,
                        format!("contains `{}`", of.text),
                    )
                    .into());
                }
                Ok(Proposition::Minimizer { loss, letter, value })
            }
            Prop::Minimum { loss, of, value } => {
                self.environment.check_names([value])?;
                let loss = self.loss(loss, "`minimum`")?;
                let letter = elaborator.free_letter(of)?;
                let value = elaborator.claimed("the minimum", value, &Shape::scalar())?;
                Ok(Proposition::Minimum { loss, letter, value })
            }
            Prop::Limit { of, size, value } => {
                let (of, value) = self.expanded(&mut elaborator, of, size, value)?;
                Ok(Proposition::Limit { of, size: size.text.as_str().into(), value })
            }
            Prop::Coefficient { of, size, order, value } => {
                let (of, value) = self.expanded(&mut elaborator, of, size, value)?;
                let size = size.text.as_str().into();
                Ok(Proposition::Coefficient { of, size, order: *order, value })
            }
            Prop::Reaches { of, value } => {
                match self.training {
                    InForce::Value(_) => {}
                    InForce::Broken => return Err(Fault::Consequence),
                    InForce::Nothing => {
                        let message = "`reaches` without a `train` above it";
                        return Err(Diagnostic::new(
                            DiagnosticKind::Training,
                            message,
                            of.span,
                            "the limit of which flow?",
                        )
                        .help("declare the flow: `train L over U from U -> ...`")
                        .into());
                    }
                }
                self.environment.check_names([of, value])?;
                let (of, value) = elaborator.compared(of, value)?;
                Ok(Proposition::Reaches { of, value })
            }
            Prop::Bound { left, at_least, right, given } => {
                self.bound(&mut elaborator, (left, right), *at_least, given)
            }
        }
    }

    /// `limit(of, size) == value`, and the same of `coeff`.
    fn expanded(
        &self,
        elaborator: &mut Elaborator<'_>,
        of: &Term,
        size: &Name,
        value: &Term,
    ) -> Checked<(Expr, Expr)> {
        self.environment.check_names([of, value])?;
        self.environment.size(size)?;
        let of_value = elaborator.term(of)?;
        let of_value = elaborator.finish(&of_value)?;
        check_not_random(&of_value, &elaborator.written(of))?;
        elaborator.check_size_is_free(&of_value, size, "the size that grows")?;
        let value = elaborator.claimed("the value", value, &Shape::scalar())?;
        let held = value.sizes().iter().any(|other| **other == *size.text);
        if held {
            let message = format!("the value depends on `{}`, the size that grows", size.text);
            return Err(Diagnostic::new(
                DiagnosticKind::DependentValue,
                message,
                value.span,
                format!("contains `{}`", size.text),
            )
            .also(size.span, "grows")
            .into());
        }
        Ok((of_value, value))
    }

    fn bound(
        &self,
        elaborator: &mut Elaborator<'_>,
        (left, right): (&Term, &Term),
        at_least: bool,
        given: &[WrittenHypothesis],
    ) -> Checked<Proposition> {
        self.environment.check_names([left, right])?;
        let left_value = elaborator.bounded(left)?;
        let right_value = elaborator.bounded(right)?;
        let mut hypotheses = Vec::new();
        let mut form: Option<Arc<Letter>> = None;
        for hypothesis in given {
            match hypothesis {
                WrittenHypothesis::Bound { left, at_least, right } => {
                    hypotheses.push(self.hypothesis(left, *at_least, right)?);
                }
                WrittenHypothesis::Form(name) => {
                    let letter = elaborator.free_letter(name)?;
                    if let Some(first) = &form {
                        let message =
                            format!("a bound has one form letter, and `{}` is given", first.name);
                        return Err(Diagnostic::new(
                            DiagnosticKind::Bound,
                            message,
                            name.span,
                            "a second one",
                        )
                        .into());
                    }
                    let quadratic = is_quadratic_form(&left_value, &letter)
                        && is_quadratic_form(&right_value, &letter);
                    if !quadratic {
                        let message = format!("this is not a quadratic form in `{}`", name.text);
                        let label = format!("each term must have degree 2 in `{}`", name.text);
                        return Err(Diagnostic::new(
                            DiagnosticKind::Bound,
                            message,
                            left.span,
                            label,
                        )
                        .into());
                    }
                    form = Some(letter);
                }
            }
        }
        Ok(Proposition::Bound {
            left: left_value,
            comparison: comparison(at_least),
            right: right_value,
            given: hypotheses,
            form,
        })
    }

    fn hypothesis(&self, left: &Term, at_least: bool, right: &Term) -> Checked<Hypothesis> {
        self.environment.check_names([left, right])?;
        let mut elaborator = Elaborator::new(&self.environment);
        let (a, b) = (elaborator.term(left)?, elaborator.term(right)?);
        let (a, b) = (elaborator.finish(&a)?, elaborator.finish(&b)?);
        for (value, written) in [(&a, left), (&b, right)] {
            check_not_random(value, &elaborator.written(written))?;
        }
        let (matrix, written, scalar, scalar_written, bounded_below) =
            match (a.shape.is_scalar(), b.shape.is_scalar()) {
                (true, true) => {
                    let comparison = comparison(at_least);
                    return Ok(Hypothesis { left: a, comparison, right: b });
                }
                (false, true) => (a, left, b, right, at_least),
                (true, false) => (b, right, a, left, !at_least),
                (false, false) => {
                    let message = "a hypothesis compares scalars, or a matrix with a scalar";
                    let label = shape_in_words(&b.shape);
                    return Err(Diagnostic::new(DiagnosticKind::Shape, message, right.span, label)
                        .also(left.span, shape_in_words(&a.shape))
                        .into());
                }
            };
        if !bounded_below {
            let message = "a matrix hypothesis bounds the smallest eigenvalue from below";
            return Err(Diagnostic::new(
                DiagnosticKind::Bound,
                message,
                written.span,
                "bounded from above here",
            )
            .help("write `Lambda >= m`")
            .into());
        }
        if matrix.shape.rows != matrix.shape.columns || !is_visibly_symmetric(&matrix) {
            let message = "a matrix hypothesis is about a symmetric matrix";
            let label = format!("shape {}, not visibly symmetric", shape_in_words(&matrix.shape));
            return Err(Diagnostic::new(
                DiagnosticKind::NotSymmetric,
                message,
                written.span,
                label,
            )
            .into());
        }
        if !scalar.is_visibly_positive() {
            let message = "the bound of a matrix is a positive scalar";
            return Err(Diagnostic::new(
                DiagnosticKind::Bound,
                message,
                scalar_written.span,
                "not visibly positive",
            )
            .help("declare it with `positive`")
            .into());
        }
        Ok(Hypothesis { left: matrix, comparison: Comparison::AtLeast, right: scalar })
    }
}

impl Elaborator<'_> {
    /// Both sides of an equation, of equal shape; open spaces may be left.
    pub(super) fn sides(&mut self, left: &Term, right: &Term) -> Checked<(Expr, Expr)> {
        let (a, b) = (self.term(left)?, self.term(right)?);
        let (left_shape, right_shape) = (self.shape(&a), self.shape(&b));
        if self.spaces.equate_shapes(&left_shape, &right_shape) {
            return Ok((a, b));
        }
        let mut diagnostic = self.misfit("equation", (left, &left_shape), (right, &right_shape));
        for (value, other, written) in [(&a, &right_shape, right), (&b, &left_shape, left)] {
            if value.is_literally_zero() && value.shape.is_scalar() && !other.is_open() {
                let zero = format!("0*{}", self.written_as_factor(written));
                diagnostic = diagnostic.help(format!(
                    "the number `0` is a scalar; the zero of this shape is written with any letter of it: `{zero}`"
                ));
            }
        }
        Err(diagnostic.into())
    }

    /// Both sides of a claim: equal shapes, every space known, nothing random left.
    fn compared(&mut self, left: &Term, right: &Term) -> Checked<(Expr, Expr)> {
        let (a, b) = self.sides(left, right)?;
        let (a, b) = (self.finish(&a)?, self.finish(&b)?);
        check_not_random(&a, &self.written(left))?;
        check_not_random(&b, &self.written(right))?;
        Ok((a, b))
    }

    /// The right side of `minimizer`, `limit` and the like.
    fn claimed(&mut self, what: &str, written: &Term, shape: &Shape) -> Checked<Expr> {
        let value = self.term(written)?;
        let found = self.shape(&value);
        if !self.spaces.equate_shapes(&found, shape) {
            let message = format!("{what} has shape {}", shape_in_words(shape));
            let label = format!("shape {}", shape_in_words(&found));
            return Err(Diagnostic::new(DiagnosticKind::Shape, message, written.span, label).into());
        }
        let value = self.finish(&value)?;
        check_not_random(&value, &self.written(written))?;
        Ok(value)
    }

    /// A side of a bound.
    fn bounded(&mut self, written: &Term) -> Checked<Expr> {
        let value = self.term(written)?;
        let shape = self.shape(&value);
        if !self.spaces.equate_shapes(&shape, &Shape::scalar()) {
            let message = "a bound compares scalars";
            let label = format!("shape {}", shape_in_words(&shape));
            return Err(Diagnostic::new(DiagnosticKind::Shape, message, written.span, label).into());
        }
        let value = self.finish(&value)?;
        check_not_random(&value, &self.written(written))?;
        Ok(value)
    }
}

/// Checks that every random letter is integrated.
fn check_not_random(value: &Expr, written: &str) -> Checked<()> {
    let Some(letter) = value.free_random_letters().into_iter().next() else { return Ok(()) };
    let place = random_place(value, &letter);
    let message = format!("the random letter `{}` stands outside `E`", letter.name);
    Err(Diagnostic::new(DiagnosticKind::RandomOutsideExpectation, message, place, "random here")
        .help(format!("a claim is about expectations: `E[{written}]`"))
        .into())
}

/// The smallest written part in which the letter is free.
fn random_place(value: &Expr, letter: &Letter) -> Span {
    let mut place = value;
    loop {
        let free =
            |part: &&Expr| part.free_random_letters().iter().any(|other| other.name == letter.name);
        let inside =
            |part: &&Expr| place.span.start <= part.span.start && part.span.end <= place.span.end;
        match place.parts().into_iter().filter(inside).find(free) {
            Some(part) => place = part,
            None => return place.span,
        }
    }
}

fn comparison(at_least: bool) -> Comparison {
    if at_least { Comparison::AtLeast } else { Comparison::AtMost }
}

/// Whether every term has degree 2 in the letter; zero has no terms.
fn is_quadratic_form(expr: &Expr, letter: &Arc<Letter>) -> bool {
    place_outside_polynomials(expr, letter).is_none()
        && degrees(expr, std::slice::from_ref(letter))
            .is_some_and(|degrees| degrees.iter().all(|degree| degree.total() == 2))
}

/// A predicted value of zero has no relative margin.
fn check_margin_has_a_prediction(claim: &Claim) -> Checked<()> {
    let Some(margin) = claim.margin.as_ref().filter(|margin| !margin.absolute) else {
        return Ok(());
    };
    let (left, right) = match &claim.proposition {
        Proposition::Equal { left, right } => (left, right),
        Proposition::Reaches { of, value } => (of, value),
        _ => return Ok(()),
    };
    let simulated = matches!(claim.proposition, Proposition::Reaches { .. })
        || left.contains_expectation()
        || !left.observed_letters().is_empty();
    if !simulated || !right.is_literally_zero() {
        return Ok(());
    }
    Err(Diagnostic::new(
        DiagnosticKind::Margin,
        "a predicted value of zero has no relative margin",
        right.span,
        "predicts zero",
    )
    .also(margin.span, "relative to the predicted value")
    .help("write `margin 0.01 absolute because ...` before this claim, or `margin` to end it")
    .into())
}
