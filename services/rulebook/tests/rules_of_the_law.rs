//! The real `rules/`: what they say of chosen lines, and the day before and the day of each change.

use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use rulebook::{
    CodeList, CustomsOffice, EnvironmentalProtection, ExportDuty, MfnRelation, Preferential, RoundingKind, Rulebook,
    RulesInForce, ScheduleKind, SpecialConsumption, SpecificKind, TariffLine, TaxEffect, Treatment, VatOnLine,
};
use rust_decimal::Decimal;
use vocabulary::{Direction, DutyType};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}"))
});

const TODAY: Date = date(2026, 11, 23);

fn on(date: Date) -> RulesInForce<'static> {
    RULEBOOK.in_force_on(date)
}

fn line(code: &str, date: Date) -> TariffLine<'static> {
    on(date).commodity(code).unwrap_or_else(|| panic!("{code} is not a line on {date}"))
}

/// A result in a few words, so that a table of expectations reads like the tariff.
fn short(preferential: &Preferential) -> String {
    match preferential {
        Preferential::Rate(rate) => rate.value.to_string(),
        Preferential::Excluded(_) => "excluded".into(),
        Preferential::NotForOrigin(_) => "not for origin".into(),
        Preferential::NotMember(_) => "not a member".into(),
        Preferential::QuotaOnly(_) => "quota only".into(),
        Preferential::Gap(gap) => gap.code.to_string(),
    }
}

fn mfn(code: &str, date: Date) -> String {
    match line(code, date).mfn() {
        Ok(rate) => rate.value.to_string(),
        Err(gap) => gap.code.to_string(),
    }
}

fn ordinary(code: &str, date: Date) -> String {
    match line(code, date).ordinary() {
        Ok(rate) => rate.value.to_string(),
        Err(gap) => gap.code.to_string(),
    }
}

fn vat(code: &str, date: Date) -> String {
    match line(code, date).vat() {
        VatOnLine::Rate(rate) => rate.value.to_string(),
        VatOnLine::DependsOnGoods { permitted, not_subject_permitted, .. } => {
            let mut words: Vec<String> = permitted.iter().map(Decimal::to_string).collect();
            if not_subject_permitted {
                words.push("not subject".into());
            }
            words.join(" or ")
        }
        VatOnLine::Gap(gap) => gap.code.to_string(),
    }
}

fn special_consumption(code: &str, date: Date) -> String {
    match line(code, date).special_consumption() {
        SpecialConsumption::NotSubject(_) => "not subject".into(),
        SpecialConsumption::Rate(rate) => rate.value.to_string(),
        SpecialConsumption::DependsOnGoods { permitted, not_subject_permitted, .. } => {
            let mut words: Vec<String> = permitted.iter().map(Decimal::to_string).collect();
            if not_subject_permitted {
                words.push("not subject".into());
            }
            format!("by goods: {}", words.join(" or "))
        }
        SpecialConsumption::Seldom { permitted, .. } => {
            let words: Vec<String> = permitted.iter().map(Decimal::to_string).collect();
            format!("seldom: {}", words.join(" or "))
        }
        SpecialConsumption::Gap(gap) => gap.code.to_string(),
    }
}

fn export(code: &str, date: Date) -> String {
    match line(code, date).export_duty() {
        ExportDuty::NotListed(_) => "not listed".into(),
        ExportDuty::Rate(rate) => rate.value.to_string(),
        ExportDuty::Gap(gap) => gap.code.to_string(),
    }
}

#[test]
fn everything_is_read() {
    let summary = RULEBOOK.source_summary();
    assert_eq!(summary.tariff_lines, 11_414);
    assert_eq!(summary.agreements, (27, 25));
    assert_eq!(on(TODAY).agreements().count(), 27);
    assert!(summary.bytes < 5_000_000, "{} bytes", summary.bytes);
    let lines: usize = (1..=97).map(|chapter| on(TODAY).tariff().lines_under(&format!("{chapter:02}")).len()).sum();
    assert_eq!(lines, 11_414);
}

