//! The figures of a report, drawn from the results alone.

use super::convergence::convergence;
use super::curves::automatic_curves;
use super::declared::declared_figures;
use super::matrices::automatic_matrices;
use crate::figure::{Drawing, pdf, svg};
use crate::suite::Results;

/// A figure of a report, in both formats.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The name of its files without the ending, unique in a report: letters, digits, `_` and `-`.
    pub name: String,
    /// The id of the file or theorem that it belongs to.
    pub subject: String,
    /// The ids of the lines whose evidence it shows.
    pub lines: Vec<String>,
    /// What it shows, in a few words.
    pub title: String,
    /// What the marks and lines mean, in sentences.
    pub caption: String,
    /// A stand-alone SVG file, which may also stand within HTML: its ids begin with `name`.
    pub svg: String,
    /// A PDF file of one page.
    pub pdf: Vec<u8>,
}

/// A figure before it has a name of its own.
pub(super) struct Sketch {
    /// What the name is made from.
    pub(super) name: String,
    pub(super) subject: String,
    pub(super) lines: Vec<String>,
    pub(super) caption: String,
    /// Its title is that of the figure.
    pub(super) drawing: Drawing,
}

/// All figures that the results hold, file by file: those that a theorem asks for; every claim over a
/// letter of which it was measured at three values or more with everything else equal; every measured
/// matrix of at most [`Entries::MOST`](crate::evidence::Entries::MOST) entries; and how intervals shrink
/// with the number of samples. The same results give the same bytes.
pub fn figures(results: &Results) -> Vec<Picture> {
    let of_subject = |subject| {
        let declared = declared_figures(results, subject).into_iter();
        declared
            .chain(automatic_curves(results, subject))
            .chain(automatic_matrices(results, subject))
            .chain(convergence(results, subject))
    };
    let sketches = results.subjects.iter().flat_map(of_subject);
    let mut names: Vec<String> = Vec::new();
    let finish = |sketch: Sketch| {
        let name = unique(file_name(&sketch.name), &names);
        names.push(name.clone());
        Picture {
            svg: svg(&sketch.drawing, &name),
            pdf: pdf(&sketch.drawing),
            name,
            subject: sketch.subject,
            lines: sketch.lines,
            title: sketch.drawing.title,
            caption: sketch.caption,
        }
    };
    sketches.map(finish).collect()
}

/// Letters, digits, `_` and `-`; everything else becomes a dash.
fn file_name(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let parts = text.split(|letter| !plain(letter)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// The name, numbered where it is taken: ids may differ in what file names leave out.
fn unique(name: String, taken: &[String]) -> String {
    let numbered = (2..).map(|count| format!("{name}-{count}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).expect("there are more numbers than names")
}
