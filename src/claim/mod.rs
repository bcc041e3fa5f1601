//! The claim language: text to typed tree, diagnostics, printers.

mod diagnostic;
mod excerpt;
mod expression;
mod formula;
mod lexer;
mod lines;
mod mistake;
mod number;
mod parser;
mod proposition;
mod rational;
mod span;
mod spelling;
mod statement;
mod suggestion;
mod surface;
#[cfg(test)]
mod tests_layout;
mod token;
mod tree;
mod walk;

pub use diagnostic::{Diagnostic, Label, Remark};
pub use span::Span;
pub use tree::*;
pub use walk::Descendants;
