//! What lies outside of the decided fragment: nothing is proved there, and the answer says why.
//!
//! A line that can be written is open with a reason; one that asks for what has no meaning in the
//! language is a mistake with a message. Either way it is neither proved nor refuted by the
//! calculus.

use isserlis::claim::ClaimFile;
use isserlis::proof::prove;
use isserlis::verdict::Verdict;

const DECLARATIONS: &str = "\
space d, N
scalar u, a1
positive s, t
vector v[d]
matrix A[d,d]
matrix B[d,d]
matrix F[d,d]
matrix H[d,d] sym
matrix W[d,d]
matrix K[d,d] invertible
matrix C[d,d] commuting
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
matrix Lam[N,N] pd
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian q[d] ~ Lambda
secondorder x[d] ~ Lambda : query
secondorder y[1] ~ s*I : query
secondorder0 Z[d,N] ~ Omega : train
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
";

/// The reason why a line is open, or the message of the mistake in it.
fn answer(more: &str, line: &str) -> (bool, String) {
    let text = format!("{DECLARATIONS}{more}\nclaim it: {line}\n");
    match ClaimFile::parse("it", &text) {
        Err(mistakes) => {
            let messages: Vec<&str> = mistakes.iter().map(|one| one.message.as_str()).collect();
            (false, messages.join("\n"))
        }
        Ok(file) => {
            let evidence = prove(&file, &file.claims[0]).expect("a line that proofs are about");
            let note = evidence.note.unwrap_or_default();
            assert_eq!(evidence.verdict, Verdict::Open, "{more} {line}: {note}");
            (true, note)
        }
    }
}

#[track_caller]
fn open(line: &str, reason: &str) {
    open_after("", line, reason);
}

#[track_caller]
fn open_after(more: &str, line: &str, reason: &str) {
    let (read, note) = answer(more, line);
    assert!(read && note.contains(reason), "{line}: {note}");
}

#[track_caller]
fn mistake(line: &str, message: &str) {
    let (read, note) = answer("", line);
    assert!(!read && note.contains(message), "{line}: {note}");
}

#[test]
fn functions_that_are_no_polynomials_are_not_integrated() {
    mistake("E[exp(w'*v)] == exp(v'*v/2)", "the argument of `exp` contains the random letter `w`");
    mistake("E[exp(w'*v)/(1 + exp(w'*v))] == 1/2", "contains the random letter `w`");
    mistake("E[log(1 + w'*w)] == 0", "the argument of `log` contains the random letter `w`");
    mistake("E[max(w'*v, 0)^2] == v'*v/2", "the argument of `max` contains the random letter `w`");
    mistake("E[||w||] == 1", "the norm contains the random letter `w`");
    mistake("E[(w'*w)^(1/2)] == 1", "a root");
    mistake("E[opnorm(X*X')] == N", "the argument of `opnorm` contains the random letter `X`");
    mistake(
        "E[w'*Lambda*w/(w'*w)] == tr(Lambda)/d",
        "the denominator contains the random letter `w`",
    );
    mistake("E[softmax(w'*v)] == 1", "unknown function `softmax`");
}

#[test]
fn inverse_moments_are_not_known() {
    mistake(
        "E[inv(X*X')] == inv(Lambda)/(N - d - 1)",
        "the inverse contains the random letter `X`",
    );
    mistake("E[(X*X')^-1] == inv(Lambda)/(N - d - 1)", "contains the random letter `X`");
    mistake("E[X'*inv(X*X' + s*I)*X] == I", "the inverse contains the random letter `X`");
    mistake("E[1/tr(X*X')] == 1/(N*tr(Lambda))", "the denominator contains the random letter `X`");
}

#[test]
fn moments_that_are_not_declared_are_not_guessed() {
    mistake("E[(x'*v)^4] == 3*(v'*Lambda*v)^2", "needs a fourth moment of `x`");
    mistake("E[(x'*v)^3] == 0", "needs a third moment of `x`");
    mistake("E[x'*v] == 0", "needs the mean of `x`");
    mistake("E[x'*x*y^2] == s*tr(Lambda)", "needs a fourth moment of `x` and `y`");
    mistake("E[tr(Z*Z'*Z*Z')] == 0", "needs a fourth moment of `Z`");
    mistake("E[y^4] == 3*s^2", "needs a fourth moment of `y`");
}

#[test]
fn identities_of_small_sizes_alone_are_not_proved() {
    // True at d = 1; the second also at d = 2 (Cayley and Hamilton), the third at d = 1, 2.
    open("tr(A)^2 == tr(A^2)", "not equal");
    open("A^2 - tr(A)*A + (tr(A)^2 - tr(A^2))/2*I == 0*A", "not equal");
    open("tr(A)^3 - 3*tr(A)*tr(A^2) + 2*tr(A^3) == 0", "not equal");
    open("A*B == B*A", "not equal");
    open("(d - 1)*(d - 2)*(d - 3)*u == 0", "not equal");
    open("d^2 == 3*d - 2", "not equal");
    open("E[X*X'*X*X'] == N*(N + 2)*Lambda^2", "not equal");
    // False at d = 1 and true from there on.
    open("d >= 2", "no fragment decides this bound");
    open("d^2 >= d + 2", "no fragment decides this bound");
}

