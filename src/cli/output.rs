//! Writing results and messages.

use super::Exit;
use super::options::{Colour, ShowOptions};
use crate::storage::replace;
use anstream::{AutoStream, ColorChoice};
use std::io::{ErrorKind, Write};
use std::path::Path;

impl From<Colour> for ColorChoice {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::Auto => Self::Auto,
            Colour::Always => Self::Always,
            Colour::Never => Self::Never,
        }
    }
}

/// Writes results to the standard output; colours stay where they are wanted.
///
/// # Errors
/// Where the standard output cannot be written. A reader that has gone is none.
pub(super) fn print(text: &str, show: ShowOptions) -> anyhow::Result<()> {
    let mut stream = AutoStream::new(std::io::stdout().lock(), show.color.into());
    finish(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
        .map_err(|error| anyhow::anyhow!("cannot write to the standard output: {error}"))
}

/// Writes results to a file, which is whole at any moment.
///
/// # Errors
/// Where the file cannot be written.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
    Ok(replace(path, content)?)
}

/// Makes a folder with those above it, where they are missing.
///
/// # Errors
/// Where that is not possible.
pub(super) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .map_err(|error| anyhow::anyhow!("cannot make `{}`: {error}", folder.display()))
}

/// Writes a message to the standard error, its first word in colour.
pub(super) fn message(text: &str, show: ShowOptions) {
    let mut stream = AutoStream::new(std::io::stderr().lock(), show.color.into());
    let text = text.replace("error:", "\u{1b}[1;31merror\u{1b}[0m:");
    // Nobody is left to tell that nobody is left to tell.
    let _ = finish(writeln!(stream, "{text}"));
}

/// Tells what stopped a command.
pub(super) fn failed(error: &anyhow::Error) -> Exit {
    let show = ShowOptions { quiet: false, color: Colour::Auto };
    message(&format!("error: {error}"), show);
    Exit::Input
}

/// A reader that has gone, as in `| head`, has seen enough.
fn finish(written: std::io::Result<()>) -> std::io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
