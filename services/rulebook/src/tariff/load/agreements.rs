//! Trade agreements and their long tables.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vocabulary::Bilingual;

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::load::Lists;
use crate::error::{Problems, did_you_mean};
use crate::hs_table::{HsTable, HsTableBuilder};
use crate::reading::csv_file::{CsvFile, OVERRIDES, Row};
use crate::reading::dating::Lawbook;
use crate::reading::lines::{Codes, TableCheck, as_printed, report_clashes, same_for_every_part};
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{self, Fault, word, words};
use crate::tariff::agreement::{Agreement, PreferentialCell, PreferentialRow, RatePeriod};

/// An agreement, and the files of its periods in the same order.
pub(crate) struct AgreementEntry {
    pub(crate) agreement: Agreement,
    paths: Vec<String>,
}

/// Columns of a preferential table beside the code and the rate.
const EXTRA: [&str; 2] = ["out_of_quota", "not_for_origin"];

/// Reads `assessment/agreements.toml`.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, lists: &Lists, problems: &mut Problems) -> Vec<AgreementEntry> {
    let Some(file) = TomlFile::open(sources, "assessment/agreements.toml", problems) else {
        return Vec::new();
    };
    let root = file.root();
    let direct_transport = root.text("direct_transport", problems).unwrap_or_default();
    let sections = root.sections(problems);
    sections
        .iter()
        .filter_map(|section| agreement(section, (sources, laws, lists), direct_transport, problems))
        .collect()
}

fn agreement(
    section: &Section<'_>,
    (sources, laws, lists): (&Sources, &Lawbook, &Lists),
    direct_transport: &str,
    problems: &mut Problems,
) -> Option<AgreementEntry> {
    let name_en = section.text("name_en", problems);
    let name_vi = section.text("name_vi", problems);
    let direct_transport = section.optional_text("direct_transport", problems).unwrap_or(direct_transport);
    let decree = laws.dated(section, problems);
    let covers = section.optional_text("covers", problems).unwrap_or("every_line");
    let listed_lines_only = word(covers, &[("every_line", false), ("listed_lines", true)])
        .map_err(|fault| problems.add(section.error("covers", fault)))
        .ok();
    let members = members(section, decree.as_ref(), lists, problems);
    let periods = if section.has("rates") { section.list("rates", problems) } else { Vec::new() };
    section.finish(problems);
    let paths: Vec<Option<String>> = periods
        .iter()
        .map(|period| {
            let path = format!("assessment/{}", period.text("table", problems)?);
            sources.mark_used(&path);
            Some(path)
        })
        .collect();
    let decree = decree?;
    let mut rates: Vec<RatePeriod> = Vec::new();
    let mut read_paths = Vec::new();
    for (period, path) in periods.iter().zip(paths) {
        let (Some(period_rates), Some(path)) = (rate_period(period, &decree, laws, problems), path) else {
            continue;
        };
        if rates.iter().any(|earlier| earlier.provenance.overlaps(&period_rates.provenance)) {
            problems.add(period.error(
                "in_force_from",
                Fault::new("two periods of rates share days", "end the earlier one before this begins"),
            ));
        }
        rates.push(period_rates);
        read_paths.push(path);
    }
    Some(AgreementEntry {
        agreement: Agreement {
            id: section.key().into(),
            name: Bilingual::new(name_en?, name_vi?),
            direct_transport: direct_transport.into(),
            decree,
            members,
            rates,
            listed_lines_only: listed_lines_only?,
        },
        paths: read_paths,
    })
}

