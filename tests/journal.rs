//! Runs that are killed, runs that find no room, and runs that several machines share: the end is
//! that of one run that nothing disturbs, byte for byte.

mod program;

use isserlis::storage::Checkpoints;
use isserlis::suite::{Selection, Settings, library, run};
use isserlis::verdict::{EvidenceKind, Verdict};
use program::{command, folder, isserlis};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// What a report writes, but for the times.
const FILES: [&str; 3] = ["report.md", "report.tex", "results.json"];

/// The claim files: proved, exact, too large for exact arithmetic, sampled.
fn claims() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journal").display().to_string()
}

fn messages(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// The messages of a run that ends with this code.
fn ends_with(code: i32, output: &Output) -> String {
    let messages = messages(output);
    assert_eq!(output.status.code(), Some(code), "{messages}");
    messages
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a report, each the same as that of another one.
fn assert_same(one: &Path, other: &Path) {
    for file in FILES {
        assert!(read(&one.join(file)) == read(&other.join(file)), "{file} of {}", one.display());
    }
}

fn report(folder: &Path, output: &str, more: &[&str]) -> Output {
    let claims = claims();
    isserlis(folder, &[&["report", &claims, "--output", output], more].concat())
}

/// The report of one run that nothing disturbs.
fn undisturbed(folder: &Path) -> PathBuf {
    ends_with(0, &report(folder, "whole", &[]));
    let whole = folder.join("whole");
    assert!(!whole.join("journal.jsonl").exists(), "a finished run needs no journal");
    whole
}

#[test]
fn a_run_that_is_killed_at_any_point_goes_on_where_it_was() {
    let folder = folder("killed");
    let whole = undisturbed(&folder);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut kills, mut continued) = (0, 0);
    for chain in 0.. {
        let output = format!("chain-{chain}");
        let journal = folder.join(&output).join("journal.jsonl");
        let mut before = String::new();
        // Longer each time, so that a chain comes to its end on a machine of any speed.
        let mut longest = 30_000;
        loop {
            let claims = claims();
            let mut run = command(&folder, &["report", &claims, "--output", &output]);
            let mut run = run.stderr(Stdio::piped()).spawn().expect("the program runs");
            std::thread::sleep(Duration::from_micros(random.random_range(0..longest)));
            longest += longest / 2;
            run.kill().expect("a signal");
            let run = run.wait_with_output().expect("an end");
            continued += usize::from(messages(&run).contains("going on with"));
            if run.status.code() == Some(0) {
                break;
            }
            assert_eq!(run.status.code(), None, "{}", messages(&run));
            kills += 1;
            let text = std::fs::read_to_string(&journal).unwrap_or_default();
            let finished = text.rfind('\n').map_or("", |end| &text[..=end]).to_owned();
            assert!(finished.starts_with(&before), "nothing that was finished is lost");
            before = finished;
        }
        assert_same(&folder.join(&output), &whole);
        assert!(!journal.exists());
        if kills >= 20 {
            break;
        }
    }
    assert!(continued > 0, "some runs went on where others had been killed");
}

#[test]
fn a_check_that_writes_a_file_goes_on_too_and_one_that_writes_none_leaves_nothing() {
    let folder = folder("check");
    let claims = claims();
    let plain = isserlis(&folder, &["check", &claims, "--format", "json"]);
    ends_with(0, &plain);
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 0);
    let check = ["check", &claims, "--format", "json", "--output", "results.json"];
    ends_with(0, &isserlis(&folder, &["report", &claims, "--shard", "1/1", "--output", "shard"]));
    // A journal with half of the work, and the beginning of a line.
    let text = read(&folder.join("shard/shard-1-of-1.jsonl"));
    let text = text.replacen("\"share\":{\"index\":1,\"count\":1},", "", 1);
    let lines: Vec<&str> = text.lines().collect();
    let half = lines.len() / 2;
    let journal = format!("{}\n{}", lines[..half].join("\n"), &lines[half][..20]);
    std::fs::write(folder.join("results.json.journal"), journal).expect("a journal");
    let told = ends_with(0, &isserlis(&folder, &check));
    assert!(told.contains(&format!("going on with {} finished units", half - 1)), "{told}");
    assert_eq!(read(&folder.join("results.json")).as_bytes(), plain.stdout);
    assert!(!folder.join("results.json.journal").exists());
    // A device takes no journal beside it.
    ends_with(0, &isserlis(&folder, &["check", &claims, "--output", "/dev/null"]));
}

