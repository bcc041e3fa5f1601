//! Evidence for `reaches`: the gradient flow of the exact population loss.

use super::contract::{GRADIENT_NORM, LOOSER_TOLERANCE};
use super::prediction::{
    budget, entries, identity, length, predict, quantity, rounding, rounding_bias,
};
use super::{Comparison, Work};
use crate::claim::{Expr, Letter, Proposition, Training};
use crate::evidence::{BiasSource, Evidence};
use crate::numeric::{
    FloatEnvironment, Formula, Instance, ParameterPolynomial, evaluate, parameter_polynomial,
};
use crate::statistics::{Bias, Question, Relation, judge_computed};
use crate::training::{FlowEnd, FlowSettings, Objective, gradient_flow};
use crate::verdict::EvidenceKind;
use faer::Mat;
use std::sync::Arc;

/// Evidence for or against `reaches` lines, from the gradient flow of the exact loss: one piece a
/// comparison, in their order. The comparisons are of one line and of forms of it with another
/// value, with one name and instance: one flow serves them all.
///
/// The loss is expanded exactly into a polynomial in the trained letters; its flow is integrated
/// from the declared start to its limit with a bound on the error, which is carried through the
/// expression of the line. The margin is ignored.
pub fn follow_flow(work: &Work<'_>, comparisons: &[Comparison<'_>]) -> Vec<Evidence> {
    let followed = comparisons
        .first()
        .map_or_else(|| Err("nothing to compare".to_owned()), |first| Followed::of(work, first));
    let judge = |comparison: &Comparison<'_>| {
        let followed = followed.as_ref().map_err(String::clone)?;
        Ok(followed.judge(comparison, &claimed_limit(work, comparison)?))
    };
    let judged = comparisons.iter().map(|comparison| {
        judge(comparison)
            .unwrap_or_else(|reason: String| comparison.open(EvidenceKind::Flow, reason))
    });
    judged.collect()
}

/// A flow at its limit.
struct Followed {
    end: FlowEnd,
    /// The expression in `reaches` there, and how far it moves for a unit move of the point.
    values: Vec<f64>,
    slope: f64,
    /// Columns of that expression.
    columns: usize,
}

impl Followed {
    fn of(work: &Work<'_>, comparison: &Comparison<'_>) -> Result<Self, String> {
        let run = Run::of(work, comparison)?;
        let polynomial = parameter_polynomial(
            &run.training.loss.value,
            &run.letters,
            comparison.at,
            &budget(work.effort),
        )
        .map_err(|error| format!("the population loss has no exact expansion: {error}"))?;
        let end = gradient_flow(&PolynomialLoss(polynomial), &run.start, &FlowSettings::default())
            .map_err(|error| error.to_string())?;
        let values = run.tracked(&end.point)?;
        let slope = run.slope(&end.point)?;
        Ok(Self { end, values, slope, columns: run.columns() })
    }

    fn judge(&self, comparison: &Comparison<'_>, prediction: &[f64]) -> Evidence {
        let (end, values) = (&self.end, &self.values);
        let bias = |source, bound: f64, how: &str| {
            Bias::of_length(source, self.slope * bound, values.len(), how)
        };
        let rounded = self.slope * end.rounding + rounding(values, prediction);
        let biases = vec![
            bias(BiasSource::TrainingTime, end.distance_left, GRADIENT_NORM),
            bias(BiasSource::Integrator, end.integration_error, LOOSER_TOLERANCE),
            rounding_bias(rounded, values.len()),
        ];
        let question = Question { relation: Relation::Equal, prediction, margin: None };
        let method = "Dormand-Prince 5(4) on the exact population loss";
        let (verdict, mut measurement) =
            judge_computed(&question, values, biases, end.evaluations, method);
        measurement.quantity = Some(quantity(&["flow", &identity(comparison.at)]));
        measurement.entries = comparison.entries(self.columns, prediction, values);
        let note = format!(
            "limit at time {:.4}: gradient norm {:.1e}, {} flat directions",
            end.time, end.gradient_norm, end.flat_directions
        );
        Evidence {
            verdict,
            measurement: Some(measurement),
            note: Some(note),
            ..comparison.at.evidence(EvidenceKind::Flow)
        }
    }
}

/// What a `reaches` line says that the limit is.
///
/// # Errors
/// Why that has no value.
pub(super) fn claimed_limit(
    work: &Work<'_>,
    comparison: &Comparison<'_>,
) -> Result<Vec<f64>, String> {
    match &comparison.claim.proposition {
        Proposition::Reaches { value, .. } => predict(value, comparison.at, work.effort),
        _ => Err("only `reaches` is about a training".to_owned()),
    }
}

