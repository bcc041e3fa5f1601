//! The functions of expressions: `tr`, `inv`, `qf`, `grad`, `subst`, `lie`, numeric functions.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::{Elaborator, expr, not_polynomial, scalar};
use super::environment::{Checked, Meaning};
use super::shape::{shape_in_words, space_in_words};
use super::span::Span;
use super::surface::{Argument, Form, Name, Term};
use super::tree::{Expr, Letter, LetterKind, Node, NumericFunction, Shape, Space, Target};
use super::word::is_visibly_symmetric;
use dashu_ratio::RBig;
use std::sync::Arc;

impl Elaborator<'_> {
    pub(super) fn call(
        &mut self,
        function: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Checked<Expr> {
        if function.text == "subst" {
            return self.substitution(function, arguments, span);
        }
        if let Some(argument) = arguments.iter().find(|argument| argument.becomes.is_some()) {
            let message = format!("`{}` takes no `->`", function.text);
            return Err(Diagnostic::new(
                DiagnosticKind::Arguments,
                message,
                argument.value.span,
                "replaced here",
            )
            .help("letters are replaced by `subst(a, x -> e)`")
            .into());
        }
        let arguments: Vec<&Term> = arguments.iter().map(|argument| &argument.value).collect();
        match function.text.as_str() {
            "tr" => {
                let [inner] = self.arguments(function, &arguments, "tr(A)")?;
                let value = self.term(inner)?;
                self.check_square(&value, inner, "`tr`", "a trace")?;
                Ok(scalar(Node::Trace(value), span))
            }
            "inv" => {
                let [inner] = self.arguments(function, &arguments, "inv(A)")?;
                self.inverse(inner, span)
            }
            "I" => {
                let [size] = self.arguments(function, &arguments, "I(d)")?;
                let shape = Shape::square(self.written_space(size)?);
                Ok(expr(Node::Identity { written_size: true }, shape, span))
            }
            "qf" => {
                let [vector, matrix] = self.arguments(function, &arguments, "qf(v, A)")?;
                self.quadratic_form(vector, matrix, span)
            }
            "grad" => {
                let [of, letter] = self.arguments(function, &arguments, "grad(L, W)")?;
                let of = self.scalar_argument(function, of)?;
                let letter = self.moving_letter(letter)?;
                let shape = letter.shape.clone();
                Ok(expr(Node::Gradient { of, with_respect_to: letter }, shape, span))
            }
            "lie" => self.lie(function, &arguments, span),
            _ => match numeric_function(&function.text) {
                Some(numeric) => self.numeric(function, numeric, &arguments, span),
                None => unreachable!("the parser knows the functions: this is a bug"),
            },
        }
    }

    fn arguments<'t, const COUNT: usize>(
        &self,
        function: &Name,
        arguments: &[&'t Term],
        usage: &str,
    ) -> Checked<[&'t Term; COUNT]> {
        <[&Term; COUNT]>::try_from(arguments).map_err(|_| {
            let plural = if COUNT == 1 { "" } else { "s" };
            let message = format!("`{}` takes {COUNT} argument{plural}", function.text);
            let label = format!("{} given", arguments.len());
            Diagnostic::new(DiagnosticKind::Arguments, message, function.span, label)
                .help(format!("write `{usage}`"))
                .into()
        })
    }

    fn inverse(&mut self, inner: &Term, span: Span) -> Checked<Expr> {
        let value = self.term(inner)?;
        self.check_square(&value, inner, "`inv`", "an inverse")?;
        if let Some(letter) = value.free_random_letters().first() {
            return Err(not_polynomial("the inverse", letter, inner.span).into());
        }
        if value.is_literally_zero() {
            return Err(Diagnostic::new(
                DiagnosticKind::DivisionByZero,
                "division by zero",
                inner.span,
                "this is 0",
            )
            .into());
        }
        self.check_inverse(&value, inner, "`inv`")?;
        let shape = self.shape(&value);
        Ok(expr(Node::Inverse(value), shape, span))
    }

    /// The argument of `I(d)`.
    fn written_space(&self, size: &Term) -> Checked<Space> {
        match &size.form {
            Form::Number(value) if *value == RBig::ONE => Ok(Space::One),
            Form::Name(name) => {
                match self.environment.lookup(&Name { text: name.clone(), span: size.span })? {
                    Meaning::Size => Ok(Space::Size(name.as_str().into())),
                    other => {
                        let message = format!("`{name}` is {}, not a size", other.in_words());
                        Err(Diagnostic::new(
                            DiagnosticKind::WrongName,
                            message,
                            size.span,
                            "`I(d)` takes a size",
                        )
                        .into())
                    }
                }
            }
            _ => Err(Diagnostic::new(
                DiagnosticKind::WrongName,
                "`I(d)` takes the name of a size",
                size.span,
                "not a name",
            )
            .help("a multiple of the identity is written `s2*I`")
            .into()),
        }
    }

    fn quadratic_form(&mut self, vector: &Term, matrix: &Term, span: Span) -> Checked<Expr> {
        let v = self.term(vector)?;
        let shape = self.shape(&v);
        if !self.spaces.equate(&shape.columns, &Space::One) {
            let label = format!("shape {}", shape_in_words(&shape));
            return Err(Diagnostic::new(
                DiagnosticKind::Shape,
                "`qf` needs a vector",
                vector.span,
                label,
            )
            .help("for a matrix, `tr(V'*A*V)` is the sum over its columns")
            .into());
        }
        let a = self.term(matrix)?;
        let (rows, inner) = (self.shape(&v).rows, self.shape(&a));
        if !self.spaces.equate_shapes(&inner, &Shape::square(rows.clone())) {
            let rows = space_in_words(&rows);
            let message = format!("the matrix of this `qf` needs the shape {rows} x {rows}");
            let label = format!("shape {}", shape_in_words(&inner));
            return Err(Diagnostic::new(DiagnosticKind::Shape, message, matrix.span, label)
                .also(vector.span, format!("{rows} x 1"))
                .into());
        }
        Ok(scalar(Node::QuadraticForm { vector: v, matrix: a }, span))
    }

    fn scalar_argument(&mut self, function: &Name, written: &Term) -> Checked<Expr> {
        let value = self.term(written)?;
        let shape = self.shape(&value);
        if self.spaces.equate_shapes(&shape, &Shape::scalar()) {
            return Ok(value);
        }
        let message = format!("`{}` needs a scalar", function.text);
        let label = format!("shape {}", shape_in_words(&shape));
        Err(Diagnostic::new(DiagnosticKind::Shape, message, written.span, label).into())
    }

    /// A letter by which one may differentiate: its entries are free.
    pub(super) fn moving_letter(&self, written: &Term) -> Checked<Arc<Letter>> {
        let Form::Name(name) = &written.form else {
            return Err(Diagnostic::new(
                DiagnosticKind::WrongName,
                "a letter stands here",
                written.span,
                "not a name",
            )
            .into());
        };
        self.free_letter(&Name { text: name.clone(), span: written.span })
    }

    /// A deterministic letter whose entries are free; see [`Self::moving_letter`].
    pub(super) fn free_letter(&self, name: &Name) -> Checked<Arc<Letter>> {
        let letter = self.environment.letter(name)?;
        let (message, label) = match &letter.kind {
            LetterKind::Scalar { .. } | LetterKind::Param => return Ok(letter),
            LetterKind::Matrix(_) if !letter.is_symmetric() || letter.shape.is_scalar() => {
                return Ok(letter);
            }
            LetterKind::Matrix(_) => {
                (format!("`{}` is symmetric, so its entries are not free", name.text), "symmetric")
            }
            LetterKind::Random(_) => (format!("`{}` is a random letter", name.text), "random"),
            LetterKind::Observed => (
                format!("`{}` is observed: an experiment supplies its value", name.text),
                "observed",
            ),
            LetterKind::Ones => (format!("`{}` is constant", name.text), "all ones"),
        };
        Err(Diagnostic::new(DiagnosticKind::Shape, message, name.span, label)
            .note("general matrices, vectors, scalars and `param`s can vary")
            .into())
    }

    fn lie(&mut self, function: &Name, arguments: &[&Term], span: Span) -> Checked<Expr> {
        let [quantity, loss, rest @ ..] = arguments else {
            return Err(Diagnostic::new(
                DiagnosticKind::Arguments,
                "`lie` takes a quantity, a loss and letters",
                function.span,
                "",
            )
            .help("write `lie(Q, L, U, u)`")
            .into());
        };
        let quantity = self.scalar_argument(function, quantity)?;
        let loss = self.scalar_argument(function, loss)?;
        let mut letters: Vec<Arc<Letter>> = Vec::new();
        for written in rest {
            let letter = self.moving_letter(written)?;
            if letters.iter().any(|other| other.name == letter.name) {
                let message = format!("`{}` is listed twice in `lie`", letter.name);
                return Err(Diagnostic::new(
                    DiagnosticKind::NamedTwice,
                    message,
                    written.span,
                    "again",
                )
                .into());
            }
            letters.push(letter);
        }
        if letters.is_empty() {
            let message = "`lie` needs the letters that move";
            return Err(Diagnostic::new(
                DiagnosticKind::Arguments,
                message,
                function.span,
                "no letter listed",
            )
            .help("write `lie(Q, L, U, u)`")
            .into());
        }
        Ok(scalar(Node::Lie { quantity, loss, letters }, span))
    }

    fn substitution(
        &mut self,
        function: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Checked<Expr> {
        let [of, rest @ ..] = arguments else {
            return Err(Diagnostic::new(
                DiagnosticKind::Arguments,
                "`subst` needs an expression",
                function.span,
                "nothing given",
            )
            .help("write `subst(a, x -> e)`")
            .into());
        };
        if of.becomes.is_some() || rest.is_empty() {
            return Err(Diagnostic::new(
                DiagnosticKind::Arguments,
                "`subst` needs an expression and replacements",
                function.span,
                "",
            )
            .help("write `subst(a, x -> e)`")
            .into());
        }
        let value = self.term(&of.value)?;
        let mut replacements: Vec<(Target, Expr)> = Vec::new();
        for argument in rest {
            let Some(becomes) = &argument.becomes else {
                return Err(Diagnostic::new(
                    DiagnosticKind::Arguments,
                    "a replacement needs `->`",
                    argument.value.span,
                    "by what?",
                )
                .help(format!("write `{} -> ...`", self.written(&argument.value)))
                .into());
            };
            let replacement = self.replacement(&value, &argument.value, becomes)?;
            if replacements.iter().any(|(target, _)| same_target(target, &replacement.0)) {
                let message = format!("`{}` is replaced twice", self.written(&argument.value));
                return Err(Diagnostic::new(
                    DiagnosticKind::NamedTwice,
                    message,
                    argument.value.span,
                    "again",
                )
                .into());
            }
            replacements.push(replacement);
        }
        let shape = self.shape(&value);
        Ok(expr(Node::Substitute { of: value, replacements }, shape, span))
    }

    fn numeric(
        &mut self,
        name: &Name,
        function: NumericFunction,
        written: &[&Term],
        span: Span,
    ) -> Checked<Expr> {
        use NumericFunction as F;
        let arguments = match function {
            F::Minimum | F::Maximum => {
                let usage = format!("{}(a, b)", name.text);
                self.arguments::<2>(name, written, &usage)?.to_vec()
            }
            F::SquareRoot | F::Exponential | F::Logarithm => {
                let usage = format!("{}(a)", name.text);
                self.arguments::<1>(name, written, &usage)?.to_vec()
            }
            F::OperatorNorm | F::SmallestEigenvalue | F::LargestEigenvalue => {
                let usage = format!("{}(A)", name.text);
                self.arguments::<1>(name, written, &usage)?.to_vec()
            }
        };
        let mut values = Vec::new();
        for argument in arguments {
            let value = match function {
                F::OperatorNorm => self.term(argument)?,
                F::SmallestEigenvalue | F::LargestEigenvalue => {
                    let value = self.term(argument)?;
                    let subject = format!("`{}`", name.text);
                    self.check_square(&value, argument, &subject, "eigenvalues")?;
                    if !is_visibly_symmetric(&value) {
                        let message = format!("`{}` needs a symmetric matrix", name.text);
                        return Err(Diagnostic::new(
                            DiagnosticKind::NotSymmetric,
                            message,
                            argument.span,
                            "not visibly symmetric",
                        )
                        .help("the symmetric part is `(A + A')/2`")
                        .into());
                    }
                    value
                }
                _ => self.scalar_argument(name, argument)?,
            };
            if let Some(letter) = value.free_random_letters().first() {
                let place = format!("the argument of `{}`", name.text);
                return Err(not_polynomial(&place, letter, argument.span).into());
            }
            values.push(value);
        }
        Ok(scalar(Node::Numeric { function, arguments: values }, span))
    }
}

fn numeric_function(name: &str) -> Option<NumericFunction> {
    Some(match name {
        "sqrt" => NumericFunction::SquareRoot,
        "exp" => NumericFunction::Exponential,
        "log" => NumericFunction::Logarithm,
        "min" => NumericFunction::Minimum,
        "max" => NumericFunction::Maximum,
        "opnorm" => NumericFunction::OperatorNorm,
        "eigmin" => NumericFunction::SmallestEigenvalue,
        "eigmax" => NumericFunction::LargestEigenvalue,
        _ => return None,
    })
}

fn same_target(left: &Target, right: &Target) -> bool {
    match (left, right) {
        (Target::Letter(a), Target::Letter(b)) => a.name == b.name,
        (Target::Size(a), Target::Size(b)) => a == b,
        _ => false,
    }
}
