//! Expansions in h = 1/N for a size N that grows, everything else fixed.
//!
//! The dependence on N is expanded everywhere: in scalars, in the elements of families (by the
//! Neumann series of their inverses), in traces, and inside every reciprocal. What is leading is
//! nonzero in normal form.

use super::algebra::Algebra;
use super::alphabet::{FamilyId, LetterId, Role};
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, ScalarId};
use super::polynomial::Polynomial;
use super::sign::Sign;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// How far the leading term of a divisor is looked for.
const DEEPEST: i32 = 12;

/// Coefficients of a power series times h^first.
#[derive(Clone, Debug)]
struct Series<T> {
    first: i32,
    coefficients: Vec<T>,
}

impl Algebra {
    /// The coefficients of h^k for all k up to `order` that are not zero.
    pub(super) fn expansion(
        &mut self,
        polynomial: &Polynomial,
        size: ScalarId,
        order: i32,
    ) -> Result<BTreeMap<i32, Polynomial>, Stop> {
        let mut sum: BTreeMap<i32, Polynomial> = BTreeMap::new();
        for (monomial, coefficient) in polynomial.terms() {
            let factors = self.monomials.factors(monomial).clone();
            let mut first = 0;
            for (atom, exponent) in factors.iter() {
                first += exponent * self.valuation(*atom, size)?;
            }
            // What is of higher order is expanded too: whether its leading parts can be divided by
            // decides where it is of that order.
            let terms = usize::try_from(order - first + 1).unwrap_or(0).max(1);
            let constant = Polynomial::number(coefficient.clone());
            let mut product = vec![constant];
            product.resize(terms, Polynomial::default());
            for (atom, exponent) in factors.iter() {
                let series = self.atom_series(*atom, *exponent, size, terms)?;
                product = self.series_product(&product, &series)?;
            }
            let kept = usize::try_from(order - first + 1).unwrap_or(0);
            for (index, coefficient) in product.into_iter().take(kept).enumerate() {
                sum.entry(first + index as i32).or_default().add_scaled(&coefficient, &RBig::ONE);
            }
        }
        let mut result = BTreeMap::new();
        for (order, coefficient) in sum {
            if !self.is_zero(&coefficient)? {
                result.insert(order, coefficient);
            }
        }
        Ok(result)
    }

    /// Whether a polynomial depends on a scalar.
    pub(super) fn depends(&self, polynomial: &Polynomial, size: ScalarId) -> bool {
        polynomial.atoms(&self.monomials).into_iter().any(|atom| self.atom_depends(atom, size))
    }

    fn atom_depends(&self, atom: Atom, size: ScalarId) -> bool {
        match atom {
            Atom::Scalar(scalar) => {
                scalar == size
                    || self.root_of(atom).is_some_and(|root| self.depends(&root.radicand, size))
            }
            Atom::Reciprocal(id) => self.depends(self.denominator(id), size),
            Atom::Trace(word) => {
                self.words.letters(word).iter().any(|letter| self.letter_depends(*letter, size))
            }
        }
    }

    fn letter_depends(&self, letter: LetterId, size: ScalarId) -> bool {
        let Role::Power { family, exponents, .. } = self.alphabet.role(letter) else {
            return false;
        };
        self.sum_depends(*family, size)
            || exponents
                .iter()
                .any(|(generator, _)| self.generator_depends(*family, *generator, size))
    }

    fn sum_depends(&self, family: FamilyId, size: ScalarId) -> bool {
        self.sum_of(family).is_some_and(|known| {
            known.sum.terms().any(|(word, factor)| {
                self.depends(factor, size)
                    || word.iter().any(|letter| self.letter_depends(*letter, size))
            })
        })
    }

    fn generator_depends(&self, family: FamilyId, generator: u16, size: ScalarId) -> bool {
        let element = self.element(family, generator);
        self.depends(&element.slope, size) || self.depends(&element.shift, size)
    }

