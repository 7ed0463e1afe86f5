//! The trade remedies of the real `rules/`: on which lines, origins and days, at which rates.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use rulebook::{Mark, RemedyKind, Rulebook, RulesInForce, TaxEffect, TradeRemedy};
use rust_decimal::Decimal;
use vocabulary::DutyType;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}"))
});

const TODAY: Date = date(2026, 11, 23);

fn on(date: Date) -> RulesInForce<'static> {
    RULEBOOK.in_force_on(date)
}

/// The measures on goods of a code and origin on a day, with what the other makers bear of each duty.
fn measures(code: &str, origin: &str, day: Date) -> String {
    let of_duty = |remedy: &TradeRemedy<'_>, duty| {
        let others = remedy.rates(duty).find(|rate| rate.is_of_others() && rate.is_for(origin));
        others.map_or_else(
            || "?".to_owned(),
            |rate| match rate.code.effect() {
                TaxEffect::Rate(percent) => format!("{} {percent}", rate.code.code()),
                effect => panic!("{effect:?}"),
            },
        )
    };
    on(day)
        .trade_remedies(code)
        .filter(|remedy| remedy.covers_origin(origin))
        .map(|remedy| {
            let duties: Vec<String> = remedy.taxes().iter().map(|duty| of_duty(&remedy, *duty)).collect();
            format!("{} {}", remedy.id(), duties.join(" "))
        })
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn measures_cover_their_goods_and_origins() {
    for (code, origin, day, expected) in [
        ("72107011", "CN", TODAY, ""),
        ("72107012", "CN", TODAY, "AD04 G061 34.27"),
        ("72107012", "KR", TODAY, "AD04 GS041 19.25"),
        ("72107012", "JP", TODAY, ""),
        ("76042190", "CN", TODAY, "AD05 G088 35.58"),
        ("76042110", "CN", TODAY, ""),
        ("76042190", "CN", date(2024, 10, 2), "AD05 ?"),
        ("17019910", "TH", date(2026, 6, 15), "AD13 GS131 42.99, AS01 CS011 4.65"),
        ("17019910", "TH", date(2026, 6, 16), "AD13 ?, AS01 ?"),
        ("17029091", "MY", date(2026, 6, 15), "AC02.AD13-AS01 GA021 42.99 CA021 4.65"),
        ("17029091", "MY", date(2026, 6, 16), "AC02.AD13-AS01 ? ?"),
        ("72083600", "CN", date(2025, 7, 5), ""),
        ("72083600", "CN", date(2026, 4, 16), "AD20 GS201 27.83"),
        ("72083600", "CN", date(2026, 4, 17), "AC03.AD20 GA031 27.83, AD20 GS201 27.83"),
        // The neighbours of a code are other goods.
        ("72083910", "CN", TODAY, ""),
        ("72253090", "CN", TODAY, "AC03.AD20 GA031 27.83, AD20 GS201 27.83"),
        ("72259990", "CN", TODAY, "AC03.AD20 GA031 27.83, AD04 G061 34.27, AD19 GS191 37.13, AD20 GS201 27.83"),
        ("72259990", "KR", TODAY, "AD04 GS041 19.25, AD19 GS192 15.67"),
        ("83111090", "TH", TODAY, "AD15.QUE GS157 36.11"),
        ("83111090", "CN", date(2027, 8, 20), "AD15.DAY ?, AD15.QUE ?"),
        ("72163311", "CN", TODAY, "AD03 GS031 33.51"),
        ("72163311", "CN", date(2027, 9, 6), "AD03 ?"),
        ("72163311", "MY", date(2026, 8, 17), "AD12 GS121 10.64"),
        ("72163311", "MY", date(2026, 8, 18), ""),
        ("29224220", "ID", TODAY, "AD09 ?"),
        ("54024790", "IN", date(2026, 10, 15), "AD10 ?"),
        ("54024790", "IN", date(2026, 10, 16), "AD10 ?"),
        ("29054400", "CN", date(2026, 11, 22), "AD14 GS143 68.5"),
        ("29054400", "CN", date(2026, 11, 23), "AD14 ?"),
        ("44111200", "TH", date(2026, 1, 17), "AD21 GS212 20.2"),
        ("44111200", "TH", date(2026, 1, 18), ""),
        ("44111200", "TH", date(2026, 1, 19), "AD21 GS212 20.2"),
        ("70052990", "MY", date(2026, 2, 12), ""),
        ("70052990", "MY", date(2026, 6, 12), "AD22 ?"),
        ("70052990", "MY", date(2026, 6, 13), ""),
        ("70052990", "MY", date(2026, 6, 14), "AD22 GS222 63.39"),
        ("69072191", "IN", date(2026, 9, 6), ""),
        ("69072191", "IN", date(2026, 9, 7), "AD23 ?"),
        ("72142031", "JP", date(2026, 3, 21), "SG04 BS041 6.1"),
        ("72142031", "JP", date(2026, 3, 22), ""),
        ("72171010", "CN", date(2026, 3, 21), "AC01.SG04 BA011 6.1, AD15.DAY GS151 36.56"),
        // What ended before stays away.
        ("39202010", "CN", TODAY, ""),
        ("72193300", "CN", TODAY, ""),
        ("31053000", "CN", TODAY, ""),
        ("84818099", "CN", TODAY, ""),
    ] {
        assert_eq!(measures(code, origin, day), expected, "{code} {origin} {day}");
    }
    assert_eq!(on(TODAY).days_to_prove_other_origin().unwrap().value, 30);
}

