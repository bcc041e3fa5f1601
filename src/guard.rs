//! Claims guarded by the tests of another crate.

use crate::report::{Style, text};
use crate::suite::{
    ClaimResult, InputError, Origin, Outcome, Results, Selection, Settings, Subject, library, read,
    run,
};
use libtest_mimic::{Arguments, Completion, Failed, Trial, run as run_trials};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Why a check gave no results.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Files that cannot be read or that have mistakes.
    #[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
    Input {
        /// What is wrong, file by file.
        problems: Vec<InputError>,
    },
}

/// Checks a claim file, or all `*.claim` files below a folder.
///
/// # Errors
/// Where any of the files cannot be read or has a mistake; nothing is reported of the others then.
pub fn check(path: impl AsRef<Path>, settings: &Settings) -> Result<Results, Error> {
    let (subjects, problems) = read(&[Origin::Path(path.as_ref().to_owned())]);
    if !problems.is_empty() {
        return Err(Error::Input { problems });
    }
    let Outcome { results, problems, .. } = run(&subjects, settings, &|_| ());
    if problems.is_empty() { Ok(results) } else { Err(Error::Input { problems }) }
}

/// Panics with the report unless every line of the file is as claimed: every claim holds and every
/// control is rejected. See [`check_file!`](crate::check_file).
///
/// # Panics
/// See above; also where the file cannot be read or has a mistake.
#[track_caller]
pub fn assert_as_claimed(path: impl AsRef<Path>) {
    match check(path, &Settings::default()) {
        Ok(results) if results.all_as_claimed() => {}
        Ok(results) => panic!("not everything is as claimed\n\n{}", text(&results, Style::Plain)),
        Err(error) => panic!("{error}"),
    }
}

/// Checks a claim file in a test: panics with the report unless every claim holds and every
/// control is rejected. The path starts at the manifest of the calling crate.
///
/// ```no_run
/// #[test]
/// fn the_loss_is_as_claimed() {
///     isserlis::check_file!("claims/loss.claim");
/// }
/// ```
#[macro_export]
macro_rules! check_file {
    ($path:expr) => {
        $crate::assert_as_claimed(
            ::std::path::Path::new(::std::env!("CARGO_MANIFEST_DIR")).join($path),
        )
    };
}

/// Runs every line of a claim file, or of all claim files below a folder, as a test of its own,
/// with the arguments of `cargo test`. For the `main` of a test with `harness = false`; the path
/// starts at the manifest of the calling crate, where `cargo test` runs it.
///
/// A line that is undecided is shown as ignored, with the reason; it never passes. Ends the
/// process.
pub fn harness(path: impl AsRef<Path>) -> ! {
    run_each(read(&[Origin::Path(path.as_ref().to_owned())]))
}

/// [`harness`] for every line of the built-in theorem library.
pub fn library_harness() -> ! {
    run_each(library())
}

/// One test for each line. The lines are checked together when the first test asks, since they
/// share the error budget; lines that the arguments of `cargo test` leave out are not checked.
fn run_each((subjects, problems): (Vec<Subject>, Vec<InputError>)) -> ! {
    let arguments = Arguments::from_args();
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    let ids = subjects.iter().flat_map(|subject| {
        subject.file.claims.iter().map(|claim| format!("{}::{}", subject.id, claim.name))
    });
    let ids: Vec<String> = ids.collect();
    let patterns = ids.iter().filter(|id| is_asked_for(id, &arguments)).cloned().collect();
    let settings = Settings { selection: Selection { patterns }, ..Settings::default() };
    let shared = Arc::new((subjects, settings, OnceLock::<Outcome>::new()));
    let trial = |id: String| {
        let shared = shared.clone();
        Trial::ignorable_test(id.clone(), move || {
            let (subjects, settings, outcome) = &*shared;
            judge(outcome.get_or_init(|| run(subjects, settings, &|_| ())), &id)
        })
    };
    let conclusion = run_trials(&arguments, ids.into_iter().map(trial).collect());
    if !problems.is_empty() {
        std::process::exit(101);
    }
    conclusion.exit()
}

fn is_asked_for(id: &str, arguments: &Arguments) -> bool {
    let named = |pattern: &String| match arguments.exact {
        true => id == pattern,
        false => id.contains(pattern),
    };
    arguments.filter.iter().all(named) && !arguments.skip.iter().any(named)
}

fn judge(outcome: &Outcome, id: &str) -> Result<Completion, Failed> {
    if outcome.results.waiting.iter().any(|waiting| waiting == id) {
        return Ok(Completion::ignored_with("its experiment is run at more effort"));
    }
    let Some(result) = outcome.results.claims.iter().find(|result| result.id == id) else {
        let problems: Vec<_> = outcome.problems.iter().map(ToString::to_string).collect();
        return Err(problems.join("\n").into());
    };
    match result.as_claimed {
        Some(true) => Ok(Completion::Completed),
        Some(false) => Err(alone(&outcome.results, result).into()),
        None => Ok(Completion::ignored_with(result.undecided.as_deref().unwrap_or("undecided"))),
    }
}

/// The report on one line.
fn alone(results: &Results, result: &ClaimResult) -> String {
    let mut alone = results.clone();
    alone.claims = vec![result.clone()];
    alone.subjects.retain(|subject| subject.id == result.subject());
    text(&alone, Style::Plain)
}
