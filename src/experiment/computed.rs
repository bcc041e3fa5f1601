//! Values of `observed` letters at an instance, by the experiments that compute them.

use super::{Effort, Experiment, Setting, Supply};
use crate::claim::{Expr, Letter};
use crate::numeric::{Instance, RationalMatrix};
use dashu_ratio::RBig;
use faer::Mat;
use std::sync::Arc;

/// Observed letters with the values that experiments compute for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// Values by letter, as the rationals that the floating-point numbers are.
    pub values: Vec<(Arc<str>, RationalMatrix)>,
    /// A bound on the error of each letter (Frobenius norm).
    pub error: f64,
}

/// The values of the observed letters of `expression` at an instance, which has all sizes and
/// letters that their experiments need. Experiments that draw random numbers give no value.
///
/// # Errors
/// In words: a letter that no experiment computes, an experiment that fails.
pub fn compute_observed(
    experiments: &[Experiment],
    expression: &Expr,
    at: &Instance,
) -> Result<Computed, String> {
    let mut computed = Computed { values: Vec::new(), error: 0.0 };
    let setting = Setting::at(at, Effort::Quick, None);
    for letter in expression.observed_letters() {
        if computed.values.iter().any(|(name, _)| *name == letter.name) {
            continue;
        }
        let (run, supplies) = of_letter(experiments, &letter)?;
        let (observed, error) = run(&setting).map_err(|error| error.to_string())?;
        computed.error = computed.error.max(error);
        let supplied = observed.iter().filter(|(name, _)| supplies.contains(name));
        for (name, value) in supplied {
            computed.values.push((Arc::from(*name), exact(name, value)?));
        }
    }
    Ok(computed)
}

type Run = fn(&Setting) -> Result<(super::Observed, f64), super::ExperimentError>;

fn of_letter(
    experiments: &[Experiment],
    letter: &Letter,
) -> Result<(Run, &'static [&'static str]), String> {
    let name = &letter.name;
    let supplier = experiments.iter().find(|one| one.supplies.contains(&&**name));
    match supplier.map(|experiment| (experiment.supply, experiment)) {
        Some((Supply::Value(run), experiment)) => Ok((run, experiment.supplies)),
        Some((_, experiment)) => {
            let other = experiment.name;
            Err(format!("`{name}` is measured by `{other}`, not computed: it has no value here"))
        }
        None => Err(format!("nothing supplies `{name}`")),
    }
}

fn exact(name: &str, value: &Mat<f64>) -> Result<RationalMatrix, String> {
    let mut finite = true;
    let matrix = RationalMatrix::from_fn(value.nrows(), value.ncols(), |i, j| {
        RBig::try_from(value[(i, j)]).unwrap_or_else(|_| {
            finite = false;
            RBig::ZERO
        })
    });
    if finite { Ok(matrix) } else { Err(format!("`{name}` is not finite at this instance")) }
}
