//! What is proved and what is not: identities, near misses, and every way to a false proof that is
//! known.

use isserlis::claim::ClaimFile;
use isserlis::proof::prove;
use isserlis::verdict::Verdict;

const DECLARATIONS: &str = "\
space d, N, M
scalar u, a1
positive s, t
vector v[d]
matrix A[d,d]
matrix B[d,d]
matrix H[d,d] sym
matrix U[d,d]
matrix W[d,d]
matrix K[d,d] invertible
matrix C[d,d] commuting
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
matrix Lam[N,N] pd
ones one[N]
ones other[N]
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian e[N] ~ s*I
gaussian r[1] ~ s*I
gaussian Y[1,N] ~ s*I
gaussian G[d,N] ~ I
secondorder x[d] ~ Lambda : query
secondorder y[1] ~ s*I : query
secondorder0 Z[d,M] ~ Omega : train
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
";

/// The verdict of the proof of a line under the declarations, with its note.
fn decided(line: &str) -> (Verdict, String) {
    let text = format!("{DECLARATIONS}claim it: {line}\n");
    let file = ClaimFile::parse("proofs.claim", &text).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(|one| one.render("it", &text)).collect::<String>())
    });
    let evidence = prove(&file, &file.claims[0]).expect("a line that proofs are about");
    (evidence.verdict, evidence.note.unwrap_or_default())
}

#[track_caller]
fn proved(line: &str) {
    let (verdict, note) = decided(line);
    assert_eq!(verdict, Verdict::Proved, "{line}: {note}");
}

/// Not proved; for an equation never refuted by a normal form alone.
#[track_caller]
fn open(line: &str) -> String {
    let (verdict, note) = decided(line);
    assert_eq!(verdict, Verdict::Open, "{line}: {note}");
    note
}

#[track_caller]
fn refuted(line: &str) {
    let (verdict, note) = decided(line);
    assert_eq!(verdict, Verdict::Refuted, "{line}: {note}");
}

#[test]
fn traces_are_cyclic_and_blind_to_transposition_alone() {
    proved("tr(A*B*U) == tr(U*A*B)");
    proved("tr(A*B*U) == tr(U'*B'*A')");
    open("tr(A*B*U) == tr(A*U*B)");
    open("tr(A*B) == tr(A*B')");
    proved("tr(A*H) == tr(A'*H)");
    open("A*B == B*A");
}

#[test]
fn families_commute_and_nothing_else_does() {
    proved("Gamma*Lambda == Lambda*Gamma");
    proved("inv(Lambda + s*I)*Lambda == I - s*inv(Lambda + s*I)");
    proved("inv(Lambda + s*I)*inv(Lambda + t*I)*(t - s) == inv(Lambda + s*I) - inv(Lambda + t*I)");
    proved("inv(2*Lambda) == inv(Lambda)/2");
    proved("inv(3*Gamma)*Gamma == I/3");
    proved("A*K*inv(K)*B == A*B");
    proved("inv(K*Lambda) == inv(Lambda)*inv(K)");
    proved("inv(K)' == inv(K')");
    open("Lambda*Omega == Omega*Lambda");
    open("K*K' == K'*K");
    open("inv(Lambda + s*I)*Omega == Omega*inv(Lambda + s*I)");
}

#[test]
fn one_pole_has_one_name() {
    proved("subst(inv(Lambda - t*I), Lambda -> Lambda + t*I) == inv(Lambda)");
    proved("inv(N*Gamma - tr(Lambda)*I) == inv(Lambda)/(N + 1)");
    proved("subst(inv(Lambda + s*I), s -> 2*t) == inv(Lambda + 2*t*I)");
}

#[test]
fn a_divisor_cancels_only_where_it_does_not_vanish() {
    proved("(tr(Gamma) + s)/(tr(Gamma) + s) == 1");
    proved("u/u == 1");
    assert!(open("subst(u/u, u -> 0) == 1").contains("identically zero"));
    assert!(open("subst(subst(1/(u - s), s -> t)*(u - t), u -> t) == 1").contains("zero"));
    assert!(open("subst(inv(Lambda - u*I)*(Lambda - u*I), Lambda -> u*I) == I").contains("zero"));
    let zero = "(tr(Gamma) - (1 + 1/N)*tr(Lambda) - d*tr(Lambda)/N)";
    assert!(open(&format!("{zero}/{zero} == 1")).contains("identically zero"));
    assert!(open("inv(Lambda - subst(u, u -> 1)*Lambda)*A == A").contains("identically zero"));
    assert!(open("1/(sqrt(s)^2 - s) == u").contains("identically zero"));
}

