//! Measures by goods, origin and maker.

use jiff::civil::date;
use rust_decimal::Decimal;
use vocabulary::{
    Balance, CertificateItem, ClaimKind, Decision, DutyType, Facts, GoodsItem, Lane, OriginCertificate, Outcome,
};

use super::specific_duties::measure;
use super::support::*;
use super::{finding, tax};

type Codes<'c> = &'c [(&'c str, Option<&'c str>)];

/// Aluminium profiles of 26,100,000 dong.
fn profiles(origin: &str, codes: Codes<'_>) -> GoodsItem {
    with_taxes(codes, line("76042190", origin, "B01", "100", "KGM", "10"))
}

/// Steel of a tariff code, of 26,100,000 dong.
fn steel(code: &str, origin: &str, codes: Codes<'_>) -> GoodsItem {
    with_taxes(codes, line(code, origin, "B01", "1000", "KGM", "1"))
}

fn decided(item: GoodsItem) -> Decision {
    decide(&with_lines(import("A12"), vec![item]))
}

/// A proof of origin that customs holds, for goods of a heading.
fn held(form: &str, country: &str, heading: &str, quantity: &str) -> Facts {
    let goods = CertificateItem {
        line: 1,
        commodity_code: heading.to_owned(),
        criterion: "WO".to_owned(),
        quantity: Some(number(quantity)),
        remaining: number(quantity),
        unit: "KGM".to_owned(),
        ..CertificateItem::default()
    };
    let certificate = OriginCertificate {
        form: form.to_owned(),
        number: "SMPL26100001".to_owned(),
        issued_on: date(2026, 11, 10),
        issuing_country: country.to_owned(),
        items: vec![goods],
        ..OriginCertificate::default()
    };
    Facts { certificates: vec![certificate], ..Facts::default() }
}

fn decided_with(item: GoodsItem, facts: &Facts) -> Decision {
    decide_by(&RULEBOOK, &with_lines(import("A12"), vec![item]), DAY, facts)
}

/// The one claim on a remedy, which an officer sees: what it says and what it rests on.
#[track_caller]
fn claimed(decision: &Decision) -> (&str, &str) {
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    let claims: Vec<_> = decision.claims.iter().filter(|claim| claim.kind == ClaimKind::Remedy).collect();
    let [claim] = &claims[..] else { panic!("{:#?}", decision.claims) };
    assert!(decision.lane >= Some(Lane::Yellow), "{:?}", decision.lane);
    assert!(!claim.citation.law.is_empty() && !claim.message.vi.is_empty() && !claim.rests_on.vi.is_empty());
    (&claim.message.en, &claim.rests_on.en)
}

#[track_caller]
fn claims_nothing(decision: &Decision) {
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    assert!(decision.claims.iter().all(|claim| claim.kind != ClaimKind::Remedy), "{:#?}", decision.claims);
}

#[test]
fn goods_under_a_measure_have_to_say_which_rate() {
    let silent = decided(profiles("CN", &[]));
    let finding = finding(&silent, "E1070");
    assert!(finding.mend.en.contains("G088 (35.58 %, other makers of CN)"), "{}", finding.mend.en);
    assert!(finding.mend.en.contains("GK when the goods are not those of AD05: bars, rods"), "{}", finding.mend.en);
    assert!(finding.rule.contains("trade-remedies/AD05"), "{}", finding.rule);

    let told = decided(profiles("CN", &[("G088", None)]));
    let duty = tax(&told, DutyType::AntiDumping);
    assert_eq!((duty.base, duty.payable), (number("26100000"), number("9286380")));
    let vat = tax(&told, DutyType::Vat);
    assert_eq!(vat.base, number("26100000") + tax(&told, DutyType::ImportDuty).payable + number("9286380"));
    claims_nothing(&told);
}

#[test]
fn exempt_and_other_goods_are_claims() {
    let other = decided(profiles("CN", &[("GK", None)]));
    assert_eq!(tax(&other, DutyType::AntiDumping).payable, Decimal::ZERO);
    let (message, rests_on) = claimed(&other);
    assert!(message.contains("not subject to anti-dumping duty (AD05)"), "{message}");
    assert!(rests_on.contains("those of AD05: bars, rods and profiles"), "{rests_on}");

    for codes in [&[("GM", None)][..], &[("G088", Some("GM"))]] {
        let exempt = decided(profiles("CN", codes));
        assert_eq!(tax(&exempt, DutyType::AntiDumping).payable, Decimal::ZERO);
        assert!(claimed(&exempt).1.contains("decision of exemption of the Ministry"), "{codes:?}");
    }
    let admitted = decided(profiles("CN", &[("G088", Some("GK"))]));
    assert_eq!(tax(&admitted, DutyType::AntiDumping).payable, Decimal::ZERO);
    claimed(&admitted);
    // Where no measure may be on the goods, the code lowers nothing.
    claims_nothing(&decided(steel("76042110", "CN", &[("GK", None)])));
    let proved = with_certificate("B", profiles("KR", &[("GK", None)]));
    claims_nothing(&decided_with(proved, &held("B", "KR", "760421", "100")));
}

