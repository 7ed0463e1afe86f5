//! The rule files, read in the plainest way: every row of every table is kept as the words that stand in it, and a
//! question is answered by going through the rows of a key until one holds on the day.
//!
//! Nothing is checked here that the rulebook checks. What the auditor has to find out is whether the rulebook
//! understood the same words in the same way.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::number::{self, Number};

/// A rule file that could not be read, and why.
#[derive(Debug)]
pub struct UnreadableRules {
    file: PathBuf,
    why: String,
}

impl fmt::Display for UnreadableRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.why)
    }
}

impl std::error::Error for UnreadableRules {}

/// The first and the last day of a value; no last day while no end is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    from: Date,
    to: Option<Date>,
}

impl Days {
    const ALWAYS: Self = Self { from: Date::MIN, to: None };

    pub(super) fn hold(self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row {
    header: Arc<[String]>,
    cells: Vec<String>,
    pub(super) days: Days,
}

impl Row {
    /// What stands in a column; nothing where the table has no such column.
    pub(super) fn cell(&self, column: &str) -> &str {
        self.header.iter().position(|name| name == column).and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// The number that stands in a column, if there is one.
    pub(super) fn number(&self, column: &str) -> Option<Number> {
        number::read(self.cell(column))
    }

    /// Whether the first day comes after a day.
    pub(super) fn begins_after(&self, day: Date) -> bool {
        self.days.from > day
    }
}

/// A table of rows, found by the words in their first column.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) days: Days,
    pub(super) rows: Vec<Row>,
    by_key: HashMap<String, Vec<usize>>,
}

impl Table {
    /// All rows of a key, whatever the day.
    pub(super) fn rows_of<'t>(&'t self, key: &str) -> impl Iterator<Item = &'t Row> {
        self.by_key.get(key).into_iter().flatten().map(|at| &self.rows[*at])
    }

    /// The row of a key on a day.
    pub(super) fn on(&self, key: &str, day: Date) -> Option<&Row> {
        self.rows_of(key).find(|row| row.days.hold(day))
    }

    /// Whether the table leaves a day open for a key, so that nobody can say that there is no such key: all of its rows are
    /// of other days, or the rows of the key begin or end where the table itself does.
    pub(super) fn is_silent(&self, key: &str, day: Date) -> bool {
        if self.on(key, day).is_some() {
            return false;
        }
        let last_begun = self.rows_of(key).filter(|row| !row.begins_after(day)).max_by_key(|row| row.days.from);
        let first = self.rows_of(key).min_by_key(|row| row.days.from);
        let with_the_table = match (last_begun, first) {
            (Some(row), _) => row.cell("in_force_to").is_empty(),
            (None, Some(row)) => row.cell("in_force_from").is_empty(),
            (None, None) => false,
        };
        with_the_table || self.rows.iter().all(|row| !row.days.hold(day))
    }

    /// The row of a key on a day; where the table leaves the day open, the row that lies nearest.
    pub(super) fn nearest(&self, key: &str, day: Date) -> Option<&Row> {
        self.on(key, day).or_else(|| {
            let begun = self.rows_of(key).filter(|row| !row.begins_after(day)).max_by_key(|row| row.days.from);
            let row = begun.or_else(|| self.rows_of(key).min_by_key(|row| row.days.from))?;
            self.is_silent(key, day).then_some(row)
        })
    }

    /// Whether the table names a key on no day, or only on later ones.
    pub(super) fn leaves_out(&self, key: &str, day: Date) -> bool {
        self.rows_of(key).all(|row| row.begins_after(day))
    }
}

/// A measure of trade remedy.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) id: String,
    /// The word of its duty.
    pub(super) tax: String,
    pub(super) days: Days,
    /// Beginnings of tariff codes.
    pub(super) hs: Vec<String>,
    /// Countries; none for all.
    pub(super) origins: Vec<String>,
    pub(super) all_goods: bool,
}

/// A tariff quota, with the days on which it is used up.
#[derive(Debug)]
pub(super) struct Quota {
    pub(super) days: Days,
    /// `mfn`, or an agreement.
    pub(super) of: String,
    pub(super) hs: Vec<String>,
    pub(super) exhausted: Vec<Days>,
}

/// One block of a TOML file.
#[derive(Debug)]
pub(super) struct Block(toml::Table);

