//! Wild declarations: any line of the tariff, any origin, schedule, code, currency, terms and size, most of them sound.
//!
//! [`Workload`](crate::Workload) lodges what enterprises would; this one goes where nobody has been. It walks through all
//! lines of the tariff in turn, so that a long enough run has every one of them, and prefers the days on which a rule
//! changes and the days before them. About one declaration in ten holds a mistake.

mod values;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rulebook::{
    CodeList, EnvironmentalProtection, Fit, MfnRelation, Preferential, Rulebook, RulesInForce, SpecialConsumption,
    SpecificKind, SpecificRate, TariffLine, TaxCode, TaxEffect, TradeRemedy, Treatment, VatOnLine,
};
use rust_decimal::Decimal;
use vocabulary::declaration::{Bill, Container, OtherTax, Permit};
use vocabulary::{
    BalanceLine, Declaration, Direction, DutyType, Entitlement, ExemptionList, Facts, GoodsItem, Guarantee,
    TaxCodeStatus, TemporaryDeclaration, TraderFacts,
};

use crate::traders::tax_code;

/// The first days of dated changes in the rules: decrees, fuels, the merge of offices, the end of the year. The day
/// before each is drawn as often.
pub const CHANGES: [Date; 11] = [
    date(2026, 2, 3),
    date(2026, 2, 12),
    date(2026, 3, 9),
    date(2026, 4, 1),
    date(2026, 4, 16),
    date(2026, 5, 5),
    date(2026, 7, 1),
    date(2026, 7, 23),
    date(2026, 9, 1),
    date(2026, 10, 1),
    date(2027, 1, 1),
];

/// Countries that Viet Nam has agreements with, and the greatest of the others.
const PARTNERS: [&str; 32] = [
    "CN", "KR", "JP", "TH", "MY", "SG", "ID", "KH", "LA", "MM", "PH", "BN", "AU", "NZ", "IN", "CL", "HK", "DE", "FR",
    "IT", "NL", "GB", "CA", "MX", "PE", "RU", "IL", "AE", "CU", "US", "BR", "VN",
];

/// A declaration with what is known besides, and the day of its registration.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// What is lodged.
    pub declaration: Declaration,
    /// What is known of its declarant, and of the balances that it draws on.
    pub facts: Facts,
    /// When it is registered.
    pub day: Date,
}

/// An endless stream of specimens that hangs on a seed and the rulebook.
pub struct Wild<'r> {
    rng: ChaCha12Rng,
    rulebook: &'r Rulebook,
    lines: Vec<String>,
    /// Lines on which something besides duty and VAT hangs: they are drawn more often than their turn.
    special: Vec<String>,
    /// Lines of agreements that cover few: an agreement of two dozen lines would hardly ever be met by chance.
    covered_by_few: Vec<(Vec<String>, &'static str)>,
    tax_code: String,
    turn: usize,
    count: u64,
}

impl<'r> Wild<'r> {
    /// The stream of a seed. It begins its walk through the tariff at a share of it: several streams with different
    /// shares of `of` cover it sooner.
    pub fn new(seed: u64, rulebook: &'r Rulebook, share: usize, of: usize) -> Self {
        let rules = rulebook.in_force_on(date(2026, 11, 23));
        let lines: Vec<String> = rules.commodities_under("").iter().map(ToString::to_string).collect();
        let special = lines
            .iter()
            .filter(|code| {
                rules.commodity(code).is_some_and(|line| {
                    !matches!(line.special_consumption(), SpecialConsumption::NotSubject(_))
                        || !matches!(line.environmental(), EnvironmentalProtection::No(_))
                        || !matches!(line.mfn_out_of_quota(), Ok(None))
                        || rules.trade_remedies(code).next().is_some()
                })
            })
            .cloned()
            .collect();
        let covered_by_few = PARTNERS
            .iter()
            .flat_map(|country| rules.agreements().map(move |agreement| (*country, agreement)))
            .filter(|(country, agreement)| *country != "VN" && agreement.has_member(country))
            .map(|(country, agreement)| {
                let given = |code: &&String| {
                    rules
                        .commodity(code)
                        .is_some_and(|line| matches!(line.preferential(agreement.id(), country), Preferential::Rate(_)))
                };
                (lines.iter().filter(given).cloned().collect::<Vec<_>>(), country)
            })
            .filter(|(covered, _)| (1..1_000).contains(&covered.len()))
            .collect();
        let turn = lines.len() * share / of.max(1);
        let share = u64::try_from(share).unwrap_or_default();
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        rng.set_stream(share);
        Self { rng, rulebook, lines, special, covered_by_few, tax_code: tax_code(7), turn, count: share << 32 }
    }

