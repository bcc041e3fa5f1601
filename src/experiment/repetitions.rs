//! Lines about `observed` letters that an experiment supplies by repetitions, at one level or as the
//! limit of several.

use super::line::Line;
use super::observation::{Judged, Observation, Sums};
use super::{Draw, ExperimentError, LEVELS, LevelDraw, Observed};
use crate::evidence::BiasSource;
use crate::numeric::FloatEnvironment;
use crate::statistics::{Estimate, extrapolate, judge, located};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

impl Observation<'_> {
    /// Student's t over repetitions.
    pub(super) fn repeat(
        &self,
        draw: &Draw,
        count: u64,
        lines: &[&Line<'_>],
    ) -> Result<Vec<Judged>, String> {
        let repetitions = self.repetitions(draw, count)?;
        let judge_line = |line: &&Line<'_>| -> Judged {
            let (values, kind) = self.statistics(line, &repetitions)?;
            let mean = located(&values, line.comparison.share);
            let estimate = Estimate {
                distance: mean.distance(&line.prediction),
                biases: self.biases(line, repetitions.first(), &mean.values)?,
                samples: count,
                method: format!("Student's t over {count} repetitions{kind}{}", mean.products()),
                values: mean.values,
                intervals: mean.intervals,
                radius: mean.radius,
            };
            let decision = judge(&line.question(), &estimate);
            let means = || self.means(&repetitions);
            Ok(self.seeded(line.recorded(decision, &estimate.values, means)))
        };
        Ok(lines.iter().map(judge_line).collect())
    }

    /// Student's t over repetitions of Richardson's extrapolation.
    pub(super) fn extrapolate(
        &self,
        source: BiasSource,
        draw: &LevelDraw,
        count: u64,
        lines: &[&Line<'_>],
    ) -> Result<Vec<Judged>, String> {
        let mut levels = [const { Vec::new() }; LEVELS];
        for repetition in self.repetitions(draw, count)? {
            levels.iter_mut().zip(repetition).for_each(|(level, one)| level.push(one));
        }
        let judge_line = |line: &&Line<'_>| -> Judged {
            let (mut values, mut kind) = (Vec::new(), "");
            for repetitions in &levels {
                let (of_level, word) = self.statistics(line, repetitions)?;
                values.push(of_level);
                kind = word;
            }
            let values: [Vec<Vec<f64>>; 3] =
                values.try_into().expect("as many levels as the extrapolation has: a bug");
            let found = extrapolate(&values, source, line.comparison.share)
                .map_err(|error| format!("{}: {error}", source.word()))?;
            let finest = levels.last().and_then(|repetitions| repetitions.first());
            let (limit, mut biases) = (found.limit, vec![found.bias]);
            biases.extend(self.biases(line, finest, &limit.values)?);
            let estimate = Estimate {
                distance: limit.distance(&line.prediction),
                biases,
                samples: count * LEVELS as u64,
                method: format!(
                    "Richardson's extrapolation over {LEVELS} levels, Student's t over {count} repetitions{kind}{}",
                    limit.products()
                ),
                values: limit.values,
                intervals: limit.intervals,
                radius: limit.radius,
            };
            let decision = judge(&line.question(), &estimate);
            // Of the finest level.
            let means = || self.means(levels.last()?);
            Ok(self.seeded(line.recorded(decision, &estimate.values, means)))
        };
        Ok(lines.iter().map(judge_line).collect())
    }

    /// The instance with the means of the letters.
    fn means(&self, repetitions: &[Observed]) -> Option<FloatEnvironment> {
        let mut sums = Sums::default();
        repetitions.iter().for_each(|one| sums.add(one));
        sums.mean().map(|mean| self.environment(mean))
    }

    fn repetitions<T: Send>(
        &self,
        draw: &(impl Fn(&mut ChaCha8Rng) -> Result<T, ExperimentError> + Sync),
        count: u64,
    ) -> Result<Vec<T>, String> {
        let repetitions: Result<Vec<T>, ExperimentError> = (0..count)
            .into_par_iter()
            .map(|number| draw(&mut self.streams.stream(number)))
            .collect();
        let repetitions = repetitions.map_err(|error| error.to_string())?;
        if repetitions.len() < 2 {
            return Err("an interval over repetitions needs at least two of them".to_owned());
        }
        Ok(repetitions)
    }

    /// The statistic of a line in each repetition, and what it is in words. A line that is not
    /// affine in the observed letters is judged by jackknife pseudo-values,
    /// n f(mean) - (n-1) f(mean without one), whose mean estimates f(expectation) up to order
    /// 1/n^2 and which are f of the repetition where f is affine.
    ///
    /// Source: Miller, "The jackknife - a review", Biometrika 61 (1974).
    fn statistics(
        &self,
        line: &Line<'_>,
        repetitions: &[Observed],
    ) -> Result<(Vec<Vec<f64>>, &'static str), String> {
        let few = &repetitions[..repetitions.len().min(3)];
        if !line.is_affine(few, |observed| self.environment(observed))? {
            let values = self.pseudo_values(line, repetitions)?;
            return Ok((values, " of jackknife pseudo-values"));
        }
        let value = |one: &Observed| line.statistic(&self.environment(one.clone()));
        Ok((repetitions.iter().map(value).collect::<Result<_, _>>()?, ""))
    }

    fn pseudo_values(
        &self,
        line: &Line<'_>,
        repetitions: &[Observed],
    ) -> Result<Vec<Vec<f64>>, String> {
        let count = repetitions.len() as f64;
        let mut sum = repetitions[0].clone();
        for one in &repetitions[1..] {
            for (name, value) in &mut sum {
                let other = one.get(name).filter(|other| other.shape() == value.shape());
                *value += other.ok_or_else(|| {
                    format!("the experiment does not supply `{name}` in every repetition")
                })?;
            }
        }
        let at = |scale: f64, without: Option<&Observed>| -> Result<Vec<f64>, String> {
            let mean = sum.iter().map(|(name, value)| {
                let rest = without.map_or_else(|| value.clone(), |one| value - &one[name]);
                (*name, rest * faer::Scale(scale))
            });
            line.statistic(&self.environment(mean.collect()))
        };
        let whole = at(1.0 / count, None)?;
        repetitions
            .iter()
            .map(|one| {
                let part = at(1.0 / (count - 1.0), Some(one))?;
                Ok(whole.iter().zip(part).map(|(w, p)| count * w - (count - 1.0) * p).collect())
            })
            .collect()
    }
}
