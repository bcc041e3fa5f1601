//! Files that survive a kill: whole ones that are replaced at once, and records that grow by lines.

mod checkpoints;
mod record;
mod replacement;

pub use checkpoints::{CheckpointError, Checkpoints};
pub use record::{Record, whole_lines};
pub use replacement::replace;

use std::path::Path;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// It cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Read {
        /// Its path.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// It cannot be written, and is as it was before.
    #[error("cannot write `{path}`: {error}; {}", advice(error))]
    Write {
        /// Its path.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// A record cannot grow: what stands in it is kept.
    #[error(
        "cannot add to `{path}`: {error}; what was finished stands in it: {}, then run the same \
         command again, and it goes on from there",
        remedy(error)
    )]
    Grow {
        /// Its path.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Another process has it open.
    #[error("another run writes `{path}`: wait for its end or stop it, or name another place")]
    InUse {
        /// Its path.
        path: String,
    },
}

impl StorageError {
    pub(crate) fn read(path: &Path, error: std::io::Error) -> Self {
        Self::Read { path: path.display().to_string(), error }
    }

    pub(crate) fn write(path: &Path, error: std::io::Error) -> Self {
        Self::Write { path: path.display().to_string(), error }
    }
}

fn advice(error: &std::io::Error) -> String {
    format!("{}, then run the same command again", remedy(error))
}

/// What to do against an error of the system.
fn remedy(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull => "free some space on the disk",
        ErrorKind::QuotaExceeded => "free some space in your quota",
        ErrorKind::FileTooLarge => "raise the limit on the size of files (`ulimit -f`)",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "make its folder writable, or name another"
        }
        ErrorKind::NotFound => "make its folder, or name another",
        _ => "remove the cause",
    }
}
