//! `by RULE(premises)`: the named proof rules, and what stands behind the name on a line.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::environment::Checked;
use super::surface::By;
use super::tree::{Claim, ClaimKind, ProofRule, Proposition};

/// A named proof rule: a theorem about trainings whose premises are claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedRule {
    /// The name.
    pub name: &'static str,
    /// What each premise has to say, in order.
    pub premises: &'static [&'static str],
    /// What a further premise may say.
    pub optional: &'static str,
}

impl NamedRule {
    /// All rules.
    pub const ALL: &[Self] = &[Self {
        name: "gradient_dominance",
        premises: &[
            "kept: lie(Q, L, ...) == 0, or b*|grad L|^2, in all trained letters",
            "floor: S >= Q, or S - Q == R with R visibly nonnegative",
            "slope: tr(grad(L, x)*grad(L, x)') == S*P at Y = E - V",
            "excess: L - C == c*R at Y = E - V, with C free of the trained letters",
            "dominance: P >= k*R, or P - k*R >= 0, given form Y",
        ],
        optional: "start: Q with the start put in == e, with e visibly positive",
    }];
}

/// The rule of a line, with premises that are claims above it.
pub(super) fn proof_rule(
    by: &By,
    proposition: &Proposition,
    above: &[Claim],
) -> Checked<ProofRule> {
    let span = by.rule.span;
    let Some(rule) = NamedRule::ALL.iter().find(|rule| rule.name == by.rule.text) else {
        let message = format!("unknown proof rule `{}`", by.rule.text);
        let names: Vec<String> =
            NamedRule::ALL.iter().map(|rule| format!("`{}`", rule.name)).collect();
        return Err(Diagnostic::new(
            DiagnosticKind::UnknownWord,
            message,
            span,
            "not a proof rule",
        )
        .note(format!("the proof rules: {}", names.join(", ")))
        .into());
    };
    let usage = || {
        let premises = rule.premises.join("\n");
        format!(
            "the premises of `{}` are\n{premises}\nand, if needed,\n{}",
            rule.name, rule.optional
        )
    };
    if !matches!(proposition, Proposition::Reaches { .. }) {
        let message = format!("`{}` proves the limit of a training", rule.name);
        return Err(Diagnostic::new(
            DiagnosticKind::ProofRule,
            message,
            span,
            "this line is no `reaches`",
        )
        .into());
    }
    if !(rule.premises.len()..=rule.premises.len() + 1).contains(&by.premises.len()) {
        let message = format!("`{}` has {} premises", rule.name, rule.premises.len());
        let label = format!("{} given", by.premises.len());
        return Err(Diagnostic::new(DiagnosticKind::ProofRule, message, span, label)
            .note(usage())
            .into());
    }
    for premise in &by.premises {
        let message = match above.iter().find(|claim| claim.name == premise.text) {
            Some(claim) if claim.kind == ClaimKind::Claim => continue,
            Some(_) => format!("the premise `{}` is a control", premise.text),
            None => format!("no claim `{}` above this line", premise.text),
        };
        return Err(Diagnostic::new(
            DiagnosticKind::ProofRule,
            message,
            premise.span,
            "a premise is a claim above",
        )
        .note(usage())
        .into());
    }
    let premises = by.premises.iter().map(|premise| premise.text.clone()).collect();
    Ok(ProofRule { rule: rule.name.to_owned(), premises })
}
