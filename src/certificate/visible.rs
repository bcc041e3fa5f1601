//! What is visibly positive in a log: from the declarations of the claim alone.

use super::format::{Expectation, Factor, LetterRow, Term};
use crate::claim::{ClaimFile, Expr, Letter, LetterKind};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// What is known of a sign or of definiteness, in the order of knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    Unknown,
    Nonnegative,
    Positive,
}

/// Reads signs in one log.
pub(super) struct Signs<'a> {
    pub(super) log: &'a Expectation,
    pub(super) file: &'a ClaimFile,
    /// What letters and scalars stand for, by their names.
    pub(super) definitions: &'a BTreeMap<String, Expr>,
    /// The signs of further scalars, by their names.
    pub(super) variables: &'a BTreeMap<String, Sign>,
}

impl Signs<'_> {
    /// A sum is nonnegative if every term is, and positive if one of them is positive, too.
    pub(super) fn sum(&self, terms: &[Term]) -> Sign {
        let mut found = Sign::Nonnegative;
        for Term(coefficient, factors) in terms {
            let positive = coefficient.parse::<RBig>().is_ok_and(|value| value > RBig::ZERO);
            let sign = factors.iter().map(|(factor, exponent)| self.power(factor, *exponent)).min();
            match (positive, sign.unwrap_or(Sign::Positive)) {
                (false, _) | (_, Sign::Unknown) => return Sign::Unknown,
                (true, sign) => found = found.max(sign),
            }
        }
        found
    }

    /// The sign of a power of a factor.
    pub(super) fn power(&self, factor: &Factor, exponent: i32) -> Sign {
        let sign = match factor {
            Factor::Scalar(name) => self.scalar(name),
            Factor::Trace(word) => self.trace(word),
            // A reciprocal of a lower number only: numbers cannot go round in circles.
            Factor::Reciprocal(number) => {
                let terms = self.log.denominators.get(*number);
                let deeper = |terms: &Vec<Term>| {
                    let all = terms.iter().flat_map(|Term(_, factors)| factors);
                    all.clone().all(|(factor, _)| match factor {
                        Factor::Reciprocal(other) => other < number,
                        _ => true,
                    })
                };
                match terms.filter(|terms| deeper(terms)).map(|terms| self.sum(terms)) {
                    Some(Sign::Positive) => Sign::Positive,
                    _ => Sign::Unknown,
                }
            }
        };
        match (sign, exponent % 2) {
            (Sign::Positive, _) => Sign::Positive,
            (Sign::Nonnegative, _) if exponent > 0 => Sign::Nonnegative,
            (_, 0) if exponent > 0 => Sign::Nonnegative,
            _ => Sign::Unknown,
        }
    }

    fn scalar(&self, name: &str) -> Sign {
        if let Some(sign) = self.variables.get(name) {
            return *sign;
        }
        let positive = self.is_defined_positive(name)
            || self.file.sizes.iter().any(|size| **size == *name)
            || self
                .declared(name)
                .is_some_and(|letter| matches!(letter.kind, LetterKind::Scalar { positive: true }));
        if positive { Sign::Positive } else { Sign::Unknown }
    }

    fn trace(&self, word: &[usize]) -> Sign {
        match word {
            [a, b] if self.letter(*a).min(self.letter(*b)) == Sign::Positive => Sign::Positive,
            _ => (0..word.len())
                .map(|start| self.word(&[&word[start..], &word[..start]].concat()))
                .max()
                .unwrap_or(Sign::Unknown),
        }
    }

    /// Z K Z' with a definite letter K in the middle, or none.
    pub(super) fn word(&self, word: &[usize]) -> Sign {
        let mut rest = word;
        let mut invertible = true;
        while let [first, middle @ .., last] = rest {
            if !self.are_transposes(*first, *last) {
                return Sign::Unknown;
            }
            invertible &= self.is_invertible(*first);
            rest = middle;
        }
        let core = match rest {
            [letter] => self.letter(*letter),
            _ => Sign::Positive,
        };
        // Otherwise Z may be singular.
        if invertible { core } else { core.min(Sign::Nonnegative) }
    }

    /// A power of a letter that is declared invertible.
    fn is_invertible(&self, number: usize) -> bool {
        self.log.letters.get(number).is_some_and(|LetterRow { name, powers, .. }| {
            let declared = self.is_defined_positive(name)
                || self.declared(name).is_some_and(|letter| {
                    matches!(&letter.kind, LetterKind::Matrix(attributes) if attributes.invertible)
                });
            let plain = powers.iter().all(|(generator, _)| *generator == 0);
            declared && plain && !powers.is_empty()
        })
    }

    fn are_transposes(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.log.letters.get(one), self.log.letters.get(other))
        else {
            return false;
        };
        let symmetric = self.is_defined_positive(&one.name)
            || self.declared(&one.name).is_some_and(|letter| letter.is_symmetric());
        one.name == other.name
            && one.powers == other.powers
            && (symmetric || one.transposed != other.transposed)
    }

    /// A letter or scalar that stands for what is visibly positive (definite).
    fn is_defined_positive(&self, name: &str) -> bool {
        self.definitions.get(name).is_some_and(Expr::is_visibly_positive)
    }

    fn declared(&self, name: &str) -> Option<&Letter> {
        self.file.letters.iter().find(|letter| *letter.name == *name).map(|letter| &**letter)
    }

    /// A product of powers of positive definite generators.
    fn letter(&self, number: usize) -> Sign {
        let Some(LetterRow { name, powers, .. }) = self.log.letters.get(number) else {
            return Sign::Unknown;
        };
        let is_definite = |letter: &Letter| matches!(&letter.kind, LetterKind::Matrix(attributes) if attributes.positive_definite);
        let definite =
            self.is_defined_positive(name) || self.declared(name).is_some_and(is_definite);
        let all = powers.iter().all(|(generator, _)| self.generator(name, *generator));
        if definite && !powers.is_empty() && all { Sign::Positive } else { Sign::Unknown }
    }

    /// B, or a*B + b*I with a and b nonnegative and one of them positive.
    fn generator(&self, family: &str, generator: u16) -> bool {
        if generator == 0 {
            return true;
        }
        let row =
            self.log.elements.iter().find(|row| row.family == family && row.generator == generator);
        row.is_some_and(|row| {
            // Scalars alone: what names letters could name this element again.
            let plain = |terms: &[Term]| {
                terms.iter().flat_map(|Term(_, factors)| factors).all(|(factor, _)| match factor {
                    Factor::Scalar(_) => true,
                    Factor::Trace(word) => word.iter().all(|number| {
                        let letter = self.log.letters.get(*number);
                        letter.is_some_and(|row| {
                            row.powers.iter().all(|(other, _)| *other < generator)
                        })
                    }),
                    Factor::Reciprocal(_) => false,
                })
            };
            if !plain(&row.slope) || !plain(&row.shift) {
                return false;
            }
            let (slope, shift) = (self.sum(&row.slope), self.sum(&row.shift));
            slope.min(shift) >= Sign::Nonnegative && slope.max(shift) == Sign::Positive
        })
    }
}
