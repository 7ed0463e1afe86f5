//! The commands as people and machines call them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thongquan")).args(arguments).current_dir(workspace()).output().unwrap()
}

fn decisions(output: &Output) -> Vec<serde_json::Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn samples(folder: &str) -> Vec<String> {
    let folder = workspace().join("schemas/declaration/1.0").join(folder);
    let mut files: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.sort();
    files
}

#[test]
fn every_valid_sample_is_accepted_and_every_figure_cited() {
    let files = samples("samples-valid");
    assert!(files.len() >= 12);
    let mut arguments = vec!["assess", "--on", "2026-11-24", "--format", "json"];
    arguments.extend(files.iter().map(String::as_str));
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let decisions = decisions(&output);
    assert_eq!(decisions.len(), files.len());
    for decision in decisions {
        assert_eq!(decision["outcome"], "accepted", "{decision}");
        let mut total = 0_i64;
        for sum in decision["totals"].as_array().unwrap() {
            total += sum["payable"].as_str().unwrap().parse::<i64>().unwrap();
        }
        assert_eq!(decision["total_payable"], total.to_string());
        for tax in decision["items"].as_array().unwrap().iter().flat_map(|item| item["taxes"].as_array().unwrap()) {
            assert!(!tax["rule"].as_str().unwrap().is_empty() && !tax["law"].as_str().unwrap().is_empty(), "{tax}");
        }
    }
}

#[test]
fn a_proof_of_origin_in_the_facts_is_checked_and_written_off() {
    let sample = "schemas/declaration/1.0/samples-valid/a11-atiga-form-d.xml";
    let sound = fs::read_to_string(workspace().join("schemas/facts/1.0/a11-atiga-form-d.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let assess = |name: &str, old: &str, new: &str| {
        assert!(sound.contains(old), "{old}");
        let facts = folder.path().join(name);
        fs::write(&facts, sound.replace(old, new)).unwrap();
        let facts = facts.display().to_string();
        let output = run(&["assess", sample, "--on", "2026-11-24", "--format", "json", "--facts", &facts]);
        decisions(&output).remove(0)
    };
    let decision = assess("sound.toml", "DFT", "DFT");
    assert_eq!(decision["total_payable"], "82215000", "{decision}");
    assert_eq!(decision["items"][0]["preference"]["standing"], "given");
    assert_eq!(
        (&decision["write_offs"][0]["amount"], decision["findings"].as_array().unwrap().len()),
        (&"50".into(), 0)
    );
    let decision = assess("late.toml", "departed_on = \"2026-11-09\"", "departed_on = \"2026-11-06\"");
    assert_eq!(decision["total_payable"], "224329500", "{decision}");
    assert_eq!(decision["findings"][0]["code"], "retroactive_tick_missing");
    let decision = assess("used.toml", "remaining = \"50\"", "remaining = \"49\"");
    assert_eq!(
        (&decision["outcome"], &decision["findings"][0]["code"]),
        (&"rejected".into(), &"certificate_quantity_exceeded".into())
    );
}

#[test]
fn every_faulty_sample_is_rejected_with_several_mends() {
    let files = samples("samples-faulty");
    assert!(files.len() >= 12);
    let mut arguments = vec!["assess", "--on", "2026-11-24", "--format", "json"];
    arguments.extend(files.iter().map(String::as_str));
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1));
    for decision in decisions(&output) {
        assert_eq!(decision["outcome"], "rejected", "{decision}");
        let findings = decision["findings"].as_array().unwrap();
        let errors: Vec<_> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
        assert!(errors.len() >= 2, "{} has {} mistakes", decision["file"], errors.len());
        for finding in errors {
            for text in ["message", "mend"] {
                for language in ["en", "vi"] {
                    assert!(!finding[text][language].as_str().unwrap().is_empty(), "{finding}");
                }
            }
            assert!(finding["path"].as_str().unwrap().starts_with("/Declaration"), "{finding}");
        }
    }
}

#[test]
fn what_is_no_declaration_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.xml");
    fs::write(&file, "<Declaration").unwrap();
    let output = run(&["assess", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(run(&["assess", "no-such-file.xml"]).status.code(), Some(70));
    assert_eq!(run(&["assess"]).status.code(), Some(64));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_changed_rate_is_in_the_next_decision_cited() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    copy(&workspace().join("rules"), &rules);
    let table = rules.join("assessment/import-tariff.csv");
    let text = fs::read_to_string(&table).unwrap();
    let changed = text.replace("\n84818099,unit,10,", "\n84818099,unit,11,");
    assert_ne!(text, changed);
    fs::write(&table, changed).unwrap();
    let sample = samples("samples-valid").into_iter().find(|file| file.ends_with("a12-fifty-lines.xml")).unwrap();
    let rules = rules.to_str().unwrap();
    let output = run(&["assess", &sample, "--on", "2026-11-24", "--format", "json", "--rules", rules]);
    let decision = &decisions(&output)[0];
    let duty = &decision["items"][0]["taxes"][0];
    assert_eq!(duty["rate"], "11");
    assert!(duty["rule"].as_str().unwrap().contains("84818099/mfn@"));
    let before = decisions(&run(&["assess", &sample, "--on", "2026-11-24", "--format", "json"]));
    assert_ne!(before[0]["rulebook"], decision["rulebook"]);
}

#[test]
fn a_broken_rule_is_refused_with_its_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    copy(&workspace().join("rules"), &rules);
    let file = rules.join("validation/branches.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("branch_number > branch_total", "branch_nomber > branch_total")).unwrap();
    let output = run(&["assess", &samples("samples-valid")[0], "--rules", rules.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("validation/branches.toml") && said.contains("branch_number"), "{said}");
}

#[test]
fn an_unknown_setting_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("thongquan.toml");
    fs::write(&file, "[storage]\nurll = \"sqlite:x\"\n").unwrap();
    let output = run(&["doctor", "--config", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("urll"));
}

#[test]
fn the_demonstration_clears_declarations_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo.db");
    let output = run(&["demo", "--once", "--count", "300", "--data", data.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    for word in ["outcomes", "green", "cleared", "import duty", "time per declaration"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn help_and_completions_are_there() {
    for command in ["assess", "demo", "serve", "submit", "doctor"] {
        assert!(run(&[command, "--help"]).status.success(), "{command}");
    }
    assert!(String::from_utf8_lossy(&run(&["completions", "bash"]).stdout).contains("thongquan"));
}