#[test]
fn a_journal_of_another_run_is_set_aside_and_the_difference_is_told() {
    let folder = folder("aside");
    let whole = undisturbed(&folder);
    ends_with(0, &report(&folder, "seed", &["--seed", "2", "--shard", "1/1"]));
    let other = read(&folder.join("seed/shard-1-of-1.jsonl"));
    let other = other.replacen("\"share\":{\"index\":1,\"count\":1},", "", 1);
    std::fs::create_dir_all(folder.join("again")).expect("a folder");
    let journal = folder.join("again/journal.jsonl");
    let old = folder.join("again/journal.jsonl.old");
    let text = other.replacen("1/N)*Lambda + tr", "1/N)*Lambda - tr", 1);
    let own = text.replacen("\"seed\":2", "\"seed\":1", 1);
    let build = own.replacen("\"sources\":\"", "\"sources\":\"0", 1);
    for (text, difference) in [
        (other.as_str(), "its seed differs (2, not 1)"),
        (&other.replacen("0.1.0", "0.0.9", 1), "its version differs (\"0.0.9\", not \"0.1.0\")"),
        (&build, "another build of the program wrote it"),
        (&own, "the text of `gram.claim` differs"),
        ("{\"schema\":\"isserlis-seeds/1\"}\n", "it has another format"),
    ] {
        std::fs::write(&journal, text).expect("a journal");
        let told = ends_with(0, &report(&folder, "again", &[]));
        assert!(told.contains(difference), "{told}");
        assert!(told.contains("journal.jsonl.old"), "{told}");
        assert_eq!(read(&old), text, "what was there is kept");
        assert_same(&folder.join("again"), &whole);
    }
}

#[cfg(unix)]
#[test]
fn where_there_is_no_room_what_was_written_is_kept_and_the_message_says_what_to_do() {
    let folder = folder("full");
    let whole = undisturbed(&folder);
    // Files of this process may be that long, in blocks of 512 or 1024 bytes: as on a full disk,
    // a write is cut short, and the next one fails.
    let script = "trap '' XFSZ; ulimit -f 6; exec \"$@\"";
    let mut limited = Command::new("sh");
    let claims = claims();
    limited.args(["-c", script, "sh", env!("CARGO_BIN_EXE_isserlis"), "report", &claims]);
    let output = limited.args(["--output", "limited"]).current_dir(&folder).output();
    let told = ends_with(2, &output.expect("a shell"));
    assert!(told.starts_with("error: cannot add to `limited/journal.jsonl`: "), "{told}");
    assert!(told.contains("raise the limit on the size of files"), "{told}");
    assert!(told.ends_with("run the same command again, and it goes on from there\n"), "{told}");
    let kept = read(&folder.join("limited/journal.jsonl"));
    assert!(kept.ends_with("}\n") && kept.lines().count() > 1, "whole lines");
    let units = kept.lines().count() - 1;
    let told = ends_with(0, &report(&folder, "limited", &[]));
    assert!(told.contains(&format!("going on with {units} finished units")), "{told}");
    assert_same(&folder.join("limited"), &whole);
}

#[test]
fn merged_shards_are_one_run() {
    let folder = folder("merged");
    let whole = undisturbed(&folder);
    // At the end more shards than there are lines or jobs.
    for count in [1, 3, 7, 20] {
        let (shards, merged) = (format!("shards-{count}"), format!("merged-{count}"));
        for index in 1..=count {
            let shard = format!("{index}/{count}");
            let told = ends_with(0, &report(&folder, &shards, &["--shard", &shard]));
            assert!(told.contains(&format!("wrote shard {shard}")), "{told}");
        }
        ends_with(0, &isserlis(&folder, &["merge", &shards, "--output", &merged]));
        assert_same(&folder.join(&merged), &whole);
    }
}

