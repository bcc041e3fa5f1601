//! Names of claim files in a run.

use std::path::{Component, Path};

/// The parts of a path from the outermost folder to the file name.
pub(super) fn components(path: &Path) -> Vec<String> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            _ => None,
        })
        .collect()
}

/// The file names, each with as many parent folders as make it unique, always with `/`. Equal
/// paths are numbered.
pub(super) fn unique_ids(paths: &[Vec<String>]) -> Vec<String> {
    let id = |path: &[String], depth: usize| path[path.len().saturating_sub(depth)..].join("/");
    let mut depths = vec![1; paths.len()];
    loop {
        let ids: Vec<String> = paths.iter().zip(&depths).map(|(path, &k)| id(path, k)).collect();
        let is_shared = |id: &String| ids.iter().filter(|other| *other == id).count() > 1;
        let mut deeper = false;
        for ((path, depth), id) in paths.iter().zip(&mut depths).zip(&ids) {
            if is_shared(id) && *depth < path.len() {
                *depth += 1;
                deeper = true;
            }
        }
        if !deeper {
            return numbered(ids);
        }
    }
}

fn numbered(ids: Vec<String>) -> Vec<String> {
    let occurrence = |place: usize| ids[..place].iter().filter(|id| **id == ids[place]).count();
    (0..ids.len())
        .map(|place| match occurrence(place) {
            0 => ids[place].clone(),
            earlier => format!("{} ({})", ids[place], earlier + 1),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(paths: &[&str]) -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(|path| components(Path::new(path))).collect();
        unique_ids(&paths)
    }

    #[test]
    fn folders_stand_in_ids_only_where_they_are_needed() {
        assert_eq!(ids(&["a/loss.claim", "b/risk.claim"]), ["loss.claim", "risk.claim"]);
        assert_eq!(
            ids(&["x/a/loss.claim", "x/b/loss.claim", "x/risk.claim"]),
            ["a/loss.claim", "b/loss.claim", "risk.claim"]
        );
        assert_eq!(ids(&["loss.claim", "a/loss.claim"]), ["loss.claim", "a/loss.claim"]);
    }

    #[test]
    fn equal_names_are_numbered() {
        assert_eq!(ids(&["stdin", "stdin"]), ["stdin", "stdin (2)"]);
    }
}
