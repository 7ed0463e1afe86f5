//! What people write for codes: what is found by the table, by the names of codes, and not by spelling; and what the
//! table may not say.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use common::{copy, seal};
use jiff::civil::{Date, date};
use rulebook::{CodeList, Rulebook, RulesInForce};

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

static RULEBOOK: LazyLock<Rulebook> =
    LazyLock::new(|| Rulebook::load(&rules()).unwrap_or_else(|errors| panic!("{errors}")));

const TODAY: Date = date(2026, 11, 24);

fn meant(rules: RulesInForce<'_>, list: CodeList, written: &str) -> (Option<String>, bool) {
    let meant = rules.lists().meant(list, written);
    let hint = meant.as_ref().is_some_and(|meant| meant.hint.is_some());
    (meant.and_then(|meant| meant.code).map(|code| code.code().to_owned()), hint)
}

#[test]
fn codes_are_known_by_what_people_write_for_them() {
    let rules = RULEBOOK.in_force_on(TODAY);
    use CodeList::{Countries, Currencies, Incoterms, PackageUnits, QuantityUnits, WeightUnits};
    for (list, written, code) in [
        (Countries, "UK", Some("GB")),
        (Countries, "uk", Some("GB")),
        (Countries, "CHN", Some("CN")),
        (Countries, "china", Some("CN")),
        (Countries, "Trung  Quốc", Some("CN")),
        (Countries, "vn", Some("VN")),
        (Countries, "EU", None),
        (Countries, "ZZ", None),
        (Countries, "GC", None),
        (Currencies, "RMB", Some("CNY")),
        (Currencies, "CNH", Some("CNY")),
        (Currencies, "vnđ", Some("VND")),
        (Currencies, "US$", Some("USD")),
        (Currencies, "$", None),
        (Currencies, "USB", None),
        (Incoterms, "DPU", Some("DAT")),
        (Incoterms, "CIFF", None),
        (PackageUnits, "CTN", Some("CT")),
        (QuantityUnits, "PCS", Some("PCE")),
        (QuantityUnits, "SP", Some("PCE")),
        (QuantityUnits, "kg", Some("KGM")),
        (QuantityUnits, "L", Some("LTR")),
        (WeightUnits, "KG", Some("KGM")),
    ] {
        assert_eq!(meant(rules, list, written).0.as_deref(), code, "{written}");
    }
    assert!(meant(rules, Countries, "EU").1, "the member state is asked for");
    assert!(meant(rules, Currencies, "$").1, "the currency is asked for");
}

#[test]
fn an_alias_has_its_days() {
    let code = |day| {
        let meant = RULEBOOK.in_force_on(day).meant_tax_code("VB195");
        meant.and_then(|meant| meant.code).map(|code| code.code().to_owned())
    };
    assert_eq!(code(date(2026, 12, 31)).as_deref(), Some("VB245"));
    assert_eq!(code(date(2027, 1, 1)).as_deref(), Some("VB901"));
    assert!(RULEBOOK.in_force_on(date(2026, 12, 31)).meant_tax_code("VB245").is_none());
}

/// A long list is named by where it stands, a short one by its codes.
#[test]
fn without_an_alias_the_list_is_named() {
    let rules = RULEBOOK.in_force_on(TODAY);
    let (mend, values) = rules.mend_code(CodeList::Countries, "ZZ");
    assert!(mend.en.contains("«country»") && mend.vi.contains("«mã nước»") && values.is_empty(), "{mend:?}");
    let (mend, values) = rules.mend_code(CodeList::WeightUnits, "STN");
    assert_eq!((mend.en.as_str(), values.len()), ("enter one of KGM, LBR, TNE", 0));
}

#[test]
fn the_table_is_held_to_the_lists() {
    for (name, old, new, expected) in [
        ("code", "countries,UK,GB,", "countries,UK,XX,", "code: `XX` is no code of countries on all days of the alias"),
        ("itself", "countries,UK,GB,", "countries,GB,FR,", "alias: `GB` is a code of countries itself on these days"),
        ("days", "VB195,VB245,", "VB195,VB901,", ""),
        ("ends", "VB235,VB901,", "VB235,VB245,", "code: `VB245` is no code of tax-codes on all days of the alias"),
        ("small", "countries,UK,GB,", "countries,uk,GB,", "alias: `uk` is not an alias; write it in capitals"),
        (
            "list",
            "countries,UK,GB,",
            "counties,UK,GB,",
            "list: there is no code list `counties`; did you mean `countries`?",
        ),
        ("silent", "currencies,RMB,CNY,,,", "currencies,RMB,,,,", "code: the alias says nothing"),
        ("order", "currencies,RMB,CNY,,,", "currencies,AAA,CNY,,,", "stands after"),
    ] {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("alias-{name}"));
        let _ = fs::remove_dir_all(&folder);
        copy(&rules(), &folder);
        let path = folder.join("code-lists/aliases.csv");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{name}");
        fs::write(&path, text.replacen(old, new, 1)).unwrap();
        seal(&folder);
        let loaded = Rulebook::load(&folder);
        fs::remove_dir_all(&folder).unwrap();
        match loaded {
            Ok(_) => assert_eq!(expected, "", "{name}"),
            Err(errors) => {
                let said = errors.to_string();
                assert!(!expected.is_empty() && said.contains(expected), "{name}: {said}");
                assert!(said.contains("code-lists/aliases.csv:"), "{said}");
            }
        }
    }
}
