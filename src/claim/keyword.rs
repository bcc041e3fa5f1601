//! The words with a fixed meaning in the language.

use super::statement::{ATTRIBUTES, STATEMENTS};
use super::token::{FUNCTIONS, NUMERIC_FUNCTIONS, PROPOSITIONS};

/// Words that are reserved only where the grammar expects them.
const INSIDE: [&str; 8] = ["given", "form", "over", "from", "because", "need", "absolute", "by"];

/// All words with a fixed meaning: statements, attributes, functions, kinds of claims, and those
/// inside statements.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    let names = STATEMENTS.into_iter().chain(ATTRIBUTES).chain(FUNCTIONS).chain(NUMERIC_FUNCTIONS);
    names.chain(PROPOSITIONS).chain(INSIDE).chain(["E", "I"])
}
