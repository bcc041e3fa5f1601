//! From terms as written to typed expressions: names resolved, shapes known, rules checked.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::environment::{Checked, Environment, Meaning};
use super::family::{NotLinear, check_invertible};
use super::shape::{Spaces, shape_in_words, space_in_words};
use super::span::Span;
use super::surface::{Form, Name, Sign, Term};
use super::tree::{Expr, Letter, LetterKind, Node, Shape, Space};
use dashu_ratio::RBig;
use std::sync::Arc;

/// Checks the terms of one statement.
pub(super) struct Elaborator<'a> {
    pub(super) environment: &'a Environment,
    /// The text in which the terms stand.
    pub(super) text: &'a str,
    pub(super) spaces: Spaces,
    /// The body of the innermost `E` around the place that is checked.
    body: Option<Span>,
}

impl<'a> Elaborator<'a> {
    /// For terms of the file itself.
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self::outside(environment, &environment.text)
    }

    /// For terms of another text, such as the command line.
    pub(super) fn outside(environment: &'a Environment, text: &'a str) -> Self {
        Self { environment, text, spaces: Spaces::default(), body: None }
    }

    /// The typed expression of a term; open spaces may be left in it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub(super) fn term(&mut self, term: &Term) -> Checked<Expr> {
        match &term.form {
            Form::Number(value) => Ok(scalar(Node::Number(value.clone()), term.span)),
            Form::Name(name) => self.name(name, term.span),
            Form::Identity => {
                let shape = Shape::square(self.spaces.open());
                Ok(expr(Node::Identity { written_size: false }, shape, term.span))
            }
            Form::Negate(inner) => {
                let inner = self.term(inner)?;
                let shape = inner.shape.clone();
                Ok(expr(Node::Negate(inner), shape, term.span))
            }
            Form::Binary { sign: Sign::Add | Sign::Subtract, .. } => self.sum(term),
            Form::Binary { .. } => self.product(term),
            Form::Power { base, exponent, exponent_span } => {
                self.power(base, exponent, *exponent_span, term.span)
            }
            Form::Transpose(inner) => {
                let inner = self.term(inner)?;
                let shape = inner.shape.transposed();
                Ok(expr(Node::Transpose(inner), shape, term.span))
            }
            Form::Call { function, arguments } => self.call(function, arguments, term.span),
            Form::Expectation { body, over } => self.expectation(body, over.as_deref(), term.span),
            Form::Norm { of, squared, weight } => {
                self.norm(of, *squared, weight.as_deref(), term.span)
            }
        }
    }

    /// Whether the terms stand in the file itself, so that its declarations can be shown.
    pub(super) fn in_file(&self) -> bool {
        std::ptr::eq(self.text, &*self.environment.text)
    }

    /// The shape of an expression as far as known.
    pub(super) fn shape(&self, expr: &Expr) -> Shape {
        self.spaces.resolve_shape(&expr.shape)
    }

    fn name(&mut self, name: &str, span: Span) -> Checked<Expr> {
        match self.environment.lookup(&Name { text: name.to_owned(), span })? {
            Meaning::Size => Ok(scalar(Node::Size(name.into()), span)),
            Meaning::Letter(letter) => {
                Ok(expr(Node::Letter(letter.clone()), letter.shape.clone(), span))
            }
            Meaning::Abbreviation(abbreviation) => {
                let mut shape = abbreviation.value.shape.clone();
                if shape.is_open() {
                    shape = Shape::square(self.spaces.open());
                }
                Ok(expr(Node::Abbreviation(abbreviation.clone()), shape, span))
            }
            Meaning::Element(element) => {
                Ok(expr(Node::Element(element.clone()), element.value.shape.clone(), span))
            }
            Meaning::Group | Meaning::Broken => {
                let message = format!("`{name}` names a group of letters and has no value");
                Err(Diagnostic::new(DiagnosticKind::WrongName, message, span, "not a letter")
                    .into())
            }
        }
    }

    fn sum(&mut self, term: &Term) -> Checked<Expr> {
        let (first, links) = chain(term, |sign| matches!(sign, Sign::Add | Sign::Subtract));
        let mut sum = self.term(first)?;
        let mut before = first;
        for Link { sign, right, whole, .. } in links {
            let addend = self.term(right)?;
            let (left_shape, right_shape) = (self.shape(&sum), self.shape(&addend));
            if left_shape.is_scalar() != right_shape.is_scalar() {
                let (number, matrix) = if left_shape.is_scalar() {
                    ((before, &sum), (right, &addend))
                } else {
                    ((right, &addend), (before, &sum))
                };
                return Err(self.scalar_and_matrix(sign, number, matrix).into());
            }
            if !self.spaces.equate_shapes(&left_shape, &right_shape) {
                let what = if sign == Sign::Add { "sum" } else { "difference" };
                return Err(self.misfit(what, (before, &left_shape), (right, &right_shape)).into());
            }
            let node = match sign {
                Sign::Add => Node::Add(sum, addend),
                _ => Node::Subtract(sum, addend),
            };
            sum = expr(node, left_shape, whole.span);
            before = whole;
        }
        Ok(sum)
    }

    fn product(&mut self, term: &Term) -> Checked<Expr> {
        let (first, links) = chain(term, |sign| matches!(sign, Sign::Multiply | Sign::Divide));
        let mut factors = vec![(first, self.term(first)?)];
        for link in &links {
            let factor = self.term(link.right)?;
            if link.sign == Sign::Divide {
                self.check_divisor(link, &factor)?;
            }
            factors.push((link.right, factor));
        }
        let mut product = factors[0].1.clone();
        let mut before = first;
        for (link, (written, factor)) in links.iter().zip(&factors[1..]) {
            let (left, right) = (self.shape(&product), self.shape(factor));
            let divided = link.sign == Sign::Divide;
            let shape = if divided || right.is_scalar() {
                left
            } else if left.is_scalar() {
                right
            } else if self.spaces.equate(&left.columns, &right.rows) {
                Shape { rows: left.rows, columns: right.columns }
            } else {
                let parts: Vec<(&Term, Shape)> = factors
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| *index == 0 || links[index - 1].sign == Sign::Multiply)
                    .map(|(_, (term, factor))| (*term, self.shape(factor)))
                    .collect();
                let diagnostic = self.unfit_product((before, &left), (written, &right), &parts);
                return Err(diagnostic.into());
            };
            let node = if divided {
                Node::Divide(product, factor.clone())
            } else {
                Node::Multiply(product, factor.clone())
            };
            product = expr(node, shape, link.whole.span);
            before = link.whole;
        }
        Ok(product)
    }

    fn check_divisor(&mut self, link: &Link<'_>, divisor: &Expr) -> Checked<()> {
        let span = link.right.span;
        let shape = self.shape(divisor);
        if !shape.is_scalar() {
            let one = self.spaces.equate(&shape.rows, &Space::One);
            if !(one && self.spaces.equate(&shape.columns, &Space::One)) {
                let label = format!("shape {}", shape_in_words(&shape));
                return Err(Diagnostic::new(
                    DiagnosticKind::Shape,
                    "only a scalar divides",
                    span,
                    label,
                )
                .help("the inverse of a matrix is written `inv(...)`")
                .into());
            }
        }
        if divisor.is_literally_zero() {
            return Err(Diagnostic::new(
                DiagnosticKind::DivisionByZero,
                "division by zero",
                span,
                "this is 0",
            )
            .into());
        }
        if let Some(letter) = divisor.free_random_letters().first() {
            let mut diagnostic = not_polynomial("the denominator", letter, span);
            if self.body == Some(link.whole.span) {
                let numerator = self.written(link.left);
                let denominator = self.written(link.right);
                diagnostic = diagnostic.help(format!(
                    "a ratio of expectations is written `E[{}]/E[{}]`",
                    without_brackets(&numerator),
                    without_brackets(&denominator)
                ));
            }
            return Err(diagnostic.into());
        }
        Ok(())
    }

    fn power(&mut self, base: &Term, exponent: &RBig, at: Span, span: Span) -> Checked<Expr> {
        let value = self.term(base)?;
        self.check_square(&value, base, "a power", "powers")?;
        let shape = self.shape(&value);
        let negative = *exponent < RBig::ZERO;
        if negative || !exponent.is_int() {
            let what = if negative { "a negative power" } else { "a root" };
            if let Some(letter) = value.free_random_letters().first() {
                return Err(not_polynomial(what, letter, base.span).into());
            }
        }
        if negative {
            if value.is_literally_zero() {
                let span = base.span;
                return Err(Diagnostic::new(
                    DiagnosticKind::DivisionByZero,
                    "division by zero",
                    span,
                    "this is 0",
                )
                .into());
            }
            self.check_inverse(&value, base, "a negative power")?;
        }
        if !exponent.is_int() {
            self.check_root(&value, base, exponent, at)?;
        }
        Ok(expr(Node::Power(value, exponent.clone()), shape, span))
    }

    fn check_root(&self, value: &Expr, base: &Term, exponent: &RBig, at: Span) -> Checked<()> {
        let span = base.span;
        if self.shape(value).is_scalar() {
            if value.is_visibly_positive() {
                return Ok(());
            }
            return Err(Diagnostic::new(DiagnosticKind::Root, "a root needs a positive base", span, "not visibly positive")
                .note("positive are numbers, sizes, `positive` scalars, traces of powers of a `pd` letter, and sums, products and quotients of these")
                .help("`sqrt(a)` takes any scalar")
                .into());
        }
        if *exponent != RBig::from_parts(1.into(), 2u8.into())
            && *exponent != RBig::from_parts((-1).into(), 2u8.into())
        {
            let message = "the roots of a matrix are `^(1/2)` and `^(-1/2)`";
            return Err(Diagnostic::new(DiagnosticKind::Root, message, at, "another fraction")
                .help("`A^(3/2)` is written `A*A^(1/2)`")
                .into());
        }
        let named = matches!(&*value.unabbreviated().node, Node::Letter(_) | Node::Element(_));
        if named && value.is_visibly_positive() {
            return Ok(());
        }
        let label = if named { "not visibly positive definite" } else { "not a letter or element" };
        Err(Diagnostic::new(
            DiagnosticKind::Root,
            "a root needs a `pd` letter or element",
            span,
            label,
        )
        .help("an element is named by `define`: `define R := Lambda + s2*I`")
        .into())
    }

    /// Checks that a negative power or `inv` of the value is defined.
    pub(super) fn check_inverse(&self, value: &Expr, written: &Term, what: &str) -> Checked<()> {
        if self.shape(value).is_scalar() {
            return Ok(());
        }
        let Err(reason) = check_invertible(value) else { return Ok(()) };
        let span = written.span;
        let message = format!("{what} of this matrix is not defined");
        let takes = "scalars, products of invertible letters, and sums of these or of positive definite terms have an inverse";
        let diagnostic = match reason {
            NotLinear::NoFamily(letter) => {
                let diagnostic = Diagnostic::new(
                    DiagnosticKind::NoInverse,
                    message,
                    span,
                    format!("`{}` is not declared invertible", letter.name),
                );
                match (&letter.kind, letter.shape.rows == letter.shape.columns) {
                    (LetterKind::Matrix(_), true) => {
                        let space = space_in_words(&letter.shape.rows);
                        diagnostic.note(takes).help(format!(
                            "declare it `invertible`, `pd` or `commuting`: `matrix {}[{space},{space}] invertible`",
                            letter.name
                        ))
                    }
                    _ => diagnostic.note(takes),
                }
            }
            NotLinear::TwoLetters(left, right) => {
                let label = format!("a sum with `{left}` and `{right}`");
                Diagnostic::new(DiagnosticKind::NoInverse, message, span, label).note(takes)
            }
            NotLinear::Other => {
                Diagnostic::new(DiagnosticKind::NoInverse, message, span, "not of this form")
                    .note(takes)
            }
        };
        Err(diagnostic.into())
    }

    fn norm(
        &mut self,
        of: &Term,
        squared: bool,
        weight: Option<&Term>,
        span: Span,
    ) -> Checked<Expr> {
        let value = self.term(of)?;
        if let (false, Some(letter)) = (squared, value.free_random_letters().first()) {
            return Err(not_polynomial("the norm", letter, of.span)
                .help(format!("`||{}||^2` is a polynomial", self.written(of)))
                .into());
        }
        let weight = match weight {
            None => None,
            Some(written) => {
                let weight = self.term(written)?;
                let rows = self.shape(&value).rows;
                let shape = self.shape(&weight);
                if !self.spaces.equate_shapes(&shape, &Shape::square(rows.clone())) {
                    let rows = space_in_words(&rows);
                    let message =
                        format!("the weight of this norm needs the shape {rows} x {rows}");
                    let label = format!("shape {}", shape_in_words(&shape));
                    return Err(Diagnostic::new(
                        DiagnosticKind::Shape,
                        message,
                        written.span,
                        label,
                    )
                    .into());
                }
                Some(weight)
            }
        };
        Ok(scalar(Node::Norm { of: value, squared, weight }, span))
    }

    fn expectation(&mut self, body: &Term, over: Option<&[Name]>, span: Span) -> Checked<Expr> {
        let outer = self.body.replace(body.span);
        let value = self.term(body);
        self.body = outer;
        let value = value?;
        if let Some(letter) = value.observed_letters().first() {
            let message = format!("the observed letter `{}` stands inside `E`", letter.name);
            return Err(Diagnostic::new(
                DiagnosticKind::NotDeterministic,
                message,
                body.span,
                "has no law",
            )
            .into());
        }
        let over = over.map(|names| self.integrated_letters(names)).transpose()?;
        self.check_moments(&value, over.as_deref())?;
        let shape = self.shape(&value);
        Ok(expr(Node::Expectation { body: value, over }, shape, span))
    }

    fn integrated_letters(&self, names: &[Name]) -> Checked<Vec<Arc<Letter>>> {
        let mut letters: Vec<Arc<Letter>> = Vec::new();
        for name in names {
            let letter = self.environment.letter(name)?;
            if !letter.is_random() {
                let message = format!("`{}` is not a random letter", name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::WrongName,
                    message,
                    name.span,
                    "`E` is over random letters",
                )
                .into());
            }
            if letters.iter().any(|other| other.name == letter.name) {
                let message = format!("`{}` is listed twice", name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::NamedTwice,
                    message,
                    name.span,
                    "again",
                )
                .into());
            }
            letters.push(letter);
        }
        Ok(letters)
    }

    /// Checks that a value is square; `subject` is what needs it, `owner` what only squares have.
    pub(super) fn check_square(
        &mut self,
        value: &Expr,
        written: &Term,
        subject: &str,
        owner: &str,
    ) -> Checked<()> {
        let shape = self.shape(value);
        if self.spaces.equate(&shape.rows, &shape.columns) {
            return Ok(());
        }
        let label = format!("shape {}", shape_in_words(&shape));
        Err(Diagnostic::new(
            DiagnosticKind::NotSquare,
            format!("{subject} needs a square matrix"),
            written.span,
            label,
        )
        .note(format!(
            "only square matrices have {owner}, and rows and columns must be the same space"
        ))
        .into())
    }
}

