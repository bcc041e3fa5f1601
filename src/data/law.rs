//! Laws of prompts: Gaussian inputs and the families of labels of in-context regression.

use super::random_covariance::PositiveLaw;
use faer::{Mat, Side};

/// The law of the task vector `w`, drawn once a prompt.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskLaw {
    /// `w ~ N(0, I)`.
    StandardNormal,
    /// The same `w` in every prompt.
    Fixed(Vec<f64>),
}

/// How a label depends on its input `x` and on the task vector `w`.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// `y = w'x`.
    Linear,
    /// `y = w'x + e` with `e ~ N(0, variance)`, independent for every label, the query's included.
    NoisyLinear {
        /// The variance of the noise.
        variance: f64,
    },
    /// `y = (v'x)^3`, whatever the task.
    Cubic {
        /// The direction `v`.
        direction: Vec<f64>,
    },
    /// `y = w'x + c (v'x)^2`.
    LinearPlusSquare {
        /// The coefficient `c` of the square.
        coefficient: f64,
        /// The direction `v`.
        direction: Vec<f64>,
    },
}

/// A law of prompts: the inputs are independent `N(0, Lambda)`, the query is `N(0, Q)`, the task is
/// drawn once a prompt, and the labels follow from both.
///
/// ```
/// use faer::mat;
/// use isserlis::data::{Labels, PromptLaw};
/// # fn main() -> Result<(), isserlis::data::LawError> {
/// let covariance = mat![[2.0, 0.5], [0.5, 1.0]];
/// let law = PromptLaw::new(&covariance, 6)?.with_labels(Labels::NoisyLinear { variance: 0.25 })?;
/// assert_eq!(law.context_length(), 6);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PromptLaw {
    covariance: Mat<f64>,
    query_covariance: Mat<f64>,
    /// Lower triangular `C` with `C C' = Lambda`.
    factor: Mat<f64>,
    /// Lower triangular `C` with `C C' = Q`.
    query_factor: Mat<f64>,
    context_length: usize,
    task: TaskLaw,
    labels: Labels,
    /// The query has a covariance of its own.
    own_query: bool,
    /// The laws of the diagonal of `Lambda`, where it is random.
    pub(super) diagonal_entries: Option<Vec<PositiveLaw>>,
}

/// Why there is no such law.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LawError {
    /// Not a covariance: shape.
    #[error("{what} is {rows} x {columns}; a covariance here is {dimension} x {dimension}")]
    Shape {
        /// Which covariance.
        what: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The dimension of the inputs.
        dimension: usize,
    },
    /// Not a covariance: symmetry.
    #[error(
        "{what} is not symmetric: its entries ({row}, {column}) and ({column}, {row}) differ \
         (counted from 0); replace it by (A + A')/2 if that is meant"
    )]
    NotSymmetric {
        /// Which covariance.
        what: &'static str,
        /// Row of the entry.
        row: usize,
        /// Column of the entry.
        column: usize,
    },
    /// Not a covariance: definiteness.
    #[error("{what} is not positive definite: it has no Cholesky factor; check its eigenvalues")]
    NotDefinite {
        /// Which covariance.
        what: &'static str,
    },
    /// A vector of the wrong length.
    #[error("the {what} has {length} entries; the inputs have dimension {dimension}")]
    Length {
        /// Which vector.
        what: &'static str,
        /// Its length.
        length: usize,
        /// The dimension of the inputs.
        dimension: usize,
    },
    /// A number that is not finite, or a negative variance.
    #[error("the {what} is {value}; it must be finite{}", if *.nonnegative { " and at least 0" } else { "" })]
    Number {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// Whether it must not be negative either.
        nonnegative: bool,
    },
    /// A prompt without examples.
    #[error("a prompt needs at least one example; the attention layer divides by their number")]
    NoExamples,
}

impl PromptLaw {
    /// Prompts with `context_length` examples and a query from `N(0, covariance)`, a task from
    /// `N(0, I)`, and labels `y = w'x` without noise.
    ///
    /// # Errors
    /// If `covariance` is not symmetric positive definite, or there are no examples.
    pub fn new(covariance: &Mat<f64>, context_length: usize) -> Result<Self, LawError> {
        let factor = cholesky("the covariance of the examples", covariance, covariance.nrows())?;
        Self {
            covariance: covariance.clone(),
            query_covariance: covariance.clone(),
            query_factor: factor.clone(),
            factor,
            context_length: 1,
            task: TaskLaw::StandardNormal,
            labels: Labels::Linear,
            own_query: false,
            diagonal_entries: None,
        }
        .with_context_length(context_length)
    }

