//! What is kept, written for analysts' programs: the forms say the same, and it adds up to what was decided.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use common::{Backend, workspace};
use jiff::ToSpan as _;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use rust_decimal::Decimal;
use serde_json::Value;
use tokio::sync::watch;

const COUNT: usize = 400;

/// A row by its columns, as text.
type Row = BTreeMap<String, String>;

fn export(backend: &Backend, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .args(["declarations", "export"])
        .args(arguments)
        .current_dir(workspace())
        .envs(backend.environment.iter().map(|(name, value)| (*name, value)))
        .output()
        .unwrap()
}

fn exported(backend: &Backend, arguments: &[&str]) -> Vec<u8> {
    let output = export(backend, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn csv_rows(bytes: &[u8]) -> Vec<Row> {
    csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
}

/// The rows of a Parquet file as CSV would have them.
fn parquet_rows(bytes: Vec<u8>) -> Vec<Row> {
    let reader = SerializedFileReader::new(axum::body::Bytes::from(bytes)).unwrap();
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(number) => number.to_string(),
        Field::Date(days) => (jiff::civil::date(1970, 1, 1) + days.days()).to_string(),
        Field::TimestampMillis(at_ms) => {
            let at = jiff::Timestamp::from_millisecond(*at_ms).unwrap();
            jiff::tz::Offset::constant(7).to_datetime(at).to_string()
        }
        Field::Decimal(decimal) => {
            // The digits as a number of two's complement, the greatest byte first.
            let bytes = decimal.data();
            let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
            let digits = bytes.iter().fold(sign, |digits: i128, byte| (digits << 8) | i128::from(*byte));
            let (mut digits, mut scale) = (digits, u32::try_from(decimal.scale()).unwrap());
            while scale > 0 && digits % 10 == 0 {
                (digits, scale) = (digits / 10, scale - 1);
            }
            Decimal::from_i128_with_scale(digits, scale).to_string()
        }
        other => panic!("{other:?}"),
    };
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect()).collect()
}

fn amount(row: &Row, column: &str) -> Decimal {
    match row[column].as_str() {
        "" => Decimal::ZERO,
        text => Decimal::from_str_exact(text).unwrap(),
    }
}

fn of<'r>(rows: &'r [Row], row: &Row) -> Vec<&'r Row> {
    let same = |other: &&Row| ["declarant", "reference", "version"].iter().all(|part| other[*part] == row[*part]);
    rows.iter().filter(same).collect()
}

async fn processed(backend: Backend) -> Backend {
    let (stop, stopped) = watch::channel(false);
    let rulebook = common::rulebook();
    let running = tokio::spawn(processor::run(backend.processor(&rulebook), stopped));
    backend.lodge(&rulebook, 31, COUNT).await;
    backend.wait_until_dealt_with(COUNT, Duration::from_secs(120)).await;
    stop.send(true).unwrap();
    running.await.unwrap().unwrap();
    backend
}

async fn adds_up(backend: &Backend) {
    let decisions = backend.decisions().await;
    let rows = csv_rows(&exported(backend, &["--format", "csv"]));
    let items = csv_rows(&exported(backend, &["--items"]));
    let taxes = csv_rows(&exported(backend, &["--taxes"]));
    assert_eq!(rows.len(), decisions.len());
    let mut accepted = 0;
    for row in &rows {
        let key = (row["declarant"].clone(), row["reference"].clone(), row["version"].parse().unwrap());
        let (kept, decision) = &decisions[&key];
        let decision: Value = serde_json::from_str(decision).unwrap();
        assert_eq!(row["outcome"], kept.stand.outcome.as_str());
        assert_eq!(amount(row, "total_payable"), Decimal::from(kept.stand.total_payable.unwrap_or(0)));
        let (items, taxes) = (of(&items, row), of(&taxes, row));
        assert_eq!(items.len(), decision["items"].as_array().unwrap().len());
        accepted += usize::from(kept.stand.outcome.as_str() == "accepted");
        for total in decision["totals"].as_array().unwrap() {
            let tax = total["type"].as_str().unwrap();
            let column = format!("{tax}_payable");
            assert_eq!(row[&column], total["payable"].as_str().unwrap());
            // Each tax is rounded once, on the whole declaration.
            let sum: Decimal = items.iter().map(|item| amount(item, &column)).sum();
            assert!((sum - amount(row, &column)).abs() < Decimal::ONE, "{column}: {sum} {row:?}");
            let lines = taxes.iter().filter(|line| line["tax"] == tax);
            let of_lines: Decimal = lines.clone().map(|line| amount(line, "payable")).sum();
            assert_eq!(of_lines, sum, "{column}");
            for line in lines {
                assert_eq!(amount(line, "amount") - amount(line, "relief"), amount(line, "payable"));
                assert!(!line["rule"].is_empty() && !line["law"].is_empty(), "{line:?}");
            }
        }
    }
    assert!(accepted > 100, "{accepted}");
    let personal = |column: &String| column.contains("name") || column.contains("address") || column.contains("descr");
    for rows in [&rows, &items, &taxes] {
        assert!(!rows[0].keys().any(personal), "{:?}", rows[0].keys());
    }

    // Both forms say the same, cell by cell.
    for (what, expected) in [(None, &rows), (Some("--items"), &items), (Some("--taxes"), &taxes)] {
        let arguments: Vec<&str> = ["--format", "parquet"].into_iter().chain(what).collect();
        let read = parquet_rows(exported(backend, &arguments));
        assert_eq!(read.len(), expected.len());
        for (read, expected) in read.iter().zip(expected) {
            assert_eq!(read, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_adds_up_in_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let backend = processed(common::embedded(folder.path(), "").await).await;
    adds_up(&backend).await;

    let whole = exported(&backend, &[]);
    let rows = csv_rows(&whole);
    let day = rows[0]["registered_on"].clone();
    assert_eq!(csv_rows(&exported(&backend, &["--since", &day, "--until", &day])).len(), rows.len());
    assert!(csv_rows(&exported(&backend, &["--since", "2027-01-01"])).is_empty());
    assert!(parquet_rows(exported(&backend, &["--since", "2027-01-01", "--format", "parquet"])).is_empty());
    let out = folder.path().join("export.csv").display().to_string();
    exported(&backend, &["--out", &out]);
    assert_eq!(fs::read(&out).unwrap(), whole);
    assert_eq!(export(&backend, &["--out", &out]).status.code(), Some(70), "a file is not overwritten");
    assert_eq!(export(&backend, &["--items", "--taxes"]).status.code(), Some(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_from_servers_adds_up_in_both_forms() {
    let Some(backend) = common::servers("exported", "exported.").await else { return };
    adds_up(&processed(backend).await).await;
}
