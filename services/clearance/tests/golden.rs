//! Worked examples, each a small declaration and the figures that an expert expects of it.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod support;

use jiff::civil::date;
use support::*;
use vocabulary::{Declaration, DutyType, Facts, GoodsItem, Outcome};

use DutyType::{EnvironmentalProtection, ExportDuty, ImportDuty, SpecialConsumption, Vat};

#[test]
fn valves_from_china_without_a_certificate() {
    let decision = decide(&with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]));
    check(&decision, "261000000", &[(ImportDuty, "26100000"), (Vat, "22968000")], "49068000");
    let duty = &decision.items[0].taxes[0];
    assert!(duty.citation.rule.contains("84818099/mfn@"), "{}", duty.citation.rule);
    assert!(duty.citation.law.contains("26/2023"), "{}", duty.citation.law);
    assert_eq!(decision.exchange_rates[0].rate, number("26100"));
}

#[test]
fn valves_from_china_with_form_e() {
    let item = with_certificate("E", line("84818099", "CN", "B05", "1000", "PCE", "10"));
    let decision = decide(&with_lines(import("A12"), vec![item]));
    check(&decision, "261000000", &[(ImportDuty, "0"), (Vat, "20880000")], "20880000");
}

#[test]
fn valves_from_cambodia_have_no_acfta_rate_but_an_atiga_one() {
    let form_e = with_certificate("E", line("84818099", "KH", "B05", "1000", "PCE", "10"));
    let decision = decide(&with_lines(import("A12"), vec![form_e]));
    check_rejected(&decision, "E1012");
    let mend = &decision.findings.iter().find(|finding| finding.code == "E1012").unwrap().mend.en;
    assert!(mend.contains("B04"), "the mend names the agreement that does give a rate: {mend}");

    let form_d = with_certificate("D", line("84818099", "KH", "B04", "1000", "PCE", "10"));
    let decision = decide(&with_lines(import("A12"), vec![form_d]));
    check(&decision, "261000000", &[(ImportDuty, "0"), (Vat, "20880000")], "20880000");

    let neither = line("84818099", "KH", "B01", "1000", "PCE", "10");
    let decision = decide(&with_lines(import("A12"), vec![neither]));
    check(&decision, "261000000", &[(ImportDuty, "26100000"), (Vat, "22968000")], "49068000");
}

#[test]
fn a_certificate_filed_later_leaves_the_preferential_rate_for_later() {
    let item =
        GoodsItem { certificate_late: Some("true".into()), ..line("84818099", "CN", "B05", "1000", "PCE", "10") };
    let decision = decide(&with_lines(import("A12"), vec![item]));
    check(&decision, "261000000", &[(ImportDuty, "26100000"), (Vat, "22968000")], "49068000");
    assert_eq!(decision.findings[0].code, "certificate_filed_later");

    let none = line("84818099", "CN", "B05", "1000", "PCE", "10");
    check_rejected(&decide(&with_lines(import("A12"), vec![none])), "certificate_missing");
}

/// Two lines of valves on terms that lack freight and insurance, which come beside the price.
fn shipped_free_on_board() -> Declaration {
    let declaration = Declaration {
        terms_of_delivery: Some("FOB".into()),
        freight_class: Some("A".into()),
        freight_currency: Some("USD".into()),
        freight_amount: Some(number("900")),
        insurance_class: Some("A".into()),
        insurance_currency: Some("USD".into()),
        insurance_amount: Some(number("100.50")),
        ..import("A12")
    };
    let items =
        vec![line("84818099", "CN", "B01", "1200", "PCE", "10"), line("84818099", "CN", "B01", "800", "PCE", "10")];
    with_lines(declaration, items)
}

#[test]
fn freight_and_insurance_are_shared_out_by_value() {
    let decision = decide(&shipped_free_on_board());
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    // 12,600.30 and 8,400.20 dollars.
    assert_eq!(decision.items[0].customs_value, number("328867830"));
    assert_eq!(decision.items[1].customs_value, number("219245220"));
}

