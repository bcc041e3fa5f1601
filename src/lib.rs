//! Isserlis checks closed-form claims about in-context learning.

pub mod claim;
#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
pub mod evidence;
pub mod experiment;
mod guard;
pub mod network;
pub mod numeric;
pub mod prelude;
pub mod report;
pub mod statistics;
pub mod suite;
pub mod theorem;
#[path = "../theorems/mod.rs"]
pub mod theorems;
pub mod training;
pub mod verdict;

pub use guard::{Error, assert_as_claimed, check, harness, library_harness};
pub use suite::{Results, Settings};
