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
        if let Some(value) = radicand.as_number()
            && let Some(root) = rational_root(&value, order)
        {
            return Ok(Polynomial::number(root));
        }
        for known in self.roots.clone() {
            if known.order == order && self.is_zero(&known.radicand.clone().minus(&radicand))? {
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
