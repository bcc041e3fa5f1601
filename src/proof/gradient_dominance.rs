//! The proof rule `gradient_dominance`: a gradient flow reaches a global minimum.
//!
//! Let theta follow the gradient flow of L and let E be an expression in theta. Suppose that
//!
//! - *kept*: `Q(theta)` is constant along the flow, or rises like `b |grad L|^2`, as `-b L` does;
//!   it is positive at the start,
//! - *floor*: `S(theta) >= Q(theta)`, or `S - Q` is an expression that is visibly nonnegative,
//! - *slope*: `|grad L|^2 >= |grad_x L|^2 = S P(E - V)` for one of the letters x,
//! - *excess*: `L - C = c R(E - V)` with numbers C and c > 0,
//! - *dominance*: `P(Y) >= k R(Y)` for all Y with k > 0, and R is a positive definite form.
//!
//! Then `E` tends to `V`: with `f = L - C >= 0` and `a = Q k/c > 0`,
//! ```text
//! f' = -|grad L|^2 <= -S P <= -Q k R = -a f,
//! ```
//! so f decays like exp(-a t); the path has length at most `2 sqrt(f(0)/a)`, because
//! `-(sqrt f)' = |grad L|^2/(2 sqrt f) >= sqrt(a)/2 |grad L|`, so the flow exists for all times and
//! converges; and `R(E - V) = f/c` tends to 0, where R is definite.
//!
//! Here Q stands for its value at the start, below which it never falls. It has to be visibly
//! positive, or equal to an expression that is, by a premise *start*.
//!
//! A hypothesis `Lambda >= m` of *dominance* costs nothing: every positive definite Lambda is at
//! least its smallest eigenvalue, as long as nothing else depends on m.
//!
//! Source: Polyak 1963, Lojasiewicz 1963; used as in Zhang, Frei, Bartlett 2024, Lemma 5.4 and the
//! proof of Theorem 4.1.

use super::decision::attempt;
use crate::calculus::{Calculus, Stop};
use crate::claim::{
    Claim, ClaimFile, Expr, Hypothesis, Letter, LetterKind, Node, Proposition, Shape, Target,
    Training,
};
use crate::verdict::Verdict;
use std::sync::Arc;

/// Applies the rule to a `reaches` line with its premises, in the order of the list above.
///
/// # Errors
/// In words, which premise fails and how.
pub(super) fn gradient_dominance(
    file: &ClaimFile,
    claim: &Claim,
    premises: &[&Claim],
) -> Result<(), String> {
    let (Proposition::Reaches { of, value }, Some(training), &[a, b, c, d, e, ref start @ ..]) =
        (&claim.proposition, claim.training.as_deref(), premises)
    else {
        return Err("the rule needs a training and five premises".to_owned());
    };
    if claim.rules > 0 || !claim.supposed_nonzero(&[]).is_empty() {
        return Err("the training is divided by what may vanish, or stands under rules".to_owned());
    }
    if training.loss.value.contains_numeric_function_or_root() {
        return Err("the loss is not smooth".to_owned());
    }
    premises.iter().try_for_each(|premise| check_proved(file, premise))?;
    let calculus = Calculus::new(&file.letters).map_err(|stop| stop.to_string())?;
    let mut flow = Flow { calculus, training };
    if flow.moves(value) {
        return Err("the limit is given in terms of letters that are trained".to_owned());
    }
    let apart = binary(Node::Subtract, of, value, of.shape.clone());

    let kept = flow.kept(a).map_err(|reason| of_premise(a, &reason))?;
    match start.first() {
        Some(start) => flow.start(start, kept).map_err(|reason| of_premise(start, &reason)),
        None => flow.starts_above(kept).map_err(|reason| of_premise(a, &reason)),
    }?;
    let floor = flow.floor(b, kept).map_err(|reason| of_premise(b, &reason))?;
    let form = flow.dominance(e, claim).map_err(|reason| of_premise(e, &reason))?;
    let slope = product(floor, &substituted(form.larger, form.letter, &apart));
    flow.slope(c, &slope).map_err(|reason| of_premise(c, &reason))?;
    let smaller = substituted(form.smaller, form.letter, &apart);
    flow.excess(d, &smaller).map_err(|reason| of_premise(d, &reason))
}

