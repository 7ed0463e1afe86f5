//! Amounts for each unit, alone and beside percentages.

use rulebook::Rulebook;
use vocabulary::{DutyType, Facts, GoodsItem, Outcome};

use super::support::*;
use super::{finding, tax};

/// The first solved exercise: rates that are not those of the day, on a line that the tariff counts by pieces.
fn first_exercise() -> Rulebook {
    rulebook_with("first-exercise", |path, text| match path {
        "valuation/exchange-rates.csv" => replace(text, "2026-11-23,2026-11-29,26100,", "2026-11-23,2026-11-29,22930,"),
        "assessment/specific-rates.csv" => text.push_str("X1,84151020,mixed,30,50,USD,UNIT,exercise,bài tập,,,,\n"),
        "assessment/special-consumption-tax.csv" => replace(text, "84151020,10 or", "84151020,35 or"),
        "assessment/environmental-protection-lines.csv" => text.push_str("84151020,yes\n"),
        "assessment/environmental-protection-tax.csv" => {
            text.push_str("MBX1,environmental_protection,amount,,100000,UNIT,exercise,bài tập,,,,\n");
        }
        "assessment/trade-remedies.toml" => text.push_str(&measure("X1", "84151020", "CN", "all")),
        "assessment/trade-remedies.csv" => text.push_str("GX1,X1,,,12,,,,exercise,bài tập,,,,\n"),
        _ => {}
    })
}

pub(super) fn measure(id: &str, hs: &str, origin: &str, goods: &str) -> String {
    format!(
        "\n[[case]]\nid = \"{id}\"\ntype = \"anti_dumping\"\nname_en = \"exercise\"\nname_vi = \"bài tập\"\nhs = [\"{hs}\"]\norigins = [\"{origin}\"]\ngoods = \"{goods}\"\nlaw = \"L-05-2017\"\nprovision = \"exercise\"\nin_force_from = 2026-01-01\nmark = \"sample\"\n"
    )
}

#[test]
fn a_mixed_duty_and_all_that_follows_from_it() {
    let rulebook = first_exercise();
    let item = GoodsItem {
        specific_rate_code: Some("X1".into()),
        ..with_taxes(&[("GX1", None), ("MBX1", None)], line("84151020", "CN", "B16", "20", "PCE", "1592"))
    };
    let decision = decide_by(&rulebook, &with_lines(import("A11"), vec![item]), DAY, &Facts::default());
    check(
        &decision,
        "730091200",
        &[
            (DutyType::ImportDuty, "241957360"),
            (DutyType::AntiDumping, "87610944"),
            (DutyType::SpecialConsumption, "370880826.40"),
            (DutyType::EnvironmentalProtection, "2000000"),
            (DutyType::Vat, "143254033.04"),
        ],
        // Rounded once for each tax.
        "845703163",
    );
    let duty = tax(&decision, DutyType::ImportDuty);
    assert_eq!(
        (duty.rate.to_string(), duty.base, duty.quantity),
        ("30 % + 50 USD/UNIT".into(), number("730091200"), Some(number("20")))
    );
    assert_eq!(tax(&decision, DutyType::SpecialConsumption).base, number("1059659504"));
    assert_eq!(tax(&decision, DutyType::Vat).base, number("1432540330.40"));
    assert_eq!(decision.totals.last().unwrap().payable, number("143254033"));
    assert_eq!(&*duty.citation.rule, "assessment/specific-rates/X1@2023-07-15");
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["items"][0]["taxes"][0]["quantity"], "20");
    assert_eq!(json["items"][0]["taxes"][0]["rate"], "30 % + 50 USD/UNIT");
}

#[test]
fn an_anti_dumping_duty_by_the_litre() {
    let rulebook = rulebook_with("second-exercise", |path, text| match path {
        "valuation/exchange-rates.csv" => replace(text, "2026-11-23,2026-11-29,26100,", "2026-11-23,2026-11-29,22930,"),
        "assessment/import-tariff.csv" => replace(text, "\n22042111,liter/kg,50,", "\n22042111,liter/kg,25,"),
        "assessment/special-consumption-tax.csv" => replace(text, "22042111,35,", "22042111,40,"),
        "assessment/environmental-protection-lines.csv" => replace(text, "hs8,bears\n", "hs8,bears\n22042111,yes\n"),
        "assessment/environmental-protection-tax.csv" => {
            text.push_str("MBX2,environmental_protection,amount,,5000,LTR,exercise,bài tập,,,,\n");
        }
        "assessment/trade-remedies.toml" => text.push_str(&measure("X2", "220421", "FR", "all")),
        "assessment/trade-remedies.csv" => text.push_str("GX2,X2,,,,1,USD,LTR,exercise,bài tập,,,,\n"),
        _ => {}
    });
    let item = GoodsItem {
        invoice_value: Some(number("34410")),
        unit_price: None,
        unit_price_currency: None,
        unit_price_unit: None,
        ..with_taxes(&[("GX2", None), ("MBX2", None)], line("22042111", "FR", "B01", "6630", "LTR", "1"))
    };
    let decision = decide_by(&rulebook, &with_lines(import("A11"), vec![item]), DAY, &Facts::default());
    check(
        &decision,
        "789021300",
        &[
            (DutyType::ImportDuty, "197255325"),
            (DutyType::AntiDumping, "152025900"),
            (DutyType::SpecialConsumption, "455321010"),
            (DutyType::EnvironmentalProtection, "33150000"),
            (DutyType::Vat, "162677353.5"),
        ],
        "1000429589",
    );
    assert_eq!(decision.totals.last().unwrap().payable, number("162677354"), "half up");
    assert_eq!(tax(&decision, DutyType::AntiDumping).rate.to_string(), "1 USD/LTR");
}

