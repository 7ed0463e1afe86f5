//! The auditor: a second opinion on what a declaration owes, slow and obvious.
//!
//! It is written from the law and the rule files, apart from `rulebook` and `clearance`, which it does not depend on: it
//! reads the files by itself, looks for the row that holds on the day, and calculates with fractions. Where it and
//! clearance differ, one of them is wrong. Each file is about one subject and opens with the law in words.
//!
//! ```text
//! rule_files ──► eligibility ─► customs_value ─► import_duty ─► trade_remedies ─► special_consumption
//!      balances      │          (exchange_rates)     │          environmental_protection ─► value_added ─► totals
//!                    ▼                               │                                                  thresholds
//!           refused or silent                        └ specific_duty, relief, declared_codes            guarantee
//! ```

mod number;

mod rule_files;

mod eligibility;

mod exchange_rates;

mod customs_value;

mod claims;

mod values;

mod declared_codes;

mod relief;

mod import_duty;

mod specific_duty;

mod typed_rate;

mod trade_remedies;

mod special_consumption;

mod environmental_protection;

mod value_added;

mod export_duty;

mod thresholds;

mod totals;

mod balances;

mod guarantee;

use std::collections::BTreeSet;
use std::path::Path;

pub use claims::{Claimed, LOOKED_FOR};
use jiff::civil::Date;
pub use number::{Number, of};
pub use rule_files::UnreadableRules;
use rule_files::{Row, RuleFiles};
use vocabulary::{CaseFacts, Declaration, Direction, DutyType, GoodsItem};

/// What the auditor thinks of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum Opinion {
    /// It is sound, and this is what it owes.
    Sound(Account),
    /// The declarant has to mend it, for these reasons.
    Refused(Vec<String>),
    /// The rules do not answer it, for these reasons: an officer decides.
    Silent(Vec<String>),
}

/// What a declaration owes.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Each goods item, in order.
    pub items: Vec<ItemAccount>,
    /// The total of each tax that occurs, in the order of assessment, in whole dong.
    pub totals: Vec<(DutyType, Number)>,
    /// The sum of the totals.
    pub total_payable: Number,
    /// What rests on the declarant's word alone.
    pub claims: BTreeSet<Claimed>,
}

/// What one goods item owes.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemAccount {
    /// Its customs value in dong.
    pub customs_value: Number,
    /// Its duties and taxes, in the order of assessment.
    pub taxes: Vec<TaxAccount>,
}

/// One duty or tax on one goods item.
#[derive(Debug, Clone, PartialEq)]
pub struct TaxAccount {
    pub duty_type: DutyType,
    /// What the rate is applied to: dong, or a quantity.
    pub base: Number,
    pub rate: TaxRate,
    /// Base times rate.
    pub amount: Number,
    /// What is taken off.
    pub relief: Number,
    pub payable: Number,
}

/// How a tax is reckoned.
#[derive(Debug, Clone, PartialEq)]
pub enum TaxRate {
    /// Per cent of the base.
    Percent(Number),
    /// An amount for each unit.
    PerUnit(PerUnit),
    /// Per cent of the base, and an amount for each unit.
    Mixed(Number, PerUnit),
    /// The goods are not subject to the tax.
    NotSubject,
}

/// An amount for each unit of a quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct PerUnit {
    /// The amount for one unit.
    pub amount: Number,
    pub currency: String,
    pub unit: String,
    /// How many units.
    pub quantity: Number,
}

impl TaxRate {
    fn per_unit(&self) -> Option<&PerUnit> {
        match self {
            Self::PerUnit(per_unit) | Self::Mixed(_, per_unit) => Some(per_unit),
            Self::Percent(_) | Self::NotSubject => None,
        }
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq)]
enum Doubt {
    /// The declarant has to mend something.
    Refuse(String),
    /// The rules are silent.
    Silent(String),
}

type Answer<T> = Result<T, Doubt>;

fn refuse<T>(why: impl Into<String>) -> Answer<T> {
    Err(Doubt::Refuse(why.into()))
}

fn silent<T>(why: impl Into<String>) -> Answer<T> {
    Err(Doubt::Silent(why.into()))
}

/// A tax on a goods item before its base is known.
#[derive(Debug, Clone, PartialEq)]
struct Claim {
    duty_type: DutyType,
    rate: TaxRate,
    relief: relief::Relief,
}

/// A declaration on the auditor's desk.
struct Case<'c> {
    rules: &'c RuleFiles,
    declaration: &'c Declaration,
    facts: &'c CaseFacts<'c>,
    day: Date,
    direction: Direction,
    /// The row of the declaration kind; none where it is unknown, which eligibility refuses.
    kind: Option<&'c Row>,
}

/// The second assessor.
#[derive(Debug)]
pub struct Auditor {
    rules: RuleFiles,
}

