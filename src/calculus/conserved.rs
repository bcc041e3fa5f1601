//! Conserved quantities of a gradient flow, found by linear algebra.
//!
//! Over all linear and quadratic invariants q_k of the letters that move, those combinations are
//! found whose rate of change along the flow is zero in normal form: `sum_k a_k lie(q_k) = 0` is
//! a system of linear equations for the a_k, one for each monomial.

use super::algebra::Algebra;
use super::alphabet::LetterId;
use super::derivative::Moving;
use super::error::Stop;
use super::monomial::{Atom, MonomialId, ScalarId};
use super::polynomial::Polynomial;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

impl Algebra {
    /// A basis of the conserved quantities among the linear and quadratic invariants of the
    /// letters.
    pub(super) fn conserved(
        &mut self,
        loss: &Polynomial,
        letters: &[Moving],
    ) -> Result<Vec<Polynomial>, Stop> {
        // Letters that stay where they are conserve everything.
        let mut moving = Vec::new();
        for letter in letters {
            let gradient = self.gradient(loss, *letter)?;
            let gradient = self.normal_matrix(&gradient)?;
            if !gradient.is_empty() {
                moving.push((*letter, gradient));
            }
        }
        let letters: Vec<Moving> = moving.iter().map(|(letter, _)| *letter).collect();
        let candidates = self.invariants(&letters);
        let mut sum = Polynomial::default();
        let mut symbols: Vec<ScalarId> = Vec::new();
        for (index, candidate) in candidates.iter().enumerate() {
            let mut rate = Polynomial::default();
            for (letter, gradient) in &moving {
                let change = self.gradient(candidate, *letter)?;
                let change = self.transpose(&change);
                let product = self.multiply(&change, gradient)?;
                rate.add_scaled(&self.matrix_trace(&product), &-RBig::ONE);
            }
            let symbol = self.scalar(&format!("#coefficient {index}"));
            symbols.push(symbol);
            let symbol = self.monomials.atom(Atom::Scalar(symbol));
            sum.add_scaled(&rate.times_monomial(symbol, &mut self.monomials), &RBig::ONE);
        }
        let numerator = self.numerator(&sum)?;
        let rows = self.equations(&numerator, &symbols);
        let combinations = null_space(rows, candidates.len());
        let combined = combinations.iter().map(|combination| {
            let mut quantity = Polynomial::default();
            for (candidate, factor) in candidates.iter().zip(combination) {
                quantity.add_scaled(candidate, factor);
            }
            // The square of a scalar comes with a plus.
            let of_scalars = |monomial: MonomialId| {
                let factors = self.monomials.factors(monomial);
                factors.iter().all(|(atom, _)| matches!(atom, Atom::Scalar(_)))
            };
            let scalar = quantity.terms().find(|(monomial, _)| of_scalars(*monomial));
            let sign = match scalar.is_some_and(|(_, factor)| *factor < RBig::ZERO) {
                true => -RBig::ONE,
                false => RBig::ONE,
            };
            quantity.scaled(&sign)
        });
        Ok(combined.collect())
    }

    /// One equation for each monomial without the unknowns.
    fn equations(&mut self, numerator: &Polynomial, symbols: &[ScalarId]) -> Vec<Vec<RBig>> {
        let mut rows: BTreeMap<MonomialId, Vec<RBig>> = BTreeMap::new();
        for (monomial, coefficient) in numerator.terms() {
            let factors = self.monomials.factors(monomial).clone();
            let place = factors.iter().find_map(|(atom, _)| {
                symbols.iter().position(|symbol| *atom == Atom::Scalar(*symbol))
            });
            let place = place.expect("every term has one unknown: this is a bug");
            let without = self.monomials.of(&[(Atom::Scalar(symbols[place]), -1)]);
            let rest = self.monomials.product(monomial, without);
            let row = rows.entry(rest).or_insert_with(|| vec![RBig::ZERO; symbols.len()]);
            row[place] = coefficient.clone();
        }
        rows.into_values().collect()
    }

    /// s, tr(M) and their products; tr(M N') and tr(M N) where the shapes fit.
    fn invariants(&mut self, letters: &[Moving]) -> Vec<Polynomial> {
        let mut linear: Vec<MonomialId> = Vec::new();
        let mut matrices: Vec<LetterId> = Vec::new();
        for letter in letters {
            match letter {
                Moving::Scalar(scalar) => linear.push(self.monomials.atom(Atom::Scalar(*scalar))),
                Moving::Letter(letter) => {
                    matrices.push(*letter);
                    let (rows, columns) = self.sides(*letter);
                    if rows == columns {
                        linear.push(self.trace(&[*letter], rows));
                    }
                }
            }
        }
        let mut found: Vec<MonomialId> = linear.clone();
        for (index, one) in linear.iter().enumerate() {
            for other in &linear[index..] {
                found.push(self.monomials.product(*one, *other));
            }
        }
        for (index, one) in matrices.iter().enumerate() {
            for other in &matrices[index..] {
                let turned = self.alphabet.transpose(*other);
                let (rows, columns) = self.sides(*one);
                if self.sides(*other) == (rows, columns) {
                    found.push(self.trace(&[*one, turned], rows));
                }
                if self.sides(*other) == (columns, rows) {
                    found.push(self.trace(&[*one, *other], rows));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|monomial| Polynomial::term(monomial, RBig::ONE)).collect()
    }

    fn sides(&self, letter: LetterId) -> (super::alphabet::SpaceId, super::alphabet::SpaceId) {
        (self.alphabet.rows(letter), self.alphabet.columns(letter))
    }
}

/// A basis of the solutions of `rows * x = 0`, by elimination.
fn null_space(mut rows: Vec<Vec<RBig>>, unknowns: usize) -> Vec<Vec<RBig>> {
    let mut pivots: Vec<usize> = Vec::new();
    for column in 0..unknowns {
        let rank = pivots.len();
        let Some(found) = (rank..rows.len()).find(|row| rows[*row][column] != RBig::ZERO) else {
            continue;
        };
        rows.swap(rank, found);
        let scale = RBig::ONE / &rows[rank][column];
        rows[rank].iter_mut().for_each(|entry| *entry *= &scale);
        let pivot = rows[rank].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != rank) {
            let factor = row[column].clone();
            if factor != RBig::ZERO {
                row.iter_mut().zip(&pivot).for_each(|(entry, one)| *entry -= &factor * one);
            }
        }
        pivots.push(column);
    }
    let free = (0..unknowns).filter(|column| !pivots.contains(column));
    free.map(|column| {
        let mut solution = vec![RBig::ZERO; unknowns];
        solution[column] = RBig::ONE;
        for (row, pivot) in pivots.iter().enumerate() {
            solution[*pivot] = -rows[row][column].clone();
        }
        solution
    })
    .collect()
}
