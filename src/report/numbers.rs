//! A LaTeX macro for every number that a report quotes.

use super::number::short;
use super::words;
use crate::evidence::{Evidence, Measurement};
use crate::suite::{ClaimResult, Results};
use std::collections::BTreeSet;
use std::fmt::Write;

const INFALLIBLE: &str = "a string takes everything";

/// What stands in front of the keys: how they are read, and the macro that reads them.
const HEAD: &str = r"% Numbers of an Isserlis report, for a paper: \input{numbers} in the preamble, then write
%   \isserlis{ID:verdict}           verdict of a line
%   \isserlis{ID:estimate}          a number of its weakest measurement, as the report quotes it:
%                                   predicted, estimate, low, high, interval, margin, caught, samples
%   \isserlis{ID:KIND:PLACE:low}    a number of every measurement, such as
%                                   ID:training:N=6,d=2,sigma=1/2:low; a second one there is ...:2:low
%   \isserlis{ID:slack}             least room of a bound; ID:left, ID:right: sides of a counterexample
%   \isserlis{run:proved}           a count of the run: proved, verified, refuted, inconclusive, open,
%                                   claims, controls, rejected; run:seed, run:budget, run:version
% A key that the report does not have is printed in bold and warned of.
\makeatletter
\providecommand{\isserlis}[1]{\@ifundefined{isserlis@#1}{\textbf{\detokenize{#1}?}\@latex@warning{Isserlis
  has no number `\detokenize{#1}'}}{\@nameuse{isserlis@#1}}}
\providecommand{\isserlis@set}[2]{\expandafter\gdef\csname isserlis@#1\endcsname{#2}}
";

/// The macros as a LaTeX file for the preamble of any document.
pub fn numbers(results: &Results) -> String {
    let mut macros = Macros { out: HEAD.to_owned(), known: BTreeSet::new() };
    let summary = &results.summary;
    let claims =
        summary.proved + summary.verified + summary.refuted + summary.inconclusive + summary.open;
    let counts = [
        ("proved", summary.proved),
        ("verified", summary.verified),
        ("refuted", summary.refuted),
        ("inconclusive", summary.inconclusive),
        ("open", summary.open),
        ("claims", claims),
        ("controls", summary.controls),
        ("rejected", summary.controls_rejected),
        ("seed", results.seed),
    ];
    for (name, count) in counts {
        macros.set(&format!("run:{name}"), &count.to_string());
    }
    macros.set("run:budget", &tex(results.error_budget));
    macros.set("run:version", &results.version);
    for result in &results.claims {
        macros.line(result);
    }
    macros.out.push_str("\\makeatother\n");
    macros.out
}

struct Macros {
    out: String,
    known: BTreeSet<String>,
}

impl Macros {
    fn set(&mut self, key: &str, value: &str) {
        writeln!(self.out, "\\isserlis@set{{{key}}}{{{value}}}").expect(INFALLIBLE);
    }

    fn line(&mut self, result: &ClaimResult) {
        let id = key(&result.id);
        self.set(&format!("{id}:verdict"), result.verdict.word());
        if let Some((_, measurement)) = words::weakest(result).first() {
            self.measurement(&id, measurement);
        }
        for piece in &result.evidence {
            if let Some(measurement) = &piece.measurement {
                let key = self.unique(&format!("{id}:{}", place(piece)));
                self.measurement(&key, measurement);
            }
        }
        if let Some(slack) = &result.slack {
            self.set(&format!("{id}:slack"), &tex(slack.min));
        }
        // Matrices stand in the report alone.
        if let Some(witness) = &result.counterexample {
            for (name, side) in [("left", &witness.left), ("right", &witness.right)] {
                if !side.contains('[') {
                    self.set(&format!("{id}:{name}"), &format!("\\ensuremath{{{side}}}"));
                }
            }
        }
    }

    fn measurement(&mut self, id: &str, measurement: &Measurement) {
        let [low, high] = measurement.interval.map(tex);
        let mut numbers = vec![
            ("predicted", tex(measurement.predicted)),
            ("estimate", tex(measurement.estimate)),
            ("interval", format!("\\ensuremath{{[}}{low}, {high}\\ensuremath{{]}}")),
            ("low", low),
            ("high", high),
            ("samples", measurement.samples.to_string()),
        ];
        let part = |value: f64| match measurement.absolute {
            true => tex(value),
            false => format!("{}\\,\\%", tex(100.0 * value)),
        };
        numbers.extend(measurement.margin.map(|margin| ("margin", part(margin))));
        numbers.extend(measurement.smallest_caught.map(|caught| ("caught", part(caught))));
        for (name, value) in numbers {
            self.set(&format!("{id}:{name}"), &value);
        }
    }

    /// The key, numbered from the second measurement on that has it.
    fn unique(&mut self, key: &str) -> String {
        let numbered = (2..).map(|count| format!("{key}:{count}"));
        let mut keys = std::iter::once(key.to_owned()).chain(numbered);
        keys.find(|key| self.known.insert(key.clone())).expect("there are more numbers than keys")
    }
}

/// The kind of evidence and its place, without blanks.
fn place(piece: &Evidence) -> String {
    key(&format!("{}:{}", piece.kind, piece.at_words().replace(' ', "")))
}

/// A name in which no character means anything to LaTeX within a key.
fn key(text: &str) -> String {
    let harmless = |letter: char| letter.is_ascii_graphic() && !"\\{}%#~^$&\"".contains(letter);
    text.chars().map(|letter| if harmless(letter) { letter } else { '.' }).collect()
}

/// A number as LaTeX sets it, in text and in formulas; `unbounded` and `undefined` stay words.
fn tex(value: f64) -> String {
    let text = short(value);
    if text.starts_with('u') {
        return text;
    }
    match text.split_once('e') {
        Some((digits, power)) => format!("\\ensuremath{{{digits}\\cdot10^{{{power}}}}}"),
        None => format!("\\ensuremath{{{text}}}"),
    }
}
