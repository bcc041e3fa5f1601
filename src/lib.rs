//! Isserlis checks closed-form claims about in-context learning.

pub mod claim;
pub mod data;
pub mod evidence;
pub mod experiment;
pub mod network;
pub mod numeric;
pub mod statistics;
pub mod suite;
pub mod theorem;
#[path = "../theorems/mod.rs"]
pub mod theorems;
pub mod training;
pub mod verdict;
