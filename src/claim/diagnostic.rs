//! What is wrong in a claim file, and where.

use super::diagnostic_kind::DiagnosticKind;
use super::excerpt::{excerpt, position, showable};
use super::span::Span;

/// One error of a claim file. At most one is reported for a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub kind: DiagnosticKind,
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
    pub fn new(
        kind: DiagnosticKind,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        Self {
            kind,
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

    /// Line and column of the primary place in `text`, both from 1; the column counts characters.
    pub fn position(&self, text: &str) -> (usize, usize) {
        position(text, self.primary.span.start)
    }

    /// The message as it is printed, with an excerpt of `text`, the text of the file; without a
    /// line end behind it.
    pub fn render(&self, file_name: &str, text: &str) -> String {
        let (line, column) = self.position(text);
        let secondary: Vec<Label> = self.secondary.iter().map(Label::shortened).collect();
        let (rows, width) = excerpt(text, &self.primary.shortened(), &secondary);
        let indent = " ".repeat(width + 1);
        let mut message = format!("error: {}\n", shortened(&self.message));
        message += &format!("{indent}--> {}:{line}:{column}\n{rows}", showable(file_name));
        if !self.remarks.is_empty() {
            message += &format!("{indent} |\n");
        }
        for remark in &self.remarks {
            let (kind, text) = match remark {
                Remark::Note(text) => ("note", text),
                Remark::Help(text) => ("help", text),
            };
            message += &format!("{indent} = {kind}: {}\n", shortened(text));
        }
        message.truncate(message.trim_end().len());
        message
    }
}

impl Label {
    fn shortened(&self) -> Self {
        Self { span: self.span, text: shortened(&self.text) }
    }
}

/// A text in one line and of bounded length: a message may quote names of any length.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 400;
    let mut short = showable(text);
    if let Some((cut, _)) = short.char_indices().nth(LONGEST) {
        short.truncate(cut);
        short += "...";
    }
    short
}