/// A training at an instance: what moves, from where, and what is tracked.
pub(super) struct Run<'a> {
    pub(super) training: &'a Training,
    /// The letters that move: their entries lie one after another, row after row.
    pub(super) letters: Vec<Arc<Letter>>,
    shapes: Vec<(usize, usize)>,
    pub(super) start: Vec<f64>,
    environment: FloatEnvironment,
    of: Formula,
}

impl<'a> Run<'a> {
    /// The training that the line is about.
    ///
    /// # Errors
    /// Why it has none, or why a start has no value.
    pub(super) fn of(work: &Work<'_>, comparison: &Comparison<'a>) -> Result<Self, String> {
        let (at, claim) = (comparison.at, comparison.claim);
        let (Proposition::Reaches { of, .. }, Some(training)) =
            (&claim.proposition, claim.training_in_use())
        else {
            return Err("only `reaches` is about a training".to_owned());
        };
        let environment = FloatEnvironment::from(at);
        let (mut letters, mut shapes, mut start) = (Vec::new(), Vec::new(), Vec::new());
        for (letter, expr) in &training.starts {
            let value = start_value(letter, expr, at, &environment, work)?;
            letters.push(letter.clone());
            shapes.push((value.nrows(), value.ncols()));
            start.extend(entries(&value));
        }
        let of = Formula::new(of, &at.sizes)
            .map_err(|error| format!("the expression in `reaches` has no value: {error}"))?;
        Ok(Self { training, letters, shapes, start, environment, of })
    }

    /// The instance in which the moving letters have the values of `point`.
    pub(super) fn environment_at(&self, point: &[f64]) -> FloatEnvironment {
        let mut environment = self.environment.clone();
        self.set(&mut environment, point);
        environment
    }

    /// Overwrites the moving letters.
    pub(super) fn set(&self, environment: &mut FloatEnvironment, point: &[f64]) {
        let mut rest = point;
        for (letter, &(rows, columns)) in self.letters.iter().zip(&self.shapes) {
            let (mine, others) = rest.split_at(rows * columns);
            let value = Mat::from_fn(rows, columns, |i, j| mine[i * columns + j]);
            environment.values.insert(letter.name.clone(), value);
            rest = others;
        }
    }

    /// Columns of the expression in `reaches`.
    pub(super) fn columns(&self) -> usize {
        self.of.output_columns()
    }

    /// Entries of the expression in `reaches`.
    pub(super) fn entries(&self) -> usize {
        self.of.output_entries()
    }

    /// The expression in `reaches` at a point.
    pub(super) fn tracked(&self, point: &[f64]) -> Result<Vec<f64>, String> {
        self.of.value(&self.environment_at(point)).map(|value| entries(&value)).map_err(|error| {
            format!("the expression in `reaches` has no value at the end: {error}")
        })
    }

    /// A bound on how much the expression moves for a unit move of the point: the Frobenius norm
    /// of its derivative, by central differences.
    pub(super) fn slope(&self, point: &[f64]) -> Result<f64, String> {
        let mut moved = point.to_vec();
        let mut sum = 0.0;
        for entry in 0..point.len() {
            let step = f64::EPSILON.cbrt() * point[entry].abs().max(1.0);
            moved[entry] = point[entry] + step;
            let ahead = self.tracked(&moved)?;
            moved[entry] = point[entry] - step;
            let behind = self.tracked(&moved)?;
            moved[entry] = point[entry];
            let difference: Vec<f64> = ahead.iter().zip(&behind).map(|(a, b)| a - b).collect();
            sum += (length(&difference) / (2.0 * step)).powi(2);
        }
        Ok(sum.sqrt())
    }
}

/// The value of a start; one with an `E` is evaluated exactly.
fn start_value(
    letter: &Letter,
    expr: &Expr,
    at: &Instance,
    environment: &FloatEnvironment,
    work: &Work<'_>,
) -> Result<Mat<f64>, String> {
    let name = &letter.name;
    if expr.contains_expectation() {
        let value = crate::numeric::evaluate_exactly(expr, at, &budget(work.effort))
            .map_err(|error| format!("the start of `{name}` has no value: {error}"))?;
        let numbers = value.to_f64();
        return Ok(Mat::from_fn(value.rows, value.columns, |i, j| numbers[i * value.columns + j]));
    }
    evaluate(expr, environment)
        .map_err(|error| format!("the start of `{name}` has no value: {error}"))
}

/// A polynomial loss.
struct PolynomialLoss(ParameterPolynomial);

impl Objective for PolynomialLoss {
    fn dimension(&self) -> usize {
        self.0.parameters()
    }

    fn value(&self, point: &[f64]) -> f64 {
        self.0.value(point)
    }

    fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
        gradient.copy_from_slice(&self.0.gradient(point));
    }

    fn hessian(&self, point: &[f64]) -> Mat<f64> {
        let entries = self.0.hessian(point);
        let dimension = self.0.parameters();
        Mat::from_fn(dimension, dimension, |i, j| entries[i * dimension + j])
    }
}
