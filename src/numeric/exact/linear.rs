//! Linear equations for the entries of one letter.

use super::error::{Budget, ExactError};
use super::evaluation::Evaluator;
use super::monomial::VariableKind;
use super::number::Number;
use super::polynomial::Polynomial;
use crate::claim::{Expr, Letter};
use crate::numeric::{Instance, RationalMatrix};
use dashu_ratio::RBig;
use std::sync::Arc;

/// A value of `letter` with left == right at an instance (which may lack the letter), where the
/// equation is linear in its entries. Entries that the equation leaves open are those of
/// `preferred`. `None` where it is not linear, or has no solution.
///
/// # Errors
/// Those of [`super::evaluate_exactly`].
pub(crate) fn solve_for(
    letter: &Arc<Letter>,
    (left, right): (&Expr, &Expr),
    at: &Instance,
    preferred: &RationalMatrix,
    budget: &Budget,
) -> Result<Option<RationalMatrix>, ExactError> {
    let mut evaluator = Evaluator::new(at, *budget);
    let environment = evaluator.with_indeterminates(std::slice::from_ref(letter))?;
    let sides = evaluator
        .value(left, &environment, None)
        .and_then(|left| Ok((left, evaluator.value(right, &environment, None)?)));
    let (left, right) = match sides {
        Ok(sides) => sides,
        Err(ExactError::VariableDivisor { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let count = preferred.entries.len();
    let mut equations = Vec::new();
    for difference in &left.subtract(&right).entries {
        match linear_equation(difference, count) {
            Some(equation) => equations.push(equation),
            None => return Ok(None),
        }
    }
    let Some(pivots) = eliminate(&mut equations, count) else { return Ok(None) };
    let mut solution = preferred.entries.iter().map(Number::from).collect::<Vec<_>>();
    for (equation, &pivot) in equations.iter().zip(&pivots) {
        // x_pivot = -(constant + the open entries); pivots of other equations are eliminated.
        let known = (0..count)
            .filter(|&entry| entry != pivot && !equation[entry].is_zero())
            .fold(equation[count].clone(), |sum, entry| {
                sum.add(&equation[entry].multiply(&solution[entry]))
            });
        solution[pivot] = known.negate();
    }
    let entry = |place: usize| -> Option<RBig> {
        // A symmetric letter has one unknown for both places.
        let (i, j) = (place / preferred.columns, place % preferred.columns);
        let mirrored =
            if is_symmetric(letter) { i.min(j) * preferred.columns + i.max(j) } else { place };
        solution[mirrored].exact()
    };
    let entries = (0..count).map(entry).collect::<Option<Vec<_>>>();
    Ok(entries.map(|entries| RationalMatrix { entries, ..preferred.clone() }))
}

fn is_symmetric(letter: &Letter) -> bool {
    matches!(letter.kind, crate::claim::LetterKind::Matrix(attributes) if attributes.symmetric)
}

/// Coefficients and, last, the constant of a polynomial of degree 1.
fn linear_equation(polynomial: &Polynomial, count: usize) -> Option<Vec<Number>> {
    let mut equation = vec![Number::ZERO; count + 1];
    for (monomial, coefficient) in polynomial.terms() {
        let mut powers = monomial.powers();
        let place = match (powers.next(), powers.next()) {
            (None, _) => count,
            (Some((variable, 1)), None) => match variable.kind() {
                VariableKind::Indeterminate { index } => index,
                _ => return None,
            },
            _ => return None,
        };
        equation[place] = coefficient.clone();
    }
    equation.iter().all(Number::is_exact).then_some(equation)
}

/// Reduced row echelon form; the pivot columns of the equations that are left, or `None` where
/// they contradict each other.
fn eliminate(equations: &mut Vec<Vec<Number>>, count: usize) -> Option<Vec<usize>> {
    let mut pivots = Vec::new();
    for column in 0..count {
        let done = pivots.len();
        let Some(row) = (done..equations.len()).find(|&row| !equations[row][column].is_zero())
        else {
            continue;
        };
        equations.swap(done, row);
        let Some(inverse) = equations[done][column].invert() else {
            unreachable!("the pivot is nonzero, this is a bug");
        };
        for entry in &mut equations[done] {
            *entry = entry.multiply(&inverse);
        }
        let pivot = equations[done].clone();
        for (other, equation) in equations.iter_mut().enumerate() {
            if other == done || equation[column].is_zero() {
                continue;
            }
            let factor = equation[column].clone();
            for (entry, of_pivot) in equation.iter_mut().zip(&pivot) {
                *entry = entry.subtract(&factor.multiply(of_pivot));
            }
        }
        pivots.push(column);
    }
    let consistent = equations[pivots.len()..].iter().all(|equation| equation[count].is_zero());
    equations.truncate(pivots.len());
    consistent.then_some(pivots)
}
