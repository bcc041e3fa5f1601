//! `--set NAME=VALUE`: sizes and letters on the command line.

use crate::claim::{ClaimFile, Expr, Letter, LetterKind, Space, nearest};
use crate::numeric::{Instance, RationalMatrix};
use dashu_ratio::RBig;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The instance that the options `--set` describe, with every size and letter that the expression
/// needs.
///
/// # Errors
/// A value that cannot be read or does not fit, a name that the file does not declare, a name that
/// the expression needs and that is not set.
pub(super) fn instance(
    file: &ClaimFile,
    expression: &Expr,
    settings: &[String],
) -> anyhow::Result<Instance> {
    let mut given = BTreeMap::new();
    for setting in settings {
        let Some((name, value)) = setting.split_once('=') else {
            anyhow::bail!("`--set {setting}`: write NAME=VALUE, such as d=2");
        };
        let name = name.trim();
        if given.insert(name.to_owned(), value.trim().to_owned()).is_some() {
            anyhow::bail!("`{name}` is set twice");
        }
        declared(file, name)?;
    }
    let mut at = Instance {
        sizes: BTreeMap::new(),
        values: BTreeMap::new(),
        listed: given.keys().map(|name| Arc::from(name.as_str())).collect(),
        declared: true,
    };
    let needed_letters: Vec<Arc<Letter>> = expression
        .letters_in_order(true)
        .into_iter()
        .filter(|letter| !letter.is_random() && letter.kind != LetterKind::Ones)
        .collect();
    let mut missing = Vec::new();
    for name in expression.sizes() {
        match given.get(&*name) {
            Some(value) => drop(at.sizes.insert(name.clone(), size(&name, value)?)),
            None => missing.push(format!("{name}=2")),
        }
    }
    for letter in needed_letters {
        match given.get(&*letter.name) {
            Some(value) => {
                let value = fitted(&letter, matrix(&letter.name, value)?, &at.sizes)?;
                at.values.insert(letter.name.clone(), value);
            }
            None => missing.push(format!("'{}={}'", letter.name, example(&letter))),
        }
    }
    match missing.is_empty() {
        true => Ok(at),
        false => {
            let options: Vec<_> = missing.iter().map(|value| format!("--set {value}")).collect();
            anyhow::bail!("the expression needs more values, such as: {}", options.join(" "))
        }
    }
}

fn declared(file: &ClaimFile, name: &str) -> anyhow::Result<()> {
    let sizes = file.sizes.iter().map(|size| &**size);
    let letters = file.letters.iter().map(|letter| &*letter.name);
    let known: Vec<&str> = sizes.chain(letters).collect();
    if let Some(letter) = file.letters.iter().find(|letter| *letter.name == *name)
        && letter.is_random()
    {
        anyhow::bail!("`{name}` is a random letter; it has a law, not a value");
    }
    if known.contains(&name) {
        return Ok(());
    }
    match nearest(name, known) {
        Some(near) => anyhow::bail!("`{name}` is not declared; did you mean `{near}`?"),
        None => anyhow::bail!("`{name}` is not declared as a size or letter in `{}`", file.name),
    }
}

fn example(letter: &Letter) -> &'static str {
    match (&letter.shape.rows, &letter.shape.columns) {
        (Space::One, Space::One) => "3/2",
        (_, Space::One) => "[[1, 2]]",
        _ => "[[2, 1/2], [1/2, 1]]",
    }
}

fn size(name: &str, value: &str) -> anyhow::Result<usize> {
    match value.parse::<usize>() {
        Ok(size) if size > 0 => Ok(size),
        _ => anyhow::bail!("the size `{name}` is a positive integer, not `{value}`"),
    }
}

/// A number, or rows of numbers in brackets.
fn matrix(name: &str, value: &str) -> anyhow::Result<RationalMatrix> {
    let bad = || {
        anyhow::anyhow!(
            "cannot read the value `{value}` of `{name}`; write 3/2, 0.5 or [[2, 1/2], [1/2, 1]]"
        )
    };
    let text: String = value.split_whitespace().collect();
    let Some(inside) = text.strip_prefix("[[").and_then(|text| text.strip_suffix("]]")) else {
        return Ok(RationalMatrix::scalar(rational(&text).ok_or_else(bad)?));
    };
    let rows: Option<Vec<Vec<RBig>>> =
        inside.split("],[").map(|row| row.split(',').map(rational).collect()).collect();
    let rows = rows.ok_or_else(bad)?;
    let columns = rows[0].len();
    if rows.iter().any(|row| row.len() != columns) {
        anyhow::bail!("the rows of `{name}` have different lengths");
    }
    Ok(RationalMatrix { rows: rows.len(), columns, entries: rows.into_iter().flatten().collect() })
}

/// `3`, `-3/2` or `0.25`.
fn rational(text: &str) -> Option<RBig> {
    if let Some((whole, decimals)) = text.split_once('.') {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let unsigned = whole.strip_prefix('-').unwrap_or(whole);
        if !digits(unsigned) || !digits(decimals) || decimals.len() > 100 {
            return None;
        }
        let power = format!("1{}", "0".repeat(decimals.len()));
        return format!("{whole}{decimals}/{power}").parse().ok();
    }
    let denominator = text.split_once('/').map(|(_, denominator)| denominator);
    if denominator.is_some_and(|text| text.bytes().all(|digit| digit == b'0')) {
        return None;
    }
    text.parse().ok()
}

/// The value in the shape of its letter; a vector is written as one row.
fn fitted(
    letter: &Letter,
    mut value: RationalMatrix,
    sizes: &BTreeMap<Arc<str>, usize>,
) -> anyhow::Result<RationalMatrix> {
    let dimension = |space: &Space| match space {
        Space::One => Some(1),
        Space::Size(name) => sizes.get(name).copied(),
    };
    let (Some(rows), Some(columns)) =
        (dimension(&letter.shape.rows), dimension(&letter.shape.columns))
    else {
        // Its size is missing, which is told with everything else that is.
        return Ok(value);
    };
    if columns == 1 && value.rows == 1 {
        (value.rows, value.columns) = (value.columns, 1);
    }
    if (value.rows, value.columns) != (rows, columns) {
        anyhow::bail!(
            "`{}` is {rows} x {columns} at these sizes, its value {} x {}",
            letter.name,
            value.rows,
            value.columns
        );
    }
    match crate::numeric::attribute_failure(letter, &value) {
        Some(property) => anyhow::bail!("the value of `{}` is not {property}", letter.name),
        None => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact() {
        assert_eq!(rational("-0.25"), "-1/4".parse().ok());
        assert_eq!(rational("3/2"), "3/2".parse().ok());
        for bad in ["", "1/0", "1.", ".5", "x", "1.2.3", "1/2/3", "1e3", "-"] {
            assert_eq!(rational(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_matrix_is_read_by_rows() {
        let value = matrix("A", "[[2, 1/2], [1/2, 1]]").expect("a matrix");
        assert_eq!((value.rows, value.columns), (2, 2));
        assert_eq!(value.entries[1], "1/2".parse().expect("a half"));
        for bad in ["[[1], [2, 3]]", "[[]]", "[1, 2]", "[[1,]]"] {
            assert!(matrix("A", bad).is_err(), "{bad}");
        }
    }
}
