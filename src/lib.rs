//! Isserlis checks closed-form claims about in-context learning.
//!
//! A claim is a line of text ([`claim`] has the reference of the language). It is parsed once into
//! a typed tree; [`numeric`] evaluates that tree exactly and in floating point, [`experiment`]
//! samples its laws or trains the [`network`] it speaks of, [`statistics`] turns what was measured
//! into intervals, and [`verdict`] holds the rule from evidence to a verdict. [`suite`] runs many
//! files at once, [`mod@report`] puts the [`Results`] into words. The theorems of the field stand
//! in [`theorems`]; [`prelude`] is all that such a file uses.
//!
//! In the tests of another crate, [`check_file!`] and [`harness`] guard claim files; [`check`]
//! returns the results:
//!
//! ```
//! use isserlis::{Settings, check};
//!
//! # let file = std::env::temp_dir().join("isserlis-example.claim");
//! # let file = file.to_str().unwrap();
//! std::fs::write(
//!     file,
//!     "space d, N\nmatrix Lambda[d,d] pd\ngaussian X[d,N] ~ Lambda\nat d = 2; N = 3\n\
//!      claim gram: E[X*X'] == N*Lambda\nrefute forgot_the_sum: E[X*X'] == Lambda\n",
//! )?;
//! let results = check(file, &Settings::default())?;
//! assert!(results.all_as_claimed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod calculus;
pub mod calibration;
pub mod certificate;
pub mod claim;
#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
pub mod evidence;
pub mod experiment;
#[cfg(feature = "cli")]
pub mod figure;
mod guard;
pub mod haar;
pub mod mutation;
pub mod network;
pub mod numeric;
pub mod prelude;
pub mod proof;
pub mod regression;
pub mod report;
pub mod statistics;
pub mod storage;
pub mod suite;
pub mod theorem;
#[path = "../theorems/mod.rs"]
pub mod theorems;
pub mod training;
pub mod verdict;

pub use guard::{Error, assert_as_claimed, check, harness, library_harness};
pub use suite::{Results, Settings};
