//! `isserlis expand`: the normal form of an expression, for all sizes.

use super::Exit;
use super::eval::read;
use super::options::ShowOptions;
use super::output::print;
use crate::calculus::Calculus;
use clap::{Args, ValueEnum};
use serde_json::json;

#[derive(Debug, Args)]
pub(super) struct ExpandOptions {
    /// The expression, such as 'E[tr(S)^3]'
    expression: String,
    /// A claim file or the id of a theorem, whose declarations the expression uses
    #[arg(long, value_name = "FILE|ID")]
    with: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: ExpressionFormat,
    #[command(flatten)]
    show: ShowOptions,
}

/// How `expand` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ExpressionFormat {
    /// In the claim language
    #[default]
    Text,
    /// In LaTeX, without dollar signs
    Latex,
    /// One object with the expression, the normal form, and both in LaTeX
    Json,
}

/// Prints the normal form.
///
/// # Errors
/// Where the file or the expression cannot be read, and where there is no normal form.
pub(super) fn expand(options: &ExpandOptions) -> anyhow::Result<Exit> {
    let Some((file, expression)) = read(&options.expression, &options.with, options.show)? else {
        return Ok(Exit::Input);
    };
    let form = Calculus::new(&file.letters)?.normal_form(&expression)?;
    // The normal form is an expression of the language, so the printers of the language serve it.
    let latex = || file.expression(&form).map_or_else(|_| form.clone(), |form| form.latex());
    let text = match options.format {
        ExpressionFormat::Text => form,
        ExpressionFormat::Latex => latex(),
        ExpressionFormat::Json => json!({
            "expression": expression.to_string(),
            "expression_latex": expression.latex(),
            "normal_form": form,
            "normal_form_latex": latex(),
        })
        .to_string(),
    };
    print(&format!("{text}\n"), options.show)?;
    Ok(Exit::Success)
}
