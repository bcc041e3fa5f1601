//! The results of a run in words: one renderer a file.

mod calibration;
#[cfg(feature = "cli")]
mod convergence;
#[cfg(feature = "cli")]
mod curves;
#[cfg(feature = "cli")]
mod declared;
mod derivation;
mod differences;
#[cfg(feature = "cli")]
mod figures;
mod github;
pub mod glossary;
#[cfg(feature = "cli")]
mod html;
mod json;
mod junit;
mod latex;
mod markdown;
#[cfg(feature = "cli")]
mod matrices;
mod mutants;
mod number;
mod page;
mod repetition;
mod sarif;
mod template;
mod text;
mod words;

pub use calibration::calibration;
pub use derivation::derivation;
pub use differences::{
    differences_github, differences_json, differences_markdown, differences_text,
};
#[cfg(feature = "cli")]
pub use figures::{Picture, figures};
pub use github::github;
#[cfg(feature = "cli")]
pub use html::{Extras, WebFile, html};
pub use json::json;
pub use junit::junit;
pub use latex::latex;
pub use markdown::markdown;
pub use mutants::mutants;
pub use repetition::repetitions;
pub use sarif::sarif;
pub use template::ReportError;
pub use text::{Style, text};
