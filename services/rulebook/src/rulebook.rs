//! All rules ever entered, in memory and unchanging.
//!
//! ```text
//!   folder ──► sources ──► each subject reads its files ──► Rulebook ──► one subject each: codes, tariff, taxes, …
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use vocabulary::{Declaration, FieldId};

use crate::code_list::CodeList;
use crate::code_list::table::CodeLists;
use crate::code_uses::entry::CodeUses;
use crate::conditional::rules::ConditionalRules;
use crate::conditional::test_run::RuleTestReport;
use crate::error::{Problems, RuleErrors, whole_file};
use crate::knowing::inventory::Inventory;
use crate::law::provision::Provisions;
use crate::law::{Instrument, Instruments};
use crate::life_cycle::rules::LifeCycleRules;
use crate::origin::rules::OriginRules;
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::tariff::tables::Tariff;
use crate::taxes::tables::Taxes;
use crate::trade_remedies::measure::TradeRemedies;
use crate::valuation::tables::Valuation;
use crate::{code_list, code_uses, conditional, life_cycle, origin, tariff, taxes, trade_remedies, valuation};

/// All rules, of all days. Ask it on a date: [`Rulebook::in_force_on`] is the only door to a value.
#[derive(Debug)]
pub struct Rulebook {
    hash: String,
    files: usize,
    bytes: usize,
    instruments: Instruments,
    pub(crate) provisions: Provisions,
    pub(crate) lists: CodeLists,
    pub(crate) tariff: Tariff,
    pub(crate) taxes: Taxes,
    pub(crate) trade_remedies: TradeRemedies,
    pub(crate) code_uses: CodeUses,
    pub(crate) valuation: Valuation,
    pub(crate) origin: OriginRules,
    pub(crate) conditional: ConditionalRules,
    pub(crate) life_cycle: LifeCycleRules,
}

