//! What README and the language reference show is what the tool does.

use isserlis::Settings;
use isserlis::claim::{Claim, ClaimFile, ClaimKind};
use isserlis::experiment::Effort;
use isserlis::report::{Style, text};
use isserlis::suite::{Subject, library, run};

const README: &str = include_str!("../README.md");
const EXIT: &str = include_str!("../src/cli/exit.rs");
const LANGUAGE: &str = include_str!("../src/claim/LANGUAGE.md");

/// The fenced blocks of a document that are marked with this word, in order.
fn blocks<'a>(document: &'a str, word: &str) -> Vec<&'a str> {
    let opening = format!("```{word}\n");
    let after = document.split(opening.as_str()).skip(1);
    after.map(|rest| rest.split("```").next().expect("a closed block")).collect()
}

fn parse(name: &str, text: &str) -> ClaimFile {
    ClaimFile::parse(name, text).unwrap_or_else(|errors| panic!("{name}: {errors:?}\n{text}"))
}

#[test]
fn the_claim_of_the_readme_is_answered_as_the_readme_shows() {
    let file = parse("gram.claim", blocks(README, "claim")[0]);
    let subject = Subject::new("gram.claim".to_owned(), "gram.claim".to_owned(), file);
    let outcome = run(&[subject], &Settings::default(), &|_| ());
    let answer = text(&outcome.results, Style::Plain);
    assert!(blocks(README, "text").contains(&answer.as_str()), "the answer is now\n{answer}");
}

#[test]
fn the_readme_counts_the_lines_of_the_library() {
    let (subjects, _) = library();
    // Lines whose experiments a quick run leaves out have no verdict there.
    let decided = |subject: &Subject, line: &Claim| {
        let supplying = subject.supplying(line);
        supplying.is_empty() || supplying.iter().any(|one| one.runs_at(Effort::Quick))
    };
    let lines = || {
        let all =
            subjects.iter().flat_map(|one| one.file.claims.iter().map(move |line| (one, line)));
        all.filter(|(subject, line)| decided(subject, line)).map(|(_, line)| line)
    };
    let claims = lines().filter(|line| line.kind == ClaimKind::Claim).count();
    let controls = lines().filter(|line| line.kind == ClaimKind::Refute).count();
    let (begin, end) = (format!("\n{claims} claims: "), format!("; {controls} controls: "));
    let counts = README.lines().find(|line| line.contains(" controls: ")).expect("the counts");
    let counts = format!("\n{counts}");
    assert!(counts.starts_with(&begin) && counts.contains(&end), "{begin}{end}{counts}");
}

#[test]
fn the_files_of_the_language_reference_have_no_mistakes() {
    let whole = |block: &&str| block.contains("\nspace ") && block.contains("\nclaim ");
    let files: Vec<&str> = blocks(LANGUAGE, "text").into_iter().filter(whole).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for text in files {
        parse("reference.claim", text);
    }
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_program() {
    let codes = |document: &str, before: &str, after: &str| -> Vec<u8> {
        let lines = document.lines().filter_map(|line| line.trim().strip_prefix(before));
        lines.filter_map(|line| line.split(after).next()?.parse().ok()).collect()
    };
    assert_eq!(codes(README, "| ", " |"), codes(EXIT, "/// ", ":"));
}
