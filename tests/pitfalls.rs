//! Ways to a false proof, one test each: true lines are proved, and their near misses are not.
//!
//! Every line with a value at an instance is decided in coordinates too: what is proved agrees at
//! all of the default instances, and a near miss has a counterexample there, so that a wrong line
//! of this file is found as well.
//!
//! Covered elsewhere, and not repeated here:
//! - which expectations of laws known to second order are refused, random letters in divisors,
//!   inverses, roots and definitions, shapes, sizes that are sides, what `subst` may replace:
//!   `src/claim/tests_check.rs`; the messages in full: `src/claim/tests_messages.rs`;
//! - what a claim supposes to be nonzero, taken apart into factors: `src/claim/divisor.rs`;
//! - proportional elements, one name for one pole, divisors that vanish after `subst`, roots,
//!   rules that do not end, letters that a rule ties, minima over positive numbers, budgets:
//!   `tests/proofs.rs`;
//! - random expressions and random mutants against coordinates: `tests/calculus.rs`;
//! - forged and corrupted certificates, the sign of the linear term of a normal equation:
//!   `tests/certificates.rs`.

use isserlis::claim::{ClaimFile, Proposition};
use isserlis::numeric::{Budget, check, instances};
use isserlis::proof::prove;
use isserlis::verdict::Verdict;

const DECLARATIONS: &str = "\
space d, N, M
scalar u, a1
positive s, t
matrix m[1,1]
vector v[d]
vector b[d]
vector c[N]
matrix A[d,d]
matrix B[d,d]
matrix D[d,N]
matrix H[d,d] sym
matrix U[d,d]
matrix W[d,d]
matrix K[d,d] invertible
matrix C[d,d] commuting
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
ones one[N]
ones other[N]
gaussian X[d,N] ~ Lambda
gaussian V[d,N] ~ Omega
gaussian T[d,N] ~ Lambda*Omega*Lambda
gaussian w[d] ~ I
gaussian q[d] ~ Lambda
gaussian e[N] ~ s*I
gaussian r[1] ~ s*I
gaussian f[1] ~ s/t*I
secondorder x[d] ~ Lambda : query
secondorder y[1] ~ s*I : query
secondorder0 Z[d,M] ~ Omega : train
let S = X*X'/N
let P = V*V'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
define Thrice := 3*Gamma
define Mixed := Lambda + tr(Omega*Lambda)/N*I
define R := Lambda + u^2*I
define Nested := Lambda + tr(inv(Gamma))*I
";

/// A file with one line more.
fn file(more: &str, line: &str) -> ClaimFile {
    let text = format!("{DECLARATIONS}{more}\nclaim it: {line}\n");
    ClaimFile::parse("it", &text).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(|one| one.render("it", &text)).collect::<String>())
    })
}

/// What the proof says of a line.
fn decided(file: &ClaimFile) -> (Verdict, String) {
    let evidence = prove(file, &file.claims[0]).expect("a line that proofs are about");
    (evidence.verdict, evidence.note.unwrap_or_default())
}

/// The verdicts of a line at the default instances, where it has a value.
fn at_instances(file: &ClaimFile) -> Vec<Verdict> {
    let claim = &file.claims[0];
    if !matches!(claim.proposition, Proposition::Equal { .. } | Proposition::Bound { .. }) {
        return Vec::new();
    }
    let instances = match instances(file, claim, 1) {
        Ok(instances) => instances,
        // Rules that no instance is found for.
        Err(_) if claim.rules > 0 => return Vec::new(),
        Err(error) => panic!("{error}"),
    };
    instances.iter().map(|at| check(file, claim, at, &Budget::default()).verdict).collect()
}

#[track_caller]
fn true_under(more: &str, line: &str) {
    let file = file(more, line);
    let (verdict, note) = decided(&file);
    assert_eq!(verdict, Verdict::Proved, "{more} {line}: {note}");
    assert!(!at_instances(&file).contains(&Verdict::Refuted), "{more} {line} is false");
}

/// A false line: not proved, and refuted by an instance or by its normal form.
#[track_caller]
fn false_under(more: &str, line: &str) {
    let file = file(more, line);
    let (verdict, note) = decided(&file);
    assert_ne!(verdict, Verdict::Proved, "{more} {line}: {note}");
    let refuted = verdict == Verdict::Refuted || at_instances(&file).contains(&Verdict::Refuted);
    assert!(refuted, "{more} {line} has no counterexample");
}

/// A line that nothing decides or that says nothing: open, for this reason.
#[track_caller]
fn open_under(more: &str, line: &str, reason: &str) {
    let (verdict, note) = decided(&file(more, line));
    assert_eq!(verdict, Verdict::Open, "{more} {line}: {note}");
    assert!(note.contains(reason), "{more} {line}: {note}");
}

/// A line that is proved, but only where something does not vanish.
#[track_caller]
fn proved_except(line: &str, note: &str) {
    assert_eq!(decided(&file("", line)), (Verdict::Proved, format!("except where {note} is zero")));
}

#[track_caller]
fn all_true(lines: &[&str]) {
    lines.iter().for_each(|line| true_under("", line));
}

#[track_caller]
fn all_false(lines: &[&str]) {
    lines.iter().for_each(|line| false_under("", line));
}

/// The messages of a file with this line.
fn refused(line: &str) -> String {
    let text = format!("{DECLARATIONS}claim it: {line}\n");
    let errors = ClaimFile::parse("it", &text).expect_err("a line that is refused");
    errors.iter().map(|one| one.render("it", &text)).collect()
}

