//! `at`: the instances at which the claims that follow are evaluated.

use super::checker::Checker;
use super::definite::{is_invertible, is_positive_definite, is_symmetric};
use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::environment::{Checked, Meaning};
use super::shape::shape_in_words;
use super::span::Span;
use super::surface::{self, GridForm, Name};
use super::tree::{Claim, Grid, GridList, GridValue, Letter, LetterKind, Space};
use dashu_ratio::RBig;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest size of an instance.
const LARGEST_SIZE: usize = 1_000_000;

/// The largest number of instances of one `at`.
const MOST_INSTANCES: usize = 100_000;

/// The largest side of a matrix literal: definiteness is tested exactly.
const LARGEST_LITERAL: usize = 40;

/// Values of the sizes of one alternative.
type Sizes = BTreeMap<Arc<str>, Vec<usize>>;

impl Checker {
    /// The grid of an `at` statement; `at` alone ends the one in force.
    pub(super) fn at(
        &self,
        products: &[Vec<surface::GridList>],
        span: Span,
    ) -> Checked<Option<Grid>> {
        if products.is_empty() {
            return Ok(None);
        }
        let mut instances = 0usize;
        let mut typed = Vec::new();
        for lists in products {
            typed.push(self.product(lists)?);
            let count = lists.iter().map(|list| list.values.len());
            instances = instances.saturating_add(count.fold(1, usize::saturating_mul));
        }
        if instances > MOST_INSTANCES {
            let message = format!("this grid has more than {MOST_INSTANCES} instances");
            return Err(Diagnostic::new(DiagnosticKind::Grid, message, span, "too many")
                .help("`at` alternatives are joined by `|`, lists multiply")
                .into());
        }
        Ok(Some(Grid { products: typed, span }))
    }

    fn product(&self, lists: &[surface::GridList]) -> Checked<Vec<GridList>> {
        for (index, list) in lists.iter().enumerate() {
            if let Some(first) =
                lists[..index].iter().find(|other| other.name.text == list.name.text)
            {
                let message = format!("`{}` is listed twice", list.name.text);
                return Err(Diagnostic::new(
                    DiagnosticKind::NamedTwice,
                    message,
                    list.name.span,
                    "again",
                )
                .also(first.name.span, "first listed here")
                .help("several values of one name: `d = 2, 3`; alternatives are joined by `|`")
                .into());
            }
        }
        let mut sizes = Sizes::new();
        for list in lists {
            if let Meaning::Size = self.environment.lookup(&list.name)? {
                let values: Checked<Vec<usize>> =
                    list.values.iter().map(|value| size(&list.name, value)).collect();
                sizes.insert(list.name.text.as_str().into(), values?);
            }
        }
        lists.iter().map(|list| self.list(list, &sizes)).collect()
    }

    fn list(&self, list: &surface::GridList, sizes: &Sizes) -> Checked<GridList> {
        let name: Arc<str> = list.name.text.as_str().into();
        let problem = |what: &str| {
            let message = format!("`at` gives values to sizes and letters; `{name}` is {what}");
            Diagnostic::new(
                DiagnosticKind::WrongName,
                message,
                list.name.span,
                "not a size or a letter",
            )
        };
        let values: Checked<Vec<GridValue>> = match self.environment.lookup(&list.name)? {
            Meaning::Size => {
                let numbers = sizes.get(&name).into_iter().flatten();
                Ok(numbers.map(|number| GridValue::Number(RBig::from(*number))).collect())
            }
            Meaning::Letter(letter) => match &letter.kind {
                LetterKind::Random(_) => {
                    return Err(problem("a random letter").help("its law is declared").into());
                }
                LetterKind::Observed => {
                    return Err(problem("observed")
                        .help("an experiment supplies its value")
                        .into());
                }
                LetterKind::Ones => return Err(problem("constant").into()),
                _ => list.values.iter().map(|value| letter_value(letter, value, sizes)).collect(),
            },
            other => return Err(problem(other.in_words()).into()),
        };
        Ok(GridList { name, values: values? })
    }

    /// Checks that the grid in force lists every size of the claim.
    pub(super) fn check_grid_lists_all_sizes(&self, claim: &Claim) -> Checked<()> {
        let Some(grid) = claim.grid.as_ref().filter(|_| claim.proposition.has_value_at_instances())
        else {
            return Ok(());
        };
        for size in claim.sizes() {
            let listed = |lists: &Vec<GridList>| lists.iter().any(|list| list.name == size);
            if !grid.products.iter().all(listed) {
                let message = format!("the size `{size}` of this claim is not listed by `at`");
                return Err(Diagnostic::new(
                    DiagnosticKind::Grid,
                    message,
                    claim.name_span,
                    format!("depends on `{size}`"),
                )
                .also(grid.span, format!("no value of `{size}`"))
                .help(format!("add `; {size} = ...`, or end the grid by `at` alone"))
                .into());
            }
        }
        Ok(())
    }
}

