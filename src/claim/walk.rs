//! Going through a typed tree: the parts of a node, the node with other parts, and all nodes below
//! one.

use super::tree::{Expr, Letter, Node, Proposition};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Expr {
    /// The expressions that this node is made of, from left to right; the value of a `let` or
    /// `define` name counts as its part.
    pub fn parts(&self) -> Vec<&Self> {
        match &*self.node {
            Node::Number(_) | Node::Size(_) | Node::Letter(_) | Node::Identity { .. } => Vec::new(),
            Node::Abbreviation(abbreviation) => vec![&abbreviation.value],
            Node::Element(element) => vec![&element.value],
            Node::Negate(a) | Node::Power(a, _) | Node::Transpose(a) => vec![a],
            Node::Trace(a) | Node::Inverse(a) => vec![a],
            Node::Add(a, b) | Node::Subtract(a, b) => vec![a, b],
            Node::Multiply(a, b) | Node::Divide(a, b) => vec![a, b],
            Node::QuadraticForm { vector, matrix } => vec![vector, matrix],
            Node::Norm { of, weight, .. } => std::iter::once(of).chain(weight).collect(),
            Node::Expectation { body, .. } => vec![body],
            Node::Gradient { of, .. } => vec![of],
            Node::Substitute { of, replacements } => {
                std::iter::once(of).chain(replacements.iter().map(|(_, value)| value)).collect()
            }
            Node::Lie { quantity, loss, .. } => vec![quantity, loss],
            Node::Numeric { arguments, .. } => arguments.iter().collect(),
        }
    }

    /// The same node made of other parts, as many and of the same shapes as [`Expr::parts`] gives.
    /// A use of a `let` or `define` name becomes the part itself: the name has another value.
    ///
    /// # Panics
    /// If the number of parts is another one.
    #[must_use]
    pub fn with_parts(&self, parts: Vec<Self>) -> Self {
        assert_eq!(parts.len(), self.parts().len(), "one part for each: this is a bug");
        let mut parts = parts.into_iter();
        let mut next = || parts.next().expect("as many parts as counted");
        let node = match &*self.node {
            Node::Number(_) | Node::Size(_) | Node::Letter(_) | Node::Identity { .. } => {
                return self.clone();
            }
            Node::Abbreviation(_) | Node::Element(_) => return next(),
            Node::Negate(_) => Node::Negate(next()),
            Node::Power(_, exponent) => Node::Power(next(), exponent.clone()),
            Node::Transpose(_) => Node::Transpose(next()),
            Node::Trace(_) => Node::Trace(next()),
            Node::Inverse(_) => Node::Inverse(next()),
            Node::Add(..) => Node::Add(next(), next()),
            Node::Subtract(..) => Node::Subtract(next(), next()),
            Node::Multiply(..) => Node::Multiply(next(), next()),
            Node::Divide(..) => Node::Divide(next(), next()),
            Node::QuadraticForm { .. } => Node::QuadraticForm { vector: next(), matrix: next() },
            Node::Norm { squared, weight, .. } => Node::Norm {
                of: next(),
                squared: *squared,
                weight: weight.as_ref().map(|_| next()),
            },
            Node::Expectation { over, .. } => {
                Node::Expectation { body: next(), over: over.clone() }
            }
            Node::Gradient { with_respect_to, .. } => {
                Node::Gradient { of: next(), with_respect_to: with_respect_to.clone() }
            }
            Node::Substitute { replacements, .. } => {
                let of = next();
                let targets = replacements.iter().map(|(target, _)| target.clone());
                Node::Substitute { of, replacements: targets.map(|it| (it, next())).collect() }
            }
            Node::Lie { letters, .. } => {
                Node::Lie { quantity: next(), loss: next(), letters: letters.clone() }
            }
            Node::Numeric { function, arguments } => Node::Numeric {
                function: *function,
                arguments: arguments.iter().map(|_| next()).collect(),
            },
        };
        Self { node: Arc::new(node), shape: self.shape.clone(), span: self.span }
    }

    /// This expression and everything below it, each shared node once: a chain of `let` names
    /// that use each other twice has exponentially many paths, but few nodes.
    pub fn descendants(&self) -> Descendants<'_> {
        Descendants { seen: BTreeSet::new(), waiting: vec![self] }
    }

    /// The letters that occur in it, in the order of their names.
    pub fn letters(&self) -> Vec<&Arc<Letter>> {
        let mut letters: Vec<&Arc<Letter>> = self
            .descendants()
            .filter_map(|expr| match &*expr.node {
                Node::Letter(letter) => Some(letter),
                _ => None,
            })
            .collect();
        letters.sort_by(|a, b| a.name.cmp(&b.name));
        letters.dedup_by(|a, b| a.name == b.name);
        letters
    }
}

