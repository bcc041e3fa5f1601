//! Joining the shares of a run that several machines have done.

use super::heading::Heading;
use super::journal::Body;
use super::memory::{Entry, Memory};
use super::run::{Outcome, Watcher, run_with};
use super::{Settings, Share, Subject};
use crate::storage::{StorageError, whole_lines};
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Why shares cannot be joined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A file or folder cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A folder has no share.
    #[error(
        "`{folder}` holds no share of a run: `isserlis report --shard I/K --output DIR` writes one, \
         called `shard-I-of-K.jsonl`"
    )]
    NoShares {
        /// The folder.
        folder: String,
    },
    /// A file is no share.
    #[error("`{path}` is no share of a run: {error}; remove it or name another folder")]
    Format {
        /// The file.
        path: String,
        /// What is wrong with its first line.
        error: String,
    },
    /// A share of another run.
    #[error("`{path}` is a share of another run than `{first}`: {difference}")]
    OtherRun {
        /// The file.
        path: String,
        /// The file that it does not go with.
        first: String,
        /// In what the runs differ, in words that speak of the first file named.
        difference: String,
    },
    /// A share that another version of the program has done.
    #[error("`{path}` cannot be joined by this program: {difference}; take the one that wrote it")]
    OtherProgram {
        /// The file.
        path: String,
        /// In what the programs differ.
        difference: String,
    },
    /// A share that is there twice.
    #[error("shard {share} is there twice: `{first}` and `{second}`; name one of them only")]
    Doubled {
        /// Which.
        share: Share,
        /// Where.
        first: String,
        /// And where.
        second: String,
    },
    /// Shares that are not there.
    #[error(
        "of {count} shards {} missing: {}; run the same command with `--shard {}/{count}`{}, then \
         merge again",
        if missing.len() == 1 { "one is" } else { "some are" },
        enumeration(missing),
        missing[0],
        if missing.len() == 1 { "" } else { " and so on" }
    )]
    Missing {
        /// Which, from 1.
        missing: Vec<usize>,
        /// Of how many.
        count: usize,
    },
    /// A share that was interrupted.
    #[error(
        "shard {share} is not finished (`{path}`): run it again, and it goes on from where it was"
    )]
    Unfinished {
        /// Which.
        share: Share,
        /// Where.
        path: String,
    },
}

/// Joins all shares in some folders: the outcome is that of one run of the whole, times apart. Also
/// returns what was checked.
///
/// # Errors
/// [`MergeError`], the first that applies.
pub fn merge(
    folders: &[PathBuf],
    threads: Option<NonZeroUsize>,
    watcher: Watcher<'_>,
) -> Result<(Vec<Subject>, Outcome), MergeError> {
    let shards = complete(read(folders)?)?;
    let first = &shards[0];
    let subjects = first.heading.subjects().map_err(|id| MergeError::OtherProgram {
        path: first.path.clone(),
        difference: format!("it reads `{id}` otherwise"),
    })?;
    let settings = Settings { threads, ..first.heading.setup.settings() };
    let this = Heading::of(&subjects, &settings, None, &[]);
    if let Some(difference) = first.heading.difference(&this) {
        return Err(MergeError::OtherProgram { path: first.path.clone(), difference });
    }
    let problems = first.heading.problems.clone();
    let found = shards.into_iter().flat_map(|shard| shard.body.units).collect();
    let Ok(mut outcome) = run_with(&subjects, &settings, &Shares(found), watcher);
    outcome.problems.splice(0..0, problems);
    Ok((subjects, outcome))
}

/// A share on disk.
struct Shard {
    path: String,
    share: Share,
    heading: Heading,
    body: Body,
}

/// What all shares have found. A unit that could not be written down is done now.
struct Shares(HashMap<String, Entry>);

impl Memory for Shares {
    type Error = Infallible;

    fn recall(&self, unit: &str) -> Option<Entry> {
        self.0.get(unit).cloned()
    }

    fn keep(&self, _: &Entry) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The name of the journal of a share.
pub fn shard_file(share: Share) -> String {
    format!("shard-{}-of-{}.jsonl", share.index(), share.count())
}

/// All shares in some folders.
fn read(folders: &[PathBuf]) -> Result<Vec<Shard>, MergeError> {
    let mut shards = Vec::new();
    for folder in folders {
        let failed = |error| StorageError::read(folder, error);
        let entries = std::fs::read_dir(folder).map_err(failed)?;
        let entries = entries.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let is_shard = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("shard-") && name.ends_with(".jsonl")
        };
        let mut paths: Vec<PathBuf> =
            entries.into_iter().map(|entry| entry.path()).filter(is_shard).collect();
        if paths.is_empty() {
            return Err(MergeError::NoShares { folder: folder.display().to_string() });
        }
        paths.sort();
        shards.extend(paths.iter().map(|path| shard(path)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(shards)
}

fn shard(path: &Path) -> Result<Shard, MergeError> {
    let lines = whole_lines(path)?;
    let path = path.display().to_string();
    let format = |error: String| MergeError::Format { path: path.clone(), error };
    let first = lines.first().ok_or_else(|| format("it is empty".to_owned()))?;
    let heading: Heading =
        serde_json::from_str(first).map_err(|error| format(error.to_string()))?;
    let share = heading.share.ok_or_else(|| format("it is all of a run".to_owned()))?;
    Ok(Shard { share, body: Body::read(&lines[1..]), heading, path })
}

/// The shares in order, if they are those of one run, each once, all finished.
fn complete(shards: Vec<Shard>) -> Result<Vec<Shard>, MergeError> {
    let mut by_index: BTreeMap<usize, Shard> = BTreeMap::new();
    let mut shards = shards.into_iter();
    let first = shards.next().expect("every folder has a shard: this is a bug");
    let count = first.share.count();
    let (first_path, heading) = (first.path.clone(), first.heading.clone());
    let comparisons = first.body.end;
    by_index.insert(first.share.index(), first);
    for shard in shards {
        let counts = || {
            let other = shard.share.count();
            (other != count).then(|| format!("it is one of {other} shares, not of {count}"))
        };
        let plans = || match (shard.body.end, comparisons) {
            (Some(this), Some(that)) if this != that => {
                Some(format!("it plans {this} comparisons, not {that}"))
            }
            _ => None,
        };
        let difference = shard.heading.difference(&heading).or_else(counts).or_else(plans);
        if let Some(difference) = difference {
            let (path, first) = (shard.path, first_path);
            return Err(MergeError::OtherRun { path, first, difference });
        }
        if let Some(other) = by_index.get(&shard.share.index()) {
            let (first, second) = (other.path.clone(), shard.path);
            return Err(MergeError::Doubled { share: shard.share, first, second });
        }
        by_index.insert(shard.share.index(), shard);
    }
    let missing: Vec<usize> = (1..=count).filter(|index| !by_index.contains_key(index)).collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing { missing, count });
    }
    match by_index.values().find(|shard| shard.body.end.is_none()) {
        Some(Shard { share, path, .. }) => {
            Err(MergeError::Unfinished { share: *share, path: path.clone() })
        }
        None => Ok(by_index.into_values().collect()),
    }
}

fn enumeration(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
