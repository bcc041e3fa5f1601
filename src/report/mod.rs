//! The results of a run in words: one renderer a file.

mod calibration;
#[cfg(feature = "cli")]
mod convergence;
#[cfg(feature = "cli")]
mod curves;
#[cfg(feature = "cli")]
mod declared;
mod derivation;
#[cfg(feature = "cli")]
mod figures;
#[cfg(feature = "cli")]
mod html;
mod json;
mod latex;
mod markdown;
#[cfg(feature = "cli")]
mod matrices;
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
pub use figures::{Picture, figures};
#[cfg(feature = "cli")]
pub use html::{Extras, WebFile, html};
pub use json::json;
pub use latex::latex;
pub use markdown::markdown;
pub use mutants::mutants;
pub use repetition::repetitions;
pub use template::ReportError;
pub use text::{Style, text};
