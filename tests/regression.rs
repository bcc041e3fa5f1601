//! What `diff` and `check --baseline` tell, and what they do not.

mod program;

use isserlis::claim::ClaimFile;
use isserlis::regression::{Baseline, Differences, What, differences};
use isserlis::suite::{Subject, run};
use isserlis::verdict::EvidenceKind;
use isserlis::{Results, Settings};
use program::isserlis;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const GRAM: &str = "\
theory Gram matrix
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
at d = 2; N = 3
claim moment: E[S^2] == Gamma*Lambda
refute forgot_trace: E[S^2] == (1 + 1/N)*Lambda^2
margin 20% because a quick run is enough here
claim trace: E[tr(S)] == tr(Lambda)
";

fn folder(test: &str) -> PathBuf {
    let folder = program::folder(test);
    std::fs::write(folder.join("gram.claim"), GRAM).expect("a claim file");
    folder
}

/// Exit code and standard output.
fn ends(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = isserlis(folder, arguments);
    let out = String::from_utf8(output.stdout).expect("text");
    (output.status.code().expect("it ends by itself"), out)
}

/// A folder with the baseline of `gram.claim`.
fn with_baseline(test: &str) -> PathBuf {
    let folder = folder(test);
    let arguments = ["check", "gram.claim", "--format", "baseline", "--output", "base.json"];
    assert_eq!(ends(&folder, &arguments), (0, String::new()));
    folder
}

/// Changes a file of results as if another run had written it.
fn plant(folder: &Path, from: &str, to: &str, change: impl FnOnce(&mut Value)) {
    let text = std::fs::read_to_string(folder.join(from)).expect("results");
    let mut value = serde_json::from_str(&text).expect("JSON");
    change(&mut value);
    std::fs::write(folder.join(to), value.to_string()).expect("results");
}

fn line<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    let lines = value["claims"].as_array_mut().expect("lines");
    let id = format!("gram.claim::{name}");
    lines.iter_mut().find(|line| line["id"] == id.as_str()).expect("the line")
}

/// The first measurement of a line.
fn measured(line: &mut Value) -> &mut Value {
    let pieces = line["evidence"].as_array_mut().expect("evidence");
    pieces.iter_mut().find(|piece| piece.get("estimate").is_some()).expect("a measurement")
}

#[test]
fn the_same_run_is_not_worse_than_itself() {
    let folder = with_baseline("same");
    let (code, out) = ends(&folder, &["check", "gram.claim", "--baseline", "base.json"]);
    assert_eq!(code, 0);
    let told = "\n3 lines and 1 estimate compared: 0 worse, 0 changes in all; a move is told in \
                error with probability at most 2e-6\n";
    assert!(out.ends_with(told), "{out}");
}

#[test]
fn a_baseline_is_read_like_the_results_that_it_is_part_of() {
    let folder = with_baseline("slim");
    let arguments = ["check", "gram.claim", "--format", "json", "--output", "results.json"];
    assert_eq!(ends(&folder, &arguments).0, 0);
    let [slim, whole] = ["base.json", "results.json"].map(|name| {
        let read = Baseline::read(&folder.join(name)).expect("a baseline");
        Baseline { schema: String::new(), ..read }
    });
    assert_eq!(slim, whole);
    assert_eq!(ends(&folder, &["diff", "base.json", "results.json"]).0, 0);
}

#[test]
fn a_worse_verdict_ends_with_4() {
    let folder = with_baseline("verdict");
    // A lost proof: the same text, by exact evidence alone.
    let arguments = ["check", "gram.claim", "--baseline", "base.json", "--evidence", "exact"];
    let (code, out) = ends(&folder, &arguments);
    assert_eq!(code, 4, "{out}");
    assert!(out.contains("\nWORSE gram.claim::moment: was proved, is verified\n"), "{out}");

    for (name, verdict, as_claimed) in [
        ("moment", "refuted", json!(false)),
        ("moment", "open", Value::Null),
        ("forgot_trace", "verified", json!(false)),
        ("forgot_trace", "inconclusive", Value::Null),
    ] {
        plant(&folder, "base.json", "new.json", |value| {
            line(value, name)["verdict"] = verdict.into();
            line(value, name)["as_claimed"] = as_claimed;
        });
        let (code, out) = ends(&folder, &["diff", "base.json", "new.json"]);
        assert_eq!(code, 4, "{out}");
        assert!(out.starts_with(&format!("WORSE gram.claim::{name}: was ")), "{out}");
        let back = ends(&folder, &["diff", "new.json", "base.json"]);
        assert_eq!(back.0, 0, "a better verdict is told, and no more: {}", back.1);
        assert!(back.1.starts_with(&format!("      gram.claim::{name}: was ")), "{}", back.1);
    }
}

