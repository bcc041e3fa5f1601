//! What the calculus gives a simulation: the conditional mean of what is sampled, given its largest
//! random letter, and the exact variances of its entries.
//!
//! By the Rao-Blackwell theorem `E[f(X, w); w]` has the mean of `f` and at most its variance. Both
//! closed forms come from the calculus, so the evidence leans on it; the simulation compares them
//! with the raw statistic on a part of its draws. Nothing else in this room uses the calculus.

use super::Effort;
use super::prediction::budget;
use crate::calculus::Calculus;
use crate::claim::{ClaimFile, Expr, LawKind, Letter, Node, Shape, Space};
use crate::numeric::{Instance, RationalMatrix, evaluate_exactly};
use dashu_ratio::RBig;
use std::sync::Arc;

/// Room for rounding in a variance that is used as a bound.
const ROUNDING: f64 = 1e-9;

/// A statistic with the mean of an expression.
pub(super) struct Conditional {
    /// Its expectation is the expression: one `E` over the letter that is left.
    pub(super) mean: Expr,
    /// The letters that were integrated out.
    pub(super) integrated: Vec<Arc<str>>,
    /// The exact variance of each entry of a sample, row after row, with room for rounding.
    pub(super) variances: Option<Vec<f64>>,
}

impl Conditional {
    /// What the calculus contributed, for the record.
    pub(super) fn words(&self) -> String {
        let integrated = match &self.integrated[..] {
            [] => None,
            names => Some(format!("{} integrated out", names.join(", "))),
        };
        let variance = self.variances.as_ref().map(|variances| {
            let sum: f64 = variances.iter().sum();
            match &variances[..] {
                [_] => format!("variance {sum:.4e} of a sample"),
                all => format!(
                    "variances of the {} entries of a sample, together {sum:.4e}",
                    all.len()
                ),
            }
        });
        let parts: Vec<String> = integrated.into_iter().chain(variance).collect();
        format!("leans on the calculus: {}", parts.join(", "))
    }
}

/// The conditional mean of what `side` is the expectation of, given its largest random letter;
/// `None` where it is no linear expression in expectations, where the calculus cannot tell, or
/// where there is neither a letter to integrate out nor a variance.
pub(super) fn condition(
    side: &Expr,
    file: &ClaimFile,
    at: &Instance,
    effort: Effort,
) -> Option<Conditional> {
    let mut letters = side.letters_in_order(false);
    letters.retain(|letter| letter.is_random());
    let kept = letters.iter().filter(|letter| is_gaussian(letter)).max_by_key(|letter| {
        // Of equally large ones the first.
        let place = letters.iter().position(|other| other.name == letter.name);
        (entries(letter, at), std::cmp::Reverse(place))
    })?;
    let others: Vec<_> =
        letters.iter().filter(|letter| letter.name != kept.name).cloned().collect();
    let statistic = linear_in_expectations(side, &|body| {
        let over: Vec<_> = others.iter().filter(|letter| contains(body, letter)).cloned().collect();
        if over.is_empty() { body.clone() } else { expectation(body, Some(over)) }
    })?;
    let mut calculus = Calculus::new(&file.letters).ok()?;
    let mut closed_form = |expr: &Expr| {
        let text = calculus.normal_form(expr).ok()?;
        file.expression(&text).ok().filter(|found| found.shape == expr.shape)
    };
    let given_context = closed_form(&statistic)?;
    if !contains(&given_context, kept) {
        return None;
    }
    let mean = expectation(&given_context, None);
    let variances = variances(&given_context, file, at, effort);
    let integrated: Vec<Arc<str>> = others.iter().map(|letter| letter.name.clone()).collect();
    (!integrated.is_empty() || variances.is_some()).then_some(Conditional {
        mean,
        integrated,
        variances,
    })
}

