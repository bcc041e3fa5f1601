//! Writing a file so that it is whole at any moment: the new one takes the place of the old at once.

use super::StorageError;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Writes a file through one beside it that then takes its name: whoever reads it, and whatever
/// stops this, finds the old content or the new one, never a part. Links are followed; what is no
/// regular file, such as `/dev/stdout`, is written to.
///
/// # Errors
/// [`StorageError::Write`]; the file is then as it was.
pub fn replace(path: &Path, content: impl AsRef<[u8]>) -> Result<(), StorageError> {
    let content = content.as_ref();
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let before = target.metadata().ok();
    let written = match before {
        Some(before) if !before.is_file() => std::fs::write(path, content),
        _ => {
            let mut name = target.file_name().unwrap_or_default().to_owned();
            name.push(format!(".{}.partial", std::process::id()));
            let beside = target.with_file_name(name);
            let moved = write_whole(&beside, content)
                .and_then(|()| match before {
                    Some(before) => std::fs::set_permissions(&beside, before.permissions()),
                    None => Ok(()),
                })
                .and_then(|()| std::fs::rename(&beside, &target));
            // What did not take its name is of no use; nothing depends on whether it goes.
            moved.inspect_err(|_| drop(std::fs::remove_file(&beside)))
        }
    };
    written.map_err(|error| StorageError::write(path, error))
}

/// Writes a new file down to the disk.
fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn empty(test: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("isserlis-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = empty("replace");
        let path = folder.join("results.json");
        replace(&path, "old").unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(&folder), ["results.json"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_is_missing_is_named_with_what_to_do() {
        let folder = empty("missing");
        let path = folder.join("none").join("results.json");
        let error = replace(&path, "new").unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write `{}`: ", path.display())), "{error}");
        assert!(
            error.ends_with("; make its folder, or name another, then run the same command again")
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_a_device_stays_one() {
        let folder = empty("link");
        let (file, link) = (folder.join("file"), folder.join("link"));
        replace(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, "new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        replace(Path::new("/dev/null"), "gone").unwrap();
        assert!(!Path::new("/dev/null").metadata().unwrap().is_file());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