#[test]
fn a_rate_of_another_measure_is_refused() {
    let decision = decided(profiles("CN", &[("G061", None)]));
    assert!(finding(&decision, "remedy_of_other_goods").mend.en.contains("G088"));
    let valves = with_taxes(&[("G088", None)], line("84818099", "CN", "B01", "1000", "PCE", "10"));
    finding(&decided(valves), "remedy_of_other_goods");
    // The rate of another origin, where it is not the highest.
    finding(&decided(steel("72107012", "CN", &[("GS041", None)])), "remedy_of_other_goods");
    finding(&decided(steel("72107012", "JP", &[("GS041", None)])), "remedy_of_other_goods");
    let twice = decided(steel("72107012", "CN", &[("G061", None), ("G061", None)]));
    finding(&twice, "R0163");
}

#[test]
fn another_origin_has_to_be_proved() {
    let silent = decided(profiles("KR", &[]));
    assert!(finding(&silent, "E1070").message.en.contains("nothing proves that these are of KR"));

    // A number is no proof.
    let named = decided(with_certificate("B", profiles("KR", &[])));
    assert!(named.items[0].taxes.iter().all(|line| line.duty_type != DutyType::AntiDumping));
    let (message, rests_on) = claimed(&named);
    assert!(message.contains("of KR and bear no anti-dumping duty (AD05)"), "{message}");
    assert!(rests_on.contains("form B, number SMPL26100001"), "{rests_on}");

    let item = || with_certificate("B", profiles("KR", &[]));
    let proved = decided_with(item(), &held("B", "KR", "760421", "100"));
    assert!(proved.items[0].taxes.iter().all(|line| line.duty_type != DutyType::AntiDumping));
    claims_nothing(&proved);
    // What a proof has kept away is written off it.
    let [used] = &proved.write_offs[..] else { panic!("{:#?}", proved.write_offs) };
    assert_eq!((used.amount, &*used.unit, used.item), (number("100"), "KGM", Some(1)));
    assert!(matches!(&used.balance, Balance::Certificate { line: 1, .. }));

    // Of another origin, of other goods, for another country, of another day, for less.
    let mut elsewhere = held("B", "KR", "760421", "100");
    elsewhere.certificates[0].destination = Some("LA".to_owned());
    let mut later = held("B", "KR", "760421", "100");
    later.certificates[0].issued_on = date(2026, 11, 11);
    for facts in [
        held("B", "CN", "760421", "100"),
        held("B", "KR", "848180", "100"),
        held("E", "KR", "760421", "100"),
        held("B", "KR", "760421", "99"),
        elsewhere,
        later,
    ] {
        claimed(&decided_with(item(), &facts));
    }
    // Two lines cannot use one proof twice, whichever comes first.
    let lines = with_lines(import("A12"), vec![item(), item()]);
    let both = decide_by(&RULEBOOK, &lines, DAY, &held("B", "KR", "760421", "150"));
    claimed(&both);
    claims_nothing(&decide_by(&RULEBOOK, &lines, DAY, &held("B", "KR", "760421", "200")));

    let later = decided(GoodsItem { certificate_late: Some("true".into()), ..profiles("KR", &[]) });
    assert_eq!(tax(&later, DutyType::AntiDumping).rate.to_string(), "35.58");
    let warning = finding(&later, "remedy_until_origin_is_proved");
    assert!(warning.mend.en.contains("2026-12-23"), "thirty days: {}", warning.mend.en);
    // The highest rate of all the measures on the code, whatever the origin.
    let steel = GoodsItem { certificate_late: Some("true".into()), ..steel("72259990", "JP", &[]) };
    assert_eq!(tax(&decided(steel), DutyType::AntiDumping).rate.to_string(), "37.13");

    // Whoever names the rate admits it.
    let admitted = decided(profiles("KR", &[("G088", None)]));
    assert_eq!(tax(&admitted, DutyType::AntiDumping).payable, number("9286380"));
    claims_nothing(&admitted);
}

