//! The files of the theorem library: every one is listed, and its header says in a fixed order
//! what a reader looks for.

use isserlis::claim::{Claim, ClaimFile, ClaimKind};
use isserlis::figure::is_printable;
use isserlis::theorem::{Figure, Points, Theorem};
use isserlis::theorems::{LIBRARY, PAPERS};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What stands in a header, in this order.
const FIELDS: &[&str] = &[
    "# ",
    "Source:",
    "Claim:",
    "Where:",
    "Needs:",
    "Expect:",
    "Checked:",
    "Not to be confused with:",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("theorems")
}

/// The file of a theorem, whose id is `<folder>::<file>`.
fn path(theorem: &Theorem) -> PathBuf {
    folder().join(theorem.id.replace("::", "/")).with_extension("rs")
}

fn text(theorem: &Theorem) -> String {
    let path = path(theorem);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fields of the header, each with its text.
fn header(theorem: &Theorem) -> Vec<(&'static str, String)> {
    let text = text(theorem);
    let mut fields: Vec<(&'static str, String)> = Vec::new();
    for line in text.lines().map_while(|line| line.strip_prefix("//! ")) {
        match FIELDS.iter().find(|field| line.starts_with(**field)) {
            Some(field) => fields.push((field, line[field.len()..].trim().to_owned())),
            None => {
                let last = fields.last_mut();
                let (_, said) = last.unwrap_or_else(|| panic!("{}: starts with `# `", theorem.id));
                said.push('\n');
                said.push_str(line.trim());
            }
        }
    }
    fields
}

fn field(theorem: &Theorem, name: &str) -> String {
    let header = header(theorem);
    let found = header.into_iter().find(|(field, _)| *field == name);
    found.unwrap_or_else(|| panic!("{}: no field `{name}`", theorem.id)).1
}

/// An identifier of `text`, whole words only.
fn mentions(text: &str, word: &str) -> bool {
    let ends = |letter: char| !(letter.is_alphanumeric() || letter == '_');
    text.split(ends).any(|found| found == word)
}

#[test]
fn every_file_is_listed_once() {
    let mut files = BTreeSet::new();
    for authors in std::fs::read_dir(folder()).expect("the folder theorems/") {
        let authors = authors.expect("an entry").path();
        if authors.is_dir() {
            let entries = std::fs::read_dir(&authors).expect("a readable folder");
            let paths = entries.map(|entry| entry.expect("an entry").path());
            files
                .extend(paths.filter(|path| path.file_name().is_some_and(|name| name != "mod.rs")));
        }
    }
    let listed: BTreeSet<PathBuf> = LIBRARY.iter().map(|theorem| path(theorem)).collect();
    assert_eq!(listed, files);
    assert_eq!(listed.len(), LIBRARY.len(), "no theorem is listed twice");
}

#[test]
fn every_theorem_belongs_to_a_paper_that_is_cited() {
    for theorem in LIBRARY {
        let paper = PAPERS.iter().find(|paper| theorem.id.starts_with(&format!("{}::", paper.id)));
        let paper = paper.unwrap_or_else(|| panic!("{}: its paper is in PAPERS", theorem.id));
        assert_eq!(paper.arxiv, theorem.source.arxiv, "{}", theorem.id);
    }
}

#[test]
fn every_header_has_all_fields_in_order() {
    for theorem in LIBRARY {
        let header = header(theorem);
        let names: Vec<&str> = header.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, FIELDS, "{}", theorem.id);
        for (name, said) in header {
            assert!(!said.is_empty(), "{}: `{name}` says something", theorem.id);
        }
    }
}

#[test]
fn the_source_of_the_header_is_the_source_of_the_report() {
    for theorem in LIBRARY {
        let source = format!("arXiv:{}, {}", theorem.source.arxiv, theorem.source.statement);
        assert_eq!(field(theorem, "Source:"), source);
        let identifier = theorem.source.arxiv.split_once('.').expect("an arXiv identifier");
        let digits = |part: &str| part.chars().all(|letter| letter.is_ascii_digit());
        assert!(identifier.0.len() == 4 && digits(identifier.0), "{source}");
        assert!(matches!(identifier.1.len(), 4 | 5) && digits(identifier.1), "{source}");
        let statement = theorem.source.statement;
        let kinds = ["Theorem ", "Lemma ", "Proposition ", "Corollary ", "Section ", "Appendix "];
        assert!(kinds.iter().any(|kind| statement.starts_with(kind)), "{source}");
    }
}

#[test]
fn the_header_displays_one_formula() {
    for theorem in LIBRARY {
        let claim = field(theorem, "Claim:");
        assert!(claim.starts_with('$') && claim.ends_with('$'), "{}: {claim}", theorem.id);
    }
}

#[test]
fn the_header_translates_letters_that_the_claims_use() {
    for theorem in LIBRARY {
        for line in field(theorem, "Where:").lines() {
            let columns: Vec<&str> = line.split(" -> ").collect();
            assert_eq!(columns.len(), 4, "{}: symbol -> letter -> shape -> meaning", theorem.id);
            for letter in columns[1].split(", ") {
                assert!(mentions(theorem.claims, letter), "{}: `{letter}`", theorem.id);
            }
        }
    }
}

#[test]
fn the_controls_that_drop_a_hypothesis_exist() {
    for theorem in LIBRARY {
        let needs = field(theorem, "Needs:").replace('\n', " ");
        for group in needs.split('(').skip(1) {
            let names = group.split(')').next().expect("a first part");
            for name in names.split(", ") {
                let known = mentions(theorem.claims, name);
                assert!(known, "{}: `{name}` is a letter or line of the claims", theorem.id);
            }
        }
    }
}

#[test]
fn a_hypothesis_that_a_control_drops_is_one_that_the_header_names() {
    let mut dropped = 0;
    for theorem in LIBRARY {
        let needs = field(theorem, "Needs:").replace('\n', " ");
        let file = ClaimFile::parse(theorem.id, theorem.claims).expect("a text without mistakes");
        for claim in &file.claims {
            let Some(hypothesis) = &claim.drops else { continue };
            dropped += 1;
            let behind = needs.split_once(&format!("{hypothesis} (")).map(|(_, rest)| rest);
            let names = behind.and_then(|rest| rest.split_once(')')).map(|(names, _)| names);
            let names = names
                .unwrap_or_else(|| panic!("{}: `Needs:` says `{hypothesis} (...)`", theorem.id));
            let letters = claim.proposition.observed_letters();
            let letters = letters.iter().map(|letter| letter.name.to_string());
            let of_line: Vec<String> = letters.chain([claim.name.clone()]).collect();
            assert!(
                names.split(", ").any(|name| of_line.iter().any(|known| known == name)),
                "{}: `{}` or a letter of it stands in the brackets behind `{hypothesis}`",
                theorem.id,
                claim.name
            );
        }
    }
    assert!(dropped >= 3, "{dropped} switches");
}

#[test]
fn a_theorem_builds_on_theorems_above_it() {
    for (place, theorem) in LIBRARY.iter().enumerate() {
        for used in theorem.uses {
            let above = LIBRARY[..place].iter().any(|other| other.id == *used);
            assert!(above, "{}: `{used}` stands above it in the list", theorem.id);
        }
    }
}

/// A text of a figure without the signs that raise and lower.
fn plain(text: &str) -> String {
    text.replace("^{", "").replace("_{", "").replace('}', "")
}

#[test]
fn every_figure_is_drawn_from_claims_of_its_theorem() {
    let mut drawn = 0;
    for theorem in LIBRARY {
        let file = ClaimFile::parse(theorem.id, theorem.claims).expect("a text without mistakes");
        let claim = |name: &str| -> &Claim {
            let found = file.claims.iter().find(|claim| claim.name == name);
            let found = found.unwrap_or_else(|| panic!("{}: no line `{name}`", theorem.id));
            assert!(found.kind == ClaimKind::Claim, "{}: `{name}` is a claim", theorem.id);
            found
        };
        let varies = |name: &str, letter: &str| {
            let grid = claim(name).grid.as_ref();
            let text = grid.map_or("", |grid| &theorem.claims[grid.span.start..grid.span.end]);
            assert!(mentions(text, letter), "{}: `at` of `{name}` lists `{letter}`", theorem.id);
        };
        for figure in theorem.figures {
            drawn += 1;
            let texts = match figure {
                Figure::Matrix { title, line, block } => {
                    claim(line);
                    block.iter().for_each(|letter| varies(line, letter));
                    vec![*title]
                }
                Figure::Curves { title, x, y, curves, published } => {
                    for curve in *curves {
                        match curve.points {
                            Points::Over { line, letter } => varies(line, letter),
                            Points::At(places) => {
                                assert!(!places.is_empty(), "{}: {title}", theorem.id);
                                for (_, line) in places {
                                    claim(line);
                                }
                            }
                        }
                    }
                    for numbers in *published {
                        assert!(!numbers.points.is_empty() && !numbers.source.is_empty());
                    }
                    let labels = curves.iter().map(|curve| curve.label);
                    let theirs = published.iter().map(|numbers| numbers.label);
                    [*title, *x, *y].into_iter().chain(labels).chain(theirs).collect()
                }
            };
            for text in texts {
                assert!(is_printable(&plain(text)), "{}: `{text}` in a PDF", theorem.id);
            }
        }
    }
    assert!(drawn >= 10, "{drawn} figures");
}