#[test]
fn a_dropped_transpose_or_a_swapped_order_is_seen() {
    all_true(&[
        "E[S*A*S] == tr(Lambda*A)*Lambda/N + Lambda*A'*Lambda/N + Lambda*A*Lambda",
        "E[tr(S*A)*tr(S*B)] == tr(Lambda*A)*tr(Lambda*B) + (tr(Lambda*A*Lambda*B) + tr(Lambda*A*Lambda*B'))/N",
        "E[q'*A*w*w'*B*q] == tr(A*B*Lambda)",
        "E[X'*A*X] == tr(Lambda*A)*I",
        "E[X*c*c'*X'] == c'*c*Lambda",
        "E[T*T'] == N*Lambda*Omega*Lambda",
        "E[X*V'*A*V*X'] == N*tr(Omega*A)*Lambda",
        "E[tr(X*V')^2] == N*tr(Lambda*Omega)",
        "E[X*D'*A*X*D'] == Lambda*A'*D*D'",
        "grad(tr(A*U*B*U'*H), U) == A'*H*U*B' + H*A*U*B",
        "grad(v'*U*B*b, U) == v*b'*B'",
    ]);
    all_false(&[
        "E[S*A*S] == tr(Lambda*A)*Lambda/N + Lambda*A*Lambda/N + Lambda*A*Lambda",
        "E[S*A*S] == tr(Lambda*A)*Lambda/N + Lambda*A'*Lambda/N + Lambda*A'*Lambda",
        "E[tr(S*A)*tr(S*B)] == tr(Lambda*A)*tr(Lambda*B) + 2*tr(Lambda*A*Lambda*B)/N",
        "E[q'*A*w*w'*B*q] == tr(A*B'*Lambda)",
        "E[q'*A*w*w'*B*q] == tr(B*A*Lambda)",
        "E[X'*A*X] == tr(A)*I",
        "E[X*c*c'*X'] == N*Lambda",
        "E[T*T'] == N*Omega*Lambda*Omega",
        "E[X*V'*A*V*X'] == N*tr(Lambda*A)*Omega",
        "E[tr(X*V')^2] == N*tr(Lambda)*tr(Omega)",
        "E[X*D'*A*X*D'] == Lambda*A*D*D'",
        "grad(tr(A*U*B*U'*H), U) == A*U*B + H*A*U*B",
        "grad(tr(A*U*B*U'*H), U) == A'*H*U*B + H*A*U*B",
        "grad(v'*U*B*b, U) == v*b'*B",
        "grad(v'*U*B*b, U) == B*b*v'",
    ]);
}

#[test]
fn a_slip_by_one_or_a_dropped_trace_is_seen() {
    let third = "E[X*X'*X*X'*X*X']";
    let terms = [
        "(N^2*tr(Lambda^2) + N*tr(Lambda)^2 + N*tr(Lambda^2))*Lambda",
        "(2*N^2*tr(Lambda) + 2*N*tr(Lambda))*Lambda^2",
        "(N^3 + 3*N^2 + 4*N)*Lambda^3",
    ];
    true_under("", &format!("{third} == {}", terms.join(" + ")));
    for (old, new) in [
        ("4*N", "3*N"),
        ("3*N^2", "2*N^2"),
        ("2*N*tr(Lambda)", "N*tr(Lambda)"),
        ("N*tr(Lambda)^2", "N*tr(Lambda^2)"),
        ("*Lambda^3", "*Lambda^2*tr(Lambda)"),
        ("N^2*tr(Lambda^2)", "(N + 1)*N*tr(Lambda^2)"),
    ] {
        false_under("", &format!("{third} == {}", terms.join(" + ").replacen(old, new, 1)));
    }
    all_true(&["E[S^2] == Gamma*Lambda", "E[tr(S)^2] == tr(Lambda)^2 + 2*tr(Lambda^2)/N"]);
    all_false(&[
        "E[S^2] == Gamma*Omega",
        "E[S^2] == (1 + 1/N)*Lambda^2 + tr(Lambda)/(N + 1)*Lambda",
        "E[S^2] == (1 + 1/(N + 1))*Lambda^2 + tr(Lambda)/N*Lambda",
        "E[S*P] == Gamma*Lambda",
        "E[S*P] == Omega*Lambda",
        "E[tr(S)^2] == tr(Lambda)^2 + tr(Lambda^2)/N",
        "E[tr(S)^2] == tr(Lambda)^2",
    ]);
    true_under("", "E[S*P] == Lambda*Omega");
}

#[test]
fn each_law_is_its_own() {
    all_true(&[
        "E[r^4] == 3*s^2",
        "E[f^2] == s/t",
        "E[r^2*f^2] == s^2/t",
        "E[e*e'] == s*I",
        "E[e'*e*r^2] == N*s^2",
        "E[(e'*e)^2] == N*(N + 2)*s^2",
        "E[w*w'] == I",
        "E[q*q'] == Lambda",
        "E[w'*q] == 0",
    ]);
    all_false(&[
        "E[r^4] == s^2",
        "E[f^2] == s*t",
        "E[r^2*f^2] == 3*s^2/t",
        "E[e*e'] == I",
        "E[(e'*e)^2] == N^2*s^2",
        "E[(e'*e)^2] == N*(N + 1)*s^2",
        "E[w*w'] == Lambda",
        "E[q*q'] == I",
        "E[q'*q] == d",
        "E[(w'*q)^2] == tr(Lambda)^2",
    ]);
}

#[test]
fn a_square_gaussian_matrix_is_not_symmetric() {
    let square = "gaussian Q[d,d] ~ Lambda";
    for line in [
        "E[Q*Q] == Lambda",
        "E[Q*Q'] == d*Lambda",
        "E[Q'*Q] == tr(Lambda)*I",
        "E[Q*A*Q] == Lambda*A'",
        "E[tr(Q)*Q] == Lambda",
        "E[tr(Q)^2] == tr(Lambda)",
    ] {
        true_under(square, line);
    }
    for line in
        ["E[Q*Q] == d*Lambda", "E[Q*A*Q] == Lambda*A", "E[Q'*Q] == d*Lambda", "E[Q - Q'] == A"]
    {
        false_under(square, line);
    }
}

