//! Every dated value of a rulebook, in one form: for surveys, for comparing two rulebooks, and for what comes next.
//!
//! ```text
//!   Rulebook ──► Inventory ── tables ── rows ──► key, values by name, days, law, mark
//! ```

mod life_cycle;
mod measures;
mod origin;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::agreement::{Agreement, PreferentialCell, PreferentialRow};
use crate::cited::{Mark, Provenance};
use crate::code_list::{AdjustmentEffect, Detail, ScheduleKind, Treatment};
use crate::hs_table::{CommodityCode, HsTable};
use crate::rulebook::{ListedLines, MfnWord, Rulebook};
use crate::subject::schema::word_of;
use crate::tariff_line::{
    EXPORT_COLUMNS, ExportPreferenceRow, ImportRow, RateCell, SpecialConsumptionRow, VatCut, VatRow,
};
use crate::tax::{ListNeed, RoundingPolicy, TaxEffect, Versions};

/// What a row is about: a line of the tariff, or a word such as a code, a currency or a rule's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A line of the tariff.
    Line(CommodityCode),
    /// Anything else, by its name.
    Word(Box<str>),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(code) => code.fmt(f),
            Self::Word(word) => f.write_str(word),
        }
    }
}

/// The name of a value and the value as people write it. What is empty is left out.
pub type NamedValue = (Cow<'static, str>, String);

/// What holds for a key on some days.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The first day.
    pub from: Date,
    /// The last day; `None` while no end is known.
    pub to: Option<Date>,
    /// Name of the instrument and the provision.
    pub law: Arc<str>,
    /// How well it is known.
    pub mark: Mark,
    /// The values by name, in the order of the file's columns.
    pub values: Vec<NamedValue>,
}

/// A table of the rulebook, named as its file without the ending, or as a part of it.
#[derive(Debug)]
pub struct Table {
    name: String,
    rows: Vec<Row>,
    values: Vec<Vec<NamedValue>>,
    provenances: Vec<Provenance>,
}

#[derive(Debug)]
struct Row {
    key: Key,
    value: usize,
    provenance: usize,
}

impl Table {
    /// Its name, such as `assessment/import-tariff`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows it has, versions counted apart.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// How many rows bear each mark, from the surest to the least sure; marks that none bears are left out.
    pub fn marks(&self) -> BTreeMap<Mark, usize> {
        let mut marks = BTreeMap::new();
        for row in &self.rows {
            *marks.entry(self.provenances[row.provenance].mark).or_default() += 1;
        }
        marks
    }

    /// The keys whose values change on a day: something begins on it, or ended the day before.
    pub fn changes(&self) -> BTreeMap<Date, Vec<&Key>> {
        let mut changes: BTreeMap<Date, Vec<&Key>> = BTreeMap::new();
        for row in &self.rows {
            let provenance = &self.provenances[row.provenance];
            let after = provenance.to.and_then(|to| to.tomorrow().ok());
            for day in [Some(provenance.from), after].into_iter().flatten() {
                let keys = changes.entry(day).or_default();
                if keys.last() != Some(&&row.key) {
                    keys.push(&row.key);
                }
            }
        }
        changes
    }

    /// The keys that have a value up to a day and none after it, by that last day.
    pub fn endings(&self) -> BTreeMap<Date, Vec<&Key>> {
        let mut endings: BTreeMap<Date, Vec<&Key>> = BTreeMap::new();
        for rows in self.rows.chunk_by(|a, b| a.key == b.key) {
            // The rows of a key stand by their first days and share none, so that the last one ends last.
            let last = rows.last().map(|row| (&row.key, self.provenances[row.provenance].to));
            if let Some((key, Some(to))) = last {
                endings.entry(to).or_default().push(key);
            }
        }
        endings
    }

