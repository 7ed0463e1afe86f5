//! The conditional rules that speak of a commodity by its code.

use conditions::{Condition, Subject};
use jiff::civil::Date;
use vocabulary::{Bilingual, Citation, Lane, Scope};

use crate::RulesInForce;
use crate::cited::{Mark, Provenance};
use crate::subject::schema;

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
    /// What it does.
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

impl RulesInForce<'_> {
    /// The rules in force that speak of a commodity by the beginning of its code. Those that speak of all goods are left
    /// out.
    pub fn rules_naming(&self, hs8: &str) -> Vec<RuleNaming> {
        let book = self.rulebook();
        let mut found = Vec::new();
        let mut add = |file: &str, name: &str, condition: &Condition, provenance: &Provenance, effect: RuleEffect| {
            if !provenance.holds_on(self.date()) {
                return;
            }
            if let Some(prefixes) = prefixes_naming(condition, hs8) {
                found.push(RuleNaming {
                    name: name.to_owned(),
                    prefixes,
                    effect,
                    when: condition.canonical().to_owned(),
                    citation: provenance.cite(format_args!("{file}/{name}")),
                    mark: provenance.mark,
                    to: provenance.to,
                });
            }
        };
        for rule in &book.validation {
            let effect = RuleEffect::Finding(rule.message.clone());
            let name = rule.id.as_ref().unwrap_or(&rule.code);
            add(&rule.file, name, &rule.condition, &rule.provenance, effect);
        }
        for criterion in &book.criteria {
            let effect = RuleEffect::Lane(criterion.lane, criterion.because.clone());
            add(&criterion.file, &criterion.id, &criterion.condition, &criterion.provenance, effect);
        }
        found
    }
}

/// The beginnings of codes without which a condition does not hold, when one of them fits the commodity.
fn prefixes_naming(condition: &Condition, hs8: &str) -> Option<Vec<String>> {
    let (slot, _) = schema::field(Scope::GoodsItem, "commodity_code")?;
    let goods = Subject::AnyOf(schema::number_of(Scope::GoodsItem));
    let mut prefixes = condition.necessary_prefixes(goods, slot)?;
    // A declared code may be longer than the line of the tariff.
    prefixes.retain(|prefix| hs8.starts_with(prefix.as_str()) || prefix.starts_with(hs8));
    (!prefixes.is_empty()).then_some(prefixes)
}
