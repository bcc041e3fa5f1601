//! The command line: one file a subcommand.

mod arguments;
mod calibrate;
mod certificates;
mod check;
mod completions;
mod derive;
mod diff;
mod eval;
mod exit;
mod expand;
mod explain;
mod find;
mod journal;
mod library;
mod merge;
mod mutants;
mod new;
mod options;
mod output;
mod progress;
mod repeat;
mod report;
mod setting;
mod shard;
mod train;
mod watch;

pub use arguments::Arguments;
pub use exit::Exit;

use arguments::Command;
use find::Quantity;

/// Does what the arguments ask, and says how it ended. Results go to the standard output,
/// messages to the standard error.
pub fn run(arguments: &Arguments) -> Exit {
    let done = match &arguments.command {
        Command::Check(options) => check::check(options),
        Command::Report(options) => report::report(options),
        Command::Merge(options) => merge::merge(options),
        Command::List => library::list(),
        Command::Show { id } => library::show(id),
        Command::Eval(options) => eval::eval(options),
        Command::Expand(options) => expand::expand(options),
        Command::Derive { with, claim, show } => derive::derive(with, claim, *show),
        Command::Find { what: Quantity::Conserved, with, loss, over, show } => {
            find::conserved(with, loss, over, *show)
        }
        Command::Calibrate(options) => calibrate::calibrate(options),
        Command::Repeat(options) => repeat::repeat(options),
        Command::Mutants(options) => mutants::mutants(options),
        Command::Verify { files, show } => certificates::verify(files, *show),
        Command::Diff(options) => diff::diff(options),
        Command::Explain { words } => explain::explain(words),
        Command::Completions { shell } => completions::completions(*shell),
        Command::Man { output } => completions::manual(output.as_deref()),
        Command::Train(options) => train::train(options),
        Command::New { what, name } => new::new(*what, name),
    };
    done.unwrap_or_else(|error| output::failed(&error))
}