#[test]
fn an_inconclusive_line_is_worse_at_the_same_seed_alone() {
    let folder = with_baseline("inconclusive");
    for (name, seed, expected) in
        [("trace", 1, 4), ("trace", 2, 4), ("forgot_trace", 1, 4), ("forgot_trace", 2, 0)]
    {
        plant(&folder, "base.json", "new.json", |value| {
            value["seed"] = seed.into();
            line(value, name)["verdict"] = "inconclusive".into();
            line(value, name)["as_claimed"] = Value::Null;
        });
        let (code, out) = ends(&folder, &["diff", "base.json", "new.json"]);
        assert_eq!(code, expected, "{name} was proved or sampled, seed {seed}: {out}");
        assert!(out.contains(&format!("gram.claim::{name}: was ")), "{out}");
    }
}

#[test]
fn an_estimate_that_moved_beyond_both_intervals_ends_with_4_and_one_within_does_not() {
    let folder = with_baseline("moved");
    let shift = |part: f64| {
        plant(&folder, "base.json", "new.json", |value| {
            let piece = measured(line(value, "trace"));
            let [low, high] = [0, 1].map(|end| piece["interval"][end].as_f64().expect("an end"));
            let moved = |value: f64| json!(value + part * (high - low));
            piece["interval"] = json!([moved(low), moved(high)]);
            piece["estimate"] = moved(piece["estimate"].as_f64().expect("an estimate"));
        });
        ends(&folder, &["diff", "base.json", "new.json"])
    };
    for part in [1.01, -1.01] {
        let (code, out) = shift(part);
        assert_eq!(code, 4, "{out}");
        assert!(out.starts_with("WORSE gram.claim::trace: simulation at N = 3, d = 2 moved: was "));
    }
    for part in [0.99, -0.99] {
        let (code, out) = shift(part);
        assert_eq!(code, 0, "{out}");
        assert!(out.contains("; 1 estimate not the same numbers at the same seed\n"), "{out}");
    }
}

#[test]
fn a_changed_text_ends_with_4_and_a_changed_remark_does_not() {
    let folder = with_baseline("text");
    let check = |old: &str, new: &str| {
        assert!(GRAM.contains(old));
        std::fs::write(folder.join("gram.claim"), GRAM.replacen(old, new, 1)).expect("a file");
        ends(&folder, &["check", "gram.claim", "--baseline", "base.json"])
    };
    for (old, new, told) in [
        ("== Gamma*Lambda", "== Lambda*Gamma", "moment: another statement: was E[S^2] == "),
        ("at d = 2; N = 3", "at d = 2; N = 4", "moment: another declaration, instance or margin"),
        ("margin 20%", "margin 30%", "trace: another declaration, instance or margin"),
        ("(1 + 1/N)*Lambda +", "Lambda + Lambda/N +", "moment: another declaration"),
        ("refute forgot_trace", "claim forgot_trace", "forgot_trace: another declaration"),
    ] {
        let (code, out) = check(old, new);
        assert_eq!(code, 4, "{out}");
        assert!(out.contains(&format!("\nWORSE gram.claim::{told}")), "{told}\n{out}");
    }
    for (old, new) in [
        ("theory Gram matrix", "theory another title # remark"),
        ("because a quick run is enough here", "because of another reason"),
        ("X*X'/N", "X*Xᵀ/N"),
        ("at d", "scalar idle\nat d"),
    ] {
        let (code, out) = check(old, new);
        assert_eq!(code, 0, "{out}");
    }
}

