//! Declarations that do not exist: varied, most of them sound, some faulty, some lodged twice.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rulebook::{
    CodeList, EnvironmentalProtection, ExportDuty, MfnRelation, Preferential, Rulebook, RulesInForce,
    SpecialConsumption, TaxEffect, VatOnLine,
};
use rust_decimal::Decimal;
use vocabulary::declaration::{Adjustment, AdjustmentReference, Bill, Container, OtherTax};
use vocabulary::{Declaration, Direction, DutyType, GoodsItem, TraderFacts};

use crate::traders::traders;

/// How many enterprises lodge.
const TRADERS: u32 = 120;

/// What a made-up message is meant to meet with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// A declaration without mistakes. An officer or a closed tax code may still stop it.
    Sound,
    /// A declaration with one to three mistakes.
    Faulty,
    /// The very bytes of an earlier message.
    Repeated,
    /// An earlier reference and version with other content.
    Contradicting,
    /// The next version of a reference, mended.
    Mended,
    /// No declaration at all.
    Unreadable,
}

/// A message to be lodged.
#[derive(Debug, Clone)]
pub struct Lodged {
    /// The declarant's tax code, which is the message's key.
    pub tax_code: String,
    pub event_id: String,
    pub document: Vec<u8>,
    /// What it is meant to meet with.
    pub intent: Intent,
}

/// An endless stream of messages that hangs on a seed, the rulebook and a day.
pub struct Workload {
    rng: ChaCha12Rng,
    seed: u64,
    rulebook: Arc<Rulebook>,
    on: Date,
    traders: Vec<TraderFacts>,
    goods: Goods,
    count: u64,
    /// Sound declarations that may be repeated, contradicted or, after a mistake, mended.
    recent: VecDeque<(Declaration, Vec<u8>, Intent)>,
}

/// Tariff lines that made-up goods are drawn from, by what is special about them.
struct Goods {
    plain: Vec<String>,
    dutiable_at_export: Vec<String>,
    vat_by_goods: Vec<String>,
    special_consumption: Vec<String>,
}

impl Workload {
    /// The stream of a seed, with goods of the rulebook's tariff on a day.
    pub fn new(seed: u64, rulebook: Arc<Rulebook>, on: Date) -> Self {
        let goods = Goods::new(&rulebook.in_force_on(on));
        Self {
            rng: ChaCha12Rng::seed_from_u64(seed),
            seed,
            rulebook,
            on,
            traders: traders(TRADERS),
            goods,
            count: 0,
            recent: VecDeque::new(),
        }
    }

    /// The enterprises that lodge, as customs knows them.
    pub fn traders(&self) -> &[TraderFacts] {
        &self.traders
    }

