//! What stands at the head of a wild declaration: parties, papers, carriage, terms and charges.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rand::RngExt as _;
use rulebook::{CodeList, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::declaration::{Bill, Container};
use vocabulary::{Declaration, Direction};

use super::{PARTNERS, Wild, scale};

impl Wild<'_> {
    pub(super) fn header(&mut self, direction: Direction, day: Date, rules: &RulesInForce<'_>) -> Declaration {
        let n = self.count;
        let kind = self.kind(direction, rules);
        let offices: Vec<&str> = rules.codes(CodeList::CustomsOffices).map(|office| office.code()).collect();
        let mode = self.pick(&["1", "2", "2", "3", "4", "5", "6"]);
        let currencies = ["USD", "USD", "EUR", "JPY", "CNY", "KRW", "GBP", "AUD", "SGD", "THB", "CHF", "VND", "NZD"];
        let mut declaration = Declaration {
            function: Some("9".into()),
            reference: Some(format!("WILD-{n}").into()),
            version: Some(1),
            direction: Some(if direction == Direction::Import { "IM" } else { "EX" }.into()),
            stage: Some("both".into()),
            transport_mode: Some(mode.into()),
            transport_means_code: matches!(mode, "2" | "3").then(|| "9999".into()),
            transport_means_name: Some("WILD GOOSE".into()),
            customs_office: Some(self.pick(&offices).into()),
            customs_subsection: Some("00".into()),
            package_quantity: Some(self.rng.random_range(1..99_999_999)),
            package_unit: Some("CT".into()),
            gross_mass: Some(Decimal::new(self.rng.random_range(1..999_999_999), 3)),
            gross_mass_unit: Some(self.pick(&["KGM", "TNE", "LBR"]).into()),
            invoice_class: Some("A".into()),
            invoice_number: Some(format!("INV-{n}").into()),
            invoice_date: Some(day.saturating_sub(20.days())),
            payment_terms: Some("TTR".into()),
            price_kind: Some(if self.chance(20) { "B" } else { "A" }.into()),
            invoice_currency: Some(self.pick(&currencies).into()),
            taxpayer: Some("1".into()),
            due_date_code: Some("D".into()),
            kind: Some(kind.into()),
            ..Declaration::default()
        };
        if self.chance(10) {
            declaration.invoice_currency = Some("ISK".into());
        }
        if self.chance(60) {
            declaration.cargo_class = Some(self.pick(&["A", "A", "F", "F", "E", "J"]).into());
        }
        if matches!(kind, "G11" | "G12" | "G13" | "G14" | "G61") {
            declaration.temporary_limit_date = Some(day.saturating_add(120.days()));
        }
        if matches!(kind, "A31" | "B13") && self.chance(900) {
            declaration.notes = Some("To khai cu 305254403660, hop dong 12/2026".into());
        }
        let country = self.country();
        match direction {
            Direction::Import => {
                declaration.party_class = Some(self.pick(&["2", "3", "4", "4", "4"]).into());
                declaration.importer_code = Some(self.tax_code.as_str().into());
                declaration.importer_name = Some("Công ty Hoang Dã".into());
                declaration.importer_address = Some("Phú Thọ".into());
                declaration.consignor_name = Some("WILD SUPPLIER".into());
                declaration.consignor_address_1 = Some("1 WILD ROAD".into());
                declaration.consignor_country = Some(country.into());
                declaration.arrival_date = Some(day.saturating_sub(1.days()));
                declaration.bills.push(Bill { number: Some(format!("WILD{n}").into()) });
                declaration.unloading_place = Some("VNHPH".into());
                declaration.loading_place = Some(format!("{country}ZZZ").into());
                if mode == "2" {
                    declaration.container_count = Some(1);
                }
                self.carriage(&mut declaration, rules);
            }
            Direction::Export => {
                declaration.exporter_code = Some(self.tax_code.as_str().into());
                declaration.exporter_name = Some("Công ty Hoang Dã".into());
                declaration.exporter_address = Some("Phú Thọ".into());
                declaration.consignee_name = Some("WILD BUYER".into());
                declaration.consignee_address_1 = Some("2 WILD STREET".into());
                declaration.consignee_country = Some(country.into());
                declaration.departure_date = Some(day.saturating_add(2.days()));
                declaration.loading_place = Some("VNHPH".into());
                declaration.final_destination = Some(format!("{country}ZZZ").into());
                if mode == "2" {
                    declaration.containers.push(Container { number: Some("WILU1234565".into()) });
                }
                let terms = self.pick(&["FOB", "FOB", "DAP", "DAF", "FCA", "FAS", "EXW", "CIF", "CFR", "DDP"]);
                declaration.terms_of_delivery = Some(terms.into());
            }
        }
        declaration
    }

    fn kind<'k>(&mut self, direction: Direction, rules: &RulesInForce<'k>) -> &'k str {
        let kinds: Vec<&str> = rules
            .codes(CodeList::DeclarationKinds)
            .map(|kind| kind.code())
            .filter(|code| *code != "PAY")
            .filter(|code| rules.declaration_kind(code).is_some_and(|kind| kind.value.direction == direction))
            .collect();
        let usual = match direction {
            Direction::Import => ["A11", "A12"],
            Direction::Export => ["B11", "E62"],
        };
        let from: Vec<&str> = kinds.iter().copied().filter(|code| usual.contains(code)).collect();
        if self.chance(500) { self.pick(&from) } else { self.pick(&kinds) }
    }

    /// A country: a partner of an agreement more often than any other.
    pub(super) fn country(&mut self) -> &'static str {
        const OTHERS: [&str; 10] = ["KP", "IQ", "AD", "ET", "BY", "IR", "SD", "GL", "ZA", "TR"];
        if self.chance(850) { self.pick(&PARTNERS) } else { self.pick(&OTHERS) }
    }

    /// Terms of delivery of an import, with the freight and insurance that go with them.
    fn carriage(&mut self, declaration: &mut Declaration, rules: &RulesInForce<'_>) {
        let all: Vec<&str> = rules.codes(CodeList::Incoterms).map(|terms| terms.code()).collect();
        let terms = self.pick(&all);
        declaration.terms_of_delivery = Some(terms.into());
        declaration.valuation_method = Some(self.pick(&["6", "6", "6", "6", "6", "6", "7", "7"]).into());
        if self.chance(70) {
            declaration.valuation_method = Some(self.pick(&["1", "2", "3", "4", "8", "9", "T"]).into());
        }
        let Some(holds) = rules.lists().incoterm(terms).map(|cited| cited.value) else { return };
        let extra = holds.includes_freight && self.chance(80);
        if self.chance(15) {
            // Freight by weight or volume: its amount is in the values by hand alone.
            declaration.freight_class = Some("D".into());
        } else if !holds.includes_freight || extra {
            declaration.freight_class =
                Some(if extra { self.pick(&["E", "F"]) } else { self.pick(&["A", "A", "B", "C"]) }.into());
            let (currency, amount) = self.charge();
            declaration.freight_currency = Some(currency.into());
            declaration.freight_amount = Some(amount);
        }
        let may_be_entered = holds.insurance_may_be_entered;
        match self.rng.random_range(0..10) {
            0..=4 if may_be_entered => {
                let (currency, amount) = self.charge();
                declaration.insurance_class = Some("A".into());
                declaration.insurance_currency = Some(currency.into());
                declaration.insurance_amount = Some(amount);
            }
            5..=7 if may_be_entered => declaration.insurance_class = Some("D".into()),
            _ => {}
        }
    }

    /// An amount beside the price, in any currency.
    pub(super) fn charge(&mut self) -> (&'static str, Decimal) {
        let currency = self.pick(&["USD", "USD", "EUR", "JPY", "VND", "CNY", "HKD", "TWD", "MYR", "INR", "CAD"]);
        let digits = self.rng.random_range(1..7);
        (currency, self.amount(digits, scale(currency)))
    }
}
