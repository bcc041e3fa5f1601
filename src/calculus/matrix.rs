//! Open expressions: sums of products of letters with polynomial coefficients.

use super::algebra::Algebra;
use super::alphabet::{LetterId, SpaceId};
use super::error::Stop;
use super::polynomial::Polynomial;
use super::word::{push, transposed};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// Products that a matrix may be a sum of.
const MOST_WORDS: usize = 200_000;

/// A matrix as a sum of words with coefficients. The empty word is the identity; a scalar has no
/// other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matrix {
    pub(super) rows: SpaceId,
    pub(super) columns: SpaceId,
    terms: BTreeMap<Box<[LetterId]>, Polynomial>,
}

impl Matrix {
    /// The zero matrix.
    pub(super) fn zero(rows: SpaceId, columns: SpaceId) -> Self {
        Self { rows, columns, terms: BTreeMap::new() }
    }

    /// A multiple of the identity; over `1` a scalar.
    pub(super) fn identity(space: SpaceId, factor: Polynomial) -> Self {
        let mut matrix = Self::zero(space, space);
        matrix.add_word(Box::default(), &factor);
        matrix
    }

    /// A scalar.
    pub(super) fn scalar(value: Polynomial) -> Self {
        Self::identity(SpaceId::ONE, value)
    }

    /// Whether it is 1 x 1.
    pub(super) fn is_scalar(&self) -> bool {
        self.rows == SpaceId::ONE && self.columns == SpaceId::ONE
    }

    /// The value of a scalar.
    ///
    /// # Panics
    /// If it is not 1 x 1.
    pub(super) fn into_scalar(mut self) -> Polynomial {
        assert!(self.is_scalar(), "a scalar: this is a bug");
        self.terms.remove(&Box::default() as &Box<[LetterId]>).unwrap_or_default()
    }

    /// Words and coefficients, in the order of the words.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&[LetterId], &Polynomial)> {
        self.terms.iter().map(|(word, coefficient)| (&**word, coefficient))
    }

    /// Whether no word is left.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The only word with its coefficient.
    pub(super) fn single(&self) -> Option<(&[LetterId], &Polynomial)> {
        if self.terms.len() == 1 { self.terms().next() } else { None }
    }

    /// Adds a reduced word that has no scalar part.
    pub(super) fn add_word(&mut self, word: Box<[LetterId]>, coefficient: &Polynomial) {
        if coefficient.is_empty() {
            return;
        }
        match self.terms.entry(word) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(coefficient.clone());
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                place.get_mut().add_scaled(coefficient, &RBig::ONE);
                if place.get().is_empty() {
                    place.remove();
                }
            }
        }
    }

    /// Adds `factor` times `other`, of the same shape.
    pub(super) fn add_scaled(&mut self, other: &Self, factor: &RBig) {
        debug_assert_eq!((self.rows, self.columns), (other.rows, other.columns));
        for (word, coefficient) in &other.terms {
            self.add_word(word.clone(), &coefficient.scaled(factor));
        }
    }

    /// The sum.
    pub(super) fn plus(mut self, other: &Self) -> Self {
        self.add_scaled(other, &RBig::ONE);
        self
    }

    /// The difference.
    pub(super) fn minus(mut self, other: &Self) -> Self {
        self.add_scaled(other, &-RBig::ONE);
        self
    }

    /// The coefficients changed one by one.
    pub(super) fn map(
        &self,
        mut change: impl FnMut(&Polynomial) -> Result<Polynomial, Stop>,
    ) -> Result<Self, Stop> {
        let mut result = Self::zero(self.rows, self.columns);
        for (word, coefficient) in &self.terms {
            result.add_word(word.clone(), &change(coefficient)?);
        }
        Ok(result)
    }
}

impl Algebra {
    /// The product, or the multiple where one factor is a scalar.
    pub(super) fn multiply(&mut self, left: &Matrix, right: &Matrix) -> Result<Matrix, Stop> {
        let scalar = |one: &Matrix| one.is_scalar().then(|| one.clone().into_scalar());
        if let Some(factor) = scalar(left) {
            return right.map(|coefficient| coefficient.times(&factor, &mut self.monomials));
        }
        if let Some(factor) = scalar(right) {
            return left.map(|coefficient| coefficient.times(&factor, &mut self.monomials));
        }
        let mut product = Matrix::zero(left.rows, right.columns);
        for (first, a) in left.terms() {
            for (second, b) in right.terms() {
                let coefficient = a.times(b, &mut self.monomials)?;
                let word = [first, second].concat();
                self.add_product(&mut product, &word, &coefficient)?;
            }
        }
        Ok(product)
    }

    /// Adds a product of letters to a matrix: reduces it, and takes out what runs from `1` to `1`.
    pub(super) fn add_product(
        &mut self,
        matrix: &mut Matrix,
        product: &[LetterId],
        coefficient: &Polynomial,
    ) -> Result<(), Stop> {
        let mut word = Vec::with_capacity(product.len());
        product.iter().for_each(|letter| push(&mut self.alphabet, &mut word, *letter));
        let mut cuts: Vec<usize> = (1..word.len())
            .filter(|place| self.alphabet.rows(word[*place]) == SpaceId::ONE)
            .collect();
        if matrix.rows == SpaceId::ONE {
            cuts.insert(0, 0);
        }
        if matrix.columns == SpaceId::ONE && !word.is_empty() {
            cuts.push(word.len());
        }
        let (Some(first), Some(last)) = (cuts.first(), cuts.last()) else {
            matrix.add_word(word.into(), coefficient);
            return self.check_size(matrix);
        };
        let mut factors = Vec::new();
        for ends in cuts.windows(2) {
            let factor = self.words.scalar(&self.alphabet, &word[ends[0]..ends[1]]);
            factors.push((self.atom(factor), 1));
        }
        let scalars = self.monomials.of(&factors);
        let rest = [&word[..*first], &word[*last..]].concat();
        let coefficient = coefficient.times_monomial(scalars, &mut self.monomials);
        matrix.add_word(rest.into(), &coefficient);
        self.check_size(matrix)
    }

    fn check_size(&self, matrix: &Matrix) -> Result<(), Stop> {
        if matrix.terms.len() > MOST_WORDS {
            return Err(Stop::budget("words of a matrix"));
        }
        Ok(())
    }

    /// The transpose.
    pub(super) fn transpose(&mut self, matrix: &Matrix) -> Matrix {
        let mut result = Matrix::zero(matrix.columns, matrix.rows);
        for (word, coefficient) in matrix.terms() {
            result.add_word(transposed(&self.alphabet, word).into(), coefficient);
        }
        result
    }

    /// The trace of a square matrix.
    pub(super) fn matrix_trace(&mut self, matrix: &Matrix) -> Polynomial {
        let mut sum = Polynomial::default();
        for (word, coefficient) in matrix.terms() {
            let trace = self.trace(word, matrix.rows);
            sum.add_scaled(&coefficient.times_monomial(trace, &mut self.monomials), &RBig::ONE);
        }
        sum
    }

    /// The power with a positive exponent.
    pub(super) fn matrix_power(&mut self, matrix: &Matrix, exponent: u32) -> Result<Matrix, Stop> {
        let mut power = matrix.clone();
        for _ in 1..exponent {
            power = self.multiply(&power, matrix)?;
        }
        Ok(power)
    }
}
