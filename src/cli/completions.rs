//! `isserlis completions` and `isserlis man`: for the shell and the manual.

use super::options::{Colour, ShowOptions};
use super::output::{message, print};
use super::{Arguments, Exit};
use clap::CommandFactory;
use clap_complete::Shell;
use std::path::Path;

const SHOW: ShowOptions = ShowOptions { quiet: false, color: Colour::Auto };

/// Prints the script that completes the arguments in a shell.
///
/// # Errors
/// Where the standard output cannot be written.
pub(super) fn completions(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(shell, &mut command, "isserlis", &mut script);
    print(&String::from_utf8(script)?, SHOW)?;
    Ok(Exit::Success)
}

/// Prints the manual page of the tool, or writes it and one for each subcommand to a folder.
///
/// # Errors
/// Where they cannot be written.
pub(super) fn manual(folder: Option<&Path>) -> anyhow::Result<Exit> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
        print(&String::from_utf8(page)?, SHOW)?;
        return Ok(Exit::Success);
    };
    let shown = folder.display();
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
        .map_err(|error| anyhow::anyhow!("cannot write to `{shown}`: {error}"))?;
    message(&format!("wrote the manual pages to {shown}"), SHOW);
    Ok(Exit::Success)
}
