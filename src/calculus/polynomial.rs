//! Polynomials in scalars, traces and reciprocals, with rational coefficients.

use super::error::Stop;
use super::monomial::{Atom, MonomialId, Monomials};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// A sum of monomials with nonzero coefficients; exponents of scalars and traces may be negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Polynomial {
    terms: BTreeMap<MonomialId, RBig>,
}

impl Polynomial {
    /// A number.
    pub(super) fn number(value: RBig) -> Self {
        Self::term(MonomialId::ONE, value)
    }

    /// The number 1.
    pub(super) fn one() -> Self {
        Self::number(RBig::ONE)
    }

    /// One monomial with a coefficient.
    pub(super) fn term(monomial: MonomialId, coefficient: RBig) -> Self {
        let mut sum = Self::default();
        sum.add_term(monomial, &coefficient);
        sum
    }

    /// Monomials and coefficients, in the order of the monomials.
    pub(super) fn terms(&self) -> impl DoubleEndedIterator<Item = (MonomialId, &RBig)> {
        self.terms.iter().map(|(monomial, coefficient)| (*monomial, coefficient))
    }

    /// The number of terms.
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether no term is left.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value of a polynomial without atoms.
    pub(super) fn as_number(&self) -> Option<RBig> {
        match self.terms.len() {
            0 => Some(RBig::ZERO),
            1 => self.terms.get(&MonomialId::ONE).cloned(),
            _ => None,
        }
    }

    /// The only term.
    pub(super) fn single(&self) -> Option<(MonomialId, &RBig)> {
        if self.terms.len() == 1 { self.terms().next() } else { None }
    }

    /// Adds a term.
    pub(super) fn add_term(&mut self, monomial: MonomialId, coefficient: &RBig) {
        if *coefficient == RBig::ZERO {
            return;
        }
        match self.terms.entry(monomial) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(coefficient.clone());
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                *place.get_mut() += coefficient;
                if *place.get() == RBig::ZERO {
                    place.remove();
                }
            }
        }
    }

    /// Adds `factor` times `other`.
    pub(super) fn add_scaled(&mut self, other: &Self, factor: &RBig) {
        for (monomial, coefficient) in &other.terms {
            self.add_term(*monomial, &(coefficient * factor));
        }
    }

    /// The difference.
    pub(super) fn minus(mut self, other: &Self) -> Self {
        self.add_scaled(other, &-RBig::ONE);
        self
    }

    /// The product with a number.
    pub(super) fn scaled(&self, factor: &RBig) -> Self {
        let mut sum = Self::default();
        sum.add_scaled(self, factor);
        sum
    }

    /// The product.
    pub(super) fn times(&self, other: &Self, monomials: &mut Monomials) -> Result<Self, Stop> {
        monomials.spend(self.len() * other.len())?;
        let mut product = Self::default();
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                product.add_term(monomials.product(*left, *right), &(a * b));
            }
        }
        Ok(product)
    }

    /// The product with one monomial.
    pub(super) fn times_monomial(&self, monomial: MonomialId, monomials: &mut Monomials) -> Self {
        let terms = self.terms.iter();
        Self {
            terms: terms
                .map(|(known, value)| (monomials.product(*known, monomial), value.clone()))
                .collect(),
        }
    }

    /// The power with an exponent that is not negative.
    pub(super) fn power(&self, exponent: u32, monomials: &mut Monomials) -> Result<Self, Stop> {
        let mut power = Self::one();
        for bit in (0..u32::BITS - exponent.leading_zeros()).rev() {
            power = power.times(&power, monomials)?;
            if exponent >> bit & 1 == 1 {
                power = power.times(self, monomials)?;
            }
        }
        Ok(power)
    }

    /// The atoms that occur, each once, in order.
    pub(super) fn atoms(&self, monomials: &Monomials) -> Vec<Atom> {
        let mut atoms: Vec<Atom> = self
            .terms
            .keys()
            .flat_map(|monomial| monomials.factors(*monomial).iter().map(|(atom, _)| *atom))
            .collect();
        atoms.sort_unstable();
        atoms.dedup();
        atoms
    }
}
