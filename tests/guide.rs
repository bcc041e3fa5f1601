//! The guide, command by command, and the commands that help to begin.

mod program;

use program::{folder, isserlis};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use yaml_rust2::{Yaml, YamlLoader};

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The pages of the guide.
fn pages() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src");
    let entries = std::fs::read_dir(folder).expect("the guide");
    let mut pages: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a page"))
        })
        .collect();
    pages.sort();
    pages
}

/// What stands in a page, in order.
enum Step {
    /// `<!-- file: NAME -->` in front of a block: its text.
    File(String, String),
    /// A command of a console block with what is shown of its output, and its exit code.
    Command { line: String, shown: String, code: i32 },
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut file = None;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("<!-- file: ") {
            file = name.strip_suffix(" -->").map(str::to_owned);
        } else if let Some(word) = line.strip_prefix("```").filter(|word| !word.is_empty()) {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            match (file.take(), word) {
                (Some(name), _) => steps.push(Step::File(name, block.join("\n") + "\n")),
                (None, "console") => steps.extend(commands(&block)),
                _ => {}
            }
        }
    }
    steps
}

fn commands(block: &[&str]) -> Vec<Step> {
    let mut found: Vec<Step> = Vec::new();
    let mut echo = false;
    for line in block {
        match line.strip_prefix("$ ") {
            Some("echo $?") => echo = true,
            Some(command) => {
                let line = command.to_owned();
                found.push(Step::Command { line, shown: String::new(), code: 0 });
            }
            None => match found.last_mut() {
                Some(Step::Command { code, .. }) if echo => {
                    *code = line.parse().expect("an exit code");
                    echo = false;
                }
                Some(Step::Command { shown, .. }) => *shown += &format!("{line}\n"),
                _ => panic!("output without a command: {line}"),
            },
        }
    }
    found
}

/// The words of a command; quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in line.chars() {
        match (character, quote) {
            (mark @ ('\'' | '"'), None) => quote = Some(mark),
            (mark, Some(open)) if mark == open => quote = None,
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().expect("a word").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether the output is the shown one; a line `...` stands for any lines.
fn fits(shown: &str, output: &str) -> bool {
    let parts: Vec<&str> = shown.split("...\n").collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    if parts.len() == 1 {
        return shown == output;
    }
    let mut rest = output;
    for part in &parts {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    output.starts_with(first) && output.ends_with(last)
}

#[test]
fn every_command_of_the_guide_does_what_the_guide_shows() {
    let mut run = 0;
    for (name, page) in pages() {
        let folder = folder(&name);
        for step in steps(&page) {
            match step {
                Step::File(file, text) => {
                    let path = folder.join(file);
                    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                    std::fs::write(path, text).expect("a file");
                }
                Step::Command { line, shown, code } => {
                    let words = words(&line);
                    assert_eq!(words[0], "isserlis", "{name}: `{line}` is not run by this test");
                    let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                    let output = isserlis(&folder, &arguments);
                    let messages = String::from_utf8(output.stderr.clone()).expect("text");
                    let whole = out(&output) + &messages;
                    assert_eq!(output.status.code(), Some(code), "{name}: {line}\n{whole}");
                    assert!(
                        shown.is_empty() || fits(&shown, &whole),
                        "{name}: {line}\nis shown to print\n{shown}\nand prints\n{whole}"
                    );
                    run += 1;
                }
            }
        }
    }
    assert!(run >= 12, "the guide has commands: {run}");
}

#[test]
fn every_page_of_the_guide_is_in_its_summary_and_every_link_leads_to_a_page() {
    let pages = pages();
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    let (_, summary) = pages.iter().find(|(name, _)| name == "SUMMARY.md").expect("a summary");
    for (name, page) in &pages {
        let listed = summary.contains(&format!("({name})"));
        assert!(listed || name == "SUMMARY.md", "{name} is not in the summary");
        for link in page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap_or("")) {
            let target = link.split('#').next().unwrap_or("");
            if !link.starts_with("http") && !target.is_empty() {
                assert!(names.contains(&target), "{name}: a link to {link}");
            }
        }
    }
}

/// The value at a path of keys.
fn at<'a>(mut value: &'a Yaml, path: &[&str]) -> &'a Yaml {
    for key in path {
        value = &value[*key];
    }
    value
}

#[test]
fn the_workflow_and_the_hook_for_projects_are_well_formed_and_their_commands_work() {
    let folder = folder("workflow");
    std::fs::create_dir(folder.join("claims")).expect("a folder");
    let text = "space d\nmatrix A[d,d]\nat d = 2\nclaim a: tr(A) == tr(A')\n";
    std::fs::write(folder.join("claims/it.claim"), text).expect("a claim file");

    let workflow = include_str!("../report/github/isserlis.yml");
    let read = &YamlLoader::load_from_str(workflow).expect("YAML")[0];
    let steps = at(read, &["jobs", "check", "steps"]).as_vec().expect("steps");
    let told = workflow.lines().filter_map(|line| line.strip_prefix("#   "));
    let run = steps.iter().filter_map(|step| step["run"].as_str());
    let mut checked = 0;
    for command in told.chain(run).filter(|command| command.starts_with("isserlis ")) {
        let command = command.split(" || ").next().expect("a command");
        let words = words(command.split(" >> ").next().expect("a command"));
        let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let output = isserlis(&folder, &arguments);
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{command}\n{messages}");
        checked += 1;
    }
    assert_eq!(checked, 4);

    let hooks = YamlLoader::load_from_str(include_str!("../.pre-commit-hooks.yaml")).expect("YAML");
    let hook = &hooks[0][0];
    for key in ["id", "name", "entry", "language", "files"] {
        assert!(hook[key].as_str().is_some(), "{key}");
    }
    let words = words(hook["entry"].as_str().expect("a command"));
    let mut arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    arguments.push("claims/it.claim");
    assert_eq!(isserlis(&folder, &arguments).status.code(), Some(0));
}