#[test]
fn gaussian_moments_have_all_their_terms() {
    proved("E[S^2] == Gamma*Lambda");
    open("E[S^2] == Lambda^2 + tr(Lambda)*Lambda/N");
    proved("E[X*X'] == N*Lambda");
    proved("E[X'*A*X] == tr(A*Lambda)*I");
    proved("E[r^4] == 3*s^2");
    proved("E[r^2*w'*A*w] == s*tr(A)");
    proved("E[(w'*A*w)^2] == tr(A)^2 + tr(A*A') + tr(A*A)");
    proved("E[e'*e*r] == 0");
    proved("E[X*one*one'*X'] == N*Lambda");
    proved("E[Y*Y'] == N*s");
    proved("E[Y'*Y] == s*I");
    proved("E[Y'*Y*Lam*Y'*Y] == s^2*(tr(Lam)*I + 2*Lam)");
    proved("E[(Y*one)^4] == 3*N^2*s^2");
    proved("one'*other == N");
    proved("E[(v'*w)^2*I(d)] == v'*v*I(d)");
    proved("E[(v'*w)^2*A] == v'*v*A");
}

#[test]
fn pairings_are_all_counted() {
    // At d = N = 1 every pairing counts 1: (2k - 1)!!.
    for (power, count) in [(1, 1), (2, 3), (3, 15), (4, 105), (5, 945), (6, 10_395)] {
        proved(&format!("subst(E[tr((G*G')^{power})], N -> 1, d -> 1) == {count}"));
        proved(&format!("subst(E[tr(G*G')^{power}], N -> 1, d -> 1) == {count}"));
    }
    // At d = 1 the moments of chi-square with N degrees of freedom.
    proved("subst(E[tr((G*G')^3)], d -> 1) == N*(N + 2)*(N + 4)");
    proved("E[tr(G*G')^4] == d*N*(d*N + 2)*(d*N + 4)*(d*N + 6)");
    // Columns and rows of an isotropic letter are alike.
    proved("subst(E[tr((G*G')^5)], N -> d, d -> N) == E[tr((G*G')^5)]");
    proved("E[tr((G*G')^4)] == E[tr((G'*G)^4)]");
}

#[test]
fn the_order_of_integration_does_not_matter() {
    let body = "(w'*S*U*w - tr(A*X*e*w'))^2*r^2";
    for order in ["w; e; X; r", "X; w; r; e", "e; X; w; r", "r; e; w; X"] {
        let letters: Vec<&str> = order.split("; ").collect();
        let nested =
            letters.iter().fold(body.to_owned(), |inner, letter| format!("E[{inner}; {letter}]"));
        proved(&format!("E[{nested}] == E[{body}]"));
    }
}

#[test]
fn definitions_are_what_they_stand_for() {
    let written = "((1 + 1/N)*Lambda + tr(Lambda)/N*I)";
    for line in
        ["E[S*Gamma*S]", "tr(Gamma^3*A)", "inv(Gamma)*A*Gamma", "grad(tr(Gamma*W*Lambda*W'), W)"]
    {
        proved(&format!("{line} == {}", line.replace("Gamma", written)));
    }
}

#[test]
fn a_part_of_the_letters_is_integrated() {
    proved("E[(E[w'*S*w; w] - tr(S))^2] == 0");
    proved("E[E[(w'*S*v)^2; w]] == v'*Gamma*Lambda*v");
    proved("E[subst(E[(w'*v)^2], v -> w)] == d");
}

