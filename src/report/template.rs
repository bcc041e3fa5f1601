//! Filling a template.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// Why a report cannot be written. Templates are fixed: a bug of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A template does not fit the results.
    #[error("a template of the report does not fit the results, which is a bug: {0}")]
    Template(#[from] minijinja::Error),
}

/// The template filled with the page. Filters escape: what is not filtered stands as it is.
pub(super) fn fill(
    mut environment: Environment<'_>,
    template: &str,
    page: &impl Serialize,
) -> Result<String, ReportError> {
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    // A line that holds only a tag leaves no trace.
    let mut syntax = environment.syntax().to_builder();
    let syntax =
        syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    environment.set_syntax(syntax);
    Ok(environment.render_str(template, Serde(page))?)
}
