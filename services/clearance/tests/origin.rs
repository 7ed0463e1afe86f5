//! Proofs of origin: for every check a case that fires it and the nearest one that does not, what follows for the rate,
//! and what is used up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rulebook::{OriginCheck, Rulebook};
use rust_decimal::Decimal;
use vocabulary::{
    Balance, CertificateInvoice, CertificateItem, CertificateParty, CertificateTick, CertifiedExporter, Decision,
    Declaration, Exhibition, Facts, GoodsItem, OriginCertificate, OriginDeclaration, Outcome, PreviousProof,
    PreviousQuantity, ProductionCosts, Severity, Standing,
};

mod support;

use support::{
    DAY, RULEBOOK, decide_by, import, line, number, replace, rulebook_with, with_certificate, with_lines, with_taxes,
};

/// A declaration with the proof that it relies on.
#[derive(Debug, Clone)]
struct Case {
    declaration: Declaration,
    certificate: OriginCertificate,
    day: Date,
}

impl Case {
    fn item(&mut self) -> &mut GoodsItem {
        &mut self.declaration.goods_items[0]
    }

    fn goods(&mut self) -> &mut CertificateItem {
        &mut self.certificate.items[0]
    }

    fn tick(&mut self, tick: CertificateTick) {
        self.certificate.ticks.push(tick);
    }

    /// Sets the day of issue, on the proof and in the declaration.
    fn issued_on(&mut self, day: Date) {
        self.certificate.issued_on = day;
        self.item().certificate_date = Some(day);
    }

    fn decide(&self) -> Decision {
        self.decide_by(&RULEBOOK)
    }

    fn decide_by(&self, rulebook: &Rulebook) -> Decision {
        let facts = Facts { certificates: vec![self.certificate.clone()], ..Facts::default() };
        decide_by(rulebook, &self.declaration, self.day, &facts)
    }
}

/// Fifty air conditioners of Thailand: 30 % without the agreement, nothing on a Form D.
fn air_conditioners() -> GoodsItem {
    with_taxes(&[("TB050", None)], with_certificate("D", line("84151020", "TH", "B04", "50", "PCE", "300")))
}

fn certified(item: u32, code: &str, quantity: &str, unit: &str) -> CertificateItem {
    CertificateItem {
        line: item,
        commodity_code: code.into(),
        hs_edition: Some("HS2022".into()),
        criterion: "RVC 45%".into(),
        quantity: Some(number(quantity)),
        remaining: number(quantity),
        unit: unit.into(),
        gross_mass: Some(number("500")),
        fob_value: Some(number("14000")),
        currency: Some("USD".into()),
        ..CertificateItem::default()
    }
}

fn sound() -> Case {
    let mut declaration = with_lines(import("A11"), vec![air_conditioners()]);
    declaration.consignor_country = Some("TH".into());
    declaration.loading_place = Some("THBKK".into());
    let party = |name: &str, country: &str| CertificateParty {
        name: Some(name.into()),
        country: Some(country.into()),
        tax_code: None,
    };
    let certificate = OriginCertificate {
        form: "D".into(),
        number: "SMPL26100001".into(),
        issued_on: date(2026, 11, 10),
        issuing_country: "TH".into(),
        destination: Some("VN".into()),
        issuer: Some("DFT".into()),
        signatory: Some("TH-001".into()),
        exporter: Some(party("Sample Ltd.", "TH")),
        consignee: Some(CertificateParty { tax_code: Some("0100233488".into()), ..party("SAMPLE COMPANY", "VN") }),
        departed_on: Some(date(2026, 11, 9)),
        transport_means: Some("SAMPLE VOYAGER".into()),
        loading_port: Some("THBKK".into()),
        discharge_port: Some("VNHPH".into()),
        invoices: vec![CertificateInvoice { number: "INV-1".into(), date: Some(date(2026, 11, 1)) }],
        items: vec![certified(1, "841510", "50", "PCE")],
        ..OriginCertificate::default()
    };
    Case { declaration, certificate, day: DAY }
}

fn codes(decision: &Decision) -> Vec<&str> {
    decision.findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn duty_rate(decision: &Decision, item: usize) -> String {
    decision.items[item].taxes[0].rate.to_string()
}

fn standing(decision: &Decision, item: usize) -> Standing {
    decision.items[item].preference.as_ref().expect("the line claims a preference").standing
}

/// What follows from a check that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    Refused,
    FallsBack,
    Warns,
    Notes,
}

