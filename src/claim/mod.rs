//! The claim language: text to typed tree, diagnostics, printers.

mod diagnostic;
mod span;
mod suggestion;
mod surface;
mod tree;
mod walk;

pub use diagnostic::{Diagnostic, Label, Remark};
pub use span::Span;
pub use tree::*;
pub use walk::Descendants;
