//! Where a line stands in a claim file.

use super::Subject;
use crate::claim::{Claim, position};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A place in a text: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Position {
    /// The place of the byte at `offset`, at most the end of its line.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let (line, column) = position(text, offset);
        Self { line, column }
    }
}

/// Where a `claim` or `refute` line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path as given.
    pub path: String,
    /// The beginning of the statement.
    pub start: Position,
    /// Its end.
    pub end: Position,
}

/// Where the lines of claim files stand, by id. Those of theorems are left out: their text is part
/// of a program.
pub fn locations(subjects: &[Subject]) -> BTreeMap<String, Location> {
    let files = subjects.iter().filter(|subject| !subject.is_theorem());
    let lines = files.flat_map(|subject| {
        subject.file.claims.iter().map(move |claim| {
            (format!("{}::{}", subject.id, claim.name), Location::of(subject, claim))
        })
    });
    lines.collect()
}

impl Location {
    fn of(subject: &Subject, claim: &Claim) -> Self {
        let (text, span) = (&subject.file.text, claim.span);
        let written = text.get(span.start..span.end).unwrap_or_default();
        Self {
            path: subject.path.clone(),
            start: Position::of(text, span.start),
            end: Position::of(text, span.start + written.trim_end().len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::ClaimFile;

    #[test]
    fn a_line_stands_where_its_statement_does_and_columns_count_characters() {
        let text =
            "space d\nmatrix Lambda[d,d] pd\nlet a = tr(Λ)\nclaim Gram: tr(Λ) +\n  0 == a  \n\n";
        let file = ClaimFile::parse("it.claim", text).expect("a claim file");
        let subject = Subject::new("it.claim".to_owned(), "a/it.claim".to_owned(), file);
        let location = &locations(&[subject])["it.claim::Gram"];
        assert_eq!(location.path, "a/it.claim");
        assert_eq!(location.start, Position { line: 4, column: 1 });
        assert_eq!(location.end, Position { line: 5, column: 9 });
    }
}
