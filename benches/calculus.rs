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

/// The matrix E[S^k]: what `peers/wishart_moments.py` computes.
#[divan::bench(args = [6, 7, 8], sample_count = 10)]
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

/// Every line of the example of the one-layer loss, proved.
#[divan::bench(sample_count = 10)]
fn every_proof_of_the_loss_example(bencher: Bencher) {
    let text = include_str!("../tests/claims/01_zfb_loss.claim");
    let file = ClaimFile::parse("01_zfb_loss", text).expect("the example has no mistakes");
    bencher.bench_local(|| file.claims.iter().filter_map(|line| prove(&file, line)).count());
}
