//! The normal form: powers of commuting families in partial fractions, reciprocals cleared.
//!
//! Over the rational functions of the scalar atoms, every product of powers of a letter B and of
//! elements P = a*B + b*I is a unique combination of B^i (i >= 0), B^-e and P^-e (e > 0):
//! ```text
//! P         = a B + b
//! B P^-1    = (1/a) (1 - b P^-1)
//! P^-1 R^-1 = (a_R R^-1 - a_P P^-1)/delta,   delta = a_R b_P - a_P b_R
//! ```
//! The square roots of generators are carried along: an exponent is an integer part and at most
//! one half. A difference is zero for all sizes and values exactly if its normal form is, for
//! letters without side relations.

use super::algebra::{Algebra, Element};
use super::alphabet::{Exponent, FamilyId, LetterId, Role};
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, DenominatorId};
use super::polynomial::Polynomial;
use super::sign::Sign;
use super::word::WordId;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// A combination of basis powers: integer parts of exponents by generator.
type Combination = BTreeMap<Vec<Exponent>, Polynomial>;

/// Rules that may be used one after the other on a trace.
const MOST_REWRITINGS: u32 = 300;

impl Algebra {
    /// The reciprocal of a polynomial.
    ///
    /// # Errors
    /// [`Stop::ZeroDivisor`] where it is zero in normal form.
    pub(super) fn reciprocal(&mut self, polynomial: &Polynomial) -> Result<Polynomial, Stop> {
        let normal = self.normal(polynomial)?;
        if let Some(random) = self.random_letters(&normal).first() {
            let name = self.alphabet.name(self.random[random.0 as usize].letter);
            return Err(Stop::unsupported(format!("a divisor contains the random `{name}`")));
        }
        if self.is_zero(&normal)? {
            return Err(Stop::ZeroDivisor { what: self.show(polynomial).into() });
        }
        let reduced = self.with_roots_reduced(&normal)?;
        let (numerator, cleared) = self.cleared(&reduced)?;
        // Products of roots are independent symbols: a sum of them may vanish without looking so.
        let holds_roots =
            numerator.atoms(&self.monomials).iter().any(|atom| self.root_of(*atom).is_some());
        if holds_roots
            && numerator.single().is_none()
            && self.sign(&numerator) != Sign::Positive
            && !self.is_surely_nonzero(&numerator)?
        {
            let shown = self.show(&numerator);
            return Err(Stop::unsupported(format!("the divisor `{shown}` with roots may vanish")));
        }
        let mut result = self.reciprocal_of_numerator(&numerator);
        for (id, exponent) in cleared {
            let factor = self.denominator(id).clone();
            let factor = factor.power(exponent.unsigned_abs(), &mut self.monomials)?;
            result = result.times(&factor, &mut self.monomials)?;
        }
        Ok(result)
    }

    /// The reciprocal of a polynomial in normal form without reciprocals that is not zero.
    fn reciprocal_of_numerator(&mut self, numerator: &Polynomial) -> Polynomial {
        if let Some((monomial, coefficient)) = numerator.single() {
            let inverse = self.monomials.power(monomial, -1);
            return Polynomial::term(inverse, RBig::ONE / coefficient);
        }
        // The content: of every atom the least exponent.
        let mut content: BTreeMap<Atom, i32> = BTreeMap::new();
        for atom in numerator.atoms(&self.monomials) {
            let exponents = numerator.terms().map(|(monomial, _)| {
                let factors = self.monomials.factors(monomial);
                factors.iter().find(|(known, _)| *known == atom).map_or(0, |(_, e)| *e)
            });
            content.insert(atom, exponents.min().unwrap_or(0));
        }
        let content: Vec<(Atom, i32)> = content.into_iter().collect();
        let content = self.monomials.of(&content);
        let inverse = self.monomials.power(content, -1);
        let (_, leading) = numerator.terms().next_back().expect("two terms: a bug");
        let factor = RBig::ONE / leading;
        let primitive = numerator.times_monomial(inverse, &mut self.monomials).scaled(&factor);
        let id = self.register(primitive);
        let reciprocal = self.monomials.of(&[(Atom::Reciprocal(id), 1)]);
        Polynomial::term(self.monomials.product(reciprocal, inverse), factor)
    }

