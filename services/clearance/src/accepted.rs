//! A declaration without doubts: every code is known, every rate is found, every claim is one that the rules allow.

use rust_decimal::Decimal;
use vocabulary::{Citation, Declaration, Direction, DutyType, Finding, GoodsItem};

/// A declaration that [`validation`](crate::validation) has accepted. It exists only when nothing keeps the
/// declaration from being registered and the rulebook answers all of it.
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
    /// How a line's customs value is rounded.
    pub value_rounding: Rounding,
    /// How a tax's total is rounded.
    pub total_rounding: Rounding,
    /// The thresholds below which a shipment bears no import or export duty; `None` where they do not apply.
    pub small_shipment: Option<SmallShipment>,
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
}

/// A rounding that the rulebook names: half up at a number of decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounding {
    /// Decimals of a dong.
    pub decimals: u32,
    /// The rounding's rule and law.
    pub citation: Citation,
}

/// Below either figure a shipment bears no import or export duty (Decree 134/2016 art. 29).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallShipment {
    /// Customs value of the shipment, at most, in dong.
    pub value_max: Decimal,
    /// Duty of the shipment, at most, in dong.
    pub duty_max: Decimal,
    /// The thresholds' rule and law.
    pub citation: Citation,
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
    /// Dong for each unit of a quantity.
    PerUnit {
        /// Dong for one unit.
        amount: Decimal,
        /// The unit's code.
        unit: String,
        /// How many units.
        quantity: Decimal,
    },
    /// The goods are not subject to the tax.
    NotSubject,
}

/// What takes a tax off again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relief {
    /// Nothing.
    None,
    /// All of it.
    Whole(Citation),
    /// An amount in dong, at most the tax.
    Amount(Decimal, Citation),
}
