//! The commands as people and machines call them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::fs;
use std::process::{Command, Output};

use common::{copy, workspace};

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

fn assess(files: &[String]) -> (Option<i32>, Vec<serde_json::Value>) {
    let mut arguments = vec!["assess", "--on", "2026-11-24", "--format", "json"];
    arguments.extend(files.iter().map(String::as_str));
    let output = run(&arguments);
    (output.status.code(), decisions(&output))
}

fn name_of(file: &serde_json::Value) -> &str {
    file.as_str().unwrap().rsplit('/').next().unwrap()
}

fn text<'a>(value: &'a serde_json::Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The samples that are valid, with what is owed of each tax.
const VALID: [(&str, &str, &str); 14] = [
    ("a11-aluminium-china.xml", "import_duty 64728000 anti_dumping 230302224 vat 94231022", "389261246"),
    ("a11-atiga-form-d.xml", "import_duty 0 special_consumption 39150000 vat 43065000", "82215000"),
    ("a11-lubricants.xml", "import_duty 39150000 environmental_protection 40000000 vat 68972000", "148122000"),
    ("a11-sea-freight-and-insurance.xml", "import_duty 59196209 vat 48584741", "107780950"),
    ("a11-wine.xml", "import_duty 391500000 special_consumption 411075000 vat 158557500", "961132500"),
    ("a12-fifty-lines.xml", "import_duty 415968750 vat 366052500", "782021250"),
    ("a12-first-branch.xml", "import_duty 0 vat 131544000", "131544000"),
    ("a12-machinery.xml", "import_duty 0 vat 354960000", "354960000"),
    ("a12-second-branch.xml", "import_duty 0 vat 87696000", "87696000"),
    ("b11-with-export-duty.xml", "export_duty 104400000", "104400000"),
    ("e11-export-processing-enterprise.xml", "import_duty 0 vat 0", "0"),
    ("e21-processing.xml", "import_duty 0 vat 0", "0"),
    ("e31-export-production-materials.xml", "import_duty 0 vat 0", "0"),
    ("e62-export-products.xml", "export_duty 0", "0"),
];

#[test]
fn every_valid_sample_is_accepted_and_every_figure_cited() {
    let files = samples("samples-valid");
    let (status, decisions) = assess(&files);
    assert_eq!(status, Some(0));
    let mut found = Vec::new();
    for decision in &decisions {
        assert_eq!(decision["outcome"], "accepted", "{decision}");
        let totals = decision["totals"].as_array().unwrap();
        let owed: Vec<String> =
            totals.iter().map(|total| format!("{} {}", text(total, "type"), text(total, "payable"))).collect();
        let sum: i64 = totals.iter().map(|total| text(total, "payable").parse::<i64>().unwrap()).sum();
        assert_eq!(decision["total_payable"], sum.to_string());
        for tax in decision["items"].as_array().unwrap().iter().flat_map(|item| item["taxes"].as_array().unwrap()) {
            assert!(!text(tax, "rule").is_empty() && !text(tax, "law").is_empty(), "{tax}");
        }
        found.push((name_of(&decision["file"]), owed.join(" "), text(decision, "total_payable")));
    }
    let found: Vec<_> = found.iter().map(|(name, owed, total)| (*name, owed.as_str(), *total)).collect();
    assert_eq!(found, VALID);
}

/// The faulty samples, with the codes that each has to get; the rules may find more.
const FAULTY: [(&str, &str); 12] = [
    ("01-wrong-kind-office-and-currency.xml", "S0055 S0054 S0090"),
    ("02-tax-code-and-price.xml", "tax_code_invalid line_values_exceed_invoice R0149 R1088"),
    ("03-preference-without-proof.xml", "terms_missing E1012 arrival_date_missing"),
    ("04-unknown-tariff-codes.xml", "S0173 E0118"),
    ("05-schema-mistakes.xml", "unknown_element misplaced_element value_malformed date_malformed"),
    ("06-branches.xml", "R1032 S1008 S1009"),
    ("07-lubricants-without-code.xml", "S0054 E1070 E0270 R1089"),
    ("08-temporary-without-date.xml", "R1002 tax_code_invalid invoice_date_in_future"),
    ("09-export-fields-on-import.xml", "S0055 field_of_the_other_direction S0061 departure_date_missing"),
    ("10-insurance-on-cif.xml", "R0086 value_malformed E0119"),
    ("11-too-many-letters.xml", "value_malformed value_too_long number_too_long"),
    ("12-totals.xml", "line_values_exceed_invoice S0173 R1089"),
];

