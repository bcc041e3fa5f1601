//! Derivatives, rates along flows and substitutions against coordinates: the normal form of a
//! random one, printed and read again, has its value at an instance. There derivatives are taken
//! entry by entry and letters are replaced by their values, without any rule on words.

use isserlis::calculus::Calculus;
use isserlis::claim::ClaimFile;
use isserlis::numeric::{Budget, Instance, evaluate_exactly, instances};
use proptest::prelude::*;

const DECLARATIONS: &str = "\
space d, N
scalar u, a1
positive s
vector v[d]
vector b[d]
matrix A[d,d]
matrix U[d,d]
matrix F[d,N]
matrix H[d,d] sym
matrix K[d,d] invertible
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
gaussian q[d] ~ Lambda
gaussian X[d,N] ~ Omega
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
define R := Lambda + u^2*I
define Mixed := Omega + tr(Lambda*U*U')*I
at d = 2; N = 2
claim letters: tr(A*U*F*F'*H*K*Lambda*Omega)*u*a1*s*v'*b == 0
";

fn file() -> ClaimFile {
    ClaimFile::parse("operations", DECLARATIONS).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn at(file: &ClaimFile) -> Instance {
    instances(file, &file.claims[0], 1).expect("an instance").remove(0)
}

/// A product of one to three square matrices.
fn product() -> impl Strategy<Value = String> {
    let factors = vec![
        "A",
        "A'",
        "U",
        "U'",
        "U*U'",
        "F*F'",
        "H",
        "K",
        "K'",
        "inv(K)",
        "inv(K)'",
        "Lambda",
        "inv(Lambda)",
        "Omega",
        "Gamma",
        "inv(Gamma)",
        "inv(R)",
        "R",
        "inv(Mixed)",
        "inv(K + s*I)",
        "inv(Lambda + s*I)",
        "v*b'",
        "b*v'",
        "K^2",
        "inv(R)^2",
    ];
    prop::collection::vec(prop::sample::select(factors), 1..4)
        .prop_map(|factors| format!("({})", factors.join("*")))
}

fn scalar() -> impl Strategy<Value = String> {
    let simple = prop_oneof![
        3 => product().prop_map(|product| format!("tr({product})")),
        2 => (product(), prop::sample::select(vec!["v", "b"]))
            .prop_map(|(product, right)| format!("(v'*{product}*{right})")),
        1 => product().prop_map(|product| format!("E[q'*{product}*q]")),
        1 => product().prop_map(|product| format!("E[tr({product}*X*X')]/N")),
        2 => prop::sample::select(vec![
            "u", "u^2", "a1*u", "s", "d", "1/N", "1/(1 + u^2)", "1/(1 + tr(U*U'))", "1/tr(R)",
            "1/(1 + v'*v)", "1/(1 + tr(inv(Gamma)))", "||v||^2_(Lambda)",
        ])
        .prop_map(str::to_owned),
    ];
    simple.prop_recursive(1, 3, 2, |inner| {
        prop_oneof![
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})*({b})")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("({a} - 2*{b})")),
        ]
    })
}

fn replacements() -> impl Strategy<Value = String> {
    let one = prop::sample::select(vec![
        "U -> A*K",
        "U -> U'",
        "U -> inv(K)",
        "U -> 0*U",
        "u -> s*a1",
        "u -> 1 + u",
        "v -> A*b",
        "b -> v",
        "Lambda -> Omega",
        "Lambda -> Lambda + s*I",
        "Lambda -> 2*Lambda",
        "Omega -> Lambda",
        "Lambda -> A*A' + I(d)",
        "K -> 2*K'",
        "K -> inv(K)",
        "N -> N + 1",
        "N -> 2*N",
        "s -> s + 1",
        "H -> A + A'",
        "A -> v*b'",
        "a1 -> tr(A)",
    ]);
    prop::collection::vec(one, 1..3).prop_map(|all| all.join(", "))
}

fn operation() -> impl Strategy<Value = String> {
    let gradient = prop::sample::select(vec![
        "tr(grad(OF, U)'*A)",
        "grad(OF, u)",
        "grad(OF, v)'*b",
        "tr(grad(OF, K)*A)",
        "grad(OF, s)",
        "tr(grad(OF, F)'*F)",
        "tr(A*grad(OF, A))",
        "grad(grad(OF, u), u)",
    ]);
    prop_oneof![
        3 => (gradient, scalar()).prop_map(|(gradient, of)| gradient.replace("OF", &of)),
        3 => (scalar(), replacements()).prop_map(|(of, by)| format!("subst({of}, {by})")),
        1 => (scalar(), replacements(), replacements())
            .prop_map(|(of, by, then)| format!("subst(subst({of}, {by}), {then})")),
        1 => (scalar(), replacements())
            .prop_map(|(of, by)| format!("tr(subst(grad({of}, U), {by})'*A)")),
        1 => (scalar(), replacements())
            .prop_map(|(of, by)| format!("grad(subst({of}, {by}), u)")),
        1 => (scalar(), scalar()).prop_map(|(of, loss)| format!("lie({of}, {loss}, U, u)")),
        1 => scalar().prop_map(|of| format!("E[subst({of}, v -> q)]")),
        1 => scalar().prop_map(|of| format!("E[subst({of}, U -> X*F')]")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1500, max_global_rejects: 500_000, failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_normal_form_of_a_random_operation_has_its_value(text in operation()) {
        let file = file();
        let at = at(&file);
        let out_of_reach = || TestCaseError::reject("out of reach");
        let expr = file.expression(&text).map_err(|_| out_of_reach())?;
        let value = evaluate_exactly(&expr, &at, &Budget::default()).map_err(|_| out_of_reach())?;
        let form = Calculus::new(&file.letters).and_then(|mut calculus| calculus.normal_form(&expr));
        let form = form.map_err(|_| out_of_reach())?;
        prop_assume!(form.len() < 20_000);
        let again = file.expression(&form).unwrap_or_else(|errors| panic!("{errors:?}\n{form}"));
        let other = evaluate_exactly(&again, &at, &Budget::default()).map_err(|_| out_of_reach())?;
        prop_assert_eq!(value.to_string(), other.to_string(), "{} has the normal form {}", text, form);
    }
}
