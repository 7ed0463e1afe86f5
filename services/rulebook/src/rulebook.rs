//! All rules ever entered, in memory and unchanging.

use std::path::Path;

use jiff::civil::Date;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::agreement::Agreement;
use crate::alias::Alias;
use crate::cited::Provenance;
use crate::code_list::{CodeList, Detail, ListTable};
use crate::code_use::CodeUses;
use crate::coded_field::CodedField;
use crate::error::RuleErrors;
use crate::hs_table::{CommodityCode, HsTable};
use crate::in_force::RulesInForce;
use crate::index::RuleIndex;
use crate::law::{Instrument, Instruments};
use crate::life_cycle::LifeCycleRules;
use crate::load;
use crate::origin::OriginRules;
use crate::rule_test::Base;
use crate::selectivity::Criterion;
use crate::specific_rate::SpecificRateEntry;
use crate::tariff_line::{ExportPreferenceRow, ImportRow, RateCell, SpecialConsumptionRow, VatCutRule, VatRow};
use crate::tariff_quota::TariffQuota;
use crate::tax::{GiftThreshold, Rounding, RoundingKind, ShipmentThreshold, TaxCodes, Versions};
use crate::trade_remedy::RemedyCase;
use crate::validation::ValidationRule;
use crate::valuation::ExchangeRates;
use crate::valuation::MarginKind;

/// A table that leaves out what it says nothing of: absence means that the tax is not borne.
#[derive(Debug)]
pub(crate) struct ListedLines<V> {
    pub(crate) rows: HsTable<V>,
    /// The days on which absence has that meaning, and the law.
    pub(crate) provenance: Provenance,
}

impl<V> ListedLines<V> {
    pub(crate) fn holds_on(&self, date: Date) -> bool {
        self.provenance.holds_on(date)
    }
}

/// All rules, of all days. Ask it on a date: [`Rulebook::in_force_on`] is the only door to a value.
#[derive(Debug)]
pub struct Rulebook {
    pub(crate) hash: String,
    pub(crate) files: usize,
    pub(crate) bytes: usize,
    pub(crate) instruments: Instruments,
    pub(crate) lists: FxHashMap<CodeList, ListTable>,
    /// What people write for codes.
    pub(crate) aliases: Vec<Alias>,
    pub(crate) mfn_relations: FxHashMap<Box<str>, (MfnWord, Provenance)>,
    pub(crate) nomenclature: Provenance,
    /// Every line of the nomenclature, in order.
    pub(crate) lines: Box<[CommodityCode]>,
    pub(crate) import_tariff: HsTable<ImportRow>,
    pub(crate) ordinary_percent_of_mfn: Versions<Decimal>,
    pub(crate) agreements: Vec<Agreement>,
    pub(crate) vat: HsTable<VatRow>,
    pub(crate) vat_cut: Versions<VatCutRule>,
    pub(crate) special_consumption: ListedLines<SpecialConsumptionRow>,
    /// Beginnings of the codes that an earlier law of the tax reached, whose rates are not entered.
    pub(crate) special_consumption_before: Versions<Box<[Box<str>]>>,
    /// `true` where only some of the goods bear the tax.
    pub(crate) environmental_lines: ListedLines<bool>,
    pub(crate) export_tariff: ListedLines<RateCell>,
    pub(crate) export_preferences: ListedLines<ExportPreferenceRow>,
    pub(crate) tax_codes: TaxCodes,
    pub(crate) code_uses: CodeUses,
    pub(crate) small_shipment: Versions<ShipmentThreshold>,
    pub(crate) express: Versions<ShipmentThreshold>,
    pub(crate) gift: Versions<GiftThreshold>,
    pub(crate) late_payment: Versions<Decimal>,
    pub(crate) specific_rates: Vec<SpecificRateEntry>,
    pub(crate) trade_remedies: Vec<RemedyCase>,
    pub(crate) remedy_proof_days: Versions<u32>,
    pub(crate) tariff_quotas: Vec<TariffQuota>,
    pub(crate) roundings: FxHashMap<RoundingKind, Versions<Rounding>>,
    pub(crate) margins: FxHashMap<MarginKind, Versions<Decimal>>,
    pub(crate) exchange_rates: ExchangeRates,
    pub(crate) origin: OriginRules,
    pub(crate) validation: Vec<ValidationRule>,
    pub(crate) validation_index: RuleIndex,
    pub(crate) coded_fields: Vec<CodedField>,
    pub(crate) criteria: Vec<Criterion>,
    pub(crate) life_cycle: LifeCycleRules,
    pub(crate) criteria_index: RuleIndex,
    /// The sound declarations that the tests of rules change.
    pub(crate) test_bases: Vec<Base>,
}