    /// The polynomial times the reciprocals' polynomials, as often as needed to leave none; which
    /// and how often.
    pub(super) fn cleared(
        &mut self,
        polynomial: &Polynomial,
    ) -> Result<(Polynomial, Vec<(DenominatorId, i32)>), Stop> {
        self.check_powers()?;
        let mut largest: BTreeMap<DenominatorId, i32> = BTreeMap::new();
        // Numerators by their reciprocals.
        let mut parts: BTreeMap<Vec<(DenominatorId, i32)>, Polynomial> = BTreeMap::new();
        for (monomial, coefficient) in polynomial.terms() {
            let factors = self.monomials.factors(monomial).clone();
            let (mut below, mut above) = (Vec::new(), Vec::new());
            for (atom, exponent) in factors.iter() {
                match atom {
                    Atom::Reciprocal(id) => below.push((*id, *exponent)),
                    _ => above.push((*atom, *exponent)),
                }
            }
            for (id, exponent) in &below {
                let most = largest.entry(*id).or_default();
                *most = (*most).max(*exponent);
            }
            let above = self.monomials.of(&above);
            parts.entry(below).or_default().add_term(above, coefficient);
        }
        let mut sum = Polynomial::default();
        for (below, mut part) in parts {
            for (id, most) in &largest {
                let present = below.iter().find(|(known, _)| known == id).map_or(0, |(_, e)| *e);
                let factor = self.denominator(*id).clone();
                let factor = factor.power((most - present).unsigned_abs(), &mut self.monomials)?;
                part = part.times(&factor, &mut self.monomials)?;
            }
            sum.add_scaled(&part, &RBig::ONE);
        }
        Ok((sum, largest.into_iter().filter(|(_, exponent)| *exponent != 0).collect()))
    }

    /// Every zero test goes through here.
    fn check_powers(&self) -> Result<(), Stop> {
        match self.monomials.has_too_large_powers || self.alphabet.has_too_large_powers {
            true => Err(Stop::budget("powers")),
            false => Ok(()),
        }
    }

    /// The polynomial with every trace in normal form.
    pub(super) fn normal(&mut self, polynomial: &Polynomial) -> Result<Polynomial, Stop> {
        self.replace(polynomial, |algebra, atom| match atom {
            Atom::Trace(word) => {
                let normal = algebra.normal_trace(word)?;
                let same = normal.single().is_some_and(|(monomial, coefficient)| {
                    *coefficient == RBig::ONE
                        && algebra.monomials.factors(monomial)[..] == [(atom, 1)]
                });
                Ok(if same { None } else { Some(normal) })
            }
            _ => Ok(None),
        })
    }

    /// Whether the polynomial is zero for all sizes and values.
    pub(super) fn is_zero(&mut self, polynomial: &Polynomial) -> Result<bool, Stop> {
        Ok(self.numerator(polynomial)?.is_empty())
    }

    /// The normal form without reciprocals: it is empty exactly if the polynomial is zero for all
    /// sizes and values (but for products of roots, which are independent symbols here).
    pub(super) fn numerator(&mut self, polynomial: &Polynomial) -> Result<Polynomial, Stop> {
        let normal = self.normal(polynomial)?;
        let (mut numerator, _) = self.cleared(&normal)?;
        if !self.roots.is_empty() {
            loop {
                let reduced = self.with_roots_reduced(&numerator)?;
                let (next, cleared) = self.cleared(&reduced)?;
                numerator = next;
                if cleared.is_empty() {
                    break;
                }
            }
        }
        Ok(numerator)
    }