#[test]
fn a_new_claim_file_holds_as_it_is() {
    let folder = folder("new");
    assert_eq!(isserlis(&folder, &["new", "claim", "mine"]).status.code(), Some(0));
    let output = isserlis(&folder, &["check", "mine.claim"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let text = std::fs::read_to_string(folder.join("mine.claim")).expect("the file");
    assert!(text.matches('#').count() >= 5, "it explains itself: {text}");
    assert_eq!(isserlis(&folder, &["new", "claim", "mine"]).status.code(), Some(2), "not over it");
}

#[test]
fn explain_answers_with_the_entry_and_lists_all_words() {
    let folder = folder("explain");
    let verified = out(&isserlis(&folder, &["explain", "verified"]));
    assert!(verified.starts_with("verified (verdicts)\n\nAgrees at every instance"), "{verified}");
    assert_eq!(out(&isserlis(&folder, &["explain", "Verified"])), verified);
    let control = out(&isserlis(&folder, &["explain", "smallest error caught"]));
    assert!(control.starts_with("smallest-error-caught (results)\n"), "{control}");
    let two = out(&isserlis(&folder, &["explain", "proved", "0"]));
    assert!(two.starts_with("proved (verdicts)") && two.contains("\n0 (exit codes)\n"), "{two}");
    let list = out(&isserlis(&folder, &["explain"]));
    for word in ["proved", "flow", "coeff", "shape-mismatch", "gaussian", "70"] {
        assert!(list.split_whitespace().any(|known| known == word), "{word}\n{list}");
    }
    assert!(list.lines().all(|line| line.len() < 80), "{list}");
    let unknown = isserlis(&folder, &["explain", "verifed"]);
    assert_eq!(unknown.status.code(), Some(2));
    let told = String::from_utf8(unknown.stderr).expect("text");
    assert_eq!(told, "error: `verifed` is not explained; did you mean `verified`?\n");
}

#[test]
fn completions_and_manual_pages_name_every_subcommand() {
    let folder = folder("manual");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = out(&isserlis(&folder, &["completions", shell]));
        for word in ["check", "diff", "explain", "baseline"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = out(&isserlis(&folder, &["man"]));
    assert!(page.contains(".TH isserlis 1") && page.contains("Exit codes"), "{page}");
    assert_eq!(isserlis(&folder, &["man", "--output", "man"]).status.code(), Some(0));
    let page = std::fs::read_to_string(folder.join("man/isserlis-check.1")).expect("a page");
    assert!(page.contains("\\-\\-baseline"), "{page}");
}

/// A running `check --watch`, ended with the test.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_isserlis"));
        command.args(["check", "--watch"]).args(arguments).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let (sender, lines) = channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("a pipe")),
            Box::new(child.stderr.take().expect("a pipe")),
        ];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Self { child, lines }
    }

    /// All lines until each of the texts stood in one: they come by two pipes, in any order.
    fn until(&self, texts: &[&str]) -> String {
        let end = Instant::now() + Duration::from_secs(120);
        let mut seen = String::new();
        while !texts.iter().all(|text| seen.contains(text)) {
            let wait = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(wait) {
                Ok(line) => seen += &format!("{line}\n"),
                Err(_) => panic!("{texts:?} did not come:\n{seen}"),
            }
        }
        seen
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watching_checks_what_was_saved_again_and_survives_mistakes_and_replaced_files() {
    let folder = folder("watch");
    let text = |line: &str| format!("space d\nmatrix A[d,d]\nat d = 2\nclaim a: {line}\n");
    let save = |name: &str, line: &str| {
        std::fs::write(folder.join(name), text(line)).expect("a file");
    };
    save("one.claim", "tr(A) == tr(A')");
    save("two.claim", "tr(A) == tr(A)");
    let watching = Watching::start(&folder, &["."]);
    let ready = "watching; Ctrl-C ends";
    let proved = "1 claim: 1 proved";
    watching.until(&["--- ./one.claim, ./two.claim", "2 claims: 2 proved", ready]);

    save("one.claim", "tr(A) == tr(A*A)");
    let seen = watching.until(&["--- ./one.claim", "FAIL claim  a", "1 claim: 1 refuted", ready]);
    assert!(!seen.contains("two.claim"), "{seen}");

    save("one.claim", "tr(A == tr(A)");
    watching.until(&["--- ./one.claim", "error: expected `)`", "opened here", ready]);

    // An editor that writes a new file and moves it over the old one, which is gone for a moment.
    std::fs::remove_file(folder.join("one.claim")).expect("the file");
    std::thread::sleep(Duration::from_millis(500));
    std::fs::write(folder.join("one.tmp"), text("tr(A') == tr(A)")).expect("a file");
    std::fs::rename(folder.join("one.tmp"), folder.join("one.claim")).expect("a move");
    watching.until(&["--- ./one.claim", proved, ready]);

    save("three.claim", "tr(A)^2 == tr(A)^2");
    watching.until(&["--- ./three.claim", proved, ready]);
}

#[test]
fn watching_needs_files() {
    let folder = folder("watch_nothing");
    for arguments in [&["check", "--watch"][..], &["check", "--watch", "-"]] {
        let output = isserlis(&folder, arguments);
        assert_eq!(output.status.code(), Some(2));
    }
}
