//! Named proof rules: what `gradient_dominance` proves from its premises, and what it refuses.

use isserlis::claim::ClaimFile;
use isserlis::proof::prove;
use isserlis::verdict::Verdict;

const FILE: &str = include_str!("claims/limit_by_a_rule.claim");

/// The verdict and the note of the proof of the first limit in the example, after these changes.
fn limit(changes: &[(&str, &str)]) -> (Verdict, String) {
    proof_of("limit_point", changes)
}

/// The verdict and the note of the proof of a line of the example, after these changes.
fn proof_of(name: &str, changes: &[(&str, &str)]) -> (Verdict, String) {
    let mut text = FILE.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "`{old}` is in the example");
        text = text.replacen(old, new, 1);
    }
    let file = ClaimFile::parse("rule.claim", &text).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(|one| one.render("it", &text)).collect::<String>())
    });
    let claim = file.claims.iter().find(|claim| claim.name == name).expect("the line");
    let evidence = prove(&file, claim).expect("a line with a proof rule");
    (evidence.verdict, evidence.note.unwrap_or_default())
}

/// The message of the first mistake in the example after a change.
fn mistake(old: &str, new: &str) -> String {
    let text = FILE.replacen(old, new, 1);
    let errors = ClaimFile::parse("rule.claim", &text).expect_err("a mistake");
    errors[0].message.clone()
}

#[test]
fn the_limit_of_a_training_is_proved_from_its_premises() {
    let (verdict, note) = limit(&[]);
    assert_eq!(
        (verdict, note.as_str()),
        (Verdict::Proved, "by gradient_dominance from conserved, floor, slope, excess, dominance")
    );
    // Another start with a positive conserved quantity; the other order of the premises' sides.
    assert_eq!(limit(&[("u -> d", "u -> tr(Lambda) + d")]).0, Verdict::Proved);
    assert_eq!(limit(&[("u^2 >= u^2 - tr(U*U')", "u^2 - tr(U*U') <= u^2")]).0, Verdict::Proved);
    assert_eq!(
        limit(&[
            ("form Y\n", "form U\n"),
            ("Y*Lambda^2*Y'", "U*Lambda^2*U'"),
            ("Y*Lambda*Y'", "U*Lambda*U'")
        ])
        .0,
        Verdict::Proved
    );
}

#[test]
fn a_wrong_limit_or_premise_proves_nothing() {
    for (changes, reason) in [
        (
            &[("reaches(u*U) == inv(Gamma)", "reaches(u*U) == inv(Lambda)")][..],
            "`slope` does not say",
        ),
        (&[("reaches(u*U) == inv(Gamma)", "reaches(U) == inv(Gamma)")], "`slope` does not say"),
        (&[("reaches(u*U) == inv(Gamma)", "reaches(u*U) == u*U")], "letters that are trained"),
        (
            &[("lie(u^2 - tr(U*U'), L, u, U) == 0", "lie(u^2 + tr(U*U'), L, u, U) == 0")],
            "`conserved` is not proved",
        ),
        (
            &[("lie(u^2 - tr(U*U'), L, u, U) == 0", "lie(u^2 - tr(U*U'), 2*L, u, U) == 0")],
            "`conserved` is about another loss",
        ),
        (
            &[("lie(u^2 - tr(U*U'), L, u, U) == 0", "lie(tr(Lambda), L, u) == 0")],
            "`conserved` is not about all letters",
        ),
        (
            &[("lie(u^2 - tr(U*U'), L, u, U) == 0", "0*u == 0")],
            "`conserved` says of no `lie(Q, L, ...)`",
        ),
        (&[("u^2 >= u^2 - tr(U*U')", "u^2 + 1 >= u^2")], "`floor` does not bound"),
        (&[("u^2 >= u^2 - tr(U*U')", "2*u^2 >= u^2 - tr(U*U')")], "`slope` does not say"),
        (&[("== 1/2*tr(Gamma", "== -1/2*tr(Gamma")], "`excess` is not proved"),
        (&[("L - least", "L - least - 0*u")], "`excess` is not about the loss less a constant"),
        (
            &[("given Lambda >= m, form Y", "given Lambda >= 2*m, form Y")],
            "`dominance` has another hypothesis",
        ),
        (&[("m^2*((1 + 1/N)*m", "2*m^2*((1 + 1/N)*m")], "`dominance` is not proved"),
        (
            &[("U -> 0.1*I", "U -> m*I"), ("u -> d", "u -> m*d + m")],
            "`dominance` has a hypothesis that not every definite letter satisfies",
        ),
    ] {
        let (verdict, note) = limit(changes);
        assert_eq!(verdict, Verdict::Open, "{changes:?}: {note}");
        assert!(note.contains(reason), "{changes:?}: {note}");
    }
}

