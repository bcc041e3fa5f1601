//! How a whole statement stands: one word for all its lines, and whether what it uses holds too.

use crate::claim::ClaimKind;
use crate::suite::{ClaimResult, Results};
use crate::verdict::Verdict;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The word for a statement, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
    /// Every claim is proved, every control rejected.
    Proved,
    /// Every claim is proved or verified, every control rejected.
    Verified,
    /// Every line waits for more effort.
    Waiting,
    /// Nothing is against it, but some line is undecided.
    Inconclusive,
    /// A claim is refuted, or a control is not rejected.
    Refuted,
}

impl Standing {
    /// All of them, in the order of a legend.
    pub(super) const ALL: [Self; 5] =
        [Self::Proved, Self::Verified, Self::Inconclusive, Self::Refuted, Self::Waiting];

    /// The word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Verified => "verified",
            Self::Waiting => "waiting",
            Self::Inconclusive => "inconclusive",
            Self::Refuted => "refuted",
        }
    }

    /// What the word means of a statement.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Proved => "every claim is proved for all sizes and values",
            Self::Verified => "every claim holds, some of them verified at instances",
            Self::Waiting => "its lines wait for more effort than this run made",
            Self::Inconclusive => "some line is undecided, none is against it",
            Self::Refuted => "a claim is refuted, or a control is not rejected",
        }
    }

    /// Of one statement. A control that is rejected leaves it to the claims; where there is none
    /// the statement says only that.
    pub(super) fn of(results: &Results, id: &str) -> Self {
        let standing = |line: &ClaimResult| match (line.as_claimed, line.verdict) {
            (Some(false), _) => Self::Refuted,
            (None, _) => Self::Inconclusive,
            (Some(true), Verdict::Verified) => Self::Verified,
            (Some(true), _) => Self::Proved,
        };
        let worst = results.of_subject(id).map(standing).max();
        let claims = results.of_subject(id).any(|line| line.kind == ClaimKind::Claim);
        match worst {
            Some(Self::Proved) if !claims => Self::Verified,
            Some(worst) => worst,
            None => Self::Waiting,
        }
    }

    fn holds(self) -> bool {
        matches!(self, Self::Proved | Self::Verified)
    }
}

/// The statements that hold, and that use only statements that are fully supported themselves.
/// One that waits in part, or uses what is not in the report, is not.
pub(super) fn fully_supported(results: &Results) -> BTreeSet<&str> {
    let uses: BTreeMap<&str, &[String]> =
        results.subjects.iter().map(|subject| (&*subject.id, &*subject.uses)).collect();
    let waits = |id: &str| {
        results
            .waiting
            .iter()
            .any(|line| line.rsplit_once("::").is_some_and(|(subject, _)| subject == id))
    };
    let mut supported: BTreeSet<&str> =
        uses.keys().copied().filter(|id| Standing::of(results, id).holds() && !waits(id)).collect();
    // What leans on something unsupported falls with it, until nothing falls.
    loop {
        let before = supported.len();
        let stands = |id: &&str| uses[id].iter().all(|used| supported.contains(&**used));
        supported = supported.iter().copied().filter(stands).collect();
        if supported.len() == before {
            return supported;
        }
    }
}
