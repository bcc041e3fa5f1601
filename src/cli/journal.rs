//! The journals of runs that write files: where they are, and what is told of them.

use super::options::ShowOptions;
use super::output::message;
use crate::suite::{Heading, InputError, Journal, Opened, Settings, Share, Subject};
use std::path::{Path, PathBuf};

/// The journal of a run that writes this file, beside it; none where the file is a device.
pub(super) fn beside(output: &Path) -> Option<PathBuf> {
    if output.metadata().is_ok_and(|known| !known.is_file()) {
        return None;
    }
    let mut name = output.as_os_str().to_owned();
    name.push(".journal");
    Some(PathBuf::from(name))
}

/// Opens the journal of a run, and tells what became of what stood there.
///
/// # Errors
/// Where it cannot be read or written, or another run has it open.
pub(super) fn open(
    path: &Path,
    subjects: &[Subject],
    settings: &Settings,
    share: Option<Share>,
    problems: &[InputError],
    show: ShowOptions,
) -> anyhow::Result<Journal> {
    let heading = Heading::of(subjects, settings, share, problems);
    let (journal, opened) = Journal::open(path, &heading)?;
    let path = path.display();
    let text = match opened {
        Opened::New | Opened::Continued(0) => return Ok(journal),
        Opened::Continued(units) => {
            format!("going on with {units} finished units of work from {path}")
        }
        Opened::SetAside { difference, kept } => {
            let kept = kept.display();
            format!(
                "{path} is of another run: {difference}; it is kept as {kept}, and all of the work is done"
            )
        }
    };
    if !show.quiet {
        message(&text, show);
    }
    Ok(journal)
}
