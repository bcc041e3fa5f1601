//! What is visibly positive in normal forms: from declared signs alone.

use super::algebra::Algebra;
use super::alphabet::{Exponent, FamilyId, LetterId, Role};
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::Atom;
use super::polynomial::Polynomial;
use dashu_ratio::RBig;

/// What is known of the sign of a scalar, or of the definiteness of a product of letters. The
/// order is that of knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// Nothing.
    Unknown,
    /// At least zero; positive semidefinite.
    Nonnegative,
    /// Above zero; positive definite.
    Positive,
}

impl Algebra {
    /// The visible sign of a polynomial: every term is visibly nonnegative, and for positive one of
    /// them is visibly positive.
    pub(super) fn sign(&self, polynomial: &Polynomial) -> Sign {
        let mut found = Sign::Unknown;
        for (monomial, coefficient) in polynomial.terms() {
            if *coefficient < RBig::ZERO {
                return Sign::Unknown;
            }
            let factors = self.monomials.factors(monomial);
            let sign = factors.iter().map(|(atom, exponent)| self.power_sign(*atom, *exponent));
            let sign = sign.min().unwrap_or(Sign::Positive);
            if sign == Sign::Unknown {
                return Sign::Unknown;
            }
            found = found.max(sign);
        }
        if polynomial.is_empty() { Sign::Nonnegative } else { found }
    }

    /// Whether a scalar is visibly positive with every size written as 1 + n, n >= 0.
    pub(super) fn is_positive_for_all_sizes(&mut self, value: &Polynomial) -> Result<bool, Stop> {
        let normal = self.normal(value)?;
        let shifted = self.replace(&normal, |algebra, atom| match atom {
            Atom::Scalar(scalar) if algebra.is_size(scalar) => {
                let name = format!("#above {}", algebra.scalar_name(scalar));
                // At least 0, so of no known sign but in what is added to it.
                let above = algebra.scalar_value(&name);
                let square = above.times(&above, &mut algebra.monomials)?;
                Ok(Some(square.minus(&Polynomial::number(-RBig::ONE))))
            }
            _ => Ok(None),
        })?;
        let (cleared, below) = self.cleared(&shifted)?;
        let positive = below.iter().all(|(id, _)| {
            let denominator = self.denominator(*id);
            self.sign(denominator) == Sign::Positive
        });
        Ok(positive && self.sign(&cleared) == Sign::Positive)
    }

    fn power_sign(&self, atom: Atom, exponent: i32) -> Sign {
        match (self.sign_of_atom(atom), exponent) {
            (Sign::Positive, _) => Sign::Positive,
            // Where it is divided by, it does not vanish.
            (_, e) if e < 0 && e % 2 == 0 => Sign::Positive,
            (Sign::Nonnegative, e) if e > 0 => Sign::Nonnegative,
            (Sign::Nonnegative, _) => Sign::Positive,
            (_, e) if e % 2 == 0 => Sign::Nonnegative,
            _ => Sign::Unknown,
        }
    }

    /// The visible sign of an atom.
    pub(super) fn sign_of_atom(&self, atom: Atom) -> Sign {
        match atom {
            Atom::Scalar(scalar) if self.is_positive(scalar) => Sign::Positive,
            Atom::Scalar(scalar) if self.is_nonnegative_scalar(scalar) => Sign::Nonnegative,
            Atom::Scalar(_) if self.root_of(atom).is_some_and(|root| root.positive) => {
                // A norm may vanish.
                let root = self.root_of(atom).expect("just found");
                self.sign(&root.radicand).max(Sign::Nonnegative)
            }
            Atom::Scalar(_) => Sign::Unknown,
            Atom::Reciprocal(id) => match self.sign(self.denominator(id)) {
                Sign::Positive => Sign::Positive,
                _ => Sign::Unknown,
            },
            Atom::Trace(word) => {
                // The trace of a product of two (semi)definite matrices, of which one may be I.
                let letters = self.words.letters(word);
                let mut found = Sign::Unknown;
                for start in 0..letters.len() {
                    let rotated = [&letters[start..], &letters[..start]].concat();
                    for end in 1..=rotated.len() {
                        let (a, b) = rotated.split_at(end);
                        found = found.max(self.definiteness(a).min(self.definiteness(b)));
                    }
                }
                found
            }
        }
    }

    /// Whether a product of letters is visibly positive (semi)definite: Z K Z' with a definite
    /// letter K or none in the middle.
    pub(super) fn definiteness(&self, word: &[LetterId]) -> Sign {
        let mut rest = word;
        let mut invertible = true;
        while let [first, middle @ .., last] = rest {
            if self.alphabet.transpose(*first) != *last {
                return Sign::Unknown;
            }
            invertible &= self.alphabet.is_invertible(*first) && self.is_power_of_letter(*first);
            rest = middle;
        }
        let core = match rest {
            [letter] => self.letter_sign(*letter),
            _ => Sign::Positive,
        };
        // Otherwise Z may be singular.
        if invertible { core } else { core.min(Sign::Nonnegative) }
    }

    /// Whether a matrix is visibly positive definite: every word is semidefinite with a coefficient
    /// that is not negative, and one of them is definite with a positive one.
    pub(super) fn is_visibly_definite(&self, matrix: &Matrix) -> bool {
        let signs: Vec<Sign> = matrix
            .terms()
            .map(|(word, coefficient)| self.definiteness(word).min(self.sign(coefficient)))
            .collect();
        !signs.contains(&Sign::Unknown) && signs.contains(&Sign::Positive)
    }

    /// Whether a letter is a power of the letter of its family alone.
    fn is_power_of_letter(&self, letter: LetterId) -> bool {
        match self.alphabet.role(letter) {
            Role::Power { exponents, .. } => exponents.iter().all(|(generator, _)| *generator == 0),
            _ => false,
        }
    }

    /// Definiteness of one letter: a product of powers of positive definite generators, or a
    /// square in a symmetric family.
    pub(super) fn letter_sign(&self, letter: LetterId) -> Sign {
        let Role::Power { family, exponents, .. } = self.alphabet.role(letter) else {
            return Sign::Unknown;
        };
        if exponents.iter().all(|(generator, _)| self.is_definite(*family, *generator)) {
            return Sign::Positive;
        }
        let even = |(_, doubled): &Exponent| doubled % 4 == 0;
        let definite = |one: &Exponent| self.is_definite(*family, one.0);
        if self.alphabet.family_is_symmetric(*family)
            && exponents.iter().all(|one| even(one) || definite(one))
        {
            return Sign::Nonnegative;
        }
        Sign::Unknown
    }

    /// Whether a generator is positive definite: the letter by declaration, a*B + b*I if a and b
    /// are visibly nonnegative and one of them is positive.
    pub(super) fn is_definite(&self, family: FamilyId, generator: u16) -> bool {
        if !self.alphabet.family_is_definite(family) {
            return false;
        }
        if generator == 0 {
            return true;
        }
        let element = self.element(family, generator);
        let (slope, shift) = (self.sign(&element.slope), self.sign(&element.shift));
        slope.min(shift) >= Sign::Nonnegative && slope.max(shift) == Sign::Positive
    }
}