/// One of `[[<agreement>.rates]]`: the table that holds for some days of the agreement.
fn rate_period(
    section: &Section<'_>,
    decree: &Provenance,
    laws: &Lawbook,
    problems: &mut Problems,
) -> Option<RatePeriod> {
    // A missing table has been reported.
    let table = section.optional_text("table", &mut Problems::default());
    let column = section.optional_text("column", problems);
    let from = section.date("in_force_from", problems);
    let to = section.optional_date("in_force_to", problems);
    section.optional_text("note", problems);
    let own = laws.overrides(section, problems);
    section.finish(problems);
    let (table, from, (law, mark)) = (table?, from?, own?);
    let to = to.or(decree.to);
    let outside = !decree.holds_on(from) || decree.to.is_some_and(|end| to.is_none_or(|to| to > end));
    if outside || to.is_some_and(|to| to < from) {
        problems.add(section.error(
            "in_force_from",
            Fault::new(
                "the rates hold on days on which the agreement does not, or end before they begin",
                "keep them within `in_force_from` and `in_force_to` of the agreement",
            ),
        ));
        return None;
    }
    Some(RatePeriod {
        provenance: Provenance {
            from,
            to,
            law: law.unwrap_or_else(|| decree.law.clone()),
            mark: mark.unwrap_or(decree.mark),
        },
        name: table.strip_suffix(".csv").unwrap_or(table).into(),
        column: column.unwrap_or("rate").into(),
        table: HsTableBuilder::new().finish(false).0,
    })
}

/// `members` from the first day of the agreement, and in `joined` those that came later.
fn members(
    section: &Section<'_>,
    decree: Option<&Provenance>,
    lists: &Lists,
    problems: &mut Problems,
) -> Box<[(Box<str>, Date)]> {
    let mut members: Vec<(Box<str>, Date)> = Vec::new();
    let first_day = decree.map_or(Date::MIN, |decree| decree.from);
    let joined = section.optional_section("joined", problems);
    let joined = joined.map_or_else(Vec::new, |joined| joined.dates(problems));
    if !section.has("members") {
        problems
            .add(section.error("members", Fault::new("the agreement has no `members`", "list the countries' codes")));
    }
    let original = section.texts("members", problems);
    let all = original.into_iter().map(|country| (country, first_day));
    for (country, since) in all.chain(joined) {
        let field = if since == first_day { "members" } else { "joined" };
        if let Err(fault) = lists.known(CodeList::Countries, country) {
            problems.add(section.error(field, fault));
        } else if members.iter().any(|(known, _)| **known == *country) {
            problems.add(section.error(field, Fault::new(format!("`{country}` is named twice"), "name it once")));
        } else {
            members.push((country.into(), since));
        }
    }
    members.into()
}

