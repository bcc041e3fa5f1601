//! The lines of a file that a diagnostic shows, with the places marked below them.

use super::diagnostic::Label;

/// Longer lines are cut to this many columns around the marks.
const WIDEST: usize = 100;

/// What stands for the part of a line that is cut off.
const CUT: &str = "...";

/// Where an offset lies in a text: line and column, both from 1, the column in characters.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let line = Line::around(text, offset);
    let offset = boundary(text, offset).min(line.start + line.text.len());
    (line.number, 1 + text[line.start..offset].chars().count())
}

/// The lines with `primary` and `secondary`, each line followed by its marks; every row starts
/// with the gutter. Also the width of the gutter's numbers.
pub(super) fn excerpt(text: &str, primary: &Label, secondary: &[Label]) -> (String, usize) {
    let labels = || std::iter::once(primary).chain(secondary);
    let mut lines: Vec<Line> = labels().map(|label| Line::around(text, label.span.start)).collect();
    lines.sort_by_key(|line| line.number);
    lines.dedup_by_key(|line| line.number);
    let width = lines.last().map_or(1, |line| line.number.to_string().len());
    let gutter = " ".repeat(width + 2);
    let mut rows = format!("{gutter}|\n");
    let mut above: Option<usize> = None;
    for line in &lines {
        if above.is_some_and(|above| above + 1 < line.number) {
            rows += "...\n";
        }
        above = Some(line.number);
        let view = View::new(line, labels().filter(|label| line.holds(text, label)));
        rows += format!(" {:>width$} | {}", line.number, view.text).trim_end();
        rows.push('\n');
        for row in view.marked(labels().zip(0..).filter_map(|(label, index)| {
            let sign = if index == 0 { '^' } else { '-' };
            line.holds(text, label).then_some((label, sign))
        })) {
            rows += &format!("{gutter}| {row}\n");
        }
    }
    (rows, width)
}

/// One line of a text, without its end.
struct Line<'a> {
    number: usize,
    start: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// The line that holds the byte at `offset`.
    fn around(text: &'a str, offset: usize) -> Self {
        let offset = boundary(text, offset);
        let before = &text.as_bytes()[..offset];
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = text[start..].split('\n').next().unwrap_or_default();
        let number = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Line { number, start, text: line.strip_suffix('\r').unwrap_or(line) }
    }

    fn holds(&self, text: &str, label: &Label) -> bool {
        let start = boundary(text, label.span.start);
        self.start <= start && !text[self.start..start].contains('\n')
    }

    /// The part of a label on this line, as offsets into the line; never empty but at its end.
    fn part(&self, label: &Label) -> (usize, usize) {
        let start = boundary(self.text, label.span.start - self.start);
        let end = boundary(self.text, label.span.end.max(label.span.start) - self.start);
        let next = self.text[start..].chars().next().map_or(1, char::len_utf8);
        (start, end.max(start + next))
    }
}

/// A line as it is shown: the visible part, and where its characters stand.
struct View<'a> {
    line: &'a Line<'a>,
    text: String,
    /// Columns in front of the visible part.
    hidden: usize,
}

impl<'a> View<'a> {
    fn new<'l>(line: &'a Line<'a>, labels: impl Iterator<Item = &'l Label>) -> Self {
        let width = columns(line.text);
        if width <= WIDEST {
            return View { line, text: showable(line.text), hidden: 0 };
        }
        // All marks if they fit, else the beginning of the first one, which is the primary one.
        let marks: Vec<(usize, usize)> = labels
            .map(|label| line.part(label))
            .map(|(start, end)| {
                (columns(&line.text[..start]), columns(&line.text[..end.min(line.text.len())]))
            })
            .collect();
        let first = marks.iter().map(|mark| mark.0).min().unwrap_or(0);
        let last = marks.iter().map(|mark| mark.1).max().unwrap_or(0);
        let (first, last) = match last.saturating_sub(first) + 2 * CUT.len() {
            0..=WIDEST => (first, last),
            _ => marks.first().map_or((0, 0), |mark| (mark.0, mark.1.min(mark.0 + WIDEST / 2))),
        };
        let middle = (first + last) / 2;
        let hidden = middle.saturating_sub(WIDEST / 2).min(width - WIDEST);
        let end = hidden + WIDEST;
        let from = if hidden > 0 { hidden + CUT.len() } else { 0 };
        let to = if end < width { end - CUT.len() } else { width };
        let mut text = if hidden > 0 { CUT.to_owned() } else { String::new() };
        let mut column = 0;
        for character in line.text.chars() {
            let next = column + cells(character);
            if from <= column && next <= to {
                show(&mut text, character);
            } else if column < from && from < next {
                // Half of a wide character.
                text += &" ".repeat(next.min(to) - from);
            }
            column = next;
            if column > to {
                break;
            }
        }
        if end < width {
            text += CUT;
        }
        View { line, text, hidden }
    }

    /// The row of marks with the text of the rightmost label beside it, then the other texts
    /// below their marks, from right to left.
    fn marked<'l>(&self, labels: impl Iterator<Item = (&'l Label, char)>) -> Vec<String> {
        let mut marks: Vec<(usize, usize, char, &str)> = labels
            .map(|(label, sign)| {
                let (start, end) = self.line.part(label);
                let inside = end.min(self.line.text.len());
                let from = columns(&self.line.text[..start]);
                let to = columns(&self.line.text[..inside]).max(from + 1);
                (from, to, sign, label.text.as_str())
            })
            .filter(|(from, ..)| (self.hidden..=self.hidden + WIDEST).contains(from))
            .map(|(from, to, sign, text)| {
                (from - self.hidden, to.min(self.hidden + WIDEST + 1) - self.hidden, sign, text)
            })
            .collect();
        // From right to left; of two that start together the primary one is the right one.
        marks.sort_by_key(|(from, _, sign, _)| (std::cmp::Reverse(*from), *sign == '-'));
        let mut row: Vec<char> = Vec::new();
        for primary in [false, true] {
            for (from, to, sign, _) in marks.iter().filter(|mark| (mark.2 == '^') == primary) {
                row.resize(row.len().max(*to), ' ');
                row[*from..*to].fill(*sign);
            }
        }
        let mut marks = marks.into_iter();
        let beside = marks.next().map_or("", |(.., text)| text);
        let row = format!("{} {beside}", row.into_iter().collect::<String>());
        let below = marks
            .filter(|(.., text)| !text.is_empty())
            .map(|(from, _, _, text)| format!("{}{text}", " ".repeat(from)));
        std::iter::once(row.trim_end().to_owned()).chain(below).collect()
    }
}

/// The last boundary of a character at or before `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}

/// Adds a character as it is shown: a tab as blanks, and nothing that would move the cursor.
fn show(text: &mut String, character: char) {
    match character {
        '\t' => *text += TAB,
        _ if moves_cursor(character) => text.push(char::REPLACEMENT_CHARACTER),
        _ => text.push(character),
    }
}

/// `text` as it is shown.
pub(super) fn showable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|character| show(&mut shown, character));
    shown
}

/// What stands for a tab.
const TAB: &str = "    ";

fn moves_cursor(character: char) -> bool {
    // Control characters, and marks that turn the direction of writing.
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn columns(text: &str) -> usize {
    text.chars().map(cells).sum()
}

/// Columns that a character takes in a terminal: the blocks of the Unicode standard that are
/// wide or combining, without their exceptions.
fn cells(character: char) -> usize {
    match character {
        '\t' => TAB.len(),
        '\u{300}'..='\u{36f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{200b}'..='\u{200d}'
        | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}
