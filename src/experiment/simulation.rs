//! Simulated evidence: both sides of `==` (or of a bound) by samples of the declared laws.

use super::prediction::{predict, seed_text, widen};
use super::sampling::{BLOCK, Streams, for_each_sample, sample_limit};
use super::{Comparison, Work};
use crate::claim::{Comparison as Direction, Expr, Proposition};
use crate::evidence::Evidence;
use crate::numeric::{Expectations, FloatEnvironment, FloatError, Lowering, Program};
use crate::statistics::{Estimate, Looks, Margin, MeanSequence, Question, Relation, Spread, judge};
use crate::verdict::{EvidenceKind, Verdict};

/// Evidence for or against a line with expectations, by sampling its laws at an instance.
///
/// One side is sampled without bias, the other is the prediction: it must have a value without
/// sampling. A bound with expectations on both sides is judged by their difference. The samples
/// are judged by a confidence sequence that holds for heavy tails. Without a margin an equation
/// can be refuted or stay inconclusive.
pub fn simulate(work: &Work<'_>, comparison: &Comparison<'_>) -> Evidence {
    match Plan::of(work, comparison) {
        Ok(plan) => plan.run(work, comparison),
        Err(reason) => comparison.open(EvidenceKind::Simulation, reason),
    }
}

/// What is sampled and what it is compared with.
struct Plan {
    relation: Relation,
    prediction: Vec<f64>,
    program: Program,
}

impl Plan {
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
                (false, true) => (vec![right], turned, predict(left)?),
                (true, false) => (vec![left], relation, predict(right)?),
                (true, true) => match predict(right) {
                    Ok(prediction) => (vec![left], relation, prediction),
                    Err(_) if relation != Relation::Equal => {
                        (vec![left, right], relation, vec![0.0])
                    }
                    Err(reason) => return Err(reason),
                },
            };
        let program = compile(&sampled, comparison).map_err(|error| error.to_string())?;
        if program.is_deterministic() {
            return Err("nothing random is left to sample".to_owned());
        }
        Ok(Self { relation, prediction, program })
    }

    fn run(&self, work: &Work<'_>, comparison: &Comparison<'_>) -> Evidence {
        let kind = EvidenceKind::Simulation;
        let fixed = match self.program.prepare(&FloatEnvironment::from(comparison.at)) {
            Ok(fixed) => fixed,
            Err(error) => return comparison.open(kind, error.to_string()),
        };
        let streams = Streams::new(work, "simulation", &comparison.identities());
        let limit = sample_limit(work.effort, self.program.cost());
        let looks = Looks::doubling((8 * BLOCK).min(limit), limit);
        let entries = self.program.output_entries();
        let mut sequence = MeanSequence::new(entries, comparison.share, looks, Spread::Estimated);
        let margin = comparison.margin();
        let question = Question { relation: self.relation, prediction: &self.prediction, margin };
        let mut evidence = comparison.at.evidence(kind);
        while let Some(due) = sequence.next_look() {
            let range = (sequence.count(), due);
            for_each_sample(&self.program, &fixed, &streams, range, |x| sequence.push(x));
            let values = sequence.estimate();
            if !values.iter().all(|value| value.is_finite()) {
                return comparison.open(kind, "a sample is not a finite number");
            }
            let intervals = widen(sequence.look(), &values, &self.prediction);
            let estimate = Estimate {
                values,
                intervals,
                radius: f64::INFINITY,
                samples: sequence.count(),
                method: sequence.method(),
            };
            let (verdict, mut measurement) = judge(&question, &estimate);
            measurement.seed = Some(seed_text(&streams.stream(0)));
            evidence.verdict = verdict;
            evidence.measurement = Some(measurement);
            let hopeless = self.is_zero_under_relative_margin(margin);
            if verdict != Verdict::Inconclusive || hopeless {
                break;
            }
        }
        evidence.note = self.note(margin, evidence.verdict);
        evidence
    }

    fn is_zero_under_relative_margin(&self, margin: Option<Margin>) -> bool {
        self.relation == Relation::Equal
            && matches!(margin, Some(Margin::Relative(_)))
            && self.prediction.iter().all(|&entry| entry == 0.0)
    }

    fn note(&self, margin: Option<Margin>, verdict: Verdict) -> Option<String> {
        let repeats = self.program.repeats();
        let nested = (repeats > 1).then(|| {
            format!("a sample is the mean over {repeats} draws of the small random letters at one draw of the large ones")
        });
        let undecided = match verdict {
            Verdict::Inconclusive if self.is_zero_under_relative_margin(margin) => Some(
                "the predicted value is zero here, where no margin is relative; write `margin ... absolute`".to_owned(),
            ),
            Verdict::Inconclusive if self.relation == Relation::Equal && margin.is_none() => {
                Some("without a `margin` a simulation can refute but not verify".to_owned())
            }
            _ => None,
        };
        let notes: Vec<String> = undecided.into_iter().chain(nested).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}

/// The program of a side, or of the difference of two.
fn compile(sides: &[&Expr], comparison: &Comparison<'_>) -> Result<Program, FloatError> {
    let mut lowering = Lowering::new(&comparison.at.sizes, Expectations::Sample);
    let mut output = lowering.lower(sides[0], 0)?.node;
    if let Some(second) = sides.get(1) {
        // Terms of a sum may share copies.
        let second = lowering.lower(second, 0)?.node;
        output = lowering.graph.subtract(output, second);
    }
    Program::compile(lowering.graph, vec![output], &[])
}