#[test]
fn a_missing_line_is_worse_and_a_new_one_is_not() {
    let folder = with_baseline("lines");
    let arguments = ["check", "gram.claim", "--baseline", "base.json"];
    let more = format!("{GRAM}claim more: E[tr(S)] >= 0\n");
    std::fs::write(folder.join("gram.claim"), more).expect("a file");
    let (code, out) = ends(&folder, &arguments);
    assert!(code == 0 && out.contains("gram.claim::more: is new, "), "{out}");
    std::fs::write(folder.join("gram.claim"), GRAM.replace("claim trace", "claim renamed"))
        .expect("a file");
    let (code, out) = ends(&folder, &arguments);
    assert!(code == 4 && out.contains("\nWORSE gram.claim::trace: is missing, was "), "{out}");
    // Lines that were not asked for are not missing.
    let some = [&arguments[..], &["--theorem", "moment"]].concat();
    assert_eq!(ends(&folder, &some).0, 0);
}

#[test]
fn of_several_exit_codes_the_first_of_70_2_4_1_3_counts() {
    let folder = with_baseline("codes");
    let check = |text: &str| {
        std::fs::write(folder.join("gram.claim"), text).expect("a file");
        ends(&folder, &["check", ".", "--baseline", "base.json"]).0
    };
    let refuted = GRAM.replace("refute forgot_trace", "claim forgot_trace");
    assert_eq!(check(&refuted), 4, "worse counts more than refuted");
    let undecided = GRAM.replace("at d = 2; N = 3", "at d = 1; N = 3");
    assert_eq!(check(&undecided), 4, "worse counts more than undecided");
    std::fs::write(folder.join("bad.claim"), "space\n").expect("a file");
    assert_eq!(check(&refuted), 2, "a mistake counts more than worse");
}

#[test]
fn what_is_no_baseline_is_refused() {
    let folder = with_baseline("refused");
    std::fs::write(folder.join("other.json"), "{\"schema\": \"other/1\"}").expect("a file");
    plant(&folder, "base.json", "later.json", |value| {
        value["schema"] = "isserlis-results/9".into()
    });
    for (file, told) in [
        ("none.json", "cannot read `none.json`"),
        ("other.json", "`other.json` holds no results: "),
        ("later.json", "its schema `isserlis-results/9` is not known here"),
    ] {
        for arguments in
            [&["diff", file, "base.json"][..], &["check", "--baseline", file, "gram.claim"]]
        {
            let output = isserlis(&folder, arguments);
            let messages = String::from_utf8(output.stderr).expect("text");
            assert_eq!(output.status.code(), Some(2), "{messages}");
            assert!(messages.contains(told), "{messages}");
        }
    }
}

#[test]
fn slower_is_worse_where_it_is_asked_for() {
    let folder = folder("slower");
    for name in ["old", "new"] {
        let arguments = ["report", "gram.claim", "--output", name, "--quiet"];
        assert_eq!(ends(&folder, &arguments).0, 0);
    }
    plant(&folder, "new/timings.json", "new/timings.json", |value| {
        value[0]["seconds"] = json!(1000.0);
    });
    assert_eq!(ends(&folder, &["diff", "old", "new"]).0, 0);
    let (code, out) = ends(&folder, &["diff", "old", "new", "--slower", "2"]);
    assert_eq!(code, 4, "{out}");
    assert!(out.starts_with("WORSE the run: slower: took "), "{out}");
    assert_eq!(ends(&folder, &["diff", "new", "old", "--slower", "2"]).0, 0);
}