    /// A sound declaration with so many goods items, or a random number of them.
    pub fn declaration(&mut self, items: Option<usize>) -> Declaration {
        let rulebook = self.rulebook.clone();
        let rules = rulebook.in_force_on(self.on);
        let direction = if self.chance(62) { Direction::Import } else { Direction::Export };
        let trader = self.traders[self.rng.random_range(0..self.traders.len())].tax_code.clone();
        let items = items.unwrap_or_else(|| match self.rng.random_range(0..20) {
            0..=7 => 1,
            8..=13 => self.rng.random_range(2..=4),
            14..=18 => self.rng.random_range(5..=12),
            _ => self.rng.random_range(13..=50),
        });
        match direction {
            Direction::Import => self.import(&trader, items, &rules),
            Direction::Export => self.export(&trader, items, &rules),
        }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn pick<'s>(&mut self, from: &[&'s str]) -> &'s str {
        from.choose(&mut self.rng).copied().unwrap_or_default()
    }

    /// An amount between two bounds, with two decimals.
    fn amount(&mut self, from: i64, to: i64) -> Decimal {
        Decimal::new(self.rng.random_range(from * 100..=to * 100), 2).normalize()
    }

    fn common(&mut self, trader: &str, direction: Direction) -> Declaration {
        let n = self.count;
        let mut declaration = Declaration {
            function: Some("9".into()),
            reference: Some(format!("TQ{:04}-{n:08}", self.seed % 10_000).into()),
            version: Some(1),
            direction: Some(if direction == Direction::Import { "IM" } else { "EX" }.into()),
            stage: Some("both".into()),
            transport_mode: Some("2".into()),
            customs_office: Some(self.pick(&["01PR", "01B1", "03CC", "03EE", "18A3", "18BC", "02CI", "51CI"]).into()),
            customs_subsection: Some("00".into()),
            package_quantity: Some(self.rng.random_range(1..900)),
            package_unit: Some(self.pick(&["CT", "PK", "BX"]).into()),
            gross_mass: Some(self.amount(20, 18_000)),
            gross_mass_unit: Some("KGM".into()),
            invoice_class: Some("A".into()),
            invoice_number: Some(format!("INV-{n:07}").into()),
            invoice_date: Some(self.on.saturating_sub(self.rng.random_range(3..40).days())),
            payment_terms: Some(self.pick(&["TTR", "LC", "DP"]).into()),
            price_kind: Some("A".into()),
            invoice_currency: Some(self.pick(&["USD", "USD", "USD", "EUR", "JPY", "CNY"]).into()),
            taxpayer: Some("1".into()),
            due_date_code: Some("D".into()),
            internal_number: Some(format!("N{n}").into()),
            ..Declaration::default()
        };
        if self.chance(25) {
            declaration.transport_mode = Some("1".into());
            declaration.transport_means_name = Some("VN0417/20NOV".into());
        } else {
            declaration.transport_means_code = Some("9999".into());
            declaration.transport_means_name = Some("HAI PHONG VOYAGER".into());
        }
        match direction {
            Direction::Import => {
                declaration.party_class = Some("4".into());
                declaration.importer_code = Some(trader.into());
                declaration.importer_name = Some("Công ty TNHH Mẫu".into());
                declaration.importer_address = Some("Khu công nghiệp Khai Quang, Phú Thọ".into());
                declaration.consignor_name = Some("SAMPLE SUPPLIER LTD".into());
                declaration.consignor_address_1 = Some("1 SAMPLE ROAD".into());
                declaration.arrival_date = Some(self.on.saturating_sub(self.rng.random_range(0..5).days()));
                declaration.valuation_method = Some("6".into());
                declaration.bills.push(Bill { number: Some(format!("SMPL{n:09}").into()) });
                declaration.unloading_place = Some("VNHPH".into());
            }
            Direction::Export => {
                declaration.exporter_code = Some(trader.into());
                declaration.exporter_name = Some("Công ty TNHH Mẫu".into());
                declaration.exporter_address = Some("Khu công nghiệp Khai Quang, Phú Thọ".into());
                declaration.consignee_name = Some("SAMPLE BUYER INC".into());
                declaration.consignee_address_1 = Some("2 SAMPLE STREET".into());
                declaration.departure_date = Some(self.on.saturating_add(self.rng.random_range(0..5).days()));
                declaration.loading_place = Some("VNHPH".into());
            }
        }
        declaration
    }

    fn import(&mut self, trader: &str, items: usize, rules: &RulesInForce<'_>) -> Declaration {
        let mut declaration = self.common(trader, Direction::Import);
        let kind = self.pick(&["A11", "A11", "A12", "A12", "E31", "E21", "E11", "G11"]);
        declaration.kind = Some(kind.into());
        if kind == "G11" {
            declaration.temporary_limit_date = Some(self.on.saturating_add(180.days()));
        }
        let origin = self.pick(&["CN", "CN", "KR", "JP", "TH", "MY", "US", "DE", "AU", "SG"]);
        declaration.consignor_country = Some(origin.into());
        declaration.loading_place = Some(loading_place(origin).into());
        if declaration.transport_mode.as_deref() == Some("2") {
            declaration.container_count = Some(self.rng.random_range(1..6));
        }
        let terms = self.pick(&["CIF", "CIF", "FOB", "EXW", "CFR", "DAP"]);
        declaration.terms_of_delivery = Some(terms.into());
        let currency = declaration.invoice_currency.clone();
        if matches!(terms, "FOB" | "EXW") {
            declaration.freight_class = Some("A".into());
            declaration.freight_currency.clone_from(&currency);
            declaration.freight_amount = Some(self.amount(100, 3_000));
        }
        if matches!(terms, "FOB" | "EXW" | "CFR") {
            if self.chance(50) {
                declaration.insurance_class = Some("A".into());
                declaration.insurance_currency.clone_from(&currency);
                declaration.insurance_amount = Some(self.amount(10, 400));
            } else {
                declaration.insurance_class = Some("D".into());
            }
        }
        for sequence in 1..=items {
            let item = self.import_item(sequence, origin, kind, rules);
            declaration.goods_items.push(item);
        }
        if self.chance(8) {
            declaration.adjustments.push(Adjustment {
                title: Some("A".into()),
                class: Some("AD".into()),
                currency,
                amount: Some(self.amount(5, 90)),
                allocation_total: None,
            });
            for item in &mut declaration.goods_items {
                item.adjustment_references.push(AdjustmentReference { number: Some(1) });
            }
        }
        total(&mut declaration);
        declaration
    }

    fn import_item(&mut self, sequence: usize, origin: &str, kind: &str, rules: &RulesInForce<'_>) -> GoodsItem {
        let from = match self.rng.random_range(0..100) {
            0..=84 => &self.goods.plain,
            85..=96 => &self.goods.vat_by_goods,
            _ => &self.goods.special_consumption,
        };
        let code = from.choose(&mut self.rng).or(self.goods.plain.first()).cloned().unwrap_or_default();
        let mut item = self.item(sequence, &code, rules);
        item.origin = Some(origin.into());
        item.tariff_schedule = Some("B01".into());
        let Some(line) = rules.commodity(&code) else {
            return item;
        };
        if let VatOnLine::DependsOnGoods { permitted, .. } = line.vat() {
            let vat = rules
                .taxes()
                .codes(DutyType::Vat)
                .into_iter()
                .find(|code| matches!(code.effect(), TaxEffect::Rate(rate) if permitted.contains(rate)));
            if let Some(vat) = vat {
                item.other_taxes.push(OtherTax { code: Some(vat.code().into()), ..OtherTax::default() });
            }
        }
        if kind != "E11" {
            self.declare_remedies(&mut item, &code, origin, kind, rules);
        }
        match kind {
            "E31" | "E21" => relieve(&mut item, "XN210", "VK120"),
            "E11" => {
                item.tariff_schedule = Some("B30".into());
                relieve(&mut item, "XNK32", "VK130");
            }
            "G11" => relieve(&mut item, "XN012", "VK110"),
            _ if self.chance(35) => self.claim_preference(&mut item, origin, &line, rules),
            _ => {}
        }
        item
    }

    /// Says of goods under a trade remedy which rate they bear, that they are exempt, or that they are others.
    fn declare_remedies(
        &mut self,
        item: &mut GoodsItem,
        code: &str,
        origin: &str,
        kind: &str,
        rules: &RulesInForce<'_>,
    ) {
        let mut codes: Vec<OtherTax> = Vec::new();
        let mut taxes: Vec<DutyType> = Vec::new();
        for remedy in rules.remedies().on_goods(code) {
            if taxes.contains(&remedy.tax()) {
                continue;
            }
            taxes.push(remedy.tax());
            let rates = if remedy.covers_origin(origin) { remedy.rates(origin) } else { Vec::new() };
            let rate = rates.first().filter(|_| self.chance(70)).map(|rate| rate.code);
            let relieved = |exempt: bool| {
                rules.taxes().codes(remedy.tax()).into_iter().find(|code| match code.effect() {
                    TaxEffect::Exempt => exempt,
                    TaxEffect::NotSubject => !exempt,
                    _ => false,
                })
            };
            let exempt = matches!(kind, "E31" | "E21" | "G11") && !rates.is_empty();
            let chosen = rate.filter(|_| !exempt).or_else(|| relieved(exempt));
            codes.extend(chosen.map(|code| OtherTax { code: Some(code.code().into()), ..OtherTax::default() }));
        }
        // Additional duties come before the other taxes.
        codes.append(&mut item.other_taxes);
        item.other_taxes = codes;
    }

    /// Claims an agreement that gives the line a rate, with its certificate, or with the promise of one.
    fn claim_preference(
        &mut self,
        item: &mut GoodsItem,
        origin: &str,
        line: &rulebook::TariffLine<'_>,
        rules: &RulesInForce<'_>,
    ) {
        let agreement = rules.agreements().find(|agreement| {
            matches!(line.preferential(agreement.id(), origin), Preferential::Rate(_))
                && rules.lists().schedules_of(agreement.id()).next().is_some()
                && rules.lists().certificates_of(agreement.id()).next().is_some()
        });
        let Some(agreement) = agreement else { return };
        let Some(schedule) = rules.lists().schedules_of(agreement.id()).next() else {
            return;
        };
        let Some(form) = rules.lists().certificates_of(agreement.id()).next() else {
            return;
        };
        item.tariff_schedule = Some(schedule.code().into());
        if self.chance(10) {
            item.certificate_late = Some("true".into());
        } else {
            item.certificate_form = Some(form.code().into());
            item.certificate_number = Some(format!("{origin}VN26{:07}", self.rng.random_range(0..10_000_000)).into());
            item.certificate_date = Some(self.on.saturating_sub(self.rng.random_range(3..60).days()));
        }
    }

    fn export(&mut self, trader: &str, items: usize, rules: &RulesInForce<'_>) -> Declaration {
        let mut declaration = self.common(trader, Direction::Export);
        declaration.kind = Some(self.pick(&["B11", "B11", "B11", "E62", "E52", "E42"]).into());
        declaration.terms_of_delivery = Some("FOB".into());
        let destination = self.pick(&["CN", "US", "JP", "KR", "DE", "TH"]);
        declaration.consignee_country = Some(destination.into());
        declaration.final_destination = Some(loading_place(destination).into());
        if declaration.transport_mode.as_deref() == Some("2") {
            declaration.containers.push(Container { number: Some("SMPU1234565".into()) });
        }
        for sequence in 1..=items {
            let dutiable = self.chance(8) && !self.goods.dutiable_at_export.is_empty();
            let from = if dutiable { &self.goods.dutiable_at_export } else { &self.goods.plain };
            let code = from.choose(&mut self.rng).cloned().unwrap_or_default();
            let item = self.item(sequence, &code, rules);
            declaration.goods_items.push(item);
        }
        total(&mut declaration);
        declaration
    }

    fn item(&mut self, sequence: usize, code: &str, rules: &RulesInForce<'_>) -> GoodsItem {
        let quantity = Decimal::from(self.rng.random_range(1..5_000));
        let unit_price = self.amount(1, 250);
        let unit = rules
            .commodity(code)
            .and_then(|line| line.units().next().and_then(|unit| unit.codes.first().map(ToString::to_string)))
            .unwrap_or_else(|| "KGM".to_owned());
        GoodsItem {
            sequence: u64::try_from(sequence).ok(),
            commodity_code: Some(code.into()),
            goods_description: Some(format!("MP{sequence:03}#&Hàng mẫu dòng {sequence}, mới 100%").into()),
            quantity: Some(quantity),
            quantity_unit: Some(unit.as_str().into()),
            invoice_value: Some((quantity * unit_price).normalize()),
            unit_price: Some(unit_price),
            unit_price_currency: None,
            unit_price_unit: Some(unit.as_str().into()),
            ..GoodsItem::default()
        }
    }

    /// Puts one to three mistakes into a declaration.
    fn spoil(&mut self, declaration: &mut Declaration) {
        for _ in 0..self.rng.random_range(1..=3) {
            let at = self.rng.random_range(0..declaration.goods_items.len().max(1));
            match self.rng.random_range(0..10) {
                0 => declaration.kind = Some("Z99".into()),
                1 => declaration.customs_office = Some("99ZZ".into()),
                2 => declaration.terms_of_delivery = None,
                3 => declaration.branch_total = Some(3),
                4 => declaration.invoice_currency = Some("XXQ".into()),
                5 => declaration.package_unit = None,
                mistake => {
                    let Some(item) = declaration.goods_items.get_mut(at) else {
                        continue;
                    };
                    match mistake {
                        6 => item.commodity_code = Some("99999999".into()),
                        7 => item.invoice_value = item.invoice_value.map(|value| value + Decimal::TEN),
                        8 => item.quantity_unit = Some("CAR".into()),
                        _ => item.other_taxes.push(OtherTax { code: Some("VB999".into()), ..OtherTax::default() }),
                    }
                }
            }
        }
    }

    fn remember(&mut self, declaration: Declaration, document: Vec<u8>, intent: Intent) {
        self.recent.push_back((declaration, document, intent));
        if self.recent.len() > 64 {
            self.recent.pop_front();
        }
    }

    fn lodged(&self, declaration: &Declaration, document: Vec<u8>, intent: Intent) -> Lodged {
        Lodged {
            tax_code: declaration.declarant().unwrap_or_default().to_owned(),
            event_id: format!("lodged-{}-{}", self.seed, self.count),
            document,
            intent,
        }
    }

    fn again(&mut self, intent: Intent) -> Option<Lodged> {
        let wanted = if intent == Intent::Mended { Intent::Faulty } else { Intent::Sound };
        let candidates: Vec<usize> = (0..self.recent.len()).filter(|at| self.recent[*at].2 == wanted).collect();
        let at = *candidates.choose(&mut self.rng)?;
        let (mut declaration, document, _) = self.recent[at].clone();
        match intent {
            Intent::Repeated => Some(self.lodged(&declaration, document, intent)),
            Intent::Contradicting => {
                declaration.package_quantity = declaration.package_quantity.map(|quantity| quantity + 1);
                let document = message::write_declaration(&declaration).into_bytes();
                Some(self.lodged(&declaration, document, intent))
            }
            _ => {
                self.recent.remove(at);
                let mut mended = self.declaration(None);
                mended.reference = declaration.reference.clone();
                mended.version = Some(2);
                // A reference belongs to its enterprise.
                set_declarant(&mut mended, &declaration);
                let document = message::write_declaration(&mended).into_bytes();
                Some(self.lodged(&mended, document, intent))
            }
        }
    }
}

