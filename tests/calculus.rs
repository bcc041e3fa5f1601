//! The exact calculus against coordinates: the normal form of a random expression, printed and
//! read again, has the value of the expression at an instance. The exact reading knows no words,
//! so the two share the syntax tree alone.

use isserlis::calculus::{Calculus, Stop};
use isserlis::certificate::check;
use isserlis::claim::{ClaimFile, Expr};
use isserlis::numeric::{Budget, Instance, evaluate_exactly, instances};
use isserlis::proof::certify;
use proptest::prelude::*;

const DECLARATIONS: &str = "\
space d, N
scalar u
positive s
vector v[d]
matrix A[d,d]
matrix B[d,d] sym
matrix C[N,N]
matrix K[d,d] invertible
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
ones one[N]
gaussian X[d,N] ~ Lambda
gaussian Z[d,N] ~ s*Omega
gaussian w[d] ~ I
gaussian q[d] ~ Lambda*Omega*Lambda
gaussian e[N] ~ s*I
gaussian r[1] ~ s*I
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
define Other := 2*Lambda + s*I
at d = 2; N = 2
claim sizes: tr(A)*tr(B)*tr(C)*tr(K)*tr(Lambda)*tr(Omega)*u*s*v'*v == 0
";

/// A matrix, vector or scalar as text, with the number of random factors.
#[derive(Clone, Debug)]
struct Term {
    text: String,
    degree: u32,
}

fn leaf(text: &str) -> Term {
    Term { text: text.to_owned(), degree: degree_of(text) }
}

fn joined(left: &Term, between: &str, right: &Term) -> Term {
    Term {
        text: format!("({}){between}({})", left.text, right.text),
        degree: left.degree + right.degree,
    }
}

fn vector() -> impl Strategy<Value = Term> {
    prop::sample::select(vec!["v", "w", "q", "X*one", "Z*one", "X*e", "X*C*one", "Lambda*w"])
        .prop_map(leaf)
}

/// The random factors of a leaf.
fn degree_of(text: &str) -> u32 {
    let names = text.split(|letter: char| !letter.is_alphanumeric());
    names.filter(|name| ["X", "Z", "w", "q", "e", "r"].contains(name)).count() as u32
}

fn matrix() -> impl Strategy<Value = Term> {
    let leaves = vec![
        "A",
        "A'",
        "B",
        "K",
        "K'",
        "inv(K)",
        "Lambda",
        "inv(Lambda)",
        "Omega",
        "inv(Omega)",
        "Gamma",
        "inv(Gamma)",
        "Other",
        "inv(Other)",
        "inv(Lambda + 3*I)",
        "K^2",
        "X*X'",
        "X*Z'",
        "X*C*X'",
        "Z*one*one'*Z'",
        "w*w'",
        "q*v'",
        "v*w'",
        "r*A",
        "X*e*w'",
    ];
    prop::sample::select(leaves).prop_map(leaf).prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            4 => (inner.clone(), inner.clone()).prop_map(|(a, b)| joined(&a, "*", &b)),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Term {
                degree: a.degree.max(b.degree), ..joined(&a, " + ", &b) }),
            1 => inner.clone().prop_map(|a| Term { text: format!("({})'", a.text), ..a }),
            1 => (inner.clone(), -3..4_i32).prop_map(|(a, k)| Term {
                text: format!("(({k})/2)*({})", a.text), ..a }),
            1 => (inner.clone(), inner).prop_map(|(a, b)| Term {
                text: format!("tr({})*({})", a.text, b.text), degree: a.degree + b.degree }),
        ]
    })
}

fn scalar() -> impl Strategy<Value = Term> {
    let simple = prop_oneof![
        prop::sample::select(vec![
            "u",
            "s",
            "N",
            "d",
            "1/N",
            "r",
            "1/(N + d)",
            "inv(tr(Lambda))",
            "1/2"
        ])
        .prop_map(leaf),
        matrix().prop_map(|a| Term { text: format!("tr({})", a.text), ..a }),
        (vector(), matrix(), vector()).prop_map(|(a, m, b)| Term {
            text: format!("({})'*({})*({})", a.text, m.text, b.text),
            degree: a.degree + m.degree + b.degree,
        }),
    ];
    simple.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| joined(&a, "*", &b)),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Term {
                degree: a.degree.max(b.degree), ..joined(&a, " - ", &b) }),
            1 => inner.clone().prop_map(|a| Term { text: format!("({})^2", a.text), degree: 2 * a.degree }),
            1 => inner.prop_map(|a| Term { text: format!("E[{}]", a.text), degree: 0 }),
        ]
    })
}

fn file() -> ClaimFile {
    ClaimFile::parse("random", DECLARATIONS).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn normal_form(file: &ClaimFile, expr: &Expr) -> Result<String, Stop> {
    Calculus::new(&file.letters)?.normal_form(expr)
}

/// The value of an expression and that of its normal form; none where either is out of reach.
fn both(file: &ClaimFile, text: &str, at: &Instance) -> Option<(String, String, String)> {
    let expr = file.expression(text).ok()?;
    let budget = Budget::default();
    let value = evaluate_exactly(&expr, at, &budget).ok()?;
    let form = normal_form(file, &expr).ok()?;
    if form.len() > 50_000 {
        return None;
    }
    let again = file.expression(&form).unwrap_or_else(|errors| panic!("{errors:?}\n{form}"));
    let other = evaluate_exactly(&again, at, &budget).ok()?;
    Some((value.to_string(), other.to_string(), form))
}

fn compare(text: &str) -> Result<(), TestCaseError> {
    let file = file();
    let at = instances(&file, &file.claims[0], 1).expect("an instance").remove(0);
    let Some((value, other, form)) = both(&file, text, &at) else {
        return Err(TestCaseError::reject("out of reach"));
    };
    prop_assert_eq!(value, other, "{} has the normal form {}", text, form);
    Ok(())
}

/// A scalar without random letters that depends on N as a number alone.
fn function_of_the_length() -> impl Strategy<Value = String> {
    let matrices = vec![
        "Lambda",
        "inv(Lambda)",
        "Omega",
        "A",
        "Gamma",
        "inv(Gamma)",
        "inv(Other)",
        "inv(Lambda + 1/N*I)",
        "inv(N*Lambda + s*I)",
        "Gamma^2",
        "inv(Gamma)^2",
    ];
    let matrix = prop::collection::vec(prop::sample::select(matrices), 1..4);
    let trace = matrix.prop_map(|factors| format!("tr({})", factors.join("*")));
    let simple = prop_oneof![
        3 => trace,
        1 => prop::sample::select(vec!["N", "1/N", "u", "2", "1/(N + d)", "1/(1 + tr(Gamma))"])
            .prop_map(str::to_owned),
    ];
    simple.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})*({b})")),
            2 => (inner.clone(), inner).prop_map(|(a, b)| format!("({a} - {b})")),
        ]
    })
}

