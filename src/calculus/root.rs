//! Roots of positive scalars: symbols q with q^k == x.

use super::algebra::Algebra;
use super::error::Stop;
use super::monomial::{Atom, ScalarId};
use super::polynomial::Polynomial;
use dashu_int::IBig;
use dashu_ratio::RBig;

/// A symbol with its defining relation symbol^order == radicand.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) symbol: ScalarId,
    pub(super) order: u32,
    /// In normal form.
    pub(super) radicand: Polynomial,
    /// Whether the symbol stands for the positive root; not so for one that a rule defines.
    pub(super) positive: bool,
}

impl Algebra {
    /// The positive root of a positive scalar.
    pub(super) fn root(&mut self, radicand: &Polynomial, order: u32) -> Result<Polynomial, Stop> {
        let radicand = self.normal(radicand)?;
        if let Some(random) = self.random_letters(&radicand).first() {
            let name = self.random_name(*random);
            return Err(Stop::unsupported(format!("a root contains the random `{name}`")));
        }
        if self.is_zero(&radicand)? {
            return Ok(Polynomial::default());
        }
        if let Some(value) = radicand.as_number()
            && let Some(root) = rational_root(&value, order)
        {
            return Ok(Polynomial::number(root));
        }
        for known in self.roots.clone() {
            // A symbol that a rule defines may stand for the negative root.
            let is_root = known.positive || self.is_positive(known.symbol);
            if is_root
                && known.order == order
                && self.is_zero(&known.radicand.clone().minus(&radicand))?
            {
                return Ok(self.symbol(known.symbol));
            }
        }
        let symbol = self.scalar(&format!("({})^(1/{order})", self.show(&radicand)));
        self.roots.push(Root { symbol, order, radicand, positive: true });
        Ok(self.symbol(symbol))
    }

    fn symbol(&mut self, symbol: ScalarId) -> Polynomial {
        Polynomial::term(self.monomials.atom(Atom::Scalar(symbol)), RBig::ONE)
    }

    /// The root that a symbol stands for.
    pub(super) fn root_of(&self, atom: Atom) -> Option<&Root> {
        self.roots.iter().find(|root| Atom::Scalar(root.symbol) == atom)
    }

    /// Whether a sum in which roots occur is known not to vanish identically: its product with all
    /// its conjugates, in which q is replaced by -q, is free of roots and not zero.
    pub(super) fn is_surely_nonzero(&mut self, sum: &Polynomial) -> Result<bool, Stop> {
        let mut norm = self.numerator(sum)?;
        loop {
            let atoms = norm.atoms(&self.monomials);
            let root = atoms.into_iter().find(|atom| self.root_of(*atom).is_some());
            let Some(root) = root else { return Ok(!norm.is_empty()) };
            let exponent = |algebra: &Self, monomial| {
                let factors = algebra.monomials.factors(monomial);
                factors.iter().find(|(atom, _)| *atom == root).map_or(0, |(_, e)| *e)
            };
            // The largest power of two that divides all exponents: q^half changes its sign.
            let exponents = norm.terms().map(|(monomial, _)| exponent(self, monomial));
            let half = exponents.fold(0, |all, e| all | e).trailing_zeros();
            if self.root_of(root).is_none_or(|one| one.order % (2 << half) != 0) {
                return Ok(false);
            }
            let mut conjugate = Polynomial::default();
            for (monomial, coefficient) in norm.terms() {
                let is_odd = exponent(self, monomial) >> half & 1 == 1;
                let coefficient = if is_odd { -coefficient.clone() } else { coefficient.clone() };
                conjugate.add_term(monomial, &coefficient);
            }
            let product = norm.times(&conjugate, &mut self.monomials)?;
            norm = self.numerator(&product)?;
        }
    }

    /// The polynomial with every exponent of a root q^k == x between 0 and k - 1.
    pub(super) fn with_roots_reduced(
        &mut self,
        polynomial: &Polynomial,
    ) -> Result<Polynomial, Stop> {
        if self.roots.is_empty() {
            return Ok(polynomial.clone());
        }
        let mut current = polynomial.clone();
        loop {
            let mut next = Polynomial::default();
            let mut changed = false;
            for (monomial, coefficient) in current.terms() {
                let factors = self.monomials.factors(monomial).clone();
                let outside = factors.iter().find_map(|(atom, exponent)| {
                    let root = self.root_of(*atom)?;
                    let times = exponent.div_euclid(root.order as i32);
                    (times != 0).then(|| (*atom, times, root.clone()))
                });
                let Some((atom, times, root)) = outside else {
                    next.add_term(monomial, coefficient);
                    continue;
                };
                changed = true;
                let rest = self.monomials.of(&[(atom, -times * root.order as i32)]);
                let rest = self.monomials.product(monomial, rest);
                let base = match times > 0 {
                    true => root.radicand,
                    false => self.reciprocal(&root.radicand)?,
                };
                let power = base.power(times.unsigned_abs(), &mut self.monomials)?;
                next.add_scaled(&power.times_monomial(rest, &mut self.monomials), coefficient);
            }
            current = next;
            if !changed {
                return Ok(current);
            }
        }
    }
}

/// The exact root of a positive rational number, if it is rational.
fn rational_root(value: &RBig, order: u32) -> Option<RBig> {
    if *value <= RBig::ZERO {
        return None;
    }
    let above = value.numerator().clone().into_parts().1.nth_root(order as usize);
    let below = value.denominator().nth_root(order as usize);
    let root = RBig::from_parts(IBig::from(above), below);
    (num_traits::pow(root.clone(), order as usize) == *value).then_some(root)
}
