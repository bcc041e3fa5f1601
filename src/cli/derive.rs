//! `isserlis derive`: a derivation for people, in LaTeX.

use super::Exit;
use super::eval::file;
use super::options::ShowOptions;
use super::output::print;
use crate::claim::nearest;
use crate::proof;
use crate::report::derivation;

/// Prints the derivation of an equation: the expectations by parts, then both sides in normal form.
///
/// # Errors
/// Where there is no such equation, or it has no normal form.
pub(super) fn derive(with: &str, name: &str, show: ShowOptions) -> anyhow::Result<Exit> {
    let Some(file) = file(with, show)? else { return Ok(Exit::Input) };
    let Some(claim) = file.claims.iter().find(|claim| claim.name == name) else {
        let near = nearest(name, file.claims.iter().map(|claim| claim.name.as_str()));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        anyhow::bail!("no line `{name}` in `{with}`{near}");
    };
    let derived = proof::derive(&file, claim)?;
    print(&derivation(&derived), show)?;
    Ok(if derived.difference.is_none() { Exit::Success } else { Exit::Refuted })
}
