//! What a claim supposes to be nonzero: its divisors that are not visibly so.

use super::tree::{Claim, Expr, LetterKind, Node, Rule, Shape, Target, Training};
use std::collections::BTreeSet;
use std::sync::Arc;

type Replacements = [(Target, Expr)];

impl Claim {
    /// The divisors that are neither visibly positive nor invertible by declaration, as text, in
    /// the order of their names: operands of `/`, of negative powers and of `inv` in the claim and
    /// in what it uses, taken apart into factors, and the scalars in front of the left sides of
    /// `rules`, those in force. The claim says nothing where one of them is zero or singular.
    pub fn supposed_nonzero(&self, rules: &[Rule]) -> Vec<String> {
        let training = self.training_in_use().into_iter().flat_map(Training::expressions);
        let mut search = Search::default();
        for expr in self.proposition.expressions().into_iter().chain(training) {
            search.visit(expr, &[]);
        }
        for rule in rules {
            search.visit(&rule.left, &[]);
            search.visit(&rule.right, &[]);
            search.scalars_in_front(&rule.left);
        }
        search.found.into_iter().collect()
    }
}

#[derive(Default)]
struct Search {
    found: BTreeSet<String>,
    /// Nodes that were visited, each with the substitutions around it.
    seen: BTreeSet<(*const Node, Vec<*const Replacements>)>,
}

impl Search {
    /// Finds the divisors of `expr` inside these substitutions, the innermost last.
    fn visit(&mut self, expr: &Expr, around: &[&Replacements]) {
        let key = around.iter().map(|replacements| std::ptr::from_ref(*replacements)).collect();
        if !self.seen.insert((Arc::as_ptr(&expr.node), key)) {
            return;
        }
        match &*expr.node {
            Node::Divide(_, divisor) | Node::Inverse(divisor) => self.divisor(divisor, around),
            Node::Power(base, exponent) if *exponent < dashu_ratio::RBig::ZERO => {
                self.divisor(base, around);
            }
            Node::Gradient { of, .. } => self.norms(of, around),
            Node::Lie { quantity, loss, .. } => {
                self.norms(quantity, around);
                self.norms(loss, around);
            }
            _ => {}
        }
        if let Node::Substitute { of, replacements } = &*expr.node {
            self.visit(of, &[around, &[replacements.as_slice()]].concat());
            replacements.iter().for_each(|(_, value)| self.visit(value, around));
        } else {
            expr.parts().into_iter().for_each(|part| self.visit(part, around));
        }
    }

    /// The norms in what is differentiated: the derivative of one is divided by it.
    fn norms(&mut self, expr: &Expr, around: &[&Replacements]) {
        for part in expr.descendants() {
            if let Node::Norm { squared: false, .. } = &*part.node {
                self.divisor(part, around);
            }
        }
    }

    /// The scalar factors of a product of matrices: a rule for the product is divided by them.
    fn scalars_in_front(&mut self, product: &Expr) {
        if product.shape.is_scalar() {
            return;
        }
        match &*product.unabbreviated().node {
            Node::Multiply(a, b) => {
                for factor in [a, b] {
                    match factor.shape.is_scalar() {
                        true => self.divisor(factor, &[]),
                        false => self.scalars_in_front(factor),
                    }
                }
            }
            Node::Divide(a, _) | Node::Negate(a) => self.scalars_in_front(a),
            _ => {}
        }
    }

    fn divisor(&mut self, expr: &Expr, around: &[&Replacements]) {
        if let Some(factors) = factors(expr) {
            factors.into_iter().for_each(|factor| self.divisor(factor, around));
            return;
        }
        let value = substituted(expr, around);
        if !value.is_visibly_positive() && !is_declared_invertible(&value) {
            self.found.insert(value.to_string());
        }
    }
}

/// The factors of a product, of which none may vanish; `None` for what is no product.
fn factors(expr: &Expr) -> Option<Vec<&Expr>> {
    let square = |shape: &Shape| shape.rows == shape.columns;
    match &*expr.unabbreviated().node {
        Node::Multiply(a, b) if square(&a.shape) && square(&b.shape) => Some(vec![a, b]),
        // The divisor of a quotient is visited by itself.
        Node::Divide(a, _) | Node::Negate(a) | Node::Transpose(a) => Some(vec![a]),
        Node::Inverse(a) | Node::Power(a, _) => Some(vec![a]),
        _ => None,
    }
}

