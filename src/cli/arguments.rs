//! The subcommands and their arguments.

use super::calibrate::CalibrateOptions;
use super::check::CheckOptions;
use super::diff::DiffOptions;
use super::eval::EvalOptions;
use super::expand::ExpandOptions;
use super::find::Quantity;
use super::merge::MergeOptions;
use super::mutants::MutantsOptions;
use super::new::Template;
use super::options::ShowOptions;
use super::repeat::RepeatOptions;
use super::report::ReportOptions;
use super::train::TrainOptions;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Checks closed-form claims about in-context learning
#[derive(Debug, Parser)]
#[command(
    name = "isserlis",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 every claim holds and every control was rejected; 1 a claim is \
                  refuted or a control holds; 2 bad arguments or input; 3 something is undecided; \
                  4 worse than the baseline; 70 an error of the tool."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check claim files; with none, the built-in theorem library
    Check(CheckOptions),
    /// Check, then write report.md, report.tex, results.json, timings.json and junit.xml to a folder
    Report(ReportOptions),
    /// Join the shares of a run that `--shard` has written, then write the report to a folder
    Merge(MergeOptions),
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
    /// Compare two results: what got worse, and what else changed
    Diff(DiffOptions),
    /// Check certificates with the independent checker
    Verify {
        /// The certificates, as `check --certificates` writes them
        #[arg(value_name = "CERTIFICATE", required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        show: ShowOptions,
    },
    /// Explain a word: a verdict, a kind of evidence, a mistake, a word of the language, an exit code
    Explain {
        /// The words; with none, all words are listed
        #[arg(value_name = "WORD")]
        words: Vec<String>,
    },
    /// Print the completions of a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each subcommand to a folder
    Man {
        /// The folder
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
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
