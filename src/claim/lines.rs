//! From the text of a file to its statements: lines, continuation lines, comments.

use super::span::Span;

/// The longest claim file, in bytes.
pub(crate) const LONGEST_FILE: usize = 16 << 20;

/// The longest statement, continuation lines included, in bytes.
pub(crate) const LONGEST_STATEMENT: usize = 1 << 20;

/// The place of one statement: its first line and the lines that continue it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// From the first character to the last one that is neither blank nor comment.
    pub(super) span: Span,
    /// The first line starts with a blank, but there is no statement above it to continue.
    pub(super) orphan: bool,
}

/// The statements of `text`, in order.
///
/// Lines end with LF or CRLF; a byte-order mark in front is skipped. A line that starts with a
/// blank continues the statement above it, also across empty lines and lines of comment.
pub(super) fn extents(text: &str) -> impl Iterator<Item = Extent> {
    let mut offset = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = text[offset..].split_inclusive('\n');
    let mut open: Option<Extent> = None;
    std::iter::from_fn(move || {
        for line in lines.by_ref() {
            let start = offset;
            offset += line.len();
            let content = without_comment(line);
            if content.is_empty() {
                continue;
            }
            let indent = content.len() - content.trim_start().len();
            let span = Span::new(start + indent, start + content.len());
            match &mut open {
                Some(above) if indent > 0 => above.span.end = span.end,
                _ => {
                    if let Some(above) = open.replace(Extent { span, orphan: indent > 0 }) {
                        return Some(above);
                    }
                }
            }
        }
        open.take()
    })
}

/// The text at `span` without comments, its lines joined by one blank.
pub(super) fn plain_text(text: &str, span: Span) -> String {
    let lines = text[span.start..span.end].lines().map(|line| without_comment(line).trim_start());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `line` up to the comment, if any, without the blanks at the end.
fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str) -> Vec<(String, bool)> {
        extents(text).map(|extent| (plain_text(text, extent.span), extent.orphan)).collect()
    }

    #[test]
    fn a_line_that_starts_with_a_blank_continues_the_statement_above() {
        let text = "space d # sizes\n\n# comment\n\t, N # more\r\n  , M\r\nscalar u\r\n";
        assert_eq!(
            statements(text),
            [("space d , N , M".to_owned(), false), ("scalar u".to_owned(), false)]
        );
    }

    #[test]
    fn the_extent_of_a_statement_ends_before_its_comment() {
        let text = "\u{feff}scalar u   # free \nnote x";
        let spans: Vec<&str> =
            extents(text).map(|extent| &text[extent.span.start..extent.span.end]).collect();
        assert_eq!(spans, ["scalar u", "note x"]);
    }

    #[test]
    fn a_continuation_without_a_statement_above_is_marked() {
        assert_eq!(
            statements("\n  # only a comment\n  space d\n  , N\nscalar u"),
            [("space d , N".to_owned(), true), ("scalar u".to_owned(), false)]
        );
    }

    #[test]
    fn a_file_of_blanks_and_comments_has_no_statements() {
        for text in ["", "\u{feff}", "\r\n", "   ", "# note", "\t# x\n\n"] {
            assert_eq!(statements(text), []);
        }
    }
}
