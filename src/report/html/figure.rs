//! A figure on a page.

use serde::Serialize;

/// A figure that stands within a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Unique in a report: letters, digits, `_` and `-`.
    pub name: String,
    /// The id of the file or theorem that it belongs to.
    pub subject: String,
    /// The ids of the lines whose evidence it shows.
    pub lines: Vec<String>,
    /// What it shows, in a few words.
    pub title: String,
    /// What the marks and lines mean, in sentences.
    pub caption: String,
    /// An SVG element that may stand within HTML: its ids begin with `name`.
    pub svg: String,
}