fn of_premise(premise: &Claim, reason: &str) -> String {
    format!("the premise `{}` {reason}", premise.name)
}

/// A premise counts only if it is proved without any condition: the flow may pass everywhere.
fn check_proved(file: &ClaimFile, premise: &Claim) -> Result<(), String> {
    let attempt = attempt(file, premise);
    let proved = attempt.is_some_and(|attempt| {
        attempt.evidence.verdict == Verdict::Proved && attempt.condition.is_none()
    });
    if !proved {
        return Err(of_premise(premise, "is not proved without conditions"));
    }
    match premise.supposed_nonzero(&file.rules[..premise.rules]).first() {
        None => Ok(()),
        Some(divisor) => Err(of_premise(premise, &format!("supposes that `{divisor}` is nonzero"))),
    }
}

/// `larger(Y) >= factor smaller(Y)` for all Y.
struct Form<'a> {
    letter: &'a Arc<Letter>,
    larger: &'a Expr,
    smaller: &'a Expr,
}

/// A training, and the calculus in which premises are compared with it.
struct Flow<'a> {
    calculus: Calculus,
    training: &'a Training,
}

impl Flow<'_> {
    fn moves(&self, expr: &Expr) -> bool {
        let letters = expr.letters_in_order(true);
        let is_trained =
            |name: &str| self.training.starts.iter().any(|(one, _)| *one.name == *name);
        letters.iter().any(|letter| is_trained(&letter.name))
    }

    fn are_equal(&mut self, left: &Expr, right: &Expr) -> Result<bool, String> {
        if left.shape != right.shape {
            return Ok(false);
        }
        let difference = self.calculus.difference(left, right);
        difference.map(|left| left.is_none()).map_err(|stop: Stop| stop.to_string())
    }

    /// Q of `lie(Q, L, ...) == 0` or `lie(Q, L, ...) == b*|grad L|^2`. Its value at the start is
    /// looked at apart.
    fn kept<'p>(&mut self, premise: &'p Claim) -> Result<&'p Expr, String> {
        let neither = || "says of no `lie(Q, L, ...)` that it is 0 or b*|grad L|^2".to_owned();
        let Proposition::Equal { left, right } = &premise.proposition else {
            return Err(neither());
        };
        let Node::Lie { quantity, loss, letters } = &*left.node else { return Err(neither()) };
        let trained = self.training.starts.iter().map(|(letter, _)| &letter.name);
        if letters.len() != self.training.starts.len()
            || !{ trained }.all(|name| letters.iter().any(|letter| letter.name == *name))
        {
            return Err("is not about all letters that are trained".to_owned());
        }
        if !self.are_equal(loss, &self.training.loss.value.clone())? {
            return Err("is about another loss".to_owned());
        }
        if !right.is_literally_zero() && !self.is_multiple_of_slope(right)? {
            return Err(neither());
        }
        Ok(quantity)
    }

    /// Q at the start.
    fn at_start(&self, kept: &Expr) -> Expr {
        let starts = self.training.starts.iter();
        let starts = starts.map(|(letter, start)| (Target::Letter(letter.clone()), start.clone()));
        let node = Node::Substitute { of: kept.clone(), replacements: starts.collect() };
        expression(node, &kept.shape)
    }

    /// Q is visibly positive at the start.
    fn starts_above(&mut self, kept: &Expr) -> Result<(), String> {
        match self.calculus.is_positive(&self.at_start(kept)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("keeps `{kept}`, which is not visibly positive at the start")),
            Err(stop) => Err(stop.to_string()),
        }
    }

    /// `subst(Q, x -> start, ...) == e` with e visibly positive.
    fn start(&mut self, premise: &Claim, kept: &Expr) -> Result<(), String> {
        let Proposition::Equal { left, right } = &premise.proposition else {
            return Err("is no equation for the start".to_owned());
        };
        if !right.is_visibly_positive() {
            return Err(format!("says that it starts at `{right}`, which is not visibly positive"));
        }
        match self.are_equal(left, &self.at_start(kept))? {
            true => Ok(()),
            false => Err(format!("is not about `{kept}` at the start")),
        }
    }

    /// Whether it is `b*s` with b visibly positive and constant, and s the squared length of the
    /// whole gradient.
    fn is_multiple_of_slope(&mut self, expr: &Expr) -> Result<bool, String> {
        let Node::Multiply(factor, slope) = &*expr.node else { return Ok(false) };
        let letters: Vec<_> =
            self.training.starts.iter().map(|(letter, _)| letter.clone()).collect();
        let parts = letters.iter().map(|letter| self.squared_gradient(letter));
        let whole = parts.reduce(|a, b| {
            let shape = a.shape.clone();
            binary(Node::Add, &a, &b, shape)
        });
        let whole = whole.ok_or("the training moves no letter")?;
        Ok(factor.is_visibly_positive() && !self.moves(factor) && self.are_equal(slope, &whole)?)
    }

    /// `|grad_x L|^2`.
    fn squared_gradient(&self, letter: &Arc<Letter>) -> Expr {
        let of = self.training.loss.value.clone();
        let shape = of.shape.clone();
        let node = Node::Gradient { of, with_respect_to: letter.clone() };
        let gradient = expression(node, &letter.shape);
        expression(Node::Norm { of: gradient, squared: true, weight: None }, &shape)
    }

    /// S of `S >= Q`, or of `S - Q == R` with R visibly nonnegative.
    fn floor<'p>(&mut self, premise: &'p Claim, kept: &Expr) -> Result<&'p Expr, String> {
        let (larger, smaller) = match &premise.proposition {
            Proposition::Bound { given, .. } if !given.is_empty() => {
                return Err("has hypotheses".to_owned());
            }
            Proposition::Bound { left, comparison, right, form: None, .. } => {
                comparison.larger_first(left, right)
            }
            Proposition::Equal { left, right } => match &*left.node {
                Node::Subtract(larger, smaller) if right.is_visibly_nonnegative() => {
                    (larger, smaller)
                }
                _ => return Err("is no equation `S - Q == R` with a visible sign".to_owned()),
            },
            _ => return Err("is no bound `S >= Q`".to_owned()),
        };
        match self.are_equal(smaller, kept)? {
            true => Ok(larger),
            false => Err(format!("does not bound `{kept}`")),
        }
    }

    /// P and R of a bound on quadratic forms, whose hypotheses cost nothing.
    fn dominance<'p>(&mut self, premise: &'p Claim, claim: &Claim) -> Result<Form<'p>, String> {
        let Proposition::Bound { left, comparison, right, given, form: Some(letter) } =
            &premise.proposition
        else {
            return Err("is no bound `P >= k*R` given form Y".to_owned());
        };
        for hypothesis in given {
            self.check_free(hypothesis, claim)?;
        }
        let (larger, smaller) = comparison.larger_first(left, right);
        let (larger, multiple) = match &*larger.node {
            Node::Subtract(larger, multiple) if smaller.is_literally_zero() => (larger, multiple),
            _ => (larger, smaller),
        };
        let Node::Multiply(factor, form) = &*multiple.node else {
            return Err("has no multiple `k*R` of a form on its smaller side".to_owned());
        };
        if !factor.is_visibly_positive() || self.moves(factor) || mentions(factor, &letter.name) {
            return Err(format!("has the factor `{factor}`, which is not visibly positive"));
        }
        let others = |expr: &Expr| {
            let letters = expr.letters_in_order(true);
            let starts = &self.training.starts;
            let is_trained = |name: &str| starts.iter().any(|(one, _)| *one.name == *name);
            letters.iter().any(|one| one.name != letter.name && is_trained(&one.name))
        };
        if others(larger) || others(form) {
            return Err("holds a letter that is trained beside that of its form".to_owned());
        }
        match self.calculus.is_definite_form(form, letter) {
            Ok(true) => Ok(Form { letter, larger, smaller: form }),
            Ok(false) => Err(format!("has `{form}`, which is not visibly a definite form")),
            Err(stop) => Err(stop.to_string()),
        }
    }

    /// A hypothesis `Lambda >= m` on a positive definite letter, with a number m of its own.
    fn check_free(&self, hypothesis: &Hypothesis, claim: &Claim) -> Result<(), String> {
        let (above, below) = hypothesis.larger_first();
        let (Node::Letter(matrix), Node::Letter(least)) = (&*above.node, &*below.node) else {
            return Err("has another hypothesis than `Lambda >= m`".to_owned());
        };
        let definite =
            matches!(&matrix.kind, LetterKind::Matrix(attributes) if attributes.positive_definite);
        let positive = least.kind == (LetterKind::Scalar { positive: true });
        let used = self.training.expressions().into_iter().chain(claim.proposition.expressions());
        match definite && positive && !{ used }.any(|expr| mentions(expr, &least.name)) {
            true => Ok(()),
            false => Err("has a hypothesis that not every definite letter satisfies".to_owned()),
        }
    }

    /// `tr(grad(L, x)*grad(L, x)') == S*P(E - V)`.
    fn slope(&mut self, premise: &Claim, product_of: &Expr) -> Result<(), String> {
        let Proposition::Equal { left, right } = &premise.proposition else {
            return Err("is no equation".to_owned());
        };
        let mut is_slope = false;
        for (letter, _) in self.training.starts.clone() {
            let slope = self.squared_gradient(&letter);
            is_slope |= self.are_equal(left, &slope)?;
        }
        if !is_slope {
            return Err("is not about the squared gradient in a trained letter".to_owned());
        }
        match self.are_equal(right, product_of)? {
            true => Ok(()),
            false => Err(format!("does not say that it is `{product_of}`")),
        }
    }

    /// `L - C == c*R(E - V)`.
    fn excess(&mut self, premise: &Claim, form: &Expr) -> Result<(), String> {
        let Proposition::Equal { left, right } = &premise.proposition else {
            return Err("is no equation".to_owned());
        };
        let Node::Subtract(loss, least) = &*left.node else {
            return Err("is no equation for `L - C`".to_owned());
        };
        if !self.are_equal(loss, &self.training.loss.value.clone())? || self.moves(least) {
            return Err("is not about the loss less a constant".to_owned());
        }
        let multiple = match &*right.node {
            Node::Multiply(factor, rest)
                if factor.shape.is_scalar()
                    && factor.is_visibly_positive()
                    && !self.moves(factor) =>
            {
                rest
            }
            _ => right,
        };
        match self.are_equal(multiple, form)? || self.are_equal(right, form)? {
            true => Ok(()),
            false => Err(format!("does not say that it is a multiple of `{form}`")),
        }
    }
}

fn mentions(expr: &Expr, name: &str) -> bool {
    expr.letters_in_order(true).iter().any(|letter| *letter.name == *name)
}

fn expression(node: Node, shape: &Shape) -> Expr {
    Expr { node: Arc::new(node), shape: shape.clone(), span: crate::claim::Span::default() }
}

fn binary(node: fn(Expr, Expr) -> Node, left: &Expr, right: &Expr, shape: Shape) -> Expr {
    expression(node(left.clone(), right.clone()), &shape)
}

fn product(left: &Expr, right: &Expr) -> Expr {
    binary(Node::Multiply, left, right, left.shape.clone())
}

fn substituted(form: &Expr, letter: &Arc<Letter>, value: &Expr) -> Expr {
    let replacements = vec![(Target::Letter(letter.clone()), value.clone())];
    expression(Node::Substitute { of: form.clone(), replacements }, &form.shape)
}