    /// Every key once, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.rows.chunk_by(|a, b| a.key == b.key).filter_map(|rows| Some(&rows.first()?.key))
    }

    /// The versions of a key, oldest first.
    pub fn versions(&self, key: &Key) -> Vec<Version> {
        let first = self.rows.partition_point(|row| row.key < *key);
        self.rows[first..].iter().take_while(|row| row.key == *key).map(|row| self.version(row)).collect()
    }

    /// Every key with its versions, oldest first, in the order of the keys.
    pub fn entries(&self) -> impl Iterator<Item = (&Key, Vec<Version>)> {
        self.rows
            .chunk_by(|a, b| a.key == b.key)
            .filter_map(|rows| Some((&rows.first()?.key, rows.iter().map(|row| self.version(row)).collect())))
    }

    fn version(&self, row: &Row) -> Version {
        let provenance = &self.provenances[row.provenance];
        Version {
            from: provenance.from,
            to: provenance.to,
            law: provenance.law.clone(),
            mark: provenance.mark,
            values: self.values[row.value].clone(),
        }
    }

    /// The same rows with numbers that two tables share, so that they compare quickly.
    pub(crate) fn numbered<'a>(&'a self, numbers: &mut Numbers<'a>) -> Vec<(&'a Key, usize, usize)> {
        let values: Vec<usize> = self.values.iter().map(|value| number(&mut numbers.values, value)).collect();
        let provenances: Vec<usize> = self
            .provenances
            .iter()
            .map(|known| number(&mut numbers.provenances, (known.from, known.to, &*known.law, known.mark)))
            .collect();
        self.rows.iter().map(|row| (&row.key, values[row.value], provenances[row.provenance])).collect()
    }
}

/// Numbers that stand for values and provenances.
#[derive(Default)]
pub(crate) struct Numbers<'a> {
    values: HashMap<&'a Vec<NamedValue>, usize>,
    provenances: HashMap<(Date, Option<Date>, &'a str, Mark), usize>,
}

fn number<K: std::hash::Hash + Eq>(known: &mut HashMap<K, usize>, key: K) -> usize {
    let next = known.len();
    *known.entry(key).or_insert(next)
}

/// Everything that a rulebook says, table by table, in the order of the tables' names.
#[derive(Debug)]
pub struct Inventory {
    tables: BTreeMap<String, Table>,
}

impl Inventory {
    /// Every table.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// A table by its name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Every day on which something begins, or the day after which something has ended.
    pub fn change_days(&self) -> BTreeSet<Date> {
        self.tables().flat_map(|table| table.changes().into_keys()).collect()
    }

    /// Takes in what a table says of a key on some days.
    fn add(&mut self, name: impl Into<String>, key: Key, provenance: &Provenance, values: Vec<NamedValue>) {
        let table = self.named(name.into());
        table.values.push(values);
        table.provenances.push(provenance.clone());
        let (value, provenance) = (table.values.len() - 1, table.provenances.len() - 1);
        table.rows.push(Row { key, value, provenance });
    }

    fn add_word(&mut self, name: impl Into<String>, word: &str, provenance: &Provenance, values: Vec<NamedValue>) {
        self.add(name, Key::Word(word.into()), provenance, values);
    }

    fn add_versions<T>(
        &mut self,
        name: &str,
        word: &str,
        versions: &Versions<T>,
        read: impl Fn(&T) -> Vec<NamedValue>,
    ) {
        for (value, provenance) in &versions.0 {
            self.add_word(name, word, provenance, read(value));
        }
    }

    fn add_lines<V>(&mut self, name: impl Into<String>, lines: &HsTable<V>, read: impl Fn(&V) -> Vec<NamedValue>) {
        let table = self.named(name.into());
        let (values, provenances) = (table.values.len(), table.provenances.len());
        table.values.extend(lines.values().map(read));
        table.provenances.extend(lines.provenances().cloned());
        table.rows.extend(lines.numbered_rows().map(|(code, value, provenance)| Row {
            key: Key::Line(code),
            value: values + value,
            provenance: provenances + provenance,
        }));
    }

    /// A table that leaves out what it says nothing of.
    fn add_listed<V>(&mut self, name: &str, lines: &ListedLines<V>, read: impl Fn(&V) -> Vec<NamedValue>) {
        self.add_lines(name, &lines.rows, read);
        self.add_word(format!("{name}/lines-left-out"), "all", &lines.provenance, vec![text("borne", "no")]);
    }

    fn named(&mut self, name: String) -> &mut Table {
        self.tables.entry(name).or_insert_with_key(|name| Table {
            name: name.clone(),
            rows: Vec::new(),
            values: Vec::new(),
            provenances: Vec::new(),
        })
    }

    fn sorted(mut self) -> Self {
        for table in self.tables.values_mut() {
            let Table { rows, provenances, .. } = table;
            rows.sort_by(|a, b| {
                (&a.key, provenances[a.provenance].from).cmp(&(&b.key, provenances[b.provenance].from))
            });
        }
        self
    }
}

