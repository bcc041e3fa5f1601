//! A record on disk, one line of JSON a value, that a killed run goes on with.

use super::StorageError;
use serde::Serialize;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a machine that loses its power may lose. A process that is killed loses nothing: the
/// system has every line that it added.
const UNSYNCED: Duration = Duration::from_secs(1);

/// A record that is open for adding to it, by this process alone.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    file: File,
    /// Bytes of the whole lines in it.
    length: u64,
    /// Whether something else may stand behind them.
    torn: bool,
    synced: Instant,
}

impl Record {
    /// Opens a record, or begins it, with the whole lines that stand in it. The end of a line that
    /// a killed run left behind is cut off when something is added.
    ///
    /// # Errors
    /// It cannot be read or written, or another process has it open.
    pub fn open(path: &Path) -> Result<(Self, Vec<String>), StorageError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(|error| StorageError::write(path, error))?;
        // Some file systems of clusters know no locks: there it is the user who takes care.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(StorageError::InUse { path: path.display().to_string() });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| StorageError::read(path, error))?;
        let lines = lines(&bytes);
        let length: u64 = lines.iter().map(|line| line.len() as u64).sum();
        let torn = length < bytes.len() as u64;
        Ok((Self { path: path.to_owned(), file, length, torn, synced: Instant::now() }, lines))
    }

    /// Forgets all lines but these, the first ones.
    pub fn keep(&mut self, lines: &[String]) {
        self.length = lines.iter().map(|line| line.len() as u64).sum();
        self.torn = true;
    }

    /// Adds a value. Where that fails, the record holds what it held.
    ///
    /// # Errors
    /// [`StorageError::Grow`].
    pub fn push(&mut self, value: &impl Serialize) -> Result<(), StorageError> {
        self.add(value).map_err(|error| {
            // What cannot be cut off now is cut off by whoever adds to it next.
            self.torn = true;
            let _ = self.cut();
            self.full(error)
        })
    }

    /// Waits until all that was added is on the disk.
    ///
    /// # Errors
    /// [`StorageError::Grow`].
    pub fn finish(&mut self) -> Result<(), StorageError> {
        self.file.sync_data().map_err(|error| self.full(error))
    }

    fn add(&mut self, value: &impl Serialize) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        if self.torn {
            self.cut()?;
        }
        self.file.write_all(&line)?;
        self.length += line.len() as u64;
        if self.synced.elapsed() >= UNSYNCED {
            self.file.sync_data()?;
            self.synced = Instant::now();
        }
        Ok(())
    }

    /// Cuts off what stands behind the whole lines.
    fn cut(&mut self) -> std::io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.torn = false;
        Ok(())
    }

    fn full(&self, error: std::io::Error) -> StorageError {
        StorageError::Grow { path: self.path.display().to_string(), error }
    }
}

/// The whole lines of a record that may be open elsewhere.
///
/// # Errors
/// It cannot be read.
pub fn whole_lines(path: &Path) -> Result<Vec<String>, StorageError> {
    let bytes = std::fs::read(path).map_err(|error| StorageError::read(path, error))?;
    Ok(lines(&bytes))
}

/// The lines that were written to their end, each with it.
fn lines(bytes: &[u8]) -> Vec<String> {
    let is_text = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let text = String::from_utf8_lossy(&bytes[..is_text]);
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(test: &str) -> PathBuf {
        let name = format!("isserlis-record-{test}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn what_is_added_is_found_again_and_a_torn_line_is_not() {
        let path = path("torn");
        let (mut record, lines) = Record::open(&path).unwrap();
        assert_eq!(lines, [""; 0]);
        record.push(&1).unwrap();
        record.push(&"zwei").unwrap();
        drop(record);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut record, lines) = Record::open(&path).unwrap();
            let expected = ["1\n", "\"zwei\"\n"];
            let count = usize::from(cut >= 2) + usize::from(cut == whole.len());
            assert_eq!(lines, expected[..count], "cut at {cut}");
            record.push(&3).unwrap();
            drop(record);
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(text, format!("{}3\n", expected[..count].concat()), "cut at {cut}");
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_file_is_left_alone_until_something_is_added() {
        let path = path("alone");
        std::fs::write(&path, "{}\nno line").unwrap();
        drop(Record::open(&path).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}\nno line");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_record_is_open_once_at_a_time() {
        let path = path("once");
        let (record, _) = Record::open(&path).unwrap();
        let error = Record::open(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("another run writes `{}`", path.display())), "{error}");
        drop(record);
        Record::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
    }
}