#[test]
fn the_rate_of_an_origin_needs_its_proof_where_another_is_higher() {
    let korean = || steel("72107012", "KR", &[("GS041", None)]);
    let (message, rests_on) = {
        let decision = decided(korean());
        let (message, rests_on) = claimed(&decision);
        assert_eq!(tax(&decision, DutyType::AntiDumping).rate.to_string(), "19.25");
        (message.to_owned(), rests_on.to_owned())
    };
    assert_eq!(message, "anti-dumping duty of AD04 at 19.25 %, where 34.27 % may be due");
    assert_eq!(rests_on, "a proof of the origin KR that customs holds");
    claims_nothing(&decided_with(with_certificate("B", korean()), &held("B", "KR", "721070", "1000")));
    // Whoever pays the highest needs none.
    let highest = decided(steel("72107012", "KR", &[("G061", None)]));
    assert_eq!(tax(&highest, DutyType::AntiDumping).rate.to_string(), "34.27");
    claims_nothing(&highest);
}

#[test]
fn a_makers_rate_rests_on_the_mill_certificate_and_the_seller() {
    let coil = |consignor: &str, code: &str| {
        let mut declaration = with_lines(import("A12"), vec![steel("72083700", "CN", &[(code, None)])]);
        declaration.consignor_name = Some(consignor.into());
        decide(&declaration)
    };
    let liuzhou = coil("GUANGXI NANNING LIUGANG STEEL SALES CO LTD", "GS205");
    assert_eq!(tax(&liuzhou, DutyType::AntiDumping).rate.to_string(), "23.1");
    let (message, rests_on) = claimed(&liuzhou);
    assert_eq!(message, "anti-dumping duty of AD20 at 23.1 %, where 27.83 % may be due");
    assert!(rests_on.starts_with("the mill certificate of Guangxi Liuzhou Iron and Steel Group"), "{rests_on}");
    assert!(rests_on.contains("the declared consignor is one of them"), "{rests_on}");
    // The other measure on the code is said, too.
    assert!(rests_on.contains("must not be those of AC03.AD20: flat-rolled steel"), "{rests_on}");
    let other = coil("SAMPLE LTD", "GS205");
    assert!(claimed(&other).1.contains("has none of these names"));
    // A maker that bears what the others do claims nothing, nor do the others.
    for code in ["GS202", "GS201", "GA031"] {
        claims_nothing(&coil("SAMPLE LTD", code));
    }
    // A maker whose rate is 0 bears 0, and an officer looks.
    let posco = decided_with(
        with_certificate("B", steel("72104911", "KR", &[("GS196", None)])),
        &held("B", "KR", "721049", "1000"),
    );
    assert_eq!(tax(&posco, DutyType::AntiDumping).payable, Decimal::ZERO);
    let (_, rests_on) = claimed(&posco);
    assert!(!rests_on.contains("proof of the origin"), "{rests_on}");
}

#[test]
fn one_of_several_measures_is_on_the_goods() {
    // Painted, coated, hot-rolled, or hot-rolled and wide: the code says which.
    let silent = decided(steel("72259990", "CN", &[]));
    let missing = finding(&silent, "E1070");
    assert!(missing.message.en.contains("(AC03.AD20, AD04, AD19, AD20)"), "{}", missing.message.en);
    for code in ["GA031", "G061", "GS191", "GS201"] {
        assert!(missing.mend.en.contains(code), "{}", missing.mend.en);
    }
    assert!(missing.mend.en.contains(" more;"), "{}", missing.mend.en);
    assert!(missing.mend.en.len() < 1500, "{}", missing.mend.en.len());

    let coated = decided(steel("72259990", "CN", &[("GS191", None)]));
    claims_nothing(&coated);
    let painted = decided(steel("72259990", "CN", &[("G061", None)]));
    assert_eq!(tax(&painted, DutyType::AntiDumping).rate.to_string(), "34.27");
    assert!(claimed(&painted).1.contains("must not be those of AD19"));
    let rods = decided(steel("83111090", "CN", &[("GS155", None)]));
    assert!(claimed(&rods).0.contains("at 11.43 %, where 36.56 % may be due"));

    // Duties of two kinds are declared beside each other.
    let both = with_lines(
        import("A12"),
        vec![with_taxes(&[("GS151", None), ("BA011", None)], line("72171010", "CN", "B01", "1000", "KGM", "1"))],
    );
    let decision = decide_on(&both, date(2026, 3, 16));
    assert_eq!(tax(&decision, DutyType::AntiDumping).rate.to_string(), "36.56");
    assert_eq!(tax(&decision, DutyType::Safeguard).rate.to_string(), "6.1");
    claims_nothing(&decision);
}