#[test]
fn laws_known_to_second_order_give_second_moments_alone() {
    proved("E[x*x'] == Lambda");
    proved("E[x*y] == 0*v");
    proved("E[x'*x]*E[y^2] == s*tr(Lambda)");
    proved("E[Z*Z'] == M*Omega");
    proved("E[Z'*A*Z] == tr(A*Omega)*I");
    proved("E[tr(Z*Z')*x'*x] == M*tr(Omega)*tr(Lambda)");
}

#[test]
fn gradients_and_rates_are_exact() {
    proved("grad(tr(A*W*B*W'), W) == A'*W*B' + A*W*B");
    open("grad(tr(A*W*B*W'), W) == 2*A*W*B");
    proved("grad(tr(inv(K)*A), K) == -inv(K)'*A'*inv(K)'");
    proved("grad(1/(1 + u^2), u) == -2*u/(1 + u^2)^2");
    proved("grad(tr(inv(Lambda + u^2*I)), u) == -2*u*tr(inv(Lambda + u^2*I)^2)");
    proved("grad(v'*A*v, v) == A*v + A'*v");
    proved("grad(sqrt(1 + u^2), u)*sqrt(1 + u^2) == u");
    proved("lie(u^2 - tr(U*U'), E[(u*w'*S*U*x - w'*x)^2]/2, u, U) == 0");
    open("lie(u^2 + tr(U*U'), E[(u*w'*S*U*x - w'*x)^2]/2, u, U) == 0");
}

#[test]
fn substitution_looks_inside_definitions() {
    proved("subst(tr(A*Gamma), N -> M) == (1 + 1/M)*tr(A*Lambda) + tr(Lambda)/M*tr(A)");
    proved("subst(tr(inv(Gamma)), Lambda -> 2*Lambda) == tr(inv(Gamma))/2");
    proved("subst(tr(Gamma), Lambda -> Omega) == (1 + 1/N + d/N)*tr(Omega)");
    open("subst(tr(Gamma), Lambda -> Omega) == (1 + 1/N)*tr(Omega) + d*tr(Lambda)/N");
    proved("subst(u - s, u -> s, s -> u) == s - u");
}

#[test]
fn roots_keep_their_relation_and_no_other() {
    proved("Lambda^(1/2)*Lambda^(1/2) == Lambda");
    proved("Lambda^(-1/2)*Lambda*Lambda^(1/2) == Lambda");
    proved("(tr(inv(Gamma)^2)^(1/4))^4 == tr(inv(Gamma)^2)");
    proved("sqrt(s)^2 == s");
    proved("(1/sqrt(s))*s == sqrt(s)");
    proved("sqrt(4) == 2");
    open("sqrt(s*t) == sqrt(s)*sqrt(t)");
    open("sqrt(s^2) == s");
    open("Lambda^(1/2)*Omega^(1/2) == Omega^(1/2)*Lambda^(1/2)");
}

#[test]
fn limits_are_taken_inside_definitions_and_divisors() {
    proved("limit(tr(Gamma), N) == tr(Lambda)");
    proved("limit(1/(1 + tr(Gamma)), N) == 1/(1 + tr(Lambda))");
    proved("limit(tr(inv(Gamma)*Omega), N) == tr(inv(Lambda)*Omega)");
    proved("coeff(tr(inv(Gamma)), N, 1) == -tr(inv(Lambda)) - tr(Lambda)*tr(inv(Lambda)^2)");
    proved("limit(N/(N + d), N) == 1");
    proved("coeff(N^2/(N + d), N, -1) == 1");
    proved("coeff(N^2/(N + d), N, 0) == -d");
    proved("limit(N*(tr(Gamma) - tr(Lambda)), N) == (1 + d)*tr(Lambda)");
    refuted("limit(tr(Gamma), N) == tr(Omega)");
    refuted("limit(N*tr(Gamma), N) == tr(Lambda)");
    refuted("coeff(tr(inv(Gamma)), N, 1) == -tr(inv(Lambda))");
}

#[test]
fn a_coefficient_that_only_looks_nonzero_is_no_divergence() {
    proved("limit(N*(tr(inv(Gamma)*Gamma) - d), N) == 0");
    proved("limit(N*(tr(inv(Lambda + s*I)*Lambda) - d + s*tr(inv(Lambda + s*I))), N) == 0");
}

