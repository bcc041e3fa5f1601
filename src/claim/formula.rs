//! What the lexer knows of the names declared above a statement, and how it uses them between
//! dollar signs: runs of letters are split on the declared names.

use super::surface::{Name, StatementForm};
use std::collections::BTreeSet;

/// The names declared above a statement.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared {
    pub(super) names: BTreeSet<String>,
    /// Those of them that are sizes, in the order of their declaration.
    pub(super) sizes: Vec<String>,
}

impl Declared {
    /// Adds the names that a statement declares.
    pub(super) fn add(&mut self, form: &StatementForm) {
        let names: Vec<&Name> = match form {
            StatementForm::Space(names) => {
                self.sizes.extend(names.iter().map(|name| name.text.clone()));
                names.iter().collect()
            }
            StatementForm::Scalar(names) | StatementForm::Positive(names) => names.iter().collect(),
            StatementForm::Broken { word, names } if word != "claim" && word != "refute" => {
                names.iter().collect()
            }
            StatementForm::Matrix { name, .. }
            | StatementForm::Vector { name, .. }
            | StatementForm::Ones { name, .. }
            | StatementForm::Free { name, .. }
            | StatementForm::Gaussian { name, .. }
            | StatementForm::SecondOrder { name, .. }
            | StatementForm::Let { name, .. }
            | StatementForm::Define { name, .. } => vec![name],
            _ => Vec::new(),
        };
        self.names.extend(names.into_iter().map(|name| name.text.clone()));
    }
}

/// How a run of letters is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// As the names that end behind these letters, counted from 1.
    Names(Vec<usize>),
    /// No declared names make up the run.
    Unknown,
    /// Two sets of equally many names do.
    Ambiguous(Vec<usize>, Vec<usize>),
}

/// Longer runs are not split.
const LONGEST_RUN: usize = 64;

/// Splits a run of letters into as few names as possible, where `is_name(i, j)` says whether the
/// letters from `i` up to `j` are a name. Two ways with equally few names are ambiguous: nothing
/// is guessed.
pub(super) fn split(letters: usize, is_name: impl Fn(usize, usize) -> bool) -> Split {
    if letters > LONGEST_RUN {
        return Split::Unknown;
    }
    // For every end: the fewest names that make up the letters before it, and where the last of
    // them starts, in up to two ways.
    let mut best: Vec<Option<(usize, Vec<usize>)>> = vec![None; letters + 1];
    best[0] = Some((0, Vec::new()));
    for end in 1..=letters {
        for start in 0..end {
            let Some((names, _)) = best[start] else { continue };
            if !is_name(start, end) {
                continue;
            }
            match &mut best[end] {
                Some((fewest, _)) if *fewest < names + 1 => {}
                Some((fewest, starts)) if *fewest == names + 1 => starts.push(start),
                other => *other = Some((names + 1, vec![start])),
            }
        }
    }
    // Walks back from the end by the first, or by the second, way where there is a choice.
    let walk = |second: bool| {
        let mut ends = Vec::new();
        let mut end = letters;
        let mut turn = second;
        while end > 0 {
            ends.push(end);
            let (_, starts) = best[end].as_ref().expect("reached: this is a bug");
            let choice = usize::from(turn && starts.len() > 1);
            turn = turn && choice == 0;
            end = starts[choice];
        }
        ends.reverse();
        ends
    };
    if best[letters].is_none() {
        return Split::Unknown;
    }
    let (first, second) = (walk(false), walk(true));
    if first == second { Split::Names(first) } else { Split::Ambiguous(first, second) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_on(run: &str, names: &[&str]) -> Split {
        split(run.len(), |start, end| names.contains(&&run[start..end]))
    }

    #[test]
    fn a_run_is_split_into_the_fewest_names() {
        assert_eq!(split_on("wxq", &["w", "x", "q", "xq"]), Split::Names(vec![1, 3]));
        assert_eq!(split_on("uU", &["u", "U"]), Split::Names(vec![1, 2]));
    }

    #[test]
    fn a_run_without_names_stays_whole() {
        assert_eq!(split_on("abz", &["a", "b"]), Split::Unknown);
        assert_eq!(split_on(&"a".repeat(65), &["a"]), Split::Unknown);
    }

    #[test]
    fn two_equally_good_readings_are_ambiguous() {
        assert_eq!(
            split_on("abc", &["a", "ab", "bc", "c"]),
            Split::Ambiguous(vec![1, 3], vec![2, 3])
        );
    }
}
