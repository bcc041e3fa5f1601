//! The exact calculus for all sizes, cold: letters, words and states are met anew every time.

use divan::{Bencher, black_box};
use isserlis::calculus::Calculus;
use isserlis::claim::ClaimFile;
use isserlis::proof::prove;

fn main() {
    divan::main();
}

const DECLARATIONS: &str = "\
space d, N
matrix Lambda[d,d] pd
matrix A[d,d] sym
matrix B[d,d] sym
matrix A1[d,d] sym
matrix A2[d,d] sym
matrix A3[d,d] sym
matrix A4[d,d] sym
matrix A5[d,d] sym
matrix A6[d,d] sym
matrix A7[d,d] sym
matrix A8[d,d] sym
matrix G1[d,d]
matrix G2[d,d]
matrix G3[d,d]
matrix G4[d,d]
matrix G5[d,d]
matrix G6[d,d]
matrix G7[d,d]
gaussian X[d,N] ~ Lambda
let S = X*X'
";

fn normal_form(bencher: Bencher, expression: &str) {
    let file = ClaimFile::parse("bench", DECLARATIONS).expect("declarations");
    let expr = file.expression(expression).expect("an expression");
    bencher.bench_local(|| {
        let mut calculus = Calculus::new(black_box(&file.letters)).expect("laws");
        calculus.normal_form(&expr).expect("a normal form")
    });
}

/// (2k - 1)!! pairings: 10,395, 2,027,025, 654,729,075, 213,458,046,676,875.
#[divan::bench(args = [6, 8, 10, 14], sample_count = 10)]
fn trace_of_a_power_of_the_gram_matrix(bencher: Bencher, power: u32) {
    normal_form(bencher, &format!("E[tr(S^{power})]"));
}

/// The matrix E[S^k]: what `peers/wishart_moments.py` computes, and for k = 2 at one size
/// `peers/sympy_coordinates.py`.
#[divan::bench(args = [2, 6, 7, 8], sample_count = 10)]
fn power_of_the_gram_matrix(bencher: Bencher, power: u32) {
    normal_form(bencher, &format!("E[S^{power}]"));
}

/// tr(S A S B S A ...) with eight factors S.
#[divan::bench(sample_count = 10)]
fn eight_alternating_inserted_matrices(bencher: Bencher) {
    normal_form(bencher, "E[tr((S*A*S*B)^4)]");
}

/// The answer has 74,662 terms.
#[divan::bench(sample_count = 1)]
fn eight_distinct_inserted_matrices(bencher: Bencher) {
    normal_form(bencher, "E[tr(S*A1*S*A2*S*A3*S*A4*S*A5*S*A6*S*A7*S*A8)]");
}

/// Nothing merges: the answer has as many terms as there are pairings, 10,395 and 135,135.
#[divan::bench(args = [6, 7], sample_count = 1)]
fn distinct_general_matrices(bencher: Bencher, count: u32) {
    let factors: Vec<String> = (1..=count).map(|index| format!("S*G{index}")).collect();
    normal_form(bencher, &format!("E[tr({})]", factors.join("*")));
}

/// The loss of two layers of linear attention that read the labels in values and in scores: the
/// longest terms have 16 factors X, 14 w and 2 x_q.
#[divan::bench(sample_count = 10)]
fn two_attention_layers(bencher: Bencher) {
    let declarations = "space d, N\nscalar u, v, a, b, c, g\ngaussian X[d,N] ~ I\ngaussian w[d] ~ I\n\
                        gaussian xq[d] ~ I\nlet y = X'*w\nlet first = u/N*a*y'*X'*xq\n\
                        let y1 = y + u/N*(a*X'*X*y + c*y'*y*y)\n\
                        let second = first + v/N*(b*y1'*X'*xq + g*y1'*y1*first)\n";
    let file = ClaimFile::parse("bench", declarations).expect("declarations");
    let expr = file.expression("E[(second - w'*xq)^2]").expect("an expression");
    bencher.bench_local(|| {
        let mut calculus = Calculus::new(black_box(&file.letters)).expect("laws");
        calculus.normal_form(&expr).expect("a normal form")
    });
}

/// The risk of four gradient steps with different step sizes: 16 factors X, 2 w and 2 x_q.
#[divan::bench(sample_count = 10)]
fn four_gradient_steps(bencher: Bencher) {
    let declarations = "space d, N\nscalar a, b, c, g\ngaussian X[d,N] ~ I\ngaussian w[d] ~ I\n\
                        gaussian xq[d] ~ I\nlet S = X*X'/N\n";
    let file = ClaimFile::parse("bench", declarations).expect("declarations");
    let risk = "E[(xq'*(I - a*S)*(I - b*S)*(I - c*S)*(I - g*S)*w)^2]";
    let expr = file.expression(risk).expect("an expression");
    bencher.bench_local(|| {
        let mut calculus = Calculus::new(black_box(&file.letters)).expect("laws");
        calculus.normal_form(&expr).expect("a normal form")
    });
}

/// Every line of an example, proved: a loss with its gradients and limits, minimisers, limits of the
/// risk for any law.
#[divan::bench(
    args = ["01_zfb_loss", "02_minimiser_found", "03_thm42_general_law"],
    sample_count = 10,
)]
fn every_proof_of_an_example(bencher: Bencher, name: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims");
    let text = std::fs::read_to_string(format!("{folder}/{name}.claim")).expect("an example");
    let file = ClaimFile::parse(name, &text).expect("the example has no mistakes");
    bencher.bench_local(|| file.claims.iter().filter_map(|line| prove(&file, line)).count());
}
