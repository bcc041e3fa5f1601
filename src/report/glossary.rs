//! The words of the tool and what they mean: the page of the guide, entry by entry.

const PAGE: &str = include_str!("../../docs/src/words.md");

/// A word, or several of one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The words.
    pub words: Vec<&'a str>,
    /// The part of the page, such as `Verdicts`.
    pub part: &'a str,
    /// What it means, in Markdown, lines as in the page.
    pub text: &'a str,
}

impl Entry<'_> {
    /// The text up to its first full stop, in one line.
    pub fn first_sentence(&self) -> String {
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.find(". ") {
            Some(end) => line[..=end].to_owned(),
            None => line,
        }
    }
}

/// All entries, in the order of the page.
pub fn entries() -> Vec<Entry<'static>> {
    let parts = PAGE.split("\n## ").skip(1);
    let of_part = |part: &'static str| {
        let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
        rest.split("### ").skip(1).map(move |entry| {
            let (words, text) = entry.split_once('\n').unwrap_or((entry, ""));
            Entry { words: words.split(", ").collect(), part: title, text: text.trim() }
        })
    };
    parts.flat_map(of_part).collect()
}

/// The entry of a word.
pub fn entry(word: &str) -> Option<Entry<'static>> {
    entries().into_iter().find(|entry| entry.words.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{DiagnosticKind, NamedRule, keywords};
    use std::collections::BTreeSet;

    #[test]
    fn no_word_is_explained_twice_and_every_entry_has_a_text() {
        let mut seen = BTreeSet::new();
        for entry in entries() {
            assert!(entry.text.ends_with(['.', '`']), "{entry:?}");
            assert!(entry.words.iter().all(|word| seen.insert(*word)), "{entry:?}");
        }
        assert!(seen.len() > 120, "{}", seen.len());
    }

    #[test]
    fn every_kind_of_mistake_and_every_word_of_the_language_is_explained() {
        let kinds = DiagnosticKind::ALL.map(DiagnosticKind::word);
        let rules = NamedRule::ALL.iter().map(|rule| rule.name);
        for word in kinds.into_iter().chain(rules).chain(keywords()) {
            assert!(entry(word).is_some(), "`{word}` is not explained");
        }
    }
}
