//! Reading claim files: from paths, folders and the standard input, bad ones included.

use super::naming::{components, unique_ids};
use super::{Mistake, Subject};
use crate::claim::{ClaimFile, Diagnostic};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longer files are not read to their end.
const LONGEST: u64 = 16 * 1024 * 1024;

/// What claim files are called.
const EXTENSION: &str = "claim";

/// Where a claim file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, or a folder that stands for all `*.claim` files below it.
    Path(PathBuf),
    /// The standard input.
    StandardInput,
}

/// Why a file or a line of it is not checked. Other files are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InputError {
    /// A file or folder cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A file is not text.
    #[error(
        "`{path}` is not UTF-8: the first bad byte is at offset {offset}; save it as UTF-8 text"
    )]
    NotUtf8 {
        /// The path as given.
        path: String,
        /// Number of good bytes in front of the first bad one.
        offset: usize,
    },
    /// A file is too long.
    #[error("`{path}` is longer than 16 MiB; split it into several claim files")]
    TooLong {
        /// The path as given.
        path: String,
    },
    /// A file without a `claim` or `refute`.
    #[error("nothing to check in `{path}`: it has no `claim` or `refute` line")]
    NothingToCheck {
        /// The path as given.
        path: String,
    },
    /// A folder without claim files.
    #[error("no claim files in `{folder}`: their names end in `.claim`")]
    NoClaimFiles {
        /// The folder as given.
        folder: String,
    },
    /// Mistakes in the text of a file.
    #[error("{rendered}")]
    Mistakes {
        /// The path as given.
        path: String,
        /// Each of them.
        mistakes: Vec<Mistake>,
        /// The diagnostics with excerpts, an empty line between them.
        rendered: String,
    },
    /// No line matches the selection.
    #[error("{message}")]
    NothingSelected {
        /// What was asked for, and the nearest known id.
        message: String,
    },
}

impl InputError {
    /// The file or folder that it is about, as given; none where it is about the arguments.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Unreadable { path, .. }
            | Self::NotUtf8 { path, .. }
            | Self::TooLong { path }
            | Self::NothingToCheck { path }
            | Self::NoClaimFiles { folder: path }
            | Self::Mistakes { path, .. } => Some(path),
            Self::NothingSelected { .. } => None,
        }
    }

    pub(super) fn mistakes(path: &str, text: &str, diagnostics: &[Diagnostic]) -> Self {
        let rendered: Vec<String> =
            diagnostics.iter().map(|diagnostic| diagnostic.render(path, text)).collect();
        Self::Mistakes {
            path: path.to_owned(),
            mistakes: diagnostics.iter().map(|one| Mistake::of(one, text)).collect(),
            rendered: rendered.join("\n\n"),
        }
    }
}

/// Reads all claim files of `origins`, each file once. The ids of the subjects are file names,
/// with parent folders where needed.
pub fn read(origins: &[Origin]) -> (Vec<Subject>, Vec<InputError>) {
    let mut problems = Vec::new();
    let files = found(origins, &mut problems);
    let names: Vec<Vec<String>> = files
        .iter()
        .map(|file| match file {
            Some(path) => components(path),
            None => vec!["stdin".to_owned()],
        })
        .collect();
    let mut subjects = Vec::new();
    for ((file, id), names) in files.iter().zip(unique_ids(&names)).zip(&names) {
        let path = file.as_ref().map_or("stdin".to_owned(), |path| path.display().to_string());
        let name = names.last().map_or("", String::as_str);
        let parsed = text(file.as_deref(), &path).and_then(|text| parse(&path, name, &text));
        match parsed {
            Ok(file) => subjects.push(Subject::new(id, path, file)),
            Err(error) => problems.push(error),
        }
    }
    (subjects, problems)
}

/// The claim files that `origins` stand for, each once, without the standard input.
pub fn files(origins: &[Origin]) -> Vec<PathBuf> {
    found(origins, &mut Vec::new()).into_iter().flatten().collect()
}

/// The claim files, `None` for the standard input, each once.
fn found(origins: &[Origin], problems: &mut Vec<InputError>) -> Vec<Option<PathBuf>> {
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for origin in origins {
        match origin {
            Origin::StandardInput => files.push(None),
            Origin::Path(path) => {
                for file in claim_files(path, problems) {
                    let identity = file.canonicalize().unwrap_or_else(|_| file.clone());
                    if seen.insert(identity) {
                        files.push(Some(file));
                    }
                }
            }
        }
    }
    files
}

/// Reads one claim file for its declarations: it need not have a line to check.
///
/// # Errors
/// Where it cannot be read or has a mistake.
pub fn declarations(path: &Path) -> Result<ClaimFile, InputError> {
    let shown = path.display().to_string();
    let text = text(Some(path), &shown)?;
    let name = components(path).pop().unwrap_or_default();
    ClaimFile::parse(&name, &text)
        .map_err(|diagnostics| InputError::mistakes(&shown, &text, &diagnostics))
}

/// Parses the text of a claim file. Seeds derive from `name`, so that a file gives the same
/// results from every folder; messages name `path`.
pub(super) fn parse(path: &str, name: &str, text: &str) -> Result<ClaimFile, InputError> {
    let file = ClaimFile::parse(name, text)
        .map_err(|diagnostics| InputError::mistakes(path, text, &diagnostics))?;
    if file.claims.is_empty() {
        return Err(InputError::NothingToCheck { path: path.to_owned() });
    }
    Ok(file)
}

/// The file itself, or all claim files below a folder in the order of their paths.
fn claim_files(path: &Path, problems: &mut Vec<InputError>) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let before = problems.len();
    let mut found = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = std::fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(unreadable(&folder.display().to_string(), &error));
                continue;
            }
        };
        for entry in entries {
            let path = entry.path();
            // A link to a folder is not followed: it may lead back here.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == EXTENSION) {
                found.push(path);
            }
        }
    }
    if found.is_empty() && problems.len() == before {
        problems.push(InputError::NoClaimFiles { folder: path.display().to_string() });
    }
    found.sort();
    found
}

fn unreadable(path: &str, error: &std::io::Error) -> InputError {
    InputError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

/// The text of a file, or of the standard input.
fn text(file: Option<&Path>, path: &str) -> Result<String, InputError> {
    let bytes = match file {
        Some(file) => std::fs::File::open(file).and_then(bounded),
        None => bounded(std::io::stdin().lock()),
    };
    let bytes = bytes.map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(InputError::TooLong { path: path.to_owned() });
    }
    String::from_utf8(bytes).map_err(|error| InputError::NotUtf8 {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })
}

fn bounded(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