    /// The order of the leading term of an atom; of a trace with positive exponent a lower bound.
    fn valuation(&mut self, atom: Atom, size: ScalarId) -> Result<i32, Stop> {
        if !self.atom_depends(atom, size) {
            return Ok(0);
        }
        match atom {
            Atom::Scalar(scalar) if scalar == size => Ok(-1),
            Atom::Scalar(_) => Err(Stop::unsupported("the expansion of a root")),
            Atom::Reciprocal(id) => {
                let polynomial = self.denominator(id).clone();
                Ok(-self.leading(&polynomial, size)?)
            }
            Atom::Trace(word) => {
                let mut sum = 0;
                for letter in self.words.letters(word).clone().iter() {
                    sum += self.letter_valuation(*letter, size)?;
                }
                Ok(sum)
            }
        }
    }

    fn letter_valuation(&mut self, letter: LetterId, size: ScalarId) -> Result<i32, Stop> {
        if !self.letter_depends(letter, size) {
            return Ok(0);
        }
        let Role::Power { family, exponents, .. } = self.alphabet.role(letter).clone() else {
            return Ok(0);
        };
        if self.sum_depends(family, size) {
            return Err(Stop::unsupported("the expansion of the inverse of a sum"));
        }
        let mut sum = 0;
        for (generator, doubled) in exponents.iter() {
            if self.generator_depends(family, *generator, size) {
                if doubled % 2 != 0 {
                    return Err(Stop::unsupported("the expansion of a matrix root"));
                }
                sum += doubled / 2 * self.generator_valuation(family, *generator, size)?;
            }
        }
        Ok(sum)
    }

    fn generator_valuation(
        &mut self,
        family: FamilyId,
        generator: u16,
        size: ScalarId,
    ) -> Result<i32, Stop> {
        let element = self.element(family, generator);
        let slope = self.leading(&element.slope, size)?;
        if element.shift.is_empty() {
            return Ok(slope);
        }
        Ok(slope.min(self.leading(&element.shift, size)?))
    }

    /// The order of the first coefficient that is not zero.
    fn leading(&mut self, polynomial: &Polynomial, size: ScalarId) -> Result<i32, Stop> {
        let mut lowest = i32::MAX;
        for (monomial, _) in polynomial.terms() {
            let mut first = 0;
            for (atom, exponent) in self.monomials.factors(monomial).clone().iter() {
                first += exponent * self.valuation(*atom, size)?;
            }
            lowest = lowest.min(first);
        }
        for order in lowest..lowest.saturating_add(DEEPEST) {
            let expansion = self.expansion(polynomial, size, order)?;
            if let Some((first, _)) = expansion.first_key_value() {
                return Ok(*first);
            }
        }
        let shown = self.show(polynomial);
        Err(Stop::unsupported(format!("the leading term of `{shown}` is not found")))
    }

    /// The coefficients of atom^exponent from its valuation on.
    fn atom_series(
        &mut self,
        atom: Atom,
        exponent: i32,
        size: ScalarId,
        terms: usize,
    ) -> Result<Vec<Polynomial>, Stop> {
        let mut constant = vec![Polynomial::default(); terms];
        if !self.atom_depends(atom, size) || atom == Atom::Scalar(size) {
            let kept = if atom == Atom::Scalar(size) { 0 } else { exponent };
            constant[0] = Polynomial::term(self.monomials.of(&[(atom, kept)]), RBig::ONE);
            return Ok(constant);
        }
        let base = match atom {
            Atom::Scalar(_) => return Err(Stop::unsupported("the expansion of a root")),
            Atom::Reciprocal(id) => {
                let polynomial = self.denominator(id).clone();
                let series = self.exact_series(&polynomial, size, terms)?;
                self.series_reciprocal(&series)?
            }
            Atom::Trace(word) if exponent > 0 => {
                let letters = self.words.letters(word).clone();
                self.trace_series(&letters, size, terms)?.coefficients
            }
            Atom::Trace(_) => {
                let trace = Polynomial::term(self.monomials.atom(atom), RBig::ONE);
                if self.leading(&trace, size)? != self.valuation(atom, size)? {
                    return Err(Stop::unsupported(
                        "the leading term of a trace that is divided by",
                    ));
                }
                let series = self.exact_series(&trace, size, terms)?;
                self.series_reciprocal(&series)?
            }
        };
        constant[0] = Polynomial::one();
        for _ in 0..exponent.unsigned_abs() {
            constant = self.series_product(&constant, &base)?;
        }
        Ok(constant)
    }

