//! The formats for machines, each read by something else than what wrote it: JSON and SARIF by
//! their schemas, JUnit by the XSD of Jenkins' plugin, annotations by the rules of GitHub's runner.

mod program;

use program::{folder, isserlis};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// Everything that a report can contain: a claim that holds, one that does not, an undecided one,
/// a control that is rejected and one that is not, a simulation, and a matrix.
const MIXED: &str = "\
theory a <title> & \"more\"
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
let S = X*X'/N
at d = 2; N = 4
margin 20% because a quick run is enough here
claim trace: E[tr(S)] == tr(Lambda)
claim matrix: E[S] == Lambda
refute twice: E[S] == 2*Lambda
margin
claim wrong: E[S^2] == Lambda^2
refute holds: E[S] == Lambda
at
note 100% open, <really>
claim undecided: opnorm(Lambda) <= tr(Lambda)
";

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// A folder with everything that can go wrong, and what `check` prints of it.
fn checked(test: &str, format: &str) -> (i32, String) {
    let folder = folder(test);
    std::fs::write(folder.join("mixed, 100%.claim"), MIXED).expect("a claim file");
    std::fs::write(folder.join("bad&.claim"), "space d\nscalar a\nclaim b: tr(Lambda == d\n")
        .expect("a claim file");
    std::fs::write(folder.join("empty.claim"), "space d\n").expect("a claim file");
    std::fs::write(folder.join("binary.claim"), b"space \xff").expect("a claim file");
    let output = isserlis(&folder, &["check", ".", "--format", format]);
    (output.status.code().expect("it ends by itself"), out(&output))
}