impl Iterator for Workload {
    type Item = Lodged;

    fn next(&mut self) -> Option<Lodged> {
        self.count += 1;
        let repeated = match self.rng.random_range(0..100) {
            0..=2 => self.again(Intent::Repeated),
            3 => self.again(Intent::Contradicting),
            4..=5 => self.again(Intent::Mended),
            _ => None,
        };
        if let Some(lodged) = repeated {
            return Some(lodged);
        }
        let mut declaration = self.declaration(None);
        let (intent, document) = match self.rng.random_range(0..100) {
            0 => {
                let document = message::write_declaration(&declaration).into_bytes();
                let cut = document.len() / 2;
                return Some(self.lodged(&declaration, document[..cut].to_vec(), Intent::Unreadable));
            }
            1..=9 => {
                self.spoil(&mut declaration);
                (Intent::Faulty, message::write_declaration(&declaration).into_bytes())
            }
            _ => (Intent::Sound, message::write_declaration(&declaration).into_bytes()),
        };
        let lodged = self.lodged(&declaration, document.clone(), intent);
        self.remember(declaration, document, intent);
        Some(lodged)
    }
}

impl Goods {
    fn new(rules: &RulesInForce<'_>) -> Self {
        let mut goods = Self {
            plain: Vec::new(),
            dutiable_at_export: Vec::new(),
            vat_by_goods: Vec::new(),
            special_consumption: Vec::new(),
        };
        for code in rules.tariff().lines_under("") {
            let code = code.to_string();
            let Some(line) = rules.commodity(&code) else { continue };
            if line.mfn().is_err() || line.units().next().is_none() {
                continue;
            }
            // A sound declaration of such goods would have to name a permit.
            if rules.conditional().permit_needed(&code, Direction::Import)
                || rules.conditional().permit_needed(&code, Direction::Export)
            {
                continue;
            }
            if !matches!(line.environmental(), EnvironmentalProtection::No(_)) {
                continue;
            }
            match (line.special_consumption(), line.vat()) {
                (SpecialConsumption::NotSubject(_), VatOnLine::Rate(_)) => {
                    if matches!(line.export_duty(), ExportDuty::Rate(rate) if !rate.value.is_zero()) {
                        goods.dutiable_at_export.push(code.clone());
                    }
                    if !matches!(line.export_duty(), ExportDuty::Gap(_)) {
                        goods.plain.push(code);
                    }
                }
                (SpecialConsumption::NotSubject(_), VatOnLine::DependsOnGoods { .. }) => goods.vat_by_goods.push(code),
                (SpecialConsumption::Rate(_), VatOnLine::Rate(_)) => goods.special_consumption.push(code),
                _ => {}
            }
        }
        debug_assert!(matches!(rules.tariff().mfn_relation("CN"), MfnRelation::Yes(_)));
        debug_assert!(rules.code(CodeList::Countries, "CN").is_some());
        goods
    }
}