#[test]
fn a_rate_that_nobody_entered_is_for_an_officer() {
    // Of the measure nothing is known, of a maker the rate was not read.
    let tiles = |codes| with_taxes(codes, line("69072191", "IN", "B01", "1000", "MTK", "1"));
    for item in [tiles(&[]), steel("72107012", "CN", &[("GS042", None)])] {
        let decision = decided(item);
        assert_eq!(decision.outcome, Outcome::Referred, "{:#?}", decision.findings);
    }
    let gap = &decided(tiles(&[])).gaps[0];
    assert!(gap.message.en.contains("AD23") && gap.message.vi.contains("chưa đọc được"), "{:?}", gap.message);
    // Other goods, or exempt ones: a claim.
    claimed(&decided(tiles(&[("GK", None)])));
    // From elsewhere, the rate of the measure is not needed.
    let chinese = decided(with_taxes(&[], line("69072191", "CN", "B01", "1000", "MTK", "1")));
    finding(&chinese, "E1070");
    let later =
        GoodsItem { certificate_late: Some("true".into()), ..line("69072191", "CN", "B01", "1000", "MTK", "1") };
    assert_eq!(decided(later).outcome, Outcome::Referred);
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
fn materials_for_export_production_declare_the_rate_and_the_exemption() {
    let item = |codes: Codes<'_>| GoodsItem {
        exemption_code: Some("XN210".into()),
        ..with_taxes(codes, line("72107012", "CN", "B01", "1000", "KGM", "1"))
    };
    let decided = |codes: Codes<'_>| decide(&with_lines(import("E31"), vec![item(codes)]));
    finding(&decided(&[("VK120", None)]), "E1070");
    let exempt = decided(&[("G061", Some("GM")), ("VK120", None)]);
    let duty = tax(&exempt, DutyType::AntiDumping);
    assert_eq!((duty.amount, duty.payable), (number("8944470"), Decimal::ZERO));
    claimed(&exempt);
    let paid = decided(&[("G061", None), ("VK120", None)]);
    assert_eq!(tax(&paid, DutyType::AntiDumping).payable, number("8944470"));
}

#[test]
fn two_measures_on_one_line_and_the_day_that_their_rates_end() {
    let sugar = |origin: &str, codes: Codes<'_>| {
        with_lines(import("A12"), vec![with_taxes(codes, line("17019910", origin, "B01", "1000", "KGM", "1"))])
    };
    let last_day = date(2026, 6, 15);
    for (origin, codes) in [
        ("TH", [("GS131", None), ("CS011", None), ("VB185", None)]),
        ("KH", [("GA021", None), ("CA021", None), ("VB185", None)]),
    ] {
        let decision = decide_on(&sugar(origin, &codes), last_day);
        assert_eq!(tax(&decision, DutyType::AntiDumping).rate.to_string(), "42.99");
        assert_eq!(tax(&decision, DutyType::Countervailing).rate.to_string(), "4.65");
        claims_nothing(&decision);
        let silent = decide_on(&sugar(origin, &[("VB185", None)]), last_day);
        let missing: Vec<&str> =
            silent.findings.iter().filter(|found| found.code == "E1070").map(|found| &*found.rule).collect();
        assert_eq!(missing.len(), 2, "each duty is a finding of its own: {missing:?}");
        // At which rates the measures were prolonged is not known: an officer decides.
        let after = decide_on(&sugar(origin, &[("VB185", None)]), last_day.tomorrow().unwrap());
        assert_eq!(after.outcome, Outcome::Referred, "{:#?}", after.findings);
        assert!(after.gaps.iter().any(|gap| &*gap.code == "remedy_rates_not_in_rulebook"));
    }
}

#[test]
fn the_maker_decides_among_the_rates_and_the_day_does_too() {
    let rulebook = rulebook_with("makers", |path, text| match path {
        "assessment/trade-remedies.toml" => text.push_str(&measure("X3", "848180", "CN", "all")),
        "assessment/trade-remedies.csv" => {
            text.push_str("GX31,X3,,Maker One,,,3,,,,maker one,nhà sản xuất một,,2026-11-22,,,\n");
            text.push_str("GX31,X3,,Maker One,,,4,,,,maker one,nhà sản xuất một,2026-11-23,,,,\n");
            text.push_str("GX32,X3,,,,,20,,,,others,khác,,,,,\n");
        }
        _ => {}
    });
    let decided = |codes: Codes<'_>, day| {
        let item = with_taxes(codes, line("84818099", "CN", "B01", "1000", "PCE", "10"));
        decide_by(&rulebook, &with_lines(import("A12"), vec![item]), day, &Facts::default())
    };
    for (code, day, rate) in [("GX31", date(2026, 11, 22), "3"), ("GX31", date(2026, 11, 23), "4"), ("GX32", DAY, "20")]
    {
        assert_eq!(tax(&decided(&[(code, None)], day), DutyType::AntiDumping).rate.to_string(), rate, "{code} {day}");
    }
    let silent = decided(&[], DAY);
    assert!(finding(&silent, "E1070").mend.en.contains("GX31 (4 %, Maker One)"));
    // The measure is on all goods of the code: none of them can be others.
    for codes in [&[("GK", None)][..], &[("GX31", Some("GK"))]] {
        finding(&decided(codes, DAY), "remedy_on_all_goods");
    }
}
