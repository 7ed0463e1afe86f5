//! Measures by goods, origin and maker.

use jiff::civil::date;
use rust_decimal::Decimal;
use vocabulary::{DutyType, Facts, GoodsItem, Outcome};

use super::specific_duties::measure;
use super::support::*;
use super::{finding, tax};

/// Aluminium profiles of 26,100,000 dong.
fn profiles(origin: &str, codes: &[(&str, Option<&str>)]) -> GoodsItem {
    with_taxes(codes, line("76042190", origin, "B01", "100", "KGM", "10"))
}

fn decided(item: GoodsItem) -> vocabulary::Decision {
    decide(&with_lines(import("A12"), vec![item]))
}

#[test]
fn goods_under_a_measure_have_to_say_which_rate() {
    let silent = decided(profiles("CN", &[]));
    let finding = finding(&silent, "E1070");
    assert!(finding.mend.en.contains("G088"), "{}", finding.mend.en);
    assert!(finding.rule.contains("trade-remedies/AD05"), "{}", finding.rule);

    let told = decided(profiles("CN", &[("G088", None)]));
    let duty = tax(&told, DutyType::AntiDumping);
    assert_eq!((duty.base, duty.payable), (number("26100000"), number("9286380")));
    let vat = tax(&told, DutyType::Vat);
    assert_eq!(vat.base, number("26100000") + tax(&told, DutyType::ImportDuty).payable + number("9286380"));

    // Exempt, or not of the described goods.
    for code in ["GM", "GK"] {
        let without = decided(profiles("CN", &[(code, None)]));
        assert_eq!(tax(&without, DutyType::AntiDumping).payable, Decimal::ZERO, "{code}");
    }
    let exempt = decided(profiles("CN", &[("G088", Some("GM"))]));
    let duty = tax(&exempt, DutyType::AntiDumping);
    assert_eq!((duty.amount, duty.payable), (number("9286380"), Decimal::ZERO));
}

#[test]
fn a_rate_of_another_measure_is_refused() {
    let decision = decided(profiles("CN", &[("G061", None)]));
    assert!(finding(&decision, "remedy_of_other_goods").mend.en.contains("G088"));
    let valves = with_taxes(&[("G088", None)], line("84818099", "CN", "B01", "1000", "PCE", "10"));
    finding(&decided(valves), "remedy_of_other_goods");
}

#[test]
fn another_origin_has_to_be_proved() {
    let silent = decided(profiles("KR", &[]));
    assert!(finding(&silent, "E1070").message.en.contains("nothing proves that these are of KR"));

    let proved = decided(with_certificate("B", profiles("KR", &[])));
    assert_eq!(proved.outcome, Outcome::Accepted, "{:#?}", proved.findings);
    assert!(proved.items[0].taxes.iter().all(|line| line.duty_type != DutyType::AntiDumping));

    let later = decided(GoodsItem { certificate_late: Some("true".into()), ..profiles("KR", &[]) });
    assert_eq!(tax(&later, DutyType::AntiDumping).rate.to_string(), "35.58");
    let warning = finding(&later, "remedy_until_origin_is_proved");
    assert!(warning.mend.en.contains("2026-12-23"), "thirty days: {}", warning.mend.en);

    let others = decided(profiles("KR", &[("GK", None)]));
    assert_eq!(tax(&others, DutyType::AntiDumping).payable, Decimal::ZERO);
    // Whoever names the rate admits it.
    let admitted = decided(profiles("KR", &[("G088", None)]));
    assert_eq!(tax(&admitted, DutyType::AntiDumping).payable, number("9286380"));
}

#[test]
fn goods_that_stay_outside_the_customs_territory_bear_none() {
    let item = GoodsItem {
        tariff_schedule: Some("B30".into()),
        exemption_code: Some("XNK32".into()),
        ..profiles("CN", &[("VK130", None)])
    };
    let decision = decide(&with_lines(import("E11"), vec![item]));
    assert_eq!(tax(&decision, DutyType::AntiDumping).rate.to_string(), "0");
    assert_eq!(decision.total_payable, Decimal::ZERO);
}

#[test]
fn two_measures_on_one_line_and_the_day_that_their_rates_end() {
    let sugar = |codes: &[(&str, Option<&str>)]| {
        with_lines(import("A12"), vec![with_taxes(codes, line("17019910", "TH", "B01", "1000", "KGM", "1"))])
    };
    let last_day = date(2026, 6, 15);
    let decision = decide_on(&sugar(&[("GS131", None), ("CS011", None), ("VB185", None)]), last_day);
    assert_eq!(tax(&decision, DutyType::AntiDumping).rate.to_string(), "42.99");
    assert_eq!(tax(&decision, DutyType::Countervailing).rate.to_string(), "4.65");
    let silent = decide_on(&sugar(&[("VB185", None)]), last_day);
    let missing: Vec<&str> =
        silent.findings.iter().filter(|found| found.code == "E1070").map(|found| &*found.rule).collect();
    assert_eq!(missing.len(), 2, "each measure is a finding of its own: {missing:?}");
    // Whether the measure was prolonged is not known: an officer decides.
    let after = decide_on(&sugar(&[("VB185", None)]), last_day.tomorrow().unwrap());
    assert_eq!(after.outcome, Outcome::Referred, "{:#?}", after.findings);
    assert!(after.gaps.iter().any(|gap| &*gap.code == "remedy_rates_not_in_rulebook"));
}

#[test]
fn the_maker_decides_among_the_rates_and_the_day_does_too() {
    let rulebook = rulebook_with("makers", |path, text| match path {
        "assessment/trade-remedies.toml" => text.push_str(&measure("X3", "848180", "CN", "all")),
        "assessment/trade-remedies.csv" => {
            text.push_str("GX31,X3,Maker One,,3,,,,maker one,nhà sản xuất một,,2026-11-22,,\n");
            text.push_str("GX31,X3,Maker One,,4,,,,maker one,nhà sản xuất một,2026-11-23,,,\n");
            text.push_str("GX32,X3,,,20,,,,others,khác,,,,\n");
        }
        _ => {}
    });
    let decided = |codes: &[(&str, Option<&str>)], day| {
        let item = with_taxes(codes, line("84818099", "CN", "B01", "1000", "PCE", "10"));
        decide_by(&rulebook, &with_lines(import("A12"), vec![item]), day, &Facts::default())
    };
    for (code, day, rate) in [("GX31", date(2026, 11, 22), "3"), ("GX31", date(2026, 11, 23), "4"), ("GX32", DAY, "20")]
    {
        assert_eq!(tax(&decided(&[(code, None)], day), DutyType::AntiDumping).rate.to_string(), rate, "{code} {day}");
    }
    let silent = decided(&[], DAY);
    assert!(finding(&silent, "E1070").mend.en.contains("GX31 (Maker One)"));
    // The measure is on all goods of the code: none of them can be others.
    finding(&decided(&[("GK", None)], DAY), "remedy_on_all_goods");
}
