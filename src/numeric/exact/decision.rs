//! Propositions decided at one instance.

use super::definite::{NegativeDirection, factorise, is_symmetric, smallest_eigenvalue};
use super::error::{Budget, ExactError};
use super::evaluation::Evaluator;
use super::matrix::Matrix;
use super::monomial::{Variable, VariableKind};
use super::number::Number;
use super::polynomial::Polynomial;
use super::value::Value;
use crate::claim::{Comparison, Expr, Hypothesis, Letter};
use crate::numeric::{Instance, RationalMatrix};
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the two sides say at an instance.
pub(crate) struct Decision {
    /// Whether the proposition holds; agreement of enclosures counts as holding.
    pub(crate) holds: bool,
    /// The left side; not given for a form, whose value depends on the letter.
    pub(crate) left: Value,
    /// The right side.
    pub(crate) right: Value,
    /// Width of the widest enclosure that was compared, where one overlapped the other side.
    pub(crate) overlap: Option<f64>,
    /// Values of letters that belong to the witness and not to the instance.
    pub(crate) witness: BTreeMap<Arc<str>, RationalMatrix>,
    /// Names of the instance that the sides depend on.
    pub(crate) used: BTreeSet<Arc<str>>,
}

/// left == right.
///
/// # Errors
/// Those of [`super::evaluate_exactly`]; random letters may be left, as constants.
pub(crate) fn equal(
    left: &Expr,
    right: &Expr,
    at: &Instance,
    budget: &Budget,
) -> Result<Decision, ExactError> {
    let mut evaluator = Evaluator::new(at, *budget);
    let root = evaluator.root();
    let (left, right) = (evaluator.value(left, &root, None)?, evaluator.value(right, &root, None)?);
    let (mut holds, mut overlap) = (true, None);
    for (a, b) in left.entries.iter().zip(&right.entries) {
        match (a.as_constant(), b.as_constant()) {
            (Some(a), Some(b)) => match a.compare(&b) {
                Some(order) => holds &= order.is_eq(),
                None => {
                    let width = a.interval().width().max(b.interval().width());
                    overlap = Some(overlap.unwrap_or(0.0_f64).max(width));
                }
            },
            _ => holds &= a.subtract(b).is_zero(),
        }
    }
    let point = distinguishing_point(&left, &right);
    let at_point = |matrix: &Matrix| {
        let entries = matrix.entries.iter().map(|entry| entry.at(&point));
        Value { rows: matrix.rows, columns: matrix.columns, entries: entries.collect() }
    };
    let mut witness = BTreeMap::new();
    if !holds {
        for (name, value) in &evaluator.scopes[0].letters {
            witness.extend(at_point(value).exact().map(|value| (name.clone(), value)));
        }
    }
    let used = evaluator.used().clone();
    Ok(Decision { holds, left: at_point(&left), right: at_point(&right), overlap, witness, used })
}

/// Small integers for free coordinates at which two polynomial matrices differ, if they do.
fn distinguishing_point(left: &Matrix, right: &Matrix) -> impl Fn(Variable) -> Number + use<> {
    let value = |shift: usize| {
        move |variable: Variable| match variable.kind() {
            // Powers of different numbers are linearly independent for all but few shifts.
            VariableKind::Coordinate { index } => Number::from((index + 1) * shift + index % 3),
            _ => Number::ZERO,
        }
    };
    let difference = left.subtract(right);
    let differs =
        |shift: &usize| difference.entries.iter().any(|entry| !entry.at(value(*shift)).is_zero());
    value((1..64).find(differs).unwrap_or(1))
}

/// left >= right or left <= right, both scalars.
///
/// # Errors
/// Those of [`super::evaluate_exactly`].
pub(crate) fn bound(
    left: &Expr,
    comparison: Comparison,
    right: &Expr,
    at: &Instance,
    budget: &Budget,
) -> Result<Decision, ExactError> {
    let mut evaluator = Evaluator::new(at, *budget);
    let root = evaluator.root();
    let left = evaluator.value(left, &root, None)?;
    let right = evaluator.value(right, &root, None)?;
    let (left, right) = (Value::of(&left, &evaluator)?, Value::of(&right, &evaluator)?);
    let (a, b) = (&left.entries[0], &right.entries[0]);
    let order = a.compare(b);
    let holds = order.is_none_or(|order| order.is_eq() || order == wanted(comparison));
    let overlap = match order {
        None => Some(a.interval().width().max(b.interval().width())),
        Some(_) => None,
    };
    let used = evaluator.used().clone();
    Ok(Decision { holds, left, right, overlap, witness: BTreeMap::new(), used })
}

