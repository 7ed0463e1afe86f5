//! The life of a rule, as people live it: check, test, show, diff, back-test, and a reload without a restart.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Backend, copy, workspace};
use serde_json::Value;
use storage::DeclarationKey;
use stream::Outgoing;

/// 2026-11-24 09:00 in Vietnam.
const LODGED_AT_MS: i64 = 1_795_485_600_000;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thongquan")).args(arguments).current_dir(workspace()).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json_lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A copy of the rules, to be changed.
struct Rules {
    folder: tempfile::TempDir,
}

impl Rules {
    fn copied() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&workspace().join("rules"), &folder.path().join("rules"));
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("rules")
    }

    fn name(&self) -> String {
        self.path().display().to_string()
    }

    fn edit(&self, file: &str, edit: impl FnOnce(String) -> String) {
        let file = self.path().join(file);
        let text = fs::read_to_string(&file).unwrap();
        let changed = edit(text.clone());
        assert_ne!(text, changed, "the edit of {} changes nothing", file.display());
        fs::write(file, changed).unwrap();
        common::seal(&self.path());
    }

    /// The preferential rate of valves from 10 to another one.
    fn with_valves_at(self, rate: u32) -> Self {
        self.edit("assessment/import-tariff.csv", |text| {
            text.replace("\n84818099,unit,10,", &format!("\n84818099,unit,{rate},"))
        });
        self
    }
}