impl Block {
    pub(super) fn days(&self) -> Days {
        Days { from: self.date("in_force_from").unwrap_or(Date::MIN), to: self.date("in_force_to") }
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.0.get(name)?.as_datetime()?.to_string().parse().ok()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.0.get(name).and_then(toml::Value::as_array);
        list.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }

    /// Whether a list of words has one among them.
    pub(super) fn names(&self, list: &str, word: &str) -> bool {
        self.texts(list).iter().any(|named| named == word)
    }

    /// A number that stands between quotes, or a whole one that stands without.
    pub(super) fn number(&self, name: &str) -> Option<Number> {
        match self.0.get(name)? {
            toml::Value::String(text) => number::read(text),
            toml::Value::Integer(whole) => Some(number::whole(*whole)),
            _ => None,
        }
    }

    fn blocks(&self, name: &str) -> Vec<Self> {
        let list = self.0.get(name).and_then(toml::Value::as_array);
        list.into_iter().flatten().filter_map(|value| value.as_table().cloned().map(Self)).collect()
    }

    fn block(&self, name: &str) -> Option<Self> {
        self.0.get(name)?.as_table().cloned().map(Self)
    }
}

/// The block among several that holds on a day.
pub(super) fn on(blocks: &[Block], day: Date) -> Option<&Block> {
    blocks.iter().find(|block| block.days().hold(day))
}

#[derive(Debug)]
pub(super) struct Agreement {
    pub(super) id: String,
    pub(super) days: Days,
    /// The members with their first days.
    pub(super) members: Vec<(String, Date)>,
    /// Days, table and column of its rates.
    pub(super) rates: Vec<(Days, Arc<Table>, String)>,
    /// Whether lines that the table leaves out have no preference.
    pub(super) listed_lines: bool,
}

impl Agreement {
    pub(super) fn has_member(&self, country: &str, day: Date) -> bool {
        self.members.iter().any(|(member, since)| member == country && *since <= day)
    }
}

/// All rule files that duties and taxes depend on.
#[derive(Debug)]
pub(super) struct RuleFiles {
    pub(super) permit_policies: Vec<Block>,
    pub(super) valuation_classes: Table,
    pub(super) kinds: Table,
    pub(super) offices: Table,
    pub(super) currencies: Table,
    pub(super) incoterms: Table,
    pub(super) schedules: Table,
    pub(super) certificates: Table,
    pub(super) tariff_units: Table,
    pub(super) exchange_rates: Table,
    /// How far values may lie apart, by the names of the blocks.
    margins: Block,
    pub(super) line_rounding: Vec<Block>,
    pub(super) total_rounding: Vec<Block>,
    pub(super) nomenclature: Days,
    pub(super) import_tariff: Table,
    pub(super) ordinary: Vec<Block>,
    pub(super) mfn_relations: Table,
    pub(super) agreements: Vec<Agreement>,
    /// Codes of rates, exemptions, reductions and goods not subject.
    pub(super) tax_codes: Table,
    /// Codes of products that bear environmental protection tax.
    pub(super) environmental_tax: Table,
    /// Which codes go with which kinds and goods.
    pub(super) code_uses: Table,
    pub(super) measures: Vec<Measure>,
    /// Codes of the rates of measures.
    pub(super) remedies: Table,
    pub(super) quotas: Vec<Quota>,
    pub(super) specific_rates: Table,
    /// Dollars up to which an agreement asks for no proof of origin.
    pub(super) small_consignment: Vec<Block>,
    pub(super) special_consumption: Table,
    /// Beginnings of the codes that earlier laws of the tax reached.
    pub(super) special_consumption_before: Vec<Block>,
    pub(super) environmental_lines: Table,
    pub(super) vat: Table,
    pub(super) vat_cut: Vec<Block>,
    pub(super) export_tariff: Table,
    pub(super) export_preferences: Table,
    pub(super) small_shipment: Vec<Block>,
    pub(super) express: Vec<Block>,
    pub(super) gift: Vec<Block>,
}