    /// The same law with this positive diagonal matrix as covariance of the examples, and of the query
    /// unless it has one of its own.
    pub(super) fn with_covariance(&self, diagonal: &Mat<f64>) -> Self {
        let d = diagonal.nrows();
        let factor = Mat::from_fn(d, d, |i, j| diagonal[(i, j)].sqrt());
        let (query_covariance, query_factor) = match self.own_query {
            true => (self.query_covariance.clone(), self.query_factor.clone()),
            false => (diagonal.clone(), factor.clone()),
        };
        Self {
            covariance: diagonal.clone(),
            query_covariance,
            query_factor,
            factor,
            context_length: self.context_length,
            task: self.task.clone(),
            labels: self.labels.clone(),
            own_query: self.own_query,
            diagonal_entries: None,
        }
    }

    /// The same law with `length` examples a prompt.
    ///
    /// # Errors
    /// If `length` is 0.
    pub fn with_context_length(mut self, length: usize) -> Result<Self, LawError> {
        if length == 0 {
            return Err(LawError::NoExamples);
        }
        self.context_length = length;
        Ok(self)
    }

    /// The same law with queries from `N(0, covariance)`.
    ///
    /// # Errors
    /// If `covariance` is not symmetric positive definite of the same dimension.
    pub fn with_query_covariance(mut self, covariance: &Mat<f64>) -> Result<Self, LawError> {
        self.query_factor = cholesky("the covariance of the query", covariance, self.dimension())?;
        self.query_covariance = covariance.clone();
        self.own_query = true;
        Ok(self)
    }

    /// The same law with another law of the task.
    ///
    /// # Errors
    /// If a fixed task has the wrong length or an entry that is not finite.
    pub fn with_task(mut self, task: TaskLaw) -> Result<Self, LawError> {
        if let TaskLaw::Fixed(vector) = &task {
            check_vector("task vector", vector, self.dimension())?;
        }
        self.task = task;
        Ok(self)
    }

    /// The same law with other labels.
    ///
    /// # Errors
    /// If a direction has the wrong length, or a number is not finite or a variance negative.
    pub fn with_labels(mut self, labels: Labels) -> Result<Self, LawError> {
        match &labels {
            Labels::Linear => {}
            &Labels::NoisyLinear { variance } => {
                if !(variance.is_finite() && variance >= 0.0) {
                    let what = "variance of the label noise";
                    return Err(LawError::Number { what, value: variance, nonnegative: true });
                }
            }
            Labels::Cubic { direction } => {
                check_vector("direction of the cubic labels", direction, self.dimension())?;
            }
            Labels::LinearPlusSquare { coefficient, direction } => {
                check_vector("direction of the square", direction, self.dimension())?;
                check_vector("coefficient of the square", &[*coefficient], 1)?;
            }
        }
        self.labels = labels;
        Ok(self)
    }

    /// The dimension `d` of the inputs.
    pub fn dimension(&self) -> usize {
        self.covariance.nrows()
    }

    /// The number `N` of examples a prompt.
    pub fn context_length(&self) -> usize {
        self.context_length
    }

    /// The covariance `Lambda` of the examples (d x d).
    pub fn covariance(&self) -> &Mat<f64> {
        &self.covariance
    }

    /// The covariance `Q` of the query (d x d).
    pub fn query_covariance(&self) -> &Mat<f64> {
        &self.query_covariance
    }

    /// Whether the covariance of the query was set apart from that of the examples.
    pub(crate) fn has_own_query(&self) -> bool {
        self.own_query
    }

    /// The law of the task.
    pub fn task(&self) -> &TaskLaw {
        &self.task
    }

    /// How labels depend on inputs.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The lower triangular factor `C` with `C C' = Lambda`.
    pub(super) fn factor(&self) -> &Mat<f64> {
        &self.factor
    }

