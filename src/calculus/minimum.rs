//! Minimisers of convex quadratic polynomials, with the completed square as certificate.
//!
//! A loss that is quadratic in W is `sum_k c_k tr(W B_k W' A_k)` plus linear and constant terms.
//! With c_k >= 0 and A_k, B_k positive semidefinite it is convex, and a point where the gradient
//! vanishes is a global minimiser; with one term whose three factors are positive it is the only
//! one. Then
//! ```text
//! L = L(W*) + sum_k c_k tr((W - W*) B_k (W - W*)' A_k)
//! ```

use super::algebra::Algebra;
use super::alphabet::{LetterId, Role, SpaceId};
use super::derivative::Moving;
use super::error::Stop;
use super::log::Writer;
use super::matrix::Matrix;
use super::monomial::Atom;
use super::polynomial::Polynomial;
use super::sign::Sign;
use super::substitution::Replacements;
use crate::certificate::Square;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// The quadratic terms of a loss.
struct Quadratic {
    moving: Moving,
    /// c by (A, B): c tr(W B W' A); of a scalar W empty words.
    terms: BTreeMap<(Vec<LetterId>, Vec<LetterId>), Polynomial>,
    /// Factors that have to differ from zero for a unique minimiser.
    except: Vec<String>,
}

impl Algebra {
    /// What is left of the gradient at a claimed minimiser, and the factors that must not vanish.
    ///
    /// # Errors
    /// Where the loss is not visibly convex in the letter.
    pub(super) fn minimizer_difference(
        &mut self,
        loss: &Polynomial,
        moving: Moving,
        value: &Matrix,
    ) -> Result<(Matrix, Vec<String>), Stop> {
        let quadratic = self.quadratic(loss, moving)?;
        self.check_domain(moving, value)?;
        let gradient = self.gradient(loss, moving)?;
        let by = self.moved(moving, value);
        let at = self.substitute(&gradient, &by)?;
        Ok((self.normal_matrix(&at)?, quadratic.except))
    }

    /// The minimal value, found and certified, and the factors that must not vanish.
    ///
    /// # Errors
    /// Where the minimiser is not found or its square does not complete.
    pub(super) fn minimum(
        &mut self,
        loss: &Polynomial,
        moving: Moving,
    ) -> Result<(Polynomial, Vec<String>), Stop> {
        let quadratic = self.quadratic(loss, moving)?;
        let point = self.stationary(loss, &quadratic)?;
        self.check_domain(moving, &point)?;
        let by = self.moved(moving, &point);
        let minimum = self.substitute(&Matrix::scalar(loss.clone()), &by)?.into_scalar();
        let square = self.completed_square(&quadratic, &point)?;
        let rest = loss.clone().minus(&minimum).minus(&square);
        if !self.is_zero(&rest)? {
            return Err(Stop::unsupported("the square does not complete at the minimiser found"));
        }
        Ok((minimum, quadratic.except))
    }

    /// The square that completes at a claimed minimiser, or at the one that is found, in the format
    /// of certificates.
    pub(super) fn square_of(
        &mut self,
        loss: &Polynomial,
        moving: Moving,
        claimed: Option<&Matrix>,
    ) -> Result<Square, Stop> {
        let quadratic = self.quadratic(loss, moving)?;
        let point = match claimed {
            Some(claimed) => claimed.clone(),
            None => self.stationary(loss, &quadratic)?,
        };
        let (closed, marker) = if point.is_scalar() {
            (point.into_scalar(), None)
        } else {
            let marker = self.marker(point.columns, point.rows);
            let letter = self.letter(marker)?;
            let product = self.multiply(&point, &letter)?;
            (self.matrix_trace(&product), Some(marker))
        };
        Ok(Writer::square(self, &quadratic.terms, &closed, marker))
    }

