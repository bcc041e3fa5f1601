//! Options that several subcommands share.

use crate::experiment::Effort;
use crate::suite::{InputError, Origin, Selection, Settings, Subject, library, read};
use crate::verdict::EvidenceKind;
use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// How scores are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ScoreFormat {
    /// For a terminal
    #[default]
    Text,
    /// One object
    Json,
}

/// What a run is asked to do.
#[derive(Debug, Args)]
pub(super) struct RunOptions {
    /// Only lines whose id contains this; `*` stands for any text
    #[arg(long, value_name = "PATTERN")]
    theorem: Vec<String>,
    /// Only these kinds of evidence: proof, exact, simulation, training, flow
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = evidence_kind())]
    evidence: Option<Vec<EvidenceKind>>,
    /// How much work to do: quick, standard, full
    #[arg(long, value_name = "EFFORT", default_value = "quick", value_parser = effort())]
    effort: Effort,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Threads [default: as many as the machine has]; results do not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Probability that any statistical verdict of the run is wrong
    #[arg(long, value_name = "P", default_value = "1e-6", value_parser = probability)]
    error_budget: f64,
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ShowOptions {
    /// No progress and no messages but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub(super) color: Colour,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal
    #[default]
    Auto,
    /// Also in files and pipes
    Always,
    /// Never
    Never,
}

impl RunOptions {
    pub(super) fn settings(&self) -> Settings {
        Settings {
            seed: self.seed,
            threads: self.threads,
            checkpoints: None,
            effort: self.effort,
            error_budget: self.error_budget,
            evidence: self.evidence.as_ref().map(|kinds| kinds.iter().copied().collect()),
            selection: Selection { patterns: self.theorem.clone() },
        }
    }
}

/// Reads the claim files that arguments name, or the library where none is named; and what is wrong
/// with those that are missing.
pub(super) fn read_files(files: &[PathBuf]) -> (Vec<Subject>, Vec<InputError>) {
    if files.is_empty() { library() } else { read(&origins(files)) }
}

/// The origins that arguments name.
pub(super) fn origins(files: &[PathBuf]) -> Vec<Origin> {
    let origin = |path: &PathBuf| match path.as_os_str() == "-" {
        true => Origin::StandardInput,
        false => Origin::Path(path.clone()),
    };
    files.iter().map(origin).collect()
}

fn evidence_kind() -> impl TypedValueParser<Value = EvidenceKind> {
    const KINDS: [EvidenceKind; 5] = [
        EvidenceKind::Proof,
        EvidenceKind::Exact,
        EvidenceKind::Simulation,
        EvidenceKind::Training,
        EvidenceKind::Flow,
    ];
    clap::builder::PossibleValuesParser::new(KINDS.map(EvidenceKind::word))
        .map(|word| *KINDS.iter().find(|kind| kind.word() == word).expect("one of the words above"))
}

fn effort() -> impl TypedValueParser<Value = Effort> {
    clap::builder::PossibleValuesParser::new(["quick", "standard", "full"]).map(|word| {
        match word.as_str() {
            "quick" => Effort::Quick,
            "standard" => Effort::Standard,
            _ => Effort::Full,
        }
    })
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("a probability lies between 0 and 1, such as 1e-6".to_owned()),
    }
}
