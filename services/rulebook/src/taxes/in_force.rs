//! The taxes on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, DutyType, RulebookGap};

use crate::cited::{Cited, no_value_on};
use crate::hs_table::Line;
use crate::taxes::code::{TaxCode, TaxCodeEntry};
use crate::taxes::environmental::EnvironmentalProtection;
use crate::taxes::special_consumption::SpecialConsumption;
use crate::taxes::tables::Taxes;
use crate::taxes::threshold::Thresholds;
use crate::taxes::vat::VatOnLine;

/// What was meant by a text that is no tax code.
#[derive(Debug, Clone)]
pub struct MeantTaxCode<'a> {
    /// The code, where one was meant.
    pub code: Option<TaxCode<'a>>,
    /// What the table says besides.
    pub hint: Option<&'a Bilingual>,
}

/// The taxes on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct TaxesInForce<'a> {
    taxes: &'a Taxes,
    date: Date,
}

impl<'a> TaxesInForce<'a> {
    pub(crate) fn new(taxes: &'a Taxes, date: Date) -> Self {
        Self { taxes, date }
    }

    /// VAT on a line.
    pub(crate) fn vat(&self, line: Line) -> VatOnLine {
        self.taxes.vat.of_line(line, self.date)
    }

    /// Special consumption tax on a line.
    pub(crate) fn special_consumption(&self, line: Line) -> SpecialConsumption {
        self.taxes.special_consumption.of_line(line.code, self.date)
    }

    /// Environmental protection tax on a line.
    pub(crate) fn environmental(&self, line: Line) -> EnvironmentalProtection {
        self.taxes.environmental_protection.of_line(line.code, self.date)
    }

    /// The gap where the tables of tax codes are not entered for the day, so that they say nothing of a code; as
    /// that of a code list.
    pub fn code_not_entered(&self, code: &str) -> Option<RulebookGap> {
        let codes = &self.taxes.codes;
        let place = || no_value_on(self.date, format_args!("assessment/{}/{code}", codes.table_of(code)));
        codes.is_silent_of(code, self.date).then(place)
    }

    /// A code of other taxes, exemptions, reductions or trade remedies.
    pub fn code(&self, code: &str) -> Option<TaxCode<'a>> {
        self.taxes.codes.known_on(code, self.date).map(TaxCode::new)
    }

    /// Every tax code of a tax on the day, by code.
    pub fn codes(&self, tax: DutyType) -> Vec<TaxCode<'a>> {
        let mut entries: Vec<&TaxCodeEntry> = self
            .taxes
            .codes
            .all()
            .iter()
            .filter(|entry| entry.tax == tax && entry.provenance.holds_on(self.date))
            .collect();
        entries.sort_by(|a, b| a.code.cmp(&b.code));
        entries.into_iter().map(TaxCode::new).collect()
    }

    /// The tax whose codes begin as a text does, by its first two letters: VB stands before codes of VAT.
    pub fn tax_of_family(&self, code: &str) -> Option<DutyType> {
        let family = code.get(..2)?;
        let mut entries = self.taxes.codes.all().iter().filter(|entry| entry.code.starts_with(family));
        let first = entries.next()?.tax;
        entries.all(|entry| entry.tax == first).then_some(first)
    }

    /// The environmental protection tax on a product, by its code; the gap names the product when a code is known and
    /// its amount on the day is not.
    ///
    /// # Errors
    /// A gap when the code is known for other days alone.
    pub fn environmental_tax(&self, code: &str) -> Result<Option<TaxCode<'a>>, RulebookGap> {
        self.code_of_tax(code, |tax| tax == DutyType::EnvironmentalProtection)
    }

    /// Whether a tax code is known on other days than this one.
    pub fn code_on_other_days(&self, code: &str) -> bool {
        self.code(code).is_none() && !self.taxes.codes.of(code).is_empty()
    }

    fn code_of_tax(&self, code: &str, wanted: impl Fn(DutyType) -> bool) -> Result<Option<TaxCode<'a>>, RulebookGap> {
        let versions = self.taxes.codes.of(code);
        let mut of_tax = versions.iter().filter(|entry| wanted(entry.tax)).peekable();
        let Some(first) = of_tax.peek() else {
            return Ok(None);
        };
        let table = first.table;
        of_tax
            .find(|entry| entry.provenance.holds_on(self.date))
            .map(|entry| Some(TaxCode::new(entry)))
            .ok_or_else(|| no_value_on(self.date, format_args!("assessment/{table}/{code}")))
    }

    /// Amounts below which duty is not collected.
    ///
    /// # Errors
    /// A gap when one of them is not entered for the day.
    pub fn thresholds(&self) -> Result<Thresholds, RulebookGap> {
        let taxes = self.taxes;
        let place = "assessment/thresholds";
        Ok(Thresholds {
            small_shipment: taxes.small_shipment.cited_on(self.date, format_args!("{place}/small_shipment"))?,
            express: taxes.express.cited_on(self.date, format_args!("{place}/express"))?,
            gift: taxes.gift.cited_on(self.date, format_args!("{place}/gift"))?,
        })
    }

    /// Interest on tax paid late, in per cent of the amount for each day.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn late_payment_percent_per_day(&self) -> Result<Cited<Decimal>, RulebookGap> {
        self.taxes.late_payment.cited_on(self.date, format_args!("assessment/thresholds/late_payment"))
    }
}
