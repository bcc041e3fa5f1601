//! Counterexamples beyond a line's own instances.

use super::plan::Line;
use crate::claim::{Claim, Proposition};
use crate::evidence::Evidence;
use crate::numeric::{Budget, check, instances, on_the_boundary};
use crate::proof::Attempt;
use crate::verdict::Verdict;

/// Seeds with which values are drawn anew: two sides that differ may agree where a drawn value
/// happens to be special.
pub(crate) const SEEDS: u64 = 4;

/// A search among small instances.
pub(crate) struct Search {
    pub(crate) seed: u64,
    pub(crate) budget: Budget,
}

impl Search {
    /// An instance at which both sides of a line differ.
    pub(super) fn counterexample(&self, line: &Line<'_>) -> Option<Evidence> {
        (1..=SEEDS)
            .find_map(|further| self.refutation(line, line.claim, self.seed.wrapping_add(further)))
    }

    /// The evidence of an attempt at a form of a line without a value at an instance, such as a
    /// limit: what is left of the difference of normal forms refutes it only with an instance at
    /// which it is not zero.
    pub(crate) fn confirmed(&self, line: &Line<'_>, claim: &Claim, attempt: Attempt) -> Evidence {
        let Attempt { mut evidence, difference, .. } = attempt;
        if claim.proposition.has_value_at_instances() || evidence.verdict == Verdict::Proved {
            return evidence;
        }
        let refutation = vanishing(line, claim, difference.as_deref()).and_then(|proposition| {
            let vanishes = Claim { proposition, ..claim.clone() };
            (0..=SEEDS).find_map(|further| {
                self.refutation(line, &vanishes, self.seed.wrapping_add(further))
            })
        });
        match refutation {
            Some(refutation) => {
                evidence.verdict = Verdict::Refuted;
                evidence.counterexample = refutation.counterexample;
                if difference.is_none() {
                    evidence.note = Some("the gradient there is not zero".to_owned());
                }
            }
            None if evidence.verdict == Verdict::Refuted => {
                evidence.verdict = Verdict::Open;
                let note = evidence.note.take().unwrap_or_default();
                evidence.note = Some(format!("{note}, but it vanishes at all small instances"));
            }
            None => {}
        }
        evidence
    }

    fn refutation(&self, line: &Line<'_>, claim: &Claim, seed: u64) -> Option<Evidence> {
        let file = &line.subject.file;
        let anywhere = Claim { grid: None, ..claim.clone() };
        let instances = instances(file, &anywhere, seed).ok()?;
        let tight = instances.iter().flat_map(|at| on_the_boundary(claim, at));
        let all = tight.chain(instances.iter().cloned());
        all.map(|at| check(file, claim, &at, &self.budget))
            .find(|piece| piece.verdict == Verdict::Refuted)
    }
}

/// What would have to vanish at every instance: a difference of normal forms, or the gradient of a
/// loss at its claimed minimiser.
fn vanishing(line: &Line<'_>, claim: &Claim, difference: Option<&str>) -> Option<Proposition> {
    let file = &line.subject.file;
    let left = match (difference, &claim.proposition) {
        (Some(difference), _) => file.expression(difference).ok()?,
        (None, Proposition::Minimizer { loss, letter, value }) => {
            let name = &letter.name;
            let text = format!("subst(grad({}, {name}), {name} -> {value})", loss.name);
            file.expression(&text).ok()?
        }
        _ => return None,
    };
    let right = match left.shape.is_scalar() {
        true => file.expression("0").ok()?,
        false => file.expression(&format!("0*({left})")).ok()?,
    };
    Some(Proposition::Equal { left, right })
}
