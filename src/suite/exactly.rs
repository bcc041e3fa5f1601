//! What involves no statistics: exact evidence, proofs, and counterexamples beyond a line's own
//! instances.

use super::Subject;
use super::gather::{Found, Run};
use super::input::InputError;
use super::lines::{mistaken, selected};
use super::memory::{Memory, Undecided};
use super::plan::{Line, Place};
use super::run::Progress;
use super::search::Search;
use crate::claim::{ClaimKind, Diagnostic, DiagnosticKind};
use crate::numeric::{ExactError, check_with_reason};
use crate::proof::attempt;
use crate::verdict::{EvidenceKind, Verdict};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// What exact arithmetic and proofs say of the selected lines.
pub(super) struct Exact<'s> {
    pub(super) lines: Vec<Line<'s>>,
    /// Ids of those that wait for more effort.
    pub(super) waiting: Vec<String>,
    pub(super) found: Vec<Found>,
    /// Places that exact arithmetic leaves to samples.
    pub(super) undecided: Vec<Place>,
    /// Ids of files with mistakes that only the evaluation shows: their lines get no verdict, but
    /// stay in the plan, which so does not depend on who has evaluated them.
    pub(super) mistaken: BTreeSet<&'s str>,
    pub(super) problems: Vec<InputError>,
}

impl Exact<'_> {
    /// Whether a line belongs to a file without mistakes.
    pub(super) fn is_sound(&self, line: usize) -> bool {
        !self.mistaken.contains(self.lines[line].subject.id.as_str())
    }
}

impl<M: Memory> Run<'_, M> {
    /// Gathers all of it for the lines in the share, and of the others what the plan depends on.
    pub(super) fn exactly<'s>(&self, subjects: &'s [Subject]) -> Result<Exact<'s>, M::Error> {
        let (all, mut problems) = selected(subjects, self.settings);
        let (waiting, lines): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|line| line.waits_for_effort(self.settings));
        let waiting: Vec<String> = waiting.iter().map(Line::id).collect();
        // Controls are refuted soon where claims are proved at length.
        let own = self.share.of(lines.iter().map(|line| line.claim.kind == ClaimKind::Refute));
        let own: Vec<usize> = (0..lines.len()).filter(|&number| own[number]).collect();
        let found = self.exact(&lines, &own)?;
        let left = found.iter().filter(|found| found.undecided == Some(Undecided::Beyond));
        let undecided: Vec<Place> = left.map(|found| found.evidence[0].0).collect();
        let mistakes = mistaken(&mistakes(&lines, &found));
        let mistaken = mistakes.iter().map(|(subject, _)| subject.id.as_str()).collect();
        problems.extend(mistakes.into_iter().map(|(_, problem)| problem));
        let mut exact = Exact { lines, waiting, found, undecided, mistaken, problems };
        let own: Vec<usize> = own.into_iter().filter(|&number| exact.is_sound(number)).collect();
        let proofs = self.proofs(&exact.lines, &own)?;
        exact.found.extend(proofs);
        let witnesses = self.witnesses(&exact.lines, &own, &exact.found)?;
        exact.found.extend(witnesses);
        Ok(exact)
    }

    /// Exact evidence at the instances of these lines, and wherever the plan depends on it.
    fn exact(&self, lines: &[Line<'_>], own: &[usize]) -> Result<Vec<Found>, M::Error> {
        if !self.settings.allows(EvidenceKind::Exact) {
            return Ok(Vec::new());
        }
        let own: BTreeSet<usize> = own.iter().copied().collect();
        let wanted = lines.iter().enumerate().filter(|(number, line)| {
            line.has_exact_value()
                && (own.contains(number) || line.is_sampled_where_undecided(self.settings))
        });
        let places: Vec<Place> = wanted
            .flat_map(|(number, line)| {
                (0..line.instances.len()).map(move |at| Place { line: number, at })
            })
            .collect();
        let budget = self.settings.exact_budget();
        let check = |place: &Place| {
            let line = &lines[place.line];
            let name = format!("exact {} {}", line.id(), place.at);
            self.unit(name, EvidenceKind::Exact, &[*place], || {
                let at = &line.instances[place.at];
                let (evidence, error) =
                    check_with_reason(&line.subject.file, line.claim, at, &budget);
                let undecided = error.map(|error| match error {
                    ExactError::NotAdmissible { .. } => Undecided::Inadmissible,
                    _ => Undecided::Beyond,
                });
                (vec![evidence], undecided)
            })
        };
        (self.watcher)(Progress::Planned(places.len()));
        places.par_iter().map(check).collect()
    }

    /// A proof, or the attempt, of every line that is not about what only numbers can show.
    fn proofs(&self, lines: &[Line<'_>], own: &[usize]) -> Result<Vec<Found>, M::Error> {
        if !self.settings.allows(EvidenceKind::Proof) {
            return Ok(Vec::new());
        }
        let prove = |&number: &usize| {
            let line = &lines[number];
            let place = Place { line: number, at: 0 };
            self.unit(format!("proof {}", line.id()), EvidenceKind::Proof, &[place], || {
                let attempt = attempt(&line.subject.file, line.claim);
                let evidence =
                    attempt.map(|attempt| self.search().confirmed(line, line.claim, attempt));
                (evidence.into_iter().collect(), None)
            })
        };
        (self.watcher)(Progress::Planned(own.len()));
        own.par_iter().map(prove).collect()
    }

    /// For lines that are neither proved nor refuted a counterexample, looked for at further small
    /// instances.
    fn witnesses(
        &self,
        lines: &[Line<'_>],
        own: &[usize],
        found: &[Found],
    ) -> Result<Vec<Found>, M::Error> {
        if !self.settings.allows(EvidenceKind::Exact) {
            return Ok(Vec::new());
        }
        let pieces = found.iter().flat_map(|found| &found.evidence);
        let decided: BTreeSet<usize> = pieces
            .filter(|(_, piece)| matches!(piece.verdict, Verdict::Proved | Verdict::Refuted))
            .map(|(place, _)| place.line)
            .collect();
        let open = |number: &usize| lines[*number].has_exact_value() && !decided.contains(number);
        let open: Vec<usize> = own.iter().copied().filter(open).collect();
        let look = |&number: &usize| {
            let line = &lines[number];
            let place = Place { line: number, at: line.instances.len() };
            self.unit(format!("search {}", line.id()), EvidenceKind::Exact, &[place], || {
                (self.search().counterexample(line).into_iter().collect(), None)
            })
        };
        (self.watcher)(Progress::Planned(open.len()));
        open.par_iter().map(look).collect()
    }

    fn search(&self) -> Search {
        Search { seed: self.settings.seed, budget: self.settings.exact_budget() }
    }
}

/// The instances of the author's own that are not admissible.
fn mistakes<'s>(lines: &[Line<'s>], found: &[Found]) -> Vec<(&'s Subject, Diagnostic)> {
    let inadmissible =
        found.iter().filter(|found| found.undecided == Some(Undecided::Inadmissible));
    let mistake = |found: &Found| {
        let (place, piece) = &found.evidence[0];
        let Line { subject, claim, instances } = &lines[place.line];
        let grid = claim.grid.as_ref().filter(|_| instances[place.at].declared)?;
        let note = piece.note.as_deref().unwrap_or_default();
        let message = format!("{note}, at {}", piece.at_words());
        let label = format!("`{}` is evaluated at it", claim.name);
        let diagnostic = Diagnostic::new(DiagnosticKind::Grid, message, grid.span, "this grid");
        Some((*subject, diagnostic.also(claim.name_span, label)))
    };
    inadmissible.filter_map(mistake).collect()
}