/// The coefficient of N^r d^(k+1-r) in E tr(S^k) for standard normal entries is the number of
/// Narayana.
#[test]
fn the_leading_coefficients_of_moments_are_narayana_numbers() {
    let choose = |n: u64, k: u64| (0..k).fold(1, |product, i| product * (n - i) / (i + 1));
    for k in 1..=7 {
        let narayana = |r: u64| choose(k, r) * choose(k, r - 1) / k;
        let terms: Vec<String> =
            (1..=k).map(|r| format!("{}*u^{r}*a1^{}", narayana(r), k + 1 - r)).collect();
        let moment = format!("subst(E[tr((Q*Q')^{k})], N -> u*M, d -> a1*M)");
        let line = format!("coeff({moment}, M, -{}) == {}", k + 1, terms.join(" + "));
        true_under("gaussian Q[d,N] ~ I", &line);
        false_under("gaussian Q[d,N] ~ I", &line.replace("1*u^1*", "2*u^1*"));
    }
}

#[test]
fn a_mean_is_written_out_and_counts() {
    let mean = "let Y = X + v*one'";
    true_under(mean, "E[Y*Y'] == N*(Lambda + v*v')");
    true_under(
        mean,
        "E[tr(Y*Y')^2] == N^2*(tr(Lambda) + v'*v)^2 + 2*N*tr(Lambda^2) + 4*N*v'*Lambda*v",
    );
    false_under(mean, "E[Y*Y'] == N*Lambda");
    false_under(mean, "E[Y*Y'] == N*Lambda + N^2*v*v'");
    false_under(mean, "E[tr(Y*Y')^2] == N^2*(tr(Lambda) + v'*v)^2 + 2*N*tr(Lambda^2)");
    false_under(
        mean,
        "E[tr(Y*Y')^2] == N^2*(tr(Lambda) + v'*v)^2 + 2*N*tr(Lambda^2) + 4*N^2*v'*Lambda*v",
    );
    // Correlated letters are images of independent ones.
    let image =
        "let z = A*q + e1\ngaussian e1[d] ~ s*I".split('\n').rev().collect::<Vec<_>>().join("\n");
    true_under(&image, "E[z*q'] == A*Lambda");
    false_under(&image, "E[z*q'] == Lambda*A");
    true_under(&image, "E[z*z'] == A*Lambda*A' + s*I");
    false_under(&image, "E[z*z'] == A'*Lambda*A + s*I");
}

#[test]
fn partial_fractions_have_their_signs_and_factors() {
    all_true(&[
        "Lambda*inv(R) == I - u^2*inv(R)",
        "Lambda^2*inv(R) == Lambda - u^2*I + u^4*inv(R)",
        "inv(Lambda)*inv(R)*u^2 == inv(Lambda) - inv(R)",
        "inv(Lambda + s*I)*inv(Lambda + t*I)*(t - s) == inv(Lambda + s*I) - inv(Lambda + t*I)",
        "inv(R)^2*Lambda == inv(R) - u^2*inv(R)^2",
        "tr(inv(R)*Lambda) == d - u^2*tr(inv(R))",
        "inv(Gamma)*Lambda == N/(N + 1)*(I - tr(Lambda)/N*inv(Gamma))",
        "inv(Gamma)*Lambda == 1/(1 + 1/N)*I - tr(Lambda)*inv(Gamma)/(N + 1)",
        "inv(Gamma)*inv(R)*Gamma*R == I",
        "inv(K + s*I)*K == I - s*inv(K + s*I)",
        "inv(K + s*I)' == inv(K' + s*I)",
        "inv(Nested)*Lambda == I - tr(inv(Gamma))*inv(Nested)",
    ]);
    all_false(&[
        "Lambda*inv(R) == I + u^2*inv(R)",
        "Lambda*inv(R) == I - u*inv(R)",
        "Lambda^2*inv(R) == Lambda - u^2*I - u^4*inv(R)",
        "inv(Lambda)*inv(R)*u^2 == inv(R) - inv(Lambda)",
        "inv(Lambda + s*I)*inv(Lambda + t*I)*(s - t) == inv(Lambda + s*I) - inv(Lambda + t*I)",
        "inv(R)^2*Lambda == inv(R) - u^2*inv(R)",
        "tr(inv(R)*Lambda) == d - u^2*tr(inv(Lambda))",
        "inv(Gamma)*Lambda == N/(N + 1)*(I - tr(Lambda)/(N + 1)*inv(Gamma))",
        "inv(K + s*I)' == inv(K + s*I)",
        "inv(K + s*I)*K' == I - s*inv(K + s*I)",
        "inv(Nested)*Lambda == I - tr(inv(Lambda))*inv(Nested)",
        "inv(R)*Omega == Omega*inv(R)",
        "inv(Lambda + s*I)*inv(Omega + s*I) == inv(Omega + s*I)*inv(Lambda + s*I)",
    ]);
}

#[test]
fn proportional_elements_are_one() {
    all_true(&[
        "inv(Thrice) == inv(Gamma)/3",
        "Thrice*inv(Gamma) == 3*I",
        "inv(Thrice)*inv(Gamma)*Lambda == inv(Gamma)^2*Lambda/3",
        "inv(N*Gamma) == inv((N + 1)*Lambda + tr(Lambda)*I)",
        "limit(tr(inv(Thrice)*Gamma), N) == d/3",
    ]);
    all_false(&[
        "inv(Thrice) == inv(Gamma)",
        "Thrice*inv(Gamma) == I",
        "inv(N*Gamma) == inv(N*Lambda + tr(Lambda)*I)",
    ]);
    assert_eq!(decided(&file("", "limit(tr(inv(Thrice)*Gamma), N) == d")).0, Verdict::Refuted);
}

