//! The symbolic reading: a typed tree as a matrix of words, with sizes and letters left open.

use super::algebra::Algebra;
use super::alphabet::{LetterId, RandomId, Role, SpaceId};
use super::derivation::Derivation;
use super::derivative::Moving;
use super::error::Stop;
use super::log::Writer;
use super::matrix::Matrix;
use super::polynomial::Polynomial;
use super::substitution::Replacements;
use crate::certificate::Expectation;
use crate::claim::{Element, Expr, Letter, LetterKind, Node, NumericFunction, Target};
use dashu_ratio::RBig;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The calculus of one claim: reads typed trees, and keeps what it has met.
///
/// Letters, words and monomials are numbered in the order in which they are met, so the same
/// claim gives the same results on every run.
#[derive(Debug, Default)]
pub struct Calculus {
    pub(super) algebra: Algebra,
    /// Joint laws by number.
    pub(super) groups: Vec<Arc<str>>,
    /// The all-ones vector of each space.
    pub(super) ones: Vec<(SpaceId, LetterId)>,
    /// How expectations were computed, where that is asked for.
    pub(super) logs: Vec<Expectation>,
    /// The same in words.
    pub(super) derivations: Vec<Derivation>,
    /// The names of all letters and sizes in the rules that are supposed.
    pub(super) ruled: BTreeSet<Arc<str>>,
    /// What has been divided by or inverted so far, also where it cancelled.
    pub(super) divisors: Vec<Matrix>,
    /// Matrices whose roots are taken, as substitutions have left them.
    radicands: Vec<Matrix>,
    /// What the covariances of the random letters are divided by.
    pub(super) law_divisors: Vec<Vec<Matrix>>,
    /// Values of `let` and `define` names.
    named: FxHashMap<*const Node, Named>,
}

/// The value of a name.
#[derive(Debug)]
struct Named {
    /// Keeps the address of the node alive.
    _expr: Expr,
    value: Matrix,
    /// What its value is divided by.
    divisors: Vec<Matrix>,
}

impl Calculus {
    /// The calculus of a claim in a file with these letters, which are ordered by declaration.
    ///
    /// # Errors
    /// [`Stop::Unsupported`] where a law cannot be used.
    pub fn new(letters: &[Arc<Letter>]) -> Result<Self, Stop> {
        let mut reader = Self::default();
        for letter in letters {
            let stands_in_words = !letter.shape.is_scalar() || letter.is_random();
            if stands_in_words && !letter.is_observed() {
                reader.letter(letter)?;
            }
        }
        Ok(reader)
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// Why it has none here.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<Matrix, Stop> {
        match &*expr.node {
            Node::Number(value) => Ok(Matrix::scalar(Polynomial::number(value.clone()))),
            Node::Size(name) => Ok(Matrix::scalar(self.algebra.size(name))),
            Node::Letter(letter) => self.letter_value(letter),
            Node::Identity { .. } => {
                let space = self.space(&expr.shape.rows);
                Ok(Matrix::identity(space, Polynomial::one()))
            }
            Node::Abbreviation(abbreviation) => {
                self.remembered(expr, |reader| reader.value(&abbreviation.value))
            }
            Node::Element(element) => self.remembered(expr, |reader| reader.element(element)),
            Node::Negate(a) => {
                let a = self.value(a)?;
                Ok(Matrix::zero(a.rows, a.columns).minus(&a))
            }
            Node::Add(a, b) => Ok(self.value(a)?.plus(&self.value(b)?)),
            Node::Subtract(a, b) => Ok(self.value(a)?.minus(&self.value(b)?)),
            Node::Multiply(a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                self.algebra.multiply(&a, &b)
            }
            Node::Divide(a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                let inverse = self.inverse(b)?;
                self.algebra.multiply(&a, &inverse)
            }
            Node::Power(base, exponent) => {
                let base = self.value(base)?;
                let value = self.algebra.raised(&base, exponent)?;
                if *exponent < RBig::ZERO {
                    self.divisors.push(base);
                }
                Ok(value)
            }
            Node::Transpose(a) => {
                let a = self.value(a)?;
                Ok(self.algebra.transpose(&a))
            }
            Node::Trace(a) => {
                let a = self.value(a)?;
                Ok(Matrix::scalar(self.algebra.matrix_trace(&a)))
            }
            Node::Inverse(a) => {
                let a = self.value(a)?;
                self.inverse(a)
            }
            Node::QuadraticForm { vector, matrix } => {
                let (vector, matrix) = (self.value(vector)?, self.value(matrix)?);
                self.form(&vector, Some(&matrix))
            }
            Node::Norm { of, squared, weight } => {
                let of = self.value(of)?;
                let weight = weight.as_ref().map(|weight| self.value(weight)).transpose()?;
                let square = self.form(&of, weight.as_ref())?;
                if *squared { Ok(square) } else { self.half_power(&square) }
            }
            Node::Expectation { body, over } => {
                let value = self.expectation(body, over.as_deref())?;
                self.keep_log(expr, &value);
                Ok(value)
            }
            Node::Gradient { of, with_respect_to } => {
                let of = self.value(of)?.into_scalar();
                let moving = self.moving(with_respect_to)?;
                self.algebra.gradient(&of, moving)
            }
            Node::Substitute { of, replacements } => self.substitute(of, replacements),
            Node::Lie { quantity, loss, letters } => self.lie(quantity, loss, letters),
            Node::Numeric { function: NumericFunction::SquareRoot, arguments } => {
                let value = self.value(&arguments[0])?;
                if !arguments[0].is_visibly_positive() {
                    return Err(Stop::unsupported("the root of what is not visibly positive"));
                }
                self.half_power(&value)
            }
            Node::Numeric { .. } => {
                Err(Stop::unsupported(format!("`{expr}` has a numeric value alone")))
            }
        }
    }

