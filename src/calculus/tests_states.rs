//! How many states an expectation expands: merging keeps them few.
//!
//! The counts are those of another program that merges states in the same way and takes its pivot
//! from the same word: the one with the fewest letters of the family, then the shortest, then the
//! first in the order of letters, which are declared here as there. All rows agree exactly but one,
//! by one state.

use super::alphabet::RandomId;
use super::expectation::Record;
use super::reading::Calculus;
use crate::claim::ClaimFile;

/// The states that are expanded for the expectation of a scalar, and the terms of the result.
fn counts(declarations: &str, body: &str) -> (usize, usize) {
    let file = ClaimFile::parse("states", declarations).unwrap();
    let expectation = file.expression(&format!("E[{body}]")).unwrap();
    let mut calculus = Calculus::new(&file.letters).unwrap();
    let crate::claim::Node::Expectation { body, .. } = &*expectation.node else {
        panic!("an expectation")
    };
    let body = calculus.value(body).unwrap();
    let algebra = &mut calculus.algebra;
    let over: Vec<_> = (0..algebra.random.len()).map(|index| RandomId(index as u16)).collect();
    algebra.records = Some(Vec::new());
    let value = algebra.matrix_expectation(&body, &over).unwrap();
    let records: Vec<Record> = algebra.records.take().unwrap();
    let terms = value.terms().map(|(_, coefficient)| coefficient.len()).sum();
    (records.iter().map(|record| record.steps.len()).sum(), terms)
}

const LETTERS: &str = "\
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ COVARIANCE
matrix A[d,d] sym
matrix B[d,d] sym
matrix G[d,d]
matrix W[d,d]
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
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
let S = X*X'
let error = w'*S*W*xq - w'*xq
";

/// tr(S A_1 S A_2 ...).
fn distinct(letter: &str, count: usize) -> String {
    let factors: Vec<String> = (1..=count).map(|index| format!("S*{letter}{index}")).collect();
    format!("tr({})", factors.join("*"))
}

#[test]
fn states_are_expanded_once() {
    let isotropic = LETTERS.replace("COVARIANCE", "I");
    let general = LETTERS.replace("COVARIANCE", "Lambda");
    let alternating = |count: usize| format!("tr((S*A*S*B)^{})", count / 2);
    let rows: Vec<(&str, String, usize, usize)> = vec![
        (&isotropic, "tr(S^8)".into(), 22, 36),
        (&isotropic, "tr(S^16)".into(), 118, 136),
        (&isotropic, "tr(S^24)".into(), 392, 300),
        (&general, "tr(S^4)".into(), 15, 13),
        (&general, "tr(S^6)".into(), 55, 42),
        (&general, "tr(S^8)".into(), 171, 112),
        (&general, "tr(S^10)".into(), 535, 270),
        (&general, "tr(S^12)".into(), 1677, 602),
        (&general, "tr(S^14)".into(), 5456, 1245),
        (&general, "S^8".into(), 414, 229),
        (&general, "S^10".into(), 1913, 625),
        (&general, "tr(S)^8".into(), 66, 22),
        (&general, "tr(S)^16".into(), 914, 231),
        (&general, "tr((S*A)^8)".into(), 174, 112),
        (&general, "tr((S*A)^12)".into(), 1621, 602),
        (&general, alternating(4), 29, 25),
        (&general, alternating(6), 221, 134),
        (&general, alternating(8), 2006, 747),
        (&general, alternating(10), 19_593, 3466),
        (&general, "tr((S*G)^6)".into(), 297, 136),
        (&general, "tr((S*G)^8)".into(), 2920, 702),
        (&general, distinct("A", 6), 1595, 1316),
        (&general, distinct("A", 7), 12_327, 9261),
        (&general, distinct("G", 6), 8717, 10_395),
        (&general, "error^2".into(), 10, 5),
        (&general, "error^4".into(), 80, 60),
        // 654 in the other program: powers of Lambda are letters, ordered as they are first met,
        // which decides one tie in another way.
        (&general, "error^6".into(), 655, 550),
        (&general, "(w'*(I(d) - S*G1)*(I(d) - S*G2)*xq)^2".into(), 106, 88),
    ];
    let mut wrong = Vec::new();
    for (declarations, body, states, terms) in rows {
        let found = counts(declarations, &body);
        if found != (states, terms) {
            wrong.push(format!("{body}: {found:?} instead of {:?}", (states, terms)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
