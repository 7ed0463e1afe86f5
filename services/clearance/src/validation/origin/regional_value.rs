//! The regional value content of goods, by both formulas of the agreement (ATIGA art. 29), exactly.

use rust_decimal::Decimal;
use vocabulary::ProductionCosts;

use crate::exact::{FractionSum, TooLarge, multiply, subtract, sum};

/// A share of the FOB value. It is kept as a fraction, since it is rarely a finite number of per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RegionalValue {
    content: Decimal,
    fob_value: Decimal,
}

impl RegionalValue {
    /// By what is added in the region: (originating materials + labour + overhead + other costs + profit) / FOB.
    /// `None` while one of them is unknown, or the FOB value is not above zero.
    pub(super) fn direct(costs: &ProductionCosts, fob_value: Decimal) -> Result<Option<Self>, TooLarge> {
        let parts = [costs.originating_materials, costs.labour, costs.overhead, costs.other, costs.profit];
        let parts: Option<Vec<Decimal>> = parts.into_iter().collect();
        let Some(parts) = parts.filter(|_| fob_value > Decimal::ZERO) else { return Ok(None) };
        Ok(Some(Self { content: sum(parts)?, fob_value }))
    }

    /// By what comes from elsewhere: (FOB - non-originating materials) / FOB. `None` in the same cases.
    pub(super) fn indirect(costs: &ProductionCosts, fob_value: Decimal) -> Result<Option<Self>, TooLarge> {
        let Some(foreign) = costs.non_originating_materials.filter(|_| fob_value > Decimal::ZERO) else {
            return Ok(None);
        };
        Ok(Some(Self { content: subtract(fob_value, foreign)?, fob_value }))
    }

    /// Whether the content is at least so many per cent.
    pub(super) fn reaches(&self, percent: Decimal) -> Result<bool, TooLarge> {
        Ok(multiply(self.content, Decimal::ONE_HUNDRED)? >= multiply(percent, self.fob_value)?)
    }

    /// The content in per cent for people, rounded half up at two decimals.
    pub(super) fn percent_for_people(&self) -> Result<Decimal, TooLarge> {
        let mut share = FractionSum::new(Decimal::ZERO);
        share.add_share(Decimal::ONE_HUNDRED, self.content, self.fob_value);
        share.round_half_up(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn costs(foreign: &str, parts: [&str; 5]) -> ProductionCosts {
        let [originating, labour, overhead, other, profit] = parts.map(|part| Some(number(part)));
        ProductionCosts {
            non_originating_materials: Some(number(foreign)),
            originating_materials: originating,
            labour,
            overhead,
            other,
            profit,
            ..ProductionCosts::default()
        }
    }

    #[test]
    fn both_formulas_agree_where_the_costs_add_up() {
        let costs = costs("60", ["10", "10", "10", "5", "5"]);
        let direct = RegionalValue::direct(&costs, number("100")).unwrap().unwrap();
        let indirect = RegionalValue::indirect(&costs, number("100")).unwrap().unwrap();
        assert_eq!(direct, indirect);
        assert_eq!(direct.reaches(number("40")), Ok(true));
        assert_eq!(direct.reaches(number("40.0000000001")), Ok(false));
        assert_eq!(direct.percent_for_people(), Ok(number("40")));
    }

    #[test]
    fn a_third_is_compared_exactly() {
        let costs = costs("2", ["1", "0", "0", "0", "0"]);
        let third = RegionalValue::indirect(&costs, number("3")).unwrap().unwrap();
        assert_eq!(third.reaches(number("33.333333333333")), Ok(true));
        assert_eq!(third.reaches(number("33.333333333334")), Ok(false));
        assert_eq!(third.percent_for_people(), Ok(number("33.33")));
    }

    #[test]
    fn nothing_follows_from_unknown_costs_or_a_value_of_nothing() {
        let unknown = ProductionCosts { labour: Some(number("1")), ..ProductionCosts::default() };
        assert_eq!(RegionalValue::direct(&unknown, number("100")), Ok(None));
        assert_eq!(RegionalValue::indirect(&unknown, number("100")), Ok(None));
        let known = costs("1", ["1", "1", "1", "1", "1"]);
        assert_eq!(RegionalValue::direct(&known, Decimal::ZERO), Ok(None));
        let huge = costs("1", ["79228162514264337593543950335", "79228162514264337593543950335", "0", "0", "0"]);
        assert_eq!(RegionalValue::direct(&huge, number("1")), Err(TooLarge));
    }
}