#[test]
fn one_scalar_has_one_name() {
    all_true(&[
        "1/(N + 1) == (1/N)/(1 + 1/N)",
        "1/(N + 1) - 1/(N + 2) == 1/((N + 1)*(N + 2))",
        "(N^2 - 1)/(N + 1) == N - 1",
        "1/(tr(Gamma) + s)*((1 + 1/N + d/N)*tr(Lambda) + s) == 1",
        "1/(s + 1/(t + 1/s)) == (s*t + 1)/(s^2*t + 2*s)",
        "one*other' == other*one'",
        "one'*D'*D*other == ||D*one||^2",
    ]);
    all_false(&[
        "1/(N + 1) == 1/(1 + 1/N)",
        "1/(N + 1) - 1/(N + 2) == 1/((N + 1)*(N + 3))",
        "1/(tr(Gamma) + s)*((1 + 1/N)*tr(Lambda) + s) == 1",
        "one*other' == I",
        "one'*D'*D*other == tr(D'*D)",
    ]);
}

#[test]
fn an_element_with_a_coefficient_that_vanishes_is_no_element() {
    let zero = "tr(Gamma) - (1 + 1/N)*tr(Lambda) - d*tr(Lambda)/N";
    let define = format!("define Flat := ({zero})*Lambda + s*I");
    true_under(&define, "inv(Flat) == I/s");
    false_under(&define, "inv(Flat) == I");
    open_under(
        &format!("define None := ({zero})*Lambda"),
        "inv(None)*None == I",
        "identically zero",
    );
    open_under(
        "",
        &format!("inv(Lambda + ({zero} - t/t + 1)*I - Lambda)*A == A"),
        "identically zero",
    );
}

#[test]
fn definitions_depend_on_what_their_coefficients_hold() {
    all_true(&[
        "subst(tr(inv(Gamma)), N -> 2*N) == tr(inv((1 + 1/(2*N))*Lambda + tr(Lambda)/(2*N)*I))",
        "subst(Mixed, Omega -> Lambda) == Lambda + tr(Lambda^2)/N*I",
        "subst(inv(Mixed), Omega -> Lambda) == inv(Lambda + tr(Lambda^2)/N*I)",
        "subst(tr(inv(Mixed)^2*A), Omega -> Lambda) == tr(inv(Lambda + tr(Lambda^2)/N*I)^2*A)",
        "subst(inv(R), u -> 2*u) == inv(Lambda + 4*u^2*I)",
        "subst(1/tr(inv(R)), u -> a1) == 1/tr(inv(Lambda + a1^2*I))",
        "subst(Omega^2*Lambda*Omega, Omega -> Lambda) == Lambda^4",
        "subst(inv(Omega)*Lambda, Omega -> Lambda) == I",
        "grad(tr(inv(R)*A), u) == -2*u*tr(inv(R)^2*A)",
        "grad(1/tr(inv(R)), u) == 2*u*tr(inv(R)^2)/tr(inv(R))^2",
        "grad(1/(1 + tr(A*U')), U) == -A/(1 + tr(A*U'))^2",
        "grad(1/(1 + tr(A*U)), U) == -A'/(1 + tr(A*U))^2",
        "grad(tr(inv(Lambda + tr(U*U')*I)), U) == -2*tr(inv(Lambda + tr(U*U')*I)^2)*U",
        "grad(tr(inv(K + s*I)*A), K) == -(inv(K + s*I)*A*inv(K + s*I))'",
    ]);
    all_false(&[
        "subst(tr(inv(Gamma)), N -> 2*N) == tr(inv(Gamma))",
        "subst(tr(inv(Gamma)), N -> 2*N) == tr(inv((1 + 1/(2*N))*Lambda + tr(Lambda)/N*I))",
        "subst(Mixed, Omega -> Lambda) == Mixed",
        "subst(inv(Mixed), Omega -> Lambda) == inv(Lambda + tr(Lambda)^2/N*I)",
        "subst(inv(R), u -> 2*u) == inv(Lambda + 2*u^2*I)",
        "subst(1/tr(inv(R)), u -> a1) == 1/tr(inv(R))",
        "grad(tr(inv(R)*A), u) == 0",
        "grad(tr(inv(R)*A), u) == -tr(inv(R)^2*A)",
        "grad(1/tr(inv(R)), u) == 0",
        "grad(1/(1 + tr(A*U')), U) == -A'/(1 + tr(A*U'))^2",
        "grad(1/(1 + tr(A*U')), U) == 0*U",
        "grad(tr(inv(Lambda + tr(U*U')*I)), U) == 0*U",
        "grad(tr(inv(K + s*I)*A), K) == -inv(K + s*I)*A*inv(K + s*I)",
    ]);
    assert!(refused("subst(inv(Gamma), N -> 2*N) == inv(Gamma)").contains("in a scalar only"));
}

#[test]
fn random_letters_reach_no_divisor_root_or_definition_by_a_detour() {
    // `subst` inside `subst`: the letter becomes random where it stands in the value of another.
    for (of, reason) in [
        ("sqrt(1 + u^2)", "a root contains the random `w`"),
        ("(1 + u^2)^(1/4)", "a root contains the random `w`"),
        ("1/(1 + u^2)", "a divisor contains the random `w`"),
        ("tr(inv(R))", "a definition contains the random `w`"),
        ("tr(inv(Lambda + (1 + u^2)*I))", "a definition contains the random `w`"),
        ("tr(R^(1/2))", "a definition contains the random `w`"),
    ] {
        let of = format!("subst(subst({of}, u -> v'*v), v -> w)");
        open_under("", &format!("E[{of}^2] == E[{of}]^2"), reason);
    }
    for (line, message) in [
        ("E[1/(1 + w'*w)] == 1", "the denominator contains the random letter `w`"),
        ("E[tr(inv(S))] == 1", "the inverse contains the random letter `X`"),
        ("E[subst(1/(1 + v'*v), v -> w)] == 1", "`v` cannot become the random `w` here"),
        (
            "E[subst(tr(inv(Lambda + v'*v*I)), v -> w)] == 1",
            "`v` cannot become the random `w` here",
        ),
        ("E[subst(sqrt(1 + v'*v), v -> w)] == 1", "`v` cannot become the random `w` here"),
    ] {
        assert!(refused(line).contains(message), "{line}: {}", refused(line));
    }
}

