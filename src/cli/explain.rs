//! `isserlis explain`: what the words of the tool mean.

use super::Exit;
use super::options::{Colour, ShowOptions};
use super::output::print;
use crate::claim::nearest;
use crate::report::glossary::{Entry, entries, entry};

const SHOW: ShowOptions = ShowOptions { quiet: false, color: Colour::Auto };

/// Columns of the list of words.
const WIDTH: usize = 78;

/// Prints what the words mean, or all words where there is none. Words that together are one, such
/// as `smallest error caught`, are read so.
///
/// # Errors
/// Where a word is not known.
pub(super) fn explain(words: &[String]) -> anyhow::Result<Exit> {
    let text = match (words, found(&words.join(" "))) {
        ([], _) => list(),
        (_, Some(entry)) => described(&entry),
        (words, None) => {
            let entries: anyhow::Result<Vec<String>> = words
                .iter()
                .map(|word| Ok(described(&found(word).ok_or_else(|| unknown(word))?)))
                .collect();
            entries?.join("\n")
        }
    };
    print(&text, SHOW)?;
    Ok(Exit::Success)
}

/// The entry of a word, whatever its case, with blanks or `_` for dashes.
fn found(word: &str) -> Option<Entry<'static>> {
    let lower = word.to_lowercase();
    [word, &lower, &lower.replace([' ', '_'], "-")].into_iter().find_map(entry)
}

fn described(entry: &Entry<'_>) -> String {
    format!("{} ({})\n\n{}\n", entry.words.join(", "), entry.part.to_lowercase(), entry.text)
}

/// All words by part, in lines of bounded width.
fn list() -> String {
    let mut out = String::new();
    let entries = entries();
    for part in entries.chunk_by(|one, other| one.part == other.part) {
        out += &format!("{}\n", part[0].part);
        let mut line = String::from(" ");
        for word in part.iter().flat_map(|entry| &entry.words) {
            if line.len() + 1 + word.len() > WIDTH {
                out += &format!("{line}\n");
                line = String::from(" ");
            }
            line += &format!(" {word}");
        }
        out += &format!("{line}\n\n");
    }
    out += "isserlis explain WORD\n";
    out
}

fn unknown(word: &str) -> anyhow::Error {
    let word = &word.to_lowercase();
    let entries = entries();
    let words = || entries.iter().flat_map(|entry| entry.words.iter().copied());
    let inside = || words().find(|known| word.len() > 2 && known.contains(word.as_str()));
    let help = match nearest(word, words()).or_else(inside) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`isserlis explain` lists all words".to_owned(),
    };
    anyhow::anyhow!("`{word}` is not explained; {help}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{EvidenceKind, Verdict};

    #[test]
    fn every_verdict_kind_of_evidence_and_exit_code_is_explained() {
        use {EvidenceKind as Kind, Verdict as V};
        let verdicts = [V::Proved, V::Verified, V::Refuted, V::Inconclusive, V::Open];
        let kinds = [Kind::Proof, Kind::Exact, Kind::Simulation, Kind::Training, Kind::Flow];
        let codes = [
            Exit::Success,
            Exit::Refuted,
            Exit::Input,
            Exit::Undecided,
            Exit::Worse,
            Exit::Internal,
        ];
        let words = verdicts.map(|it| it.word().to_owned()).into_iter();
        let words = words.chain(kinds.map(|it| it.word().to_owned()));
        for word in words.chain(codes.map(|code| (code as u8).to_string())) {
            let entry = entry(&word).unwrap_or_else(|| panic!("`{word}` is not explained"));
            assert!(described(&entry).contains(&word));
        }
    }

    #[test]
    fn an_unknown_word_gets_a_suggestion() {
        for (word, help) in [
            ("veriffied", "did you mean `verified`?"),
            ("sequence", "`isserlis explain` lists all words"),
            ("denominator", "did you mean `random-denominator`?"),
        ] {
            assert!(unknown(word).to_string().ends_with(help), "{}", unknown(word));
        }
    }
}