#[test]
fn a_leading_part_that_is_not_invertible_by_declaration_is_open() {
    open("limit(tr(inv(C + 1/N*I)), N) == tr(inv(C))");
    open("limit(tr(inv(Lambda - s*I + 1/N*I)), N) == tr(inv(Lambda - s*I))");
    proved("limit(tr(inv(Lambda + s*I + 1/N*I)), N) == tr(inv(Lambda + s*I))");
}

#[test]
fn minimisers_are_global_and_unique() {
    let file = |loss: &str, line: &str| {
        let text = format!("{DECLARATIONS}let L = {loss}\nclaim it: {line}\n");
        let file = ClaimFile::parse("it", &text).unwrap_or_else(|errors| panic!("{errors:?}"));
        let evidence = prove(&file, &file.claims[0]).expect("a proof");
        (evidence.verdict, evidence.note.unwrap_or_default())
    };
    let square = "tr(Lambda*(W - U)*Lambda*(W - U)')";
    assert_eq!(file(square, "minimizer(L, W) == U").0, Verdict::Proved);
    assert_eq!(file(square, "minimizer(L, W) == U'").0, Verdict::Refuted);
    assert_eq!(file(square, "minimum(L, W) == 0").0, Verdict::Proved);
    let loss = "E[(w'*S*W*w - w'*w)^2]";
    assert_eq!(file(loss, "minimizer(L, W) == inv(Gamma)").0, Verdict::Open, "not convex by sight");
    let ridge = "tr(Lambda*W*W') - 2*tr(U*W') + s*tr(W*W')";
    assert_eq!(file(ridge, "minimizer(L, W) == inv(Lambda + s*I)*U").0, Verdict::Proved);
    assert_eq!(file(ridge, "minimizer(L, W) == U*inv(Lambda + s*I)").0, Verdict::Refuted);
    assert_eq!(file(ridge, "minimum(L, W) == -tr(U'*inv(Lambda + s*I)*U)").0, Verdict::Proved);
    assert_eq!(file(ridge, "minimum(L, W) == -tr(U*inv(Lambda + s*I)*U')").0, Verdict::Refuted);
    let scaled = "u^2*tr(Lambda*W*W') - 2*u*tr(Lambda*W)";
    let (verdict, note) = file(scaled, "minimum(L, W) == -tr(Lambda)");
    assert_eq!((verdict, note.as_str()), (Verdict::Proved, "except where u^2 is zero"));
    // Concave, flat, of no definite sign.
    assert_eq!(file("-tr(W*W')", "minimizer(L, W) == 0*W").0, Verdict::Open);
    assert_eq!(file("tr(H*W*W')", "minimizer(L, W) == 0*W").0, Verdict::Open);
    assert_eq!(file("tr(A*A'*W*W')", "minimizer(L, W) == 0*W").0, Verdict::Open);
    assert_eq!(file("u*tr(W*W')", "minimizer(L, W) == 0*W").0, Verdict::Open);
    assert_eq!(file("tr(W)^2", "minimizer(L, W) == 0*W").0, Verdict::Open);
    assert_eq!(file("tr(W*W)", "minimizer(L, W) == 0*W").0, Verdict::Open);
    assert_eq!(file("tr(W*W'*W*W')", "minimizer(L, W) == 0*W").0, Verdict::Open);
    let (verdict, note) = file("||v||*tr(W*W')", "minimizer(L, W) == 0*W");
    assert!(verdict == Verdict::Proved && note.starts_with("except where"), "{note}");
    assert_eq!(file("(a1 - u)^2 + s", "minimizer(L, u) == a1").0, Verdict::Proved);
    assert_eq!(file("(a1 - u)^2 + s", "minimum(L, u) == s").0, Verdict::Proved);
}

