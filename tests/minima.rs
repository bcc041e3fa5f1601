//! Minimal values against coordinates: of a random loss that is seen to be convex, no instance has a
//! value below the one that is found, and the gradient vanishes at a proved minimiser.

use isserlis::calculus::Calculus;
use isserlis::claim::{ClaimFile, Proposition};
use isserlis::numeric::{Budget, check, instances};
use isserlis::proof::{attempt, prove};
use isserlis::verdict::Verdict;
use proptest::prelude::*;

const DECLARATIONS: &str = "\
space d, N
scalar u
positive s
vector v[d]
vector b[d]
matrix A[d,d]
matrix C[d,d]
matrix W[d,d]
matrix K[d,d] invertible
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian q[d] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
";

/// A loss in W with its linear terms, quadratic ones of one or several families.
fn loss() -> impl Strategy<Value = String> {
    let middle = prop::sample::select(vec![
        "tr(Lambda*W*Omega*W')",
        "tr(W*W')",
        "tr(Lambda*W*W')",
        "tr(Lambda*W*Lambda*W')",
        "s*tr(W*W')",
        "tr(W*Gamma*Lambda*W')",
        "tr(K*K'*W*Omega*W')",
        "u^2*tr(Lambda*W*W')",
        "2*tr(inv(Lambda)*W*W')",
        "v'*W*W'*v",
        "E[(q'*W*w - q'*A*w)^2]",
        "E[(w'*X*X'/N*W*q - w'*q)^2]",
        "-tr(W*W')",
        "tr(W*A*W')",
        "tr(W)^2",
        "tr(W*W)",
    ]);
    let linear = prop::sample::select(vec![
        "0",
        "2*tr(A*W)",
        "-2*tr(A'*W)",
        "tr(Lambda*W)",
        "2*v'*W*b",
        "s",
        "-u*tr(W)",
        "tr(A*A')",
    ]);
    let quadratic = prop::collection::vec(middle, 1..3).prop_map(|all| all.join(" + "));
    (quadratic, linear).prop_map(|(quadratic, linear)| format!("{quadratic} + {linear}"))
}

fn file(loss: &str, line: &str) -> Result<ClaimFile, TestCaseError> {
    ClaimFile::parse("it", &format!("{DECLARATIONS}let L = {loss}\nclaim it: {line}\n"))
        .map_err(|errors| TestCaseError::fail(format!("{line}: {errors:?}")))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200, max_global_rejects: 50_000, failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_value_is_below_a_minimum_that_is_found(loss in loss()) {
        let question = file(&loss, "minimum(L, W) == 0")?;
        let Proposition::Minimum { loss: value, letter, value: zero } = &question.claims[0].proposition
        else {
            panic!("a minimum")
        };
        let found = Calculus::new(&question.letters)
            .and_then(|mut calculus| calculus.minimum(&value.value, letter, zero));
        let Ok((found, _)) = found else { return Err(TestCaseError::reject("not found")) };
        let found = found.map_or_else(|| "0".to_owned(), |left| left.expression);
        let proved = file(&loss, &format!("minimum(L, W) == {found}"))?;
        let proof = prove(&proved, &proved.claims[0]).expect("a line that proofs are about");
        prop_assert_eq!(proof.verdict, Verdict::Proved, "{}: {}", loss, found);
        let bound = file(&loss, &format!("L >= {found}"))?;
        for seed in 0..6 {
            for at in instances(&bound, &bound.claims[0], seed).expect("instances") {
                let evidence = check(&bound, &bound.claims[0], &at, &Budget::default());
                prop_assert_ne!(evidence.verdict, Verdict::Refuted, "{} >= {} at {:?}", loss, found, at);
            }
        }
        // Anything larger is too large: a difference is left, which refutes where normal forms are
        // complete.
        let larger = file(&loss, &format!("minimum(L, W) == {found} + s"))?;
        let other = attempt(&larger, &larger.claims[0]).expect("a line that proofs are about");
        prop_assert_ne!(other.evidence.verdict, Verdict::Proved);
        prop_assert!(other.difference.is_some());
    }

    #[test]
    fn the_gradient_vanishes_at_a_proved_minimiser(
        loss in loss(),
        at in prop::sample::select(vec![
            "A", "-A'", "-A", "0*W", "inv(Gamma)", "inv(Lambda)*A", "-inv(Lambda)*A'*inv(Omega)",
            "-I(d)/2", "-inv(Omega)/2", "-Lambda/2", "u/2*I", "-inv(Lambda)*A'", "-A'*inv(Lambda)",
        ]),
    ) {
        let claimed = file(&loss, &format!("minimizer(L, W) == {at}"))?;
        let proof = prove(&claimed, &claimed.claims[0]).expect("a line that proofs are about");
        let gradient = file(&loss, &format!("subst(grad(L, W), W -> {at}) == 0*W"))?;
        let verdicts: Vec<Verdict> = (0..3)
            .flat_map(|seed| instances(&gradient, &gradient.claims[0], seed).expect("instances"))
            .map(|at| check(&gradient, &gradient.claims[0], &at, &Budget::default()).verdict)
            .collect();
        match proof.verdict {
            Verdict::Proved => prop_assert!(!verdicts.contains(&Verdict::Refuted), "{loss}: {at}"),
            Verdict::Refuted => prop_assert!(verdicts.contains(&Verdict::Refuted), "{loss}: {at}"),
            _ => return Err(TestCaseError::reject("open")),
        }
    }
}