#[test]
fn a_partial_expectation_keeps_the_other_letters() {
    all_true(&[
        "E[E[(w'*A*q)^2; w]] == tr(A'*A*Lambda)",
        "E[E[(w'*q)^2; w]^2; q] == tr(Lambda)^2 + 2*tr(Lambda^2)",
        "E[E[w*q'; w]*A*q] == 0*v",
        "E[w'*E[w*w'; w]*w] == d",
        "E[subst(E[(q'*v)^2], v -> q)] == tr(Lambda^2)",
        "E[subst(E[(q'*v)^2; q]*w'*v, v -> w)] == (d + 2)*tr(Lambda)",
        "E[subst(v'*A*b, v -> w, b -> w)] == tr(A)",
        "subst(E[X*X'], Lambda -> Omega) == N*Omega",
        "E[subst(X*X', Lambda -> Omega)] == N*Lambda",
        "E[X*X'] == tr(I(N))*Lambda",
    ]);
    all_false(&[
        "E[E[(w'*q)^2; w]^2; q] == E[(w'*q)^4]",
        "E[E[(w'*q)^2; w]^2] == tr(Lambda)^2",
        "E[w'*E[w*w'; w]*w] == d*(d + 2)",
        "E[subst(E[(q'*v)^2], v -> q)] == tr(Lambda)^2 + 2*tr(Lambda^2)",
        "E[subst(X*X', Lambda -> Omega)] == N*Omega",
        "subst(E[X*X'], Lambda -> Omega) == N*Lambda",
        "E[subst(v'*A*b, v -> w, b -> w)] == 0",
    ]);
}

#[test]
fn second_order_laws_give_no_higher_moments() {
    for (line, message) in [
        ("E[x] == v", "needs the mean of `x`"),
        ("E[(x'*v)^3] == 0", "needs a third moment of `x`"),
        ("E[(x'*x)^2] == tr(Lambda)^2", "needs a fourth moment of `x`"),
        ("E[x'*x*y] == 0", "needs a third moment"),
        ("E[x'*x*y^2] == s*tr(Lambda)", "needs a fourth moment"),
        ("E[(x'*v + 1)^2] == v'*Lambda*v + 1", "needs the mean of `x`"),
        ("E[tr(Z*Z')^2] == M^2*tr(Omega)^2", "needs a fourth moment of `Z`"),
        ("E[E[x'*x*y^2; x]; y] == s*tr(Lambda)", "of the same group"),
        ("E[subst((x'*v)^2, v -> x)] == 0", "needs a fourth moment of `x`"),
    ] {
        assert!(refused(line).contains(message), "{line}: {}", refused(line));
    }
    // A detour that only the calculus sees is refused there.
    let twice = "E[subst(subst(a1^2, a1 -> v'*v), v -> x)] == tr(Lambda)^2";
    assert!(refused(twice).contains("fourth moment"), "{}", refused(twice));
    all_true(&[
        "E[(x'*v)^2] == v'*Lambda*v",
        "E[x'*x]*E[y^2] == s*tr(Lambda)",
        "E[x*y] == 0*v",
        "E[tr(Z*Z')*y^2] == M*s*tr(Omega)",
        "E[Z*Z'] == M*Omega",
        "E[subst(E[(x'*v)^2], v -> x)] == tr(Lambda^2)",
    ]);
    all_false(&["E[Z*Z'] == Omega", "E[x'*x] == d", "E[(x'*v)^2] == v'*v*s"]);
}

#[test]
fn a_one_by_one_matrix_is_a_scalar_and_a_square_one_is_not() {
    all_true(&[
        "m' == m",
        "m*A == A*m",
        "tr(m*A) == m*tr(A)",
        "I*u == u*I(d)",
        "v'*b == b'*v",
        "v'*b*A == A*(b'*v)",
        "tr(v*b') == b'*v",
        "(v'*b)^2 == v'*b*b'*v",
    ]);
    all_false(&[
        "A' == A",
        "A*B == B*A",
        "v*b' == b*v'",
        "(v'*b)^2 == v'*v*b'*b",
        "tr(A)^2 == tr(A^2)",
    ]);
    assert!(refused("I*u + A == u").contains("equation of shapes"));
}

#[test]
fn a_divisor_that_vanishes_is_an_error_also_by_a_detour() {
    for line in [
        "subst(u/u, u -> 0) == 1",
        "subst(u^-2*u^2, u -> a1 - a1) == 1",
        "subst(inv(C)*C, C -> 0*C) == I",
        "subst(inv(Lambda)*Lambda, Lambda -> (u - u)*Lambda) == I",
        "subst(u/N, N -> 0)*N == u",
        "||0*v||/||0*v|| == 1",
        "subst(||v||/||v||, v -> 0*v) == 1",
        "subst(1/sqrt(s)*sqrt(s), s -> 0) == 1",
        "subst(E[f^2]*t, t -> 0) == s",
        "1/(sqrt(s)^2 - s) == u",
        "1/(tr(A*B) - tr(B'*A')) == u",
        "1/(E[r^4] - 3*s^2) == u",
        "1/(N*(1 + 1/N) - N - 1) == u",
        "(tr(R*inv(R)) - d)/(tr(R*inv(R)) - d) == 1",
    ] {
        open_under("", line, "identically zero");
    }
    // Products of roots are independent symbols, so that a sum of them may hide a zero.
    for hidden in ["sqrt(s^2) - s", "sqrt(s*t) - sqrt(s)*sqrt(t)", "(s^2)^(1/4) - sqrt(s)"] {
        open_under("", &format!("({hidden})/({hidden}) == 1"), "with roots may vanish");
    }
    for nonzero in ["sqrt(s) - t", "s^(1/4) + u", "sqrt(s) + sqrt(t) - u", "sqrt(s) + sqrt(t)"] {
        true_under("", &format!("({nonzero})/({nonzero}) == 1"));
    }
}

