//! A declaration without doubts: every code is known, every rate is found, every claim is one that the rules allow.

use std::sync::Arc;

use rulebook::{Cited, ExitGateValue, RoundingPolicy};
use rust_decimal::Decimal;
use vocabulary::{
    Citation, Claim, Declaration, Direction, DutyType, Finding, GoodsItem, Place, Preference, Rate, WriteOff,
};

/// A declaration that [`validation`](crate::validation) has accepted: nothing keeps it from being registered, and the
/// rulebook answers all of it. Only [`calculation`](crate::calculation) sees one that was not accepted, as far as it is
/// known.
#[derive(Debug)]
pub struct AcceptedDeclaration<'a> {
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
    /// The law that a value by hand is judged by.
    pub law: Arc<str>,
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
    pub rate: Rate,
    /// How many units, where an amount is for each unit.
    pub quantity: Option<Decimal>,
    /// The rate's rule and law.
    pub citation: Citation,
    /// What takes the tax off again.
    pub relief: Relief,
}

/// A rate with what it is counted by and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CitedRate {
    pub(crate) rate: Rate,
    /// How many units, where an amount is for each unit.
    pub(crate) quantity: Option<Decimal>,
    pub(crate) citation: Citation,
}

impl CitedRate {
    /// A percentage of the tax's base.
    pub(crate) fn ad_valorem(percent: Decimal, citation: Citation) -> Self {
        Self { rate: Rate::AdValorem(percent), quantity: None, citation }
    }

    /// The goods are not subject to the tax.
    pub(crate) fn not_subject(citation: Citation) -> Self {
        Self { rate: Rate::NotSubject, quantity: None, citation }
    }

    /// The tax of a goods item at the rate, less what takes it off again.
    pub(crate) fn claim(self, duty_type: DutyType, relief: Relief) -> TaxClaim {
        let Self { rate, quantity, citation } = self;
        TaxClaim { duty_type, rate, quantity, citation, relief }
    }
}

impl From<Cited<Decimal>> for CitedRate {
    fn from(percent: Cited<Decimal>) -> Self {
        Self::ad_valorem(percent.value, percent.citation)
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