#[test]
fn the_week_of_registration_decides_the_exchange_rate() {
    // The same shipment in a week of 26,105 dong: 12,600.30 and 8,400.20 dollars.
    let rulebook = rulebook_with("another-week", |path, text| {
        if path == "valuation/exchange-rates.csv" {
            let changed = text.replace("\n2026-11-23,2026-11-29,26100,", "\n2026-11-23,2026-11-29,26105,");
            assert_ne!(*text, changed);
            *text = changed;
        }
    });
    let declaration = shipped_free_on_board();
    for (day, first, second) in [
        (date(2026, 11, 22), "328867830", "219245220"),
        (date(2026, 11, 23), "328930831.5", "219287221"),
        (date(2026, 11, 29), "328930831.5", "219287221"),
    ] {
        let decision = decide_by(&rulebook, &declaration, day, &Facts::default());
        assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
        let values: Vec<_> = decision.items.iter().map(|item| item.customs_value).collect();
        assert_eq!(values, [number(first), number(second)], "{day}");
    }
}

#[test]
fn goods_without_most_favoured_nation_treatment_bear_the_ordinary_rate() {
    // Half as much again as the preferential 10 per cent.
    let decision = decide(&with_lines(import("A12"), vec![line("84818099", "KP", "B03", "1000", "PCE", "10")]));
    check(&decision, "261000000", &[(ImportDuty, "39150000"), (Vat, "24012000")], "63162000");
    assert_eq!(decision.items[0].taxes[0].rate.to_string(), "15");
    let law = &decision.items[0].taxes[0].citation.law;
    assert!(law.contains("15/2023"), "{law}");
}

#[test]
fn wine_bears_duty_special_consumption_tax_and_full_vat() {
    let decision = decide(&with_lines(import("A11"), vec![line("22042111", "FR", "B01", "6000", "LTR", "5")]));
    check(
        &decision,
        "783000000",
        &[(ImportDuty, "391500000"), (SpecialConsumption, "411075000"), (Vat, "158557500")],
        "961132500",
    );
    assert_eq!(decision.items[0].taxes[1].base, number("1174500000"));
}

#[test]
fn air_conditioners_with_and_without_form_d() {
    let item = with_certificate("D", line("84151020", "TH", "B04", "50", "PCE", "300"));
    let decision = decide(&with_lines(import("A11"), vec![item]));
    check(
        &decision,
        "391500000",
        &[(ImportDuty, "0"), (SpecialConsumption, "39150000"), (Vat, "43065000")],
        "82215000",
    );
    let decision = decide(&with_lines(import("A11"), vec![line("84151020", "TH", "B01", "50", "PCE", "300")]));
    check(
        &decision,
        "391500000",
        &[(ImportDuty, "117450000"), (SpecialConsumption, "50895000"), (Vat, "55984500")],
        "224329500",
    );
}

#[test]
fn materials_for_export_production_are_assessed_and_relieved() {
    let item = GoodsItem {
        exemption_code: Some("XN210".into()),
        ..with_taxes(&[("VK120", None)], line("76161090", "CN", "B01", "100", "KGM", "10"))
    };
    let decision = decide(&with_lines(import("E31"), vec![item]));
    check(&decision, "26100000", &[(ImportDuty, "0"), (Vat, "0")], "0");
    let duty = &decision.items[0].taxes[0];
    assert_eq!((duty.amount, duty.relief), (number("5220000"), number("5220000")));
    assert!(duty.relief_citation.as_ref().is_some_and(|citation| citation.rule.contains("XN210")));
}

#[test]
fn the_lower_of_the_agreements_and_the_preferential_rate_holds() {
    // Beer of Australia: AANZFTA gives 40 %, the preferential tariff 35 %.
    let item = with_certificate("AANZ", line("22030099", "AU", "B07", "1000", "LTR", "1"));
    let decision = decide(&with_lines(import("A11"), vec![item]));
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    assert_eq!(decision.items[0].taxes[0].rate.to_string(), "35");
    assert_eq!(decision.items[0].taxes[0].payable, number("9135000"));
}

#[test]
fn a_preferential_rate_of_zero_has_an_ordinary_rate_of_its_own() {
    // Furniture: the preferential rate is 0, and the list of ordinary rates says 0 too; telephones: 5.
    for (code, expected) in [("94036090", "0"), ("85171300", "5")] {
        let decision = decide(&with_lines(import("A11"), vec![line(code, "KP", "B03", "100", "PCE", "10")]));
        assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
        assert_eq!(decision.items[0].taxes[0].rate.to_string(), expected);
    }
}

