//! Normal forms in the words of the claim language.

use super::algebra::Algebra;
use super::alphabet::{Exponent, FamilyId, LetterId, Role, SpaceId};
use super::matrix::Matrix;
use super::monomial::{Atom, MonomialId};
use super::polynomial::Polynomial;
use dashu_ratio::RBig;
use num_traits::Signed;

impl Algebra {
    /// A polynomial, terms in the order of their text.
    pub(super) fn show(&self, polynomial: &Polynomial) -> String {
        let terms = polynomial
            .terms()
            .map(|(monomial, coefficient)| (coefficient.clone(), self.show_monomial(monomial)));
        sum(terms.collect())
    }

    /// A matrix: words with their coefficients.
    pub(super) fn show_matrix(&self, matrix: &Matrix) -> String {
        if matrix.is_scalar() {
            return self.show(&matrix.clone().into_scalar());
        }
        let mut terms = Vec::new();
        for (word, coefficient) in matrix.terms() {
            let word = match word {
                [] => format!("I({})", self.alphabet.space_name(matrix.rows)),
                word => self.show_word(word),
            };
            match coefficient.single() {
                Some((monomial, number)) => {
                    let factor = self.show_monomial(monomial);
                    let text = if factor.is_empty() { word } else { format!("{factor}*{word}") };
                    terms.push((number.clone(), text));
                }
                None => terms.push((RBig::ONE, format!("({})*{word}", self.show(coefficient)))),
            }
        }
        if terms.is_empty() { format!("0*{}", self.zero_of(matrix)) } else { sum(terms) }
    }

    fn zero_of(&self, matrix: &Matrix) -> String {
        if matrix.rows == matrix.columns {
            format!("I({})", self.alphabet.space_name(matrix.rows))
        } else {
            "I".to_owned()
        }
    }

    pub(super) fn show_monomial(&self, monomial: MonomialId) -> String {
        let mut texts: Vec<String> = self
            .monomials
            .factors(monomial)
            .iter()
            .map(|(atom, exponent)| {
                let (text, exponent) = match atom {
                    Atom::Scalar(scalar) => (self.scalar_name(*scalar).to_string(), *exponent),
                    Atom::Trace(word) => {
                        let alone = *exponent == 1;
                        (self.show_trace(self.words.letters(*word), alone), *exponent)
                    }
                    Atom::Reciprocal(id) => {
                        (format!("({})", self.show(self.denominator(*id))), -exponent)
                    }
                };
                if exponent == 1 { text } else { format!("{text}^{exponent}") }
            })
            .collect();
        texts.sort();
        texts.join("*")
    }

    /// One atom.
    pub(super) fn show_atom(&self, atom: Atom) -> String {
        match atom {
            Atom::Trace(word) => self.show_trace(self.words.letters(word), true),
            Atom::Scalar(scalar) => self.scalar_name(scalar).to_string(),
            Atom::Reciprocal(id) => format!("({})^-1", self.show(self.denominator(id))),
        }
    }

    /// A trace; `alone` if no power is taken of it.
    fn show_trace(&self, word: &[LetterId], alone: bool) -> String {
        let text = self.show_word(word);
        let first = word.first().expect("a closed word is not empty: a bug");
        match self.alphabet.rows(*first) == SpaceId::ONE {
            true if alone || word.len() == 1 => text,
            true => format!("({text})"),
            false => format!("tr({text})"),
        }
    }

    fn show_word(&self, word: &[LetterId]) -> String {
        let letters = word.iter().map(|letter| self.show_letter(*letter));
        letters.collect::<Vec<_>>().join("*")
    }

    fn show_letter(&self, letter: LetterId) -> String {
        match self.alphabet.role(letter) {
            Role::Power { family, transposed, exponents } => {
                let one = |exponent: &Exponent| self.show_power(*family, *transposed, *exponent);
                exponents.iter().map(one).collect::<Vec<_>>().join("*")
            }
            _ => {
                let mark = if self.alphabet.is_transposed(letter) { "'" } else { "" };
                format!("{}{mark}", self.alphabet.name(letter))
            }
        }
    }

    fn show_power(
        &self,
        family: FamilyId,
        transposed: bool,
        (generator, doubled): Exponent,
    ) -> String {
        let mark = if transposed { "'" } else { "" };
        let name = self.alphabet.family_name(family);
        let sum = self.sum_of(family).map(|known| format!("inv({})", self.show_matrix(&known.sum)));
        let name = sum.as_deref().unwrap_or(name);
        let base = match generator {
            0 => format!("{name}{mark}"),
            _ => {
                let element = self.element(family, generator);
                match &element.name {
                    Some(defined) => format!("{defined}{mark}"),
                    None => {
                        let space = self.alphabet.space_name(self.alphabet.family_space(family));
                        let (slope, shift) = (self.show(&element.slope), self.show(&element.shift));
                        let slope = multiple(&slope, &format!("{name}{mark}"));
                        format!("({slope} + {})", multiple(&shift, &format!("I({space})")))
                    }
                }
            }
        };
        match (doubled, doubled % 2) {
            (2, _) => base,
            (_, 0) => format!("{base}^{}", doubled / 2),
            _ => format!("{base}^({doubled}/2)"),
        }
    }
}

/// A product with a factor that may be a sum.
fn multiple(factor: &str, of: &str) -> String {
    match factor {
        "1" => of.to_owned(),
        factor if factor.chars().all(|letter| letter.is_alphanumeric()) => format!("{factor}*{of}"),
        factor => format!("({factor})*{of}"),
    }
}

fn sum(mut terms: Vec<(RBig, String)>) -> String {
    terms.sort_by(|(_, a), (_, b)| a.cmp(b));
    let mut text = String::new();
    for (coefficient, monomial) in terms {
        let negative = coefficient < RBig::ZERO;
        text += match (text.is_empty(), negative) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let size = coefficient.abs();
        match (size == RBig::ONE, monomial.is_empty()) {
            (_, true) => text += &size.to_string(),
            (true, false) => text += &monomial,
            (false, false) => text += &format!("{size}*{monomial}"),
        }
    }
    if text.is_empty() { "0".to_owned() } else { text }
}
