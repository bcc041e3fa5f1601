//! Inverses of positive definite sums of products, as letters of their own.
//!
//! For a sum `R = f_1 w_1 + ... + f_n w_n` over several families the inverse is a new letter `Q`
//! with the rules that `R Q = I` and its transpose give, solved for the longest product:
//! ```text
//! w_1 Q = (I - f_2 w_2 Q - ...)/f_1,   w_1^-1 w_2 Q = (w_1^-1 - f_1 Q - ...)/f_2
//! ```
//! If all of R is of one family, Q commutes with it. A sum that differs from R by invertible
//! factors, such as `a Psi Lambda + b I` from `a Psi + b Lambda^-1`, has its inverse by the same
//! letter. The rules are sound; whether they bring all equal expressions to one form is not known,
//! so a difference that is left shows nothing.

use super::algebra::Algebra;
use super::alphabet::{FamilyId, LetterId, Role};
use super::error::Stop;
use super::matrix::Matrix;
use super::polynomial::Polynomial;
use super::sign::Sign;
use super::word::transposed;
use crate::claim::Attributes;
use dashu_ratio::RBig;

/// A positive definite sum whose inverse is a letter.
#[derive(Clone, Debug)]
pub(super) struct DefiniteSum {
    /// The family of its inverse.
    pub(super) family: FamilyId,
    /// The letter of its inverse.
    pub(super) inverse: LetterId,
    /// The sum, in normal form.
    pub(super) sum: Matrix,
}

/// Invertible words to multiply a sum with from both sides.
struct Sides {
    left: Vec<LetterId>,
    right: Vec<LetterId>,
}

impl Algebra {
    /// The sum of which a letter's family is the inverse.
    pub(super) fn sum_of(&self, family: FamilyId) -> Option<&DefiniteSum> {
        self.sums.iter().find(|known| known.family == family)
    }

    /// The inverse of a sum in normal form that is positive definite up to invertible factors.
    ///
    /// # Errors
    /// [`Stop::Unsupported`] where it is not visibly so.
    pub(super) fn inverse_of_sum(&mut self, sum: &Matrix) -> Result<Matrix, Stop> {
        let mut best: Option<(i32, Matrix, Sides)> = None;
        for sides in self.factors_around(sum) {
            let core = self.between(&sides, sum)?;
            if !self.is_definite_sum(&core) {
                continue;
            }
            let length = core.terms().map(|(word, _)| self.length(word)).sum();
            if best.as_ref().is_none_or(|(shortest, ..)| length < *shortest) {
                best = Some((length, core, sides));
            }
        }
        let Some((_, core, outer)) = best else {
            let shown = self.show_matrix(sum);
            return Err(Stop::unsupported(format!(
                "the inverse of `{shown}` is not known: it is no element a*B + b*I of a family, \
                 and not visibly positive definite up to invertible factors"
            )));
        };
        let (known, factor, inner) = self.letter_of(core)?;
        // left sum right = core, l core r = factor R: the inverse is right r Q l left / factor.
        let word = [&outer.right[..], &inner.right, &[known.inverse], &inner.left, &outer.left];
        let factor = self.reciprocal(&factor)?;
        let mut result = Matrix::zero(sum.rows, sum.columns);
        self.add_product(&mut result, &word.concat(), &factor)?;
        Ok(result)
    }

    /// A known sum R with `left core right = factor R`; the core itself if there is none.
    fn letter_of(&mut self, core: Matrix) -> Result<(DefiniteSum, Polynomial, Sides), Stop> {
        for sides in self.factors_around(&core) {
            let turned = self.between(&sides, &core)?;
            for known in self.sums.clone() {
                if let Some(factor) = self.ratio(&turned, &known.sum)? {
                    return Ok((known, factor, sides));
                }
            }
        }
        let sides = Sides { left: Vec::new(), right: Vec::new() };
        Ok((self.add_sum(core)?, Polynomial::one(), sides))
    }

