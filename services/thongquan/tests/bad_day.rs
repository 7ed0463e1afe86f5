//! A bad day for whoever sits at the terminal: full disks, readers that go away, hostile letters, slips of the pen and files
//! that are gone.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Backend, workspace};
use serde_json::Value;
use stream::Outgoing;

const SAMPLE: &str = "schemas/declaration/1.0/samples-valid/a12-machinery.xml";
/// What a terminal or a reader's eye must never be handed: a bidirectional override, a control sequence in one character, an
/// isolate, a character without width, and a tag.
const HOSTILE: &str = "\u{202e}\u{9b}31m\u{2066}\u{200b}\u{e0041}";

fn thongquan(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.args(arguments).current_dir(workspace()).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    thongquan(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A database with a few decisions in it, made by a demonstration.
fn demonstrated(folder: &Path) -> String {
    let file = folder.join("demo.db").display().to_string();
    let output = run(&["demo", "--once", "--count", "30", "--data", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    file
}

#[test]
fn output_that_cannot_be_written_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let database = demonstrated(folder.path());
    let store = format!("sqlite:{database}");
    let other = folder.path().join("other.db").display().to_string();
    let copy = folder.path().join("copy.db").display().to_string();
    let commands: [&[&str]; 14] = [
        &["--help"],
        &["--version"],
        &["help", "assess"],
        &["completions", "bash"],
        &["assess", SAMPLE, "--on", "2026-11-24"],
        &["assess", SAMPLE, "--on", "2026-11-24", "--format", "json"],
        &["rules", "test", "validation/dates"],
        &["rules", "show", "84818099", "--on", "2026-11-24"],
        &["declarations", "export"],
        &["declarations", "export", "--taxes", "--format", "parquet"],
        &["replay", "--limit", "3"],
        &["migrate", "--check"],
        &["backup", &copy],
        &["demo", "--once", "--count", "1", "--data", &other],
    ];
    for arguments in commands {
        let command = || {
            let mut command = thongquan(arguments);
            command.env("THONGQUAN_STORAGE__URL", &store).stderr(Stdio::piped());
            command
        };
        if Path::new("/dev/full").exists() {
            let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let output = command().stdout(full).output().unwrap();
            let told = said(&output);
            assert_eq!(output.status.code(), Some(70), "{arguments:?}: {told}");
            assert!(told.contains("write") && told.contains("No space left"), "{arguments:?}: {told}");
            let _ = fs::remove_file(&copy);
        }
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command().stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(141), "{arguments:?}: {}", said(&output));
        assert_eq!(said(&output), "", "{arguments:?} goes quietly");
        let _ = fs::remove_file(&copy);
        // Written, each of them succeeds.
        let output = command().output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
    }
}

/// What is printed raw and must not be.
fn hostile_in(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.chars().filter(|character| HOSTILE.contains(*character) && !character.is_ascii()).collect()
}

#[test]
fn nothing_hostile_reaches_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let sample = fs::read_to_string(workspace().join(SAMPLE)).unwrap();
    let file = folder.path().join(format!("a{HOSTILE}.xml"));
    let wrong = sample.replacen("<ID>0100233488</ID>", &format!("<ID>0100233488{HOSTILE}</ID>"), 1);
    assert_ne!(wrong, sample);
    fs::write(&file, wrong).unwrap();
    let file = file.to_str().unwrap();
    for language in ["en", "vi"] {
        let table = run(&["assess", file, "--on", "2026-11-24", "--lang", language]);
        assert_eq!(hostile_in(&table.stdout), "", "{}", said(&table));
        assert!(said(&table).contains("\\u{202e}") && said(&table).contains("\\u{9b}31m"), "{}", said(&table));
    }
    let json = run(&["assess", file, "--on", "2026-11-24", "--format", "json"]);
    assert_eq!(hostile_in(&json.stdout), "");
    let decision: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(decision["file"].as_str().unwrap().contains(HOSTILE), "what it says is exact: {decision}");
    let values: Vec<&str> =
        decision["findings"].as_array().unwrap().iter().filter_map(|finding| finding["value"].as_str()).collect();
    assert!(values.iter().any(|value| value.contains(HOSTILE)), "{values:?}");

    // What was typed comes back harmless too.
    let name = format!("a{HOSTILE}");
    for arguments in [
        &["assess", &name][..],
        &["status", &name],
        &["rules", "show", &name],
        &["rules", "check", "--rules", &name],
        &["status", "108399733040", "--config", &name],
        &[&name],
        &["assess", SAMPLE, "--on", &name],
        &["backup", &name],
    ] {
        let output = run(arguments);
        assert_eq!(hostile_in(&output.stderr), "", "{arguments:?}: {}", said(&output));
        assert_ne!(output.status.code(), Some(0));
    }
    // And so does what stands in rules.
    let rules = folder.path().join("rules");
    fs::create_dir_all(rules.join("law")).unwrap();
    fs::write(rules.join("law/instruments.toml"), format!("[\"x\\u001b[2J{HOSTILE}\"]\nnumber = 1\n")).unwrap();
    let output = run(&["rules", "check", "--rules", rules.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(hostile_in(&output.stdout), "", "{}", said(&output));
    assert!(!output.stdout.contains(&0x1b), "{}", said(&output));
}

#[test]
fn a_demonstration_deletes_nothing_but_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let demo = |file: &Path| run(&["demo", "--once", "--count", "1", "--data", file.to_str().unwrap()]);
    let text = at("notes.txt");
    fs::write(&text, "the only copy").unwrap();
    let database = at("thongquan.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime
        .block_on(async { drop(storage::open(&format!("sqlite:{}", database.display()), Default::default()).await) });
    let link = at("link.db");
    std::os::unix::fs::symlink(&database, &link).unwrap();
    fs::create_dir(at("folder.db")).unwrap();
    fs::write(at("empty.db"), "").unwrap();
    fs::write(at("gone.db-wal"), "what is left of a database").unwrap();
    let kept = |name: &str| fs::read(at(name)).unwrap();
    let before = [kept("notes.txt"), kept("gone.db-wal"), kept("empty.db")];
    for refused in ["notes.txt", "thongquan.db", "link.db", "folder.db", "empty.db", "gone.db"] {
        let output = demo(&at(refused));
        assert_eq!(output.status.code(), Some(64), "{refused}: {}", said(&output));
        assert!(said(&output).contains("deletes none but its own"), "{refused}: {}", said(&output));
    }
    assert_eq!(before, [kept("notes.txt"), kept("gone.db-wal"), kept("empty.db")]);
    let found = runtime.block_on(storage::schema_version_found(&format!("sqlite:{}", database.display())));
    assert_eq!(found.unwrap(), storage::SCHEMA_VERSION);
    assert!(at("folder.db").is_dir() && link.symlink_metadata().unwrap().is_symlink() && !at("gone.db").exists());

    let own = at("own/demo.db");
    assert_eq!(demo(&own).status.code(), Some(0));
    // Its log is its own too, and goes with it.
    fs::write(at("own/demo.db-wal"), "").unwrap();
    let again = demo(&own);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    // While one runs on it, another one does not take it away.
    let held = fs::File::open(&own).unwrap();
    held.lock().unwrap();
    let meanwhile = demo(&own);
    assert_eq!(meanwhile.status.code(), Some(64), "{}", said(&meanwhile));
    assert!(said(&meanwhile).contains("is running"), "{}", said(&meanwhile));
}

/// Each value of a command line, beyond what it may be: refused before anything is done.
#[test]
fn everything_on_a_command_line_is_bounded() {
    const MOST: &str = "18446744073709551615";
    let number = "108399733040";
    let days =
        ["9999-12-31", "-0001-01-01", "2200-01-01", "1899-12-31", "2026-02-30", "2026-11-24T00:00", "20261124", ""];
    for day in days {
        for arguments in [
            &["assess", SAMPLE, "--on"][..],
            &["rules", "show", "84818099", "--on"],
            &["rules", "check", "--on"],
            &["rules", "backtest", "rules", "--since"],
            &["rules", "backtest", "rules", "--until"],
            &["declarations", "export", "--since"],
            &["declarations", "export", "--until"],
        ] {
            let output = thongquan(arguments).arg(day).output().unwrap();
            assert_eq!(output.status.code(), Some(64), "{arguments:?} {day}: {}", said(&output));
            let words = ["day", "value", "unexpected argument"];
            assert!(words.iter().any(|word| said(&output).contains(word)), "{day}: {}", said(&output));
        }
    }
    for arguments in [
        &["submit", SAMPLE, "--wait", MOST][..],
        &["submit", SAMPLE, "--wait", "86401"],
        &["submit", SAMPLE, "--wait", "-1"],
        &["command", number, "decide", "--wait", MOST, "--officer", "A", "--office", "01PR"],
        &["command", number, "decide", "--version", "4294967296", "--officer", "A", "--office", "01PR"],
        &["replay", "--limit", MOST],
        &["replay", "--limit", "0"],
        &["replay", "--number", MOST],
        &["rules", "backtest", "rules", "--limit", MOST],
        &["rules", "backtest", "rules", "--list", MOST],
        &["demo", "--count", "0"],
        &["demo", "--count", MOST],
        &["demo", "--seed", "18446744073709551616"],
        &["rules", "show", "848180999999999999999999"],
        &["rules", "show", "84818099", "--origin", "ZZZZ"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {}", said(&output));
        assert!(!said(&output).contains("panicked"), "{}", said(&output));
    }
    // At the edge there is an answer: nothing is entered for such days, and nobody is blamed.
    for day in ["1900-01-01", "2199-12-31"] {
        let output = run(&["assess", SAMPLE, "--on", day, "--format", "json"]);
        let decision: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(3), "{decision}");
        assert_eq!(run(&["rules", "show", "84818099", "--on", day]).status.code(), Some(1));
    }
}

#[test]
fn a_setting_that_is_nearly_right_is_refused_with_the_right_one() {
    let with = |variables: &[(&str, &str)]| {
        let output = thongquan(&["doctor", "--offline"]).envs(variables.iter().copied()).output().unwrap();
        (output.status.code(), said(&output))
    };
    for (variables, words) in [
        (("THONGQUAN_STORAGE_URL", "sqlite:x.db"), "did you mean THONGQUAN_STORAGE__URL?"),
        (("THONQUAN_LOG__LEVEL", "info"), "did you mean THONGQUAN_LOG__LEVEL?"),
        (("THONGQUAN_LOG__LEVEL", "inof"), "`inof` is no level"),
        (("THONGQUAN_LOG__LEVL", "info"), "levl"),
        (("THONGQUAN_STORAGE__URL", "sqlite:x.db?mode=ro"), "without parameters"),
        (("THONGQUAN_STORAGE__URL", "sqlite::memory:"), "in memory"),
        (("THONGQUAN_STORAGE__CONNECTIONS_MAX", "4294967295"), "1 to 1000"),
        (("THONGQUAN_OPERATIONS__LISTEN", "127.0.0.1:65536"), "operations.listen"),
        (("THONGQUAN_STREAM__PARTITIONS", "99999999999"), "stream.partitions"),
    ] {
        let (status, told) = with(&[variables]);
        assert!(status == Some(64) && told.contains(words), "{variables:?}: {told}");
    }
    // A password that stands in a configuration which everybody may read.
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("thongquan.toml");
    fs::write(&config, "[storage]\nurl = \"postgres://u:hushed@127.0.0.1:1/d\"\n[stream]\nkind = \"kafka\"\n").unwrap();
    for (mode, is_told) in [(0o644, true), (0o640, false)] {
        for (path, mode) in [(folder.path(), 0o755), (config.as_path(), mode)] {
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        }
        let told = said(&run(&["doctor", "--offline", "--config", config.to_str().unwrap()]));
        assert_eq!(told.contains("every user of this machine may read"), is_told, "{told}");
        assert!(!told.contains("hushed"), "{told}");
    }
    let (_, told) = with(&[("THONGQUAN_CONFIG", "x.toml")]);
    assert!(told.contains("THONGQUAN_CONFIG sets nothing"), "{told}");
}

fn doctor(backend: &Backend, settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = thongquan(&["doctor"]);
    command.envs(backend.environment.iter().map(|(name, value)| (*name, value))).envs(settings.iter().copied());
    let output = command.output().unwrap();
    (output.status.code(), said(&output))
}

/// A process that is ended when the test does, whatever came of it.
struct Serving(Child);

impl Serving {
    fn start(backend: &Backend, settings: &[(&str, &str)], errors: Stdio) -> Self {
        let mut command = thongquan(&["serve"]);
        command.envs(backend.environment.iter().map(|(name, value)| (*name, value))).envs(settings.iter().copied());
        Self(command.stdout(Stdio::null()).stderr(errors).spawn().unwrap())
    }

    fn stop(mut self) -> String {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
        self.0.wait().unwrap();
        self.said()
    }

    fn said(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut errors) = self.0.stderr.take() {
            errors.read_to_string(&mut text).unwrap();
        }
        text
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn lodge(backend: &Backend, reference: &str) {
    let document = fs::read_to_string(workspace().join(SAMPLE)).unwrap();
    let begin = document.find("<FunctionalReferenceID>").unwrap();
    let end = document.find("</FunctionalReferenceID>").unwrap();
    let document = format!("{}<FunctionalReferenceID>{reference}{}", &document[..begin], &document[end..]);
    let message = Outgoing {
        topic: backend.topics.lodged.clone(),
        key: b"0100233488".to_vec(),
        headers: Vec::new(),
        payload: document.into_bytes(),
        event_id: format!("bad-day-{reference}"),
        timestamp_ms: None,
    };
    backend.stream.publish(vec![message]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_a_changed_prefix_leaves_behind_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "old.").await;
    lodge(&backend, "BEFORE-1").await;
    let serving = Serving::start(&backend, &[], Stdio::null());
    backend.wait_until_dealt_with(1, Duration::from_secs(120)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    serving.stop();
    assert!(doctor(&backend, &[]).1.contains("leaves nothing behind"), "{}", doctor(&backend, &[]).1);
    lodge(&backend, "BEFORE-2").await;
    let changed = [("THONGQUAN_STREAM__TOPIC_PREFIX", "new."), ("THONGQUAN_STREAM__PARTITIONS", "4")];
    let (status, told) = doctor(&backend, &changed);
    assert!(status == Some(1) && told.contains("1 messages wait in old.declarations.lodged"), "{told}");
    assert!(!told.contains("brokers"), "of an embedded stream there are none: {told}");
    let serving = Serving::start(&backend, &changed, Stdio::piped());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let log = serving.stop();
    assert!(log.contains("1 messages wait in old.declarations.lodged"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_group_is_told_before_it_reads_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    lodge(&backend, "BEFORE-1").await;
    let serving = Serving::start(&backend, &[], Stdio::null());
    backend.wait_until_dealt_with(1, Duration::from_secs(120)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    serving.stop();
    lodge(&backend, "BEFORE-2").await;
    let changed = [("THONGQUAN_STREAM__GROUP", "another")];
    let mend = "put stream.group back to `thongquan`";
    let (status, told) = doctor(&backend, &changed);
    assert!(
        status == Some(1) && told.contains(mend) && told.contains("1 messages into this database, and 1 wait"),
        "{told}"
    );
    let serving = Serving::start(&backend, &changed, Stdio::piped());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let log = serving.stop();
    assert!(log.contains(mend), "{log}");
    // From then on the group has positions of its own.
    let (_, told) = doctor(&backend, &changed);
    assert!(!told.contains(mend), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut serving = Serving::start(&backend, &[("THONGQUAN_LOG__LEVEL", "debug")], full.into());
    lodge(&backend, "UNHEARD").await;
    backend.wait_until_dealt_with(1, Duration::from_secs(120)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    assert!(serving.0.try_wait().unwrap().is_none(), "it goes on");
    serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_removed_under_a_process_is_saved_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let file = folder.path().join("thongquan.db");
    let mut serving = Serving::start(&backend, &[], Stdio::piped());
    lodge(&backend, "KEPT-1").await;
    backend.wait_until_dealt_with(1, Duration::from_secs(120)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", file.display()));
    }
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = serving.0.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it goes on with a file that is gone");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let log = serving.said();
    assert_eq!(status.code(), Some(70), "{log}");
    assert!(log.contains("was removed or replaced") && log.contains(".rescued-"), "{log}");
    // No empty database is made in its place.
    let again =
        thongquan(&["serve"]).envs(backend.environment.iter().map(|(name, value)| (*name, value))).output().unwrap();
    assert!(
        again.status.code() == Some(70) && said(&again).contains("what was in it was saved in"),
        "{}",
        said(&again)
    );
    assert!(!file.exists());
    // What was saved is whole.
    let names: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    for name in names.iter().filter(|name| name.contains(".rescued-")) {
        let ending = if name.ends_with("-wal") { "-wal" } else { "" };
        fs::rename(folder.path().join(name), format!("{}{ending}", file.display())).unwrap();
    }
    let output = thongquan(&["status", "KEPT-1", "--declarant", "0100233488"])
        .envs(backend.environment.iter().map(|(name, value)| (*name, value)))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}
