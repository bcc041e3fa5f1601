//! What is checked: a claim file, or a theorem with the experiments that serve its claims.

use super::input::{InputError, parse};
use crate::claim::{Claim, ClaimFile};
use crate::experiment::Experiment;
use crate::theorem::{Figure, Theorem};
use crate::theorems::LIBRARY;

/// The theorems of the library, and what is wrong with those that are missing.
pub fn library() -> (Vec<Subject>, Vec<InputError>) {
    let mut subjects = Vec::new();
    let mut problems = Vec::new();
    for theorem in LIBRARY {
        match Subject::of_theorem(theorem) {
            Ok(subject) => subjects.push(subject),
            Err(problem) => problems.push(problem),
        }
    }
    (subjects, problems)
}

/// A claim file or a theorem.
pub struct Subject {
    /// What stands in front of `::` in the ids of its lines, unique in a run.
    pub id: String,
    /// The path that messages name.
    pub path: String,
    /// The claims.
    pub file: ClaimFile,
    /// Where it is published, for lines without a `source` of their own.
    pub source: Option<String>,
    /// What supplies its `observed` letters.
    pub experiments: Vec<Experiment>,
    /// Ids of the statements it builds on.
    pub uses: Vec<String>,
    /// Figures of its lines.
    pub figures: &'static [Figure],
}

impl Subject {
    /// A claim file, which no experiment serves.
    pub fn new(id: String, path: String, file: ClaimFile) -> Self {
        Self {
            id,
            path,
            file,
            source: None,
            experiments: Vec::new(),
            uses: Vec::new(),
            figures: &[],
        }
    }

    /// A theorem.
    ///
    /// # Errors
    /// Mistakes in its claim text.
    pub fn of_theorem(theorem: &Theorem) -> Result<Self, InputError> {
        let file = parse(theorem.id, theorem.id, theorem.claims)?;
        let source = format!("arXiv:{}, {}", theorem.source.arxiv, theorem.source.statement);
        Ok(Self {
            source: Some(source),
            experiments: (theorem.experiments)(),
            uses: theorem.uses.iter().map(ToString::to_string).collect(),
            figures: theorem.figures,
            ..Self::new(theorem.id.to_owned(), theorem.id.to_owned(), file)
        })
    }

    /// Whether it is a theorem of the library and no claim file.
    pub fn is_theorem(&self) -> bool {
        self.source.is_some()
    }

    /// The experiments that supply all observed letters of a line together; none for a line
    /// without such letters.
    pub fn supplying(&self, claim: &Claim) -> Vec<&Experiment> {
        let letters = claim.proposition.observed_letters();
        let supplies = |experiment: &&Experiment| {
            letters.iter().all(|letter| experiment.supplies.contains(&&*letter.name))
        };
        if letters.is_empty() {
            return Vec::new();
        }
        self.experiments.iter().filter(supplies).collect()
    }

    /// The statements that its lines stand on, one a line, as written: everything but remarks,
    /// sources and the lines themselves.
    pub fn declarations(&self) -> Vec<String> {
        let lines = self.file.claims.iter().map(|claim| claim.span);
        let lines: Vec<_> = lines.collect();
        let mut kept: Vec<String> = Vec::new();
        let mut dropped = false;
        let mut offset = 0;
        for line in self.file.text.split_inclusive('\n') {
            let place = offset;
            offset += line.len();
            let text = line.split('#').next().unwrap_or_default().trim_end();
            let continues = text.starts_with([' ', '\t']);
            if text.is_empty() {
                continue;
            }
            if !continues {
                let word = text.trim_start_matches('\u{feff}').split_whitespace().next();
                dropped = matches!(
                    word,
                    Some("theory" | "source" | "note" | "without" | "claim" | "refute")
                ) || lines.iter().any(|span| span.start <= place && place < span.end);
            }
            if !dropped {
                kept.push(text.to_owned());
            }
        }
        kept
    }
}
