//! The results as JUnit XML, as Jenkins and the like read it: a line is a test case.

use super::template::{ReportError, fill};
use super::text::detail;
use super::words;
use crate::suite::{ClaimResult, InputError, Results, Timing};
use minijinja::Environment;
use serde::Serialize;
use std::collections::BTreeMap;

/// All test cases.
#[derive(Serialize)]
struct Suites {
    tests: usize,
    failures: usize,
    errors: usize,
    time: String,
    suites: Vec<Suite>,
}

/// The lines of a file or theorem, or a file that could not be checked.
#[derive(Serialize)]
struct Suite {
    name: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    time: String,
    cases: Vec<Case>,
}

/// A line.
#[derive(Serialize)]
struct Case {
    name: String,
    time: String,
    /// `failure`, `error` or `skipped`; none for a line that is as claimed.
    outcome: Option<&'static str>,
    #[serde(rename = "type")]
    kind: String,
    message: String,
    text: String,
}

/// The results as JUnit XML. A line that is as claimed passes; a refuted claim and a control that
/// is not rejected are failures, with the witness; a contradiction and a file that cannot be
/// checked are errors; what is undecided or waits for more effort is skipped, with the reason.
/// Times are those of `timings`, in seconds: work that serves several lines counts for the first
/// of them.
///
/// # Errors
/// Where the template cannot be filled, which is a bug.
pub fn junit(
    results: &Results,
    problems: &[InputError],
    timings: &[Timing],
) -> Result<String, ReportError> {
    let mut seconds: BTreeMap<&str, f64> = BTreeMap::new();
    for timing in timings {
        *seconds.entry(&timing.id).or_default() += timing.seconds;
    }
    let of_subject = |subject: &str| {
        let lines = results.of_subject(subject);
        let waiting = results.waiting.iter().filter(|id| subject_of(id) == subject);
        let cases: Vec<(Case, f64)> = lines
            .map(|line| {
                let time = seconds.get(line.id.as_str()).copied().unwrap_or(0.0);
                (Case::of(line, time), time)
            })
            .chain(waiting.map(|id| (Case::waiting(id), 0.0)))
            .collect();
        Suite::of(subject.to_owned(), cases)
    };
    let mut names: Vec<&str> = results.subjects.iter().map(|subject| subject.id.as_str()).collect();
    for id in &results.waiting {
        if !names.contains(&subject_of(id)) {
            names.push(subject_of(id));
        }
    }
    let problems = problems.iter().map(|problem| {
        let name = problem.path().unwrap_or("arguments").to_owned();
        Suite::of(name, vec![(Case::unreadable(problem), 0.0)])
    });
    let suites: Vec<Suite> = names.into_iter().map(of_subject).chain(problems).collect();
    let suites = Suites {
        tests: suites.iter().map(|suite| suite.tests).sum(),
        failures: suites.iter().map(|suite| suite.failures).sum(),
        errors: suites.iter().map(|suite| suite.errors).sum(),
        time: decimal(timings.iter().map(|timing| timing.seconds).sum()),
        suites,
    };
    let mut environment = Environment::new();
    environment.add_filter("xml", |text: String| xml(&text));
    fill(environment, include_str!("../../report/junit.xml.jinja"), &suites)
}

fn subject_of(id: &str) -> &str {
    id.rsplit_once("::").map_or("", |(subject, _)| subject)
}

impl Suite {
    fn of(name: String, cases: Vec<(Case, f64)>) -> Self {
        let time = decimal(cases.iter().map(|(_, seconds)| seconds).sum());
        let cases: Vec<Case> = cases.into_iter().map(|(case, _)| case).collect();
        let count = |wanted: &str| cases.iter().filter(|case| case.outcome == Some(wanted)).count();
        Self {
            name,
            tests: cases.len(),
            failures: count("failure"),
            errors: count("error"),
            skipped: count("skipped"),
            time,
            cases,
        }
    }
}

impl Case {
    fn of(line: &ClaimResult, seconds: f64) -> Self {
        let outcome = match line.as_claimed {
            _ if line.contradiction => Some("error"),
            Some(true) => None,
            Some(false) => Some("failure"),
            None => Some("skipped"),
        };
        let what = match line.contradiction {
            true => "proved and refuted, which is a bug of the tool".to_owned(),
            false => format!("{}: {}", line.verdict, words::reason(line)),
        };
        let text = match line.as_claimed {
            Some(true) if !line.contradiction => String::new(),
            _ => detail(line).join("\n"),
        };
        Self {
            name: format!("{} {}", line.kind.word(), line.name()),
            time: decimal(seconds),
            outcome,
            kind: if line.contradiction { "contradiction" } else { line.verdict.word() }.to_owned(),
            message: what,
            text,
        }
    }

    fn waiting(id: &str) -> Self {
        Self {
            name: id.rsplit("::").next().unwrap_or(id).to_owned(),
            time: decimal(0.0),
            outcome: Some("skipped"),
            kind: "waiting".to_owned(),
            message: "its experiment is run at more effort".to_owned(),
            text: String::new(),
        }
    }

    fn unreadable(problem: &InputError) -> Self {
        let (kind, message) = match problem {
            InputError::Mistakes { mistakes, .. } => {
                let first = mistakes.first();
                (
                    first.map_or("syntax", |mistake| mistake.kind.word()),
                    first.map_or_else(String::new, |mistake| mistake.message.clone()),
                )
            }
            other => ("unreadable-file", other.to_string()),
        };
        Self {
            name: "can be checked".to_owned(),
            time: decimal(0.0),
            outcome: Some("error"),
            kind: kind.to_owned(),
            message,
            text: problem.to_string(),
        }
    }
}

/// Seconds, without an exponent: XML Schema's `decimal` knows none.
fn decimal(seconds: f64) -> String {
    format!("{seconds:.3}")
}

/// Text in which no character has a meaning of its own, in an element or an attribute. Characters
/// that XML cannot hold at all become U+FFFD.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&apos;",
            // In an attribute these would be read as blanks.
            '\n' => escaped += "&#10;",
            '\t' => escaped += "&#9;",
            '\r' => escaped += "&#13;",
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push(char::REPLACEMENT_CHARACTER)
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_nothing_to_xml() {
        assert_eq!(xml("a<b & \"c\" 'd'>"), "a&lt;b &amp; &quot;c&quot; &apos;d&apos;&gt;");
        assert_eq!(xml("a\nb\u{1b}[31m"), "a&#10;b\u{fffd}[31m");
    }

    #[test]
    fn seconds_have_no_exponent() {
        assert_eq!(decimal(1e-9), "0.000");
        assert_eq!(decimal(12345.6789), "12345.679");
    }
}
