//! Derivatives of polynomials with respect to a letter or a scalar.
//!
//! For a word, each occurrence of the letter is rotated to the front:
//! ```text
//! d tr(W R)/dW = R',   d tr(W' R)/dW = R,   d(1/Q) = -dQ/Q^2,   d P^-1 = -P^-1 dP P^-1
//! ```

use super::algebra::Algebra;
use super::alphabet::{Exponent, LetterId, Role, SpaceId};
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, ScalarId};
use super::polynomial::Polynomial;
use super::word::{WordId, transposed};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// With respect to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moving {
    /// A scalar letter.
    Scalar(ScalarId),
    /// A letter with these sides; of a family, the letter that generates it.
    Letter(LetterId),
}

impl Algebra {
    /// The matrix of partial derivatives, of the shape of the letter.
    pub(super) fn gradient(&mut self, of: &Polynomial, moving: Moving) -> Result<Matrix, Stop> {
        let (rows, columns) = match moving {
            Moving::Scalar(_) => (SpaceId::ONE, SpaceId::ONE),
            Moving::Letter(letter) => (self.alphabet.rows(letter), self.alphabet.columns(letter)),
        };
        // The partial derivatives with respect to the atoms.
        let mut by_atom: BTreeMap<Atom, Polynomial> = BTreeMap::new();
        for (monomial, coefficient) in of.terms() {
            for (atom, exponent) in self.monomials.factors(monomial).clone().iter() {
                let lower = self.monomials.of(&[(*atom, -1)]);
                let lower = self.monomials.product(monomial, lower);
                let factor = coefficient * RBig::from(*exponent);
                by_atom.entry(*atom).or_default().add_term(lower, &factor);
            }
        }
        let mut gradient = Matrix::zero(rows, columns);
        for (atom, factor) in by_atom {
            let change = self.atom_gradient(atom, moving, rows, columns)?;
            let scaled = change.map(|one| one.times(&factor, &mut self.monomials))?;
            gradient.add_scaled(&scaled, &RBig::ONE);
        }
        Ok(gradient)
    }

    fn atom_gradient(
        &mut self,
        atom: Atom,
        moving: Moving,
        rows: SpaceId,
        columns: SpaceId,
    ) -> Result<Matrix, Stop> {
        match atom {
            Atom::Scalar(scalar) if moving == Moving::Scalar(scalar) => {
                Ok(Matrix::scalar(Polynomial::one()))
            }
            Atom::Scalar(_) => match self.root_of(atom).cloned() {
                None => Ok(Matrix::zero(rows, columns)),
                Some(root) => {
                    // d x^(1/k) = x^(1/k) dx/(k x).
                    let symbol = self.monomials.atom(atom);
                    let inner = self.gradient(&root.radicand, moving)?;
                    let factor = self.reciprocal(&root.radicand)?;
                    let factor = factor.times_monomial(symbol, &mut self.monomials);
                    let factor = factor.scaled(&(RBig::ONE / RBig::from(root.order)));
                    inner.map(|one| one.times(&factor, &mut self.monomials))
                }
            },
            Atom::Reciprocal(id) => {
                let polynomial = self.denominator(id).clone();
                let inner = self.gradient(&polynomial, moving)?;
                let square = self.monomials.of(&[(atom, 2)]);
                let factor = Polynomial::term(square, -RBig::ONE);
                inner.map(|one| one.times(&factor, &mut self.monomials))
            }
            Atom::Trace(word) => self.trace_gradient(word, moving, rows, columns),
        }
    }

    fn trace_gradient(
        &mut self,
        word: WordId,
        moving: Moving,
        rows: SpaceId,
        columns: SpaceId,
    ) -> Result<Matrix, Stop> {
        let letters = self.words.letters(word).clone();
        let mut gradient = Matrix::zero(rows, columns);
        for (place, letter) in letters.iter().enumerate() {
            let around = [&letters[place + 1..], &letters[..place]].concat();
            let letter = *letter;
            if let Role::Power { .. } = self.alphabet.role(letter) {
                self.add_power_gradient(&mut gradient, letter, &around, moving)?;
            } else if moving == Moving::Letter(letter) {
                let turned = transposed(&self.alphabet, &around);
                self.add_product(&mut gradient, &turned, &Polynomial::one())?;
            } else if moving == Moving::Letter(self.alphabet.transpose(letter)) {
                self.add_product(&mut gradient, &around, &Polynomial::one())?;
            }
        }
        Ok(gradient)
    }