#[test]
fn bounds_are_proved_in_their_fragments() {
    proved("tr(A*A') >= 0");
    proved("E[(w'*A*w - tr(A))^2] >= 0");
    proved("N + 1 >= 2");
    proved("(N + 1)/N <= 2");
    proved("1/(N + d) <= 1/(d + 1)");
    proved("d^2 + d >= 2*d");
    proved("tr(Lambda^2) >= s*tr(Lambda) given Lambda >= s");
    proved("tr(Lambda) >= s*d given Lambda >= s");
    proved("tr(inv(Lambda)) <= tr(Lambda)/s^2 given Lambda >= s");
    proved("tr(inv(Lambda + s*I)*Lambda) <= tr(Lambda)/s");
    proved("u^2 + 2 >= 1 + 1");
    proved("u >= a1 given u >= a1 + s");
    let form = "tr(Lambda*U*Lambda*U') - s^2*tr(U*U') >= 0 given Lambda >= s, form U";
    proved(form);
    proved(&form.replace("s^2", "s*tr(Lambda)/d*d/tr(Lambda)*s"));
}

#[test]
fn sturm_sequences_decide_bounds_in_one_variable() {
    proved("tr(Lambda^3) - 2*tr(Lambda^2) + tr(Lambda) >= 0");
    proved("tr(Lambda^3) + tr(Lambda) >= 2*tr(Lambda^2)");
    proved("tr(Lambda^2) - 2*s*tr(Lambda) + s^2*d >= 0");
    proved("tr(Lambda) + tr(inv(Lambda)) >= 2*d");
    proved("tr(Lambda^2) - 3*tr(Lambda) + 2*d >= 0 given Lambda >= 2");
    proved("tr(H^4) - 2*tr(H^2) + d >= 0");
    proved("tr(H^2) >= 2*tr(H) - d");
    proved("u^2 + a1^2 >= 2*u*a1");
    proved("u^4 - 2*u^2 + 1 >= 0");
    proved("u^2*a1^2 - 2*s*u*a1^2 + s^2*a1^2 >= 0");
    proved("N^3 - 5*N^2 + 8*N - 4 >= 0");
    proved("tr(Lambda*U*Lambda*U') - 2*tr(Lambda*U*U') + tr(U*U') >= 0 given Lambda >= 2, form U");
    proved("tr(Lambda^2*U*U') - 2*s*tr(Lambda*U*U') + s^2*tr(U*U') >= 0 given form U");
    // Near misses: another coefficient, another floor, an odd root, an odd degree.
    open("tr(Lambda^3) - 3*tr(Lambda^2) + tr(Lambda) >= 0");
    open("tr(Lambda^3) - 2*tr(Lambda^2) + tr(Lambda) >= s");
    open("tr(Lambda^2) - 2*s*tr(Lambda) + s^2 >= 0");
    open("tr(Lambda) + tr(inv(Lambda)) >= 2*d + 1");
    open("tr(Lambda^2) - 3*tr(Lambda) + 2*d >= 0");
    open("tr(Lambda^2) - 3*tr(Lambda) + 2*d >= 0 given Lambda >= 3/2");
    open("tr(Lambda^2) - 3*tr(Lambda) + 2*d >= 0 given Omega >= 2");
    open("tr(H^3) - 2*tr(H^2) + tr(H) >= 0");
    open("tr(A^4) - 2*tr(A^2) + d >= 0");
    open("tr(H^4) - 3*tr(H^2) + d >= 0");
    open("u^2 + a1^2 >= 3*u*a1");
    open("u^3 + a1^3 >= u^2*a1 + u*a1^2");
    open("u^2 + 1 >= 2*u*a1");
    open("N^3 - 6*N^2 + 11*N - 6 >= 0");
    open("N^2 - 5*N + 6 >= 0");
    open("tr(Lambda^2*U*U') - 2*s*tr(Lambda*U*U') + t^2*tr(U*U') >= 0 given form U");
}

