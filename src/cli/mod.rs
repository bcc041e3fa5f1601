//! The command line: one file a subcommand.

mod arguments;
mod check;
mod exit;
mod output;
mod progress;

pub use arguments::Arguments;
pub use exit::Exit;

use arguments::Command;

/// Does what the arguments ask, and says how it ended. Results go to the standard output,
/// messages to the standard error.
pub fn run(arguments: &Arguments) -> Exit {
    let done = match &arguments.command {
        Command::Check(options) => check::check(options),
    };
    done.unwrap_or_else(|error| output::failed(&error))
}
