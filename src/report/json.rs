//! The results as one JSON object.

use crate::suite::Results;

/// The results in the schema `isserlis-results/1`, indented, with a line end. The JSON Schema of
/// the object is `report/results.schema.json`.
pub fn json(results: &Results) -> String {
    let mut text = serde_json::to_string_pretty(results)
        .expect("results hold only what JSON can say: this is a bug");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::generate::SchemaSettings;

    #[test]
    fn the_published_schema_is_that_of_the_results() {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let mut schema = settings.into_generator().into_root_schema_for::<Results>();
        schema.insert("title".to_owned(), Results::SCHEMA.into());
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        let published = include_str!("../../report/results.schema.json");
        if text != published {
            let path = std::env::temp_dir().join("results.schema.json");
            std::fs::write(&path, &text).expect("a folder for temporary files");
            panic!("the schema is now {}: copy it to report/results.schema.json", path.display());
        }
    }
}