    /// The minimiser over all numbers is that over the positive ones if it is positive itself;
    /// whether one over all matrices is invertible is not looked at.
    fn check_domain(&self, moving: Moving, point: &Matrix) -> Result<(), Stop> {
        match moving {
            Moving::Letter(letter) if self.alphabet.is_invertible(letter) => {
                let name = self.alphabet.name(letter);
                Err(Stop::unsupported(format!(
                    "a minimum over invertible matrices: `{name}` is not free"
                )))
            }
            Moving::Scalar(scalar)
                if self.is_positive(scalar)
                    && self.sign(&point.clone().into_scalar()) != Sign::Positive =>
            {
                let name = self.scalar_name(scalar);
                Err(Stop::unsupported(format!(
                    "the minimiser over `{name}` is not visibly positive"
                )))
            }
            _ => Ok(()),
        }
    }

    fn moved(&self, moving: Moving, value: &Matrix) -> Replacements {
        match moving {
            Moving::Scalar(scalar) => Replacements {
                scalars: vec![(scalar, value.clone().into_scalar())],
                ..Replacements::default()
            },
            Moving::Letter(letter) => {
                Replacements { letters: vec![(letter, value.clone())], ..Replacements::default() }
            }
        }
    }

    /// The quadratic terms, visibly convex and with a unique minimiser.
    fn quadratic(&mut self, loss: &Polynomial, moving: Moving) -> Result<Quadratic, Stop> {
        let mut terms: BTreeMap<(Vec<LetterId>, Vec<LetterId>), Polynomial> = BTreeMap::new();
        for (monomial, coefficient) in loss.terms() {
            if let Some((rest, key)) = self.quadratic_term(monomial, moving)? {
                terms.entry(key).or_default().add_term(rest, coefficient);
            }
        }
        terms.retain(|_, factor| !factor.is_empty());
        let (mut unique, mut except) = (false, Vec::new());
        for ((a, b), factor) in &terms {
            let matrices = self.definiteness(a).min(self.definiteness(b));
            let sign = self.sign(factor);
            if matrices.min(sign) == Sign::Unknown {
                let factor = self.show(factor);
                return Err(Stop::unsupported(format!(
                    "the loss is not visibly convex: the sign of its quadratic term with factor \
                     `{factor}` is not known"
                )));
            }
            if matrices == Sign::Positive {
                unique |= sign == Sign::Positive;
                if sign == Sign::Nonnegative {
                    except.push(self.show(factor));
                }
            }
        }
        if unique {
            except.clear();
        } else if except.is_empty() {
            return Err(Stop::unsupported("the minimiser is not visibly unique"));
        }
        Ok(Quadratic { moving, terms, except })
    }

    /// Whether every term is quadratic in the letter, and the sum is visibly positive definite.
    pub(super) fn is_definite_form(
        &mut self,
        form: &Polynomial,
        moving: Moving,
    ) -> Result<bool, Stop> {
        let normal = self.normal(form)?;
        for (monomial, _) in normal.terms() {
            if self.quadratic_term(monomial, moving)?.is_none() {
                return Ok(false);
            }
        }
        Ok(self.quadratic(&normal, moving).is_ok_and(|quadratic| quadratic.except.is_empty()))
    }