#[test]
fn a_valve_from_china_and_its_neighbours() {
    let valve = line("84818099", TODAY);
    let rate = valve.mfn().unwrap();
    assert_eq!(rate.value, Decimal::TEN);
    assert_eq!(&*rate.citation.rule, "assessment/import-tariff/84818099/mfn@2023-07-15");
    assert_eq!(&*rate.citation.law, "Decree 26/2023/ND-CP, Annex II and Annex IV");

    let ordinary = valve.ordinary().unwrap();
    assert_eq!(ordinary.value, Decimal::from(15));
    assert!(ordinary.citation.law.contains("Decision 15/2023/QD-TTg"), "{ordinary:?}");

    for (agreement, origin, expected) in [
        ("acfta", "CN", "0"),
        ("acfta", "KH", "not for origin"),
        ("acfta", "PH", "not for origin"),
        ("acfta", "JP", "not a member"),
        ("atiga", "KH", "0"),
        ("akfta", "KR", "0"),
        ("akfta", "KH", "not for origin"),
        ("rcep-c-china", "CN", "5"),
        ("rcep-d-japan", "JP", "5.5"),
        ("rcep-d-japan", "CN", "not a member"),
        ("cepa", "AE", "rates_not_in_rulebook"),
        ("acfta ", "CN", "agreement_not_in_rulebook"),
    ] {
        assert_eq!(short(&valve.preferential(agreement, origin)), expected, "{agreement} {origin}");
    }
    let Preferential::Rate(rate) = valve.preferential("rcep-c-china", "CN") else {
        panic!("no rate");
    };
    assert_eq!(&*rate.citation.rule, "assessment/preferential/rcep/84818099/china@2026-01-01");
    assert!(rate.citation.law.starts_with("Decree 129/2022/ND-CP"), "{rate:?}");

    let units: Vec<_> = valve.units().collect();
    assert_eq!(units.len(), 1);
    assert_eq!(units[0].name, "unit");
    assert_eq!(units[0].codes.iter().map(|code| &**code).collect::<Vec<_>>(), ["UNIT", "PCE"]);
}

#[test]
fn sample_lines_of_the_tariff() {
    // Code, ordinary, MFN, VAT, special consumption tax, ATIGA (TH), ACFTA (CN), AJCEP (JP), EVFTA (DE).
    for (code, expected) in [
        ("22030099", ["52.5", "35", "10", "65", "0", "0", "50", "22"]),
        ("22042111", ["75", "50", "10", "35", "0", "0", "50", "6.2"]),
        ("84151020", ["45", "30", "10", "10", "0", "15", "0", "0"]),
        ("72104999", ["15", "10", "10", "not subject", "0", "0", "0", "3.6"]),
        ("85171300", ["5", "0", "8", "not subject", "0", "0", "0", "0"]),
        ("94036090", ["0", "0", "8", "not subject", "0", "0", "0", "0"]),
        (
            "87032363",
            [
                "75",
                "50",
                "10",
                "by goods: 28 or 35 or 40 or 42 or 50 or 60 or not subject",
                "0",
                "50",
                "excluded",
                "28.3",
            ],
        ),
        ("24012010", ["45", "30", "5 or 8 or 10 or not subject", "not subject", "excluded", "50", "excluded", "10.9"]),
    ] {
        let of = line(code, TODAY);
        let found = [
            ordinary(code, TODAY),
            mfn(code, TODAY),
            vat(code, TODAY),
            special_consumption(code, TODAY),
            short(&of.preferential("atiga", "TH")),
            short(&of.preferential("acfta", "CN")),
            short(&of.preferential("ajcep", "JP")),
            short(&of.preferential("evfta", "DE")),
        ];
        assert_eq!(found, expected, "{code}");
    }
}

#[test]
fn an_agreement_may_give_more_than_the_preferential_rate() {
    let beer = line("22030099", TODAY);
    assert_eq!(short(&beer.preferential("aanzfta", "AU")), "40");
    assert_eq!(mfn("22030099", TODAY), "35");
}

#[test]
fn quotas_and_mexico_have_rates_of_their_own() {
    let sugar = line("17011400", TODAY);
    assert_eq!(sugar.mfn_out_of_quota().unwrap().unwrap().value, Decimal::from(80));
    assert_eq!(sugar.ordinary_out_of_quota().unwrap().unwrap().value, Decimal::from(120));
    assert_eq!(short(&sugar.preferential("cptpp", "SG")), "4.5");
    assert_eq!(short(&sugar.preferential("cptpp-mexico", "MX")), "6.8");
    assert_eq!(short(&sugar.preferential("cptpp", "MX")), "not a member");
    let cane = line("17011300", TODAY);
    assert_eq!(short(&cane.preferential("aanzfta", "AU")), "0");
    assert_eq!(short(&cane.preferential_out_of_quota("aanzfta", "AU")), "50");
    assert_eq!(line("84818099", TODAY).mfn_out_of_quota().unwrap(), None);
    assert_eq!(short(&line("84818099", TODAY).preferential_out_of_quota("acfta", "CN")), "excluded");
}