fn used_car(schedule: &str, code: Option<&str>) -> GoodsItem {
    GoodsItem {
        specific_rate_code: code.map(Into::into),
        ..with_taxes(&[("TB203", None)], line("87032363", "JP", schedule, "2", "PCE", "15000"))
    }
}

#[test]
fn used_cars_bear_the_preferential_rate_and_an_amount() {
    let decision = decide(&with_lines(import("A11"), vec![used_car("B16", Some("TD111"))]));
    let duty = tax(&decision, DutyType::ImportDuty);
    // 50 % of 783,000,000 and two cars at 10,000 dollars of 26,100 dong.
    assert_eq!((duty.rate.to_string(), duty.amount), ("50 % + 10000 USD/UNIT".into(), number("913500000")));
    assert!(duty.citation.rule.contains("specific-rates/TD111") && duty.citation.rule.contains("87032363/mfn"));
    let decision = decide(&with_lines(import("A11"), vec![used_car("B15", Some("TD101"))]));
    let duty = tax(&decision, DutyType::ImportDuty);
    assert_eq!((duty.base, duty.amount), (number("2"), number("522000000")));
}

#[test]
fn the_code_of_a_specific_rate_is_one_of_the_goods_and_the_schedule() {
    for (item, expected) in [
        (used_car("B15", None), "E1019"),
        (used_car("B15", Some("TD999")), "E1020"),
        (used_car("B15", Some("TD201")), "E1021"),
        (used_car("B15", Some("TD111")), "E1021"),
        (used_car("B01", Some("TD101")), "E1061"),
    ] {
        let decision = decide(&with_lines(import("A11"), vec![item]));
        assert_eq!(decision.outcome, Outcome::Rejected);
        finding(&decision, expected);
    }
    // Goods of which the rulebook knows no specific rate are an officer's case.
    let valves = line("84818099", "CN", "B15", "1000", "PCE", "10");
    let decision = decide(&with_lines(import("A11"), vec![valves]));
    assert_eq!(&*decision.gaps[0].code, "rate_of_schedule_not_in_rulebook");
}

#[test]
fn an_amount_for_units_needs_a_quantity_in_them() {
    let item = GoodsItem {
        quantity: Some(number("1500")),
        quantity_unit: Some("KGM".into()),
        unit_price_unit: Some("KGM".into()),
        second_quantity: None,
        unit_price: Some(number("20")),
        ..used_car("B15", Some("TD101"))
    };
    let decision = decide(&with_lines(import("A11"), vec![item.clone()]));
    assert_eq!(decision.outcome, Outcome::Rejected);
    let counted = GoodsItem { second_quantity: Some(number("2")), second_quantity_unit: Some("UNIT".into()), ..item };
    let decision = decide(&with_lines(import("A11"), vec![counted]));
    assert_eq!(tax(&decision, DutyType::ImportDuty).amount, number("522000000"));
}

#[test]
fn a_typed_rate_may_repeat_the_law_and_not_change_it() {
    let valve = || line("84818099", "CN", "B01", "1000", "PCE", "10");
    let with = |rate: &str| GoodsItem { manual_rate: Some(number(rate)), ..valve() };
    let decision = decide(&with_lines(import("A11"), vec![with("10")]));
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    let decision = decide(&with_lines(import("A11"), vec![with("5")]));
    assert!(finding(&decision, "E1003").message.en.contains("the rules give 10"));

    let typed = |amount: Option<&str>, unit: Option<&str>, currency: Option<&str>| GoodsItem {
        manual_specific_rate: amount.map(number),
        manual_specific_unit: unit.map(Into::into),
        manual_specific_currency: currency.map(Into::into),
        ..used_car("B15", Some("TD101"))
    };
    for (item, expected) in [
        (typed(Some("10000"), Some("UNIT"), Some("USD")), None),
        (typed(Some("9000"), Some("UNIT"), Some("USD")), Some("E1003")),
        (typed(Some("10000"), Some("UNIT"), Some("EUR")), Some("E1003")),
        (typed(Some("10000"), None, Some("USD")), Some("R1075")),
        (typed(Some("10000"), Some("UNIT"), None), Some("R1076")),
        (typed(None, Some("UNIT"), None), Some("R1077")),
        (typed(None, None, Some("USD")), Some("R1078")),
    ] {
        let decision = decide(&with_lines(import("A11"), vec![item]));
        match expected {
            Some(code) => assert_eq!(finding(&decision, code).item, Some(1)),
            None => assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings),
        }
    }
}

#[test]
fn a_car_by_the_size_of_its_engine() {
    let item = with_taxes(&[("TB203", None)], line("87032363", "JP", "B01", "1", "PCE", "30000"));
    let decision = decide(&with_lines(import("A11"), vec![item]));
    check(
        &decision,
        "783000000",
        &[
            (DutyType::ImportDuty, "391500000"),
            (DutyType::SpecialConsumption, "587250000"),
            (DutyType::Vat, "176175000"),
        ],
        "1154925000",
    );
    // Nothing says which rate of special consumption tax the car bears.
    let silent = line("87032363", "JP", "B01", "1", "PCE", "30000");
    finding(&decide(&with_lines(import("A11"), vec![silent])), "E1070");
}
