//! A line about `observed` letters as a statistic of them and a prediction.

use super::prediction::{entries, length, predict};
use super::{Comparison, Effort, Experiment, Observed};
use crate::claim::{Comparison as Direction, Expr, Proposition};
use crate::evidence::Measurement;
use crate::numeric::{FloatEnvironment, Formula};
use crate::statistics::{Margin, Question, Relation};
use crate::verdict::Verdict;

/// A line about observed letters at an instance.
pub(super) struct Line<'a> {
    pub(super) comparison: &'a Comparison<'a>,
    relation: Relation,
    margin: Option<Margin>,
    /// What the statistic is compared with.
    pub(super) prediction: Vec<f64>,
    /// The statistic, or the two sides whose difference it is.
    sides: Vec<Expr>,
    plus: Formula,
    minus: Option<Formula>,
}

impl<'a> Line<'a> {
    /// The line of a comparison.
    ///
    /// # Errors
    /// Why the experiment cannot judge it.
    pub(super) fn of(
        comparison: &'a Comparison<'a>,
        experiment: &Experiment,
        effort: Effort,
    ) -> Result<Self, String> {
        let (left, relation, right) = match &comparison.claim.proposition {
            Proposition::Equal { left, right } => (left, Relation::Equal, right),
            Proposition::Bound { left, comparison, right, form: None, .. } => match comparison {
                Direction::AtLeast => (left, Relation::AtLeast, right),
                Direction::AtMost => (left, Relation::AtMost, right),
            },
            _ => return Err("only an equation or a bound is about observed letters".to_owned()),
        };
        for side in [left, right] {
            let missing = side
                .observed_letters()
                .into_iter()
                .find(|letter| !experiment.supplies.contains(&&*letter.name));
            if let Some(letter) = missing {
                let (name, other) = (experiment.name, &letter.name);
                return Err(format!("the experiment `{name}` does not supply `{other}`"));
            }
        }
        let sizes = &comparison.at.sizes;
        let formula = |expr: &Expr| {
            Formula::new(expr, sizes).map_err(|error| format!("a side has no value: {error}"))
        };
        let turned = match relation {
            Relation::Equal => Relation::Equal,
            Relation::AtLeast => Relation::AtMost,
            Relation::AtMost => Relation::AtLeast,
        };
        let predict = |expr: &Expr| predict(expr, comparison.at, effort);
        let (relation, prediction, sides) =
            match (left.observed_letters().is_empty(), right.observed_letters().is_empty()) {
                (true, true) => return Err("no side contains an observed letter".to_owned()),
                (false, true) => (relation, Some(predict(right)?), vec![left]),
                (true, false) => (turned, Some(predict(left)?), vec![right]),
                (false, false) => (relation, None, vec![left, right]),
            };
        let plus = formula(sides[0])?;
        let minus = sides.get(1).map(|side| formula(side)).transpose()?;
        let prediction = prediction.unwrap_or_else(|| vec![0.0; plus.output_entries()]);
        let margin = comparison.margin();
        let sides = sides.into_iter().cloned().collect();
        Ok(Self { comparison, relation, margin, prediction, sides, plus, minus })
    }