#[test]
fn a_root_is_the_positive_one() {
    // u^2 == s says nothing of the sign of u.
    for rule in ["rule u^2 == s", "rule u^2 == 2", "rule u^4 == s"] {
        let right = rule.rsplit(' ').next().expect("a word");
        let order = if rule.contains('4') { 4 } else { 2 };
        open_under(rule, &format!("u == ({right})^(1/{order})"), "not equal");
        open_under(rule, "u >= 0", "no fragment");
        true_under(rule, &format!("u^{} == {right}^2", 2 * order));
    }
    true_under("rule t^2 == s", "t == sqrt(s)");
    open_under("", "subst(sqrt(s)^2, s -> u) == u", "not visibly positive");
    open_under("", "subst(sqrt(s)*sqrt(s), s -> -t) == -t", "not visibly positive");
    all_true(&[
        "subst(sqrt(s), s -> t^2 + 1)^2 == t^2 + 1",
        "subst(sqrt(s), s -> 0) == 0",
        "subst(sqrt(s), s -> 4) == 2",
        "subst(||v||, v -> v - b) == ||b - v||",
        "subst(||v||, v -> 0*v) == 0",
        "||A||^2 == tr(A'*A)",
        "s^(3/2) == s*sqrt(s)",
        "(Lambda^(1/2))^3 == Lambda*Lambda^(1/2)",
        "inv(Lambda)*Lambda^(1/2) == Lambda^(-1/2)",
        "Lambda^(-1/2)*inv(R)*u^2 == Lambda^(-1/2) - Lambda^(1/2)*inv(R)",
    ]);
    all_false(&[
        "sqrt(s)*s == s^2",
        "||A||^2 == tr(A)^2",
        "||v - b|| == ||v|| - ||b||",
        "Lambda^(1/2) == Lambda",
        "Lambda^(-1/2)*inv(R) == Lambda^(-1/2) - Lambda^(1/2)*inv(R)",
        "Lambda^(1/2)*A == A*Lambda^(1/2)",
    ]);
}

#[test]
fn a_leading_term_that_may_vanish_is_named() {
    // At u = 0 the limits are 1, 0, d and d.
    proved_except("limit(1/(1 + N*u^2), N) == 0", "u^2");
    proved_except("limit(u^2/(u^2 + 1/N), N) == 1", "u^2");
    proved_except("limit(tr(inv(I(d) + N*u^2*Lambda)), N) == 0", "u^2");
    proved_except("limit(u^2*tr(inv(Lambda/N + u^2*I)), N) == d", "u^2");
    proved_except("limit(1/(1 + N*tr(A)), N) == 0", "tr(A)");
    proved_except("coeff(1/(s*a1 + u/N), N, 1) == -u/(s*a1)^2", "a1*s");
    for line in [
        "limit(1/(1 + N*s), N) == 0",
        "limit(1/(s - N), N) == 0",
        "limit(tr(inv(I(d) + N*Lambda)), N) == 0",
        "limit(N*tr(inv(I(d) + N*Lambda)), N) == tr(inv(Lambda))",
        "limit(1/(1 + u^2 + 1/N), N) == 1/(1 + u^2)",
    ] {
        assert_eq!(decided(&file("", line)), (Verdict::Proved, String::new()), "{line}");
    }
    // Whatever C is: at C = 0 the limit is d.
    open_under("", "limit(tr(inv(I(d) + N*C)), N) == 0", "not invertible by declaration");
    open_under(
        "",
        "limit(tr(inv(I(d) + N*(Lambda - s*I))), N) == 0",
        "not invertible by declaration",
    );
}

#[test]
fn limits_and_coefficients_look_everywhere() {
    for (truth, near_misses) in [
        ("limit(tr(inv(Gamma)*A), N) == tr(inv(Lambda)*A)", vec![("inv(Lambda)", "Lambda")]),
        (
            "coeff(tr(inv(Gamma)*A), N, 1) == -tr(inv(Lambda)*A) - tr(Lambda)*tr(inv(Lambda)^2*A)",
            vec![("- tr(Lambda)*", "+ tr(Lambda)*"), ("^2*A", "*A"), ("N, 1", "N, 2")],
        ),
        ("limit(1/(1 + tr(Gamma)), N) == 1/(1 + tr(Lambda))", vec![("tr(Lambda)", "tr(Lambda)*d")]),
        (
            "coeff(1/(1 + tr(Gamma)), N, 1) == -(1 + d)*tr(Lambda)/(1 + tr(Lambda))^2",
            vec![("(1 + d)", "d"), ("^2", ""), ("== -", "== ")],
        ),
        (
            "limit(tr(inv(Nested)), N) == tr(inv(Lambda + tr(inv(Lambda))*I))",
            vec![("tr(inv(Lambda))", "d")],
        ),
        ("coeff((1 + 1/N)^5, N, 3) == 10", vec![("10", "5")]),
        ("coeff(N^3/(N + d), N, -1) == -d", vec![("-d", "d"), ("-d", "0")]),
        (
            "limit(N*(tr(inv(Lambda)) - tr(inv(Gamma))), N) == d/d*tr(inv(Lambda)) + tr(Lambda)*tr(inv(Lambda)^2)",
            vec![("^2)", ")")],
        ),
    ] {
        true_under("", truth);
        for (old, new) in near_misses {
            let (left, right) = truth.split_once("==").expect("an equation");
            let line = match old.starts_with("N,") || old.starts_with("==") {
                true => truth.replacen(old, new, 1),
                false => format!("{left}=={}", right.replacen(old, new, 1)),
            };
            let (verdict, note) = decided(&file("", &line));
            assert_eq!(verdict, Verdict::Refuted, "{line}: {note}");
        }
    }
    for line in [
        "limit(N*u, N) == 0",
        "limit(tr(Gamma)*N, N) == tr(Lambda)",
        "limit(N*tr(inv(Gamma)), N) == tr(inv(Lambda))",
    ] {
        let (verdict, note) = decided(&file("", line));
        assert_eq!(verdict, Verdict::Refuted, "{line}");
        assert!(note.contains("it grows like"), "{note}");
    }
    for (line, message) in [
        ("limit(tr(Lambda)/d, d) == 1", "it is a side of `Lambda`"),
        ("limit(c'*c, N) == 1", "it is a side of `c`"),
        ("limit(tr(Gamma), N) == tr(Gamma)", "the value depends on `N`"),
        ("limit(tr(S), N) == u", "stands outside `E`"),
    ] {
        assert!(refused(line).contains(message), "{line}: {}", refused(line));
    }
    // Refuted only if the coefficient of a positive power is not zero in normal form.
    true_under("", "limit(N*(tr(R*inv(R)) - d), N) == 0");
    true_under("", "limit(N*(tr(A*B) - tr(B'*A')), N) == 0");
}