#[test]
fn the_table_for_china_has_as_many_of_each_kind_as_the_source() {
    let mut counts = [0; 4];
    for code in on(TODAY).tariff().lines_under("") {
        let line = line(&code.to_string(), TODAY);
        let place = match line.preferential("acfta", "CN") {
            Preferential::Rate(_) => 0,
            Preferential::Excluded(_) => 1,
            Preferential::NotForOrigin(_) => 2,
            Preferential::Gap(_) => 3,
            other => panic!("{code}: {other:?}"),
        };
        counts[place] += 1;
    }
    assert_eq!(counts, [10_516, 355, 509, 34]);
}

#[test]
fn a_list_of_lines_leaves_the_others_out() {
    let cuba: usize = on(TODAY)
        .tariff()
        .lines_under("")
        .iter()
        .filter(|code| {
            let line = line(&code.to_string(), TODAY);
            !matches!(line.preferential("vn-cuba", "CU"), Preferential::Excluded(_))
        })
        .count();
    assert_eq!(cuba, 618);
}

#[test]
fn yearly_rates_hold_for_their_year() {
    let valve = |date| short(&line("84818099", date).preferential("acfta", "CN"));
    assert_eq!(valve(date(2025, 12, 31)), "rates_not_in_rulebook");
    assert_eq!(valve(date(2026, 1, 1)), "0");
    assert_eq!(valve(date(2026, 12, 31)), "0");
    // The decree carries them over, and others do not.
    assert_eq!(valve(date(2027, 1, 1)), "0");
    assert_eq!(valve(date(2027, 12, 31)), "0");
    let rate =
        |agreement: &str, code: &str, origin: &str, date| short(&line(code, date).preferential(agreement, origin));
    for (agreement, code, origin, rate_of_2026, rate_of_2027) in [
        ("evfta", "22042111", "FR", "6.2", "0"),
        ("evfta", "87112013", "FR", "9.3", "20.4"),
        ("evfta", "16010010", "FR", "value_only_as_printed", "value_only_as_printed"),
        ("rcep-c-china", "84818099", "CN", "5", "rates_not_in_rulebook"),
        ("ukvfta", "84818099", "GB", "0", "rates_not_in_rulebook"),
    ] {
        assert_eq!(rate(agreement, code, origin, date(2026, 12, 31)), rate_of_2026, "{agreement} {code}");
        assert_eq!(rate(agreement, code, origin, date(2027, 1, 1)), rate_of_2027, "{agreement} {code}");
    }
    let eggs = |date| short(&line("01051110", date).preferential("vn-cambodia", "KH"));
    assert_eq!(eggs(date(2026, 2, 11)), "value_not_in_rulebook_on_date");
    assert_eq!(eggs(date(2026, 2, 12)), "0");
}

#[test]
fn members_join_on_a_day() {
    let is_member = |day, agreement: &str, country: &str| {
        on(day).agreement(agreement).is_some_and(|agreement| agreement.has_member(country))
    };
    assert!(!is_member(date(2024, 12, 14), "cptpp", "GB"));
    assert!(is_member(date(2024, 12, 15), "cptpp", "GB"));
    assert!(!is_member(date(2023, 2, 20), "cptpp", "CL"));
    assert!(is_member(date(2023, 2, 21), "cptpp", "CL"));
    assert!(!is_member(date(2022, 12, 29), "atiga", "TH"));
    assert!(is_member(date(2022, 12, 30), "atiga", "TH"));
    assert!(on(date(2027, 12, 31)).agreement("atiga").is_some());
    assert!(on(date(2028, 1, 1)).agreement("atiga").is_none());
}