/// The exact variance of each entry of `sample`: that of `row'*sample*column` as a polynomial in two
/// vectors, where they are unit vectors. `None` where the calculus cannot tell, or where an entry
/// does not vary.
fn variances(sample: &Expr, file: &ClaimFile, at: &Instance, effort: Effort) -> Option<Vec<f64>> {
    let Shape { rows, columns } = &sample.shape;
    let (row, column) = (fresh("row", file), fresh("column", file));
    let (mut declarations, mut entry) = (String::new(), format!("({sample})"));
    if let Space::Size(size) = rows {
        declarations += &format!("\nvector {row}[{size}]");
        entry = format!("{row}'*{entry}");
    }
    if let Space::Size(size) = columns {
        declarations += &format!("\nvector {column}[{size}]");
        entry = format!("{entry}*{column}");
    }
    let file = ClaimFile::parse(&file.name, &format!("{}{declarations}\n", file.text)).ok()?;
    let expression =
        |text: &str| file.expression(text).ok().filter(|found| found.shape.is_scalar());
    let mut calculus = Calculus::new(&file.letters).ok()?;
    let variance = expression(&format!("E[({entry})^2] - E[{entry}]^2"))?;
    let variance = expression(&calculus.normal_form(&variance).ok()?)?;
    let unit = |space: &Space, place: usize| {
        RationalMatrix::from_fn(size(space, at), 1, |other, _| {
            if other == place { RBig::ONE } else { RBig::ZERO }
        })
    };
    let mut at = at.clone();
    let mut variances = Vec::new();
    for i in 0..size(rows, &at) {
        for j in 0..size(columns, &at) {
            at.values.insert(row.as_str().into(), unit(rows, i));
            at.values.insert(column.as_str().into(), unit(columns, j));
            // In exact arithmetic: the terms of a normal form cancel.
            let value = evaluate_exactly(&variance, &at, &budget(effort)).ok()?.to_f64()[0];
            let bound = value * (1.0 + ROUNDING);
            variances.push(Some(bound).filter(|bound| bound.is_finite() && *bound > 0.0)?);
        }
    }
    Some(variances)
}

/// A name that does not occur in the file.
fn fresh(name: &str, file: &ClaimFile) -> String {
    let mut name = name.to_owned();
    while file.text.contains(&name) {
        name.push('_');
    }
    name
}

fn size(space: &Space, at: &Instance) -> usize {
    match space {
        Space::One => 1,
        Space::Size(name) => at.sizes.get(name).copied().unwrap_or(1),
    }
}

fn is_gaussian(letter: &Letter) -> bool {
    letter.law().is_some_and(|law| law.kind == LawKind::Gaussian)
}

fn entries(letter: &Letter, at: &Instance) -> usize {
    size(&letter.shape.rows, at) * size(&letter.shape.columns, at)
}

fn contains(expr: &Expr, letter: &Letter) -> bool {
    expr.letters().iter().any(|other| other.name == letter.name)
}

fn expectation(body: &Expr, over: Option<Vec<Arc<Letter>>>) -> Expr {
    let node = Node::Expectation { body: body.clone(), over };
    Expr { node: Arc::new(node), ..body.clone() }
}

/// The expression with the body of each `E` in the place of the `E`, changed by `given`; its
/// expectation is the expression. `None` where that is not so because the expression is not linear
/// in its expectations.
fn linear_in_expectations(expr: &Expr, given: &dyn Fn(&Expr) -> Expr) -> Option<Expr> {
    if !expr.contains_expectation() {
        return expr.free_random_letters().is_empty().then(|| expr.clone());
    }
    let factors_allow = match &*expr.node {
        Node::Expectation { body, over: None } => return Some(given(body)),
        Node::Abbreviation(_)
        | Node::Negate(_)
        | Node::Transpose(_)
        | Node::Trace(_)
        | Node::Add(..)
        | Node::Subtract(..) => true,
        Node::Multiply(a, b) => !(a.contains_expectation() && b.contains_expectation()),
        Node::Divide(_, b) => !b.contains_expectation(),
        _ => false,
    };
    if !factors_allow {
        return None;
    }
    let parts = expr.parts().into_iter().map(|part| linear_in_expectations(part, given));
    Some(expr.with_parts(parts.collect::<Option<Vec<_>>>()?))
}