/// What a rulebook was read from, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSummary {
    /// Rule files.
    pub files: usize,
    /// Bytes in them.
    pub bytes: usize,
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
        Self::load_with(folder, &BTreeMap::new())
    }

    /// The same, with some files as they would be rather than as they are.
    pub(crate) fn load_with(folder: &Path, changed: &BTreeMap<String, String>) -> Result<Self, RuleErrors> {
        let mut problems = Problems::default();
        let sources = Sources::read(folder, changed, &mut problems);
        let rulebook = Self::read(&sources, &mut problems);
        sources.report_unused(&[], &mut problems);
        problems.into_result()?;
        // Reading leaves nothing out without a problem, so that this is never reached; it stands here in place of a panic.
        rulebook.ok_or_else(|| RuleErrors {
            errors: vec![whole_file(".".into(), "the rulebook is incomplete")],
            left_out: 0,
        })
    }

    /// Reads each subject, those that others name before these.
    fn read(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let laws = Lawbook::read(sources, problems);
        let provisions = Provisions::read(sources, &laws, problems);
        let lists = code_list::load::read(sources, &laws, problems);
        let tariff = tariff::load::read(sources, &laws, &lists, problems);
        let mut codes = taxes::load::codes::read(sources, &laws, &lists, problems);
        let trade_remedies = trade_remedies::load::read(sources, &laws, &lists, &mut codes, problems);
        let taxes = taxes::load::read(sources, &laws, &tariff.lines, codes, problems);
        let code_uses = code_uses::load::read(sources, &laws, &lists, &taxes.codes, problems);
        let valuation = valuation::load::read(sources, &laws, &lists, problems);
        let origin = origin::load::read(sources, &laws, &lists, tariff.agreement_ids(), problems);
        let has_tax_code = |code: &str| !taxes.codes.of(code).is_empty();
        code_list::load::check_references(&lists, &tariff.agreement_ids(), has_tax_code, problems);
        let days_of_tax_code = |code: &str| taxes.codes.of(code).iter().map(|entry| &entry.provenance).collect();
        let aliases = code_list::load::aliases::read(sources, &laws, &lists, &days_of_tax_code, problems);
        let conditional = conditional::load::read(sources, &laws, problems);
        let life_cycle = life_cycle::load::read(sources, &laws, problems);
        let (files, bytes) = sources.size();
        Some(Self {
            hash: sources.hash().to_owned(),
            files,
            bytes,
            instruments: laws.instruments,
            provisions: provisions?,
            lists: CodeLists { tables: lists.tables, aliases },
            tariff: tariff.complete()?,
            taxes: taxes.complete()?,
            trade_remedies,
            code_uses,
            valuation: valuation?,
            origin,
            conditional,
            life_cycle: life_cycle?,
        })
    }

    /// The same rules, each validation rule and criterion of which is asked of every declaration: what the index of
    /// rules is held against.
    pub fn without_index(self) -> Self {
        Self { conditional: self.conditional.without_index(), ..self }
    }

    /// SHA-256 over the sorted paths and bytes of all rule files, as 64 hexadecimal digits. Each decision names it.
    pub fn content_hash(&self) -> &str {
        &self.hash
    }

    /// Every instrument of law that the rules cite, by identifier.
    pub fn instruments(&self) -> impl Iterator<Item = &Instrument> {
        self.instruments.by_id.values()
    }

    /// A citation, such as `Decree 26/2023/ND-CP, Annex II`, as Vietnamese readers know it. Citations are recorded in
    /// English; words without a Vietnamese one stay as they are.
    pub fn law_in_vietnamese(&self, law: &str) -> String {
        self.instruments.vietnamese.translate(law).0
    }

    /// The English words of a citation that `law/vietnamese.toml` does not know.
    pub fn law_words_without_vietnamese<'l>(&self, law: &'l str) -> Vec<&'l str> {
        self.instruments.vietnamese.translate(law).1
    }

    /// Everything that the rulebook says, of all days.
    pub fn inventory(&self) -> Inventory {
        // Every subject is named, and each names all its tables, so that a new kind of rule cannot be forgotten: a comparison
        // would be silent of it.
        let Self {
            hash: _,
            files: _,
            bytes: _,
            instruments,
            provisions,
            lists,
            tariff,
            taxes,
            trade_remedies,
            code_uses,
            valuation,
            origin,
            conditional,
            life_cycle,
        } = self;
        let mut inventory = Inventory::new();
        instruments.list_into(&mut inventory);
        provisions.list_into(&mut inventory);
        lists.list_into(&mut inventory);
        tariff.list_into(&mut inventory);
        taxes.list_into(&mut inventory);
        trade_remedies.list_into(&mut inventory);
        code_uses.list_into(&mut inventory);
        valuation.list_into(&mut inventory);
        origin.list_into(&mut inventory);
        conditional.list_into(&mut inventory);
        life_cycle.list_into(&mut inventory);
        inventory.sorted()
    }

    /// Runs the tests that stand beside the validation rules and the criteria of selectivity.
    pub fn run_tests(&self) -> RuleTestReport {
        self.run_tests_of(|_, _| true)
    }

    /// Runs the tests of some rules: those whose file, without its ending, and name are wanted.
    pub fn run_tests_of(&self, wanted: impl Fn(&str, &str) -> bool) -> RuleTestReport {
        self.conditional.run_tests_of(&self.lists, wanted)
    }

    /// The sound declarations that tests of rules change: name, day of registration, declaration.
    pub fn test_bases(&self) -> impl Iterator<Item = (&str, Date, &Declaration)> {
        self.conditional.test_bases.iter().map(|base| (&*base.name, base.on, &base.declaration))
    }

    /// The fields that take a code of a list: the code of the finding without one, the field, the list.
    pub fn coded_fields(&self) -> impl Iterator<Item = (&str, FieldId, CodeList)> {
        self.conditional.coded_fields.iter().map(|coded| (&*coded.code, coded.field, coded.list))
    }

    /// What was read, in numbers.
    pub fn source_summary(&self) -> SourceSummary {
        let with_rates = self.tariff.agreements.iter().filter(|agreement| !agreement.rates.is_empty());
        SourceSummary {
            files: self.files,
            bytes: self.bytes,
            instruments: self.instruments.by_id.len(),
            codes: self.lists.tables.values().map(|list| list.all().len()).sum(),
            tariff_lines: self.tariff.lines.len(),
            agreements: (self.tariff.agreements.len(), with_rates.count()),
            rate_rows: self.tariff.row_count() + self.taxes.row_count(),
            tax_codes: self.taxes.codes.all().len(),
            exchange_rate_weeks: self.valuation.exchange_rates.week_count(),
            conditional_rules: self.conditional.validation.len() + self.conditional.criteria.len(),
        }
    }
}