#[test]
fn every_faulty_sample_is_rejected_with_several_mends() {
    let (status, decisions) = assess(&samples("samples-faulty"));
    assert_eq!(status, Some(1));
    let names: Vec<_> = decisions.iter().map(|decision| name_of(&decision["file"])).collect();
    assert_eq!(names, FAULTY.map(|(name, _)| name));
    for (decision, (name, codes)) in decisions.iter().zip(FAULTY) {
        assert_eq!(decision["outcome"], "rejected", "{decision}");
        let findings = decision["findings"].as_array().unwrap();
        assert!(findings.len() >= 3, "{name} has {} findings", findings.len());
        for code in codes.split(' ') {
            assert!(findings.iter().any(|finding| finding["code"] == code), "{name} has no {code}");
        }
        findings.iter().for_each(check_finding);
    }
}

/// What every finding has: a place, and the message and the mend in both languages, by a rule that rests on law.
fn check_finding(finding: &serde_json::Value) {
    for part in ["message", "mend"] {
        for language in ["en", "vi"] {
            assert!(!text(&finding[part], language).is_empty(), "{finding}");
        }
    }
    assert!(text(finding, "path").starts_with("/Declaration"), "{finding}");
    assert!(finding["line"].as_u64() > Some(0) && finding["column"].as_u64() > Some(0), "{finding}");
    assert!(!text(finding, "rule").is_empty() && !text(finding, "law").is_empty(), "{finding}");
}

#[test]
fn a_sample_broken_in_five_places_gets_five_answers() {
    let sample = samples("samples-valid").into_iter().find(|file| file.ends_with("a11-sea-freight-and-insurance.xml"));
    let mut document = fs::read_to_string(sample.unwrap()).unwrap();
    // What is broken, the word that stands there then, and the code of the answer.
    let breaks = [
        ("<ID>01PR</ID>", "<ID>99ZZ</ID>", "99ZZ", "S0054"),
        ("<ID>0100233488</ID>", "<ID>0100233489</ID>", "0100233489", "tax_code_invalid"),
        ("ID>SAMPLE01<", "ID>MẪU01<", "MẪU01", "value_malformed"),
        ("<ID>84818099</ID>", "<ID>84818001</ID>", "84818001", "S0173"),
        ("<SubSectionID>00</SubSectionID>", "<SubSection>00</SubSection>", "<SubSection>", "unknown_element"),
    ];
    for (sound, broken, ..) in breaks {
        assert_eq!(document.matches(sound).count(), 1, "{sound}");
        document = document.replace(sound, broken);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.xml");
    fs::write(&file, &document).unwrap();
    let (status, decisions) = assess(&[file.display().to_string()]);
    assert_eq!(status, Some(1));
    let findings = decisions[0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 5, "{findings:#?}");
    for (_, _, word, code) in breaks {
        let finding = findings.iter().find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("no {code}"));
        check_finding(finding);
        // Line and column lead to the very word.
        let (line, column) = (finding["line"].as_u64().unwrap(), finding["column"].as_u64().unwrap());
        let line = document.lines().nth(usize::try_from(line).unwrap() - 1).unwrap();
        let there: String = line.chars().skip(usize::try_from(column).unwrap() - 1).collect();
        assert!(there.starts_with(word), "{code} points to {there}");
    }
    // For people the same, in both languages.
    for (language, mend) in [("en", "mend:"), ("vi", "cách sửa:")] {
        let output = run(&["assess", file.to_str().unwrap(), "--on", "2026-11-24", "--lang", language]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said.matches(mend).count(), 5, "{said}");
    }
}

