//! `thongquan rules import`: tables as others publish them, in CSV and XLSX, shown, refused and written.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use common::{copy, workspace};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thongquan")).args(arguments).current_dir(workspace()).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A copy of the rules, and a place for tables.
struct Desk {
    folder: tempfile::TempDir,
}

/// A cell of a sheet: a number or words.
#[derive(Clone)]
enum Cell {
    Number(&'static str),
    Words(String),
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&workspace().join("rules"), &folder.path().join("rules"));
        Self { folder }
    }

    fn rules(&self) -> PathBuf {
        self.folder.path().join("rules")
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.rules().join(file)).unwrap()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The least that is a workbook: one sheet whose cells hold their words.
    fn workbook(&self, name: &str, rows: &[Vec<Cell>]) -> String {
        let path = self.folder.path().join(name);
        let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        let mut part = |name: &str, text: String| {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        };
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006";
        part(
            "[Content_Types].xml",
            format!(
                "{head}<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/></Types>"
            ),
        );
        part(
            "_rels/.rels",
            format!(
                "{head}<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" \
                 Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        );
        part(
            "xl/workbook.xml",
            format!(
                "{head}<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"Bảng\" sheetId=\"1\" \
                 r:id=\"r1\"/></sheets></workbook>"
            ),
        );
        part(
            "xl/_rels/workbook.xml.rels",
            format!(
                "{head}<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" \
                 Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        );
        let mut sheet = format!("{head}<worksheet xmlns=\"{main}\"><sheetData>");
        for (at, row) in rows.iter().enumerate() {
            sheet.push_str(&format!("<row r=\"{}\">", at + 1));
            for (column, cell) in ('A'..).zip(row) {
                let place = format!("{column}{}", at + 1);
                sheet.push_str(&match cell {
                    Cell::Number(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
                    Cell::Words(words) => {
                        format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{words}</t></is></c>")
                    }
                });
            }
            sheet.push_str("</row>");
        }
        part("xl/worksheets/sheet1.xml", sheet + "</sheetData></worksheet>");
        archive.finish().unwrap();
        path.display().to_string()
    }

    fn rates(&self, file: &str, more: &[&str]) -> Output {
        let rules = self.rules().display().to_string();
        let mut arguments = vec!["rules", "import", "rates", file, "--rules", &rules];
        arguments.extend(more);
        run(&arguments)
    }

    fn exchange_rates(&self, file: &str, more: &[&str]) -> Output {
        let rules = self.rules().display().to_string();
        let mut arguments = vec!["rules", "import", "exchange-rates", file, "--rules", &rules];
        arguments.extend(more);
        run(&arguments)
    }
}

/// The table of UKVFTA of 2026 as one of 2027, with some lines changed.
fn ukvfta(changed: &[(&str, &str)]) -> String {
    let table = fs::read_to_string(workspace().join("rules/assessment/preferential/ukvfta.csv")).unwrap();
    let mut text = String::from("Mã hàng;Thuế suất (%)\n");
    for line in table.lines().skip(1) {
        let (code, rate) = line.split_once(',').unwrap();
        let rate = changed.iter().find(|(changed, _)| *changed == code).map_or(rate, |(_, rate)| *rate);
        text.push_str(&format!("{code};{}\n", rate.replace(';', " ")));
    }
    text
}

const OF_UKVFTA: [&str; 4] = ["--agreement", "ukvfta", "--year", "2027"];

#[test]
fn a_table_of_rates_is_shown_and_written_only_when_asked() {
    let desk = Desk::new();
    let before = desk.text("assessment/agreements.toml");
    let file = desk.file("ukvfta 2027.csv", &ukvfta(&[("22042111", "0"), ("84818099", "2,5"), ("01012100", "*")]));
    let shown = desk.rates(&file, &OF_UKVFTA);
    let page = said(&shown);
    assert_eq!(shown.status.code(), Some(0), "{page}");
    for words in [
        "ukvfta 2027 from ukvfta 2027.csv: 11414 rows for 11414 lines",
        "against the rates of 2026-12-31",
        "  11,411 lines keep their rate",
        "        1 fall",
        "        1 rise",
        "  84818099                             0 → 2.5",
        "  22042111                           6.2 → 0",
        "  01012100                             0 → excluded",
        "new     assessment/preferential/ukvfta-2027.csv",
        "Nothing was written; add --write",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    assert_eq!(desk.text("assessment/agreements.toml"), before);
    assert!(!desk.rules().join("assessment/preferential/ukvfta-2027.csv").exists());

    let mut arguments = OF_UKVFTA.to_vec();
    arguments.extend(["--write", "--mark", "measured"]);
    let written = desk.rates(&file, &arguments);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    let table = desk.text("assessment/preferential/ukvfta-2027.csv");
    assert!(table.starts_with("hs8,rate\n01012100,excluded\n") && table.contains("\n84818099,2.5\n"), "{table:.200}");
    let after = desk.text("assessment/agreements.toml");
    let block = "[[ukvfta.rates]]\ntable = \"preferential/ukvfta-2027.csv\"\nin_force_from = 2027-01-01\n\
        in_force_to = 2027-12-31\nmark = \"measured\"\nnote = \"Read from ukvfta 2027.csv.\"\n\n[vn-laos]\n";
    assert!(after.contains(block), "{after}");
    assert_eq!(after.len() + "[vn-laos]\n".len(), before.len() + block.len(), "nothing else changed");
    let shown = run(&[
        "rules",
        "show",
        "84818099",
        "--origin",
        "GB",
        "--on",
        "2027-01-01",
        "--rules",
        &desk.rules().display().to_string(),
    ]);
    assert!(said(&shown).contains("2.5"), "{}", said(&shown));

    // The same year again is a correction of that table; its rates are what it is held against.
    let file = desk.file("again.csv", &ukvfta(&[("22042111", "0"), ("84818099", "2"), ("01012100", "*")]));
    let again = desk.rates(&file, &arguments);
    let page = said(&again);
    assert!(page.contains("against the rates entered for 2027-12-31") && page.contains("2.5 → 2"), "{page}");
    assert!(page.contains("changed assessment/preferential/ukvfta-2027.csv"), "{page}");
    assert_eq!(desk.text("assessment/agreements.toml").matches("[[ukvfta.rates]]").count(), 2);
    assert!(
        fs::read_dir(desk.rules().join("assessment"))
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with('.') })
    );
}

#[test]
fn a_wrong_table_is_refused_row_by_row_and_nothing_is_written() {
    let desk = Desk::new();
    let rows = "01012100,0,\n01012100,5,\n1012900,0,\n8481.99.99,0,\n0101213,0,\n84818099,1500,\n22042111,abc,\n\
                22030099,,\n22030091,\"1,500\",\n85171300,0,XX\n0101,,\n";
    let file = desk.file("wrong.csv", &format!("code,rate,not_for\n{rows}"));
    let mut arguments = OF_UKVFTA.to_vec();
    arguments.push("--write");
    let output = desk.rates(&file, &arguments);
    let page = said(&output);
    assert_eq!(output.status.code(), Some(1), "{page}");
    for words in [
        "wrong.csv, row 3, code: `01012100` stands in row 2 too",
        "row 4, code: `1012900` has seven digits; write 01012900 as text",
        "row 5, code: the tariff has no line `84819999`; near it are",
        "row 6, code: `0101213` is not a tariff line; write eight digits",
        "row 7, rate: 1500 per cent is above 1000; check the decimal point",
        "row 8, rate: `abc` is not a number",
        "row 9, rate: `22030099` has no rate; write the per cent, `excluded`, `quota`",
        "row 10, rate: `1,500` may be 1500 or 1.500",
        "row 11, not_for: `XX` is not a member of ukvfta; its members are VN GB",
        "9 mistakes",
        "nothing was written",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let short = desk.file("short.csv", "code,rate\n01012100,0\n01012900,0\n");
    let output = desk.rates(&short, &OF_UKVFTA);
    let page = said(&output);
    assert_eq!(output.status.code(), Some(1), "{page}");
    assert!(page.contains("no row for 11412 of 11414 lines of the tariff, the first are 01013010"), "{page}");
    let mut arguments = OF_UKVFTA.to_vec();
    arguments.push("--allow-missing");
    let page = said(&desk.rates(&short, &arguments));
    assert!(page.contains("11412 lines have no row and become gaps"), "{page}");
    for (text, words) in [
        ("code,per cent\n01012100,0\n", "row 1, rate: the column is missing; name a column `rate`"),
        ("code,rate,remark\n01012100,0,x\n", "row 1: `remark` is no column that is read"),
        ("01012100,0\n", "row 1: no row names the columns; name them: code, rate"),
    ] {
        let page = said(&desk.rates(&desk.file("header.csv", text), &OF_UKVFTA));
        assert!(page.contains(words), "{words}: {page}");
    }
    for (file, more, status, words) in [
        (short.as_str(), ["--agreement", "ukvfa", "--year", "2027"], 1, "did you mean `ukvfta`?"),
        (short.as_str(), ["--agreement", "ukvfta", "--year", "2028"], 64, "enter the nomenclature of 2028 first"),
        (short.as_str(), ["--agreement", "ukvfta", "--year", "27"], 64, "2000..=2100"),
        ("no-such-file.csv", OF_UKVFTA, 70, "cannot be read"),
        ("Cargo.toml", OF_UKVFTA, 64, "neither .csv nor .xlsx"),
    ] {
        let mut arguments = more.to_vec();
        arguments.push("--allow-missing");
        let output = desk.rates(file, &arguments);
        assert_eq!(output.status.code(), Some(status), "{words}: {}", said(&output));
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
    }
    let mut arguments = OF_UKVFTA.to_vec();
    arguments.extend(["--allow-missing", "--write", "--law", "ND-1-2027"]);
    let output = desk.rates(&short, &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("`ND-1-2027` is not an instrument of law/instruments.toml"), "{}", said(&output));
    assert!(!desk.rules().join("assessment/preferential/ukvfta-2027.csv").exists());
}

#[test]
fn a_workbook_is_read_as_it_was_typed() {
    let desk = Desk::new();
    let words = |words: &str| Cell::Words(words.to_owned());
    let table = fs::read_to_string(workspace().join("rules/assessment/preferential/vn-cambodia.csv")).unwrap();
    let mut rows = vec![
        vec![words("BIỂU THUẾ NHẬP KHẨU ƯU ĐÃI ĐẶC BIỆT")],
        vec![words("Mã hàng"), words("Thuế suất"), words("Không áp dụng")],
        vec![words("0105"), words("")],
    ];
    rows.extend(table.lines().skip(1).map(|line| {
        let code = line.split(',').next().unwrap();
        let rate = if code == "02071100" { Cell::Number("2.5") } else { Cell::Number("0") };
        vec![words(code), rate, words("")]
    }));
    let file = desk.workbook("campuchia.xlsx", &rows);
    let of = ["--agreement", "vn-cambodia", "--year", "2027", "--write"];
    let output = desk.rates(&file, &of);
    let page = said(&output);
    assert_eq!(output.status.code(), Some(0), "{page}");
    assert!(page.contains("  02071100                             0 → 2.5"), "{page}");
    assert!(desk.text("assessment/preferential/vn-cambodia-2027.csv").contains("\n02071100,2.5\n"));

    // A number loses the zero in front of it, and says so.
    rows.push(vec![Cell::Number("1012100"), Cell::Number("0"), words("")]);
    let page = said(&desk.rates(&desk.workbook("number.xlsx", &rows), &of));
    assert!(page.contains("row 24, code: `1012100` has seven digits; write 01012100 as text"), "{page}");
    let page = said(&desk.rates(&desk.file("none.xlsx", "code,rate\n"), &of));
    assert!(page.contains("cannot be read as XLSX"), "{page}");
}

#[test]
fn the_rates_of_a_week_are_taken_over() {
    let desk = Desk::new();
    let file = desk.file(
        "tỷ giá.csv",
        "Ngày áp dụng: 07/12/2026\nMã ngoại tệ,Tên,Mua chuyển khoản\nUSD,Đô la Mỹ,\"26,200.00\"\nEUR,Euro,\"30.125,50\"\n\
         JPY,Yên,\"168,15\"\nSEK,Curon,2780\n",
    );
    let shown = desk.exchange_rates(&file, &["--week", "2026-12-07"]);
    let page = said(&shown);
    assert_eq!(shown.status.code(), Some(0), "{page}");
    for words in
        ["week of 2026-12-07", "4 currencies", "USD", "26200", "30125.5", "168.15", "new", "not in the table", "CNY"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("Nothing was written"), "{page}");
    let written = desk.exchange_rates(&file, &["--week", "2026-12-07", "--write"]);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    let table = desk.text("valuation/exchange-rates.csv");
    assert!(table.starts_with("monday,sunday,mark,USD,EUR,") && table.contains(",SEK\n"), "{table:.200}");
    assert!(table.contains("\n2026-12-07,2026-12-13,verified,26200,30125.5,168.15,,"), "{table}");
    let check = run(&["rules", "check", "--rules", &desk.rules().display().to_string(), "--on", "2026-12-07"]);
    assert_eq!(check.status.code(), Some(0), "{}", said(&check));

    for (text, words) in [
        ("currency,rate\nUSD,26.100\n", "row 2, rate: `26.100` may be 26100 or 26.100; write 26100"),
        ("currency,rate\nRMB,3600\n", "row 2, currency: `RMB` is no foreign currency"),
        ("currency,rate\nUSD,26100\nUSD,26101\n", "row 3, currency: `USD` stands in row 2 too"),
        ("currency,rate\nUSD,\n", "row 2, rate: `USD` has no rate"),
        ("currency,rate\nUSD,-1\n", "row 2, rate: `-1` is not a number"),
        ("currency,rate\n", "the table has no rates"),
    ] {
        let output = desk.exchange_rates(&desk.file("wrong.csv", text), &["--week", "2026-12-07", "--write"]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
    }
    let output = desk.exchange_rates(&file, &["--week", "2026-12-09"]);
    assert_eq!(output.status.code(), Some(64), "{}", said(&output));
    assert!(said(&output).contains("name 2026-12-07 or 2026-12-14"), "{}", said(&output));
    let sheet = [
        vec![Cell::Words("currency".into()), Cell::Words("rate".into())],
        vec![Cell::Words("USD".into()), Cell::Number("26.125")],
        vec![Cell::Words("EUR".into()), Cell::Number("30125.5")],
    ];
    let page = said(&desk.exchange_rates(&desk.workbook("vcb.xlsx", &sheet), &["--week", "2026-12-07"]));
    assert!(page.contains("26.125") && page.contains("more than a tenth: check the unit"), "{page}");
}

#[test]
fn missing_rates_of_a_day_are_counted_for_a_rule_keeper() {
    let output = run(&["rules", "check", "--on", "2027-01-01"]);
    let page = said(&output);
    assert_eq!(output.status.code(), Some(0), "{page}");
    let row = |id: &str| {
        let line = page.lines().find(|line| line.split_whitespace().next() == Some(id));
        line.unwrap_or_else(|| panic!("{id}: {page}")).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row("evfta")[1..], ["B25", "11,092", "264", "58"]);
    assert_eq!(row("ukvfta").last().map(String::as_str), Some("11,414"));
    assert_eq!(row("cptpp-mexico")[1], "B20");
    assert_eq!(row("atiga").last().map(String::as_str), Some("0"), "{:?}", row("atiga"));
    // Of the tax codes some are seen, some inferred, some remembered and some made up: each is counted.
    let counted = page.lines().find(|line| line.contains("assessment/tax-codes")).unwrap();
    assert!(counted.split_whitespace().filter(|word| word.parse::<u32>().is_ok()).count() >= 5, "{counted}");
    assert!(page.contains("after 2026-12-31: assessment/tax-codes"), "{page}");
    assert!(page.contains("after 2026-12-31: assessment/value-added-tax: cut"), "{page}");
}
