//! Lines about `observed` letters, judged by the experiment that supplies them.

use super::line::Line;
use super::prediction::{identity, quantity, rounding, rounding_bias, seed_text};
use super::sampling::{Streams, looked_again};
use super::{Comparison, Draw, Experiment, ExperimentError, Observed, Setting, Supply, Work};
use crate::evidence::{BiasSource, Evidence, Measurement};
use crate::numeric::{FloatEnvironment, Instance};
use crate::statistics::{
    Bias, Estimate, Interval, Looks, MeanSequence, Question, Spread, judge, judge_computed,
};
use crate::verdict::Verdict;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Draws of one stream of random numbers.
const BLOCK: u64 = 64;

/// Blocks that are drawn before the next ones are.
const BATCH: u64 = 64;

/// Runs an experiment once at the instance that all `comparisons` share, and judges each of their
/// lines by it. One piece of evidence a comparison, in their order.
///
/// A line is an equation or a bound. Where one side is free of observed letters it is the
/// prediction; otherwise the difference of the sides is compared with 0. The letters of a draw are
/// drawn jointly, so such a difference is paired. Matrices are judged in Frobenius norm.
pub fn observe(
    work: &Work<'_>,
    experiment: &Experiment,
    comparisons: &[Comparison<'_>],
) -> Vec<Evidence> {
    let Some(first) = comparisons.first() else {
        return Vec::new();
    };
    let setting = Setting::at(first.at, work.effort, work.checkpoints);
    let observation = Observation {
        experiment,
        setting,
        environment: FloatEnvironment::from(first.at),
        identity: identity(first.at),
        streams: Streams::new(work, "experiment", &names(experiment, first.at)),
    };
    // A line that cannot be judged by this experiment is open by itself.
    let lines: Vec<Result<Line<'_>, String>> =
        comparisons.iter().map(|one| Line::of(one, experiment, work.effort)).collect();
    let good: Vec<&Line<'_>> = lines.iter().filter_map(|line| line.as_ref().ok()).collect();
    let mut judged = match experiment.supply {
        _ if good.is_empty() => Ok(Vec::new()),
        Supply::Samples { prepare, limit } => observation
            .draw(prepare)
            .and_then(|draw| observation.sample(&draw, limit(work.effort), &good)),
        Supply::Repetitions { prepare, count } => observation
            .draw(prepare)
            .and_then(|draw| observation.repeat(&draw, count(work.effort), &good)),
        Supply::Limit { source, prepare, count } => observation
            .draw(prepare)
            .and_then(|draw| observation.extrapolate(source, &draw, count(work.effort), &good)),
        Supply::Value(compute) => observation.compute(compute, &good),
    }
    .map(Vec::into_iter);
    comparisons
        .iter()
        .zip(&lines)
        .map(|(one, line)| match (line, &mut judged) {
            (Err(reason), _) => one.open(experiment.kind, reason),
            (Ok(_), Err(reason)) => one.open(experiment.kind, reason.clone()),
            (Ok(line), Ok(judged)) => {
                match judged.next().expect("one judgement a line; this is a bug") {
                    Ok((verdict, measurement)) => Evidence {
                        verdict,
                        measurement: Some(measurement),
                        note: observation.note(line, verdict),
                        ..one.at.evidence(experiment.kind)
                    },
                    Err(reason) => one.open(experiment.kind, reason),
                }
            }
        })
        .collect()
}

/// What the streams of an experiment derive from: not from a line, all lines share the run.
fn names(experiment: &Experiment, at: &Instance) -> Vec<String> {
    vec![experiment.name.to_owned(), identity(at)]
}

/// The judgement of a line, or why there is none.
pub(super) type Judged = Result<(Verdict, Measurement), String>;

/// The sequences of the different statistics of some lines.
struct Statistics<'a> {
    /// Each with the first line that is about it.
    distinct: Vec<(&'a Line<'a>, MeanSequence)>,
    /// Which of them each line is about.
    of_line: Vec<usize>,
}

