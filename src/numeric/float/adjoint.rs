//! Reverse sweep at matrix level: derivatives are nodes of the same graph.

use super::error::FloatError;
use super::graph::{Graph, NodeId, Operation};

impl Graph {
    /// The matrices of partial derivatives of the scalar `of` with respect to the entries of each
    /// of `places`, every other place held fixed.
    ///
    /// # Formula
    /// With G the derivative at a node: C = A B gives G B' at A and A' G at B; C = A^-1 gives
    /// -C' G C'; c = tr(A) gives g I; c = <A, B> gives g B and g A; c = a^k gives g k a^(k-1).
    ///
    /// # Errors
    /// [`FloatError::NotDifferentiable`] for roots of matrices, eigenvalues, `min` and `max`.
    pub(crate) fn gradient(
        &mut self,
        of: NodeId,
        places: &[NodeId],
    ) -> Result<Vec<NodeId>, FloatError> {
        let order = self.needed(&[of]);
        let mut moves = vec![false; self.len()];
        for &node in &order {
            moves[node.0] = places.contains(&node)
                || self.operation(node).arguments().any(|argument| moves[argument.0]);
        }
        let mut adjoints: Vec<Option<NodeId>> = vec![None; self.len()];
        adjoints[of.0] = Some(self.number(1.0));
        for &node in order.iter().rev() {
            if !moves[node.0] || places.contains(&node) {
                continue;
            }
            if let Some(adjoint) = adjoints[node.0] {
                for (argument, share) in self.shares(node, adjoint, &moves)? {
                    adjoints[argument.0] = Some(match adjoints[argument.0] {
                        Some(sum) => self.add(sum, share),
                        None => share,
                    });
                }
            }
        }
        let zero_or = |graph: &mut Self, place: NodeId| match adjoints[place.0] {
            Some(adjoint) => adjoint,
            None => graph.zero(graph.extent(place)),
        };
        Ok(places.iter().map(|&place| zero_or(self, place)).collect())
    }

    /// What `node` with derivative `adjoint` adds to the derivatives of its moving arguments.
    fn shares(
        &mut self,
        node: NodeId,
        adjoint: NodeId,
        moves: &[bool],
    ) -> Result<Vec<(NodeId, NodeId)>, FloatError> {
        let mut shares = Vec::with_capacity(2);
        let moving = |argument: NodeId| moves[argument.0];
        match *self.operation(node) {
            Operation::Number(_)
            | Operation::Identity
            | Operation::Ones
            | Operation::Zero
            | Operation::Letter(_)
            | Operation::Noise { .. } => {}
            Operation::Alias { of, .. } => shares.push((of, adjoint)),
            Operation::Add(a, b) => {
                shares.extend(
                    [a, b].into_iter().filter(|&side| moving(side)).map(|side| (side, adjoint)),
                );
            }
            Operation::Scale(s, a) => {
                if moving(s) {
                    shares.push((s, self.inner(adjoint, a)));
                }
                if moving(a) {
                    shares.push((a, self.scale(s, adjoint)));
                }
            }
            Operation::Product(a, b) => {
                if moving(a) {
                    let turned = self.transpose(b);
                    shares.push((a, self.product(adjoint, turned)));
                }
                if moving(b) {
                    let turned = self.transpose(a);
                    shares.push((b, self.product(turned, adjoint)));
                }
            }
            Operation::Transpose(a) => shares.push((a, self.transpose(adjoint))),
            Operation::Trace(a) => {
                let identity = self.identity(self.extent(a).rows);
                shares.push((a, self.scale(adjoint, identity)));
            }
            Operation::Inner(a, b) => {
                if moving(a) {
                    shares.push((a, self.scale(adjoint, b)));
                }
                if moving(b) {
                    shares.push((b, self.scale(adjoint, a)));
                }
            }
            Operation::Inverse(a) => {
                let turned = self.transpose(node);
                let left = self.product(turned, adjoint);
                let both = self.product(left, turned);
                shares.push((a, self.negate(both)));
            }
            Operation::Power(a, numerator, denominator)
                if self.extent(a) == super::graph::Extent::SCALAR =>
            {
                let lower = numerator
                    .checked_sub(denominator)
                    .ok_or(FloatError::TooLarge { what: "an exponent" })?;
                let power = self.power(a, lower, denominator);
                let factor = self.number(f64::from(numerator) / f64::from(denominator));
                let slope = self.scale(factor, power);
                shares.push((a, self.scale(adjoint, slope)));
            }
            Operation::Exponential(a) => shares.push((a, self.scale(adjoint, node))),
            Operation::Logarithm(a) => {
                let slope = self.inverse(a);
                shares.push((a, self.scale(adjoint, slope)));
            }
            Operation::Power(..) => return Err(unknown("a root of a matrix")),
            Operation::Factor(_) => return Err(unknown("a law in its covariance matrix")),
            Operation::Minimum(..) => return Err(unknown("`min`")),
            Operation::Maximum(..) => return Err(unknown("`max`")),
            Operation::OperatorNorm(_) => return Err(unknown("`opnorm`")),
            Operation::SmallestEigenvalue(_) => return Err(unknown("`eigmin`")),
            Operation::LargestEigenvalue(_) => return Err(unknown("`eigmax`")),
        }
        Ok(shares)
    }
}

fn unknown(what: &'static str) -> FloatError {
    FloatError::NotDifferentiable { what }
}
