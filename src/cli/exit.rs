//! How a command ends.

use crate::suite::{Outcome, Results};
use std::process::ExitCode;

/// The exit codes. Where several apply, the first of 70, 2, 4, 1, 3 counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: every claim holds and every control was rejected; a share of the work is done.
    Success = 0,
    /// 1: a claim is refuted, or a control holds.
    Refuted = 1,
    /// 2: an error in the arguments or in a file; nothing to check.
    Input = 2,
    /// 3: nothing is refuted, but something is inconclusive or open.
    Undecided = 3,
    /// 4: worse than the baseline, or than the first of two results.
    Worse = 4,
    /// 70: an error of the tool, or a proof beside a refutation.
    Internal = 70,
}

impl Exit {
    /// How a run ended.
    pub fn of(outcome: &Outcome) -> Self {
        match Self::of_results(&outcome.results) {
            Self::Internal => Self::Internal,
            _ if !outcome.problems.is_empty() => Self::Input,
            exit => exit,
        }
    }

    /// What the results of a run say by themselves.
    pub fn of_results(results: &Results) -> Self {
        let claims = &results.claims;
        if claims.iter().any(|result| result.contradiction) {
            Self::Internal
        } else if claims.is_empty() && results.waiting.is_empty() {
            Self::Input
        } else if claims.iter().any(|result| result.as_claimed == Some(false)) {
            Self::Refuted
        } else if claims.is_empty() || claims.iter().any(|result| result.as_claimed.is_none()) {
            Self::Undecided
        } else {
            Self::Success
        }
    }
}

impl Exit {
    /// How a run ended that was compared with a baseline and is worse or not.
    pub(super) fn compared(self, worse: bool) -> Self {
        match self {
            Self::Internal | Self::Input => self,
            _ if worse => Self::Worse,
            _ => self,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
