//! Confidence sequences for the mean of independent draws of any law with a finite variance.
//!
//! Catoni's influence function `f(x) = log(1 + x + x^2/2)` for `x >= 0`, `f(-x) = -f(x)`, obeys
//! `exp(f(x)) <= 1 + x + x^2/2`. For independent draws with mean `mu` and variance at most `v`
//!
//! ```text
//! M_n = exp(f(l(X_1 - mu)) + ... + f(l(X_n - mu))) / (1 + l^2 v/2)^n
//! ```
//!
//! is therefore a nonnegative supermartingale for every fixed `l`, and so is the one with `-f`.
//! By Ville's inequality, with probability at least `1 - a`, at every n at once
//!
//! ```text
//! |f(l(X_1 - mu)) + ... + f(l(X_n - mu))| <= n log(1 + l^2 v/2) + log(2/a),
//! ```
//!
//! and the left side (without the bars) falls in `mu`, so the `mu` that obey it are an interval.
//! Its half width is least, about `sqrt(2 v log(2/a)/n)`, for `l = sqrt(2 log(2/a)/(n v))`. The
//! looks are planned: each has its own `l` and an equal part of the error share (stitching).
//!
//! Sources: Catoni, "Challenging the empirical mean and empirical variance" (2012); Wang and
//! Ramdas, "Catoni-style confidence sequences for heavy-tailed mean estimation" (2023,
//! arXiv 2202.01250), whose supermartingale this is with `1 + x` in place of `exp(x)`; stitching:
//! Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
//! sequences" (2021, arXiv 1810.08240).

use super::batches::Batches;
use super::interval::Interval;
use super::looks::Looks;

/// What is known about the variance of the draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Spread {
    /// An upper bound on the variance of each coordinate: the interval has its stated error share
    /// for every law that obeys the bounds, at any number of draws.
    Bounded(Vec<f64>),
    /// Nothing but that it is finite. The bound is computed from the draws, see
    /// [`MeanSequence::new`]; a tenth of the error share pays for it.
    Estimated,
}

/// Simultaneous intervals for the means of the coordinates of independent, identically
/// distributed vectors, at planned looks.
///
/// The consumer draws until [`count`](Self::count) is [`next_look`](Self::next_look), looks,
/// decides, and goes on if it must. With probability at least `1 - share` all intervals of all
/// looks contain the means.
#[derive(Clone, Debug)]
pub struct MeanSequence {
    coordinates: Vec<Coordinate>,
    looks: Looks,
    looked: usize,
    count: u64,
    pilot: u64,
    /// Error share of one side of one coordinate at one look.
    share: f64,
    /// Error share of the variance bound of one coordinate at one look, if it is estimated.
    variance_share: Option<f64>,
}

/// The draws of one coordinate.
#[derive(Clone, Debug)]
struct Coordinate {
    batches: Batches,
    scatter: Scatter,
    sum: f64,
    /// Variance bound if known; otherwise set from the pilot, where it only tunes `l`.
    variance: f64,
    /// Largest absolute value: what rounding is relative to.
    magnitude: f64,
}

impl MeanSequence {
    /// A sequence for vectors with this many coordinates.
    ///
    /// With [`Spread::Estimated`] the first half of the first look's draws is a pilot: it tunes
    /// the influence function and does not enter the sum. The variance bound itself comes from
    /// all draws. With `y = (x - x')^2/2` over the disjoint pairs of draws, `E[y]` is the variance
    /// and, `y` being nonnegative, `E[y] <= mean(y) + sqrt(2 E[y^2] log(1/a)/pairs)` with
    /// probability at least `1 - a` (Maurer, "A bound on the deviation probability for sums of
    /// non-negative random variables", 2003). `E[y^2]` is replaced by its sample mean, which makes
    /// the coverage approximate; a coordinate in which no draw differs counts as constant.
    ///
    /// # Panics
    /// If `share` is not in (0, 1), or the number of known variances is not `coordinates`.
    pub fn new(coordinates: usize, share: f64, looks: Looks, spread: Spread) -> Self {
        assert!(share > 0.0 && share < 1.0, "an error share lies between 0 and 1: this is a bug");
        let parts = (coordinates.max(1) * looks.number().max(1)) as f64;
        let (known, share, variance_share, pilot) = match spread {
            Spread::Bounded(known) => (Some(known), share, None, 0),
            Spread::Estimated => {
                (None, 0.9 * share, Some(0.1 * share / parts), looks.first().div_ceil(2))
            }
        };
        assert!(
            known.as_ref().is_none_or(|known| known.len() == coordinates),
            "one variance a coordinate: this is a bug"
        );
        let coordinate = |index| Coordinate {
            batches: Batches::default(),
            scatter: Scatter::default(),
            sum: 0.0,
            variance: known.as_ref().map_or(0.0, |known| known[index]),
            magnitude: 0.0,
        };
        Self {
            coordinates: (0..coordinates).map(coordinate).collect(),
            looks,
            looked: 0,
            count: 0,
            pilot,
            share: share / parts,
            variance_share,
        }
    }

    /// Adds one draw, one number a coordinate.
    ///
    /// # Panics
    /// If the number of coordinates is another one.
    pub fn push(&mut self, draw: &[f64]) {
        assert_eq!(draw.len(), self.coordinates.len(), "one number a coordinate: this is a bug");
        let in_pilot = self.count < self.pilot;
        self.count += 1;
        for (coordinate, &value) in self.coordinates.iter_mut().zip(draw) {
            coordinate.sum += value;
            coordinate.magnitude = coordinate.magnitude.max(value.abs());
            coordinate.scatter.push(value);
            if !in_pilot {
                coordinate.batches.push(value);
            } else if self.count == self.pilot {
                coordinate.variance = coordinate.scatter.mean();
            }
        }
    }

