//! Certificates: the log that a proof leaves, and the independent checker.

mod check;
mod degree;
mod evaluation;
mod expansion;
mod field;
mod format;
mod matrix;
mod replay;
mod rules;
mod square;
mod visible;

pub use check::{Rejection, check};
pub use format::{
    Certificate, DefinitionRow, ElementRow, Expectation, Factor, LawRow, LetterRow, Node, Square,
    Target, Term,
};
