//! Inverses and powers of matrices: products of invertible letters, and elements a*B + b*I.

use super::algebra::{Algebra, Element};
use super::alphabet::{Exponent, FamilyId, LetterId, Role};
use super::error::Stop;
use super::matrix::Matrix;
use super::polynomial::Polynomial;
use super::sign::Sign;
use dashu_int::IBig;
use dashu_ratio::RBig;

impl Algebra {
    /// The inverse of a scalar or of a square matrix.
    ///
    /// # Errors
    /// [`Stop::ZeroDivisor`]; [`Stop::Unsupported`] for a sum that is no element of a family.
    pub(super) fn inverse(&mut self, matrix: &Matrix) -> Result<Matrix, Stop> {
        if matrix.is_scalar() {
            return Ok(Matrix::scalar(self.reciprocal(&matrix.clone().into_scalar())?));
        }
        let direct = self.inverse_of_product(matrix)?;
        if let Some(inverse) = direct {
            return Ok(inverse);
        }
        let normal = self.normal_matrix(matrix)?;
        let (lowest, matrix) = match self.lowest_power(&normal) {
            Some(lowest) => {
                let inverse = self.power_of_letter(lowest, -1).expect("a power of a letter");
                let inverse = self.letter(inverse)?;
                (Some(inverse.clone()), self.multiply(&inverse, &normal)?)
            }
            None => (None, normal),
        };
        let inverse = match self.linear_element(&matrix)? {
            None => self.inverse_of_sum(&matrix)?,
            Some(element) => self.inverse_of_product(&element)?.ok_or_else(|| {
                let shown = self.show_matrix(&matrix);
                Stop::unsupported(format!("the inverse of `{shown}` is not known"))
            })?,
        };
        match lowest {
            Some(lowest) => self.multiply(&inverse, &lowest),
            None => Ok(inverse),
        }
    }

    /// The lowest power of a letter in a sum of its powers.
    fn lowest_power(&self, matrix: &Matrix) -> Option<LetterId> {
        let mut lowest: Option<(i32, LetterId, FamilyId)> = None;
        let mut has_identity = false;
        for (word, _) in matrix.terms() {
            let letter = match word {
                [] => {
                    has_identity = true;
                    continue;
                }
                [letter] => letter,
                _ => return None,
            };
            let Role::Power { family, exponents, .. } = self.alphabet.role(*letter) else {
                return None;
            };
            let [(0, exponent)] = exponents[..] else { return None };
            if lowest.is_some_and(|(.., known)| known != *family) {
                return None;
            }
            if lowest.is_none_or(|(least, ..)| exponent < least) {
                lowest = Some((exponent, *letter, *family));
            }
        }
        let lowest = lowest.filter(|(exponent, ..)| !has_identity || *exponent < 0);
        lowest.map(|(_, letter, _)| letter)
    }

    /// The inverse of a multiple of a product of powers.
    fn inverse_of_product(&mut self, matrix: &Matrix) -> Result<Option<Matrix>, Stop> {
        let Some((word, coefficient)) = matrix.single() else { return Ok(None) };
        let (word, coefficient) = (word.to_vec(), coefficient.clone());
        let mut result = Matrix::identity(matrix.rows, self.reciprocal(&coefficient)?);
        for letter in word.iter().rev() {
            let factor = match self.inverted_sum(*letter)? {
                Some(sum) => sum,
                None => match self.power_of_letter(*letter, -1) {
                    Some(inverse) => self.letter(inverse)?,
                    None => return Ok(None),
                },
            };
            result = self.multiply(&result, &factor)?;
        }
        Ok(Some(result))
    }

    /// The power of a sum whose inverse the letter is a power of.
    fn inverted_sum(&mut self, letter: LetterId) -> Result<Option<Matrix>, Stop> {
        let Role::Power { family, exponents, .. } = self.alphabet.role(letter).clone() else {
            return Ok(None);
        };
        let [(0, doubled)] = exponents[..] else { return Ok(None) };
        let Some(known) = self.sum_of(family).filter(|_| doubled % 2 == 0) else {
            return Ok(None);
        };
        let sum = known.sum.clone();
        self.matrix_power(&sum, doubled.unsigned_abs() / 2).map(Some)
    }

    /// A power of a letter that is a power itself; `None` too for what a sum stands for.
    pub(super) fn power_of_letter(&mut self, letter: LetterId, exponent: i32) -> Option<LetterId> {
        let Role::Power { family, transposed, exponents } = self.alphabet.role(letter).clone()
        else {
            return None;
        };
        if exponent < 0 && self.sum_of(family).is_some() {
            return None;
        }
        let exponents: Vec<Exponent> = exponents.iter().map(|(g, e)| (*g, e * exponent)).collect();
        Some(self.alphabet.power(family, transposed, &exponents))
    }

