//! The layout of messages: continued, long and wide lines. The twelve messages of the language
//! reference are tested from whole files in `tests_messages.rs`.

use super::{Diagnostic, DiagnosticKind, Span};

/// A file with `content` at line `line`.
fn file(line: usize, content: &str) -> String {
    "\n".repeat(line - 1) + content + "\n"
}

/// The place of `part` in the first occurrence of `context`.
fn place(text: &str, context: &str, part: &str) -> Span {
    let context_start = text.find(context).expect("context");
    let start = context_start + context.find(part).expect("part");
    Span::new(start, start + part.len())
}

#[test]
fn a_continued_statement_shows_its_physical_line() {
    let text = "claim gram: E[X*X']\r\n\t== N*Lamda # wrong\r\n";
    let diagnostic = Diagnostic::new(
        DiagnosticKind::UnknownName,
        "unknown name `Lamda`",
        place(text, "Lamda", "Lamda"),
        "not declared",
    );
    assert_eq!(
        diagnostic.render("gram.claim", text),
        "\
error: unknown name `Lamda`
  --> gram.claim:2:7
   |
 2 |     == N*Lamda # wrong
   |          ^^^^^ not declared"
    );
}

#[test]
fn columns_count_characters_and_wide_characters_stay_aligned() {
    let text = "note 行列\nclaim a: Γ·行 == Lamda";
    let diagnostic = Diagnostic::new(
        DiagnosticKind::UnknownName,
        "unknown name `Lamda`",
        place(text, "Lamda", "Lamda"),
        "not declared",
    );
    assert_eq!(
        diagnostic.render("a.claim", text),
        "\
error: unknown name `Lamda`
  --> a.claim:2:17
   |
 2 | claim a: Γ·行 == Lamda
   |                  ^^^^^ not declared"
    );
}

#[test]
fn a_mark_behind_the_line_is_one_caret() {
    let text = "scalar a\nlet S =";
    let end = Span::new(text.len(), text.len());
    assert_eq!(
        Diagnostic::new(DiagnosticKind::Syntax, "expected an expression", end, "")
            .render("a.claim", text),
        "\
error: expected an expression
  --> a.claim:2:8
   |
 2 | let S =
   |        ^"
    );
}

#[test]
fn a_wide_gutter_keeps_its_bars_in_one_column() {
    let text = "scalar a\n".to_owned() + &file(99, "scalar a");
    let last = text.rfind('a').expect("a");
    let diagnostic = Diagnostic::new(
        DiagnosticKind::NamedTwice,
        "`a` is declared twice",
        Span::new(last, last + 1),
        "again",
    )
    .also(Span::new(7, 8), "first")
    .help("rename it");
    assert_eq!(
        diagnostic.render("a.claim", &text),
        "\
error: `a` is declared twice
    --> a.claim:100:8
     |
   1 | scalar a
     |        - first
...
 100 | scalar a
     |        ^ again
     |
     = help: rename it"
    );
}

#[test]
fn a_long_line_is_cut_to_the_part_around_the_caret() {
    let text = format!("claim long: {}Lamda{} == 0", "a + ".repeat(100), " + b".repeat(100));
    let diagnostic = Diagnostic::new(
        DiagnosticKind::UnknownName,
        "unknown name `Lamda`",
        place(&text, "Lamda", "Lamda"),
        "not declared",
    );
    assert_eq!(
        diagnostic.render("long.claim", &text),
        "\
error: unknown name `Lamda`
  --> long.claim:1:413
   |
 1 | ... a + a + a + a + a + a + a + a + a + a + a + Lamda + b + b + b + b + b + b + b + b + b + b + b...
   |                                                 ^^^^^ not declared"
    );
}
