//! The known word that a misspelt one was probably meant to be.

/// The candidate nearest to `word`, the first of several equally near ones, if it is near enough
/// to be a slip: one edit for short words, two for words of five and more characters. An edit
/// inserts, drops or changes a character, or swaps two neighbours; a change of case alone always
/// counts as near.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let allowed = match length {
        0 | 1 => 0,
        2..5 => 1,
        _ => 2,
    };
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word && candidate.len() <= 4 * LONGEST)
        .map(|candidate| {
            let edits =
                if candidate.eq_ignore_ascii_case(word) { 0 } else { edits(word, candidate) };
            (edits, candidate)
        })
        .filter(|(edits, candidate)| *edits <= allowed && *edits < candidate.chars().count())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Longer words are not compared: the comparison is quadratic, and nobody misspells them.
const LONGEST: usize = 64;

/// The number of edits from `from` to `to` (optimal string alignment distance).
fn edits(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    // Three rows of the table: two above the current one, one above it, and itself.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let changed = usize::from(from[i - 1] != to[j - 1]);
            let mut least = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + changed);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_insertions_changes_and_swaps() {
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("calim", "claim"), 1);
    }

    #[test]
    fn a_slip_finds_the_word_that_was_meant() {
        let words = ["claim", "matrix", "margin"];
        assert_eq!(nearest("clam", words), Some("claim"));
        assert_eq!(nearest("amtrix", words), Some("matrix"));
        assert_eq!(nearest("Margin", words), Some("margin"));
    }

    #[test]
    fn a_short_or_foreign_word_finds_nothing() {
        assert_eq!(nearest("x", ["y", "xq"]), None);
        assert_eq!(nearest("theorem", ["claim", "rule"]), None);
        assert_eq!(nearest(&"a".repeat(100_000), ["a"]), None);
    }

    #[test]
    fn a_letter_of_the_other_case_is_near() {
        assert_eq!(nearest("n", ["d", "N"]), Some("N"));
    }
}