#[test]
fn a_start_that_conserves_nothing_positive_proves_nothing() {
    // u^2 - tr(U U') is 0 at d = 1, negative, and of no visible sign.
    for start in ["u -> 0.1*d", "u -> 0.01*d", "u -> 0.1", "u -> tr(Lambda)"] {
        let (verdict, note) = limit(&[("u -> d", start)]);
        assert_eq!(verdict, Verdict::Open, "{start}: {note}");
        assert!(note.contains("not visibly positive at the start"), "{start}: {note}");
    }
}

#[test]
fn a_quantity_that_rises_with_the_fall_of_the_loss_serves_as_one_that_is_conserved() {
    let (verdict, note) = proof_of("limit_of_the_papers_start", &[]);
    let premises = "by gradient_dominance from rises, above, slope, excess, dominance, start";
    assert_eq!((verdict, note.as_str()), (Verdict::Proved, premises));
    for (old, new, reason) in [
        (", dominance, start)", ", dominance)", "`rises` keeps `rising`, which is not visibly"),
        ("== 1/k*(", "== 2/k*(", "`rises` is not proved"),
        // Falls as the loss does.
        (
            "let rising = (tr(Lambda)/2 - L)/k",
            "let rising = (tr(Lambda)/2 + L)/k",
            "`rises` is not",
        ),
        // A part of the gradient alone, that of a loss of u.
        (
            "claim rises: lie(rising, L, U, u) == 1/k*(||grad(L, U)||^2 + grad(L, u)^2)",
            "claim rises: lie(tr(U*U'), L, U, u) == -2*tr(U*grad(L, U)')",
            "`rises` says of no `lie(Q, L, ...)`",
        ),
        (
            "claim above: u^2 - rising ==",
            "claim above: u^2 + 1 - rising == 1 +",
            "`slope` does not",
        ),
        (
            "u -> size*length\nclaim limit_of",
            "u -> 2*size*length\nclaim limit_of",
            "`start` is not about",
        ),
    ] {
        let (verdict, note) = proof_of("limit_of_the_papers_start", &[(old, new)]);
        assert_eq!(verdict, Verdict::Open, "{new}: {note}");
        assert!(note.contains(reason), "{new}: {note}");
    }
}

#[test]
fn premises_are_claims_above_of_a_known_rule() {
    let by = "by gradient_dominance(conserved, floor, slope, excess, dominance)";
    assert_eq!(mistake(by, "by descent(conserved)"), "unknown proof rule `descent`");
    assert_eq!(
        mistake(by, "by gradient_dominance(conserved)"),
        "`gradient_dominance` has 5 premises"
    );
    assert_eq!(
        mistake("floor, slope, excess", "flor, slope, excess"),
        "no claim `flor` above this line"
    );
    assert_eq!(mistake("claim floor", "refute floor"), "the premise `floor` is a control");
    assert_eq!(
        mistake("reaches(u*U) == inv(Gamma) by", "u*U == u*U by"),
        "`gradient_dominance` proves the limit of a training"
    );
}
