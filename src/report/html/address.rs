//! The addresses of pages and of places in them.

use std::collections::{BTreeMap, BTreeSet};

/// The pages of statements and groups, each with an address of its own on every file system.
pub(super) struct Addresses(BTreeMap<String, String>);

impl Addresses {
    /// Addresses in `folder`, relative to the start page.
    pub(super) fn new<'a>(folder: &str, ids: impl Iterator<Item = &'a str>) -> Self {
        let mut taken = BTreeSet::new();
        let mut addresses = BTreeMap::new();
        for id in ids {
            let plain = file_name(id);
            // Some file systems do not tell `A` from `a`.
            let mut names = (1..).map(|count| match count {
                1 => plain.clone(),
                _ => format!("{plain}~{count}"),
            });
            let name = names.find(|name| taken.insert(name.to_lowercase()));
            let name = name.expect("one of infinitely many names is free");
            addresses.insert(id.to_owned(), format!("{folder}/{name}.html"));
        }
        Self(addresses)
    }

    /// The address of a page, if there is one.
    pub(super) fn of(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// Letters, digits, dots, dashes and underscores; `.` for `::` and `-` for everything else.
pub(super) fn file_name(id: &str) -> String {
    let kept = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let name = id.replace("::", ".");
    name.chars().map(|letter| if kept(letter) { letter } else { '-' }).collect()
}

/// The place of a line on the page of its statement.
pub(super) fn anchor(name: &str) -> String {
    format!("line-{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_differ_on_every_file_system() {
        let ids = ["a_2024::gram", "dir/gram.claim", "dir-gram.claim", "dir/Gram.claim"];
        let addresses = Addresses::new("statements", ids.into_iter());
        assert_eq!(addresses.of("a_2024::gram"), Some("statements/a_2024.gram.html"));
        assert_eq!(addresses.of("dir/gram.claim"), Some("statements/dir-gram.claim.html"));
        assert_eq!(addresses.of("dir-gram.claim"), Some("statements/dir-gram.claim~2.html"));
        assert_eq!(addresses.of("dir/Gram.claim"), Some("statements/dir-Gram.claim~3.html"));
        assert_eq!(addresses.of("unknown"), None);
    }
}
