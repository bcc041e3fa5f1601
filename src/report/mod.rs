//! The results of a run in words: one renderer a file.

// The words that readable reports share stand idle where those are left out.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

mod calibration;
#[cfg(feature = "cli")]
mod convergence;
#[cfg(feature = "cli")]
mod curves;
#[cfg(feature = "cli")]
mod declared;
mod derivation;
#[cfg(feature = "cli")]
mod differences;
#[cfg(feature = "cli")]
mod figures;
#[cfg(feature = "cli")]
mod github;
#[cfg(feature = "cli")]
pub mod glossary;
#[cfg(feature = "cli")]
mod html;
mod json;
#[cfg(feature = "cli")]
mod junit;
#[cfg(feature = "cli")]
mod latex;
#[cfg(feature = "cli")]
mod markdown;
#[cfg(feature = "cli")]
mod matrices;
mod mutants;
mod number;
#[cfg(feature = "cli")]
mod numbers;
#[cfg(feature = "cli")]
mod page;
mod repetition;
#[cfg(feature = "cli")]
mod sarif;
#[cfg(feature = "cli")]
mod study;
#[cfg(feature = "cli")]
mod template;
mod text;
mod words;

pub use calibration::calibration;
pub use derivation::derivation;
#[cfg(feature = "cli")]
pub use differences::{
    differences_github, differences_json, differences_markdown, differences_text,
};
#[cfg(feature = "cli")]
pub use figures::{Picture, figures};
#[cfg(feature = "cli")]
pub use github::github;
#[cfg(feature = "cli")]
pub use html::{Extras, WebFile, html};
pub use json::json;
#[cfg(feature = "cli")]
pub use junit::junit;
#[cfg(feature = "cli")]
pub use latex::latex;
#[cfg(feature = "cli")]
pub use markdown::markdown;
pub use mutants::mutants;
#[cfg(feature = "cli")]
pub use numbers::numbers;
pub use repetition::repetitions;
#[cfg(feature = "cli")]
pub use sarif::sarif;
#[cfg(feature = "cli")]
pub use template::ReportError;
pub use text::{Style, text};