    /// The lines of the tariff that the stream walks through.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The next declaration.
    pub fn specimen(&mut self) -> Specimen {
        self.count += 1;
        let day = self.day();
        let rules = self.rulebook.in_force_on(day);
        let direction = if self.chance(780) { Direction::Import } else { Direction::Export };
        let mut declaration = self.header(direction, day, &rules);
        let lines = match self.rng.random_range(0..100) {
            0..=44 => 1,
            45..=79 => self.rng.random_range(2..=4),
            80..=98 => self.rng.random_range(5..=9),
            _ => self.rng.random_range(10..=50),
        };
        for _ in 0..lines {
            let item = self.item(&declaration, direction, &rules);
            declaration.goods_items.push(item);
        }
        // Goods that need a permit at registration: arms, explosives, radioactive materials.
        let needs_permit = declaration
            .goods_items
            .iter()
            .filter_map(|item| item.commodity_code.as_deref())
            .any(|code| ["93", "36", "28"].iter().any(|chapter| code.starts_with(chapter)));
        if needs_permit && self.chance(980) {
            for kind in ["VK01", "NO01", "PX01"] {
                let permit = Permit { kind: Some(kind.into()), number: Some("1/2026".into()), ..Permit::default() };
                declaration.permits.push(permit);
            }
        }
        if self.chance(50) {
            self.shrink_to_the_threshold(&mut declaration);
        }
        self.values(&mut declaration, direction, &rules);
        let mut trader = TraderFacts {
            tax_code: self.tax_code.clone(),
            status: TaxCodeStatus::Active,
            compliance_level: self.rng.random_range(1..=5),
            authorised_operator: declaration.kind.as_deref() == Some("AEO") && self.chance(950),
            debt_over_90_days: self.chance(3),
            entitlements: self.entitlements(rules, day),
        };
        if self.chance(3) {
            trader.status = TaxCodeStatus::Closed;
        }
        let mut facts = Facts { traders: vec![trader], ..Facts::default() };
        self.balances(&mut declaration, &mut facts, day);
        if self.chance(60) {
            self.spoil(&mut declaration);
        }
        Specimen { declaration, facts, day }
    }

    /// Some of what a trader may be entitled to, some of it on other days.
    fn entitlements(&mut self, rules: RulesInForce<'_>, day: Date) -> Vec<Entitlement> {
        let codes: Vec<String> = rules.codes(CodeList::Entitlements).map(|code| code.code().to_owned()).collect();
        let mut entitlements = Vec::new();
        for code in codes {
            if self.chance(600) {
                let ended = self.chance(50);
                entitlements.push(Entitlement {
                    code,
                    number: None,
                    holds_from: self.chance(300).then(|| day.saturating_sub(9.days())),
                    holds_to: if ended { Some(day.saturating_sub(1.day())) } else { None },
                });
            }
        }
        entitlements
    }

    /// Whether something happens that happens so often in a thousand.
    fn chance(&mut self, per_mille: u32) -> bool {
        self.rng.random_range(0..1000) < per_mille
    }

