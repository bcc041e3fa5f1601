//! The report in Markdown, with the mathematics between dollar signs.

use super::figures::Picture;
use super::page::Page;
use super::template::{ReportError, fill};
use crate::suite::Results;
use minijinja::Environment;

/// The results as Markdown, as GitHub reads it, with links to the files `figures/*.svg` of the
/// pictures.
///
/// # Errors
/// Where the template cannot be filled, which is a bug.
pub fn markdown(results: &Results, pictures: &[Picture]) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.add_filter("md", |text: String| plain(&text));
    environment.add_filter("code", |text: String| code(&text));
    environment.add_filter("math", |text: String| math(&text));
    environment.add_filter("anchor", |text: String| anchor(&text));
    fill(environment, include_str!("../../report/report.md.jinja"), &Page::of(results, pictures))
}

/// Text in which no character has a meaning of its own, also in the cell of a table.
pub(super) fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '$' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' | '\r' => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Code, also in the cell of a table: a fence longer than any in the text.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|").replace('\n', " "))
}

/// Display mathematics in a fence: GitHub then reads no Markdown inside, so that `_`, `*`, `\\`
/// and `<` reach the typesetter as they are.
fn math(text: &str) -> String {
    format!("```math\n{}\n```", text.trim())
}

/// The anchor of a heading: letters, digits and dashes.
fn anchor(text: &str) -> String {
    let dash = |character: char| if character.is_alphanumeric() { character } else { '-' };
    text.chars().map(dash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_means_nothing_to_markdown() {
        assert_eq!(plain("a_b*c|d<e"), "a\\_b\\*c\\|d&lt;e");
    }

    #[test]
    fn code_keeps_its_own_backticks() {
        assert_eq!(code("E[x]"), "`E[x]`");
        assert_eq!(code("`B`"), "`` `B` ``");
        assert_eq!(code("a|b"), "`a\\|b`");
    }
}
