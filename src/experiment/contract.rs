//! What an experiment is: how the `observed` letters of a claim get their values.

use crate::data::LawError;
use crate::network::NetworkError;
use crate::numeric::Instance;
use crate::training::{Dependent, DescentError, FlowError};
use crate::verdict::EvidenceKind;
use faer::Mat;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How much work a run may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// What the tests run: the whole library in a minute or two.
    #[default]
    Quick,
    /// What a report is made with.
    Standard,
    /// What an hour can reach.
    Full,
}

/// Values of `observed` letters by name, shaped as declared (a scalar is 1 x 1).
pub type Observed = BTreeMap<&'static str, Mat<f64>>;

/// The instance an experiment runs at: sizes and the values of all deterministic letters of the
/// claim text (scalars are 1 x 1).
#[derive(Clone, Debug)]
pub struct Setting {
    /// Sizes by name.
    pub sizes: BTreeMap<String, usize>,
    /// Letters by name.
    pub values: BTreeMap<String, Mat<f64>>,
    /// How much work the run may do.
    pub effort: Effort,
    /// What the experiment said of its run.
    pub(super) remarks: Arc<Mutex<Vec<String>>>,
}

/// An experiment: it supplies `observed` letters at an instance and holds no prediction.
pub struct Experiment {
    /// Its name, unique in the theorem; seeds derive from it.
    pub name: &'static str,
    /// The kind of its evidence.
    pub kind: EvidenceKind,
    /// What it does and what it cannot see, for the report.
    pub description: &'static str,
    /// The letters it supplies, drawn jointly.
    pub supplies: &'static [&'static str],
    /// How it gets their values.
    pub supply: Supply,
}

/// One draw or repetition of an experiment at an instance.
pub type Draw =
    Box<dyn Fn(&mut ChaCha8Rng) -> Result<Observed, ExperimentError> + Send + Sync + 'static>;

/// Prepares the draws at an instance: what all of them share is computed here, once. What it
/// draws itself comes from a stream of its own.
pub type Prepare = fn(&Setting, &mut ChaCha8Rng) -> Result<Draw, ExperimentError>;

/// How an experiment gets the values of its letters.
#[derive(Clone, Copy)]
pub enum Supply {
    /// Independent, identically distributed draws, as many as the verdict needs; the observed
    /// value is their mean. Judged by a confidence sequence that is valid for heavy tails.
    Samples {
        /// What gives the draws.
        prepare: Prepare,
        /// The most draws at an effort.
        limit: fn(Effort) -> u64,
    },
    /// A planned number of independent repetitions, each nearly normal (a trained network, an
    /// estimate from many prompts); the observed value is their mean. Judged by Student's t.
    Repetitions {
        /// What gives the repetitions.
        prepare: Prepare,
        /// The number of repetitions at an effort.
        count: fn(Effort) -> u64,
    },
    /// A deterministic value with a bound on its error (Frobenius norm, for each letter).
    Value(fn(&Setting) -> Result<(Observed, f64), ExperimentError>),
}

/// Why an experiment gave no value. The claim is then open, never green.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// The training diverged.
    #[error("training diverged at step {step}: {what}; use a smaller step size or a larger batch")]
    Diverged {
        /// The step.
        step: u64,
        /// What was not finite or grew.
        what: &'static str,
    },
    /// The instance lacks something that the experiment needs.
    #[error("the experiment needs {what}")]
    Missing {
        /// What is missing.
        what: String,
    },
    /// A numerical method failed.
    #[error("{what}")]
    Numerical {
        /// What failed, on which object, what to do next.
        what: String,
    },
}

impl From<LawError> for ExperimentError {
    fn from(error: LawError) -> Self {
        Self::Numerical { what: error.to_string() }
    }
}

impl From<Dependent> for ExperimentError {
    fn from(error: Dependent) -> Self {
        Self::Numerical { what: error.to_string() }
    }
}

impl From<NetworkError> for ExperimentError {
    fn from(error: NetworkError) -> Self {
        Self::Numerical { what: error.to_string() }
    }
}

impl From<FlowError> for ExperimentError {
    fn from(error: FlowError) -> Self {
        Self::Numerical { what: error.to_string() }
    }
}

impl From<DescentError> for ExperimentError {
    fn from(error: DescentError) -> Self {
        match error {
            DescentError::Diverged { step, what } => Self::Diverged { step, what },
            other => Self::Numerical { what: other.to_string() },
        }
    }
}

impl Setting {
    /// The setting at an instance.
    pub(super) fn at(instance: &Instance, effort: Effort) -> Self {
        Self {
            sizes: instance.sizes.iter().map(|(name, &size)| (name.to_string(), size)).collect(),
            values: instance
                .values
                .iter()
                .map(|(name, value)| (name.to_string(), Mat::from(value)))
                .collect(),
            effort,
            remarks: Arc::default(),
        }
    }

    /// Adds to the note of the evidence what this run chose by itself, such as a faster exact
    /// sampler.
    pub fn remark(&self, text: impl Into<String>) {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner).push(text.into());
    }

    /// The description of an experiment and what it said of its run.
    pub(super) fn note(&self, description: &str) -> Option<String> {
        let remarks = self.remarks.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = [description].into_iter().chain(remarks.iter().map(String::as_str));
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// The size `name`, or an error that names it.
    ///
    /// # Errors
    /// [`ExperimentError::Missing`] if the instance has no such size.
    pub fn size(&self, name: &str) -> Result<usize, ExperimentError> {
        self.sizes
            .get(name)
            .copied()
            .ok_or_else(|| ExperimentError::Missing { what: format!("the size `{name}`") })
    }

    /// The entries of the vector `name`, or its one entry where it is a scalar.
    ///
    /// # Errors
    /// [`ExperimentError::Missing`] if the instance has no such letter.
    pub fn vector(&self, name: &str) -> Result<Vec<f64>, ExperimentError> {
        Ok(self.value(name)?.col_iter().flat_map(|column| column.iter().copied()).collect())
    }

    /// The number `name`.
    ///
    /// # Errors
    /// [`ExperimentError::Missing`] if the instance has no such letter.
    pub fn number(&self, name: &str) -> Result<f64, ExperimentError> {
        Ok(self.value(name)?[(0, 0)])
    }

    /// The value of the letter `name`, or an error that names it.
    ///
    /// # Errors
    /// [`ExperimentError::Missing`] if the instance has no such letter.
    pub fn value(&self, name: &str) -> Result<&Mat<f64>, ExperimentError> {
        self.values
            .get(name)
            .ok_or_else(|| ExperimentError::Missing { what: format!("the letter `{name}`") })
    }
}