impl Rulebook {
    /// Everything that the rulebook says, of all days.
    pub fn inventory(&self) -> Inventory {
        // Every field is named, so that a new kind of rule cannot be forgotten here: a comparison would be silent of it.
        let Self {
            hash: _,
            // The indexes are made of the rules.
            validation_index: _,
            criteria_index: _,
            files: _,
            bytes: _,
            instruments,
            lists,
            aliases,
            mfn_relations,
            nomenclature,
            lines: _,
            import_tariff,
            ordinary_percent_of_mfn,
            agreements,
            vat,
            vat_cut,
            special_consumption,
            special_consumption_before,
            environmental_lines,
            export_tariff,
            export_preferences,
            tax_codes,
            code_uses,
            small_shipment,
            express,
            gift,
            late_payment,
            specific_rates,
            trade_remedies,
            remedy_proof_days,
            tariff_quotas,
            roundings,
            margins,
            exchange_rates,
            origin,
            validation,
            coded_fields,
            criteria,
            life_cycle,
            test_bases: _,
        } = self;
        let mut inventory = Inventory { tables: BTreeMap::new() };
        for instrument in instruments.by_id.values() {
            let provenance = Provenance {
                from: instrument.in_force_from,
                to: instrument.in_force_to,
                law: Arc::from(&*instrument.name),
                mark: instrument.mark,
            };
            let values = vec![
                text("number", &instrument.number),
                text("name", &instrument.name),
                text("title.en", &instrument.title_en),
                text("title.vi", &instrument.title_vi),
            ];
            inventory.add_word("law/instruments", &instrument.id, &provenance, values);
        }
        for (list, table) in lists {
            for entry in table.all() {
                let mut values = vec![text("name_en", &entry.name_en), text("name_vi", &entry.name_vi)];
                values.extend(detail(&entry.detail));
                let name = format!("code-lists/{}", list.as_str());
                inventory.add_word(name, &entry.code, &entry.provenance, values);
            }
        }
        for alias in aliases {
            let mut values = Vec::new();
            values.extend(alias.code.as_deref().map(|code| text("code", code)));
            if let Some(hint) = &alias.hint {
                values.extend([text("hint_en", &hint.en), text("hint_vi", &hint.vi)]);
            }
            let name = format!("code-lists/aliases/{}", alias.list.as_str());
            inventory.add_word(name, &alias.written, &alias.provenance, values);
        }
        for (country, (word, provenance)) in mfn_relations {
            let word = match word {
                MfnWord::Yes => "yes",
                MfnWord::No => "no",
                MfnWord::Unknown => "unknown",
            };
            inventory.add_word("assessment/mfn-relations", country, provenance, vec![text("mfn", word)]);
        }
        inventory.add_word("assessment/import-tariff/nomenclature", "all", nomenclature, Vec::new());
        inventory.add_lines("assessment/import-tariff", import_tariff, import_row);
        inventory.add_versions(
            "assessment/import-tariff/ordinary",
            "percent_of_mfn",
            ordinary_percent_of_mfn,
            |percent| vec![number_text("percent_of_mfn", percent)],
        );
        for agreement in agreements {
            inventory.add_word("assessment/agreements", &agreement.id, &agreement.decree, terms(agreement));
            for period in &agreement.rates {
                inventory.add_lines(format!("assessment/{}", period.name), &period.table, preferential_row);
            }
        }
        inventory.add_lines("assessment/value-added-tax", vat, vat_row);
        inventory.add_versions("assessment/value-added-tax/cut", "cut", vat_cut, |cut| {
            vec![number_text("from_rate", &cut.from_rate), number_text("to_rate", &cut.to_rate)]
        });
        inventory.add_listed("assessment/special-consumption-tax", special_consumption, |row| match row {
            SpecialConsumptionRow::Rate { rate, not_subject: false } => vec![number_text("rate", rate)],
            SpecialConsumptionRow::Rate { rate, not_subject: true } => {
                vec![text("rate", &format!("{} or not_subject", number_of(rate)))]
            }
            SpecialConsumptionRow::OneOf { rates, .. } if rates.is_empty() => vec![text("rate", "by_goods")],
            SpecialConsumptionRow::OneOf { rates, seldom: true, .. } => {
                vec![text("rate", &format!("not_subject or {}", choice(false, rates)))]
            }
            SpecialConsumptionRow::OneOf { rates, not_subject, .. } => {
                vec![text("rate", &choice(*not_subject, rates))]
            }
            SpecialConsumptionRow::AsPrinted(printed) => vec![text("rate", &format!("? {printed}"))],
        });
        inventory.add_versions(
            "assessment/special-consumption-tax-before",
            "headings",
            special_consumption_before,
            |headings| vec![text("headings", &headings.join(" "))],
        );
        measures::add_code_uses(&mut inventory, code_uses);
        inventory.add_listed("assessment/environmental-protection-lines", environmental_lines, |maybe| {
            vec![text("bears", if *maybe { "maybe" } else { "yes" })]
        });
        inventory.add_listed("assessment/export-tariff", export_tariff, |cell| vec![text("rate", &rate_cell(cell))]);
        inventory.add_lines("assessment/export-preferential", &export_preferences.rows, export_preference);
        for entry in tax_codes.all() {
            let mut values = vec![text("tax", entry.tax.as_str())];
            values.extend(match &entry.effect {
                TaxEffect::Rate(rate) => vec![text("effect", "rate"), number_text("rate", rate)],
                TaxEffect::Amount { amount, unit, currency } => {
                    vec![
                        text("effect", "amount"),
                        number_text("amount", amount),
                        text("currency", currency),
                        text("unit", unit),
                    ]
                }
                TaxEffect::Exempt => vec![text("effect", "exempt")],
                TaxEffect::Reduce => vec![text("effect", "reduce")],
                TaxEffect::NotSubject => vec![text("effect", "not_subject")],
            });
            values.extend(match entry.list_need {
                ListNeed::None => None,
                ListNeed::Allowed => Some(text("list", "allowed")),
                ListNeed::Required => Some(text("list", "required")),
            });
            values.extend([text("name_en", &entry.name_en), text("name_vi", &entry.name_vi)]);
            inventory.add_word(format!("assessment/{}", entry.table), &entry.code, &entry.provenance, values);
        }
        for (word, versions) in [("small_shipment", small_shipment), ("express", express)] {
            inventory.add_versions("assessment/thresholds", word, versions, |threshold| {
                vec![
                    number_text("customs_value_max", &threshold.customs_value_max),
                    number_text("duty_max", &threshold.duty_max),
                ]
            });
        }
        inventory.add_versions("assessment/thresholds", "gift", gift, |gift| {
            vec![
                number_text("customs_value_max", &gift.customs_value_max),
                number_text("duty_below", &gift.duty_below),
                text("times_a_year", &gift.times_a_year.to_string()),
            ]
        });
        inventory.add_versions("assessment/thresholds", "late_payment", late_payment, |percent| {
            vec![number_text("percent_per_day", percent)]
        });
        life_cycle::add(&mut inventory, life_cycle);
        measures::add_specific_rates(&mut inventory, specific_rates);
        measures::add_remedies(&mut inventory, trade_remedies);
        measures::add_quotas(&mut inventory, tariff_quotas);
        inventory.add_versions(
            "assessment/trade-remedies/proof",
            "days_to_prove_other_origin",
            remedy_proof_days,
            |days| vec![text("days", &days.to_string())],
        );
        origin::add(&mut inventory, origin);
        for field in coded_fields {
            let id = field.field.field();
            let place = format!("{} at {}.{}", field.code, word_of(field.field.scope), id.name);
            let values = vec![text("list", field.list.as_str()), text("severity", severity_word(field.severity))];
            inventory.add_word("validation/coded-fields", &place, &field.provenance, values);
        }
        for (kind, versions) in roundings {
            inventory.add_versions("valuation/rounding", kind.as_str(), versions, |rounding| {
                let policy = match rounding.policy {
                    RoundingPolicy::PerLine => "per_line",
                    RoundingPolicy::PerTotal => "per_total",
                };
                vec![text("decimals", &rounding.decimals.to_string()), text("policy", policy)]
            });
        }
        for (kind, versions) in margins {
            inventory.add_versions("valuation/margins", kind.as_str(), versions, |margin| {
                vec![number_text(kind.unit(), margin)]
            });
        }
        for week in &exchange_rates.weeks {
            let days = Provenance {
                from: week.monday,
                to: Some(week.sunday),
                mark: week.mark.unwrap_or(exchange_rates.provenance.mark),
                ..exchange_rates.provenance.clone()
            };
            for (currency, rate) in exchange_rates.currencies.iter().zip(&week.rates) {
                if let Some(rate) = rate {
                    inventory.add_word("valuation/exchange-rates", currency, &days, vec![number_text("rate", rate)]);
                }
            }
        }
        for rule in validation {
            let name = rule.id.as_ref().unwrap_or(&rule.code);
            let place = format!("{name} at {}.{}", word_of(rule.scope), rule.field.field().name);
            let mut values = vec![
                text("direction", rule.direction.map_or("both", |direction| direction.as_str())),
                text("severity", severity_word(rule.severity)),
                text("when", rule.condition.canonical()),
                text("message.en", &rule.message.en),
                text("message.vi", &rule.message.vi),
                text("mend.en", &rule.mend.en),
                text("mend.vi", &rule.mend.vi),
            ];
            if let Some(suggestion) = &rule.suggestion {
                values.extend([
                    text("suggest.value", suggestion.value.canonical()),
                    text("suggest.en", &suggestion.words.en),
                    text("suggest.vi", &suggestion.words.vi),
                ]);
                values.extend(suggestion.when.as_ref().map(|when| text("suggest.when", when.canonical())));
            }
            values.extend(rule.follows_from.as_deref().map(|cause| text("follows_from", cause)));
            inventory.add_word(&*rule.file, &place, &rule.provenance, values);
        }
        for criterion in criteria {
            let mut values = vec![
                text("lane", criterion.lane.as_str()),
                text("scope", word_of(criterion.scope)),
                text("when", criterion.condition.canonical()),
                text("because.en", &criterion.because.en),
                text("because.vi", &criterion.because.vi),
            ];
            values.extend(criterion.weight.map(|weight| text("weight", &weight.to_string())));
            inventory.add_word(&*criterion.file, &criterion.id, &criterion.provenance, values);
        }
        inventory.sorted()
    }
}

