//! `isserlis eval`: the value of an expression at an instance.

use super::Exit;
use super::arguments::EvalOptions;
use super::check::tell;
use super::library::unknown;
use super::output::{message, print};
use super::setting::instance;
use crate::claim::ClaimFile;
use crate::numeric::{Budget, evaluate_exactly};
use crate::suite::{declarations, library};
use std::path::Path;

/// Prints the exact value and, where it differs, the decimal one.
///
/// # Errors
/// Where the file, the expression or a value cannot be read, and where there is no value.
pub(super) fn eval(options: &EvalOptions) -> anyhow::Result<Exit> {
    let Some(file) = file(options)? else { return Ok(Exit::Input) };
    let expression = match file.expression(&options.expression) {
        Ok(expression) => expression,
        Err(diagnostics) => {
            for diagnostic in diagnostics {
                let text = diagnostic.render("the expression", &options.expression);
                message(&format!("{text}\n"), options.show);
            }
            return Ok(Exit::Input);
        }
    };
    let at = instance(&file, &expression, &options.set)?;
    let value = evaluate_exactly(&expression, &at, &Budget::default())?;
    let (exact, decimal) = (value.to_string(), value.decimal());
    let text = match exact == decimal {
        true => format!("{exact}\n"),
        false => format!("{exact}\n= {decimal}\n"),
    };
    print(&text, options.show)?;
    Ok(Exit::Success)
}

/// The declarations: of a file, or of a theorem. `None` where its mistakes have been told.
fn file(options: &EvalOptions) -> anyhow::Result<Option<ClaimFile>> {
    let path = Path::new(&options.with);
    if path.exists() || options.with.ends_with(".claim") {
        return match declarations(path) {
            Ok(file) => Ok(Some(file)),
            Err(problem) => {
                tell(&problem, options.show);
                Ok(None)
            }
        };
    }
    let (subjects, _) = library();
    match subjects.iter().find(|subject| subject.id == options.with) {
        Some(subject) => Ok(Some(subject.file.clone())),
        None => Err(unknown(&options.with, &subjects)),
    }
}
