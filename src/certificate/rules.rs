//! Points that satisfy the rules of a claim: each rule is solved for a letter of it.
//!
//! What holds at such points holds wherever the rules determine that letter, as `K = P^-1` is
//! determined by `P K == I`; it says nothing of values that satisfy a rule without being determined
//! by it.

use super::evaluation::{BEYOND, Evaluated, Evaluation, NO_ROOT, Point};
use super::field::Number;
use super::matrix::Matrix;
use crate::claim::{Expr, Letter, Node, Rule};
use dashu_ratio::RBig;
use num_traits::Zero;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Changes the values of letters at a point until all rules hold.
pub(super) fn satisfy(
    rules: &[Rule],
    evaluation: &Evaluation<'_>,
    at: &mut Point,
) -> Evaluated<()> {
    // Letters of rules that are solved already keep their values.
    let mut kept: BTreeSet<Arc<str>> = BTreeSet::new();
    for rule in rules {
        let sides = Sides { left: &rule.left, right: &rule.right, evaluation };
        let mut letters = rule.left.letters_in_order(true);
        letters.extend(rule.right.letters_in_order(true));
        if !sides.difference(at)?.is_zero() {
            let mut free = letters.iter().rev().filter(|letter| !kept.contains(&letter.name));
            let solved = free.find_map(|letter| sides.solved(letter, at).transpose());
            let (name, value) = solved
                .ok_or_else(|| format!("{BEYOND}a rule that determines none of its letters"))??;
            at.letters.insert(name, value);
        }
        kept.extend(letters.iter().map(|letter| letter.name.clone()));
    }
    Ok(())
}

/// Both sides of a rule.
struct Sides<'a> {
    left: &'a Expr,
    right: &'a Expr,
    evaluation: &'a Evaluation<'a>,
}

impl Sides<'_> {
    fn difference(&self, at: &Point) -> Evaluated<Matrix> {
        let left = self.evaluation.value(self.left, at, 0)?;
        let right = self.evaluation.value(self.right, at, 0)?;
        left.plus(&right, -Number::residue(1)).ok_or_else(|| "a rule that does not fit".to_owned())
    }

    fn difference_with(&self, letter: &Letter, value: Matrix, at: &Point) -> Evaluated<Matrix> {
        let mut there = at.clone();
        there.letters.insert(letter.name.clone(), value);
        self.difference(&there)
    }

    /// The value of a letter with which the rule holds: of a scalar q in `q^k == x` a root, of a
    /// letter in which the rule is linear the solution, if it is the only one.
    fn solved(&self, letter: &Letter, at: &Point) -> Evaluated<Option<(Arc<str>, Matrix)>> {
        if let Node::Power(base, exponent) = &*self.left.unabbreviated().node
            && let Node::Letter(base) = &*base.node
            && base.name == letter.name
            && letter.shape.is_scalar()
        {
            return self.root(letter, exponent, at);
        }
        let current = &at.letters[&letter.name];
        let (rows, columns) = (current.rows, current.columns);
        let symmetric = letter.is_symmetric();
        let places: Vec<(usize, usize)> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .filter(|(row, column)| !symmetric || row <= column)
            .collect();
        let zero = Matrix::from_fn(rows, columns, |_, _| Number::zero());
        let Ok(constant) = self.difference_with(letter, zero.clone(), at) else {
            return Ok(None);
        };
        let unit = |(row, column): (usize, usize)| {
            let mut unit = zero.clone();
            unit.add_to(row, column, Number::residue(1));
            if symmetric && row != column {
                unit.add_to(column, row, Number::residue(1));
            }
            unit
        };
        let mut equations = Vec::new();
        for place in &places {
            let Ok(moved) = self.difference_with(letter, unit(*place), at) else {
                return Ok(None);
            };
            let change = moved.plus(&constant, -Number::residue(1));
            equations.push(change.ok_or("a rule that does not fit")?.into_entries());
        }
        let constants: Vec<Number> = constant.into_entries();
        let Some(solution) = solution(&equations, &constants) else { return Ok(None) };
        let mut value = zero.clone();
        for (place, factor) in places.iter().zip(solution) {
            value = value.plus(&unit(*place), factor).expect("of one shape: this is a bug");
        }
        // A homogeneous rule, as that of an eigenvector, has the solution 0, which is no point in
        // general position.
        if value.is_zero() {
            return Ok(None);
        }
        // The rule may not have been linear in the letter.
        let holds = self.difference_with(letter, value.clone(), at)?.is_zero();
        Ok(holds.then(|| (letter.name.clone(), value)))
    }

    fn root(
        &self,
        letter: &Letter,
        exponent: &RBig,
        at: &Point,
    ) -> Evaluated<Option<(Arc<str>, Matrix)>> {
        let Ok(order) = u32::try_from(exponent.numerator()) else { return Ok(None) };
        if !exponent.is_int() || !order.is_power_of_two() {
            return Ok(None);
        }
        let value = self.evaluation.value(self.right, at, 0)?;
        let mut root = value.as_scalar().ok_or("a rule that does not fit")?;
        for _ in 0..order.trailing_zeros() {
            root = root.square_root().ok_or(NO_ROOT)?;
        }
        Ok(Some((letter.name.clone(), Matrix::scalar(root))))
    }
}

/// The only solution x of `sum_k x_k columns_k + constants = 0`.
fn solution(columns: &[Vec<Number>], constants: &[Number]) -> Option<Vec<Number>> {
    let unknowns = columns.len();
    let mut rows: Vec<Vec<Number>> = (0..constants.len())
        .map(|row| {
            let entries = columns.iter().map(|column| column[row]);
            entries.chain([-constants[row]]).collect()
        })
        .collect();
    for pivot in 0..unknowns {
        let found = (pivot..rows.len()).find(|row| !rows[*row][pivot].is_singular())?;
        rows.swap(pivot, found);
        let scale = rows[pivot][pivot].inverse()?;
        rows[pivot].iter_mut().for_each(|entry| *entry = *entry * scale);
        let chosen = rows[pivot].clone();
        for (number, row) in rows.iter_mut().enumerate() {
            let factor = row[pivot];
            if number != pivot && !factor.is_zero() {
                for (entry, known) in row.iter_mut().zip(&chosen).skip(pivot) {
                    *entry = *entry - factor * *known;
                }
            }
        }
    }
    rows[unknowns..]
        .iter()
        .all(|row| row[unknowns].is_zero())
        .then(|| rows[..unknowns].iter().map(|row| row[unknowns]).collect())
}