fn text(name: &'static str, value: &str) -> NamedValue {
    (Cow::Borrowed(name), value.to_owned())
}

fn number_of(number: &Decimal) -> String {
    vocabulary::duty::plain(*number)
}

fn number_text(name: &'static str, number: &Decimal) -> NamedValue {
    (Cow::Borrowed(name), number_of(number))
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}

fn rate_cell(cell: &RateCell) -> String {
    match cell {
        RateCell::Rate(rate) => number_of(rate),
        RateCell::AsPrinted(printed) => format!("? {printed}"),
    }
}

fn import_row(row: &ImportRow) -> Vec<NamedValue> {
    let mut values =
        vec![text("units", &joined(row.units.iter().map(ToString::to_string), "/")), text("mfn", &rate_cell(&row.mfn))];
    values.extend(row.mfn_out_of_quota.as_ref().map(|rate| number_text("mfn_out_of_quota", rate)));
    values.extend(row.ordinary.as_ref().map(|rate| number_text("ordinary", rate)));
    values
}

fn preferential_row(row: &PreferentialRow) -> Vec<NamedValue> {
    let cell = |cell: &PreferentialCell| match cell {
        PreferentialCell::Rate(rate) => number_of(rate),
        PreferentialCell::Excluded => "excluded".to_owned(),
        PreferentialCell::QuotaOnly => "quota".to_owned(),
        PreferentialCell::AsPrinted(printed) => format!("? {printed}"),
    };
    let mut values = vec![text("rate", &cell(&row.rate))];
    values.extend(row.out_of_quota.as_ref().map(|rate| text("out_of_quota", &cell(rate))));
    if !row.not_for_origin.is_empty() {
        values.push(text("not_for_origin", &joined(row.not_for_origin.iter().map(ToString::to_string), "/")));
    }
    values
}

