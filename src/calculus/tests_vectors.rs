//! Reference identities (`tests/vectors/gaussian_calculus.json`): the difference from the stated
//! normal form is zero.

use super::reading::Calculus;
use crate::claim::ClaimFile;

#[test]
fn every_reference_identity_has_its_normal_form() {
    let text = include_str!("../../tests/vectors/gaussian_calculus.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut failed = Vec::new();
    for vector in vectors["vectors"].as_array().unwrap() {
        let declarations = vector["declarations"].as_str().unwrap();
        let (left, right) = (&vector["expression"], &vector["normal_form"]);
        let difference = |right: &str| format!("({}) - ({right})", left.as_str().unwrap());
        let file = ClaimFile::parse("vector", declarations).unwrap();
        let right = right.as_str().unwrap();
        let expr =
            file.expression(&difference(right)).unwrap_or_else(|errors| panic!("{errors:?}"));
        let mut reader = Calculus::new(&file.letters).unwrap();
        let zero = reader.value(&expr).and_then(|value| reader.algebra.normal_matrix(&value));
        match zero {
            Ok(zero) if zero.is_empty() => {}
            Ok(zero) => {
                failed.push(format!("{}: {}", vector["id"], reader.algebra.show_matrix(&zero)))
            }
            Err(stop) => failed.push(format!("{}: {stop}", vector["id"])),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