use Follows::{FallsBack, Notes, Refused, Warns};

type Change = fn(&mut Case);

fn third_party(case: &mut Case, name: Option<&str>) {
    case.tick(CertificateTick::ThirdCountryInvoicing);
    case.declaration.consignor_country = Some("HK".into());
    case.certificate.third_country_issuer =
        Some(CertificateParty { name: name.map(Into::into), country: Some("HK".into()), tax_code: None });
}

fn back_to_back(case: &mut Case, previous: &[(&str, Date)], covered: &str) {
    case.tick(CertificateTick::BackToBack);
    case.goods().origin = Some("TH".into());
    for (country, issued_on) in previous {
        case.certificate.previous_proofs.push(PreviousProof {
            number: "PREVIOUS-1".into(),
            issued_on: *issued_on,
            issuing_country: (*country).into(),
            quantities: vec![PreviousQuantity {
                commodity_code: "8415.10".into(),
                quantity: number(covered),
                unit: "DZN".into(),
            }],
        });
    }
}

fn statement(case: &mut Case, change: fn(&mut CertifiedExporter)) {
    let mut registration = CertifiedExporter {
        authorised_from: date(2025, 1, 1),
        authorised_to: Some(date(2026, 11, 10)),
        signatories: vec!["SOMCHAI SAMPLE".into()],
        products: vec!["841510".into()],
    };
    change(&mut registration);
    case.certificate.origin_declaration = Some(OriginDeclaration {
        exporter_code: "TH-CE-0001".into(),
        signatory: Some("Somchai Sample".into()),
        invoice_number: "INV-1".into(),
        invoice_date: date(2026, 11, 10),
        registration: Some(registration),
    });
}

fn costs(case: &mut Case, criterion: &str, foreign: &str, unshifted: &str) {
    let goods = case.goods();
    goods.criterion = criterion.into();
    goods.fob_value = Some(number("1000"));
    goods.costs = Some(ProductionCosts {
        non_originating_materials: Some(number(foreign)),
        non_shifting_materials: Some(number(unshifted)),
        ..ProductionCosts::default()
    });
}

