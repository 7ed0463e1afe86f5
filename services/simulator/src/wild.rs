//! Wild declarations: any line of the tariff, any origin, schedule, code, currency, terms and size, most of them sound.
//!
//! [`Workload`](crate::Workload) lodges what enterprises would; this one goes where nobody has been. It walks through all
//! lines of the tariff in turn, so that a long enough run has every one of them, and prefers the days on which a rule
//! changes and the days before them. About one declaration in ten holds a mistake.

mod balances;
mod goods;
mod header;
mod mistakes;
mod taxes;
mod values;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rulebook::{CodeList, EnvironmentalProtection, Preferential, Rulebook, RulesInForce, SpecialConsumption};
use rust_decimal::Decimal;
use vocabulary::declaration::Permit;
use vocabulary::{Declaration, Direction, Entitlement, Facts, TaxCodeStatus, TraderFacts};

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
        let lines: Vec<String> = rules.tariff().lines_under("").iter().map(ToString::to_string).collect();
        let special = lines
            .iter()
            .filter(|code| {
                rules.commodity(code).is_some_and(|line| {
                    !matches!(line.special_consumption(), SpecialConsumption::NotSubject(_))
                        || !matches!(line.environmental(), EnvironmentalProtection::No(_))
                        || !matches!(line.mfn_out_of_quota(), Ok(None))
                        || rules.remedies().on_goods(code).next().is_some()
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

    /// A number of so many digits, of which `decimals` stand after the point.
    fn amount(&mut self, digits: u32, decimals: u32) -> Decimal {
        let top = 10_i64.pow(digits.min(18));
        Decimal::new(self.rng.random_range(1..top.max(2)), decimals).normalize()
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
}

/// How many decimals amounts in a currency are made up with.
fn scale(currency: &str) -> u32 {
    if matches!(currency, "VND" | "JPY" | "KRW") { 0 } else { 2 }
}

/// An amount with no more decimals than so many: a made-up figure may lose the rest.
fn cut(amount: Decimal, decimals: u32) -> Decimal {
    amount.trunc_with_scale(decimals).normalize()
}