    /// The value of a name, worked out once.
    fn remembered(
        &mut self,
        expr: &Expr,
        value: impl FnOnce(&mut Self) -> Result<Matrix, Stop>,
    ) -> Result<Matrix, Stop> {
        let key = Arc::as_ptr(&expr.node);
        if let Some(known) = self.named.get(&key) {
            self.divisors.extend(known.divisors.iter().cloned());
            return Ok(known.value.clone());
        }
        let before = self.divisors.len();
        let value = value(self)?;
        let mut divisors: Vec<Matrix> = Vec::new();
        for divisor in self.divisors.drain(before..) {
            if !divisors.contains(&divisor) {
                divisors.push(divisor);
            }
        }
        self.divisors.extend(divisors.iter().cloned());
        let named = Named { _expr: expr.clone(), value: value.clone(), divisors };
        self.named.insert(key, named);
        Ok(value)
    }

    /// The inverse of a divisor.
    fn inverse(&mut self, divisor: Matrix) -> Result<Matrix, Stop> {
        let inverse = self.algebra.inverse(&divisor)?;
        self.divisors.push(divisor);
        Ok(inverse)
    }

    fn letter_value(&mut self, letter: &Arc<Letter>) -> Result<Matrix, Stop> {
        if letter.shape.is_scalar() && !letter.is_random() {
            return match letter.kind {
                LetterKind::Ones => Ok(Matrix::scalar(Polynomial::one())),
                LetterKind::Scalar { positive: true } => {
                    Ok(Matrix::scalar(self.algebra.positive_value(&letter.name)))
                }
                _ => Ok(Matrix::scalar(self.algebra.scalar_value(&letter.name))),
            };
        }
        let id = self.letter(letter)?;
        if let Some(random) = self.algebra.alphabet.random(id) {
            self.divisors.extend(self.law_divisors[random.0 as usize].iter().cloned());
        }
        self.algebra.letter(id)
    }

    /// A `define` name: a multiple of one letter of the family.
    fn element(&mut self, element: &Element) -> Result<Matrix, Stop> {
        let value = self.value(&element.value)?;
        if value.is_scalar() {
            return Ok(value);
        }
        let value = self.algebra.element_of(&value)?;
        if let Some(([letter], _)) = value.single()
            && let Role::Power { family, exponents, .. } = self.algebra.alphabet.role(*letter)
            && let [(generator @ 1.., 2)] = exponents[..]
        {
            let family = *family;
            self.algebra.name_element(family, generator, &element.name);
        }
        Ok(value)
    }

    /// tr(a' W a); for a vector the number a' W a.
    fn form(&mut self, a: &Matrix, weight: Option<&Matrix>) -> Result<Matrix, Stop> {
        let turned = self.algebra.transpose(a);
        let product = match weight {
            None => self.algebra.multiply(&turned, a)?,
            Some(weight) => {
                let left = self.algebra.multiply(&turned, weight)?;
                self.algebra.multiply(&left, a)?
            }
        };
        Ok(Matrix::scalar(self.algebra.matrix_trace(&product)))
    }

    fn half_power(&mut self, value: &Matrix) -> Result<Matrix, Stop> {
        self.algebra.raised(value, &(RBig::ONE / RBig::from(2)))
    }

    fn expectation(&mut self, body: &Expr, over: Option<&[Arc<Letter>]>) -> Result<Matrix, Stop> {
        let body = self.value(body)?;
        let over: Vec<RandomId> = match over {
            None => (0..self.algebra.random.len()).map(|index| RandomId(index as u16)).collect(),
            Some(letters) => {
                let mut ids = Vec::new();
                for letter in letters {
                    let id = self.letter(letter)?;
                    ids.extend(self.algebra.alphabet.random(id));
                }
                ids
            }
        };
        self.algebra.matrix_expectation(&body, &over)
    }

