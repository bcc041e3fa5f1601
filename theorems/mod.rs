//! The theorem library: one file a theorem, one line here and one in [`LIBRARY`] for each.

use crate::theorem::Theorem;

/// All theorems, in the order in which they are reported.
pub static LIBRARY: &[&Theorem] = &[];
