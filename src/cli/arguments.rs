//! The arguments of every subcommand.

use crate::experiment::Effort;
use crate::suite::{Origin, Selection, Settings};
use crate::training::Sampler;
use crate::verdict::EvidenceKind;
use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

/// Checks closed-form claims about in-context learning
#[derive(Debug, Parser)]
#[command(
    name = "isserlis",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 every claim holds and every control was rejected; 1 a claim is \
                  refuted or a control holds; 2 bad arguments or input; 3 something is undecided; \
                  70 an error of the tool."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check claim files; with none, the built-in theorem library
    Check(CheckOptions),
    /// Check, then write report.md, report.tex, results.json and timings.json to a folder
    Report(ReportOptions),
    /// List the theorems of the library
    List,
    /// Show one theorem, or one line of it: source, declarations, claims, controls, experiments
    Show {
        /// Id of a theorem or of a line of it
        id: String,
    },
    /// Evaluate an expression at an instance, exactly and in decimals
    Eval(EvalOptions),
    /// Expand an expression for all sizes: its normal form
    Expand(ExpandOptions),
    /// Derive a claim step by step, in LaTeX
    Derive {
        /// A claim file or the id of a theorem
        #[arg(value_name = "FILE|ID")]
        with: String,
        /// The name of a line of it, an equation
        claim: String,
        #[command(flatten)]
        show: ShowOptions,
    },
    /// Find what the gradient flow of a loss conserves
    Find {
        /// What to look for
        #[arg(value_enum)]
        what: Quantity,
        /// A claim file or the id of a theorem
        #[arg(value_name = "FILE|ID")]
        with: String,
        /// The loss, an expression such as the name of a `let`
        loss: String,
        /// The letters that move [default: the `param`s of the loss, else every scalar, vector and
        /// matrix without attributes in it]
        #[arg(long, value_delimiter = ',', value_name = "NAMES")]
        over: Vec<String>,
        #[command(flatten)]
        show: ShowOptions,
    },
    /// Try plausible slips in every formula: what the evidence rejects, and what survives
    Mutants(MutantsOptions),
    /// Measure how often the verdicts are wrong on planted truths and falsehoods
    Calibrate(CalibrateOptions),
    /// Check with many seeds: whether a verdict depends on the seed
    Repeat(RepeatOptions),
    /// Check certificates with the independent checker
    Verify {
        /// The certificates, as `check --certificates` writes them
        #[arg(value_name = "CERTIFICATE", required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        show: ShowOptions,
    },
    /// Train one layer of linear self-attention; print its weights beside the prediction
    Train(TrainOptions),
    /// Write a file to start from
    New {
        /// A claim file, or a theorem for the library
        #[arg(value_enum)]
        what: Template,
        /// Its name
        name: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct ReportOptions {
    /// Claim files; folders stand for all *.claim files below them, `-` for the standard input
    #[arg(value_name = "FILE|DIR|-")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) run: RunOptions,
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "target/report")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

#[derive(Debug, Args)]
pub(super) struct ExpandOptions {
    /// The expression, such as 'E[tr(S)^3]'
    pub(super) expression: String,
    /// A claim file or the id of a theorem, whose declarations the expression uses
    #[arg(long, value_name = "FILE|ID")]
    pub(super) with: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ExpressionFormat,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

/// What `find` looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Quantity {
    /// Linear and quadratic invariants that stay constant
    Conserved,
}

/// How `expand` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ExpressionFormat {
    /// In the claim language
    #[default]
    Text,
    /// In LaTeX, without dollar signs
    Latex,
    /// One object with the expression, the normal form, and both in LaTeX
    Json,
}

