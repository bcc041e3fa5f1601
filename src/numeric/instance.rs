//! Concrete instances: sizes and rational values of the deterministic letters of a file.

mod boundary;
mod completion;
mod draw;
mod grid;
mod mention;

pub use boundary::on_the_boundary;
pub use grid::{InstanceError, instances};

use crate::evidence::Evidence;
use crate::verdict::{EvidenceKind, Verdict};
use dashu_ratio::RBig;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A matrix of exact rationals, by rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RationalMatrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// Entries, row after row.
    pub entries: Vec<RBig>,
}

impl RationalMatrix {
    /// The matrix with these entries.
    pub fn from_fn(
        rows: usize,
        columns: usize,
        mut entry: impl FnMut(usize, usize) -> RBig,
    ) -> Self {
        let entries = (0..rows * columns).map(|k| entry(k / columns, k % columns)).collect();
        Self { rows, columns, entries }
    }

    /// A 1 x 1 matrix.
    pub fn scalar(value: RBig) -> Self {
        Self { rows: 1, columns: 1, entries: vec![value] }
    }

    /// One entry.
    ///
    /// # Panics
    /// Where the indices are out of range.
    pub fn entry(&self, row: usize, column: usize) -> &RBig {
        &self.entries[row * self.columns + column]
    }

    fn multiply(&self, other: &Self) -> Self {
        Self::from_fn(self.rows, other.columns, |i, j| {
            (0..self.columns).fold(RBig::ZERO, |sum, k| sum + self.entry(i, k) * other.entry(k, j))
        })
    }
}

/// Sizes and values of all deterministic letters (`ones` and random letters excluded, `observed` ones
/// too unless an experiment has computed them).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Sizes by name, each at least 1.
    pub sizes: BTreeMap<Arc<str>, usize>,
    /// Values by letter name; a scalar is 1 x 1, a vector n x 1.
    pub values: BTreeMap<Arc<str>, RationalMatrix>,
    /// The names among them that the author listed with `at`; the rest was drawn.
    pub listed: Vec<Arc<str>>,
    /// It comes from the author's `at`, not from the default grid.
    pub declared: bool,
}

impl Instance {
    /// Evidence at this instance that decides nothing yet: *open*, with the place filled in.
    pub fn evidence(&self, kind: EvidenceKind) -> Evidence {
        Evidence {
            kind,
            verdict: Verdict::Open,
            at: self.place(),
            declared: self.declared,
            generic_sizes: self.sizes.values().all(|&size| size >= 2),
            unshown: self.unshown(),
            measurement: None,
            counterexample: None,
            slack: None,
            vacuous: false,
            certificate: None,
            note: None,
        }
    }

    /// Whether the place of evidence shows the value of a letter: it is a scalar that the author listed.
    fn shows(&self, name: &Arc<str>, value: &RationalMatrix) -> bool {
        value.entries.len() == 1 && self.listed.contains(name)
    }

    /// A short hash of the values that the place of evidence does not show.
    fn unshown(&self) -> Option<String> {
        let mut hash = Sha256::new();
        let unshown = self.values.iter().filter(|(name, value)| !self.shows(name, value));
        let count = unshown.map(|(name, value)| {
            let entries: Vec<String> = value.entries.iter().map(ToString::to_string).collect();
            hash.update(format!("{name}={};", entries.join(",")));
        });
        let count = count.count();
        let digits = hash.finalize();
        (count > 0).then(|| digits.iter().take(4).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Sizes, and scalars that the author listed.
    fn place(&self) -> BTreeMap<String, Json> {
        let sizes = self.sizes.iter().map(|(name, size)| (name.to_string(), Json::from(*size)));
        let scalars = self.listed.iter().filter_map(|name| {
            let value = self.values.get(name).filter(|value| self.shows(name, value))?;
            let value = &value.entries[0];
            let json = i64::try_from(value.numerator())
                .ok()
                .filter(|_| value.is_int())
                .map_or_else(|| Json::from(value.to_string()), Json::from);
            Some((name.to_string(), json))
        });
        sizes.chain(scalars).collect()
    }
}
