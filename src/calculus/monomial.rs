//! Products of scalars, traces and reciprocals, with integer exponents.

use super::alphabet::cut;
use super::error::Stop;
use super::interner::Interner;
use super::word::WordId;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A scalar letter or a size as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ScalarId(pub(super) u32);

/// The reciprocal 1/Q of a registered polynomial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DenominatorId(pub(super) u32);

/// What is multiplied in a monomial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Atom {
    /// A scalar letter or a size.
    Scalar(ScalarId),
    /// The trace of a closed word.
    Trace(WordId),
    /// 1/Q; its exponent is positive.
    Reciprocal(DenominatorId),
}

/// A product of powers of atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MonomialId(u32);

impl MonomialId {
    /// The empty product.
    pub(super) const ONE: Self = Self(0);
}

/// The monomials of a claim.
#[derive(Debug)]
pub(super) struct Monomials {
    interner: Interner<(Atom, i32)>,
    products: FxHashMap<(MonomialId, MonomialId), MonomialId>,
    /// Products of terms that polynomials have been multiplied with.
    work: usize,
    /// Whether an exponent had to be cut: then no power is what it says.
    pub(super) has_too_large_powers: bool,
}

/// Products of terms that one claim may take.
const MOST_WORK: usize = 3_000_000;

impl Default for Monomials {
    fn default() -> Self {
        let mut interner = Interner::default();
        interner.number(&[]);
        Self { interner, products: FxHashMap::default(), work: 0, has_too_large_powers: false }
    }
}

impl Monomials {
    /// Counts products of terms against the budget of the claim.
    pub(super) fn spend(&mut self, products: usize) -> Result<(), Stop> {
        self.work = self.work.saturating_add(products);
        match self.work > MOST_WORK {
            true => Err(Stop::budget("products of terms")),
            false => Ok(()),
        }
    }

    /// The factors, by atom, none with exponent 0.
    pub(super) fn factors(&self, monomial: MonomialId) -> &Arc<[(Atom, i32)]> {
        self.interner.sequence(monomial.0)
    }

    /// The monomial with these factors in any order, equal ones counted together.
    pub(super) fn of(&mut self, factors: &[(Atom, i32)]) -> MonomialId {
        let mut sorted = factors.to_vec();
        sorted.sort_unstable();
        let mut merged: Vec<(Atom, i32)> = Vec::with_capacity(sorted.len());
        for (atom, exponent) in sorted {
            match merged.last_mut() {
                Some((last, sum)) if *last == atom => *sum = sum.saturating_add(exponent),
                _ => merged.push((atom, exponent)),
            }
        }
        self.has_too_large_powers |= cut(merged.iter_mut().map(|(_, exponent)| exponent));
        merged.retain(|(_, exponent)| *exponent != 0);
        MonomialId(self.interner.number(&merged))
    }

    /// One atom.
    pub(super) fn atom(&mut self, atom: Atom) -> MonomialId {
        MonomialId(self.interner.number(&[(atom, 1)]))
    }

    /// The product of two.
    pub(super) fn product(&mut self, left: MonomialId, right: MonomialId) -> MonomialId {
        if left == MonomialId::ONE {
            return right;
        }
        if right == MonomialId::ONE {
            return left;
        }
        let key = if left < right { (left, right) } else { (right, left) };
        if let Some(known) = self.products.get(&key) {
            return *known;
        }
        let factors = [&self.factors(left)[..], &self.factors(right)[..]].concat();
        let product = self.of(&factors);
        self.products.insert(key, product);
        product
    }

    /// The power of one.
    pub(super) fn power(&mut self, monomial: MonomialId, exponent: i32) -> MonomialId {
        let factors: Vec<_> =
            self.factors(monomial).iter().map(|(a, e)| (*a, e.saturating_mul(exponent))).collect();
        self.of(&factors)
    }
}
