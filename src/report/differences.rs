//! What differs between two results, for a terminal, a pull request, and machines.

use super::github::{command, place_of};
use super::number::short;
use super::words::plural;
use crate::regression::{Change, Differences, What};
use crate::suite::Location;
use std::collections::BTreeMap;

/// The differences as text, one a line, a line end behind each.
pub fn differences_text(differences: &Differences) -> String {
    let mut out = String::new();
    for change in &differences.changes {
        let mark = if change.worse { "WORSE" } else { "" };
        out += &format!("{mark:<6}{}: {}\n", subject(change), words(&change.what));
    }
    out += &format!("{}\n", summary(differences));
    out
}

/// The differences as Markdown, for the comment on a pull request.
pub fn differences_markdown(differences: &Differences) -> String {
    let title = match (differences.worse, differences.changes.is_empty()) {
        (true, _) => "Claims got worse",
        (false, false) => "Claims changed, none for the worse",
        (false, true) => "No claim changed",
    };
    let mut out = format!("### {title}\n\n");
    if !differences.changes.is_empty() {
        out += "| | line | change |\n|---|---|---|\n";
    }
    for change in &differences.changes {
        let mark = if change.worse { "**worse**" } else { "" };
        let line = super::markdown::code(subject(change));
        out += &format!("| {mark} | {line} | {} |\n", super::markdown::plain(&words(&change.what)));
    }
    if !differences.changes.is_empty() {
        out.push('\n');
    }
    out += &format!("{}.\n", super::markdown::plain(&summary(differences)));
    out
}

/// The differences as one object, schema `isserlis-differences/1`, indented, with a line end.
pub fn differences_json(differences: &Differences) -> String {
    let mut text = serde_json::to_string_pretty(differences)
        .expect("differences hold only what JSON can say: this is a bug");
    text.push('\n');
    text
}

/// What is worse as annotations of GitHub Actions, at the lines where `locations` knows them.
pub fn differences_github(
    differences: &Differences,
    locations: &BTreeMap<String, Location>,
) -> String {
    let worse = differences.changes.iter().filter(|change| change.worse);
    let annotation = |change: &Change| {
        let mut place = place_of(locations.get(&change.id));
        place.push(("title", format!("worse: {}", subject(change))));
        command("error", &place, &words(&change.what))
    };
    worse.map(annotation).collect()
}

fn subject(change: &Change) -> &str {
    if change.id.is_empty() { "the run" } else { &change.id }
}

fn words(what: &What) -> String {
    match what {
        What::Verdict { old, new } => format!("was {old}, is {new}"),
        What::Text { old, new } if old == new => {
            format!("another declaration, instance or margin under the same statement: {new}")
        }
        What::Text { old, new } => format!("another statement: was {old}, is {new}"),
        What::Missing { old } => format!("is missing, was {old}"),
        What::Waiting { old } => format!("waits for more effort, was {old}"),
        What::Added { new } => format!("is new, {new}"),
        What::Moved { evidence, at, old, new } => {
            let at = at.iter().map(|(name, value)| match value {
                serde_json::Value::String(text) => format!("{name} = {text}"),
                other => format!("{name} = {other}"),
            });
            let at = at.collect::<Vec<_>>().join(", ");
            let place = if at.is_empty() { at } else { format!(" at {at}") };
            let [was, is] = [old, new].map(|measured| {
                let [low, high] = measured.interval.map(short);
                format!("{} in [{low}, {high}]", short(measured.estimate))
            });
            format!("{evidence}{place} moved: was {was}, is {is}")
        }
        What::Slower { old, new } => {
            format!("slower: took {} s, takes {} s", short(*old), short(*new))
        }
    }
}

/// What was compared, in a sentence without its full stop.
fn summary(differences: &Differences) -> String {
    let compared = &differences.compared;
    let worse = differences.changes.iter().filter(|change| change.worse).count();
    let mut text = format!(
        "{} and {} compared: {} worse, {} in all",
        plural(compared.lines as usize, "line"),
        plural(compared.estimates as usize, "estimate"),
        worse,
        plural(differences.changes.len(), "change"),
    );
    if compared.false_alarm > 0.0 {
        let bound = short(compared.false_alarm);
        text += &format!("; a move is told in error with probability at most {bound}");
    }
    if compared.other_numbers > 0 {
        let pairs = plural(compared.other_numbers as usize, "estimate");
        text += &format!("; {pairs} not the same numbers at the same seed");
    }
    if compared.without_partner > 0 {
        let lone = plural(compared.without_partner as usize, "estimate");
        text += &format!("; {lone} of other instances or trainings (another seed or effort)");
    }
    text
}