    /// Adds d tr(L R) where L is a product of powers of the generators of a family.
    fn add_power_gradient(
        &mut self,
        gradient: &mut Matrix,
        letter: LetterId,
        around: &[LetterId],
        moving: Moving,
    ) -> Result<(), Stop> {
        let Role::Power { family, transposed: turned, exponents } =
            self.alphabet.role(letter).clone()
        else {
            unreachable!("called for powers")
        };
        let space = self.alphabet.family_space(family);
        if self.sum_of(family).is_some() && self.letter_mentions(letter, moving) {
            return Err(Stop::unsupported("the derivative of the inverse of a sum"));
        }
        let base = self.alphabet.power(family, false, &[(0, 2)]);
        let is_base = moving == Moving::Letter(base);
        if is_base && self.alphabet.family_is_symmetric(family) {
            return Err(Stop::unsupported("the entries of a symmetric letter are not free"));
        }
        for (index, (generator, doubled)) in exponents.iter().enumerate() {
            let element = self.element(family, *generator);
            let slope = self.gradient(&element.slope, moving)?;
            let shift = self.gradient(&element.shift, moving)?;
            if !is_base && slope.is_empty() && shift.is_empty() {
                continue;
            }
            let exponent = match doubled % 2 {
                0 => doubled / 2,
                _ => return Err(Stop::unsupported("the derivative of a matrix root")),
            };
            // e P^(e-1) (da B + db) times the other powers: all of one family.
            let lower: Vec<Exponent> = super::alphabet::added(&exponents, &[(*generator, -2)]);
            for (change, extra) in [(slope, &[(0_u16, 2)][..]), (shift, &[][..])] {
                if change.is_empty() {
                    continue;
                }
                let power = super::alphabet::added(&lower, extra);
                let mut product = around.to_vec();
                if !power.is_empty() {
                    product.push(self.alphabet.power(family, turned, &power));
                }
                let trace = self.trace(&product, space);
                let factor = Polynomial::term(trace, RBig::from(exponent));
                let scaled = change.map(|one| one.times(&factor, &mut self.monomials))?;
                gradient.add_scaled(&scaled, &RBig::ONE);
            }
            if is_base {
                self.add_base_gradient(gradient, &exponents, index, around, turned, family)?;
            }
        }
        Ok(())
    }

    /// Adds the part of d tr(L R) in which the letter B of a generator aB + b moves: B stands
    /// between powers of the generator.
    fn add_base_gradient(
        &mut self,
        gradient: &mut Matrix,
        exponents: &[Exponent],
        index: usize,
        around: &[LetterId],
        turned: bool,
        family: super::alphabet::FamilyId,
    ) -> Result<(), Stop> {
        let (generator, doubled) = exponents[index];
        let exponent = doubled / 2;
        let slope = self.element(family, generator).slope;
        let before: Vec<Exponent> = exponents[..index].to_vec();
        let after: Vec<Exponent> = exponents[index + 1..].to_vec();
        // d P^n = sum P^j dP P^(n-1-j), j < n;  d P^-n = -sum P^-j dP P^-(n+1-j), 1 <= j <= n.
        let splits: Vec<(i32, i32)> = match exponent > 0 {
            true => (0..exponent).map(|j| (j, exponent - 1 - j)).collect(),
            false => (1..=-exponent).map(|j| (-j, exponent - 1 + j)).collect(),
        };
        let factor = slope.scaled(&RBig::from(exponent.signum()));
        for (left, right) in splits {
            let left = super::alphabet::added(&before, &[(generator, 2 * left)]);
            let right = super::alphabet::added(&after, &[(generator, 2 * right)]);
            let mut product = Vec::new();
            if !right.is_empty() {
                product.push(self.alphabet.power(family, turned, &right));
            }
            product.extend(around);
            if !left.is_empty() {
                product.push(self.alphabet.power(family, turned, &left));
            }
            // tr(left dB right R): the transpose of right R left; of dB' that itself.
            if !turned {
                product = transposed(&self.alphabet, &product);
            }
            self.add_product(gradient, &product, &factor)?;
        }
        Ok(())
    }
}
