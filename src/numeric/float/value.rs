//! Values of a graph, node by node, with faer.

use super::dense;
use super::environment::FloatEnvironment;
use super::error::FloatError;
use super::graph::{Extent, Graph, NodeId, Operation};
use faer::Mat;

/// Values of graph nodes; empty where a node was not needed.
pub(crate) type Values = Vec<Option<Mat<f64>>>;

impl Graph {
    /// Values of `nodes`, which stand in the order of evaluation together with all they need.
    ///
    /// # Errors
    /// A missing letter, a singular matrix, an argument outside a domain, noise.
    pub(crate) fn values(
        &self,
        nodes: &[NodeId],
        environment: &FloatEnvironment,
    ) -> Result<Values, FloatError> {
        let mut values: Values = vec![None; self.len()];
        for &node in nodes {
            let value = self.value(node, &values, environment)?;
            values[node.0] = Some(value);
        }
        Ok(values)
    }

    /// The value of one node, from the values of its arguments.
    pub(super) fn value(
        &self,
        node: NodeId,
        values: &Values,
        environment: &FloatEnvironment,
    ) -> Result<Mat<f64>, FloatError> {
        let extent = self.extent(node);
        let matrix = |argument: NodeId| {
            values[argument.0].as_ref().expect("arguments come first; this is a bug")
        };
        let scalar = |argument: NodeId| matrix(argument)[(0, 0)];
        let number = |value: f64| Mat::full(1, 1, value);
        Ok(match *self.operation(node) {
            Operation::Number(bits) => number(f64::from_bits(bits)),
            Operation::Identity => Mat::identity(extent.rows, extent.rows),
            Operation::Ones => Mat::full(extent.rows, extent.columns, 1.0),
            Operation::Zero => Mat::zeros(extent.rows, extent.columns),
            Operation::Letter(ref name) => letter(name, extent, environment)?,
            Operation::Noise { ref letter, .. } => {
                return Err(FloatError::RandomLetter { name: letter.clone() });
            }
            Operation::Alias { of, .. } => matrix(of).clone(),
            Operation::Add(a, b) => matrix(a) + matrix(b),
            Operation::Scale(s, a) => matrix(a) * faer::Scale(scalar(s)),
            Operation::Product(a, b) => matrix(a) * matrix(b),
            Operation::Transpose(a) => matrix(a).transpose().to_owned(),
            Operation::Trace(a) => {
                number((0..self.extent(a).rows).map(|index| matrix(a)[(index, index)]).sum())
            }
            Operation::Inner(a, b) => number(inner(matrix(a), matrix(b))),
            Operation::Inverse(a) => dense::inverse(matrix(a).as_ref())?,
            Operation::Power(a, numerator, denominator) => dense::fractional_power(
                matrix(a).as_ref(),
                f64::from(numerator) / f64::from(denominator),
            )?,
            Operation::Factor(a) => dense::covariance_factor(matrix(a).as_ref())?,
            Operation::Exponential(a) => number(scalar(a).exp()),
            Operation::Logarithm(a) if scalar(a) > 0.0 => number(scalar(a).ln()),
            Operation::Logarithm(_) => {
                return Err(FloatError::Domain {
                    what: "a logarithm of a number that is not positive",
                });
            }
            Operation::Minimum(a, b) => number(scalar(a).min(scalar(b))),
            Operation::Maximum(a, b) => number(scalar(a).max(scalar(b))),
            Operation::OperatorNorm(a) => number(dense::operator_norm(matrix(a).as_ref())?),
            Operation::SmallestEigenvalue(a) => number(eigenvalues(matrix(a))?[0]),
            Operation::LargestEigenvalue(a) => number(
                *eigenvalues(matrix(a))?.last().expect("sizes are at least 1; this is a bug"),
            ),
        })
    }
}

fn letter(
    name: &std::sync::Arc<str>,
    extent: Extent,
    environment: &FloatEnvironment,
) -> Result<Mat<f64>, FloatError> {
    let value = environment
        .values
        .get(name)
        .ok_or_else(|| FloatError::MissingLetter { name: name.clone() })?;
    if (value.nrows(), value.ncols()) != (extent.rows, extent.columns) {
        return Err(FloatError::WrongShape {
            name: name.clone(),
            expected: format!("{} x {}", extent.rows, extent.columns),
            found: format!("{} x {}", value.nrows(), value.ncols()),
        });
    }
    Ok(value.clone())
}

fn eigenvalues(matrix: &Mat<f64>) -> Result<Vec<f64>, FloatError> {
    Ok(dense::symmetric_eigen(matrix.as_ref())?.1)
}

fn inner(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    let column =
        |index: usize| -> f64 { (0..a.nrows()).map(|row| a[(row, index)] * b[(row, index)]).sum() };
    (0..a.ncols()).map(column).sum()
}
