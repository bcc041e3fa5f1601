//! What a line predicts at an instance, and the identity of the place.

use super::{Comparison, Effort};
use crate::claim::{ClaimKind, Expr};
use crate::evidence::{BiasSource, Entries};
use crate::numeric::{Budget, FloatEnvironment, Instance, evaluate, evaluate_exactly};
use crate::statistics::{Bias, Margin};
use faer::Mat;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// Relative rounding of a floating-point value of a well-conditioned expression, generously.
const ROUNDING: f64 = 1e-12;

impl Comparison<'_> {
    /// The margin in force.
    pub(super) fn margin(&self) -> Option<Margin> {
        self.claim.margin.as_ref().map(|margin| {
            let [value, need] = [&margin.value, &margin.need].map(|one| one.to_f64().value());
            Margin { value, absolute: margin.absolute, need }
        })
    }

    /// The entries of the matrices that were compared, for the figures of a claim.
    pub(super) fn entries(
        &self,
        columns: usize,
        predicted: &[f64],
        estimated: &[f64],
    ) -> Option<Entries> {
        let is_claim = self.claim.kind == ClaimKind::Claim;
        is_claim.then(|| Entries::of(columns, predicted, estimated)).flatten()
    }

    /// What the seeds of this comparison derive from, besides the run and its origin.
    pub(super) fn identities(&self) -> [String; 2] {
        [self.claim.name.clone(), identity(self.at)]
    }
}

/// Sizes and values of an instance, as text: it names the place in seeds.
pub(super) fn identity(at: &Instance) -> String {
    let sizes = at.sizes.iter().map(|(name, size)| format!("{name}={size}"));
    let values = at.values.iter().map(|(name, value)| {
        let entries: Vec<String> = value.entries.iter().map(ToString::to_string).collect();
        format!("{name}={}", entries.join(","))
    });
    sizes.chain(values).collect::<Vec<_>>().join(";")
}

/// The name of what is measured, from everything that its true value depends on besides the line.
pub(super) fn quantity(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value of a side that is free of `observed` letters, row after row: in floating point, or
/// where it contains an `E` by exact arithmetic.
///
/// # Errors
/// Why it has no value without sampling, in words.
pub(super) fn predict(expr: &Expr, at: &Instance, effort: Effort) -> Result<Vec<f64>, String> {
    let value = if expr.contains_expectation() {
        evaluate_exactly(expr, at, &budget(effort)).map(|value| value.to_f64()).map_err(|error| {
            format!("the predicted side contains an expectation that has no exact value: {error}")
        })
    } else {
        evaluate(expr, &FloatEnvironment::from(at))
            .map(|value| entries(&value))
            .map_err(|error| format!("the predicted side has no value: {error}"))
    };
    value.and_then(|value| {
        let finite = value.iter().all(|entry| entry.is_finite());
        finite.then_some(value).ok_or_else(|| "the predicted side is not finite".to_owned())
    })
}

/// The work that exact arithmetic may spend at an effort.
pub(super) fn budget(effort: Effort) -> Budget {
    let factor = match effort {
        Effort::Quick => 1,
        Effort::Standard => 10,
        Effort::Full => 100,
    };
    let least = Budget::default();
    Budget { products: factor * least.products, terms: factor.min(10) * least.terms }
}

/// The entries of a matrix, row after row.
pub(super) fn entries(matrix: &Mat<f64>) -> Vec<f64> {
    let row = |row: usize| (0..matrix.ncols()).map(move |column| matrix[(row, column)]);
    (0..matrix.nrows()).flat_map(row).collect()
}

/// The length of a vector, for a matrix its Frobenius norm.
pub(super) fn length(vector: &[f64]) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}

/// What rounding may have done to values and prediction, in Euclidean length.
pub(super) fn rounding(values: &[f64], prediction: &[f64]) -> f64 {
    ROUNDING * length(values).max(length(prediction))
}

/// Rounding of this length in so many coordinates.
pub(super) fn rounding_bias(length: f64, coordinates: usize) -> Bias {
    let how = "a part of 1e-12 of values and prediction, and what the experiment states";
    Bias::of_length(BiasSource::Rounding, length, coordinates, how)
}

/// The key of a generator, in hexadecimal.
pub(super) fn seed_text(generator: &ChaCha8Rng) -> String {
    generator.get_seed().iter().map(|byte| format!("{byte:02x}")).collect()
}
