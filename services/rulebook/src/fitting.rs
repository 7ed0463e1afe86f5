//! Which codes of a tax fit the goods of a tariff line on a day: what a mend names.

use rust_decimal::Decimal;
use vocabulary::DutyType;

use crate::in_force::RulesInForce;
use crate::tariff_line::{EnvironmentalProtection, SpecialConsumption, TariffLine, VatOnLine};
use crate::tax::{TaxCode, TaxEffect};

impl<'a> TariffLine<'a> {
    /// The codes of a tax that stand for a rate or an amount which goods of this line may bear on the day, by code. None
    /// where the rulebook does not say what they bear.
    pub fn codes_fitting(&self, tax: DutyType) -> Vec<TaxCode<'a>> {
        let rates: Option<Vec<Decimal>> = match tax {
            DutyType::Vat => match self.vat() {
                VatOnLine::Rate(rate) => Some(vec![rate.value]),
                VatOnLine::DependsOnGoods { permitted, .. } => Some(permitted),
                VatOnLine::Gap(_) => None,
            },
            DutyType::SpecialConsumption => match self.special_consumption() {
                SpecialConsumption::Rate(rate) => Some(vec![rate.value]),
                SpecialConsumption::DependsOnGoods { permitted, .. } | SpecialConsumption::Seldom { permitted, .. } => {
                    Some(permitted)
                }
                SpecialConsumption::NotSubject(_) | SpecialConsumption::Gap(_) => None,
            },
            DutyType::EnvironmentalProtection => match self.environmental() {
                EnvironmentalProtection::Yes(_) | EnvironmentalProtection::Maybe(_) => Some(Vec::new()),
                EnvironmentalProtection::No(_) | EnvironmentalProtection::Gap(_) => None,
            },
            _ => None,
        };
        let Some(rates) = rates else { return Vec::new() };
        let fits = |code: &TaxCode<'_>| match code.effect() {
            TaxEffect::Rate(rate) => rates.is_empty() || rates.contains(rate),
            TaxEffect::Amount { .. } => tax == DutyType::EnvironmentalProtection,
            TaxEffect::Exempt | TaxEffect::Reduce | TaxEffect::NotSubject => false,
        };
        let (rules, hs8) = (self.rules(), self.code().to_string());
        let codes = rules.tax_codes(tax).into_iter().filter(fits);
        codes.filter(|code| rules.code_goes_on(code.code(), &hs8)).collect()
    }

    /// The rules of the day.
    pub fn rules(&self) -> RulesInForce<'a> {
        self.rulebook.in_force_on(self.date)
    }
}
