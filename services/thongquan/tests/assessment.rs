//! What `assess` prints, for people and for machines, held against what is promised of it.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

/// Set, it has the expected pages written anew; `git diff` then shows what changed.
const WRITE_ANEW: &str = "THONGQUAN_WRITE_PAGES";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn assess(files: &[String], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .arg("assess")
        .args(files)
        .args(["--on", "2026-11-24"])
        .args(arguments)
        .current_dir(workspace())
        .output()
        .unwrap()
}

/// The files of a folder, by their paths from the workspace.
fn files_of(folder: &str) -> Vec<String> {
    let mut files: Vec<String> = fs::read_dir(workspace().join(folder))
        .into_iter()
        .flatten()
        .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|file| file.ends_with(".xml"))
        .collect();
    files.sort();
    files
}

fn every_sample() -> Vec<String> {
    [
        "schemas/declaration/1.0/samples-valid",
        "schemas/declaration/1.0/samples-faulty",
        "services/simulator/tests/field",
    ]
    .into_iter()
    .flat_map(files_of)
    .collect()
}

/// A sample with other words in it, in a folder of its own, under a short name.
fn changed(folder: &Path, sample: &str, name: &str, changes: &[(&str, &str)]) -> String {
    let mut text = fs::read_to_string(workspace().join("schemas/declaration/1.0").join(sample)).unwrap();
    for (old, new) in changes {
        assert!(text.contains(old), "`{old}` is not in {sample}");
        text = text.replace(old, new);
    }
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn no_line_of_a_page_is_wider_than_eighty_columns() {
    for language in ["en", "vi"] {
        let output = assess(&every_sample(), &["--lang", language]);
        let pages = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = pages.lines().collect();
        assert!(lines.len() > 1_000, "{}", lines.len());
        let wide: Vec<&&str> = lines.iter().filter(|line| line.width() > 80).collect();
        assert!(wide.is_empty(), "{wide:#?}");
        assert!(!pages.contains('\u{a0}'), "what keeps words together is not printed");
    }
}

/// The pages that are kept, and the files that they are of.
fn pages(folder: &Path) -> Vec<(&'static str, String)> {
    [
        ("accepted", "samples-valid/a11-sea-freight-and-insurance.xml", &[][..]),
        ("relieved", "samples-valid/e31-export-production-materials.xml", &[]),
        ("rejected", "samples-faulty/02-tax-code-and-price.xml", &[]),
        ("referred", "samples-valid/a12-machinery.xml", &[(">DE<", ">AD<")]),
    ]
    .into_iter()
    .map(|(name, sample, changes)| (name, changed(folder, sample, &format!("{name}.xml"), changes)))
    .collect()
}

#[test]
fn pages_are_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    for (name, _) in pages(folder.path()) {
        for language in ["en", "vi"] {
            // Named from its own folder, so that the page does not hang on where that is.
            let output = Command::new(env!("CARGO_BIN_EXE_thongquan"))
                .args(["assess", &format!("{name}.xml"), "--on", "2026-11-24", "--lang", language, "--rules"])
                .arg(workspace().join("rules"))
                .current_dir(folder.path())
                .output()
                .unwrap();
            let page = String::from_utf8(output.stdout).unwrap();
            let path = kept.join(format!("{name}.{language}.txt"));
            if std::env::var_os(WRITE_ANEW).is_some() {
                fs::create_dir_all(&kept).unwrap();
                fs::write(&path, &page).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                page == expected,
                "{} is another page now; read it, and with {WRITE_ANEW}=1 it is written anew:\n{page}",
                path.display()
            );
        }
    }
}

#[test]
fn of_many_files_the_outcomes_are_counted() {
    let mut files = files_of("schemas/declaration/1.0/samples-valid");
    files.truncate(3);
    let said = String::from_utf8(assess(&files, &[]).stdout).unwrap();
    assert!(!said.contains("3 files"), "{said}");
    files.push("schemas/declaration/1.0/samples-faulty/08-temporary-without-date.xml".to_owned());
    files.push("no-such-file.xml".to_owned());
    let said = String::from_utf8(assess(&files, &[]).stdout).unwrap();
    assert!(said.ends_with("5 files: 3 accepted, 1 rejected, 1 not opened\n"), "{said}");
    let said = String::from_utf8(assess(&files, &["--lang", "vi"]).stdout).unwrap();
    assert!(said.ends_with("5 tệp: 3 chấp nhận, 1 từ chối, 1 không mở được\n"), "{said}");
}