/// Every check: what follows, a change of the sound case that fires it, and the nearest one that does not.
const CASES: &[(OriginCheck, Follows, Change, Change)] = &[
    (
        OriginCheck::Missing,
        Refused,
        |case| {
            let item = case.item();
            (item.certificate_form, item.certificate_number, item.certificate_date) = (None, None, None);
        },
        |_| {},
    ),
    (
        OriginCheck::FiledLater,
        FallsBack,
        |case| {
            let item = case.item();
            (item.certificate_form, item.certificate_number, item.certificate_date) = (None, None, None);
            item.certificate_late = Some("true".into());
        },
        |case| case.item().certificate_late = Some("false".into()),
    ),
    (OriginCheck::DateMissing, Refused, |case| case.item().certificate_date = None, |_| {}),
    (
        OriginCheck::DateInFuture,
        Refused,
        |case| case.issued_on(date(2026, 11, 24)),
        |case| {
            case.certificate.departed_on = Some(date(2026, 11, 22));
            case.issued_on(date(2026, 11, 23));
        },
    ),
    (
        OriginCheck::FormNotOfAgreement,
        Refused,
        |case| {
            case.item().certificate_form = Some("E".into());
            case.certificate.form = "E".into();
        },
        |_| {},
    ),
    (
        OriginCheck::LoadingPortOutsideMembers,
        Warns,
        |case| case.declaration.loading_place = Some("HKHKG".into()),
        |case| case.declaration.loading_place = Some("SGSIN".into()),
    ),
    (
        OriginCheck::TransitThroughMember,
        Warns,
        |case| case.declaration.loading_place = Some("SGSIN".into()),
        |case| case.declaration.loading_place = Some("THLCH".into()),
    ),
    (
        OriginCheck::DateDiffers,
        Refused,
        |case| case.item().certificate_date = Some(date(2026, 11, 11)),
        |case| case.issued_on(date(2026, 11, 11)),
    ),
    (
        OriginCheck::NumberMalformed,
        Warns,
        |case| {
            case.declaration.goods_items[0].origin = Some("VN".into());
            case.certificate.issuing_country = "VN".into();
            case.certificate.number = "VNTH2602006".into();
            case.item().certificate_number = Some("VNTH2602006".into());
            case.certificate.exporter = None;
            (case.certificate.issuer, case.certificate.signatory) = (None, None);
        },
        |case| {
            case.declaration.goods_items[0].origin = Some("VN".into());
            case.certificate.issuing_country = "VN".into();
            case.certificate.number = "VN-TH 26/02/00006".into();
            case.item().certificate_number = Some("vn-th26/02/00006".into());
            case.certificate.exporter = None;
            (case.certificate.issuer, case.certificate.signatory) = (None, None);
        },
    ),
    (
        OriginCheck::Expired,
        FallsBack,
        |case| {
            case.certificate.departed_on = None;
            case.declaration.arrival_date = Some(date(2026, 11, 23));
            case.issued_on(date(2025, 11, 22));
            case.certificate.signatory = None;
        },
        |case| {
            case.certificate.departed_on = None;
            case.declaration.arrival_date = Some(date(2026, 11, 23));
            case.issued_on(date(2025, 11, 23));
            case.certificate.signatory = None;
        },
    ),
    (
        OriginCheck::IssuedTooLate,
        FallsBack,
        |case| {
            case.certificate.departed_on = Some(date(2025, 11, 9));
            case.tick(CertificateTick::IssuedRetroactively);
        },
        |case| {
            case.certificate.departed_on = Some(date(2025, 11, 10));
            case.tick(CertificateTick::IssuedRetroactively);
        },
    ),
    (
        OriginCheck::RetroactiveTickMissing,
        FallsBack,
        |case| case.certificate.departed_on = Some(date(2026, 11, 6)),
        |case| case.certificate.departed_on = Some(date(2026, 11, 7)),
    ),
    (
        OriginCheck::IssuerNotListed,
        FallsBack,
        |case| case.certificate.issuer = Some("DFT-OLD".into()),
        |case| case.certificate.issuer = Some("department of foreign trade".into()),
    ),
    (
        OriginCheck::SignatoryNotListed,
        FallsBack,
        |case| case.certificate.signatory = Some("TH-002".into()),
        |case| case.certificate.signatory = None,
    ),
    (OriginCheck::SpecimensNotEntered, Notes, |case| of_malaysia(case), |_| {}),
    (
        OriginCheck::IssuingStateNotMember,
        FallsBack,
        |case| {
            case.certificate.issuing_country = "CN".into();
            case.goods().origin = Some("TH".into());
            case.certificate.exporter = None;
        },
        |case| of_malaysia(case),
    ),
    (
        OriginCheck::IssuingStateIsDestination,
        FallsBack,
        |case| {
            case.certificate.issuing_country = "VN".into();
            case.goods().origin = Some("TH".into());
            case.certificate.exporter = None;
        },
        |case| {
            case.declaration.goods_items[0].origin = Some("VN".into());
            case.certificate.issuing_country = "VN".into();
            case.certificate.exporter = None;
        },
    ),
    (
        OriginCheck::ExporterNotOfIssuingState,
        FallsBack,
        |case| {
            let exporter = case.certificate.exporter.as_mut().unwrap();
            exporter.country = Some("SG".into());
        },
        |case| {
            case.certificate.exporter.as_mut().unwrap().country = Some("SG".into());
            back_to_back(case, &[("TH", date(2026, 10, 1))], "5");
        },
    ),
    (
        OriginCheck::DestinationNotVietNam,
        FallsBack,
        |case| case.certificate.destination = Some("LA".into()),
        |case| case.certificate.destination = None,
    ),
    (
        OriginCheck::PreviousProofMissing,
        FallsBack,
        |case| back_to_back(case, &[], "5"),
        |case| back_to_back(case, &[("TH", date(2026, 10, 1))], "5"),
    ),
    (
        OriginCheck::PreviousProofNotOfMember,
        FallsBack,
        |case| back_to_back(case, &[("CN", date(2026, 10, 1))], "5"),
        |case| back_to_back(case, &[("ID", date(2026, 10, 1))], "5"),
    ),
    (
        OriginCheck::PreviousProofExpired,
        FallsBack,
        |case| back_to_back(case, &[("TH", date(2026, 10, 1)), ("TH", date(2025, 11, 22))], "5"),
        |case| back_to_back(case, &[("TH", date(2026, 10, 1)), ("TH", date(2025, 11, 23))], "5"),
    ),
    (
        // Fifty pieces are four dozen and two.
        OriginCheck::PreviousProofExceeded,
        FallsBack,
        |case| back_to_back(case, &[("TH", date(2026, 10, 1))], "4"),
        |case| back_to_back(case, &[("TH", date(2026, 10, 1)), ("TH", date(2026, 10, 2))], "2.5"),
    ),
    (
        OriginCheck::ExporterNotCertified,
        FallsBack,
        |case| statement(case, |registration| registration.authorised_to = Some(date(2026, 11, 9))),
        |case| statement(case, |_| {}),
    ),
    (
        OriginCheck::SignatoryNotCertified,
        FallsBack,
        |case| statement(case, |registration| registration.signatories = vec!["SOMEONE ELSE".into()]),
        |case| statement(case, |_| {}),
    ),
    (
        OriginCheck::ProductNotRegistered,
        FallsBack,
        |case| statement(case, |registration| registration.products = vec!["84151".into(), "841520".into()]),
        |case| statement(case, |registration| registration.products = vec!["8415.10.20".into()]),
    ),
    (
        OriginCheck::ThirdCountryTickMissing,
        Warns,
        |case| case.declaration.consignor_country = Some("HK".into()),
        |case| third_party(case, Some("SAMPLE SOURCING")),
    ),
    (
        OriginCheck::ThirdCountryIssuerMissing,
        Warns,
        |case| third_party(case, None),
        |case| third_party(case, Some("SAMPLE SOURCING")),
    ),
    (
        OriginCheck::InvoiceDiffers,
        Warns,
        |case| case.certificate.invoices[0].number = "INV-2".into(),
        |case| {
            // Third-country invoicing: either invoice will do, however it is spelt.
            case.certificate.invoices[0].number = "MAKER-7".into();
            case.certificate.invoices.push(CertificateInvoice { number: "inv 1".into(), date: None });
        },
    ),
    (
        OriginCheck::ExhibitionNotNamed,
        Warns,
        |case| case.tick(CertificateTick::Exhibition),
        |case| {
            case.tick(CertificateTick::Exhibition);
            case.certificate.exhibition =
                Some(Exhibition { name: Some("SAMPLE FAIR".into()), address: Some("BANGKOK".into()) });
        },
    ),
    (
        OriginCheck::ExporterDiffers,
        Warns,
        |case| case.certificate.exporter.as_mut().unwrap().name = Some("ANOTHER TRADING HOUSE".into()),
        |case| case.certificate.exporter.as_mut().unwrap().name = Some("SAMPEL LTD".into()),
    ),
    (
        OriginCheck::ConsigneeDiffers,
        Warns,
        |case| case.certificate.consignee.as_mut().unwrap().tax_code = Some("0312345678".into()),
        |case| {
            let consignee = case.certificate.consignee.as_mut().unwrap();
            (consignee.tax_code, consignee.name) = (None, Some("CÔNG TY  MẪU".into()));
        },
    ),
    (
        OriginCheck::TransportMeansDiffers,
        Warns,
        |case| case.certificate.transport_means = Some("OTHER QUEEN".into()),
        |case| case.certificate.transport_means = Some("SAMPLE VOYAGE".into()),
    ),
    (
        OriginCheck::GrossMassDiffers,
        Warns,
        |case| case.goods().gross_mass = Some(number("525.001")),
        |case| case.goods().gross_mass = Some(number("525")),
    ),
    (
        OriginCheck::ItemNotOnProof,
        Refused,
        |case| case.goods().commodity_code = "841610".into(),
        |case| case.goods().commodity_code = "8415.10.90".into(),
    ),
    (
        OriginCheck::HsCodeDiffers,
        Warns,
        |case| case.goods().commodity_code = "841581".into(),
        |case| case.goods().commodity_code = "84151099".into(),
    ),
    (
        OriginCheck::HsEdition,
        Warns,
        |case| case.goods().hs_edition = Some("HS2017".into()),
        |case| case.goods().hs_edition = None,
    ),
    (
        OriginCheck::OriginDiffers,
        Refused,
        |case| case.goods().origin = Some("MY".into()),
        |case| case.goods().origin = Some("TH".into()),
    ),
    (
        OriginCheck::CriterionNotUnderstood,
        FallsBack,
        |case| case.goods().criterion = "CTH or 40%".into(),
        |case| case.goods().criterion = "CTH".into(),
    ),
    (
        OriginCheck::CriterionInconsistent,
        FallsBack,
        |case| case.goods().criterion = "WO + 40%".into(),
        |case| case.goods().criterion = "WO".into(),
    ),
    (
        OriginCheck::RegionalValueTooLow,
        FallsBack,
        |case| case.goods().criterion = "39.99%".into(),
        // Beside another criterion it is the rule of the product that asks for less.
        |case| case.goods().criterion = "CTSH + 35%".into(),
    ),
    (
        OriginCheck::PartialCumulation,
        FallsBack,
        |case| {
            case.goods().criterion = "PC 25%".into();
            case.tick(CertificateTick::PartialCumulation);
        },
        |case| case.goods().criterion = "40%".into(),
    ),
    (
        OriginCheck::PartialCumulationTick,
        FallsBack,
        |case| case.tick(CertificateTick::PartialCumulation),
        |case| {
            // Another item has the criterion that the box is about.
            case.tick(CertificateTick::PartialCumulation);
            let other = CertificateItem { criterion: "PC 25%".into(), ..certified(2, "850110", "5", "PCE") };
            case.certificate.items.push(other);
        },
    ),
    (
        OriginCheck::RegionalValueDiffers,
        Warns,
        |case| costs(case, "RVC 45%", "550.01", "0"),
        |case| costs(case, "RVC 45%", "550", "0"),
    ),
    (
        OriginCheck::DeMinimisExceeded,
        Warns,
        |case| {
            costs(case, "CTH", "500", "100.01");
            case.tick(CertificateTick::DeMinimis);
        },
        |case| {
            costs(case, "CTH", "500", "100");
            case.tick(CertificateTick::DeMinimis);
        },
    ),
    (
        OriginCheck::DeMinimisTickMissing,
        Warns,
        |case| costs(case, "CTH", "500", "100"),
        |case| costs(case, "CTH", "500", "0"),
    ),
    (
        OriginCheck::FobValueMissing,
        Warns,
        |case| {
            of_indonesia(case);
            case.goods().fob_value = None;
        },
        |case| {
            of_indonesia(case);
            case.goods().fob_value = None;
            case.goods().criterion = "CTH".into();
        },
    ),
    (
        OriginCheck::UnitNotConvertible,
        Refused,
        |case| case.goods().unit = "SET".into(),
        |case| {
            case.goods().unit = "TNE".into();
            (case.goods().quantity, case.goods().remaining) = (None, number("0.5"));
            let item = case.item();
            (item.second_quantity, item.second_quantity_unit) = (Some(number("500")), Some("KGM".into()));
        },
    ),
    (
        OriginCheck::QuantityExceeded,
        Refused,
        |case| case.goods().remaining = number("49.99"),
        |case| {
            case.goods().unit = "DZN".into();
            (case.goods().quantity, case.goods().remaining) = (None, number("4.17"));
        },
    ),
    (
        OriginCheck::ProcessingNotDecided,
        Notes,
        |_| {},
        |case| {
            // Another agreement: the rule is not entered for it.
            let item = case.item();
            (item.origin, item.tariff_schedule) = (Some("CN".into()), Some("B05".into()));
            (item.commodity_code, item.certificate_form) = (Some("84818099".into()), Some("E".into()));
            item.other_taxes.clear();
            case.certificate.form = "E".into();
            case.certificate.issuing_country = "CN".into();
            case.certificate.exporter = None;
            case.goods().commodity_code = "848180".into();
            case.declaration.loading_place = Some("CNSHA".into());
        },
    ),
];

