//! Everything that the calculus knows of a claim: its letters, words, monomials and divisors.

use super::alphabet::{Alphabet, FamilyId, LetterId, RandomId, Role, SpaceId};
use super::definite_sum::DefiniteSum;
use super::error::Stop;
use super::expectation::Record;
use super::monomial::{Atom, DenominatorId, MonomialId, Monomials, ScalarId};
use super::polynomial::Polynomial;
use super::rewriting::Rule;
use super::root::Root;
use super::word::{Factor, WordId, Words};
use dashu_ratio::RBig;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An element a*B + b*I of a family with a invertible, in normal form.
#[derive(Clone, Debug)]
pub(super) struct Element {
    /// The name of its definition.
    pub(super) name: Option<Arc<str>>,
    /// a.
    pub(super) slope: Polynomial,
    /// b.
    pub(super) shift: Polynomial,
}

/// The law of a random letter as the calculus needs it.
#[derive(Clone, Debug)]
pub(super) struct RandomLetter {
    /// The letter; its transpose follows it.
    pub(super) letter: LetterId,
    /// The covariance of a column without its scalar: a product of deterministic letters.
    pub(super) covariance: Vec<LetterId>,
    /// A symbol for the scalar in front of it, and its value; `None` for 1.
    pub(super) scale: Option<(ScalarId, Polynomial)>,
    /// How much of the law is known: `None` for a Gaussian letter, else the number of its group
    /// and whether its mean is declared zero.
    pub(super) second_order: Option<(u32, bool)>,
}

/// Everything that the calculus knows of a claim.
#[derive(Debug, Default)]
pub(super) struct Algebra {
    pub(super) alphabet: Alphabet,
    pub(super) words: Words,
    pub(super) monomials: Monomials,
    scalars: Vec<Arc<str>>,
    /// Scalars that are positive: sizes, and letters declared so.
    positive: BTreeSet<ScalarId>,
    /// Scalars that stand for what is at least zero.
    nonnegative: BTreeSet<ScalarId>,
    sizes: BTreeSet<ScalarId>,
    denominators: Vec<Polynomial>,
    /// The elements of each family; generator k is element k - 1.
    elements: Vec<Vec<Element>>,
    pub(super) random: Vec<RandomLetter>,
    pub(super) roots: Vec<Root>,
    pub(super) rules: Vec<Rule>,
    /// Sums whose inverses are letters.
    pub(super) sums: Vec<DefiniteSum>,
    /// Rules that are being used on a trace, one inside the other.
    pub(super) nested_rewritings: u32,
    /// Leading terms that an expansion was divided by and that are not visibly nonzero: where one
    /// of them vanishes the expansion is another one.
    pub(super) leading_terms: BTreeSet<String>,
    /// How expectations were computed, where that is asked for.
    pub(super) records: Option<Vec<Record>>,
    /// Normal forms of traces that have been computed.
    pub(super) normal_traces: FxHashMap<WordId, Polynomial>,
}

impl Algebra {
    /// The symbol of a scalar letter or of a size.
    pub(super) fn scalar(&mut self, name: &str) -> ScalarId {
        let known = self.scalars.iter().position(|scalar| **scalar == *name);
        let index = known.unwrap_or_else(|| {
            self.scalars.push(name.into());
            self.scalars.len() - 1
        });
        ScalarId(index as u32)
    }

    /// Whether a scalar is a size or declared positive.
    pub(super) fn is_positive(&self, scalar: ScalarId) -> bool {
        self.positive.contains(&scalar)
    }

    /// Whether a scalar is the size of a space.
    pub(super) fn is_size(&self, scalar: ScalarId) -> bool {
        self.sizes.contains(&scalar)
    }

    /// A size as a number.
    pub(super) fn size(&mut self, name: &str) -> Polynomial {
        let scalar = self.scalar(name);
        self.sizes.insert(scalar);
        self.positive_value(name)
    }

    /// The value of a scalar that is a size or declared positive.
    pub(super) fn positive_value(&mut self, name: &str) -> Polynomial {
        let scalar = self.scalar(name);
        self.positive.insert(scalar);
        self.scalar_value(name)
    }

