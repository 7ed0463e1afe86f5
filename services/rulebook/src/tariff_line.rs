//! A line of the tariff on a day, of which several subjects speak: its duties, its taxes, the codes that fit it.
//!
//! ```text
//!              ┌─► tariff      import and export duty, the rates of agreements
//!   TariffLine ┼─► taxes       VAT, special consumption tax, environmental protection tax
//!              └─► code_uses   the codes that go on the goods
//! ```

use rust_decimal::Decimal;
use vocabulary::{DutyType, RulebookGap};

use crate::cited::Cited;
use crate::code_list::in_force::CodeListsInForce;
use crate::code_uses::in_force::CodeUsesInForce;
use crate::hs_table::{CommodityCode, Line};
use crate::tariff::agreement::Preferential;
use crate::tariff::export::ExportDuty;
use crate::tariff::in_force::TariffInForce;
use crate::taxes::code::{TaxCode, TaxEffect};
use crate::taxes::environmental::EnvironmentalProtection;
use crate::taxes::in_force::TaxesInForce;
use crate::taxes::special_consumption::SpecialConsumption;
use crate::taxes::vat::VatOnLine;

/// A unit that the tariff asks for quantities in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TariffUnit<'a> {
    /// The tariff's word, e.g. `kg`.
    pub name: &'a str,
    /// The codes of quantity units that stand for it, the usual one first, e.g. `KGM`.
    pub codes: &'a [Box<str>],
}

/// A line of the tariff on a day.
#[derive(Debug, Clone, Copy)]
pub struct TariffLine<'a> {
    line: Line,
    tariff: TariffInForce<'a>,
    taxes: TaxesInForce<'a>,
    code_uses: CodeUsesInForce<'a>,
    lists: CodeListsInForce<'a>,
}

impl<'a> TariffLine<'a> {
    pub(crate) fn new(
        line: Line,
        tariff: TariffInForce<'a>,
        taxes: TaxesInForce<'a>,
        code_uses: CodeUsesInForce<'a>,
        lists: CodeListsInForce<'a>,
    ) -> Self {
        Self { line, tariff, taxes, code_uses, lists }
    }

    /// The eight digits.
    pub fn code(&self) -> CommodityCode {
        self.line.code
    }

    /// The units that the tariff asks for quantities in, the first one first.
    pub fn units(&self) -> impl Iterator<Item = TariffUnit<'a>> + use<'a> {
        let lists = self.lists;
        let names = self.tariff.unit_names(self.line).iter();
        names.filter_map(move |name| lists.tariff_unit(name).map(|codes| TariffUnit { name, codes }))
    }

    /// The preferential (most-favoured-nation) rate, in per cent.
    ///
    /// # Errors
    /// A gap when no rate is known for the day, or when the tariff refers to chapter 98.
    pub fn mfn(&self) -> Result<Cited<Decimal>, RulebookGap> {
        self.tariff.import_of(self.line).mfn()
    }

    /// The preferential rate outside the tariff quota, in per cent; `None` where there is no quota.
    ///
    /// # Errors
    /// A gap when no rate is known for the day.
    pub fn mfn_out_of_quota(&self) -> Result<Option<Cited<Decimal>>, RulebookGap> {
        self.tariff.import_of(self.line).mfn_out_of_quota()
    }

    /// The ordinary rate, in per cent: as listed, or else the law's percentage of the preferential rate.
    ///
    /// # Errors
    /// A gap when no rate is known for the day, or when neither the list nor the preferential rate gives one.
    pub fn ordinary(&self) -> Result<Cited<Decimal>, RulebookGap> {
        self.tariff.import_of(self.line).ordinary()
    }

    /// The ordinary rate outside the tariff quota, in per cent; `None` where there is no quota.
    ///
    /// # Errors
    /// A gap when no rate is known for the day.
    pub fn ordinary_out_of_quota(&self) -> Result<Option<Cited<Decimal>>, RulebookGap> {
        self.tariff.import_of(self.line).ordinary_out_of_quota()
    }

    /// What an agreement gives for goods of an origin (an ISO country code), inside its tariff quota if it has one.
    pub fn preferential(&self, agreement: &str, origin: &str) -> Preferential {
        self.tariff.preferential(self.line, agreement, origin, false)
    }

    /// What an agreement gives for goods of an origin outside its tariff quota.
    pub fn preferential_out_of_quota(&self, agreement: &str, origin: &str) -> Preferential {
        self.tariff.preferential(self.line, agreement, origin, true)
    }

    /// VAT on import.
    pub fn vat(&self) -> VatOnLine {
        self.taxes.vat(self.line)
    }

    /// Special consumption tax on import.
    pub fn special_consumption(&self) -> SpecialConsumption {
        self.taxes.special_consumption(self.line)
    }

    /// Environmental protection tax on import.
    pub fn environmental(&self) -> EnvironmentalProtection {
        self.taxes.environmental(self.line)
    }

    /// Export duty without a preference.
    pub fn export_duty(&self) -> ExportDuty {
        self.tariff.export_of(self.line).export_duty()
    }

    /// What an agreement gives at export to a destination (an ISO country code).
    pub fn preferential_export(&self, agreement: &str, destination: &str) -> Preferential {
        self.tariff.preferential_export(self.line, agreement, destination)
    }

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
        let hs8 = self.code().to_string();
        let codes = self.taxes.codes(tax).into_iter().filter(fits);
        codes.filter(|code| self.code_uses.goes_on(code.code(), &hs8)).collect()
    }
}
