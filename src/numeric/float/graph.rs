//! An expression at concrete sizes: an acyclic graph of matrix operations.
//!
//! Equal operations are one node, and the obvious simplifications (a factor 0 or 1, a double
//! transpose) happen on construction, so that reverse sweeps leave no dead work behind. Arguments
//! always stand before the operation that uses them.

use std::collections::HashMap;
use std::sync::Arc;

/// A node of a [`Graph`]; arguments have smaller numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) usize);

/// An operation on matrices. Scalars are 1 x 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// A number, by its bits.
    Number(u64),
    /// The identity matrix.
    Identity,
    /// Every entry 1.
    Ones,
    /// Every entry 0.
    Zero,
    /// A value from outside.
    Letter(Arc<str>),
    /// Independent standard normals: the `copy`-th independent copy for a random letter.
    Noise { letter: Arc<str>, copy: usize },
    /// The same value as another node: a place to differentiate at. `mark` keeps places apart.
    Alias { of: NodeId, mark: usize },
    /// a + b.
    Add(NodeId, NodeId),
    /// The scalar s times a.
    Scale(NodeId, NodeId),
    /// The matrix product a b.
    Product(NodeId, NodeId),
    /// a'.
    Transpose(NodeId),
    /// tr(a).
    Trace(NodeId),
    /// <a, b> = tr(a'b).
    Inner(NodeId, NodeId),
    /// The inverse of a scalar or a square matrix.
    Inverse(NodeId),
    /// a^(p/q) in lowest terms, q > 1 or a scalar; a matrix is symmetric.
    Power(NodeId, i32, i32),
    /// Some F with F F' = a, for a positive semidefinite a.
    Factor(NodeId),
    /// exp(a).
    Exponential(NodeId),
    /// log(a).
    Logarithm(NodeId),
    /// min(a, b).
    Minimum(NodeId, NodeId),
    /// max(a, b).
    Maximum(NodeId, NodeId),
    /// The largest singular value.
    OperatorNorm(NodeId),
    /// The smallest eigenvalue of a symmetric matrix.
    SmallestEigenvalue(NodeId),
    /// The largest eigenvalue of a symmetric matrix.
    LargestEigenvalue(NodeId),
}

/// Rows and columns of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Extent {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Extent {
    pub(crate) const SCALAR: Self = Self { rows: 1, columns: 1 };

    pub(crate) fn new(rows: usize, columns: usize) -> Self {
        Self { rows, columns }
    }

    pub(crate) fn entries(self) -> usize {
        self.rows * self.columns
    }

    fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows }
    }
}

impl Operation {
    /// The arguments, in order.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = NodeId> + use<> {
        let (first, second) = match *self {
            Self::Number(_)
            | Self::Identity
            | Self::Ones
            | Self::Zero
            | Self::Letter(_)
            | Self::Noise { .. } => (None, None),
            Self::Alias { of: a, .. }
            | Self::Transpose(a)
            | Self::Trace(a)
            | Self::Inverse(a)
            | Self::Power(a, ..)
            | Self::Factor(a)
            | Self::Exponential(a)
            | Self::Logarithm(a)
            | Self::OperatorNorm(a)
            | Self::SmallestEigenvalue(a)
            | Self::LargestEigenvalue(a) => (Some(a), None),
            Self::Add(a, b)
            | Self::Scale(a, b)
            | Self::Product(a, b)
            | Self::Inner(a, b)
            | Self::Minimum(a, b)
            | Self::Maximum(a, b) => (Some(a), Some(b)),
        };
        first.into_iter().chain(second)
    }
}

/// Operations in the order of evaluation, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<(Operation, Extent)>,
    index: HashMap<(Operation, Extent), NodeId>,
    marks: usize,
}

impl Graph {
    pub(crate) fn operation(&self, node: NodeId) -> &Operation {
        &self.nodes[node.0].0
    }

    pub(crate) fn extent(&self, node: NodeId) -> Extent {
        self.nodes[node.0].1
    }

