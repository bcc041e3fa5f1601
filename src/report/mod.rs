//! The results of a run in words: one renderer a file.

mod calibration;
mod derivation;
#[cfg(feature = "cli")]
mod html;
mod json;
mod latex;
mod markdown;
mod mutants;
mod number;
mod page;
mod repetition;
mod template;
mod text;
mod words;

pub use calibration::calibration;
pub use derivation::derivation;
#[cfg(feature = "cli")]
pub use html::{Extras, Figure, WebFile, html};
pub use json::json;
pub use latex::latex;
pub use markdown::markdown;
pub use mutants::mutants;
pub use repetition::repetitions;
pub use template::ReportError;
pub use text::{Style, text};
