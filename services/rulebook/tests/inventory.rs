//! The inventory says what the door to the rules says, and a comparison sees every change and no other.

use std::path::Path;

use jiff::civil::{Date, date};
use rulebook::{CommodityCode, Comparison, Inventory, Key, Preferential, Rulebook, Version};

fn rules() -> Rulebook {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}"))
}

/// What a table says of a line on a day, under a name.
fn said(inventory: &Inventory, table: &str, code: CommodityCode, on: Date, name: &str) -> Option<String> {
    let versions = inventory.table(table)?.versions(&Key::Line(code));
    let version = versions.into_iter().find(|v: &Version| v.from <= on && v.to.is_none_or(|to| on <= to))?;
    version.values.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

#[test]
fn every_rate_stands_in_the_inventory_as_the_rules_give_it() {
    let rulebook = rules();
    let inventory = rulebook.inventory();
    for on in [date(2026, 3, 1), date(2026, 3, 9), date(2026, 11, 24), date(2027, 1, 1)] {
        let rules = rulebook.in_force_on(on);
        // Every eleventh line, so that all chapters are met and the test stays quick.
        for code in rules.tariff().lines_under("").iter().step_by(11).copied() {
            let line = rules.commodity(&code.to_string()).unwrap();
            let table = "assessment/import-tariff";
            let mfn = line.mfn().ok().map(|rate| rate.value.normalize().to_string());
            let entered = said(&inventory, table, code, on, "mfn").filter(|text| !text.starts_with('?'));
            assert_eq!(mfn, entered, "{code} on {on}");
            let acfta = match line.preferential("acfta", "CN") {
                Preferential::Rate(rate) => Some(rate.value.normalize().to_string()),
                _ => None,
            };
            let entered = said(&inventory, "assessment/preferential/acfta", code, on, "rate");
            let entered = entered.filter(|text| text.parse::<rust_decimal::Decimal>().is_ok());
            let not_for = said(&inventory, "assessment/preferential/acfta", code, on, "not_for_origin");
            if not_for.is_none_or(|countries| !countries.split('/').any(|country| country == "CN")) {
                assert_eq!(acfta, entered, "{code} on {on}");
            }
        }
    }
}

#[test]
fn every_row_bears_a_mark_and_is_counted_once() {
    let rulebook = rules();
    let inventory = rulebook.inventory();
    for table in inventory.tables() {
        assert_eq!(table.marks().values().sum::<usize>(), table.row_count(), "{}", table.name());
        assert_eq!(
            table.entries().map(|(_, versions)| versions.len()).sum::<usize>(),
            table.row_count(),
            "{}",
            table.name()
        );
        for (_, versions) in table.entries() {
            assert!(versions.windows(2).all(|pair| pair[0].from <= pair[1].from), "{}", table.name());
        }
    }
    let summary = rulebook.source_summary();
    let rows = |prefix: &str| {
        inventory
            .tables()
            .filter(|table| table.name().starts_with(prefix))
            .map(|table| table.row_count())
            .sum::<usize>()
    };
    let conditional = rows("validation/") - rows("validation/coded-fields") + rows("selectivity/");
    assert_eq!(conditional, summary.conditional_rules);
    assert_eq!(rows("law/instruments"), summary.instruments);
}

#[test]
fn two_readings_of_the_same_rules_say_the_same() {
    let (one, other) = (rules().inventory(), rules().inventory());
    assert_eq!(Comparison::of(&one, &other).changes, []);
}

#[test]
fn every_law_that_a_rule_rests_on_has_its_words_in_vietnamese() {
    let rulebook = rules();
    let inventory = rulebook.inventory();
    let versions = inventory.tables().flat_map(|table| table.entries().flat_map(|(_, versions)| versions));
    let laws: std::collections::BTreeSet<_> = versions.map(|version| version.law).collect();
    assert!(laws.len() > 100, "{}", laws.len());
    for law in &laws {
        let unknown = rulebook.law_words_without_vietnamese(law);
        assert!(unknown.is_empty(), "rules/law/vietnamese.toml lacks {unknown:?} of `{law}`");
    }
    let decree = rulebook.law_in_vietnamese("Decree 26/2023/ND-CP, Annex II and Annex IV");
    assert_eq!(decree, "Nghị định 26/2023/NĐ-CP, Phụ lục II và Phụ lục IV");
}
