//! Exchange rates, roundings and margins.

use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cited::Versions;
use crate::code_list::CodeList;
use crate::code_list::load::Lists;
use crate::error::Problems;
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::{Lawbook, mark, version};
use crate::reading::sources::Sources;
use crate::reading::toml_file::TomlFile;
use crate::reading::values::{self, Fault, word};
use crate::valuation::exchange_rates::{ExchangeRates, Week};
use crate::valuation::margin::MarginKind;
use crate::valuation::rounding::{Rounding, RoundingKind, RoundingPolicy};
use crate::valuation::tables::Valuation;

/// Reads `valuation/`.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, lists: &Lists, problems: &mut Problems) -> Option<Valuation> {
    let roundings = read_roundings(sources, laws, problems);
    let margins = read_margins(sources, laws, problems);
    let exchange_rates = read_exchange_rates(sources, laws, lists, problems);
    Some(Valuation { roundings: roundings?, margins: margins?, exchange_rates: exchange_rates? })
}

fn read_margins(
    sources: &Sources,
    laws: &Lawbook,
    problems: &mut Problems,
) -> Option<FxHashMap<MarginKind, Versions<Decimal>>> {
    let file = TomlFile::open(sources, "valuation/margins.toml", problems)?;
    let root = file.root();
    let mut margins = FxHashMap::default();
    for kind in MarginKind::ALL {
        let mut versions = Versions::default();
        for section in root.list(kind.as_str(), problems) {
            let margin = section.decimal(kind.unit(), problems);
            let provenance = laws.dated(&section, problems);
            section.finish(problems);
            let (Some(margin), Some(provenance)) = (margin, provenance) else { continue };
            if margin < Decimal::ZERO || margin > Decimal::ONE_HUNDRED {
                let fault = Fault::new(format!("a margin of {margin} cannot be"), "write a number from 0 to 100");
                problems.add(section.error(kind.unit(), fault));
                continue;
            }
            version(&mut versions, margin, provenance, &section, problems);
        }
        margins.insert(kind, versions);
    }
    root.finish(problems);
    Some(margins)
}

fn read_roundings(
    sources: &Sources,
    laws: &Lawbook,
    problems: &mut Problems,
) -> Option<FxHashMap<RoundingKind, Versions<Rounding>>> {
    let file = TomlFile::open(sources, "valuation/rounding.toml", problems)?;
    let root = file.root();
    let mut roundings = FxHashMap::default();
    for kind in RoundingKind::ALL {
        let mut versions = Versions::default();
        for section in root.list(kind.as_str(), problems) {
            let decimals = section.integer("decimals", (0, 6), problems);
            let mode = section.text("mode", problems);
            let policy = match kind {
                RoundingKind::CustomsValueOfLine => Some(RoundingPolicy::PerLine),
                RoundingKind::TaxTotal => section.text("policy", problems).and_then(|policy| {
                    let known = [("per_line", RoundingPolicy::PerLine), ("per_total", RoundingPolicy::PerTotal)];
                    word(policy, &known).map_err(|fault| problems.add(section.error("policy", fault))).ok()
                }),
            };
            let provenance = laws.dated(&section, problems);
            section.finish(problems);
            if mode.is_some_and(|mode| mode != "half_up") {
                problems.add(section.error(
                    "mode",
                    Fault::new("the mode is not known", "`half_up` is the only one that the program can do"),
                ));
            }
            if let (Some(decimals), Some(policy), Some(provenance)) = (decimals, policy, provenance) {
                version(&mut versions, Rounding { decimals, policy }, provenance, &section, problems);
            }
        }
        roundings.insert(kind, versions);
    }
    root.finish(problems);
    Some(roundings)
}

fn read_exchange_rates(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    problems: &mut Problems,
) -> Option<ExchangeRates> {
    let provenance = laws.of_file(sources, "valuation/exchange-rates.toml", problems);
    let table = CsvFile::open_any(sources, "valuation/exchange-rates.csv", problems);
    let (provenance, table) = (provenance?, table?);
    let mut currencies: Vec<Box<str>> = Vec::new();
    for (i, column) in table.header().iter().enumerate() {
        if i == 2 && column == "mark" {
            continue;
        }
        let expected = ["monday", "sunday"].get(i);
        if let Some(expected) = expected {
            if column != expected {
                problems.add(table.header_error(
                    column,
                    "is not the expected column",
                    Some(format!("the first columns are monday and sunday: write `{expected}`")),
                ));
            }
            continue;
        }
        if let Err(fault) = lists.known(CodeList::Currencies, column) {
            problems.add(table.header_error(column, "is not a currency", fault.hint));
        } else if currencies.iter().any(|known| **known == **column) || column == "VND" {
            problems.add(table.header_error(column, "has no place here", Some("remove the column".into())));
        }
        currencies.push(column.as_str().into());
    }
    let mut weeks: Vec<Week> = Vec::new();
    table.each(problems, |row, problems| {
        if let Some(week) = week(row, weeks.last(), &currencies, problems) {
            weeks.push(week);
        }
    });
    Some(ExchangeRates { provenance, currencies: currencies.into(), weeks: weeks.into() })
}

/// A week runs from Monday to Sunday, follows the one above without a gap, and names a rate or nothing for a currency.
fn week(row: &Row<'_>, above: Option<&Week>, currencies: &[Box<str>], problems: &mut Problems) -> Option<Week> {
    let monday = row.read("monday", problems, values::date);
    let sunday = row.read("sunday", problems, values::date);
    let mark = row.read_optional("mark", problems, mark);
    let (monday, sunday, mark) = (monday?, sunday?, mark?);
    if monday.weekday() != Weekday::Monday {
        problems.add(
            row.error("monday", Fault::new(format!("{monday} is not a Monday"), "a rate holds for a week from Monday")),
        );
        return None;
    }
    if days_after(monday, 6) != Some(sunday) {
        problems.add(row.error(
            "sunday",
            Fault::new(format!("{sunday} is not the Sunday of the week of {monday}"), "correct the day"),
        ));
        return None;
    }
    if let Some(expected) = above.and_then(|above| above.sunday.tomorrow().ok())
        && expected != monday
    {
        problems.add(row.error(
            "monday",
            Fault::new(
                format!("the week of {monday} does not follow the one above it"),
                format!("the next week begins on {expected}; leave cells empty where no rate is known"),
            ),
        ));
    }
    let rates = currencies
        .iter()
        .map(|currency| {
            row.read_optional(currency, problems, |cell| {
                let rate = values::decimal(cell)?;
                if rate <= Decimal::ZERO || rate > Decimal::ONE_HUNDRED * Decimal::ONE_HUNDRED * Decimal::ONE_THOUSAND {
                    return Err(Fault::new(
                        format!("{rate} dong for one {currency} cannot be"),
                        "write the dong for one unit of the currency",
                    ));
                }
                Ok(rate)
            })
        })
        .collect::<Option<Box<[_]>>>()?;
    Some(Week { monday, sunday, mark, rates })
}

fn days_after(date: Date, days: u32) -> Option<Date> {
    (0..days).try_fold(date, |date, _| date.tomorrow().ok())
}
