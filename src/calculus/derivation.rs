//! How an expectation was computed, in the words of the claim language.

use super::algebra::Algebra;
use super::alphabet::LetterId;
use super::expectation::{Record, State};
use super::monomial::Atom;

/// How one expectation was computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// The expectation as written.
    pub expression: String,
    /// For a matrix the letter with which it is closed to a trace, with its row and column space.
    pub marker: Option<(String, [String; 2])>,
    /// The integrand, closed and expanded.
    pub integrand: String,
    /// Each integration by parts: the letter that is paired, the expectation, and what it equals.
    pub steps: Vec<(String, String, String)>,
    /// The value, closed as the integrand.
    pub value: String,
}

impl Algebra {
    /// A record in words.
    pub(super) fn derivation(
        &self,
        record: &Record,
        expression: String,
        marker: Option<LetterId>,
    ) -> Derivation {
        let marker = marker.map(|letter| {
            let space = |space| self.alphabet.space_name(space).to_string();
            let sides = [space(self.alphabet.rows(letter)), space(self.alphabet.columns(letter))];
            (self.alphabet.name(letter).to_string(), sides)
        });
        let steps = record.steps.iter().map(|step| {
            let summands: Vec<String> = step
                .to
                .iter()
                .map(|(times, factors, state)| {
                    let mut parts: Vec<String> = Vec::new();
                    let factors = self.show_monomial(*factors);
                    parts.extend((*times != 1).then(|| times.to_string()));
                    parts.extend((!factors.is_empty()).then_some(factors));
                    parts.extend((!state.is_empty()).then(|| self.show_expectation(state)));
                    if parts.is_empty() { "1".to_owned() } else { parts.join("*") }
                })
                .collect();
            let letter = self.random_name(step.random).to_string();
            (letter, self.show_expectation(&step.state), summands.join(" + "))
        });
        let steps = steps.map(|(letter, state, sum)| (letter, state, self.with_scales_shown(&sum)));
        Derivation {
            expression,
            marker,
            integrand: self.show(&record.input),
            steps: steps.collect(),
            value: self.show(&record.result),
        }
    }

    /// The values of the scalars in front of covariances, for their symbols.
    fn with_scales_shown(&self, text: &str) -> String {
        let mut scales: Vec<(&str, String)> = self
            .random
            .iter()
            .filter_map(|random| random.scale.as_ref())
            .map(|(symbol, value)| (&**self.scalar_name(*symbol), self.show(value)))
            .collect();
        // A name may begin with another one.
        scales.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        scales.iter().fold(text.to_owned(), |text, (name, value)| {
            let is_name = value.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            let value = if is_name { value.clone() } else { format!("({value})") };
            text.replace(name, &value)
        })
    }

    fn show_expectation(&self, state: &State) -> String {
        let factors: Vec<String> =
            state.iter().map(|word| self.show_atom(Atom::Trace(*word))).collect();
        format!("E[{}]", factors.join("*"))
    }
}
