//! Certificates: the log that a proof leaves, and the independent checker.

mod check;
mod evaluation;
mod expansion;
mod field;
mod format;
mod matrix;
mod replay;

pub use check::{Rejection, check};
pub use format::{
    Certificate, ElementRow, Expectation, Factor, LawRow, LetterRow, Node, Target, Term,
};
