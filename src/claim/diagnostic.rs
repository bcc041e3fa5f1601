//! What is wrong in a claim file, and where.

use super::span::Span;

/// One error of a claim file. At most one is reported for a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in the words of the file; without `error: `.
    pub message: String,
    /// The place that is shown with `^^^`.
    pub primary: Label,
    /// Further places, shown with `---`.
    pub secondary: Vec<Label>,
    /// `= note:` and `= help:` lines, in order.
    pub remarks: Vec<Remark>,
}

/// A place with a text beside it (possibly empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The text beside it.
    pub text: String,
}

/// A line below the excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// `= note: ...`
    Note(String),
    /// `= help: ...`
    Help(String),
}

impl Diagnostic {
    /// An error at one place.
    pub fn new(message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            primary: Label { span, text: label.into() },
            secondary: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Adds a further place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: label.into() });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.remarks.push(Remark::Note(text.into()));
        self
    }

    /// Adds a help line.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.remarks.push(Remark::Help(text.into()));
        self
    }
}
