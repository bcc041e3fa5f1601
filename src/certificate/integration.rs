//! The expectations of a claim at a point: their laws, their integrands and their values.

use super::evaluation::{Evaluated, Evaluation, Point};
use super::field::Number;
use super::format::{Expectation, Factor, LetterRow, Term};
use super::matrix::Matrix;
use super::random_point::entry;
use super::replay::Replay;
use crate::claim::{ClaimFile, Expr, LawKind, Node};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One expectation at a point: its law, its integrand and its value.
pub(super) fn check_expectation(
    evaluation: &Evaluation<'_>,
    file: &ClaimFile,
    expr: &Expr,
    at: &Point,
    random: &mut ChaCha8Rng,
) -> Evaluated<()> {
    let Node::Expectation { body, over } = &*expr.node else { unreachable!("an expectation") };
    let text = expr.to_string();
    let log = evaluation.logs.get(text.as_str()).ok_or_else(|| format!("no log of `{text}`"))?;
    let over: BTreeSet<String> = match over {
        Some(letters) => letters.iter().map(|letter| letter.name.to_string()).collect(),
        None => {
            let random = file.letters.iter().filter(|letter| letter.is_random());
            random.map(|letter| letter.name.to_string()).collect()
        }
    };
    let mut at = at.clone();
    let integrand = evaluation.value(body, &at, 0)?;
    let integrand = match log.marker {
        None => integrand.as_scalar(),
        Some(_) => {
            let marker = Matrix::from_fn(integrand.columns, integrand.rows, |_, _| entry(random));
            let closed = integrand.times(&marker).and_then(|product| product.trace());
            at.marker = Some(marker);
            closed
        }
    };
    check_letters(log, file)?;
    let at = evaluation.with_definitions(log, &at)?;
    let mut replay = Replay::new(log, &at, &over)?;
    for law in &log.laws {
        let letter = file.letters.iter().find(|letter| *letter.name == *law.letter);
        let letter = letter.ok_or("the law of an unknown letter")?;
        let Some(declared) = letter.law() else {
            return Err(format!("`{}` is not random", law.letter));
        };
        let scale = match &law.scale {
            None => Number::residue(1),
            Some((_, terms)) => replay.values().sum(terms)?,
        };
        let rows = evaluation.value(&declared.covariance, &at, 0)?;
        let mut covariance = Matrix::identity(rows.rows, scale);
        for number in &law.covariance {
            let letter = replay.values().letter(*number)?;
            covariance = covariance.times(letter).ok_or("a covariance that does not fit")?;
        }
        if covariance != rows {
            return Err(format!("the covariance of `{}` is another one", law.letter));
        }
    }
    check_second_order(log, file, &over)?;
    if integrand != Some(replay.values().sum(&log.input)?) {
        return Err(format!("the integrand of `{text}` is another one"));
    }
    replay.run()
}

/// Letters have the names of the file, but for the marker, and random ones no powers.
pub(super) fn check_letters(log: &Expectation, file: &ClaimFile) -> Evaluated<()> {
    let marker = log.marker.and_then(|marker| log.letters.get(marker)).map(|row| &row.name);
    for LetterRow { name, powers, .. } in &log.letters {
        let known = file.letters.iter().find(|letter| *letter.name == **name);
        if log.definitions.iter().any(|row| row.name == *name) && marker != Some(name) {
            continue;
        }
        match known {
            Some(letter) if letter.is_random() && !powers.is_empty() => {
                return Err(format!("a power of the random letter `{name}`"));
            }
            Some(_) if marker == Some(name) => return Err("a letter as marker".to_owned()),
            None if marker != Some(name) => return Err(format!("an unknown letter `{name}`")),
            _ => {}
        }
    }
    // What definitions hold is not looked through when states are read: neither a random letter
    // nor the marker hides there.
    let is_random =
        |name: &str| file.letters.iter().any(|letter| *letter.name == *name && letter.is_random());
    let hides = |terms: &[Term]| {
        terms.iter().flat_map(|Term(_, factors)| factors).any(|(factor, _)| match factor {
            Factor::Scalar(name) => is_random(name),
            Factor::Trace(word) => word
                .iter()
                .any(|number| log.letters.get(*number).is_none_or(|row| is_random(&row.name))),
            Factor::Reciprocal(_) => false,
        })
    };
    let elements = log.elements.iter().flat_map(|row| [&row.slope, &row.shift]);
    let scales = log.laws.iter().filter_map(|law| law.scale.as_ref()).map(|(_, terms)| terms);
    if elements.chain(scales).chain(&log.denominators).any(|terms| hides(terms)) {
        return Err("a definition that holds a random letter or the marker".to_owned());
    }
    for law in &log.laws {
        let clashes = |scale: &str| {
            let letter = file.letters.iter().any(|letter| *letter.name == *scale);
            letter || file.sizes.iter().any(|size| **size == *scale)
        };
        if law.scale.as_ref().is_some_and(|(scale, _)| clashes(scale)) {
            return Err("a scale with the name of a letter".to_owned());
        }
    }
    Ok(())
}

/// No monomial needs more than the second moment of a joint law, or the mean of a letter whose
/// mean is not declared.
fn check_second_order(
    log: &Expectation,
    file: &ClaimFile,
    over: &BTreeSet<String>,
) -> Evaluated<()> {
    let laws: BTreeMap<&str, (&Arc<str>, LawKind)> = file
        .letters
        .iter()
        .filter_map(|letter| Some((&*letter.name, letter.law()?)))
        .filter(|(_, law)| law.kind != LawKind::Gaussian)
        .map(|(name, law)| (name, (&law.group, law.kind)))
        .collect();
    for Term(_, factors) in &log.input {
        let mut degrees: BTreeMap<&str, i32> = BTreeMap::new();
        for (factor, exponent) in factors {
            let word = match factor {
                Factor::Trace(word) => word,
                Factor::Scalar(name) if laws.contains_key(name.as_str()) => {
                    return Err(format!("the random letter `{name}` as a scalar"));
                }
                _ => continue,
            };
            for number in word {
                let row = log.letters.get(*number).ok_or("no such letter")?;
                if laws.contains_key(row.name.as_str()) {
                    *degrees.entry(&row.name).or_default() += exponent;
                }
            }
        }
        let groups: BTreeSet<&Arc<str>> = degrees.keys().map(|name| laws[name].0).collect();
        for group in groups {
            let members = || degrees.iter().filter(|(name, _)| laws[**name].0 == group);
            let integrated = members().filter(|(name, _)| over.contains(**name)).count();
            if integrated == 0 {
                continue;
            }
            let degree: i32 = members().map(|(_, degree)| degree).sum();
            let open = members().any(|(name, _)| laws[*name].1 == LawKind::SecondOrder);
            if integrated < members().count() || degree > 2 || (degree == 1 && open) {
                return Err("a moment that a law known to second order does not declare".to_owned());
            }
        }
    }
    Ok(())
}
