//! Simulated evidence: both sides of `==` (or of a bound) by samples of the declared laws.

use super::agreement::AgreementCheck;
use super::prediction::{identity, length, predict, quantity, rounding, rounding_bias, seed_text};
use super::rao_blackwell::{Conditional, condition};
use super::sampling::{BLOCK, Streams, for_each_sample, looked_again, sample_limit};
use super::{Comparison, Work};
use crate::claim::{Comparison as Direction, Expr, Proposition};
use crate::evidence::{Evidence, Measurement};
use crate::numeric::{Expectations, FloatEnvironment, FloatError, Instance, Lowering, Program};
use crate::statistics::{
    Estimate, Interval, Looks, Margin, MeanSequence, Question, Relation, Spread, judge,
};
use crate::verdict::{EvidenceKind, Verdict};

/// Evidence for or against lines with expectations, by sampling their laws at an instance: one
/// piece a comparison, in their order. The comparisons are of one line and of forms of it, with
/// one name, instance and error share: those that sample the same expression are judged by the
/// same samples.
///
/// One side is sampled without bias, the other is the prediction: it must have a value without
/// sampling. A bound with expectations on both sides is judged by their difference. The samples
/// are judged by a confidence sequence that holds for heavy tails. Without a margin an equation
/// can be refuted or stay inconclusive.
pub fn simulate(work: &Work<'_>, comparisons: &[Comparison<'_>]) -> Vec<Evidence> {
    let mut evidence: Vec<Option<Evidence>> = vec![None; comparisons.len()];
    let mut questions: Vec<(usize, Asked)> = Vec::new();
    for (place, comparison) in comparisons.iter().enumerate() {
        match Asked::of(work, comparison) {
            Ok(asked) => questions.push((place, asked)),
            Err(reason) => {
                evidence[place] = Some(comparison.open(EvidenceKind::Simulation, reason));
            }
        }
    }
    while let Some((first, _)) = questions.first() {
        let first = *first;
        let sampled = questions[0].1.sampled.clone();
        let (same, others): (Vec<_>, Vec<_>) =
            questions.into_iter().partition(|(_, asked)| asked.sampled == sampled);
        questions = others;
        let (places, asked): (Vec<usize>, Vec<Asked>) = same.into_iter().unzip();
        let judged = match Sampler::of(work, &sampled, &comparisons[first]) {
            Ok(sampler) => sampler.judge(work, &comparisons[first], &asked),
            Err(reason) => {
                asked.iter().map(|_| comparisons[first].open(KIND, reason.clone())).collect()
            }
        };
        for (place, piece) in places.into_iter().zip(judged) {
            evidence[place] = Some(piece);
        }
    }
    evidence
        .into_iter()
        .map(|piece| piece.expect("every comparison is judged: this is a bug"))
        .collect()
}

const KIND: EvidenceKind = EvidenceKind::Simulation;

/// Draws at the first look.
const FIRST: u64 = 8 * BLOCK;

/// Of the error share of a comparison that leans on the calculus, this part is for the interval,
/// the rest for the comparison with the raw statistic.
const OWN_SHARE: f64 = 0.8;

/// The rest.
const CHECK_SHARE: f64 = 0.2;

/// What is sampled and what it is compared with.
struct Asked {
    /// One side, or the two whose difference it is.
    sampled: Vec<Expr>,
    relation: Relation,
    prediction: Vec<f64>,
    margin: Option<Margin>,
}

impl Asked {
    fn of(work: &Work<'_>, comparison: &Comparison<'_>) -> Result<Self, String> {
        let at = comparison.at;
        let (left, relation, right) = match &comparison.claim.proposition {
            Proposition::Equal { left, right } => (left, Relation::Equal, right),
            Proposition::Bound { form: Some(_), .. } => {
                return Err("a bound for all values of a form is decided exactly".to_owned());
            }
            Proposition::Bound { left, comparison: Direction::AtLeast, right, .. } => {
                (left, Relation::AtLeast, right)
            }
            Proposition::Bound { left, comparison: Direction::AtMost, right, .. } => {
                (left, Relation::AtMost, right)
            }
            _ => return Err("this kind of line is not sampled".to_owned()),
        };
        let turned = match relation {
            Relation::Equal => Relation::Equal,
            Relation::AtLeast => Relation::AtMost,
            Relation::AtMost => Relation::AtLeast,
        };
        let predict = |expr: &Expr| predict(expr, at, work.effort);
        let (sampled, relation, prediction) =
            match (left.contains_expectation(), right.contains_expectation()) {
                (false, false) => return Err("no expectation to sample".to_owned()),
                (false, true) => (vec![right.clone()], turned, predict(left)?),
                (true, false) => (vec![left.clone()], relation, predict(right)?),
                (true, true) => match predict(right) {
                    Ok(prediction) => (vec![left.clone()], relation, prediction),
                    Err(_) if relation != Relation::Equal => {
                        (vec![left.clone(), right.clone()], relation, vec![0.0])
                    }
                    Err(reason) => return Err(reason),
                },
            };
        Ok(Self { sampled, relation, prediction, margin: comparison.margin() })
    }