    /// What is asked of the statistic.
    pub(super) fn question(&self) -> Question<'_> {
        Question { relation: self.relation, prediction: &self.prediction, margin: self.margin }
    }

    /// Whether both lines are about one statistic with one share: then one sequence serves them.
    pub(super) fn shares_statistic_with(&self, other: &Self) -> bool {
        self.comparison.share == other.comparison.share && self.sides == other.sides
    }

    /// Whether the record of the line needs the means of its letters: both sides are observed matrices.
    pub(super) fn compares_matrices(&self) -> bool {
        self.minus.is_some() && self.plus.output_entries() > 1
    }

    /// Adds the entries of the matrices that were compared to the record: the prediction and these
    /// values, or both sides where the letters have their means.
    pub(super) fn recorded(
        &self,
        (verdict, mut measurement): (Verdict, Measurement),
        values: &[f64],
        means: impl FnOnce() -> Option<FloatEnvironment>,
    ) -> (Verdict, Measurement) {
        let columns = self.plus.output_columns();
        let record = |predicted: &[f64], estimated: &[f64]| {
            self.comparison.entries(columns, predicted, estimated)
        };
        measurement.entries = match &self.minus {
            None => record(&self.prediction, values),
            Some(_) if !self.compares_matrices() => None,
            Some(minus) => means().and_then(|means| {
                let side = |side: &Formula| side.value(&means).ok().map(|value| entries(&value));
                record(&side(minus)?, &side(&self.plus)?)
            }),
        };
        (verdict, measurement)
    }

    /// The statistic where the observed letters have these values.
    ///
    /// # Errors
    /// Why it has none, such as a letter that is missing or of another shape.
    pub(super) fn statistic(&self, environment: &FloatEnvironment) -> Result<Vec<f64>, String> {
        let value = |formula: &Formula| {
            formula.value(environment).map(|value| entries(&value)).map_err(|e| e.to_string())
        };
        let mut statistic = value(&self.plus)?;
        if let Some(minus) = &self.minus {
            for (entry, other) in statistic.iter_mut().zip(value(minus)?) {
                *entry -= other;
            }
        }
        Ok(statistic)
    }

    /// Whether the statistic is affine in the observed letters, as far as these values tell:
    /// f((1-t) a + t b) = (1-t) f(a) + t f(b) at a t far from 0 and 1, for each pair. A polynomial
    /// that is not affine fails at almost every choice.
    pub(super) fn is_affine(
        &self,
        values: &[Observed],
        environment: impl Fn(Observed) -> FloatEnvironment,
    ) -> Result<bool, String> {
        const PLACE: f64 = 2.625;
        for pair in values.windows(2) {
            let between = pair[0].iter().map(|(name, a)| {
                let b = pair[1].get(name).unwrap_or(a);
                let b = if b.shape() == a.shape() { b } else { a };
                (*name, a * faer::Scale(1.0 - PLACE) + b * faer::Scale(PLACE))
            });
            // Outside the domain of a root, say, it is certainly not affine.
            let Ok(found) = self.statistic(&environment(between.collect())) else {
                return Ok(false);
            };
            let first = self.statistic(&environment(pair[0].clone()))?;
            let second = self.statistic(&environment(pair[1].clone()))?;
            let scale = length(&first) + length(&second);
            let misfit: Vec<f64> = found
                .iter()
                .zip(first.iter().zip(&second))
                .map(|(found, (a, b))| found - (1.0 - PLACE) * a - PLACE * b)
                .collect();
            if length(&misfit) > 1e-9 * scale {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How much the statistic moves when every observed letter moves by a unit: the sum over the
    /// letters of the Frobenius norms of the derivatives, by central differences.
    pub(super) fn slope(
        &self,
        observed: &Observed,
        environment: impl Fn(Observed) -> FloatEnvironment,
    ) -> Result<f64, String> {
        let mut total = 0.0;
        for (name, value) in observed {
            let mut squares = 0.0;
            for (row, column) in
                (0..value.nrows()).flat_map(|row| (0..value.ncols()).map(move |c| (row, c)))
            {
                let step = f64::EPSILON.cbrt() * value[(row, column)].abs().max(1.0);
                let moved = |by: f64| {
                    let mut all = observed.clone();
                    if let Some(value) = all.get_mut(name) {
                        value[(row, column)] += by;
                    }
                    self.statistic(&environment(all))
                };
                let (ahead, behind) = (moved(step)?, moved(-step)?);
                let difference: Vec<f64> = ahead.iter().zip(&behind).map(|(a, b)| a - b).collect();
                squares += (length(&difference) / (2.0 * step)).powi(2);
            }
            total += squares.sqrt();
        }
        Ok(total)
    }

    /// Rounding of a difference of two observed sides, which may cancel: relative to the letters.
    pub(super) fn rounding(&self, observed: &Observed) -> f64 {
        if self.minus.is_none() {
            return 0.0;
        }
        let largest = observed.values().map(|value| length(&entries(value))).fold(0.0, f64::max);
        1e-13 * largest
    }
}
