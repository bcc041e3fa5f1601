//! Expectations over letters that are known to second order only.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::Elaborator;
use super::environment::Checked;
use super::moments::{Degree, degrees};
use super::tree::{Expr, LawKind, Letter, Node};
use std::sync::Arc;

impl Elaborator<'_> {
    /// Checks that the declared moments determine `E[body; over]`.
    pub(super) fn check_moments(&self, body: &Expr, over: Option<&[Arc<Letter>]>) -> Checked<()> {
        let mut free = body.free_random_letters();
        free.retain(|letter| letter.law().is_some_and(|law| law.kind != LawKind::Gaussian));
        let integrated =
            |letter: &Letter| over.is_none_or(|over| over.iter().any(|it| it.name == letter.name));
        let mut groups: Vec<&Arc<str>> = Vec::new();
        for letter in free.iter().filter(|letter| integrated(letter)) {
            let group = group(letter);
            if groups.contains(&group) {
                continue;
            }
            groups.push(group);
            let members: Vec<Arc<Letter>> =
                free.iter().filter(|other| self::group(other) == group).cloned().collect();
            if let Some(other) = members.iter().find(|other| !integrated(other)) {
                let message =
                    format!("`E` over `{}` meets `{}` of the same group", letter.name, other.name);
                return Err(Diagnostic::new(DiagnosticKind::UndeclaredMoment, message, body.span, format!("contains `{}`", other.name))
                    .note("letters of one group may depend on each other: E over one of them is not declared")
                    .help(format!("take the expectation over both: `E[...; {}, {}]`", letter.name, other.name))
                    .into());
            }
            self.check_group(body, &members)?;
        }
        Ok(())
    }

    fn check_group(&self, body: &Expr, members: &[Arc<Letter>]) -> Checked<()> {
        let Some(found) = degrees(body, members) else {
            let message = "this expectation is too large to see which moments it needs";
            return Err(
                Diagnostic::new(DiagnosticKind::UndeclaredMoment, message, body.span, "").into()
            );
        };
        if found.iter().all(|degree| degree.is_declared()) {
            return Ok(());
        }
        let place = undeclared_place(body, members);
        let degree = degrees(place, members)
            .into_iter()
            .flatten()
            .filter(|degree| !degree.is_declared())
            .max_by_key(|degree| degree.total())
            .map_or(0, Degree::total);
        let mut letters = place.free_random_letters();
        letters.retain(|letter| members.iter().any(|member| member.name == letter.name));
        if letters.is_empty() {
            letters = members.to_vec();
        }
        let names: Vec<String> =
            letters.iter().map(|letter| format!("`{}`", letter.name)).collect();
        let names = names.join(" and ");
        let moment = match degree {
            1 => "the mean".to_owned(),
            3 => "a third moment".to_owned(),
            4 => "a fourth moment".to_owned(),
            5 => "a fifth moment".to_owned(),
            6 => "a sixth moment".to_owned(),
            _ => format!("a moment of order {degree}"),
        };
        let message = format!("this expectation needs {moment} of {names}");
        let label = format!("degree {degree} in {names}");
        let mut diagnostic =
            Diagnostic::new(DiagnosticKind::UndeclaredMoment, message, place.span, label);
        if self.in_file() {
            for letter in &letters {
                diagnostic = diagnostic.also(letter.span, "known to second order only");
            }
        }
        for letter in &letters {
            let Some(law) = letter.law() else { continue };
            let rest = &self.environment.text[letter.span.start..law.covariance.span.end];
            diagnostic = diagnostic.help(match degree {
                1 => format!("`secondorder0 {rest}` declares mean zero"),
                _ => format!("`gaussian {rest}` declares all moments"),
            });
        }
        Err(diagnostic.into())
    }
}

fn group(letter: &Letter) -> &Arc<str> {
    letter.law().map_or(&letter.name, |law| &law.group)
}

/// The summand that needs an undeclared moment.
fn undeclared_place<'e>(body: &'e Expr, members: &[Arc<Letter>]) -> &'e Expr {
    let undeclared = |expr: &Expr| {
        degrees(expr, members).is_none_or(|found| found.iter().any(|it| !it.is_declared()))
    };
    let mut place = body;
    loop {
        place = match &*place.node {
            Node::Add(a, b) | Node::Subtract(a, b) => {
                if undeclared(a) {
                    a
                } else {
                    b
                }
            }
            Node::Negate(a) | Node::Divide(a, _) => a,
            _ => return place,
        };
    }
}
