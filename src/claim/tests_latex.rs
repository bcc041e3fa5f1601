//! Short outputs in LaTeX, and what of it the language reads back between dollar signs.

use super::random_trees::{FILE, Trees, file};
use super::*;
use proptest::prelude::*;

fn latex(text: &str) -> String {
    file().expression(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}")).latex()
}

fn proposition(statement: &str) -> String {
    let text = format!("{FILE}claim c: {statement}\n");
    let file = ClaimFile::parse("latex.claim", &text).unwrap_or_else(|errors| panic!("{errors:?}"));
    file.claims[0].statement_latex()
}

#[test]
fn expressions_are_written_as_in_a_paper() {
    for (text, written) in [
        ("u*inv(Gamma)*Lambda", "u \\Gamma^{-1} \\Lambda"),
        ("tr(Lambda)/N*I(d)", "\\frac{\\operatorname{tr}(\\Lambda)}{N} I_{d}"),
        ("A'^2", "(A^{\\top})^{2}"),
        ("inv(Gamma)^2*Lambda", "\\Gamma^{-2} \\Lambda"),
        ("(1 + 1/N)*Lambda", "\\left(1 + \\frac{1}{N}\\right) \\Lambda"),
        ("u*(eta*s2)", "u \\eta s_{2}"),
        ("u - (eta - s2)", "u - (\\eta - s_{2})"),
        ("u*(eta + 2)*3", "u (\\eta + 2) \\cdot 3"),
        ("2*(1/2)", "2 \\cdot \\frac{1}{2}"),
        ("-(u + eta)*d", "-(u + \\eta) d"),
        ("u*-eta", "u (-\\eta)"),
        ("a'*one[0]".trim_end_matches("[0]").trim_start_matches("a'*"), "\\mathbf{1}_{N}"),
        ("E[(w'*a)^2]", "\\mathbb{E}[(w^{\\top} a)^{2}]"),
        ("E[w'*a/2]", "\\mathbb{E}\\!\\left[\\frac{w^{\\top} a}{2}\\right]"),
        ("E[w*w'; w]*a", "\\mathbb{E}_{w}[w w^{\\top}]\\, a"),
        ("qf(a, Lambda + A)", "a^{\\top} (\\Lambda + A) a"),
        ("||a||^2_(Lambda^2)", "\\lVert a \\rVert^{2}_{\\Lambda^{2}}"),
        ("grad(L, U)*A", "(\\nabla_{U} L) A"),
        ("subst(L, U -> A, u -> 1)", "\\left.L\\right|_{U \\to A,\\, u \\to 1}"),
        (
            "lie(u^2, L, u, U)",
            "-\\sum_{\\theta \\in \\{u, U\\}} \\left\\langle \\nabla_{\\theta} u^{2},\\, \\nabla_{\\theta} L\\right\\rangle",
        ),
        ("sqrt(u)*s2^(-1/2)", "\\sqrt{u} s_{2}^{-1/2}"),
        (
            "eigmin(Lambda) + opnorm(A)",
            "\\lambda_{\\min}(\\Lambda) + \\lVert A \\rVert_{\\mathrm{op}}",
        ),
        ("0.1*u", "\\frac{1}{10} u"),
        ("0.5^2", "\\left(\\frac{1}{2}\\right)^{2}"),
    ] {
        assert_eq!(latex(text), written, "{text}");
    }
}

#[test]
fn propositions_are_written_as_in_a_paper() {
    for (statement, written) in [
        ("u == eta", "u = \\eta"),
        ("minimizer(L, U) == A", "\\operatorname*{arg\\,min}_{U} L = A"),
        ("minimum(L, U) == u", "\\min_{U} L = u"),
        ("limit(u + 1/N, N) == u", "\\lim_{N \\to \\infty} \\left(u + \\frac{1}{N}\\right) = u"),
        ("coeff(u/N, N, 1) == u", "[N^{-1}]\\, \\frac{u}{N} = u"),
        ("coeff(u*N, N, -1) == u", "[N^{1}]\\, u N = u"),
        ("reaches(u*U) == A", "\\lim_{t \\to \\infty} u U = A"),
        (
            "tr(U*U') >= 0 given Lambda >= s2, u <= 1, form U",
            "\\operatorname{tr}(U U^{\\top}) \\ge 0 \\quad \\text{given } \\Lambda \\succeq s_{2} I,\\ u \\le 1,\\ \\text{for every } U",
        ),
    ] {
        assert_eq!(proposition(statement), written, "{statement}");
    }
}

#[test]
fn simple_formulas_read_back_between_dollar_signs() {
    for text in [
        "u*Gamma^-1*Lambda",
        "tr(u*Gamma*Lambda*U)",
        "E[(w'*a - v)^2]/2",
        "(A*U)'*Lambda^2",
        "a'*(Lambda + A)*a",
        "||a||^2_(Lambda)",
        "||a||*u",
        "sqrt(u)*eta",
        "s2^(1/2)",
        "exp(u)*log(eta)",
        "-u*eta + v",
        "1/2*tr(A)",
        "u*3",
        "L + R*0".trim_end_matches(" + R*0"),
    ] {
        // `s2` is read back where it is declared with its underscore.
        let file = ClaimFile::parse("names.claim", &FILE.replace("s2", "s_2")).unwrap();
        let expr = file.expression(&text.replace("s2", "s_2")).unwrap();
        let formula = format!("${}$", expr.latex());
        assert_eq!(file.expression(&formula).as_ref(), Ok(&expr), "{formula}");
    }
}

/// Whether the braces, and `\left` and `\right`, match.
fn is_balanced(latex: &str) -> bool {
    let mut depth = 0;
    let mut previous = ' ';
    for character in latex.chars() {
        match character {
            '{' if previous != '\\' => depth += 1,
            '}' if previous != '\\' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
        previous = character;
    }
    let lefts = latex.matches("\\left").count() - latex.matches("\\leftarrow").count();
    depth == 0 && lefts == latex.matches("\\right").count()
}

proptest! {
    #[test]
    fn braces_match_and_no_superscript_is_doubled(tape: Vec<u8>) {
        let written = Trees::new(file(), &tape).expression().latex();
        prop_assert!(is_balanced(&written), "{}", written);
        prop_assert!(!written.contains("}^{") || !doubled(&written), "{}", written);
    }
}

/// Whether a superscript follows a superscript, which TeX refuses.
fn doubled(latex: &str) -> bool {
    let bytes = latex.as_bytes();
    latex.match_indices("^{").any(|(start, _)| {
        let mut depth = 0;
        let mut end = start + 1;
        loop {
            match bytes[end] {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            end += 1;
            if depth == 0 {
                return latex[end..].starts_with('^');
            }
        }
    })
}
