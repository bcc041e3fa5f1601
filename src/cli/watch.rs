//! `isserlis check --watch`: check a file again when it is saved.

use super::options::{ShowOptions, origins};
use super::output::message;
use crate::suite::{InputError, Subject, files, read};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Time between two looks at the files: they are asked for their times, which works on every file
/// system and whatever an editor does to save.
const PAUSE: Duration = Duration::from_millis(200);

/// Clears a terminal and puts the cursor into its corner.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// When a file was written, and its length.
type Stamp = (SystemTime, u64);

/// Checks all files, then those that changed, each time some did; until the program is interrupted.
/// A file that is gone for a moment, since an editor replaces it, is waited for.
///
/// # Errors
/// Where there are no files to watch, or the results cannot be written.
pub(super) fn watch(
    paths: &[PathBuf],
    show: ShowOptions,
    check: impl Fn(Vec<Subject>, Vec<InputError>) -> anyhow::Result<()>,
) -> anyhow::Result<std::convert::Infallible> {
    if paths.is_empty() || paths.iter().any(|path| path.as_os_str() == "-") {
        anyhow::bail!("name the files or folders to watch");
    }
    let mut known: BTreeMap<PathBuf, Stamp> = BTreeMap::new();
    let mut first = true;
    loop {
        let changed = changed(paths, &mut known);
        if first || !changed.is_empty() {
            first = false;
            separate(&changed, show);
            let is_changed = |path: &str| changed.iter().any(|one| one.to_string_lossy() == path);
            let (mut subjects, mut problems) = read(&origins(paths));
            subjects.retain(|subject| is_changed(&subject.path));
            problems.retain(|problem| {
                problem.path().is_none_or(|path| {
                    is_changed(path) || !known.contains_key(&PathBuf::from(path))
                })
            });
            check(subjects, problems)?;
            if !show.quiet {
                message("watching; Ctrl-C ends", show);
            }
        }
        std::thread::sleep(PAUSE);
    }
}

/// The files that were written since the last look, once they are no longer written to.
fn changed(paths: &[PathBuf], known: &mut BTreeMap<PathBuf, Stamp>) -> Vec<PathBuf> {
    let differs = |now: &BTreeMap<PathBuf, Stamp>, before: &BTreeMap<PathBuf, Stamp>| {
        let other = now.iter().filter(|(path, stamp)| before.get(*path) != Some(*stamp));
        other.map(|(path, _)| path.clone()).collect::<Vec<_>>()
    };
    let mut now = stamps(paths);
    while !differs(&now, known).is_empty() {
        std::thread::sleep(PAUSE / 4);
        let later = stamps(paths);
        if differs(&later, &now).is_empty() {
            break;
        }
        now = later;
    }
    let changed = differs(&now, known);
    known.extend(now);
    changed
}

fn stamps(paths: &[PathBuf]) -> BTreeMap<PathBuf, Stamp> {
    let stamp = |path: PathBuf| {
        let data = std::fs::metadata(&path).ok()?;
        Some((path, (data.modified().ok()?, data.len())))
    };
    files(&origins(paths)).into_iter().filter_map(stamp).collect()
}

/// Sets the results apart from earlier ones.
fn separate(changed: &[PathBuf], show: ShowOptions) {
    if std::io::stdout().is_terminal() {
        print!("{CLEAR}");
    }
    if !show.quiet {
        let names: Vec<String> = changed.iter().map(|path| path.display().to_string()).collect();
        message(&format!("--- {}", names.join(", ")), show);
    }
}
