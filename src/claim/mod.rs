//! The claim language: text to typed tree, diagnostics, printers.
//!
//! The reference of the language follows.
#![doc = include_str!("LANGUAGE.md")]

mod analysis;
mod assertion;
mod call;
mod checker;
mod declaration;
mod definite;
mod diagnostic;
mod diagnostic_kind;
mod divisor;
mod elaborate;
mod environment;
mod excerpt;
mod expression;
mod family;
mod formula;
mod grid;
mod keyword;
mod latex;
mod latex_name;
mod leftover;
mod lexer;
mod lines;
mod misfit;
mod mistake;
mod moments;
mod number;
mod parser;
mod proof_rule;
mod proposition;
#[cfg(test)]
mod random_trees;
mod rational;
mod resolve;
mod second_order;
mod shape;
mod sign;
mod span;
mod spelling;
mod statement;
mod substitution;
mod suggestion;
mod surface;
#[cfg(test)]
mod tests_check;
#[cfg(test)]
mod tests_latex;
#[cfg(test)]
mod tests_layout;
#[cfg(test)]
mod tests_limits;
#[cfg(test)]
mod tests_messages;
#[cfg(test)]
mod tests_mutated;
#[cfg(test)]
mod tests_print;
mod text;
mod token;
mod training;
mod tree;
mod walk;
mod word;

pub use diagnostic::{Diagnostic, Label, Remark};
pub use diagnostic_kind::DiagnosticKind;
pub(crate) use excerpt::position;
pub use keyword::keywords;
#[cfg(feature = "cli")]
pub(crate) use parser::parse_grid_list;
pub use proof_rule::NamedRule;
pub use span::Span;
pub(crate) use suggestion::nearest;
#[cfg(feature = "cli")]
pub(crate) use surface::GridForm;
pub use tree::*;
pub use walk::Descendants;
