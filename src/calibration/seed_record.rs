//! The record of a check with many seeds on disk, which a killed run continues.

use super::repetition::Repetition;
use crate::storage::{Record, StorageError};
use crate::suite::Setup;
use std::path::Path;

/// Why a record cannot be continued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] StorageError),
    /// It belongs to another check.
    #[error("`{path}` is the record of another check: {what}; name another file, or remove it")]
    OtherSetup {
        /// Its path.
        path: String,
        /// What differs.
        what: String,
    },
    /// A line in it is no record.
    #[error("line {line} of `{path}` is no record: {error}")]
    Format {
        /// Its path.
        path: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong.
        error: serde_json::Error,
    },
}

/// A record on disk: the setup, then one line for each seed that is finished.
pub struct SeedRecord {
    record: Record,
    /// What stands in it.
    finished: Vec<Repetition>,
}

impl SeedRecord {
    /// The format of the record.
    pub const SCHEMA: &str = "isserlis-seeds/1";

    /// Opens a record of this setup, or begins it.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn open(path: &Path, setup: &Setup) -> Result<Self, RecordError> {
        let shown = path.display().to_string();
        let (mut record, lines) = Record::open(path)?;
        let mut lines = lines.iter().zip(1..);
        let wrong = |line| {
            let path = shown.clone();
            move |error| RecordError::Format { path, line, error }
        };
        match lines.next() {
            Some((first, number)) => {
                let found: Setup = serde_json::from_str(first).map_err(wrong(number))?;
                if let Some(what) = found.difference(setup) {
                    return Err(RecordError::OtherSetup { path: shown, what });
                }
            }
            None => record.push(setup)?,
        }
        let finished = lines
            .map(|(line, number)| serde_json::from_str(line).map_err(wrong(number)))
            .collect::<Result<_, _>>()?;
        Ok(Self { record, finished })
    }

    /// What stands in it.
    pub fn finished(&self) -> &[Repetition] {
        &self.finished
    }

    /// Adds what one seed gave, and waits until the disk has it.
    ///
    /// # Errors
    /// [`RecordError::File`].
    pub fn push(&mut self, repetition: Repetition) -> Result<(), RecordError> {
        self.record.push(&repetition)?;
        self.record.finish()?;
        self.finished.push(repetition);
        Ok(())
    }
}