fn size(name: &Name, value: &surface::GridValue) -> Checked<usize> {
    let wrong = |label: &str| {
        let message = format!("the size `{}` takes positive integers", name.text);
        Diagnostic::new(DiagnosticKind::Grid, message, value.span, label)
    };
    let GridForm::Number(number) = &value.form else {
        return Err(wrong("a matrix").into());
    };
    if !number.is_int() || *number <= RBig::ZERO {
        return Err(wrong("not a positive integer").into());
    }
    match usize::try_from(number.numerator()).ok().filter(|size| *size <= LARGEST_SIZE) {
        Some(size) => Ok(size),
        None => Err(wrong("too large").help(format!("sizes go up to {LARGEST_SIZE}")).into()),
    }
}

fn letter_value(letter: &Letter, value: &surface::GridValue, sizes: &Sizes) -> Checked<GridValue> {
    if letter.shape.is_scalar() {
        let number = match &value.form {
            GridForm::Number(number) => number,
            GridForm::Rows(rows) if rows.len() == 1 && rows[0].len() == 1 => &rows[0][0],
            GridForm::Rows(_) => {
                let message = format!("`{}` is a scalar", letter.name);
                return Err(
                    Diagnostic::new(DiagnosticKind::Grid, message, value.span, "a matrix").into()
                );
            }
        };
        let one_by_one = vec![vec![number.clone()]];
        check_attributes(letter, &one_by_one, value.span)?;
        return Ok(GridValue::Number(number.clone()));
    }
    let GridForm::Rows(rows) = &value.form else {
        let shape = shape_in_words(&letter.shape);
        let message = format!("`{}` is a matrix of shape {shape}", letter.name);
        return Err(Diagnostic::new(DiagnosticKind::Grid, message, value.span, "a number")
            .help(format!("write its rows: `{} = [[2, 1/2], [1/2, 1]]`", letter.name))
            .into());
    };
    let vector = letter.shape.columns == Space::One;
    // A vector is one row; a column is read as the same vector.
    let rows: Vec<Vec<RBig>> =
        match vector && rows.len() > 1 && rows.iter().all(|row| row.len() == 1) {
            true => vec![rows.concat()],
            false => rows.clone(),
        };
    let height = if vector { rows.first().map_or(0, Vec::len) } else { rows.len() };
    let width = if vector { rows.len() } else { rows.first().map_or(0, Vec::len) };
    if height.max(width) > LARGEST_LITERAL {
        let message = format!("a matrix literal has at most {LARGEST_LITERAL} rows and columns");
        return Err(
            Diagnostic::new(DiagnosticKind::TooLong, message, value.span, "too large").into()
        );
    }
    check_side(letter, &letter.shape.rows, height, "rows", value.span, sizes)?;
    check_side(letter, &letter.shape.columns, width, "columns", value.span, sizes)?;
    check_attributes(letter, &rows, value.span)?;
    Ok(GridValue::Rows(rows))
}

fn check_side(
    letter: &Letter,
    space: &Space,
    found: usize,
    what: &str,
    span: Span,
    sizes: &Sizes,
) -> Checked<()> {
    let found_words = format!("{found} {what}");
    let Space::Size(size) = space else {
        if found == 1 {
            return Ok(());
        }
        let message = format!("`{}` has shape {}", letter.name, shape_in_words(&letter.shape));
        return Err(Diagnostic::new(DiagnosticKind::Shape, message, span, found_words).into());
    };
    let Some(values) = sizes.get(size) else {
        let message = format!("a value of `{}` needs the size `{size}`", letter.name);
        return Err(Diagnostic::new(DiagnosticKind::Grid, message, span, found_words)
            .help(format!("list it: `{size} = {found}`"))
            .into());
    };
    match values.iter().find(|value| **value != found) {
        None => Ok(()),
        Some(value) => {
            let message = format!("this value of `{}` does not fit {size} = {value}", letter.name);
            Err(Diagnostic::new(DiagnosticKind::Shape, message, span, found_words)
                .help(format!("other sizes go to another alternative: `at {size} = {found}; {} = ... | {size} = {value}`", letter.name))
                .into())
        }
    }
}

fn check_attributes(letter: &Letter, rows: &[Vec<RBig>], span: Span) -> Checked<()> {
    let fault = match &letter.kind {
        LetterKind::Scalar { positive: true } if rows[0][0] <= RBig::ZERO => {
            Some(("positive", "not positive"))
        }
        LetterKind::Matrix(attributes) => {
            if attributes.symmetric && !is_symmetric(rows) {
                Some(("symmetric", "not symmetric"))
            } else if attributes.positive_definite && !is_positive_definite(rows) {
                Some(("positive definite", "not positive definite"))
            } else if attributes.invertible && !is_invertible(rows) {
                Some(("invertible", "singular"))
            } else {
                None
            }
        }
        _ => None,
    };
    match fault {
        None => Ok(()),
        Some((declared, label)) => {
            let message = format!("`{}` is declared {declared}", letter.name);
            Err(Diagnostic::new(DiagnosticKind::Grid, message, span, label).into())
        }
    }
}