    /// Logs the expectation that was computed last, where that is asked for.
    fn keep_log(&mut self, expr: &Expr, value: &Matrix) {
        let Some(record) = self.algebra.records.as_mut().and_then(Vec::pop) else { return };
        let text = expr.to_string();
        if self.logs.iter().any(|log| log.expression == text) {
            return;
        }
        let marker = (!value.is_scalar()).then(|| self.algebra.marker(value.columns, value.rows));
        self.derivations.push(self.algebra.derivation(&record, text.clone(), marker));
        self.logs.push(Writer::write(&self.algebra, &record, text, marker));
    }

    /// Whether a name may be replaced or may move: not where a rule ties it to others, because
    /// rules are used on what is divided by, and that is remembered.
    pub(super) fn check_free(&self, name: &str) -> Result<(), Stop> {
        match self.ruled.contains(name) {
            true => Err(Stop::unsupported(format!("`{name}` stands in a rule, so it cannot vary"))),
            false => Ok(()),
        }
    }

    /// With respect to what a letter differentiates.
    pub(super) fn moving(&mut self, letter: &Arc<Letter>) -> Result<Moving, Stop> {
        self.check_free(&letter.name)?;
        if letter.shape.is_scalar() {
            return Ok(Moving::Scalar(self.algebra.scalar(&letter.name)));
        }
        Ok(Moving::Letter(self.letter(letter)?))
    }

    fn substitute(&mut self, expr: &Expr, replacements: &[(Target, Expr)]) -> Result<Matrix, Stop> {
        let before = self.divisors.len();
        let of = self.value(expr)?;
        let divisors = self.divisors.split_off(before);
        let mut by = Replacements::default();
        for (target, value) in replacements {
            let value = self.value(value)?;
            match target {
                Target::Size(name) => {
                    self.check_free(name)?;
                    let scalar = self.algebra.scalar(name);
                    by.scalars.push((scalar, value.into_scalar()));
                }
                Target::Letter(letter) if letter.shape.is_scalar() => {
                    self.check_free(&letter.name)?;
                    let scalar = self.algebra.scalar(&letter.name);
                    by.scalars.push((scalar, value.into_scalar()));
                }
                Target::Letter(letter) => {
                    self.check_free(&letter.name)?;
                    let id = self.letter(letter)?;
                    by.letters.push((id, value));
                }
            }
        }
        // What cancelled was divided by all the same: `subst(u/u, u -> 0)` has no value.
        for divisor in divisors {
            let changed = self.algebra.substitute(&divisor, &by)?;
            if self.algebra.normal_matrix(&changed)?.is_empty() {
                let what = self.algebra.show_matrix(&divisor).into();
                return Err(Stop::ZeroDivisor { what });
            }
            self.divisors.push(changed);
        }
        self.check_roots(expr, &by)?;
        self.algebra.substitute(&of, &by)
    }

    /// Whether the matrices whose roots are taken stay positive definite: a product of two roots
    /// has forgotten that it has a value for no other matrix.
    fn check_roots(&mut self, of: &Expr, by: &Replacements) -> Result<(), Stop> {
        let mut radicands = self.radicands.clone();
        for part in of.descendants() {
            if let Node::Power(base, exponent) = &*part.node
                && !exponent.is_int()
                && !base.shape.is_scalar()
            {
                radicands.push(self.value(base)?);
            }
        }
        for radicand in radicands {
            let changed = self.algebra.substitute(&radicand, by)?;
            if radicand.minus(&changed).is_empty() {
                continue;
            }
            if !self.algebra.is_visibly_definite(&changed) {
                let shown = self.algebra.show_matrix(&changed);
                return Err(Stop::unsupported(format!("a root of `{shown}` is not known")));
            }
            if !self.radicands.contains(&changed) {
                self.radicands.push(changed);
            }
        }
        Ok(())
    }

    /// -(sum of <grad(Q, x), grad(L, x)>).
    fn lie(
        &mut self,
        quantity: &Expr,
        loss: &Expr,
        letters: &[Arc<Letter>],
    ) -> Result<Matrix, Stop> {
        let quantity = self.value(quantity)?.into_scalar();
        let loss = self.value(loss)?.into_scalar();
        let mut rate = Polynomial::default();
        for letter in letters {
            let moving = self.moving(letter)?;
            let left = self.algebra.gradient(&quantity, moving)?;
            let right = self.algebra.gradient(&loss, moving)?;
            let left = self.algebra.transpose(&left);
            let product = self.algebra.multiply(&left, &right)?;
            rate = rate.minus(&self.algebra.matrix_trace(&product));
        }
        Ok(Matrix::scalar(rate))
    }
}
