//! What went wrong in SARIF 2.1.0, the format of static analysers.

use super::glossary;
use super::words;
use crate::claim::DiagnosticKind;
use crate::suite::{ClaimResult, InputError, Location, Mistake, Position, Results};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::MAIN_SEPARATOR;

/// Rules that are no kinds of mistakes: of files that cannot be read, and of lines.
const UNREADABLE: &str = "unreadable-file";
const NOT_AS_CLAIMED: &str = "not-as-claimed";
const UNDECIDED: &str = "undecided";
const CONTRADICTION: &str = "contradiction";

/// One run in SARIF 2.1.0, indented, with a line end. Its results are the mistakes in files, by
/// their kind, and the lines that are not as claimed; undecided lines have the kind `open`. Where
/// everything is as claimed there are none. `locations` says where the lines stand; one that it
/// does not know has a logical location alone.
pub fn sarif(
    results: &Results,
    problems: &[InputError],
    locations: &BTreeMap<String, Location>,
) -> String {
    let of_problem = |problem: &InputError| match problem {
        InputError::Mistakes { path, mistakes, .. } => {
            mistakes.iter().map(|mistake| of_mistake(path, mistake)).collect()
        }
        other => vec![of_unreadable(other)],
    };
    let wanted = |line: &&ClaimResult| line.contradiction || line.as_claimed != Some(true);
    let mut found: Vec<Value> = problems.iter().flat_map(of_problem).collect();
    found.extend(
        results.claims.iter().filter(wanted).map(|line| of_line(line, locations.get(&line.id))),
    );
    let sarif = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "isserlis",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": found,
        }],
    });
    let mut text =
        serde_json::to_string_pretty(&sarif).expect("a value is what JSON can say: this is a bug");
    text.push('\n');
    text
}

/// The rules: what `isserlis explain` says of each.
fn rules() -> Vec<Value> {
    let kinds = DiagnosticKind::ALL.into_iter().map(DiagnosticKind::word);
    let others = [UNREADABLE, NOT_AS_CLAIMED, UNDECIDED, CONTRADICTION];
    let rule = |word: &str| {
        let entry = glossary::entry(word).expect("every rule is explained: this is a bug");
        json!({
            "id": word,
            "shortDescription": {"text": entry.first_sentence()},
            "help": {"text": entry.text, "markdown": entry.text},
        })
    };
    kinds.chain(others).map(rule).collect()
}

fn of_mistake(path: &str, mistake: &Mistake) -> Value {
    let place = physical(path, Some((mistake.start, mistake.end)));
    result(mistake.kind.word(), "error", &mistake.in_full(), json!([place]))
}

fn of_unreadable(problem: &InputError) -> Value {
    let places = match problem.path() {
        Some(path) => json!([physical(path, None)]),
        None => json!([]),
    };
    result(UNREADABLE, "error", &problem.to_string(), places)
}

fn of_line(line: &ClaimResult, location: Option<&Location>) -> Value {
    let logical = json!([{"fullyQualifiedName": line.id, "kind": "declaration"}]);
    let mut place = Map::new();
    if let Some(Location { path, start, end }) = location
        && let Value::Object(physical) = physical(path, Some((*start, *end)))
    {
        place.extend(physical);
    }
    place.insert("logicalLocations".to_owned(), logical);
    let places = json!([place]);
    let message = words::outcome(line);
    match line.as_claimed {
        _ if line.contradiction => result(CONTRADICTION, "error", &message, places),
        Some(_) => result(NOT_AS_CLAIMED, "error", &message, places),
        None => {
            // A kind other than `fail` has no level.
            let mut undecided = result(UNDECIDED, "none", &message, places);
            undecided["kind"] = json!("open");
            undecided
        }
    }
}

fn result(rule: &str, level: &str, message: &str, places: Value) -> Value {
    json!({"ruleId": rule, "level": level, "message": {"text": message}, "locations": places})
}

fn physical(path: &str, place: Option<(Position, Position)>) -> Value {
    let mut location = json!({"artifactLocation": {"uri": uri(path)}});
    if let Some((start, end)) = place {
        location["region"] = json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            // A region is never empty.
            "endColumn": if end == start { end.column + 1 } else { end.column },
        });
    }
    json!({"physicalLocation": location})
}

/// A path as a reference that RFC 3986 allows: relative paths stay relative, others are of the
/// scheme `file`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    let path = path.replace(MAIN_SEPARATOR, "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    match path.as_bytes() {
        [b'/', ..] => format!("file://{uri}"),
        // A letter of a drive.
        [_, b':', ..] => format!("file:///{}", uri.replacen("%3A", ":", 1)),
        _ => uri,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_reference() {
        assert_eq!(uri("./claims/a b%.claim"), "claims/a%20b%25.claim");
        assert_eq!(uri("/tmp/ü.claim"), "file:///tmp/%C3%BC.claim");
        assert_eq!(uri("C:/it.claim"), "file:///C:/it.claim");
    }
}