    /// The lower triangular factor `C` with `C C' = Q`.
    pub(crate) fn query_factor(&self) -> &Mat<f64> {
        &self.query_factor
    }

    /// Whether every prompt has a covariance of its own.
    pub(crate) fn has_random_covariance(&self) -> bool {
        self.diagonal_entries.is_some()
    }

    /// The variance of the noise of a label.
    pub fn noise_variance(&self) -> f64 {
        if let Labels::NoisyLinear { variance } = self.labels { variance } else { 0.0 }
    }

    /// The directions `a` such that [`label_mean`](Self::label_mean) depends on the input through
    /// the numbers `a'x` alone, as a polynomial of degree at most three.
    pub(crate) fn label_directions<'a>(&'a self, task: &'a [f64]) -> Vec<&'a [f64]> {
        match &self.labels {
            Labels::Linear | Labels::NoisyLinear { .. } => vec![task],
            Labels::Cubic { direction } => vec![direction],
            Labels::LinearPlusSquare { direction, .. } => vec![task, direction],
        }
    }

    /// The mean of the label of `input` for the task vector `task`: the label without its noise.
    ///
    /// # Panics
    /// If one of them has another dimension than the inputs.
    pub fn label_mean(&self, task: &[f64], input: &[f64]) -> f64 {
        match &self.labels {
            Labels::Linear | Labels::NoisyLinear { .. } => dot(task, input),
            Labels::Cubic { direction } => dot(direction, input).powi(3),
            Labels::LinearPlusSquare { coefficient, direction } => {
                dot(task, input) + coefficient * dot(direction, input).powi(2)
            }
        }
    }
}

/// The inner product of two vectors.
pub(crate) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| x * y).sum()
}

/// Replaces `z` by `C z` for lower triangular `C`.
pub(super) fn colour(factor: &Mat<f64>, entries: &mut [f64]) {
    // From the last column on: those before it do not change its entry.
    for (j, column) in factor.col_iter().enumerate().rev() {
        let column = column.try_as_col_major().expect("columns are contiguous: a bug").as_slice();
        let entry = std::mem::take(&mut entries[j]);
        entries[j..].iter_mut().zip(&column[j..]).for_each(|(sum, c)| *sum += c * entry);
    }
}

/// The lower triangular Cholesky factor of a covariance of this dimension.
fn cholesky(
    what: &'static str,
    covariance: &Mat<f64>,
    dimension: usize,
) -> Result<Mat<f64>, LawError> {
    let (rows, columns) = (covariance.nrows(), covariance.ncols());
    if rows != dimension || columns != dimension || dimension == 0 {
        return Err(LawError::Shape { what, rows, columns, dimension: dimension.max(1) });
    }
    for row in 0..dimension {
        for column in 0..row {
            let (lower, upper) = (covariance[(row, column)], covariance[(column, row)]);
            if (lower - upper).abs() > 1e-12 * lower.abs().max(upper.abs()) {
                return Err(LawError::NotSymmetric { what, row, column });
            }
        }
    }
    let factor = covariance.llt(Side::Lower).map_err(|_| LawError::NotDefinite { what })?;
    let factor = factor.L().to_owned();
    // A matrix with entries that are not numbers may pass the factorisation.
    let finite = (0..dimension).all(|i| factor[(i, i)].is_finite() && factor[(i, i)] > 0.0);
    if finite { Ok(factor) } else { Err(LawError::NotDefinite { what }) }
}

