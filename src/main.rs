//! The program: arguments in, exit code out.

use clap::Parser;
use isserlis::cli::{Arguments, Exit, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic is a bug of ours, not a verdict: its message is printed, the code says so.
    let exit = std::panic::catch_unwind(|| run(&arguments)).unwrap_or(Exit::Internal);
    exit.into()
}