/// A slip of the pen leaves the tax to be seen: what does not hang on it is calculated as if it were not there.
#[test]
fn a_typing_error_does_not_hide_the_tax() {
    let folder = tempfile::tempdir().unwrap();
    let sample = "samples-valid/a11-sea-freight-and-insurance.xml";
    let sound = format!("schemas/declaration/1.0/{sample}");
    let office = changed(folder.path(), sample, "office.xml", &[("<ID>01PR</ID>", "<ID>99ZZ</ID>")]);
    let goods = changed(folder.path(), sample, "goods.xml", &[("<ID>84818099</ID>", "<ID>84818001</ID>")]);
    let decisions = decisions(&assess(&[sound, office, goods], &["--format", "json"]));
    let [sound, office, goods] = &decisions[..] else { panic!("{decisions:?}") };
    assert_eq!((&sound["outcome"], &sound["provisional"]), (&"accepted".into(), &Value::Null));
    assert_eq!(office["outcome"], "rejected");
    assert_eq!(office["items"], Value::Array(Vec::new()), "nothing is owed on what is not registered");
    for figure in ["items", "totals", "total_payable", "customs_value"] {
        assert_eq!(office["provisional"][figure], sound[figure], "{figure}");
    }
    assert_eq!(office["provisional"]["is_complete"], true);
    // A line without a tariff code has its value and no tax; the others have both.
    let provisional = &goods["provisional"];
    assert_eq!(provisional["is_complete"], false);
    let (lines, sound) = (provisional["items"].as_array().unwrap(), sound["items"].as_array().unwrap());
    let broken = lines.iter().position(|line| line["commodity_code"] == "84818001").unwrap();
    for (at, (line, sound)) in lines.iter().zip(sound).enumerate() {
        assert_eq!(line["customs_value"], sound["customs_value"]);
        if at == broken {
            assert_eq!(line["taxes"], Value::Array(Vec::new()));
            assert_eq!(line["left_out"][0]["figure"], "taxes");
        } else {
            assert_eq!(line, sound);
        }
    }
}

#[test]
fn findings_stand_in_the_order_of_the_document() {
    let output = assess(&files_of("schemas/declaration/1.0/samples-faulty"), &["--format", "json"]);
    for decision in decisions(&output) {
        let places: Vec<(u64, u64)> = decision["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|finding| Some((finding["line"].as_u64()?, finding["column"].as_u64()?)))
            .collect();
        assert!(places.is_sorted(), "{}: {places:?}", decision["file"]);
    }
}

fn decisions(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn schema() -> Value {
    let schema = workspace().join("schemas/assessment/1.0/assessment.schema.json");
    serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap()
}

#[test]
fn the_json_is_as_its_schema_says() {
    let schema = schema();
    let folder = tempfile::tempdir().unwrap();
    let mut files = every_sample();
    files.extend(pages(folder.path()).into_iter().map(|(_, file)| file));
    let unreadable = folder.path().join("unreadable.xml");
    fs::write(&unreadable, "<Declaration").unwrap();
    files.push(unreadable.display().to_string());
    let decisions = decisions(&assess(&files, &["--format", "json"]));
    assert_eq!(decisions.len(), files.len());
    for outcome in ["accepted", "rejected", "referred", "unreadable"] {
        assert!(decisions.iter().any(|decision| decision["outcome"] == outcome), "none is {outcome}");
    }
    let rulebook = rulebook::Rulebook::load(&workspace().join("rules")).unwrap_or_else(|errors| panic!("{errors}"));
    for decision in &decisions {
        in_vietnamese(decision, &rulebook);
        let mut faults = Vec::new();
        hold(decision, &schema, &schema, "", &mut faults);
        assert!(faults.is_empty(), "{}: {faults:#?}", decision["file"]);
    }
}

/// Every law that is cited, by the rules or by the program, has its words in Vietnamese.
fn in_vietnamese(value: &Value, rulebook: &rulebook::Rulebook) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| in_vietnamese(element, rulebook)),
        Value::Object(fields) => {
            for law in ["law", "relief_law"].into_iter().filter_map(|name| fields.get(name).and_then(Value::as_str)) {
                let unknown = rulebook.law_words_without_vietnamese(law);
                assert!(unknown.is_empty(), "rules/law/vietnamese.toml lacks {unknown:?} of `{law}`");
            }
            fields.values().for_each(|field| in_vietnamese(field, rulebook));
        }
        _ => {}
    }
}

