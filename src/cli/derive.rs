//! `isserlis derive`: a derivation for people, in LaTeX.

use super::Exit;
use super::eval::file;
use super::options::ShowOptions;
use super::output::print;
use crate::calculus::{Calculus, Derivation};
use crate::claim::{Claim, ClaimFile, Expr, Proposition, nearest};
use std::fmt::Write;

/// Characters of the language in a line of a sum.
const LINE: usize = 70;

const INFALLIBLE: &str = "a string takes everything";

/// Prints the derivation of an equation: the expectations by parts, then both sides in normal form.
///
/// # Errors
/// Where there is no such equation, or it has no normal form.
pub(super) fn derive(with: &str, name: &str, show: ShowOptions) -> anyhow::Result<Exit> {
    let Some(file) = file(with, show)? else { return Ok(Exit::Input) };
    let Some(claim) = file.claims.iter().find(|claim| claim.name == name) else {
        let near = nearest(name, file.claims.iter().map(|claim| claim.name.as_str()));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        anyhow::bail!("no line `{name}` in `{with}`{near}");
    };
    let Proposition::Equal { left, right } = &claim.proposition else {
        anyhow::bail!("`{name}` is no equation");
    };
    let mut calculus = Calculus::new(&file.letters)?;
    for rule in &file.rules[..claim.rules] {
        calculus.suppose(rule)?;
    }
    calculus.keep_logs();
    let sides = [calculus.normal_form(left)?, calculus.normal_form(right)?];
    let difference = calculus.difference(left, right)?;
    let text = document(
        &file,
        claim,
        &calculus,
        &sides,
        difference.as_ref().map(|left| &*left.expression),
    );
    print(&text, show)?;
    Ok(if difference.is_none() { Exit::Success } else { Exit::Refuted })
}

fn document(
    file: &ClaimFile,
    claim: &Claim,
    calculus: &Calculus,
    sides: &[String; 2],
    difference: Option<&str>,
) -> String {
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").expect(INFALLIBLE);
    line(format!("% {}: {}", claim.name, claim.proposition));
    line("% amsmath, amssymb".to_owned());
    line(format!("\\paragraph{{Claim}} $\\displaystyle {}$.", claim.proposition.latex()));
    let mentioned = mentioned(claim, calculus);
    let definitions: Vec<String> = file
        .elements
        .iter()
        .filter(|element| mentioned.iter().any(|text| text.contains(&*element.name)))
        .filter_map(|element| {
            let name = file.expression(&element.name).ok()?;
            Some(format!("${} = {}$", name.latex(), element.value.latex()))
        })
        .collect();
    if !definitions.is_empty() {
        line(format!("Here {}.", definitions.join(", ")));
    }
    for derivation in calculus.derivations() {
        line(String::new());
        expectation(file, derivation, &mut line);
    }
    line(String::new());
    line("\\paragraph{Both sides}".to_owned());
    line("\\begin{align*}".to_owned());
    line(format!("\\text{{left}} &= {} \\\\", broken(file, &sides[0])));
    line(format!("\\text{{right}} &= {}", broken(file, &sides[1])));
    line("\\end{align*}".to_owned());
    line(match difference {
        None => "In normal form the difference is $0$: the claim holds for all sizes.".to_owned(),
        Some(difference) => format!("They differ by $\\displaystyle {}$.", latex(file, difference)),
    });
    out
}

/// All texts of a derivation, to see which definitions occur.
fn mentioned(claim: &Claim, calculus: &Calculus) -> Vec<String> {
    let mut texts = vec![claim.proposition.to_string()];
    for derivation in calculus.derivations() {
        texts.push(derivation.integrand.clone());
        texts.push(derivation.value.clone());
    }
    for expr in claim.proposition.expressions() {
        texts.extend(expr.descendants().map(|part: &Expr| part.to_string()));
    }
    texts
}

