//! The command line, run as a user runs it: exit codes, messages, files.

mod program;

use program::{folder, isserlis};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const DECLARATIONS: &str = "\
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
";

fn write(folder: &Path, name: &str, lines: &str) {
    let text = format!("{DECLARATIONS}{lines}");
    std::fs::write(folder.join(name), text).expect("a claim file");
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The messages of a run that must end with 2 and print no results.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = isserlis(folder, arguments);
    let messages = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(code(&output), 2, "{messages}");
    assert_eq!(out(&output), "");
    assert!(!messages.contains("panicked"), "{messages}");
    messages
}

#[test]
fn a_claim_that_holds_at_its_instances_ends_with_0() {
    let folder = folder("holds");
    write(
        &folder,
        "gram.claim",
        "at d = 1, 2; N = 1, 3\n\
         claim moment: E[S^2] == Gamma*Lambda\n\
         refute forgot_trace: E[S^2] == (1 + 1/N)*Lambda^2\n",
    );
    let output = isserlis(&folder, &["check", "gram.claim"]);
    assert_eq!(code(&output), 0);
    insta::assert_snapshot!(out(&output), @r#"
    gram.claim
      ok   claim  moment        proved       for all sizes and values
      ok   refute forgot_trace  refuted      exact counterexample at N = 1, d = 1

    1 claim: 1 proved; 1 control: rejected
    "#);
}

#[test]
fn a_bound_says_how_much_room_it_leaves() {
    let folder = folder("room");
    let lines = "at d = 1; N = 4; Lambda = [[3]] | d = 2; N = 4; Lambda = [[1, 0], [0, 2]]\n\
                 claim correction: tr(Gamma) >= tr(Lambda)\n\
                 claim idle: tr(Gamma) >= -N\n\
                 refute no_trace: tr(Gamma) <= (1 + 1/N)*tr(Lambda)\n";
    write(&folder, "bound.claim", lines);
    let output = isserlis(&folder, &["check", "bound.claim"]);
    insta::assert_snapshot!(out(&output), @r#"
    bound.claim
      ok   claim  correction  proved       for all sizes and values
             room left by the bound: smallest 1.5, median 1.875
      ok   claim  idle        proved       for all sizes and values; vacuous: the bound holds for a trivial reason
             room left by the bound: smallest 8.5, median 8.875; vacuous
      ok   refute no_trace    refuted      exact counterexample at N = 4, d = 1

    2 claims: 2 proved; 1 control: rejected
    "#);
}

#[test]
fn a_refuted_claim_ends_with_1_and_shows_the_witness() {
    let folder = folder("refuted");
    write(&folder, "gram.claim", "claim forgot_trace: E[S^2] == (1 + 1/N)*Lambda^2\n");
    let output = isserlis(&folder, &["check", "gram.claim"]);
    assert_eq!(code(&output), 1);
    insta::assert_snapshot!(out(&output), @r#"
    gram.claim
      FAIL claim  forgot_trace  refuted      exact counterexample at N = 1, d = 1
             stated  E[S^2] == (1 + 1/N)*Lambda^2
             with    Lambda = 1
             left    3
             right   2

    1 claim: 1 refuted
    "#);
}

#[test]
fn a_control_that_holds_ends_with_1() {
    let folder = folder("control_holds");
    let lines = "at d = 2; N = 3\nrefute moment: E[S^2] == Gamma*Lambda\n";
    write(&folder, "gram.claim", lines);
    let output = isserlis(&folder, &["check", "gram.claim"]);
    assert_eq!(code(&output), 1);
    insta::assert_snapshot!(out(&output), @r#"
    gram.claim
      FAIL refute moment  proved       for all sizes and values
             stated  E[S^2] == Gamma*Lambda

    0 claims; 1 control: not rejected
    "#);
}

#[test]
fn what_is_undecided_ends_with_3() {
    let folder = folder("undecided");
    write(&folder, "gram.claim", "claim norm: opnorm(Lambda) == eigmax(Lambda)\n");
    let output = isserlis(&folder, &["check", "gram.claim"]);
    assert_eq!(code(&output), 3);
    insta::assert_snapshot!(out(&output), @r#"
    gram.claim
      ?    claim  norm  open         agrees at 4 small instances; not proved: `opnorm(Lambda)` has a numeric value alone

    1 claim: 1 open
    "#);
}

#[test]
fn a_bad_file_ends_with_2_and_does_not_stop_the_others() {
    let folder = folder("bad_beside_good");
    write(&folder, "good.claim", "at d = 1; N = 1\nclaim moment: E[S^2] == Gamma*Lambda\n");
    write(&folder, "bad.claim", "claim moment: E[S^2] == Gama*Lambda\n");
    let output = isserlis(&folder, &["check", "bad.claim", "good.claim"]);
    assert_eq!(code(&output), 2);
    assert!(out(&output).contains("moment"), "the good file is checked");
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @r#"
    error: unknown name `Gama`
      --> bad.claim:6:25
       |
     6 | claim moment: E[S^2] == Gama*Lambda
       |                         ^^^^ not declared
       |
       = help: line 5 declares a defined element with a similar name: `Gamma`

    more: isserlis explain unknown-name
    "#);
}

#[test]
fn input_that_cannot_be_checked_gets_a_clear_error() {
    let folder = folder("bad_input");
    std::fs::write(folder.join("nested.claim"), "(".repeat(10 << 20)).expect("a file");
    let lines = format!("{}\n", "(".repeat(1 << 10)).repeat(10 << 10);
    std::fs::write(folder.join("nested_lines.claim"), lines).expect("a file");
    std::fs::write(folder.join("bytes.claim"), b"claim a: 1 == \xff").expect("a file");
    std::fs::write(folder.join("empty.claim"), "").expect("a file");
    std::fs::create_dir(folder.join("no_claims")).expect("a folder");
    let first = |path: &str| {
        let messages = refused(&folder, &["check", path]);
        messages.lines().next().expect("a message").to_owned()
    };
    insta::assert_snapshot!(first("nested.claim"), @"error: a statement has at most 1 MiB");
    insta::assert_snapshot!(first("nested_lines.claim"), @"error: expected a statement, found `(`");
    insta::assert_snapshot!(first("bytes.claim"), @"error: `bytes.claim` is not UTF-8: the first bad byte is at offset 14; save it as UTF-8 text");
    insta::assert_snapshot!(first("empty.claim"), @"error: nothing to check in `empty.claim`: it has no `claim` or `refute` line");
    insta::assert_snapshot!(first("no_claims"), @"error: no claim files in `no_claims`: their names end in `.claim`");
    assert!(first("missing.claim").starts_with("error: cannot read `missing.claim`: "));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = folder("unreadable");
    // A link to itself, which nobody can open.
    std::os::unix::fs::symlink("loop.claim", folder.join("loop.claim")).expect("a link");
    for path in ["loop.claim", "."] {
        let messages = refused(&folder, &["check", path]);
        assert!(messages.contains("loop.claim`: "), "{messages}");
    }
}

#[test]
fn a_typo_is_answered_with_what_was_probably_meant() {
    let folder = folder("typos");
    let shown = refused(&folder, &["show", "zhang_frei_bartlett_2024::master_test_rsk"]);
    assert!(shown.contains("did you mean `zhang_frei_bartlett_2024::master_test_risk`?"));
    let kind = refused(&folder, &["check", "--evidence", "exat"]);
    assert!(kind.contains("a similar value exists: 'exact'"), "{kind}");
    let command = refused(&folder, &["chek"]);
    assert!(command.contains("a similar subcommand exists: 'check'"), "{command}");
    let budget = refused(&folder, &["check", "--error-budget", "2"]);
    assert!(budget.contains("a probability lies between 0 and 1"), "{budget}");
    let line = refused(&folder, &["check", "--theorem", "master_test_rsk"]);
    assert!(line.contains("no line matches `master_test_rsk`"), "{line}");
}

#[test]
fn claims_are_read_from_the_standard_input() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isserlis"));
    command.args(["check", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let text = "space d\nmatrix A[d,d]\nat d = 2\nclaim turned: tr(A') == tr(A)\n";
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(code(&output), 0);
    assert!(out(&output).contains("turned"));
}

/// Sampled beside exact evidence.
const SAMPLED: &str = "\
at d = 2; N = 4
margin 20% because this is a test of the program
claim sampled: E[tr(S)^2] == tr(Lambda)^2 + 2*tr(Lambda^2)/N
refute forgot_trace: E[tr(S)^2] == tr(Lambda)^2
";

/// Exact, sampled and trained evidence, and a flow.
const EVERY_KIND: &str = "\
theory every kind of evidence
param U[d,d]
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
let L = E[(w'*S*U*xq - w'*xq)^2]/2
claim moment: E[S^2] == Gamma*Lambda
claim norm: opnorm(Lambda) == eigmax(Lambda)
at d = 2; N = 4; Lambda = [[2, 1/2], [1/2, 1]]
train L over U from U -> 0*I
margin 20% because this is a test of the program
claim sampled: E[tr(S)^2] == tr(Lambda)^2 + 2*tr(Lambda^2)/N
claim trained: reaches(U) == inv(Gamma)
refute forgot_trace: reaches(U) == inv(Lambda)
";

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let folder = folder("threads");
    write(&folder, "every.claim", EVERY_KIND);
    let with = |threads: &str, seed: &str| {
        let options = ["--format", "json", "--threads", threads, "--seed", seed];
        let output = isserlis(&folder, &[&["check", "every.claim"], &options[..]].concat());
        assert_eq!(code(&output), 3);
        out(&output)
    };
    let one = with("1", "1");
    assert!(one.contains("\"training\""), "{one}");
    assert_eq!(one, with("2", "1"));
    assert_ne!(one, with("2", "2"), "another seed gives other numbers");
}

#[test]
fn the_json_has_the_fields_of_its_schema() {
    let folder = folder("json");
    write(&folder, "every.claim", EVERY_KIND);
    let output = isserlis(&folder, &["check", "every.claim", "--format", "json"]);
    let results: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(results["schema"], "isserlis-results/1");
    assert_eq!(results["seed"], 1);
    let claims = results["claims"].as_array().expect("claims");
    let line = |name: &str| {
        let id = format!("every.claim::{name}");
        claims.iter().find(|claim| claim["id"] == id).expect("the line")
    };
    assert_eq!(line("moment")["verdict"], "proved");
    assert_eq!(line("norm")["verdict"], "open");
    assert_eq!(line("norm")["as_claimed"], Value::Null);
    let trained = line("trained");
    assert_eq!(trained["verdict"], "verified");
    assert_eq!(trained["as_claimed"], true);
    let kinds = trained["evidence"].as_array().expect("evidence").iter().map(|one| &one["kind"]);
    assert_eq!(kinds.collect::<Vec<_>>(), ["training", "flow"]);
    for piece in trained["evidence"].as_array().expect("evidence") {
        assert!(piece["smallest_caught"].as_f64().is_some_and(|caught| caught < 0.4), "{piece}");
        assert_eq!(piece["at"]["d"], 2);
    }
    let control = line("forgot_trace");
    assert_eq!((&control["kind"], &control["verdict"]), (&"refute".into(), &"refuted".into()));
    assert_eq!(control["as_claimed"], true);
    let summary = &results["summary"];
    assert_eq!((&summary["controls"], &summary["controls_rejected"]), (&1.into(), &1.into()));
    assert_eq!((&summary["proved"], &summary["verified"]), (&2.into(), &1.into()));
}

#[test]
fn a_report_writes_its_files_and_the_same_ones_again() {
    let folder = folder("report");
    write(&folder, "gram.claim", SAMPLED);
    let written = |place: &str| {
        let output = isserlis(&folder, &["report", "gram.claim", "--output", place]);
        assert_eq!(code(&output), 0);
        let files = [
            "report.md",
            "report.tex",
            "results.json",
            "html/index.html",
            "html/graph.html",
            "html/statements/gram.claim.html",
            "html/papers/claim-files.html",
            "html/search.js",
            "timings.json",
            "junit.xml",
        ];
        files.map(|name| {
            let path = folder.join(place).join(name);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
        })
    };
    let (one, two) = (written("one"), written("below/two"));
    assert_eq!(one[..8], two[..8]);
    assert!(one[1].starts_with("\\documentclass"), "{}", one[1]);
    assert!(serde_json::from_str::<Value>(&one[8]).is_ok());
}

#[test]
fn a_report_is_made_again_from_its_results() {
    let folder = folder("report_from");
    let lines = "at d = 2; N = 3\nclaim moment: E[S^2] == Gamma*Lambda\n\
                 claim forgot_trace: E[S^2] == (1 + 1/N)*Lambda^2\n";
    write(&folder, "gram.claim", lines);
    let output = isserlis(&folder, &["report", "gram.claim", "--output", "one"]);
    assert_eq!(code(&output), 1);
    let again = ["report", "--from", "one/results.json", "--output", "two"];
    assert_eq!(code(&isserlis(&folder, &again)), 1, "the exit code is that of the results");
    for name in ["report.md", "results.json", "html/statements/gram.claim.html", "html/times.js"] {
        let read = |place: &str| std::fs::read_to_string(folder.join(place).join(name)).ok();
        let (one, two) = (read("one"), read("two"));
        assert!(one.is_some() && one == two, "{name}");
    }
    let page = std::fs::read_to_string(folder.join("two/html/statements/gram.claim.html")).unwrap();
    assert!(page.contains("<summary>Derivation</summary>"), "what is proved is derived");
    std::fs::write(folder.join("other.json"), "{}").unwrap();
    let message = refused(&folder, &["report", "--from", "other.json"]);
    assert!(message.contains("`other.json` is not what it should be"), "{message}");
    refused(&folder, &["report", "--from", "one/results.json", "--seed", "2"]);
}

#[test]
fn the_library_is_listed_and_shown() {
    let folder = folder("library");
    let list = isserlis(&folder, &["list"]);
    assert_eq!(code(&list), 0);
    for theorem in isserlis::theorems::LIBRARY {
        assert!(out(&list).contains(theorem.id));
        let shown = isserlis(&folder, &["show", theorem.id]);
        assert_eq!(code(&shown), 0);
        assert!(out(&shown).contains(theorem.source.statement));
    }
}

#[test]
fn an_expression_is_evaluated_exactly() {
    let folder = folder("eval");
    write(&folder, "gram.claim", "scalar u\nclaim moment: E[S^2] == Gamma*Lambda\n");
    let with = ["--with", "gram.claim", "--set", "d=1", "--set", "N=3", "--set", "Lambda=2"];
    // E[(chi^2_3/3 * 2)^3] = (2/3)^3 * 3*5*7.
    let output = isserlis(&folder, &[&["eval", "E[tr(S)^3]"], &with[..]].concat());
    assert_eq!((code(&output), out(&output).as_str()), (0, "280/9\n= 31.11111111111111\n"));
    let messages = refused(&folder, &[&["eval", "E[tr(S)^3"], &with[..]].concat());
    assert!(messages.starts_with("error: expected "), "{messages}");
}

#[test]
fn a_new_claim_file_is_checked_as_it_stands_and_never_overwritten() {
    let folder = folder("new");
    assert_eq!(code(&isserlis(&folder, &["new", "claim", "mine"])), 0);
    assert_eq!(code(&isserlis(&folder, &["check", "mine.claim"])), 0);
    assert!(refused(&folder, &["new", "claim", "mine"]).contains("mine.claim"));
    assert_eq!(code(&isserlis(&folder, &["new", "theorem", "one_step"])), 0);
    assert!(refused(&folder, &["new", "theorem", "One Step"]).contains("like a module"));
}

#[test]
fn a_network_is_trained_and_compared_with_the_prediction() {
    let folder = folder("train");
    let trained = |options: &[&str]| {
        let sizes = ["train", "--set", "d=2", "--set", "N=6"];
        let output = isserlis(&folder, &[&sizes[..], options].concat());
        assert_eq!(code(&output), 0);
        out(&output)
    };
    /// How far the product of the trained network is from the prediction, in percent.
    fn apart(text: &str) -> f64 {
        let last = text.lines().rfind(|line| line.contains("apart by")).expect("a comparison");
        let number = last.trim_end_matches(" %").rsplit(' ').next().expect("a number");
        number.parse().expect("a number")
    }
    let flow = trained(&["--optimizer", "flow"]);
    assert!(apart(&flow) < 0.005, "{flow}");
    insta::assert_snapshot!(flow, @r#"
    linear self-attention, d = 2, N = 6
    gradient flow of the exact population loss up to time 22.8126; the weights are within 3.5e-10 of its limit
    prediction: zhang_frei_bartlett_2024::gradient_flow_limit (arXiv:2306.09927, Theorem 4.1, eq. (4.1))

    Lambda
                   1.0000  0.2500
                   0.2500  1.0000

    W^KQ, block A
      trained      0.6935 -0.1348
                  -0.1348  0.6935
      predicted    0.6935 -0.1348
                  -0.1348  0.6935
      apart by       0.00 %

    W^PV, last entry s
      trained      0.9991
      predicted    0.9991
      apart by       0.00 %

    W^PV, p'
      trained      0.0000  0.0000
      predicted    0.0000  0.0000
      apart by     0.0000

    W^KQ, q'
      trained      0.0000  0.0000
      predicted    0.0000  0.0000
      apart by     0.0000

    s A + p q'
      trained      0.6929 -0.1347
                  -0.1347  0.6929
      predicted    0.6929 -0.1347
                  -0.1347  0.6929
      apart by       0.00 %

    population loss 0.331195; of the prediction 0.331195
    "#);
    for optimizer in ["gd", "sgd", "adam"] {
        let text = trained(&["--optimizer", optimizer]);
        assert!(apart(&text) < 10.0, "{optimizer}: {text}");
        assert_eq!(text, trained(&["--optimizer", optimizer]), "the same seed, the same text");
    }
    let elsewhere = trained(&["--optimizer", "flow", "--start", "random"]);
    assert!(apart(&elsewhere) > 50.0, "a spurious minimum of rank one: {elsewhere}");
}

#[test]
fn a_training_that_cannot_be_done_says_why() {
    let folder = folder("train_refused");
    let said = |options: &[&str]| refused(&folder, &[&["train"], options].concat());
    assert!(said(&["--set", "N=6"]).contains("needs the dimension: --set d=5"));
    let sizes = ["--set", "d=2", "--set", "N=6"];
    let with = |options: &[&str]| said(&[&sizes[..], options].concat());
    assert!(with(&["--set", "Lamda=1"]).contains("did you mean `Lambda`?"));
    assert!(with(&["--set", "Lambda=[[1, 2], [2, 1]]"]).contains("not positive definite"));
    assert!(with(&["--rate", "10"]).contains("training diverged at step"));
    assert!(with(&["--rate", "0"]).contains("a step size is positive"));
    assert!(with(&["--optimizer", "flow", "--steps", "3"]).contains("has no `--steps`"));
    assert!(with(&["--optimizer", "flow", "--sampler", "raw"]).contains("has no `--sampler`"));
    assert!(with(&["--sampler", "raw"]).contains("fixed prompts are drawn once and raw"));
}

#[test]
fn an_expression_is_expanded_for_all_sizes() {
    let folder = folder("expand");
    write(&folder, "gram.claim", "claim moment: E[S^2] == Gamma*Lambda\n");
    let output = isserlis(&folder, &["expand", "E[S^2]", "--with", "gram.claim"]);
    assert_eq!(
        (code(&output), out(&output).as_str()),
        (0, "(1 + N^-1)*Lambda^2 + N^-1*tr(Lambda)*Lambda\n")
    );
    let json = ["expand", "E[tr(S)^2]", "--with", "gram.claim", "--format", "json"];
    let output = isserlis(&folder, &json);
    let value: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(value["normal_form"], "2*N^-1*tr(Lambda^2) + tr(Lambda)^2");
    let output = isserlis(&folder, &["expand", "opnorm(Lambda)", "--with", "gram.claim"]);
    assert_eq!(code(&output), 2);
}

#[test]
fn certificates_are_written_and_verified() {
    let folder = folder("certificates");
    let lines = "claim moment: E[S^2] == Gamma*Lambda\nclaim plain: Gamma*Lambda == Lambda*Gamma\n";
    write(&folder, "gram.claim", lines);
    let output = isserlis(&folder, &["check", "gram.claim", "--certificates", "proofs"]);
    assert_eq!(code(&output), 0);
    let path = "proofs/gram_claim__moment.json";
    let output = isserlis(&folder, &["verify", path, "proofs/gram_claim__plain.json"]);
    assert_eq!(code(&output), 0);
    insta::assert_snapshot!(out(&output), @r#"
    accepted  gram.claim::moment: E[S^2] == Gamma*Lambda
    accepted  gram.claim::plain: Gamma*Lambda == Lambda*Gamma
    "#);
    let text = std::fs::read_to_string(folder.join(path)).expect("a certificate");
    std::fs::write(folder.join(path), text.replace("tr(Lambda)/N*I", "tr(Lambda)*I"))
        .expect("written");
    let output = isserlis(&folder, &["verify", path]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).starts_with("rejected  gram.claim::moment: "), "{}", out(&output));
    std::fs::write(folder.join(path), "no certificate").expect("written");
    assert_eq!(code(&isserlis(&folder, &["verify", path])), 2);
}

#[test]
fn the_conserved_quantities_of_a_flow_are_found() {
    let folder = folder("find");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims/01_zfb_loss.claim");
    let find = |loss: &str| {
        let output = isserlis(&folder, &["find", "conserved", path, loss]);
        assert_eq!(code(&output), 0);
        out(&output)
    };
    assert_eq!(find("Lfull"), "-tr(U*U') - u12'*u12 + u21'*u21 + u^2\n");
    assert_eq!(find("L"), "-tr(U*U') + u^2\n");
    assert!(find("u^2 + tr(U)^2 + tr(U*U')*u").starts_with("no linear or quadratic invariant"));
}

#[test]
fn a_claim_is_derived_step_by_step() {
    let folder = folder("derive");
    let lines = "claim moment: E[S^2] == Gamma*Lambda\n\
                 refute forgot_trace: E[S^2] == (1 + 1/N)*Lambda^2\n";
    write(&folder, "gram.claim", lines);
    let output = isserlis(&folder, &["derive", "gram.claim", "moment"]);
    assert_eq!(code(&output), 0);
    insta::assert_snapshot!(out(&output), @r#"
    % moment: E[S^2] == Gamma*Lambda
    % amsmath, amssymb
    \paragraph{Claim} $\displaystyle \mathbb{E}[S^{2}] = \Gamma \Lambda$.
    Here $\Gamma = \left(1 + \frac{1}{N}\right) \Lambda + \frac{\operatorname{tr}(\Lambda)}{N} I$.

    \paragraph{Expectation} $\displaystyle \mathbb{E}[S^{2}]$.
    It is contracted with an arbitrary matrix $J$ under the trace.
    The integrand expands to
    \begin{align*}
    &N^{-2} \operatorname{tr}(X X^{\top} X X^{\top} J)
    \end{align*}
    Integrating by parts in $X$:
    \begin{align*}
    \mathbb{E}[\operatorname{tr}(X X^{\top} X X^{\top} J)] &= N \mathbb{E}[\operatorname{tr}(\Lambda X X^{\top} J)] + \mathbb{E}[\operatorname{tr}(\Lambda X X^{\top} J)] + \operatorname{tr}(\Lambda J)\, \mathbb{E}[\operatorname{tr}(X X^{\top})] \\
    \mathbb{E}[\operatorname{tr}(\Lambda X X^{\top} J)] &= N \operatorname{tr}(J \Lambda^{2}) \\
    \mathbb{E}[\operatorname{tr}(X X^{\top})] &= N \operatorname{tr}(\Lambda)
    \end{align*}
    So its value is
    \begin{align*}
    &N^{-1} \operatorname{tr}(J \Lambda^{2}) + N^{-1} \operatorname{tr}(\Lambda)\, \operatorname{tr}(\Lambda J) + \operatorname{tr}(J \Lambda^{2})
    \end{align*}

    \paragraph{Both sides}
    \begin{align*}
    \text{left} &= (1 + N^{-1}) \Lambda^{2} + N^{-1} \operatorname{tr}(\Lambda)\, \Lambda \\
    \text{right} &= (1 + N^{-1}) \Lambda^{2} + N^{-1} \operatorname{tr}(\Lambda)\, \Lambda
    \end{align*}
    In normal form the difference is $0$: the claim holds for all sizes.
    "#);
    assert_eq!(code(&isserlis(&folder, &["derive", "gram.claim", "forgot_trace"])), 1);
    let output = isserlis(&folder, &["derive", "gram.claim", "momnt"]);
    assert_eq!(code(&output), 2);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("did you mean `moment`?"), "{message}");
}

#[test]
fn the_mutants_of_a_claim_are_counted_and_the_survivors_listed() {
    let folder = folder("mutants");
    let lines = "at d = 2; N = 3\n\
                 claim moment: E[S] == Lambda\n\
                 refute forgot: E[S] == Lambda/N\n\
                 claim positive: tr(Lambda) >= 0\n";
    write(&folder, "gram.claim", lines);
    let output = isserlis(&folder, &["mutants", "gram.claim"]);
    insta::assert_snapshot!(out(&output), @r#"
    gram.claim::moment
      E[S] == Lambda
      8 mutants, 0 of them equivalent
      proof or exact  8 of 8 rejected

    gram.claim::positive
      tr(Lambda) >= 0
      7 mutants, 6 of them equivalent
      proof or exact  1 of 1 rejected

    2 claims: 15 mutants, 6 of them equivalent
      proof or exact  9 of 9 rejected
    "#);
    let output = isserlis(&folder, &["mutants", "gram.claim", "--format", "json"]);
    let scores: Value = serde_json::from_str(&out(&output)).expect("one object");
    assert_eq!(scores["schema"], "isserlis-mutants/1");
    assert_eq!(scores["lines"][0]["id"], "gram.claim::moment");
    let messages = refused(&folder, &["mutants", "no_such::theorem"]);
    assert!(messages.contains("no theorem `no_such::theorem`"), "{messages}");
}

#[test]
fn a_repetition_that_was_killed_goes_on_where_it_stopped() {
    let folder = folder("repeat");
    write(
        &folder,
        "gram.claim",
        "at d = 2; N = 4; Lambda = [[2, 1/2], [1/2, 1]]\n\
         margin 10% because the slip moves it by half\n\
         claim moment: E[S^2] == Gamma*Lambda\n\
         refute slip: E[S^2] == Lambda^2\nmargin\n\
         claim exact: E[S] == Lambda\n",
    );
    let run = |seeds: &str, more: &[&str]| {
        let arguments = [&["repeat", "gram.claim", "--seeds", seeds], more].concat();
        isserlis(&folder, &arguments)
    };
    let whole = run("4", &["--output", "whole.json", "--threads", "1"]);
    assert_eq!(code(&whole), 0);
    assert!(out(&whole).contains("4 seeds, 1 claim and 1 control: 0 false refutations, 0 accepted controls, every line with the same verdict in all"), "{}", out(&whole));
    // Killed within the third line.
    assert_eq!(code(&run("2", &["--record", "seeds.jsonl"])), 0);
    let record = folder.join("seeds.jsonl");
    let two = std::fs::read_to_string(&record).expect("a record");
    assert_eq!(two.lines().count(), 3, "the plan and two seeds");
    std::fs::write(&record, format!("{two}{{\"seed\":3,\"lines\":[{{\"id\":\"gr"))
        .expect("a torn line");
    let resumed = run("4", &["--record", "seeds.jsonl", "--output", "resumed.json"]);
    assert_eq!(out(&resumed), out(&whole));
    let four = std::fs::read_to_string(&record).expect("a record");
    assert!(four.starts_with(&two), "what stood in it is kept");
    assert_eq!(four.lines().count(), 5);
    let read = |name| std::fs::read_to_string(folder.join(name)).expect("the counts");
    assert_eq!(read("resumed.json"), read("whole.json"));
    // A seed of the record says what `check` says with it; the proof of the other line was made once.
    let third: Value = serde_json::from_str(four.lines().nth(3).expect("a line")).expect("json");
    let check = isserlis(&folder, &["check", "gram.claim", "--seed", "3", "--format", "json"]);
    let check: Value = serde_json::from_str(&out(&check)).expect("one object");
    let pieces = check["claims"][0]["evidence"].as_array().expect("evidence");
    let sampled = pieces.iter().find(|piece| piece["kind"] == "simulation").expect("a simulation");
    assert_eq!(third["lines"][0]["smallest_caught"], sampled["smallest_caught"]);
    assert_eq!(third["lines"].as_array().expect("lines").len(), 2);
    let again = run("4", &["--record", "seeds.jsonl"]);
    assert_eq!(out(&again), out(&whole), "nothing is left to do");
    let messages = refused(
        &folder,
        &["repeat", "gram.claim", "--record", "seeds.jsonl", "--error-budget", "1e-3"],
    );
    assert!(
        messages.contains("is the record of another check: its error budget differs"),
        "{messages}"
    );
    let (first, seeds) = four.split_once('\n').expect("the plan");
    let mut plan: Value = serde_json::from_str(first).expect("json");
    plan["sources"] = "0123456789abcdef".into();
    std::fs::write(&record, format!("{plan}\n{seeds}")).expect("a record of other sources");
    let messages = refused(&folder, &["repeat", "gram.claim", "--record", "seeds.jsonl"]);
    let told = "another build of the program wrote it (of the sources 0123456789abcdef, not ";
    assert!(messages.contains(told), "{messages}");
}

#[test]
fn a_calibration_is_printed_and_written_and_does_not_depend_on_the_number_of_threads() {
    let folder = folder("calibrate");
    let run = |threads: &str, file: &str| {
        let arguments = ["calibrate", "--runs", "2", "--threads", threads, "--output", file];
        let output = isserlis(&folder, &arguments);
        assert_eq!(code(&output), 0);
        let record = std::fs::read_to_string(folder.join(file)).expect("a record");
        (out(&output), record)
    };
    let (text, record) = run("1", "one.json");
    assert_eq!(run("3", "three.json"), (text.clone(), record.clone()));
    assert!(text.contains("risk, variance exact"), "{text}");
    let record: Value = serde_json::from_str(&record).expect("one object");
    assert_eq!(record["schema"], "isserlis-calibration/2");
    assert_eq!(record["rates"].as_array().expect("rates").len(), 28);
    assert_eq!(record["coverage"][4]["runs"], 8);
}