/// Reads the tables of all agreements, several files at once.
pub(crate) fn read_tables(
    sources: &Sources,
    agreements: &mut [AgreementEntry],
    laws: &Lawbook,
    lines: &Codes,
    problems: &mut Problems,
) {
    // One task for each file, with the periods that it serves, as numbers of the agreement and of the period.
    let mut tasks: Vec<(&str, Vec<(usize, usize)>)> = Vec::new();
    for (i, entry) in agreements.iter().enumerate() {
        for (j, path) in entry.paths.iter().enumerate() {
            match tasks.iter_mut().find(|(known, _)| known == path) {
                Some((_, served)) => served.push((i, j)),
                None => tasks.push((path, vec![(i, j)])),
            }
        }
    }
    // Opening marks files as read, which is not for several threads at once.
    let files: Vec<Option<CsvFile<'_>>> = tasks
        .iter()
        .map(|(path, served)| {
            let mut required = vec!["hs8"];
            required.extend(served.iter().map(|&(i, j)| &*agreements[i].agreement.rates[j].column));
            CsvFile::open(sources, path, &required, &EXTRA, problems)
        })
        .collect();
    let next = AtomicUsize::new(0);
    let done: Mutex<(Problems, Vec<Served>)> = Mutex::default();
    let work = || {
        let mut found = Problems::default();
        let mut tables = Vec::new();
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            let (Some((path, served)), Some(file)) = (tasks.get(task), files.get(task)) else {
                break;
            };
            let Some(file) = file else { continue };
            for &(i, j) in served {
                let table = table(file, path, (&agreements[i].agreement, j), laws, lines, &mut found);
                tables.push((i, j, table));
            }
        }
        if let Ok(mut done) = done.lock() {
            done.0.merge(found);
            done.1.extend(tables);
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(8);
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let (found, tables) = done.into_inner().unwrap_or_default();
    problems.merge(found);
    for (i, j, table) in tables {
        agreements[i].agreement.rates[j].table = table;
    }
}

/// A table with the numbers of its agreement and period.
type Served = (usize, usize, HsTable<PreferentialRow>);

fn table(
    file: &CsvFile<'_>,
    path: &str,
    (agreement, period): (&Agreement, usize),
    laws: &Lawbook,
    lines: &Codes,
    problems: &mut Problems,
) -> HsTable<PreferentialRow> {
    let period = &agreement.rates[period];
    let mut builder = HsTableBuilder::new();
    let of_table = builder.provenance(period.provenance.clone());
    let dated_rows = OVERRIDES.iter().any(|column| file.has(column));
    let mut check = TableCheck::new(lines);
    // Rows that say the same are read once: a table has a few hundred different ones.
    let mut known: FxHashMap<String, u16> = FxHashMap::default();
    let mut key = String::new();
    let cells: Vec<usize> = [&*period.column]
        .iter()
        .chain(&EXTRA)
        .filter_map(|name| file.header().iter().position(|column| column == name))
        .collect();
    file.each(problems, |row, problems| {
        let Some(code) = check.code(row, problems) else {
            return;
        };
        let mut provenance = of_table;
        if dated_rows {
            let Some(own) = laws.row(row, &period.provenance, problems) else {
                return;
            };
            provenance = builder.provenance(own);
        }
        key.clear();
        for &index in &cells {
            key.push_str(row.at(index));
            key.push(',');
        }
        if let Some(&value) = known.get(key.as_str()) {
            builder.row(code, value, provenance, row.line);
            return;
        }
        let Some(value) = preferential_row(row, agreement, &period.column, problems) else {
            return;
        };
        let value = builder.value(value);
        known.insert(key.clone(), value);
        builder.row(code, value, provenance, row.line);
    });
    if !agreement.listed_lines_only {
        check.report_missing(path, problems);
    }
    let (table, clashes) = builder.finish(false);
    report_clashes(path, &clashes, problems);
    table
}

fn preferential_row(
    row: &Row<'_>,
    agreement: &Agreement,
    column: &str,
    problems: &mut Problems,
) -> Option<PreferentialRow> {
    let rate = row.read(column, problems, cell);
    let out_of_quota = row.read_optional("out_of_quota", problems, cell);
    let not_for_origin = row.read("not_for_origin", problems, |cell| {
        let origins = words(cell);
        let member = |origin: &str| agreement.members.iter().any(|(member, _)| **member == *origin);
        match origins.iter().find(|origin| !member(origin)) {
            Some(stranger) => Err(Fault {
                message: format!("`{stranger}` is not a member of {}", agreement.id),
                hint: did_you_mean(stranger, agreement.members.iter().map(|(member, _)| &**member)),
            }),
            None => Ok(origins),
        }
    });
    Some(PreferentialRow { rate: rate?, out_of_quota: out_of_quota?, not_for_origin: not_for_origin? })
}

/// A rate, `excluded`, `quota`, or after `?` the words of the source.
fn cell(cell: &str) -> Result<PreferentialCell, Fault> {
    match cell {
        "excluded" => Ok(PreferentialCell::Excluded),
        "quota" => Ok(PreferentialCell::QuotaOnly),
        _ => match as_printed(cell)? {
            Some(printed) => Ok(same_for_every_part(&printed)
                .map_or_else(|| PreferentialCell::AsPrinted(printed.clone()), PreferentialCell::Rate)),
            None => values::percent(cell).map(PreferentialCell::Rate).map_err(|fault| Fault {
                hint: did_you_mean(cell, ["excluded", "quota"]).filter(|hint| hint.starts_with("did")).or(fault.hint),
                ..fault
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn cells_have_four_forms() {
        assert_eq!(cell("7.5"), Ok(PreferentialCell::Rate(Decimal::new(75, 1))));
        assert_eq!(cell("excluded"), Ok(PreferentialCell::Excluded));
        assert_eq!(cell("quota"), Ok(PreferentialCell::QuotaOnly));
        assert_eq!(cell("? 0/5"), Ok(PreferentialCell::AsPrinted("0/5".into())));
        assert_eq!(cell("exclude").unwrap_err().hint.as_deref(), Some("did you mean `excluded`?"));
        for wrong in ["", "?", "0/5", "*", "1001"] {
            assert!(cell(wrong).is_err(), "{wrong}");
        }
    }
}