#[test]
fn the_nomenclature_has_its_days() {
    assert!(on(date(2022, 12, 29)).commodity("84818099").is_none());
    assert!(on(date(2022, 12, 30)).commodity("84818099").is_some());
    assert!(on(date(2027, 12, 31)).commodity("84818099").is_some());
    assert!(on(date(2028, 1, 1)).commodity("84818099").is_none());
    assert_eq!(mfn("84818099", date(2023, 7, 14)), "value_not_in_rulebook_on_date");
    assert_eq!(mfn("84818099", date(2023, 7, 15)), "10");
    // The units do not hang on the day of the rate.
    assert_eq!(line("84818099", date(2023, 7, 14)).units().count(), 1);
}

#[test]
fn amending_decrees_begin_on_their_day() {
    for (code, before, day, rate) in [
        ("24041100", date(2024, 12, 15), date(2024, 12, 16), "50"),
        ("87032363", date(2025, 3, 30), date(2025, 3, 31), "50"),
        ("39011012", date(2025, 7, 7), date(2025, 7, 8), "0"),
    ] {
        assert_eq!(mfn(code, before), "value_not_in_rulebook_on_date", "{code}");
        assert_eq!(mfn(code, day), rate, "{code}");
    }
}

#[test]
fn fuels_had_a_rate_of_nothing_for_a_time() {
    for (code, ordinary_rate, days) in [
        (
            "27101971",
            "10.5",
            [(date(2026, 3, 8), "7"), (date(2026, 3, 9), "0"), (date(2026, 12, 31), "0"), (date(2027, 1, 1), "7")],
        ),
        (
            "27101920",
            "7.5",
            [(date(2026, 4, 30), "5"), (date(2026, 5, 1), "0"), (date(2026, 12, 31), "0"), (date(2027, 1, 1), "5")],
        ),
    ] {
        for (day, rate) in days {
            assert_eq!(mfn(code, day), rate, "{code} on {day}");
            assert_eq!(ordinary(code, day), ordinary_rate, "{code} on {day}");
        }
    }
    let last = line("27101971", date(2026, 10, 1)).mfn().unwrap();
    assert_eq!(&*last.citation.law, "Resolution 43/2026/NQ-CP, art. 1");
    let cut = line("27101971", date(2026, 3, 9)).mfn().unwrap();
    assert_eq!(&*cut.citation.rule, "assessment/import-tariff/27101971/mfn@2026-03-09");
    assert_eq!(&*cut.citation.law, "Decree 72/2026/ND-CP");
}

#[test]
fn fuels_had_no_vat_for_a_time() {
    for (day, expected) in [
        (date(2026, 3, 26), "8"),
        (date(2026, 3, 27), "value_only_as_printed"),
        (date(2026, 4, 15), "value_only_as_printed"),
        (date(2026, 4, 16), "8 or 10 or not subject"),
        (date(2026, 9, 30), "8 or 10 or not subject"),
        (date(2026, 10, 1), "8 or 10 or not subject"),
        (date(2026, 12, 31), "8 or 10 or not subject"),
        (date(2027, 1, 1), "10"),
    ] {
        assert_eq!(vat("27101971", day), expected, "{day}");
    }
    assert!(on(date(2026, 12, 31)).tax_code("VK300").is_some());
    assert!(on(date(2027, 1, 1)).tax_code("VK300").is_none());
}

#[test]
fn environmental_tax_on_fuels_comes_back() {
    let amount = |day, code| match on(day).taxes().environmental_tax(code) {
        Ok(Some(code)) => match code.effect() {
            TaxEffect::Amount { amount, unit, .. } => format!("{amount}/{unit}"),
            other => panic!("{other:?}"),
        },
        Ok(None) => "no such code".into(),
        Err(gap) => gap.code.to_string(),
    };
    for (day, code, expected) in [
        (date(2026, 4, 15), "MB01", "value_not_in_rulebook_on_date"),
        (date(2026, 4, 16), "MB01", "0/LTR"),
        (date(2026, 9, 30), "MB01", "0/LTR"),
        (date(2026, 12, 31), "MB01", "0/LTR"),
        (date(2027, 1, 1), "MB01", "4000/LTR"),
        (date(2027, 1, 1), "MB02", "3000/LTR"),
        (date(2027, 1, 1), "MB03", "2000/LTR"),
        (date(2027, 1, 1), "MB04", "1000/LTR"),
        (date(2027, 1, 1), "MB05", "2000/LTR"),
        (TODAY, "MB06", "2000/LTR"),
        (TODAY, "VB901", "no such code"),
    ] {
        assert_eq!(amount(day, code), expected, "{code} on {day}");
    }
    let bears = |code| line(code, TODAY).environmental();
    assert!(matches!(bears("27101971"), EnvironmentalProtection::Yes(_)));
    assert!(matches!(bears("27040010"), EnvironmentalProtection::Maybe(_)));
    assert!(matches!(bears("84818099"), EnvironmentalProtection::No(_)));
}

