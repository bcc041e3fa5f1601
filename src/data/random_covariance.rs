//! Covariances that are drawn anew for each prompt.

use super::law::{LawError, PromptLaw};
use faer::Mat;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Gamma};
use std::borrow::Cow;

/// The law of a positive number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PositiveLaw {
    /// Always this number.
    Constant(f64),
    /// Exponential with this mean.
    Exponential(f64),
    /// Gamma with this shape and scale; the mean is their product.
    Gamma {
        /// The shape.
        shape: f64,
        /// The scale.
        scale: f64,
    },
    /// One of two numbers.
    TwoPoint {
        /// The first number.
        low: f64,
        /// The second number.
        high: f64,
        /// The probability of the first one.
        probability: f64,
    },
}

impl PositiveLaw {
    /// A law on at most two numbers with these first three moments: a mean over it is exact for
    /// polynomials of degree three, whatever law the moments come from.
    ///
    /// # Formula
    /// With `v` the variance and `c` the third central moment, the numbers are
    /// `m1 + (a +- sqrt(a^2 + 4 v))/2`, `a = c/v`: the nodes of Gauss's quadrature.
    ///
    /// # Errors
    /// [`LawError::Number`] unless the moments are those of a positive number.
    pub fn with_moments(moments: [f64; 3]) -> Result<Self, LawError> {
        let [mean, second, third] = moments;
        let variance = second - mean * mean;
        let what = "variance of an eigenvalue of the covariance";
        if variance.is_nan() || variance < -1e-12 * second {
            return Err(LawError::Number { what, value: variance, nonnegative: true });
        }
        if variance <= 1e-12 * second {
            return Self::Constant(mean).checked();
        }
        let skew = (third - 3.0 * mean * second + 2.0 * mean.powi(3)) / variance;
        let root = (skew * skew + 4.0 * variance).sqrt();
        let (low, high) = (mean + (skew - root) / 2.0, mean + (skew + root) / 2.0);
        Self::TwoPoint { low, high, probability: (high - mean) / (high - low) }.checked()
    }

    /// Itself, if all its values are positive.
    fn checked(self) -> Result<Self, LawError> {
        let what = "eigenvalue of a covariance";
        let parameters = match self {
            Self::Constant(mean) | Self::Exponential(mean) => [mean; 3],
            Self::Gamma { shape, scale } => [shape, scale, 1.0],
            Self::TwoPoint { low, high, probability } if probability < 1.0 => {
                [low, high, probability]
            }
            Self::TwoPoint { probability, .. } => [1.0, 1.0, 1.0 - probability],
        };
        match parameters.into_iter().find(|value| !(value.is_finite() && *value > 0.0)) {
            Some(value) => Err(LawError::Number { what, value, nonnegative: true }),
            None => Ok(self),
        }
    }

    /// The values with their probabilities, if they are finitely many.
    pub fn atoms(self) -> Option<Vec<(f64, f64)>> {
        match self {
            Self::Constant(value) => Some(vec![(value, 1.0)]),
            Self::TwoPoint { low, high, probability } => {
                Some(vec![(low, probability), (high, 1.0 - probability)])
            }
            Self::Exponential(_) | Self::Gamma { .. } => None,
        }
    }

    /// The mean.
    pub fn mean(self) -> f64 {
        match self {
            Self::Constant(mean) | Self::Exponential(mean) => mean,
            Self::Gamma { shape, scale } => shape * scale,
            Self::TwoPoint { low, high, probability } => {
                probability * low + (1.0 - probability) * high
            }
        }
    }

    /// A draw.
    pub(crate) fn sample(self, generator: &mut ChaCha8Rng) -> f64 {
        match self {
            Self::Constant(value) => value,
            Self::Exponential(mean) => {
                let unit: f64 = Exp1.sample(generator);
                mean * unit
            }
            Self::Gamma { shape, scale } => {
                Gamma::new(shape, scale).expect("checked: this is a bug").sample(generator)
            }
            Self::TwoPoint { low, high, probability } => {
                if generator.random_bool(probability) {
                    low
                } else {
                    high
                }
            }
        }
    }
}

impl PromptLaw {
    /// The same law, but the examples, and the query unless its covariance was set, are `N(0, Lambda)`
    /// given a diagonal `Lambda` with independent entries from these laws, drawn once a prompt. [`covariance`](Self::covariance)
    /// is then the mean of `Lambda`.
    ///
    /// # Errors
    /// If there is not one law for every input, or a value is not positive.
    ///
    /// # Source
    /// arXiv 2306.09927v3, Section 4.3.
    pub fn with_random_diagonal(self, entries: Vec<PositiveLaw>) -> Result<Self, LawError> {
        if entries.len() != self.dimension() {
            let (what, length) = ("list of laws of the diagonal", entries.len());
            return Err(LawError::Length { what, length, dimension: self.dimension() });
        }
        entries.iter().try_for_each(|entry| entry.checked().map(drop))?;
        let means: Vec<f64> = entries.iter().map(|entry| entry.mean()).collect();
        let mut law = self.with_covariance(&diagonal(&means));
        law.diagonal_entries = Some(entries);
        Ok(law)
    }