fn wanted(comparison: Comparison) -> Ordering {
    match comparison {
        Comparison::AtLeast => Ordering::Greater,
        Comparison::AtMost => Ordering::Less,
    }
}

/// left >= right (or <=) for every value of `form`, of which the difference is a polynomial of
/// degree at most 2: its matrix in the entries and 1 must be positive semidefinite.
///
/// # Errors
/// Those of [`super::evaluate_exactly`]; [`ExactError::Unsupported`] beyond degree 2.
pub(crate) fn form_bound(
    (left, comparison, right): (&Expr, Comparison, &Expr),
    form: &Arc<Letter>,
    at: &Instance,
    budget: &Budget,
) -> Result<Decision, ExactError> {
    let mut evaluator = Evaluator::new(at, *budget);
    let environment = evaluator.with_indeterminates(std::slice::from_ref(form))?;
    let left = evaluator.value(left, &environment, None)?;
    let right = evaluator.value(right, &environment, None)?;
    let difference = match comparison {
        Comparison::AtLeast => left.subtract(&right),
        Comparison::AtMost => right.subtract(&left),
    };
    let (rows, columns) = evaluator.dimensions(&form.shape, &environment)?;
    let size = rows * columns + 1;
    evaluator.meter.pay((size as u64).saturating_pow(3), "the definiteness of a form")?;
    let matrix = matrix_of_form(&difference.entries[0], size, &form.name)?;
    let (holds, point) = match factorise(size, &matrix) {
        Ok(_) => (true, vec![Number::ZERO; size]),
        Err(NegativeDirection(direction)) => {
            (false, affine_point(&difference.entries[0], &direction)?)
        }
    };
    let value_at = |matrix: &Matrix| {
        let entry = matrix.entries[0].at(|variable| match variable.kind() {
            VariableKind::Indeterminate { index } => point[index].clone(),
            _ => Number::ZERO,
        });
        Value { rows: 1, columns: 1, entries: vec![entry] }
    };
    let (left, right) = (value_at(&left), value_at(&right));
    let mut witness = BTreeMap::new();
    if !holds {
        let entries = point[..size - 1].iter().map(Number::exact).collect::<Option<_>>();
        let value = entries.map(|entries| RationalMatrix { rows, columns, entries });
        witness.extend(value.map(|value| (form.name.clone(), value)));
    }
    let used = evaluator.used().clone();
    Ok(Decision { holds, left, right, overlap: None, witness, used })
}

/// The symmetric matrix M with f(x) = [x, 1] M [x, 1]'.
fn matrix_of_form(form: &Polynomial, size: usize, letter: &str) -> Result<Vec<Number>, ExactError> {
    let mut matrix = vec![Number::ZERO; size * size];
    let half = Number::from(RBig::ONE / RBig::from(2));
    for (monomial, coefficient) in form.terms() {
        let mut places = Vec::new();
        for (variable, exponent) in monomial.powers() {
            let VariableKind::Indeterminate { index } = variable.kind() else {
                let what = "a random quadratic form".to_owned();
                return Err(ExactError::Unsupported { what });
            };
            places.extend(std::iter::repeat_n(index, exponent.min(3) as usize));
        }
        if places.len() > 2 {
            let what = format!("a form of degree above 2 in `{letter}`");
            return Err(ExactError::Unsupported { what });
        }
        if !coefficient.is_exact() {
            return Err(ExactError::Undecided { what: "the sign of a form".to_owned() });
        }
        places.resize(2, size - 1);
        let (i, j) = (places[0], places[1]);
        let value = if i == j { coefficient.clone() } else { coefficient.multiply(&half) };
        for place in [i * size + j, j * size + i] {
            matrix[place] = value.clone();
        }
    }
    Ok(matrix)
}

