//! Values of sizes and letters in floating point.

use crate::numeric::{Instance, RationalMatrix};
use faer::Mat;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sizes and values of letters in floating point, by name; a scalar is 1 x 1.
#[derive(Clone, Debug, Default)]
pub struct FloatEnvironment {
    /// Sizes by name.
    pub sizes: BTreeMap<Arc<str>, usize>,
    /// Values by name: deterministic letters, and where wanted `observed` and random ones.
    pub values: BTreeMap<Arc<str>, Mat<f64>>,
}

impl FloatEnvironment {
    /// The same environment in which `name` has the value `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: Mat<f64>) -> Self {
        self.values.insert(Arc::from(name), value);
        self
    }
}

impl From<&Instance> for FloatEnvironment {
    /// The nearest floating-point values of an instance.
    fn from(instance: &Instance) -> Self {
        let values = instance.values.iter().map(|(name, value)| (name.clone(), Mat::from(value)));
        Self { sizes: instance.sizes.clone(), values: values.collect() }
    }
}

impl From<&RationalMatrix> for Mat<f64> {
    /// The nearest floating-point matrix.
    fn from(matrix: &RationalMatrix) -> Self {
        Mat::from_fn(matrix.rows, matrix.columns, |row, column| {
            matrix.entries[row * matrix.columns + column].to_f64().value()
        })
    }
}