#[test]
fn minimisers_have_their_signs_sides_and_domains() {
    let ridge = "let L = tr(Lambda*W*Omega*W') - 2*tr(B*W)";
    true_under(ridge, "minimizer(L, W) == inv(Lambda)*B'*inv(Omega)");
    for wrong in [
        "-inv(Lambda)*B'*inv(Omega)",
        "inv(Lambda)*B*inv(Omega)",
        "inv(Omega)*B'*inv(Lambda)",
        "2*inv(Lambda)*B'*inv(Omega)",
        "0*W",
    ] {
        false_under(ridge, &format!("minimizer(L, W) == {wrong}"));
    }
    true_under(ridge, "minimum(L, W) == -tr(B*inv(Lambda)*B'*inv(Omega))");
    false_under(ridge, "minimum(L, W) == tr(B*inv(Lambda)*B'*inv(Omega))");
    false_under(ridge, "minimum(L, W) == -tr(B*inv(Omega)*B'*inv(Lambda))");
    for (loss, line, reason) in [
        ("tr(K*K')", "minimizer(L, K) == 0*K", "over invertible matrices"),
        ("tr((K - A)*(K - A)')", "minimum(L, K) == 0", "over invertible matrices"),
        ("(s + 1)^2", "minimum(L, s) == 0", "not visibly positive"),
        ("tr(W*H^2*W')", "minimizer(L, W) == 0*W", "not visibly unique"),
        ("tr(W*C*C'*W')", "minimizer(L, W) == 0*W", "not visibly unique"),
        ("E[(v'*W*w)^2]", "minimizer(L, W) == 0*W", "not visibly unique"),
        ("tr(Lambda*Omega*Lambda*W*W')*u", "minimizer(L, W) == 0*W", "not visibly convex"),
        ("tr(Lambda*Omega*W*W')", "minimizer(L, W) == 0*W", "not visibly convex"),
        ("tr(W*W') - u^2*tr(W*W')", "minimizer(L, W) == 0*W", "not visibly convex"),
        ("subst(tr(Lambda*W*W'), Lambda -> H)", "minimizer(L, W) == 0*W", "not visibly convex"),
        (
            "subst(tr(inv(Lambda + s*I)*W*W'), s -> -t)",
            "minimizer(L, W) == 0*W",
            "not visibly convex",
        ),
        ("tr(W*W')/tr(A)", "minimizer(L, W) == 0*W", "not visibly convex"),
        ("1/(1 + tr(W*W'))", "minimizer(L, W) == 0*W", "not polynomial"),
    ] {
        open_under(&format!("let L = {loss}"), line, reason);
    }
}

#[test]
fn rules_divide_by_their_scalars_and_turn_once() {
    let divided = "rule u*A*B == u*H";
    let file = file(divided, "A*B == H");
    assert_eq!(decided(&file).0, Verdict::Proved);
    assert_eq!(file.claims[0].supposed_nonzero(&file.rules), ["u"]);
    // An equation between symmetric letters is its own transpose, from right to left.
    let commute = "rule Omega*Lambda == Lambda*Omega";
    true_under(commute, "Omega^2*Lambda^3 == Lambda^3*Omega^2");
    true_under(commute, "tr(Omega*Lambda*Omega*Lambda*A) == tr(Lambda^2*Omega^2*A)");
    open_under(commute, "Omega*A == A*Omega", "not equal");
    let general = "rule B*A == A*B";
    true_under(general, "A'*B' == B'*A'");
    true_under(general, "tr(B*A*B*A*H) == tr(A^2*B^2*H)");
    open_under(general, "A*B' == B'*A", "not equal");
    open_under("rule A*B == B*A", "A*B == B*A", "shorter");
    // One side of an inverse is not the other.
    open_under("rule A*B == I", "B*A == I", "not equal");
    open_under("rule A*v == s*v", "v'*A == s*v'", "not equal");
    true_under("rule A*v == s*v", "v'*A' == s*v'");
}