fn expectation(file: &ClaimFile, derivation: &Derivation, line: &mut impl FnMut(String)) {
    let heading = latex(file, &derivation.expression);
    line(format!("\\paragraph{{Expectation}} $\\displaystyle {heading}$."));
    let (named, file) = match &derivation.marker {
        None => (derivation.clone(), file.clone()),
        Some((marker, sides)) => {
            let (name, file) = with_marker(file, sides);
            let replace = |text: &String| text.replace(marker.as_str(), &name);
            line(format!("It is contracted with an arbitrary matrix ${name}$ under the trace."));
            let steps = derivation
                .steps
                .iter()
                .map(|(letter, state, sum)| (letter.clone(), replace(state), replace(sum)));
            let named = Derivation {
                integrand: replace(&derivation.integrand),
                steps: steps.collect(),
                value: replace(&derivation.value),
                ..derivation.clone()
            };
            (named, file)
        }
    };
    line("The integrand expands to".to_owned());
    line("\\begin{align*}".to_owned());
    let within = |text: &str| broken_with(text, |term| inner_latex(&file, term));
    line(format!("&{}", within(&named.integrand)));
    line("\\end{align*}".to_owned());
    let mut rest = &named.steps[..];
    while let Some((letter, ..)) = rest.first() {
        let count = rest.iter().take_while(|(other, ..)| other == letter).count();
        let (steps, after) = rest.split_at(count);
        let shown = file.letters.iter().find(|known| *known.name == **letter);
        let shown = shown.and_then(|known| file.expression(&format!("E[{}]", known.name)).ok());
        let shown = shown.map_or_else(|| letter.clone(), |expr| inner(&expr));
        line(format!("Integrating by parts in ${shown}$:"));
        line("\\begin{align*}".to_owned());
        for (index, (_, state, sum)) in steps.iter().enumerate() {
            let end = if index + 1 == count { "" } else { " \\\\" };
            line(format!("{} &= {}{end}", latex(&file, state), broken(&file, sum)));
        }
        line("\\end{align*}".to_owned());
        rest = after;
    }
    line("So its value is".to_owned());
    line("\\begin{align*}".to_owned());
    line(format!("&{}", broken(&file, &named.value)));
    line("\\end{align*}".to_owned());
}

/// The body of `E[x]` in LaTeX.
fn inner(expr: &Expr) -> String {
    expr.parts().first().map_or_else(String::new, |body| body.latex())
}

/// The file with one more letter, whose name is free.
fn with_marker(file: &ClaimFile, sides: &[String; 2]) -> (String, ClaimFile) {
    for name in ["J", "M", "V", "J_1", "J_2", "J_3"] {
        let [rows, columns] = sides;
        let text = format!("{}\nmatrix {name}[{rows},{columns}]\n", file.text);
        if let Ok(extended) = ClaimFile::parse(&file.name, &text) {
            return (name.to_owned(), extended);
        }
    }
    ("J".to_owned(), file.clone())
}

/// A term with random letters, which stand in an expectation alone.
fn inner_latex(file: &ClaimFile, term: &str) -> String {
    file.expression(&format!("E[{term}]")).map_or_else(|_| latex(file, term), |expr| inner(&expr))
}

/// A sum in the lines of an `align`.
fn broken(file: &ClaimFile, text: &str) -> String {
    broken_with(text, |term| latex(file, term))
}

fn broken_with(text: &str, latex: impl Fn(&str) -> String) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut length) = (String::new(), 0);
    for (sign, term) in terms(text) {
        let term_in_latex = latex(term);
        if length > 0 && length + term.len() > LINE {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        line += match (lines.is_empty() && length == 0, sign) {
            (true, "+") => "",
            (true, _) => "-",
            (false, "+") => " + ",
            (false, _) => " - ",
        };
        line += &term_in_latex;
        length += term.len();
    }
    lines.push(line);
    lines.join(" \\\\\n  &\\quad ")
}

/// The signs and terms of a sum, outside brackets.
fn terms(text: &str) -> Vec<(&str, &str)> {
    let (mut found, mut depth, mut start, mut sign) = (Vec::new(), 0, 0, "+");
    let mut skip = 0;
    for (place, letter) in text.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ' ' if depth == 0 && place >= skip => {
                for next in ["+", "-"] {
                    if text[place + 1..].starts_with(next) && text[place + 2..].starts_with(' ') {
                        found.push((sign, &text[start..place]));
                        (sign, start, skip) = (next, place + 3, place + 3);
                    }
                }
            }
            _ => {}
        }
    }
    found.push((sign, &text[start..]));
    found
}

/// An expression of the language in LaTeX; as it stands where it cannot be read.
fn latex(file: &ClaimFile, text: &str) -> String {
    file.expression(text).map_or_else(|_| format!("\\texttt{{{text}}}"), |expr| expr.latex())
}