#[test]
fn the_samples_of_the_json_are_as_its_schema_says() {
    let schema = schema();
    for name in ["sample-accepted.json", "sample-rejected.json"] {
        let path = workspace().join("schemas/assessment/1.0").join(name);
        let sample: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let mut faults = Vec::new();
        hold(&sample, &schema, &schema, "", &mut faults);
        assert!(faults.is_empty(), "{name}: {faults:#?}");
        // What is held against the schema can fail.
        let mut broken = sample.clone();
        broken["outcome"] = "perhaps".into();
        broken["unknown"] = true.into();
        hold(&broken, &schema, &schema, "", &mut faults);
        assert_eq!(faults.len(), 2, "{faults:#?}");
    }
}

/// Holds a value against what this schema uses of JSON Schema.
fn hold(value: &Value, schema: &Value, root: &Value, at: &str, faults: &mut Vec<String>) {
    for (keyword, asked) in schema.as_object().unwrap() {
        match (keyword.as_str(), asked) {
            ("$ref", asked) => {
                let pointer = asked.as_str().unwrap().trim_start_matches('#');
                hold(value, root.pointer(pointer).unwrap(), root, at, faults);
            }
            ("type", asked) => {
                let allowed: Vec<&Value> = asked.as_array().map_or_else(|| vec![asked], |words| words.iter().collect());
                let there = match value {
                    Value::Null => "null",
                    Value::Bool(_) => "boolean",
                    Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
                    Value::Number(_) => "number",
                    Value::String(_) => "string",
                    Value::Array(_) => "array",
                    Value::Object(_) => "object",
                };
                if !allowed.iter().any(|word| *word == there) {
                    faults.push(format!("{at}: {there} instead of {asked}"));
                }
            }
            ("enum", asked) => {
                if !asked.as_array().unwrap().contains(value) {
                    faults.push(format!("{at}: {value} is none of {asked}"));
                }
            }
            ("required", asked) => {
                for name in asked.as_array().unwrap().iter().filter_map(Value::as_str) {
                    if value.as_object().is_some_and(|fields| !fields.contains_key(name)) {
                        faults.push(format!("{at}: {name} is missing"));
                    }
                }
            }
            ("properties", asked) => {
                for (name, field) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = asked.get(name) {
                        hold(field, schema, root, &format!("{at}/{name}"), faults);
                    }
                }
            }
            ("additionalProperties", Value::Bool(false)) => {
                for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
                    if schema["properties"].get(name).is_none() {
                        faults.push(format!("{at}: {name} is not in the schema"));
                    }
                }
            }
            ("items", asked) => {
                for (position, element) in value.as_array().into_iter().flatten().enumerate() {
                    hold(element, asked, root, &format!("{at}/{position}"), faults);
                }
            }
            ("minimum", asked) => {
                if value.as_i64().is_some_and(|number| number < asked.as_i64().unwrap()) {
                    faults.push(format!("{at}: {value} is below {asked}"));
                }
            }
            ("maximum", asked) => {
                if value.as_i64().is_some_and(|number| number > asked.as_i64().unwrap()) {
                    faults.push(format!("{at}: {value} is above {asked}"));
                }
            }
            ("pattern", asked) => {
                if value.as_str().is_some_and(|text| !fits(text, asked.as_str().unwrap())) {
                    faults.push(format!("{at}: {value} is not as {asked}"));
                }
            }
            ("$schema" | "$id" | "$defs" | "title" | "description", _) => {}
            (unknown, _) => panic!("this test does not know the keyword {unknown}"),
        }
    }
}

/// The four patterns of the schema.
fn fits(text: &str, pattern: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match pattern {
        r"^-?[0-9]+(\.[0-9]+)?$" => {
            let text = text.strip_prefix('-').unwrap_or(text);
            text.split_once('.').map_or_else(|| digits(text), |(whole, rest)| digits(whole) && digits(rest))
        }
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10,
        "^[A-Z]{3}$" => text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        "^[0-9a-f]{64}$" => text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        unknown => panic!("this test does not know the pattern {unknown}"),
    }
}