#[test]
fn sound_rules_are_checked_with_their_marks_and_their_silences() {
    let output = run(&["rules", "check", "--on", "2026-11-24"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for word in ["content hash", "from memory", "sample", "days around changes asked", "0 are wrong", "tests pass"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    // The rates of the agreements are entered for 2026 alone.
    assert!(said.contains("after 2026-12-31: assessment/preferential: "), "{said}");
    // The cut of VAT ends with nothing after it.
    assert!(said.contains("after 2026-12-31: assessment/value-added-tax: cut"), "{said}");
}

#[test]
fn what_still_cites_an_instrument_after_its_end_is_listed() {
    let rules = Rules::copied();
    // The circular on valuation is replaced: no rule that is dated by it goes on, and what the program cites does.
    rules.edit("law/instruments.toml", |text| {
        text.replace("[TT-33-2023]", "[TT-39-2015-OLD]\nnumber = \"o\"\nname = \"Circular 7/2014/TT-BTC\"\ntitle_en = \"o\"\ntitle_vi = \"o\"\nin_force_from = 2014-01-01\nin_force_to = 2026-12-31\nmark = \"sample\"\n\n[TT-33-2023]")
    });
    rules.edit("law/citations.toml", |text| {
        text.replace(
            "text = \"Circular 39/2015/TT-BTC, art. 17\"\ninstruments = [\"TT-39-2015\"]",
            "text = \"Circular 7/2014/TT-BTC, art. 1\"\ninstruments = [\"TT-39-2015-OLD\"]",
        )
    });
    let output = run(&["rules", "check", "--rules", &rules.name(), "--on", "2026-11-24"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("after 2026-12-31: Circular 7/2014/TT-BTC: law/citations (valuation_methods)"), "{said}");
}

#[test]
fn broken_rules_are_refused_with_every_place_and_a_hint() {
    let rules = Rules::copied();
    rules.edit("validation/branches.toml", |text| {
        text.replacen("branch_number > branch_total", "branch_nomber > branch_total", 1)
    });
    rules.edit("assessment/thresholds.toml", |text| text.replacen("\"verified\"", "\"verifyed\"", 1));
    let output = run(&["rules", "check", "--rules", &rules.name()]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in [
        "validation/branches.toml:",
        "did you mean `branch_number`?",
        "assessment/thresholds.toml:",
        "did you mean `verified`?",
        "2 mistakes",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(run(&["rules", "check", "--rules", "no-such-folder"]).status.code(), Some(64));
}

/// A test that expects the last rule of a file to fire on a sound import.
const FAILING_TEST: &str = "\n[[rule.test]]\nfires = true\nof = \"import\"\n";

#[test]
fn a_failing_test_is_named_with_its_line() {
    let rules = Rules::copied();
    let mut line = 0;
    rules.edit("validation/branches.toml", |text| {
        line = text.lines().count() + 2;
        text + FAILING_TEST
    });
    for arguments in
        [&["rules", "test", "--rules", &rules.name()][..], &["rules", "check", "--rules", &rules.name()][..]]
    {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(&format!("validation/branches.toml:{line}: ")), "{}", said(&output));
    }
    let elsewhere = run(&["rules", "test", "validation/dates", "--rules", &rules.name()]);
    assert_eq!(elsewhere.status.code(), Some(0), "{}", said(&elsewhere));
    assert_eq!(run(&["rules", "test", "no-such-rule"]).status.code(), Some(1));
    assert_eq!(run(&["rules", "test"]).status.code(), Some(0));
}

fn row<'a>(shown: &'a Value, question: &str, agreement: Option<&str>) -> &'a Value {
    let rows = shown["rows"].as_array().unwrap();
    rows.iter()
        .find(|row| row["question"] == question && agreement.is_none_or(|id| row["agreement"]["id"] == id))
        .unwrap_or_else(|| panic!("{question} {agreement:?}: {shown}"))
}

#[test]
fn a_line_is_shown_with_every_rate_its_law_and_its_next_change() {
    let output = run(&["rules", "show", "8481.80.99", "--on", "2026-11-24", "--format", "json"]);
    let shown = &json_lines(&output)[0];
    let mfn = row(shown, "mfn", None);
    assert_eq!((mfn["rate"].as_str(), mfn["mark"].as_str()), (Some("10"), Some("verified")));
    assert!(mfn["law"].as_str().unwrap().contains("26/2023"), "{mfn}");
    assert_eq!(row(shown, "ordinary", None)["rate"], "15");
    let vat = row(shown, "vat", None);
    assert_eq!((vat["rate"].as_str(), vat["next_change"]["on"].as_str()), (Some("8"), Some("2027-01-01")));
    assert_eq!(vat["next_change"]["answer"]["rate"], "10");
    let acfta = row(shown, "agreement", Some("acfta"));
    assert_eq!(acfta["rate"], "0");
    assert!(acfta["agreement"]["members"].as_array().unwrap().iter().any(|member| member == "CN"));
    assert!(!acfta["agreement"]["schedules"].as_array().unwrap().is_empty());
    assert!(!acfta["agreement"]["certificates"].as_array().unwrap().is_empty());
    // The tables of 2027 are not entered: what follows is a gap, and is shown as one.
    assert_eq!(acfta["next_change"]["answer"]["status"], "gap", "{acfta}");

    let japan =
        &json_lines(&run(&["rules", "show", "84818099", "--origin", "jp", "--on", "2026-11-24", "--format", "json"]))
            [0];
    assert!(japan["rows"].as_array().unwrap().iter().all(|row| row["agreement"]["id"] != "acfta"), "{japan}");
    row(japan, "agreement", Some("vjepa"));
    let table = said(&run(&["rules", "show", "84818099", "--on", "2026-11-24", "--lang", "vi"]));
    for word in ["8481.80.99", "thuế giá trị gia tăng", "ACFTA", "[verified]"] {
        assert!(table.contains(word), "{word}: {table}");
    }
}

#[test]
fn rules_that_name_goods_are_shown_with_them_and_with_no_others() {
    let wine = &json_lines(&run(&["rules", "show", "22042111", "--on", "2026-11-24", "--format", "json"]))[0];
    let rules = wine["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["rule"].as_str().unwrap().starts_with("selectivity/")), "{wine}");
    let valves = &json_lines(&run(&["rules", "show", "84818099", "--on", "2026-11-24", "--format", "json"]))[0];
    for rule in valves["rules"].as_array().unwrap() {
        let prefixes = rule["prefixes"].as_array().unwrap();
        assert!(prefixes.iter().all(|prefix| "84818099".starts_with(prefix.as_str().unwrap())), "{rule}");
    }
}

#[test]
fn the_beginning_of_a_code_lists_its_lines_and_an_unknown_code_those_near_it() {
    let heading = json_lines(&run(&["rules", "show", "8481", "--on", "2026-11-24", "--format", "json"]));
    assert!(heading.len() > 10);
    assert!(heading.iter().all(|line| line["code"].as_str().unwrap().starts_with("8481")));
    let unknown = run(&["rules", "show", "84818100", "--on", "2026-11-24"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown).contains("under 84818 it has 84818011"), "{}", said(&unknown));
    assert_eq!(run(&["rules", "show", "valves"]).status.code(), Some(64));
    let before_the_nomenclature = run(&["rules", "show", "84818099", "--on", "2020-01-01"]);
    assert!(said(&before_the_nomenclature).contains("2022-12-30"), "{}", said(&before_the_nomenclature));
}

#[test]
fn another_layout_of_the_same_rules_is_no_change() {
    let rules = Rules::copied();
    rules.edit("validation/branches.toml", |text| {
        format!("# Another word about branches.\n{}", text.replace(" and missing(first", "\n  and   missing(first"))
    });
    rules.edit("assessment/thresholds.toml", |text| text.replace("\"500000\"", "\"500000.0\""));
    let output = run(&["rules", "diff", "rules", &rules.name()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("the rules say the same"), "{}", said(&output));
}

#[test]
fn changes_are_told_in_plain_words_and_once_for_goods_that_share_them() {
    let rules = Rules::copied().with_valves_at(11);
    // Every rate of 3 in heading 8482 becomes 4.
    rules.edit("assessment/import-tariff.csv", |text| {
        let lines = text
            .lines()
            .map(|line| if line.starts_with("8482") { line.replacen(",3,", ",4,", 1) } else { line.to_owned() });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    });
    rules.edit("validation/branches.toml", |text| text.replacen("branch_number != 1", "branch_number > 1", 1));
    rules.edit("selectivity/goods.toml", |text| {
        text.replacen("starts_with \"7604\"", "starts_with [\"7604\", \"7606\"]", 1)
    });
    rules.edit("assessment/value-added-tax.toml", |text| {
        text.replace("in_force_to = 2026-12-31", "in_force_to = 2026-11-30")
    });
    let output = run(&["rules", "diff", "rules", &rules.name()]);
    assert_eq!(output.status.code(), Some(1));
    let told = said(&output);
    for words in [
        "mfn 10 → 11",
        "84818099",
        "mfn 3 → 4",
        "branch_number != 1",
        "branch_number > 1",
        "\"7606\"",
        "ends 2026-11-30 instead of 2026-12-31",
        "26/2023",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let groups = json_lines(&run(&["rules", "diff", "rules", &rules.name(), "--format", "json"]));
    let bearings: Vec<_> =
        groups.iter().filter(|group| group["keys"][0].as_str().unwrap().starts_with("8482")).collect();
    assert!(bearings.iter().any(|group| group["keys"].as_array().unwrap().len() > 1), "{bearings:?}");
    assert_eq!(groups.iter().filter(|group| group["table"] == "assessment/import-tariff").count(), bearings.len() + 1);

    // Seen from the other side, what was added is removed.
    let longer = Rules::copied();
    longer.edit("assessment/tax-codes.csv", |text| {
        text + "VB999,vat,rate,7,,,,VAT 7 %,thuế GTGT 7 %,,,L-48-2024 art. 9,\n"
    });
    let added = json_lines(&run(&["rules", "diff", "rules", &longer.name(), "--format", "json"]));
    assert_eq!(
        (added.len(), added[0]["change"].as_str(), added[0]["keys"][0].as_str()),
        (1, Some("added"), Some("VB999"))
    );
    let removed = json_lines(&run(&["rules", "diff", &longer.name(), "rules", "--format", "json"]));
    assert_eq!(removed[0]["change"], "removed");
}

/// A processor on a folder of rules, with its log in a file.
struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    fn start(backend: &Backend, rules: &Rules, watch: bool) -> Self {
        let log = rules.folder.path().join("serve.log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
        command.arg("serve").current_dir(workspace()).stdout(Stdio::null()).stderr(fs::File::create(&log).unwrap());
        command.env("THONGQUAN_RULES__FOLDER", rules.path()).env("THONGQUAN_LOG__LEVEL", "info");
        command.env("THONGQUAN_RULES__WATCH", watch.to_string());
        for (name, value) in &backend.environment {
            command.env(name, value);
        }
        Self { child: command.spawn().unwrap(), log }
    }

    /// SIGHUP to the process that was just started.
    fn hang_up(&self) {
        assert!(Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status().unwrap().success());
    }

    fn wait_for(&self, words: &str, times: usize) -> String {
        let begun = Instant::now();
        loop {
            let log = fs::read_to_string(&self.log).unwrap();
            if log.matches(words).count() >= times {
                return log;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "`{words}` is not in the log:\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lodges the sample of fifty lines of valves under a reference, and gives its decision.
async fn decided(backend: &Backend, reference: &str) -> Value {
    decided_as(backend, reference, 1).await
}

async fn decided_as(backend: &Backend, reference: &str, version: u32) -> Value {
    let sample = workspace().join("schemas/declaration/1.0/samples-valid/a12-fifty-lines.xml");
    let document = fs::read_to_string(sample).unwrap().replace("SAMPLE-10<", &format!("{reference}<"));
    let document = document.replace("<VersionID>1<", &format!("<VersionID>{version}<"));
    assert!(document.contains(reference));
    let message = Outgoing {
        topic: backend.topics.lodged.clone(),
        key: b"0100233488".to_vec(),
        headers: Vec::new(),
        payload: document.into_bytes(),
        event_id: reference.to_owned(),
        timestamp_ms: Some(LODGED_AT_MS),
    };
    backend.stream.publish(vec![message]).await.unwrap();
    let key = DeclarationKey { declarant: "0100233488".into(), reference: reference.into(), version };
    let begun = Instant::now();
    loop {
        if let Some((_, _, decision)) = backend.store.declaration(&key).await.unwrap() {
            return serde_json::from_slice(&decision).unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{reference} is not decided");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn duty_rate(decision: &Value) -> &str {
    decision["items"][0]["taxes"][0]["rate"].as_str().unwrap_or_else(|| panic!("{decision}"))
}

fn hash_of(rules: &Path) -> String {
    rulebook::Rulebook::load(rules).unwrap().content_hash().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_rules_decide_without_a_restart_and_wrong_ones_never() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let rules = Rules::copied();
    let server = Server::start(&backend, &rules, false);
    let first = decided(&backend, "RELOAD-1").await;
    assert_eq!((duty_rate(&first), first["rulebook"].as_str().unwrap()), ("10", &*hash_of(&rules.path())));

    let rules = rules.with_valves_at(11);
    let hash = hash_of(&rules.path());
    // Nobody has asked for the new rules yet.
    assert_eq!(duty_rate(&decided(&backend, "RELOAD-2").await), "10");
    server.hang_up();
    server.wait_for("new rules decide from the next batch on", 1);
    let second = decided(&backend, "RELOAD-3").await;
    assert_eq!((duty_rate(&second), second["rulebook"].as_str().unwrap()), ("11", &*hash));

    // One that does not load, and one whose own test fails.
    rules.edit("assessment/import-tariff.csv", |text| text.replace("\n84818099,unit,11,", "\n84818099,unit,twelve,"));
    server.hang_up();
    let log = server.wait_for("new rules are refused", 1);
    assert!(log.contains("assessment/import-tariff.csv") && log.contains("twelve"), "{log}");
    rules.edit("assessment/import-tariff.csv", |text| text.replace("\n84818099,unit,twelve,", "\n84818099,unit,12,"));
    rules.edit("validation/branches.toml", |text| text + FAILING_TEST);
    server.hang_up();
    let log = server.wait_for("new rules are refused", 2);
    assert!(log.contains("validation/branches.toml"), "{log}");
    let third = decided(&backend, "RELOAD-4").await;
    assert_eq!((duty_rate(&third), third["rulebook"].as_str().unwrap()), ("11", &*hash));

    // Mended, it is taken.
    rules.edit("validation/branches.toml", |text| text.strip_suffix(FAILING_TEST).unwrap().to_owned());
    server.hang_up();
    server.wait_for("new rules decide from the next batch on", 2);
    assert_eq!(duty_rate(&decided(&backend, "RELOAD-5").await), "12");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_is_taken_over_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let rules = Rules::copied();
    let server = Server::start(&backend, &rules, true);
    assert_eq!(duty_rate(&decided(&backend, "WATCH-1").await), "10");
    let _rules = rules.with_valves_at(13);
    server.wait_for("new rules decide from the next batch on", 1);
    assert_eq!(duty_rate(&decided(&backend, "WATCH-2").await), "13");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_stalls_at_the_end_of_a_row_decides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let rules = Rules::copied();
    let server = Server::start(&backend, &rules, true);
    assert_eq!(duty_rate(&decided(&backend, "STALL-1").await), "10");
    // The table is copied as far as the row before the sample's goods; every row is whole.
    let file = rules.path().join("assessment/import-tariff.csv");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, &whole[..whole.find("84818099,").unwrap()]).unwrap();
    let log = server.wait_for("new rules are refused", 1);
    assert!(log.contains("assessment/import-tariff.csv") && log.contains("looks cut off"), "{log}");
    assert_eq!(duty_rate(&decided(&backend, "STALL-2").await), "10");
    let cut = run(&["rules", "check", "--rules", &rules.name()]);
    assert!(cut.status.code() == Some(1) && said(&cut).contains("looks cut off"), "{}", said(&cut));
    // It is not sealed by the way either.
    let seal = run(&["rules", "seal", "--rules", &rules.name()]);
    assert!(seal.status.code() == Some(1) && said(&seal).contains("not sealed"), "{}", said(&seal));
    assert_eq!(run(&["rules", "check", "--rules", &rules.name()]).status.code(), Some(1));
    // Copied to its end, all is as before; taken out on purpose, it is sealed.
    fs::write(&file, &whole).unwrap();
    assert_eq!(run(&["rules", "seal", "--check", "--rules", &rules.name()]).status.code(), Some(0));
    server.wait_for("the rules are the same as before", 1);
    fs::remove_file(rules.path().join("validation/dates.toml")).unwrap();
    assert_eq!(run(&["rules", "seal", "--check", "--rules", &rules.name()]).status.code(), Some(1));
    assert_eq!(run(&["rules", "seal", "--fewer", "--rules", &rules.name()]).status.code(), Some(0));
    assert_eq!(run(&["rules", "seal", "--rules", &rules.name()]).status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_derived_byte_for_byte_and_then_decided_by_proposed_rules() {
    const COUNT: usize = 1_500;
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let rulebook = common::rulebook();
    let rules = Rules::copied();
    backend.lodge(&rulebook, 23, COUNT).await;
    let server = Server::start(&backend, &rules, false);
    // A refusal that hangs on what was lodged before.
    let early = decided_as(&backend, "EARLY-1", 5).await;
    assert_eq!(early["findings"][0]["code"], "version_out_of_order", "{early}");
    backend.wait_until_dealt_with(COUNT + 1, Duration::from_secs(120)).await;
    drop(server);

    let store = format!("sqlite:{}", folder.path().join("thongquan.db").display());
    let decided = backend.decisions().await.len();
    let same =
        run(&["rules", "backtest", &rules.name(), "--rules", &rules.name(), "--against", &store, "--format", "json"]);
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    let sums = json_lines(&same).pop().unwrap();
    assert_eq!(sums["decided"], decided);
    assert_eq!((&sums["derived_identically"], &sums["changed"]), (&sums["decided"], &Value::from(0)), "{sums}");

    // The preferential rates of machines go up by one, and the documents of more traders are checked.
    let proposed = Rules::copied();
    proposed.edit("selectivity/compliance.toml", |text| {
        text.replacen(
            "when = '''not trader_known'''",
            "when = '''not trader_known or trader_compliance_level = 3'''",
            1,
        )
    });
    proposed.edit("assessment/import-tariff.csv", |text| {
        let raised = |line: &str| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if let (true, Ok(rate)) = (line.starts_with("84"), cells[2].parse::<u32>()) {
                cells[2] = (rate + 1).to_string();
            }
            cells.join(",") + "\n"
        };
        text.lines().map(raised).collect()
    });
    let output = run(&[
        "rules",
        "backtest",
        &proposed.name(),
        "--rules",
        &rules.name(),
        "--against",
        &store,
        "--format",
        "json",
        "--list",
        "100000",
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let mut lines = json_lines(&output);
    let sums = lines.pop().unwrap();
    assert_eq!(sums["changed"], lines.len());
    assert_eq!(sums["derived_identically"], decided);
    // The sums are those of the declarations that are listed, added up here by themselves.
    let mut difference = 0_i64;
    for line in &lines {
        let duty =
            |side: &str| line[side]["totals"]["import_duty"].as_str().map_or(0, |duty| duty.parse::<i64>().unwrap());
        difference += duty("after") - duty("before");
    }
    assert!(difference > 0);
    assert_eq!(sums["taxes"]["import_duty"]["difference"], difference.to_string());
    let stricter = sums["lanes"].as_array().unwrap();
    assert!(stricter.iter().any(|lane| lane["before"] == "green" && lane["after"] == "yellow"), "{sums}");
    let table = said(&run(&["rules", "backtest", &proposed.name(), "--rules", &rules.name(), "--against", &store]));
    for words in ["derived byte for byte as recorded", "lane green → yellow", "import duty", "value added tax"] {
        assert!(table.contains(words), "{words}: {table}");
    }
    // Of another day there is nothing, and of a few there are few.
    let none = run(&[
        "rules",
        "backtest",
        &proposed.name(),
        "--rules",
        &rules.name(),
        "--against",
        &store,
        "--since",
        "2027-01-01",
    ]);
    assert_eq!(none.status.code(), Some(0), "{}", said(&none));
    let few = run(&[
        "rules",
        "backtest",
        &proposed.name(),
        "--rules",
        &rules.name(),
        "--against",
        &store,
        "--limit",
        "7",
        "--format",
        "json",
    ]);
    assert_eq!(json_lines(&few).pop().unwrap()["decided"], 7);
    let nowhere = run(&["rules", "backtest", &proposed.name(), "--against", "sqlite:no/such/file.db"]);
    assert_eq!(nowhere.status.code(), Some(70), "{}", said(&nowhere));
}
