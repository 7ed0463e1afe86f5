//! Which proof stands for which goods, what it gives, and what is written off.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use vocabulary::{Balance, CertificateItem, CertificateTick, Facts, GoodsItem, OriginCertificate, Outcome, Standing};

use crate::support::{DAY, RULEBOOK, decide_by, import, line, number, with_certificate, with_lines};
use crate::{Case, Change, certified, codes, costs, duty_rate, sound, standing};

#[test]
fn a_sound_proof_gives_the_rate_and_is_written_off() {
    let decision = sound().decide();
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    assert!(decision.findings.is_empty(), "{:#?}", decision.findings);
    let item = &decision.items[0];
    assert_eq!(duty_rate(&decision, 0), "0");
    assert!(item.taxes[0].citation.rule.contains("preferential/atiga"), "{}", item.taxes[0].citation.rule);
    let preference = item.preference.as_ref().unwrap();
    assert_eq!((preference.agreement.as_str(), preference.standing), ("atiga", Standing::Given));
    assert!(preference.citation.rule.starts_with("origin/checks/certificate_missing@"), "{preference:#?}");
    assert!(preference.citation.law.contains("33/2023"), "{preference:#?}");
    assert_eq!(preference.proof.as_ref().unwrap().items, [1]);
    let [taken] = &decision.write_offs[..] else { panic!("{:#?}", decision.write_offs) };
    assert_eq!((taken.amount, taken.unit.as_str(), taken.item), (number("50"), "PCE", Some(1)));
    let Balance::Certificate { form, number, issuing_country, line } = &taken.balance else { panic!("{taken:#?}") };
    assert_eq!((form.as_str(), number.as_str(), issuing_country.as_str(), *line), ("D", "SMPL26100001", "TH", 1));
    // What was consulted is kept, so that the decision can be derived again.
    assert_eq!(decision.facts.certificates, [sound().certificate]);
}

#[test]
fn goods_exported_on_1_december() {
    // A proof of the 4th is good either way, one of the 5th needs the tick.
    for (day, ticked, good) in [(4, false, true), (4, true, true), (5, false, false), (5, true, true)] {
        let mut case = sound();
        case.certificate.departed_on = Some(date(2025, 12, 1));
        case.issued_on(date(2025, 12, day));
        case.certificate.signatory = None;
        case.day = date(2026, 1, 5);
        if ticked {
            case.tick(CertificateTick::IssuedRetroactively);
        }
        let decision = case.decide();
        assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
        assert_eq!(standing(&decision, 0).is_given(), good, "{day} {ticked}: {:#?}", decision.findings);
        assert_eq!(codes(&decision).contains(&"retroactive_tick_missing"), !good);
    }
}

#[test]
fn goods_that_arrived_in_time_or_by_force_majeure_are_not_late() {
    let expired = |change: Change| {
        let mut case = sound();
        case.certificate.departed_on = None;
        case.certificate.signatory = None;
        case.issued_on(date(2025, 11, 20));
        case.declaration.arrival_date = Some(date(2026, 11, 21));
        change(&mut case);
        standing(&case.decide(), 0)
    };
    assert_eq!(expired(|_| {}), Standing::NotGiven);
    assert_eq!(expired(|case| case.declaration.arrival_date = Some(date(2026, 11, 20))), Standing::Given);
    assert_eq!(expired(|case| case.certificate.force_majeure_accepted = true), Standing::Given);
}

#[test]
fn a_proof_that_customs_has_not_received_is_not_at_fault() {
    let case = sound();
    let decision = decide_by(&RULEBOOK, &case.declaration, DAY, &Facts::default());
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    assert_eq!((duty_rate(&decision, 0).as_str(), standing(&decision, 0)), ("0", Standing::GivenOnReference));
    assert!(decision.write_offs.is_empty() && decision.findings.is_empty());
}