#[test]
fn a_mistake_that_only_one_shard_sees_is_told_by_the_merge_as_by_one_run() {
    let folder = folder("mistaken");
    // What is sampled in the file with the mistake has its part of the error budget all the same.
    let text = "space d\nscalar c\nmatrix A[d,d]\ngaussian x[d] ~ I\nat c = 0; d = 2\n\
                claim cancel: c*A/c == A\nat d = 2, 3\nmargin 10% because it is a first look\n\
                claim sampled: E[tr(x*x')] == d\n";
    std::fs::write(folder.join("zero.claim"), text).expect("a claim file");
    let claims = claims();
    let run =
        |more: &[&str]| isserlis(&folder, &[&["report", "zero.claim", &claims], more].concat());
    let whole = ends_with(2, &run(&["--output", "whole"]));
    assert!(whole.contains("`c` is 0, at c = 0, d = 2"), "{whole}");
    let codes = [1, 2, 3].map(|index| {
        let shard = format!("{index}/3");
        run(&["--shard", &shard, "--output", "shards"]).status.code()
    });
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(2)), "{codes:?}");
    let merged = ends_with(2, &isserlis(&folder, &["merge", "shards", "--output", "merged"]));
    assert_eq!(merged, whole.replace("whole", "merged"));
    assert_same(&folder.join("merged"), &folder.join("whole"));
}

#[test]
fn shards_that_do_not_go_together_are_named() {
    let folder = folder("refused");
    let shard = |index: &str, output: &str, more: &[&str]| {
        let told = ends_with(0, &report(&folder, output, &[&["--shard", index], more].concat()));
        assert!(told.contains("isserlis merge"), "{told}");
    };
    let refused = |folders: &[&str], expected: &str| {
        let arguments = [&["merge"], folders, &["--output", "merged"]].concat();
        let told = ends_with(2, &isserlis(&folder, &arguments));
        assert_eq!(told, format!("error: {expected}\n"));
        assert!(!folder.join("merged").exists());
    };
    shard("1/3", "one", &[]);
    shard("3/3", "three", &[]);
    refused(
        &["one", "three"],
        "of 3 shards one is missing: 2; run the same command with `--shard 2/3`, then merge again",
    );
    shard("2/3", "two", &["--seed", "5"]);
    refused(
        &["one", "two", "three"],
        "`two/shard-2-of-3.jsonl` is a share of another run than `one/shard-1-of-3.jsonl`: its seed \
         differs (5, not 1)",
    );
    refused(
        &["one", "one"],
        "shard 1/3 is there twice: `one/shard-1-of-3.jsonl` and `one/shard-1-of-3.jsonl`; name one of them only",
    );
    shard("2/4", "four", &[]);
    refused(
        &["one", "four"],
        "`four/shard-2-of-4.jsonl` is a share of another run than `one/shard-1-of-3.jsonl`: it is \
         one of 4 shares, not of 3",
    );
    shard("2/3", "two", &[]);
    let path = folder.join("two/shard-2-of-3.jsonl");
    let text = read(&path);
    // Without its end; damaged in the middle; by another version in all three.
    let (unfinished, _) = text.trim_end().rsplit_once('\n').expect("lines");
    let unfinished = format!("{unfinished}\n");
    let damaged = text.replacen("\"unit\":", "\"unit:", 1);
    for broken in [&unfinished, &damaged] {
        std::fs::write(&path, broken).expect("a shard");
        refused(
            &["one", "two", "three"],
            "shard 2/3 is not finished (`two/shard-2-of-3.jsonl`): run it again, and it goes on \
             from where it was",
        );
        shard("2/3", "two", &[]);
        assert_eq!(read(&path).lines().count(), text.lines().count());
    }
    std::fs::write(&path, text.replacen("0.1.0", "0.0.9", 1)).expect("a shard");
    refused(
        &["one", "two", "three"],
        "`two/shard-2-of-3.jsonl` is a share of another run than `one/shard-1-of-3.jsonl`: its \
         version differs (\"0.0.9\", not \"0.1.0\")",
    );
    for name in ["one/shard-1-of-3.jsonl", "three/shard-3-of-3.jsonl"] {
        let text = read(&folder.join(name));
        std::fs::write(folder.join(name), text.replacen("0.1.0", "0.0.9", 1)).expect("a shard");
    }
    refused(
        &["one", "two", "three"],
        "`one/shard-1-of-3.jsonl` cannot be joined by this program: its version differs \
         (\"0.0.9\", not \"0.1.0\"); take the one that wrote it",
    );
    std::fs::create_dir(folder.join("empty")).expect("a folder");
    refused(
        &["empty"],
        "`empty` holds no share of a run: `isserlis report --shard I/K --output DIR` writes one, \
         called `shard-I-of-K.jsonl`",
    );
}