#[test]
fn lubricants_bear_environmental_protection_tax_by_the_litre() {
    let codes = RULEBOOK.in_force_on(DAY).taxes().codes(EnvironmentalProtection);
    let lubricant = codes
        .iter()
        .find(|code| code.name_en() == "lubricating oil")
        .expect("the rulebook knows the tax on lubricants");
    // Code of a lubricating oil whose preferential rate is 5 % in the tariff.
    let item = with_taxes(&[(lubricant.code(), None)], line("27101946", "SG", "B01", "20000", "LTR", "1.5"));
    let decision = decide(&with_lines(import("A11"), vec![item]));
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    let taxes = &decision.items[0].taxes;
    let tax = taxes.iter().find(|line| line.duty_type == EnvironmentalProtection).expect("it bears the tax");
    assert_eq!((tax.base, tax.payable), (number("20000"), number("40000000")));
    let duty = taxes[0].payable;
    let vat = taxes.iter().find(|line| line.duty_type == Vat).expect("it bears VAT");
    assert_eq!(vat.base, number("783000000") + duty + number("40000000"));
}

#[test]
fn a_small_shipment_bears_vat_and_no_duty() {
    let dong = |value: &str| {
        let item =
            GoodsItem { unit_price_currency: Some("VND".into()), ..line("84818099", "CN", "B01", "1", "PCE", value) };
        Declaration { invoice_currency: Some("VND".into()), ..with_lines(import("A11"), vec![item]) }
    };
    let exempt = decide(&dong("500000"));
    check(&exempt, "500000", &[(ImportDuty, "0"), (Vat, "40000")], "40000");
    assert!(exempt.items[0].taxes[0].relief_citation.is_some());
    // 500,001 dong bear 50,000.1 dong of duty, which is above both thresholds.
    let taxed = decide(&dong("500001"));
    check(&taxed, "500001", &[(ImportDuty, "50000.1"), (Vat, "44000.088")], "94000");
}

#[test]
fn vat_is_eight_per_cent_until_the_end_of_2026() {
    let declaration = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]);
    for (day, rate) in [(date(2026, 12, 31), "8"), (date(2027, 1, 1), "10")] {
        let decision = decide_on(&declaration, day);
        assert_eq!(decision.outcome, Outcome::Accepted, "{day}: {:#?} {:#?}", decision.findings, decision.gaps);
        assert_eq!(decision.items[0].taxes[1].rate.to_string(), rate, "{day}");
    }
}

#[test]
fn talc_bears_export_duty_and_less_of_it_to_the_european_union() {
    let talc = GoodsItem { origin: None, tariff_schedule: None, ..line("25262010", "VN", "B01", "20000", "KGM", "1") };
    let decision = decide(&with_lines(export("CNSHA"), vec![talc.clone()]));
    check(&decision, "522000000", &[(ExportDuty, "156600000")], "156600000");
    let decision = decide(&with_lines(export("DEHAM"), vec![with_certificate("EUR.1", talc)]));
    check(&decision, "522000000", &[(ExportDuty, "104400000")], "104400000");
}

#[test]
fn the_same_input_gives_the_same_decision_byte_for_byte() {
    let declaration = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]);
    let once = serde_json::to_string(&decide(&declaration)).unwrap();
    assert_eq!(once, serde_json::to_string(&decide(&declaration)).unwrap());
}

#[test]
fn five_mistakes_are_five_findings() {
    let mut declaration = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]);
    declaration.kind = Some("B11".into());
    declaration.customs_office = Some("99ZZ".into());
    declaration.importer_code = Some("0100233489".into());
    declaration.invoice_currency = Some("XXQ".into());
    declaration.goods_items[0].commodity_code = Some("84818001".into());
    let decision = decide(&declaration);
    for code in ["S0055", "S0054", "tax_code_invalid", "S0090", "S0173"] {
        check_rejected(&decision, code);
    }
    for finding in &decision.findings {
        assert!(!finding.mend.en.is_empty() && !finding.mend.vi.is_empty() && !finding.law.is_empty(), "{finding:#?}");
        assert!(finding.field.is_some(), "{finding:#?}");
    }
}

#[test]
fn a_currency_without_a_rate_is_an_officers_case() {
    let mut declaration = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]);
    declaration.invoice_currency = Some("ISK".into());
    declaration.goods_items[0].unit_price_currency = Some("ISK".into());
    let decision = decide(&declaration);
    assert_eq!(decision.outcome, Outcome::Referred, "{:#?}", decision.findings);
    assert!(!decision.gaps.is_empty());
}

#[test]
fn a_printed_rate_is_a_gap_and_not_a_zero() {
    let decision = decide(&with_lines(import("A11"), vec![line("87021010", "CN", "B01", "2", "PCE", "40000")]));
    assert_ne!(decision.outcome, Outcome::Accepted);
    assert!(decision.items.is_empty());
}
