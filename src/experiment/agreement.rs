//! The calculus against the raw statistic: two samples of one mean, and known variances.

use crate::statistics::{Looks, MeanSequence, Spread};

/// Compares the conditional mean with the raw statistic on the same draws, and its scatter with
/// the variance that the calculus gives.
pub(super) struct AgreementCheck {
    /// Raw statistic less conditional mean: its mean is 0.
    difference: MeanSequence,
    /// Half the squared differences of two draws: their means are the variances.
    scatter: Option<(Vec<f64>, MeanSequence)>,
    waiting: Option<Vec<f64>>,
    /// Largest absolute value of the raw statistic: what rounding is relative to.
    magnitude: f64,
    /// Probability of a false alarm.
    share: f64,
}

impl AgreementCheck {
    /// A check over so many draws that raises a false alarm with probability at most `share`.
    pub(super) fn new(entries: usize, variances: Option<Vec<f64>>, share: f64, draws: u64) -> Self {
        let sequence = |entries, share, draws| {
            MeanSequence::new(entries, share, Looks::doubling(draws, draws), Spread::Estimated)
        };
        let half = share / 2.0;
        Self {
            difference: sequence(entries, half, draws),
            scatter: variances.map(|variances| (variances, sequence(entries, half, draws / 2))),
            waiting: None,
            magnitude: 0.0,
            share,
        }
    }

    /// One draw.
    pub(super) fn push(&mut self, mean: &[f64], raw: &[f64]) {
        let difference: Vec<f64> = raw.iter().zip(mean).map(|(raw, mean)| raw - mean).collect();
        self.difference.push(&difference);
        self.magnitude = raw.iter().fold(self.magnitude, |most, entry| most.max(entry.abs()));
        if let Some((_, scatter)) = &mut self.scatter {
            match self.waiting.take() {
                None => self.waiting = Some(mean.to_vec()),
                Some(other) => {
                    let half = |(a, b): (&f64, &f64)| (a - b).powi(2) / 2.0;
                    scatter.push(&mean.iter().zip(&other).map(half).collect::<Vec<_>>());
                }
            }
        }
    }

    /// After all draws: where the two disagree, in words. But for the share of false alarms that is
    /// a bug of the tool.
    pub(super) fn fault(mut self) -> Option<String> {
        let rounding = 1e-9 * self.magnitude;
        let apart = self
            .difference
            .look()
            .into_iter()
            .any(|one| one.low > rounding || one.high < -rounding);
        if apart {
            return Some(self.alarm("the raw statistic has another mean than the calculus says"));
        }
        let (variances, mut scatter) = self.scatter.take()?;
        variances.into_iter().zip(scatter.look()).find_map(|(variance, found)| {
            let room = 1e-6 * variance;
            (variance < found.low - room || variance > found.high + room).then(|| {
                self.alarm(&format!(
                    "the calculus gives the variance {variance:.6e}, the draws one in [{:.6e}, {:.6e}]",
                    found.low, found.high
                ))
            })
        })
    }

    fn alarm(&self, what: &str) -> String {
        format!(
            "{what}: chance does that with probability {:.0e} at most; if other seeds say so too, this is a bug of the tool, please report it",
            self.share
        )
    }
}
