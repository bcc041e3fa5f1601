//! The mutants of a line: its closed form with one slip, read again as a line of its file.

use super::operator::{Operator, Parent, Slip, Surroundings, slips, slips_of_the_whole};
use crate::claim::{Claim, ClaimFile, Expr, Node, Proposition};
use std::collections::BTreeSet;

/// A line with one slip in its formula.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The line it was made from, by its place in the file.
    pub line: usize,
    /// What was done.
    pub operator: Operator,
    /// What it says.
    pub statement: String,
    /// The line with the wrong formula, and everything else in force as at the right one.
    pub claim: Claim,
}

/// The mutants of the lines at these places of a file, in the order of the lines; those of one
/// line in the order of the places in its formula.
///
/// The formula is the right-hand side; of a bound the bounding side; the left side where the
/// other one is zero. A `let` or `define` name of a closed form is wrong everywhere at once, as
/// its definition is. What does not keep the shape rules, or says the same text as the line or an
/// earlier mutant, is left out.
pub fn mutants(file: &ClaimFile, lines: &[usize]) -> Vec<Mutant> {
    let mut written: Vec<(usize, Operator, String)> = Vec::new();
    for &line in lines {
        let claim = &file.claims[line];
        let mut known = BTreeSet::from([claim.proposition.to_string()]);
        for (operator, formula) in wrong_formulas(file, claim) {
            let statement = with_formula(&claim.proposition, formula).to_string();
            if known.insert(statement.clone()) {
                written.push((line, operator, statement));
            }
        }
    }
    read_again(file, &written)
}

/// The closed form of a line.
pub(super) fn formula(proposition: &Proposition) -> &Expr {
    match proposition {
        Proposition::Equal { left, right } => {
            if right.is_literally_zero() {
                left
            } else {
                right
            }
        }
        Proposition::Bound { left, right, .. } => {
            if right.is_literally_zero() {
                left
            } else {
                right
            }
        }
        Proposition::Minimizer { value, .. }
        | Proposition::Minimum { value, .. }
        | Proposition::Limit { value, .. }
        | Proposition::Coefficient { value, .. }
        | Proposition::Reaches { value, .. } => value,
    }
}

/// The same line about another closed form.
fn with_formula(proposition: &Proposition, wrong: Expr) -> Proposition {
    let right = std::ptr::from_ref(formula(proposition));
    let mut changed = proposition.clone();
    let place = match (&mut changed, proposition) {
        (Proposition::Equal { left, .. }, Proposition::Equal { left: old, .. })
        | (Proposition::Bound { left, .. }, Proposition::Bound { left: old, .. })
            if std::ptr::eq(old, right) =>
        {
            left
        }
        (Proposition::Equal { right, .. } | Proposition::Bound { right, .. }, _) => right,
        (
            Proposition::Minimizer { value, .. }
            | Proposition::Minimum { value, .. }
            | Proposition::Limit { value, .. }
            | Proposition::Coefficient { value, .. }
            | Proposition::Reaches { value, .. },
            _,
        ) => value,
    };
    *place = wrong;
    changed
}

/// All wrong forms of the closed form of a line.
fn wrong_formulas(file: &ClaimFile, claim: &Claim) -> Vec<Slip> {
    let formula = formula(&claim.proposition);
    let around = surroundings(file, claim);
    let mut found = slips_below(formula, Parent::Nothing, &around);
    for named in named_parts(formula) {
        for (operator, value) in slips_below(value(named), Parent::Nothing, &around) {
            if let Some(wrong) = with_value(formula, named, &value) {
                found.push((operator, wrong));
            }
        }
    }
    for size in sizes_in(formula) {
        let everywhere = slips(size, Parent::Other, &around).into_iter();
        for (operator, other) in everywhere.filter(|slip| slip.0 == Operator::SizeChanged) {
            let wrong = replaced(formula, &|expr| (expr.node == size.node).then(|| other.clone()));
            found.extend(wrong.map(|wrong| (operator, wrong)));
        }
    }
    found.extend(slips_of_the_whole(formula, &around));
    found
}

/// The sizes and deterministic letters of a line; those of the file where an experiment may read
/// them all.
fn surroundings(file: &ClaimFile, claim: &Claim) -> Surroundings {
    let observed = !claim.proposition.observed_letters().is_empty();
    let mut letters = claim.proposition.letters_in_order(true);
    // Where the flow goes is not part of what it reaches.
    let moves = |name: &str| {
        let starts = claim.training_in_use().into_iter().flat_map(|training| &training.starts);
        starts.into_iter().any(|(letter, _)| *letter.name == *name)
    };
    letters.retain(|letter| !letter.is_random() && !letter.is_observed() && !moves(&letter.name));
    let sizes = if observed { file.sizes.clone() } else { claim.proposition.sizes() };
    Surroundings { sizes, letters }
}