    /// Words to multiply a sum with: none, and powers that occur in it, both ways.
    fn factors_around(&mut self, sum: &Matrix) -> Vec<Sides> {
        let mut words: Vec<Vec<LetterId>> = vec![Vec::new()];
        for (word, _) in sum.terms() {
            for letter in word {
                if !self.alphabet.is_invertible(*letter) {
                    continue;
                }
                for exponent in [-1, 1] {
                    let power = self.power_of_letter(*letter, exponent).map(|power| vec![power]);
                    words.extend(power.filter(|power| !words.contains(power)));
                }
            }
        }
        let mut sides = Vec::new();
        for left in &words {
            for right in &words {
                sides.push(Sides { left: left.clone(), right: right.clone() });
            }
        }
        sides
    }

    fn inverse_word(&mut self, word: &[LetterId]) -> Option<Vec<LetterId>> {
        word.iter().rev().map(|letter| self.power_of_letter(*letter, -1)).collect()
    }

    /// `left sum right` in normal form.
    fn between(&mut self, sides: &Sides, sum: &Matrix) -> Result<Matrix, Stop> {
        let mut result = Matrix::zero(sum.rows, sum.columns);
        for (word, factor) in sum.terms() {
            let product = [&sides.left[..], word, &sides.right].concat();
            self.add_product(&mut result, &product, factor)?;
        }
        self.normal_matrix(&result)
    }

    /// The scalar c with `a = c b`, if there is one.
    fn ratio(&mut self, a: &Matrix, b: &Matrix) -> Result<Option<Polynomial>, Stop> {
        let same_words = a.terms().map(|(word, _)| word).eq(b.terms().map(|(word, _)| word));
        if !same_words || a.rows != b.rows {
            return Ok(None);
        }
        let pairs: Vec<_> =
            a.terms().zip(b.terms()).map(|((_, x), (_, y))| (x.clone(), y.clone())).collect();
        let Some((first, known)) = pairs.first() else { return Ok(None) };
        for (x, y) in &pairs[1..] {
            let cross = x.times(known, &mut self.monomials)?;
            let cross = cross.minus(&y.times(first, &mut self.monomials)?);
            if !self.is_zero(&cross)? {
                return Ok(None);
            }
        }
        let below = self.reciprocal(known)?;
        Ok(Some(first.times(&below, &mut self.monomials)?))
    }

    /// Whether every term is symmetric and visibly positive semidefinite, and one definite.
    fn is_definite_sum(&self, sum: &Matrix) -> bool {
        let signs = sum.terms().map(|(word, factor)| {
            let symmetric = transposed(&self.alphabet, word) == word;
            let sign = self.definiteness(word).min(self.sign(factor));
            if symmetric { sign } else { Sign::Unknown }
        });
        let signs: Vec<Sign> = signs.collect();
        !signs.contains(&Sign::Unknown) && signs.contains(&Sign::Positive)
    }

    /// A letter for the inverse of a positive definite sum, with its rules.
    fn add_sum(&mut self, sum: Matrix) -> Result<DefiniteSum, Stop> {
        let closed = self.matrix_trace(&sum);
        if let Some(random) = self.random_letters(&closed).first() {
            let name = self.random_name(*random);
            return Err(Stop::unsupported(format!("an inverse contains the random `{name}`")));
        }
        let name = format!("#inverse of ({})", self.show_matrix(&sum));
        let attributes = Attributes {
            symmetric: true,
            positive_definite: true,
            invertible: true,
            commuting: false,
        };
        let inverse = self.alphabet.add_family(&name, sum.rows, attributes);
        let Role::Power { family, .. } = *self.alphabet.role(inverse) else {
            unreachable!("a family")
        };
        let known = DefiniteSum { family, inverse, sum };
        self.sums.push(known.clone());
        self.add_rules_of(&known)?;
        if let Some(family) = self.only_family(&known.sum) {
            self.add_commutation(inverse, family);
        }
        Ok(known)
    }