    /// The law of a prompt given its covariance, which is drawn if it is random.
    pub fn given_covariance(&self, generator: &mut ChaCha8Rng) -> Cow<'_, Self> {
        let Some(entries) = &self.diagonal_entries else { return Cow::Borrowed(self) };
        let values: Vec<f64> = entries.iter().map(|entry| entry.sample(generator)).collect();
        Cow::Owned(self.with_covariance(&diagonal(&values)))
    }

    /// The laws of a prompt given each covariance that it may have, with their probabilities;
    /// none if these are not finitely many.
    pub fn given_each_covariance(&self) -> Option<Vec<(f64, Self)>> {
        let mut diagonals = vec![(1.0, Vec::new())];
        for entry in self.diagonal_entries.as_ref()? {
            let atoms = entry.atoms()?;
            diagonals = diagonals
                .iter()
                .flat_map(|(weight, values): &(f64, Vec<f64>)| {
                    atoms.iter().map(move |(value, probability)| {
                        (weight * probability, [&values[..], &[*value]].concat())
                    })
                })
                .collect();
        }
        let given =
            |(weight, values): &(f64, Vec<f64>)| (*weight, self.with_covariance(&diagonal(values)));
        Some(diagonals.iter().map(given).collect())
    }

    /// The laws of the diagonal of the covariance, if it is random.
    pub(crate) fn diagonal_entries(&self) -> Option<&[PositiveLaw]> {
        self.diagonal_entries.as_deref()
    }
}

/// An exponential variable may underflow to zero.
fn diagonal(values: &[f64]) -> Mat<f64> {
    let size = values.len();
    let entry = |i: usize| values[i].max(f64::MIN_POSITIVE);
    Mat::from_fn(size, size, |i, j| if i == j { entry(i) } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generator;

    const LAWS: [(PositiveLaw, [f64; 3]); 4] = [
        (PositiveLaw::Constant(1.5), [1.5, 2.25, 3.375]),
        (PositiveLaw::Exponential(2.0), [2.0, 8.0, 48.0]),
        (PositiveLaw::Gamma { shape: 2.0, scale: 0.5 }, [1.0, 1.5, 3.0]),
        (PositiveLaw::TwoPoint { low: 1.0, high: 3.0, probability: 0.25 }, [2.5, 7.0, 20.5]),
    ];

    #[test]
    fn draws_have_the_moments_of_their_law() {
        const COUNT: u32 = 400_000;
        for (law, moments) in LAWS {
            let mut random = generator(1, &["positive"], 0);
            let mut sums = [0.0; 3];
            for _ in 0..COUNT {
                let value = law.sample(&mut random);
                sums.iter_mut().zip(1..).for_each(|(sum, k)| *sum += value.powi(k));
            }
            for (sum, moment) in sums.into_iter().zip(moments) {
                // The cube of an exponential has a standard error of 4.4 times its mean/sqrt(n).
                let mean = sum / f64::from(COUNT);
                assert!((mean - moment).abs() < 0.04 * moment, "{law:?}: {mean}, {moment}");
            }
        }
    }

    #[test]
    fn two_numbers_have_the_first_three_moments_of_any_law() {
        for (law, moments) in LAWS {
            let atoms = PositiveLaw::with_moments(moments).unwrap().atoms().unwrap();
            for (power, moment) in (1..).zip(moments) {
                let mean: f64 = atoms.iter().map(|(x, p)| p * x.powi(power)).sum();
                assert!((mean - moment).abs() < 1e-12 * moment, "{law:?}: {mean}, {moment}");
            }
        }
        assert!(PositiveLaw::with_moments([1.0, 0.5, 1.0]).is_err());
        assert!(PositiveLaw::with_moments([1.0, 4.0, 4.0]).is_err());
    }

    fn law(entries: Vec<PositiveLaw>) -> PromptLaw {
        let d = entries.len();
        PromptLaw::new(&Mat::identity(d, d), 3).unwrap().with_random_diagonal(entries).unwrap()
    }

    #[test]
    fn inputs_have_the_mean_covariance_and_share_their_scale() {
        let law = law(vec![PositiveLaw::Exponential(2.0); 2]);
        assert_eq!(law.covariance(), &(Mat::<f64>::identity(2, 2) * 2.0));
        let mut random = generator(2, &["prompts"], 0);
        const COUNT: u32 = 100_000;
        let [mut square, mut products, mut crossed] = [0.0; 3];
        for _ in 0..COUNT {
            let prompt = law.sample(&mut random).prompt;
            let (x, y) = (prompt.examples[(0, 0)].powi(2), prompt.query[0].powi(2));
            square += x;
            products += x * y;
            crossed += x * prompt.query[1].powi(2);
        }
        let mean = |sum: f64| sum / f64::from(COUNT);
        // E l = 2, E l^2 = 8, and (E l)^2 = 4 for different entries.
        assert!((mean(square) - 2.0).abs() < 0.1, "{}", mean(square));
        assert!((mean(products) - 8.0).abs() < 1.0, "{}", mean(products));
        assert!((mean(crossed) - 4.0).abs() < 0.3, "{}", mean(crossed));
    }

    #[test]
    fn all_covariances_of_a_finite_law_are_listed() {
        let two = PositiveLaw::TwoPoint { low: 1.0, high: 3.0, probability: 0.25 };
        let atoms = law(vec![two, PositiveLaw::Constant(2.0), two]).given_each_covariance();
        let atoms = atoms.unwrap();
        assert_eq!(atoms.len(), 4);
        let total: f64 = atoms.iter().map(|(weight, _)| weight).sum();
        assert!((total - 1.0).abs() < 1e-15);
        let mean: f64 = atoms.iter().map(|(p, law)| p * law.covariance()[(0, 0)]).sum();
        assert!((mean - 2.5).abs() < 1e-15);
        assert!(law(vec![PositiveLaw::Exponential(1.0)]).given_each_covariance().is_none());
        let one = PromptLaw::new(&Mat::identity(1, 1), 4).unwrap();
        assert!(one.clone().with_random_diagonal(vec![PositiveLaw::Constant(-1.0)]).is_err());
        assert!(one.with_random_diagonal(Vec::new()).is_err());
    }
}
