//! The instances at which a claim is evaluated.

use super::completion::{Origin, complete};
use super::mention::Mention;
use super::{Instance, RationalMatrix};
use crate::claim::{Claim, ClaimFile, Grid, GridList, GridValue, Letter, Proposition, Space};
use crate::numeric::exact::ExactError;
use dashu_ratio::RBig;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Entries of all letters together, beyond which an instance is not written down.
const MOST_ENTRIES: usize = 25_000_000;

/// Why a claim has no instances.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceError {
    /// `at` leaves out a size that the claim depends on.
    #[error("`at` gives no value for the size `{size}`; add `{size} = ...`")]
    MissingSize {
        /// The size.
        size: String,
    },
    /// A value of `at` does not fit its name.
    #[error("`at`: the value of `{name}` {problem}")]
    BadValue {
        /// The size or letter.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The letters have too many entries.
    #[error("the letters of this instance have more than {limit} entries")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// No values satisfy the declarations, rules and hypotheses.
    #[error("{place}: {reason}")]
    NotAdmissible {
        /// The sizes.
        place: String,
        /// What fails.
        reason: ExactError,
    },
}

/// The instances at which `claim` is evaluated: the author's grid, or else every size in {1, 2}
/// with the simplest values and with values drawn from `seed`, the smallest first. Every instance
/// gives values to exactly the sizes and letters that the claim depends on, and satisfies the
/// rules and hypotheses; an instance of the default grid that cannot is left out.
///
/// # Errors
/// Where `at` is incomplete or wrong, or no instance satisfies rules and hypotheses.
pub fn instances(
    file: &ClaimFile,
    claim: &Claim,
    seed: u64,
) -> Result<Vec<Instance>, InstanceError> {
    let mention = Mention::of(file, claim);
    let given = match &claim.proposition {
        Proposition::Bound { given, .. } => given.as_slice(),
        _ => &[],
    };
    let build = |partial: &Instance, simple: bool| {
        check_entries(partial, &mention)?;
        let place = place(partial);
        // Without the name of the claim: lines that ask the same of their letters share an
        // instance, so that one experiment serves them all.
        let identities = [file.name.as_str(), place.as_str()];
        let origin = if simple { Origin::Simplest } else { Origin::Drawn { seed, identities } };
        complete(partial, &mention, given, origin)
            .map_err(|reason| InstanceError::NotAdmissible { place, reason })
    };
    match &claim.grid {
        Some(grid) => {
            declared(grid, &mention)?.iter().map(|partial| build(partial, false)).collect()
        }
        None => {
            let mut found = Vec::new();
            let mut failure = None;
            for partial in &default_sizes(&mention) {
                for simple in [true, false] {
                    match build(partial, simple) {
                        Ok(instance) if found.contains(&instance) => {}
                        Ok(instance) => found.push(instance),
                        Err(error) => failure = failure.or(Some(error)),
                    }
                }
            }
            match failure {
                Some(error) if found.is_empty() => Err(error),
                _ => Ok(found),
            }
        }
    }
}

fn place(partial: &Instance) -> String {
    if partial.sizes.is_empty() {
        return "the instance".to_owned();
    }
    let sizes = partial.sizes.iter().map(|(name, size)| format!("{name} = {size}"));
    format!("at {}", sizes.collect::<Vec<_>>().join(", "))
}

fn check_entries(partial: &Instance, mention: &Mention) -> Result<(), InstanceError> {
    let entries = mention.letters.iter().fold(0_usize, |sum, letter| {
        let (rows, columns) = dimensions(letter, &partial.sizes);
        sum.saturating_add(rows.saturating_mul(columns))
    });
    if entries > MOST_ENTRIES {
        return Err(InstanceError::TooLarge { limit: MOST_ENTRIES });
    }
    Ok(())
}

fn dimensions(letter: &Letter, sizes: &BTreeMap<Arc<str>, usize>) -> (usize, usize) {
    let size = |space: &Space| match space {
        Space::One => 1,
        Space::Size(name) => sizes.get(name).copied().unwrap_or(1),
    };
    (size(&letter.shape.rows), size(&letter.shape.columns))
}