/// A point x with f(x) < 0 from a direction v with v'Mv < 0: v/t where the last entry t is not
/// 0, else a point far along v.
fn affine_point(form: &Polynomial, direction: &[Number]) -> Result<Vec<Number>, ExactError> {
    let undecided = || ExactError::Undecided { what: "the sign of a form".to_owned() };
    let last = direction.last().ok_or_else(undecided)?;
    let mut factor = last.invert().unwrap_or(Number::ONE);
    for _ in 0..256 {
        let point = direction.iter().map(|entry| entry.multiply(&factor)).collect::<Vec<_>>();
        let value = form.at(|variable| match variable.kind() {
            VariableKind::Indeterminate { index } => point[index].clone(),
            _ => Number::ZERO,
        });
        if value.sign() == Some(Ordering::Less) {
            return Ok(point);
        }
        factor = factor.multiply(&Number::from(2_i64));
    }
    Err(undecided())
}

/// Whether a hypothesis holds: between scalars, or between a symmetric matrix and a scalar
/// (`Lambda >= m`: every eigenvalue is at least m).
///
/// # Errors
/// Those of [`super::evaluate_exactly`], and [`ExactError::Undecided`].
pub(crate) fn hypothesis_holds(
    hypothesis: &Hypothesis,
    at: &Instance,
    budget: &Budget,
) -> Result<bool, ExactError> {
    let mut evaluator = Evaluator::new(at, *budget);
    let root = evaluator.root();
    let left = evaluator.value(&hypothesis.left, &root, None)?;
    let right = evaluator.value(&hypothesis.right, &root, None)?;
    let difference = match (left.rows == right.rows, left.rows > right.rows) {
        (true, _) => left.subtract(&right),
        (false, true) => left.subtract(&Matrix::identity(left.rows).scale(&right.entries[0])),
        (false, false) => Matrix::identity(right.rows).scale(&left.entries[0]).subtract(&right),
    };
    let difference = match hypothesis.comparison {
        Comparison::AtLeast => difference,
        Comparison::AtMost => difference.negate(),
    };
    let value = Value::of(&difference, &evaluator)?;
    evaluator.meter.pay(super::evaluation::cubed(value.rows), "a hypothesis")?;
    if value.entries.iter().all(Number::is_exact) {
        return Ok(is_symmetric(value.rows, &value.entries)
            && factorise(value.rows, &value.entries).is_ok());
    }
    let sign = if value.rows == 1 {
        value.entries[0].sign()
    } else {
        smallest_eigenvalue(value.rows, &value.entries)?.sign()
    };
    let undecided = || ExactError::Undecided { what: "whether a hypothesis holds".to_owned() };
    Ok(sign.ok_or_else(undecided)?.is_ge())
}

/// Whether a value has what the declaration of its letter asks for; a message where not.
pub(crate) fn attribute_failure(letter: &Letter, value: &RationalMatrix) -> Option<&'static str> {
    use crate::claim::LetterKind;
    let numbers = value.entries.iter().map(Number::from).collect::<Vec<_>>();
    match &letter.kind {
        LetterKind::Scalar { positive: true } => {
            (numbers[0].sign() != Some(Ordering::Greater)).then_some("positive")
        }
        LetterKind::Matrix(attributes) => {
            if attributes.symmetric && !is_symmetric(value.rows, &numbers) {
                return Some("symmetric");
            }
            if attributes.positive_definite
                && !super::definite::is_positive_definite(value.rows, &numbers)
            {
                return Some("positive definite");
            }
            let matrix = || Matrix::from_numbers(value.rows, value.columns, numbers);
            (attributes.invertible && matrix().inverse(&letter.name).is_err())
                .then_some("invertible")
        }
        _ => None,
    }
}

/// Whether the covariance of a random letter is positive semidefinite, where it is rational.
///
/// # Errors
/// Those of [`super::evaluate_exactly`].
pub(crate) fn is_covariance(
    covariance: &Expr,
    at: &Instance,
    budget: &Budget,
) -> Result<bool, ExactError> {
    let value = super::evaluate_exactly(covariance, at, budget)?;
    if !value.entries.iter().all(Number::is_exact) {
        return Ok(true);
    }
    Ok(is_symmetric(value.rows, &value.entries) && factorise(value.rows, &value.entries).is_ok())
}
