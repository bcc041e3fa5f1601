use super::*;
use crate::claim::{Attributes, Letter, LetterKind, Node, NumericFunction, Shape, Space, Span};
use approx::assert_relative_eq;
use dashu_ratio::RBig;
use faer::mat;
use std::sync::Arc;

fn space(name: &str) -> Space {
    if name == "1" { Space::One } else { Space::Size(Arc::from(name)) }
}

fn expr(node: Node, rows: &str, columns: &str) -> Expr {
    let shape = Shape { rows: space(rows), columns: space(columns) };
    Expr { node: Arc::new(node), shape, span: Span::default() }
}

fn letter(name: &str, rows: &str, columns: &str) -> Arc<Letter> {
    Arc::new(Letter {
        name: Arc::from(name),
        shape: Shape { rows: space(rows), columns: space(columns) },
        kind: LetterKind::Matrix(Attributes::default()),
        span: Span::default(),
    })
}

fn square(name: &str) -> Expr {
    expr(Node::Letter(letter(name, "d", "d")), "d", "d")
}

fn trace(of: Expr) -> Expr {
    expr(Node::Trace(of), "1", "1")
}

fn times(left: Expr, right: Expr) -> Expr {
    expr(Node::Multiply(left, right), "d", "d")
}

fn environment() -> FloatEnvironment {
    let mut environment = FloatEnvironment::default();
    environment.sizes.insert(Arc::from("d"), 2);
    environment.with("A", mat![[1.0, 2.0], [3.0, 5.0]]).with("B", mat![[2.0, 1.0], [1.0, 3.0]])
}

#[test]
fn the_trace_of_a_product_is_the_sum_of_its_diagonal() {
    let value = evaluate(&trace(times(square("A"), square("B"))), &environment()).unwrap();
    // (1*2 + 2*1) + (3*1 + 5*3).
    assert_eq!(value[(0, 0)], 22.0);
}

#[test]
fn an_inverse_and_a_fractional_power_agree_with_hand_values() {
    let inverse = evaluate(&expr(Node::Inverse(square("A")), "d", "d"), &environment()).unwrap();
    assert_relative_eq!(inverse[(0, 1)], 2.0, epsilon = 1e-12);
    let half = RBig::from_parts(1.into(), 2u8.into());
    let root = expr(Node::Power(square("B"), half), "d", "d");
    let difference = evaluate(
        &expr(Node::Subtract(times(root.clone(), root), square("B")), "d", "d"),
        &environment(),
    );
    assert!(difference.unwrap().norm_l2() < 1e-13);
}

#[test]
fn eigenvalue_functions_take_the_ends_of_the_spectrum() {
    // Eigenvalues of B: (5 -+ sqrt(5))/2.
    let number = |function| {
        let arguments = vec![square("B")];
        evaluate(&expr(Node::Numeric { function, arguments }, "1", "1"), &environment()).unwrap()
            [(0, 0)]
    };
    let smallest = (5.0 - 5.0_f64.sqrt()) / 2.0;
    assert_relative_eq!(number(NumericFunction::SmallestEigenvalue), smallest, epsilon = 1e-13);
    assert_relative_eq!(
        number(NumericFunction::LargestEigenvalue),
        5.0 - smallest,
        epsilon = 1e-13
    );
    assert_relative_eq!(number(NumericFunction::OperatorNorm), 5.0 - smallest, epsilon = 1e-13);
}

#[test]
fn the_gradient_of_a_trace_is_the_transpose_of_the_other_factor() {
    let of = trace(times(square("A"), square("B")));
    let node = Node::Gradient { of, with_respect_to: letter("A", "d", "d") };
    let value = evaluate(&expr(node, "d", "d"), &environment()).unwrap();
    assert_eq!(value, environment().values["B"].transpose().to_owned());
}

#[test]
fn a_missing_letter_a_singular_matrix_and_a_zero_divisor_are_named() {
    let error = |expr: &Expr, environment: &FloatEnvironment| {
        evaluate(expr, environment).unwrap_err().to_string()
    };
    assert_eq!(error(&square("C"), &environment()), "nothing supplies `C`");
    let singular = environment().with("A", mat![[1.0, 2.0], [2.0, 4.0]]);
    let inverse = expr(Node::Inverse(square("A")), "d", "d");
    assert_eq!(
        error(&inverse, &singular),
        "a matrix to be inverted is singular to working precision"
    );
    let zero = expr(Node::Subtract(trace(square("A")), trace(square("A"))), "1", "1");
    let ratio = expr(Node::Divide(trace(square("B")), zero), "1", "1");
    assert_eq!(error(&ratio, &environment()), "a divisor is zero");
}

#[test]
fn a_long_sum_and_a_deep_nest_end_without_overflow() {
    let mut sum = trace(square("A"));
    for _ in 0..20_000 {
        sum = expr(Node::Add(sum, trace(square("A"))), "1", "1");
    }
    assert_eq!(evaluate(&sum, &environment()).unwrap()[(0, 0)], 6.0 * 20_001.0);
    std::mem::forget(sum);
    let mut nest = square("A");
    for _ in 0..5_000 {
        nest = expr(Node::Transpose(nest), "d", "d");
    }
    let error = evaluate(&nest, &environment()).unwrap_err();
    assert_eq!(error, FloatError::TooLarge { what: "it is nested too deeply" });
    std::mem::forget(nest);
}
