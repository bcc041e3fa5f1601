//! An expression that is evaluated again and again at other values of its letters.

use super::dense;
use super::environment::FloatEnvironment;
use super::error::FloatError;
use super::graph::{Graph, NodeId};
use super::lower::{Expectations, Lowering};
use crate::claim::Expr;
use faer::Mat;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An expression without expectations at given sizes, lowered once.
pub(crate) struct Formula {
    graph: Graph,
    output: NodeId,
    needed: Vec<NodeId>,
}

impl Formula {
    /// Lowers `expr`.
    ///
    /// # Errors
    /// Those of [`super::evaluate`] that do not depend on values.
    pub(crate) fn new(expr: &Expr, sizes: &BTreeMap<Arc<str>, usize>) -> Result<Self, FloatError> {
        let mut lowering = Lowering::new(sizes, Expectations::Refuse);
        let output = lowering.lower(expr, 0)?.node;
        let needed = lowering.graph.needed(&[output]);
        Ok(Self { graph: lowering.graph, output, needed })
    }

    /// The number of columns of the value.
    pub(crate) fn output_columns(&self) -> usize {
        self.graph.extent(self.output).columns
    }

    /// The number of entries of the value.
    pub(crate) fn output_entries(&self) -> usize {
        self.graph.extent(self.output).entries()
    }

    /// The value; a scalar is 1 x 1.
    ///
    /// # Errors
    /// Those of [`super::evaluate`].
    pub(crate) fn value(&self, environment: &FloatEnvironment) -> Result<Mat<f64>, FloatError> {
        let mut values = self.graph.values(&self.needed, environment)?;
        let value = values[self.output.0].take().expect("an output is needed; this is a bug");
        dense::finite(value.as_ref())?;
        Ok(value)
    }
}
