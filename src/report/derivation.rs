//! A derivation as LaTeX, fit for an appendix: needs amsmath and amssymb.

use crate::proof::{Derived, DerivedExpectation, Lines};
use std::fmt::Write;

const INFALLIBLE: &str = "a string takes everything";

/// The derivation as paragraphs of LaTeX, a line end behind each line.
pub fn derivation(derived: &Derived) -> String {
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").expect(INFALLIBLE);
    line(format!("% {}: {}", derived.name, derived.statement));
    line("% amsmath, amssymb".to_owned());
    line(format!("\\paragraph{{Claim}} $\\displaystyle {}$.", derived.statement_latex));
    if !derived.definitions.is_empty() {
        let definitions = derived.definitions.iter();
        let definitions = definitions.map(|[name, value]| format!("${name} = {value}$"));
        line(format!("Here {}.", definitions.collect::<Vec<_>>().join(", ")));
    }
    for expectation in &derived.expectations {
        line(String::new());
        steps(expectation, &mut line);
    }
    line(String::new());
    line("\\paragraph{Both sides}".to_owned());
    line("\\begin{align*}".to_owned());
    line(format!("\\text{{left}} &= {} \\\\", aligned(&derived.sides[0])));
    line(format!("\\text{{right}} &= {}", aligned(&derived.sides[1])));
    line("\\end{align*}".to_owned());
    line(match &derived.difference {
        None => "In normal form the difference is $0$: the claim holds for all sizes.".to_owned(),
        Some(difference) => format!("They differ by $\\displaystyle {difference}$."),
    });
    out
}

fn steps(expectation: &DerivedExpectation, line: &mut impl FnMut(String)) {
    line(format!("\\paragraph{{Expectation}} $\\displaystyle {}$.", expectation.expression));
    if let Some(name) = &expectation.contracted_with {
        line(format!("It is contracted with an arbitrary matrix ${name}$ under the trace."));
    }
    line("The integrand expands to".to_owned());
    line("\\begin{align*}".to_owned());
    line(format!("&{}", aligned(&expectation.integrand)));
    line("\\end{align*}".to_owned());
    for part in &expectation.parts {
        line(format!("Integrating by parts in ${}$:", part.letter));
        line("\\begin{align*}".to_owned());
        for (index, (state, sum)) in part.equations.iter().enumerate() {
            let end = if index + 1 == part.equations.len() { "" } else { " \\\\" };
            line(format!("{state} &= {}{end}", aligned(sum)));
        }
        line("\\end{align*}".to_owned());
    }
    line("So its value is".to_owned());
    line("\\begin{align*}".to_owned());
    line(format!("&{}", aligned(&expectation.value)));
    line("\\end{align*}".to_owned());
}

/// A sum in the lines of an `align`.
fn aligned(lines: &Lines) -> String {
    lines.join(" \\\\\n  &\\quad ")
}