#[test]
fn the_vat_cut_ends_with_2026() {
    for (code, day, expected) in [
        ("84818099", date(2025, 6, 30), "value_not_in_rulebook_on_date"),
        ("84818099", date(2025, 7, 1), "8"),
        ("84818099", date(2026, 12, 31), "8"),
        ("84818099", date(2027, 1, 1), "10"),
        ("72104999", date(2026, 12, 31), "10"),
        ("72104999", date(2027, 1, 1), "10"),
        ("03061719", date(2026, 12, 31), "5 or 8 or 10 or not subject"),
        ("03061719", date(2027, 1, 1), "5 or 10 or not subject"),
        ("17011400", date(2026, 12, 31), "5 or 8 or 10"),
    ] {
        assert_eq!(vat(code, day), expected, "{code} on {day}");
    }
    let VatOnLine::Rate(cut) = line("84818099", date(2026, 12, 31)).vat() else {
        panic!("no rate");
    };
    assert_eq!(&*cut.citation.rule, "assessment/value-added-tax/84818099/cut@2025-07-01");
    assert!(cut.citation.law.contains("204/2025/QH15"), "{cut:?}");
    assert!(on(date(2026, 12, 31)).tax_code("VB245").is_some());
    assert!(on(date(2027, 1, 1)).tax_code("VB245").is_none());
}

#[test]
fn special_consumption_tax_changes_on_known_days() {
    for (code, day, expected) in [
        ("22030099", date(2025, 12, 31), "value_not_in_rulebook_on_date"),
        ("22030099", date(2026, 1, 1), "65"),
        ("22030099", date(2026, 12, 31), "65"),
        ("22030099", date(2027, 1, 1), "70"),
        ("22042111", date(2027, 12, 31), "40"),
        ("22021020", date(2026, 12, 31), "not subject"),
        ("22021020", date(2027, 1, 1), "by goods: 8 or not subject"),
        ("87038098", date(2026, 1, 1), "3"),
        ("87038098", date(2027, 12, 31), "3"),
        ("87024010", TODAY, "by goods: 1 or 2 or not subject"),
        ("27101224", date(2026, 3, 26), "10"),
        ("27101224", date(2026, 3, 27), "value_only_as_printed"),
        ("27101224", date(2026, 4, 16), "0"),
        ("27101224", date(2026, 9, 30), "0"),
        ("27101224", date(2026, 10, 1), "value_only_as_printed"),
        ("27101224", date(2027, 1, 1), "10"),
        ("24022090", date(2026, 12, 31), "75"),
        ("24022090", date(2027, 1, 1), "value_only_as_printed"),
        ("87042129", date(2026, 12, 31), "seldom: 15 or 20 or 25"),
        ("87042129", date(2027, 1, 1), "seldom: 18 or 23 or 28"),
        // No law of the tax ever reached valves.
        ("84818099", date(2025, 12, 31), "not subject"),
        ("84818099", date(2027, 1, 1), "not subject"),
    ] {
        assert_eq!(special_consumption(code, day), expected, "{code} on {day}");
    }
}

#[test]
fn words_of_the_source_are_a_gap_that_shows_them() {
    let gap = line("87021010", TODAY).mfn().unwrap_err();
    assert_eq!(&*gap.code, "value_only_as_printed");
    assert_eq!(&*gap.rule, "assessment/import-tariff/87021010/mfn");
    assert!(gap.message.en.contains("Theo hướng dẫn tại khoản 1.1 Chương 98"), "{gap:?}");
    assert_eq!(ordinary("87021010", TODAY), "value_only_as_printed");
}

