//! Mutants: which slips are tried, which are known to be none, and that no slip in an identity
//! survives proof and exact evidence.

use isserlis::claim::ClaimFile;
use isserlis::mutation::{LineScore, MutantResult, Operator, Scores, mutants, try_mutants};
use isserlis::suite::{Origin, Selection, Settings, Subject, library, read};
use isserlis::verdict::{EvidenceKind, Verdict};
use std::collections::BTreeSet;

const DECLARATIONS: &str = "\
space d, N
matrix A[d,d]
matrix B[d,d]
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
";

fn file(lines: &str) -> ClaimFile {
    let text = format!("{DECLARATIONS}{lines}\n");
    ClaimFile::parse("it.claim", &text).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(|one| one.render("it", &text)).collect::<String>())
    })
}

/// The mutants of a line, as text.
fn statements(line: &str) -> Vec<(Operator, String)> {
    let found = mutants(&file(&format!("claim it: {line}")), &[0]);
    found.into_iter().map(|mutant| (mutant.operator, mutant.statement)).collect()
}

fn scores(lines: &str, settings: &Settings) -> Scores {
    let subject = Subject::new("it.claim".to_owned(), "it.claim".to_owned(), file(lines));
    let (scores, problems) = try_mutants(&[subject], settings, &|_| ());
    assert!(problems.is_empty(), "{problems:?}");
    scores
}

#[track_caller]
fn assert_tried(line: &str, slip: (Operator, &str)) {
    let found = statements(line);
    let wanted = (slip.0, slip.1.to_owned());
    assert!(found.contains(&wanted), "{slip:?} is not among {found:#?}");
}

#[test]
fn the_slips_of_a_second_moment_are_tried() {
    use Operator::*;
    let line = "E[S^2] == Gamma*Lambda";
    let gamma = |value: &str| format!("E[S^2] == ({value})*Lambda");
    let slips = [
        (TermDropped, "E[S^2] == (1 + 1/N)*Lambda*Lambda".to_owned()),
        (SignFlipped, gamma("(1 - 1/N)*Lambda + tr(Lambda)/N*I")),
        (CoefficientChanged, gamma("(1 + 2/N)*Lambda + tr(Lambda)/N*I")),
        (SizeChanged, gamma("(1 + 1/(N + 1))*Lambda + tr(Lambda)/(N + 1)*I")),
        (SizeChanged, gamma("(1 + 1/d)*Lambda + tr(Lambda)/N*I")),
        (FactorDropped, gamma("(1 + 1/N)*Lambda + tr(Lambda)*I")),
        (MeanForSum, gamma("(1 + 1/N)*Lambda + tr(Lambda)/d/N*I")),
        (TraceForDimension, gamma("(1 + 1/N)*Lambda + d/N*I")),
        (LetterChanged, "E[S^2] == Lambda*Lambda".to_owned()),
        (InverseMistaken, "E[S^2] == inv(Gamma)*Lambda".to_owned()),
        (MeanForSum, "E[S^2] == N*(Gamma*Lambda)".to_owned()),
    ];
    for (operator, statement) in &slips {
        assert_tried(line, (*operator, statement));
    }
}

#[test]
fn factors_are_swapped_transposed_and_raised() {
    use Operator::*;
    let line = "E[X*X'*A] == N*Lambda*A*B";
    assert_tried(line, (FactorsSwapped, "E[X*X'*A] == N*A*Lambda*B"));
    assert_tried(line, (Transposed, "E[X*X'*A] == N*Lambda*A'*B"));
    assert_tried(line, (PowerChanged, "E[X*X'*A] == N*Lambda*A^2*B"));
    assert_tried(line, (LetterChanged, "E[X*X'*A] == N*Lambda*B*B"));
    assert_tried(line, (FactorDropped, "E[X*X'*A] == Lambda*A*B"));
    assert_tried("tr(A) == 1/2*tr(A)", (FactorDropped, "tr(A) == tr(A)"));
    assert_tried("tr(A) == tr(A')^2", (PowerChanged, "tr(A) == tr(A')"));
}

#[test]
fn where_the_right_side_is_zero_the_left_side_is_the_formula() {
    assert_tried("tr(A - B) == 0", (Operator::SignFlipped, "tr(A + B) == 0"));
    assert_tried("tr(A) - d >= 0", (Operator::SizeChanged, "tr(A) - (d + 1) >= 0"));
    assert_tried("tr(Lambda) >= d/N", (Operator::FactorDropped, "tr(Lambda) >= d"));
    let both = statements("tr(Lambda) >= d/N");
    assert!(both.iter().all(|(_, one)| one.starts_with("tr(Lambda) >= ")), "{both:?}");
}