/// Iterator over an expression and everything below it; see [`Expr::descendants`].
#[derive(Debug)]
pub struct Descendants<'a> {
    seen: BTreeSet<*const Node>,
    waiting: Vec<&'a Expr>,
}

impl<'a> Iterator for Descendants<'a> {
    type Item = &'a Expr;

    fn next(&mut self) -> Option<&'a Expr> {
        loop {
            let expr = self.waiting.pop()?;
            if self.seen.insert(Arc::as_ptr(&expr.node)) {
                self.waiting.extend(expr.parts().into_iter().rev());
                return Some(expr);
            }
        }
    }
}

impl Proposition {
    /// The expressions it is made of: its sides, and those of its hypotheses.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Self::Equal { left, right } => vec![left, right],
            Self::Minimizer { loss, value, .. } | Self::Minimum { loss, value, .. } => {
                vec![&loss.value, value]
            }
            Self::Limit { of, value, .. }
            | Self::Coefficient { of, value, .. }
            | Self::Reaches { of, value } => vec![of, value],
            Self::Bound { left, right, given, .. } => [left, right]
                .into_iter()
                .chain(given.iter().flat_map(|hypothesis| [&hypothesis.left, &hypothesis.right]))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Abbreviation, Shape, Space, Span};
    use dashu_ratio::RBig;

    fn scalar(node: Node) -> Expr {
        let shape = Shape { rows: Space::One, columns: Space::One };
        Expr { node: Arc::new(node), shape, span: Span::default() }
    }

    #[test]
    fn a_doubling_chain_of_names_is_walked_once_a_node() {
        let mut expr = scalar(Node::Number(RBig::ONE));
        for index in 0..200 {
            let name = format!("a{index}").into();
            let named = scalar(Node::Abbreviation(Arc::new(Abbreviation { name, value: expr })));
            expr = scalar(Node::Add(named.clone(), named));
        }
        assert_eq!(expr.descendants().count(), 401);
    }

    #[test]
    fn a_node_with_its_own_parts_is_itself() {
        let text = "space d\nmatrix A[d,d]\nmatrix B[d,d] pd\nvector v[d]\nscalar u\n\
                    gaussian x[d] ~ B\nlet L = E[(x'*A*v - u)^2]\n\
                    claim a: subst(grad(L, A), A -> -A'*B^2/u) == inv(B)*qf(v, B)*v*v'*B\n\
                    claim b: lie(u^2, L, u, A) == ||v||^2_(B) - sqrt(tr(A + I))\n";
        let file = super::super::ClaimFile::parse("it", text).expect("a claim file");
        for expr in file.claims.iter().flat_map(|claim| claim.proposition.expressions()) {
            for part in expr.descendants() {
                let same = part.with_parts(part.parts().into_iter().cloned().collect());
                let value = part.unabbreviated();
                assert_eq!(same.unabbreviated(), value, "{part}");
            }
        }
    }

    #[test]
    fn parts_come_from_left_to_right() {
        let size = |name: &str| scalar(Node::Size(name.into()));
        let expr = scalar(Node::Subtract(size("d"), scalar(Node::Negate(size("N")))));
        let sizes: Vec<&Expr> = expr.descendants().collect();
        assert_eq!(sizes, [&expr, &size("d"), &scalar(Node::Negate(size("N"))), &size("N")]);
    }
}