/// A line that is said to be true gets a certificate, which the independent checker accepts.
fn certified(line: &str) -> Result<(), TestCaseError> {
    let text = DECLARATIONS.split("at d").next().expect("declarations");
    let text = format!("{text}claim it: {line}\n");
    let Ok(file) = ClaimFile::parse("it", &text) else {
        return Err(TestCaseError::reject("not a line"));
    };
    let claim = &file.claims[0];
    let certificate = certify(&file, claim, "it");
    let certificate =
        certificate.ok_or_else(|| TestCaseError::fail(format!("no proof of {line}")))?;
    prop_assert_eq!(check(&certificate, &file, claim), Ok(()), "{}", line);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60, max_global_rejects: 100_000, failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_random_normal_form_has_a_certificate(
        body in matrix().prop_filter("small degree", |term| term.degree <= 4)
    ) {
        let file = file();
        let text = format!("E[{}]", body.text);
        let form = file.expression(&text).ok().and_then(|expr| normal_form(&file, &expr).ok());
        let Some(form) = form.filter(|form| form.len() < 2_000) else {
            return Err(TestCaseError::reject("out of reach"));
        };
        certified(&format!("{text} == {form}"))?;
    }

    #[test]
    fn a_random_coefficient_has_a_certificate(of in function_of_the_length(), order in -1..3_i32) {
        let file = file();
        let Ok(expr) = file.expression(&of) else { return Err(TestCaseError::reject("no scalar")) };
        let zero = file.expression("0").expect("a number");
        let found = Calculus::new(&file.letters)
            .and_then(|mut calculus| calculus.coefficient(&expr, "N", order, &zero, false));
        let Ok(found) = found else { return Err(TestCaseError::reject("out of reach")) };
        let coefficient = found.map_or_else(|| "0".to_owned(), |left| left.expression);
        prop_assume!(coefficient.len() < 5_000);
        certified(&format!("coeff({of}, N, {order}) == {coefficient}"))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000, max_global_rejects: 100_000, failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_normal_form_of_a_random_scalar_has_its_value(
        body in scalar().prop_filter("small degree", |term| term.degree <= 6)
    ) {
        compare(&format!("E[{}]", body.text))?;
    }

    #[test]
    fn the_normal_form_of_a_random_matrix_has_its_value(
        body in matrix().prop_filter("small degree", |term| term.degree <= 6)
    ) {
        compare(&format!("E[{}]", body.text))?;
    }
}

/// One token of an expression changed, if it has the token at that place.
fn mutated(text: &str, choice: usize, place: usize) -> Option<String> {
    const SWAPS: &[(&str, &str)] = &[
        ("A", "A'"),
        ("A'", "A"),
        ("B", "A"),
        ("K", "K'"),
        ("Lambda", "Omega"),
        ("Gamma", "Lambda"),
        ("Gamma", "Other"),
        ("inv(K)", "K"),
        (" + ", " - "),
        ("/2)", "/3)"),
        ("X*X'", "Z*Z'"),
        ("C*", "C'*"),
        ("1/N", "1/(N + 1)"),
        ("tr(", "2*tr("),
    ];
    let (old, new) = SWAPS[choice % SWAPS.len()];
    let places: Vec<usize> = text.match_indices(old).map(|(at, _)| at).collect();
    let at = *places.get(place % places.len().max(1))?;
    Some(format!("{}{new}{}", &text[..at], &text[at + old.len()..]))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000, max_global_rejects: 100_000, failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_proved_equal_has_equal_values(
        body in matrix().prop_filter("small degree", |term| term.degree <= 4),
        choice in 0..14_usize,
        place in 0..8_usize,
    ) {
        let file = file();
        let at = instances(&file, &file.claims[0], 1).expect("an instance").remove(0);
        let left = format!("E[{}]", body.text);
        let Some(right) = mutated(&left, choice, place) else {
            return Err(TestCaseError::reject("no such token"));
        };
        let (Ok(one), Ok(other)) = (file.expression(&left), file.expression(&right)) else {
            return Err(TestCaseError::reject("no expression"));
        };
        let difference =
            Calculus::new(&file.letters).and_then(|mut calculus| calculus.difference(&one, &other));
        let Ok(difference) = difference else { return Err(TestCaseError::reject("out of reach")) };
        let value = |expr| evaluate_exactly(expr, &at, &Budget::default()).map(|one| one.to_string());
        let (Ok(one), Ok(other)) = (value(&one), value(&other)) else {
            return Err(TestCaseError::reject("out of reach"));
        };
        prop_assert!(difference.is_some() || one == other, "{left} and {right}: {one}, {other}");
    }
}