#[test]
fn a_later_proof_has_a_day_of_its_own_by_agreement() {
    for (schedule, origin, day) in
        [("B04", "TH", "2027-11-23"), ("B25", "DE", "2028-11-23"), ("B26", "GB", "2028-11-23")]
    {
        let item = GoodsItem {
            certificate_late: Some("true".into()),
            ..line("84151020", origin, schedule, "50", "PCE", "300")
        };
        let decision = decide_by(&RULEBOOK, &with_lines(import("A11"), vec![item]), DAY, &Facts::default());
        assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
        assert_eq!((duty_rate(&decision, 0).as_str(), standing(&decision, 0)), ("30", Standing::FiledLater));
        let finding = decision.findings.iter().find(|finding| finding.code == "certificate_filed_later").unwrap();
        assert!(finding.mend.en.contains(day) && finding.mend.vi.contains(day), "{schedule}: {finding:#?}");
    }
}

#[test]
fn a_consignment_of_200_dollars_needs_no_form_d() {
    let lines = |price: &str, schedule: &str, origin: &str, terms: &str| {
        let mut declaration = with_lines(import("A11"), vec![line("84151020", origin, schedule, "1", "PCE", price)]);
        declaration.terms_of_delivery = Some(terms.into());
        declaration.freight_class = Some("A".into()).filter(|_| terms != "CIF");
        declaration.freight_currency = declaration.freight_class.as_ref().map(|_| "USD".into());
        declaration.freight_amount = declaration.freight_class.as_ref().map(|_| number("10"));
        declaration.insurance_class = Some("D".into()).filter(|_| terms != "CIF");
        decide_by(&RULEBOOK, &declaration, DAY, &Facts::default())
    };
    let decision = lines("200", "B04", "TH", "CIF");
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    assert_eq!((duty_rate(&decision, 0).as_str(), standing(&decision, 0)), ("0", Standing::GivenWithoutProof));
    let citation = &decision.items[0].preference.as_ref().unwrap().citation;
    assert!(citation.rule.contains("small_consignment_usd"), "{citation:?}");
    assert_eq!(standing(&lines("200", "B04", "TH", "FOB"), 0), Standing::GivenWithoutProof);
    // A cent more; goods at the exporter's door, whose FOB value is higher; an agreement without the rule.
    for decision in
        [lines("200.01", "B04", "TH", "CIF"), lines("200", "B04", "TH", "EXW"), lines("200", "B05", "CN", "CIF")]
    {
        let codes = codes(&decision);
        assert!(codes.contains(&"certificate_missing") || codes.contains(&"E1012"), "{codes:?}");
    }
}

#[test]
fn a_lower_rate_without_the_agreement_uses_nothing_up() {
    // Beer of Australia: 40 % by AANZFTA, 35 % without. The proof is not even looked at.
    let mut case = sound();
    case.declaration.goods_items = vec![GoodsItem {
        sequence: Some(1),
        ..with_certificate("AANZ", line("22030099", "AU", "B07", "1000", "LTR", "1"))
    }];
    case.declaration.invoice_amount = Some(number("1000"));
    case.certificate.form = "AANZ".into();
    case.certificate.issuing_country = "CN".into();
    let decision = case.decide();
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    assert_eq!((duty_rate(&decision, 0).as_str(), standing(&decision, 0)), ("35", Standing::NotNeeded));
    assert!(decision.write_offs.is_empty() && decision.findings.is_empty(), "{:#?}", decision.findings);
}

#[test]
fn lines_of_one_proof_share_what_is_left_of_it() {
    let lines = |quantities: &[&str]| {
        let mut case = sound();
        let items = quantities
            .iter()
            .map(|quantity| with_certificate("D", line("84151020", "TH", "B04", quantity, "PCE", "300")));
        case.declaration.goods_items = with_lines(import("A11"), items.collect()).goods_items;
        let total = case.declaration.goods_items.iter().filter_map(|item| item.invoice_value).sum();
        case.declaration.invoice_amount = Some(total);
        case
    };
    let decision = lines(&["20", "30"]).decide();
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    let taken: Vec<(Option<u32>, Decimal)> =
        decision.write_offs.iter().map(|taken| (taken.item, taken.amount)).collect();
    assert_eq!(taken, [(Some(1), number("20")), (Some(2), number("30"))]);
    // Together they need one piece more than there is: said of one of them, with what is left for it.
    let decision = lines(&["20", "31"]).decide();
    assert_eq!(decision.outcome, Outcome::Rejected);
    let findings: Vec<_> =
        decision.findings.iter().filter(|finding| finding.code == "certificate_quantity_exceeded").collect();
    let [finding] = &findings[..] else { panic!("{findings:#?}") };
    assert!(finding.message.en.contains("30 PCE left"), "{}", finding.message.en);
}

