//! Trying mutants: every kind of evidence that accepts a line is asked what it says of its
//! mutants, with the same instances, samples and error shares.

use super::formula::{Mutant, formula, mutants};
use super::score::{KindScore, LineScore, MutantResult, Said, Scores};
use crate::claim::{Claim, ClaimKind, Margin, Proposition};
use crate::evidence::Evidence;
use crate::numeric::{
    FloatEnvironment, Instance, check, evaluate, evaluate_exactly, instances, on_the_boundary,
};
use crate::proof::{attempt, prove};
use crate::suite::{
    InputError, Job, Line, Place, Progress, SEEDS, Search, Settings, Subject, Watcher, evidence,
    in_threads, jobs, lines, shared,
};
use crate::verdict::{EvidenceKind, Verdict};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Tries the mutants of the selected claims of all subjects; what could not be tried is among the
/// problems.
///
/// Mutants that the prover shows to say the same as the line (of a bound: to be true as well) are
/// equivalent and tried no further. A measurement is made once a line: only the prediction of a
/// mutant is another one.
///
/// # Panics
/// If the system gives no threads.
pub fn try_mutants(
    subjects: &[Subject],
    settings: &Settings,
    watcher: Watcher<'_>,
) -> (Scores, Vec<InputError>) {
    in_threads(settings, || {
        let mut problems = Vec::new();
        let mut scores = Vec::new();
        for subject in subjects {
            let (lines, wrong) = lines(std::slice::from_ref(subject), settings);
            problems.extend(wrong);
            scores.extend(Trial { lines: &lines, settings, watcher }.scores());
        }
        // A selection is about all subjects together.
        if !scores.is_empty() {
            problems.retain(|problem| !matches!(problem, InputError::NothingSelected { .. }));
        }
        let version = env!("CARGO_PKG_VERSION").to_owned();
        (Scores::new(version, settings, scores), problems)
    })
}

/// The lines of a subject.
struct Trial<'a> {
    lines: &'a [Line<'a>],
    settings: &'a Settings,
    watcher: Watcher<'a>,
}

/// A mutant with what is known of it so far.
struct Tried {
    /// Its line, by number.
    line: usize,
    mutant: Mutant,
    equivalent: bool,
    /// Relative changes of the prediction at the instances where it is measured.
    effect: Option<f64>,
    /// One of them is at least twice the need of the line.
    large: bool,
    said: BTreeMap<EvidenceKind, Said>,
}

impl Trial<'_> {
    fn scores(&self) -> Vec<LineScore> {
        let mut tried = self.mutants();
        (self.watcher)(Progress::Planned(tried.len()));
        tried.par_iter_mut().for_each(|one| {
            self.decide(one);
            (self.watcher)(Progress::Done);
        });
        let jobs = jobs(self.lines, self.settings, &[]);
        let budget = shared(self.settings, &jobs);
        let of_claims: Vec<&Job<'_>> = jobs
            .iter()
            .filter(|job| job.places().iter().any(|place| self.is_tried(place.line)))
            .collect();
        (self.watcher)(Progress::Planned(of_claims.len()));
        let measured: Vec<(EvidenceKind, Place, Vec<Evidence>)> = of_claims
            .par_iter()
            .flat_map_iter(|job| {
                let claim = |number: usize| tried[number].mutant.claim.clone();
                let forms =
                    |place: Place| alive(&tried, place.line).into_iter().map(claim).collect();
                let found = evidence(job, self.lines, self.settings, budget.as_ref(), forms);
                (self.watcher)(Progress::Done);
                found.into_iter().map(|(place, pieces)| (job.kind(), place, pieces))
            })
            .collect();
        for (kind, place, pieces) in measured {
            let numbers = alive(&tried, place.line);
            let line = &self.lines[place.line];
            for (number, piece) in numbers.into_iter().zip(pieces) {
                let one = &mut tried[number];
                one.note_effect(line.claim, &line.instances[place.at]);
                one.note(kind, &piece);
            }
        }
        self.collected(tried)
    }

    fn is_tried(&self, line: usize) -> bool {
        self.lines[line].claim.kind == ClaimKind::Claim
    }

    fn mutants(&self) -> Vec<Tried> {
        let Some(first) = self.lines.first() else { return Vec::new() };
        let file = &first.subject.file;
        let numbers: Vec<usize> =
            (0..self.lines.len()).filter(|&line| self.is_tried(line)).collect();
        let place = |line: &usize| {
            let name = &self.lines[*line].claim.name;
            file.claims.iter().position(|claim| claim.name == *name).expect("a line of the file")
        };
        let places: Vec<usize> = numbers.iter().map(place).collect();
        let tried = |mutant: Mutant| {
            let found = places.iter().position(|&place| place == mutant.line);
            let line = numbers[found.expect("a mutant of one of the lines")];
            let said = BTreeMap::new();
            Tried { line, mutant, equivalent: false, effect: None, large: false, said }
        };
        mutants(file, &places).into_iter().map(tried).collect()
    }

    /// Exact evidence and proof.
    fn decide(&self, one: &mut Tried) {
        let line = &self.lines[one.line];
        let file = &line.subject.file;
        let wrong = &one.mutant.claim;
        let by_calculus =
            line.has_exact_value() || !line.claim.proposition.has_value_at_instances();
        if !by_calculus {
            let same = Proposition::Equal {
                left: formula(&line.claim.proposition).clone(),
                right: formula(&wrong.proposition).clone(),
            };
            let same = Claim { proposition: same, ..line.claim.clone() };
            let proof = prove(file, &same);
            one.equivalent = proof.is_some_and(|proof| proof.verdict == Verdict::Proved);
            return;
        }
        let (exact, proof) = (EvidenceKind::Exact, EvidenceKind::Proof);
        let mut agreeing = 0;
        if self.settings.allows(exact) && line.has_exact_value() {
            let budget = self.settings.exact_budget();
            // Small instances first: most mutants differ there already.
            let anywhere = Claim { grid: None, ..line.claim.clone() };
            let small = (0..=SEEDS).filter_map(|further| {
                instances(file, &anywhere, self.settings.seed.wrapping_add(further)).ok()
            });
            let small: Vec<Instance> = small.flatten().collect();
            let tight = small.iter().flat_map(|at| on_the_boundary(wrong, at));
            let places = small.iter().cloned().chain(tight).chain(line.instances.iter().cloned());
            for at in places {
                let piece = check(file, wrong, &at, &budget);
                agreeing += usize::from(piece.verdict == Verdict::Verified);
                if piece.verdict == Verdict::Refuted {
                    one.note(exact, &piece);
                    return;
                }
            }
        }
        let search = Search { seed: self.settings.seed, budget: self.settings.exact_budget() };
        let shown = attempt(file, wrong).map(|attempt| search.confirmed(line, wrong, attempt));
        one.equivalent = shown.as_ref().is_some_and(|piece| piece.verdict == Verdict::Proved);
        if let Some(mut piece) = shown.filter(|_| self.settings.allows(proof)) {
            if piece.verdict == Verdict::Open && agreeing > 0 {
                let reason = piece.note.as_deref().unwrap_or("not proved");
                piece.note = Some(format!("agrees at {agreeing} instances; {reason}"));
            }
            one.note(exact, &piece);
        }
    }

    fn collected(&self, tried: Vec<Tried>) -> Vec<LineScore> {
        let mut scores: Vec<LineScore> = Vec::new();
        for (number, line) in self.lines.iter().enumerate().filter(|(at, _)| self.is_tried(*at)) {
            scores.push(LineScore {
                id: line.id(),
                statement: line.claim.proposition.to_string(),
                mutants: 0,
                equivalent: 0,
                kinds: Vec::new(),
                survivors: Vec::new(),
            });
            let score = scores.last_mut().expect("just pushed");
            for one in tried.iter().filter(|one| one.line == number) {
                score.mutants += 1;
                score.equivalent += u64::from(one.equivalent);
                if one.equivalent {
                    continue;
                }
                for (&kind, said) in &one.said {
                    KindScore::of(&mut score.kinds, kind).count(said, one.large);
                }
                if one.said.values().any(|said| said.verdict != Verdict::Refuted) {
                    score.survivors.push(one.result());
                }
            }
            score.kinds.sort_by_key(|kind| kind.kind);
        }
        scores
    }
}

