//! The journal of a run: each unit of work is written down as it ends, and a killed run goes on from
//! there. A long training does so within a unit: its checkpoints stand in a folder beside.

use super::heading::Heading;
use super::input::InputError;
use super::memory::{Entry, Memory};
use super::run::{Outcome, Watcher, run_share, run_with};
use super::{Settings, Share, Subject};
use crate::storage::{Checkpoints, Record, StorageError};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A line of a journal below its heading.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Note {
    /// A unit of work that is done.
    Unit(Entry),
    /// All of a share is done.
    End {
        /// How many comparisons share the error budget of the whole run.
        comparisons: usize,
    },
}

/// What a journal says below its heading.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// The units of work that are done, by name.
    pub(super) units: HashMap<String, Entry>,
    /// At the end of a share, how many comparisons share the error budget of the whole run.
    pub(super) end: Option<usize>,
    /// How many lines it has.
    lines: usize,
}

impl Body {
    /// What these lines say, up to the first that says nothing: what stands behind a line that was
    /// damaged is not trusted.
    pub(super) fn read(lines: &[String]) -> Self {
        let mut body = Self::default();
        for note in lines.iter().map_while(|line| serde_json::from_str(line).ok()) {
            body.lines += 1;
            match note {
                Note::Unit(entry) => drop(body.units.insert(entry.unit.clone(), entry)),
                Note::End { comparisons } => body.end = Some(comparisons),
            }
        }
        body
    }
}

/// A journal that is open, by this process alone.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    record: Mutex<Record>,
    /// What stood in it when it was opened.
    body: Body,
}

/// What became of a journal when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It begins.
    New,
    /// So many units of work stand in it, which are not done again.
    Continued(usize),
    /// It was of another run, and was set aside under another name; a new one begins.
    SetAside {
        /// In what the runs differ, in words that speak of the old one.
        difference: String,
        /// Where the old journal is.
        kept: PathBuf,
    },
}

impl Journal {
    /// Opens the journal of a run, or begins it. One of another run is set aside: it gets `.old`
    /// behind its name, in place of what was set aside before.
    ///
    /// # Errors
    /// It cannot be read or written, or another process has it open.
    pub fn open(path: &Path, heading: &Heading) -> Result<(Self, Opened), StorageError> {
        let (mut record, lines) = Record::open(path)?;
        let mut body = Body::read(lines.get(1..).unwrap_or_default());
        let difference =
            lines.first().and_then(|first| match serde_json::from_str::<Heading>(first) {
                Ok(found) if found.share != heading.share => Some("its share differs".to_owned()),
                Ok(found) => found.difference(heading),
                Err(_) => Some("it has another format".to_owned()),
            });
        let opened = match difference {
            None if lines.is_empty() => {
                record.push(heading)?;
                Opened::New
            }
            None => {
                record.keep(&lines[..=body.lines]);
                Opened::Continued(body.units.len())
            }
            Some(difference) => {
                drop(record);
                let kept = set_aside(path)?;
                (record, _) = Record::open(path)?;
                record.push(heading)?;
                body = Body::default();
                Opened::SetAside { difference, kept }
            }
        };
        Ok((Self { path: path.to_owned(), record: Mutex::new(record), body }, opened))
    }

    /// Checks the selected lines of all subjects. Units of work that stand in the journal are not
    /// done again; all others are written down as they end.
    ///
    /// # Errors
    /// Where the journal cannot grow: it keeps what it has.
    pub fn run(
        &self,
        subjects: &[Subject],
        settings: &Settings,
        watcher: Watcher<'_>,
    ) -> Result<Outcome, StorageError> {
        run_with(subjects, &self.with_checkpoints(settings), self, watcher)
    }

    /// Does a share of the work of a run, for the journal alone. The run is planned as a whole
    /// before. Returns what could not be checked, as far as it shows here.
    ///
    /// # Errors
    /// Where the journal cannot grow: it keeps what it has.
    pub fn run_share(
        &self,
        subjects: &[Subject],
        settings: &Settings,
        share: Share,
        watcher: Watcher<'_>,
    ) -> Result<Vec<InputError>, StorageError> {
        let settings = self.with_checkpoints(settings);
        let (problems, comparisons) = run_share(subjects, &settings, share, self, watcher)?;
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        if self.body.end.is_none() {
            record.push(&Note::End { comparisons })?;
        }
        record.finish()?;
        self.remove_checkpoints()?;
        Ok(problems)
    }

    /// Removes it, where the results of the run stand elsewhere.
    ///
    /// # Errors
    /// Where that is not possible.
    pub fn remove(self) -> Result<(), StorageError> {
        self.remove_checkpoints()?;
        drop(self.record);
        std::fs::remove_file(&self.path).map_err(|error| StorageError::write(&self.path, error))
    }

    /// The same settings, with checkpoints in a folder beside.
    fn with_checkpoints(&self, settings: &Settings) -> Settings {
        let checkpoints = Checkpoints::new(self.checkpoints());
        Settings { checkpoints: Some(checkpoints), ..settings.clone() }
    }

    fn checkpoints(&self) -> PathBuf {
        with_suffix(&self.path, ".checkpoints")
    }

    /// Removes the checkpoints, where the units of work that they belong to are done.
    fn remove_checkpoints(&self) -> Result<(), StorageError> {
        let folder = self.checkpoints();
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StorageError::write(&folder, error))
            }
            _ => Ok(()),
        }
    }
}

impl Memory for Journal {
    type Error = StorageError;

    fn recall(&self, unit: &str) -> Option<Entry> {
        self.body.units.get(unit).cloned()
    }

    fn keep(&self, entry: &Entry) -> Result<(), StorageError> {
        if !entry.survives() {
            return Ok(());
        }
        self.record.lock().unwrap_or_else(PoisonError::into_inner).push(entry)
    }
}

/// Gives the journal of another run another name, and says which.
fn set_aside(path: &Path) -> Result<PathBuf, StorageError> {
    let kept = with_suffix(path, ".old");
    std::fs::rename(path, &kept).map_err(|error| StorageError::write(path, error))?;
    Ok(kept)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
