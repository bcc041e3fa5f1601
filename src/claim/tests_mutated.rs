//! Mutated claim files: the checker never panics, and what it accepts keeps its promises.

use super::shape::is_open;
use super::{ClaimFile, Expr};
use proptest::prelude::*;

const FILES: [&str; 6] = [
    include_str!("../../tests/claims/01_zfb_loss.claim"),
    include_str!("../../tests/claims/02_minimiser_found.claim"),
    include_str!("../../tests/claims/03_thm42_general_law.claim"),
    include_str!("../../tests/claims/04_thm42_linear_labels.claim"),
    include_str!("../../tests/claims/07_one_gd_step.claim"),
    include_str!("../../tests/claims/trained_attention.claim"),
];

/// Words that are put in the place of others.
const WORDS: [&str; 60] = [
    "I",
    "0",
    "1",
    "2",
    "1/2",
    "d",
    "N",
    "u",
    "U",
    "X",
    "w",
    "Lambda",
    "Gamma",
    "S",
    "L",
    "xq",
    "*",
    "/",
    "+",
    "-",
    "(",
    ")",
    "'",
    "^2",
    "^-1",
    "^(1/2)",
    "E[",
    "]",
    "tr(",
    "inv(",
    "subst(",
    "grad(",
    "lie(",
    "->",
    ",",
    ";",
    "==",
    ">=",
    "given",
    "form",
    "reaches(",
    "limit(",
    "coeff(",
    "minimizer(",
    "||",
    "||^2_(",
    "qf(",
    "sqrt(",
    "eigmax(",
    "[d,d]",
    "pd",
    "sym",
    "I(d)",
    ":",
    "let",
    "claim",
    "define",
    "secondorder0",
    "at",
    "[[1, 2]]",
];

/// Splits a text into words and single signs, blanks kept.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        match pieces.last_mut() {
            Some(last) if character.is_alphanumeric() && last.ends_with(char::is_alphanumeric) => {
                last.push(character);
            }
            _ => pieces.push(character.to_string()),
        }
    }
    pieces
}

fn mutated(file: usize, edits: &[(u8, usize, usize)]) -> String {
    let mut pieces = pieces(FILES[file]);
    for (kind, place, other) in edits {
        let (place, other) = (place % pieces.len(), other % pieces.len());
        match kind {
            0 => drop(pieces.remove(place)),
            1 => pieces.swap(place, other),
            2 => pieces.insert(place, WORDS[other % WORDS.len()].to_owned()),
            3 => pieces[place] = WORDS[other % WORDS.len()].to_owned(),
            _ => pieces[place] = pieces[other].clone(),
        }
    }
    pieces.concat()
}

fn assert_sized(expr: &Expr) {
    for part in expr.descendants() {
        assert!(!is_open(&part.shape.rows) && !is_open(&part.shape.columns), "{part:?}");
    }
}

proptest! {
    #[test]
    fn a_mutated_file_is_checked_or_refused(
        file in 0..FILES.len(),
        edits in prop::collection::vec((0u8..5, any::<usize>(), any::<usize>()), 1..6),
    ) {
        let text = mutated(file, &edits);
        match ClaimFile::parse("mutated.claim", &text) {
            Ok(file) => {
                for claim in &file.claims {
                    for expr in claim.proposition.expressions() {
                        assert_sized(expr);
                        prop_assert!(expr.free_random_letters().is_empty());
                    }
                }
                file.elements.iter().for_each(|element| assert_sized(&element.value));
                file.abbreviations.iter().for_each(|it| assert_sized(&it.value));
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                let places: Vec<_> = errors.iter().map(|error| error.primary.span).collect();
                prop_assert!(places.is_sorted());
                for error in &errors {
                    let printed = error.render("mutated.claim", &text);
                    let open = printed.split('?').skip(1).any(|rest| rest.starts_with(char::is_numeric));
                    prop_assert!(!open, "{printed}");
                }
            }
        }
    }
}