#[test]
fn inequalities_outside_the_fragments_are_open() {
    for line in [
        "tr(Lambda)^3 >= tr(Lambda^3)",
        "(N - 1)*(N - 2) >= 0",
        "s^2 + t^2 + 1 >= s*t + s + t",
        "tr(Lambda*Omega) <= tr(Lambda)*tr(Omega)",
        "(v'*Lambda*v)*(v'*inv(Lambda)*v) >= (v'*v)^2",
        "tr(Lambda*Omega*Lambda*Omega) <= tr(Lambda^2*Omega^2)",
        "tr(A'*A) >= tr(A^2)",
    ] {
        open(line, "no fragment decides this bound");
    }
    open("s/(s - t) >= 1", "the sign of the divisor");
    open("exp(s) >= 1 + s", "has a numeric value alone");
    open("opnorm(Lambda) <= tr(Lambda)", "has a numeric value alone");
    open("eigmin(Lambda) <= tr(Lambda)/d", "has a numeric value alone");
    open("tr(Lambda*W*Omega*W') >= s^2*tr(W*W') given Lambda >= s, form W", "one commuting family");
}

#[test]
fn limits_in_a_size_that_is_a_side_are_refused() {
    mistake("limit(tr(Lambda)/d, d) == 1", "it is a side of `Lambda`");
    mistake("limit(tr(Lam)/N, N) == 1", "it is a side of `Lam`");
    mistake("limit(v'*v/d, d) == 1", "it is a side of `v`");
    mistake("limit(A, N) == A", "a size can be the size that grows in a scalar only");
    open("limit(sqrt(1 + 1/N), N) == 1", "the expansion of a root");
    open("limit(tr(Gamma^(1/2)), N) == tr(Lambda^(1/2))", "matrix root");
    open("limit(tr(inv(C + 1/N*I)), N) == tr(inv(C))", "not invertible by declaration");
    open("limit(exp(1/N), N) == 1", "has a numeric value alone");
}

#[test]
fn inverses_that_are_not_visibly_definite_are_not_known() {
    mistake("inv(Lambda + A)*(Lambda + A) == I", "`inv` of this matrix is not defined");
    open("inv(Lambda - Omega)*(Lambda - Omega) == I", "not visibly positive definite");
    mistake("inv(A)*A == I", "`inv` of this matrix is not defined");
    mistake("inv(H)*H == I", "`inv` of this matrix is not defined");
    open("subst(inv(Lambda + s*I), Lambda -> H) == I", "is no element a*B + b*I");
    open("subst(inv(K), K -> A) == subst(inv(K), K -> B)", "the inverse of `A` is not known");
    open(
        "subst(Lambda^(1/2), Lambda -> Lambda*Omega*Lambda) == I",
        "a root of `Lambda*Omega*Lambda` is not known",
    );
}

#[test]
fn minimisers_that_are_not_seen_are_open() {
    for (loss, line, reason) in [
        ("tr(W*W'*W*W')", "minimizer(L, W) == 0*W", "the loss has degree 4"),
        ("u^4", "minimizer(L, u) == 0", "the loss has degree 4"),
        ("1/(1 + u^2)", "minimizer(L, u) == 0", "not polynomial"),
        ("sqrt(1 + u^2)", "minimizer(L, u) == 0", "not polynomial"),
        ("tr(W)^2 + tr(W*W')", "minimizer(L, W) == 0*W", "a product of linear ones"),
        ("tr(W*W) + 2*tr(W*W')", "minimizer(L, W) == 0*W", "not of the form"),
        ("tr(Lambda*W*Omega*W') + tr(W*W') - 2*tr(A*W)", "minimum(L, W) == 0", ""),
        ("tr(H*W*W')", "minimizer(L, W) == 0*W", "not visibly convex"),
        ("-tr(W*W')", "minimum(L, W) == 0", "not visibly convex"),
        ("tr(A*W)", "minimum(L, W) == 0", "not visibly unique"),
        ("exp(u)", "minimum(L, u) == 0", "has a numeric value alone"),
        ("tr(K*K')", "minimum(L, K) == 0", "over invertible matrices"),
    ] {
        open_after(&format!("let L = {loss}"), line, reason);
    }
}

#[test]
fn rules_that_do_not_end_or_close_leave_lines_open() {
    open_after("rule A*B == B*A*B", "A*B == B*A*B", "does not make expressions shorter");
    open_after("rule A*B == B*A", "A*B == B*A", "does not make expressions shorter");
    open_after("rule A == B", "A == B", "does not make expressions shorter");
    open_after("rule u^2 == u", "u^3 == u", "the scalar on its right side");
    open_after("rule u*a1 == 1", "u*a1 == 1", "no power of a scalar");
    // Not confluent: A*B*F is H*F and A*W.
    open_after("rule A*B == H\nrule B*F == W", "H*F == A*W", "not equal");
    open_after("rule A*B == I", "B*A == I", "not equal");
    open_after("rule H*A == B", "subst(H*A, H -> 2*H) == 2*B", "stands in a rule");
}

#[test]
fn scalar_roots_have_one_relation_each() {
    open("sqrt(s*t) == sqrt(s)*sqrt(t)", "not equal");
    open("sqrt(s^2) == s", "not equal");
    open("sqrt(s^2 + 2*s + 1) == s + 1", "not equal");
    open("(s^(1/2))^(1/2) == s^(1/4)", "not equal");
    open("||2*v|| == 2*||v||", "not equal");
    open("1/(sqrt(s^2) - s) == u", "may vanish");
}

#[test]
fn what_is_too_large_ends_in_its_budget() {
    open("(u + a1 + s + t + d + N)^60 == 0", "than the budget allows");
    open("tr((A + B + F + H)^12) == 0", "than the budget allows");
    open("((u^9999)^9999)^9999 == 1", "than the budget allows");
    open("E[((w'*v)^9999)^9999] == 0", "than the budget allows");
}
