//! Side rules against coordinates: under rules that hold at an instance, the normal form of a random
//! expression has the value of the expression there.

use isserlis::calculus::Calculus;
use isserlis::claim::ClaimFile;
use isserlis::numeric::{Budget, Instance, RationalMatrix, evaluate_exactly};
use isserlis::proof::prove;
use isserlis::verdict::Verdict;
use proptest::prelude::*;

const DECLARATIONS: &str = "\
space d
scalar u, a1
positive s
vector v[d]
matrix A[d,d]
matrix K[d,d]
matrix B[d,d]
matrix P[d,d] sym
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
define R := Lambda + s*I
";

/// The rules, of which any may be in force, and values of the letters at which all of them hold.
const RULES: [&str; 7] = [
    "P*P == P",
    "Omega*Lambda == Lambda*Omega",
    "A*K == I(d)",
    "K*A == I(d)",
    "Lambda*v == s*v",
    "u^2 == a1",
    "2*B*P == v*v' + u*P",
];
const VALUES: [(&str, [[i32; 2]; 2]); 5] = [
    ("A", [[1, 2], [3, 7]]),
    ("K", [[7, -2], [-3, 1]]),
    ("Lambda", [[2, 1], [1, 2]]),
    ("Omega", [[3, -1], [-1, 3]]),
    // B P = (v v' + u P)/2 with P the projector on v and u = -2.
    ("B", [[1, -1], [2, -2]]),
];

fn model() -> Instance {
    let matrix = |rows: usize, columns: usize, entries: &[i32], below: i32| RationalMatrix {
        rows,
        columns,
        entries: entries.iter().map(|entry| ratio(*entry, below)).collect(),
    };
    let mut values: Vec<_> = VALUES
        .iter()
        .map(|(name, rows)| ((*name).into(), matrix(2, 2, rows.as_flattened(), 1)))
        .collect();
    values.push(("P".into(), matrix(2, 2, &[1, 1, 1, 1], 2)));
    values.push(("v".into(), matrix(2, 1, &[1, 1], 1)));
    for (name, value) in [("u", -2), ("a1", 4), ("s", 3)] {
        values.push((name.into(), RationalMatrix::scalar(ratio(value, 1))));
    }
    Instance {
        sizes: [("d".into(), 2)].into(),
        values: values.into_iter().collect(),
        listed: Vec::new(),
        declared: true,
    }
}

fn ratio(above: i32, below: i32) -> dashu_ratio::RBig {
    dashu_ratio::RBig::from(above) / dashu_ratio::RBig::from(below)
}

fn scalar() -> impl Strategy<Value = String> {
    let factors = vec![
        "A",
        "A'",
        "K",
        "K'",
        "B",
        "B'",
        "P",
        "Lambda",
        "Omega",
        "Lambda^2",
        "Omega^2",
        "inv(Lambda)",
        "inv(Omega)",
        "inv(R)",
        "v*v'",
        "A*K",
        "B*P",
        "Omega*Lambda",
        "P*P",
    ];
    let product = prop::collection::vec(prop::sample::select(factors), 1..6)
        .prop_map(|factors| factors.join("*"));
    let simple = prop_oneof![
        2 => product.clone().prop_map(|product| format!("tr({product})")),
        2 => product.clone().prop_map(|product| format!("(v'*{product}*v)")),
        1 => prop::sample::select(vec!["u", "u^3", "1/u", "1/u^3", "s", "1/(1 + u^2)", "a1"])
            .prop_map(str::to_owned),
    ];
    simple.prop_recursive(1, 3, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})*({b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} - 2*{b})")),
        ]
    })
}

#[test]
fn the_rules_hold_at_the_model() {
    let lines: String = RULES.iter().map(|rule| format!("rule {rule}\n")).collect();
    let file = ClaimFile::parse("rules", &format!("{DECLARATIONS}{lines}")).expect("rules");
    let budget = Budget::default();
    for rule in &file.rules {
        let [left, right] =
            [&rule.left, &rule.right].map(|side| evaluate_exactly(side, &model(), &budget));
        assert_eq!(
            left.expect("a value").to_string(),
            right.expect("a value").to_string(),
            "{} == {}",
            rule.left,
            rule.right
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500, max_global_rejects: 200_000, failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_normal_form_under_rules_has_the_value_at_a_model(
        text in scalar(),
        in_force in prop::collection::vec(any::<bool>(), RULES.len()),
    ) {
        let lines: String = RULES
            .iter()
            .zip(in_force)
            .filter(|(_, in_force)| *in_force)
            .map(|(rule, _)| format!("rule {rule}\n"))
            .collect();
        let file = ClaimFile::parse("rules", &format!("{DECLARATIONS}{lines}")).expect("rules");
        let expr = file.expression(&text).expect("an expression");
        let mut calculus = Calculus::new(&file.letters).expect("letters");
        file.rules.iter().for_each(|rule| calculus.suppose(rule).expect("a rule that ends"));
        let Ok(form) = calculus.normal_form(&expr) else {
            return Err(TestCaseError::reject("out of reach"));
        };
        let again = file.expression(&form).unwrap_or_else(|errors| panic!("{errors:?}\n{form}"));
        let value = |expr| evaluate_exactly(expr, &model(), &Budget::default()).map(|one| one.to_string());
        let (Ok(value), Ok(other)) = (value(&expr), value(&again)) else {
            return Err(TestCaseError::reject("out of reach"));
        };
        prop_assert_eq!(value, other, "under\n{}{} has the normal form {}", lines, text, form);
    }
}

/// The note of the attempt to prove a line under rules.
fn note_under(rules: &str, line: &str) -> String {
    let text = format!(
        "space d\nscalar al, be\nmatrix A[d,d]\nmatrix B[d,d]\nmatrix C[d,d]\nmatrix Psi[d,d] pd\n\
         matrix Lambda[d,d] pd\nmatrix K[d,d]\n{rules}\nclaim it: {line}\n"
    );
    let file = ClaimFile::parse("rules.claim", &text).expect("no mistakes");
    let evidence = prove(&file, &file.claims[0]).expect("a line that proofs are about");
    assert_eq!(evidence.verdict, Verdict::Open);
    evidence.note.expect("a reason")
}

#[test]
fn rules_that_give_two_forms_are_reported() {
    // B A B is B A = C by one rule and C B by the other.
    let note = note_under("rule A*B == A\nrule B*A == C", "A*C == B");
    assert!(note.contains("the rules are not confluent: `B*A*B` has two forms"), "{note}");
    let note = note_under("rule A*A == A", "A*B == B");
    assert!(!note.contains("confluent"), "{note}");
    let note = note_under(
        "rule Psi*Lambda*K == (I - be*K)/al\nrule K*Psi*Lambda == (I - be*K)/al",
        "K == I",
    );
    // K Psi = Psi K' follows from the rules and their transposes, but by none of them alone.
    assert!(
        note.contains("the rules are not confluent: `K*Psi*Lambda*Psi*K'` has two forms"),
        "{note}"
    );
}