    /// The value of a scalar that stands for what is at least zero.
    pub(super) fn nonnegative_value(&mut self, name: &str) -> Polynomial {
        let scalar = self.scalar(name);
        self.nonnegative.insert(scalar);
        self.scalar_value(name)
    }

    /// Whether a scalar stands for what is at least zero.
    pub(super) fn is_nonnegative_scalar(&self, scalar: ScalarId) -> bool {
        self.nonnegative.contains(&scalar)
    }

    /// The scalar that a polynomial consists of.
    pub(super) fn single_scalar(&self, polynomial: &Polynomial) -> Option<ScalarId> {
        let (monomial, coefficient) = polynomial.single()?;
        match self.monomials.factors(monomial)[..] {
            [(Atom::Scalar(scalar), 1)] if *coefficient == RBig::ONE => Some(scalar),
            _ => None,
        }
    }

    /// The name of a scalar letter or of a size.
    pub(super) fn scalar_name(&self, scalar: ScalarId) -> &Arc<str> {
        &self.scalars[scalar.0 as usize]
    }

    /// A scalar letter or a size as a polynomial.
    pub(super) fn scalar_value(&mut self, name: &str) -> Polynomial {
        let scalar = self.scalar(name);
        Polynomial::term(self.monomials.atom(Atom::Scalar(scalar)), RBig::ONE)
    }

