//! The report in LaTeX: needs nothing but amsmath, amssymb, graphicx, longtable and hyperref.

use super::figures::Picture;
use super::page::Page;
use super::template::{ReportError, fill};
use crate::suite::Results;
use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;

/// The results as a LaTeX document, for any engine, which includes the files `figures/*.pdf` of the
/// pictures.
///
/// # Errors
/// Where the template cannot be filled, which is a bug.
pub fn latex(results: &Results, pictures: &[Picture]) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    // Braces and percent signs mean something in LaTeX.
    let syntax = SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("<<", ">>")
        .comment_delimiters("<#", "#>")
        .build()?;
    environment.set_syntax(syntax);
    environment.add_filter("tex", |text: String| escaped(&text));
    environment.add_filter("code", |text: String| code(&text));
    environment.add_filter("label", |text: String| label(&text));
    fill(environment, include_str!("../../report/report.tex.jinja"), &Page::of(results, pictures))
}

/// Text in which no character has a meaning of its own. What the fonts lack is written out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => out += "\\textbackslash{}",
            '~' => out += "\\textasciitilde{}",
            '^' => out += "\\textasciicircum{}",
            '<' => out += "\\textless{}",
            '>' => out += "\\textgreater{}",
            '"' => out += "\\textquotedbl{}",
            '\'' => out += "\\textquotesingle{}",
            '|' => out += "\\textbar{}",
            '`' => out += "\\textasciigrave{}",
            '-' => out += "{-}",
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(character);
            }
            _ if character.is_control() => out.push(' '),
            _ if character.is_ascii() => out.push(character),
            _ => out += &beyond_ascii(character),
        }
    }
    out
}

/// A character that the fonts have by itself (Latin letters with accents), or its name.
fn beyond_ascii(character: char) -> String {
    let greek = match character {
        'Λ' => "Lambda",
        'Γ' => "Gamma",
        'Σ' => "Sigma",
        'Ω' => "Omega",
        'Ψ' => "Psi",
        'σ' => "sigma",
        'λ' => "lambda",
        'η' => "eta",
        'ε' => "varepsilon",
        'ψ' => "psi",
        '\u{2212}' => return "\\ensuremath{-}".to_owned(),
        _ if ('\u{c0}'..='\u{17f}').contains(&character) => return character.to_string(),
        _ => return format!("[U+{:04X}]", u32::from(character)),
    };
    format!("\\ensuremath{{\\{greek}}}")
}

/// A key for references: letters, digits and dashes, everything else by its number.
fn label(text: &str) -> String {
    let part = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => character.to_string(),
        _ => format!(".{:x}", u32::from(character)),
    };
    text.chars().map(part).collect()
}

/// Code in typewriter letters that breaks at operators.
fn code(text: &str) -> String {
    let broken = escaped(text)
        .replace("*", "*\\allowbreak{}")
        .replace("+", "+\\allowbreak{}")
        .replace(", ", ", \\allowbreak{}")
        .replace("::", "::\\allowbreak{}")
        .replace("\\_", "\\_\\allowbreak{}");
    // Leading blanks are the indentation of a continued statement.
    let indent = broken.len() - broken.trim_start().len();
    format!("\\texttt{{{}{}}}", "~".repeat(indent), broken.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_means_nothing_to_latex() {
        assert_eq!(escaped("50% of a_b & {c}"), "50\\% of a\\_b \\& \\{c\\}");
        assert_eq!(escaped("\\input{x}"), "\\textbackslash{}input\\{x\\}");
        assert_eq!(escaped("naïve Λ ∀"), "naïve \\ensuremath{\\Lambda} [U+2200]");
    }
}
