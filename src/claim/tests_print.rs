//! The printed text of a tree, read again, is the tree: over random trees and the example files.

use super::random_trees::{FILE, Trees, file};
use super::*;
use dashu_int::UBig;
use dashu_ratio::RBig;
use proptest::prelude::*;
use std::sync::Arc;

/// The tree with every number spelt by natural numbers and operators, as in the printed text.
fn spelt_out(expr: &Expr) -> Expr {
    let new = |node: Node| Expr { node: Arc::new(node), ..expr.clone() };
    let natural = |value: UBig| new(Node::Number(value.into()));
    match &*expr.node {
        Node::Number(value) => {
            let negative = *value < RBig::ZERO;
            let magnitude = if negative { -value } else { value.clone() };
            let (numerator, denominator) = magnitude.into_parts();
            let numerator = natural(UBig::try_from(numerator).expect("a magnitude"));
            let numerator = if negative { new(Node::Negate(numerator)) } else { numerator };
            match value.is_int() {
                true => numerator,
                false => new(Node::Divide(numerator, natural(denominator))),
            }
        }
        // `||a||^2` is one notation.
        Node::Power(base, two) if *two == RBig::from(2) => match &*base.node {
            Node::Norm { of, squared: false, weight } => {
                let (of, weight) = (spelt_out(of), weight.clone());
                new(Node::Norm { of, squared: true, weight })
            }
            _ => new(Node::Power(spelt_out(base), two.clone())),
        },
        node => new(node.map_parts(&mut spelt_out)),
    }
}

fn read(text: &str) -> ClaimFile {
    ClaimFile::parse("printed.claim", text).unwrap_or_else(|errors| {
        let errors: Vec<String> =
            errors.iter().map(|error| error.render("printed.claim", text)).collect();
        panic!("{}", errors.join("\n"))
    })
}

/// What a claim of the file that says `statement` says.
fn proposition(statement: &str) -> Proposition {
    let file = read(&format!("{FILE}claim printed: {statement}\n"));
    file.claims.last().expect("the claim").proposition.clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_text_of_a_random_expression_reads_as_the_same_tree(tape: Vec<u8>) {
        let expr = Trees::new(file(), &tape).expression();
        let text = expr.to_string();
        let again = file().expression(&text);
        prop_assert!(again.is_ok(), "{text}: {again:?}");
        let again = again.unwrap();
        prop_assert_eq!(&again, &spelt_out(&expr), "{}", text);
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn the_text_of_a_random_proposition_reads_as_the_same_proposition(tape: Vec<u8>) {
        let said = Trees::new(file(), &tape).proposition();
        let text = said.to_string();
        prop_assert_eq!(proposition(&text).to_string(), text.clone());
        let sides = |said: &Proposition| -> Vec<Expr> {
            said.expressions().into_iter().map(spelt_out).collect()
        };
        prop_assert_eq!(sides(&proposition(&text)), sides(&said), "{}", text);
    }
}

#[test]
fn no_bracket_of_a_printed_expression_can_be_left_out() {
    for text in [
        "u - (eta - u)",
        "u - (eta + u)",
        "u - eta + u",
        "u + (eta + u)",
        "u*(eta*u)",
        "u/(eta*u)",
        "u/(eta/u)",
        "u*(eta/u)",
        "u/eta*u",
        "-u^2",
        "(-u)^2",
        "-u*eta",
        "-(u*eta)",
        "-(u + eta)",
        "u*-eta",
        "u - -eta",
        "--u",
        "A'^2",
        "A^2'",
        "(A*U)'",
        "B^-1",
        "B^-1'",
        "u^-1/2",
        "s2^(1/2)",
        "s2^(-1/2)",
        "s2^(1/2)^3",
        "||a||^2^2",
        "||a||^2_(A)^2",
        "||a||'",
        "(u + 1)^2",
        "E[X*X'; X]",
        "E[(w'*a)^2]^2",
        "subst(u, u -> -eta, eta -> u)",
        "lie(u^2, L, u, U)",
        "A*I(d)*U",
        "1/2*u",
    ] {
        let expr = file().expression(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        assert_eq!(expr.to_string(), text);
        for (open, _) in text.match_indices('(') {
            let Some(shorter) = without_brackets(text, open) else { continue };
            if let Ok(other) = file().expression(&shorter) {
                assert_ne!(other, expr, "{text} as {shorter}");
            }
        }
    }
}

/// The text without the bracket at `open` and the one that closes it.
fn without_brackets(text: &str, open: usize) -> Option<String> {
    let mut depth = 0;
    let close = text[open..].find(|character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        depth == 0
    })? + open;
    Some(format!("{}{}{}", &text[..open], &text[open + 1..close], &text[close + 1..]))
}

#[test]
fn decimals_print_as_exact_fractions() {
    let printed = |text: &str| file().expression(text).unwrap().to_string();
    assert_eq!(printed("0.1*u"), "1/10*u");
    assert_eq!(printed("u/0.5"), "u/(1/2)");
    assert_eq!(printed("u*0.25^2"), "u*(1/4)^2");
    assert_eq!(printed("2.0*u"), "2*u");
}

#[test]
fn every_claim_of_the_example_files_prints_as_itself() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims");
    let mut claims = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file = read(&text);
        let mut printed = text.clone();
        for claim in file.claims.iter().rev() {
            let span = claim.name_span.end..claim.span.end;
            printed.replace_range(span, &format!(": {}", claim.statement()));
        }
        let again = read(&printed);
        assert_eq!(again.claims.len(), file.claims.len());
        for (again, claim) in again.claims.iter().zip(&file.claims) {
            assert_eq!(again.statement(), claim.statement());
            let sides = |claim: &Claim| -> Vec<Expr> {
                claim.proposition.expressions().into_iter().map(spelt_out).collect()
            };
            assert_eq!(sides(again), sides(claim), "{}", claim.name);
            claims += 1;
        }
    }
    assert!(claims > 40, "{claims}");
}

#[test]
fn a_proof_rule_is_part_of_what_a_claim_says() {
    let file = read(&format!("{FILE}claim c: u == u\n"));
    let by = ProofRule { rule: "PL".to_owned(), premises: vec!["c".to_owned(), "x::y".to_owned()] };
    let claim = Claim { by: Some(by), ..file.claims[0].clone() };
    assert_eq!(claim.statement(), "u == u by PL(c, x::y)");
}

#[test]
fn the_deepest_expressions_print() {
    let parts = vec!["u"; 2400];
    for text in [
        format!("{}u", "-".repeat(2400)),
        format!("u{}", "'".repeat(2400)),
        parts.join(" + "),
        parts.join("*"),
        parts.join("/"),
    ] {
        let expr = file().expression(&text).unwrap();
        assert_eq!(expr.to_string(), text);
        assert!(expr.latex().len() > 2400);
    }
}
