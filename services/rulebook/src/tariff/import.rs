//! The import tariff: the preferential (most-favoured-nation) rate of a line, and the ordinary one.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::RulebookGap;

use crate::cited::{Cited, Provenance, Versions, gap, no_value_on, only_as_printed};
use crate::hs_table::{Found, HsTable, Line};

/// A rate as its table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RateCell {
    Rate(Decimal),
    AsPrinted(Box<str>),
}

/// A row of the import tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportRow {
    /// The tariff's own words for the units.
    pub(crate) units: Box<[Box<str>]>,
    pub(crate) mfn: RateCell,
    pub(crate) mfn_out_of_quota: Option<Decimal>,
    /// `None` where the general rule of the ordinary rate applies.
    pub(crate) ordinary: Option<Decimal>,
}

/// The rates of a line of the import tariff on a day.
pub(crate) struct ImportRates<'a> {
    pub(crate) table: &'a HsTable<ImportRow>,
    /// What the ordinary rate is of the preferential one, where no other is listed.
    pub(crate) ordinary_percent_of_mfn: &'a Versions<Decimal>,
    pub(crate) line: Line,
    pub(crate) date: Date,
}

impl<'a> ImportRates<'a> {
    /// The preferential (most-favoured-nation) rate, in per cent.
    ///
    /// # Errors
    /// A gap when no rate is known for the day, or when the tariff refers to chapter 98.
    pub(crate) fn mfn(&self) -> Result<Cited<Decimal>, RulebookGap> {
        let (row, provenance) = self.import_row("mfn")?;
        self.rate(&row.mfn, provenance, "mfn")
    }

    /// The preferential rate outside the tariff quota, in per cent; `None` where there is no quota.
    ///
    /// # Errors
    /// A gap when no rate is known for the day.
    pub(crate) fn mfn_out_of_quota(&self) -> Result<Option<Cited<Decimal>>, RulebookGap> {
        let (row, provenance) = self.import_row("mfn_out_of_quota")?;
        Ok(row
            .mfn_out_of_quota
            .map(|rate| provenance.cited(rate, format_args!("{}/mfn_out_of_quota", self.import_place()))))
    }

    /// The ordinary rate, in per cent: as listed, or else the law's percentage of the preferential rate.
    ///
    /// # Errors
    /// A gap when no rate is known for the day, or when neither the list nor the preferential rate gives one.
    pub(crate) fn ordinary(&self) -> Result<Cited<Decimal>, RulebookGap> {
        let (row, provenance) = self.import_row("ordinary")?;
        if let Some(rate) = row.ordinary {
            let (_, law) = self.ordinary_rule()?;
            // The list gives the rate, and the row gives the days on which it is this one.
            let mut cited = law.cited(rate, format_args!("{}/ordinary", self.import_place()));
            cited.citation.rule = provenance.cite(format_args!("{}/ordinary", self.import_place())).rule;
            return Ok(cited);
        }
        let mfn = self.rate(&row.mfn, provenance, "ordinary")?;
        if mfn.value.is_zero() {
            return Err(gap(
                "ordinary_rate_not_listed",
                format_args!("{}/ordinary", self.import_place()),
                format_args!("the preferential rate is 0 and the list of ordinary rates has no rate for the line"),
                format_args!("thuế suất ưu đãi là 0 và danh mục thuế suất thông thường không có dòng hàng này"),
            ));
        }
        self.ordinary_from(mfn.value)
    }

    /// The ordinary rate outside the tariff quota, in per cent; `None` where there is no quota.
    ///
    /// # Errors
    /// A gap when no rate is known for the day.
    pub(crate) fn ordinary_out_of_quota(&self) -> Result<Option<Cited<Decimal>>, RulebookGap> {
        let (row, _) = self.import_row("ordinary_out_of_quota")?;
        row.mfn_out_of_quota.map(|rate| self.ordinary_from(rate)).transpose()
    }

    fn import_place(&self) -> String {
        format!("assessment/import-tariff/{}", self.line.code)
    }

    fn import_row(&self, column: &str) -> Result<(&'a ImportRow, &'a Provenance), RulebookGap> {
        match self.table.find(self.line, self.date) {
            Found::Value(row, provenance) => Ok((row, provenance)),
            Found::NotOnDate | Found::NotListed => {
                Err(no_value_on(self.date, format_args!("{}/{column}", self.import_place())))
            }
        }
    }

    fn rate(&self, cell: &RateCell, provenance: &Provenance, column: &str) -> Result<Cited<Decimal>, RulebookGap> {
        let place = format_args!("assessment/import-tariff/{}/{column}", self.line.code);
        match cell {
            RateCell::Rate(rate) => Ok(provenance.cited(*rate, place)),
            RateCell::AsPrinted(printed) => Err(only_as_printed(printed, place)),
        }
    }

    fn ordinary_rule(&self) -> Result<(Decimal, &'a Provenance), RulebookGap> {
        self.ordinary_percent_of_mfn
            .on(self.date)
            .map(|(percent, provenance)| (*percent, provenance))
            .ok_or_else(|| no_value_on(self.date, format_args!("assessment/import-tariff/ordinary")))
    }

    fn ordinary_from(&self, mfn: Decimal) -> Result<Cited<Decimal>, RulebookGap> {
        let (percent, provenance) = self.ordinary_rule()?;
        // At most 1000 by 1000 with few decimals: this cannot leave 28 digits.
        let rate = (mfn * percent / Decimal::ONE_HUNDRED).normalize();
        Ok(provenance.cited(rate, format_args!("{}/ordinary", self.import_place())))
    }
}
