//! What an experiment is: how the `observed` letters of a claim get their values.

use crate::data::LawError;
use crate::evidence::{BiasBound, BiasSource};
use crate::network::{NetworkError, Transformer};
use crate::numeric::Instance;
use crate::storage::Checkpoints;
use crate::training::{
    Dependent, DescentError, FlowEnd, FlowError, SequenceError, SequenceTraining,
};
use crate::verdict::EvidenceKind;
use faer::Mat;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much work a run may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

impl Effort {
    /// The word of `--effort`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }
}

/// Values of `observed` letters by name, shaped as declared (a scalar is 1 x 1).
pub type Observed = BTreeMap<&'static str, Mat<f64>>;

/// Observed letters that are numbers.
pub fn numbers(letters: impl IntoIterator<Item = (&'static str, f64)>) -> Observed {
    letters.into_iter().map(|(letter, value)| (letter, Mat::full(1, 1, value))).collect()
}

/// How the distance from the end of a flow to its limit is bounded.
pub(super) const GRADIENT_NORM: &str =
    "gradient norm over the smallest positive eigenvalue of the Hessian";

/// How the errors of the steps of a flow are bounded.
pub(super) const LOOSER_TOLERANCE: &str = "against a hundred times the tolerance";

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
    /// Where long trainings are written down on their way.
    checkpoints: Option<Checkpoints>,
    /// What the experiment said of its run.
    pub(super) said: Arc<Mutex<Said>>,
}

/// What an experiment says of its run besides the values.
#[derive(Debug, Default)]
pub(super) struct Said {
    remarks: Vec<String>,
    biases: Vec<BiasBound>,
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

/// Levels of a [limit](Supply::Limit): h, h/2 and h/4.
pub const LEVELS: usize = 3;

/// One repetition at all levels, which may share its random numbers.
pub type LevelDraw = Box<
    dyn Fn(&mut ChaCha8Rng) -> Result<[Observed; LEVELS], ExperimentError> + Send + Sync + 'static,
>;

/// Prepares the repetitions of a limit at an instance.
pub type PrepareLevels = fn(&Setting, &mut ChaCha8Rng) -> Result<LevelDraw, ExperimentError>;

/// How an experiment gets the values of its letters.
#[derive(Clone, Copy)]
pub enum Supply {
    /// Independent, identically distributed draws, as many as the verdict needs; the observed
    /// value is their mean. Judged by a confidence sequence that is valid for heavy tails.
    Samples {
        /// What gives the draws.
        prepare: Prepare,
        /// The most draws at an effort; 0 where it is not run.
        limit: fn(Effort) -> u64,
    },
    /// A planned number of independent repetitions, each nearly normal (a trained network, an
    /// estimate from many prompts); the observed value is their mean. Judged by Student's t.
    Repetitions {
        /// What gives the repetitions.
        prepare: Prepare,
        /// The number of repetitions at an effort; 0 where it is not run.
        count: fn(Effort) -> u64,
    },
    /// The limit of a quantity for h to 0, where h is the inverse of a size or a step size: at
    /// each of [`LEVELS`] levels h is halved, and repetitions are drawn as above. Judged by
    /// Richardson's extrapolation, which supposes that the quantity is a power series in h; the
    /// interval is widened by what the last order changes, and where the differences of the levels
    /// do not shrink as they must the line is open.
    Limit {
        /// What h is: [`BiasSource::FiniteSize`] or [`BiasSource::StepSize`].
        source: BiasSource,
        /// What gives the repetitions.
        prepare: PrepareLevels,
        /// The number of repetitions of each level at an effort; 0 where it is not run.
        count: fn(Effort) -> u64,
    },
    /// A deterministic value with a bound on its error (Frobenius norm, for each letter), beyond
    /// the biases that it [states](Setting::bias) one by one.
    Value(fn(&Setting) -> Result<(Observed, f64), ExperimentError>),
}

impl Experiment {
    /// Whether it is run at this effort; its lines wait for more where it is not.
    pub fn runs_at(&self, effort: Effort) -> bool {
        match self.supply {
            Supply::Samples { limit, .. } => limit(effort) > 0,
            Supply::Repetitions { count, .. } | Supply::Limit { count, .. } => count(effort) > 0,
            Supply::Value(_) => true,
        }
    }
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

impl From<SequenceError> for ExperimentError {
    fn from(error: SequenceError) -> Self {
        match error {
            SequenceError::Descent(error) => error.into(),
            other => Self::Numerical { what: other.to_string() },
        }
    }
}

impl Setting {
    /// The setting at an instance.
    pub(super) fn at(
        instance: &Instance,
        effort: Effort,
        checkpoints: Option<&Checkpoints>,
    ) -> Self {
        Self {
            sizes: instance.sizes.iter().map(|(name, &size)| (name.to_string(), size)).collect(),
            values: instance
                .values
                .iter()
                .map(|(name, value)| (name.to_string(), Mat::from(value)))
                .collect(),
            effort,
            checkpoints: checkpoints.cloned(),
            said: Arc::default(),
        }
    }

    /// The network at the end of a training. Where the run can be killed and goes on, so does a
    /// long training.
    ///
    /// # Errors
    /// Those of [`SequenceTraining::finish_with`].
    pub fn finish(&self, training: SequenceTraining<'_>) -> Result<Transformer, ExperimentError> {
        Ok(match &self.checkpoints {
            Some(checkpoints) => training.finish_with(checkpoints)?,
            None => training.finish()?,
        })
    }

    /// Adds to the note of the evidence what this run chose by itself, such as a faster exact
    /// sampler.
    pub fn remark(&self, text: impl Into<String>) {
        self.said().remarks.push(text.into());
    }

    /// States a systematic error: the observed letters may be off by at most `bound` (Frobenius
    /// norm, each letter), as found by `how`. Intervals are widened by it, and the report lists it.
    /// Of several bounds from one source, such as those of repetitions, the largest counts.
    pub fn bias(&self, source: BiasSource, bound: f64, how: impl Into<String>) {
        let mut said = self.said();
        match said.biases.iter_mut().find(|known| known.source == source) {
            // A bound that is no number is none.
            Some(known) if bound > known.bound || bound.is_nan() => known.bound = bound,
            Some(_) => {}
            None => said.biases.push(BiasBound { source, bound, how: how.into() }),
        }
    }

    /// States the errors of the end of a flow one by one, for letters that move by at most `slope`
    /// (Frobenius norm, each) for a unit move of the point.
    pub fn errors_of_flow(&self, end: &FlowEnd, slope: f64) {
        self.bias(BiasSource::TrainingTime, slope * end.distance_left, GRADIENT_NORM);
        self.bias(BiasSource::Integrator, slope * end.integration_error, LOOSER_TOLERANCE);
        self.bias(BiasSource::Rounding, slope * end.rounding, "unit roundoff of each step");
    }

    /// The description of an experiment and what it said of its run.
    pub(super) fn note(&self, description: &str) -> Option<String> {
        let said = self.said();
        let parts = [description].into_iter().chain(said.remarks.iter().map(String::as_str));
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// The systematic errors that it stated, in the order of their sources.
    pub(super) fn biases(&self) -> Vec<BiasBound> {
        let mut biases = self.said().biases.clone();
        biases.sort_by_key(|bias| bias.source);
        biases
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
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
