//! The letters of matrix words: their spaces, transposes, and commuting families.

use super::interner::Interner;
use crate::claim::Attributes;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A space; [`SpaceId::ONE`] is the space `1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SpaceId(u16);

impl SpaceId {
    /// The one-dimensional space.
    pub(super) const ONE: Self = Self(0);
}

/// A letter of words. Letters are ordered by declaration, each before its transpose; powers of
/// families follow in the order in which they are first met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LetterId(u32);

/// A commuting family: the powers of one invertible letter and of elements a*B + b*I.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FamilyId(pub(super) u16);

/// Random letters that are integrated together: a declared letter and its transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RandomId(pub(super) u16);

/// A generator of a family with its exponent in halves: generator 0 is the letter itself, k the
/// element number k.
pub(super) type Exponent = (u16, i32);

/// What a letter stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A deterministic letter that commutes with nothing.
    Free,
    /// The all-ones vector or its transpose.
    Ones,
    /// A random letter or its transpose.
    Random(RandomId),
    /// A product of powers of the generators of a family, none of exponent 0, by generator.
    Power {
        /// The family.
        family: FamilyId,
        /// The transposed family, of a letter that is not symmetric.
        transposed: bool,
        /// The exponents.
        exponents: Arc<[Exponent]>,
    },
}

#[derive(Debug)]
struct Letter {
    name: Arc<str>,
    rows: SpaceId,
    columns: SpaceId,
    transpose: LetterId,
    role: Role,
}

#[derive(Debug)]
struct Family {
    name: Arc<str>,
    space: SpaceId,
    symmetric: bool,
    definite: bool,
    invertible: bool,
}

/// All letters of a claim.
#[derive(Debug)]
pub(super) struct Alphabet {
    spaces: Vec<Arc<str>>,
    letters: Vec<Letter>,
    by_name: FxHashMap<Arc<str>, LetterId>,
    families: Vec<Family>,
    exponents: Interner<Exponent>,
    powers: FxHashMap<(FamilyId, bool, u32), LetterId>,
    merged: FxHashMap<(LetterId, LetterId), Option<LetterId>>,
    /// Whether an exponent had to be cut: then no power is what it says.
    pub(super) has_too_large_powers: bool,
}

impl Default for Alphabet {
    fn default() -> Self {
        Self {
            spaces: vec!["1".into()],
            letters: Vec::new(),
            by_name: FxHashMap::default(),
            families: Vec::new(),
            exponents: Interner::default(),
            powers: FxHashMap::default(),
            merged: FxHashMap::default(),
            has_too_large_powers: false,
        }
    }
}

impl Alphabet {
    /// The space with this name.
    pub(super) fn space(&mut self, name: &str) -> SpaceId {
        let known = self.spaces.iter().position(|space| **space == *name);
        let index = known.unwrap_or_else(|| {
            self.spaces.push(name.into());
            self.spaces.len() - 1
        });
        SpaceId(u16::try_from(index).expect("few spaces are declared: a bug"))
    }

    /// The name of a space.
    pub(super) fn space_name(&self, space: SpaceId) -> &Arc<str> {
        &self.spaces[space.0 as usize]
    }

    /// The letter declared with this name, if it has been added.
    pub(super) fn named(&self, name: &str) -> Option<LetterId> {
        self.by_name.get(name).copied()
    }

    /// Adds a letter that is in no family, and its transpose, unless they are the same.
    pub(super) fn add(
        &mut self,
        name: &str,
        rows: SpaceId,
        columns: SpaceId,
        symmetric: bool,
        role: Role,
    ) -> LetterId {
        let name: Arc<str> = name.into();
        let id = self.push(name.clone(), rows, columns, symmetric, role);
        self.by_name.insert(name, id);
        id
    }

    fn push(
        &mut self,
        name: Arc<str>,
        rows: SpaceId,
        columns: SpaceId,
        symmetric: bool,
        role: Role,
    ) -> LetterId {
        let id = LetterId(u32::try_from(self.letters.len()).expect("few letters: a bug"));
        let partner = if symmetric { id } else { LetterId(id.0 + 1) };
        let turned = match &role {
            Role::Power { family, transposed, exponents } => Role::Power {
                family: *family,
                transposed: !transposed,
                exponents: exponents.clone(),
            },
            other => other.clone(),
        };
        self.letters.push(Letter { name: name.clone(), rows, columns, transpose: partner, role });
        if !symmetric {
            let letter = Letter { name, rows: columns, columns: rows, transpose: id, role: turned };
            self.letters.push(letter);
        }
        id
    }

    /// Adds a letter with a family of its own; returns the letter.
    pub(super) fn add_family(
        &mut self,
        name: &str,
        space: SpaceId,
        Attributes { symmetric, positive_definite, invertible, .. }: Attributes,
    ) -> LetterId {
        let family = FamilyId(u16::try_from(self.families.len()).expect("few families: a bug"));
        let (definite, name_of_family) = (positive_definite, name.into());
        self.families.push(Family { name: name_of_family, space, symmetric, definite, invertible });
        let id = self.power(family, false, &[(0, 2)]);
        self.by_name.insert(name.into(), id);
        id
    }

    /// The letter for a nonempty product of powers of generators.
    pub(super) fn power(
        &mut self,
        family: FamilyId,
        transposed: bool,
        exponents: &[Exponent],
    ) -> LetterId {
        let exponents = &mut exponents.to_vec();
        self.has_too_large_powers |= cut(exponents.iter_mut().map(|(_, exponent)| exponent));
        let key = self.exponents.number(exponents);
        if let Some(id) = self.powers.get(&(family, transposed, key)) {
            return *id;
        }
        let Family { name, space, symmetric, .. } = &self.families[family.0 as usize];
        let (name, space, symmetric) = (name.clone(), *space, *symmetric);
        let exponents = self.exponents.sequence(key).clone();
        let role = Role::Power { family, transposed, exponents };
        let id = self.push(name, space, space, symmetric, role);
        self.powers.insert((family, transposed, key), id);
        if !symmetric {
            self.powers.insert((family, !transposed, key), LetterId(id.0 + 1));
        }
        id
    }

    /// The name of the letter or of the letter that generates its family.
    pub(super) fn name(&self, letter: LetterId) -> &Arc<str> {
        &self.letters[letter.0 as usize].name
    }

    /// Its row space.
    pub(super) fn rows(&self, letter: LetterId) -> SpaceId {
        self.letters[letter.0 as usize].rows
    }

    /// Its column space.
    pub(super) fn columns(&self, letter: LetterId) -> SpaceId {
        self.letters[letter.0 as usize].columns
    }

    /// Its transpose.
    pub(super) fn transpose(&self, letter: LetterId) -> LetterId {
        self.letters[letter.0 as usize].transpose
    }

    /// Whether it is the transpose of a letter that was declared before it.
    pub(super) fn is_transposed(&self, letter: LetterId) -> bool {
        self.transpose(letter) < letter
    }

    /// What it stands for.
    pub(super) fn role(&self, letter: LetterId) -> &Role {
        &self.letters[letter.0 as usize].role
    }

    /// The random letter that it is.
    pub(super) fn random(&self, letter: LetterId) -> Option<RandomId> {
        match self.role(letter) {
            Role::Random(random) => Some(*random),
            _ => None,
        }
    }

    /// The name of the letter that generates a family.
    pub(super) fn family_name(&self, family: FamilyId) -> &Arc<str> {
        &self.families[family.0 as usize].name
    }

    /// Whether the letter of the family is symmetric.
    pub(super) fn family_is_symmetric(&self, family: FamilyId) -> bool {
        self.families[family.0 as usize].symmetric
    }

    /// Whether the letter of the family is declared positive definite.
    pub(super) fn family_is_definite(&self, family: FamilyId) -> bool {
        self.families[family.0 as usize].definite
    }

    /// Whether a power stands for a letter that is declared invertible.
    pub(super) fn is_invertible(&self, letter: LetterId) -> bool {
        match self.role(letter) {
            Role::Power { family, .. } => self.families[family.0 as usize].invertible,
            _ => false,
        }
    }

    /// The space of a family.
    pub(super) fn family_space(&self, family: FamilyId) -> SpaceId {
        self.families[family.0 as usize].space
    }

    /// How two neighbours merge: `None` if they are of different families; `Some(None)` if the
    /// product is the identity.
    pub(super) fn merge(&mut self, left: LetterId, right: LetterId) -> Option<Option<LetterId>> {
        let (
            Role::Power { family, transposed, exponents },
            Role::Power { family: other, transposed: turned, exponents: more },
        ) = (self.role(left), self.role(right))
        else {
            return None;
        };
        if family != other || transposed != turned {
            return None;
        }
        if let Some(known) = self.merged.get(&(left, right)) {
            return Some(*known);
        }
        let (family, transposed) = (*family, *transposed);
        let sum = added(exponents, more);
        let letter = if sum.is_empty() { None } else { Some(self.power(family, transposed, &sum)) };
        self.merged.insert((left, right), letter);
        Some(letter)
    }
}

/// The largest exponent; the sum of two fits into its type.
const LARGEST_EXPONENT: i32 = 1 << 28;

/// Cuts exponents that are too large; whether there were any.
pub(super) fn cut<'a>(exponents: impl Iterator<Item = &'a mut i32>) -> bool {
    let mut found = false;
    for exponent in exponents {
        found |= exponent.unsigned_abs() > LARGEST_EXPONENT.unsigned_abs();
        *exponent = (*exponent).clamp(-LARGEST_EXPONENT, LARGEST_EXPONENT);
    }
    found
}

/// The exponents of a product.
pub(super) fn added(left: &[Exponent], right: &[Exponent]) -> Vec<Exponent> {
    let mut sum = left.to_vec();
    for (generator, exponent) in right {
        match sum.binary_search_by_key(generator, |(known, _)| *known) {
            Ok(place) => sum[place].1 += exponent,
            Err(place) => sum.insert(place, (*generator, *exponent)),
        }
    }
    sum.retain(|(_, exponent)| *exponent != 0);
    sum
}