impl<'a> Statistics<'a> {
    fn of(lines: &[&'a Line<'a>], looks: Looks) -> Self {
        let mut distinct: Vec<(&Line<'_>, MeanSequence)> = Vec::new();
        let place = |line: &&'a Line<'a>| {
            let known = distinct.iter().position(|(other, _)| line.shares_statistic_with(other));
            known.unwrap_or_else(|| {
                let (entries, share) = (line.prediction.len(), line.comparison.share);
                let sequence = MeanSequence::new(entries, share, looks, Spread::Estimated);
                distinct.push((line, sequence));
                distinct.len() - 1
            })
        };
        let of_line = lines.iter().map(place).collect();
        Self { distinct, of_line }
    }
}

/// Sums of the letters over draws.
#[derive(Default)]
pub(super) struct Sums {
    letters: Observed,
    count: u64,
}

impl Sums {
    /// Adds a draw. A letter of another shape than before is left as it was.
    pub(super) fn add(&mut self, observed: &Observed) {
        self.count += 1;
        for (name, value) in observed {
            match self.letters.get_mut(name) {
                Some(sum) if sum.shape() == value.shape() => *sum += value,
                Some(_) => {}
                None => drop(self.letters.insert(name, value.clone())),
            }
        }
    }

    /// The means; none without draws.
    pub(super) fn mean(&self) -> Option<Observed> {
        let scale = faer::Scale(1.0 / self.count as f64);
        let mean = self.letters.iter().map(|(name, sum)| (*name, sum * scale));
        (self.count > 0).then(|| mean.collect())
    }
}

/// A run of an experiment at an instance.
pub(super) struct Observation<'a> {
    experiment: &'a Experiment,
    pub(super) setting: Setting,
    environment: FloatEnvironment,
    /// Of the instance.
    identity: String,
    pub(super) streams: Streams,
}

