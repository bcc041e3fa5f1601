//! Going through a typed tree: the parts of a node, and all nodes below one.

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
    fn parts_come_from_left_to_right() {
        let size = |name: &str| scalar(Node::Size(name.into()));
        let expr = scalar(Node::Subtract(size("d"), scalar(Node::Negate(size("N")))));
        let sizes: Vec<&Expr> = expr.descendants().collect();
        assert_eq!(sizes, [&expr, &size("d"), &scalar(Node::Negate(size("N"))), &size("N")]);
    }
}