#[test]
fn what_is_said_of_a_proof_is_said_once_and_what_falls_back_of_each_line() {
    let mut case = sound();
    let half = || with_certificate("D", line("84151020", "TH", "B04", "25", "PCE", "300"));
    case.declaration.goods_items = with_lines(import("A11"), vec![half(), half()]).goods_items;
    case.certificate.transport_means = Some("OTHER QUEEN".into());
    case.certificate.issuer = Some("NOBODY".into());
    let decision = case.decide();
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    let count = |code: &str| codes(&decision).iter().filter(|known| **known == code).count();
    assert_eq!((count("certificate_transport_differs"), count("certificate_issuer_not_listed")), (1, 2));
}

#[test]
fn one_good_item_is_enough() {
    let mut case = sound();
    case.certificate.items = vec![
        CertificateItem { criterion: "39%".into(), ..certified(1, "841510", "50", "PCE") },
        certified(2, "841510", "50", "H87"),
    ];
    let decision = case.decide();
    assert_eq!((standing(&decision, 0), codes(&decision)), (Standing::Given, vec![]), "{:#?}", decision.findings);
    assert_eq!(decision.items[0].preference.as_ref().unwrap().proof.as_ref().unwrap().items, [2]);
    assert_eq!(decision.write_offs[0].unit, "H87");
}

#[test]
fn a_quantity_is_written_off_in_the_unit_of_the_proof() {
    for (unit, remaining, expected) in [("DZN", "10", "4.166667"), ("C62", "50", "50"), ("MIL", "1", "0.05")] {
        let mut case = sound();
        (case.goods().unit, case.goods().remaining) = (unit.into(), number(remaining));
        let decision = case.decide();
        assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
        assert_eq!((decision.write_offs[0].amount, decision.write_offs[0].unit.as_str()), (number(expected), unit));
    }
}

#[test]
fn a_number_is_unique_within_its_issuing_state() {
    // Two states have given the same number; the one of the goods' origin is meant.
    let case = sound();
    let other = OriginCertificate { issuing_country: "MY".into(), items: Vec::new(), ..case.certificate.clone() };
    for certificates in [vec![case.certificate.clone(), other.clone()], vec![other.clone(), case.certificate.clone()]] {
        let facts = Facts { certificates, ..Facts::default() };
        let decision = decide_by(&RULEBOOK, &case.declaration, DAY, &facts);
        assert_eq!(standing(&decision, 0), Standing::Given, "{:#?}", decision.findings);
        assert_eq!(decision.facts.certificates.len(), 2);
    }
}

#[test]
fn hostile_figures_on_a_proof_do_no_harm() {
    for change in [
        (|case: &mut Case| case.goods().remaining = Decimal::MAX) as Change,
        |case| {
            case.goods().remaining = Decimal::MAX;
            case.goods().unit = "MIL".into();
        },
        |case| case.goods().remaining = Decimal::MIN,
        |case| case.goods().gross_mass = Some(Decimal::MAX),
        |case| {
            costs(case, "CTH + 40%", "1", "1");
            case.goods().fob_value = Some(Decimal::MAX);
            case.goods().costs.as_mut().unwrap().non_shifting_materials = Some(Decimal::MAX);
        },
        |case| case.certificate.departed_on = Some(Date::MAX),
        |case| case.certificate.departed_on = Some(Date::MIN),
        |case| case.issued_on(Date::MIN),
        |case| case.goods().criterion = "9".repeat(100_000),
        |case| case.certificate.transport_means = Some("Ầ".repeat(100_000)),
        |case| case.certificate.items.clear(),
    ] {
        let mut case = sound();
        change(&mut case);
        let decision = case.decide();
        assert_ne!(decision.outcome, Outcome::Referred, "{:#?}", decision.gaps);
    }
}
