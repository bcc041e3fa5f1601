//! Checkpoints: where long computations are written down on their way.

use super::{StorageError, replace};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

/// A folder with a file for each long computation, such as a training, named by the digest of what it
/// is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// The folder; it is made when the first file is written.
    pub folder: PathBuf,
    /// The time from one checkpoint to the next; what takes less has none.
    pub interval: Duration,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// It does not say where a computation is.
    #[error("the checkpoint `{path}` is damaged: {reason}; remove it to begin anew")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl Checkpoints {
    /// A checkpoint every ten seconds.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, interval: Duration::from_secs(10) }
    }

    /// Where a computation was when it was last written down; nothing where it never was.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        digest: &str,
    ) -> Result<Option<T>, CheckpointError> {
        let path = self.path(digest);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StorageError::read(&path, error).into()),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| CheckpointError::Damaged {
            path: path.display().to_string(),
            reason: error.to_string(),
        })
    }

    /// Writes down where a computation is; the file is whole at any moment.
    pub(crate) fn write(
        &self,
        digest: &str,
        progress: &impl Serialize,
    ) -> Result<(), CheckpointError> {
        let (folder, path) = (&self.folder, self.path(digest));
        let text = serde_json::to_string(progress).expect("progress is plain data: this is a bug");
        std::fs::create_dir_all(folder).map_err(|error| StorageError::write(folder, error))?;
        Ok(replace(&path, &text)?)
    }

    pub(crate) fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.json"))
    }
}