    /// The letters of one family first, if the others are powers of an inverse that commutes with it.
    pub(super) fn in_order_of_families(&self, letters: &[LetterId]) -> Option<Vec<LetterId>> {
        let family = |letter: &LetterId| match self.alphabet.role(*letter) {
            Role::Power { family, .. } => Some(*family),
            _ => None,
        };
        let families: Option<Vec<FamilyId>> = letters.iter().map(family).collect();
        let families = families?;
        let known = families.iter().find_map(|family| self.sum_of(*family))?;
        let base = self.only_family(&known.sum)?;
        if families.iter().any(|family| *family != base && *family != known.family) {
            return None;
        }
        let (mut sorted, mut last) = (Vec::new(), Vec::new());
        for (letter, family) in letters.iter().zip(families) {
            if family == base { sorted.push(*letter) } else { last.push(*letter) }
        }
        sorted.append(&mut last);
        Some(sorted)
    }

    /// The symmetric family whose powers a sum consists of.
    fn only_family(&self, sum: &Matrix) -> Option<FamilyId> {
        let mut found = None;
        for (word, _) in sum.terms() {
            match word {
                [] => {}
                [letter] => {
                    let Role::Power { family, .. } = self.alphabet.role(*letter) else {
                        return None;
                    };
                    if *found.get_or_insert(*family) != *family {
                        return None;
                    }
                }
                _ => return None,
            }
        }
        found.filter(|family| self.alphabet.family_is_symmetric(*family))
    }

    fn add_rules_of(&mut self, known: &DefiniteSum) -> Result<(), Stop> {
        let terms: Vec<(Vec<LetterId>, Polynomial)> =
            known.sum.terms().map(|(word, factor)| (word.to_vec(), factor.clone())).collect();
        // The longest product is solved for; its factor must not vanish.
        let first = terms.iter().max_by_key(|(word, _)| (self.length(word), word.clone()));
        let first = first.expect("a sum has terms: a bug").0.clone();
        self.add_rule_before(known, &terms, &first, &[])?;
        let before = match self.only_family(&known.sum) {
            // The sum has a constant term, and products of the family merge.
            Some(family) => Some(vec![self.alphabet.power(family, false, &[(0, -2)])]),
            None => self.inverse_word(&first),
        };
        if let Some(inverse) = before {
            let mut second: Option<(i32, Vec<LetterId>)> = None;
            for (word, _) in terms.iter().filter(|(word, _)| *word != first) {
                let length = self.length(&[&inverse[..], word].concat());
                if second.as_ref().is_none_or(|one| (length, word) > (one.0, &one.1)) {
                    second = Some((length, word.clone()));
                }
            }
            if let Some((_, second)) = second {
                self.add_rule_before(known, &terms, &second, &inverse)?;
            }
        }
        Ok(())
    }

    /// `before R Q = before` solved for its term with the word `lead`.
    fn add_rule_before(
        &mut self,
        known: &DefiniteSum,
        terms: &[(Vec<LetterId>, Polynomial)],
        lead: &[LetterId],
        before: &[LetterId],
    ) -> Result<(), Stop> {
        let space = known.sum.rows;
        let mut right = Matrix::zero(space, space);
        self.add_product(&mut right, before, &Polynomial::one())?;
        let mut left = Matrix::zero(space, space);
        for (word, factor) in terms {
            let product = [before, word, &[known.inverse]].concat();
            if word == lead {
                if self.sign(factor) != Sign::Positive {
                    let shown = self.show(factor);
                    return Err(Stop::unsupported(format!(
                        "an inverse needs `{shown}` to be visibly positive"
                    )));
                }
                self.add_product(&mut left, &product, factor)?;
            } else {
                self.add_product(&mut right, &product, &factor.scaled(&-RBig::ONE))?;
            }
        }
        self.add_rule(&left, &right)
    }
}