impl RuleFiles {
    pub(super) fn read(folder: &Path) -> Result<Self, UnreadableRules> {
        let lists = toml_file(&folder.join("code-lists/lists.toml"))?;
        let list = |name: &str| {
            let days = lists.block(name).map_or(Days::ALWAYS, |block| block.days());
            csv_file(&folder.join(format!("code-lists/{name}.csv")), days)
        };
        // Most tables have a TOML file beside them that gives their days.
        let dated = |name: &str| {
            let days = toml_file(&folder.join(format!("{name}.toml")))?.days();
            csv_file(&folder.join(format!("{name}.csv")), days)
        };
        let tariff = toml_file(&folder.join("assessment/import-tariff.toml"))?;
        let days_of = |file: &Block, name: &str| file.block(name).map_or(Days::ALWAYS, |block| block.days());
        let vat = toml_file(&folder.join("assessment/value-added-tax.toml"))?;
        let rounding = toml_file(&folder.join("valuation/rounding.toml"))?;
        let measures = measures(folder)?;
        let thresholds = toml_file(&folder.join("assessment/thresholds.toml"))?;
        Ok(Self {
            permit_policies: toml_file(&folder.join("validation/permits.toml"))?.blocks("policy"),
            valuation_classes: list("valuation-classes")?,
            kinds: list("declaration-kinds")?,
            offices: list("customs-offices")?,
            currencies: list("currencies")?,
            incoterms: list("incoterms")?,
            schedules: list("tariff-schedules")?,
            certificates: list("origin-certificates")?,
            tariff_units: list("tariff-units")?,
            exchange_rates: csv_file(&folder.join("valuation/exchange-rates.csv"), Days::ALWAYS)?,
            margins: toml_file(&folder.join("valuation/margins.toml"))?,
            line_rounding: rounding.blocks("customs_value_of_line"),
            total_rounding: rounding.blocks("tax_total"),
            nomenclature: days_of(&tariff, "nomenclature"),
            import_tariff: csv_file(&folder.join("assessment/import-tariff.csv"), days_of(&tariff, "mfn"))?,
            ordinary: tariff.blocks("ordinary"),
            mfn_relations: dated("assessment/mfn-relations")?,
            agreements: agreements(folder)?,
            tax_codes: dated("assessment/tax-codes")?,
            environmental_tax: dated("assessment/environmental-protection-tax")?,
            code_uses: dated("assessment/code-uses")?,
            remedies: remedies(folder, &measures)?,
            measures,
            quotas: quotas(folder)?,
            small_consignment: toml_file(&folder.join("origin/parameters.toml"))?.blocks("small_consignment_usd"),
            specific_rates: dated("assessment/specific-rates")?,
            special_consumption: dated("assessment/special-consumption-tax")?,
            special_consumption_before: toml_file(&folder.join("assessment/special-consumption-tax-before.toml"))?
                .blocks("law"),
            environmental_lines: dated("assessment/environmental-protection-lines")?,
            vat: csv_file(&folder.join("assessment/value-added-tax.csv"), days_of(&vat, "lines"))?,
            vat_cut: vat.blocks("cut"),
            export_tariff: dated("assessment/export-tariff")?,
            export_preferences: csv_file(
                &folder.join("assessment/export-preferential.csv"),
                days_of(&toml_file(&folder.join("assessment/export-tariff.toml"))?, "preferences"),
            )?,
            small_shipment: thresholds.blocks("small_shipment"),
            express: thresholds.blocks("express"),
            gift: thresholds.blocks("gift"),
        })
    }

    /// A margin on a day: an amount of dong, or per cent.
    pub(super) fn margin(&self, name: &str, day: Date) -> Option<Number> {
        let blocks = self.margins.blocks(name);
        let block = on(&blocks, day)?;
        block.number("dong").or_else(|| block.number("percent"))
    }

    /// Whether two codes of units count the same thing.
    pub(super) fn same_unit(&self, one: &str, other: &str) -> bool {
        one == other
            || self.tariff_units.rows.iter().any(|unit| {
                let codes: Vec<&str> = unit.cell("units").split_whitespace().collect();
                codes.contains(&one) && codes.contains(&other)
            })
    }
}

fn measures(folder: &Path) -> Result<Vec<Measure>, UnreadableRules> {
    let file = toml_file(&folder.join("assessment/trade-remedies.toml"))?;
    let measure = |block: &Block| Measure {
        id: block.text("id").unwrap_or_default().to_owned(),
        tax: block.text("type").unwrap_or_default().to_owned(),
        days: block.days(),
        hs: block.texts("hs"),
        origins: block.texts("origins"),
        all_goods: block.text("goods") == Some("all"),
    };
    Ok(file.blocks("case").iter().map(measure).collect())
}