fn vat_row(row: &VatRow) -> Vec<NamedValue> {
    if let Some(printed) = &row.printed {
        return vec![text("rate", &format!("? {printed}"))];
    }
    let cut = match row.cut {
        VatCut::Reducible => "reducible",
        VatCut::NotReducible => "not_reducible",
        VatCut::DependsOnGoods => "depends_on_goods",
    };
    vec![text("rate", &choice(row.not_subject, &row.rates)), text("cut", cut)]
}

/// The rates that goods under one line may bear, as a table writes them.
fn choice(not_subject: bool, rates: &[Decimal]) -> String {
    let not_subject = not_subject.then(|| "not_subject".to_owned());
    joined(not_subject.into_iter().chain(rates.iter().map(number_of)), "/")
}

fn export_preference(row: &ExportPreferenceRow) -> Vec<NamedValue> {
    let cells = EXPORT_COLUMNS.iter().zip(&row.cells);
    cells.filter_map(|((name, _), cell)| Some(text(name, &rate_cell(cell.as_ref()?)))).collect()
}

fn terms(agreement: &Agreement) -> Vec<NamedValue> {
    let first = agreement.decree.from;
    let members = agreement.members.iter().map(|(country, since)| {
        if *since == first { country.to_string() } else { format!("{country} (from {since})") }
    });
    vec![
        text("name_en", &agreement.name_en),
        text("name_vi", &agreement.name_vi),
        text("members", &joined(members, ", ")),
        text("covers", if agreement.listed_lines_only { "listed_lines" } else { "every_line" }),
        text("direct_transport", &agreement.direct_transport),
    ]
}