fn schema(text: &str) -> jsonschema::Validator {
    let schema = serde_json::from_str(text).expect("a schema is JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

fn assert_valid(schema: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn results_schema() -> jsonschema::Validator {
    schema(include_str!("../report/results.schema.json"))
}

#[test]
fn results_obey_the_published_schema_and_only_results_do() {
    let folder = folder("json");
    std::fs::write(folder.join("mixed.claim"), MIXED).expect("a claim file");
    let files =
        ["check", "mixed.claim", "--evidence", "proof,exact,simulation", "--format", "json"];
    let value: Value = serde_json::from_str(&out(&isserlis(&folder, &files))).expect("JSON");
    let claims = value["claims"].as_array().expect("lines");
    let measured = claims.iter().flat_map(|line| line["evidence"].as_array().expect("evidence"));
    assert!(measured.clone().any(|piece| piece.get("estimate").is_some()), "{value:#}");
    assert!(claims.iter().any(|line| !line["counterexample"].is_null()));
    let schema = results_schema();
    assert_valid(&schema, &value);
    let broken: [fn(&mut Value); 5] = [
        |value| value["claims"][0]["verdict"] = "maybe".into(),
        |value| value["claims"][0]["as_claimed"] = "yes".into(),
        |value| drop(value["claims"][0].as_object_mut().map(|line| line.remove("text_hash"))),
        |value| value["seed"] = (-1).into(),
        |value| value["claims"][1]["evidence"][0]["kind"] = "guess".into(),
    ];
    for (number, breaks) in broken.into_iter().enumerate() {
        let mut other = value.clone();
        breaks(&mut other);
        assert!(!schema.is_valid(&other), "{number}");
    }
}

#[test]
fn a_theorem_with_experiments_obeys_the_schema() {
    let folder = folder("theorem");
    let arguments = ["check", "--theorem", "discrete_balance_identity", "--format", "json"];
    let output = isserlis(&folder, &arguments);
    let value: Value = serde_json::from_str(&out(&output)).expect("JSON");
    let experiments = value["subjects"][0]["experiments"].as_array();
    assert!(experiments.is_some_and(|all| !all.is_empty()), "{value:#}");
    assert_valid(&results_schema(), &value);
}

#[test]
fn sarif_obeys_the_schema_of_its_standard() {
    let (code, text) = checked("sarif", "sarif");
    assert_eq!(code, 2, "a bad file counts more than a refuted claim");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let sarif = schema(include_str!("vectors/sarif-2.1.0.schema.json"));
    assert_valid(&sarif, &value);
    let results = value["runs"][0]["results"].as_array().expect("results");
    let rules = value["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    let found: Vec<(&str, &str, u64)> = results
        .iter()
        .map(|result| {
            let rule = result["ruleId"].as_str().expect("a rule");
            assert!(rules.iter().any(|known| known["id"] == rule), "{rule}");
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().expect("a file");
            (rule, uri, place["region"]["startLine"].as_u64().unwrap_or(0))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("unclosed-bracket", "bad%26.claim", 3),
            ("unreadable-file", "binary.claim", 0),
            ("unreadable-file", "empty.claim", 0),
            ("not-as-claimed", "mixed%2C%20100%25.claim", 12),
            ("not-as-claimed", "mixed%2C%20100%25.claim", 13),
            ("undecided", "mixed%2C%20100%25.claim", 16),
        ]
    );
    let bracket = &results[0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(bracket["startColumn"], 20, "{bracket}");
    let text = results[3]["message"]["text"].as_str().expect("a message");
    assert!(text.contains("exact counterexample") && text.contains("left "), "{text}");
}

#[test]
fn where_everything_is_as_claimed_sarif_and_annotations_are_empty() {
    let folder = folder("all_well");
    let lines = "space d\nmatrix A[d,d]\nat d = 2\nclaim a: tr(A) == tr(A')\n";
    std::fs::write(folder.join("well.claim"), lines).expect("a claim file");
    let output = isserlis(&folder, &["check", ".", "--format", "sarif"]);
    let value: Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(value["runs"][0]["results"], Value::Array(Vec::new()));
    let output = isserlis(&folder, &["check", ".", "--format", "github"]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""));
}

/// A workflow command as the runner of GitHub Actions reads it: level, properties, message.
fn read_command(line: &str) -> (String, Vec<(String, String)>, String) {
    let rest = line.strip_prefix("::").expect("a command");
    let (head, message) = rest.split_once("::").expect("a message");
    let (level, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let properties = properties.split(',').filter(|text| !text.is_empty()).map(|text| {
        let (name, value) = text.split_once('=').expect("a property");
        (name.to_owned(), property(value))
    });
    (level.to_owned(), properties.collect(), data(message))
}

#[test]
fn annotations_are_read_back_as_they_were_meant() {
    let (code, text) = checked("github", "github");
    assert_eq!(code, 2);
    let commands: Vec<_> = text.lines().map(read_command).collect();
    let property = |command: &(String, Vec<(String, String)>, String), name: &str| {
        let found = command.1.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let found: Vec<[String; 4]> = commands
        .iter()
        .map(|one| {
            [one.0.clone(), property(one, "file"), property(one, "line"), property(one, "title")]
        })
        .collect();
    let mixed = "mixed, 100%.claim";
    let expected = [
        ["error", "bad&.claim", "3", "unclosed-bracket"],
        ["error", "binary.claim", "", ""],
        ["error", "empty.claim", "", ""],
        ["error", mixed, "12", "mixed, 100%.claim::wrong"],
        ["error", mixed, "13", "mixed, 100%.claim::holds"],
        ["warning", mixed, "16", "mixed, 100%.claim::undecided"],
    ];
    assert_eq!(found, expected.map(|row| row.map(str::to_owned)));
    assert_eq!(property(&commands[0], "col"), "20");
    assert!(commands[3].2.contains("\nleft "), "{}", commands[3].2);
}

#[test]
fn junit_is_what_jenkins_reads() {
    let (code, text) = checked("junit", "junit");
    assert_eq!(code, 2);
    for part in [
        "<testsuites name=\"isserlis\" tests=\"9\" failures=\"2\" errors=\"3\" ",
        "<testsuite name=\"mixed, 100%.claim\" tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"1\" ",
        "<testcase name=\"claim trace\" classname=\"mixed, 100%.claim\" time=\"",
        "<failure type=\"refuted\" message=\"refuted: exact counterexample at N = ",
        "left    ",
        "<skipped message=\"open: ",
        "<error type=\"unclosed-bracket\" message=\"expected `)` before `==`\">",
        "<error type=\"unreadable-file\" message=\"nothing to check in `./empty.claim`",
        "bad&amp;.claim",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let folder = folder("junit_file");
    let file = folder.join("junit.xml");
    std::fs::write(&file, text).expect("a file");
    let xsd = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/junit-10.xsd");
    let lint = Command::new("xmllint").arg("--noout").arg("--schema").arg(xsd).arg(file).output();
    match lint {
        Ok(lint) => {
            let messages = String::from_utf8_lossy(&lint.stderr).into_owned();
            assert!(lint.status.success(), "{messages}");
        }
        // `.ci/run` installs it.
        Err(_) => eprintln!("SKIPPED: xmllint is absent, so the XSD of JUnit was not applied"),
    }
}

#[test]
fn a_report_has_the_junit_file_too() {
    let folder = folder("report");
    std::fs::write(folder.join("mixed.claim"), MIXED).expect("a claim file");
    let output = isserlis(&folder, &["report", "mixed.claim", "--output", "out", "--quiet"]);
    assert_eq!(output.status.code(), Some(1));
    let text = std::fs::read_to_string(folder.join("out/junit.xml")).expect("junit.xml");
    assert!(text.contains("tests=\"6\" failures=\"2\" errors=\"0\""), "{text}");
}
