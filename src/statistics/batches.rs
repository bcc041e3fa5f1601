//! A compact store of draws: means of equally many consecutive ones.

/// At most this many means are kept. Far more than log(1/share), so that the interval from the
/// means is as narrow as that from the draws; few enough that a look costs little.
const CAPACITY: usize = 4096;

/// Means of consecutive batches of equal size. When the store is full, neighbours are merged and
/// the size doubles; when and how depends on the number of draws alone, so means of different
/// batches stay independent and identically distributed.
#[derive(Clone, Debug)]
pub(super) struct Batches {
    means: Vec<f64>,
    size: u64,
    open_sum: f64,
    open_count: u64,
}

impl Default for Batches {
    fn default() -> Self {
        Self { means: Vec::new(), size: 1, open_sum: 0.0, open_count: 0 }
    }
}

impl Batches {
    pub(super) fn push(&mut self, value: f64) {
        self.open_sum += value;
        self.open_count += 1;
        if self.open_count == self.size {
            self.means.push(self.open_sum / self.size as f64);
            (self.open_sum, self.open_count) = (0.0, 0);
            if self.means.len() == CAPACITY {
                self.means = self.means.chunks(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
                self.size *= 2;
            }
        }
    }

    /// Draws in one batch.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Means of the complete batches, in order.
    pub(super) fn means(&self) -> &[f64] {
        &self.means
    }

    /// Mean over the complete batches.
    pub(super) fn mean(&self) -> f64 {
        self.means.iter().sum::<f64>() / self.means.len() as f64
    }
}