#[derive(Debug, Args)]
pub(super) struct EvalOptions {
    /// The expression, such as 'E[tr(S)^3]'
    pub(super) expression: String,
    /// A claim file or the id of a theorem, whose declarations the expression uses
    #[arg(long, value_name = "FILE|ID")]
    pub(super) with: String,
    /// A size or letter: d=2, u=3/2, 'Lambda=[[2, 1/2], [1/2, 1]]'; a vector is one row
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

#[derive(Debug, Args)]
pub(super) struct TrainOptions {
    /// A size or letter: d=5, N=20, 'Lambda=[[2, 1/2], [1/2, 1]]', and of the start sigma=1/2,
    /// 'theta=[[3/5, 4/5]]'
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
    /// How it is trained
    #[arg(long, value_enum, default_value_t)]
    pub(super) optimizer: Algorithm,
    /// Steps [default: as many as a short pilot run asks for]
    #[arg(long, value_name = "N")]
    pub(super) steps: Option<NonZeroU32>,
    /// Prompts a step, or with `gd` fixed prompts in all [default: gd 40000, sgd 512, adam 128]
    #[arg(long, value_name = "N")]
    pub(super) batch: Option<NonZeroUsize>,
    /// Step size [default: from the curvature that a short pilot run finds]
    #[arg(long, value_name = "X", value_parser = step_size)]
    pub(super) rate: Option<f64>,
    /// How the contexts of fresh prompts are drawn [default: the cheapest exact way]
    #[arg(long, value_name = "SAMPLER", value_parser = sampler())]
    pub(super) sampler: Option<Sampler>,
    /// Where it starts
    #[arg(long, value_enum, default_value_t)]
    pub(super) start: Start,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

/// How `train` trains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Algorithm {
    /// Gradient flow of the exact population loss
    Flow,
    /// Gradient descent on fixed prompts
    #[default]
    Gd,
    /// Stochastic gradient descent on fresh prompts
    Sgd,
    /// Adam on fresh prompts
    Adam,
}

/// Where `train` starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Start {
    /// Assumption 3.3: A = sigma theta theta', s = sigma
    #[default]
    Paper,
    /// All weights that reach the prediction from N(0, sigma^2)
    Random,
}

/// What `new` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Template {
    /// NAME.claim
    Claim,
    /// NAME.rs, for a folder of theorems/
    Theorem,
}

#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// Claim files; folders stand for all *.claim files below them, `-` for the standard input
    #[arg(value_name = "FILE|DIR|-")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) run: RunOptions,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write the results to this file instead of the standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write the certificates of proved lines to this folder
    #[arg(long, value_name = "DIR")]
    pub(super) certificates: Option<PathBuf>,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

#[derive(Debug, Args)]
pub(super) struct MutantsOptions {
    /// Claim files, folders of them, or ids of theorems; with none, the theorem library
    #[arg(value_name = "FILE|ID")]
    pub(super) subjects: Vec<String>,
    #[command(flatten)]
    pub(super) run: RunOptions,
    /// How to print the scores
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ScoreFormat,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

#[derive(Debug, Args)]
pub(super) struct CalibrateOptions {
    /// Runs of each planted claim; intervals are tried in four times as many
    #[arg(long, value_name = "N", default_value = "500")]
    pub(super) runs: NonZeroU32,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Threads [default: as many as the machine has]; results do not depend on it
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
    /// How to print the rates
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ScoreFormat,
    /// Also write the record, in JSON, to this file
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

#[derive(Debug, Args)]
pub(super) struct RepeatOptions {
    /// Claim files, folders of them, or ids of theorems; with none, the theorem library
    #[arg(value_name = "FILE|ID")]
    pub(super) subjects: Vec<String>,
    /// How many seeds, counted from `--seed`; exact evidence and proofs are gathered once
    #[arg(long, value_name = "N", default_value = "100")]
    pub(super) seeds: NonZeroU32,
    /// Add each finished seed to this file, one line of JSON a seed, and go on from what stands
    /// in it
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    #[command(flatten)]
    pub(super) run: RunOptions,
    /// How to print the counts
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ScoreFormat,
    /// Also write the counts, in JSON, to this file
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) show: ShowOptions,
}

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

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a terminal
    #[default]
    Text,
    /// One object, schema isserlis-results/1
    Json,
    /// For GitHub and the like
    Markdown,
    /// A document for any LaTeX engine
    Latex,
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
            effort: self.effort,
            error_budget: self.error_budget,
            evidence: self.evidence.as_ref().map(|kinds| kinds.iter().copied().collect()),
            selection: Selection { patterns: self.theorem.clone() },
        }
    }
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

fn sampler() -> impl TypedValueParser<Value = Sampler> {
    clap::builder::PossibleValuesParser::new(Sampler::ALL.map(Sampler::word)).map(|word| {
        *Sampler::ALL.iter().find(|one| one.word() == word).expect("one of the words above")
    })
}

fn step_size(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("a step size is positive, such as 0.05".to_owned()),
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("a probability lies between 0 and 1, such as 1e-6".to_owned()),
    }
}
