//! The symbolic reading: a typed tree as a matrix of words, with sizes and letters left open.

use super::algebra::{Algebra, RandomLetter};
use super::alphabet::{LetterId, RandomId, Role, SpaceId};
use super::bound::Hypotheses;
use super::derivation::Derivation;
use super::derivative::Moving;
use super::error::Stop;
use super::log::Writer;
use super::matrix::Matrix;
use super::polynomial::Polynomial;
use super::substitution::Replacements;
use crate::certificate::{Expectation, Square};
use crate::claim::{
    Comparison, Element, Expr, Hypothesis, LawKind, Letter, LetterKind, Node, NumericFunction,
    Rule, Space, Target,
};
use dashu_ratio::RBig;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The calculus of one claim: reads typed trees, and keeps what it has met.
///
/// Letters, words and monomials are numbered in the order in which they are met, so the same
/// claim gives the same results on every run.
#[derive(Debug, Default)]
pub struct Calculus {
    pub(super) algebra: Algebra,
    groups: Vec<Arc<str>>,
    ones: Vec<(SpaceId, LetterId)>,
    logs: Vec<Expectation>,
    derivations: Vec<Derivation>,
    /// What has been divided by or inverted so far, also where it cancelled.
    divisors: Vec<Matrix>,
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

    /// Keeps logs of the expectations that are computed from here on.
    pub fn keep_logs(&mut self) {
        self.algebra.records = Some(Vec::new());
    }

    /// The logs that were kept, each expectation once, in the order in which they were computed.
    pub fn logs(self) -> Vec<Expectation> {
        self.logs
    }

    /// The expectations that were computed since [`Calculus::keep_logs`], in words.
    pub fn derivations(&self) -> &[Derivation] {
        &self.derivations
    }

    /// Supposes a rule in what follows.
    ///
    /// # Errors
    /// Where it cannot be used from left to right.
    pub fn suppose(&mut self, rule: &Rule) -> Result<(), Stop> {
        let (left, right) = (self.value(&rule.left)?, self.value(&rule.right)?);
        self.algebra.add_rule(&left, &right)
    }

    /// What is left of `left - right` in normal form, in the words of the claim language; `None`
    /// where the two are equal for all sizes and values.
    ///
    /// # Errors
    /// Why this is not known.
    pub fn difference(&mut self, left: &Expr, right: &Expr) -> Result<Option<String>, Stop> {
        let difference = self.value(left)?.minus(&self.value(right)?);
        self.left_of_matrix(&difference)
    }

    /// What is left of the gradient of a loss at its claimed minimiser, as in
    /// [`Calculus::difference`], and the factors that must not vanish.
    ///
    /// # Errors
    /// Where the loss is not visibly convex in the letter with one minimiser.
    pub fn minimizer(
        &mut self,
        loss: &Expr,
        letter: &Arc<Letter>,
        value: &Expr,
    ) -> Result<(Option<String>, Vec<String>), Stop> {
        let loss = self.value(loss)?.into_scalar();
        let moving = self.moving(letter)?;
        let value = self.value(value)?;
        let (left, except) = self.algebra.minimizer_difference(&loss, moving, &value)?;
        Ok((self.left_of_matrix(&left)?, except))
    }

    /// What is left of the minimal value of a loss, which is found, minus the claimed one, and
    /// the factors that must not vanish.
    ///
    /// # Errors
    /// Where the minimiser is not found.
    pub fn minimum(
        &mut self,
        loss: &Expr,
        letter: &Arc<Letter>,
        value: &Expr,
    ) -> Result<(Option<String>, Vec<String>), Stop> {
        let loss = self.value(loss)?.into_scalar();
        let moving = self.moving(letter)?;
        let value = self.value(value)?.into_scalar();
        let (minimum, except) = self.algebra.minimum(&loss, moving)?;
        Ok((self.left(&minimum.minus(&value))?, except))
    }

    /// The completed square of a loss at a claimed minimiser, or at the one that is found.
    ///
    /// # Errors
    /// As [`Calculus::minimizer`] and [`Calculus::minimum`].
    pub fn square(
        &mut self,
        loss: &Expr,
        letter: &Arc<Letter>,
        claimed: Option<&Expr>,
    ) -> Result<Square, Stop> {
        let loss = self.value(loss)?.into_scalar();
        let moving = self.moving(letter)?;
        let claimed = claimed.map(|claimed| self.value(claimed)).transpose()?;
        self.algebra.square_of(&loss, moving, claimed.as_ref())
    }

    /// The text of a polynomial that is not zero.
    fn left(&mut self, polynomial: &Polynomial) -> Result<Option<String>, Stop> {
        if self.algebra.is_zero(polynomial)? {
            return Ok(None);
        }
        let shown = self.algebra.fraction(polynomial)?;
        Ok(Some(self.algebra.show(&shown)))
    }