    /// The part of a quadratic monomial without W, and A and B; `None` for degree 0 and 1.
    #[expect(clippy::type_complexity, reason = "a key of the terms")]
    pub(super) fn quadratic_term(
        &mut self,
        monomial: super::monomial::MonomialId,
        moving: Moving,
    ) -> Result<Option<(super::monomial::MonomialId, (Vec<LetterId>, Vec<LetterId>))>, Stop> {
        if let Moving::Letter(letter) = moving
            && self.alphabet.transpose(letter) == letter
        {
            return Err(Stop::unsupported("a quadratic form in a symmetric letter"));
        }
        let factors = self.monomials.factors(monomial).clone();
        let mut rest = Vec::new();
        let mut degree = 0;
        let mut word = None;
        for (atom, exponent) in factors.iter() {
            let count = self.degree_in(*atom, moving)?;
            if count == 0 {
                rest.push((*atom, *exponent));
                continue;
            }
            if *exponent < 0 {
                return Err(Stop::unsupported("the loss is not polynomial in the letter"));
            }
            degree += count * *exponent as u32;
            if count == 2 {
                word = Some(*atom);
            }
        }
        let rest = self.monomials.of(&rest);
        match (degree, moving, word) {
            (0 | 1, _, _) => Ok(None),
            (2, Moving::Scalar(_), _) => Ok(Some((rest, (Vec::new(), Vec::new())))),
            (2, Moving::Letter(letter), Some(Atom::Trace(word))) => {
                let letters = self.words.letters(word).to_vec();
                let place = letters.iter().position(|one| *one == letter);
                let turned = self.alphabet.transpose(letter);
                let mut letters = letters;
                letters.rotate_left(place.unwrap_or(0));
                let second = letters.iter().position(|one| *one == turned);
                match (place, second) {
                    (Some(_), Some(second)) => {
                        let key = (letters[second + 1..].to_vec(), letters[1..second].to_vec());
                        Ok(Some((rest, key)))
                    }
                    _ => Err(Stop::unsupported("a quadratic term is not of the form tr(W B W' A)")),
                }
            }
            (2, _, _) => Err(Stop::unsupported("a quadratic term is a product of linear ones")),
            _ => Err(Stop::unsupported(format!("the loss has degree {degree} in the letter"))),
        }
    }

    /// How often the letter occurs in an atom.
    fn degree_in(&self, atom: Atom, moving: Moving) -> Result<u32, Stop> {
        let hidden = || Stop::unsupported("the loss is not polynomial in the letter");
        match (atom, moving) {
            (Atom::Scalar(scalar), Moving::Scalar(moving)) if scalar == moving => Ok(1),
            (Atom::Trace(word), Moving::Letter(letter)) => {
                let turned = self.alphabet.transpose(letter);
                let count = self.words.letters(word).iter();
                let count = count.filter(|one| **one == letter || **one == turned).count();
                if count == 0 && self.mentions(atom, moving) {
                    return Err(hidden());
                }
                Ok(count as u32)
            }
            _ if self.mentions(atom, moving) => Err(hidden()),
            _ => Ok(0),
        }
    }

    /// Whether a letter or scalar occurs in an atom or in a definition that it uses.
    fn mentions(&self, atom: Atom, moving: Moving) -> bool {
        let inside = |polynomial: &Polynomial| self.polynomial_mentions(polynomial, moving);
        match atom {
            Atom::Scalar(scalar) => {
                moving == Moving::Scalar(scalar)
                    || self.root_of(atom).is_some_and(|root| inside(&root.radicand))
            }
            Atom::Reciprocal(id) => inside(self.denominator(id)),
            Atom::Trace(word) => {
                self.words.letters(word).iter().any(|letter| self.letter_mentions(*letter, moving))
            }
        }
    }

    fn polynomial_mentions(&self, polynomial: &Polynomial, moving: Moving) -> bool {
        polynomial.atoms(&self.monomials).into_iter().any(|atom| self.mentions(atom, moving))
    }

    /// Whether a letter or scalar occurs in a letter: in its family, or in a definition.
    pub(super) fn letter_mentions(&self, letter: LetterId, moving: Moving) -> bool {
        let turned = self.alphabet.transpose(letter);
        if moving == Moving::Letter(letter) || moving == Moving::Letter(turned) {
            return true;
        }
        let Role::Power { family, exponents, .. } = self.alphabet.role(letter) else {
            return false;
        };
        let in_sum = self.sum_of(*family).is_some_and(|known| {
            known.sum.terms().any(|(word, factor)| {
                self.polynomial_mentions(factor, moving)
                    || word.iter().any(|letter| self.letter_mentions(*letter, moving))
            })
        });
        in_sum
            || moving == self.base_of(*family)
            || exponents.iter().any(|(generator, _)| {
                let element = self.element(*family, *generator);
                self.polynomial_mentions(&element.slope, moving)
                    || self.polynomial_mentions(&element.shift, moving)
            })
    }

    fn base_of(&self, family: super::alphabet::FamilyId) -> Moving {
        let name = self.alphabet.family_name(family);
        Moving::Letter(self.alphabet.named(name).expect("a family is named: this is a bug"))
    }