    fn normal_trace(&mut self, word: WordId) -> Result<Polynomial, Stop> {
        if let Some(known) = self.normal_traces.get(&word) {
            return Ok(known.clone());
        }
        let letters = self.words.letters(word).clone();
        let normal = match self.reducible(&letters) {
            None => match self.rewritten_trace(&letters)? {
                Some(rewritten) => {
                    self.nested_rewritings += 1;
                    if self.nested_rewritings > MOST_REWRITINGS {
                        return Err(Stop::budget("rewriting"));
                    }
                    let normal = self.normal(&rewritten)?;
                    self.nested_rewritings -= 1;
                    normal
                }
                None => Polynomial::term(self.monomials.atom(Atom::Trace(word)), RBig::ONE),
            },
            Some(place) => {
                let space = self.alphabet.rows(letters[0]);
                let mut sum = Polynomial::default();
                for (letter, coefficient) in self.expanded(letters[place])? {
                    let word = [&letters[..place], &letter[..], &letters[place + 1..]].concat();
                    let trace = self.trace(&word, space);
                    let term = coefficient.times_monomial(trace, &mut self.monomials);
                    sum.add_scaled(&term, &RBig::ONE);
                }
                self.normal(&sum)?
            }
        };
        self.normal_traces.insert(word, normal.clone());
        Ok(normal)
    }

    /// The matrix in normal form; words whose coefficient is zero are gone.
    pub(super) fn normal_matrix(&mut self, matrix: &Matrix) -> Result<Matrix, Stop> {
        self.check_powers()?;
        let mut current = matrix.clone();
        loop {
            let mut next = Matrix::zero(matrix.rows, matrix.columns);
            let mut changed = false;
            for (word, coefficient) in current.terms() {
                let Some(place) = self.reducible(word) else {
                    match self.matched(word) {
                        Some(found) => {
                            changed = true;
                            self.add_replaced(&mut next, &found, coefficient)?;
                        }
                        None => next.add_word(word.into(), coefficient),
                    }
                    continue;
                };
                changed = true;
                for (letter, factor) in self.expanded(word[place])? {
                    let product = [&word[..place], &letter[..], &word[place + 1..]].concat();
                    let factor = factor.times(coefficient, &mut self.monomials)?;
                    self.add_product(&mut next, &product, &factor)?;
                }
            }
            current = next;
            if !changed {
                break;
            }
        }
        let mut result = Matrix::zero(matrix.rows, matrix.columns);
        for (word, coefficient) in current.terms() {
            if !self.is_zero(coefficient)? {
                let normal = self.normal(coefficient)?;
                result.add_word(word.into(), &normal);
            }
        }
        Ok(result)
    }

    /// The first letter that is no basis power.
    fn reducible(&self, word: &[LetterId]) -> Option<usize> {
        word.iter().position(|letter| match self.alphabet.role(*letter) {
            Role::Power { exponents, .. } => !is_basis(&split(exponents).0),
            _ => false,
        })
    }

    /// A power of a family as a combination of basis powers: at most one letter each.
    fn expanded(&mut self, letter: LetterId) -> Result<Vec<(Vec<LetterId>, Polynomial)>, Stop> {
        let Role::Power { family, transposed, exponents } = self.alphabet.role(letter).clone()
        else {
            return Ok(vec![(vec![letter], Polynomial::one())]);
        };
        let (whole, roots) = split(&exponents);
        let combination = self.combination(family, whole)?;
        let mut result = Vec::new();
        for (whole, coefficient) in combination {
            let doubled: Vec<Exponent> = whole.iter().map(|(g, e)| (*g, 2 * e)).collect();
            let exponents = super::alphabet::added(&doubled, &roots);
            let word = match exponents.is_empty() {
                true => Vec::new(),
                false => vec![self.alphabet.power(family, transposed, &exponents)],
            };
            result.push((word, coefficient));
        }
        Ok(result)
    }

