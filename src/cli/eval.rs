//! `isserlis eval`: the value of an expression at an instance.

use super::Exit;
use super::check::tell;
use super::library::unknown;
use super::options::ShowOptions;
use super::output::{message, print};
use super::setting::instance;
use crate::claim::{ClaimFile, Expr};
use crate::experiment::compute_observed;
use crate::numeric::{Budget, evaluate_exactly};
use crate::suite::{declarations, library};
use anyhow::anyhow;
use clap::Args;
use std::path::Path;

#[derive(Debug, Args)]
pub(super) struct EvalOptions {
    /// The expression, such as 'E[tr(S)^3]'
    expression: String,
    /// A claim file or the id of a theorem, whose declarations the expression uses
    #[arg(long, value_name = "FILE|ID")]
    with: String,
    /// A size or letter: d=2, u=3/2, 'Lambda=[[2, 1/2], [1/2, 1]]'; a vector is one row
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    show: ShowOptions,
}

/// Prints the exact value and, where it differs, the decimal one. Observed letters of a theorem
/// have the values that its experiments compute, and then the decimal value alone is printed, with
/// the error bound of these letters.
///
/// # Errors
/// Where the file, the expression or a value cannot be read, and where there is no value.
pub(super) fn eval(options: &EvalOptions) -> anyhow::Result<Exit> {
    let Some((file, expression)) = read(&options.expression, &options.with, options.show)? else {
        return Ok(Exit::Input);
    };
    let mut at = instance(&file, &expression, &options.set)?;
    let (subjects, _) = library();
    let theorem = subjects.iter().find(|subject| subject.id == options.with);
    let experiments = theorem.map_or(&[][..], |subject| &subject.experiments);
    let computed =
        compute_observed(experiments, &expression, &at).map_err(|reason| anyhow!(reason))?;
    let (is_computed, error) = (!computed.values.is_empty(), computed.error);
    at.values.extend(computed.values);
    let value = evaluate_exactly(&expression, &at, &Budget::default())?;
    let (exact, decimal) = (value.to_string(), value.decimal());
    let text = match exact == decimal {
        _ if is_computed => format!("{decimal}\nfrom computed letters within {error:.1e}\n"),
        true => format!("{exact}\n"),
        false => format!("{exact}\n= {decimal}\n"),
    };
    print(&text, options.show)?;
    Ok(Exit::Success)
}

/// The declarations and the expression; `None` where mistakes have been told.
///
/// # Errors
/// An unknown theorem.
pub(super) fn read(
    expression: &str,
    with: &str,
    show: ShowOptions,
) -> anyhow::Result<Option<(ClaimFile, Expr)>> {
    let Some(file) = file(with, show)? else { return Ok(None) };
    match file.expression(expression) {
        Ok(found) => Ok(Some((file, found))),
        Err(diagnostics) => {
            for diagnostic in diagnostics {
                let text = diagnostic.render("the expression", expression);
                message(&format!("{text}\n"), show);
            }
            Ok(None)
        }
    }
}

/// The declarations: of a file, or of a theorem. `None` where its mistakes have been told.
pub(super) fn file(with: &str, show: ShowOptions) -> anyhow::Result<Option<ClaimFile>> {
    let path = Path::new(with);
    if path.exists() || with.ends_with(".claim") {
        return match declarations(path) {
            Ok(file) => Ok(Some(file)),
            Err(problem) => {
                tell(&problem, show);
                Ok(None)
            }
        };
    }
    let (subjects, _) = library();
    match subjects.iter().find(|subject| subject.id == with) {
        Some(subject) => Ok(Some(subject.file.clone())),
        None => Err(unknown(with, &subjects)),
    }
}