    fn question(&self) -> Question<'_> {
        Question { relation: self.relation, prediction: &self.prediction, margin: self.margin }
    }

    /// The samples that verify the line with high probability where it is true and the entries of
    /// a sample have these variances: a half width of the margin less three standard errors. At
    /// most `limit`, which a line without a margin gets.
    fn planned(&self, variances: &[f64], share: f64, limit: u64) -> u64 {
        let Some(Margin { value, absolute, need }) = self.margin else {
            return limit;
        };
        let unit = if absolute { 1.0 } else { length(&self.prediction) };
        let margin = unit * value.min(need - value);
        if self.relation != Relation::Equal {
            return limit;
        }
        // Doublings from the first look cost at most this factor of the share.
        let level = (2.0 * 16.0 * variances.len() as f64 / share).ln();
        let variance: f64 = variances.iter().sum();
        let wanted = variance * ((2.0 * level).sqrt() + 3.0).powi(2) / margin.powi(2);
        let blocks = (wanted / BLOCK as f64).ceil();
        if blocks < (limit / BLOCK) as f64 { (blocks as u64 * BLOCK).max(FIRST) } else { limit }
    }

    fn note(&self, verdict: Verdict) -> Option<&'static str> {
        match verdict {
            Verdict::Inconclusive if self.question().is_hopeless() => Some(Question::HOPELESS),
            Verdict::Inconclusive if self.relation == Relation::Equal && self.margin.is_none() => {
                Some("without a `margin` a simulation can refute but not verify")
            }
            _ => None,
        }
    }
}

/// A compiled expression that is sampled.
struct Sampler {
    program: Program,
    /// What the calculus knows, where the conditional mean is sampled.
    conditional: Option<Conditional>,
    /// The conditional mean and the raw statistic on the same draws.
    both: Option<Program>,
}

impl Sampler {
    fn of(work: &Work<'_>, sampled: &[Expr], comparison: &Comparison<'_>) -> Result<Self, String> {
        let at = comparison.at;
        let conditional = match sampled {
            [side] => condition(side, work.file, at, work.effort),
            _ => None,
        };
        let raw = || sampler(sampled, at).map_err(|error| error.to_string());
        let Some(conditional) = conditional else {
            return Ok(Self { program: raw()?, conditional: None, both: None });
        };
        let Ok(program) = sampler(std::slice::from_ref(&conditional.mean), at) else {
            return Ok(Self { program: raw()?, conditional: None, both: None });
        };
        // A law known to second order cannot be sampled: then there is nothing to compare with.
        let both = compile_both(&conditional.mean, &sampled[0], at).ok();
        Ok(Self { program, conditional: Some(conditional), both })
    }