/// The codes by which a line of export production or of a non-tariff zone is relieved.
fn relieve(item: &mut GoodsItem, duty: &str, vat: &str) {
    item.exemption_code = Some(duty.into());
    // VAT is the last of the other taxes, after additional duties.
    match item.other_taxes.last_mut().filter(|tax| tax.code.as_deref().is_some_and(|code| code.starts_with('V'))) {
        Some(tax) => tax.exemption_code = Some(vat.into()),
        None => item.other_taxes.push(OtherTax { code: Some(vat.into()), ..OtherTax::default() }),
    }
}

fn set_declarant(declaration: &mut Declaration, of: &Declaration) {
    let declarant = of.declarant().unwrap_or_default();
    match declaration.direction() {
        Some(Direction::Export) => declaration.exporter_code = Some(declarant.into()),
        _ => declaration.importer_code = Some(declarant.into()),
    }
}

fn loading_place(country: &str) -> &'static str {
    match country {
        "CN" => "CNSHA",
        "KR" => "KRPUS",
        "JP" => "JPTYO",
        "TH" => "THBKK",
        "MY" => "MYPKG",
        "US" => "USLAX",
        "DE" => "DEHAM",
        "AU" => "AUSYD",
        _ => "SGSIN",
    }
}

/// Sets the invoice's amount to the sum of its lines, and the currency of each line's price.
fn total(declaration: &mut Declaration) {
    let currency = declaration.invoice_currency.clone();
    let mut sum = Decimal::ZERO;
    for item in &mut declaration.goods_items {
        item.unit_price_currency.clone_from(&currency);
        sum += item.invoice_value.unwrap_or_default();
    }
    declaration.invoice_amount = Some(sum.normalize());
}