#[test]
fn export_duty_and_its_preferences() {
    for (code, day, expected) in [
        ("25262010", date(2025, 12, 31), "value_not_in_rulebook_on_date"),
        ("25262010", TODAY, "30"),
        ("84818099", TODAY, "not listed"),
        ("26121000", TODAY, "value_only_as_printed"),
        ("25231010", date(2026, 12, 31), "5"),
        ("25231010", date(2027, 1, 1), "10"),
        ("81061090", date(2026, 7, 22), "5"),
        ("81061090", date(2026, 7, 23), "value_only_as_printed"),
    ] {
        assert_eq!(export(code, day), expected, "{code} on {day}");
    }
    let talc = line("25262010", TODAY);
    for (agreement, destination, expected) in [
        ("evfta", "DE", "20"),
        ("evfta", "US", "not a member"),
        ("cptpp", "JP", "30"),
        ("cptpp-mexico", "MX", "30"),
        ("cptpp", "MX", "not a member"),
        ("ukvfta", "GB", "20"),
        ("acfta", "CN", "excluded"),
    ] {
        assert_eq!(short(&talc.preferential_export(agreement, destination)), expected, "{agreement} {destination}");
    }
    let peat = line("25090000", TODAY);
    assert_eq!(short(&peat.preferential_export("cptpp", "JP")), "7.4");
    assert_eq!(short(&peat.preferential_export("cptpp-mexico", "MX")), "8.5");
    let next_year = line("25262010", date(2027, 1, 1));
    assert_eq!(short(&next_year.preferential_export("ukvfta", "GB")), "value_not_in_rulebook_on_date");
    // Goods that go elsewhere do not ask for the rates of the year.
    assert_eq!(short(&next_year.preferential_export("ukvfta", "PE")), "not a member");
}

#[test]
fn offices_were_merged_and_renamed_in_july_2026() {
    let office = |code, day| on(day).lists().customs_office(code);
    let (before, day) = (date(2026, 6, 30), date(2026, 7, 1));
    assert_eq!(office("01PL", before), CustomsOffice::Current);
    let retired = CustomsOffice::Retired { successor: "01M1", since: day };
    assert_eq!(office("01PL", day), retired);
    assert_eq!(office("28CD", before), CustomsOffice::NotYet { from: day });
    assert_eq!(office("28CD", day), CustomsOffice::Current);
    assert_eq!(office("01PR", before), CustomsOffice::Current);
    assert_eq!(office("01PR", TODAY), CustomsOffice::Current);
    assert_eq!(office("99ZZ", TODAY), CustomsOffice::Unknown);
}

#[test]
fn exchange_rates_hold_from_monday_to_sunday() {
    let usd = |day| on(day).exchange_rate("USD");
    assert_eq!(usd(date(2026, 11, 23)).unwrap().value, Decimal::from(26_100));
    assert_eq!(usd(date(2026, 11, 22)).unwrap().value, Decimal::from(26_100));
    assert_eq!(&*usd(date(2026, 11, 22)).unwrap().citation.rule, "valuation/exchange-rates/USD@2026-11-16");
    assert_eq!(&*usd(date(2026, 11, 23)).unwrap().citation.rule, "valuation/exchange-rates/USD@2026-11-23");
    assert_eq!(on(TODAY).exchange_rate("VND").unwrap().value, Decimal::ONE);
    assert_eq!(&*usd(date(2024, 12, 29)).unwrap_err().code, "value_not_in_rulebook_on_date");
    assert!(usd(date(2024, 12, 30)).is_ok());
    assert!(usd(date(2027, 1, 31)).is_ok());
    assert!(usd(date(2027, 2, 1)).is_err());
    assert_eq!(&*on(TODAY).exchange_rate("XAF").unwrap_err().code, "currency_without_exchange_rate");
}

#[test]
fn thresholds_rounding_and_interest() {
    let thresholds = on(TODAY).taxes().thresholds().unwrap();
    assert_eq!(thresholds.small_shipment.value.customs_value_max, Decimal::from(500_000));
    assert_eq!(thresholds.small_shipment.value.duty_max, Decimal::from(50_000));
    assert_eq!(thresholds.express.value.customs_value_max, Decimal::from(1_000_000));
    assert_eq!(thresholds.gift.value.times_a_year, 4);
    assert_eq!(&*thresholds.gift.citation.law, "Decree 134/2016/ND-CP, art. 8");

    let interest = |day| on(day).taxes().late_payment_percent_per_day().unwrap();
    assert_eq!(interest(TODAY).value.to_string(), "0.03");
    assert!(interest(date(2026, 6, 30)).citation.law.contains("38/2019"));
    assert!(interest(date(2026, 7, 1)).citation.law.contains("108/2025"));

    let decimals = |kind| on(TODAY).valuation().rounding(kind).unwrap().value.decimals;
    assert_eq!([RoundingKind::TaxTotal, RoundingKind::CustomsValueOfLine].map(decimals), [0, 4]);
}