fn detail(detail: &Detail) -> Vec<NamedValue> {
    let truth = |name, value: bool| text(name, if value { "yes" } else { "no" });
    match detail {
        Detail::Nothing => Vec::new(),
        Detail::Incoterm(terms) => vec![
            text("value_at_exit_gate", terms.value_at_exit_gate.as_str()),
            truth("includes_freight", terms.includes_freight),
            truth("includes_insurance", terms.includes_insurance),
            truth("insurance_may_be_entered", terms.insurance_may_be_entered),
        ],
        Detail::Kind(kind) => {
            let mut values = vec![
                text("direction", kind.direction.as_str()),
                text("duty", treatment(kind.duty)),
                text("taxes", treatment(kind.taxes)),
                truth("deadline_required", kind.deadline_required),
                truth("previous_declaration_required", kind.previous_declaration_required),
                truth("transport_start_allowed", kind.transport_start_allowed),
            ];
            values.extend(kind.duty_relief_code.as_deref().map(|code| text("duty_relief_code", code)));
            values.extend(kind.vat_code.as_deref().map(|code| text("vat_code", code)));
            values
        }
        Detail::Currency { minor_units } => vec![text("minor_units", &minor_units.to_string())],
        Detail::Office { successor } => {
            successor.as_deref().map(|successor| text("successor", successor)).into_iter().collect()
        }
        Detail::Valuation { manual, kinds } => vec![truth("manual", *manual), text("kinds", &kinds.join(" "))],
        Detail::Adjustment(effect) => vec![text(
            "effect",
            match effect {
                AdjustmentEffect::Addition => "addition",
                AdjustmentEffect::Deduction => "deduction",
                AdjustmentEffect::Either => "either",
            },
        )],
        Detail::Schedule(kind) => vec![text(
            "asks_for",
            match kind {
                ScheduleKind::Mfn => "mfn",
                ScheduleKind::Ordinary => "ordinary",
                ScheduleKind::Agreement(id) => id,
                ScheduleKind::OutOfQuota => "out_of_quota",
                ScheduleKind::Specific => "specific",
                ScheduleKind::Mixed => "mixed",
                ScheduleKind::Chapter98 => "chapter_98",
                ScheduleKind::NotSubject => "not_subject",
            },
        )],
        Detail::Certificate { agreements } => {
            vec![text("agreements", &joined(agreements.iter().map(ToString::to_string), "/"))]
        }
        Detail::QuantityUnit { whole } => vec![truth("whole", *whole)],
        Detail::TariffUnit { codes } => vec![text("codes", &joined(codes.iter().map(ToString::to_string), "/"))],
        Detail::WeightUnit { kilograms } => vec![number_text("kilograms", kilograms)],
    }
}

fn severity_word(severity: vocabulary::Severity) -> &'static str {
    match severity {
        vocabulary::Severity::Error => "error",
        vocabulary::Severity::Warning => "warning",
    }
}

fn treatment(treatment: Treatment) -> &'static str {
    Treatment::ALL.iter().find(|(_, known)| *known == treatment).map_or("", |(word, _)| word)
}
