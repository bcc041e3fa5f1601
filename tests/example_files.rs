//! Every line of the example files that has a value at an instance, decided in coordinates at its
//! grid: each claim agrees everywhere, each control is refuted by a witness.

use isserlis::claim::{Claim, ClaimFile, ClaimKind, Proposition};
use isserlis::evidence::Evidence;
use isserlis::numeric::{Budget, check, instances};
use isserlis::verdict::Verdict;

fn examples() -> Vec<ClaimFile> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims");
    let entries = std::fs::read_dir(folder).expect("the folder of examples");
    let mut paths = entries.map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().expect("a file name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a readable example");
        ClaimFile::parse(&name, &text).unwrap_or_else(|errors| panic!("{name}: {errors:?}"))
    };
    paths.iter().map(read).collect()
}

fn evidence(file: &ClaimFile, claim: &Claim) -> Vec<Evidence> {
    let grid = instances(file, claim, 1)
        .unwrap_or_else(|error| panic!("{}::{}: {error}", file.name, claim.name));
    grid.iter().map(|at| check(file, claim, at, &Budget::default())).collect()
}

/// The lines of a kind with a value at an instance, with their evidence.
fn decided(kind: ClaimKind) -> Vec<(String, Vec<Evidence>)> {
    let mut found = Vec::new();
    for file in examples() {
        for claim in file.claims.iter().filter(|claim| claim.kind == kind) {
            let has_value =
                matches!(claim.proposition, Proposition::Equal { .. } | Proposition::Bound { .. });
            if has_value {
                found.push((format!("{}::{}", file.name, claim.name), evidence(&file, claim)));
            }
        }
    }
    found
}

#[test]
fn every_claim_agrees_at_every_instance() {
    let claims = decided(ClaimKind::Claim);
    assert!(claims.len() >= 30, "{} claims", claims.len());
    for (name, evidence) in claims {
        assert!(!evidence.is_empty(), "{name} has instances");
        for piece in evidence {
            assert_eq!(piece.verdict, Verdict::Verified, "{name} at {:?}: {:?}", piece.at, piece);
        }
    }
}

#[test]
fn every_control_is_refuted_with_a_witness() {
    let controls = decided(ClaimKind::Refute);
    assert!(controls.len() >= 3, "{} controls", controls.len());
    for (name, evidence) in controls {
        let refuted = evidence.iter().find(|piece| piece.verdict == Verdict::Refuted);
        let witness = refuted.and_then(|piece| piece.counterexample.as_ref());
        let witness = witness.unwrap_or_else(|| panic!("{name} is refuted"));
        assert_ne!(witness.left, witness.right, "{name}");
    }
}

#[test]
fn a_line_without_a_value_at_an_instance_is_open_and_says_why() {
    for file in examples() {
        for claim in &file.claims {
            if let Proposition::Limit { .. } | Proposition::Minimizer { .. } = claim.proposition {
                for piece in evidence(&file, claim) {
                    assert_eq!(piece.verdict, Verdict::Open);
                    assert!(piece.note.is_some_and(|note| note.contains("exact calculus")));
                }
            }
        }
    }
}
