//! What went wrong as annotations of GitHub Actions: workflow commands, one a line.

use super::words;
use crate::suite::{ClaimResult, InputError, Location, Mistake, Results};
use std::collections::BTreeMap;
use std::path::MAIN_SEPARATOR;

/// An error for each mistake in a file, each line that is not as claimed and each contradiction, a
/// warning for each line that is undecided; empty where everything is as claimed. `locations`
/// says where the lines stand; one that it does not know is named in the title alone.
pub fn github(
    results: &Results,
    problems: &[InputError],
    locations: &BTreeMap<String, Location>,
) -> String {
    let mut out = String::new();
    for problem in problems {
        match problem {
            InputError::Mistakes { path, mistakes, .. } => {
                mistakes.iter().for_each(|mistake| out += &of_mistake(path, mistake));
            }
            other => {
                let place = other.path().map(|path| vec![("file", written(path))]);
                out += &command("error", &place.unwrap_or_default(), &other.to_string());
            }
        }
    }
    let wanted = |line: &&ClaimResult| line.contradiction || line.as_claimed != Some(true);
    for line in results.claims.iter().filter(wanted) {
        out += &of_line(line, locations.get(&line.id));
    }
    out
}

fn of_mistake(path: &str, mistake: &Mistake) -> String {
    let (start, end) = (mistake.start, mistake.end);
    let mut place = vec![("file", written(path))];
    place.push(("line", start.line.to_string()));
    place.push(("col", start.column.to_string()));
    // Columns count within one line, the end included.
    if end.line == start.line && end.column > start.column {
        place.push(("endColumn", (end.column - 1).to_string()));
    }
    place.push(("title", mistake.kind.word().to_owned()));
    command("error", &place, &mistake.in_full())
}

fn of_line(line: &ClaimResult, location: Option<&Location>) -> String {
    let mut place = place_of(location);
    place.push(("title", line.id.clone()));
    let level = if line.as_claimed.is_none() && !line.contradiction { "warning" } else { "error" };
    command(level, &place, &words::outcome(line))
}

/// The properties that say where a line stands, if that is known.
pub(super) fn place_of(location: Option<&Location>) -> Vec<(&'static str, String)> {
    let Some(Location { path, start, end }) = location else { return Vec::new() };
    vec![
        ("file", written(path)),
        ("line", start.line.to_string()),
        ("endLine", end.line.to_string()),
    ]
}

/// A workflow command.
pub(super) fn command(level: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let space = if properties.is_empty() { "" } else { " " };
    format!("::{level}{space}{}::{}\n", properties.join(","), data(message))
}

/// A path as GitHub writes it.
fn written(path: &str) -> String {
    let path = path.replace(MAIN_SEPARATOR, "/");
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

/// The message of a command, in one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which a comma or colon would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stays_in_one_line_and_its_properties_apart() {
        let place = [("file", "a,b:c.claim".to_owned()), ("line", "3".to_owned())];
        assert_eq!(
            command("error", &place, "50% of\r\nit: x, y"),
            "::error file=a%2Cb%3Ac.claim,line=3::50%25 of%0D%0Ait: x, y\n"
        );
        assert_eq!(command("warning", &[], "a"), "::warning::a\n");
    }
}