#[test]
fn codes_say_what_they_mean() {
    let rules = on(TODAY);
    let kind = rules.declaration_kind("E31").unwrap().value;
    assert_eq!((kind.direction, kind.duty, kind.taxes), (Direction::Import, Treatment::Exempt, Treatment::NotSubject));
    assert_eq!(kind.duty_relief_code.as_deref(), Some("XN210"));
    assert_eq!(kind.vat_code.as_deref(), Some("VK120"));
    for (code, deadline) in [("G11", true), ("G14", true), ("G21", false), ("A11", false)] {
        assert_eq!(rules.declaration_kind(code).unwrap().value.deadline_required, deadline, "{code}");
    }

    for (code, freight, insurance, enterable) in [
        ("CIF", true, true, false),
        ("FOB", false, false, true),
        ("C&I", false, true, false),
        ("CFR", true, false, true),
        ("DDP", true, true, false),
    ] {
        let term = rules.lists().incoterm(code).unwrap().value;
        assert_eq!(
            (term.includes_freight, term.includes_insurance, term.insurance_may_be_entered),
            (freight, insurance, enterable),
            "{code}"
        );
    }
    assert!(rules.lists().incoterm("DPU").is_none());
    assert_eq!(rules.lists().minor_units("JPY").unwrap().value, 0);
    assert!(!rules.lists().valuation_is_manual("6").unwrap().value);
    assert!(rules.lists().valuation_is_manual("T").unwrap().value);
    assert_eq!(rules.lists().kilograms_in("TNE").unwrap().value, Decimal::ONE_THOUSAND);
    assert_eq!(rules.code(CodeList::Countries, "VN").unwrap().name_vi(), "Việt Nam");
    assert_eq!(rules.codes(CodeList::Countries).count(), 249);
    assert!(rules.code(CodeList::Countries, "ZZ").is_none());
    assert!(rules.lists().meant(CodeList::Incoterms, "CIFF").is_none());
    assert!(rules.lists().is_counted_whole("PCE").unwrap().value);
    assert!(!rules.lists().is_counted_whole("KGM").unwrap().value);

    assert!(matches!(rules.tariff().mfn_relation("CN"), MfnRelation::Yes(_)));
    assert!(matches!(rules.tariff().mfn_relation("KP"), MfnRelation::Unknown(_)));

    let remedy = rules.tax_code("G061").unwrap();
    assert_eq!(remedy.tax(), DutyType::AntiDumping);
    assert_eq!(*remedy.effect(), TaxEffect::Rate(Decimal::new(3427, 2)));
    assert_eq!(rules.remedies().of_code("G061").unwrap().id(), "AD04");
    assert!(rules.remedies().of_code("GK").is_none());
    assert_eq!(rules.tax_code("XN210").unwrap().effect(), &TaxEffect::Exempt);
}

