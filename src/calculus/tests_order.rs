//! In which order letters are integrated, and at which occurrence, changes no result.

use super::algebra::Algebra;
use super::alphabet::RandomId;
use super::expectation::State;
use super::monomial::Atom;
use super::polynomial::Polynomial;
use super::reading::Calculus;
use crate::claim::{ClaimFile, Node};
use dashu_ratio::RBig;
use proptest::prelude::*;

/// Letters, in an order of declaration that decides how words and ties are ordered.
fn declarations(order: &[usize]) -> String {
    const LINES: [&str; 7] = [
        "matrix A[d,d]",
        "matrix B[d,d] sym",
        "vector v[d]",
        "gaussian X[d,N] ~ Lambda",
        "gaussian V[d,N] ~ Omega",
        "gaussian w[d] ~ Lambda*Omega*Lambda",
        "gaussian e[N] ~ s*I",
    ];
    let lines: Vec<&str> = order.iter().map(|index| LINES[*index]).collect();
    let laws = "space d, N\npositive s\nmatrix Lambda[d,d] pd\nmatrix Omega[d,d] pd\n";
    format!("{laws}{}\n", lines.join("\n"))
}

/// An expectation in the words of the claim language, without the symbols for scales.
fn normal_form(declarations: &str, body: &str) -> String {
    let file = ClaimFile::parse("order", declarations).unwrap();
    let expr = file.expression(&format!("E[{body}]")).unwrap();
    Calculus::new(&file.letters).unwrap().normal_form(&expr).unwrap()
}

/// Every state by itself, without merging: one pivot after the other, at any word with the letter
/// that is chosen.
fn integrated(
    algebra: &mut Algebra,
    state: &State,
    order: &[RandomId],
    choose: &mut impl FnMut(usize) -> usize,
) -> Polynomial {
    let Some((random, rest)) = order.split_first() else {
        assert!(state.is_empty(), "every letter is integrated");
        return Polynomial::one();
    };
    let places: Vec<usize> =
        (0..state.len()).filter(|place| algebra.words.count(state[*place], *random) > 0).collect();
    if places.is_empty() {
        return integrated(algebra, state, rest, choose);
    }
    let pivot = places[choose(places.len())];
    let (_, pairings) = algebra.pairings(state, *random, pivot);
    let mut sum = Polynomial::default();
    for pairing in pairings {
        let value = integrated(algebra, &pairing.state, order, choose);
        let value = value.times_monomial(pairing.deterministic, &mut algebra.monomials);
        sum.add_scaled(&value, &RBig::from(pairing.multiplicity));
    }
    sum
}

/// The expectation of a scalar, integrated in this order and at these pivots, minus the one that
/// is computed level by level.
fn difference(body: &str, order: &[u16], mut choose: impl FnMut(usize) -> usize) -> Polynomial {
    let file = ClaimFile::parse("order", &declarations(&[0, 1, 2, 3, 4, 5, 6])).unwrap();
    let expectation = file.expression(&format!("E[{body}]")).unwrap();
    let Node::Expectation { body, .. } = &*expectation.node else { panic!("an expectation") };
    let mut calculus = Calculus::new(&file.letters).unwrap();
    let expected = calculus.value(&expectation).unwrap().into_scalar();
    let body = calculus.value(body).unwrap().into_scalar();
    let algebra = &mut calculus.algebra;
    let order: Vec<RandomId> = order.iter().map(|index| RandomId(*index)).collect();
    let mut sum = Polynomial::default();
    for (monomial, coefficient) in body.terms() {
        let (mut state, mut rest) = (State::new(), Vec::new());
        for (atom, exponent) in algebra.monomials.factors(monomial).clone().iter() {
            match atom {
                Atom::Trace(word) if !algebra.words.random(*word).is_empty() => {
                    state.extend(std::iter::repeat_n(*word, exponent.unsigned_abs() as usize));
                }
                _ => rest.push((*atom, *exponent)),
            }
        }
        state.sort_unstable();
        let rest = algebra.monomials.of(&rest);
        let value = integrated(algebra, &state, &order, &mut choose);
        sum.add_scaled(&value.times_monomial(rest, &mut algebra.monomials), coefficient);
    }
    algebra.with_scales(&sum).unwrap().minus(&expected)
}

/// Products of at most eight random factors.
const BODIES: [&str; 6] = [
    "tr(X*X'*A*X*X'*B*V*V')",
    "tr(X*X'*A)^2*w'*V*e*e'*X'*w",
    "(w'*X*e - v'*V*e)^2*tr(X*V'*A)^2",
    "tr(X*X'*A*V*V')*tr(X*X')*w'*B*w",
    "(e'*e)^2*tr(X*V')^2",
    "(w'*A*w)^2*e'*X'*V*e*tr(X*V')",
];

#[test]
fn any_order_of_integration_and_any_pivot_give_the_same_value() {
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
    for body in BODIES {
        for (number, order) in orders.iter().enumerate() {
            // First, last and changing words.
            for kind in 0..3 {
                let mut step = number;
                let choose = |count: usize| {
                    step += 1;
                    [0, count - 1, step % count][kind]
                };
                assert!(difference(body, order, choose).is_empty(), "{body}, {order:?}, {kind}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_order_of_declaration_changes_no_value(
        order in Just([0, 1, 2, 3, 4, 5, 6].to_vec()).prop_shuffle(),
        body in 0..BODIES.len(),
    ) {
        let usual = declarations(&[0, 1, 2, 3, 4, 5, 6]);
        let form = normal_form(&declarations(&order), BODIES[body]);
        let file = ClaimFile::parse("order", &usual).unwrap();
        let difference = file.expression(&format!("E[{}] - ({form})", BODIES[body])).unwrap();
        let left = Calculus::new(&file.letters).unwrap().normal_form(&difference).unwrap();
        prop_assert_eq!(left, "0");
    }

    #[test]
    fn a_normal_form_that_is_read_again_is_itself(
        order in Just([0, 1, 2, 3, 4, 5, 6].to_vec()).prop_shuffle(),
        body in 0..BODIES.len(),
    ) {
        let declarations = declarations(&order);
        let form = normal_form(&declarations, BODIES[body]);
        prop_assert_eq!(normal_form(&declarations, &format!("0 + {form}")), form);
    }
}
