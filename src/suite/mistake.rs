//! A mistake in a claim file, without the text of the file.

use super::location::Position;
use crate::claim::{Diagnostic, DiagnosticKind, Remark};
use serde::{Deserialize, Serialize};

/// One mistake in the text of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// Its kind.
    pub kind: DiagnosticKind,
    /// What is wrong.
    pub message: String,
    /// The beginning of the place.
    pub start: Position,
    /// Its end, behind the last character; on the same line or a later one.
    pub end: Position,
    /// The text at the place, possibly empty, and the notes and help lines.
    pub remarks: Vec<String>,
}

impl Mistake {
    pub(super) fn of(diagnostic: &Diagnostic, text: &str) -> Self {
        let label = Some(&diagnostic.primary.text).filter(|label| !label.is_empty());
        let remarks = diagnostic.remarks.iter().map(|remark| match remark {
            Remark::Note(text) => format!("note: {text}"),
            Remark::Help(text) => format!("help: {text}"),
        });
        let span = diagnostic.primary.span;
        Self {
            kind: diagnostic.kind,
            message: diagnostic.message.clone(),
            start: Position::of(text, span.start),
            end: Position::of(text, span.end.max(span.start)),
            remarks: label.cloned().into_iter().chain(remarks).collect(),
        }
    }

    /// The message and what belongs to it, a line each.
    pub fn in_full(&self) -> String {
        let lines = std::iter::once(&self.message).chain(&self.remarks);
        lines.map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}
