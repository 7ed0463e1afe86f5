//! Proofs of origin: for every check a case that fires it and the nearest one that does not, what follows for the rate,
//! and what is used up.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

#[path = "../support/mod.rs"]
mod support;

mod checks;
mod proofs;
mod short_supply;

use jiff::civil::{Date, date};
use rulebook::Rulebook;
use vocabulary::{
    CertificateInvoice, CertificateItem, CertificateParty, CertificateTick, Decision, Declaration, Facts, GoodsItem,
    OriginCertificate, ProductionCosts, Standing,
};

use support::{DAY, RULEBOOK, decide_by, import, line, number, with_certificate, with_lines, with_taxes};

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

type Change = fn(&mut Case);

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
