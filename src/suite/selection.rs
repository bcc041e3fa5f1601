//! Which lines a run checks.

use crate::claim::nearest;

/// The lines whose id `<file or theorem>::<claim>` matches one of the patterns; all where there is
/// none. A pattern matches anywhere in the id; `*` stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The patterns.
    pub patterns: Vec<String>,
}

impl Selection {
    /// Whether the line with this id is checked.
    pub fn contains(&self, id: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| matches(pattern, id))
    }
}

/// Whether the pieces of `pattern` between its `*` occur in `id`, in this order.
fn matches(pattern: &str, id: &str) -> bool {
    let mut rest = id;
    pattern.split('*').all(|piece| match rest.find(piece) {
        Some(place) => {
            rest = &rest[place + piece.len()..];
            true
        }
        None => false,
    })
}

/// The known id that a mistyped one probably means: a near spelling of the whole or of its last
/// part, else one that contains it.
pub fn suggestion<'a>(wanted: &str, known: &[&'a str]) -> Option<&'a str> {
    let last = |id: &'a str| id.rsplit("::").next().unwrap_or(id);
    let wanted_last = wanted.rsplit("::").next().unwrap_or(wanted);
    nearest(wanted, known.iter().copied())
        .or_else(|| {
            let near = nearest(wanted_last, known.iter().map(|id| last(id)))?;
            known.iter().copied().find(|id| last(id) == near)
        })
        .or_else(|| {
            let lower = wanted.to_lowercase();
            known.iter().copied().find(|id| id.to_lowercase().contains(&lower))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(pattern: &str, id: &str) -> bool {
        Selection { patterns: vec![pattern.to_owned()] }.contains(id)
    }

    #[test]
    fn no_pattern_selects_every_line() {
        assert!(Selection::default().contains("gram.claim::loss"));
    }

    #[test]
    fn a_pattern_matches_anywhere_and_a_star_stands_for_any_text() {
        assert!(selects("loss", "gram.claim::loss"));
        assert!(selects("gram*loss", "gram.claim::loss"));
        assert!(!selects("loss*gram", "gram.claim::loss"));
        assert!(!selects("risk", "gram.claim::loss"));
    }

    #[test]
    fn a_mistyped_id_finds_the_one_that_was_meant() {
        let known = ["zhang_2024::gradient_flow_limit", "oswald_2023::one_step"];
        assert_eq!(suggestion("zhang_2024::gradient_flow_limt", &known), Some(known[0]));
        assert_eq!(suggestion("one_stpe", &known), Some(known[1]));
        assert_eq!(suggestion("flow", &known), Some(known[0]));
        assert_eq!(suggestion("ridge", &known), None);
    }
}
