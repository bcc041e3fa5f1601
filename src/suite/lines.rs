//! The lines of a run with their instances, and what is wrong with those that are missing.

use super::input::InputError;
use super::plan::Line;
use super::selection::suggestion;
use super::{Settings, Subject};
use crate::claim::{Diagnostic, DiagnosticKind};
use crate::numeric::{Instance, instances};
use rayon::prelude::*;

/// The selected lines of all subjects with their instances, and what is wrong with those that are
/// missing: a mistake in an `at` of a file is an error of the whole file. Lines that wait for more
/// effort are among them.
pub(super) fn selected<'s>(
    subjects: &'s [Subject],
    settings: &Settings,
) -> (Vec<Line<'s>>, Vec<InputError>) {
    let mut problems = Vec::new();
    let mut chosen = Vec::new();
    let mut known = Vec::new();
    for subject in subjects {
        for claim in &subject.file.claims {
            let line = Line { subject, claim, instances: Vec::new() };
            let id = line.id();
            if settings.selection.contains(&id) {
                chosen.push(line);
            }
            known.push(id);
        }
    }
    if chosen.is_empty() && !known.is_empty() {
        problems.push(nothing_selected(settings, &known));
    }
    let found: Vec<_> = chosen.par_iter().map(|line| instances_of(line, settings)).collect();
    let mut mistakes: Vec<(&Subject, Diagnostic)> = Vec::new();
    for (line, instances) in chosen.iter_mut().zip(found) {
        match instances {
            Ok(instances) => line.instances = instances,
            Err(diagnostic) => mistakes.push((line.subject, *diagnostic)),
        }
    }
    let mistaken = mistaken(&mistakes);
    chosen.retain(|line| !mistaken.iter().any(|(subject, _)| subject.id == line.subject.id));
    problems.extend(mistaken.into_iter().map(|(_, problem)| problem));
    (chosen, problems)
}

/// The subjects with mistakes, each with all of its own: such a file yields no verdicts.
pub(super) fn mistaken<'s>(
    mistakes: &[(&'s Subject, Diagnostic)],
) -> Vec<(&'s Subject, InputError)> {
    let mut all: Vec<(&Subject, Vec<Diagnostic>)> = Vec::new();
    for (subject, diagnostic) in mistakes {
        let known = all.iter().position(|(other, _)| other.id == subject.id);
        let place = known.unwrap_or_else(|| {
            all.push((subject, Vec::new()));
            all.len() - 1
        });
        // At most one a statement: several lines may stand under one grid.
        let (_, own) = &mut all[place];
        if !own.iter().any(|one| one.primary.span == diagnostic.primary.span) {
            own.push(diagnostic.clone());
        }
    }
    let problem = |(subject, own): (&'s Subject, Vec<Diagnostic>)| {
        (subject, InputError::mistakes(&subject.path, &subject.file.text, &own))
    };
    all.into_iter().map(problem).collect()
}

fn nothing_selected(settings: &Settings, known: &[String]) -> InputError {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let patterns = &settings.selection.patterns;
    let near = patterns.iter().filter_map(|pattern| suggestion(pattern, &known)).next();
    let help = near.map_or_else(
        || "`isserlis list` shows what there is".to_owned(),
        |id| format!("did you mean `{id}`?"),
    );
    let patterns = patterns.join("`, `");
    InputError::NothingSelected { message: format!("no line matches `{patterns}`; {help}") }
}

fn instances_of(line: &Line<'_>, settings: &Settings) -> Result<Vec<Instance>, Box<Diagnostic>> {
    if !line.claim.proposition.has_value_at_instances() {
        return Ok(Vec::new());
    }
    match (instances(&line.subject.file, line.claim, settings.seed), &line.claim.grid) {
        (Ok(found), _) => Ok(found),
        (Err(error), Some(grid)) => {
            let name = &line.claim.name;
            Err(Box::new(
                Diagnostic::new(DiagnosticKind::Grid, error.to_string(), grid.span, "this grid")
                    .also(line.claim.name_span, format!("`{name}` is evaluated at it")),
            ))
        }
        // Without a grid of the author's the line is just not evaluated.
        (Err(_), None) => Ok(Vec::new()),
    }
}