#[test]
fn differences_are_told_in_every_format() {
    let folder = with_baseline("told");
    plant(&folder, "base.json", "new.json", |value| {
        line(value, "moment")["verdict"] = "open".into();
        line(value, "moment")["as_claimed"] = Value::Null;
        line(value, "trace")["id"] = "gram.claim::a|b".into();
    });
    let told = |format: &str| {
        let (code, out) = ends(&folder, &["diff", "base.json", "new.json", "--format", format]);
        assert_eq!(code, 4);
        out
    };
    let markdown = told("markdown");
    assert!(markdown.starts_with("### Claims got worse\n\n| | line | change |\n"), "{markdown}");
    assert!(markdown.contains("\n| **worse** | `gram.claim::moment` | was proved, is open |\n"));
    assert!(markdown.contains("\n|  | `gram.claim::a\\|b` | is new, "), "{markdown}");
    let value: Value = serde_json::from_str(&told("json")).expect("JSON");
    assert_eq!(
        (&value["schema"], &value["worse"]),
        (&json!("isserlis-differences/1"), &json!(true))
    );
    let first = json!({"id": "gram.claim::moment", "worse": true, "change": "verdict",
                       "old": "proved", "new": "open"});
    assert_eq!(value["changes"][0], first);
    assert_eq!(value["changes"][1]["change"], "missing");
    let annotation = "::error title=worse%3A gram.claim%3A%3Amoment::was proved, is open\n";
    assert!(told("github").starts_with(annotation));
}

/// Three claims that are sampled, at instances with everything listed and at drawn ones.
const SAMPLED: &str = "\
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
let S = X*X'/N
margin 20% because a quick run is enough here
at d = 2; N = 3; Lambda = [[2, 1/2], [1/2, 1]]
claim trace: E[tr(S)] == tr(Lambda)
claim square: E[tr(S)^2] == tr(Lambda)^2 + 2/N*tr(Lambda^2)
at d = 2; N = 5
claim drawn: E[S] == Lambda
";

fn sampled(seed: u64) -> Results {
    let file = ClaimFile::parse("noise.claim", SAMPLED).expect("a claim file");
    let subject = Subject::new("noise.claim".to_owned(), "noise.claim".to_owned(), file);
    let settings =
        Settings { seed, evidence: Some([EvidenceKind::Simulation].into()), ..Settings::default() };
    run(&[subject], &settings, &|_| ()).results
}

#[test]
fn twenty_seeds_raise_no_false_alarm() {
    let first = Baseline::of(&sampled(1));
    for seed in 2..=21 {
        let other = differences(&first, &Baseline::of(&sampled(seed)), &[]);
        assert!(other.changes.is_empty(), "{other:#?}");
        assert_eq!(other.compared.estimates, 2, "everything listed: the same quantities");
        assert_eq!(other.compared.without_partner, 1, "a drawn letter: another quantity");
    }
}

/// Runs with one measurement of a standard normal law around `truth`, its interval missing with
/// probability `share`.
fn of_one_draw(draw: f64, share: f64, half: f64) -> Baseline {
    let value = json!({
        "schema": "isserlis-baseline/1", "version": "0", "seed": 1, "effort": "quick",
        "error_budget": share, "comparisons": 1,
        "claims": [{"id": "a::b", "kind": "claim", "verdict": "verified", "as_claimed": true,
                    "text_hash": "0", "statement": "x == 0",
                    "evidence": [{"kind": "simulation", "quantity": "x", "estimate": draw,
                                  "interval": [draw - half, draw + half]}]}],
    });
    serde_json::from_value(value).expect("a baseline")
}

fn moved(found: &Differences) -> bool {
    found.changes.iter().any(|change| matches!(change.what, What::Moved { .. }))
}

#[test]
fn false_alarms_are_no_more_frequent_than_the_bound_even_at_wide_shares() {
    // Shares of 0.2 and 0.4: half widths are the quantiles of the normal law at 0.9 and 0.8.
    let (narrow, wide) = (0.841_621_233_6, 1.281_551_565_5);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let (mut alarms, mut caught, trials) = (0, 0, 4000);
    for _ in 0..trials {
        let old = of_one_draw(normal(), 0.2, wide);
        let new = normal();
        let found = differences(&old, &of_one_draw(new, 0.4, narrow), &[]);
        assert!((found.compared.false_alarm - 0.6).abs() < 1e-12);
        alarms += u32::from(moved(&found));
        caught += u32::from(moved(&differences(&old, &of_one_draw(new + 9.0, 0.4, narrow), &[])));
    }
    // P(|N(0, 2)| > 2.123) = 0.133, far below the bound but no rarity.
    let rate = f64::from(alarms) / f64::from(trials);
    assert!((0.11..0.16).contains(&rate), "{rate}");
    assert_eq!(caught, trials, "a true move is seen");
}
