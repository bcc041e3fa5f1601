//! Small numbers for sequences that are met again and again.

use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Numbers sequences in the order in which they are first met.
#[derive(Debug)]
pub(super) struct Interner<T> {
    numbers: FxHashMap<Arc<[T]>, u32>,
    sequences: Vec<Arc<[T]>>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { numbers: FxHashMap::default(), sequences: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// The number of a sequence.
    pub(super) fn number(&mut self, sequence: &[T]) -> u32 {
        if let Some(number) = self.numbers.get(sequence) {
            return *number;
        }
        let number = u32::try_from(self.sequences.len()).expect("budgets are smaller: a bug");
        let sequence: Arc<[T]> = sequence.into();
        self.sequences.push(sequence.clone());
        self.numbers.insert(sequence, number);
        number
    }

    /// The sequence with this number.
    pub(super) fn sequence(&self, number: u32) -> &Arc<[T]> {
        &self.sequences[number as usize]
    }
}