#[test]
fn positive_is_what_declarations_say() {
    for line in [
        "1/(1 + u^2) >= 0",
        "tr(Lambda*Omega) >= 0",
        "tr(Lambda*A*Omega*A') >= 0",
        "v'*Lambda*v >= 0",
        "tr(inv(R)) >= 0",
        "N - 1 >= 0",
        "(N - 1)/N <= 1",
        "d*N >= d",
        "u >= a1 given u >= a1 + s",
        "u - a1 >= s given u >= a1 + s",
        "u*s >= a1*s given a1 <= u",
        "tr(Lambda) >= s*d given Lambda >= s",
        "tr(Lambda) + tr(Omega) >= 2*s*d given Lambda >= s, Omega >= s",
        "N >= d given N >= d",
        "tr(Lambda)^2 >= tr(Lambda^2)",
        "d*tr(Lambda^2) >= tr(Lambda)^2",
        "tr(Lambda)*tr(inv(Lambda)) >= d^2",
        "u^2 + a1^2 >= 2*u*a1",
        "tr(Lambda^3) >= 2*tr(Lambda^2) - tr(Lambda)",
        "tr(H^4) - 2*tr(H^2) + d >= 0",
        "tr(Lambda) >= s given Lambda >= s",
        "1/(N - d) >= 0 given N >= d + 1",
    ] {
        true_under("", line);
    }
    for line in [
        "tr(Lambda) >= tr(Omega) given Lambda >= s, Omega >= s",
        "tr(Lambda*Omega*Lambda*Omega) >= tr(Lambda^2*Omega^2)",
        "N - 2 >= 0",
        "tr(H) >= 0",
        "tr((A - A')^2) >= 0",
        "u >= 2",
        "u >= 2 given u >= 1",
        "2*u^2 >= 3*u",
        "u^2 >= 4 given u >= 1",
        "tr(Lambda) >= 2*s*d given Lambda >= s",
        "tr(Lambda^2) >= 2*s^2*d given Lambda >= s",
        "tr(inv(Lambda)) >= d/s given Lambda >= s",
        "tr(Lambda)^2 <= tr(Lambda^2)",
        "N^2 <= 1",
        "tr(Lambda)^2 >= 2*tr(Lambda^2)",
        "d*tr(Lambda^2) <= tr(Lambda)^2",
        "tr(H)^2 >= tr(H^2)",
        "tr(Lambda^3) >= 3*tr(Lambda^2) - tr(Lambda)",
        "tr(H^4) - 3*tr(H^2) + d >= 0",
        "u^2 + a1^2 >= 3*u*a1",
        "tr(Lambda) >= 2*s given Lambda >= s",
        "d^2 <= d",
        "(d - 1)*(tr(Lambda)^2 - d*tr(Lambda^2)) >= 0",
        "(N - 1)*(N - 3) >= 0",
        "1/N <= 1/(N + 1)",
        "tr(Lambda*U*Lambda*U') >= 2*s^2*tr(U*U') given Lambda >= s, form U",
        "tr(Omega*U*Lambda*U') >= 2*s^2*tr(U*U') given Lambda >= s, form U",
    ] {
        false_under("", line);
    }
}

#[test]
fn a_root_does_not_outlive_what_it_is_taken_of() {
    // The products of the roots are Lambda and Omega + s*I: what is put in has no root.
    let root = "Lambda^(1/2)*Lambda^(1/2)";
    open_under("", &format!("subst({root}, Lambda -> -Lambda) == -Lambda"), "a root of");
    open_under("", &format!("subst({root}, Lambda -> H) == H"), "a root of");
    open_under(
        "",
        &format!("subst({root}, Lambda -> Lambda - Omega) == Lambda - Omega"),
        "a root of",
    );
    true_under("", &format!("subst({root}, Lambda -> 2*Lambda) == 2*Lambda"));
    true_under("", &format!("subst({root}, Lambda -> Lambda + s*I) == Lambda + s*I"));
    true_under("", &format!("subst(A*{root}, A -> -A) == -A*Lambda"));
    let twice = format!("subst(subst({root}, Lambda -> Omega), Omega -> -Omega) == -Omega");
    open_under("", &twice, "a root of");
    let element = "define Q := Lambda + s*I";
    let root = "Q^(1/2)*Q^(1/2)";
    open_under(element, &format!("subst({root}, s -> -s) == Lambda - s*I"), "a root of");
    true_under(element, &format!("subst({root}, s -> 2*s) == Lambda + 2*s*I"));
}

#[test]
fn a_true_bound_that_needs_more_than_signs_is_open() {
    for line in [
        "tr(A'*A) >= tr(A*A)",
        "tr(Lambda)^3 >= tr(Lambda^3)",
        "(N - 1)*(N - 2) >= 0",
        "tr(Lambda)*tr(Omega) >= tr(Lambda*Omega)",
    ] {
        open_under("", line, "no fragment decides this bound");
    }
}

#[test]
fn covariances_are_their_own_transposes() {
    for (law, message) in [
        ("gaussian g[d] ~ Lambda*Omega", "transpose"),
        ("gaussian g[d] ~ A", "symmetric"),
        ("gaussian g[d] ~ u*I", "positive"),
        ("gaussian g[d] ~ Lambda + Omega", ""),
        ("gaussian g[d] ~ -Lambda", ""),
        ("secondorder g[d,N] ~ Lambda", "column"),
    ] {
        let errors = ClaimFile::parse("it", &format!("{DECLARATIONS}{law}\n"));
        let errors = errors.expect_err(law);
        let messages: Vec<String> = errors.iter().map(|one| one.message.clone()).collect();
        assert!(messages.iter().any(|one| one.contains(message)), "{law}: {messages:?}");
    }
}

#[test]
fn powers_that_are_too_large_are_no_proof() {
    // 2^13 * 2^13 * 2^6 = 2^32 is 0 in 32 bits.
    open_under("", "((u^8192)^8192)^64 == 1", "more powers than the budget allows");
    let powers = "let p = Lambda^8192\nlet q2 = p^8192";
    open_under(powers, "q2^64 == I", "more powers than the budget allows");
    open_under("", "E[(r^9999)^9999] == 0", "more factors than the budget allows");
    true_under("", "(u^100)^100 == u^10000");
}
