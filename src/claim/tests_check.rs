//! Whole files through the checker: what is accepted, with which shapes, and what is refused.

use super::*;
use std::sync::Arc;

/// The shapes of the sides, names of letters and so on: a file that must check.
fn accepted(text: &str) -> ClaimFile {
    match ClaimFile::parse("test.claim", text) {
        Ok(file) => file,
        Err(errors) => panic!("{errors:#?}\nin\n{text}"),
    }
}

/// The errors, each as "line:column message".
fn errors(text: &str) -> Vec<String> {
    let errors = ClaimFile::parse("test.claim", text).err().unwrap_or_default();
    errors.iter().map(|error| format!("{} {}", place(text, error), error.message)).collect()
}

fn place(text: &str, error: &Diagnostic) -> String {
    let before = &text[..error.primary.span.start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{line}:{column}")
}

/// The only error of a file whose declarations are those of `WORLD`.
fn refused(statement: &str) -> String {
    let text = format!("{WORLD}{statement}\n");
    let found = errors(&text);
    assert_eq!(found.len(), 1, "{found:?} for {statement}");
    found[0].split_once(' ').map(|(_, message)| message.to_owned()).unwrap_or_default()
}

fn world(statements: &str) -> ClaimFile {
    accepted(&format!("{WORLD}{statements}\n"))
}

const WORLD: &str = "\
space d, N, M
scalar u, eta
positive s2, m
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
matrix Sigma[d,d] sym
matrix A[d,d]
matrix B[d,d] invertible
matrix C[d,N]
vector a[d]
ones one[N]
param U[d,d]
param v
observed W[d,d]
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian e[N] ~ s2*I
gaussian g[1] ~ s2*I
secondorder x[d] ~ Lambda : query
secondorder r[1] ~ s2*I : query
secondorder0 Z[d,M] ~ Sigma : train
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let R = s2*I
let L = E[(w'*S*U*w - v)^2]
";

#[test]
fn the_example_files_check() {
    for (name, text) in [
        ("01", include_str!("../../tests/claims/01_zfb_loss.claim")),
        ("02", include_str!("../../tests/claims/02_minimiser_found.claim")),
        ("03", include_str!("../../tests/claims/03_thm42_general_law.claim")),
        ("04", include_str!("../../tests/claims/04_thm42_linear_labels.claim")),
        ("07", include_str!("../../tests/claims/07_one_gd_step.claim")),
        ("trained", include_str!("../../tests/claims/trained_attention.claim")),
    ] {
        let file =
            ClaimFile::parse(name, text).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        let lines =
            text.lines().filter(|line| line.starts_with("claim ") || line.starts_with("refute "));
        assert_eq!(file.claims.len(), lines.count(), "{name}");
    }
}

#[test]
fn an_identity_takes_the_space_of_its_neighbours() {
    let file = world("claim c: E[X'*I*X] + s2*I == 2*I");
    let Proposition::Equal { left, right } = &file.claims[0].proposition else { panic!() };
    let n = Shape { rows: Space::Size("N".into()), columns: Space::Size("N".into()) };
    assert_eq!((&left.shape, &right.shape), (&n, &n));
    let inner: Vec<&Shape> = left
        .descendants()
        .filter(|expr| matches!(&*expr.node, Node::Identity { .. }))
        .map(|expr| &expr.shape)
        .collect();
    assert_eq!(inner[0].rows, Space::Size("d".into()));
    assert_eq!(inner[1], &n);
}

#[test]
fn an_open_abbreviation_is_sized_afresh_at_each_use() {
    let file = world("claim c: a'*R*a + one'*R*one == s2*a'*a + s2*N");
    let Proposition::Equal { left, .. } = &file.claims[0].proposition else { panic!() };
    let sizes: Vec<Space> = left
        .descendants()
        .filter_map(|expr| match &*expr.node {
            Node::Abbreviation(abbreviation) => Some(abbreviation.value.shape.rows.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [Space::Size("d".into()), Space::Size("N".into())]);
    assert!(file.abbreviations.iter().all(|abbreviation| &*abbreviation.name != "R"));
}

#[test]
fn nothing_that_leaves_the_checker_has_an_open_space() {
    let file = world(
        "let Q = R + R'\nclaim c: Q*a + Lambda*(R - I)*a == a\nclaim t: tr(R*Lambda) == s2*tr(Lambda)",
    );
    for claim in &file.claims {
        for size in claim.sizes() {
            assert!(["d", "N", "M"].contains(&&*size), "{size}");
        }
    }
}

#[test]
fn a_chain_of_open_abbreviations_takes_no_exponential_time() {
    let mut text = String::from("space d\nvector a[d]\nlet a0 = 2*I\n");
    for index in 1..60 {
        text += &format!("let a{index} = a{0}*a{0}\n", index - 1);
    }
    text += "claim c: a59*a == a\n";
    let file = accepted(&text);
    assert_eq!(file.claims.len(), 1);
}

#[test]
fn what_the_language_allows_is_accepted() {
    for statement in [
        "claim c: E[S^2] == Gamma*Lambda",
        "claim c: inv(Lambda + s2*I)*(Lambda + s2*I) == I",
        "claim c: (Lambda*B)^-1 == inv(B)*Lambda^-1",
        "claim c: I*u == u*I(d)",
        "claim c: Lambda^(1/2)*Gamma^(-1/2)*Lambda == Lambda",
        "claim c: (tr(Lambda^2) + s2/N)^(3/4) >= 0",
        "claim c: s2^(-1/2) >= sqrt(u)",
        "claim c: eigmin(A + A') <= opnorm(A*C)",
        "claim c: eigmax(A'*A) >= eigmax(Lambda*Omega*Lambda)",
        "claim c: qf(a, I) == ||a||^2",
        "claim c: ||C||^2_(Lambda) == tr(C'*Lambda*C)",
        "claim c: grad(L, U) == 0*U",
        "claim c: lie(v^2 - tr(U*U'), L, U, v) == 0",
        "claim c: subst(L, U -> 0*U, v -> d) == 1",
        "claim c: subst(tr(Omega)*Omega, Omega -> Lambda) == tr(Lambda)*Lambda",
        "claim c: subst(d/N, d -> u*N) == u",
        "claim c: subst(tr(I(d))/N, d -> 2*N) == 2",
        "claim c: E[subst(E[(x'*a)^2], a -> x)] == tr(Lambda^2)",
        "claim c: E[(a'*x + r)^2] == a'*Lambda*a + s2",
        "claim c: E[x*r] == 0*x",
        "claim c: E[Z*one2/M] == 0*a",
        "claim c: E[w'*E[S; X]*w] == tr(Lambda)",
        "claim c: W == inv(Gamma)",
        "claim c: minimizer(L, U) == 0*U",
        "claim c: minimiser(L, v) == 0",
        "claim c: minimum(L, U) == 0",
        "claim c: limit(E[one'*e*e'*one]/N, N) == s2",
        "claim c: coeff(tr(Gamma), N, 1) == tr(Lambda)*(1 + d)",
        "claim c: coeff(tr(Gamma), N, -1) == 0",
        "claim c: tr(U*Lambda*U') >= 0 given Lambda >= m, form U",
        "claim c: u >= v given u >= 1, v <= 1, m <= Lambda",
        "claim c: E[S*w] == 0*w",
        "let c2 = Lambda*a",
        "gaussian y[d,N] ~ Lambda^-1*Omega*Lambda^-1",
        "gaussian y[d] ~ s2/N*Lambda^2",
        "gaussian y[d] ~ inv(Lambda)/2",
        "gaussian y[1] ~ s2",
        "gaussian y[d] ~ R",
        "define P := 2*Gamma - I",
        "matrix K[d,d] commuting\ndefine P := s2*K + I\nclaim c: inv(P)*K == K*inv(P)",
        "define P := inv(s2 + tr(Lambda^2))*Lambda",
        "rule u*Lambda*B == A",
        "rule u^4 == tr(Gamma^-2)",
        "rule Omega*Lambda*A' == (I - m*A)/s2",
        "train L over U, v from U -> 0.1*I, v -> 0.1*d\nclaim c: reaches(v*U) == inv(Gamma)",
        "at d = 2, 3; N = 5",
        "at d = 2; Lambda = [[2, 1/2], [1/2, 1]]; a = [[1, 2]]; u = -1/2, 3 | d = 3",
        "at d = 2; B = [[0, 1], [1, 0]]; C = [[1, 2, 3], [4, 5, 6]]; N = 3",
        "margin 1% because so\nclaim c: E[tr(S)] == tr(Lambda)\nmargin\nclaim z: E[a'*w] == 0",
        "margin 0.1 absolute because so\nclaim c: E[a'*w] == 0",
        "margin 1% because so\nclaim c: u - u == 0",
    ] {
        let text = format!("{WORLD}ones one2[M]\n{statement}\n");
        accepted(&text);
    }
}

#[test]
fn what_the_language_refuses_is_refused_with_one_message() {
    for (statement, message) in [
        ("claim c: S == Lambda", "the random letter `X` stands outside `E`"),
        ("claim c: E[w'*w; X] == d", "the random letter `w` stands outside `E`"),
        ("claim c: E[w; a] == a", "`a` is not a random letter"),
        ("claim c: E[w'*w; w, w] == d", "`w` is listed twice"),
        ("claim c: E[W*w] == a", "the observed letter `W` stands inside `E`"),
        ("claim c: E[x'*x*r] == 0", "this expectation needs a third moment of `x` and `r`"),
        ("claim c: E[x] == a", "this expectation needs the mean of `x`"),
        ("claim c: E[E[x'*x*r^2; x]; r] == 0", "`E` over `x` meets `r` of the same group"),
        ("claim c: E[tr(Z*Z'*Z*Z')] == 0", "this expectation needs a fourth moment of `Z`"),
        ("claim c: E[(a'*x + 1)^2] == 0", "this expectation needs the mean of `x`"),
        ("claim c: A*a' == A", "product of shapes d x d and 1 x d"),
        ("claim c: A + C == A", "sum of shapes d x d and d x N"),
        ("claim c: A - C' == A", "difference of shapes d x d and N x d"),
        ("claim c: A == C", "equation of shapes d x d and d x N"),
        ("claim c: A == 0", "equation of shapes d x d and 1 x 1"),
        ("claim c: A == 1 + Lambda", "cannot add a scalar to a d x d matrix"),
        ("claim c: A == 1 - Lambda", "cannot subtract a d x d matrix from a scalar"),
        ("claim c: A == Lambda - s2", "cannot subtract a scalar from a d x d matrix"),
        ("claim c: (1 + I)*A == A", "cannot add a scalar to a multiple of `I`"),
        ("claim c: A/Lambda == A", "only a scalar divides"),
        ("claim c: A/0 == A", "division by zero"),
        ("claim c: A == A*inv(0)", "division by zero"),
        ("claim c: tr(C) == 1", "`tr` needs a square matrix"),
        ("claim c: C^2 == C", "a power needs a square matrix"),
        ("claim c: A^-1 == A", "a negative power of this matrix is not defined"),
        ("claim c: inv(A) == A", "`inv` of this matrix is not defined"),
        ("claim c: inv(Lambda + A) == A", "`inv` of this matrix is not defined"),
        ("claim c: inv(A*Lambda + I) == A", "`inv` of this matrix is not defined"),
        ("claim c: E[inv(S)] == A", "the inverse contains the random letter `X`"),
        ("claim c: E[w'*w]^(1/2) == u^(1/2)", "a root needs a positive base"),
        ("claim c: Lambda^(3/2) == A", "the roots of a matrix are `^(1/2)` and `^(-1/2)`"),
        ("claim c: A^(1/2) == A", "a root needs a `pd` letter or element"),
        ("claim c: (Lambda + I)^(1/2) == A", "a root needs a `pd` letter or element"),
        ("claim c: E[||w||] == 1", "the norm contains the random letter `w`"),
        ("claim c: ||a||^2_(C) == 1", "the weight of this norm needs the shape d x d"),
        ("claim c: E[exp(w'*w)] == 1", "the argument of `exp` contains the random letter `w`"),
        ("claim c: eigmax(A) == 1", "`eigmax` needs a symmetric matrix"),
        ("claim c: exp(A) == 1", "`exp` needs a scalar"),
        ("claim c: min(u) == 1", "`min` takes 2 arguments"),
        ("claim c: tr(A, A) == 1", "`tr` takes 1 argument"),
        ("claim c: qf(C, Lambda) == 1", "`qf` needs a vector"),
        ("claim c: qf(a, C) == 1", "the matrix of this `qf` needs the shape d x d"),
        ("claim c: Lambda(A) == A", "expected an operator between `Lambda` and `(`"),
        ("claim c: trace(A) == 1", "unknown function `trace`"),
        ("claim c: limit(u, N) + 1 == 1", "`limit` stands alone on the left of `==`"),
        ("claim c: grad(L, Lambda) == A", "`Lambda` is symmetric, so its entries are not free"),
        ("claim c: grad(L, w) == a", "`w` is a random letter"),
        ("claim c: grad(S, U) == U", "`grad` needs a scalar"),
        ("claim c: grad(L, S) == U", "`S` is an abbreviation, not a letter"),
        ("claim c: lie(v, L, U, U) == 0", "`U` is listed twice in `lie`"),
        ("claim c: subst(L, w -> a) == 0", "the random letter `w` cannot be replaced"),
        ("claim c: subst(L, U -> C) == 0", "`U` has shape d x d, its replacement does not"),
        ("claim c: subst(L, U -> 0) == 0", "`U` has shape d x d, its replacement does not"),
        ("claim c: subst(L, S -> U) == 0", "`S` is an abbreviation"),
        ("claim c: subst(L, U -> A, U -> B) == 0", "`U` is replaced twice"),
        (
            "claim c: subst(tr(Omega), Omega -> A) == 0",
            "`Omega` is symmetric, its replacement is not visibly so",
        ),
        ("claim c: E[subst(1/(1 + a'*a), a -> w)] == 0", "`a` cannot become the random `w` here"),
        ("claim c: subst(Gamma, d -> 2*N) == 0*A", "a size can be replaced in a scalar only"),
        (
            "claim c: subst(tr(Gamma), d -> 2*N) == 0",
            "`d` cannot be replaced: it is a side of `Lambda`",
        ),
        (
            "claim c: limit(tr(Lambda)/d, d) == 1",
            "`d` cannot be the size that grows: it is a side of `Lambda`",
        ),
        (
            "claim c: limit(tr(Gamma), N) == tr(Gamma)",
            "the value depends on `N`, the size that grows",
        ),
        ("claim c: limit(u, u) == u", "`u` is a scalar, not a size"),
        ("claim c: limit(tr(S), N) == u", "the random letter `X` stands outside `E`"),
        ("claim c: minimizer(u, U) == U", "`u` is a scalar, not a `let` name"),
        ("claim c: minimizer(L, U) == U", "the minimiser is given in terms of `U` itself"),
        (
            "claim c: minimizer(L, Lambda) == A",
            "`Lambda` is symmetric, so its entries are not free",
        ),
        ("claim c: minimizer(L, U) == 0", "the minimiser has shape d x d"),
        ("claim c: minimum(S, U) == 0", "the loss `S` is not a scalar"),
        ("claim c: A >= 0*A", "a bound compares scalars"),
        ("claim c: u >= 0 given A >= m", "a matrix hypothesis is about a symmetric matrix"),
        ("claim c: u >= 0 given Lambda >= u", "the bound of a matrix is a positive scalar"),
        (
            "claim c: u >= 0 given Lambda <= m",
            "a matrix hypothesis bounds the smallest eigenvalue from below",
        ),
        ("claim c: tr(U) >= 0 given form U", "this is not a quadratic form in `U`"),
        ("claim c: 1/tr(U*U') >= 0 given form U", "this is not a quadratic form in `U`"),
        ("claim c: reaches(U) == A", "`reaches` without a `train` above it"),
        ("claim c: u == u by pl(c)", "unknown proof rule `pl`"),
        ("define P := w'*w*Lambda", "the definition contains the random letter `w`"),
        ("define P := Lambda*Omega", "`define` names an element a*B + b*I of one letter B"),
        ("define P := Lambda + Omega", "`define` names an element a*B + b*I of one letter B"),
        ("define P := Sigma + I", "`define` names an element a*B + b*I of one letter B"),
        ("define P := B' + I", "`define` names an element a*B + b*I of one letter B"),
        ("define P := I(d)", "`define` names an element a*B + b*I of one letter B"),
        ("define P := 2*u", "`define` names an element a*B + b*I of one letter B"),
        ("define P := tr(W)*Lambda", "the definition contains the observed letter `W`"),
        ("rule w == a", "a rule contains the random letter `w`"),
        ("rule W == A", "a rule contains the observed letter `W`"),
        ("rule A + B == Lambda", "the left side of a rule is a scalar times a product of letters"),
        ("rule inv(Lambda) == A", "the left side of a rule is a scalar times a product of letters"),
        ("rule Gamma == A", "the left side of a rule is a scalar times a product of letters"),
        ("rule 2 == u", "the left side of a rule needs a letter to replace"),
        ("rule A == C", "equation of shapes d x d and d x N"),
        ("gaussian y[d] ~ Lambda*Omega", "a covariance is its own transpose"),
        ("gaussian y[d] ~ A", COVARIANCE),
        ("gaussian y[d] ~ u*I", COVARIANCE),
        ("gaussian y[d] ~ -Lambda", COVARIANCE),
        ("gaussian y[d] ~ Lambda + I", COVARIANCE),
        ("gaussian y[d] ~ Gamma", COVARIANCE),
        ("gaussian y[N] ~ Lambda", "the covariance of a column has shape N x N"),
        ("secondorder y[d,N] ~ Lambda", "`secondorder` declares one column"),
        ("secondorder y[d] ~ Lambda : a", "`a` is a vector, not a group"),
        ("matrix K[d,N] pd", "`pd` needs a square matrix"),
        ("matrix K[d,d] symm", "unknown attribute `symm`"),
        ("matrix K[d,u]", "`u` is a scalar, not a size"),
        ("let Lambda = u", "`Lambda` is declared twice"),
        ("let query = u", "`query` is declared twice"),
        ("let K = query", "`query` names a group of letters and has no value"),
        ("let K = tr(I)", "the size of `I` is not determined"),
        ("claim c: R == R", "the size of `I` is not determined"),
        ("claim c: I(u)*a == a", "`u` is a scalar, not a size"),
        ("let K = y2 + 1", "unknown name `y2`"),
        ("train u over U from U -> I", "`u` is a scalar, not a `let` name"),
        (
            "train L over U from U -> I",
            "`L` contains the `param` `v`, which is not listed after `over`",
        ),
        ("train L over U, v from U -> I", "`v` has no start"),
        ("train L over U, v from U -> I, v -> 1, v -> 2", "`v` has two starts"),
        ("train L over U, v, U from U -> I, v -> 1", "`U` is listed twice after `over`"),
        ("train L over A, v from A -> I, v -> 1", "`A` is not a `param`"),
        ("train L over U, v from U -> I, v -> 1, A -> I", "`A` is not listed after `over`"),
        ("train L over U, v from U -> C, v -> 1", "`U` has shape d x d, its start does not"),
        ("train L over U, v from U -> v*I, v -> 1", "a start contains the `param` `v`"),
        ("train L over U, v from U -> w*w', v -> 1", "a start contains the random letter `w`"),
        ("margin 0% because so", "a margin is positive"),
        (
            "margin 1% need 1% because so",
            "a need lies above its margin and is at most twice the margin",
        ),
        (
            "margin 1% need 2.5% because so",
            "a need lies above its margin and is at most twice the margin",
        ),
        ("margin 1% need 1.5 because so", "expected `%`, found `because`"),
        ("without u > 0\nclaim c: u == u", "`without` stands in front of a `refute`"),
        ("without u > 0", "`without` stands in front of a `refute`"),
        (
            "without u > 0\nwithout v > 0\nrefute c: u == v",
            "`without` stands in front of a `refute`",
        ),
        ("at d = 1/2", "the size `d` takes positive integers"),
        ("at d = 0", "the size `d` takes positive integers"),
        ("at d = 99999999999999999999", "the size `d` takes positive integers"),
        ("at d = 2; d = 3", "`d` is listed twice"),
        ("at s2 = 0", "`s2` is declared positive"),
        ("at w = [[1, 2]]", "`at` gives values to sizes and letters; `w` is a random letter"),
        ("at S = 1", "`at` gives values to sizes and letters; `S` is an abbreviation"),
        ("at W = 1", "`at` gives values to sizes and letters; `W` is observed"),
        ("at Lambda = [[1, 0], [0, 1]]", "a value of `Lambda` needs the size `d`"),
        ("at d = 2, 3; Lambda = [[1, 0], [0, 1]]", "this value of `Lambda` does not fit d = 3"),
        ("at d = 2; Lambda = [[1, 2], [2, 1]]", "`Lambda` is declared positive definite"),
        ("at d = 2; Lambda = [[1, 2], [0, 1]]", "`Lambda` is declared symmetric"),
        ("at d = 2; B = [[1, 2], [2, 4]]", "`B` is declared invertible"),
        ("at d = 2; A = [[1, 2], [2]]", "the rows of a matrix have equal length"),
        ("at d = 2; A = 1", "`A` is a matrix of shape d x d"),
        ("at d = 2; u = [[1, 2]]", "`u` is a scalar"),
        ("at d = 2\nclaim c: E[S] == Lambda", "the size `N` of this claim is not listed by `at`"),
        (
            "margin 1% because so\nclaim c: E[a'*w] == 0",
            "a predicted value of zero has no relative margin",
        ),
        (
            "margin 1% because so\nclaim c: W == 0*U",
            "a predicted value of zero has no relative margin",
        ),
        ("claim c: u == u\nclaim c: v == v", "the claim name `c` is used twice"),
    ] {
        assert_eq!(refused(statement), message, "{statement}");
    }
}

const COVARIANCE: &str =
    "a covariance is a positive scalar times `I` or times a product of symmetric letters";

#[test]
fn an_error_is_reported_once_and_not_what_follows_from_it() {
    let text = "space d\nmatrix K[d,d] pd\nlet P = K*Q\nlet T2 = P*P\nclaim c: T2 == P*Unknown\nclaim d2: T2 == K\n";
    assert_eq!(errors(text), ["3:11 unknown name `Q`", "5:18 unknown name `Unknown`"]);
    let text = "space d\nvector a[d]\nmatrix a[d,d]\nclaim c: a*a == a\n";
    assert_eq!(errors(text), ["3:8 `a` is declared twice"]);
    let text = "space d\nmatrix K[d,d pd\nclaim c: K == K'\nrefute c: K == 2*K\n";
    let found = errors(text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1], "4:8 the claim name `c` is used twice");
}

#[test]
fn a_broken_training_silences_reaches() {
    let text = format!("{WORLD}train L over U, v from U -> C, v -> 1\nclaim c: reaches(U) == I\n");
    assert_eq!(errors(&text).len(), 1);
}

#[test]
fn a_name_used_too_early_points_to_its_declaration() {
    let text = "space d\nlet P = K\nmatrix K[d,d]\n";
    let errors = ClaimFile::parse("test.claim", text).unwrap_err();
    assert_eq!(errors[0].primary.text, "not declared yet");
    assert_eq!(
        errors[0].remarks,
        [Remark::Help("line 3 declares it; a name is declared before it is used".into())]
    );
}

#[test]
fn what_is_in_force_reaches_the_claims_below() {
    let file = world(
        "\
source first
note one
note two
claim a1: u == u
rule u*A == A
at d = 2; N = 3
margin 1% need 1.5% because of rounding
claim a2: v == v
margin 0.01 absolute because of rounding
without v = u
refute a4: v == u
source
at
margin
claim a3: v == v
note last",
    );
    let [a1, a2, a4, a3] = &file.claims[..] else { panic!() };
    assert_eq!((a1.source.as_deref(), a1.notes.len(), a1.rules), (Some("first"), 2, 0));
    assert!(a1.grid.is_none() && a1.margin.is_none());
    assert_eq!((a2.source.as_deref(), a2.notes.len(), a2.rules), (Some("first"), 0, 1));
    assert_eq!(a2.grid.as_ref().map(|grid| grid.products[0].len()), Some(2));
    assert_eq!(a2.margin.as_ref().map(|margin| margin.reason.as_str()), Some("of rounding"));
    let need = |claim: &Claim| claim.margin.as_ref().map(|margin| margin.need.to_f64().value());
    assert_eq!((need(a2), need(a4)), (Some(0.015), Some(0.02)));
    assert_eq!((a4.drops.as_deref(), a3.drops.as_deref()), (Some("v = u"), None));
    assert!(a3.source.is_none() && a3.grid.is_none() && a3.margin.is_none());
    assert_eq!(file.closing_notes, ["last"]);
}

#[test]
fn an_expression_of_the_command_line_uses_the_names_of_the_file() {
    let file = world("claim c: u == u");
    let value = file.expression("E[tr(S)^3]").unwrap();
    assert!(value.shape.is_scalar() && value.contains_expectation());
    let errors = file.expression("tr(Lamda)").unwrap_err();
    assert_eq!(errors[0].message, "unknown name `Lamda`");
    assert_eq!(errors[0].primary.span, Span::new(3, 8));
    let errors = file.expression("E[(x'*x)^2]").unwrap_err();
    assert!(errors[0].secondary.is_empty(), "the declaration is not in this text");
    assert!(file.expression("R").is_err());
    assert_eq!(file.expression("S*a*one'").unwrap().free_random_letters()[0].name.as_ref(), "X");
}

#[test]
fn letters_are_found_through_names_and_covariances() {
    let file = world("claim c: E[e'*e*tr(Gamma)] + grad(L, v)*0 == u");
    let names = |letters: Vec<Arc<Letter>>| -> Vec<String> {
        letters.iter().map(|letter| letter.name.to_string()).collect()
    };
    let proposition = &file.claims[0].proposition;
    let plain = names(proposition.letters_in_order(false));
    assert_eq!(plain, ["e", "Lambda", "v", "w", "X", "U", "u"]);
    let all = names(proposition.letters_in_order(true));
    assert!(all.contains(&"s2".to_owned()) && !plain.contains(&"s2".to_owned()));
    assert_eq!(
        proposition.sizes().iter().map(|size| size.to_string()).collect::<Vec<_>>(),
        ["N", "d"]
    );
}

#[test]
fn a_letter_that_is_replaced_everywhere_has_no_influence() {
    let file = world("claim c: u == u");
    let of_influence = |text: &str| -> Vec<String> {
        let letters = file.expression(text).unwrap().letters_of_influence();
        letters.iter().map(|letter| letter.name.to_string()).collect()
    };
    assert_eq!(of_influence("subst(u*s2*tr(Lambda), u -> 2)"), ["s2", "Lambda"]);
    assert_eq!(of_influence("subst(u*s2, u -> s2*u)"), ["u", "s2"]);
    assert_eq!(of_influence("u + subst(u*s2, u -> 2)"), ["u", "s2"]);
    assert_eq!(of_influence("subst(E[e'*e], s2 -> 2)"), ["e"], "the law of e is replaced, too");
}

#[test]
fn deep_terms_do_not_exhaust_the_stack() {
    let chains = [
        format!("{}u", "-".repeat(2400)),
        format!("u{}", "'".repeat(2400)),
        format!("{}u{}", "(-".repeat(250), ")".repeat(250)),
        format!("{}u{}", "inv(-".repeat(250), ")".repeat(250)),
        format!("u{}", " + u".repeat(2400)),
        format!("u{}", "*u".repeat(2400)),
        format!("u{}", "/s2".repeat(2400)),
        format!("{}u{}", "E[-".repeat(250), "]".repeat(250)),
        format!("{}u{}", "subst(-".repeat(250), ", u -> u)".repeat(250)),
        format!("I{}", "*I".repeat(2400)) + "*Lambda",
    ];
    for chain in chains {
        let text = format!("{WORLD}let chain = {chain}\nclaim c: chain == chain\n");
        assert!(ClaimFile::parse("deep.claim", &text).is_ok(), "{}", &chain[..20]);
    }
}

#[test]
fn a_long_chain_of_names_is_refused_before_it_is_too_deep() {
    let mut text = String::from("scalar u\nlet a0 = u\n");
    for index in 1..4000 {
        text += &format!("let a{index} = -a{}\n", index - 1);
    }
    let found = errors(&text);
    assert_eq!(found.len(), 1, "{:?}", found.first());
    assert!(found[0].contains("levels deep"), "{found:?}");
}
