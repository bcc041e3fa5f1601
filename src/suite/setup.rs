//! What has to agree between two runs whose results may stand together.

use super::{Selection, Settings, Subject};
use crate::experiment::Effort;
use crate::verdict::EvidenceKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// What a run is about, as it stands in front of a record: two runs with the same one plan the
/// same units of work and find the same in each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The format of the record.
    pub schema: String,
    /// Version of the tool.
    pub version: String,
    /// Hash of the sources of the tool: see `build.rs`.
    pub sources: String,
    /// How much work a run could do.
    pub effort: Effort,
    /// Probability that any statistical verdict of one run is wrong.
    pub error_budget: f64,
    /// The seed of the settings.
    pub seed: u64,
    /// The kinds of evidence asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<BTreeSet<EvidenceKind>>,
    /// The lines asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selection: Vec<String>,
    /// SHA-256 of the ids and the texts of all claim files.
    pub claims: String,
}

impl Setup {
    /// That of a check of these subjects, in front of a record of this format.
    pub fn of(schema: &str, subjects: &[Subject], settings: &Settings) -> Self {
        let mut claims = Sha256::new();
        for subject in subjects {
            claims.update(subject.id.as_bytes());
            claims.update([0]);
            claims.update(subject.file.text.as_bytes());
            claims.update([0]);
        }
        Self {
            schema: schema.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sources: env!("ISSERLIS_SOURCES").to_owned(),
            effort: settings.effort,
            error_budget: settings.error_budget,
            seed: settings.seed,
            evidence: settings.evidence.clone(),
            selection: settings.selection.patterns.clone(),
            claims: claims.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// What a run of this setup is asked to do, in as many threads as the machine has, without
    /// checkpoints.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            seed: self.seed,
            threads: None,
            checkpoints: None,
            effort: self.effort,
            error_budget: self.error_budget,
            evidence: self.evidence.clone(),
            selection: Selection { patterns: self.selection.clone() },
        }
    }

    /// The first thing in which this one differs from `other`, in words.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let fields = |setup: &Self| serde_json::to_value(setup).expect("a setup is an object");
        let (this, that) = (fields(self), fields(other));
        let words = |value: Option<&Value>| value.map_or("all".to_owned(), Value::to_string);
        let names =
            ["schema", "version", "effort", "error_budget", "seed", "evidence", "selection"];
        let named = names.into_iter().find(|name| this.get(name) != that.get(name));
        let named = named.map(|name| {
            let (this, that) = (words(this.get(name)), words(that.get(name)));
            format!("its {} differs ({this}, not {that})", name.replace('_', " "))
        });
        let build = || {
            let (this, that) = (&self.sources, &other.sources);
            (this != that).then(|| {
                format!("another build of the program wrote it (of the sources {this}, not {that})")
            })
        };
        let text = || (this != that).then(|| "the text of the claims differs".to_owned());
        named.or_else(build).or_else(text)
    }
}
