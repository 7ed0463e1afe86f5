//! The conditional rules that speak of a commodity by its code.

use conditions::{Condition, Subject};
use jiff::civil::Date;
use vocabulary::{Bilingual, Citation, Lane, Scope};

use crate::cited::Mark;
use crate::conditional::schema;

/// What a rule that speaks of a commodity does when its condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleEffect {
    /// A finding with this message.
    Finding(Bilingual),
    /// A stricter lane, because of what it saw.
    Lane(Lane, Bilingual),
}

/// A validation rule or criterion whose condition cannot hold without goods of certain codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleNaming {
    /// Its code or name.
    pub name: String,
    /// The beginnings of codes that it speaks of, as far as they fit the commodity.
    pub prefixes: Vec<String>,
    pub effect: RuleEffect,
    /// Its condition, on one line.
    pub when: String,
    /// The rule and the law.
    pub citation: Citation,
    /// How well it is known.
    pub mark: Mark,
    /// Its last day; `None` while no end is known.
    pub to: Option<Date>,
}

/// The beginnings of codes without which a condition does not hold, when one of them fits the commodity.
pub(crate) fn prefixes_naming(condition: &Condition, hs8: &str) -> Option<Vec<String>> {
    let (slot, _) = schema::field(Scope::GoodsItem, "commodity_code")?;
    let goods = Subject::AnyOf(schema::number_of(Scope::GoodsItem));
    let mut prefixes = condition.necessary_prefixes(goods, slot)?;
    // A declared code may be longer than the line of the tariff.
    prefixes.retain(|prefix| hs8.starts_with(prefix.as_str()) || prefix.starts_with(hs8));
    (!prefixes.is_empty()).then_some(prefixes)
}
