//! What differs between two results, and what of it is worse.

use super::baseline::{Baseline, Estimate, Line, Measured};
use super::pace::Pace;
use crate::claim::ClaimKind;
use crate::experiment::Effort;
use crate::verdict::{EvidenceKind, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};

/// What differs between two results.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Differences {
    /// `isserlis-differences/1`.
    pub schema: String,
    /// Whether anything is worse.
    pub worse: bool,
    /// The first results.
    pub old: RunInWords,
    /// The second ones.
    pub new: RunInWords,
    /// What was compared.
    pub compared: Compared,
    /// The differences, the worse ones first, then in the order of lines.
    pub changes: Vec<Change>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunInWords {
    /// Version of the tool.
    pub version: String,
    /// Seed.
    pub seed: u64,
    /// Effort.
    pub effort: Effort,
}

/// How much was compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Compared {
    /// Lines that both results have.
    pub lines: u64,
    /// Pairs of measurements of the same quantity.
    pub estimates: u64,
    /// Measurements of the second results, in lines whose text is the same, without a partner: the
    /// runs have other seeds or efforts, so other instances or other trained networks.
    pub without_partner: u64,
    /// Pairs with the same seed whose numbers are not the same: the program changed what it
    /// computes, or the machine how it rounds.
    pub other_numbers: u64,
    /// Bound on the probability that any estimate is said to have moved where none has.
    pub false_alarm: f64,
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The line; empty for the whole run.
    pub id: String,
    /// Whether it counts as worse.
    pub worse: bool,
    /// What it is.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of differences.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum What {
    /// Another verdict.
    Verdict {
        /// Before.
        old: Verdict,
        /// Now.
        new: Verdict,
    },
    /// Another text.
    Text {
        /// The statement before.
        old: String,
        /// And now; the same where a declaration, an instance or a margin changed.
        new: String,
    },
    /// A line that is gone.
    Missing {
        /// Its verdict.
        old: Verdict,
    },
    /// A line that has no result at the effort of the second run.
    Waiting {
        /// Its verdict.
        old: Verdict,
    },
    /// A line that is new.
    Added {
        /// Its verdict.
        new: Verdict,
    },
    /// Disjoint intervals of one quantity.
    Moved {
        /// The kind of evidence.
        evidence: EvidenceKind,
        /// The instance.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        at: BTreeMap<String, serde_json::Value>,
        /// Before.
        old: Measured,
        /// Now.
        new: Measured,
    },
    /// More time than the given factor allows.
    Slower {
        /// Seconds before.
        old: f64,
        /// Seconds now.
        new: f64,
    },
}

/// What differs between `old` and `new`.
///
/// # Formula
/// An estimate moved if the intervals of the two runs for one quantity are disjoint. Where both
/// contain the true value and that is the same, they meet; so by the union bound, with m pairs,
/// error budgets a, b of the runs and their numbers of comparisons p, q (each comparison of a run
/// has the same share),
/// ```text
/// P(any estimate is wrongly said to have moved) <= m (a/p + b/q) <= a + b.
/// ```
/// No independence is needed: the runs may share their seed, where the same program gives the same
/// numbers. Of the bound, a is spent once, when the baseline was made: given a baseline whose
/// intervals hold, each later run adds its own b. The share of an interval is that of all its looks
/// and coordinates together. Intervals by Student's t and Hotelling's T^2 suppose nearly normal
/// repetitions, and so does the bound where they take part; a computed value takes no share.
///
/// Two measurements are of one quantity if line, text, kind and [`Measured::quantity`] are the
/// same. Letters that a file leaves open are drawn from the seed of the run, and experiments may
/// train a network before they measure: with another seed those measure another quantity and have
/// no partner.
pub fn differences(old: &Baseline, new: &Baseline, slower: &[Pace]) -> Differences {
    let mut changes = Vec::new();
    let mut compared = Compared::default();
    let known: BTreeMap<&str, &Line> =
        old.claims.iter().map(|line| (line.id.as_str(), line)).collect();
    let found: BTreeMap<&str, &Line> =
        new.claims.iter().map(|line| (line.id.as_str(), line)).collect();
    let mut statistical = 0;
    for line in &new.claims {
        let Some(before) = known.get(line.id.as_str()) else {
            let known_to_wait = old.waiting.contains(&line.id);
            if !known_to_wait {
                changes.push(line.change(false, What::Added { new: line.verdict }));
            }
            continue;
        };
        compared.lines += 1;
        changes.extend(line.other_text(before));
        changes.extend(line.other_verdict(before, old.seed != new.seed));
        if line.text_hash == before.text_hash {
            for (piece, partner) in pairs(&before.evidence, &line.evidence) {
                let Some((was, is)) = partner else {
                    compared.without_partner += 1;
                    continue;
                };
                compared.estimates += 1;
                statistical += u64::from(takes_share(piece.kind));
                compared.other_numbers += u64::from(old.seed == new.seed && was != is);
                if are_disjoint(was.interval, is.interval) {
                    let (old, new) = (was.clone(), is.clone());
                    let (evidence, at) = (piece.kind, piece.at.clone());
                    changes.push(line.change(true, What::Moved { evidence, at, old, new }));
                }
            }
        }
    }
    for line in old.claims.iter().filter(|line| !found.contains_key(line.id.as_str())) {
        let waits = new.waiting.contains(&line.id);
        let old = line.verdict;
        let what = if waits { What::Waiting { old } } else { What::Missing { old } };
        changes.push(line.change(!waits, what));
    }
    changes.extend(slower.iter().map(|pace| Change {
        id: pace.id.clone().unwrap_or_default(),
        worse: true,
        what: What::Slower { old: pace.old, new: pace.new },
    }));
    changes.sort_by_key(|change| !change.worse);
    compared.false_alarm = false_alarm(old, new, statistical);
    Differences {
        schema: Differences::SCHEMA.to_owned(),
        worse: changes.iter().any(|change| change.worse),
        old: RunInWords::of(old),
        new: RunInWords::of(new),
        compared,
        changes,
    }
}