    /// Samples until every question is decided or the limit is reached.
    fn judge(
        &self,
        work: &Work<'_>,
        comparison: &Comparison<'_>,
        asked: &[Asked],
    ) -> Vec<Evidence> {
        let open =
            |reason: String| asked.iter().map(|_| comparison.open(KIND, reason.clone())).collect();
        let environment = FloatEnvironment::from(comparison.at);
        let prepared = self.program.prepare(&environment).and_then(|fixed| {
            let both = self.both.as_ref();
            Ok((fixed, both.map(|program| program.prepare(&environment)).transpose()?))
        });
        let (fixed, fixed_both) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return open(error.to_string()),
        };
        let streams = Streams::new(work, "simulation", &comparison.identities());
        let entries = self.program.output_entries();
        let variances = self.conditional.as_ref().and_then(|given| given.variances.clone());
        let share = comparison.share * if self.conditional.is_some() { OWN_SHARE } else { 1.0 };
        let limit = sample_limit(work.effort, self.program.cost());
        let limit = match &variances {
            Some(variances) => asked[0].planned(variances, share, limit),
            None => limit,
        };
        let looks = Looks::doubling(FIRST.min(limit), limit);
        let spread = variances.clone().map_or(Spread::Estimated, Spread::Bounded);
        let mut sequence = MeanSequence::new(entries, share, looks, spread);
        let mut check = self.both.as_ref().map(|_| {
            AgreementCheck::new(entries, variances, CHECK_SHARE * comparison.share, looks.first())
        });
        let mut judged: Vec<Option<(Verdict, Measurement)>> = vec![None; asked.len()];
        while let Some(due) = sequence.next_look() {
            let range = (sequence.count(), due);
            match (&self.both, &fixed_both, check.take()) {
                (Some(both), Some(fixed), Some(mut check)) => {
                    for_each_sample(both, fixed, &streams, range, |x| {
                        let (mean, raw) = x.split_at(entries);
                        sequence.push(mean);
                        check.push(mean, raw);
                    });
                    if let Some(fault) = check.fault() {
                        return open(fault);
                    }
                }
                _ => for_each_sample(&self.program, &fixed, &streams, range, |x| sequence.push(x)),
            }
            let values = sequence.estimate();
            if !values.iter().all(|value| value.is_finite()) {
                return open("a sample is not a finite number".to_owned());
            }
            let looked = sequence.look();
            for (asked, judged) in asked.iter().zip(&mut judged) {
                let undecided = matches!(judged, None | Some((Verdict::Inconclusive, _)));
                if !undecided || (judged.is_some() && asked.question().is_hopeless()) {
                    continue;
                }
                let estimate = Estimate {
                    intervals: looked.clone(),
                    values: values.clone(),
                    radius: f64::INFINITY,
                    distance: Interval::everything(),
                    biases: vec![rounding_bias(rounding(&values, &asked.prediction), entries)],
                    samples: sequence.count(),
                    method: sequence.method(),
                };
                let mut decision = judge(&asked.question(), &estimate);
                let columns = self.program.output_columns();
                decision.1.entries =
                    comparison.entries(columns, &asked.prediction, &estimate.values);
                decision.1.seed = Some(seed_text(&streams.stream(0)));
                decision.1.quantity = Some(quantity(&["law", &identity(comparison.at)]));
                *judged = Some(looked_again(judged.take(), decision));
            }
            let goes_on = |(asked, judged): (&Asked, &Option<(Verdict, Measurement)>)| {
                let hopeless = asked.question().is_hopeless();
                !hopeless && matches!(judged, Some((Verdict::Inconclusive, _)))
            };
            if !asked.iter().zip(&judged).any(goes_on) {
                break;
            }
        }
        let record = |(asked, judged): (&Asked, Option<(Verdict, Measurement)>)| {
            let (verdict, measurement) = judged.expect("there is a look: this is a bug");
            let notes = [asked.note(verdict).map(str::to_owned), self.note(looks.first())];
            let notes: Vec<String> = notes.into_iter().flatten().collect();
            Evidence {
                verdict,
                measurement: Some(measurement),
                note: (!notes.is_empty()).then(|| notes.join("; ")),
                ..comparison.at.evidence(KIND)
            }
        };
        asked.iter().zip(judged).map(record).collect()
    }

    /// What a sample is, and what that leans on.
    fn note(&self, first: u64) -> Option<String> {
        let Some(conditional) = &self.conditional else {
            let repeats = self.program.repeats();
            return (repeats > 1).then(|| {
                format!("a sample is the mean over {repeats} draws of the small random letters at one draw of the large ones")
            });
        };
        let compared = match self.both {
            Some(_) => format!("compared with the raw statistic on the first {first} draws"),
            None => "the raw statistic cannot be sampled".to_owned(),
        };
        Some(format!("{}; {compared}", conditional.words()))
    }
}

/// The program of a side, or of the difference of two.
fn sampler(sides: &[Expr], at: &Instance) -> Result<Program, SamplerError> {
    let mut lowering = Lowering::new(&at.sizes, Expectations::Sample);
    let mut output = lowering.lower(&sides[0], 0)?.node;
    if let Some(second) = sides.get(1) {
        // Terms of a sum may share copies.
        let second = lowering.lower(second, 0)?.node;
        output = lowering.graph.subtract(output, second);
    }
    let program = Program::compile(lowering.graph, vec![output], &[])?;
    if program.is_deterministic() {
        return Err(SamplerError::Deterministic);
    }
    Ok(program)
}

/// The program of two expressions on the same draws.
fn compile_both(first: &Expr, second: &Expr, at: &Instance) -> Result<Program, FloatError> {
    let mut lowering = Lowering::new(&at.sizes, Expectations::Sample);
    let outputs = vec![lowering.lower(first, 0)?.node, lowering.lower(second, 0)?.node];
    Program::compile(lowering.graph, outputs, &[])
}

/// Why nothing is sampled.
#[derive(Debug, thiserror::Error)]
enum SamplerError {
    #[error(transparent)]
    Float(#[from] FloatError),
    #[error("nothing random is left to sample")]
    Deterministic,
}