    /// The text of a matrix that is not zero.
    fn left_of_matrix(&mut self, matrix: &Matrix) -> Result<Option<String>, Stop> {
        let shown = self.algebra.displayed(matrix)?;
        Ok((!shown.is_empty()).then(|| self.algebra.show_matrix(&shown)))
    }

    /// What is left of the coefficient of size^-order minus the claimed one. For a limit the order
    /// is 0, and a coefficient of a positive power of the size that does not vanish is an answer
    /// too.
    ///
    /// # Errors
    /// Where the expansion is not known.
    pub fn coefficient(
        &mut self,
        of: &Expr,
        size: &str,
        order: i32,
        value: &Expr,
        limit: bool,
    ) -> Result<Option<String>, Stop> {
        let of = self.value(of)?.into_scalar();
        let value = self.value(value)?.into_scalar();
        self.algebra.size(size);
        let scalar = self.algebra.scalar(size);
        for side in [&of, &value] {
            if let Some(random) = self.algebra.random_letters(side).first() {
                let name = self.algebra.random_name(*random);
                return Err(Stop::unsupported(format!("the random letter `{name}` is left")));
            }
        }
        let normal = self.algebra.normal(&of)?;
        if let Some(letter) = self.algebra.letter_with_side(&normal, size) {
            return Err(Stop::unsupported(format!("`{size}` is a side of `{letter}`")));
        }
        let value = self.algebra.normal(&value)?;
        if self.algebra.depends(&value, scalar) {
            return Err(Stop::unsupported(format!("the right side depends on `{size}`")));
        }
        let mut expansion = self.algebra.expansion(&normal, scalar, order)?;
        let coefficient = expansion.remove(&order).unwrap_or_default();
        if let Some((power, leading)) = expansion.pop_first().filter(|_| limit) {
            let leading = self.algebra.fraction(&leading)?;
            let leading = self.algebra.show(&leading);
            return Ok(Some(format!("it grows like ({leading})*{size}^{}", -power)));
        }
        self.left(&coefficient.minus(&value))
    }

    /// Whether `larger >= smaller` is shown under hypotheses; with `form` for every value of that
    /// letter.
    ///
    /// # Errors
    /// Why the fragments do not apply.
    pub fn is_bound(
        &mut self,
        larger: &Expr,
        smaller: &Expr,
        given: &[Hypothesis],
        form: Option<&Arc<Letter>>,
    ) -> Result<bool, Stop> {
        let difference = self.value(larger)?.minus(&self.value(smaller)?).into_scalar();
        if self.algebra.is_zero(&difference)? {
            return Ok(true);
        }
        let mut hypotheses = Hypotheses::default();
        for hypothesis in given {
            let (above, below) = match hypothesis.comparison {
                Comparison::AtLeast => (&hypothesis.left, &hypothesis.right),
                Comparison::AtMost => (&hypothesis.right, &hypothesis.left),
            };
            let (above, below) = (self.value(above)?, self.value(below)?);
            if !below.is_scalar() {
                continue; // A bound from above is not used.
            }
            let least = below.into_scalar();
            if !above.is_scalar() {
                hypotheses.floors.extend(self.algebra.floor(&above, least));
            } else if let Some(scalar) = self.algebra.single_scalar(&above.into_scalar())
                && !self.algebra.depends(&least, scalar)
            {
                hypotheses.scalars.push((scalar, least));
            }
        }
        let form = form.map(|letter| self.moving(letter)).transpose()?;
        self.algebra.is_shown_nonnegative(&difference, form, &hypotheses)
    }

    /// A basis of the quantities that the gradient flow of a loss in these letters conserves, among
    /// their linear and quadratic invariants, in the words of the claim language.
    ///
    /// # Errors
    /// Why the loss has no normal form.
    pub fn conserved(&mut self, loss: &Expr, letters: &[Arc<Letter>]) -> Result<Vec<String>, Stop> {
        let loss = self.value(loss)?.into_scalar();
        let mut moving = Vec::new();
        for letter in letters {
            moving.push(self.moving(letter)?);
        }
        let found = self.algebra.conserved(&loss, &moving)?;
        Ok(found.iter().map(|quantity| self.algebra.show(quantity)).collect())
    }

    /// Whether roots occur: products of them are independent symbols, so that a difference that
    /// is not zero shows nothing.
    pub fn has_roots(&self) -> bool {
        !self.algebra.roots.is_empty()
    }

    /// The normal form of an expression, in the words of the claim language.
    ///
    /// # Errors
    /// Why it has none.
    pub fn normal_form(&mut self, expr: &Expr) -> Result<String, Stop> {
        let value = self.value(expr)?;
        let normal = self.algebra.displayed(&value)?;
        Ok(self.algebra.show_matrix(&normal))
    }

    fn space(&mut self, space: &Space) -> SpaceId {
        match space {
            Space::One => SpaceId::ONE,
            Space::Size(name) => self.algebra.alphabet.space(name),
        }
    }

