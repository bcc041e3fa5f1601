//! `isserlis find`: what the calculus can discover.

use super::Exit;
use super::eval::read;
use super::options::ShowOptions;
use super::output::print;
use crate::calculus::Calculus;
use crate::claim::{Attributes, ClaimFile, Expr, Letter, LetterKind, nearest};
use clap::ValueEnum;
use std::sync::Arc;

/// What `find` looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Quantity {
    /// Linear and quadratic invariants that stay constant
    Conserved,
}

/// Prints the conserved quantities of the gradient flow of a loss, one a line.
///
/// # Errors
/// Where the file or the loss cannot be read, and where the loss has no normal form.
pub(super) fn conserved(
    with: &str,
    loss: &str,
    over: &[String],
    show: ShowOptions,
) -> anyhow::Result<Exit> {
    let Some((file, loss)) = read(loss, with, show)? else { return Ok(Exit::Input) };
    if !loss.shape.is_scalar() {
        anyhow::bail!("a loss is a number");
    }
    let letters = moving(&file, &loss, over)?;
    let found = Calculus::new(&file.letters)?.conserved(&loss, &letters)?;
    let names: Vec<&str> = letters.iter().map(|letter| &*letter.name).collect();
    let text = match found.len() {
        0 => format!("no linear or quadratic invariant of {} is conserved\n", names.join(", ")),
        _ => found.iter().map(|quantity| format!("{quantity}\n")).collect(),
    };
    print(&text, show)?;
    Ok(Exit::Success)
}

/// The letters that move: those named, else the parameters of the loss, else all its free letters.
fn moving(file: &ClaimFile, loss: &Expr, over: &[String]) -> anyhow::Result<Vec<Arc<Letter>>> {
    let in_loss = loss.letters_in_order(false);
    let is_free = |letter: &&Arc<Letter>| match &letter.kind {
        LetterKind::Param => true,
        LetterKind::Scalar { positive } => !positive,
        LetterKind::Matrix(attributes) => *attributes == Attributes::default(),
        _ => false,
    };
    if !over.is_empty() {
        return over
            .iter()
            .map(|name| {
                let found = file.letters.iter().find(|letter| *letter.name == **name);
                if let Some(letter) = found.filter(is_free) {
                    return Ok(letter.clone());
                }
                let names: Vec<&str> = in_loss.iter().map(|letter| &*letter.name).collect();
                let near = nearest(name, names.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                anyhow::bail!("`{name}` is no scalar, vector or matrix without attributes{near}")
            })
            .collect();
    }
    let free: Vec<_> = in_loss.iter().filter(is_free).cloned().collect();
    let of_kind: Vec<_> =
        free.iter().filter(|letter| letter.kind == LetterKind::Param).cloned().collect();
    let letters = if of_kind.is_empty() { free } else { of_kind };
    if letters.is_empty() {
        anyhow::bail!("no letter of the loss can move; name some with `--over`");
    }
    Ok(letters)
}
