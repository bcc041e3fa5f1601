//! The exact reading against values that were computed elsewhere: `tests/vectors` holds exact
//! identities of Gaussian matrices with their closed forms for all sizes, each with rational
//! values at concrete instances (its fields `about` and `verified_by` say how they were found).

use isserlis::claim::{ClaimFile, Expr, Proposition};
use isserlis::numeric::{Budget, Instance, RationalMatrix, evaluate_exactly};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Identity>,
}

#[derive(Deserialize)]
struct Identity {
    id: String,
    declarations: String,
    expression: String,
    normal_form: String,
    spots: Vec<Spot>,
}

#[derive(Deserialize)]
struct Spot {
    dims: BTreeMap<String, usize>,
    values: BTreeMap<String, Entries>,
    expected: Entries,
}

/// A 1 x 1 value, or rows.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entries {
    Number(String),
    Rows(Vec<Vec<String>>),
}

impl Entries {
    fn matrix(&self) -> RationalMatrix {
        let parse = |text: &String| text.parse().expect("a rational number");
        match self {
            Self::Number(text) => RationalMatrix::scalar(parse(text)),
            Self::Rows(rows) => RationalMatrix {
                rows: rows.len(),
                columns: rows[0].len(),
                entries: rows.iter().flatten().map(parse).collect(),
            },
        }
    }
}

impl Spot {
    fn instance(&self) -> Instance {
        let sizes = self.dims.iter().map(|(name, size)| (name.as_str().into(), *size));
        let values = self.values.iter().map(|(name, value)| (name.as_str().into(), value.matrix()));
        Instance {
            sizes: sizes.collect(),
            values: values.collect(),
            listed: Vec::new(),
            declared: true,
        }
    }
}

/// Compares the side of `expression == normal_form` that `select` picks with every value.
fn compare(select: impl Fn(&Proposition) -> &Expr) {
    let text = include_str!("vectors/gaussian_calculus.json");
    let identities = serde_json::from_str::<Vectors>(text).expect("the format of the vectors");
    let mut values = 0;
    for Identity { id, declarations, expression, normal_form, spots } in identities.vectors {
        // As a claim, so that an `I` without a size gets it from the other side.
        let text = format!("{declarations}\nclaim identity: {expression} == {normal_form}\n");
        let file = ClaimFile::parse(&id, &text).unwrap_or_else(|errors| panic!("{id}: {errors:?}"));
        let side = select(&file.claims[0].proposition);
        for spot in spots {
            let value = evaluate_exactly(side, &spot.instance(), &Budget::default())
                .unwrap_or_else(|error| panic!("{id} at {:?}: {error}", spot.dims));
            assert_eq!(value.exact(), Some(spot.expected.matrix()), "{id} at {:?}", spot.dims);
            values += 1;
        }
    }
    assert_eq!(values, 43, "every value of every identity was compared");
}

#[test]
fn coordinates_reproduce_every_exact_value() {
    compare(|proposition| match proposition {
        Proposition::Equal { left, .. } => left,
        _ => panic!("an equality"),
    });
}

#[test]
fn closed_forms_reproduce_every_exact_value() {
    compare(|proposition| match proposition {
        Proposition::Equal { right, .. } => right,
        _ => panic!("an equality"),
    });
}