/// One step of a chain of operators of one level.
pub(super) struct Link<'t> {
    pub(super) sign: Sign,
    pub(super) left: &'t Term,
    pub(super) right: &'t Term,
    /// The chain up to here.
    pub(super) whole: &'t Term,
}

/// The first operand of a chain a op b op c, and the steps that follow it. A loop, since chains
/// are long where nesting is not deep.
fn chain(term: &Term, belongs: impl Fn(Sign) -> bool) -> (&Term, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut whole = term;
    while let Form::Binary { sign, left, right, .. } = &whole.form {
        if !belongs(*sign) {
            break;
        }
        links.push(Link { sign: *sign, left, right, whole });
        whole = left;
    }
    links.reverse();
    (whole, links)
}

pub(super) fn expr(node: Node, shape: Shape, span: Span) -> Expr {
    Expr { node: Arc::new(node), shape, span }
}

pub(super) fn scalar(node: Node, span: Span) -> Expr {
    expr(node, Shape::scalar(), span)
}

/// Random letters stand in polynomials only.
pub(super) fn not_polynomial(place: &str, letter: &Letter, span: Span) -> Diagnostic {
    let message = format!("{place} contains the random letter `{}`", letter.name);
    Diagnostic::new(DiagnosticKind::RandomDenominator, message, span, "random, so not a polynomial").note(
        "expectations are exact for polynomials in random letters only; nothing was proved or refuted",
    )
}

fn without_brackets(text: &str) -> &str {
    if super::misfit::is_enclosed(text) { text[1..text.len() - 1].trim() } else { text }
}