fn of_malaysia(case: &mut Case) {
    of_country(case, "MY", "MYPKG");
}

fn of_indonesia(case: &mut Case) {
    of_country(case, "ID", "IDJKT");
}

fn of_country(case: &mut Case, country: &str, port: &str) {
    case.item().origin = Some(country.into());
    case.certificate.issuing_country = country.into();
    case.certificate.exporter.as_mut().unwrap().country = Some(country.into());
    case.declaration.consignor_country = Some(country.into());
    case.declaration.loading_place = Some(port.into());
}

fn notes(decision: &Decision) -> Vec<&str> {
    let preferences = decision.items.iter().filter_map(|item| item.preference.as_ref());
    preferences.flat_map(|preference| &preference.notes).map(|note| note.code.as_str()).collect()
}

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
fn every_check_fires_and_the_nearest_sound_case_passes() {
    for (check, follows, fires, passes) in CASES {
        let code = check.as_str();
        let mut case = sound();
        fires(&mut case);
        let decision = case.decide();
        let said = decision.findings.iter().find(|finding| finding.code == code);
        match follows {
            Notes => assert!(notes(&decision).contains(&code), "{code}: {decision:#?}"),
            _ => {
                let finding = said.unwrap_or_else(|| panic!("{code}: {:#?}", decision.findings));
                let severity = if *follows == Refused { Severity::Error } else { Severity::Warning };
                assert_eq!(finding.severity, severity, "{code}");
                for text in [&finding.message.en, &finding.message.vi, &finding.mend.en, &finding.mend.vi] {
                    assert!(!text.is_empty(), "{code}: {finding:#?}");
                }
                assert!(finding.rule.starts_with(&format!("origin/checks/{code}@")), "{}", finding.rule);
                assert!(!finding.law.is_empty() && finding.field.is_some(), "{finding:#?}");
            }
        }
        match follows {
            Refused => assert_eq!(decision.outcome, Outcome::Rejected, "{code}: {:#?}", decision.gaps),
            FallsBack => {
                assert_eq!(decision.outcome, Outcome::Accepted, "{code}: {:#?}", decision.findings);
                assert_eq!(duty_rate(&decision, 0), "30", "{code}");
                assert!(!standing(&decision, 0).is_given(), "{code}");
                let citation = &decision.items[0].preference.as_ref().unwrap().citation;
                assert!(citation.rule.contains(code), "{code}: {citation:?}");
                assert!(decision.write_offs.is_empty(), "{code}: {:#?}", decision.write_offs);
                assert!(said.unwrap().mend.en.contains("2027-11-23"), "{code}: {:#?}", said);
            }
            Warns | Notes => {
                assert_eq!(decision.outcome, Outcome::Accepted, "{code}: {:#?}", decision.findings);
                assert_eq!(duty_rate(&decision, 0), "0", "{code}");
                assert!(standing(&decision, 0).is_given(), "{code}");
            }
        }
        let mut case = sound();
        passes(&mut case);
        let decision = case.decide();
        assert_eq!(decision.outcome, Outcome::Accepted, "{code}: {:#?} {:#?}", decision.findings, decision.gaps);
        assert!(!codes(&decision).contains(&code) && !notes(&decision).contains(&code), "{code}: {decision:#?}");
        assert_eq!(standing(&decision, 0), Standing::Given, "{code}: {:#?}", decision.findings);
    }
}

