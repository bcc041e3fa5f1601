//! The messages of the language reference that need names and shapes, character for character,
//! each from a file that makes the mistake. Nothing that follows from it is reported too.

use super::ClaimFile;

/// The errors of a file as they are printed.
fn printed(name: &str, text: &str) -> String {
    let errors = ClaimFile::parse(name, text).expect_err("a file with a mistake");
    errors.iter().map(|error| error.render(name, text)).collect::<Vec<_>>().join("\n")
}

#[test]
fn message_1_misspelt_name() {
    let text = "\
theory Gram matrix
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
claim gram: E[X*X'] == N*Lamda
";
    assert_eq!(
        printed("gram.claim", text),
        "\
error: unknown name `Lamda`
  --> gram.claim:5:26
   |
 5 | claim gram: E[X*X'] == N*Lamda
   |                          ^^^^^ not declared
   |
   = help: line 3 declares a matrix with a similar name: `Lambda`"
    );
}

#[test]
fn message_2_factors_that_do_not_fit() {
    let text = "\
theory Gram matrix
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
matrix A[d,d]
claim side: E[X*A*X'] == N*Lambda
";
    assert_eq!(
        printed("gram.claim", text),
        "\
error: product of shapes d x N and d x d
  --> gram.claim:6:17
   |
 6 | claim side: E[X*A*X'] == N*Lambda
   |               - ^ d x d
   |               d x N
   |
   = note: the inner spaces are N and d. Spaces are names: they differ even when both sizes are 3
   = help: `X'*A*X` has shape N x N; `X*X'*A` has shape d x d"
    );
}

#[test]
fn message_3_scalar_plus_matrix() {
    let text = "\
theory ridge regression
space d
positive s2
matrix Lambda[d,d] pd
vector a[d]
let R = Lambda + s2
claim inverse: R*inv(R) == I
";
    assert_eq!(
        printed("ridge.claim", text),
        "\
error: cannot add a scalar to a d x d matrix
  --> ridge.claim:6:18
   |
 6 | let R = Lambda + s2
   |         ------   ^^ 1 x 1
   |         d x d
   |
   = help: a multiple of the identity is written `s2*I`"
    );
}

#[test]
fn message_4_bracket_not_closed() {
    let text = "\
theory Gram matrix
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
claim energy: E[tr(X*X'] == N*tr(Lambda)
";
    assert_eq!(
        printed("gram.claim", text),
        "\
error: expected `)` before `]`
  --> gram.claim:5:24
   |
 5 | claim energy: E[tr(X*X'] == N*tr(Lambda)
   |                   -    ^ `)` is missing here
   |                   opened here"
    );
}

#[test]
fn message_5_missing_multiplication_sign() {
    let text = "\
theory loss
space d, N
matrix Lambda[d,d] pd
matrix U[d,d]

define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I

# without the factor 1/2
let L = tr(Gamma Lambda*U*Lambda*U')
claim positive: L >= 0
";
    assert_eq!(
        printed("loss.claim", text),
        "\
error: expected an operator between `Gamma` and `Lambda`
  --> loss.claim:9:18
   |
 9 | let L = tr(Gamma Lambda*U*Lambda*U')
   |                  ^^^^^^ a second factor without `*`
   |
   = help: products are written with `*`: `Gamma*Lambda`
   = note: juxtaposition is read only between dollar signs: `$\\Gamma \\Lambda U$`"
    );
}

#[test]
fn message_6_one_equals_sign() {
    let text = "\
theory Gram matrix
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
claim gram: E[X*X'] = N*Lambda
";
    assert_eq!(
        printed("gram.claim", text),
        "\
error: a claim compares with `==`
  --> gram.claim:5:21
   |
 5 | claim gram: E[X*X'] = N*Lambda
   |                     ^ found `=`
   |
   = help: `=` names an abbreviation (`let S = ...`); equality is `==`"
    );
}

#[test]
fn message_7_approximate_equality() {
    let text = "\
theory risk
space d, N
positive s2
matrix Lambda[d,d] pd
gaussian e[N] ~ s2*I
let risk = d*E[e'*e]/N^2
claim risk: risk ~= d*s2/N
";
    assert_eq!(
        printed("risk.claim", text),
        "\
error: there is no approximate equality
  --> risk.claim:7:18
   |
 7 | claim risk: risk ~= d*s2/N
   |                  ^^ not an operator of the language
   |
   = help: exact statement:        `risk == ...`
   = help: leading order:          `coeff(risk, N, 1) == d*s2`
   = help: within 2 percent:       two claims, `risk <= 102/100*d*s2/N` and `risk >= 98/100*d*s2/N`"
    );
}

#[test]
fn message_7_says_no_more_than_the_right_side_tells() {
    let help = |right: &str| {
        let text = format!("space N\nscalar u, v\nclaim c: u {right}\n");
        let printed = printed("c.claim", &text);
        printed.lines().filter(|line| line.contains("help")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        help("~= v + 1"),
        [
            "   = help: exact statement:        `u == ...`",
            "   = help: within 2 percent:       two claims, `u <= 102/100*(v + 1)` and `u >= 98/100*(v + 1)`",
        ]
    );
    assert_eq!(help("≈ v/"), ["   = help: exact statement:        `u == ...`"]);
    assert_eq!(help("~= v/N")[1], "   = help: leading order:          `coeff(u, N, 1) == v`");
}

#[test]
fn message_8_declared_twice() {
    let text = "\
theory one task
space d
matrix Lambda[d,d] pd
gaussian x[d] ~ Lambda
vector a[d]
matrix a[d,d]
claim task: E[(a'*x)^2] == a'*Lambda*a
";
    assert_eq!(
        printed("task.claim", text),
        "\
error: `a` is declared twice
  --> task.claim:6:8
   |
 5 | vector a[d]
   |        - first declared here as a vector
 6 | matrix a[d,d]
   |        ^ declared again as a matrix
   |
   = help: every name has one meaning in a file; rename one of them"
    );
}

#[test]
fn message_9_inverse_of_something_that_is_not_square() {
    let text = "\
theory a linear map
space d, N
matrix Lambda[d,d] pd
matrix C[d,N]
claim left: inv(C)*C == I
";
    assert_eq!(
        printed("map.claim", text),
        "\
error: `inv` needs a square matrix
  --> map.claim:5:17
   |
 5 | claim left: inv(C)*C == I
   |                 ^ shape d x N
   |
   = note: only square matrices have an inverse, and rows and columns must be the same space"
    );
}

#[test]
fn message_10_random_quantity_in_a_denominator() {
    let text = "\
theory a ratio
space d
matrix Lambda[d,d] pd
# the direction of w is uniform
gaussian w[d] ~ I
claim ratio: E[w'*Lambda*w/(w'*w)] == tr(Lambda)/d
";
    assert_eq!(
        printed("ratio.claim", text),
        "\
error: the denominator contains the random letter `w`
  --> ratio.claim:6:28
   |
 6 | claim ratio: E[w'*Lambda*w/(w'*w)] == tr(Lambda)/d
   |                            ^^^^^^ random, so not a polynomial
   |
   = note: expectations are exact for polynomials in random letters only; nothing was proved or refuted
   = help: a ratio of expectations is written `E[w'*Lambda*w]/E[w'*w]`"
    );
}

#[test]
fn message_11_a_moment_that_was_not_declared() {
    let text = "\
theory a law known to second order
space d
matrix Lambda[d,d] pd
# nothing else is known of x
secondorder x[d] ~ Lambda : query
claim second: E[x*x'] == Lambda
claim fourth: E[(x'*x)^2] == tr(Lambda)^2 + 2*tr(Lambda^2)
";
    assert_eq!(
        printed("law.claim", text),
        "\
error: this expectation needs a fourth moment of `x`
  --> law.claim:7:17
   |
 5 | secondorder x[d] ~ Lambda : query
   |             ---- known to second order only
...
 7 | claim fourth: E[(x'*x)^2] == tr(Lambda)^2 + 2*tr(Lambda^2)
   |                 ^^^^^^^^ degree 4 in `x`
   |
   = help: `gaussian x[d] ~ Lambda` declares all moments"
    );
}

#[test]
fn message_12_identity_of_unknown_size() {
    let text = "\
theory sizes
space d
matrix Lambda[d,d] pd
claim size: tr(I) == d
";
    assert_eq!(
        printed("size.claim", text),
        "\
error: the size of `I` is not determined
  --> size.claim:4:16
   |
 4 | claim size: tr(I) == d
   |                ^ no neighbour fixes its shape
   |
   = help: write `I(d)`"
    );
}
