//! Minimisers: the completed square of a certificate, checked.
//!
//! `L(W) - L(W*) = sum_k c_k tr((W - W*) B_k (W - W*)' A_k)` is compared at random points, and the
//! signs of c_k, A_k and B_k are read off the declarations. Then W* is a global minimiser, and the
//! only one wherever a term with A_k and B_k positive definite has c_k > 0.

use super::evaluation::{Evaluated, Evaluation, Point, Values};
use super::field::Number;
use super::format::{Factor, Square, Term};
use super::matrix::Matrix;
use super::visible::{Sign, Signs};
use crate::claim::{ClaimFile, Expr, Letter, LetterKind};
use num_traits::Zero;

/// The certificate of a minimiser at a point. `claimed` is the claimed minimiser; without it the
/// one of the certificate counts, whose loss is returned.
pub(super) fn check_square(
    evaluation: &Evaluation<'_>,
    file: &ClaimFile,
    square: &Square,
    (loss, letter, claimed): (&Expr, &Letter, Option<&Expr>),
    at: &Point,
) -> Evaluated<Number> {
    if letter.kind == (LetterKind::Scalar { positive: true }) {
        return Err("a minimum over positive numbers alone".to_owned());
    }
    check_signs(evaluation, file, square, letter)?;
    let at = &evaluation.with_definitions(&square.log, at)?;
    let moving = at.letters.get(&letter.name).ok_or("the letter that moves is unknown")?;
    let values = Values::new(&square.log, at)?;
    let minimiser = match claimed {
        Some(claimed)
            if claimed.letters_in_order(true).iter().any(|one| one.name == letter.name) =>
        {
            return Err("the minimiser holds the letter that moves".to_owned());
        }
        Some(claimed) => evaluation.value(claimed, at, 0)?,
        None => values.matrix(&square.log.result, moving.rows, moving.columns)?,
    };
    let apart =
        moving.plus(&minimiser, -Number::residue(1)).ok_or("a minimiser of another shape")?;
    let mut sum = Number::zero();
    for (factor, a, b) in &square.terms {
        let inner = product(&values, b, moving.columns)?;
        let outer = product(&values, a, moving.rows)?;
        let form = apart
            .times(&inner)
            .and_then(|product| product.times(&apart.transpose()))
            .and_then(|product| product.times(&outer))
            .and_then(|product| product.trace());
        sum = sum + values.sum(factor)? * form.ok_or("a square that does not fit")?;
    }
    let mut there = at.clone();
    there.letters.insert(letter.name.clone(), minimiser);
    let loss_at = |point: &Point| {
        let value = evaluation.value(loss, point, 0)?;
        value.as_scalar().ok_or_else(|| "a loss that is no number".to_owned())
    };
    let least = loss_at(&there)?;
    match loss_at(at)? - least == sum {
        true => Ok(least),
        false => Err("the square does not complete".to_owned()),
    }
}

fn product(values: &Values<'_>, word: &[usize], size: usize) -> Evaluated<Matrix> {
    let mut product = Matrix::identity(size, Number::residue(1));
    for number in word {
        product = product.times(values.letter(*number)?).ok_or("a square that does not fit")?;
    }
    Ok(product)
}

/// Every term is nonnegative, one of them can be positive for every W other than W*, and none
/// depends on W.
fn check_signs(
    evaluation: &Evaluation<'_>,
    file: &ClaimFile,
    square: &Square,
    letter: &Letter,
) -> Evaluated<()> {
    let log = &square.log;
    let moves = |of: &Expr| of.letters_in_order(true).iter().any(|one| one.name == letter.name);
    if evaluation.definitions.values().any(moves) {
        return Err("a definition of the square holds the letter that moves".to_owned());
    }
    let names_letter = |terms: &[Term]| {
        terms.iter().flat_map(|Term(_, factors)| factors).any(|(factor, _)| match factor {
            Factor::Scalar(name) => **name == *letter.name,
            _ => false,
        })
    };
    let elements = log.elements.iter().flat_map(|row| [&row.slope, &row.shift]);
    let factors = square.terms.iter().map(|(factor, ..)| factor);
    let sums = elements.chain(&log.denominators).chain([&log.result]).chain(factors);
    if log.letters.iter().any(|row| *row.name == *letter.name) || { sums }
        .any(|sum| names_letter(sum))
    {
        return Err("the square holds the letter that moves".to_owned());
    }
    let variables = &std::collections::BTreeMap::new();
    let signs = Signs { log, file, definitions: &evaluation.definitions, variables };
    let mut unique = false;
    for (factor, a, b) in &square.terms {
        let matrices = signs.word(a).min(signs.word(b));
        if matrices.min(signs.sum(factor)) == Sign::Unknown {
            return Err("a term of the square has no visible sign".to_owned());
        }
        unique |= matrices == Sign::Positive;
    }
    match unique {
        true => Ok(()),
        false => Err("the minimiser is not visibly unique".to_owned()),
    }
}
