//! Every check with what follows from it, a change of the sound case that fires it, and the nearest one that does not.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use rulebook::OriginCheck;
use vocabulary::{
    CertificateInvoice, CertificateItem, CertificateParty, CertificateTick, CertifiedExporter, Decision, Exhibition,
    OriginDeclaration, Outcome, PreviousProof, PreviousQuantity, Severity, Standing,
};

use crate::support::number;
use crate::{Case, Change, certified, codes, costs, duty_rate, sound, standing};

/// What follows from a check that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    Refused,
    FallsBack,
    Warns,
    Notes,
}

use Follows::{FallsBack, Notes, Refused, Warns};

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
