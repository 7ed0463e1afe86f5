//! A declaration without doubts: every code is known, every rate is found, every claim is one that the rules allow.

use rulebook::{Cited, ExitGateValue, RoundingPolicy};
use rust_decimal::Decimal;
use vocabulary::{Citation, Claim, Declaration, Direction, DutyType, Finding, GoodsItem, Place, Preference, WriteOff};

/// A declaration that [`validation`](crate::validation) has accepted: nothing keeps it from being registered, and the
/// rulebook answers all of it. Only [`calculation`](crate::calculation) sees one that was not accepted, as far as it is
/// known.
#[derive(Debug)]
pub struct AcceptedDeclaration<'a> {
    /// What was lodged.
    pub lodged: &'a Declaration,
    /// Import or export.
    pub direction: Direction,
    /// The goods items, in their order.
    pub items: Vec<AcceptedItem<'a>>,
    /// The rate of every currency that the declaration uses, dong among them.
    pub exchange_rates: Vec<ExchangeRate>,
    /// What the price already holds.
    pub price: PriceTerms,
    /// How far values by hand may lie from the invoice.
    pub value_margins: ValueMargins,
    /// How a line's customs value is rounded.
    pub value_rounding: Rounding,
    /// How a tax's total is rounded.
    pub total_rounding: Rounding,
    /// The threshold up to which the shipment bears no import or export duty; `None` where none applies.
    pub threshold: Option<DutyThreshold>,
    /// What the goods items use up of lists of exempt goods and of temporary movements.
    pub write_offs: Vec<WriteOff>,
    /// What lowers a tax on the declarant's word alone, in the order of the lines.
    pub claims: Vec<Claim>,
    /// Warnings, which keep nothing from being registered.
    pub warnings: Vec<Finding>,
}

impl AcceptedDeclaration<'_> {
    /// The rate of a currency, in dong for one unit. Every currency of the declaration has one.
    pub(crate) fn exchange_rate(&self, currency: &str) -> Option<Decimal> {
        self.exchange_rates.iter().find(|rate| rate.currency == currency).map(|rate| rate.rate)
    }
}

/// An exchange rate that is applied (Decree 08/2015 art. 21.3 as amended).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeRate {
    /// The currency's code (ISO 4217).
    pub currency: String,
    /// Dong for one unit.
    pub rate: Decimal,
    /// The rate's rule and law.
    pub citation: Citation,
}

/// What a price on the declared terms of delivery holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceTerms {
    /// Whether freight to the first port of entry is in the price.
    pub includes_freight: bool,
    /// Whether insurance to the first port of entry is in the price.
    pub includes_insurance: bool,
    /// Where the value of an export at the exit gate lies, against the price; `None` where the terms are not known.
    pub value_at_exit_gate: Option<ExitGateValue>,
}

/// How far a value by hand may lie from what the invoice gives before an officer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueMargins {
    /// Dong below it.
    pub below: Cited<Decimal>,
    /// Per cent above it.
    pub above_percent: Cited<Decimal>,
}

/// A rounding that the rulebook names: half up at a number of decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounding {
    /// Decimals of a dong.
    pub decimals: u32,
    /// Whether each line is rounded, or the sum alone.
    pub policy: RoundingPolicy,
    /// The rounding's rule and law.
    pub citation: Citation,
}

/// Up to either figure a shipment bears no import or export duty (Decree 134/2016 art. 8 and 29).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyThreshold {
    /// Customs value of the shipment, at most, in dong.
    pub value_max: Decimal,
    /// The bound on its duty.
    pub bound: TaxBound,
    /// The threshold's rule and law.
    pub citation: Citation,
}

/// A bound on the duty that a shipment bears, in dong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxBound {
    /// Its import or export duty is not above this.
    DutyAtMost(Decimal),
    /// Its import or export duty is below this.
    DutyBelow(Decimal),
}

/// A goods item without doubts.
#[derive(Debug)]
pub struct AcceptedItem<'a> {
    /// The number of the line, from 1.
    pub sequence: u32,
    /// What was lodged.
    pub lodged: &'a GoodsItem,
    /// The duties and taxes that it bears, or is relieved of, in the order of assessment.
    pub taxes: Vec<TaxClaim>,
    /// What became of its claim to the rate of a trade agreement; `None` where it makes none.
    pub preference: Option<Preference>,
}

/// One duty or tax on a goods item, before it is calculated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxClaim {
    /// Which duty or tax.
    pub duty_type: DutyType,
    /// The rate.
    pub rate: ClaimedRate,
    /// The rate's rule and law.
    pub citation: Citation,
    /// What takes the tax off again.
    pub relief: Relief,
}

/// A rate and where it comes from.
pub(crate) type CitedRate = (ClaimedRate, Citation);

/// A rate and what it is applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimedRate {
    /// A percentage of the tax's base.
    AdValorem(Decimal),
    /// An amount for each unit.
    PerUnit(PerUnit),
    /// A percentage of the tax's base, and an amount for each unit.
    Mixed(Decimal, PerUnit),
    /// The goods are not subject to the tax.
    NotSubject,
}

/// An amount for each unit of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerUnit {
    /// The amount for one unit.
    pub amount: Decimal,
    /// Its currency (ISO 4217); what is not in dong is taken at the exchange rate of the day.
    pub currency: String,
    /// The unit's code.
    pub unit: String,
    /// How many units.
    pub quantity: Decimal,
}

impl ClaimedRate {
    /// The part of the rate that is an amount for each unit.
    pub fn per_unit(&self) -> Option<&PerUnit> {
        match self {
            Self::PerUnit(per_unit) | Self::Mixed(_, per_unit) => Some(per_unit),
            Self::AdValorem(_) | Self::NotSubject => None,
        }
    }
}

/// What takes a tax off again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relief {
    /// Nothing.
    None,
    /// All of it.
    Whole(Citation),
    /// An amount in dong, which must not be above the tax, and where it was declared.
    Amount(Decimal, Citation, Place),
}