#[test]
fn measures_cover_their_goods_and_origins() {
    let rates = |code: &str, origin: &str, day| {
        on(day)
            .remedies()
            .on_goods(code)
            .filter(|remedy| remedy.covers_origin(origin))
            .map(|remedy| {
                let rates = remedy.rates(origin);
                let codes: Vec<&str> = rates.iter().map(|rate| rate.code.code()).collect();
                format!("{} {}", remedy.id(), codes.join(" "))
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (code, origin, day, expected) in [
        ("72107011", "CN", TODAY, "AD04 G061"),
        ("72107011", "KR", TODAY, "AD04 GS041"),
        ("72107011", "JP", TODAY, ""),
        ("76042190", "CN", TODAY, "AD05 G088"),
        ("76042190", "CN", date(2025, 11, 30), "AD05 "),
        ("17019910", "TH", date(2026, 6, 15), "AD13 GS131, AS01 CS011"),
        ("17019910", "TH", date(2026, 6, 16), "AD13 , AS01 "),
        ("72083600", "CN", date(2025, 7, 5), ""),
        ("72083600", "CN", date(2025, 7, 6), "AD20 GS201"),
        ("84818099", "CN", TODAY, ""),
    ] {
        assert_eq!(rates(code, origin, day), expected, "{code} {origin} {day}");
    }
    assert_eq!(on(TODAY).remedies().days_to_prove_other_origin().unwrap().value, 30);
}

#[test]
fn specific_rates_have_their_goods() {
    let rate = on(TODAY).tariff().specific_rate("TD111").unwrap();
    assert_eq!(
        (rate.kind(), rate.amount(), rate.currency()),
        (SpecificKind::PreferentialRate, Decimal::from(10_000), "USD")
    );
    assert!(rate.covers("87032363") && !rate.covers("87021010"));
    assert!(on(date(2023, 7, 14)).tariff().specific_rate("TD111").is_none());
    assert!(on(TODAY).lists().same_unit("PCE", "UNIT") && !on(TODAY).lists().same_unit("PCE", "KGM"));
    assert!(on(TODAY).tariff().quota_exhausted("17019910", None).is_none());
}

#[test]
fn schedules_certificates_and_agreements_find_each_other() {
    let rules = on(TODAY);
    for (code, expected) in [
        ("B01", ScheduleKind::Mfn),
        ("B03", ScheduleKind::Ordinary),
        ("B04", ScheduleKind::Agreement("atiga".into())),
        ("B05", ScheduleKind::Agreement("acfta".into())),
        ("B20", ScheduleKind::Agreement("cptpp-mexico".into())),
        ("B21", ScheduleKind::Agreement("cptpp".into())),
        ("B22", ScheduleKind::Agreement("cptpp-used-cars".into())),
        ("B23", ScheduleKind::Agreement("ahkfta".into())),
        ("B24", ScheduleKind::Agreement("vn-cuba".into())),
        ("B25", ScheduleKind::Agreement("evfta".into())),
        ("B26", ScheduleKind::Agreement("ukvfta".into())),
        ("B30", ScheduleKind::NotSubject),
    ] {
        assert_eq!(*rules.lists().tariff_schedule(code).unwrap().kind, expected, "{code}");
    }
    for agreement in rules.agreements() {
        let id = agreement.id();
        assert!(rules.lists().schedules_of(id).next().is_some(), "no tariff schedule asks for {id}");
        assert!(rules.lists().certificates_of(id).next().is_some(), "no certificate proves origin under {id}");
        assert!(agreement.has_member("VN"), "{id}");
    }
}

#[test]
fn a_wrong_code_finds_the_lines_beside_it() {
    assert_eq!(on(TODAY).tariff().known_beginning("84818900"), Some("84818"));
    assert_eq!(on(TODAY).tariff().known_beginning("848180990"), Some("84818099"));
    assert_eq!(on(TODAY).tariff().known_beginning("x"), None);
    assert_eq!(on(TODAY).tariff().known_beginning("9999"), None);
    assert!(on(TODAY).tariff().lines_under("848180").len() > 20);
    assert!(on(TODAY).tariff().lines_under("848180").iter().all(|code| code.to_string().starts_with("848180")));
}

#[test]
fn every_line_answers_every_question_on_every_kind_of_day() {
    for day in [
        date(2022, 12, 30),
        date(2024, 6, 1),
        date(2025, 12, 31),
        date(2026, 4, 20),
        TODAY,
        date(2027, 1, 1),
        date(2027, 12, 31),
    ] {
        let rules = on(day);
        let members: Vec<(&str, Vec<&str>)> =
            rules.agreements().map(|agreement| (agreement.id(), agreement.members().take(3).collect())).collect();
        for code in rules.tariff().lines_under("") {
            let line = rules.commodity(&code.to_string()).expect("a line of the nomenclature");
            let rates = [line.mfn().ok(), line.ordinary().ok()];
            let outside = [line.mfn_out_of_quota(), line.ordinary_out_of_quota()];
            for rate in rates.into_iter().chain(outside.into_iter().map(|rate| rate.ok().flatten())).flatten() {
                assert!((Decimal::ZERO..=Decimal::ONE_THOUSAND).contains(&rate.value), "{code}");
                assert!(!rate.citation.law.is_empty() && rate.citation.rule.contains('@'), "{code}");
            }
            assert!(line.units().next().is_some(), "{code}");
            line.vat();
            line.special_consumption();
            line.environmental();
            line.export_duty();
            for (id, members) in &members {
                for member in members {
                    line.preferential(id, member);
                }
                line.preferential_out_of_quota(id, "MX");
                line.preferential_export(id, "MX");
            }
        }
    }
}
