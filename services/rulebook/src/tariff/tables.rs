//! All that the tariff says, of all days.

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cited::{Provenance, Versions};
use crate::hs_table::{CommodityCode, HsTable, ListedLines};
use crate::tariff::agreement::Agreement;
use crate::tariff::export::ExportPreferenceRow;
use crate::tariff::import::{ImportRow, RateCell};
use crate::tariff::quota::TariffQuota;
use crate::tariff::relation::MfnWord;
use crate::tariff::specific_rate::SpecificRateEntry;

/// The tables of the tariff.
#[derive(Debug)]
pub(crate) struct Tariff {
    /// The days of the nomenclature.
    pub(crate) nomenclature: Provenance,
    /// Every line of the nomenclature, in order.
    pub(crate) lines: Box<[CommodityCode]>,
    pub(crate) import: HsTable<ImportRow>,
    pub(crate) ordinary_percent_of_mfn: Versions<Decimal>,
    pub(crate) export: ListedLines<RateCell>,
    pub(crate) export_preferences: ListedLines<ExportPreferenceRow>,
    pub(crate) mfn_relations: FxHashMap<Box<str>, (MfnWord, Provenance)>,
    pub(crate) agreements: Vec<Agreement>,
    pub(crate) specific_rates: Vec<SpecificRateEntry>,
    pub(crate) quotas: Vec<TariffQuota>,
}

impl Tariff {
    pub(crate) fn agreement(&self, id: &str) -> Option<&Agreement> {
        // Two dozen short names: comparing them is quicker than hashing one.
        self.agreements.iter().find(|agreement| *agreement.id == *id)
    }

    /// How many rows of rates there are.
    pub(crate) fn row_count(&self) -> usize {
        let preferential = self.agreements.iter().flat_map(|agreement| &agreement.rates);
        self.import.row_count()
            + self.export.rows.row_count()
            + self.export_preferences.rows.row_count()
            + preferential.map(|period| period.table.row_count()).sum::<usize>()
    }
}
