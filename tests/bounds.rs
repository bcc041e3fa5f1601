//! Bounds against coordinates: a random bound that is proved holds at every instance that satisfies
//! its hypotheses, and its certificate, if it has one, is accepted.

use isserlis::certificate::check as verify;
use isserlis::claim::ClaimFile;
use isserlis::numeric::{Budget, check, instances};
use isserlis::proof::{certify, prove};
use isserlis::verdict::Verdict;
use proptest::prelude::*;

const DECLARATIONS: &str = "\
space d, N
scalar u, a1
positive s, t
vector v[d]
matrix A[d,d]
matrix H[d,d] sym
matrix W[d,d]
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
gaussian q[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
define R := Lambda + s*I
";

/// A sum of at most three products of at most two factors.
fn side(factors: Vec<&'static str>) -> impl Strategy<Value = String> {
    let product = prop::collection::vec(prop::sample::select(factors), 1..3)
        .prop_map(|factors| factors.join("*"));
    let term = (prop::sample::select(vec!["", "2*", "1/2*", "-"]), product)
        .prop_map(|(factor, product)| format!("({factor}{product})"));
    prop::collection::vec(term, 1..3).prop_map(|terms| terms.join(" + "))
}

fn scalar_bound() -> impl Strategy<Value = String> {
    let factors = vec![
        "tr(Lambda)",
        "tr(Lambda^2)",
        "tr(inv(Lambda))",
        "tr(Omega)",
        "tr(inv(R))",
        "tr(R)",
        "tr(Gamma)",
        "tr(inv(R)*Lambda)",
        "tr(Lambda*Omega)",
        "tr(Lambda*Omega*Lambda*Omega)",
        "tr(A*A')",
        "tr(A)",
        "tr(A*Lambda*A'*Omega)",
        "(v'*Lambda*v)",
        "E[(q'*v)^2]",
        "s",
        "t",
        "d",
        "N",
        "u",
        "a1",
        "u^2",
        "(u - a1)",
        "1/N",
        "1/(N + d)",
        "1/tr(Lambda)",
        "1/u",
        "||v||",
    ];
    let given = prop::sample::subsequence(
        vec!["Lambda >= s", "Omega >= s", "u >= a1", "a1 >= s", "N >= d", "t >= s"],
        0..4,
    );
    (side(factors.clone()), side(factors), given).prop_map(|(left, right, given)| {
        let given =
            if given.is_empty() { String::new() } else { format!(" given {}", given.join(", ")) };
        format!("{left} >= {right}{given}")
    })
}

/// Polynomials in the eigenvalues of one letter, products of two traces and sizes among them.
fn spectral_bound() -> impl Strategy<Value = String> {
    let traces = |letter: &'static str, inverse: &'static str| {
        let powers = (1..5).map(move |power| format!("tr({letter}^{power})"));
        let more = [inverse, "d", "1", "d^2", "s", "N"].map(str::to_owned);
        let factors: Vec<String> = powers.chain(more).collect();
        let term = (-3_i32..4, prop::collection::vec(prop::sample::select(factors), 1..3))
            .prop_map(|(number, factors)| format!("({number})*{}", factors.join("*")));
        prop::collection::vec(term, 2..4).prop_map(|terms| terms.join(" + "))
    };
    let given = prop::sample::select(vec![
        "",
        " given Lambda >= 1",
        " given Lambda >= s, s <= 1",
        " given Lambda >= 3/2, N >= d + 1",
        " given s <= t, t <= 2",
    ]);
    let sides = prop_oneof![3 => traces("Lambda", "tr(inv(Lambda))"), 1 => traces("H", "tr(H)")];
    (sides, given).prop_map(|(side, given)| format!("{side} >= 0{given}"))
}

fn form_bound() -> impl Strategy<Value = String> {
    let letters = vec!["I(d)", "Lambda", "Lambda^2", "inv(Lambda)", "inv(R)", "Gamma", "Omega"];
    let letters = || prop::sample::select(letters.clone());
    let scalar =
        prop::sample::select(vec!["1", "-1", "s", "-s", "-s^2", "2", "u^2", "-1/2", "t", "-u"]);
    let term =
        (scalar, letters(), letters()).prop_map(|(c, a, b)| format!("({c})*tr({a}*W*{b}*W')"));
    (prop::collection::vec(term, 1..4), any::<bool>()).prop_map(|(terms, floor)| {
        let floor = if floor { "Lambda >= s, " } else { "" };
        format!("{} >= 0 given {floor}form W", terms.join(" + "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200, max_global_rejects: 200_000, failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_random_bound_that_is_proved_holds(
        line in prop_oneof![2 => scalar_bound(), 1 => form_bound(), 2 => spectral_bound()]
    ) {
        let text = format!("{DECLARATIONS}claim it: {line}\n");
        let Ok(file) = ClaimFile::parse("it", &text) else {
            return Err(TestCaseError::reject("not a line"));
        };
        let claim = &file.claims[0];
        let proof = prove(&file, claim).expect("a line that proofs are about");
        prop_assert_ne!(proof.verdict, Verdict::Refuted);
        if proof.verdict != Verdict::Proved {
            return Err(TestCaseError::reject("not proved"));
        }
        if let Some(certificate) = certify(&file, claim, "it") {
            prop_assert_eq!(verify(&certificate, &file, claim), Ok(()), "{}", line);
        }
        for seed in 0..4 {
            let Ok(instances) = instances(&file, claim, seed) else { continue };
            for at in instances {
                let evidence = check(&file, claim, &at, &Budget::default());
                prop_assert_ne!(evidence.verdict, Verdict::Refuted, "{} at {:?}", line, at);
            }
        }
    }
}