#[test]
fn products_of_two_traces_are_double_sums() {
    proved("tr(Lambda)^2 >= tr(Lambda^2)");
    proved("d*tr(Lambda^2) >= tr(Lambda)^2");
    proved("tr(Lambda^2) >= tr(Lambda)^2/d");
    proved("d*tr(H^2) >= tr(H)^2");
    proved("tr(Lambda)*tr(inv(Lambda)) >= d^2");
    proved("tr(Lambda^3)*tr(Lambda) >= tr(Lambda^2)^2");
    proved("d*tr(Lambda^3) >= tr(Lambda)*tr(Lambda^2)");
    proved("tr(Lambda)^2*tr(Lambda) >= tr(Lambda)*tr(Lambda^2)");
    proved("tr(Lambda)^2 + s*tr(Lambda) >= tr(Lambda^2)");
    proved("tr(inv(Lambda + s*I))*tr(Lambda + s*I) >= d^2");
    open("tr(Lambda)^2 >= 2*tr(Lambda^2)");
    open("tr(Lambda)^2 >= tr(Lambda^2) + s");
    open("tr(Lambda)^2 >= d*tr(Lambda^2)");
    open("tr(Lambda^2) >= tr(Lambda)^2");
    open("tr(H)^2 >= tr(H^2)");
    open("tr(H^3)*tr(H) >= tr(H^2)^2");
    open("N*tr(Lambda^2) >= tr(Lambda)^2");
    open("d*tr(Lambda*Omega) >= tr(Lambda)*tr(Omega)");
    open("tr(Lambda)*tr(inv(Lambda)) >= d^2 + d - 1");
    open("tr(Lambda)*tr(inv(Omega)) >= d^2");
}

#[test]
fn hypotheses_reach_divisors_sizes_and_one_another() {
    proved("tr(Lambda) >= s given Lambda >= s");
    proved("tr(Lambda) >= 2 given Lambda >= 2");
    proved("1/(N - d) >= 0 given N >= d + 1");
    proved("1/(N - d) <= 1 given N >= d + 1");
    proved("u >= s given a1 >= s, u >= a1");
    proved("u >= s given u >= a1, a1 >= s");
    proved("s^2 <= t^2 given s <= t");
    proved("s^2 <= s given s <= 1");
    proved("u <= 1 given u <= 1");
    proved("tr(Lambda^2) + tr(Lambda) >= d given Lambda >= s, s >= 2/3");
    open("tr(Lambda^2) + tr(Lambda) >= d given Lambda >= s, s >= 1/2");
    proved("1/s >= 1 given s <= 1");
    open("tr(Lambda) >= 2*s given Lambda >= s");
    open("tr(Lambda) >= s + 1 given Lambda >= s");
    open("1/(N - d) >= 0 given N >= d");
    open("1/(N - d) >= 0 given d >= N + 1");
    open("1/(N - d) <= 1/2 given N >= d + 1");
    open("u >= s given a1 >= s, a1 >= u");
    open("u >= a1 + s given u >= a1, a1 >= u - s");
    open("u^2 <= 1 given u <= 1");
    open("s^2 >= s given s <= 1");
    open("u^2 >= a1^2 given u >= a1");
    open("1/s >= 2 given s <= 1");
}

#[test]
fn a_bound_that_is_false_or_outside_the_fragments_is_open() {
    open("tr(Lambda^2) >= tr(Lambda)");
    open("tr(Lambda^2) >= 2*s*tr(Lambda) given Lambda >= s");
    open("tr(Lambda^2) >= s*tr(Lambda)");
    open("tr(Lambda^2) >= s*tr(Lambda) given Omega >= s");
    open("N >= 2");
    open("u^3 >= 0");
    open("u >= a1 given u <= a1");
    open("tr(A) >= 0");
    open("tr(Lambda*Omega*Lambda*A) >= 0");
    open("1/u >= 0");
    open("1/(1 - s) >= 0");
    open("tr(Lambda*U*Lambda*U') - 2*s^2*tr(U*U') >= 0 given Lambda >= s, form U");
    open("tr(Lambda*U*Lambda*U') - s^2*tr(U*U') >= 0 given form U");
    open("tr(Lambda*U*Omega*U') - s^2*tr(U*U') >= 0 given Lambda >= s, form U");
    open("tr(U*Lambda*U*Lambda) >= 0 given form U");
    open("tr(inv(Lambda - s*I)*U*U') >= 0 given form U");
}

#[test]
fn what_has_a_numeric_value_alone_is_open() {
    assert!(open("opnorm(Lambda) == eigmax(Lambda)").contains("numeric value alone"));
    open("exp(s)*exp(-s) == 1");
    assert!(open("||A*v|| == ||v||").contains("not equal"));
}