/// Every size in {1, 2}, the smallest total first.
fn default_sizes(mention: &Mention) -> Vec<Instance> {
    let names = mention.sizes.clone();
    // Beyond ten sizes only the first ten take both values.
    let free = names.len().min(10);
    let mut choices = (0..1_usize << free).collect::<Vec<_>>();
    choices.sort_by_key(|choice| choice.count_ones());
    let instance = |choice: &usize| {
        let size = |place: usize| 1 + usize::from(place < free && choice >> place & 1 == 1);
        let sizes = names.iter().enumerate().map(|(place, name)| (name.clone(), size(place)));
        Instance {
            sizes: sizes.collect(),
            values: BTreeMap::new(),
            listed: Vec::new(),
            declared: false,
        }
    };
    choices.iter().map(instance).collect()
}

/// The author's grid, restricted to the names that the claim depends on.
fn declared(grid: &Grid, mention: &Mention) -> Result<Vec<Instance>, InstanceError> {
    let mut found: Vec<Instance> = Vec::new();
    for product in &grid.products {
        let letter = |name: &Arc<str>| mention.letters.iter().find(|letter| letter.name == *name);
        let (sizes, others): (Vec<_>, Vec<_>) =
            product.iter().partition(|list| mention.sizes.contains(&list.name));
        let values = others.into_iter().filter(|list| letter(&list.name).is_some());
        let lists = sizes.iter().copied().chain(values).collect::<Vec<&GridList>>();
        if let Some(size) =
            mention.sizes.iter().find(|size| !sizes.iter().any(|list| list.name == **size))
        {
            return Err(InstanceError::MissingSize { size: size.to_string() });
        }
        let listed = lists.iter().map(|list| list.name.clone()).collect::<Vec<_>>();
        for choice in combinations(&lists) {
            let mut instance = Instance {
                sizes: BTreeMap::new(),
                values: BTreeMap::new(),
                listed: listed.clone(),
                declared: true,
            };
            // Sizes come first, so that they are known when a matrix is read.
            for (list, value) in lists.iter().zip(choice) {
                match letter(&list.name) {
                    None => {
                        instance.sizes.insert(list.name.clone(), size_of(list, value)?);
                    }
                    Some(letter) => {
                        let value = value_of(letter, value, &instance.sizes)?;
                        instance.values.insert(list.name.clone(), value);
                    }
                }
            }
            if !found.contains(&instance) {
                found.push(instance);
            }
        }
    }
    Ok(found)
}

/// All choices of one value a list; the last list varies fastest.
fn combinations<'a>(lists: &[&'a GridList]) -> Vec<Vec<&'a GridValue>> {
    lists.iter().fold(vec![Vec::new()], |choices, list| {
        let extended = |choice: &Vec<&'a GridValue>| {
            let choice = choice.clone();
            list.values.iter().map(move |value| [choice.clone(), vec![value]].concat())
        };
        choices.iter().flat_map(extended).collect()
    })
}

fn bad(name: &Arc<str>, problem: impl Into<String>) -> InstanceError {
    InstanceError::BadValue { name: name.to_string(), problem: problem.into() }
}

fn size_of(list: &GridList, value: &GridValue) -> Result<usize, InstanceError> {
    let number = match value {
        GridValue::Number(number) if number.is_int() => usize::try_from(number.numerator()).ok(),
        _ => None,
    };
    number.filter(|&size| size > 0).ok_or_else(|| bad(&list.name, "is not a positive integer"))
}

fn value_of(
    letter: &Letter,
    value: &GridValue,
    sizes: &BTreeMap<Arc<str>, usize>,
) -> Result<RationalMatrix, InstanceError> {
    let (rows, columns) = dimensions(letter, sizes);
    let wrong_shape = |given_rows: usize, given_columns: usize| {
        let problem = format!("is {given_rows} x {given_columns}, the letter {rows} x {columns}");
        bad(&letter.name, problem)
    };
    match value {
        GridValue::Number(number)
            if letter.shape.rows == Space::One && letter.shape.columns == Space::One =>
        {
            Ok(RationalMatrix::scalar(number.clone()))
        }
        GridValue::Number(_) => Err(bad(&letter.name, "is a number, the letter is not")),
        GridValue::Rows(given) => {
            let width = given.first().map_or(0, Vec::len);
            if given.iter().any(|row| row.len() != width) {
                return Err(bad(&letter.name, "has rows of different lengths"));
            }
            let entries = given.iter().flatten().cloned().collect::<Vec<RBig>>();
            // A vector is written as one row.
            let vector = letter.shape.columns == Space::One && given.len() == 1;
            let (given_rows, given_columns) =
                if vector { (width, 1) } else { (given.len(), width) };
            if (given_rows, given_columns) == (rows, columns) {
                Ok(RationalMatrix { rows, columns, entries })
            } else {
                Err(wrong_shape(given_rows, given_columns))
            }
        }
    }
}