/// The rates of the measures, which hold as long as their measure unless they name their own days.
fn remedies(folder: &Path, measures: &[Measure]) -> Result<Table, UnreadableRules> {
    let mut table = csv_file(&folder.join("assessment/trade-remedies.csv"), Days::ALWAYS)?;
    for row in &mut table.rows {
        let Some(measure) = measures.iter().find(|measure| measure.id == row.cell("case")) else { continue };
        if row.cell("in_force_from").is_empty() {
            row.days.from = measure.days.from;
        }
        if row.cell("in_force_to").is_empty() {
            row.days.to = measure.days.to;
        }
    }
    Ok(table)
}

fn quotas(folder: &Path) -> Result<Vec<Quota>, UnreadableRules> {
    let file = toml_file(&folder.join("assessment/tariff-quotas.toml"))?;
    let quota = |block: &Block| Quota {
        days: block.days(),
        of: block.text("of").unwrap_or_default().to_owned(),
        hs: block.texts("hs"),
        exhausted: block.blocks("exhausted").iter().map(Block::days).collect(),
    };
    Ok(file.blocks("quota").iter().map(quota).collect())
}

fn agreements(folder: &Path) -> Result<Vec<Agreement>, UnreadableRules> {
    let file = toml_file(&folder.join("assessment/agreements.toml"))?;
    let mut tables: HashMap<String, Arc<Table>> = HashMap::new();
    let mut agreements = Vec::new();
    for (id, value) in &file.0 {
        let Some(block) = value.as_table().cloned().map(Block) else { continue };
        let days = block.days();
        let original = block.0.get("members").and_then(toml::Value::as_array);
        let mut members: Vec<(String, Date)> = original
            .into_iter()
            .flatten()
            .filter_map(|country| Some((country.as_str()?.to_owned(), days.from)))
            .collect();
        if let Some(joined) = block.block("joined") {
            for country in joined.0.keys() {
                members.extend(joined.date(country).map(|since| (country.clone(), since)));
            }
        }
        let mut rates = Vec::new();
        for period in block.blocks("rates") {
            let name = period.text("table").unwrap_or_default().to_owned();
            let period_days = Days { to: period.date("in_force_to").or(days.to), ..period.days() };
            if !tables.contains_key(&name) {
                let table = csv_file(&folder.join("assessment").join(&name), Days::ALWAYS)?;
                tables.insert(name.clone(), Arc::new(table));
            }
            rates.push((period_days, Arc::clone(&tables[&name]), period.text("column").unwrap_or("rate").to_owned()));
        }
        let listed_lines = block.text("covers") == Some("listed_lines");
        agreements.push(Agreement { id: id.clone(), days, members, rates, listed_lines });
    }
    Ok(agreements)
}

fn toml_file(path: &Path) -> Result<Block, UnreadableRules> {
    let unreadable = |why: String| UnreadableRules { file: path.to_owned(), why };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    text.parse().map(Block).map_err(|error: toml::de::Error| unreadable(error.to_string()))
}

/// Reads a table whose rows hold on the table's days unless they name their own.
fn csv_file(path: &Path, days: Days) -> Result<Table, UnreadableRules> {
    let unreadable = |why: String| UnreadableRules { file: path.to_owned(), why };
    let mut reader = csv::Reader::from_path(path).map_err(|error| unreadable(error.to_string()))?;
    let header: Arc<[String]> =
        reader.headers().map_err(|error| unreadable(error.to_string()))?.iter().map(str::to_owned).collect();
    let mut table = Table { days, rows: Vec::new(), by_key: HashMap::new() };
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(error.to_string()))?;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        let mut row = Row { header: Arc::clone(&header), cells, days };
        for (column, day) in [("in_force_from", true), ("in_force_to", false)] {
            let cell = row.cell(column);
            if cell.is_empty() {
                continue;
            }
            let date: Date = cell.parse().map_err(|error: jiff::Error| unreadable(error.to_string()))?;
            if day { row.days.from = date } else { row.days.to = Some(date) }
        }
        let key = row.cells.first().cloned().unwrap_or_default();
        table.by_key.entry(key).or_default().push(table.rows.len());
        table.rows.push(row);
    }
    Ok(table)
}
