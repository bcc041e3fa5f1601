//! The layout of the twelve messages of the language reference, character for character.

use super::{Diagnostic, Span};

/// A file with `content` at line `line`.
fn file(line: usize, content: &str) -> String {
    "\n".repeat(line - 1) + content + "\n"
}

/// The place of `part` in the first occurrence of `context`.
fn place(text: &str, context: &str, part: &str) -> Span {
    let context_start = text.find(context).expect("context");
    let start = context_start + context.find(part).expect("part");
    Span::new(start, start + part.len())
}

#[test]
fn message_1_misspelt_name() {
    let text = file(5, "claim gram: E[X*X'] == N*Lamda");
    let diagnostic =
        Diagnostic::new("unknown name `Lamda`", place(&text, "Lamda", "Lamda"), "not declared")
            .help("line 3 declares a matrix with a similar name: `Lambda`");
    assert_eq!(
        diagnostic.render("gram.claim", &text),
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
    let text = file(6, "claim side: E[X*A*X'] == N*Lambda");
    let diagnostic = Diagnostic::new(
        "product of shapes d x N and d x d",
        place(&text, "X*A", "A"),
        "d x d",
    )
    .also(place(&text, "X*A", "X"), "d x N")
    .note("the inner spaces are N and d. Spaces are names: they differ even when both sizes are 3")
    .help("`X'*A*X` has shape N x N; `X*X'*A` has shape d x d");
    assert_eq!(
        diagnostic.render("gram.claim", &text),
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
    let text = file(6, "let R = Lambda + s2");
    let diagnostic =
        Diagnostic::new("cannot add a scalar to a d x d matrix", place(&text, "s2", "s2"), "1 x 1")
            .also(place(&text, "Lambda", "Lambda"), "d x d")
            .help("a multiple of the identity is written `s2*I`");
    assert_eq!(
        diagnostic.render("ridge.claim", &text),
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
    let text = file(5, "claim energy: E[tr(X*X'] == N*tr(Lambda)");
    let diagnostic =
        Diagnostic::new("expected `)` before `]`", place(&text, "X']", "]"), "`)` is missing here")
            .also(place(&text, "tr(", "("), "opened here");
    assert_eq!(
        diagnostic.render("gram.claim", &text),
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
    let text = file(9, "let L = tr(Gamma Lambda*U*Lambda*U')");
    let diagnostic = Diagnostic::new(
        "expected an operator between `Gamma` and `Lambda`",
        place(&text, "Lambda", "Lambda"),
        "a second factor without `*`",
    )
    .help("products are written with `*`: `Gamma*Lambda`")
    .note("juxtaposition is read only between dollar signs: `$\\Gamma \\Lambda U$`");
    assert_eq!(
        diagnostic.render("loss.claim", &text),
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
    let text = file(5, "claim gram: E[X*X'] = N*Lambda");
    let diagnostic =
        Diagnostic::new("a claim compares with `==`", place(&text, "=", "="), "found `=`")
            .help("`=` names an abbreviation (`let S = ...`); equality is `==`");
    assert_eq!(
        diagnostic.render("gram.claim", &text),
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
    let text = file(7, "claim risk: risk ~= d*s2/N");
    let diagnostic = Diagnostic::new(
        "there is no approximate equality",
        place(&text, "~=", "~="),
        "not an operator of the language",
    )
    .help("exact statement:        `risk == ...`")
    .help("leading order:          `coeff(risk, N, 1) == d*s2`")
    .help(
        "within 2 percent:       two claims, `risk <= 102/100*d*s2/N` and `risk >= 98/100*d*s2/N`",
    );
    assert_eq!(
        diagnostic.render("gram.claim", &text),
        "\
error: there is no approximate equality
  --> gram.claim:7:18
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
fn message_8_declared_twice() {
    let text = file(5, "vector a[d]\nmatrix a[d,d]");
    let diagnostic = Diagnostic::new(
        "`a` is declared twice",
        place(&text, "a[d,d]", "a"),
        "declared again as a matrix",
    )
    .also(place(&text, "a[d]", "a"), "first declared here as a vector")
    .help("every name has one meaning in a file; rename one of them");
    assert_eq!(
        diagnostic.render("task.claim", &text),
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
fn message_9_inverse_of_something_not_square() {
    let text = file(5, "claim left: inv(C)*C == I");
    let diagnostic =
        Diagnostic::new("`inv` needs a square matrix", place(&text, "(C)", "C"), "shape d x N")
            .note(
                "only square matrices have an inverse, and rows and columns must be the same space",
            );
    assert_eq!(
        diagnostic.render("map.claim", &text),
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
fn message_10_random_denominator() {
    let text = file(6, "claim ratio: E[w'*Lambda*w/(w'*w)] == tr(Lambda)/d");
    let diagnostic = Diagnostic::new(
        "the denominator contains the random letter `w`",
        place(&text, "(w'*w)", "(w'*w)"),
        "random, so not a polynomial",
    )
    .note("expectations are exact for polynomials in random letters only; nothing was proved or refuted")
    .help("a ratio of expectations is written `E[w'*Lambda*w]/E[w'*w]`");
    assert_eq!(
        diagnostic.render("ratio.claim", &text),
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
fn message_11_moment_that_was_not_declared() {
    let text = file(
        5,
        "secondorder x[d] ~ Lambda : query\n\n\
         claim fourth: E[(x'*x)^2] == tr(Lambda)^2 + 2*tr(Lambda^2)",
    );
    let diagnostic = Diagnostic::new(
        "this expectation needs a fourth moment of `x`",
        place(&text, "(x'*x)^2", "(x'*x)^2"),
        "degree 4 in `x`",
    )
    .also(place(&text, "x[d]", "x[d]"), "known to second order only")
    .help("`gaussian x[d] ~ Lambda` declares all moments");
    assert_eq!(
        diagnostic.render("law.claim", &text),
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
    let text = file(4, "claim size: tr(I) == d");
    let diagnostic = Diagnostic::new(
        "the size of `I` is not determined",
        place(&text, "(I)", "I"),
        "no neighbour fixes its shape",
    )
    .help("write `I(d)`");
    assert_eq!(
        diagnostic.render("size.claim", &text),
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

#[test]
fn a_continued_statement_shows_its_physical_line() {
    let text = "claim gram: E[X*X']\r\n\t== N*Lamda # wrong\r\n";
    let diagnostic =
        Diagnostic::new("unknown name `Lamda`", place(text, "Lamda", "Lamda"), "not declared");
    assert_eq!(
        diagnostic.render("gram.claim", text),
        "\
error: unknown name `Lamda`
  --> gram.claim:2:7
   |
 2 |     == N*Lamda # wrong
   |          ^^^^^ not declared"
    );
}

#[test]
fn columns_count_characters_and_wide_characters_stay_aligned() {
    let text = "note 行列\nclaim a: Γ·行 == Lamda";
    let diagnostic =
        Diagnostic::new("unknown name `Lamda`", place(text, "Lamda", "Lamda"), "not declared");
    assert_eq!(
        diagnostic.render("a.claim", text),
        "\
error: unknown name `Lamda`
  --> a.claim:2:17
   |
 2 | claim a: Γ·行 == Lamda
   |                  ^^^^^ not declared"
    );
}

#[test]
fn a_mark_behind_the_line_is_one_caret() {
    let text = "scalar a\nlet S =";
    let end = Span::new(text.len(), text.len());
    assert_eq!(
        Diagnostic::new("expected an expression", end, "").render("a.claim", text),
        "\
error: expected an expression
  --> a.claim:2:8
   |
 2 | let S =
   |        ^"
    );
}

#[test]
fn a_wide_gutter_keeps_its_bars_in_one_column() {
    let text = "scalar a\n".to_owned() + &file(99, "scalar a");
    let last = text.rfind('a').expect("a");
    let diagnostic = Diagnostic::new("`a` is declared twice", Span::new(last, last + 1), "again")
        .also(Span::new(7, 8), "first")
        .help("rename it");
    assert_eq!(
        diagnostic.render("a.claim", &text),
        "\
error: `a` is declared twice
    --> a.claim:100:8
     |
   1 | scalar a
     |        - first
...
 100 | scalar a
     |        ^ again
     |
     = help: rename it"
    );
}

#[test]
fn a_long_line_is_cut_to_the_part_around_the_caret() {
    let text = format!("claim long: {}Lamda{} == 0", "a + ".repeat(100), " + b".repeat(100));
    let diagnostic =
        Diagnostic::new("unknown name `Lamda`", place(&text, "Lamda", "Lamda"), "not declared");
    assert_eq!(
        diagnostic.render("long.claim", &text),
        "\
error: unknown name `Lamda`
  --> long.claim:1:413
   |
 1 | ... a + a + a + a + a + a + a + a + a + a + a + Lamda + b + b + b + b + b + b + b + b + b + b + b...
   |                                                 ^^^^^ not declared"
    );
}
