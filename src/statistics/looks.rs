//! When a sequence is looked at.

/// The planned looks: at `first`, twice, four times, ... that many draws, and at `limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    first: u64,
    limit: u64,
}

impl Looks {
    /// Doubling looks from `first` (at least 2, two draws being what a variance needs) up to
    /// `limit`; only at `limit` if that is smaller.
    pub fn doubling(first: u64, limit: u64) -> Self {
        Self { first: first.clamp(2, limit.max(2)), limit }
    }

    /// The numbers of draws, increasing; none if the limit is 0.
    pub fn counts(&self) -> impl Iterator<Item = u64> + use<> {
        let limit = self.limit;
        // A last doubling that would fall just short of the limit is left out: it would cost a
        // share and save little.
        let doublings = std::iter::successors(Some(self.first), |count| count.checked_mul(2));
        doublings
            .take_while(move |&count| count <= limit / 4 * 3)
            .chain((limit > 0).then_some(limit))
    }

    /// The number of draws at the first look; 0 if there is none.
    pub fn first(&self) -> u64 {
        self.counts().next().unwrap_or(0)
    }

    /// How many looks are planned.
    pub fn number(&self) -> usize {
        self.counts().count()
    }
}