#[test]
fn measures_are_on_as_many_lines_as_their_decisions_list() {
    let rules = on(date(2026, 9, 10));
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for code in rules.commodities_under("") {
        for remedy in rules.trade_remedies(&code.to_string()) {
            *lines.entry(remedy.id()).or_default() += 1;
        }
    }
    let expected = [
        ("AC02.AD13-AS01", 6),
        ("AC03.AD20", 26),
        ("AD03", 5),
        ("AD04", 17),
        ("AD05", 5),
        ("AD08", 20),
        ("AD09", 1),
        ("AD10", 6),
        ("AD13", 6),
        ("AD14", 2),
        ("AD15.DAY", 12),
        ("AD15.QUE", 3),
        ("AD16.BAN", 1),
        ("AD16.GHE", 9),
        ("AD17", 2),
        ("AD18", 4),
        ("AD19", 41),
        ("AD20", 27),
        ("AD21", 6),
        ("AD22", 2),
        ("AD23", 8),
        ("AS01", 6),
    ];
    assert_eq!(lines, expected.into_iter().collect());
}

#[test]
fn a_measure_against_circumvention_is_of_a_kind_of_its_own() {
    let rules = on(date(2026, 6, 1));
    let remedy = rules.trade_remedies("17019910").find(|remedy| remedy.id() == "AC02.AD13-AS01").unwrap();
    assert_eq!(remedy.kind(), RemedyKind::AntiCircumvention);
    assert_eq!(remedy.extends().collect::<Vec<_>>(), ["AD13", "AS01"]);
    assert_eq!(remedy.taxes(), [DutyType::AntiDumping, DutyType::Countervailing]);
    let liuzhou = rules.tax_code("GS205").unwrap();
    assert_eq!(*liuzhou.effect(), TaxEffect::Rate(Decimal::new(231, 1)));
    let steel = rules.trade_remedies("72083700").find(|remedy| remedy.id() == "AD20").unwrap();
    let row = steel.rates(DutyType::AntiDumping).find(|rate| rate.code.code() == "GS205").unwrap();
    assert_eq!((row.makers.len(), row.exporters.len(), row.mark), (3, 5, Mark::Verified));
    assert_eq!(row.code.mark(), Mark::Sample);
}

/// The mistakes of the rules with something else in a file.
fn mistakes(name: &str, file: &str, old: &str, new: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("remedies-{name}"));
    let _ = fs::remove_dir_all(&folder);
    common::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules"), &folder);
    let before = fs::read_to_string(folder.join(file)).unwrap();
    assert!(before.contains(old), "{name}: `{old}` is not in {file}");
    fs::write(folder.join(file), before.replacen(old, new, 1)).unwrap();
    let said = match Rulebook::load(&folder) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.errors.iter().map(ToString::to_string).collect(),
    };
    fs::remove_dir_all(&folder).unwrap();
    said
}

#[test]
fn mistakes_in_measures_are_named_with_their_place_and_a_hint() {
    let (toml, csv) = ("assessment/trade-remedies.toml", "assessment/trade-remedies.csv");
    for (name, file, old, new, expected) in [
        ("type", toml, "type = \"safeguard\"", "type = \"safegard\"", "did you mean `safeguard`?"),
        ("extends", toml, "extends = [\"AD20\"]", "extends = [\"AD99\"]", "`AD99` is not a measure of this file"),
        ("nothing", toml, "extends = [\"AD20\"]\n", "", "the measure extends no other"),
        ("line", toml, "\"29224220\"", "\"29224221\"", "the tariff has no line that begins with `29224221`"),
        (
            "one-language",
            toml,
            "incomplete_vi = \"chưa đọc được mức thuế theo từng nhà sản xuất\"\n",
            "",
            "say it in both",
        ),
        ("silent", csv, "\nGS121,AD12,,,", "\nGS121,AD12,,Somebody,", "AD12 from 2021-08-18 has no anti_dumping rate"),
        ("duty", csv, ",countervailing,,,,4.65,", ",safeguard,,,,4.65,", "name the one that the row is a rate of"),
        ("day", csv, ",2025-12-28,", ",2031-12-28,", "is not in force on the first day of the row"),
        ("origin", csv, "GS041,AD04,,,,KR,", "GS041,AD04,,,,JP,", "the measure is not on goods of `JP`"),
    ] {
        let said = mistakes(name, file, old, new);
        assert!(
            said.iter().any(|line| line.starts_with("assessment/trade-remedies.") && line.contains(expected)),
            "{name}: {said:#?}"
        );
    }
}