    /// The letter of words that a declared letter is; of a family, its generator.
    ///
    /// # Panics
    /// For a scalar that is not random.
    fn letter(&mut self, letter: &Letter) -> Result<LetterId, Stop> {
        let name = letter.name.clone();
        if let Some(known) = self.algebra.alphabet.named(&name) {
            return Ok(known);
        }
        let rows = self.space(&letter.shape.rows);
        let columns = self.space(&letter.shape.columns);
        if letter.kind == LetterKind::Ones {
            // All `ones` of one space are the same vector.
            let known = self.ones.iter().find(|(space, _)| *space == rows).map(|(_, id)| *id);
            return Ok(known.unwrap_or_else(|| {
                let id = self.algebra.alphabet.add(&name, rows, columns, false, Role::Ones);
                self.ones.push((rows, id));
                id
            }));
        }
        match &letter.kind {
            LetterKind::Matrix(attributes)
                if attributes.invertible
                    || attributes.commuting
                    || attributes.positive_definite =>
            {
                Ok(self.algebra.alphabet.add_family(&name, rows, *attributes))
            }
            LetterKind::Random(law) => {
                let (scale, covariance) = self.covariance(&law.covariance)?;
                let random = RandomId(self.algebra.random.len() as u16);
                let symmetric = letter.shape.is_scalar();
                let role = Role::Random(random);
                let id = self.algebra.alphabet.add(&name, rows, columns, symmetric, role);
                let scale = (scale != Polynomial::one())
                    .then(|| (self.algebra.scalar(&format!("#{name}")), scale));
                let second_order = match law.kind {
                    LawKind::Gaussian => None,
                    LawKind::SecondOrder => Some((self.group(&law.group), false)),
                    LawKind::SecondOrderMeanZero => Some((self.group(&law.group), true)),
                };
                let random = RandomLetter { letter: id, covariance, scale, second_order };
                self.algebra.random.push(random);
                Ok(id)
            }
            LetterKind::Matrix(_)
            | LetterKind::Param
            | LetterKind::Scalar { .. }
            | LetterKind::Ones => {
                let symmetric = letter.is_symmetric();
                Ok(self.algebra.alphabet.add(&name, rows, columns, symmetric, Role::Free))
            }
            LetterKind::Observed => {
                Err(Stop::unsupported(format!("`{name}` is observed: only an experiment knows it")))
            }
        }
    }

    fn group(&mut self, name: &Arc<str>) -> u32 {
        let known = self.groups.iter().position(|group| group == name);
        known.unwrap_or_else(|| {
            self.groups.push(name.clone());
            self.groups.len() - 1
        }) as u32
    }

    /// A covariance as a scalar and a product of letters that is its own transpose.
    fn covariance(&mut self, expr: &Expr) -> Result<(Polynomial, Vec<LetterId>), Stop> {
        let value = self.value(expr)?;
        if value.is_scalar() {
            return Ok((value.into_scalar(), Vec::new()));
        }
        let Some((word, scale)) = value.single() else {
            return Err(Stop::unsupported(format!(
                "the covariance `{expr}` is no multiple of a product of letters"
            )));
        };
        if super::word::transposed(&self.algebra.alphabet, word) != word {
            return Err(Stop::unsupported(format!(
                "the covariance `{expr}` is not its own transpose"
            )));
        }
        Ok((scale.clone(), word.to_vec()))
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
                LetterKind::Observed => Err(Stop::unsupported(format!(
                    "`{}` is observed: only an experiment knows it",
                    letter.name
                ))),
                LetterKind::Scalar { positive: true } => {
                    Ok(Matrix::scalar(self.algebra.positive_value(&letter.name)))
                }
                _ => Ok(Matrix::scalar(self.algebra.scalar_value(&letter.name))),
            };
        }
        let id = self.letter(letter)?;
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

    fn moving(&mut self, letter: &Arc<Letter>) -> Result<Moving, Stop> {
        if letter.shape.is_scalar() {
            return Ok(Moving::Scalar(self.algebra.scalar(&letter.name)));
        }
        Ok(Moving::Letter(self.letter(letter)?))
    }

    fn substitute(&mut self, of: &Expr, replacements: &[(Target, Expr)]) -> Result<Matrix, Stop> {
        let before = self.divisors.len();
        let of = self.value(of)?;
        let divisors = self.divisors.split_off(before);
        let mut by = Replacements::default();
        for (target, value) in replacements {
            let value = self.value(value)?;
            match target {
                Target::Size(name) => {
                    let scalar = self.algebra.scalar(name);
                    by.scalars.push((scalar, value.into_scalar()));
                }
                Target::Letter(letter) if letter.shape.is_scalar() => {
                    let scalar = self.algebra.scalar(&letter.name);
                    by.scalars.push((scalar, value.into_scalar()));
                }
                Target::Letter(letter) => {
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
        self.algebra.substitute(&of, &by)
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