    fn pick<'s>(&mut self, from: &[&'s str]) -> &'s str {
        from.choose(&mut self.rng).copied().unwrap_or_default()
    }

    fn day(&mut self) -> Date {
        if self.chance(350) {
            let change = CHANGES[self.rng.random_range(0..CHANGES.len())];
            return if self.chance(500) { change } else { change.saturating_sub(1.day()) };
        }
        // Into 2027, as far as there are exchange rates and a few days beyond.
        date(2026, 1, 1).saturating_add(self.rng.random_range(0..398).days())
    }

    fn header(&mut self, direction: Direction, day: Date, rules: &RulesInForce<'_>) -> Declaration {
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
    fn country(&mut self) -> &'static str {
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
        let Some(holds) = rules.incoterm(terms).map(|cited| cited.value) else { return };
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
    fn charge(&mut self) -> (&'static str, Decimal) {
        let currency = self.pick(&["USD", "USD", "EUR", "JPY", "VND", "CNY", "HKD", "TWD", "MYR", "INR", "CAD"]);
        let digits = self.rng.random_range(1..7);
        (currency, self.amount(digits, scale(currency)))
    }

    /// A number of so many digits, of which `decimals` stand after the point.
    fn amount(&mut self, digits: u32, decimals: u32) -> Decimal {
        let top = 10_i64.pow(digits.min(18));
        Decimal::new(self.rng.random_range(1..top.max(2)), decimals).normalize()
    }

    fn item(&mut self, declaration: &Declaration, direction: Direction, rules: &RulesInForce<'_>) -> GoodsItem {
        let few = if self.chance(5) { self.covered_by_few.choose(&mut self.rng) } else { None };
        let few = few.and_then(|(lines, country)| Some((lines.choose(&mut self.rng)?.clone(), *country)));
        let code = if let Some((code, _)) = &few {
            code.clone()
        } else if self.chance(120) {
            self.special.choose(&mut self.rng).cloned().unwrap_or_default()
        } else {
            self.turn = (self.turn + 1) % self.lines.len().max(1);
            self.lines.get(self.turn).cloned().unwrap_or_default()
        };
        let currency = declaration.invoice_currency.as_deref().unwrap_or_default();
        let mut item = self.goods(&code, currency, rules);
        let Some(line) = rules.commodity(&code) else { return item };
        match direction {
            Direction::Import => {
                let origin = if let Some((_, country)) = few {
                    country.to_owned()
                } else if self.chance(700) {
                    declaration.consignor_country.as_deref().unwrap_or("CN").to_owned()
                } else {
                    self.country().to_owned()
                };
                item.origin = Some(origin.as_str().into());
                self.schedule(&mut item, &origin, &line, rules);
                self.other_taxes(&mut item, &line, rules);
                self.relief(&mut item, declaration.kind.as_deref().unwrap_or_default(), rules);
            }
            Direction::Export => {
                if self.chance(250) {
                    let form = self.pick(&["CPTPP", "EUR.1", "EUR.1-UK", "REX", "D", "RCEP", "B"]);
                    item.certificate_form = Some(form.into());
                    item.certificate_number = Some("WILD26000001".into());
                    item.certificate_date = Some(rules.date().saturating_sub(5.days()));
                }
                if self.chance(60) {
                    item.exemption_code = Some(self.pick(&["XX110", "XX900", "XXK90"]).into());
                }
            }
        }
        if self.chance(970) {
            self.fit_codes(&mut item, declaration.kind.as_deref().unwrap_or_default(), rules);
        }
        item
    }

    /// Takes out codes that go with neither the kind nor the goods, and puts a fitting one in place of a rate's.
    fn fit_codes(&mut self, item: &mut GoodsItem, kind: &str, rules: &RulesInForce<'_>) {
        let Some(hs) = item.commodity_code.clone() else { return };
        let depends = rules
            .commodity(&hs)
            .is_some_and(|line| matches!(line.vat(), VatOnLine::DependsOnGoods { not_subject_permitted: true, .. }));
        let misfit = |code: &str| {
            let of_vat = rules.tax_code(code).is_some_and(|code| code.tax() == DutyType::Vat);
            matches!(rules.code_use(code, kind, &hs, depends && of_vat), Fit::NotOfKind(..) | Fit::NotOfGoods(_))
        };
        if item.exemption_code.as_deref().is_some_and(misfit) {
            item.exemption_code = None;
            item.reduction_amount = None;
            if item.tariff_schedule.as_deref() == Some("B30") {
                item.tariff_schedule = None;
            }
        }
        for entered in &mut item.other_taxes {
            if entered.exemption_code.as_deref().is_some_and(misfit) {
                entered.exemption_code = None;
                entered.reduction_amount = None;
            }
            let Some(code) = entered.code.as_deref().and_then(|code| rules.tax_code(code)) else { continue };
            if misfit(code.code()) {
                let fitting: Vec<TaxCode<'_>> = rules
                    .tax_codes(code.tax())
                    .into_iter()
                    .filter(|other| matches!(other.effect(), TaxEffect::Rate(_) | TaxEffect::Amount { .. }))
                    .filter(|other| rules.code_goes_on(other.code(), &hs))
                    .filter(|other| match rules.commodity(&hs).map(|line| line.vat()) {
                        Some(VatOnLine::Rate(rate)) if other.tax() == DutyType::Vat => {
                            *other.effect() == TaxEffect::Rate(rate.value)
                        }
                        _ => true,
                    })
                    .collect();
                entered.code = fitting.choose(&mut self.rng).map(|code| code.code().into());
            }
        }
        item.other_taxes.retain(|entered| entered.code.is_some());
    }

    /// Quantity, price and value of a line: from a cent to the width of the fields.
    fn goods(&mut self, code: &str, currency: &str, rules: &RulesInForce<'_>) -> GoodsItem {
        let decimals = scale(currency);
        let digits = self.rng.random_range(2..=11) + if decimals == 0 { 2 } else { 0 };
        let of_price = self.rng.random_range(1..=digits.min(6));
        let (quantity, price) = match self.rng.random_range(0..200) {
            // The widest that the fields hold: quantities of twelve characters, prices of nine.
            0 => (Decimal::new(99_999_999_999, 2), self.amount(2, decimals)),
            1 => (Decimal::ONE, Decimal::new(999_999_999, 0)),
            // The least: a hundredth of something, or a millionth of a dollar for each.
            2 => (Decimal::new(1, 2), self.amount(6, decimals)),
            3 if decimals > 0 => {
                (Decimal::new(self.rng.random_range(1..9_999), 0) * Decimal::ONE_HUNDRED, Decimal::new(1, 6))
            }
            _ => (self.amount((digits - of_price + 1).min(11), decimals), self.amount(of_price, decimals)),
        };
        let unit = rules.commodity(code).map_or_else(Vec::new, |line| {
            line.units().flat_map(|unit| unit.codes.iter().map(ToString::to_string)).collect::<Vec<String>>()
        });
        let unit = unit.choose(&mut self.rng).cloned().unwrap_or_else(|| "KGM".to_owned());
        let mut item = GoodsItem {
            commodity_code: Some(code.into()),
            goods_description: Some("Hàng hoang dã".into()),
            quantity: Some(quantity),
            quantity_unit: Some(unit.as_str().into()),
            invoice_value: Some((quantity * price).normalize()),
            unit_price: Some(price),
            unit_price_currency: Some(currency.into()),
            unit_price_unit: Some(unit.as_str().into()),
            ..GoodsItem::default()
        };
        // Sometimes the tariff's unit is the second one.
        if self.chance(100) {
            item.second_quantity = item.quantity;
            item.second_quantity_unit = item.quantity_unit.take();
            item.quantity = Some(self.amount(4, 2));
            item.quantity_unit = Some("BX".into());
        }
        item
    }

    fn schedule(&mut self, item: &mut GoodsItem, origin: &str, line: &TariffLine<'_>, rules: &RulesInForce<'_>) {
        let normal = match rules.mfn_relation(origin) {
            MfnRelation::Yes(_) => "B01",
            MfnRelation::No(_) | MfnRelation::Unknown(_) => "B03",
        };
        item.tariff_schedule = Some(normal.into());
        let has_quota = matches!(line.mfn_out_of_quota(), Ok(Some(_)));
        match self.rng.random_range(0..1000) {
            0..=99 => item.tariff_schedule = None,
            100..=139 => item.tariff_schedule = Some("B03".into()),
            140..=144 => item.tariff_schedule = Some("B01".into()),
            145..=149 => item.tariff_schedule = Some(self.pick(&["B02", "B15", "B16", "B17"]).into()),
            150..=499 if has_quota => item.quota_class = Some("X".into()),
            500..=549 if has_quota => item.tariff_schedule = Some("B14".into()),
            // Nothing of these lines is under a quota.
            550..=551 => item.quota_class = Some("X".into()),
            552 => item.tariff_schedule = Some("B14".into()),
            _ => {}
        }
        if self.chance(420) {
            self.preference(item, origin, line, rules);
        }
        let code = item.commodity_code.as_deref().unwrap_or_default();
        if rules.specific_rates().any(|rate| rate.covers(code)) && self.chance(400) || self.chance(2) {
            self.specific_duty(item, rules);
        }
        if self.chance(10) {
            let mfn = line.mfn().map(|rate| rate.value).ok();
            item.manual_rate = mfn.filter(|_| self.chance(800)).or(Some(Decimal::ONE));
        }
    }

    /// Asks for the rate of an agreement, mostly one that gives the line something.
    fn preference(&mut self, item: &mut GoodsItem, origin: &str, line: &TariffLine<'_>, rules: &RulesInForce<'_>) {
        let over_quota = item.quota_class.is_some();
        let given = |id: &str| {
            let rate =
                if over_quota { line.preferential_out_of_quota(id, origin) } else { line.preferential(id, origin) };
            matches!(rate, Preferential::Rate(_))
        };
        let anything = self.chance(40);
        let agreements: Vec<&str> = rules
            .agreements()
            .filter(|agreement| agreement.has_member(origin))
            .map(|agreement| agreement.id())
            .filter(|id| anything || given(id))
            .collect();
        let Some(id) = agreements.choose(&mut self.rng).copied() else { return };
        let schedules: Vec<&str> = rules.schedules_of(id).map(|schedule| schedule.code()).collect();
        let forms: Vec<&str> = rules.certificates_of(id).map(|form| form.code()).collect();
        item.tariff_schedule = Some(self.pick(&schedules).into());
        if self.chance(60) {
            item.certificate_late = Some("true".into());
            return;
        }
        item.certificate_form = Some(self.pick(&forms).into());
        item.certificate_number = Some(format!("{origin}VN26{:05}", self.rng.random_range(0..100_000)).into());
        item.certificate_date = Some(rules.date().saturating_sub(self.rng.random_range(0..200).days()));
        match self.rng.random_range(0..400) {
            0 => item.certificate_number = None,
            4..=6 if id == "atiga" => item.certificate_number = None,
            1 => item.certificate_date = None,
            2 => item.certificate_date = Some(rules.date().saturating_add(1.day())),
            3 => item.certificate_form = Some("B".into()),
            _ => {}
        }
    }

    /// Codes of the other taxes, in the order of the form: trade remedies, special consumption tax, environmental
    /// protection tax, VAT.
    fn other_taxes(&mut self, item: &mut GoodsItem, line: &TariffLine<'_>, rules: &RulesInForce<'_>) {
        self.trade_remedies(item, rules);
        match line.special_consumption() {
            SpecialConsumption::DependsOnGoods { permitted, .. } => {
                self.declare(item, DutyType::SpecialConsumption, &permitted, rules);
            }
            SpecialConsumption::Rate(rate) if self.chance(400) => {
                self.declare(item, DutyType::SpecialConsumption, &[rate.value], rules);
            }
            _ if self.chance(2) => self.declare(item, DutyType::SpecialConsumption, &[], rules),
            _ => {}
        }
        match line.environmental() {
            EnvironmentalProtection::Yes(_) | EnvironmentalProtection::Maybe(_) => {
                self.declare(item, DutyType::EnvironmentalProtection, &[], rules);
            }
            _ if self.chance(2) => self.declare(item, DutyType::EnvironmentalProtection, &[], rules),
            _ => {}
        }
        match line.vat() {
            VatOnLine::DependsOnGoods { permitted, .. } => self.declare(item, DutyType::Vat, &permitted, rules),
            VatOnLine::Rate(rate) if self.chance(300) => self.declare(item, DutyType::Vat, &[rate.value], rules),
            _ => {}
        }
        if self.chance(2) && !item.other_taxes.is_empty() && item.other_taxes.len() < 5 {
            item.other_taxes.push(item.other_taxes[0].clone());
        }
    }

    /// What is declared of the measures on the goods: a rate, why there is none, a proof of another origin, or nothing.
    fn trade_remedies(&mut self, item: &mut GoodsItem, rules: &RulesInForce<'_>) {
        let hs = item.commodity_code.as_deref().unwrap_or_default();
        let origin = item.origin.as_deref().unwrap_or_default();
        let measures: Vec<TradeRemedy<'_>> = rules.trade_remedies(hs).collect();
        for duty_type in [DutyType::AntiDumping, DutyType::Countervailing, DutyType::Safeguard] {
            let of_type: Vec<&TradeRemedy<'_>> = measures.iter().filter(|measure| measure.tax() == duty_type).collect();
            if of_type.is_empty() && !self.chance(1) {
                continue;
            }
            let (not_subject, exempt) = match duty_type {
                DutyType::AntiDumping => ("GK", "GM"),
                DutyType::Countervailing => ("CK", "CM"),
                _ => ("BK", "BM"),
            };
            let covered = of_type.iter().any(|measure| measure.covers_origin(origin));
            let rates: Vec<String> = of_type
                .iter()
                .flat_map(|measure| measure.origins().flat_map(|of| measure.rates(of)))
                .map(|rate| rate.code.code().to_owned())
                .collect();
            let relief = self.pick(&[not_subject, exempt]).to_owned();
            let rate = rates.choose(&mut self.rng).cloned().unwrap_or_else(|| "G061".to_owned());
            let mut entered = OtherTax::default();
            match self.rng.random_range(0..100) {
                0..=54 if covered => entered.code = Some(rate.as_str().into()),
                0..=9 => entered.code = Some(rate.as_str().into()),
                55..=64 => {
                    entered.code = Some(rate.as_str().into());
                    entered.exemption_code = Some(relief.as_str().into());
                }
                65..=94 if covered => entered.code = Some(relief.as_str().into()),
                65..=79 => entered.code = Some(relief.as_str().into()),
                _ => {}
            }
            if entered.code.is_some() {
                item.other_taxes.push(entered);
            } else if !covered && item.certificate_number.is_none() && self.chance(800) {
                // A proof of the other origin, without a claim on a preference.
                if self.chance(500) {
                    item.certificate_late = Some("true".into());
                } else {
                    item.certificate_form = Some("B".into());
                    item.certificate_number = Some("B26000001".into());
                    item.certificate_date = Some(rules.date().saturating_sub(5.days()));
                }
            }
        }
    }

    /// A specific or mixed duty of the goods, or of other goods.
    fn specific_duty(&mut self, item: &mut GoodsItem, rules: &RulesInForce<'_>) {
        let hs = item.commodity_code.as_deref().unwrap_or_default();
        let anything = self.chance(30);
        let rates: Vec<SpecificRate<'_>> = rules.specific_rates().filter(|rate| anything || rate.covers(hs)).collect();
        let Some(rate) = rates.choose(&mut self.rng).copied() else { return };
        item.quota_class = None;
        item.specific_rate_code = Some(rate.code().into());
        let alone = rate.kind() == SpecificKind::Alone;
        item.tariff_schedule = Some(if alone != self.chance(20) { "B15" } else { "B16" }.into());
        if self.chance(100) {
            item.manual_specific_rate = Some(rate.amount());
            item.manual_specific_unit = Some(rate.unit().into());
            item.manual_specific_currency = Some(if self.chance(900) { rate.currency() } else { "EUR" }.into());
        }
    }

    /// Declares a code of a tax: mostly one of the permitted rates, sometimes one that takes the tax off.
    fn declare(&mut self, item: &mut GoodsItem, tax: DutyType, permitted: &[Decimal], rules: &RulesInForce<'_>) {
        if self.chance(10) {
            return;
        }
        let codes = rules.tax_codes(tax);
        let wrong = self.chance(5);
        let rates: Vec<&TaxCode<'_>> = codes
            .iter()
            .filter(|code| match code.effect() {
                TaxEffect::Rate(rate) => wrong || permitted.is_empty() || permitted.contains(rate),
                TaxEffect::Amount { .. } => true,
                _ => false,
            })
            .collect();
        let reliefs: Vec<&TaxCode<'_>> =
            codes.iter().filter(|code| matches!(code.effect(), TaxEffect::Exempt | TaxEffect::NotSubject)).collect();
        let rate = rates.choose(&mut self.rng).map(|code| (code.code(), code.effect()));
        let relief = reliefs.choose(&mut self.rng).map(|code| code.code());
        let mut entered = OtherTax::default();
        match self.rng.random_range(0..20) {
            0..=2 => entered.code = relief.map(Into::into),
            kind => {
                entered.code = rate.map(|(code, _)| code.into());
                if kind <= 4 {
                    entered.exemption_code = relief.map(Into::into);
                }
            }
        }
        // A fuel on the days whose amounts nobody entered.
        if tax == DutyType::EnvironmentalProtection && self.chance(100) {
            entered.code = Some(self.pick(&["MB01", "MB02", "MB03", "MB04", "MB05"]).into());
        }
        if entered.code.is_none() {
            return;
        }
        if let Some((_, TaxEffect::Amount { unit, .. })) = rate
            && item.quantity_unit.as_deref() != Some(&**unit)
            && item.second_quantity_unit.is_none()
            && self.chance(970)
        {
            item.second_quantity = Some(self.amount(9, 2));
            item.second_quantity_unit = Some((&**unit).into());
        }
        item.other_taxes.push(entered);
    }

    /// Exemptions and reductions of the import duty, above all those that the kind is usually relieved by.
    fn relief(&mut self, item: &mut GoodsItem, kind: &str, rules: &RulesInForce<'_>) {
        let kind = rules.declaration_kind(kind).map(|cited| cited.value);
        let usual = kind.and_then(|kind| kind.duty_relief_code.as_deref());
        if let Some(usual) = usual.filter(|_| self.chance(800)) {
            item.exemption_code = Some(usual.into());
        } else if kind.is_some_and(|kind| kind.duty == Treatment::NotSubject) && self.chance(600) {
            item.exemption_code = Some(self.pick(&["XNK32", "XNK33", "XNK90"]).into());
            if self.chance(500) && item.certificate_form.is_none() {
                item.tariff_schedule = Some("B30".into());
            }
        } else if self.chance(60) {
            item.exemption_code = Some(self.pick(&["XN110", "XN310", "XN410", "XN900", "XNK90"]).into());
        } else if self.chance(20) {
            item.exemption_code = Some("XNG10".into());
            let digits = if self.chance(900) { 3 } else { 8 };
            item.reduction_amount = Some(self.amount(digits, 0));
        }
        if self.chance(3) {
            item.tariff_schedule = Some("B30".into());
        }
    }

    /// Puts the values about the thresholds of small shipments.
    fn shrink_to_the_threshold(&mut self, declaration: &mut Declaration) {
        declaration.invoice_currency = Some("VND".into());
        declaration.goods_items.truncate(2);
        let each = 500_000 / i64::try_from(declaration.goods_items.len()).unwrap_or(1);
        for item in &mut declaration.goods_items {
            let value = each * self.rng.random_range(1..=4) + self.rng.random_range(-1..=1);
            item.invoice_value = Some(Decimal::from(value.max(1)));
            item.unit_price = None;
            item.unit_price_currency = None;
            item.unit_price_unit = None;
        }
    }

    /// Lists of exempt goods, temporary movements and guarantees that the declaration draws on: mostly enough of them.
    fn balances(&mut self, declaration: &mut Declaration, facts: &mut Facts, day: Date) {
        let holder = if self.chance(20) { tax_code(8) } else { self.tax_code.clone() };
        let last_day = self.chance(300).then(|| day.saturating_add(self.rng.random_range(-1..40).days()));
        let mut list = ExemptionList {
            number: "DM0000000001".to_owned(),
            holder: holder.clone(),
            expires_on: last_day,
            lines: Vec::new(),
        };
        let mut movement = TemporaryDeclaration {
            number: "100000000010".to_owned(),
            holder: holder.clone(),
            due_on: last_day,
            lines: Vec::new(),
        };
        let kind = declaration.kind.as_deref().unwrap_or_default();
        let rules = self.rulebook.in_force_on(day);
        let returns = rules.declaration_kind(kind).is_some_and(|kind| kind.value.previous_declaration_required);
        let returns = returns && self.chance(970);
        if returns {
            // Of an import where the goods came in for a time, of an export where they went out.
            let number = if matches!(kind, "G51" | "B12") { 300_000_000_010 } else { 100_000_000_010 };
            declaration.temporary_declaration_number = Some(number);
            movement.number = number.to_string();
        }
        for at in 0..declaration.goods_items.len() {
            let line = self.balance_line(at, &declaration.goods_items[at]);
            let item = &mut declaration.goods_items[at];
            // Lines of lists are numbered to 999, lines of declarations to 50.
            if matches!(item.exemption_code.as_deref(), Some("XN310")) && self.chance(950) {
                item.exemption_list = Some(list.number.as_str().into());
                item.exemption_list_line = Some(u64::from(line.line));
                list.lines.push(line.clone());
            }
            if returns {
                item.temporary_line = Some(u64::from(line.line));
                movement.lines.push(line);
            }
        }
        if !list.lines.is_empty() {
            facts.exemption_lists.push(list);
        }
        if returns {
            facts.temporary_declarations.push(movement);
        }
        if self.chance(40) {
            let general = self.chance(500);
            declaration.due_date_code = Some(if general { "B" } else { "A" }.into());
            declaration.guarantee_bank = Some("VCBVVNVX".into());
            declaration.guarantee_year = Some(2026);
            declaration.guarantee_sign = Some("BL".into());
            declaration.guarantee_number = Some("000123".into());
            let digits = if self.chance(850) { 13 } else { 7 };
            facts.guarantees.push(Guarantee {
                bank: "VCBVVNVX".to_owned(),
                year: 2026,
                sign: "BL".to_owned(),
                number: "000123".to_owned(),
                holder,
                general: general != self.chance(20),
                expires_on: last_day,
                remaining: Decimal::from(10_i64.pow(digits)),
            });
        }
    }

    /// A line of a balance that a goods item may draw on.
    fn balance_line(&mut self, at: usize, item: &GoodsItem) -> BalanceLine {
        let enough =
            item.quantity.unwrap_or_default() + if self.chance(30) { -Decimal::new(1, 2) } else { Decimal::TEN };
        BalanceLine {
            line: u32::try_from(at + 1).unwrap_or(1),
            commodity_code: if self.chance(800) { item.commodity_code.as_ref().map(ToString::to_string) } else { None },
            remaining: enough,
            unit: item.quantity_unit.as_deref().unwrap_or("KGM").to_owned(),
        }
    }

    /// Puts one mistake into a declaration.
    fn spoil(&mut self, declaration: &mut Declaration) {
        let at = self.rng.random_range(0..declaration.goods_items.len().max(1));
        match self.rng.random_range(0..29) {
            24 => declaration.total_value_amount = declaration.total_value_amount.map(|_| Decimal::ONE),
            25 => declaration.price_kind = Some("A".into()),
            26 if !declaration.adjustments.is_empty() => {
                declaration.adjustments.truncate(1);
                declaration.adjustments[0].title = None;
                declaration.adjustments[0].class = Some("DP".into());
            }
            0 => declaration.kind = Some("Z99".into()),
            1 => declaration.customs_office = Some("99ZZ".into()),
            // In use until the merge of July 2026.
            2 => declaration.customs_office = Some("01B2".into()),
            3 => declaration.terms_of_delivery = None,
            4 => declaration.invoice_currency = Some("XXQ".into()),
            5 => declaration.package_unit = None,
            6 => declaration.freight_amount = None,
            7 => declaration.freight_currency = None,
            8 => declaration.insurance_class = Some("A".into()),
            9 => {
                declaration.invoice_amount =
                    declaration.invoice_amount.map(|amount| (amount / Decimal::from(2)).trunc_with_scale(2))
            }
            10 => declaration.allocation_total = Some(Decimal::new(1, 4)),
            11 => declaration.container_count = Some(2),
            12 => declaration.temporary_limit_date = None,
            13 => declaration.importer_code = declaration.importer_code.as_ref().map(|_| "0100233489".into()),
            mistake => {
                let Some(item) = declaration.goods_items.get_mut(at) else { return };
                match mistake {
                    14 => item.commodity_code = Some("99999999".into()),
                    15 => item.origin = item.origin.as_ref().map(|_| "ZZ".into()),
                    16 => item.invoice_value = item.invoice_value.map(|value| value + Decimal::TEN),
                    17 => item.quantity = Some(Decimal::ZERO),
                    18 => item.quantity_unit = Some("ROL".into()),
                    19 => item.sequence = Some(77),
                    20 => item.exemption_code = Some("XN999".into()),
                    21 => item.invoice_value = None,
                    22 => item.customs_value_currency = None,
                    27 => item.unit_price_currency = item.unit_price_currency.as_ref().map(|_| "HUF".into()),
                    28 => {
                        item.customs_value = Some(Decimal::ONE);
                        item.customs_value_currency = Some("USD".into());
                    }
                    _ => item.tariff_schedule = item.tariff_schedule.as_ref().map(|_| "B99".into()),
                }
            }
        }
    }
}

/// How many decimals amounts in a currency are made up with.
fn scale(currency: &str) -> u32 {
    if matches!(currency, "VND" | "JPY" | "KRW") { 0 } else { 2 }
}

/// An amount with no more decimals than so many: a made-up figure may lose the rest.
fn cut(amount: Decimal, decimals: u32) -> Decimal {
    amount.trunc_with_scale(decimals).normalize()
}