/// The numbers of the mutants of a line that are not equivalent.
fn alive(tried: &[Tried], line: usize) -> Vec<usize> {
    let alive = |number: &usize| tried[*number].line == line && !tried[*number].equivalent;
    (0..tried.len()).filter(alive).collect()
}

impl Tried {
    /// One refutation rejects it; agreement at one instance is no excuse for doubt at another.
    fn note(&mut self, kind: EvidenceKind, piece: &Evidence) {
        let weight = |verdict| match verdict {
            Verdict::Refuted => 3,
            Verdict::Inconclusive => 2,
            Verdict::Open => 1,
            Verdict::Proved | Verdict::Verified => 0,
        };
        let said = Said::of(piece);
        let known = self.said.entry(kind).or_insert_with(|| said.clone());
        if weight(said.verdict) > weight(known.verdict) {
            *known = said;
        }
    }

    /// How much the prediction differs at an instance, and whether that is much.
    fn note_effect(&mut self, right: &Claim, at: &Instance) {
        let value = |claim: &Claim| {
            let expr = formula(&claim.proposition);
            if expr.contains_expectation() {
                return evaluate_exactly(expr, at, &crate::numeric::Budget::default())
                    .ok()
                    .map(|value| value.to_f64());
            }
            let matrix = evaluate(expr, &FloatEnvironment::from(at)).ok()?;
            Some(matrix.col_iter().flat_map(|column| column.iter().copied()).collect())
        };
        let (Some(before), Some(after)): (Option<Vec<f64>>, Option<Vec<f64>>) =
            (value(right), value(&self.mutant.claim))
        else {
            return;
        };
        let length =
            |entries: &mut dyn Iterator<Item = f64>| entries.map(|x| x * x).sum::<f64>().sqrt();
        let size = length(&mut before.iter().copied());
        let moved = length(&mut before.iter().zip(&after).map(|(a, b)| a - b)) / size;
        if !moved.is_finite() {
            return;
        }
        self.effect = Some(self.effect.map_or(moved, |known| known.max(moved)));
        let need = right.margin.as_deref().map(|margin: &Margin| {
            let need = margin.need.to_f64().value();
            if margin.absolute { need / size } else { need }
        });
        self.large |= need.is_some_and(|need| moved >= 2.0 * need);
    }

    fn result(&self) -> MutantResult {
        MutantResult {
            operator: self.mutant.operator,
            statement: self.mutant.statement.clone(),
            effect: self.effect,
            large: self.large,
            said: self.said.clone(),
        }
    }
}