    fn combination(&mut self, family: FamilyId, whole: Vec<Exponent>) -> Result<Combination, Stop> {
        let mut waiting: Combination = [(whole, Polynomial::one())].into();
        let mut done = Combination::new();
        while let Some((whole, coefficient)) = waiting.pop_first() {
            if coefficient.is_empty() {
                continue;
            }
            if is_basis(&whole) {
                add(&mut done, whole, &coefficient);
                continue;
            }
            for (change, factor) in self.rewritten(family, &whole)? {
                let next = super::alphabet::added(&whole, &change);
                let factor = factor.times(&coefficient, &mut self.monomials)?;
                add(&mut waiting, next, &factor);
            }
        }
        Ok(done)
    }

    /// One rule applied: changes of the exponents, with their factors.
    fn rewritten(
        &mut self,
        family: FamilyId,
        whole: &[Exponent],
    ) -> Result<Vec<(Vec<Exponent>, Polynomial)>, Stop> {
        let positive = whole.iter().find(|(generator, e)| *generator > 0 && *e > 0);
        if let Some((generator, _)) = positive {
            let Element { slope, shift, .. } = self.element(family, *generator);
            return Ok(vec![
                (vec![(0, 1), (*generator, -1)], slope),
                (vec![(*generator, -1)], shift),
            ]);
        }
        let poles: Vec<u16> =
            whole.iter().filter(|(_, e)| *e < 0).map(|(generator, _)| *generator).collect();
        if let Some((0, 1..)) = whole.first() {
            let generator = poles[0];
            let Element { slope, shift, .. } = self.element(family, generator);
            let inverse = self.reciprocal(&slope)?;
            let minus = shift.times(&inverse, &mut self.monomials)?.scaled(&-RBig::ONE);
            return Ok(vec![(vec![(0, -1), (generator, 1)], inverse), (vec![(0, -1)], minus)]);
        }
        let (p, r) = (poles[0], poles[1]);
        let (at_p, at_r) = (self.element(family, p), self.element(family, r));
        let delta = at_r.slope.times(&at_p.shift, &mut self.monomials)?;
        let delta = delta.minus(&at_p.slope.times(&at_r.shift, &mut self.monomials)?);
        let inverse = self.reciprocal(&delta)?;
        let keep_r = at_r.slope.times(&inverse, &mut self.monomials)?;
        let keep_p = at_p.slope.times(&inverse, &mut self.monomials)?.scaled(&-RBig::ONE);
        Ok(vec![(vec![(p, 1)], keep_r), (vec![(r, 1)], keep_p)])
    }

    /// a and b of a generator; of the letter itself 1 and 0.
    pub(super) fn element(&self, family: FamilyId, generator: u16) -> Element {
        match generator {
            0 => Element { name: None, slope: Polynomial::one(), shift: Polynomial::default() },
            _ => self.elements(family)[generator as usize - 1].clone(),
        }
    }
}

fn add(combination: &mut Combination, whole: Vec<Exponent>, coefficient: &Polynomial) {
    combination.entry(whole).or_default().add_scaled(coefficient, &RBig::ONE);
}

/// Integer parts and halves of exponents; halves are given doubled, as exponents are.
fn split(exponents: &[Exponent]) -> (Vec<Exponent>, Vec<Exponent>) {
    let whole = exponents.iter().map(|(generator, e)| (*generator, e.div_euclid(2)));
    let roots = exponents.iter().map(|(generator, e)| (*generator, e.rem_euclid(2)));
    (whole.filter(|(_, e)| *e != 0).collect(), roots.filter(|(_, e)| *e != 0).collect())
}

/// B^i, B^-e or P^-e.
fn is_basis(whole: &[Exponent]) -> bool {
    match whole {
        [] => true,
        [(generator, exponent)] => *generator == 0 || *exponent < 0,
        _ => false,
    }
}
