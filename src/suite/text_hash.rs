//! The hash of what a line says, by which a changed text is noticed.

use crate::claim::{
    Abbreviation, Attributes, Claim, ClaimFile, Element, Expr, Grid, GridValue, LawKind, Letter,
    LetterKind, Node, Proposition, Space,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Display;

/// The hash of what a line says, 16 hexadecimal digits: of its kind and statement, of every letter,
/// `let` and `define` that it reaches by name, of the rules, instances, margin and (for a limit of a
/// training) training in force. Comments, layout, spelling, notes, sources, reasons, the name of the
/// line and statements that it does not reach leave it as it is.
pub fn text_hash(file: &ClaimFile, claim: &Claim) -> String {
    let digest = Sha256::digest(says(file, claim).as_bytes());
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the hash is of, line by line.
fn says(file: &ClaimFile, claim: &Claim) -> String {
    let mut lines = vec![format!("{} {}", claim.kind.word(), claim.statement())];
    let mut reached = Reached::default();
    claim.proposition.expressions().into_iter().for_each(|expr| reached.add(expr));
    match &claim.proposition {
        Proposition::Minimizer { loss, .. } | Proposition::Minimum { loss, .. } => {
            reached.abbreviation(loss);
        }
        _ => {}
    }
    for rule in &file.rules[..claim.rules] {
        lines.push(format!("rule {} == {}", rule.left, rule.right));
        [&rule.left, &rule.right].into_iter().for_each(|side| reached.add(side));
    }
    let reaches = matches!(claim.proposition, Proposition::Reaches { .. });
    if let Some(training) = claim.training.as_ref().filter(|_| reaches) {
        reached.abbreviation(&training.loss);
        reached.add(&training.loss.value);
        for (letter, start) in &training.starts {
            lines.push(format!("train {} {} -> {start}", training.loss.name, letter.name));
            reached.add(start);
        }
    }
    if let Some(grid) = &claim.grid {
        lines.push(format!("at {}", grid_text(grid)));
    }
    if let Some(margin) = &claim.margin {
        let absolute = if margin.absolute { " absolute" } else { "" };
        lines.push(format!("margin {} need {}{absolute}", margin.value, margin.need));
    }
    lines.extend(reached.names.into_values());
    lines.join("\n")
}

/// The names that expressions reach, each with what is declared of it.
#[derive(Default)]
struct Reached {
    names: BTreeMap<String, String>,
}

impl Reached {
    fn add(&mut self, expr: &Expr) {
        for part in expr.descendants() {
            match &*part.node {
                Node::Letter(letter) => self.letter(letter),
                Node::Abbreviation(abbreviation) => self.abbreviation(abbreviation),
                Node::Element(element) => self.element(element),
                _ => {}
            }
        }
    }

    fn abbreviation(&mut self, abbreviation: &Abbreviation) {
        let Abbreviation { name, value } = abbreviation;
        self.names.insert(name.to_string(), format!("let {name} = {value}"));
    }

    fn element(&mut self, element: &Element) {
        let Element { name, value } = element;
        self.names.insert(name.to_string(), format!("define {name} := {value}"));
    }

    fn letter(&mut self, letter: &Letter) {
        if self.names.contains_key(&*letter.name) {
            return;
        }
        let [rows, columns] = [&letter.shape.rows, &letter.shape.columns].map(side);
        let kind = match &letter.kind {
            LetterKind::Scalar { positive: false } => "scalar".to_owned(),
            LetterKind::Scalar { positive: true } => "positive".to_owned(),
            LetterKind::Matrix(attributes) => format!("matrix{}", words(*attributes)),
            LetterKind::Ones => "ones".to_owned(),
            LetterKind::Param => "param".to_owned(),
            LetterKind::Observed => "observed".to_owned(),
            LetterKind::Random(law) => {
                let word = match law.kind {
                    LawKind::Gaussian => "gaussian",
                    LawKind::SecondOrder => "secondorder",
                    LawKind::SecondOrderMeanZero => "secondorder0",
                };
                format!("{word} ~ {} : {}", law.covariance, law.group)
            }
        };
        let text = format!("{}[{rows},{columns}] {kind}", letter.name);
        self.names.insert(letter.name.to_string(), text);
        if let LetterKind::Random(law) = &letter.kind {
            self.add(&law.covariance);
        }
    }
}

fn side(space: &Space) -> &str {
    match space {
        Space::One => "1",
        Space::Size(name) => name,
    }
}

fn words(attributes: Attributes) -> String {
    let Attributes { symmetric, positive_definite, invertible, commuting } = attributes;
    let words = [
        (symmetric, " sym"),
        (positive_definite, " pd"),
        (invertible, " invertible"),
        (commuting, " commuting"),
    ];
    words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect()
}

fn grid_text(grid: &Grid) -> String {
    let value = |value: &GridValue| match value {
        GridValue::Number(number) => number.to_string(),
        GridValue::Rows(rows) => {
            format!("[{}]", joined(rows.iter().map(|row| format!("[{}]", joined(row, ", "))), ", "))
        }
    };
    let products = grid.products.iter().map(|lists| {
        let lists = lists
            .iter()
            .map(|list| format!("{} = {}", list.name, joined(list.values.iter().map(value), ", ")));
        joined(lists, "; ")
    });
    joined(products, " | ")
}

fn joined(parts: impl IntoIterator<Item = impl Display>, between: &str) -> String {
    parts.into_iter().map(|part| part.to_string()).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
theory Gram matrix
space d, N
matrix Lambda[d,d] pd
matrix Omega[d,d]
gaussian X[d,N] ~ Lambda
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
at d = 2, 3; N = 4
margin 1% because it is a test
claim square: E[S^2] == Gamma*Lambda
";

    fn hash(text: &str) -> String {
        let file = ClaimFile::parse("it.claim", text).unwrap_or_else(|errors| panic!("{errors:?}"));
        text_hash(&file, file.claims.last().expect("a line"))
    }

    #[test]
    fn what_is_written_out_is_everything_that_the_line_stands_on() {
        let file = ClaimFile::parse("it.claim", TEXT).expect("a claim file");
        assert_eq!(
            says(&file, &file.claims[0]),
            "claim E[S^2] == Gamma*Lambda\n\
             at d = 2, 3; N = 4\n\
             margin 1/100 need 1/50\n\
             define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I\n\
             Lambda[d,d] matrix sym pd invertible\n\
             let S = X*X'/N\n\
             X[d,N] gaussian ~ Lambda : X"
        );
    }

    #[test]
    fn remarks_layout_spelling_and_what_is_not_reached_do_not_count() {
        for (old, new) in [
            ("theory Gram matrix", "theory another title # and a comment"),
            ("let S = X*X'/N", "let S   =\n  X*Xᵀ/N # the Gram matrix"),
            ("== Gamma*Lambda", "== $\\Gamma \\Lambda$"),
            ("matrix Omega[d,d]", "matrix Omega[d,N]\nscalar u\nlet idle = u^2"),
            ("because it is a test", "because of something else"),
            ("claim square", "source somebody\nnote a note\nclaim renamed"),
        ] {
            assert!(TEXT.contains(old));
            assert_eq!(hash(&TEXT.replacen(old, new, 1)), hash(TEXT), "{new}");
        }
    }

    #[test]
    fn everything_that_the_line_says_counts() {
        for (old, new) in [
            ("claim square", "refute square"),
            ("== Gamma*Lambda", "== Lambda*Gamma"),
            ("(1 + 1/N)*Lambda", "(1 + 2/N)*Lambda"),
            ("X*X'/N", "X*X'/(N + 1)"),
            ("~ Lambda", "~ I"),
            ("N = 4", "N = 5"),
            ("margin 1%", "margin 2%"),
            ("matrix Omega[d,d]", "matrix Omega[d,d]\nscalar c\nrule c*Omega == Lambda"),
        ] {
            assert!(TEXT.contains(old));
            assert_ne!(hash(&TEXT.replacen(old, new, 1)), hash(TEXT), "{new}");
        }
    }
}