    /// A matrix of the form a*B + b*I as a multiple of a power of one generator of the family of
    /// B, which is registered if it is new.
    ///
    /// # Errors
    /// [`Stop::ZeroDivisor`]; [`Stop::Unsupported`] for what is no such element.
    pub(super) fn element_of(&mut self, matrix: &Matrix) -> Result<Matrix, Stop> {
        self.linear_element(matrix)?.ok_or_else(|| {
            let shown = self.show_matrix(matrix);
            Stop::unsupported(format!("`{shown}` is no element a*B + b*I"))
        })
    }

    fn linear_element(&mut self, matrix: &Matrix) -> Result<Option<Matrix>, Stop> {
        let normal = self.normal_matrix(matrix)?;
        if normal.is_empty() {
            return Err(Stop::ZeroDivisor { what: self.show_matrix(matrix).into() });
        }
        let (mut slope, mut shift) = (None, Polynomial::default());
        for (word, coefficient) in normal.terms() {
            match word {
                [] => shift = coefficient.clone(),
                [letter] if slope.is_none() && self.is_generator(*letter) => {
                    slope = Some((*letter, coefficient.clone()));
                }
                _ => return Ok(None),
            }
        }
        let Some((letter, slope)) = slope else { return Ok(Some(normal)) };
        for coefficient in [&slope, &shift] {
            if let Some(random) = self.random_letters(coefficient).first() {
                let name = self.random_name(*random);
                return Err(Stop::unsupported(format!(
                    "a definition contains the random `{name}`"
                )));
            }
        }
        let Role::Power { family, transposed, .. } = *self.alphabet.role(letter) else {
            unreachable!("a generator is a power")
        };
        let (generator, factor) = self.generator(family, slope, shift)?;
        let letter = self.alphabet.power(family, transposed, &[(generator, 2)]);
        let mut result = Matrix::zero(matrix.rows, matrix.columns);
        result.add_word([letter].into(), &factor);
        Ok(Some(result))
    }

    fn is_generator(&self, letter: LetterId) -> bool {
        matches!(self.alphabet.role(letter), Role::Power { exponents, .. } if exponents[..] == [(0, 2)])
    }

    /// The generator to which slope*B + shift*I is proportional, and the factor.
    fn generator(
        &mut self,
        family: FamilyId,
        slope: Polynomial,
        shift: Polynomial,
    ) -> Result<(u16, Polynomial), Stop> {
        for generator in 0..=self.elements(family).len() as u16 {
            let known = self.element(family, generator);
            let cross = slope.times(&known.shift, &mut self.monomials)?;
            let cross = cross.minus(&known.slope.times(&shift, &mut self.monomials)?);
            if self.is_zero(&cross)? {
                if self.is_zero(&slope.clone().minus(&known.slope))? {
                    return Ok((generator, Polynomial::one()));
                }
                let inverse = self.reciprocal(&known.slope)?;
                return Ok((generator, slope.times(&inverse, &mut self.monomials)?));
            }
        }
        Ok((self.add_element(family, Element { name: None, slope, shift }), Polynomial::one()))
    }

    /// The power with any exponent that the language admits.
    pub(super) fn raised(&mut self, base: &Matrix, exponent: &RBig) -> Result<Matrix, Stop> {
        let whole = i32::try_from(exponent.numerator());
        let (Ok(above), Ok(below)) = (whole, u32::try_from(exponent.denominator())) else {
            return Err(Stop::unsupported("an exponent is too large"));
        };
        if below == 1 {
            if above == 0 {
                return Ok(Matrix::identity(base.rows, Polynomial::one()));
            }
            let base = if above < 0 { self.inverse(base)? } else { base.clone() };
            if base.is_scalar() {
                let value = base.into_scalar();
                return Ok(Matrix::scalar(value.power(above.unsigned_abs(), &mut self.monomials)?));
            }
            return self.matrix_power(&base, above.unsigned_abs());
        }
        if base.is_scalar() {
            let root = self.root(&base.clone().into_scalar(), below)?;
            let root = Matrix::scalar(root);
            return self.raised(&root, &RBig::from(IBig::from(above)));
        }
        if let Some(([letter], coefficient)) = base.single()
            && self.sign(coefficient) == Sign::Positive
            && let Role::Power { family, transposed, exponents } =
                self.alphabet.role(*letter).clone()
        {
            let raised: Option<Vec<Exponent>> = exponents
                .iter()
                .map(|(generator, e)| {
                    let product = e.checked_mul(above)?;
                    (product % below as i32 == 0).then_some((*generator, product / below as i32))
                })
                .collect();
            if let Some(raised) = raised {
                let letter = self.alphabet.power(family, transposed, &raised);
                let coefficient = Matrix::scalar(coefficient.clone());
                let factor = self.raised(&coefficient, exponent)?.into_scalar();
                let mut result = Matrix::zero(base.rows, base.columns);
                result.add_word([letter].into(), &factor);
                return Ok(result);
            }
        }
        Err(Stop::unsupported(format!("a root of `{}` is not known", self.show_matrix(base))))
    }
}
