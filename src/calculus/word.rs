//! Words of letters: products in normal form, and closed words up to rotation and transposition.

use super::alphabet::{Alphabet, LetterId, RandomId, SpaceId};
use super::interner::Interner;
use std::sync::Arc;

/// A canonical closed word, the trace of a product: it stands at the front of its rotations and
/// those of its transpose, and begins at its cut if one of its indices is one-dimensional.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct WordId(u32);

/// One factor of the trace of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Factor {
    /// The trace of the identity: the size of a space other than `1`.
    Size(SpaceId),
    /// A canonical closed word.
    Closed(WordId),
}

/// The closed words of a claim.
#[derive(Debug, Default)]
pub(super) struct Words {
    closed: Interner<LetterId>,
    /// How often each random letter occurs, by word.
    random: Vec<Vec<(RandomId, u32)>>,
}

impl Words {
    /// The letters of a word.
    pub(super) fn letters(&self, word: WordId) -> &Arc<[LetterId]> {
        self.closed.sequence(word.0)
    }

    /// The random letters of a word with their numbers, in the order of declaration.
    pub(super) fn random(&self, word: WordId) -> &[(RandomId, u32)] {
        &self.random[word.0 as usize]
    }

    /// How often a random letter occurs in a word.
    pub(super) fn count(&self, word: WordId, random: RandomId) -> u32 {
        self.random(word).iter().find(|(known, _)| *known == random).map_or(0, |(_, count)| *count)
    }

    fn intern(&mut self, alphabet: &Alphabet, letters: &[LetterId]) -> WordId {
        let number = self.closed.number(letters);
        if number as usize == self.random.len() {
            let mut counts: Vec<(RandomId, u32)> = Vec::new();
            for random in letters.iter().filter_map(|letter| alphabet.random(*letter)) {
                match counts.binary_search_by_key(&random, |(known, _)| *known) {
                    Ok(place) => counts[place].1 += 1,
                    Err(place) => counts.insert(place, (random, 1)),
                }
            }
            self.random.push(counts);
        }
        WordId(number)
    }

    /// The factors of the trace of a product that begins and ends in `space`.
    pub(super) fn close(
        &mut self,
        alphabet: &mut Alphabet,
        product: &[LetterId],
        space: SpaceId,
        mut take: impl FnMut(Factor),
    ) {
        let mut word = Vec::with_capacity(product.len());
        product.iter().for_each(|letter| push(alphabet, &mut word, *letter));
        join_ends(alphabet, &mut word);
        if word.is_empty() {
            if space != SpaceId::ONE {
                take(Factor::Size(space));
            }
            return;
        }
        let is_cut = |letter: &LetterId| alphabet.rows(*letter) == SpaceId::ONE;
        let Some(first) = word.iter().position(is_cut) else {
            let word = least_rotation(alphabet, &word);
            take(Factor::Closed(self.intern(alphabet, &word)));
            return;
        };
        word.rotate_left(first);
        let mut rest = &word[..];
        while !rest.is_empty() {
            let end = 1 + rest[1..].iter().position(is_cut).unwrap_or(rest.len() - 1);
            let (segment, after) = rest.split_at(end);
            take(self.scalar(alphabet, segment));
            rest = after;
        }
    }

    /// A product from `1` to `1` without a cut inside, as a factor.
    pub(super) fn scalar(&mut self, alphabet: &Alphabet, segment: &[LetterId]) -> Factor {
        if let [left, right] = segment
            && alphabet.role(*left) == &super::alphabet::Role::Ones
            && alphabet.transpose(*left) == *right
        {
            return Factor::Size(alphabet.columns(*left));
        }
        let turned = transposed(alphabet, segment);
        let least = if turned[..] < *segment { &turned } else { segment };
        Factor::Closed(self.intern(alphabet, least))
    }
}

/// The product of a reduced word and a letter.
pub(super) fn push(alphabet: &mut Alphabet, word: &mut Vec<LetterId>, letter: LetterId) {
    if let Some(last) = word.last()
        && let Some(merged) = alphabet.merge(*last, letter)
    {
        word.pop();
        // What merges to a power of a family cannot merge with the letter before it: two
        // neighbours of one family would have merged before.
        word.extend(merged);
        return;
    }
    word.push(letter);
}

/// Merges the ends of a closed word.
fn join_ends(alphabet: &mut Alphabet, word: &mut Vec<LetterId>) {
    while word.len() > 1 {
        let (first, last) = (word[0], word[word.len() - 1]);
        match alphabet.merge(last, first) {
            None => return,
            Some(merged) => {
                word.pop();
                match merged {
                    Some(letter) => {
                        word[0] = letter;
                        return;
                    }
                    None => drop(word.remove(0)),
                }
            }
        }
    }
}

/// The transpose of a product.
pub(super) fn transposed(alphabet: &Alphabet, word: &[LetterId]) -> Vec<LetterId> {
    word.iter().rev().map(|letter| alphabet.transpose(*letter)).collect()
}

/// The first of all rotations of a word and of its transpose.
fn least_rotation(alphabet: &Alphabet, word: &[LetterId]) -> Vec<LetterId> {
    let turned = transposed(alphabet, word);
    let least = word.iter().chain(&turned).min().copied();
    let mut best: Option<(&[LetterId], usize)> = None;
    for source in [word, &turned[..]] {
        for start in (0..source.len()).filter(|&start| Some(source[start]) == least) {
            let is_less = best.is_none_or(|(letters, from)| {
                let ahead = source[start..].iter().chain(&source[..start]);
                ahead.lt(letters[from..].iter().chain(&letters[..from]))
            });
            if is_less {
                best = Some((source, start));
            }
        }
    }
    let (letters, start) = best.expect("a word that is not empty: a bug");
    [&letters[start..], &letters[..start]].concat()
}
