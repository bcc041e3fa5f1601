//! What a journal is about: its first line, from which the run can be planned again elsewhere.

use super::input::{InputError, parse};
use super::{Settings, Setup, Share, Subject};
use crate::theorems::LIBRARY;
use serde::{Deserialize, Serialize};

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    #[serde(flatten)]
    pub(super) setup: Setup,
    /// The share of the run that stands below, where it is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) share: Option<Share>,
    texts: Vec<ClaimText>,
    /// What could not be read.
    pub(super) problems: Vec<InputError>,
}

/// A claim file, or a theorem, as it was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ClaimText {
    id: String,
    /// The path that messages name.
    path: String,
    /// The name that seeds derive from.
    name: String,
    /// It is a theorem of the library, with experiments.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    theorem: bool,
    text: String,
}

impl Heading {
    /// The format of a journal.
    pub const SCHEMA: &str = "isserlis-journal/1";

    /// That of a run, or of a share of it. `problems` is what could not be read.
    pub fn of(
        subjects: &[Subject],
        settings: &Settings,
        share: Option<Share>,
        problems: &[InputError],
    ) -> Self {
        let text = |subject: &Subject| ClaimText {
            id: subject.id.clone(),
            path: subject.path.clone(),
            name: subject.file.name.clone(),
            theorem: subject.is_theorem(),
            text: subject.file.text.to_string(),
        };
        Self {
            setup: Setup::of(Self::SCHEMA, subjects, settings),
            share,
            texts: subjects.iter().map(text).collect(),
            problems: problems.to_vec(),
        }
    }

    /// The first thing in which the runs of two headings differ, in words that speak of this one;
    /// their shares do not count.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let same_claims = Setup { claims: other.setup.claims.clone(), ..self.setup.clone() };
        same_claims
            .difference(&other.setup)
            .or_else(|| self.other_text(other))
            .or_else(|| self.setup.difference(&other.setup))
    }

    /// The first claim file that is in one of two runs alone, or differs.
    fn other_text(&self, other: &Self) -> Option<String> {
        let find = |heading: &Self, id: &str| {
            heading.texts.iter().find(|text| text.id == id).map(|text| text.text.clone())
        };
        let own = self.texts.iter().find_map(|text| match find(other, &text.id) {
            None => Some(format!("it has `{}` too", text.id)),
            Some(found) => {
                (found != text.text).then(|| format!("the text of `{}` differs", text.id))
            }
        });
        own.or_else(|| {
            let missing = other.texts.iter().find(|text| find(self, &text.id).is_none());
            missing.map(|text| format!("it has no `{}`", text.id))
        })
    }

    /// What was checked.
    ///
    /// # Errors
    /// The id of a text that cannot be read by this version of the program.
    pub(super) fn subjects(&self) -> Result<Vec<Subject>, String> {
        let subject = |text: &ClaimText| {
            let theorem = LIBRARY.iter().find(|theorem| theorem.id == text.id);
            let subject = match theorem.filter(|_| text.theorem) {
                Some(theorem) => Subject::of_theorem(theorem),
                None => parse(&text.path, &text.name, &text.text)
                    .map(|file| Subject::new(text.id.clone(), text.path.clone(), file)),
            };
            let subject = subject.ok().filter(|subject| *subject.file.text == *text.text);
            subject.ok_or_else(|| text.id.clone())
        };
        self.texts.iter().map(subject).collect()
    }
}