    /// Solves sum 2 c A W B = -(gradient at W = 0).
    fn stationary(&mut self, loss: &Polynomial, quadratic: &Quadratic) -> Result<Matrix, Stop> {
        let gradient = self.gradient(loss, quadratic.moving)?;
        let (rows, columns) = (gradient.rows, gradient.columns);
        let by = self.moved(quadratic.moving, &Matrix::zero(rows, columns));
        let constant = self.substitute(&gradient, &by)?;
        let right = Matrix::zero(rows, columns).minus(&constant);
        let mut lefts: Vec<&Vec<LetterId>> = quadratic.terms.keys().map(|(a, _)| a).collect();
        let mut rights: Vec<&Vec<LetterId>> = quadratic.terms.keys().map(|(_, b)| b).collect();
        lefts.dedup();
        rights.sort();
        rights.dedup();
        let same_left = lefts.len() == 1;
        let same_right = rights.len() == 1;
        if same_right {
            let operator = self.operator(quadratic, rows, |a, _| a.to_vec())?;
            let inverse = self.inverse(&operator)?;
            let outer = self.word_inverse(rights[0], columns)?;
            let product = self.multiply(&inverse, &right)?;
            return self.multiply(&product, &outer);
        }
        if same_left {
            let operator = self.operator(quadratic, columns, |_, b| b.to_vec())?;
            let inverse = self.inverse(&operator)?;
            let outer = self.word_inverse(lefts[0], rows)?;
            let product = self.multiply(&outer, &right)?;
            return self.multiply(&product, &inverse);
        }
        // All of one family commutes; the square that has to complete shows whether it does.
        if rows != columns {
            return Err(Stop::unsupported("the minimiser is not found"));
        }
        let operator = self.operator(quadratic, rows, |a, b| [a, b].concat())?;
        let inverse = self.inverse(&operator)?;
        self.multiply(&inverse, &right)
    }

    fn operator(
        &mut self,
        quadratic: &Quadratic,
        space: SpaceId,
        word: impl Fn(&[LetterId], &[LetterId]) -> Vec<LetterId>,
    ) -> Result<Matrix, Stop> {
        let mut sum = Matrix::zero(space, space);
        for ((a, b), factor) in &quadratic.terms {
            let factor = factor.scaled(&RBig::from(2));
            self.add_product(&mut sum, &word(a, b), &factor)?;
        }
        Ok(sum)
    }

    fn word_inverse(&mut self, word: &[LetterId], space: SpaceId) -> Result<Matrix, Stop> {
        let mut matrix = Matrix::zero(space, space);
        self.add_product(&mut matrix, word, &Polynomial::one())?;
        self.inverse(&matrix)
    }

    /// sum c tr((W - W*) B (W - W*)' A).
    fn completed_square(
        &mut self,
        quadratic: &Quadratic,
        point: &Matrix,
    ) -> Result<Polynomial, Stop> {
        let letter = match quadratic.moving {
            Moving::Letter(letter) => self.letter(letter)?,
            Moving::Scalar(scalar) => {
                let scalar = self.monomials.atom(Atom::Scalar(scalar));
                Matrix::scalar(Polynomial::term(scalar, RBig::ONE))
            }
        };
        let apart = letter.minus(point);
        let turned = self.transpose(&apart);
        let mut sum = Polynomial::default();
        for ((a, b), factor) in &quadratic.terms {
            let mut product = apart.clone();
            let mut middle = Matrix::zero(apart.columns, apart.columns);
            self.add_product(&mut middle, b, &Polynomial::one())?;
            product = self.multiply(&product, &middle)?;
            product = self.multiply(&product, &turned)?;
            let mut outer = Matrix::zero(apart.rows, apart.rows);
            self.add_product(&mut outer, a, &Polynomial::one())?;
            product = self.multiply(&product, &outer)?;
            let trace = self.matrix_trace(&product);
            sum.add_scaled(&trace.times(factor, &mut self.monomials)?, &RBig::ONE);
        }
        Ok(sum)
    }
}
