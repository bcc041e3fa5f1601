//! A derivation of an equation for people: its expectations by parts, then both sides in normal
//! form. Formulas are LaTeX for amsmath and amssymb, without dollar signs.

use crate::calculus::{Calculus, Derivation, Stop};
use crate::claim::{Claim, ClaimFile, Expr, Proposition};
use serde::Serialize;

/// Characters of the language in a line of a sum.
const LINE: usize = 70;

/// A sum, in lines short enough for a page. From the second on a line starts with its sign.
pub type Lines = Vec<String>;

/// How an equation is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Derived {
    /// The name of the line.
    pub name: String,
    /// What it says in the claim language.
    pub statement: String,
    /// What it says.
    pub statement_latex: String,
    /// The definitions that occur: a name and its value.
    pub definitions: Vec<[String; 2]>,
    /// The expectations, in the order in which they are taken.
    pub expectations: Vec<DerivedExpectation>,
    /// Both sides in normal form.
    pub sides: [Lines; 2],
    /// Left less right in normal form; `None` where it is zero, so that the equation is proved.
    pub difference: Option<String>,
}

/// How an expectation is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DerivedExpectation {
    /// The expectation.
    pub expression: String,
    /// The arbitrary matrix that closes it to a trace, where it is a matrix.
    pub contracted_with: Option<String>,
    /// The integrand, expanded.
    pub integrand: Lines,
    /// Integrations by parts, those in the same letter together.
    pub parts: Vec<ByParts>,
    /// The value.
    pub value: Lines,
}

/// Integrations by parts in one letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ByParts {
    /// The letter.
    pub letter: String,
    /// Expectations, and what they equal.
    pub equations: Vec<(String, Lines)>,
}

/// Why there is no derivation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeriveError {
    /// The line is no equation.
    #[error("`{name}` is no equation")]
    NoEquation {
        /// The name of the line.
        name: String,
    },
    /// A side has no normal form.
    #[error(transparent)]
    NoNormalForm(#[from] Stop),
}

/// Derives a line of the file.
///
/// # Errors
/// Where the line is no equation, or a side has no normal form.
pub fn derive(file: &ClaimFile, claim: &Claim) -> Result<Derived, DeriveError> {
    let Proposition::Equal { left, right } = &claim.proposition else {
        return Err(DeriveError::NoEquation { name: claim.name.clone() });
    };
    let mut calculus = Calculus::new(&file.letters)?;
    for rule in &file.rules[..claim.rules] {
        calculus.suppose(rule)?;
    }
    calculus.keep_logs();
    let sides = [calculus.normal_form(left)?, calculus.normal_form(right)?];
    let difference = calculus.difference(left, right)?;
    let mentioned = mentioned(claim, &calculus);
    let definitions = file
        .elements
        .iter()
        .filter(|element| mentioned.iter().any(|text| text.contains(&*element.name)))
        .filter_map(|element| {
            let name = file.expression(&element.name).ok()?;
            Some([name.latex(), element.value.latex()])
        });
    Ok(Derived {
        name: claim.name.clone(),
        statement: claim.proposition.to_string(),
        statement_latex: claim.proposition.latex(),
        definitions: definitions.collect(),
        expectations: calculus.derivations().iter().map(|one| expectation(file, one)).collect(),
        sides: sides.map(|side| broken(file, &side)),
        difference: difference.map(|left| latex(file, &left.expression)),
    })
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

fn expectation(file: &ClaimFile, derivation: &Derivation) -> DerivedExpectation {
    let expression = latex(file, &derivation.expression);
    let (named, file, contracted_with) = match &derivation.marker {
        None => (derivation.clone(), file.clone(), None),
        Some((marker, sides)) => {
            let (name, file) = with_marker(file, sides);
            let replace = |text: &String| text.replace(marker.as_str(), &name);
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
            (named, file, Some(name))
        }
    };
    let by_parts = |steps: &[(String, String, String)]| {
        let letter = &steps[0].0;
        let shown = file.letters.iter().find(|known| *known.name == **letter);
        let shown = shown.and_then(|known| file.expression(&format!("E[{}]", known.name)).ok());
        ByParts {
            letter: shown.map_or_else(|| letter.clone(), |expr| inner(&expr)),
            equations: steps
                .iter()
                .map(|(_, state, sum)| (latex(&file, state), broken(&file, sum)))
                .collect(),
        }
    };
    DerivedExpectation {
        expression,
        contracted_with,
        integrand: broken_with(&named.integrand, |term| inner_latex(&file, term)),
        parts: named.steps.chunk_by(|(one, ..), (other, ..)| one == other).map(by_parts).collect(),
        value: broken(&file, &named.value),
    }
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

/// A sum in lines.
fn broken(file: &ClaimFile, text: &str) -> Vec<String> {
    broken_with(text, |term| latex(file, term))
}

fn broken_with(text: &str, latex: impl Fn(&str) -> String) -> Vec<String> {
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
            (false, "+") if length == 0 => "+ ",
            (false, _) if length == 0 => "- ",
            (false, "+") => " + ",
            (false, _) => " - ",
        };
        line += &term_in_latex;
        length += term.len();
    }
    lines.push(line);
    lines
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
