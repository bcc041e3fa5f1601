//! `--set NAME=VALUE`: sizes and letters on the command line.

use crate::claim::{
    ClaimFile, Expr, GridForm, Letter, LetterKind, Space, nearest, parse_grid_list,
};
use crate::numeric::{Instance, RationalMatrix};
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
    let at = everything_set(file, settings)?;
    let sizes = expression.sizes().into_iter().filter(|name| !at.sizes.contains_key(name));
    let missing = sizes.map(|name| format!("{name}=2"));
    let letters = expression.letters_of_influence().into_iter().filter(|letter| {
        let valued = matches!(letter.kind, LetterKind::Ones | LetterKind::Observed);
        !valued && !letter.is_random() && !at.values.contains_key(&letter.name)
    });
    let letters = letters.map(|letter| format!("'{}={}'", letter.name, example(&letter)));
    let missing: Vec<_> = missing.chain(letters).map(|value| format!("--set {value}")).collect();
    match missing.is_empty() {
        true => Ok(at),
        false => {
            anyhow::bail!("the expression needs more values, such as: {}", missing.join(" "))
        }
    }
}

/// All that the options `--set` set.
fn everything_set(file: &ClaimFile, settings: &[String]) -> anyhow::Result<Instance> {
    let mut given = BTreeMap::new();
    for setting in settings {
        let (name, value) = read(setting)?;
        declared(file, &name)?;
        if given.insert(name.clone(), value).is_some() {
            anyhow::bail!("`{name}` is set twice");
        }
    }
    let mut at = Instance {
        sizes: BTreeMap::new(),
        values: BTreeMap::new(),
        listed: given.keys().map(|name| Arc::from(name.as_str())).collect(),
        declared: true,
    };
    for name in &file.sizes {
        if let Some(value) = given.get(&**name) {
            at.sizes.insert(name.clone(), size(name, value)?);
        }
    }
    for letter in &file.letters {
        if let Some(value) = given.get(&*letter.name) {
            let value = fitted(letter, matrix(value), &at.sizes)?;
            at.values.insert(letter.name.clone(), value);
        }
    }
    Ok(at)
}

/// The names that the options `--set` set.
///
/// # Errors
/// An option that cannot be read.
pub(super) fn names(settings: &[String]) -> anyhow::Result<Vec<String>> {
    settings.iter().map(|setting| Ok(read(setting)?.0)).collect()
}

/// The size `name`, where it is set.
///
/// # Errors
/// An option that cannot be read; a value that is no size.
pub(super) fn positive(settings: &[String], name: &str) -> anyhow::Result<Option<usize>> {
    for setting in settings {
        let (found, value) = read(setting)?;
        if found == name {
            return size(name, &value).map(Some);
        }
    }
    Ok(None)
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

/// One `NAME=VALUE`, in the notation of an `at` list.
fn read(setting: &str) -> anyhow::Result<(String, GridForm)> {
    let list = parse_grid_list(setting)
        .map_err(|diagnostic| anyhow::anyhow!("`--set {setting}`: {}", diagnostic.message))?;
    let [value] = &list.values[..] else {
        anyhow::bail!("`--set {setting}`: an expression is evaluated at one value of a name");
    };
    Ok((list.name.text.clone(), value.form.clone()))
}

fn size(name: &str, value: &GridForm) -> anyhow::Result<usize> {
    let number = match value {
        GridForm::Number(number) if number.is_int() => usize::try_from(number.numerator()).ok(),
        _ => None,
    };
    number
        .filter(|&size| size > 0)
        .ok_or_else(|| anyhow::anyhow!("the size `{name}` is a positive integer"))
}

/// A number as a 1 x 1 matrix, or rows, which the notation keeps equally long.
fn matrix(value: &GridForm) -> RationalMatrix {
    match value {
        GridForm::Number(number) => RationalMatrix::scalar(number.clone()),
        GridForm::Rows(rows) => RationalMatrix {
            rows: rows.len(),
            columns: rows[0].len(),
            entries: rows.iter().flatten().cloned().collect(),
        },
    }
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
    fn a_setting_is_read_exactly_and_a_bad_one_is_refused() {
        let value = |setting: &str| read(setting).map(|(_, value)| matrix(&value));
        assert_eq!(value("u=-0.25").expect("a number").entries[0], "-1/4".parse().expect("-1/4"));
        let rows = value("A=[[2, 1/2], [1/2, 1]]").expect("a matrix");
        assert_eq!((rows.rows, rows.columns), (2, 2));
        assert_eq!(rows.entries[1], "1/2".parse().expect("1/2"));
        for bad in ["u", "u=", "u=1/0", "u=x", "u=1e3", "u=1, 2", "A=[[1], [2, 3]]", "A=[[]]"] {
            assert!(value(bad).is_err(), "{bad}");
        }
    }
}