/// The verdict of a proof under rules.
fn under(rules: &str, line: &str) -> (Verdict, String) {
    let declarations = "space d\nscalar q, al, be\npositive s\nmatrix Psi[d,d] pd\nmatrix Lambda[d,d] pd\n\
                        matrix K[d,d]\nmatrix P[d,d] sym\nmatrix A[d,d]\nvector v[d]\n";
    let text = format!("{declarations}{rules}\nclaim it: {line}\n");
    let file = ClaimFile::parse("it", &text).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(|one| one.render("it", &text)).collect::<String>())
    });
    let evidence = prove(&file, &file.claims[0]).expect("a proof");
    (evidence.verdict, evidence.note.unwrap_or_default())
}

#[test]
fn rules_are_used_from_left_to_right() {
    // K = (al*Psi*Lambda + be*I)^-1, where Psi and Lambda do not commute.
    let inverse = "rule Psi*Lambda*K == (I - be*K)/al\nrule K*Psi*Lambda == (I - be*K)/al";
    let holds = |line: &str| assert_eq!(under(inverse, line).0, Verdict::Proved, "{line}");
    holds("(al*Psi*Lambda + be*I)*K == I");
    holds("K*(al*Psi*Lambda + be*I) == I");
    holds("tr(A*K*Psi*Lambda) == (tr(A) - be*tr(A*K))/al");
    holds("tr(Lambda*K*A*Psi) == tr(Psi*Lambda*K*A)");
    holds("Psi^2*Lambda*K*A == (Psi*A - be*Psi*K*A)/al");
    holds("K'*Lambda*Psi == (I - be*K')/al");
    holds("v'*Psi*Lambda*K*v == (v'*v - be*v'*K*v)/al");
    let open = |line: &str| assert_eq!(under(inverse, line).0, Verdict::Open, "{line}");
    open("Lambda*Psi*K == (I - be*K)/al");
    open("K*Lambda*Psi == (I - be*K)/al");
    open("K*A == A*K");
    assert_eq!(under("", "(al*Psi*Lambda + be*I)*K == I").0, Verdict::Open);
}

#[test]
fn what_a_rule_ties_does_not_vary() {
    // 1/tr(Psi*K) is 1/d under the rule, but not after Psi alone has doubled.
    let open = |rule: &str, line: &str| {
        let (verdict, note) = under(rule, line);
        assert_eq!(verdict, Verdict::Open, "{line}");
        assert!(note.contains("stands in a rule"), "{line}: {note}");
    };
    open("rule Psi*K == I", "subst(1/tr(Psi*K), Psi -> 2*Psi) == 1/d");
    open("rule P*K == I", "grad(1/tr(P*K), K) == 0*K");
    open("rule q^2 == s", "subst(q^2, s -> 4) == 4");
    open("rule q^2 == s", "grad(1/(q^2 + 1 - s), q) == 0");
    open("rule q^2 == 1/d", "limit(q, d) == q");
}

#[test]
fn a_minimum_over_positive_numbers_is_one_if_it_is_positive() {
    let decide = |loss: &str, line: &str| {
        let text = format!("positive s, t\nscalar u\nlet L = {loss}\nclaim it: {line}\n");
        let file = ClaimFile::parse("it", &text).expect("no mistakes");
        prove(&file, &file.claims[0]).expect("a proof").verdict
    };
    assert_eq!(decide("(s - t)^2", "minimizer(L, s) == t"), Verdict::Proved);
    assert_eq!(decide("(s - t)^2 + t", "minimum(L, s) == t"), Verdict::Proved);
    assert_eq!(decide("(s + t)^2", "minimizer(L, s) == -t"), Verdict::Open);
    assert_eq!(decide("(s + t)^2", "minimum(L, s) == 0"), Verdict::Open);
    assert_eq!(decide("(u + t)^2", "minimizer(L, u) == -t"), Verdict::Proved);
}

#[test]
fn what_grows_too_large_is_open() {
    assert!(open("(u + a1 + s + d + N)^60 == 0").contains("than the budget allows"));
    assert!(open("tr((A + B + U)^20) == 0").contains("than the budget allows"));
}