    /// The number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn push(&mut self, operation: Operation, extent: Extent) -> NodeId {
        let next = NodeId(self.nodes.len());
        let entry = (operation, extent);
        let node = *self.index.entry(entry.clone()).or_insert(next);
        if node == next {
            self.nodes.push(entry);
        }
        node
    }

    /// The value if the node is a number that is known by itself.
    pub(crate) fn as_number(&self, node: NodeId) -> Option<f64> {
        match *self.operation(node) {
            Operation::Number(bits) => Some(f64::from_bits(bits)),
            Operation::Zero if self.extent(node) == Extent::SCALAR => Some(0.0),
            _ => None,
        }
    }

    pub(crate) fn is_zero(&self, node: NodeId) -> bool {
        matches!(self.operation(node), Operation::Zero)
    }

    pub(crate) fn number(&mut self, value: f64) -> NodeId {
        if value == 0.0 {
            return self.zero(Extent::SCALAR);
        }
        self.push(Operation::Number(value.to_bits()), Extent::SCALAR)
    }

    pub(crate) fn zero(&mut self, extent: Extent) -> NodeId {
        self.push(Operation::Zero, extent)
    }

    pub(crate) fn ones(&mut self, extent: Extent) -> NodeId {
        if extent == Extent::SCALAR {
            return self.number(1.0);
        }
        self.push(Operation::Ones, extent)
    }

    pub(crate) fn identity(&mut self, size: usize) -> NodeId {
        if size == 1 {
            return self.number(1.0);
        }
        self.push(Operation::Identity, Extent::new(size, size))
    }

    pub(crate) fn letter(&mut self, name: Arc<str>, extent: Extent) -> NodeId {
        self.push(Operation::Letter(name), extent)
    }

    pub(crate) fn noise(&mut self, letter: Arc<str>, copy: usize, extent: Extent) -> NodeId {
        self.push(Operation::Noise { letter, copy }, extent)
    }

    /// A new place with the value of `of`.
    pub(crate) fn alias(&mut self, of: NodeId) -> NodeId {
        self.marks += 1;
        self.push(Operation::Alias { of, mark: self.marks }, self.extent(of))
    }

    pub(crate) fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is_zero(a) {
            return b;
        }
        if self.is_zero(b) {
            return a;
        }
        if let (Some(x), Some(y)) = (self.as_number(a), self.as_number(b)) {
            return self.number(x + y);
        }
        self.push(Operation::Add(a, b), self.extent(a))
    }

    pub(crate) fn negate(&mut self, a: NodeId) -> NodeId {
        let minus = self.number(-1.0);
        self.scale(minus, a)
    }

    pub(crate) fn subtract(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return self.zero(self.extent(a));
        }
        let minus = self.negate(b);
        self.add(a, minus)
    }

    pub(crate) fn scale(&mut self, scalar: NodeId, a: NodeId) -> NodeId {
        if self.is_zero(scalar) || self.is_zero(a) {
            return self.zero(self.extent(a));
        }
        let factor = self.as_number(scalar);
        if factor == Some(1.0) {
            return a;
        }
        if self.as_number(a) == Some(1.0) {
            return scalar;
        }
        if let Some(x) = factor {
            if let Some(y) = self.as_number(a) {
                return self.number(x * y);
            }
            if let Operation::Scale(inner, of) = *self.operation(a)
                && let Some(y) = self.as_number(inner)
            {
                let product = self.number(x * y);
                return self.scale(product, of);
            }
        }
        self.push(Operation::Scale(scalar, a), self.extent(a))
    }

    pub(crate) fn product(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let extent = Extent::new(self.extent(a).rows, self.extent(b).columns);
        if self.extent(a) == Extent::SCALAR {
            return self.scale(a, b);
        }
        if self.extent(b) == Extent::SCALAR {
            return self.scale(b, a);
        }
        if self.is_zero(a) || self.is_zero(b) {
            return self.zero(extent);
        }
        match (self.operation(a), self.operation(b)) {
            (Operation::Identity, _) => b,
            (_, Operation::Identity) => a,
            // A number in front of a factor waits until the product, which is often smaller.
            (&Operation::Scale(scalar, of), _) if self.as_number(scalar).is_some() => {
                let rest = self.product(of, b);
                self.scale(scalar, rest)
            }
            (_, &Operation::Scale(scalar, of)) if self.as_number(scalar).is_some() => {
                let rest = self.product(a, of);
                self.scale(scalar, rest)
            }
            (&Operation::Transpose(of), _) if extent == Extent::SCALAR => self.inner(of, b),
            _ => self.push(Operation::Product(a, b), extent),
        }
    }

    pub(crate) fn transpose(&mut self, a: NodeId) -> NodeId {
        let extent = self.extent(a);
        match *self.operation(a) {
            _ if extent == Extent::SCALAR => a,
            Operation::Identity => a,
            Operation::Zero => self.zero(extent.transposed()),
            Operation::Ones => self.ones(extent.transposed()),
            Operation::Transpose(of) => of,
            Operation::Scale(scalar, of) => {
                let turned = self.transpose(of);
                self.scale(scalar, turned)
            }
            _ => self.push(Operation::Transpose(a), extent.transposed()),
        }
    }

    pub(crate) fn trace(&mut self, a: NodeId) -> NodeId {
        let extent = self.extent(a);
        match *self.operation(a) {
            _ if extent == Extent::SCALAR => a,
            Operation::Identity => self.number(extent.rows as f64),
            Operation::Zero => self.zero(Extent::SCALAR),
            Operation::Scale(scalar, of) => {
                let rest = self.trace(of);
                self.scale(scalar, rest)
            }
            Operation::Product(left, right) => {
                let turned = self.transpose(left);
                self.inner(turned, right)
            }
            _ => self.push(Operation::Trace(a), Extent::SCALAR),
        }
    }

    pub(crate) fn inner(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is_zero(a) || self.is_zero(b) {
            return self.zero(Extent::SCALAR);
        }
        if self.extent(a) == Extent::SCALAR {
            return self.scale(a, b);
        }
        match (self.operation(a), self.operation(b)) {
            (&Operation::Scale(scalar, of), _) => {
                let rest = self.inner(of, b);
                self.scale(scalar, rest)
            }
            (_, &Operation::Scale(scalar, of)) => {
                let rest = self.inner(a, of);
                self.scale(scalar, rest)
            }
            (Operation::Identity, _) => self.trace(b),
            (_, Operation::Identity) => self.trace(a),
            (&Operation::Transpose(left), &Operation::Transpose(right)) => self.inner(left, right),
            _ => self.push(Operation::Inner(a, b), Extent::SCALAR),
        }
    }

    pub(crate) fn inverse(&mut self, a: NodeId) -> NodeId {
        match *self.operation(a) {
            Operation::Identity => a,
            Operation::Inverse(of) if self.extent(a) == Extent::SCALAR => of,
            Operation::Number(bits) => self.number(1.0 / f64::from_bits(bits)),
            _ => self.push(Operation::Inverse(a), self.extent(a)),
        }
    }

    /// a^count by repeated squaring.
    pub(crate) fn repeated_product(&mut self, a: NodeId, count: u32) -> NodeId {
        let mut result = self.identity(self.extent(a).rows);
        let (mut square, mut rest) = (a, count);
        while rest > 0 {
            if rest % 2 == 1 {
                result = self.product(result, square);
            }
            rest /= 2;
            if rest > 0 {
                square = self.product(square, square);
            }
        }
        result
    }

    /// a^(numerator/denominator) of a scalar or a symmetric matrix.
    pub(crate) fn power(&mut self, a: NodeId, numerator: i32, denominator: i32) -> NodeId {
        match (numerator, denominator) {
            (0, _) => self.identity(self.extent(a).rows),
            (1, 1) => a,
            _ if matches!(self.operation(a), Operation::Identity) => a,
            _ if self.as_number(a) == Some(1.0) => a,
            _ => self.push(Operation::Power(a, numerator, denominator), self.extent(a)),
        }
    }

    /// An operation of one argument that has no simplification of its own.
    pub(crate) fn apply(&mut self, operation: Operation) -> NodeId {
        let extent = match operation {
            Operation::Factor(a) => self.extent(a),
            _ => Extent::SCALAR,
        };
        self.push(operation, extent)
    }

    /// The nodes that `outputs` need, in the order of evaluation.
    pub(crate) fn needed(&self, outputs: &[NodeId]) -> Vec<NodeId> {
        let mut marked = vec![false; self.nodes.len()];
        let mut waiting = outputs.to_vec();
        while let Some(node) = waiting.pop() {
            if !std::mem::replace(&mut marked[node.0], true) {
                waiting.extend(self.operation(node).arguments());
            }
        }
        (0..self.nodes.len()).filter(|&node| marked[node]).map(NodeId).collect()
    }
}
