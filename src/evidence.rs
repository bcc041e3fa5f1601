//! The plain record of one piece of evidence. It computes nothing.

use crate::verdict::{EvidenceKind, Finding, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One piece of evidence for or against a line, at one instance or for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// Where it comes from.
    pub kind: EvidenceKind,
    /// What it says by itself.
    pub verdict: Verdict,
    /// Sizes and listed scalars of the instance; empty for a proof.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub at: BTreeMap<String, serde_json::Value>,
    /// A short hash of the values of all letters that `at` does not show, such as matrices: two
    /// instances of a line with the same hash differ in nothing else. None where `at` shows all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unshown: Option<String>,
    /// The instance stands in the author's `at`.
    #[serde(skip)]
    pub declared: bool,
    /// Every size of the instance is at least 2.
    #[serde(skip)]
    pub generic_sizes: bool,
    /// The measurement, for sampled, trained and integrated evidence.
    #[serde(flatten)]
    pub measurement: Option<Measurement>,
    /// The two sides where they differ exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<Counterexample>,
    /// How much room a bound leaves at this instance: larger minus smaller side, as a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack: Option<f64>,
    /// The bound holds for a trivial reason here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vacuous: bool,
    /// Of a proof: the hash of the certificate file that was written, as `sha256:` and hexadecimal
    /// digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// How it was obtained or why it is undecided, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A number against a prediction, or a matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Measurement {
    /// A matrix is measured: `predicted` is the Frobenius norm of the prediction, `estimate` and
    /// `interval` are those of the deviation from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deviation: bool,
    /// The predicted value.
    pub predicted: f64,
    /// The estimate.
    pub estimate: f64,
    /// Interval that contains the true value with the error share of this comparison: the one of
    /// the samples, widened by the sum of the biases.
    pub interval: [f64; 2],
    /// Margin, relative to the prediction unless `absolute`; `None`: the band is a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// The largest `smallest_caught` with which the line counts as verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<f64>,
    /// Smallest error of the prediction that this run would have refuted, relative to the
    /// prediction unless `absolute`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_caught: Option<f64>,
    /// Margin, need and smallest error caught are numbers, not parts of the prediction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absolute: bool,
    /// Systematic errors, each bounded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub biases: Vec<BiasBound>,
    /// Independent samples, repetitions or function evaluations used.
    pub samples: u64,
    /// Further samples that would decide, where it is inconclusive and this can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further_samples: Option<u64>,
    /// Which interval: its name as the report prints it.
    pub method: String,
    /// The seed of the unit of work, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// Names the true value that is measured, as a hash: measurements of one line and kind in
    /// different runs that share it have the same one. It holds the instance; for experiments, which
    /// may fix things by chance before they measure, the seed and the effort, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// What was known at each look at a growing number of samples, the last one included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<Look>,
    /// The entries of a matrix that is not too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<Entries>,
}

/// What was known at a look at a sequence of samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Look {
    /// Samples so far.
    pub samples: u64,
    /// The interval, of the same quantity as the one of the measurement.
    pub interval: [f64; 2],
}

/// The entries of a measured matrix, row after row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Entries {
    /// Columns of both matrices.
    pub columns: usize,
    /// The prediction.
    pub predicted: Vec<f64>,
    /// The estimate.
    pub estimated: Vec<f64>,
}

impl Entries {
    /// More entries than these are not recorded.
    pub const MOST: usize = 400;

    /// The entries of a matrix with so many columns; none for a number, a matrix that is too large or
    /// one with entries that no number can say.
    pub fn of(columns: usize, predicted: &[f64], estimated: &[f64]) -> Option<Self> {
        let finite = predicted.iter().chain(estimated).all(|entry| entry.is_finite());
        let (predicted, estimated) = (predicted.to_vec(), estimated.to_vec());
        ((2..=Self::MOST).contains(&predicted.len()) && finite).then_some(Self {
            columns,
            predicted,
            estimated,
        })
    }
}

/// A systematic error that no number of samples makes smaller, bounded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BiasBound {
    /// Where it comes from.
    pub source: BiasSource,
    /// A bound on it in the units of the estimate (of a matrix in Frobenius norm).
    pub bound: f64,
    /// How the bound was found, in words.
    pub how: String,
}

/// Where a systematic error comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum BiasSource {
    /// A descent with finite steps in place of the flow.
    #[serde(rename = "step size")]
    StepSize,
    /// A training that ends before its own limit.
    #[serde(rename = "training time")]
    TrainingTime,
    /// A finite size in place of the limit that is claimed.
    #[serde(rename = "finite size")]
    FiniteSize,
    /// Local errors of an integrator.
    #[serde(rename = "integrator")]
    Integrator,
    /// A computed value, all its errors together.
    #[serde(rename = "computation")]
    Computation,
    /// Floating-point arithmetic.
    #[serde(rename = "rounding")]
    Rounding,
}

impl BiasSource {
    /// The words that results and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::StepSize => "step size",
            Self::TrainingTime => "training time",
            Self::FiniteSize => "finite size",
            Self::Integrator => "integrator",
            Self::Computation => "computation",
            Self::Rounding => "rounding",
        }
    }
}

/// An exact instance at which the two sides differ; rationals as strings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counterexample {
    /// Sizes.
    pub sizes: BTreeMap<String, usize>,
    /// Letters, by rows.
    pub values: BTreeMap<String, Vec<Vec<String>>>,
    /// Left side: a rational, or a matrix by rows in brackets.
    pub left: String,
    /// Right side.
    pub right: String,
}

/// Sizes and scalars in words, such as `d = 2, N = 5`.
pub fn in_words<'a>(at: impl IntoIterator<Item = (&'a String, &'a serde_json::Value)>) -> String {
    let words = at.into_iter().map(|(name, value)| match value {
        serde_json::Value::String(text) => format!("{name} = {text}"),
        other => format!("{name} = {other}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

impl Evidence {
    /// Sizes and listed scalars in words, such as `d = 2, N = 5`; empty for a proof.
    pub fn at_words(&self) -> String {
        in_words(&self.at)
    }

    /// What the verdict rule needs to know of it.
    pub fn finding(&self) -> Finding {
        Finding {
            kind: self.kind,
            verdict: self.verdict,
            declared: self.declared,
            generic_sizes: self.generic_sizes,
        }
    }
}