#[test]
fn a_task_of_a_job_array_takes_its_share_where_there_is_a_folder_for_it() {
    let folder = folder("array");
    let claims = claims();
    let task = |arguments: &[&str], task: &str| {
        let mut command = command(&folder, arguments);
        let array = [("ID", task), ("MIN", "0"), ("MAX", "6"), ("STEP", "3"), ("COUNT", "3")];
        for (name, value) in array {
            command.env(format!("SLURM_ARRAY_TASK_{name}"), value);
        }
        command.output().expect("the program runs")
    };
    let told = ends_with(0, &task(&["check", &claims, "--output", "shards"], "3"));
    assert!(told.contains("wrote shard 2/3 to shards/shard-2-of-3.jsonl"), "{told}");
    let told = ends_with(2, &task(&["check", &claims, "--output", "shards"], "4"));
    assert!(told.contains("is no share of its tasks"), "{told}");
    let plain = task(&["check", &claims], "4");
    ends_with(0, &plain);
    assert_eq!(plain.stdout, isserlis(&folder, &["check", &claims]).stdout);
    let told = ends_with(2, &isserlis(&folder, &["check", &claims, "--shard", "1/2"]));
    assert!(told.contains("add `--output DIR`"), "{told}");
    ends_with(0, &task(&["report", &claims, "--shard", "none", "--output", "whole"], "4"));
    assert!(folder.join("whole/results.json").exists());
}

#[test]
fn a_long_training_is_taken_up_where_it_was_last_written_down() {
    let folder = folder("training").join("checkpoints");
    let _ = std::fs::remove_dir_all(&folder);
    let id = "von_oswald_2023::trained_layer_sandwich";
    let (mut subjects, _) = library();
    subjects.retain(|subject| subject.id == id);
    let settings = Settings {
        evidence: Some([EvidenceKind::Training].into()),
        selection: Selection { patterns: vec!["*beats_the_step".to_owned()] },
        ..Settings::default()
    };
    let lines = |checkpoints: Option<Checkpoints>| {
        let settings = Settings { checkpoints, ..settings.clone() };
        let claims = run(&subjects, &settings, &|_| ()).results.claims;
        claims.into_iter().flat_map(|claim| claim.evidence).collect::<Vec<_>>()
    };
    let beside = |interval| Some(Checkpoints { folder: folder.clone(), interval });
    let whole = lines(None);
    assert!(whole.len() == 1 && lines(Some(Checkpoints::new(folder.clone()))) == whole);
    assert!(!folder.exists(), "a training of seconds needs no checkpoint");
    assert_eq!(lines(beside(Duration::from_millis(100))), whole);
    let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").collect();
    let [Ok(file)] = &files[..] else { panic!("one file a training: {files:?}") };
    assert_eq!(lines(beside(Duration::MAX)), whole, "from the end of the training");

    std::fs::write(file.path(), "{").expect("a file");
    let open = lines(beside(Duration::MAX));
    let note = open[0].note.as_deref().unwrap_or_default();
    assert_eq!(open[0].verdict, Verdict::Open);
    assert!(note.contains("is damaged") && note.ends_with("to begin anew"), "{note}");
}