    /// The coefficients of a polynomial from its leading one on.
    fn exact_series(
        &mut self,
        polynomial: &Polynomial,
        size: ScalarId,
        terms: usize,
    ) -> Result<Vec<Polynomial>, Stop> {
        let first = self.leading(polynomial, size)?;
        let mut known = self.expansion(polynomial, size, first + terms as i32 - 1)?;
        Ok((0..terms as i32).map(|k| known.remove(&(first + k)).unwrap_or_default()).collect())
    }

    fn series_product(
        &mut self,
        left: &[Polynomial],
        right: &[Polynomial],
    ) -> Result<Vec<Polynomial>, Stop> {
        let mut product = vec![Polynomial::default(); left.len()];
        for (i, a) in left.iter().enumerate().filter(|(_, a)| !a.is_empty()) {
            for (j, b) in right.iter().enumerate().take(left.len() - i) {
                product[i + j].add_scaled(&a.times(b, &mut self.monomials)?, &RBig::ONE);
            }
        }
        Ok(product)
    }

    /// I_0 = 1/q_0, I_n = -(1/q_0) sum q_j I_(n-j).
    fn series_reciprocal(&mut self, series: &[Polynomial]) -> Result<Vec<Polynomial>, Stop> {
        let first = self.reciprocal(&series[0])?;
        self.suppose_nonzero(&series[0])?;
        let mut inverse = vec![first.clone()];
        for n in 1..series.len() {
            let mut sum = Polynomial::default();
            for j in 1..=n {
                let term = series[j].times(&inverse[n - j], &mut self.monomials)?;
                sum.add_scaled(&term, &-RBig::ONE);
            }
            inverse.push(sum.times(&first, &mut self.monomials)?);
        }
        Ok(inverse)
    }

    /// Notes a leading term that is divided by, unless it is visibly nonzero.
    fn suppose_nonzero(&mut self, leading: &Polynomial) -> Result<(), Stop> {
        let opposite = leading.scaled(&-RBig::ONE);
        if self.sign(leading).max(self.sign(&opposite)) != Sign::Positive {
            let shown = self.fraction(leading)?;
            let shown = self.show(&shown);
            self.leading_terms.insert(shown);
        }
        Ok(())
    }

    fn trace_series(
        &mut self,
        letters: &[LetterId],
        size: ScalarId,
        terms: usize,
    ) -> Result<Series<Polynomial>, Stop> {
        let space = self.alphabet.rows(letters[0]);
        let mut product = constant(Matrix::identity(space, Polynomial::one()), terms);
        for letter in letters {
            let series = self.letter_series(*letter, size, terms)?;
            product = self.matrix_series_product(&product, &series)?;
        }
        let coefficients = product.coefficients.iter().map(|one| self.matrix_trace(one)).collect();
        Ok(Series { first: product.first, coefficients })
    }

    /// The coefficients of a letter from its valuation on.
    fn letter_series(
        &mut self,
        letter: LetterId,
        size: ScalarId,
        terms: usize,
    ) -> Result<Series<Matrix>, Stop> {
        if !self.letter_depends(letter, size) {
            return Ok(constant(self.letter(letter)?, terms));
        }
        let Role::Power { family, transposed, exponents } = self.alphabet.role(letter).clone()
        else {
            unreachable!("only powers depend on a size")
        };
        let space = self.alphabet.family_space(family);
        let mut product = constant(Matrix::identity(space, Polynomial::one()), terms);
        for (generator, doubled) in exponents.iter() {
            if !self.generator_depends(family, *generator, size) {
                let one = self.alphabet.power(family, transposed, &[(*generator, *doubled)]);
                let series = constant(self.letter(one)?, terms);
                product = self.matrix_series_product(&product, &series)?;
                continue;
            }
            let mut base = self.generator_series(family, transposed, *generator, size, terms)?;
            if *doubled < 0 {
                base = self.inverse_series(&base)?;
            }
            for _ in 0..(doubled / 2).unsigned_abs() {
                product = self.matrix_series_product(&product, &base)?;
            }
        }
        Ok(product)
    }

