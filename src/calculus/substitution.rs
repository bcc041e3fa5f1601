//! Letters, scalars and sizes replaced by values, inside definitions too.

use super::algebra::Algebra;
use super::alphabet::{FamilyId, LetterId, Role};
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::{Atom, ScalarId};
use super::polynomial::Polynomial;
use super::sign::Sign;
use dashu_ratio::RBig;
use rustc_hash::FxHashMap;

/// What is replaced, all at the same time.
#[derive(Debug, Default)]
pub(super) struct Replacements {
    /// Letters (of a family: the one that generates it) by their values.
    pub(super) letters: Vec<(LetterId, Matrix)>,
    /// Scalars and sizes by their values.
    pub(super) scalars: Vec<(ScalarId, Polynomial)>,
}

/// What replaced letters have become, so that each is worked out once.
type Known = FxHashMap<LetterId, Option<Matrix>>;

impl Algebra {
    /// The matrix after the replacements.
    pub(super) fn substitute(
        &mut self,
        matrix: &Matrix,
        by: &Replacements,
    ) -> Result<Matrix, Stop> {
        let mut result = Matrix::zero(matrix.rows, matrix.columns);
        let mut known = Known::default();
        for (word, coefficient) in matrix.terms() {
            let coefficient = self.substitute_scalar(coefficient, by, &mut known)?;
            let value = self.substitute_word(word, matrix.rows, by, &mut known)?;
            let scaled = value.map(|one| one.times(&coefficient, &mut self.monomials))?;
            result.add_scaled(&scaled, &RBig::ONE);
        }
        Ok(result)
    }

    fn substitute_scalar(
        &mut self,
        polynomial: &Polynomial,
        by: &Replacements,
        known: &mut Known,
    ) -> Result<Polynomial, Stop> {
        self.replace(polynomial, |algebra, atom| match atom {
            Atom::Scalar(scalar) => {
                if let Some((_, value)) = by.scalars.iter().find(|(one, _)| *one == scalar) {
                    return Ok(Some(value.clone()));
                }
                let Some(root) = algebra.root_of(atom).cloned() else { return Ok(None) };
                let radicand = algebra.substitute_scalar(&root.radicand, by, known)?;
                if radicand == root.radicand {
                    return Ok(None);
                }
                // A norm takes any value; what was positive by its sign has to stay so.
                let was_positive = algebra.sign(&root.radicand) == Sign::Positive;
                if was_positive && algebra.sign(&radicand) == Sign::Unknown {
                    let shown = algebra.show(&radicand);
                    return Err(Stop::unsupported(format!(
                        "the root of `{shown}`, which is not visibly positive"
                    )));
                }
                algebra.root(&radicand, root.order).map(Some)
            }
            Atom::Reciprocal(id) => {
                let polynomial = algebra.denominator(id).clone();
                let value = algebra.substitute_scalar(&polynomial, by, known)?;
                if value == polynomial {
                    return Ok(None);
                }
                algebra.reciprocal(&value).map(Some)
            }
            Atom::Trace(word) => {
                let letters = algebra.words.letters(word).clone();
                let mut changed = false;
                for letter in letters.iter() {
                    changed |= algebra.replacement(*letter, by, known)?.is_some();
                }
                if !changed {
                    return Ok(None);
                }
                let space = algebra.alphabet.rows(letters[0]);
                let value = algebra.substitute_word(&letters, space, by, known)?;
                Ok(Some(algebra.matrix_trace(&value)))
            }
        })
    }

    fn substitute_word(
        &mut self,
        word: &[LetterId],
        rows: super::alphabet::SpaceId,
        by: &Replacements,
        known: &mut Known,
    ) -> Result<Matrix, Stop> {
        let mut value = Matrix::identity(rows, Polynomial::one());
        for letter in word {
            let factor = match self.replacement(*letter, by, known)? {
                Some(factor) => factor,
                None => self.letter(*letter)?,
            };
            value = self.multiply(&value, &factor)?;
        }
        Ok(value)
    }

    /// A letter as a matrix.
    pub(super) fn letter(&mut self, letter: LetterId) -> Result<Matrix, Stop> {
        let (rows, columns) = (self.alphabet.rows(letter), self.alphabet.columns(letter));
        let mut matrix = Matrix::zero(rows, columns);
        self.add_product(&mut matrix, &[letter], &Polynomial::one())?;
        Ok(matrix)
    }

    /// What a letter has become; `None` if it stays.
    fn replacement(
        &mut self,
        letter: LetterId,
        by: &Replacements,
        known: &mut Known,
    ) -> Result<Option<Matrix>, Stop> {
        if let Some(value) = known.get(&letter) {
            return Ok(value.clone());
        }
        let value = self.new_value(letter, by, known)?;
        known.insert(letter, value.clone());
        Ok(value)
    }

    fn new_value(
        &mut self,
        letter: LetterId,
        by: &Replacements,
        known: &mut Known,
    ) -> Result<Option<Matrix>, Stop> {
        let turned = self.alphabet.transpose(letter);
        let Role::Power { family, transposed, exponents } = self.alphabet.role(letter).clone()
        else {
            for (one, value) in &by.letters {
                if *one == letter {
                    return Ok(Some(value.clone()));
                }
                if *one == turned {
                    return Ok(Some(self.transpose(value)));
                }
            }
            return Ok(None);
        };
        let letter = self.alphabet.power(family, false, &[(0, 2)]);
        let mut replaced = None;
        if let Some(known) = self.sum_of(family).cloned() {
            let sum = self.substitute(&known.sum, by)?;
            if sum != known.sum {
                replaced = Some(self.inverse(&sum)?);
            }
        } else if let Some((_, value)) = by.letters.iter().find(|(one, _)| *one == letter) {
            replaced = Some(value.clone());
        }
        let mut changed = replaced.is_some();
        let base = match replaced {
            Some(value) => value,
            None => self.letter(letter)?,
        };
        let mut product = Matrix::identity(base.rows, Polynomial::one());
        for (generator, doubled) in exponents.iter() {
            let (value, moved) = self.generator_value(family, *generator, &base, by, known)?;
            changed |= moved;
            let exponent = RBig::from(*doubled) / RBig::from(2);
            let power = self.raised(&value, &exponent)?;
            product = self.multiply(&product, &power)?;
        }
        if !changed {
            return Ok(None);
        }
        Ok(Some(if transposed { self.transpose(&product) } else { product }))
    }

    /// A generator with a new letter and new scalars; whether the scalars have changed.
    fn generator_value(
        &mut self,
        family: FamilyId,
        generator: u16,
        base: &Matrix,
        by: &Replacements,
        known: &mut Known,
    ) -> Result<(Matrix, bool), Stop> {
        if generator == 0 {
            return Ok((base.clone(), false));
        }
        let element = self.element(family, generator);
        let slope = self.substitute_scalar(&element.slope, by, known)?;
        let shift = self.substitute_scalar(&element.shift, by, known)?;
        let moved = slope != element.slope || shift != element.shift;
        let value = base.map(|one| one.times(&slope, &mut self.monomials))?;
        let value = value.plus(&Matrix::identity(base.rows, shift));
        // Rational powers of the sum need it as one letter.
        Ok((self.element_of(&value)?, moved))
    }
}
