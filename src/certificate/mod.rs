//! Certificates: the log that a proof leaves, and the independent checker.

mod bound;
mod check;
mod degree;
mod evaluation;
mod expansion;
mod field;
mod format;
mod integration;
mod matrix;
mod random_point;
mod replay;
mod rules;
mod square;
mod sturm;
mod visible;

pub use check::{Rejection, check};
pub use format::{
    Bound, BoundPart, Certificate, DefinitionRow, ElementRow, Expectation, Factor, LawRow,
    LetterRow, Meaning, Node, Over, Square, Target, Term,
};
