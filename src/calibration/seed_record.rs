//! The record of a check with many seeds on disk, which a killed run continues.

use super::repetition::Repetition;
use crate::experiment::Effort;
use crate::suite::{Settings, Subject};
use crate::verdict::EvidenceKind;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What has to agree between two runs whose seeds may stand in one record: its first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `isserlis-seeds/1`.
    pub schema: String,
    /// Version of the tool.
    pub version: String,
    /// How much work a run could do.
    pub effort: Effort,
    /// Probability that any statistical verdict of one run is wrong.
    pub error_budget: f64,
    /// The seed of the instances and of what is done once.
    pub seed: u64,
    /// The kinds of evidence asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<BTreeSet<EvidenceKind>>,
    /// The lines asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selection: Vec<String>,
    /// SHA-256 of the claim texts.
    pub claims: String,
}

impl Plan {
    /// The format of the record.
    pub const SCHEMA: &str = "isserlis-seeds/1";

    /// The plan of a check of these subjects.
    pub fn of(subjects: &[Subject], settings: &Settings) -> Self {
        let mut claims = Sha256::new();
        for subject in subjects {
            claims.update(subject.id.as_bytes());
            claims.update([0]);
            claims.update(subject.file.text.as_bytes());
            claims.update([0]);
        }
        Self {
            schema: Self::SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            effort: settings.effort,
            error_budget: settings.error_budget,
            seed: settings.seed,
            evidence: settings.evidence.clone(),
            selection: settings.selection.patterns.clone(),
            claims: claims.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// Why a record cannot be continued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file cannot be read or written.
    #[error("cannot use the record `{path}`: {error}")]
    File {
        /// Its path.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// It belongs to another check.
    #[error(
        "`{path}` is the record of another check: {what} differs; name another file, or remove it"
    )]
    OtherPlan {
        /// Its path.
        path: String,
        /// What differs.
        what: String,
    },
    /// A line in it is no record.
    #[error("line {line} of `{path}` is no record: {error}")]
    Format {
        /// Its path.
        path: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong.
        error: serde_json::Error,
    },
}

/// A record on disk: the plan, then one line for each seed that is finished. A line is written
/// whole and flushed to the disk; the end of a line that a killed run left behind is cut off.
pub struct SeedRecord {
    path: String,
    file: File,
    /// What stands in it.
    finished: Vec<Repetition>,
}

impl SeedRecord {
    /// Opens a record of this plan, or begins it.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn open(path: &Path, plan: &Plan) -> Result<Self, RecordError> {
        let shown = path.display().to_string();
        let failed = |error| RecordError::File { path: shown.clone(), error };
        let options =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = options.map_err(failed)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let text = String::from_utf8_lossy(&bytes[..whole]);
        let mut lines = text.lines().zip(1..);
        let wrong = |line| {
            let path = shown.clone();
            move |error| RecordError::Format { path, line, error }
        };
        match lines.next() {
            Some((first, number)) => {
                let found: Plan = serde_json::from_str(first).map_err(wrong(number))?;
                if let Some(what) = difference(&found, plan) {
                    return Err(RecordError::OtherPlan { path: shown, what });
                }
            }
            None => append(&mut file, plan).map_err(failed)?,
        }
        let finished = lines
            .map(|(line, number)| serde_json::from_str(line).map_err(wrong(number)))
            .collect::<Result<_, _>>()?;
        Ok(Self { path: shown, file, finished })
    }

    /// What stands in it.
    pub fn finished(&self) -> &[Repetition] {
        &self.finished
    }

    /// Adds what one seed gave.
    ///
    /// # Errors
    /// [`RecordError::File`].
    pub fn push(&mut self, repetition: Repetition) -> Result<(), RecordError> {
        let path = &self.path;
        append(&mut self.file, &repetition)
            .map_err(|error| RecordError::File { path: path.clone(), error })?;
        self.finished.push(repetition);
        Ok(())
    }
}

fn append(file: &mut File, value: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)?;
    file.sync_data()
}

/// The first thing in which two plans differ.
fn difference(found: &Plan, plan: &Plan) -> Option<String> {
    let fields = |plan: &Plan| serde_json::to_value(plan).expect("a plan is an object");
    let (found, plan) = (fields(found), fields(plan));
    let names = ["schema", "version", "effort", "error_budget", "seed", "evidence", "selection"];
    let other = names.into_iter().find(|name| found.get(name) != plan.get(name));
    let other = other.map(|name| format!("its {}", name.replace('_', " ")));
    other.or_else(|| (found != plan).then(|| "the text of the claims".to_owned()))
}
