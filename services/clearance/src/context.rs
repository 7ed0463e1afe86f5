//! What a decision may depend on besides the declaration: rules, facts, time, number and draw.

use jiff::civil::DateTime;
use rulebook::{ItemSurroundings, RulesInForce, Surroundings};
use rust_decimal::Decimal;
use vocabulary::{CaseFacts, DeclarationNumber};

/// What a decision may depend on besides the declaration.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The rules in force on the day of registration, which decides rates, exchange rate and policy (Law 107/2016
    /// art. 8).
    pub rules: RulesInForce<'a>,
    /// What is known besides the declaration.
    pub facts: CaseFacts<'a>,
    /// The time of registration, in Vietnam's time.
    pub registered_at: DateTime,
    /// The number that the declaration gets if it is registered; `None` when it is only assessed.
    pub number: Option<DeclarationNumber>,
    /// The random number of selectivity, 0 to 999,999.
    pub draw: u32,
}

impl<'a> Context<'a> {
    /// What conditions may know besides the declaration's fields.
    pub(crate) fn surroundings<'s>(
        &'s self,
        items: &'s [ItemSurroundings],
        sums: Option<(Decimal, Decimal)>,
    ) -> Surroundings<'s> {
        Surroundings {
            registered_on: self.registered_at.date(),
            draw: self.draw,
            trader: self.facts.trader,
            total_customs_value: sums.map(|(value, _)| value),
            total_payable: sums.map(|(_, payable)| payable),
            routed_branch: None,
            risk_score: None,
            claims: None,
            items,
            supposed: &[],
        }
    }
}
