//! How results write the proposition of a line.

use super::plan::Line;

/// The proposition, ASCII, in one line.
pub(super) fn ascii(line: &Line<'_>) -> String {
    let span = line.claim.span;
    let text = &line.subject.file.text[span.start..span.end];
    let proposition = text.split_once(':').map_or(text, |(_, proposition)| proposition);
    proposition.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The proposition, LaTeX, without dollar signs.
pub(super) fn latex(line: &Line<'_>) -> String {
    ascii(line)
}