/// What the table of relations says of a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MfnWord {
    Yes,
    No,
    Unknown,
}

/// What a rulebook was read from, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSummary {
    /// Rule files.
    pub files: usize,
    /// Bytes in them.
    pub bytes: usize,
    /// Instruments of law.
    pub instruments: usize,
    /// Codes in the code lists, versions counted apart.
    pub codes: usize,
    /// Lines of the nomenclature.
    pub tariff_lines: usize,
    /// Agreements, and how many of them have their rates entered.
    pub agreements: (usize, usize),
    /// Rows of all tables by commodity code.
    pub rate_rows: usize,
    /// Tax codes, versions counted apart.
    pub tax_codes: usize,
    /// Weeks with exchange rates.
    pub exchange_rate_weeks: usize,
    /// Validation rules and criteria of selectivity.
    pub conditional_rules: usize,
}

impl std::fmt::Display for SourceSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} files, {} tariff lines, {} rates, {} agreements ({} with rates), {} codes, {} conditional rules, {} instruments of law",
            self.files,
            self.tariff_lines,
            self.rate_rows,
            self.agreements.0,
            self.agreements.1,
            self.codes + self.tax_codes,
            self.conditional_rules,
            self.instruments
        )
    }
}

impl Rulebook {
    /// Reads and checks the rule files of a folder.
    ///
    /// # Errors
    /// Everything that is wrong with them, each mistake with file, line and a hint.
    pub fn load(folder: &Path) -> Result<Self, RuleErrors> {
        load::load(folder)
    }

    /// The same rules, each validation rule and criterion of which is asked of every declaration: what the index of
    /// rules is held against.
    pub fn without_index(self) -> Self {
        Self {
            validation_index: RuleIndex::of_all(self.validation.len()),
            criteria_index: RuleIndex::of_all(self.criteria.len()),
            ..self
        }
    }

    /// The rules of one day.
    pub fn in_force_on(&self, date: Date) -> RulesInForce<'_> {
        RulesInForce::new(self, date)
    }

    /// SHA-256 over the sorted paths and bytes of all rule files, as 64 hexadecimal digits. Each decision names it.
    pub fn content_hash(&self) -> &str {
        &self.hash
    }

    /// Every instrument of law that the rules cite, by identifier.
    pub fn instruments(&self) -> impl Iterator<Item = &Instrument> {
        self.instruments.by_id.values()
    }

    /// What was read, in numbers.
    pub fn source_summary(&self) -> SourceSummary {
        let preferential = self.agreements.iter().flat_map(|agreement| &agreement.rates);
        let with_rates = self.agreements.iter().filter(|agreement| !agreement.rates.is_empty());
        SourceSummary {
            files: self.files,
            bytes: self.bytes,
            instruments: self.instruments.by_id.len(),
            codes: self.lists.values().map(|list| list.all().len()).sum(),
            tariff_lines: self.lines.len(),
            agreements: (self.agreements.len(), with_rates.count()),
            rate_rows: self.import_tariff.row_count()
                + self.vat.row_count()
                + self.special_consumption.rows.row_count()
                + self.environmental_lines.rows.row_count()
                + self.export_tariff.rows.row_count()
                + self.export_preferences.rows.row_count()
                + preferential.map(|period| period.table.row_count()).sum::<usize>(),
            tax_codes: self.tax_codes.all().count(),
            exchange_rate_weeks: self.exchange_rates.week_count(),
            conditional_rules: self.validation.len() + self.criteria.len(),
        }
    }

    pub(crate) fn agreement(&self, id: &str) -> Option<&Agreement> {
        // Two dozen short names: comparing them is quicker than hashing one.
        self.agreements.iter().find(|agreement| *agreement.id == *id)
    }

    pub(crate) fn list(&self, list: CodeList) -> Option<&ListTable> {
        self.lists.get(&list)
    }

    pub(crate) fn tariff_unit(&self, name: &str) -> Option<&[Box<str>]> {
        let entry = self.list(CodeList::TariffUnits)?.versions(name).first()?;
        match &entry.detail {
            Detail::TariffUnit { codes } => Some(codes),
            _ => None,
        }
    }
}