impl Differences {
    /// The format of the differences.
    pub const SCHEMA: &str = "isserlis-differences/1";
}

impl RunInWords {
    fn of(run: &Baseline) -> Self {
        Self { version: run.version.clone(), seed: run.seed, effort: run.effort }
    }
}

impl Line {
    fn change(&self, worse: bool, what: What) -> Change {
        Change { id: self.id.clone(), worse, what }
    }

    fn other_text(&self, before: &Self) -> Option<Change> {
        // Results of a version without hashes: the statements are all that is known.
        let same = match before.text_hash.is_empty() || self.text_hash.is_empty() {
            true => before.statement == self.statement && before.kind == self.kind,
            false => before.text_hash == self.text_hash,
        };
        let (old, new) = (before.statement.clone(), self.statement.clone());
        (!same).then(|| self.change(true, What::Text { old, new }))
    }

    /// Whether a run of bounded length decides may depend on its draws: at another seed an
    /// inconclusive line is no worse than one that was decided by samples. A proof is no matter of
    /// chance.
    fn other_verdict(&self, before: &Self, other_seed: bool) -> Option<Change> {
        let by_chance = other_seed
            && self.verdict == Verdict::Inconclusive
            && before.verdict != Verdict::Proved;
        let worse = self.rank() < before.rank() && !by_chance;
        let (old, new) = (before.verdict, self.verdict);
        (worse || old != new).then(|| self.change(worse, What::Verdict { old, new }))
    }

    /// How good the result is: not as claimed, undecided, as claimed; and for a claim a proof is
    /// better than agreement at instances.
    fn rank(&self) -> u8 {
        match (self.as_claimed, self.kind, self.verdict) {
            (Some(false), ..) => 0,
            (None, ..) => 1,
            (Some(true), ClaimKind::Claim, Verdict::Proved) => 3,
            (Some(true), ..) => 2,
        }
    }
}

/// The measurements of the second list, each with its partner and itself.
fn pairs<'a>(
    old: &'a [Estimate],
    new: &'a [Estimate],
) -> Vec<(&'a Estimate, Option<(&'a Measured, &'a Measured)>)> {
    let mut partners: BTreeMap<(EvidenceKind, &str), VecDeque<&Measured>> = BTreeMap::new();
    for piece in old {
        if let Some((measured, quantity)) = piece.named() {
            partners.entry((piece.kind, quantity)).or_default().push_back(measured);
        }
    }
    let pair = |piece: &'a Estimate| {
        let (measured, quantity) = piece.named()?;
        Some((partners.get_mut(&(piece.kind, quantity))?.pop_front()?, measured))
    };
    new.iter().zip(new.iter().map(pair).collect::<Vec<_>>()).collect()
}

impl Estimate {
    /// The measurement and the name of its quantity.
    fn named(&self) -> Option<(&Measured, &str)> {
        let measured = self.measured.as_ref()?;
        Some((measured, measured.quantity.as_deref()?))
    }
}

fn are_disjoint([low, high]: [f64; 2], [other_low, other_high]: [f64; 2]) -> bool {
    high < other_low || other_high < low
}

/// Whether evidence of this kind takes a share of the error budget: computed values have none.
fn takes_share(kind: EvidenceKind) -> bool {
    matches!(kind, EvidenceKind::Simulation | EvidenceKind::Training)
}

fn false_alarm(old: &Baseline, new: &Baseline, pairs: u64) -> f64 {
    let part = |run: &Baseline| match run.comparisons {
        0 => run.error_budget,
        all => run.error_budget * (pairs.min(all) as f64 / all as f64),
    };
    if pairs == 0 { 0.0 } else { part(old) + part(new) }
}
