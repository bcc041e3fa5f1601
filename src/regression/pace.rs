//! Which lines take longer than before.

use crate::suite::Timing;
use std::collections::BTreeMap;

/// Differences below this are the clock's and the machine's, not ours, in seconds.
const NOISE: f64 = 0.1;

/// A line, or a whole run, that takes longer.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// The line; none for the run.
    pub id: Option<String>,
    /// Seconds before.
    pub old: f64,
    /// Seconds now.
    pub new: f64,
}

impl Pace {
    fn is_slower(&self, factor: f64) -> bool {
        self.new > factor * self.old && self.new - self.old > NOISE
    }
}

/// The run, where it takes more than `factor` times as long as before, and the lines that do:
/// slower by at least a tenth of a second, too. Lines that one run alone has do not count. Work that
/// serves several lines counts for the first of them.
pub fn pace(old: &[Timing], new: &[Timing], factor: f64) -> Vec<Pace> {
    let (old, new) = (by_line(old), by_line(new));
    let both = new.iter().filter_map(|(id, seconds)| Some((*id, *old.get(id)?, *seconds)));
    let lines: Vec<Pace> =
        both.map(|(id, old, new)| Pace { id: Some(id.to_owned()), old, new }).collect();
    let whole = Pace {
        id: None,
        old: lines.iter().map(|line| line.old).sum(),
        new: lines.iter().map(|line| line.new).sum(),
    };
    std::iter::once(whole).chain(lines).filter(|pace| pace.is_slower(factor)).collect()
}

fn by_line(timings: &[Timing]) -> BTreeMap<&str, f64> {
    let mut seconds: BTreeMap<&str, f64> = BTreeMap::new();
    for timing in timings {
        *seconds.entry(&timing.id).or_default() += timing.seconds;
    }
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::EvidenceKind;

    fn timings(seconds: &[(&str, f64)]) -> Vec<Timing> {
        let timing = |&(id, seconds): &(&str, f64)| Timing {
            id: id.to_owned(),
            kind: EvidenceKind::Exact,
            seconds,
        };
        seconds.iter().map(timing).collect()
    }

    #[test]
    fn only_a_line_that_is_slower_by_the_factor_and_by_more_than_the_noise_is_told() {
        let old = timings(&[("a", 1.0), ("a", 1.0), ("b", 0.001), ("c", 1.0), ("gone", 9.0)]);
        let new = timings(&[("a", 5.0), ("b", 0.05), ("c", 1.9), ("new", 9.0)]);
        let slower = pace(&old, &new, 2.0);
        let ids: Vec<_> = slower.iter().map(|pace| pace.id.as_deref()).collect();
        assert_eq!(ids, [None, Some("a")]);
        assert_eq!((slower[1].old, slower[1].new), (2.0, 5.0));
    }
}
