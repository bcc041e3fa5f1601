//! Declared letters and laws as letters of words.

use super::algebra::RandomLetter;
use super::alphabet::{LetterId, RandomId, Role, SpaceId};
use super::error::Stop;
use super::polynomial::Polynomial;
use super::reading::Calculus;
use crate::claim::{Expr, LawKind, Letter, LetterKind, Space};
use std::sync::Arc;

impl Calculus {
    pub(super) fn space(&mut self, space: &Space) -> SpaceId {
        match space {
            Space::One => SpaceId::ONE,
            Space::Size(name) => self.algebra.alphabet.space(name),
        }
    }

    /// The letter of words that a declared letter is; of a family, its generator.
    ///
    /// # Panics
    /// For a scalar that is not random.
    pub(super) fn letter(&mut self, letter: &Letter) -> Result<LetterId, Stop> {
        let name = letter.name.clone();
        if let Some(known) = self.algebra.alphabet.named(&name) {
            return Ok(known);
        }
        let rows = self.space(&letter.shape.rows);
        let columns = self.space(&letter.shape.columns);
        if letter.kind == LetterKind::Ones {
            // All `ones` of one space are the same vector.
            let known = self.ones.iter().find(|(space, _)| *space == rows).map(|(_, id)| *id);
            return Ok(known.unwrap_or_else(|| {
                let id = self.algebra.alphabet.add(&name, rows, columns, false, Role::Ones);
                self.ones.push((rows, id));
                id
            }));
        }
        match &letter.kind {
            LetterKind::Matrix(attributes)
                if attributes.invertible
                    || attributes.commuting
                    || attributes.positive_definite =>
            {
                Ok(self.algebra.alphabet.add_family(&name, rows, *attributes))
            }
            LetterKind::Random(law) => {
                let before = self.divisors.len();
                let (scale, covariance) = self.covariance(&law.covariance)?;
                self.law_divisors.push(self.divisors.split_off(before));
                let random = RandomId(self.algebra.random.len() as u16);
                let symmetric = letter.shape.is_scalar();
                let role = Role::Random(random);
                let id = self.algebra.alphabet.add(&name, rows, columns, symmetric, role);
                let scale = (scale != Polynomial::one())
                    .then(|| (self.algebra.scalar(&format!("#{name}")), scale));
                let second_order = match law.kind {
                    LawKind::Gaussian => None,
                    LawKind::SecondOrder => Some((self.group(&law.group), false)),
                    LawKind::SecondOrderMeanZero => Some((self.group(&law.group), true)),
                };
                let random = RandomLetter { letter: id, covariance, scale, second_order };
                self.algebra.random.push(random);
                Ok(id)
            }
            LetterKind::Matrix(_)
            | LetterKind::Param
            | LetterKind::Observed
            | LetterKind::Scalar { .. }
            | LetterKind::Ones => {
                let symmetric = letter.is_symmetric();
                Ok(self.algebra.alphabet.add(&name, rows, columns, symmetric, Role::Free))
            }
        }
    }

    fn group(&mut self, name: &Arc<str>) -> u32 {
        let known = self.groups.iter().position(|group| group == name);
        known.unwrap_or_else(|| {
            self.groups.push(name.clone());
            self.groups.len() - 1
        }) as u32
    }

    /// A covariance as a scalar and a product of letters that is its own transpose.
    fn covariance(&mut self, expr: &Expr) -> Result<(Polynomial, Vec<LetterId>), Stop> {
        let value = self.value(expr)?;
        if value.is_scalar() {
            return Ok((value.into_scalar(), Vec::new()));
        }
        let Some((word, scale)) = value.single() else {
            return Err(Stop::unsupported(format!(
                "the covariance `{expr}` is no multiple of a product of letters"
            )));
        };
        if super::word::transposed(&self.algebra.alphabet, word) != word {
            return Err(Stop::unsupported(format!(
                "the covariance `{expr}` is not its own transpose"
            )));
        }
        Ok((scale.clone(), word.to_vec()))
    }
}