#[test]
fn no_check_is_without_a_case() {
    let tried: BTreeSet<OriginCheck> = CASES.iter().map(|(check, ..)| *check).collect();
    let known: BTreeSet<OriginCheck> = OriginCheck::ALL.iter().copied().collect();
    assert_eq!(tried, known);
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

/// The rules with another treatment of a quantity that is exceeded.
fn exceeding(treatment: &str) -> Rulebook {
    rulebook_with(&format!("quantity-{treatment}"), |path, text| {
        if path == "origin/checks.toml" {
            let refuse = "[[certificate_quantity_exceeded]]\ntreatment = \"refuse\"";
            replace(text, refuse, &format!("[[certificate_quantity_exceeded]]\ntreatment = \"{treatment}\""));
        }
    })
}

static FALLING_BACK: LazyLock<Rulebook> = LazyLock::new(|| exceeding("fall_back"));
static WARNING: LazyLock<Rulebook> = LazyLock::new(|| exceeding("warn"));

/// Lines and items of two headings and two units, so that many combinations meet.
fn shared(lines: &[(bool, bool, u32)], items: &[(bool, bool, u32)]) -> Case {
    let mut case = sound();
    let code = |first: bool| if first { "84151020" } else { "84818099" };
    case.declaration.goods_items = lines
        .iter()
        .map(|(first, dozen, quantity)| {
            let unit = if *dozen { "DZN" } else { "PCE" };
            let mut item = with_certificate("D", line(code(*first), "TH", "B04", &quantity.to_string(), unit, "10"));
            // The tariff counts these by the piece, in one of the two quantities.
            item.second_quantity_unit = Some("PCE".into()).filter(|_| *dozen);
            item.second_quantity = item.second_quantity_unit.as_ref().map(|_| Decimal::from(quantity * 12));
            item
        })
        .collect();
    case.declaration = with_lines(case.declaration.clone(), case.declaration.goods_items.clone());
    case.certificate.items = (1..)
        .zip(items)
        .map(|(line, (first, dozen, remaining))| {
            certified(line, &code(*first)[..6], &remaining.to_string(), if *dozen { "DZN" } else { "PCE" })
        })
        .collect();
    case
}

/// What comes of the lines, however they are ordered: by what they are.
type Result = (Outcome, BTreeMap<(String, String), Vec<String>>, BTreeMap<u32, Decimal>);

fn result(case: &Case, rulebook: &Rulebook) -> Result {
    let decision = case.decide_by(rulebook);
    let mut of_goods: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (at, lodged) in case.declaration.goods_items.iter().enumerate() {
        let sequence = u32::try_from(at + 1).unwrap();
        let mut said: Vec<&str> = decision
            .findings
            .iter()
            .filter(|finding| finding.item == Some(sequence))
            .map(|finding| finding.code.as_str())
            .collect();
        said.sort_unstable();
        let standing = decision.items.get(at).and_then(|item| item.preference.as_ref()).map(|given| given.standing);
        let key = (lodged.commodity_code.as_ref().unwrap().to_string(), format!("{:?}", lodged.quantity));
        of_goods.entry(key).or_default().push(format!("{standing:?} {said:?}"));
    }
    for all in of_goods.values_mut() {
        all.sort();
    }
    let mut taken = BTreeMap::new();
    for write_off in &decision.write_offs {
        let Balance::Certificate { line, .. } = &write_off.balance else { panic!("{write_off:#?}") };
        *taken.entry(*line).or_insert(Decimal::ZERO) += write_off.amount;
    }
    (decision.outcome, of_goods, taken)
}

#[test]
fn lines_in_short_supply_are_told_apart() {
    // Forty pieces of one heading and two dozen of the other; three lines of 20, 30 and a dozen.
    let case =
        shared(&[(true, false, 20), (true, false, 30), (false, true, 1)], &[(true, false, 40), (false, true, 2)]);
    let taken = |rulebook| {
        let (outcome, of_goods, taken) = result(&case, rulebook);
        assert_eq!(outcome, Outcome::Accepted, "{of_goods:#?}");
        taken
    };
    // The smaller line is served first; the other falls back, or takes what is left.
    assert_eq!(taken(&FALLING_BACK), BTreeMap::from([(1, number("20")), (2, number("1"))]));
    assert_eq!(taken(&WARNING), BTreeMap::from([(1, number("40")), (2, number("1"))]));
    assert_eq!(result(&case, &RULEBOOK).0, Outcome::Rejected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_used_twice_and_the_order_of_lines_does_not_matter(
        lines in prop::collection::vec((any::<bool>(), any::<bool>(), 1_u32..30), 1..6),
        items in prop::collection::vec((any::<bool>(), any::<bool>(), 0_u32..60), 1..5),
        seed in any::<u64>(),
    ) {
        let mut shuffled = lines.clone();
        // A permutation by the seed.
        for at in (1..shuffled.len()).rev() {
            let other = usize::try_from((seed >> (at * 8)) % (at as u64 + 1)).unwrap();
            shuffled.swap(at, other);
        }
        for rulebook in [&*RULEBOOK, &*FALLING_BACK, &*WARNING] {
            let case = shared(&lines, &items);
            let (outcome, of_goods, taken) = result(&case, rulebook);
            for item in &case.certificate.items {
                let used = taken.get(&item.line).copied().unwrap_or_default();
                prop_assert!(used <= item.remaining, "item {}: {used} of {}", item.line, item.remaining);
            }
            // A line is refused for want of its goods or of their quantity, and for nothing else.
            let all_goods = lines.iter().all(|(first, ..)| items.iter().any(|(of, ..)| of == first));
            if all_goods && !std::ptr::eq(rulebook, &*RULEBOOK) {
                prop_assert_eq!(outcome, Outcome::Accepted, "{:?}", of_goods);
            } else if !all_goods {
                prop_assert_eq!(outcome, Outcome::Rejected);
            }
            prop_assert_eq!((outcome, of_goods, taken), result(&shared(&shuffled, &items), rulebook));
        }
    }
}