/// Every slip at `expr` or below it, in place; names stay as they are.
fn slips_below(expr: &Expr, parent: Parent, around: &Surroundings) -> Vec<Slip> {
    let mut found = slips(expr, parent, around);
    if matches!(&*expr.node, Node::Abbreviation(_) | Node::Element(_)) {
        return found;
    }
    let inside = match &*expr.node {
        Node::Add(..) | Node::Subtract(..) => Parent::Sum,
        Node::Multiply(..) | Node::Divide(..) => Parent::Product,
        Node::Negate(_) => parent,
        Node::Transpose(_) | Node::Inverse(_) | Node::Power(..) => Parent::Raised,
        _ => Parent::Other,
    };
    let parts: Vec<Expr> = expr.parts().into_iter().cloned().collect();
    for (place, part) in parts.iter().enumerate() {
        for (operator, wrong) in slips_below(part, inside, around) {
            let mut parts = parts.clone();
            parts[place] = wrong;
            found.push((operator, expr.with_parts(parts)));
        }
    }
    found
}

/// The names in a formula whose values are closed forms themselves, each once: not what defines
/// the model, which contains random letters or expectations.
fn named_parts(formula: &Expr) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    for part in formula.descendants() {
        let is_closed = |value: &Expr| {
            !value.contains_expectation()
                && value.free_random_letters().is_empty()
                && value.observed_letters().is_empty()
        };
        let named = matches!(&*part.node, Node::Abbreviation(_) | Node::Element(_));
        if named && is_closed(value(part)) && !found.iter().any(|known| same_name(known, part)) {
            found.push(part);
        }
    }
    found
}

/// The sizes that stand in a formula as numbers, each once.
fn sizes_in(formula: &Expr) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    for part in formula.descendants() {
        if matches!(&*part.node, Node::Size(_)) && !found.contains(&part) {
            found.push(part);
        }
    }
    found
}

/// The value behind a name.
fn value(named: &Expr) -> &Expr {
    named.parts().pop().expect("a name has a value")
}

fn same_name(a: &Expr, b: &Expr) -> bool {
    match (&*a.node, &*b.node) {
        (Node::Abbreviation(a), Node::Abbreviation(b)) => a.name == b.name,
        (Node::Element(a), Node::Element(b)) => a.name == b.name,
        _ => false,
    }
}

/// The formula in which a name has another value; `None` where it does not use the name.
fn with_value(formula: &Expr, named: &Expr, value: &Expr) -> Option<Expr> {
    replaced(formula, &|expr| same_name(expr, named).then(|| value.clone()))
}

/// The expression with all parts replaced that have a replacement, names included; `None` where
/// there are none.
fn replaced(expr: &Expr, replacement: &dyn Fn(&Expr) -> Option<Expr>) -> Option<Expr> {
    if let Some(other) = replacement(expr) {
        return Some(other);
    }
    // What defines the model stays.
    if let Node::Abbreviation(abbreviation) = &*expr.node
        && (abbreviation.value.contains_expectation()
            || !abbreviation.value.free_random_letters().is_empty())
    {
        return None;
    }
    let parts = expr.parts();
    let changed: Vec<Option<Expr>> = parts.iter().map(|part| replaced(part, replacement)).collect();
    changed.iter().any(Option::is_some).then(|| {
        let all =
            changed.into_iter().zip(parts).map(|(new, old)| new.unwrap_or_else(|| old.clone()));
        expr.with_parts(all.collect())
    })
}

/// Reads statements as lines at the end of their file, so that they obey all rules of the
/// language; those that do not are dropped.
fn read_again(file: &ClaimFile, written: &[(usize, Operator, String)]) -> Vec<Mutant> {
    let prefix = (0..)
        .map(|number| format!("_{number}_"))
        .find(|prefix| file.claims.iter().all(|claim| !claim.name.starts_with(prefix.as_str())))
        .expect("a file has finitely many names");
    let mut kept: Vec<usize> = (0..written.len()).collect();
    loop {
        // No grid or margin is in force: they are those of the line.
        let mut text = format!("{}\nat\nmargin\n", file.text.trim_end_matches(['\n', '\r']));
        let mut starts = Vec::new();
        for &number in &kept {
            starts.push(text.len());
            text.push_str(&format!("claim {prefix}{number}: {}\n", written[number].2));
        }
        match ClaimFile::parse(&file.name, &text) {
            Ok(parsed) => {
                let lines = parsed.claims[file.claims.len()..].iter().zip(&kept);
                return lines
                    .map(|(read, &number)| {
                        let (line, operator, statement) = &written[number];
                        let claim = Claim {
                            proposition: read.proposition.clone(),
                            ..file.claims[*line].clone()
                        };
                        let statement = statement.clone();
                        Mutant { line: *line, operator: *operator, statement, claim }
                    })
                    .collect();
            }
            Err(mistakes) => {
                let wrong: BTreeSet<usize> = mistakes
                    .iter()
                    .map(|mistake| {
                        let place =
                            starts.partition_point(|&start| start <= mistake.primary.span.start);
                        place
                            .checked_sub(1)
                            .expect("the file itself has no mistakes: this is a bug")
                    })
                    .collect();
                let places = kept.iter().enumerate().filter(|(place, _)| !wrong.contains(place));
                kept = places.map(|(_, &number)| number).collect();
            }
        }
    }
}