    /// The elements of a family.
    pub(super) fn elements(&self, family: FamilyId) -> &[Element] {
        self.elements.get(family.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Gives an element the name of its definition.
    pub(super) fn name_element(&mut self, family: FamilyId, generator: u16, name: &Arc<str>) {
        if let Some(element) = self.elements[family.0 as usize].get_mut(generator as usize - 1) {
            element.name.get_or_insert_with(|| name.clone());
        }
    }

    /// A letter that occurs in no claim, to mark a place of this shape.
    pub(super) fn marker(&mut self, rows: SpaceId, columns: SpaceId) -> LetterId {
        let name =
            format!("#{}x{}", self.alphabet.space_name(rows), self.alphabet.space_name(columns));
        match self.alphabet.named(&name) {
            Some(letter) => letter,
            None => self.alphabet.add(&name, rows, columns, false, Role::Free),
        }
    }

    /// Adds an element to a family; returns its generator.
    pub(super) fn add_element(&mut self, family: FamilyId, element: Element) -> u16 {
        let index = family.0 as usize;
        if self.elements.len() <= index {
            self.elements.resize_with(index + 1, Vec::new);
        }
        self.elements[index].push(element);
        u16::try_from(self.elements[index].len()).expect("few elements: a bug")
    }

    /// The polynomial Q of a reciprocal.
    pub(super) fn denominator(&self, id: DenominatorId) -> &Polynomial {
        &self.denominators[id.0 as usize]
    }

    /// The reciprocal of a polynomial without monomial content, with first coefficient 1.
    pub(super) fn register(&mut self, polynomial: Polynomial) -> DenominatorId {
        let known = self.denominators.iter().position(|one| *one == polynomial);
        let index = known.unwrap_or_else(|| {
            self.denominators.push(polynomial);
            self.denominators.len() - 1
        });
        DenominatorId(index as u32)
    }

    /// The trace of a product that begins and ends in `space`, as a monomial.
    pub(super) fn trace(&mut self, product: &[LetterId], space: SpaceId) -> MonomialId {
        let mut factors = Vec::new();
        self.words.close(&mut self.alphabet, product, space, |factor| factors.push(factor));
        let atoms: Vec<_> = factors.into_iter().map(|factor| (self.atom(factor), 1)).collect();
        self.monomials.of(&atoms)
    }

    /// A factor of a trace as an atom.
    pub(super) fn atom(&mut self, factor: Factor) -> Atom {
        match factor {
            Factor::Closed(word) => Atom::Trace(word),
            Factor::Size(space) => {
                let name = self.alphabet.space_name(space).clone();
                self.size(&name);
                Atom::Scalar(self.scalar(&name))
            }
        }
    }

    /// The name of a random letter.
    pub(super) fn random_name(&self, random: RandomId) -> &Arc<str> {
        self.alphabet.name(self.random[random.0 as usize].letter)
    }

    /// A letter with this space as a side that occurs in a polynomial or in a definition that it
    /// uses.
    pub(super) fn letter_with_side(
        &self,
        polynomial: &Polynomial,
        space: &str,
    ) -> Option<Arc<str>> {
        polynomial.atoms(&self.monomials).into_iter().find_map(|atom| match atom {
            Atom::Trace(word) => {
                let letters = self.words.letters(word);
                letters.iter().find_map(|letter| self.side_in(*letter, space))
            }
            Atom::Reciprocal(id) => self.letter_with_side(self.denominator(id), space),
            Atom::Scalar(_) => {
                let root = self.root_of(atom)?;
                self.letter_with_side(&root.radicand, space)
            }
        })
    }

    fn side_in(&self, letter: LetterId, space: &str) -> Option<Arc<str>> {
        let is_side = |side: SpaceId| **self.alphabet.space_name(side) == *space;
        if is_side(self.alphabet.rows(letter)) || is_side(self.alphabet.columns(letter)) {
            return Some(self.alphabet.name(letter).clone());
        }
        let Role::Power { family, exponents, .. } = self.alphabet.role(letter) else {
            return None;
        };
        let in_sum = self.sum_of(*family).and_then(|known| {
            known.sum.terms().find_map(|(word, factor)| {
                let in_word = word.iter().find_map(|letter| self.side_in(*letter, space));
                in_word.or_else(|| self.letter_with_side(factor, space))
            })
        });
        in_sum.or_else(|| {
            exponents.iter().find_map(|(generator, _)| {
                let element = self.element(*family, *generator);
                let inside = |part| self.letter_with_side(part, space);
                inside(&element.slope).or_else(|| inside(&element.shift))
            })
        })
    }

    /// The random letters that occur in a polynomial.
    pub(super) fn random_letters(&self, polynomial: &Polynomial) -> Vec<RandomId> {
        let mut found: Vec<RandomId> = Vec::new();
        for atom in polynomial.atoms(&self.monomials) {
            if let Atom::Trace(word) = atom {
                found.extend(self.words.random(word).iter().map(|(random, _)| *random));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The value of a polynomial when atoms are replaced; `value` gives `None` for atoms that
    /// stay.
    pub(super) fn replace(
        &mut self,
        polynomial: &Polynomial,
        mut value: impl FnMut(&mut Self, Atom) -> Result<Option<Polynomial>, Stop>,
    ) -> Result<Polynomial, Stop> {
        let mut known: FxHashMap<Atom, Option<Polynomial>> = FxHashMap::default();
        let mut inverses: FxHashMap<Atom, Polynomial> = FxHashMap::default();
        let mut sum = Polynomial::default();
        for (monomial, coefficient) in polynomial.terms() {
            let factors = self.monomials.factors(monomial).clone();
            let mut kept = Vec::new();
            let mut product = Polynomial::number(coefficient.clone());
            for (atom, exponent) in factors.iter().copied() {
                if let std::collections::hash_map::Entry::Vacant(place) = known.entry(atom) {
                    place.insert(value(self, atom)?);
                }
                let Some(new) = &known[&atom] else {
                    kept.push((atom, exponent));
                    continue;
                };
                let base = if exponent > 0 {
                    new.clone()
                } else if let Some(inverse) = inverses.get(&atom) {
                    inverse.clone()
                } else {
                    let inverse = self.reciprocal(new)?;
                    inverses.insert(atom, inverse.clone());
                    inverse
                };
                let power = base.power(exponent.unsigned_abs(), &mut self.monomials)?;
                product = product.times(&power, &mut self.monomials)?;
            }
            let kept = self.monomials.of(&kept);
            let product = product.times_monomial(kept, &mut self.monomials);
            sum.add_scaled(&product, &RBig::ONE);
        }
        Ok(sum)
    }
}
