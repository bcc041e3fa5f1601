//! The limits of a file, and every spelling of section 7 of the language reference.

use super::*;

const WORLD: &str = "\
space d, N, M
scalar u, lam, eta, psi, yhat
positive s2, sigma, eps
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
matrix Psi[d,d]
matrix Sigma[d,d] sym
matrix U[d,d]
vector x_q[d]
gaussian X[d,N] ~ Lambda
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
";

fn messages(text: &str) -> Vec<String> {
    let errors = ClaimFile::parse("limits.claim", text).err().unwrap_or_default();
    errors.iter().for_each(|error| drop(error.render("limits.claim", text)));
    errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn every_spelling_means_the_same_as_the_ascii_one() {
    let file = ClaimFile::parse("spellings.claim", WORLD).unwrap();
    for (other, ascii) in [
        ("Λ*Γ*Σ*Ω*Ψ", "Lambda*Gamma*Sigma*Omega*Psi"),
        ("σ*λ*η*ε*ψ", "sigma*lam*eta*eps*psi"),
        ("u·eta⋅psi×lam", "u*eta*psi*lam"),
        ("u − eta", "u - eta"),
        ("Uᵀ*U⊤", "U'*U'"),
        ("Λ⁻¹*Λ²*Λ³*Λ⁴", "Lambda^-1*Lambda^2*Lambda^3*Lambda^4"),
        ("Γ⁻¹^2", "Gamma^-1^2"),
        ("𝔼[X*X']", "E[X*X']"),
        ("\\Lambda*x_{q}", "Lambda*x_q"),
        ("\\Gamma^{-1}", "Gamma^(-1)"),
        ("\\frac{u}{eta}*psi", "((u)/(eta))*psi"),
        ("\\operatorname{tr}(U)", "tr(U)"),
        ("\\mathrm{tr}(U)", "tr(U)"),
        ("\\tr(U)", "tr(U)"),
        ("\\mathbb{E}\\left[X*X'\\right]", "E[X*X']"),
        ("U^\\top", "U^T"),
        ("U^{\\top}", "U^T"),
        ("U^(T)", "U'"),
        ("u\\cdot eta\\times psi", "u*eta*psi"),
        ("\\hat{y}*u", "yhat*u"),
        ("\\widehat{y}*u", "yhat*u"),
        ("$\\Lambda U x_q$", "Lambda*U*x_q"),
        (
            "$\\frac{1}{M}\\operatorname{tr}(\\Sigma \\Gamma^{-2} \\Lambda)$",
            "1/M*tr(Sigma*Gamma^-2*Lambda)",
        ),
        ("tr(Σ·Γ⁻¹^2·Λ)/M", "tr(Sigma*Gamma^-1^2*Lambda)/M"),
    ] {
        assert_eq!(file.expression(other), file.expression(ascii), "{other}");
        assert!(file.expression(other).is_ok(), "{other}");
    }
    let half = |text: &str| file.expression(text).unwrap().to_string();
    assert_eq!(half("½*u"), half("(1/2)*u"));
    for (other, ascii) in [("u² ≥ 0", "u^2 >= 0"), ("u ≤ eta", "u <= eta")] {
        let said = |what: &str| {
            let text = format!("{WORLD}claim c: {what}\n");
            ClaimFile::parse("c.claim", &text).unwrap().claims[0].proposition.clone()
        };
        assert_eq!(said(other), said(ascii));
    }
}

#[test]
fn empty_files_marks_and_line_ends_are_read() {
    for text in ["", "\u{feff}", "# only\n#comments", "\r\n\r\n"] {
        assert!(messages(text).is_empty(), "{text:?}");
    }
    let file = format!("\u{feff}{WORLD}claim c: u\n  == u # same\n").replace('\n', "\r\n");
    assert!(messages(&file).is_empty());
}

#[test]
fn oversized_input_is_one_error() {
    let long = format!("scalar u\nclaim c: u == {}u\n", "u + ".repeat(1 << 19));
    assert_eq!(messages(&long), ["a statement has at most 1 MiB"]);
    assert_eq!(messages(&"#".repeat(17 << 20)), ["a claim file has at most 16 MiB"]);
    let limit = "a statement has at most 1 MiB";
    let brackets = format!("scalar u\nclaim c: {}", "(".repeat(10 << 20));
    assert_eq!(messages(&brackets), [limit]);
    let nested = format!("scalar u\nclaim c: {}", "(".repeat(1 << 19));
    assert_eq!(messages(&nested), ["brackets are nested at most 256 deep"]);
    for (depth, errors) in [(256, 0), (257, 1)] {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        let text = format!("scalar u\nclaim c: {open}u{close} == u\n");
        assert_eq!(messages(&text).len(), errors, "{depth}");
    }
}
