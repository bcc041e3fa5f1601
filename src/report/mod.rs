//! The results of a run in words: one renderer a file.

mod calibration;
mod differences;
mod github;
pub mod glossary;
mod json;
mod junit;
mod latex;
mod markdown;
mod mutants;
mod number;
mod page;
mod repetition;
mod sarif;
mod template;
mod text;
mod words;

pub use calibration::calibration;
pub use differences::{
    differences_github, differences_json, differences_markdown, differences_text,
};
pub use github::github;
pub use json::json;
pub use junit::junit;
pub use latex::latex;
pub use markdown::markdown;
pub use mutants::mutants;
pub use repetition::repetitions;
pub use sarif::sarif;
pub use template::ReportError;
pub use text::{Style, text};