fn check_vector(what: &'static str, vector: &[f64], dimension: usize) -> Result<(), LawError> {
    if vector.len() != dimension {
        return Err(LawError::Length { what, length: vector.len(), dimension });
    }
    match vector.iter().find(|entry| !entry.is_finite()) {
        Some(&value) => Err(LawError::Number { what, value, nonnegative: false }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{AnsweredPrompt, PromptSource, generator};
    use faer::mat;

    fn law() -> PromptLaw {
        PromptLaw::new(&mat![[2.0, 0.5], [0.5, 1.0]], 3).unwrap()
    }

    #[test]
    fn matrices_that_are_not_covariances_are_refused_with_a_reason() {
        let message =
            |covariance: Mat<f64>| PromptLaw::new(&covariance, 3).unwrap_err().to_string();
        assert!(message(mat![[1.0, 0.5], [0.4, 1.0]]).contains("not symmetric"));
        assert!(message(mat![[1.0, 2.0], [2.0, 1.0]]).contains("not positive definite"));
        assert!(message(mat![[f64::NAN]]).contains("not positive definite"));
        assert!(message(Mat::zeros(2, 3)).contains("2 x 3"));
        assert!(message(Mat::zeros(0, 0)).contains("0 x 0"));
        let query = law().with_query_covariance(&mat![[1.0]]).unwrap_err().to_string();
        assert!(query.contains("covariance of the query is 1 x 1"), "{query}");
    }

    #[test]
    fn vectors_and_numbers_that_do_not_fit_are_refused() {
        assert_eq!(law().with_context_length(0).unwrap_err(), LawError::NoExamples);
        let short = law().with_task(TaskLaw::Fixed(vec![1.0])).unwrap_err();
        assert_eq!(short.to_string(), "the task vector has 1 entries; the inputs have dimension 2");
        let noise = law().with_labels(Labels::NoisyLinear { variance: -1.0 }).unwrap_err();
        let text = "the variance of the label noise is -1; it must be finite and at least 0";
        assert_eq!(noise.to_string(), text);
        let direction = vec![0.0, f64::INFINITY];
        assert!(law().with_labels(Labels::Cubic { direction }).is_err());
    }

    #[test]
    fn labels_follow_their_formula() {
        let direction = vec![0.5, -1.0];
        let families = [
            Labels::Linear,
            Labels::Cubic { direction: direction.clone() },
            Labels::LinearPlusSquare { coefficient: 0.3, direction },
        ];
        for (index, labels) in families.into_iter().enumerate() {
            let law = law().with_task(TaskLaw::Fixed(vec![1.0, 2.0])).unwrap();
            let law = law.with_labels(labels).unwrap();
            let sample = law.sample(&mut generator(3, &["labels"], 0));
            let formula = |x: [f64; 2]| {
                let (linear, along) = (x[0] + 2.0 * x[1], 0.5 * x[0] - x[1]);
                [linear, along * along * along, linear + 0.3 * along * along][index]
            };
            let examples = &sample.prompt.examples;
            for n in 0..3 {
                let expected = formula([examples[(0, n)], examples[(1, n)]]);
                approx::assert_relative_eq!(sample.prompt.labels[n], expected, epsilon = 1e-12);
            }
            let query = &sample.prompt.query;
            approx::assert_relative_eq!(
                sample.answer,
                formula([query[0], query[1]]),
                epsilon = 1e-12
            );
        }
    }

    #[test]
    fn inputs_queries_and_noise_have_their_covariances() {
        const COUNT: usize = 40_000;
        let query_covariance = mat![[0.5, -0.2], [-0.2, 1.5]];
        let law = law().with_context_length(1).unwrap();
        let law = law.with_query_covariance(&query_covariance).unwrap();
        let law = law.with_labels(Labels::NoisyLinear { variance: 0.25 }).unwrap();
        let mut generator = generator(5, &["covariance"], 0);
        let mut source = PromptSource::new(&mut generator);
        let mut sums = [0.0; 8];
        for _ in 0..COUNT {
            let AnsweredPrompt { prompt, answer, task } = source.draw(&law, &mut generator);
            let (x, q) = ([prompt.examples[(0, 0)], prompt.examples[(1, 0)]], &prompt.query);
            let noise = prompt.labels[0] - task[0] * x[0] - task[1] * x[1];
            let query_noise = answer - task[0] * q[0] - task[1] * q[1];
            let products = [
                [x[0] * x[0], x[0] * x[1], x[1] * x[1], q[0] * q[0]],
                [q[0] * q[1], q[1] * q[1], noise * noise, query_noise * query_noise],
            ];
            sums.iter_mut().zip(products.concat()).for_each(|(sum, product)| *sum += product);
        }
        let expected = [2.0, 0.5, 1.0, 0.5, -0.2, 1.5, 0.25, 0.25];
        for (index, (sum, expected)) in sums.into_iter().zip(expected).enumerate() {
            // Standard error at most sqrt(2) 2/200 = 0.0142; five of them.
            let mean = sum / COUNT as f64;
            assert!((mean - expected).abs() < 0.07, "moment {index}: {mean} against {expected}");
        }
    }
}
