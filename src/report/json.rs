//! The results as one JSON object.

use crate::suite::Results;

/// The results in the schema `isserlis-results/1`, indented, with a line end.
pub fn json(results: &Results) -> String {
    let mut text = serde_json::to_string_pretty(results)
        .expect("results hold only what JSON can say: this is a bug");
    text.push('\n');
    text
}
