//! The arrows between the rooms of the house run one way: every `crate::room` that a file under
//! `src/` mentions is allowed to its own room below. Rooms that are not listed are refused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("storage", &[]),
    ("verdict", &[]),
    ("evidence", &["verdict"]),
    ("claim", &[]),
    ("certificate", &["claim"]),
    ("calculus", &["certificate", "claim"]),
    ("proof", &["calculus", "certificate", "claim", "evidence", "verdict"]),
    ("data", &[]),
    ("haar", &["data"]),
    ("network", &["data"]),
    ("training", &["data", "network", "storage"]),
    ("statistics", &["evidence", "verdict"]),
    ("numeric", &["claim", "data", "evidence", "verdict"]),
    (
        "experiment",
        &[
            "calculus",
            "claim",
            "data",
            "evidence",
            "network",
            "numeric",
            "statistics",
            "storage",
            "training",
            "verdict",
        ],
    ),
    ("theorem", &["experiment"]),
    (
        "prelude",
        &[
            "data",
            "evidence",
            "experiment",
            "haar",
            "network",
            "statistics",
            "theorem",
            "training",
            "verdict",
        ],
    ),
    ("theorems", &["prelude", "theorem"]),
    (
        "suite",
        &[
            "claim",
            "evidence",
            "experiment",
            "numeric",
            "proof",
            "statistics",
            "storage",
            "theorem",
            "theorems",
            "verdict",
        ],
    ),
    ("mutation", &["claim", "evidence", "experiment", "numeric", "proof", "suite", "verdict"]),
    (
        "calibration",
        &[
            "calculus",
            "claim",
            "data",
            "experiment",
            "numeric",
            "statistics",
            "storage",
            "suite",
            "verdict",
        ],
    ),
    ("regression", &["claim", "experiment", "suite", "verdict"]),
    ("figure", &[]),
    (
        "report",
        &[
            "calibration",
            "claim",
            "evidence",
            "figure",
            "mutation",
            "proof",
            "regression",
            "statistics",
            "suite",
            "theorem",
            "theorems",
            "verdict",
        ],
    ),
    ("guard", &["report", "suite"]),
    (
        "cli",
        &[
            "calculus",
            "calibration",
            "certificate",
            "claim",
            "data",
            "evidence",
            "experiment",
            "mutation",
            "network",
            "numeric",
            "proof",
            "regression",
            "report",
            "storage",
            "suite",
            "theorem",
            "theorems",
            "training",
            "verdict",
        ],
    ),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The room of a file below `root`: its folder there, or the file itself.
fn room(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).expect("a file below the root");
    let first = below.components().next().expect("a file has a name").as_os_str();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The rooms that a text mentions as `crate::room`, outside comments.
fn mentioned(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut rooms = BTreeSet::new();
    for line in code {
        for after in line.split("crate::").skip(1) {
            assert!(
                !after.starts_with('{'),
                "one `use` a room, so that arrows can be read: {line}"
            );
            let ends = |letter: char| !(letter.is_ascii_lowercase() || letter == '_');
            let name = after.split(ends).next();
            rooms.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    rooms
}

fn allowed(room: &str) -> Option<&'static [&'static str]> {
    ARROWS.iter().find(|(name, _)| *name == room).map(|(_, rooms)| *rooms)
}

#[test]
fn no_room_uses_one_that_stands_above_it() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = package.join("src");
    let mut arrows = 0;
    let in_source = rust_files(&source).into_iter().map(|file| (room(&source, &file), file));
    let in_library = rust_files(&package.join("theorems")).into_iter();
    for (room, file) in in_source.chain(in_library.map(|file| ("theorems".to_owned(), file))) {
        if room == "lib" || room == "main" {
            continue;
        }
        let allowed = allowed(&room).unwrap_or_else(|| panic!("the room `{room}` is not listed"));
        let text = std::fs::read_to_string(&file).expect("a readable file");
        // What `lib.rs` re-exports, such as `crate::check_file`, is no room.
        let rooms = mentioned(&text).into_iter().filter(|name| self::allowed(name).is_some());
        for used in rooms.filter(|used| *used != room) {
            arrows += 1;
            let file = file.display();
            assert!(allowed.contains(&used.as_str()), "{file}: `{room}` may not use `{used}`");
        }
    }
    assert!(arrows > 20, "the files were read: {arrows} arrows");
}

#[test]
fn of_all_experiments_one_file_uses_the_calculus() {
    // Trained networks and the raw samples stay independent of the prover.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/experiment");
    let uses = |file: &PathBuf| {
        mentioned(&std::fs::read_to_string(file).expect("a readable file")).contains("calculus")
    };
    let names = rust_files(&folder).into_iter().filter(uses);
    let names: Vec<_> = names.map(|file| file.file_name().expect("a name").to_owned()).collect();
    assert_eq!(names, ["rao_blackwell.rs"]);
}

#[test]
fn the_listed_arrows_have_no_cycle() {
    // The list is in order: a room uses rooms above it in the list only.
    for (place, (room, rooms)) in ARROWS.iter().enumerate() {
        for used in *rooms {
            let above = ARROWS[..place].iter().any(|(name, _)| name == used);
            assert!(above, "`{room}` uses `{used}`, which stands below it");
        }
    }
}

/// What a file says of itself first: the first paragraph of its `//!` comment.
fn sentence(file: &Path) -> String {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let lines = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let paragraph: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    assert!(!paragraph.is_empty(), "{} says nothing of itself", file.display());
    paragraph.join(" ")
}

/// The files below `folder` by folders, each with what it says of itself.
fn listing(root: &Path, folder: &Path, list: &mut String) {
    let entries = std::fs::read_dir(folder).expect("a readable folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let below = folder.strip_prefix(root).expect("a folder below the root").display().to_string();
    let below = below.replace('\\', "/");
    let head = folder.join("mod.rs");
    if head.exists() {
        list.push_str(&format!("\n**`{below}`** {}\n\n", sentence(&head)));
    } else if folder.with_extension("rs").exists() {
        list.push_str(&format!("\n**`{below}`** {}\n\n", sentence(&folder.with_extension("rs"))));
    } else {
        list.push_str(&format!("\n**`{below}`** \n\n").replace("** \n", "**\n"));
    }
    for path in &paths {
        let name = path.file_name().expect("a name").to_string_lossy();
        let is_head = name == "mod.rs" || path.with_extension("").is_dir();
        if name.ends_with(".rs") && !is_head && !name.starts_with("tests_") {
            list.push_str(&format!("- `{name}`: {}\n", sentence(path)));
        }
    }
    paths.iter().filter(|path| path.is_dir()).for_each(|path| listing(root, path, list));
}

#[test]
fn every_source_file_has_its_sentence_in_the_architecture() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut list = String::new();
    listing(package, &package.join("src"), &mut list);
    let text = std::fs::read_to_string(package.join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let found = text.split_once("## Files\n").expect("a section Files").1;
    assert!(found == list, "the section Files of ARCHITECTURE.md should read:\n{list}");
}
