//! Names in LaTeX: Greek letters, accents, and what is written as an index.

use super::spelling::greek_command;
use super::tree::{Letter, LetterKind, Space};

/// Endings that are an index as they stand, `Leff` being L with the index "eff".
const INDICES: [&str; 10] =
    ["eff", "full", "test", "train", "val", "out", "opt", "ridge", "min", "max"];

/// Endings that are an accent, with its command.
const ACCENTS: [(&str, &str); 3] = [("hat", "hat"), ("tilde", "tilde"), ("bar", "bar")];

/// Greek names that are not the short ones of the language.
const LONG_GREEK: [(&str, &str); 2] = [("lambda", "lambda"), ("epsilon", "epsilon")];

/// The name of a letter; all-ones vectors of one space are one vector.
pub(super) fn letter(letter: &Letter) -> String {
    match (&letter.kind, &letter.shape.rows) {
        (LetterKind::Ones, Space::Size(size)) => format!("\\mathbf{{1}}_{{{}}}", name(size)),
        _ => name(&letter.name),
    }
}

/// A name as it is written in a paper: `\Lambda`, `u_{12}`, `x_{q}`, `\hat{y}`, `\mathrm{risk}`.
///
/// An index is: trailing digits; `q`, a capital or one of the usual words behind a single letter;
/// whatever stands behind an underscore.
pub(super) fn name(name: &str) -> String {
    let parts: Vec<&str> = name.split('_').collect();
    match parts.as_slice() {
        [base, indices @ ..] if parts.iter().all(|part| !part.is_empty()) => {
            let (base, index) = base_and_index(base);
            let indices = indices.iter().map(|index| index_word(index));
            let indices: Vec<String> = index.into_iter().chain(indices).collect();
            if indices.is_empty() { base } else { format!("{base}_{{{}}}", indices.join(",")) }
        }
        _ => format!("\\mathrm{{{}}}", name.replace('_', "\\_")),
    }
}

/// A name without underscores: what is written on the line, and the index if there is one.
fn base_and_index(name: &str) -> (String, Option<String>) {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name[letters.len()..];
    let with_digits = |index: String| Some(index + digits).filter(|index| !index.is_empty());
    let starts = (1..=letters.len()).rev().filter_map(|end| Some((end, symbol(&letters[..end])?)));
    for (end, base) in starts {
        let (base, ending) = accented(base, &letters[end..]);
        let capital = ending.len() == 1 && ending.chars().all(|c| c.is_ascii_uppercase());
        if ending.is_empty() || capital || ending == "q" {
            return (base, with_digits(ending.to_owned()));
        }
        if INDICES.contains(&ending) {
            return (base, with_digits(index_word(ending)));
        }
    }
    (format!("\\mathrm{{{letters}}}"), with_digits(String::new()))
}

/// A letter of the alphabet or the name of a Greek one.
fn symbol(name: &str) -> Option<String> {
    let long = LONG_GREEK.iter().find(|(long, _)| *long == name).map(|(_, command)| *command);
    match greek_command(name).or(long) {
        Some(command) => Some(format!("\\{command}")),
        None => Some(name.to_owned()).filter(|name| name.len() == 1),
    }
}

/// The symbol with the accent that `ending` starts with, and the rest of the ending.
fn accented(symbol: String, ending: &str) -> (String, &str) {
    for (word, command) in ACCENTS {
        if let Some(rest) = ending.strip_prefix(word) {
            return (format!("\\{command}{{{symbol}}}"), rest);
        }
    }
    (symbol, ending)
}

fn index_word(word: &str) -> String {
    match symbol(word) {
        Some(symbol) => symbol,
        None if matches!(word, "min" | "max") => format!("\\{word}"),
        None if word.chars().all(|c| c.is_ascii_digit()) => word.to_owned(),
        None => format!("\\mathrm{{{word}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_written_as_in_a_paper() {
        for (written, latex) in [
            ("u", "u"),
            ("Lambda", "\\Lambda"),
            ("lam", "\\lambda"),
            ("lambda", "\\lambda"),
            ("eta", "\\eta"),
            ("eps", "\\varepsilon"),
            ("u12", "u_{12}"),
            ("s2", "s_{2}"),
            ("psi2", "\\psi_{2}"),
            ("xq", "x_{q}"),
            ("XL", "X_{L}"),
            ("GammaS", "\\Gamma_{S}"),
            ("Z0", "Z_{0}"),
            ("XL2", "X_{L2}"),
            ("yhat", "\\hat{y}"),
            ("yhat0", "\\hat{y}_{0}"),
            ("Sigmahat", "\\hat{\\Sigma}"),
            ("Weff", "W_{\\mathrm{eff}}"),
            ("sigmamax", "\\sigma_{\\max}"),
            ("risk", "\\mathrm{risk}"),
            ("risk2", "\\mathrm{risk}_{2}"),
            ("be", "\\mathrm{be}"),
            ("pig", "\\mathrm{pig}"),
            ("x_q", "x_{q}"),
            ("x_1_q", "x_{1,q}"),
            ("loss_test", "\\mathrm{loss}_{\\mathrm{test}}"),
            ("u1_sigma", "u_{1,\\sigma}"),
            ("_x", "\\mathrm{\\_x}"),
            ("a__b", "\\mathrm{a\\_\\_b}"),
            ("_", "\\mathrm{\\_}"),
        ] {
            assert_eq!(name(written), latex, "{written}");
        }
    }
}
