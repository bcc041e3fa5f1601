//! Concrete instances: sizes and rational values of the deterministic letters of a file.

use dashu_ratio::RBig;
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

/// Sizes and values of all deterministic letters (`ones`, random and `observed` letters excluded).
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