/// The names of an object's fields.
fn fields(object: &serde_json::Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[track_caller]
fn check_fields(object: &serde_json::Value, expected: &str) {
    let there = fields(object);
    for field in expected.split(' ') {
        assert!(there.contains(&field), "{field} is not among {there:?}");
    }
}

#[test]
fn the_json_has_the_fields_that_machines_are_promised() {
    let mut files = vec![samples("samples-valid").remove(0)];
    files.push(samples("samples-faulty").remove(9));
    let folder = tempfile::tempdir().unwrap();
    let referred = folder.path().join("referred.xml");
    let machinery = samples("samples-valid").into_iter().find(|file| file.ends_with("a12-machinery.xml")).unwrap();
    fs::write(&referred, fs::read_to_string(machinery).unwrap().replace("USD", "ISK")).unwrap();
    files.push(referred.display().to_string());
    let (status, decisions) = assess(&files);
    assert_eq!(status, Some(1), "of several the rejection counts before the referral");
    for decision in &decisions {
        check_fields(
            decision,
            "file outcome reference direction kind registered_on number lane findings gaps items totals total_payable \
             routing rulebook",
        );
        assert_eq!(text(decision, "rulebook").len(), 64);
    }
    let [accepted, rejected, referred] = &decisions[..] else { panic!("{decisions:?}") };
    let item = &accepted["items"][0];
    check_fields(item, "sequence commodity_code origin customs_value taxes");
    check_fields(&item["taxes"][0], "type base rate amount relief payable rule law");
    check_fields(&accepted["totals"][0], "type payable");
    check_fields(&accepted["routing"][0], "criterion lane because");
    for amount in [&item["customs_value"], &item["taxes"][0]["payable"], &accepted["total_payable"]] {
        let amount = amount.as_str().expect("amounts are strings");
        assert!(amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{amount}");
    }
    let expected = "code severity path item field value message mend rule law follows_from";
    check_fields(&rejected["findings"][0], expected);
    assert_eq!(fields(&rejected["findings"][0]["message"]), ["en", "vi"]);
    assert_eq!((&referred["outcome"], &referred["total_payable"]), (&"referred".into(), &"0".into()));
    check_fields(&referred["gaps"][0], "code item message rule");
    assert_eq!(assess(&files[2..]).0, Some(3));
}

#[test]
fn colours_are_for_terminals() {
    let file = samples("samples-faulty").remove(0);
    let plain = run(&["assess", &file, "--on", "2026-11-24"]);
    assert!(!plain.stdout.contains(&0x1b));
    let forced = Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .args(["assess", &file, "--on", "2026-11-24"])
        .env("CLICOLOR_FORCE", "1")
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(forced.stdout.contains(&0x1b), "colours are there when they are asked for");
}

#[test]
fn standard_input_is_read_as_a_file() {
    let file = fs::File::open(samples("samples-valid").remove(0)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .args(["assess", "-", "--on", "2026-11-24", "--format", "json"])
        .stdin(file)
        .current_dir(workspace())
        .output()
        .unwrap();
    assert_eq!(decisions(&output)[0]["outcome"], "accepted");
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

/// The walk of `rules/README.md`.
#[test]
fn a_changed_rate_is_in_the_next_decision_cited() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    copy(&workspace().join("rules"), &rules);
    let table = rules.join("assessment/import-tariff.csv");
    let sample = samples("samples-valid").into_iter().find(|file| file.ends_with("a12-fifty-lines.xml")).unwrap();
    let decide = |day: &str| {
        let rules = rules.to_str().unwrap();
        decisions(&run(&["assess", &sample, "--on", day, "--format", "json", "--rules", rules])).remove(0)
    };
    let before = decide("2026-12-01");
    let page = fs::read_to_string(workspace().join("rules/README.md")).unwrap();
    let row = "84818099,unit,10,,,,,";
    let rows = "84818099,unit,10,,,,2026-11-30,\n84818099,unit,12,,,2026-12-01,,ND-26-2023 Annex II as amended";
    assert!(page.contains(row) && page.contains(rows), "the page shows what this test does");
    let text = fs::read_to_string(&table).unwrap();
    assert_eq!(text.matches(row).count(), 1);
    fs::write(&table, text.replace(row, rows)).unwrap();
    // Nothing is decided by a table that is not as it was sealed.
    let unsealed = run(&["assess", &sample, "--rules", rules.to_str().unwrap()]);
    assert_eq!(unsealed.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&unsealed.stderr).contains("rules seal"));
    assert!(page.contains("thongquan rules seal --rules /tmp/rules"));
    let sealed = run(&["rules", "seal", "--rules", rules.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&sealed.stdout);
    assert!(sealed.status.code() == Some(0) && said.contains("assessment/import-tariff.csv: the file has"), "{said}");
    for (day, rate, payable, rule, law) in [
        ("2026-11-30", "10", "326250", "84818099/mfn@2023-07-15", "Decree 26/2023/ND-CP, Annex II and Annex IV"),
        ("2026-12-01", "12", "391500", "84818099/mfn@2026-12-01", "Decree 26/2023/ND-CP, Annex II as amended"),
    ] {
        let decision = decide(day);
        let duty = &decision["items"][0]["taxes"][0];
        assert_eq!((&duty["rate"], &duty["payable"]), (&rate.into(), &payable.into()), "{day}");
        assert_eq!((&duty["rule"], &duty["law"]), (&format!("assessment/import-tariff/{rule}").into(), &law.into()));
        assert_ne!(decision["rulebook"], before["rulebook"]);
    }
    assert_eq!(before["items"][0]["taxes"][0]["rate"], "10");
}

#[test]
fn a_broken_rule_is_refused_with_its_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    copy(&workspace().join("rules"), &rules);
    let file = rules.join("validation/branches.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("branch_number > branch_total", "branch_nomber > branch_total")).unwrap();
    common::seal(&rules);
    let output = run(&["assess", &samples("samples-valid")[0], "--rules", rules.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("validation/branches.toml") && said.contains("branch_number"), "{said}");
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
fn an_unknown_setting_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("thongquan.toml");
    fs::write(&file, "[storage]\nurll = \"sqlite:x\"\n").unwrap();
    for command in ["doctor", "serve"] {
        let output = run(&[command, "--config", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(64));
        assert!(String::from_utf8_lossy(&output.stderr).contains("urll"));
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .arg("doctor")
        .env("THONGQUAN_STREAM__KINDD", "kafka")
        .current_dir(elsewhere.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("kindd"));
}

#[test]
fn the_doctor_says_what_is_wrong_and_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("doctor.db");
    let called = |arguments: &[&str], environment: &[(&str, &str)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_thongquan"))
            .arg("doctor")
            .args(arguments)
            .env("THONGQUAN_STORAGE__URL", format!("sqlite:{}", database.display()))
            .env("THONGQUAN_RULES__FOLDER", workspace().join("rules"))
            .envs(environment.iter().copied())
            .current_dir(folder.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // Whoever only looks makes nothing.
    let (status, said) = called(&[], &[]);
    assert!(status == Some(0) && said.contains("there is none at") && !database.exists(), "{said}");
    let (status, said) = called(&["--create-topics"], &[]);
    assert_eq!(status, Some(0), "{said}");
    for part in ["rulebook", "database", "embedded stream", "topic declarations.lodged", "topic payments.settled"] {
        assert!(said.lines().any(|line| line.starts_with("well") && line.contains(part)), "{part}: {said}");
    }
    // Nobody listens on port 1; no folder of rules is there.
    let elsewhere = [
        ("THONGQUAN_STREAM__KIND", "kafka"),
        ("THONGQUAN_STREAM__BROKERS", "127.0.0.1:1"),
        ("THONGQUAN_RULES__FOLDER", "nowhere"),
    ];
    let (status, said) = called(&[], &elsewhere);
    assert_eq!(status, Some(1), "{said}");
    for (part, mend) in [("rulebook", "set rules.folder"), ("Kafka", "that the brokers run")] {
        let line = said.lines().position(|line| line.starts_with("wrong") && line.contains(part));
        assert!(line.is_some() && said.contains(mend), "{part}: {said}");
    }
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
    for (command, told) in [
        ("assess", "EXIT STATUS"),
        ("demo", "--count"),
        ("serve", "--config"),
        ("submit", "EXIT STATUS"),
        ("doctor", "EXIT STATUS"),
        ("rules", "backtest"),
        ("completions", "shell"),
    ] {
        let output = run(&[command, "--help"]);
        assert!(output.status.success(), "{command}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(told), "{command}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell]);
        assert!(output.status.success() && output.stdout.windows(6).any(|word| word == b"assess"), "{shell}");
    }
}