#[test]
fn no_statement_is_tried_twice_and_every_one_is_a_line_of_the_language() {
    for line in ["E[S^2] == Gamma*Lambda", "tr(A*B) == tr(B*A)"] {
        let found = statements(line);
        let distinct: BTreeSet<&String> = found.iter().map(|(_, statement)| statement).collect();
        assert_eq!(distinct.len(), found.len());
        assert!(found.iter().all(|(_, statement)| statement != line));
        for (_, statement) in &found {
            let again = file(&format!("claim it: {statement}"));
            assert_eq!(again.claims[0].proposition.to_string(), *statement);
        }
    }
}

#[test]
fn what_says_the_same_is_equivalent_and_what_is_undecided_is_no_success() {
    // A transposed factor under a trace, and two factors of one family, change nothing.
    let scores = scores("claim it: tr(A*Lambda) == tr(A*Lambda)", &Settings::default());
    let line = &scores.lines[0];
    assert!(line.equivalent > 0, "{line:?}");
    assert!(line.survivors.is_empty(), "{line:?}");
    // opnorm has a numeric value alone: nothing proves that both say the same.
    let norms = "claim it: opnorm(Lambda) == eigmax(Lambda)";
    let scores = self::scores(norms, &Settings::default());
    let same = scores.lines[0].survivors.iter().filter(|one| one.operator == Operator::Transposed);
    assert!(same.into_iter().all(|one| one.said[&EvidenceKind::Exact].verdict == Verdict::Open));
}

/// The lines of the library and of the example files, with proof and exact evidence.
fn of_all_identities() -> Vec<LineScore> {
    let (mut subjects, problems) = library();
    assert!(problems.is_empty(), "{problems:?}");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims");
    let (examples, problems) = read(&[Origin::Path(folder.into())]);
    assert!(problems.is_empty(), "{problems:?}");
    subjects.extend(examples);
    let kinds = [EvidenceKind::Proof, EvidenceKind::Exact];
    let settings = Settings { evidence: Some(kinds.into()), ..Settings::default() };
    try_mutants(&subjects, &settings, &|_| ()).0.lines
}

#[test]
fn no_slip_in_an_identity_survives_proof_and_exact_evidence() {
    let mut tried = 0;
    for line in of_all_identities() {
        if [" >= ", " <= "].iter().any(|sign| line.statement.contains(sign))
            || line.statement.starts_with("minimum(")
        {
            // A bound with slack has true mutants: no fragment decides them, or the experiment that
            // supplies an observed letter agrees with them. A minimum has no value at an instance,
            // so an inverse that is not definite leaves it open. All of them are listed.
            for survivor in &line.survivors {
                let verdict = survivor.said[&EvidenceKind::Exact].verdict;
                let honest = matches!(verdict, Verdict::Open | Verdict::Verified);
                assert!(honest, "{}: {survivor:#?}", line.id);
            }
            continue;
        }
        // What an experiment supplies can commute at every instance, as diagonal matrices do: then
        // a slip in the order of factors changes no number.
        let is_order = |survivor: &MutantResult| {
            matches!(survivor.operator, Operator::FactorsSwapped | Operator::Transposed)
                && survivor.effect == Some(0.0)
        };
        let survivors: Vec<_> = line.survivors.iter().filter(|one| !is_order(one)).collect();
        assert!(survivors.is_empty(), "{}: {survivors:#?}", line.id);
        tried += line.kinds.iter().map(|kind| kind.tried).sum::<u64>();
    }
    assert!(tried > 3000, "{tried} mutants");
}

#[test]
fn sampling_alone_rejects_every_slip_that_is_larger_than_twice_the_need() {
    let lines = "at d = 2; N = 3\nmargin 3% because the test needs one\n\
                 claim it: E[tr(S^2)] == (1 + 1/N)*tr(Lambda^2) + tr(Lambda)^2/N";
    let kinds = BTreeSet::from([EvidenceKind::Simulation]);
    let settings = Settings { evidence: Some(kinds), ..Settings::default() };
    let scores = scores(lines, &settings);
    let [kind] = &scores.total()[..] else { panic!("one kind: {scores:?}") };
    assert_eq!(kind.kind, EvidenceKind::Simulation);
    assert!(kind.large > 20 && kind.large_rejected == kind.large, "{kind:?}");
    for survivor in &scores.lines[0].survivors {
        assert!(survivor.said[&EvidenceKind::Simulation].reason.is_some(), "{survivor:?}");
    }
}

#[test]
fn a_selection_picks_lines_over_all_files() {
    let subject =
        |name: &str, line: &str| Subject::new(name.to_owned(), name.to_owned(), file(line));
    let subjects =
        [subject("a.claim", "claim one: tr(A) == tr(A')"), subject("b.claim", "claim two: A == A")];
    let selection = Selection { patterns: vec!["two".to_owned()] };
    let settings = Settings { selection, ..Settings::default() };
    let (scores, problems) = try_mutants(&subjects, &settings, &|_| ());
    assert!(problems.is_empty(), "{problems:?}");
    let ids: Vec<&str> = scores.lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["b.claim::two"]);
}