fn is_declared_invertible(expr: &Expr) -> bool {
    match &*expr.node {
        Node::Letter(letter) => {
            matches!(&letter.kind, LetterKind::Matrix(attributes) if attributes.invertible)
        }
        Node::Number(value) => *value != dashu_ratio::RBig::ZERO,
        _ => false,
    }
}

/// The expression after the substitutions that change it.
fn substituted(expr: &Expr, around: &[&Replacements]) -> Expr {
    let mut value = expr.clone();
    for replacements in around.iter().rev() {
        let occurs = |target: &Target| match target {
            Target::Letter(letter) => {
                value.letters_in_order(true).iter().any(|known| known.name == letter.name)
            }
            Target::Size(size) => value.sizes().contains(size),
        };
        let is_value = |target: &Target| match (target, &*value.node) {
            (Target::Letter(letter), Node::Letter(known)) => letter.name == known.name,
            (Target::Size(size), Node::Size(known)) => size == known,
            _ => false,
        };
        if let Some((_, new)) = replacements.iter().find(|(target, _)| is_value(target)) {
            value = new.clone();
        } else if replacements.iter().any(|(target, _)| occurs(target)) {
            let (shape, span) = (value.shape.clone(), value.span);
            let replacements = replacements.to_vec();
            value =
                Expr { node: Arc::new(Node::Substitute { of: value, replacements }), shape, span };
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use crate::claim::ClaimFile;

    fn divisors(line: &str) -> Vec<String> {
        let text = format!(
            "space d, N\nscalar u, s\npositive eta\nmatrix A[d,d] invertible\nvector v[d]\n\
             matrix Lambda[d,d] pd\ngaussian X[d,N] ~ Lambda\n\
             define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I\ndefine Off := Lambda - s*I\n\
             let ratio = 1/(u - s)\nclaim it: {line}\n"
        );
        let file = ClaimFile::parse("it.claim", &text).unwrap_or_else(|errors| {
            panic!("{}", errors.iter().map(|one| one.render("it", &text)).collect::<String>())
        });
        file.claims[0].supposed_nonzero(&file.rules)
    }

    #[test]
    fn what_is_positive_or_invertible_by_declaration_is_not_supposed() {
        assert!(divisors("inv(Gamma)*Lambda == Lambda/(N*eta)*inv(A)").is_empty());
        assert!(divisors("tr(Lambda)^-1 == (1 + u^2)^-1/(2*d)").is_empty());
    }

    #[test]
    fn a_rule_is_divided_by_the_scalar_in_front() {
        let text = "space d\nscalar u\npositive s\nmatrix A[d,d]\nrule s*u*A*A == u*A\n\
                    claim it: A*A == A/s\n";
        let file = ClaimFile::parse("it.claim", text).unwrap();
        assert_eq!(file.claims[0].supposed_nonzero(&file.rules), ["u"]);
    }

    #[test]
    fn a_product_is_taken_apart() {
        assert_eq!(divisors("1/(u*s*eta) == (s*u)^-2"), ["s", "u"]);
        assert_eq!(divisors("inv(Gamma*Off) == inv(A'*Lambda*A)"), ["Off"]);
    }

    #[test]
    fn divisors_are_found_in_what_a_claim_uses() {
        assert_eq!(divisors("ratio == 1"), ["u - s"]);
        assert_eq!(divisors("u/u == 1/(v'*v)"), ["u", "v'*v"]);
        assert_eq!(divisors("tr(inv(Lambda - s*I)) == 1"), ["Lambda - s*I"]);
    }

    #[test]
    fn a_norm_is_differentiated_where_it_does_not_vanish() {
        assert_eq!(divisors("grad(||v||, v)*||v|| == v"), ["||v||"]);
        assert_eq!(divisors("grad(||v||^2, v) == 2*v").len(), 0);
        assert_eq!(
            divisors("subst(grad(||v||, v), v -> s*v) == v/||v||"),
            ["subst(||v||, v -> s*v)", "||v||"]
        );
    }

    #[test]
    fn a_substitution_changes_a_divisor() {
        assert_eq!(divisors("subst(1/u, s -> 0) == 1"), ["u"]);
        assert_eq!(divisors("subst(1/u, u -> s + 1) == 1"), ["s + 1"]);
        assert!(divisors("subst(1/u, u -> eta) == subst(1/N, N -> eta)").is_empty());
        assert_eq!(divisors("subst(tr(inv(Gamma)), N -> u) == 1"), ["subst(Gamma, N -> u)", "u"]);
    }
}
