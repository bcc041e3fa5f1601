//! Dividing the units of work of a run among several machines.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// One of several equal parts of a run: which, from 1, and of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    index: usize,
    count: usize,
}

/// Why something is no share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// It is not of the form I/K.
    #[error("a share is written I/K, such as 3/8: the third of eight")]
    Form,
    /// There is no such share.
    #[error("there is no share {index} of {count}: shares are counted from 1")]
    Range {
        /// Which.
        index: usize,
        /// Of how many.
        count: usize,
    },
}

impl Share {
    /// All of a run.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// Share `index` of `count`, counted from 1.
    ///
    /// # Errors
    /// [`ShareError::Range`].
    pub fn new(index: usize, count: usize) -> Result<Self, ShareError> {
        let exists = (1..=count).contains(&index);
        if exists { Ok(Self { index, count }) } else { Err(ShareError::Range { index, count }) }
    }

    /// Which one it is, from 1.
    pub fn index(self) -> usize {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// Whether the unit at this place of the deck, from 0, is in it.
    fn has(self, place: usize) -> bool {
        place % self.count == self.index - 1
    }

    /// Which units of work are in it. They are dealt one by one in the order of their keys, so that
    /// those of one kind, which cost about the same, are spread evenly.
    pub(super) fn of<K: Ord>(self, keys: impl IntoIterator<Item = K>) -> Vec<bool> {
        let keys: Vec<K> = keys.into_iter().collect();
        let mut deck: Vec<usize> = (0..keys.len()).collect();
        deck.sort_by_key(|&unit| &keys[unit]);
        let mut has = vec![false; keys.len()];
        for (place, unit) in deck.into_iter().enumerate() {
            has[unit] = self.has(place);
        }
        has
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let (index, count) = text.split_once('/').ok_or(ShareError::Form)?;
        let number = |text: &str| text.trim().parse().map_err(|_| ShareError::Form);
        Self::new(number(index)?, number(count)?)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_in_one_share_and_every_kind_is_spread_evenly() {
        let kinds = ["proof", "exact", "proof", "training", "training", "proof", "training"];
        for count in 1..=9 {
            let shares = (1..=count).map(|index| Share::new(index, count).unwrap());
            let dealt: Vec<Vec<bool>> = shares.map(|share| share.of(kinds)).collect();
            for unit in 0..kinds.len() {
                assert_eq!(dealt.iter().filter(|has| has[unit]).count(), 1, "{unit} of {count}");
            }
            for kind in ["proof", "training"] {
                let number = |has: &Vec<bool>| {
                    kinds.iter().zip(has).filter(|(one, has)| **one == kind && **has).count()
                };
                let numbers: Vec<usize> = dealt.iter().map(number).collect();
                let (least, most) = (numbers.iter().min(), numbers.iter().max());
                assert!(most.unwrap() - least.unwrap() <= 1, "{kind}: {numbers:?}");
            }
        }
    }

    #[test]
    fn a_share_is_read_and_what_is_none_is_refused() {
        assert_eq!("3/8".parse(), Share::new(3, 8));
        assert_eq!("3/8".parse::<Share>().unwrap().to_string(), "3/8");
        assert_eq!("0/8".parse::<Share>(), Err(ShareError::Range { index: 0, count: 8 }));
        assert_eq!("9/8".parse::<Share>(), Err(ShareError::Range { index: 9, count: 8 }));
        for text in ["", "3", "3/", "a/b", "-1/3", "1/2/3"] {
            assert_eq!(text.parse::<Share>(), Err(ShareError::Form), "{text}");
        }
    }
}