impl Auditor {
    /// Reads the rule files of a folder.
    ///
    /// # Errors
    /// The first file that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, UnreadableRules> {
        RuleFiles::read(folder).map(|rules| Self { rules })
    }

    /// What a declaration owes that is registered on a day.
    pub fn opinion(&self, declaration: &Declaration, facts: &CaseFacts<'_>, day: Date) -> Opinion {
        let Some(direction) = declaration.direction() else {
            return Opinion::Refused(vec!["neither import nor export".to_owned()]);
        };
        let code = declaration.kind.as_deref().unwrap_or_default();
        let kind = self.rules.kinds.nearest(code, day).filter(|kind| kind.cell("direction") == direction.as_str());
        let case = Case { rules: &self.rules, declaration, facts, day, direction, kind };
        let mut doubts = eligibility::doubts(&case);
        doubts.extend(eligibility::not_entered(&case));
        let mut claims: Vec<Vec<Claim>> = Vec::new();
        for item in &declaration.goods_items {
            claims.push(case.claims(item, &mut doubts));
        }
        doubts.extend(balances::doubts(&case));
        if let Some(opinion) = doubtful(doubts) {
            return opinion;
        }
        match case.account(&claims) {
            Ok(account) => Opinion::Sound(account),
            Err(doubt) => doubtful(vec![doubt]).unwrap_or(Opinion::Silent(Vec::new())),
        }
    }
}

/// The opinion when there are doubts: what the declarant can mend comes before what an officer has to find.
fn doubtful(doubts: Vec<Doubt>) -> Option<Opinion> {
    let (mut refused, mut silent) = (Vec::new(), Vec::new());
    for doubt in doubts {
        match doubt {
            Doubt::Refuse(why) => refused.push(why),
            Doubt::Silent(why) => silent.push(why),
        }
    }
    if !refused.is_empty() {
        return Some(Opinion::Refused(refused));
    }
    if silent.is_empty() { None } else { Some(Opinion::Silent(silent)) }
}

impl Case<'_> {
    /// The taxes on a goods item, in the order of assessment: import duty, additional duties, special consumption tax,
    /// environmental protection tax, value added tax; on an export the export duty alone.
    fn claims(&self, item: &GoodsItem, doubts: &mut Vec<Doubt>) -> Vec<Claim> {
        let declared = declared_codes::read(self, item, doubts);
        let mut claims = Vec::new();
        doubts.extend(declared_codes::misfits(self, item));
        let mut take = |answer: Answer<Option<Claim>>| match answer {
            Ok(claim) => claims.extend(claim),
            Err(doubt) => doubts.push(doubt),
        };
        // Without a line of the tariff there is nothing to look up; eligibility refuses it.
        let Some(hs) = self.tariff_line(item) else { return claims };
        if self.direction == Direction::Export {
            take(export_duty::claim(self, item, hs, &declared).map(Some));
            return claims;
        }
        take(import_duty::claim(self, item, hs, &declared).map(Some));
        for duty_type in [DutyType::AntiDumping, DutyType::Countervailing, DutyType::Safeguard] {
            take(trade_remedies::claim(self, item, hs, duty_type, &declared));
        }
        take(special_consumption::claim(self, hs, &declared));
        take(environmental_protection::claim(self, hs, &declared));
        take(value_added::claim(self, hs, &declared).map(Some));
        for per_unit in claims.iter().filter_map(|claim| claim.rate.per_unit()) {
            doubts.extend(exchange_rates::dong_for(self, &per_unit.currency).err());
        }
        claims
    }

    /// The eight digits of the tariff, where the nomenclature has them on the day.
    fn tariff_line<'i>(&self, item: &'i GoodsItem) -> Option<&'i str> {
        let hs = item.commodity_code.as_deref().filter(|code| code.len() == 8)?;
        let known = self.rules.nomenclature.hold(self.day) && self.rules.import_tariff.rows_of(hs).next().is_some();
        known.then_some(hs)
    }

    fn account(&self, claims: &[Vec<Claim>]) -> Answer<Account> {
        let values = customs_value::of_lines(self)?;
        let mut items = totals::assess(self, &values, claims)?;
        if let Some(exempt) = thresholds::exempt_duty(self, &values, &items) {
            let claims: Vec<Vec<Claim>> = claims.iter().map(|line| thresholds::without(exempt, line)).collect();
            items = totals::assess(self, &values, &claims)?;
        }
        let account = totals::of_declaration(self, items)?;
        guarantee::covers(self, &account.total_payable)?;
        let mut claimed = claims::of_account(self, &account);
        claimed.extend(values::claims(self, claims));
        Ok(Account { claims: claimed, ..account })
    }

    /// How much of a line is counted in a unit: by the first quantity or the second.
    fn counted_in(&self, item: &GoodsItem, unit: &str) -> Option<Number> {
        let is = |declared: Option<&str>| declared.is_some_and(|declared| self.rules.same_unit(declared, unit));
        if is(item.quantity_unit.as_deref()) {
            return item.quantity.map(of);
        }
        item.second_quantity.filter(|_| is(item.second_quantity_unit.as_deref())).map(of)
    }
}