#[test]
fn a_proof_under_rules_says_so() {
    let (verdict, note) = under("rule P*P == P", "P^4 == P");
    assert_eq!((verdict, note.as_str()), (Verdict::Proved, "if the rules have a model"));
    assert_eq!(under("rule P*P == P", "P^4 == I").0, Verdict::Open);
    assert_eq!(under("rule q^4 == tr(Lambda^2)", "q^8 == tr(Lambda^2)^2").0, Verdict::Proved);
    assert_eq!(under("rule q^4 == tr(Lambda^2)", "q^2 == sqrt(tr(Lambda^2))").0, Verdict::Open);
    assert_eq!(under("rule q^4 == s", "q >= 0").0, Verdict::Open, "q has no sign");
}

#[test]
fn rules_that_do_not_end_are_not_used() {
    let (verdict, note) = under("rule K*A == A*K*A", "K*A == A*K*A");
    assert_eq!(verdict, Verdict::Open);
    assert!(note.contains("shorter"), "{note}");
}

#[test]
fn a_divisor_that_a_rule_makes_zero_is_found() {
    let (verdict, note) = under("rule q^2 == s", "(q^2 - s)/(q^2 - s) == 1");
    assert_eq!(verdict, Verdict::Open);
    assert!(note.contains("identically zero"), "{note}");
    let (verdict, note) = under("rule P*P == P", "tr(P*P - P)/tr(P*P - P) == 1");
    assert_eq!(verdict, Verdict::Open);
    assert!(note.contains("identically zero"), "{note}");
}

#[test]
fn a_general_prior_that_does_not_commute_has_its_minimiser_under_a_rule() {
    let text = |rule: &str, value: &str| {
        format!(
            "space d, N\nmatrix Lambda[d,d] pd\nmatrix Psi[d,d] pd\nmatrix W[d,d]\nmatrix K[d,d]\n\
             gaussian X[d,N] ~ Lambda\ngaussian w[d] ~ Psi\ngaussian xq[d] ~ Lambda\n\
             let L = E[(w'*X*X'/N*W*xq - w'*xq)^2]/2\n{rule}\nclaim it: minimizer(L, W) == {value}\n"
        )
    };
    let decide = |rule: &str, value: &str| {
        let file = ClaimFile::parse("it", &text(rule, value)).expect("no mistakes");
        prove(&file, &file.claims[0]).expect("a proof").verdict
    };
    // K = ((1 + 1/N) Psi Lambda + tr(Psi Lambda)/N I)^-1.
    let rule = "rule Psi*Lambda*K == (I - tr(Psi*Lambda)/N*K)*N/(N + 1)\n\
                rule K*Psi*Lambda == (I - tr(Psi*Lambda)/N*K)*N/(N + 1)";
    assert_eq!(decide(rule, "K*Psi"), Verdict::Proved);
    assert_eq!(decide(rule, "Psi*K"), Verdict::Open);
    assert_eq!(decide(rule, "K'*Psi"), Verdict::Open);
    assert_eq!(decide(rule, "K"), Verdict::Open);
    assert_eq!(decide("", "Psi"), Verdict::Refuted);
}

/// Moments that the package WishartMoments computes through Jack polynomials, without pairings
/// (`tests/vectors/wishart_moments.py` made the table).
#[test]
fn all_invariant_wishart_moments_up_to_degree_six_agree_with_another_program() {
    let text = include_str!("vectors/wishart_moments.json");
    let table: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let declarations = table["declarations"].as_str().expect("declarations");
    let records = table["records"].as_array().expect("records");
    assert_eq!(records.len(), 1 + 2 + 3 + 5 + 7 + 11);
    for record in records {
        let part = |name: &str| record[name].as_str().expect("a text");
        let line = format!("E[{}] == {}", part("variable"), part("moment"));
        let text = format!("{declarations}claim it: {line}\n");
        let file = ClaimFile::parse("it", &text).unwrap_or_else(|errors| panic!("{errors:?}"));
        let evidence = prove(&file, &file.claims[0]).expect("a proof");
        assert_eq!(evidence.verdict, Verdict::Proved, "{line}: {:?}", evidence.note);
    }
}