impl Observation<'_> {
    /// The instance with the observed values.
    pub(super) fn environment(&self, observed: Observed) -> FloatEnvironment {
        let mut environment = self.environment.clone();
        environment.values.extend(observed.into_iter().map(|(name, value)| (name.into(), value)));
        environment
    }

    /// What gives the draws at this instance.
    fn draw<T>(
        &self,
        prepare: fn(&Setting, &mut ChaCha8Rng) -> Result<T, ExperimentError>,
    ) -> Result<T, String> {
        prepare(&self.setting, &mut self.streams.stream(u64::MAX)).map_err(|e| e.to_string())
    }

    /// What the experiment says of itself, and why no samples decide.
    fn note(&self, line: &Line<'_>, verdict: Verdict) -> Option<String> {
        let hopeless = verdict == Verdict::Inconclusive && line.question().is_hopeless();
        let notes = [
            self.setting.note(self.experiment.description),
            hopeless.then(|| Question::HOPELESS.to_owned()),
        ];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// Draws until every line is decided or the limit is reached. Observed values are means of
    /// draws, so a line must be affine in them: then its statistic at the mean is the mean of its
    /// statistics.
    fn sample(&self, draw: &Draw, limit: u64, lines: &[&Line<'_>]) -> Result<Vec<Judged>, String> {
        let limit = limit.max(2);
        let looks = Looks::doubling((4 * BLOCK).min(limit), limit);
        let mut statistics = Statistics::of(lines, looks);
        let mut affine = Vec::new();
        let mut judged: Vec<Option<Judged>> = vec![None; lines.len()];
        let mut drawn = 0;
        let mut sums = Sums::default();
        let keeps_sums = lines.iter().any(|line| line.compares_matrices());
        for due in looks.counts() {
            while drawn < due {
                let until = due.min(drawn + BATCH * BLOCK);
                let blocks = self.draw_blocks(draw, drawn, until)?;
                for observed in blocks {
                    if affine.len() < 3 {
                        affine.push(observed.clone());
                        if affine.len() == 3.min(limit as usize) {
                            self.refuse_curved(lines, &affine, &mut judged)?;
                        }
                    }
                    if keeps_sums {
                        sums.add(&observed);
                    }
                    let environment = self.environment(observed);
                    for (line, sequence) in &mut statistics.distinct {
                        sequence.push(&line.statistic(&environment)?);
                    }
                }
                drawn = until;
            }
            let looked: Vec<Vec<Interval>> =
                statistics.distinct.iter_mut().map(|(_, sequence)| sequence.look()).collect();
            for ((line, &which), judged) in lines.iter().zip(&statistics.of_line).zip(&mut judged) {
                let undecided = matches!(judged, None | Some(Ok((Verdict::Inconclusive, _))));
                if !undecided || (judged.is_some() && line.question().is_hopeless()) {
                    continue;
                }
                let sequence = &statistics.distinct[which].1;
                let values = sequence.estimate();
                let estimate = Estimate {
                    intervals: looked[which].clone(),
                    radius: f64::INFINITY,
                    distance: Interval::everything(),
                    biases: self.biases(line, affine.first(), &values)?,
                    samples: sequence.count(),
                    method: sequence.method(),
                    values,
                };
                let decision = judge(&line.question(), &estimate);
                let decision = self.seeded(line.recorded(decision, &estimate.values, || {
                    sums.mean().map(|mean| self.environment(mean))
                }));
                let before = judged.take().and_then(Result::ok);
                *judged = Some(Ok(looked_again(before, decision)));
            }
            let goes_on = |(line, judged): (&&Line<'_>, &Option<Judged>)| {
                let hopeless = line.question().is_hopeless();
                !hopeless && matches!(judged, Some(Ok((Verdict::Inconclusive, _))))
            };
            if !lines.iter().zip(&judged).any(goes_on) {
                break;
            }
        }
        Ok(judged
            .into_iter()
            .map(|one| one.expect("a limit is looked at; this is a bug"))
            .collect())
    }

    /// Draws number `from` to `to`, in order; draw k uses the stream k/BLOCK.
    fn draw_blocks(&self, draw: &Draw, from: u64, to: u64) -> Result<Vec<Observed>, String> {
        let blocks: Result<Vec<Vec<Observed>>, ExperimentError> = (from / BLOCK
            ..to.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let mut generator = self.streams.stream(block);
                let last = ((block + 1) * BLOCK).min(to);
                (block * BLOCK..last).map(|_| draw(&mut generator)).collect()
            })
            .collect();
        let skip = (from % BLOCK) as usize;
        let drawn = blocks.map_err(|error| error.to_string())?.into_iter().flatten();
        Ok(drawn.skip(skip).collect())
    }

    /// Refuses the lines whose statistic is not affine in the observed letters.
    fn refuse_curved(
        &self,
        lines: &[&Line<'_>],
        draws: &[Observed],
        judged: &mut [Option<Judged>],
    ) -> Result<(), String> {
        for (line, judged) in lines.iter().zip(judged) {
            if !line.is_affine(draws, |observed| self.environment(observed))? {
                *judged = Some(Err(format!(
                    "the line is not affine in what `{}` samples, so the mean of samples does not estimate it",
                    self.experiment.name
                )));
            }
        }
        Ok(())
    }

    /// A value with a bound on the error of each letter, carried through the line by the Frobenius
    /// norm of its derivative in that letter.
    fn compute(
        &self,
        compute: fn(&Setting) -> Result<(Observed, f64), ExperimentError>,
        lines: &[&Line<'_>],
    ) -> Result<Vec<Judged>, String> {
        let (observed, error) = compute(&self.setting).map_err(|error| error.to_string())?;
        if error.is_nan() || error < 0.0 {
            return Err("the experiment gives no bound on its error".to_owned());
        }
        if error > 0.0 {
            self.setting.bias(BiasSource::Computation, error, "as the experiment bounds it");
        }
        let judge_line = |line: &&Line<'_>| -> Judged {
            let values = line.statistic(&self.environment(observed.clone()))?;
            let biases = self.biases(line, Some(&observed), &values)?;
            let method = "computed with an error bound";
            let mut decision = judge_computed(&line.question(), &values, biases, 1, method);
            let effort = format!("{:?}", self.setting.effort);
            let parts = ["value", self.experiment.name, &self.identity, &effort];
            decision.1.quantity = Some(quantity(&parts));
            Ok(line.recorded(decision, &values, || Some(self.environment(observed.clone()))))
        };
        Ok(lines.iter().map(judge_line).collect())
    }

    /// The biases that the experiment stated, carried through the line by the Frobenius norms of
    /// its derivatives in the letters, and rounding.
    pub(super) fn biases(
        &self,
        line: &Line<'_>,
        observed: Option<&Observed>,
        values: &[f64],
    ) -> Result<Vec<Bias>, String> {
        let entries = values.len();
        let stated = self.setting.biases();
        let mut rounded = rounding(values, &line.prediction);
        let mut biases = Vec::new();
        if let Some(observed) = observed {
            rounded = rounded.max(line.rounding(observed));
            if !stated.is_empty() {
                let slope = line.slope(observed, |moved| self.environment(moved))?;
                for bias in stated {
                    match bias.source {
                        BiasSource::Rounding => rounded += slope * bias.bound,
                        source => {
                            let bound = slope * bias.bound;
                            biases.push(Bias::of_length(source, bound, entries, bias.how));
                        }
                    }
                }
            }
        }
        biases.push(rounding_bias(rounded, entries));
        Ok(biases)
    }

    pub(super) fn seeded(
        &self,
        (verdict, mut measurement): (Verdict, Measurement),
    ) -> (Verdict, Measurement) {
        let seed = seed_text(&self.streams.stream(0));
        let effort = format!("{:?}", self.setting.effort);
        measurement.quantity = Some(quantity(&[&seed, &effort]));
        measurement.seed = Some(seed);
        (verdict, measurement)
    }
}
