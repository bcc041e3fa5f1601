//! `isserlis new`: a file to start from.

use super::Exit;
use super::options::{Colour, ShowOptions};
use super::output::message;
use clap::ValueEnum;
use std::io::Write;
use std::path::Path;

// What `new theorem` writes compiles.
#[cfg(test)]
#[expect(unreachable_pub, reason = "public where it will stand, below theorems/")]
#[path = "../../report/new_theorem.rs"]
mod new_theorem;

/// What `new` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Template {
    /// NAME.claim
    Claim,
    /// NAME.rs, for a folder of theorems/
    Theorem,
}

/// Writes the file; never over another one.
///
/// # Errors
/// Where the name does not suit or the file cannot be written.
pub(super) fn new(what: Template, name: &str) -> anyhow::Result<Exit> {
    let (extension, template) = match what {
        Template::Claim => ("claim", include_str!("../../report/new.claim")),
        Template::Theorem => ("rs", include_str!("../../report/new_theorem.rs")),
    };
    let path = Path::new(name);
    let path = match path.extension().is_some_and(|found| found == extension) {
        true => path.to_owned(),
        false => path.with_file_name(format!("{name}.{extension}")),
    };
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let letter = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let module = |character: char| character.is_ascii_lowercase() || character == '_';
    let fits = match what {
        Template::Claim => !stem.is_empty() && stem.chars().all(letter),
        Template::Theorem => {
            stem.starts_with(module)
                && stem.chars().all(|character| module(character) || character.is_ascii_digit())
        }
    };
    if !fits {
        anyhow::bail!(match what {
            Template::Claim => "a name has letters, digits, `_`, `-` and `.`",
            Template::Theorem => "a theorem is named like a module: lower case, digits and `_`",
        });
    }
    let shown = path.display();
    let mut file = std::fs::File::create_new(&path)
        .map_err(|error| anyhow::anyhow!("cannot make `{shown}`: {error}"))?;
    file.write_all(template.replace("NAME", stem).as_bytes())?;
    let next = match what {
        Template::Claim => format!("check it: isserlis check {shown}"),
        Template::Theorem => "list it in the two mod.rs of theorems/".to_owned(),
    };
    message(&format!("wrote {shown}; {next}"), ShowOptions { quiet: false, color: Colour::Auto });
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::new_theorem;
    use crate::claim::ClaimFile;
    use crate::suite::{Outcome, Settings, Subject, run};

    /// Everything is decided but what waits for a proof.
    fn holds(subject: Subject) {
        let Outcome { results, problems, .. } = run(&[subject], &Settings::default(), &|_| ());
        assert!(problems.is_empty(), "{problems:?}");
        assert!(results.claims.iter().any(|line| line.as_claimed == Some(true)));
        for line in &results.claims {
            assert_ne!(line.as_claimed, Some(false), "{line:?}");
        }
    }

    #[test]
    fn the_theorem_to_start_from_holds() {
        holds(Subject::of_theorem(&new_theorem::THEOREM).unwrap());
    }

    #[test]
    fn the_claim_file_to_start_from_holds() {
        let text = include_str!("../../report/new.claim");
        let file = ClaimFile::parse("new", text).unwrap();
        holds(Subject::new("new".to_owned(), "new.claim".to_owned(), file));
    }
}
