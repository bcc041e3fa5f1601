//! Formulas as MathML, which browsers set without a script; long ones may break between terms.

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};
use std::fmt::Write;

const INFALLIBLE: &str = "a string takes everything";

/// A displayed formula: pieces that stay together, between which the browser may break the line.
pub(super) fn displayed(latex: &str) -> String {
    let mut out = String::new();
    for (index, piece) in pieces(latex).into_iter().enumerate() {
        // Behind something empty a sign is that of a sum, with its spaces, and none in front.
        let text = if index == 0 { piece.to_owned() } else { format!("{{}} {piece}") };
        let math = mathml(&text, DisplayMode::Block).replacen(
            " display=\"block\"",
            " display=\"inline\" displaystyle=\"true\"",
            1,
        );
        write!(out, "<span class=\"piece\">{math}</span>").expect(INFALLIBLE);
    }
    out
}

/// A formula within a line of text.
pub(super) fn inline(latex: &str) -> String {
    mathml(latex, DisplayMode::Inline)
}

fn mathml(latex: &str, display_mode: DisplayMode) -> String {
    let storage = Storage::new();
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    let mut out = String::new();
    push_mathml(&mut out, Parser::new(latex, &storage), config).expect(INFALLIBLE);
    // The converter writes the micro sign, which is no letter of mathematics.
    out.replace('\u{b5}', "\u{3bc}")
}

/// Where a formula may go on in the next line: in front of a relation or a term outside brackets.
fn pieces(latex: &str) -> Vec<&str> {
    const SIGNS: [&str; 9] =
        ["= ", "+ ", "- ", "\\ge ", "\\le ", "\\succeq ", "\\preceq ", "\\to ", "\\quad "];
    let mut pieces = Vec::new();
    let (mut depth, mut start, mut place) = (0_usize, 0, 0);
    while place < latex.len() {
        let rest = &latex[place..];
        let breaks = depth == 0 && place > start && latex[..place].ends_with(' ');
        if breaks && SIGNS.iter().any(|sign| rest.starts_with(sign)) {
            pieces.push(latex[start..place].trim());
            start = place;
        }
        let token = token(rest);
        match token {
            "{" | "(" | "[" | "\\left" | "\\lVert" => depth += 1,
            "}" | ")" | "]" | "\\right" | "\\rVert" => depth = depth.saturating_sub(1),
            _ => (),
        }
        place += token.len();
        if matches!(token, "\\left" | "\\right") {
            place += self::token(&latex[place..]).len();
        }
    }
    pieces.push(latex[start..].trim());
    pieces
}

/// The command or character that the text starts with.
fn token(text: &str) -> &str {
    let mut letters = text.char_indices().skip(1);
    let end = match text.starts_with('\\') {
        true => match letters.find(|(_, letter)| !letter.is_ascii_alphabetic()) {
            // A command of one character, such as `\{`.
            Some((1, letter)) => 1 + letter.len_utf8(),
            Some((end, _)) => end,
            None => text.len(),
        },
        false => letters.next().map_or(text.len(), |(end, _)| end),
    };
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_breaks_between_terms_and_not_within_brackets() {
        let latex = "\\mathbb{E}[a + b] = -x + \\left(c - \\frac{1 - u}{2}\\right) y - z";
        assert_eq!(
            pieces(latex),
            ["\\mathbb{E}[a + b]", "= -x", "+ \\left(c - \\frac{1 - u}{2}\\right) y", "- z"]
        );
        assert_eq!(pieces("\\{a\\} = b"), ["\\{a\\}", "= b"]);
        assert_eq!(
            pieces("\\left.f\\right|_{x \\to 1} \\ge 0"),
            ["\\left.f\\right|_{x \\to 1}", "\\ge 0"]
        );
        assert_eq!(pieces("\\lambda_{\\min}(A)"), ["\\lambda_{\\min}(A)"]);
    }

    #[test]
    fn a_sign_at_the_start_of_a_piece_is_one_between_terms() {
        let math = displayed("x = y");
        assert!(math.contains("<mrow></mrow><mo"), "{math}");
        assert_eq!(math.matches("<math").count(), 2);
    }
}