    /// a*B + b*I with a and b expanded.
    fn generator_series(
        &mut self,
        family: FamilyId,
        transposed: bool,
        generator: u16,
        size: ScalarId,
        terms: usize,
    ) -> Result<Series<Matrix>, Stop> {
        let first = self.generator_valuation(family, generator, size)?;
        let element = self.element(family, generator);
        let last = first + terms as i32 - 1;
        let mut slope = self.expansion(&element.slope, size, last)?;
        let mut shift = self.expansion(&element.shift, size, last)?;
        let letter = self.alphabet.power(family, transposed, &[(0, 2)]);
        let letter = self.letter(letter)?;
        let space = self.alphabet.family_space(family);
        let mut coefficients = Vec::new();
        for order in first..=last {
            let slope = slope.remove(&order).unwrap_or_default();
            let shift = shift.remove(&order).unwrap_or_default();
            let one = letter.map(|one| one.times(&slope, &mut self.monomials))?;
            coefficients.push(one.plus(&Matrix::identity(space, shift)));
        }
        Ok(Series { first, coefficients })
    }

    /// The Neumann series; the leading coefficient has to be invertible by declaration.
    fn inverse_series(&mut self, series: &Series<Matrix>) -> Result<Series<Matrix>, Stop> {
        let leading = self.element_of(&series.coefficients[0])?;
        let invertible = match leading.single() {
            Some(([], _)) => true,
            Some(([letter], _)) => match self.alphabet.role(*letter) {
                Role::Power { exponents, .. } if exponents[..] == [(0, 2)] => {
                    self.alphabet.is_invertible(*letter)
                }
                _ => self.letter_sign(*letter) == Sign::Positive,
            },
            _ => false,
        };
        if !invertible {
            let shown = self.show_matrix(&leading);
            return Err(Stop::unsupported(format!(
                "the leading part `{shown}` is not invertible by declaration"
            )));
        }
        if let Some((_, factor)) = leading.single() {
            self.suppose_nonzero(&factor.clone())?;
        }
        let first = self.inverse(&leading)?;
        let mut inverse = vec![first.clone()];
        for n in 1..series.coefficients.len() {
            let mut sum = Matrix::zero(first.rows, first.columns);
            for j in 1..=n {
                let term = self.multiply(&series.coefficients[j], &inverse[n - j])?;
                sum.add_scaled(&term, &-RBig::ONE);
            }
            inverse.push(self.multiply(&first, &sum)?);
        }
        Ok(Series { first: -series.first, coefficients: inverse })
    }

    fn matrix_series_product(
        &mut self,
        left: &Series<Matrix>,
        right: &Series<Matrix>,
    ) -> Result<Series<Matrix>, Stop> {
        let (rows, columns) = (left.coefficients[0].rows, right.coefficients[0].columns);
        let terms = left.coefficients.len();
        let mut product = vec![Matrix::zero(rows, columns); terms];
        for (i, a) in left.coefficients.iter().enumerate().filter(|(_, a)| !a.is_empty()) {
            for (j, b) in right.coefficients.iter().enumerate().take(terms - i) {
                if !b.is_empty() {
                    let term = self.multiply(a, b)?;
                    product[i + j].add_scaled(&term, &RBig::ONE);
                }
            }
        }
        Ok(Series { first: left.first + right.first, coefficients: product })
    }
}

fn constant(value: Matrix, terms: usize) -> Series<Matrix> {
    let mut coefficients = vec![Matrix::zero(value.rows, value.columns); terms];
    coefficients[0] = value;
    Series { first: 0, coefficients }
}