    /// The number of draws at which the next planned look is due; `None` after the last.
    pub fn next_look(&self) -> Option<u64> {
        self.looks.counts().nth(self.looked)
    }

    /// The intervals of the coordinates at the next planned look, and uses that look up.
    ///
    /// # Panics
    /// If the look is not due.
    pub fn look(&mut self) -> Vec<Interval> {
        assert_eq!(self.next_look(), Some(self.count), "looks happen as planned: this is a bug");
        self.looked += 1;
        let level = (2.0 / self.share).ln();
        self.coordinates
            .iter()
            .map(|coordinate| match self.variance_share {
                None => coordinate.interval(coordinate.variance, level),
                Some(share) => coordinate.interval(coordinate.scatter.upper_bound(share), level),
            })
            .collect()
    }

    /// The means of the draws.
    pub fn estimate(&self) -> Vec<f64> {
        self.coordinates.iter().map(|coordinate| coordinate.sum / self.count as f64).collect()
    }

    /// The number of draws so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The name of the interval, as the report prints it.
    pub fn method(&self) -> String {
        match self.variance_share {
            None => "Catoni sequence, known variance".to_string(),
            Some(_) => format!("Catoni sequence, variance bound from {} draws", self.count),
        }
    }
}

impl Coordinate {
    /// The interval at variance bound `bound` and `level` = log(2/a).
    fn interval(&self, bound: f64, level: f64) -> Interval {
        let means = self.batches.means();
        // Batch means are draws of the same mean with the variance divided by the batch size.
        let size = self.batches.size() as f64;
        let number = means.len() as f64;
        if means.is_empty()
            || !self.sum.is_finite()
            || !self.magnitude.is_finite()
            || !bound.is_finite()
        {
            return Interval::everything();
        }
        let centre = self.batches.mean();
        let rounding = 4.0 * f64::EPSILON * self.magnitude;
        if bound == 0.0 {
            return Interval::around(centre, rounding);
        }
        let (bound, tuned) = (bound / size, self.variance.max(f64::MIN_POSITIVE) / size);
        // A pilot that did not vary says nothing about the scale; the bound itself then does.
        let tuned = if self.variance > 0.0 { tuned } else { bound };
        let lambda = (2.0 * level / (number * tuned)).sqrt();
        let allowed = number * (lambda * lambda * bound / 2.0).ln_1p() + level;
        // The sum falls with slope about -number*lambda, so this is the half width when it is small.
        let step = allowed / (number * lambda);
        let end = |target: f64, start: f64| crossing(means, lambda, target, start, step);
        let tolerance = 1e-9 * step + rounding;
        Interval::new(
            end(allowed, centre - step) - tolerance,
            end(-allowed, centre + step) + tolerance,
        )
    }
}

/// Catoni's influence function and its derivative.
fn influence(x: f64) -> (f64, f64) {
    let size = x.abs();
    let growth = size * (1.0 + size / 2.0);
    (growth.ln_1p().copysign(x), (1.0 + size) / (1.0 + growth))
}

/// The `mu` at which the sum over the draws of `f(lambda(x - mu))` is `target`, to a relative
/// 1e-9 of `step`: Newton's method inside a bracket that always shrinks.
fn crossing(draws: &[f64], lambda: f64, target: f64, start: f64, step: f64) -> f64 {
    let excess = |mu: f64| {
        let (sum, slope) = draws.iter().fold((0.0, 0.0), |(sum, slope), &draw| {
            let (value, derivative) = influence(lambda * (draw - mu));
            (sum + value, slope + derivative)
        });
        (sum - target, -lambda * slope)
    };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let (mut mu, mut stride) = (start, step);
    for _ in 0..400 {
        let (value, slope) = excess(mu);
        if value > 0.0 {
            low = mu;
        } else {
            high = mu;
        }
        let newton = mu - value / slope;
        let next = if newton > low && newton < high && (newton - mu).abs() <= stride {
            newton
        } else if low.is_finite() && high.is_finite() {
            f64::midpoint(low, high)
        } else {
            mu + stride.copysign(value)
        };
        stride *= 2.0;
        let moved = (next - mu).abs();
        mu = next;
        if moved <= 1e-10 * step || moved <= f64::EPSILON * mu.abs() {
            break;
        }
    }
    mu
}

/// Running scatter of a coordinate: sums of `y = (x - x')^2/2` over disjoint pairs of draws, and
/// of `y^2`.
#[derive(Clone, Debug, Default)]
struct Scatter {
    waiting: Option<f64>,
    pairs: u64,
    sum: f64,
    sum_of_squares: f64,
}

impl Scatter {
    fn push(&mut self, value: f64) {
        match self.waiting.take() {
            None => self.waiting = Some(value),
            Some(other) => {
                let half_square = (value - other).powi(2) / 2.0;
                self.pairs += 1;
                self.sum += half_square;
                self.sum_of_squares += half_square * half_square;
            }
        }
    }

    /// The unbiased estimate of the variance; 0 without a pair.
    fn mean(&self) -> f64 {
        if self.pairs == 0 { 0.0 } else { self.sum / self.pairs as f64 }
    }

    /// mean(y) + sqrt(2 mean(y^2) log(1/share)/pairs); infinite without a pair.
    fn upper_bound(&self, share: f64) -> f64 {
        if self.pairs == 0 {
            return f64::INFINITY;
        }
        let pairs = self.pairs as f64;
        self.mean() + (2.0 * self.sum_of_squares / pairs * -share.ln() / pairs).sqrt()
    }
}
